//! One pass over everything that matches: the best hits, the total, and counts by value.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tantivy::columnar::Column;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal};

use super::Count;
use super::block::{self, BLOCK, Counter, Matched, look_up};
use super::cursor::Cursor;
use super::dimension::{Dimension, Interner, Values};
use super::group::{By, Candidate, Entry};
use super::order::{Order, Places, Sort};
use super::same::{Same, Shared};
use super::tally::{Key, MOST_FIELDS, Tally};
use crate::error::Result;
use crate::index::{NUMBER, Reader, SAME_RATIONALE, Segment};
use crate::query::Weighted;

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
    /// Whether nothing but the best is wanted. What cannot be among them is then passed by where results are issues by score,
    /// so that nothing else of what was collected tells anything.
    pub best_only: bool,
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
    /// The first issues in an order, and how many match.
    pub fn first(top: usize, sort: Sort) -> Self {
        Self { top, by: By::Issue, sort, after: None, tallies: Vec::new(), only: None, best_only: false }
    }

    /// Goes over all that a query matches.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn run(&self, reader: &Reader, weight: &Weighted) -> Result<Collected> {
        let damaged = |error: tantivy::TantivyError| reader.damaged(error);
        let tally = |by: &Vec<Dimension>| Tally { interners: vec![Interner::default(); by.len()], ..Tally::default() };
        let mut tallies: Vec<Tally> = self.tallies.iter().map(tally).collect();
        let order = Order::new(&self.sort, reader, self.by).map_err(damaged)?;
        // A cursor of this order has a place in it.
        let after = self.after.as_ref().and_then(|c| Some((order.find(&c.place)?, c.letter, c.number)));
        let worst = AtomicU64::new(u64::MAX);
        let open = |ord, segment| Pass::open(self, &order, after, &worst, ord, segment, &mut tallies);
        let passes = block::passes(reader, weight, open)?;
        let mut best = Best { top: self.top, after, ..Best::default() };
        let mut same = Same::default();
        let letters = match self.by {
            By::Rationale => reader.segments().iter().map(|segment| segment.numbers("case")).collect(),
            By::Issue | By::Letter => Ok(Vec::new()),
        };
        let letters: Vec<Column<u64>> = letters.map_err(damaged)?;
        let letter = |address: DocAddress| {
            let of_segment = letters.get(address.segment_ord as usize);
            of_segment.and_then(|letters| letters.first(address.doc_id)).unwrap_or(u64::MAX)
        };
        let mut total = Count::default();
        for pass in passes {
            total.issues += pass.total.count.issues;
            total.letters += pass.total.count.letters;
            best.merge(pass.best);
            same.merge(pass.same, &letter);
            for ((table, counts), tally) in pass.tables.iter().zip(pass.counts).zip(&mut tallies) {
                for (values, interner) in table.iter().zip(&mut tally.interners) {
                    values.close(interner);
                }
                counts.each(&mut |key, count| tally.groups.entry(key).or_default().merge(count));
            }
        }
        for one in same.into_found() {
            best.offer_one(one.place, || one.entry(letter(one.address)));
        }
        let Best { heap, passed, results, .. } = best;
        let mut top: Vec<Entry> = heap.into_sorted_vec();
        top.iter_mut().for_each(|entry| entry.others.sort_unstable());
        let last = top.last().map(|last| {
            let (place, letter, number) = last.best.key;
            Cursor { place: order.tell(place), letter, number }
        });
        Ok(Collected { top, last, passed, results, total, tallies })
    }
}

/// The best results so far.
#[derive(Default)]
struct Best {
    top: usize,
    after: Option<(u64, u64, u64)>,
    heap: BinaryHeap<Entry>,
    /// The place of the worst of as many as are wanted: whatever is not before it is none of the best.
    worst: Option<(u64, u64, u64)>,
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
            } else {
                self.keep(entry);
            }
        }
    }

    /// Takes a whole result, whose place in the order is known before the rest.
    fn offer_one(&mut self, place: u64, entry: impl FnOnce() -> Entry) {
        if self.after.is_none() && self.worst.is_some_and(|worst| place > worst.0) {
            self.results += 1;
            return;
        }
        self.offer([entry()]);
    }

    fn keep(&mut self, entry: Entry) {
        if self.worst.is_some_and(|worst| entry.best.key >= worst) || self.top == 0 {
            return;
        }
        if self.heap.len() >= self.top {
            self.heap.pop();
        }
        self.heap.push(entry);
        if self.heap.len() == self.top {
            self.worst = self.heap.peek().map(|worst| worst.best.key);
        }
    }

    /// Takes the best of other documents.
    fn merge(&mut self, other: Best) {
        self.passed += other.passed;
        self.results += other.results;
        other.heap.into_iter().for_each(|entry| self.keep(entry));
    }
}

