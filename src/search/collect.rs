//! One pass over everything that matches: the best hits, the total, and counts by value.

use std::collections::{BinaryHeap, HashSet};
use std::sync::Arc;

use tantivy::query::Weight;
use tantivy::{DocAddress, Score, Searcher, SegmentReader};

use super::cursor::Cursor;
use super::dimension::{Dimension, Interner, Values};
use super::order::{Order, Places, Sort};
use super::tally::{Group, Key, Tally};
use super::{Count, MOST_FIELDS};

/// What to collect.
pub struct Collect {
    /// How many of the best.
    pub top: usize,
    /// What the best are.
    pub sort: Sort,
    /// Only those behind this place.
    pub after: Option<Cursor>,
    /// The tables to count.
    pub tallies: Vec<Vec<Dimension>>,
    /// Whether documents of letters without issues are left out.
    pub only_issues: bool,
    /// The documents that count, where not all do.
    pub only: Option<Arc<HashSet<DocAddress>>>,
}

/// What was collected.
pub struct Collected {
    /// The best, in order.
    pub top: Vec<Candidate>,
    /// The place of the last of them.
    pub last: Option<Cursor>,
    /// How many documents there are up to the place that the best are behind, with that place.
    pub passed: u64,
    /// How many documents matched.
    pub documents: u64,
    /// All that matched.
    pub total: Count,
    /// The counts of each table.
    pub tallies: Vec<Tally>,
}

/// A document among the best so far. Orders by its place: the best is the least.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Its place in the order, the identity of its letter, and its number there.
    key: (u64, u64, u64),
    /// The score, 0 where hits are not ordered by it.
    pub score: Score,
    /// The place of the issue in its letter.
    pub number: u64,
    /// Where the document is.
    pub address: DocAddress,
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl Collect {
    /// Goes over all that a query matches.
    pub fn run(&self, searcher: &Searcher, weight: &dyn Weight) -> tantivy::Result<Collected> {
        let tally = |by: &Vec<Dimension>| Tally { interners: vec![Interner::default(); by.len()], ..Tally::default() };
        let mut tallies: Vec<Tally> = self.tallies.iter().map(tally).collect();
        let order = Order::new(&self.sort, searcher)?;
        // A cursor of this order has a place in it.
        let after = self.after.as_ref().and_then(|c| Some((order.find(&c.place)?, c.letter, c.number)));
        let mut heap = BinaryHeap::new();
        let mut total = Group::default();
        let (mut passed, mut documents) = (0, 0);
        for (ord, segment) in (0..).zip(searcher.segment_readers()) {
            let mut pass = Pass::open(self, &order, after, segment, &mut tallies)?;
            let alive = segment.alive_bitset();
            let is_alive = |doc: u32| alive.is_none_or(|alive| alive.is_alive(doc));
            if self.top > 0 && order.wants_scores() {
                weight.for_each(segment, &mut |doc, score| {
                    if is_alive(doc) {
                        pass.collect(DocAddress::new(ord, doc), score, &mut heap);
                    }
                })?;
            } else {
                weight.for_each_no_score(segment, &mut |docs| {
                    for &doc in docs.iter().filter(|doc| is_alive(**doc)) {
                        pass.collect(DocAddress::new(ord, doc), 0.0, &mut heap);
                    }
                })?;
            }
            total.merge(&pass.total);
            passed += pass.passed;
            documents += pass.documents;
            for (table, tally) in pass.tables.iter().zip(&mut tallies) {
                for (values, interner) in table.iter().zip(&mut tally.interners) {
                    values.close(interner)?;
                }
            }
            for (tally, groups) in tallies.iter_mut().zip(pass.groups) {
                tally.all.merge(&pass.total);
                for (key, group) in groups {
                    tally.groups.entry(key).or_default().merge(&group);
                }
            }
        }
        let top: Vec<Candidate> = heap.into_sorted_vec();
        let last =
            top.last().map(|last| Cursor { place: order.tell(last.key.0), letter: last.key.1, number: last.number });
        Ok(Collected { top, last, passed, documents, total: total.count, tallies })
    }
}

/// The pass over one segment.
struct Pass<'a> {
    collect: &'a Collect,
    letters: tantivy::columnar::Column<u64>,
    numbers: tantivy::columnar::Column<u64>,
    places: Places,
    after: Option<(u64, u64, u64)>,
    passed: u64,
    documents: u64,
    outcomes: Values,
    upheld: Option<u32>,
    tables: Vec<Vec<Values>>,
    groups: Vec<std::collections::HashMap<Key, Group>>,
    total: Group,
    codes: [Vec<u32>; MOST_FIELDS],
}

impl<'a> Pass<'a> {
    fn open(
        collect: &'a Collect,
        order: &Order,
        after: Option<(u64, u64, u64)>,
        segment: &SegmentReader,
        tallies: &mut [Tally],
    ) -> tantivy::Result<Self> {
        let mut tables = Vec::new();
        for (by, tally) in collect.tallies.iter().zip(tallies.iter_mut()) {
            let values = by.iter().zip(&mut tally.interners).map(|(d, i)| Values::open(d, segment, i));
            tables.push(values.collect::<tantivy::Result<_>>()?);
        }
        let fast = segment.fast_fields();
        let mut names = Interner::default();
        let outcomes = Values::open(&Dimension::Keyword("outcome".to_owned()), segment, &mut names)?;
        Ok(Self {
            collect,
            letters: fast.u64("case")?,
            numbers: fast.u64("number")?,
            places: order.of(segment)?,
            after,
            passed: 0,
            documents: 0,
            outcomes,
            upheld: names.find("upheld"),
            groups: vec![Default::default(); tables.len()],
            tables,
            total: Group::default(),
            codes: Default::default(),
        })
    }

    fn collect(&mut self, address: DocAddress, score: Score, heap: &mut BinaryHeap<Candidate>) {
        let doc = address.doc_id;
        let letter = self.letters.first(doc).unwrap_or(u64::MAX);
        let number = self.numbers.first(doc).unwrap_or(0);
        let is_issue = number > 0;
        if self.collect.only_issues && !is_issue {
            return;
        }
        if self.collect.only.as_ref().is_some_and(|only| !only.contains(&address)) {
            return;
        }
        let upheld = if self.tables.is_empty() { None } else { self.upheld(doc) };
        self.total.add(letter, is_issue, upheld);
        for (table, groups) in self.tables.iter_mut().zip(&mut self.groups) {
            for (values, codes) in table.iter_mut().zip(&mut self.codes) {
                values.of(doc, codes);
            }
            each_key(&self.codes[..table.len()], &mut |key| {
                groups.entry(key).or_default().add(letter, is_issue, upheld);
            });
        }
        self.documents += 1;
        if self.collect.top > 0 {
            let key = (self.places.of(doc, score, letter, number), letter, number);
            if self.after.is_some_and(|after| key <= after) {
                self.passed += 1;
            } else if heap.len() < self.collect.top {
                heap.push(Candidate { key, score, number, address });
            } else if let Some(mut worst) = heap.peek_mut()
                && key < worst.key
            {
                *worst = Candidate { key, score, number, address };
            }
        }
    }

    fn upheld(&mut self, doc: u32) -> Option<bool> {
        let codes = &mut self.codes[0];
        self.outcomes.of(doc, codes);
        match codes.first() {
            Some(&super::dimension::MISSING) | None => None,
            code => Some(code.copied() == self.upheld),
        }
    }
}

/// Every combination of one code of each list.
fn each_key(codes: &[Vec<u32>], each: &mut dyn FnMut(Key)) {
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
