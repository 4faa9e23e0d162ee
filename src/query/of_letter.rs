//! Matches in what a letter has once, such as its summary, as matches of all its issues.
//!
//! Such a text is indexed with the letter's first document only: the documents of a letter are added together, so they
//! stand in a row, in every segment and after every merge, and a match in the first one stands for all of them.

use tantivy::columnar::Column;
use tantivy::{DocId, Score, TERMINATED};

use super::walk::{Walk, is_few, look_for};
use super::window::{Bits, SIZE};
use crate::index::{NUMBER, REQUESTS, Segment, end_of_letter, first_of_letter};

/// All documents of the letters whose first one matches.
pub struct OfLetter<W> {
    /// Stands on the first document of the letter of `doc`.
    first: W,
    /// Whether that one matches, once it was looked up.
    held: Option<bool>,
    doc: DocId,
    /// The document behind the letter.
    end: DocId,
    numbers: Column<u64>,
    requests: Column<u64>,
    max_doc: DocId,
}

impl<W: Walk> OfLetter<W> {
    /// The documents of letters whose first ones are given.
    pub fn new(first: W, segment: &Segment) -> tantivy::Result<Self> {
        let (numbers, requests) = (segment.numbers(NUMBER)?, segment.numbers(REQUESTS)?);
        let mut this = Self { doc: 0, end: 0, first, held: None, numbers, requests, max_doc: segment.max_doc() };
        this.settle();
        Ok(this)
    }

    /// Stands where the first document does, and looks up where its letter ends.
    fn settle(&mut self) {
        self.doc = self.first.doc();
        self.held = None;
        self.end = match self.doc < self.max_doc {
            true => end_of_letter(&self.requests, self.doc).min(self.max_doc),
            false => self.max_doc,
        };
    }
}

impl<W: Walk> Walk for OfLetter<W> {
    fn doc(&self) -> DocId {
        self.doc
    }

    fn advance(&mut self) -> DocId {
        if self.doc.saturating_add(1) < self.end {
            self.doc += 1;
        } else if self.doc != TERMINATED {
            self.first.advance();
            self.settle();
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if target <= self.doc {
            return self.doc;
        }
        if target < self.end {
            self.doc = target;
            return target;
        }
        let first = match target < self.max_doc {
            true => first_of_letter(&self.numbers, target),
            false => TERMINATED,
        };
        self.first.seek(first);
        self.settle();
        // The letter may have begun before the document that was asked for.
        if self.doc < target && target < self.end {
            self.doc = target;
        }
        self.doc
    }

    fn holds(&mut self) -> bool {
        *self.held.get_or_insert_with(|| self.first.holds())
    }

    fn score(&mut self) -> Score {
        self.first.score()
    }

    fn size(&self) -> u32 {
        self.first.size()
    }

    fn cost(&self) -> u64 {
        self.first.cost()
    }

    // A letter is looked at once, not with each of its documents.
    fn each(&mut self, start: DocId, wanted: &Bits, each: &mut impl FnMut(DocId, Score)) {
        let end = start.saturating_add(SIZE);
        if self.seek(start) >= end {
            return;
        }
        if is_few(wanted, self.size()) {
            return look_for(self, start, wanted, each);
        }
        while self.doc < end {
            let (from, to) = (self.doc - start, self.end.min(end) - start);
            if wanted.next(from).is_some_and(|place| place < to) && self.holds() {
                let score = self.score();
                (from..to).filter(|place| wanted.has(*place)).for_each(|place| each(place, score));
            }
            if self.end > end {
                self.doc = end;
            } else {
                self.first.advance();
                self.settle();
            }
        }
    }
}
