//! What stands in one text as a query of tantivy's: candidates by their terms, and then the places in each.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, EmptyQuery, EnableScoring, Occur, Query, Scorer, TermQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption, Schema};
use tantivy::{DocId, DocSet, InvertedIndexReader, Score, SegmentReader, Term};

use super::any_term::AnyTerm;
use super::places::{self, At};
use super::span::{Span, Text, Within};
use super::walk::Walk;
use crate::index::analysis::{PARAGRAPH_END, SENTENCE_END};

/// A query for what stands in one text field, without patterns.
///
/// It scores how often it is found, against the length of the text.
#[derive(Debug, Clone)]
pub struct SpanQuery {
    /// The field.
    pub field: Field,
    /// Whether the field may have several values, over whose ends nothing is near.
    pub several: bool,
    /// Whether it counts once, however often it stands there.
    pub once: bool,
    /// What stands there.
    pub span: Arc<Span>,
    /// What the number of places is divided by, for each length of texts; without it there are no scores.
    pub norms: Option<Norms>,
}

/// What the number of places in a text is divided by, for each length of texts that the index tells apart.
pub type Norms = Arc<[Score; 256]>;

impl SpanQuery {
    /// The same with its candidates.
    pub fn weighted(&self, schema: &Schema) -> tantivy::Result<SpanWeight> {
        let unscored = EnableScoring::disabled_from_schema(schema);
        let candidates = candidates(&self.span, self.field).weight(unscored)?;
        Ok(SpanWeight { query: self.clone(), candidates })
    }
}

/// The documents with the terms that it needs.
fn candidates(span: &Span, field: Field) -> Box<dyn Query> {
    let term = |text: &String| Term::from_field_text(field, text);
    let several = |occur: Occur, spans: &[Span]| {
        Box::new(BooleanQuery::new(spans.iter().map(|span| (occur, candidates(span, field))).collect()))
            as Box<dyn Query>
    };
    match span {
        Span::Word(word) => Box::new(TermQuery::new(term(word), IndexRecordOption::Basic)),
        Span::AnyWord(words) => Box::new(AnyTerm::new(field, &**words)),
        Span::Pattern(_) => Box::new(EmptyQuery),
        Span::Any(any) => several(Occur::Should, any),
        Span::Row(all) | Span::Loose(all, _) => several(Occur::Must, all),
        Span::Near(near) if near.not => candidates(&near.left, field),
        Span::Near(near) => Box::new(BooleanQuery::new(vec![
            (Occur::Must, candidates(&near.left, field)),
            (Occur::Must, candidates(&near.right, field)),
        ])),
    }
}

/// The terms that a match has at least, and how much they tell together: of several that may stand in a place those that
/// tell least.
pub fn telling(
    span: &Span,
    field: Field,
    statistics: &dyn Bm25StatisticsProvider,
) -> tantivy::Result<(f64, Vec<Term>)> {
    let documents = statistics.total_num_docs()?;
    let one = |word: &String| {
        let term = Term::from_field_text(field, word);
        let with = statistics.doc_freq(&term)?;
        let rare = (documents.saturating_sub(with) as f64 + 0.5) / (with as f64 + 0.5);
        Ok((rare.ln_1p(), vec![term]))
    };
    let least = |found: Vec<(f64, Vec<Term>)>| {
        let found = found.into_iter().filter(|(_, terms)| !terms.is_empty());
        found.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
    };
    let each =
        |spans: &[Span]| spans.iter().map(|span| telling(span, field, statistics)).collect::<tantivy::Result<Vec<_>>>();
    let together = |found: Vec<(f64, Vec<Term>)>| {
        found.into_iter().fold((0.0, Vec::new()), |(sum, mut all), (more, terms)| {
            all.extend(terms);
            (sum + more, all)
        })
    };
    Ok(match span {
        Span::Word(word) => one(word)?,
        Span::AnyWord(words) => least(words.iter().map(one).collect::<tantivy::Result<_>>()?),
        Span::Pattern(_) => (0.0, Vec::new()),
        Span::Any(any) => least(each(any)?),
        Span::Row(all) | Span::Loose(all, _) => together(each(all)?),
        Span::Near(near) if near.not => telling(&near.left, field, statistics)?,
        Span::Near(near) => {
            let (left, right) = (telling(&near.left, field, statistics)?, telling(&near.right, field, statistics)?);
            together(vec![left, right])
        }
    })
}

