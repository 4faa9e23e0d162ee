//! A word in several fields at once, scored as one word.
//!
//! BM25F (Robertson, Zaragoza and Taylor, Simple BM25 extension to multiple weighted fields, CIKM 2004): how often a word
//! stands in each field, against the field's length and times the field's weight, is added up before it is dampened. Scores
//! that are added up field by field reward a word again and again for standing in every field.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{BooleanQuery, EnableScoring, Explanation, Occur, PhraseQuery, Query, Scorer, TermQuery, Weight};
use tantivy::schema::{Field, IndexRecordOption, Schema};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

use super::of_letter::{LetterScorer, OfLetter};
use super::row::RowQuery;
use super::score::on_grid;
use super::span::Span;
use super::span_query::{Norms, SpanQuery, SpanWeight, telling};
use super::window::{self, Windows};
use crate::index::FieldDef;

/// How fast more of a word counts less: the greater, the longer the weights of fields tell. Measured by `scripts/relevance`
/// against 0.8 to 10.
const K1: Score = 4.0;
/// How much the length of a text counts, from 0 to 1. Measured against 0.1 to 0.9.
const B: Score = 0.3;

/// A word, or what stands in one text, in several fields.
#[derive(Debug, Clone)]
pub struct FieldsQuery {
    /// The fields.
    pub parts: Vec<Part>,
    /// The factor on the score.
    pub factor: Score,
    /// Words that it tells no more than, in any of the fields: those that it stands for.
    pub instead_of: Vec<String>,
}

/// A word in one field.
#[derive(Debug, Clone)]
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
        query: Arc<dyn Query>,
        /// The factor on it.
        weight: Score,
    },
}

impl Part {
    /// The documents alone.
    fn plain(&self) -> Box<dyn Query> {
        let (def, field, span) = match self {
            Self::Text { def, field, span } => (def, *field, span),
            Self::Value { query, .. } => return query.box_clone(),
        };
        let query: Box<dyn Query> = match (word_of(span, field), row_of(span, field)) {
            (Some(word), _) => Box::new(TermQuery::new(word, IndexRecordOption::Basic)),
            (None, Some(row)) => Box::new(PhraseQuery::new(row)),
            (None, None) => {
                Box::new(SpanQuery { field, several: def.several, once: def.once, span: Arc::clone(span), norms: None })
            }
        };
        of_letter(def, query)
    }

    /// The documents, scored by how often it stands there against the length of the text.
    fn counted(&self, schema: &Schema) -> tantivy::Result<PartWeight> {
        let (def, field, span) = match self {
            Self::Text { def, field, span } => (def, *field, span),
            Self::Value { query, .. } => {
                let value = Counting::Value(query.weight(EnableScoring::disabled_from_schema(schema))?);
                return Ok(PartWeight { counting: value, of_letter: false, weight: self.weight() });
            }
        };
        let norms = norms(def.length as Score);
        let once = def.once;
        let counting = match (word_of(span, field), row_of(span, field)) {
            (Some(term), _) => Counting::Word(Counted { term, once, norms }),
            (None, Some(terms)) => Counting::Row(RowQuery { terms, once, norms }),
            (None, None) => {
                let (several, span) = (def.several, Arc::clone(span));
                let query = SpanQuery { field, several, once, span, norms: Some(norms) };
                Counting::Span(query.weighted(schema)?)
            }
        };
        Ok(PartWeight { counting, of_letter: def.letter, weight: def.weight })
    }

