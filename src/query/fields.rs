//! A word in several fields at once, scored as one word.
//!
//! BM25F (Robertson, Zaragoza and Taylor, Simple BM25 extension to multiple weighted fields, CIKM 2004): how often a word
//! stands in each field, against the field's length and times the field's weight, is added up before it is dampened. Scores
//! that are added up field by field reward a word again and again for standing in every field.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25StatisticsProvider, EnableScoring, Query, Weight};
use tantivy::schema::{Field, IndexRecordOption, Schema};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

use super::of_letter::OfLetter;
use super::row::RowQuery;
use super::score::on_grid;
use super::span::Span;
use super::span_query::{Norms, SpanQuery, SpanWeight, telling};
use super::walk::{self, All, Plain, Walk};
use super::window::{Bits, Found, Source};
use crate::index::{FieldDef, Segment};

/// How fast more of a word counts less: the greater, the longer the weights of fields tell. Measured by `scripts/relevance`
/// against 0.8 to 10.
const K1: Score = 4.0;
/// How much the length of a text counts, from 0 to 1. Measured against 0.1 to 0.9.
const B: Score = 0.3;

/// A word, or what stands in one text, in several fields.
#[derive(Debug)]
pub struct FieldsQuery {
    /// The fields.
    pub parts: Vec<Part>,
    /// The factor on the score.
    pub factor: Score,
    /// Words that it tells no more than, in any of the fields: those that it stands for.
    pub instead_of: Vec<String>,
}

/// A word in one field.
#[derive(Debug)]
pub enum Part {
    /// In a text.
    Text {
        /// The field.
        def: &'static FieldDef,
        /// The same in the index.
        field: Field,
        /// What stands there.
        span: Arc<Span>,
    },
    /// As a word of a value, which has it once.
    Value {
        /// The documents with such values.
        query: Box<dyn Query>,
        /// Whether a letter has them once.
        of_letter: bool,
        /// The factor on it.
        weight: Score,
    },
}

impl Part {
    /// The documents, with scores by how often it stands there against the length of the text.
    fn weighted(&self, schema: &Schema, is_scored: bool) -> tantivy::Result<PartWeight> {
        let (def, field, span) = match self {
            Self::Text { def, field, span } => (def, *field, span),
            Self::Value { query, of_letter, weight } => {
                let value = Counting::Value(query.weight(EnableScoring::disabled_from_schema(schema))?);
                return Ok(PartWeight { counting: value, of_letter: *of_letter, weight: *weight });
            }
        };
        let norms = is_scored.then(|| norms(def.length as Score));
        let once = def.once;
        let counting = match (word_of(span, field), row_of(span, field)) {
            (Some(term), _) => Counting::Word(Counted { term, once, norms }),
            (None, Some(terms)) => Counting::Row(RowQuery { terms, once, norms }),
            (None, None) => {
                let (several, span) = (def.several, Arc::clone(span));
                Counting::Span(SpanQuery { field, several, once, span, norms }.weighted(schema)?)
            }
        };
        Ok(PartWeight { counting, of_letter: def.letter, weight: def.weight })
    }
}

/// The term of one word.
fn word_of(span: &Span, field: Field) -> Option<Term> {
    match span {
        Span::Word(word) => Some(Term::from_field_text(field, word)),
        _ => None,
    }
}

/// The terms of words in a row, where nothing else stands among them.
fn row_of(span: &Span, field: Field) -> Option<Vec<Term>> {
    match span {
        Span::Row(all) if all.len() > 1 => all.iter().map(|span| word_of(span, field)).collect(),
        _ => None,
    }
}

impl FieldsQuery {
    /// The same for an index with these statistics; without them there are no scores.
    pub fn weighted(
        &self,
        schema: &Schema,
        statistics: Option<&dyn Bm25StatisticsProvider>,
    ) -> tantivy::Result<FieldsWeight> {
        let parts = self.parts.iter().map(|part| part.weighted(schema, statistics.is_some()));
        let parts = parts.collect::<tantivy::Result<_>>()?;
        Ok(FieldsWeight { parts, factor: statistics.map(|statistics| self.factor(statistics)).transpose()? })
    }