/// A query with its candidates.
pub struct SpanWeight {
    query: SpanQuery,
    candidates: Box<dyn Weight>,
}

impl SpanWeight {
    /// The documents of a segment.
    pub fn open(&self, reader: &SegmentReader) -> tantivy::Result<SpanWalk> {
        let SpanQuery { field, several, once, span, norms } = &self.query;
        let index = reader.inverted_index(*field)?;
        let mut words = Words::default();
        words.open(span, *field, *several, &index)?;
        let fieldnorms = match reader.fieldnorms_readers().get_field(*field)? {
            Some(fieldnorms) if norms.is_some() => fieldnorms,
            _ => FieldNormReader::constant(reader.max_doc(), 1),
        };
        Ok(SpanWalk {
            candidates: self.candidates.scorer(reader, 1.0)?,
            span: Arc::clone(span),
            words,
            places: Vec::new(),
            fieldnorms,
            once: *once,
            norms: norms.clone(),
        })
    }
}

/// The documents in which it stands.
pub struct SpanWalk {
    candidates: Box<dyn Scorer>,
    span: Arc<Span>,
    words: Words,
    /// The places in the document that the candidates stand on.
    places: Vec<At>,
    fieldnorms: FieldNormReader,
    once: bool,
    norms: Option<Norms>,
}

impl Walk for SpanWalk {
    fn doc(&self) -> DocId {
        self.candidates.doc()
    }

    fn advance(&mut self) -> DocId {
        self.candidates.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.candidates.doc() < target { self.candidates.seek(target) } else { self.candidates.doc() }
    }

    fn holds(&mut self) -> bool {
        self.words.doc = self.candidates.doc();
        self.words.give_back(std::mem::take(&mut self.places));
        self.places = self.span.places(&mut self.words);
        !self.places.is_empty()
    }

    fn score(&mut self) -> Score {
        let Some(norms) = &self.norms else { return 1.0 };
        let length = self.fieldnorms.fieldnorm_id(self.candidates.doc());
        let often = if self.once { 1 } else { places::apart(&self.places) };
        often as Score / norms[usize::from(length)]
    }

    fn size(&self) -> u32 {
        self.candidates.size_hint()
    }

    // Places are some times as dear as terms.
    fn cost(&self) -> u64 {
        self.candidates.cost() * 10
    }
}

/// So many words are found by comparing.
const FEW: usize = 16;

/// The words of a segment's texts, one document after the other.
#[derive(Default)]
struct Words {
    doc: DocId,
    words: Vec<(String, SegmentPostings)>,
    /// The places of words in that list.
    places: HashMap<String, usize>,
    /// Where the last word stands.
    positions: Vec<u32>,
    /// By where their terms are kept, which is shared with the query.
    sets: HashMap<usize, Union>,
    /// Whether distances in words end with a value.
    several: bool,
    /// Lists that are not needed at present.
    spare: Vec<Vec<At>>,
}

impl Words {
    /// Opens what is needed for a span.
    fn open(&mut self, span: &Span, field: Field, several: bool, index: &InvertedIndexReader) -> tantivy::Result<()> {
        self.several = several;
        match span {
            Span::Word(word) => self.open_word(word, field, index),
            Span::AnyWord(words) => {
                let postings = words.iter().filter_map(|word| postings(word, field, index).transpose());
                self.sets.insert(address(words), Union::new(postings.collect::<tantivy::Result<_>>()?));
                Ok(())
            }
            Span::Pattern(_) => Ok(()),
            Span::Any(all) | Span::Row(all) => all.iter().try_for_each(|span| self.open(span, field, several, index)),
            Span::Loose(all, slop) => {
                self.open_ends(Within::Words(*slop), field, index)?;
                all.iter().try_for_each(|span| self.open(span, field, several, index))
            }
            Span::Near(near) => {
                self.open_ends(near.within, field, index)?;
                self.open(&near.left, field, several, index)?;
                self.open(&near.right, field, several, index)
            }
        }
    }

