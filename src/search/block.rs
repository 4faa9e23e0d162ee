//! Documents that match, some hundreds at a time, and how they are counted.
//!
//! Segments are cut into parts that begin with a letter, so that each part counts its letters by itself and any number of
//! threads counts the same.

use std::ops::Range;

use rayon::prelude::*;
use tantivy::columnar::Column;
use tantivy::{DocId, Score, SegmentOrdinal};

use super::Count;
use crate::error::Result;
use crate::index::{NUMBER, Reader, Segment, first_by_number, first_of_letter};
use crate::query::Weighted;

/// How many documents one thread takes at a time, more or less. Fixed, so that the work is the same on any machine; few in
/// debug builds, so that all that is tested goes over the borders of parts.
const RANGE: DocId = if cfg!(debug_assertions) { 32 } else { 1 << 16 };

/// What goes over a part of a segment.
pub trait Pass: Send {
    /// Goes over what a query matches among some documents.
    fn run(&mut self, segment: &Segment, weight: &Weighted, range: Range<DocId>) -> tantivy::Result<()>;
}

/// Opens a pass for each part of each segment, and runs them on all cores. They come in the order of the parts.
///
/// # Errors
/// When the index cannot be read, and where nobody waits for it any more.
pub fn passes<'a, P: Pass>(
    reader: &'a Reader,
    weight: &Weighted,
    mut open: impl FnMut(SegmentOrdinal, &'a Segment) -> tantivy::Result<P>,
) -> Result<Vec<P>> {
    let damaged = |error| reader.damaged(error);
    let mut parts = Vec::new();
    for (ord, segment) in (0..).zip(reader.segments()) {
        for range in ranges(segment).map_err(damaged)? {
            parts.push((open(ord, segment).map_err(damaged)?, segment, range));
        }
    }
    // A panic of the libraries below on a damaged file is caught where it happens.
    let run = |(mut pass, segment, range): (P, _, _)| {
        reader.go_on()?;
        reader.guarded(|| pass.run(segment, weight, range).map_err(damaged))?;
        // What was given up in the middle is not all of it.
        reader.go_on()?;
        Ok(pass)
    };
    pieces(reader, parts, run)
}

/// Does each piece of some work, on all cores where there are several pieces and the others have nothing else to do. What was
/// done comes in the order of the pieces, or else the first error in that order.
///
/// # Errors
/// Those of the work.
pub fn pieces<T: Send, R: Send>(
    reader: &Reader,
    pieces: Vec<T>,
    work: impl Fn(T) -> Result<R> + Sync + Send,
) -> Result<Vec<R>> {
    // One piece need not wake, or begin, the threads of the pool.
    let done: Vec<Result<R>> = match reader.is_alone() || pieces.len() < 2 {
        true => pieces.into_iter().map(work).collect(),
        false => pieces.into_par_iter().map(work).collect(),
    };
    done.into_iter().collect()
}

/// A segment in parts of which each begins with a letter.
fn ranges(segment: &Segment) -> tantivy::Result<Vec<Range<DocId>>> {
    let numbers = segment.numbers(NUMBER)?;
    let max_doc = segment.max_doc();
    let (mut ranges, mut start) = (Vec::new(), 0);
    while start < max_doc {
        let wanted = start.saturating_add(RANGE);
        // What is left over is too little for a part of its own.
        let end = if wanted.saturating_add(RANGE / 2) >= max_doc { max_doc } else { first_of_letter(&numbers, wanted) };
        let end = if end > start { end } else { max_doc };
        ranges.push(start..end);
        start = end;
    }
    Ok(ranges)
}

/// How many documents are looked at together, so that a column is read once for all of them.
pub const BLOCK: usize = 512;

/// A document that matches.
#[derive(Clone, Copy)]
pub struct Matched {
    pub doc: DocId,
    pub score: Score,
    pub number: u64,
    /// The first document of its letter.
    pub first: DocId,
}

impl Matched {
    /// A document whose letter is not known yet.
    pub fn new(doc: DocId, score: Score) -> Self {
        Self { doc, score, number: 0, first: doc }
    }
}

/// Looks up of which letters documents are. The lists are filled with the documents, and with what was read.
pub fn look_up(block: &mut [Matched], numbers: &Column<u64>, docs: &mut Vec<DocId>, read: &mut Vec<Option<u64>>) {
    docs.clear();
    docs.extend(block.iter().map(|matched| matched.doc));
    read.clear();
    read.resize(docs.len(), None);
    numbers.first_vals(docs, read);
    for (matched, number) in block.iter_mut().zip(read.iter()) {
        matched.number = number.unwrap_or(0);
        matched.first = first_by_number(matched.doc, matched.number);
    }
}

/// Counts of documents in a part of a segment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counter {
    pub count: Count,
    /// The document behind the last that was counted.
    behind: DocId,
}

impl Counter {
    /// Counts a document; says whether its letter is new. Documents come in order and those of a letter follow one another, so
    /// that its letter is new where the last one that was counted stands before the letter's first.
    #[inline]
    pub fn add(&mut self, matched: &Matched) -> bool {
        let is_new = self.behind <= matched.first;
        self.count.issues += u64::from(matched.number > 0);
        self.count.letters += u64::from(is_new);
        self.behind = matched.doc + 1;
        is_new
    }

    /// What was counted elsewhere.
    pub fn of(count: Count) -> Self {
        Self { count, behind: 0 }
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.behind == 0
    }

    /// Adds the counts of other letters.
    pub fn merge(&mut self, other: &Self) {
        self.count.issues += other.count.issues;
        self.count.letters += other.count.letters;
        self.behind = self.behind.max(other.behind);
    }
}