/// The pass over one segment, or a part of one.
struct Pass<'a> {
    collect: &'a Collect,
    ord: SegmentOrdinal,
    letters: Column<u64>,
    numbers: Column<u64>,
    /// Which issues have the same rationale.
    rationales: Option<Column<u64>>,
    places: Places,
    best: Best,
    /// The result of the current letter, as far as it is known.
    letter: Option<Entry>,
    /// The place that is worse than as many others as are wanted, of those that any pass has seen.
    worst: &'a AtomicU64,
    same: Same,
    tables: Vec<Vec<Values>>,
    counts: Vec<Counts>,
    total: Counter,
    codes: [Vec<u32>; MOST_FIELDS],
    block: Vec<Matched>,
    docs: Vec<DocId>,
    read: Vec<Option<u64>>,
}

impl block::Pass for Pass<'_> {
    fn run(&mut self, segment: &Segment, weight: &Weighted, range: Range<DocId>) -> tantivy::Result<()> {
        let only = self.collect.only.clone();
        let (ord, alive) = (self.ord, segment.alive_bitset());
        let counts = |doc: DocId| {
            alive.is_none_or(|alive| alive.is_alive(doc))
                && only.as_ref().is_none_or(|only| only.contains(&DocAddress::new(ord, doc)))
        };
        let scored = self.collect.top > 0 && self.places.wants_scores();
        let prunes = self.collect.best_only && self.collect.by == By::Issue && scored;
        let mut least = Score::NEG_INFINITY;
        let mut windows = weight.windows(segment, range)?;
        loop {
            if prunes {
                self.collect_block();
                least = self.least().unwrap_or(least);
                windows.at_least(least);
            }
            let Some((start, found)) = windows.fill_next() else { break };
            found.has.each(|place| {
                let doc = start + place;
                let score = if scored { found.score(place) } else { 0.0 };
                if score >= least && counts(doc) {
                    self.block.push(Matched::new(doc, score));
                    if self.block.len() == BLOCK {
                        self.collect_block();
                    }
                }
            });
        }
        self.collect_block();
        self.best.offer(self.letter.take());
        Ok(())
    }
}

impl<'a> Pass<'a> {
    fn open(
        collect: &'a Collect,
        order: &Order,
        after: Option<(u64, u64, u64)>,
        worst: &'a AtomicU64,
        ord: SegmentOrdinal,
        segment: &Segment,
        tallies: &mut [Tally],
    ) -> tantivy::Result<Self> {
        let mut tables = Vec::new();
        for (by, tally) in collect.tallies.iter().zip(tallies.iter_mut()) {
            let values = by.iter().zip(&mut tally.interners).map(|(d, i)| Values::open(d, None, segment, i));
            tables.push(values.collect::<tantivy::Result<_>>()?);
        }
        Ok(Self {
            collect,
            ord,
            letters: segment.numbers("case")?,
            numbers: segment.numbers(NUMBER)?,
            rationales: (collect.by == By::Rationale).then(|| segment.numbers(SAME_RATIONALE)).transpose()?,
            places: order.of(segment)?,
            best: Best { top: collect.top, after, ..Best::default() },
            letter: None,
            worst,
            same: Same::default(),
            counts: tables.iter().map(|_| Counts::default()).collect(),
            tables,
            total: Counter::default(),
            codes: Default::default(),
            block: Vec::with_capacity(BLOCK),
            docs: Vec::with_capacity(BLOCK),
            read: Vec::with_capacity(BLOCK),
        })
    }

