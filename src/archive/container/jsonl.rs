//! Exports of records, one JSON object a line.

use std::io::{BufRead, BufReader, Read};

use super::limits::{Limits, fault};
use super::part::{Stream, too_large};
use super::{Data, Head, Is, Shape};
use crate::error::{Error, ErrorKind, Result};

/// A field that every record has; see `schema/letter.schema.json`.
const FIELD: &[u8] = b"\"case_number\"";

/// The name of a record in an export: its number from 1, in so many digits that names are in the order of records. Of
/// versions of a letter that are equal otherwise the first path counts.
pub(super) fn record_name(number: u64) -> String {
    format!("{number:07}")
}

/// A file of lines; each that is not blank is an entry, named by its number; see [`record_name`].
pub(super) struct Lines {
    input: BufReader<Stream>,
    number: u64,
    is_first: bool,
    line: Option<Data>,
    limits: Limits,
}

impl Lines {
    pub(super) fn new(input: Stream, limits: &Limits) -> Self {
        Self {
            input: BufReader::with_capacity(64 << 10, input),
            number: 0,
            is_first: true,
            line: None,
            limits: *limits,
        }
    }

    /// The next line without its end, or how long it is if too long; `None` at the end.
    fn line(&mut self) -> std::io::Result<Option<(Vec<u8>, u64)>> {
        let mut line = Vec::new();
        let most = self.limits.entry_bytes + 1;
        let mut bytes = (&mut self.input).take(most).read_until(b'\n', &mut line)? as u64;
        if bytes == 0 {
            return Ok(None);
        }
        if bytes == most && !line.ends_with(b"\n") {
            line = Vec::new();
            loop {
                let ahead = self.input.fill_buf()?;
                let end = memchr::memchr(b'\n', ahead);
                let used = end.map_or(ahead.len(), |end| end + 1);
                self.input.consume(used);
                bytes += used as u64;
                if end.is_some() || used == 0 {
                    break;
                }
            }
        }
        Ok(Some((line, bytes)))
    }
}

impl Shape for Lines {
    fn next(&mut self) -> Option<Result<Head>> {
        loop {
            let (mut line, bytes) = match self.line() {
                Ok(line) => line?,
                Err(error) => return Some(Err(fault(error))),
            };
            self.number += 1;
            let is_too_long = line.is_empty();
            if self.number == 1 && line.starts_with("\u{feff}".as_bytes()) {
                line.drain(..3);
            }
            if !is_too_long && line.trim_ascii().is_empty() {
                continue;
            }
            line.truncate(line.trim_ascii_end().len());
            // Lines of something else would each be a failure, and there may be millions.
            if std::mem::take(&mut self.is_first) && !is_too_long && memchr::memmem::find(&line, FIELD).is_none() {
                let error = Error::new(ErrorKind::RecordDamaged, "is no export of records: its first line is none");
                return Some(Err(error.with_hint("`imr parse` prints records, one a line")));
            }
            self.line = Some(match is_too_long {
                true => Data::Fault(too_large(&self.limits)),
                false => Data::Bytes(line),
            });
            return Some(Ok(Head { name: record_name(self.number), is: Is::Record, bytes }));
        }
    }

    fn data(&mut self) -> Data {
        self.line.take().unwrap_or(Data::Bytes(Vec::new()))
    }
}