    /// What the dampened sum over the fields is multiplied by.
    fn factor(&self, statistics: &dyn Bm25StatisticsProvider) -> tantivy::Result<Score> {
        let documents = statistics.total_num_docs()?;
        let least = |found: &mut Option<Score>, one: Score| *found = Some(found.map_or(one, |least| least.min(one)));
        // It tells as little as in the field, and in the form, that is met most.
        let mut rarity: Option<Score> = None;
        for part in &self.parts {
            if let Part::Text { field, span, .. } = part {
                let terms = match &**span {
                    Span::Word(word) => vec![Term::from_field_text(*field, word)],
                    span => telling(span, *field, statistics)?.1,
                };
                let each = terms.iter().map(|term| Ok(idf(statistics.doc_freq(term)?, documents)));
                least(&mut rarity, each.sum::<tantivy::Result<Score>>()?);
            }
        }
        if !self.instead_of.is_empty() {
            let mut sum = 0.0;
            for word in &self.instead_of {
                let mut with = 0;
                for part in &self.parts {
                    if let Part::Text { field, .. } = part {
                        with = with.max(statistics.doc_freq(&Term::from_field_text(*field, word))?);
                    }
                }
                sum += idf(with, documents);
            }
            least(&mut rarity, sum);
        }
        Ok(self.factor * rarity.unwrap_or(1.0) * (K1 + 1.0))
    }
}

/// How much a word tells that so many documents have.
fn idf(with: u64, documents: u64) -> Score {
    let without = documents.saturating_sub(with) as f64;
    ((without + 0.5) / (with as f64 + 0.5)).ln_1p() as Score
}

/// What the number of times a word stands in a text is divided by, for each length of texts that the index tells apart.
fn norms(average: Score) -> Norms {
    let length = |id: usize| FieldNormReader::id_to_fieldnorm(u8::try_from(id).unwrap_or(u8::MAX)) as Score;
    Arc::new(std::array::from_fn(|id| 1.0 - B + B * length(id) / average.max(1.0)))
}

/// A word in one text, which scores how often it stands there against the length of the text.
#[derive(Debug, Clone)]
struct Counted {
    term: Term,
    once: bool,
    norms: Option<Norms>,
}

impl Counted {
    fn open(&self, reader: &SegmentReader) -> tantivy::Result<Option<CountedWalk>> {
        let field: Field = self.term.field();
        let index = reader.inverted_index(field)?;
        let option = if self.norms.is_some() { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let Some(postings) = index.read_postings(&self.term, option)? else { return Ok(None) };
        let lengths = reader.fieldnorms_readers().get_field(field)?;
        let lengths = lengths.unwrap_or_else(|| FieldNormReader::constant(reader.max_doc(), 1));
        Ok(Some(CountedWalk { postings, once: self.once, lengths, norms: self.norms.clone() }))
    }
}

struct CountedWalk {
    postings: SegmentPostings,
    once: bool,
    lengths: FieldNormReader,
    norms: Option<Norms>,
}

impl Walk for CountedWalk {
    fn doc(&self) -> DocId {
        self.postings.doc()
    }

    fn advance(&mut self) -> DocId {
        self.postings.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.postings.doc() < target { self.postings.seek(target) } else { self.postings.doc() }
    }

    fn score(&mut self) -> Score {
        let Some(norms) = &self.norms else { return 1.0 };
        let norm = norms[usize::from(self.lengths.fieldnorm_id(self.postings.doc()))];
        let often = if self.once { 1 } else { self.postings.term_freq() };
        often as Score / norm
    }

    fn most(&self) -> Score {
        match &self.norms {
            None => 1.0,
            // Once in the shortest text.
            Some(norms) if self.once => 1.0 / norms[1],
            Some(_) => Score::INFINITY,
        }
    }

