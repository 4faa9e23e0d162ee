//! The values of keyword fields, and the words by which bare words of a query find them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED};

use super::IndexSchema;
use super::analysis;

/// A value of a keyword field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The value, lower case and without accents; of values with levels there are also the levels.
    pub value: String,
    /// The terms that it is found by.
    pub terms: Vec<String>,
}

/// The values of an index as of one commit. Those of a field are read when they are asked for first: every query looks
/// at them.
#[derive(Debug)]
pub(super) struct Names(Vec<OnceLock<Vec<Name>>>);

impl Names {
    pub(super) fn new() -> Self {
        let most = IndexSchema::get().fields().map(|(_, field)| field.field_id()).max().unwrap_or(0);
        Self((0..=most).map(|_| OnceLock::new()).collect())
    }

    /// The values of a field, in order.
    pub(super) fn of(&self, searcher: &Searcher, field: Field) -> tantivy::Result<&[Name]> {
        let Some(slot) = self.0.get(field.field_id() as usize) else { return Ok(&[]) };
        if let Some(names) = slot.get() {
            return Ok(names);
        }
        let names = values(searcher, field)?.into_iter().map(|value| Name { terms: name_terms(&value), value });
        let names = names.collect();
        Ok(slot.get_or_init(|| names))
    }
}

/// The terms that a value is found by: "non-arthroscopic" is one word, as in filters, and `other` names no service.
pub fn name_terms(value: &str) -> Vec<String> {
    let mut terms = analysis::terms(&value.replace("non-", "non"));
    terms.retain(|term| term != "other");
    terms
}

fn values(searcher: &Searcher, field: Field) -> tantivy::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut values = index.terms().stream()?;
        while values.advance() {
            if let Ok(value) = std::str::from_utf8(values.key())
                && !found.contains(value)
                && lives(segment, &index, values.value())?
            {
                found.insert(value.to_owned());
            }
        }
    }
    Ok(found)
}

/// Whether a term is in a document that is not deleted: those of deleted ones stay in the dictionary until their segment
/// is merged.
///
/// # Errors
/// When the index cannot be read.
pub fn lives(segment: &SegmentReader, index: &InvertedIndexReader, term: &TermInfo) -> tantivy::Result<bool> {
    let Some(alive) = segment.alive_bitset() else { return Ok(true) };
    let mut documents = index.read_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    while documents.doc() != TERMINATED && !alive.is_alive(documents.doc()) {
        documents.advance();
    }
    Ok(documents.doc() != TERMINATED)
}
