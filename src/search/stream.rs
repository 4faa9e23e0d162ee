//! Everything that matches, letter by letter in the order of case numbers, in memory that does not grow with it.
//!
//! What matches is looked for a batch at a time, each behind the last: a million letters are some dozen passes over
//! numbers, which take less time than reading the records.

use std::vec::IntoIter;

use tantivy::DocAddress;

use super::collect::Collect;
use super::cursor::Cursor;
use super::group::{Candidate, Entry};
use super::{Count, Sort, collected, resolved};
use crate::error::Result;
use crate::index::Reader;
use crate::query::{Expr, Resolved};
use crate::record::LetterRecord;

/// How many documents are known by their place before their records are read.
const BATCH: usize = 1 << 17;

/// The letters with something that matches, as of when the index was opened.
pub struct Stream<'a> {
    reader: &'a Reader,
    expr: Expr,
    batch: usize,
    ahead: IntoIter<Entry>,
    behind: Option<Cursor>,
    is_last: bool,
    letter: Option<Place>,
    /// All that matches.
    pub total: Count,
    /// Remarks on the query, a line each.
    pub notes: Vec<String>,
}

/// A letter with something that matches.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// The whole letter.
    pub letter: LetterRecord,
    /// The places of its issues that match, from 1 and ascending; none where it has no issues.
    pub numbers: Vec<u64>,
    /// Where its first document is.
    pub first: DocAddress,
}

/// Where a letter is in the index.
struct Place {
    first: DocAddress,
    numbers: Vec<u64>,
}

impl<'a> Stream<'a> {
    /// What an expression matches.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn open(reader: &'a Reader, expr: &Expr) -> Result<Self> {
        Self::in_batches(reader, expr, BATCH)
    }

    /// The same with another number of documents looked for at a time.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn in_batches(reader: &'a Reader, expr: &Expr, batch: usize) -> Result<Self> {
        let Resolved { expr, notes } = reader.guarded(|| resolved(reader, expr))?;
        let (ahead, behind, letter) = (Vec::new().into_iter(), None, None);
        let total = Count::default();
        let mut this = Self { reader, expr, batch: batch.max(1), ahead, behind, is_last: false, letter, total, notes };
        this.total = this.look_ahead()?;
        Ok(this)
    }

    /// Takes the next batch, and gives how much matches in all.
    fn look_ahead(&mut self) -> Result<Count> {
        let reader = self.reader;
        let collect = Collect { after: self.behind.take(), ..Collect::first(self.batch, Sort::case()) };
        let found = reader.guarded(|| collected(reader, &self.expr, &collect))?;
        self.is_last = found.passed + found.top.len() as u64 >= found.results;
        self.behind = found.last;
        self.ahead = found.top.into_iter();
        Ok(found.total)
    }

    /// The next document that matches.
    fn candidate(&mut self) -> Result<Option<Candidate>> {
        if self.ahead.len() == 0 && !self.is_last {
            self.look_ahead()?;
        }
        Ok(self.ahead.next().map(|entry| entry.best))
    }

    /// The next letter whose documents that match are all known.
    fn place(&mut self) -> Result<Option<Place>> {
        while let Some(Candidate { address, number, .. }) = self.candidate()? {
            // The documents of a letter follow one another; the numbers of its issues begin with 1.
            let back = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
            let first = DocAddress::new(address.segment_ord, address.doc_id.saturating_sub(back));
            let numbers = Vec::from_iter((number > 0).then_some(number));
            match &mut self.letter {
                Some(letter) if letter.first == first => letter.numbers.extend(numbers),
                letter => {
                    if let Some(whole) = letter.replace(Place { first, numbers }) {
                        return Ok(Some(whole));
                    }
                }
            }
        }
        Ok(self.letter.take())
    }
}

impl Iterator for Stream<'_> {
    type Item = Result<Matched>;

    fn next(&mut self) -> Option<Result<Matched>> {
        let Place { first, numbers } = match self.place() {
            Ok(place) => place?,
            Err(error) => return Some(Err(error)),
        };
        let letter = self.reader.guarded(|| self.reader.letter_from(first));
        Some(letter.map(|letter| Matched { letter, numbers, first }))
    }
}
