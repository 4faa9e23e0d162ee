//! One pass over everything that matches: the best hits, the total, and counts by value.

use std::collections::BinaryHeap;

use tantivy::query::Weight;
use tantivy::{DocAddress, Score, Searcher, SegmentReader};

use super::dimension::{Dimension, Interner, Values};
use super::tally::{Group, Key, Tally};
use super::{Count, MOST_FIELDS, Sort};

/// What to collect.
pub struct Collect {
    /// How many of the best.
    pub top: usize,
    /// What the best are.
    pub sort: Sort,
    /// The tables to count.
    pub tallies: Vec<Vec<Dimension>>,
    /// Whether documents of letters without issues are left out.
    pub only_issues: bool,
}

/// What was collected.
pub struct Collected {
    /// The best, in order.
    pub top: Vec<Candidate>,
    /// All that matched.
    pub total: Count,
    /// The counts of each table.
    pub tallies: Vec<Tally>,
}

/// A document among the best so far. Orders by its place: the best is the least.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
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
        let mut heap = BinaryHeap::new();
        let mut total = Group::default();
        for (ord, segment) in (0..).zip(searcher.segment_readers()) {
            let mut pass = Pass::open(self, segment, &mut tallies)?;
            let alive = segment.alive_bitset();
            let is_alive = |doc: u32| alive.is_none_or(|alive| alive.is_alive(doc));
            if self.top > 0 && self.sort == Sort::Score {
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
        Ok(Collected { top: heap.into_sorted_vec(), total: total.count, tallies })
    }
}

/// The pass over one segment.
struct Pass<'a> {
    collect: &'a Collect,
    letters: tantivy::columnar::Column<u64>,
    numbers: tantivy::columnar::Column<u64>,
    decided: tantivy::columnar::Column<u64>,
    outcomes: Values,
    upheld: Option<u32>,
    tables: Vec<Vec<Values>>,
    groups: Vec<std::collections::HashMap<Key, Group>>,
    total: Group,
    codes: [Vec<u32>; MOST_FIELDS],
}

impl<'a> Pass<'a> {
    fn open(collect: &'a Collect, segment: &SegmentReader, tallies: &mut [Tally]) -> tantivy::Result<Self> {
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
            decided: fast.u64("decided")?,
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
        if self.collect.top > 0 {
            let key = (self.primary(doc, score), letter, number);
            if heap.len() < self.collect.top {
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

    fn primary(&self, doc: u32, score: Score) -> u64 {
        match self.collect.sort {
            // The bits of positive floating point numbers order as the numbers do.
            Sort::Score => u64::from(u32::MAX - score.max(0.0).to_bits()),
            Sort::Decided => self.decided.first(doc).unwrap_or(u64::MAX),
            Sort::DecidedDescending => self.decided.first(doc).map_or(u64::MAX, |day| u64::MAX - 1 - day),
            Sort::Case => 0,
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
