//! What a search's results are: issues, letters with their issues, or issues with different rationales.

use std::cmp::Ordering;

use tantivy::{DocAddress, Score};

/// What a result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// An issue.
    #[default]
    Issue,
    /// A letter with its issues that match, which stands where its best issue would.
    Letter,
    /// An issue, which stands for all others that match with the same rationale and outcome. Of these it is the best.
    Rationale,
}

/// A document among those that match. Orders by its place: the best is the least.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Its place in the order, the identity of its letter, and its number there.
    pub key: (u64, u64, u64),
    /// The score, 0 where hits are not ordered by it.
    pub score: Score,
    /// The place of the issue in its letter.
    pub number: u64,
    /// Where the document is.
    pub address: DocAddress,
}

/// One result: its best document, and the others. Orders as its best document does.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The best.
    pub best: Candidate,
    /// The others of a letter.
    pub others: Vec<Candidate>,
    /// How many others there are.
    pub more: u64,
}

impl Entry {
    /// The result of one document.
    pub fn of(best: Candidate) -> Self {
        Self { best, others: Vec::new(), more: 0 }
    }

    /// Takes in another document of the same result.
    pub fn take_in(&mut self, mut other: Candidate) {
        self.more += 1;
        if other < self.best {
            std::mem::swap(&mut self.best, &mut other);
        }
        self.others.push(other);
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.best == other.best
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.best.cmp(&other.best)
    }
}
