//! What can be typed: the values that an index has of a field, and its case numbers, by how they begin.

use std::collections::BTreeSet;

use tantivy::Term;
use tantivy::schema::Field;

use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldKind, IndexSchema, Keyword, Reader, analysis};
use crate::letter::CaseNumber;

/// The first values of a keyword field, in their order, that begin with these letters, whatever their case and accents;
/// of values with levels also the levels. They may be of letters that have gone.
///
/// # Errors
/// [`ErrorKind::Query`] for a field that has no such values, and when the index cannot be read.
pub fn values(reader: &Reader, field: &str, begin: &str, most: usize) -> Result<Vec<String>> {
    let Some((def, _)) = IndexSchema::get().find(field).filter(|(def, _)| def.is_keyword()) else {
        return Err(Error::new(ErrorKind::Query, format!("`{field}` has no values that could be listed")));
    };
    let begin = analysis::fold(begin);
    let read = || -> tantivy::Result<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for segment in reader.segments() {
            let Some(keywords) = segment.keywords(&def.name)? else { continue };
            for Keyword { value, .. } in keywords.values.iter().filter(|value| value.folded.starts_with(&begin)) {
                found.insert(value.clone());
                if def.kind == FieldKind::Hierarchy {
                    let levels = value.match_indices(analysis::LEVEL).map(|(end, _)| &value[..end]);
                    found.extend(levels.filter(|level| level.len() >= begin.len()).map(str::to_owned));
                }
            }
        }
        Ok(found)
    };
    let found = reader.guarded(|| read().map_err(|error| reader.damaged(error)))?;
    Ok(found.into_iter().take(most).collect())
}

/// The first case numbers that begin like this, in their order. They may be of letters that have gone.
///
/// # Errors
/// When the index cannot be read.
pub fn cases(reader: &Reader, begin: &str, most: usize) -> Result<Vec<CaseNumber>> {
    let end = |whole: &str| -> Option<CaseNumber> {
        let rest = whole.get(begin.len()..)?;
        format!("{begin}{rest}").parse().ok()
    };
    let (Some(first), Some(last)) = (end("CM00-0000000"), end("CM99-9999999")) else { return Ok(Vec::new()) };
    let field: Field = IndexSchema::get().field("case");
    let key = |case: CaseNumber| Term::from_field_u64(field, case.to_u64()).serialized_value_bytes().to_vec();
    let read = || -> tantivy::Result<BTreeSet<CaseNumber>> {
        let mut found = BTreeSet::new();
        for segment in reader.searcher().segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut terms = index.terms().range().ge(key(first)).le(key(last)).into_stream()?;
            let mut left = most;
            while left > 0 && terms.advance() {
                left -= 1;
                let number = terms.key().first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
                found.extend(number.and_then(CaseNumber::from_u64));
            }
        }
        Ok(found)
    };
    let found = reader.guarded(|| read().map_err(|error| reader.damaged(error)))?;
    Ok(found.into_iter().take(most).collect())
}
