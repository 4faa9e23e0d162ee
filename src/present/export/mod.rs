//! Whole records as files for other programs: JSON lines, CSV and Parquet, written as they come.

mod cells;
mod groups;
mod shred;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::json;
use super::style::Style;
use crate::record::{IssueRecord, LetterRecord};

/// What a file of an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// An object a line.
    Jsonl,
    /// A line for each row, with a head.
    Csv,
    /// Columns with types; see `schema/export-letters.parquet.txt` and `schema/export-issues.parquet.txt`.
    Parquet,
}

/// What a row of an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A letter with its issues.
    Letters,
    /// An issue with the facts of its letter.
    Issues,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub enum Row<'a> {
    /// A letter.
    Letter(&'a LetterRecord),
    /// An issue of a letter.
    Issue(&'a LetterRecord, &'a IssueRecord),
}

/// A file that is being written.
pub trait Rows {
    /// Writes a row, or keeps it to be written with others.
    ///
    /// # Errors
    /// From the writer.
    fn write(&mut self, row: Row<'_>) -> io::Result<()>;

    /// Writes what is left, and what ends the file.
    ///
    /// # Errors
    /// From the writer.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Begins a file.
///
/// # Errors
/// From the writer.
pub fn rows<'w>(
    format: FileFormat,
    of: Of,
    out: Box<dyn Write + Send + 'w>,
    style: &'w Style,
) -> io::Result<Box<dyn Rows + 'w>> {
    Ok(match format {
        FileFormat::Jsonl => Box::new(Lines(out)),
        FileFormat::Csv => Box::new(cells::Cells::begin(of, out, style)?),
        FileFormat::Parquet => Box::new(groups::Groups::begin(of, out)?),
    })
}

/// JSON lines.
struct Lines<W>(W);

impl<W: Write> Rows for Lines<W> {
    fn write(&mut self, row: Row<'_>) -> io::Result<()> {
        match row {
            Row::Letter(letter) => json::line(&mut self.0, letter),
            row => json::line(&mut self.0, &row.object()?),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

impl Row<'_> {
    /// The row as an object: a letter's record, or an issue's with the facts of its letter before it. Where both have a
    /// name, the letter's is `letter_outcome`.
    fn object(self) -> io::Result<Value> {
        match self {
            Row::Letter(letter) => Ok(serde_json::to_value(letter)?),
            Row::Issue(letter, issue) => {
                let mut object = Map::new();
                let facts = members(&letter.facts)?.into_iter();
                object
                    .extend(facts.map(|(n, v)| if n == "outcome" { ("letter_outcome".to_owned(), v) } else { (n, v) }));
                object.extend(members(issue)?);
                Ok(Value::Object(object))
            }
        }
    }
}

fn members(record: &impl Serialize) -> io::Result<Map<String, Value>> {
    Ok(match serde_json::to_value(record)? {
        Value::Object(object) => object,
        _ => Map::new(),
    })
}
