//! The scores of several fields added up, some thousands of documents at a time.
//!
//! One field after the other is gone through for a whole window, so that the loop over a field's documents is one of plain code
//! over one list. Going from document to document over all fields asks each field for each document.

use tantivy::query::Scorer;
use tantivy::{DocId, Score, TERMINATED};

/// How many documents a window has at most.
const MOST: u32 = 1 << 12;
/// How many it has at least where going on is cheap.
const LEAST: u32 = 1 << 6;

/// The documents of one field, which can be gone through in a loop of its own.
pub trait Part: Scorer {
    /// Adds what they score, times a weight, up to the end of the window.
    fn add_to(&mut self, sums: &mut Sums, weight: Score);
}

impl<S: Scorer> Part for S {
    fn add_to(&mut self, sums: &mut Sums, weight: Score) {
        let mut doc = self.doc();
        while doc < sums.end {
            sums.add(doc, weight * self.score());
            doc = self.advance();
        }
    }
}

/// Sums over the documents from `start` to before `end`.
pub struct Sums {
    start: DocId,
    end: DocId,
    /// Which documents have one.
    has: Vec<u64>,
    sums: Vec<Score>,
}

impl Sums {
    fn add(&mut self, doc: DocId, score: Score) {
        let place = (doc - self.start) as usize;
        let bit = 1 << (place % 64);
        let (has, sum) = (&mut self.has[place / 64], &mut self.sums[place]);
        *sum = if *has & bit == 0 { score } else { *sum + score };
        *has |= bit;
    }

    /// The first document from one on that has a sum.
    fn next(&self, doc: DocId) -> Option<DocId> {
        let place = (doc - self.start) as usize;
        let mut word = place / 64;
        let mut bits = self.has.get(word)? & (u64::MAX << (place % 64));
        while bits == 0 {
            word += 1;
            bits = *self.has.get(word)?;
        }
        Some(self.start + word as u32 * 64 + bits.trailing_zeros())
    }

    fn of(&self, doc: DocId) -> Score {
        self.sums.get((doc - self.start) as usize).copied().unwrap_or_default()
    }
}

/// The union of some fields.
pub struct Windows {
    parts: Vec<(Box<dyn Part>, Score)>,
    sums: Sums,
    doc: DocId,
    size: u32,
    /// How many documents a window has at least.
    least: u32,
}

impl Windows {
    /// The union of fields with their weights. Where it is dear to find whether a field has a document, documents that nobody
    /// asks for are not looked at ahead.
    pub fn new(parts: Vec<(Box<dyn Part>, Score)>, is_dear: bool) -> Self {
        let sums = Sums { start: 0, end: 0, has: Vec::new(), sums: vec![0.0; MOST as usize] };
        let least = if is_dear { 1 } else { LEAST };
        let mut this = Self { parts, sums, doc: 0, size: least, least };
        this.refill();
        this
    }

    /// The document that it stands on.
    pub fn doc(&self) -> DocId {
        self.doc
    }

    /// What the document's fields score together, added up in their order, so that the sum is the same in every index.
    pub fn sum(&self) -> Score {
        self.sums.of(self.doc)
    }

    /// Goes on to the next document.
    pub fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            match self.sums.next(self.doc + 1) {
                Some(doc) => self.doc = doc,
                None => {
                    self.size = (self.size * 2).min(MOST);
                    self.refill();
                }
            }
        }
        self.doc
    }

    /// Goes on to the first document from one on.
    pub fn seek(&mut self, target: DocId) -> DocId {
        if target <= self.doc {
            return self.doc;
        }
        let end = self.sums.end;
        if target < end
            && let Some(doc) = self.sums.next(target)
        {
            self.doc = doc;
            return doc;
        }
        // Whoever asks for few documents has no use for those between.
        self.size = match target.saturating_sub(end) < self.size {
            true => (self.size * 2).min(MOST),
            false => (self.size / 4).max(self.least),
        };
        for (part, _) in &mut self.parts {
            if part.doc() < target {
                part.seek(target);
            }
        }
        self.refill();
        self.doc
    }

    /// Fills the window from the first document of any field on, and stands there.
    fn refill(&mut self) {
        self.parts.retain(|(part, _)| part.doc() != TERMINATED);
        let Some(start) = self.parts.iter().map(|(part, _)| part.doc()).min() else {
            self.doc = TERMINATED;
            return;
        };
        let sums = &mut self.sums;
        (sums.start, sums.end, self.doc) = (start, (start + self.size).min(TERMINATED), start);
        sums.has.clear();
        sums.has.resize(self.size.div_ceil(64) as usize, 0);
        for (part, weight) in &mut self.parts {
            part.add_to(sums, *weight);
        }
    }

    /// The documents of the largest field.
    pub fn size_hint(&self) -> u32 {
        self.parts.iter().map(|(part, _)| part.size_hint()).max().unwrap_or(0)
    }

    /// What going through all fields costs.
    pub fn cost(&self) -> u64 {
        self.parts.iter().map(|(part, _)| part.cost()).sum()
    }
}
