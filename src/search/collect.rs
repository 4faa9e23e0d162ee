//! One pass over everything that matches: the best hits, the total, and counts by value.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use tantivy::query::Weight;
use tantivy::{DocAddress, Score, Searcher, SegmentReader};

use super::Count;
use super::cursor::Cursor;
use super::dimension::{Dimension, Interner, Values};
use super::group::{By, Candidate, Entry};
use super::order::{Order, Places, Sort};
use super::tally::{Group, Key, MOST_FIELDS, Tally};
use crate::index::SAME_RATIONALE;

/// What to collect.
pub struct Collect {
    /// How many of the best results.
    pub top: usize,
    /// What a result is.
    pub by: By,
    /// What the best are.
    pub sort: Sort,
    /// Only those behind this place.
    pub after: Option<Cursor>,
    /// The tables to count.
    pub tallies: Vec<Vec<Dimension>>,
    /// The documents that count, where not all do.
    pub only: Option<Arc<HashSet<DocAddress>>>,
}

/// What was collected.
pub struct Collected {
    /// The best results, in order.
    pub top: Vec<Entry>,
    /// The place of the last of them.
    pub last: Option<Cursor>,
    /// How many results there are up to the place that the best are behind, with that place.
    pub passed: u64,
    /// How many results there are in all.
    pub results: u64,
    /// All that matched.
    pub total: Count,
    /// The counts of each table.
    pub tallies: Vec<Tally>,
}

impl Collect {
    /// Goes over all that a query matches.
    pub fn run(&self, searcher: &Searcher, weight: &dyn Weight) -> tantivy::Result<Collected> {
        let tally = |by: &Vec<Dimension>| Tally { interners: vec![Interner::default(); by.len()], ..Tally::default() };
        let mut tallies: Vec<Tally> = self.tallies.iter().map(tally).collect();
        let order = Order::new(&self.sort, searcher, self.by)?;
        // A cursor of this order has a place in it.
        let after = self.after.as_ref().and_then(|c| Some((order.find(&c.place)?, c.letter, c.number)));
        let mut best = Best { top: self.top, after, ..Best::default() };
        let mut same: HashMap<u64, Entry> = HashMap::new();
        let mut total = Group::default();
        for (ord, segment) in (0..).zip(searcher.segment_readers()) {
            let mut pass = Pass::open(self, &order, segment, &mut tallies)?;
            let alive = segment.alive_bitset();
            let is_alive = |doc: u32| alive.is_none_or(|alive| alive.is_alive(doc));
            if self.top > 0 && order.wants_scores() {
                weight.for_each(segment, &mut |doc, score| {
                    if is_alive(doc) {
                        pass.collect(DocAddress::new(ord, doc), score, &mut best, &mut same);
                    }
                })?;
            } else {
                weight.for_each_no_score(segment, &mut |docs| {
                    for &doc in docs.iter().filter(|doc| is_alive(**doc)) {
                        pass.collect(DocAddress::new(ord, doc), 0.0, &mut best, &mut same);
                    }
                })?;
            }
            total.merge(&pass.total);
            best.offer(pass.letter.take());
            for (table, tally) in pass.tables.iter().zip(&mut tallies) {
                for (values, interner) in table.iter().zip(&mut tally.interners) {
                    values.close(interner)?;
                }
            }
            for (tally, groups) in tallies.iter_mut().zip(pass.groups) {
                for (key, group) in groups {
                    tally.groups.entry(key).or_default().merge(&group);
                }
            }
        }
        best.offer(same.into_values());
        let Best { heap, passed, results, .. } = best;
        let mut top: Vec<Entry> = heap.into_sorted_vec();
        top.iter_mut().for_each(|entry| entry.others.sort_unstable());
        let last = top.last().map(|last| {
            let (place, letter, number) = last.best.key;
            Cursor { place: order.tell(place), letter, number }
        });
        Ok(Collected { top, last, passed, results, total: total.count, tallies })
    }
}

/// The best results so far.
#[derive(Default)]
struct Best {
    top: usize,
    after: Option<(u64, u64, u64)>,
    heap: BinaryHeap<Entry>,
    passed: u64,
    results: u64,
}