    /// The score that a document must have to be among the best, as far as any pass knows; one that has it may be.
    fn least(&self) -> Option<Score> {
        let own = self.best.worst.map_or(u64::MAX, |worst| worst.0);
        let worst = self.worst.fetch_min(own, Ordering::Relaxed).min(own);
        if worst == u64::MAX { None } else { self.places.score(worst) }
    }

    /// Takes in the documents of the block, and empties it.
    fn collect_block(&mut self) {
        let Self { block, docs, read, .. } = self;
        look_up(block, &self.numbers, docs, read);
        block.iter().for_each(|matched| {
            self.total.add(matched);
        });
        for (table, counts) in self.tables.iter_mut().zip(&mut self.counts) {
            if let [values] = &mut table[..] {
                values.each_of(docs, read, &mut |place, code| {
                    counts.of(code).add(&block[place]);
                });
                continue;
            }
            for matched in block.iter() {
                for (values, codes) in table.iter_mut().zip(&mut self.codes) {
                    values.of(matched.doc, codes);
                }
                each_key(&self.codes[..table.len()], &mut |key| {
                    counts.sparse.entry(key).or_default().add(matched);
                });
            }
        }
        if self.collect.top > 0 {
            let mut block = std::mem::take(&mut self.block);
            block.iter().for_each(|matched| self.rank(matched));
            block.clear();
            self.block = block;
        }
        self.block.clear();
    }

    /// Puts a document in its place among the best.
    fn rank(&mut self, matched: &Matched) {
        let Matched { doc, score, number, .. } = *matched;
        let letter = |doc| self.letters.first(doc).unwrap_or(u64::MAX);
        let place = self.places.of(doc, score, || letter(doc), number);
        let address = DocAddress::new(self.ord, doc);
        let candidate = || Candidate { key: (place, letter(doc), number), score, number, address };
        match self.collect.by {
            By::Issue => self.best.offer_one(place, || Entry::of(candidate())),
            By::Letter => {
                let candidate = candidate();
                match &mut self.letter {
                    // The documents of a letter follow one another within a segment, and a letter is in one segment only.
                    Some(entry) if entry.best.key.1 == candidate.key.1 => entry.take_in(candidate),
                    entry => self.best.offer(entry.replace(Entry::of(candidate))),
                }
            }
            By::Rationale => match self.rationales.as_ref().and_then(|same| same.first(doc)) {
                None => self.best.offer_one(place, || Entry::of(candidate())),
                Some(digest) => {
                    let one = Shared { digest, place, score, number, address, more: 0 };
                    self.same.take_in(one, &|address| letter(address.doc_id));
                }
            },
        }
    }
}

/// Codes below this one have a place in a list.
const DENSE: u32 = 1 << 14;

/// The counts of one table in a part of a segment.
#[derive(Default)]
struct Counts {
    dense: Vec<Counter>,
    sparse: HashMap<Key, Counter>,
}

impl Counts {
    /// The counts of a value, in a table by one dimension.
    fn of(&mut self, code: u32) -> &mut Counter {
        if code >= DENSE {
            return self.sparse.entry(key_of(code)).or_default();
        }
        let place = code as usize;
        if place >= self.dense.len() {
            self.dense.resize(place + 1, Counter::default());
        }
        &mut self.dense[place]
    }

    fn each(self, each: &mut dyn FnMut(Key, Count)) {
        let dense = (0..).zip(self.dense).map(|(code, counter)| (key_of(code), counter));
        let counted = dense.filter(|(_, counter)| !counter.is_empty());
        counted.chain(self.sparse).for_each(|(key, counter)| each(key, counter.count));
    }
}

fn key_of(code: u32) -> Key {
    let mut key = Key::default();
    key[0] = code;
    key
}

/// Every combination of one code of each list.
pub fn each_key<C: AsRef<[u32]>>(codes: &[C], each: &mut impl FnMut(Key)) {
    let mut key = Key::default();
    let mut places = [0usize; MOST_FIELDS];
    'keys: loop {
        for (i, codes) in codes.iter().enumerate() {
            key[i] = codes.as_ref()[places[i]];
        }
        each(key);
        for (i, codes) in codes.iter().enumerate().rev() {
            places[i] += 1;
            if places[i] < codes.as_ref().len() {
                continue 'keys;
            }
            places[i] = 0;
        }
        return;
    }
}
