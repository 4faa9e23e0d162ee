//! Documents whose number in a column is between two.

use tantivy::columnar::Column;
use tantivy::{DocId, TERMINATED};

use super::window::{Bits, Found, SIZE, Source};

/// From how many wanted documents of a window on all of its numbers are gone through.
const MANY: u32 = SIZE / 4;

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
    /// The documents of a segment before `end`, of which none has more than one number there, from `first` to `last`.
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
        // Packed numbers are compared some at once, which is quicker than to read one after the other.
        if wanted.count() > MANY {
            self.column.get_docids_for_value_range(self.first..=self.last, start..start + behind, docs);
            docs.iter()
                .map(|doc| doc - start)
                .filter(|place| wanted.has(*place))
                .for_each(|place| found.add(place, 0.0));
            return;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A segment of three windows and some, in which every third document has no number.
    fn column() -> (Column<u64>, Vec<Option<u64>>) {
        use tantivy::schema::{FAST, Schema};
        let mut schema = Schema::builder();
        let field = schema.add_u64_field("n", FAST);
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads(1, 20_000_000).unwrap();
        let numbers: Vec<Option<u64>> =
            (0..u64::from(3 * SIZE) + 100).map(|doc| (doc % 3 != 0).then_some(doc * 7_919 % 1_000)).collect();
        for number in &numbers {
            let mut document = tantivy::TantivyDocument::new();
            number.iter().for_each(|number| document.add_u64(field, *number));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let column = searcher.segment_reader(0).fast_fields().u64("n").unwrap();
        (column, numbers)
    }

    #[test]
    fn a_range_has_what_is_wanted_and_between() {
        let (column, numbers) = column();
        let end = numbers.len() as DocId;
        for (first, last) in [(0, 1_000), (200, 300), (300, 200), (2_000, 3_000), (0, 0)] {
            for every in [1, 2, 5, 500] {
                let mut range = Range::new(column.clone(), (first, last), end);
                let (mut wanted, mut found, mut all) = (Bits::none(), Found::new(), Vec::new());
                (0..SIZE).step_by(every).for_each(|place| {
                    wanted.insert(place);
                });
                for start in [0, SIZE + 50, 2 * SIZE + 70] {
                    range.fill(start, &wanted, &mut found);
                    found.has.each(|place| all.push(start + place));
                }
                let starts = [0, SIZE + 50, 2 * SIZE + 70];
                let places = starts.iter().flat_map(|start| (0..SIZE).step_by(every).map(move |place| start + place));
                let between = |doc: &DocId| {
                    let number = numbers.get(*doc as usize).copied().flatten();
                    number.is_some_and(|number| (first..=last).contains(&number))
                };
                assert_eq!(all, places.filter(between).collect::<Vec<_>>(), "{first} {last} {every}");
            }
        }
        assert_eq!(Range::new(column, (2_000, 3_000), end).next(), TERMINATED);
    }
}
