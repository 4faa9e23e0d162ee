//! Issues with the same rationale, of which the best stands for all: found among everything that matches.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::{BuildHasherDefault, Hasher};

use tantivy::{DocAddress, Score};

use super::group::{Candidate, Entry};

/// Results by the number that their rationales have. Nearly every document that matches may be one, so they are small, and
/// the letter of a document is looked up only where that decides which of two is better.
#[derive(Default)]
pub struct Same {
    places: HashMap<u64, usize, BuildHasherDefault<Digest>>,
    found: Vec<Shared>,
}

/// The best issue with a rationale.
#[derive(Debug, Clone, Copy)]
pub struct Shared {
    /// The number of the rationale.
    pub digest: u64,
    /// The place in the order.
    pub place: u64,
    /// The score, 0 where hits are not ordered by it.
    pub score: Score,
    /// The place of the issue in its letter.
    pub number: u64,
    /// Where the document is.
    pub address: DocAddress,
    /// How many others there are with this rationale.
    pub more: u64,
}

impl Same {
    /// Takes in an issue, or what stands for several. `letter` gives the identity of a document's letter.
    pub fn take_in(&mut self, one: Shared, letter: &impl Fn(DocAddress) -> u64) {
        match self.places.entry(one.digest) {
            Slot::Vacant(slot) => {
                slot.insert(self.found.len());
                self.found.push(one);
            }
            Slot::Occupied(slot) => {
                let known = &mut self.found[*slot.get()];
                let more = known.more + one.more + 1;
                if one.is_before(known, letter) {
                    *known = one;
                }
                known.more = more;
            }
        }
    }

    /// Takes in what was found elsewhere.
    pub fn merge(&mut self, other: Self, letter: &impl Fn(DocAddress) -> u64) {
        match self.found.is_empty() {
            true => *self = other,
            false => other.found.into_iter().for_each(|one| self.take_in(one, letter)),
        }
    }

    /// All results, in no order.
    pub fn into_found(self) -> Vec<Shared> {
        self.found
    }
}

impl Shared {
    /// The result of an issue of this letter.
    pub fn entry(&self, letter: u64) -> Entry {
        let Self { place, score, number, address, more, .. } = *self;
        Entry { more, ..Entry::of(Candidate { key: (place, letter, number), score, number, address }) }
    }

    /// Whether it stands before another in the order that candidates have.
    fn is_before(&self, other: &Self, letter: &impl Fn(DocAddress) -> u64) -> bool {
        let rest = |one: &Self| (letter(one.address), one.number);
        self.place < other.place || (self.place == other.place && rest(self) < rest(other))
    }
}

/// A number that is a digest already, as its own hash.
#[derive(Default)]
struct Digest(u64);

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
