//! Documents gone through one after the other, of which some may turn out not to match.

use tantivy::query::Scorer;
use tantivy::{DocId, Score, TERMINATED};

use super::window::{Bits, Found, SIZE, Source};

/// Documents in order. Each is a candidate, which is cheap to find; whether it matches may be dear.
pub trait Walk: Send {
    /// The candidate that it stands on.
    fn doc(&self) -> DocId;
    /// Goes on to the next one.
    fn advance(&mut self) -> DocId;
    /// Goes on to the first one from a document on, if it stands before it.
    fn seek(&mut self, target: DocId) -> DocId;
    /// Whether the candidate matches.
    fn holds(&mut self) -> bool {
        true
    }
    /// The score of a candidate that matches.
    fn score(&mut self) -> Score;
    /// What no candidate scores more than.
    fn most(&self) -> Score {
        Score::INFINITY
    }
    /// How many candidates there are, more or less.
    fn size(&self) -> u32;
    /// What going through all of them costs, in documents of a word.
    fn cost(&self) -> u64 {
        u64::from(self.size())
    }
    /// Hands over those of the documents of a window that are wanted, with their scores.
    fn each(&mut self, start: DocId, wanted: &Bits, each: &mut impl FnMut(DocId, Score))
    where
        Self: Sized,
    {
        if self.seek(start) >= start.saturating_add(SIZE) {
            return;
        }
        if is_few(wanted, self.size()) {
            return look_for(self, start, wanted, each);
        }
        let mut doc = self.doc();
        while let Some(place) = doc.checked_sub(start).filter(|place| *place < SIZE) {
            if wanted.has(place) && self.holds() {
                each(place, self.score());
            }
            doc = self.advance();
        }
    }
}

/// How many times as long it takes to look for a document as to go on to the next.
const SEEK: u32 = 6;

/// Whether so few documents are wanted that each is looked for, where there may be as many in a window as the segment allows.
pub fn is_few(wanted: &Bits, size: u32) -> bool {
    wanted.count() * SEEK < size.min(SIZE)
}

/// Looks for each of the documents that are wanted.
pub fn look_for(walk: &mut impl Walk, start: DocId, wanted: &Bits, each: &mut impl FnMut(DocId, Score)) {
    wanted.each(|place| {
        let doc = start + place;
        if walk.doc() <= doc && walk.seek(doc) == doc && walk.holds() {
            each(place, walk.score());
        }
    });
}

/// A part of a query that is gone through by windows, the scores of which are added up with others.
pub trait Part: Send {
    /// A document that none of those not yet asked for stands before.
    fn next(&self) -> DocId;
    /// Adds what the documents score that are wanted, times a weight.
    fn add_to(&mut self, start: DocId, wanted: &Bits, found: &mut Found, weight: Score);
    /// What no document scores more than.
    fn most(&self) -> Score;
    /// What going through all of it costs.
    fn cost(&self) -> u64;
}

impl<W: Walk> Part for W {
    fn next(&self) -> DocId {
        self.doc()
    }

    fn add_to(&mut self, start: DocId, wanted: &Bits, found: &mut Found, weight: Score) {
        self.each(start, wanted, &mut |place, score| found.add(place, weight * score));
    }

    fn most(&self) -> Score {
        Walk::most(self)
    }

    fn cost(&self) -> u64 {
        Walk::cost(self)
    }
}

/// What a query of tantivy's matches.
pub struct Plain(pub Box<dyn Scorer>);

impl Walk for Plain {
    fn doc(&self) -> DocId {
        self.0.doc()
    }

    fn advance(&mut self) -> DocId {
        self.0.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.0.doc() < target { self.0.seek(target) } else { self.0.doc() }
    }

    fn score(&mut self) -> Score {
        1.0
    }

    fn size(&self) -> u32 {
        self.0.size_hint()
    }

    fn cost(&self) -> u64 {
        self.0.cost()
    }
}

/// What all have the same score of.
pub struct Same<W> {
    /// The documents.
    pub walk: W,
    /// Their score.
    pub score: Score,
}

impl<W: Walk> Source for Same<W> {
    fn next(&self) -> DocId {
        self.walk.doc()
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        let score = self.score;
        self.walk.each(start, wanted, &mut |place, _| found.add(place, score));
    }

    fn most(&self) -> Score {
        self.score
    }

    fn cost(&self) -> u64 {
        self.walk.cost()
    }
}

/// All documents of a segment, as many as there are.
pub struct All(pub DocId);

impl Source for All {
    fn next(&self) -> DocId {
        if self.0 == 0 { TERMINATED } else { 0 }
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has = wanted.clone();
        let mut behind = Bits::first(SIZE);
        behind.remove(&Bits::first(self.0.saturating_sub(start).min(SIZE)));
        found.has.remove(&behind);
        found.has.clone().each(|place| found.set(place, 0.0));
    }

    fn most(&self) -> Score {
        0.0
    }

    fn cost(&self) -> u64 {
        u64::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Documents, of which those that are even match; the score is the document.
    struct Even(Vec<DocId>, usize);

    impl Walk for Even {
        fn doc(&self) -> DocId {
            self.0.get(self.1).copied().unwrap_or(TERMINATED)
        }

        fn advance(&mut self) -> DocId {
            self.1 += 1;
            self.doc()
        }

        fn seek(&mut self, target: DocId) -> DocId {
            while self.doc() < target {
                self.1 += 1;
            }
            self.doc()
        }

        fn holds(&mut self) -> bool {
            self.doc().is_multiple_of(2)
        }

        fn score(&mut self) -> Score {
            self.doc() as Score
        }

        fn size(&self) -> u32 {
            self.0.len() as u32
        }
    }

    proptest! {
        #[test]
        fn windows_have_what_is_wanted_and_matches(
            docs in prop::collection::btree_set(0..3 * SIZE, 0..2000),
            wanted in prop_oneof![
                prop::collection::btree_set(0..SIZE, 0..50),
                prop::collection::btree_set(0..SIZE, 1000..2000),
            ],
            starts in prop_oneof![Just([0, SIZE, 2 * SIZE]), Just([700, 700 + SIZE, 2 * SIZE + 900])],
        ) {
            let mut walk = Even(docs.iter().copied().collect(), 0);
            let mut bits = Bits::none();
            wanted.iter().for_each(|place| { bits.insert(*place); });
            for start in starts {
                let mut found = Vec::new();
                walk.each(start, &bits, &mut |place, score| found.push((place, score)));
                let expected = wanted.iter().map(|place| (*place, start + place));
                let expected = expected.filter(|(_, doc)| docs.contains(doc) && doc % 2 == 0);
                prop_assert_eq!(found, expected.map(|(place, doc)| (place, doc as Score)).collect::<Vec<_>>());
            }
        }
    }
}