impl Best {
    /// Takes whole results: those that nothing is added to any more.
    fn offer(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            self.results += 1;
            if self.after.is_some_and(|after| entry.best.key <= after) {
                self.passed += 1;
            } else if self.heap.len() < self.top {
                self.heap.push(entry);
            } else if let Some(mut worst) = self.heap.peek_mut()
                && entry < *worst
            {
                *worst = entry;
            }
        }
    }
}

/// The pass over one segment.
struct Pass<'a> {
    collect: &'a Collect,
    letters: tantivy::columnar::Column<u64>,
    numbers: tantivy::columnar::Column<u64>,
    /// Which issues have the same rationale.
    same: Option<tantivy::columnar::Column<u64>>,
    places: Places,
    /// The result of the current letter, as far as it is known.
    letter: Option<Entry>,
    tables: Vec<Vec<Values>>,
    groups: Vec<HashMap<Key, Group>>,
    total: Group,
    codes: [Vec<u32>; MOST_FIELDS],
}

impl<'a> Pass<'a> {
    fn open(
        collect: &'a Collect,
        order: &Order,
        segment: &SegmentReader,
        tallies: &mut [Tally],
    ) -> tantivy::Result<Self> {
        let mut tables = Vec::new();
        for (by, tally) in collect.tallies.iter().zip(tallies.iter_mut()) {
            let values = by.iter().zip(&mut tally.interners).map(|(d, i)| Values::open(d, None, segment, i));
            tables.push(values.collect::<tantivy::Result<_>>()?);
        }
        let fast = segment.fast_fields();
        Ok(Self {
            collect,
            letters: fast.u64("case")?,
            numbers: fast.u64("number")?,
            same: (collect.by == By::Rationale).then(|| fast.u64(SAME_RATIONALE)).transpose()?,
            places: order.of(segment)?,
            letter: None,
            groups: vec![Default::default(); tables.len()],
            tables,
            total: Group::default(),
            codes: Default::default(),
        })
    }

    fn collect(&mut self, address: DocAddress, score: Score, best: &mut Best, same: &mut HashMap<u64, Entry>) {
        let doc = address.doc_id;
        let letter = self.letters.first(doc).unwrap_or(u64::MAX);
        let number = self.numbers.first(doc).unwrap_or(0);
        let is_issue = number > 0;
        if self.collect.only.as_ref().is_some_and(|only| !only.contains(&address)) {
            return;
        }
        self.total.add(letter, is_issue);
        for (table, groups) in self.tables.iter_mut().zip(&mut self.groups) {
            for (values, codes) in table.iter_mut().zip(&mut self.codes) {
                values.of(doc, codes);
            }
            each_key(&self.codes[..table.len()], &mut |key| {
                groups.entry(key).or_default().add(letter, is_issue);
            });
        }
        if self.collect.top == 0 {
            return;
        }
        let key = (self.places.of(doc, score, letter, number), letter, number);
        let candidate = Candidate { key, score, number, address };
        match self.collect.by {
            By::Issue => best.offer([Entry::of(candidate)]),
            By::Letter => match &mut self.letter {
                // The documents of a letter follow one another within a segment, and a letter is in one segment only.
                Some(entry) if entry.best.key.1 == letter => entry.take_in(candidate, true),
                entry => best.offer(entry.replace(Entry::of(candidate))),
            },
            By::Rationale => match self.same.as_ref().and_then(|same| same.first(doc)) {
                None => best.offer([Entry::of(candidate)]),
                Some(digest) => match same.get_mut(&digest) {
                    Some(entry) => entry.take_in(candidate, false),
                    None => {
                        same.insert(digest, Entry::of(candidate));
                    }
                },
            },
        }
    }
}

/// Every combination of one code of each list.
pub fn each_key(codes: &[Vec<u32>], each: &mut dyn FnMut(Key)) {
    let mut key = Key::default();
    let mut places = [0usize; MOST_FIELDS];
    'keys: loop {
        for (i, codes) in codes.iter().enumerate() {
            key[i] = codes[places[i]];
        }
        each(key);
        for (i, codes) in codes.iter().enumerate().rev() {
            places[i] += 1;
            if places[i] < codes.len() {
                continue 'keys;
            }
            places[i] = 0;
        }
        return;
    }
}
