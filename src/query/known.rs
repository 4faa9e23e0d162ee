//! What there is to be found: the values and words of all letters, wherever these are kept.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, TantivyError};

use super::pattern::Pattern;
use crate::index::{FieldDef, IndexSchema, Stop, analysis};

/// What letters have, as far as patterns and keywords of a query need it.
pub trait Known {
    /// Why it cannot be told.
    type Error;

    /// The values of a keyword field, lower case and without accents; of values with levels also the levels. There are
    /// some hundreds at most.
    ///
    /// # Errors
    /// When they cannot be read.
    fn values(&self, def: &FieldDef) -> Result<BTreeSet<String>, Self::Error>;

    /// The same values as letters spell them, by how they are without capitals and accents. Of two spellings the one with
    /// small letters is easier to read.
    ///
    /// # Errors
    /// When they cannot be read.
    fn spellings(&self, def: &FieldDef) -> Result<BTreeMap<String, String>, Self::Error>;

    /// Hands over the words of texts that fit a pattern, before they are stemmed.
    ///
    /// # Errors
    /// When they cannot be read.
    fn forms(&self, pattern: &Pattern, each: &mut dyn FnMut(&str)) -> Result<(), Self::Error>;

    /// Whether some letter was read from a path or from below it.
    ///
    /// # Errors
    /// When that cannot be read.
    fn has_path(&self, path: &str) -> Result<bool, Self::Error>;
}

/// What an index here has.
pub struct Here<'a> {
    searcher: &'a Searcher,
    stop: &'a Stop,
}

impl<'a> Here<'a> {
    /// The same until nobody waits for it.
    pub fn new(searcher: &'a Searcher, stop: &'a Stop) -> Self {
        Self { searcher, stop }
    }
}

impl Known for Here<'_> {
    type Error = TantivyError;

    fn values(&self, def: &FieldDef) -> tantivy::Result<BTreeSet<String>> {
        IndexSchema::get()
            .find(&def.name)
            .map_or_else(|| Ok(BTreeSet::new()), |(_, field)| values(self.searcher, field))
    }

    fn spellings(&self, def: &FieldDef) -> tantivy::Result<BTreeMap<String, String>> {
        let mut spellings = BTreeMap::new();
        for segment in self.searcher.segment_readers() {
            let Some(column) = segment.fast_fields().str(&def.name)? else { continue };
            let mut value = String::new();
            for ord in 0..column.num_terms() as u64 {
                value.clear();
                column.ord_to_str(ord, &mut value)?;
                spell(&mut spellings, &value);
            }
        }
        Ok(spellings)
    }

    fn forms(&self, pattern: &Pattern, each: &mut dyn FnMut(&str)) -> tantivy::Result<()> {
        let beginning = pattern.beginning().as_bytes();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(IndexSchema::get().forms)?;
            go_on(self.stop)?;
            let mut forms = index.terms().range().ge(beginning).into_stream()?;
            while forms.advance() {
                if !forms.key().starts_with(beginning) {
                    break;
                }
                if let Ok(form) = std::str::from_utf8(forms.key())
                    && pattern.fits(form)
                    && lives(segment, &index, forms.value())?
                {
                    each(form);
                }
            }
        }
        Ok(())
    }

    fn has_path(&self, path: &str) -> tantivy::Result<bool> {
        crate::index::has_path(self.searcher, path)
    }
}

/// Goes on while somebody waits. Whoever gets the error knows that nobody does.
///
/// # Errors
/// Where nobody waits.
pub fn go_on(stop: &Stop) -> tantivy::Result<()> {
    if stop.is_set() { Err(tantivy::TantivyError::InternalError("given up".to_owned())) } else { Ok(()) }
}

/// Takes in a spelling of a value.
pub fn spell(spellings: &mut BTreeMap<String, String>, value: &str) {
    let spelling = spellings.entry(analysis::fold(value)).or_insert_with(|| value.to_owned());
    if value > spelling.as_str() {
        value.clone_into(spelling);
    }
}

/// The values of a keyword field, lower case and without accents. There are some hundreds at most.
pub fn values(searcher: &Searcher, field: Field) -> tantivy::Result<BTreeSet<String>> {
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
fn lives(segment: &SegmentReader, index: &InvertedIndexReader, term: &TermInfo) -> tantivy::Result<bool> {
    let Some(alive) = segment.alive_bitset() else { return Ok(true) };
    let mut documents = index.read_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    while documents.doc() != TERMINATED && !alive.is_alive(documents.doc()) {
        documents.advance();
    }
    Ok(documents.doc() != TERMINATED)
}