    fn open_word(&mut self, word: &str, field: Field, index: &InvertedIndexReader) -> tantivy::Result<()> {
        if self.place(word).is_none()
            && let Some(postings) = postings(word, field, index)?
        {
            self.places.insert(word.to_owned(), self.words.len());
            self.words.push((word.to_owned(), postings));
        }
        Ok(())
    }

    fn open_ends(&mut self, within: Within, field: Field, index: &InvertedIndexReader) -> tantivy::Result<()> {
        self.end(within).map_or(Ok(()), |end| self.open_word(end, field, index))
    }

    /// The term of what ends nearness.
    fn end(&self, within: Within) -> Option<&'static str> {
        match within {
            Within::Words(_) => self.several.then_some(PARAGRAPH_END),
            Within::Sentence => Some(SENTENCE_END),
            Within::Paragraph => Some(PARAGRAPH_END),
        }
    }

    /// The place of a word in the list.
    fn place(&self, word: &str) -> Option<usize> {
        // Most spans have so few that comparing them is quicker.
        match self.words.len() <= FEW {
            true => self.words.iter().position(|(known, _)| known == word),
            false => self.places.get(word).copied(),
        }
    }

    fn positions(&mut self, word: &str) -> &[u32] {
        let place = self.place(word);
        let Self { words, positions, doc, .. } = self;
        positions.clear();
        if let Some((_, postings)) = place.and_then(|place| words.get_mut(place))
            && at(postings, *doc)
        {
            postings.positions(positions);
        }
        positions
    }
}

impl Text<At> for Words {
    fn list(&mut self) -> Vec<At> {
        self.spare.pop().unwrap_or_default()
    }

    fn give_back(&mut self, mut list: Vec<At>) {
        // What never grew is no better than a new one.
        if list.capacity() > 0 {
            list.clear();
            self.spare.push(list);
        }
    }

    fn word(&mut self, term: &str) -> Vec<At> {
        let mut places = self.list();
        places.extend(self.positions(term).iter().map(|position| (*position, position + 1)));
        places
    }

    fn any_word(&mut self, terms: &Arc<BTreeSet<String>>) -> Vec<At> {
        let Some(union) = self.sets.get_mut(&address(terms)) else { return Vec::new() };
        union.positions(self.doc).into_iter().map(|position| (position, position + 1)).collect()
    }

    fn ends(&mut self, within: Within) -> Vec<u32> {
        self.end(within).map_or_else(Vec::new, |end| self.positions(end).to_vec())
    }

    fn phrase(&self, place: At) -> At {
        place
    }
}

fn address(terms: &Arc<BTreeSet<String>>) -> usize {
    Arc::as_ptr(terms).addr()
}

fn postings(word: &str, field: Field, index: &InvertedIndexReader) -> tantivy::Result<Option<SegmentPostings>> {
    let term = Term::from_field_text(field, word);
    Ok(index.read_postings(&term, IndexRecordOption::WithFreqsAndPositions)?)
}

/// Whether a document has the word. Documents come in order.
fn at(postings: &mut SegmentPostings, doc: DocId) -> bool {
    if postings.doc() < doc {
        postings.seek(doc);
    }
    postings.doc() == doc
}

/// Any of several words. Those that a document does not have are not looked at.
struct Union {
    postings: Vec<SegmentPostings>,
    /// The next document of each.
    next: BinaryHeap<Reverse<(DocId, usize)>>,
}

impl Union {
    fn new(postings: Vec<SegmentPostings>) -> Self {
        let next = postings.iter().enumerate().map(|(number, postings)| Reverse((postings.doc(), number))).collect();
        Self { postings, next }
    }

    /// Where any of the words stands in a document, in order.
    fn positions(&mut self, doc: DocId) -> Vec<u32> {
        let mut positions = Vec::new();
        let mut here = Vec::new();
        while let Some(&Reverse((next, number))) = self.next.peek()
            && next <= doc
        {
            self.next.pop();
            let postings = &mut self.postings[number];
            if at(postings, doc) {
                postings.append_positions_with_offset(0, &mut positions);
                here.push(Reverse((doc, number)));
            } else {
                self.next.push(Reverse((postings.doc(), number)));
            }
        }
        // The same document may be asked for again.
        self.next.extend(here);
        positions.sort_unstable();
        positions
    }
}
