//! Documents and scores, some thousands of documents at a time.
//!
//! Whoever combines queries hands each of them the documents of a window that the others have left over, as bits: plain loops
//! over one list after the other, instead of asking each query for each document.

use std::cell::RefCell;

use tantivy::{DocId, Score, TERMINATED};

use crate::index::{Stop, next_bit};

/// How many documents a window has.
pub const SIZE: DocId = 1 << 12;

const WORDS: usize = SIZE as usize / 64;

/// Some of the documents of a window, by their places in it.
#[derive(Clone)]
pub struct Bits([u64; WORDS]);

impl Bits {
    /// None.
    pub fn none() -> Self {
        Self([0; WORDS])
    }

    /// As many from the first on.
    pub fn first(count: DocId) -> Self {
        let in_word = |word: DocId| match count.saturating_sub(word * 64) {
            0 => 0,
            all if all >= 64 => u64::MAX,
            some => (1 << some) - 1,
        };
        Self(std::array::from_fn(|word| in_word(word as DocId)))
    }

    /// Whether a place is among them.
    #[inline]
    pub fn has(&self, place: DocId) -> bool {
        self.0.get(place as usize / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// Takes a place in; says whether it is new.
    #[inline]
    pub fn insert(&mut self, place: DocId) -> bool {
        let (word, bit) = (&mut self.0[place as usize / 64], 1 << (place % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Takes out all.
    pub fn clear(&mut self) {
        self.0 = [0; WORDS];
    }

    /// Takes others in.
    pub fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    /// Takes others out.
    pub fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
    }

    /// Leaves those that others have, which are given 64 at a time, from a place on.
    pub fn retain(&mut self, others: impl Fn(DocId) -> u64) {
        (0..).zip(&mut self.0).filter(|(_, word)| **word != 0).for_each(|(at, word)| *word &= others(at * 64));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The first from a place on.
    pub fn next(&self, place: DocId) -> Option<DocId> {
        next_bit(&self.0, place)
    }

    /// Hands over their places in order.
    #[inline]
    pub fn each(&self, mut each: impl FnMut(DocId)) {
        for (word, bits) in (0..).zip(self.0) {
            let mut bits = bits;
            while bits != 0 {
                each(word * 64 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }
}

/// What a query has of a window.
pub struct Found {
    /// The documents.
    pub has: Bits,
    /// The score of each of them; of others anything.
    scores: Box<[Score]>,
}

/// How many lists of scores, of 16 KiB, a thread keeps for the next query: a query has some for each segment, and to ask the
/// system for them anew takes as long as to fill them.
const MOST_FREE: usize = 32;

thread_local! {
    static FREE: RefCell<Vec<Box<[Score]>>> = const { RefCell::new(Vec::new()) };
}

impl Drop for Found {
    fn drop(&mut self) {
        let scores = std::mem::take(&mut self.scores);
        // While the thread ends there is nothing to keep it for.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.len() < MOST_FREE {
                free.push(scores);
            }
        });
    }
}

impl Found {
    /// Nothing yet.
    pub fn new() -> Self {
        let scores = FREE.with_borrow_mut(Vec::pop).unwrap_or_else(|| vec![0.0; SIZE as usize].into_boxed_slice());
        Self { has: Bits::none(), scores }
    }

    /// The score of a document that it has.
    #[inline]
    pub fn score(&self, place: DocId) -> Score {
        self.scores.get(place as usize).copied().unwrap_or_default()
    }

    /// Sets the score of a document.
    #[inline]
    pub fn set(&mut self, place: DocId, score: Score) {
        self.scores[place as usize] = score;
    }

    /// Adds to the score of a document, which it has from now on.
    #[inline]
    pub fn add(&mut self, place: DocId, score: Score) {
        let known = &mut self.scores[place as usize];
        *known = if self.has.insert(place) { score } else { *known + score };
    }

    /// Keeps the documents that score as much as wanted, if something is added to each score.
    pub fn keep(&mut self, wanted: Score, added: Score) {
        let Self { has, scores } = self;
        for (word, bits) in has.0.iter_mut().enumerate() {
            let mut left = *bits;
            while left != 0 {
                let place = left.trailing_zeros();
                if scores[word * 64 + place as usize] + added < wanted {
                    *bits &= !(1 << place);
                }
                left &= left - 1;
            }
        }
    }

    /// Changes the scores of all documents that it has.
    pub fn map(&mut self, change: impl Fn(Score) -> Score) {
        let Self { has, scores } = self;
        has.each(|place| scores[place as usize] = change(scores[place as usize]));
    }
}

/// A query that is gone through by windows.
pub trait Source: Send {
    /// A document that none of those it has, and that were not asked for, stands before.
    fn next(&self) -> DocId;
    /// Looks up which of the documents that are wanted it has, and nothing else. Windows do not overlap and come in order.
    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found);
    /// Looks the same up, and adds it to what is known of the window; `own` has room for it.
    fn add_to(&mut self, start: DocId, wanted: &Bits, sum: &mut Found, own: &mut Found) {
        self.fill(start, wanted, own);
        own.has.each(|place| sum.add(place, own.score(place)));
    }
    /// What no document scores more than.
    fn most(&self) -> Score {
        Score::INFINITY
    }
    /// Whoever asks wants no document any more that scores less: it may be left out. Comes with ever more.
    fn at_least(&mut self, _score: Score) {}
    /// What going through all of it costs, in documents of a word.
    fn cost(&self) -> u64;
}

/// The first document of any.
pub fn first(of: &[Box<dyn Source>]) -> DocId {
    of.iter().map(|source| source.next()).min().unwrap_or(TERMINATED)
}

/// What all cost.
pub fn cost(of: &[Box<dyn Source>]) -> u64 {
    of.iter().map(|source| source.cost()).sum()
}

/// The windows of a part of a segment.
pub struct Windows {
    source: Box<dyn Source>,
    found: Found,
    start: DocId,
    end: DocId,
    stop: Stop,
}

impl Windows {
    /// The windows between two documents. Where nobody waits any more, no other window comes.
    pub fn new(source: Box<dyn Source>, start: DocId, end: DocId, stop: Stop) -> Self {
        Self { source, found: Found::new(), start, end, stop }
    }

    /// From here on only documents are wanted that score as much; those that score less may come or not.
    pub fn at_least(&mut self, score: Score) {
        self.source.at_least(score);
    }

    /// The next window that has something, and its first document.
    pub fn fill_next(&mut self) -> Option<(DocId, &Found)> {
        loop {
            let start = self.start.max(self.source.next());
            if start >= self.end || self.stop.is_set() {
                return None;
            }
            self.start = start.saturating_add(SIZE);
            self.source.fill(start, &Bits::first((self.end - start).min(SIZE)), &mut self.found);
            if !self.found.has.is_empty() {
                return Some((start, &self.found));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn bits_are_a_set() {
        for count in [0, 1, 63, 64, 65, 1000, SIZE] {
            let bits = Bits::first(count);
            assert_eq!(bits.count(), count);
            assert!(bits.has(count.saturating_sub(1)) == (count > 0) && !bits.has(count));
            assert_eq!(bits.is_empty(), count == 0);
            let mut all = Vec::new();
            bits.each(|place| all.push(place));
            assert_eq!(all, Vec::from_iter(0..count));
        }
        let places = BTreeSet::from([0, 5, 63, 64, 700, SIZE - 1]);
        let mut bits = Bits::none();
        assert!(places.iter().all(|place| bits.insert(*place)) && !bits.insert(5));
        assert_eq!(bits.next(6), Some(63));
        assert_eq!(bits.next(701), Some(SIZE - 1));
        assert_eq!(bits.next(SIZE), None);
        bits.remove(&Bits::first(64));
        assert_eq!(bits.next(0), Some(64));
        bits.add(&Bits::first(2));
        assert_eq!(bits.count(), 5);
        bits.retain(|from| if from == 0 { 0b10 } else { u64::MAX });
        assert_eq!((bits.next(0), bits.count()), (Some(1), 4));
    }
}