    fn weight(&self) -> Score {
        match self {
            Self::Text { def, .. } => def.weight,
            Self::Value { weight, .. } => *weight,
        }
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

/// A query on a field: what a letter has once is found with all its issues.
pub fn of_letter(def: &FieldDef, query: Box<dyn Query>) -> Box<dyn Query> {
    if def.letter { Box::new(OfLetter(query)) } else { query }
}

impl Query for FieldsQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let EnableScoring::Enabled { statistics_provider: statistics, .. } = scoring else {
            let any = self.parts.iter().map(|part| (Occur::Should, part.plain()));
            return BooleanQuery::new(any.collect()).weight(scoring);
        };
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
        let factor = self.factor * rarity.unwrap_or(1.0) * (K1 + 1.0);
        let parts = self.parts.iter().map(|part| part.counted(scoring.schema()));
        Ok(Box::new(FieldsWeight { parts: parts.collect::<tantivy::Result<_>>()?, factor }))
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
    norms: Norms,
}

impl Counted {
    fn open(&self, reader: &SegmentReader) -> tantivy::Result<Option<CountedScorer>> {
        let field: Field = self.term.field();
        let index = reader.inverted_index(field)?;
        let Some(postings) = index.read_postings(&self.term, IndexRecordOption::WithFreqs)? else { return Ok(None) };
        let lengths = reader.fieldnorms_readers().get_field(field)?;
        let lengths = lengths.unwrap_or_else(|| FieldNormReader::constant(reader.max_doc(), 1));
        Ok(Some(CountedScorer { postings, once: self.once, lengths, norms: Arc::clone(&self.norms) }))
    }
}

struct CountedScorer {
    postings: SegmentPostings,
    once: bool,
    lengths: FieldNormReader,
    norms: Norms,
}

impl DocSet for CountedScorer {
    fn advance(&mut self) -> DocId {
        self.postings.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.postings.doc() < target { self.postings.seek(target) } else { self.postings.doc() }
    }

    fn doc(&self) -> DocId {
        self.postings.doc()
    }

    fn size_hint(&self) -> u32 {
        self.postings.size_hint()
    }
}

impl Scorer for CountedScorer {
    fn score(&mut self) -> Score {
        let norm = self.norms[usize::from(self.lengths.fieldnorm_id(self.postings.doc()))];
        let often = if self.once { 1 } else { self.postings.term_freq() };
        often as Score / norm
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
    fn open(&self, reader: &SegmentReader) -> tantivy::Result<Option<Box<dyn window::Part>>> {
        Ok(match &self.counting {
            Counting::Word(word) => self.boxed(word.open(reader)?, reader)?,
            Counting::Row(row) => self.boxed(row.open(reader)?, reader)?,
            Counting::Span(span) => self.boxed(Some(span.open(reader)?), reader)?,
            Counting::Value(value) => self.boxed(Some(value.scorer(reader, 1.0)?), reader)?,
        })
    }

    fn boxed<S: Scorer + 'static>(
        &self,
        scorer: Option<S>,
        reader: &SegmentReader,
    ) -> tantivy::Result<Option<Box<dyn window::Part>>> {
        Ok(match scorer.filter(|scorer| scorer.doc() != TERMINATED) {
            None => None,
            Some(scorer) if self.of_letter => Some(Box::new(LetterScorer::new(scorer, reader)?)),
            Some(scorer) => Some(Box::new(scorer)),
        })
    }
}

struct FieldsWeight {
    parts: Vec<PartWeight>,
    factor: Score,
}

impl Weight for FieldsWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut parts = Vec::new();
        for part in &self.parts {
            parts.extend(part.open(reader)?.map(|open| (open, part.weight)));
        }
        let is_dear = self.parts.iter().any(|part| matches!(part.counting, Counting::Row(_) | Counting::Span(_)));
        Ok(Box::new(FieldsScorer { windows: Windows::new(parts, is_dear), factor: self.factor * boost }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explained(self.scorer(reader, 1.0)?, doc, "a word in several fields")
    }
}

fn explained(mut scorer: Box<dyn Scorer>, doc: DocId, what: &'static str) -> tantivy::Result<Explanation> {
    let found = scorer.doc() == doc || (scorer.doc() < doc && scorer.seek(doc) == doc);
    Ok(Explanation::new(what, if found { scorer.score() } else { 0.0 }))
}

/// The union of the fields.
struct FieldsScorer {
    windows: Windows,
    factor: Score,
}

impl DocSet for FieldsScorer {
    fn advance(&mut self) -> DocId {
        self.windows.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.windows.seek(target)
    }

    fn doc(&self) -> DocId {
        self.windows.doc()
    }

    fn size_hint(&self) -> u32 {
        self.windows.size_hint()
    }

    fn cost(&self) -> u64 {
        self.windows.cost()
    }
}

impl Scorer for FieldsScorer {
    fn score(&mut self) -> Score {
        let often = self.windows.sum();
        on_grid(self.factor * often / (K1 + often))
    }
}
