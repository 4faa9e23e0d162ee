//! What there is to be found: the values and words of all letters, wherever these are kept.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::postings::TermInfo;
use tantivy::{InvertedIndexReader, SegmentReader, TantivyError};

use super::near::NearWords;
use super::pattern::Pattern;
use crate::index::{FieldDef, IndexSchema, Reader, Stop, lives};

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
pub struct Here<'a>(pub &'a Reader);

impl Known for Here<'_> {
    type Error = TantivyError;

    fn values(&self, def: &FieldDef) -> tantivy::Result<BTreeSet<String>> {
        let Some((_, field)) = IndexSchema::get().find(&def.name) else { return Ok(BTreeSet::new()) };
        Ok(self.0.names(field)?.iter().map(|name| name.value.clone()).collect())
    }

    fn spellings(&self, def: &FieldDef) -> tantivy::Result<BTreeMap<String, String>> {
        let mut spellings = BTreeMap::new();
        for segment in self.0.segments() {
            let Some(keywords) = segment.keywords(&def.name)? else { continue };
            keywords.values.iter().for_each(|keyword| spell(&mut spellings, &keyword.folded, &keyword.value));
        }
        Ok(spellings)
    }

    fn forms(&self, pattern: &Pattern, each: &mut dyn FnMut(&str)) -> tantivy::Result<()> {
        for segment in self.0.searcher().segment_readers() {
            go_on(self.0.stop())?;
            let index = segment.inverted_index(IndexSchema::get().forms)?;
            match pattern {
                Pattern::Near { word, letters } => {
                    let near = NearWords::new(word, *letters);
                    let mut forms = index.terms().search(&near).into_stream()?;
                    while forms.advance() {
                        form_of(segment, &index, forms.key(), forms.value(), each)?;
                    }
                }
                Pattern::Wild(_) => {
                    let beginning = pattern.beginning().as_bytes();
                    let mut forms = index.terms().range().ge(beginning).into_stream()?;
                    while forms.advance() && forms.key().starts_with(beginning) {
                        if std::str::from_utf8(forms.key()).is_ok_and(|form| pattern.fits(form)) {
                            form_of(segment, &index, forms.key(), forms.value(), each)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn has_path(&self, path: &str) -> tantivy::Result<bool> {
        crate::index::has_path(self.0.searcher(), path)
    }
}

/// Hands over a word of a dictionary that some letter has still.
fn form_of(
    segment: &SegmentReader,
    index: &InvertedIndexReader,
    form: &[u8],
    term: &TermInfo,
    each: &mut dyn FnMut(&str),
) -> tantivy::Result<()> {
    if let Ok(form) = std::str::from_utf8(form)
        && lives(segment, index, term)?
    {
        each(form);
    }
    Ok(())
}

/// Goes on while somebody waits. Whoever gets the error knows that nobody does.
///
/// # Errors
/// Where nobody waits.
pub fn go_on(stop: &Stop) -> tantivy::Result<()> {
    if stop.is_set() { Err(tantivy::TantivyError::InternalError("given up".to_owned())) } else { Ok(()) }
}

/// Takes in a spelling of a value.
pub fn spell(spellings: &mut BTreeMap<String, String>, folded: &str, value: &str) {
    let spelling = spellings.entry(folded.to_owned()).or_insert_with(|| value.to_owned());
    if value > spelling.as_str() {
        value.clone_into(spelling);
    }
}
