//! Documents whose number in a column is between two.

use tantivy::columnar::Column;
use tantivy::{DocId, TERMINATED};

use super::window::{Bits, Found, SIZE, Source};

/// The documents of a segment, of which only those are looked at that are wanted: a range stands beside words for the most
/// part, which leave few over.
pub struct Range {
    column: Column<u64>,
    first: u64,
    last: u64,
    end: DocId,
    docs: Vec<DocId>,
    read: Vec<Option<u64>>,
}

impl Range {
    /// The documents of a segment before `end`, of which no column has more than one number, from `first` to `last`.
    pub fn new(column: Column<u64>, (first, last): (u64, u64), end: DocId) -> Self {
        Self { column, first, last, end, docs: Vec::new(), read: Vec::new() }
    }
}

impl Source for Range {
    fn next(&self) -> DocId {
        let has_some = self.first <= self.column.max_value() && self.last >= self.column.min_value();
        if has_some && self.end > 0 { 0 } else { TERMINATED }
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        let Self { docs, read, .. } = self;
        docs.clear();
        let behind = self.end.saturating_sub(start).min(SIZE);
        wanted.each(|place| docs.extend((place < behind).then_some(start + place)));
        read.clear();
        read.resize(docs.len(), None);
        self.column.first_vals(docs, read);
        for (doc, number) in docs.iter().zip(read) {
            if number.is_some_and(|number| (self.first..=self.last).contains(&number)) {
                found.add(doc - start, 0.0);
            }
        }
    }

    fn cost(&self) -> u64 {
        // All of them would have to be looked at.
        u64::from(self.end)
    }
}
