//! A segment of an index opened for reading. What is needed of it for every query is opened once.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};

use super::analysis;

/// A column with more values than this is read anew for every query, so that memory stays bounded.
const MOST_VALUES: usize = 1 << 14;

/// A segment with the columns that were opened of it. Opening one reads where each of its blocks begins; and a query opens
/// dozens.
pub struct Segment {
    reader: SegmentReader,
    numbers: Opened<Column<u64>>,
    keywords: Opened<Option<Keywords>>,
}

/// What was opened, by the names of fields.
type Opened<T> = RwLock<HashMap<String, T>>;

/// The column of a keyword field.
#[derive(Clone)]
pub struct Keywords {
    /// The column: for each document the numbers of its values.
    pub column: StrColumn,
    /// The values, by their numbers.
    pub values: Arc<[Keyword]>,
}

/// A value of a keyword field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// As letters spell it.
    pub value: String,
    /// Lower case and without accents.
    pub folded: String,
}

impl Segment {
    /// A segment of which nothing is opened yet.
    pub(super) fn new(reader: SegmentReader) -> Self {
        Self { reader, numbers: Opened::default(), keywords: Opened::default() }
    }

    /// The column of a field of numbers.
    ///
    /// # Errors
    /// When the index cannot be read, or has no such column.
    pub fn numbers(&self, field: &str) -> tantivy::Result<Column<u64>> {
        opened(&self.numbers, field, |_| true, || self.reader.fast_fields().u64(field))
    }

    /// The column of a keyword field; `None` where no document has a value.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn keywords(&self, field: &str) -> tantivy::Result<Option<Keywords>> {
        let is_kept = |keywords: &Option<Keywords>| keywords.as_ref().is_none_or(|k| k.values.len() <= MOST_VALUES);
        opened(&self.keywords, field, is_kept, || self.reader.fast_fields().str(field)?.map(Keywords::of).transpose())
    }
}

impl Deref for Segment {
    type Target = SegmentReader;

    fn deref(&self) -> &SegmentReader {
        &self.reader
    }
}

impl Keywords {
    fn of(column: StrColumn) -> tantivy::Result<Self> {
        let mut values = Vec::with_capacity(column.num_terms());
        let mut terms = column.dictionary().stream()?;
        while terms.advance() {
            let value = String::from_utf8_lossy(terms.key()).into_owned();
            values.push(Keyword { folded: analysis::fold(&value), value });
        }
        Ok(Self { column, values: values.into() })
    }
}

fn opened<T: Clone>(
    opened: &Opened<T>,
    field: &str,
    is_kept: impl FnOnce(&T) -> bool,
    open: impl FnOnce() -> tantivy::Result<T>,
) -> tantivy::Result<T> {
    if let Some(known) = opened.read().unwrap_or_else(PoisonError::into_inner).get(field) {
        return Ok(known.clone());
    }
    let new = open()?;
    if is_kept(&new) {
        opened.write().unwrap_or_else(PoisonError::into_inner).insert(field.to_owned(), new.clone());
    }
    Ok(new)
}
