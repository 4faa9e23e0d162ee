//! Documents with any of some terms.

use tantivy::query::{BitSetDocSet, ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{BitSet, DocId, Score, SegmentReader, Term};

/// A query for any of some terms of a field, without scores.
///
/// The terms are looked up one after the other, of which there are few for the most part: what tantivy has for it makes an automaton of
/// them first, which was a tenth of the work of a search page.
#[derive(Debug, Clone)]
pub struct AnyTerm {
    field: Field,
    terms: Vec<Term>,
}

impl AnyTerm {
    /// A query for any of these terms.
    pub fn new<'a>(field: Field, terms: impl IntoIterator<Item = &'a String>) -> Self {
        Self { field, terms: terms.into_iter().map(|text| Term::from_field_text(field, text)).collect() }
    }
}

impl Query for AnyTerm {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for AnyTerm {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let index = reader.inverted_index(self.field)?;
        let mut known = Vec::new();
        for term in &self.terms {
            known.extend(index.get_term_info(term)?);
        }
        let Some((first, others)) = known.split_first() else { return Ok(Box::new(EmptyScorer)) };
        if others.is_empty() {
            let postings = index.read_postings_from_terminfo(first, IndexRecordOption::Basic)?;
            return Ok(Box::new(ConstScorer::new(postings, boost)));
        }
        let mut found = BitSet::with_max_value(reader.max_doc());
        for term in &known {
            let mut postings = index.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                for doc in postings.docs() {
                    found.insert(*doc);
                }
                postings.advance();
            }
        }
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(found), boost)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("has one of the terms", 1.0))
    }
}
