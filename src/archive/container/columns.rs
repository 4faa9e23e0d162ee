//! Exports of records in Parquet: each row is an entry, which is read as the JSON that the record has in a line.
//!
//! The crate parses a footer, and puts a row together, as a whole, however large it is. So the footer is gone over before it is
//! parsed (`footer`), pages are checked before they are unpacked (`pages`), and the rows of a group before the first of them is
//! put together (`groups`).

use std::io;

use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use serde_json::{Map, Value};

use super::groups::{self, Groups};
use super::jsonl::record_name;
use super::limits::{Limits, damaged};
use super::part::too_large;
use super::source::Source;
use super::{Data, Head, Is, Shape};
use crate::error::{Error, ErrorKind, Result};
use crate::letter::Date;

/// Columns that every export of letters has; see `schema/export-letters.parquet.txt`.
const COLUMNS: [&str; 3] = ["case_number", "digest", "issues"];

/// The rows of a file.
pub(super) struct Rows {
    rows: RowIter<'static>,
    /// The same file, for a look at the row groups before their rows.
    file: Groups,
    /// How many row groups, and rows in them, were looked at.
    looked: usize,
    checked: u64,
    number: u64,
    row: Option<Data>,
    limits: Limits,
}

impl Rows {
    pub(super) fn new(source: Source, limits: &Limits) -> Result<Self> {
        let file = Groups::open(&source, limits).map_err(|e| fault("is no Parquet file", e))?;
        let schema = file.metadata().file_metadata().schema();
        let has = |name: &str| schema.get_fields().iter().any(|field| field.name() == name);
        if let Some(missing) = COLUMNS.iter().find(|name| !has(name)) {
            let fact = format!("is no export of letters: it has no column `{missing}`");
            return Err(Error::new(ErrorKind::RecordDamaged, fact)
                .with_hint("`imr export --of letters` and `imr parse --shard` write letters in Parquet"));
        }
        // A row at a time, since only rows are known to be small.
        let rows = RowIter::from_file_into(Box::new(file.clone())).with_batch_size(1);
        Ok(Self { rows, file, looked: 0, checked: 0, number: 0, row: None, limits: *limits })
    }

    /// Looks at the row group of the next row, and at those without rows before it.
    fn check(&mut self) -> Result<()> {
        while self.number == self.checked && self.looked < self.file.num_row_groups() {
            let group = self.file.get_row_group(self.looked).map_err(unpacked)?;
            groups::check(&*group, self.checked + 1, &self.limits).map_err(unpacked)?;
            self.checked += u64::try_from(group.metadata().num_rows()).unwrap_or(0);
            self.looked += 1;
        }
        Ok(())
    }
}

impl Shape for Rows {
    fn next(&mut self) -> Option<Result<Head>> {
        if let Err(error) = self.check() {
            return Some(Err(error));
        }
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(unpacked(error))),
        };
        self.number += 1;
        let line = match object(&row).map(|object| Value::Object(object).to_string().into_bytes()) {
            Ok(line) if line.len() as u64 > self.limits.entry_bytes => Data::Fault(too_large(&self.limits)),
            Ok(line) => Data::Bytes(line),
            Err(error) => Data::Fault(error),
        };
        let bytes = if let Data::Bytes(line) = &line { line.len() as u64 } else { 0 };
        self.row = Some(line);
        Some(Ok(Head { name: record_name(self.number), is: Is::Record, bytes }))
    }

    fn data(&mut self) -> Data {
        self.row.take().unwrap_or(Data::Bytes(Vec::new()))
    }
}

fn object(row: &Row) -> Result<Map<String, Value>> {
    row.get_column_iter().map(|(name, field)| Ok((name.clone(), value(name, field)?))).collect()
}

/// A value as records have it in JSON: days as they are written.
fn value(name: &str, field: &Field) -> Result<Value> {
    Ok(match field {
        Field::Null => Value::Null,
        Field::Bool(flag) => (*flag).into(),
        Field::Int(number) => (*number).into(),
        Field::UInt(number) => (*number).into(),
        Field::Long(number) => (*number).into(),
        Field::Str(text) => text.as_str().into(),
        Field::Date(days) => match days.checked_add(Date::EPOCH).and_then(Date::from_days) {
            Some(date) => date.to_string().into(),
            None => return Err(wrong(name)),
        },
        Field::ListInternal(list) => {
            Value::Array(list.elements().iter().map(|field| value(name, field)).collect::<Result<_>>()?)
        }
        Field::Group(row) => Value::Object(object(row)?),
        _ => return Err(wrong(name)),
    })
}

fn wrong(name: &str) -> Error {
    Error::new(
        ErrorKind::RecordDamaged,
        format!("is no record of a letter: the column `{name}` has a value of another kind"),
    )
}

fn unpacked(error: ParquetError) -> Error {
    fault("cannot be unpacked to its end", error)
}

/// Says why a file cannot be read: the disk, a limit, or damage.
fn fault(fact: &str, error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => super::limits::fault(*error),
            Err(cause) => damaged(fact).with_source(cause),
        },
        other => damaged(fact).with_source(other),
    }
}
