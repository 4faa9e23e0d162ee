//! Documents with their scores that were looked up once, kept for the next time.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::index::SegmentId;
use tantivy::{DocId, Score, TERMINATED};

use crate::recent::Recent;

/// How much is noted of what was asked for once, in bytes.
const ASKED: usize = 1 << 20;

/// What was kept of an index as of one commit.
pub struct Kept {
    lists: Mutex<Recent<KeptKey, Arc<KeptList>>>,
    asked: Mutex<Recent<Arc<str>, ()>>,
}

/// What documents were looked up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeptKey {
    /// What is looked up.
    pub what: Arc<str>,
    /// In which segment.
    pub segment: SegmentId,
    /// Whether scores were.
    pub is_scored: bool,
}

impl Kept {
    /// Nothing yet, and room for so many bytes.
    pub fn new(room: usize) -> Self {
        Self { lists: Mutex::new(Recent::new(room)), asked: Mutex::new(Recent::new(ASKED)) }
    }

    /// Notes that something is asked for; says whether it was before.
    pub fn comes_again(&self, what: &Arc<str>) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let comes_again = asked.get(what).is_some();
        if !comes_again {
            asked.keep(Arc::clone(what), (), what.len());
        }
        comes_again
    }

    /// What was kept.
    pub fn get(&self, key: &KeptKey) -> Option<Arc<KeptList>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Keeps it.
    pub fn keep(&self, key: KeptKey, list: &Arc<KeptList>) {
        let bytes = key.what.len() + list.bytes();
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).keep(key, Arc::clone(list), bytes);
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

/// Documents of a segment with their scores.
pub struct KeptList {
    /// A bit for each document of the segment.
    bits: Box<[u64]>,
    /// How many documents there are before each of these words.
    before: Box<[u32]>,
    count: u32,
    /// The score of each document, or nothing where there are none.
    scores: Box<[Score]>,
    /// The greatest of them.
    most: Score,
}

impl KeptList {
    /// The documents of a segment of so many that `each` hands over in order, each with its score or none with one.
    pub fn of(max_doc: DocId, each: impl FnOnce(&mut dyn FnMut(DocId, Option<Score>))) -> Self {
        let mut bits = vec![0u64; max_doc as usize / 64 + 1];
        let mut scores = Vec::new();
        each(&mut |doc, score| {
            bits[doc as usize / 64] |= 1 << (doc % 64);
            scores.extend(score);
        });
        let mut count = 0;
        let before = bits.iter().map(|word| {
            let before = count;
            count += word.count_ones();
            before
        });
        let before = before.collect();
        let most = scores.iter().copied().fold(0.0, Score::max);
        Self { bits: bits.into_boxed_slice(), before, count, scores: scores.into_boxed_slice(), most }
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.bits) + size_of_val(&*self.before) + size_of_val(&*self.scores)
    }

    /// How many documents there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The greatest score; 0 where there are none.
    pub fn most(&self) -> Score {
        self.most
    }

    /// Whether they have scores.
    pub fn has_scores(&self) -> bool {
        !self.scores.is_empty()
    }

    /// The 64 documents from one on.
    pub fn word(&self, from: DocId) -> u64 {
        let (at, shift) = (from as usize / 64, from % 64);
        let word = |at: usize| self.bits.get(at).copied().unwrap_or(0);
        match shift {
            0 => word(at),
            _ => word(at) >> shift | word(at + 1) << (64 - shift),
        }
    }

    /// The first document from one on.
    pub fn next(&self, from: DocId) -> DocId {
        next_bit(&self.bits, from).unwrap_or(TERMINATED)
    }

    /// The score of a document that it has.
    pub fn score(&self, doc: DocId) -> Score {
        let at = doc as usize / 64;
        let below = self.bits[at] & ((1 << (doc % 64)) - 1);
        self.scores.get((self.before[at] + below.count_ones()) as usize).copied().unwrap_or_default()
    }
}

/// The first bit from one on, in words of 64.
pub fn next_bit(words: &[u64], from: u32) -> Option<u32> {
    let mut at = from as usize / 64;
    let mut bits = words.get(at)? & (u64::MAX << (from % 64));
    while bits == 0 {
        at += 1;
        bits = *words.get(at)?;
    }
    Some(at as u32 * 64 + bits.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_list_is_what_was_handed_over(docs in prop::collection::btree_set(0..500u32, 0..300), more in 1..200u32) {
            let max_doc = docs.last().map_or(0, |last| last + more);
            let list = KeptList::of(max_doc, |each| docs.iter().for_each(|doc| each(*doc, Some(*doc as Score))));
            prop_assert_eq!((list.count() as usize, list.has_scores()), (docs.len(), !docs.is_empty()));
            for from in 0..max_doc + 130 {
                prop_assert_eq!(list.next(from), docs.range(from..).next().copied().unwrap_or(TERMINATED));
                let word = (0..64).filter(|bit| docs.contains(&(from + bit))).fold(0u64, |word, bit| word | 1 << bit);
                prop_assert_eq!(list.word(from), word);
            }
            prop_assert_eq!(list.most(), docs.last().map_or(0.0, |last| *last as Score));
            for doc in &docs {
                prop_assert_eq!(list.score(*doc), *doc as Score);
            }
        }
    }
}