    fn size(&self) -> u32 {
        self.postings.size_hint()
    }
}

/// What counts in a field.
enum Counting {
    Word(Counted),
    Row(RowQuery),
    Span(SpanWeight),
    Value(Box<dyn Weight>),
}

/// What counts in a field, and how much.
struct PartWeight {
    counting: Counting,
    /// Whether a letter has it once, with its first document.
    of_letter: bool,
    weight: Score,
}

impl PartWeight {
    fn open(&self, reader: &Segment) -> tantivy::Result<Option<Box<dyn walk::Part>>> {
        Ok(match &self.counting {
            Counting::Word(word) => self.boxed(word.open(reader)?, reader)?,
            Counting::Row(row) => self.boxed(row.open(reader)?, reader)?,
            Counting::Span(span) => self.boxed(Some(span.open(reader)?), reader)?,
            Counting::Value(value) => self.boxed(Some(Plain(value.scorer(reader, 1.0)?)), reader)?,
        })
    }

    fn boxed<W: Walk + 'static>(
        &self,
        walk: Option<W>,
        reader: &Segment,
    ) -> tantivy::Result<Option<Box<dyn walk::Part>>> {
        Ok(match walk.filter(|walk| walk.doc() != TERMINATED) {
            None => None,
            Some(walk) if self.of_letter => Some(Box::new(OfLetter::new(walk, reader)?)),
            Some(walk) => Some(Box::new(walk)),
        })
    }
}

/// A word in several fields for one index.
pub struct FieldsWeight {
    parts: Vec<PartWeight>,
    factor: Option<Score>,
}

impl FieldsWeight {
    /// The documents of a segment.
    pub fn open(&self, reader: &Segment) -> tantivy::Result<Box<dyn Source>> {
        if let ([PartWeight { counting: Counting::Word(word), of_letter: false, weight }], Some(factor)) =
            (&self.parts[..], self.factor)
        {
            let walk = word.open(reader)?;
            return Ok(walk.map_or_else(
                || Box::new(All(0)) as Box<dyn Source>,
                |walk| Box::new(WordSource { walk, weight: *weight, factor }),
            ));
        }
        let mut parts = Vec::new();
        for part in &self.parts {
            parts.extend(part.open(reader)?.map(|open| (open, part.weight)));
        }
        Ok(Box::new(FieldsSource { parts, factor: self.factor }))
    }
}

/// The union of the fields.
struct FieldsSource {
    parts: Vec<(Box<dyn walk::Part>, Score)>,
    factor: Option<Score>,
}

impl Source for FieldsSource {
    fn next(&self) -> DocId {
        self.parts.iter().map(|(part, _)| part.next()).min().unwrap_or(TERMINATED)
    }

    // Fields are added up in their order, so that the sum is the same in every index.
    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        let Some(factor) = self.factor else {
            // What one field has need not be looked for in the next.
            let mut wanted = wanted.clone();
            for (part, weight) in &mut self.parts {
                part.add_to(start, &wanted, found, *weight);
                wanted.remove(&found.has);
            }
            return;
        };
        for (part, weight) in &mut self.parts {
            part.add_to(start, wanted, found, *weight);
        }
        found.map(|often| damped(factor, often));
    }

    fn most(&self) -> Score {
        let often = self.parts.iter().map(|(part, weight)| weight * part.most()).sum();
        self.factor.map_or(0.0, |factor| damped(factor, often))
    }

    fn cost(&self) -> u64 {
        self.parts.iter().map(|(part, _)| part.cost()).sum()
    }
}

/// A word in one field.
struct WordSource {
    walk: CountedWalk,
    weight: Score,
    factor: Score,
}

impl Source for WordSource {
    fn next(&self) -> DocId {
        self.walk.doc()
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        self.add(start, wanted, found);
    }

    fn add_to(&mut self, start: DocId, wanted: &Bits, sum: &mut Found, _own: &mut Found) {
        self.add(start, wanted, sum);
    }

    fn most(&self) -> Score {
        damped(self.factor, self.weight * self.walk.most())
    }

    fn cost(&self) -> u64 {
        Walk::cost(&self.walk)
    }
}

impl WordSource {
    fn add(&mut self, start: DocId, wanted: &Bits, sum: &mut Found) {
        let Self { walk, weight, factor } = self;
        walk.each(start, wanted, &mut |place, often| sum.add(place, damped(*factor, *weight * often)));
    }
}

/// The score of what stands so often in the fields; any number of times scores no more than the factor.
#[inline]
fn damped(factor: Score, often: Score) -> Score {
    on_grid(if often < Score::INFINITY { factor * often / (K1 + often) } else { factor })
}
