//! A segment of an index opened for reading. What is needed of it for every query is opened once.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use tantivy::columnar::{Column, StrColumn};
use tantivy::{SegmentReader, TantivyError};

use super::analysis;

/// A segment with the columns that were opened of it: opening one reads where each of its blocks begins, and a query opens
/// dozens. The values of keyword fields stay in memory, of which most have some hundreds, and a name that letters print has as
/// many as there are spellings.
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
        opened(&self.numbers, field, || self.reader.fast_fields().u64(field))
    }

    /// The column of a keyword field; `None` where no document has a value.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn keywords(&self, field: &str) -> tantivy::Result<Option<Keywords>> {
        opened(&self.keywords, field, || self.reader.fast_fields().str(field)?.map(Keywords::of).transpose())
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
        // How many there are is told by the file, which may be damaged.
        let mut values = Vec::new();
        let mut terms = column.dictionary().stream()?;
        while terms.advance() {
            let value = str::from_utf8(terms.key()).map_err(|error| TantivyError::InternalError(error.to_string()))?;
            values.push(Keyword { folded: analysis::fold(value), value: value.to_owned() });
        }
        Ok(Self { column, values: values.into() })
    }
}

fn opened<T: Clone>(opened: &Opened<T>, field: &str, open: impl FnOnce() -> tantivy::Result<T>) -> tantivy::Result<T> {
    if let Some(known) = opened.read().unwrap_or_else(PoisonError::into_inner).get(field) {
        return Ok(known.clone());
    }
    let new = open()?;
    opened.write().unwrap_or_else(PoisonError::into_inner).insert(field.to_owned(), new.clone());
    Ok(new)
}
