//! The counts of all combinations of some values: in a list where there are few, else in a map.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::search::Count;
use crate::search::block::{Counter, Matched};
use crate::search::collect::each_key;
use crate::search::dimension::{MISSING, OTHERS, Values};
use crate::search::tally::{Key, MOST_FIELDS};

/// The counts of one combination of values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cell {
    counter: Counter,
    pub upheld: u64,
    pub overturned: u64,
}

impl Cell {
    /// A combination that was counted elsewhere.
    pub fn of(count: Count, upheld: u64, overturned: u64) -> Self {
        Self { counter: Counter::of(count), upheld, overturned }
    }

    /// Issues, and the letters that hold them.
    pub fn count(&self) -> Count {
        self.counter.count
    }

    /// Counts a document; says whether its letter is new here.
    #[inline]
    pub fn add(&mut self, matched: &Matched, upheld: Option<bool>) -> bool {
        self.upheld += u64::from(upheld == Some(true));
        self.overturned += u64::from(upheld == Some(false));
        self.counter.add(matched)
    }

    /// Adds other counts, of other letters.
    pub fn merge(&mut self, other: &Self) {
        self.counter.merge(&other.counter);
        self.upheld += other.upheld;
        self.overturned += other.overturned;
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.counter.is_empty()
    }
}

/// How many combinations have a list.
const DENSE: usize = 1 << 16;

/// The values of one dimension in a block of documents, as codes.
pub struct Codes {
    pub values: Values,
    /// The lowest code, and how many there are from there on; `None` where they lie too far apart.
    span: Option<(u32, u32)>,
    codes: Vec<u32>,
    /// Where those of each document end.
    ends: Vec<usize>,
    /// How many issues have each value, by its place.
    listed: Vec<u64>,
    /// The same by its code, where it has no place.
    mapped: HashMap<u32, u64>,
    /// Whether an issue had several.
    pub several: bool,
}

impl Codes {
    /// The values of a dimension before any was read.
    pub fn new(values: Values) -> Self {
        let span = values.span().filter(|(_, count)| (*count as usize) < DENSE);
        let listed = vec![0; span.map_or(0, |(_, count)| count as usize + 2)];
        Self { values, span, codes: Vec::new(), ends: Vec::new(), listed, mapped: HashMap::new(), several: false }
    }

    /// Reads the values of documents.
    pub fn read(&mut self, docs: &[u32], read: &mut Vec<Option<u64>>, block: &[Matched]) {
        let Self { values, codes, ends, .. } = self;
        codes.clear();
        ends.clear();
        values.each_of(docs, read, &mut |place, code| {
            if place > ends.len() {
                ends.push(codes.len());
            }
            codes.push(code);
        });
        if !docs.is_empty() {
            ends.push(codes.len());
        }
        self.several |= self.codes.len() > docs.len();
        for (place, _) in block.iter().enumerate().filter(|(_, matched)| matched.number > 0) {
            let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
            for code in &self.codes[first..self.ends[place]] {
                match self.span {
                    Some(span) => self.listed[slot(span, *code)] += 1,
                    None => *self.mapped.entry(*code).or_default() += 1,
                }
            }
        }
    }

    /// Hands over how many issues have each value.
    pub fn each_issue(&self, each: &mut dyn FnMut(u32, u64)) {
        if let Some(span) = self.span {
            let counted = self.listed.iter().enumerate().filter(|(_, issues)| **issues > 0);
            counted.for_each(|(slot, issues)| each(code(span, slot), *issues));
        }
        self.mapped.iter().for_each(|(code, issues)| each(*code, *issues));
    }

    /// The values of one document.
    fn of(&self, place: usize) -> &[u32] {
        let first = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.codes[first..self.ends[place]]
    }
}

/// The place of a code: values by their order, then what is missing, then what stands for all others.
#[inline]
fn slot((first, count): (u32, u32), code: u32) -> usize {
    (if code >= OTHERS { count + (MISSING - code) } else { code - first }) as usize
}

/// The code that has a place.
fn code((first, count): (u32, u32), slot: usize) -> u32 {
    let slot = slot as u32;
    if slot >= count { MISSING - (slot - count) } else { first + slot }
}

/// The counts of one table in a part of a segment.
pub enum Counts {
    /// By the places of the values, of which each has as many behind one another as are given with it.
    Listed { spans: Vec<((u32, u32), usize)>, cells: Vec<Cell> },
    /// By codes.
    Mapped(HashMap<Key, Cell, BuildHasherDefault<Mixed>>),
}

impl Counts {
    /// The counts by some of the dimensions.
    pub fn new(table: &[usize], codes: &[Codes]) -> Self {
        let mut stride = 1usize;
        let mut spans = Vec::new();
        for i in table.iter().rev() {
            let Some(span) = codes.get(*i).and_then(|codes| codes.span) else {
                return Self::Mapped(HashMap::default());
            };
            spans.push((span, stride));
            stride = stride.saturating_mul(span.1 as usize + 2);
        }
        spans.reverse();
        match stride <= DENSE {
            true => Self::Listed { spans, cells: vec![Cell::default(); stride] },
            false => Self::Mapped(HashMap::default()),
        }
    }

    /// Counts the documents of a block; hands over which letters are new to which values.
    pub fn add<'b>(
        &mut self,
        table: &[usize],
        codes: &[Codes],
        block: &'b [Matched],
        decided: &[Option<bool>],
        is_new: &mut dyn FnMut(&dyn Fn() -> Key, &'b Matched),
    ) {
        let of: Vec<&Codes> = table.iter().filter_map(|i| codes.get(*i)).collect();
        let is_single = of.iter().all(|codes| codes.codes.len() == block.len());
        for (place, (matched, upheld)) in block.iter().zip(decided).enumerate() {
            if let (true, Self::Listed { spans, cells }) = (is_single, &mut *self) {
                let slots =
                    of.iter().zip(&*spans).map(|(codes, (span, stride))| slot(*span, codes.codes[place]) * stride);
                if cells[slots.sum::<usize>()].add(matched, *upheld) {
                    let key = || {
                        let mut key = Key::default();
                        key.iter_mut().zip(&of).for_each(|(code, codes)| *code = codes.codes[place]);
                        key
                    };
                    is_new(&key, matched);
                }
                continue;
            }
            let mut lists: [&[u32]; MOST_FIELDS] = [&[]; MOST_FIELDS];
            lists.iter_mut().zip(&of).for_each(|(list, codes)| *list = codes.of(place));
            each_key(&lists[..of.len()], &mut |key| {
                if self.cell(key).add(matched, *upheld) {
                    is_new(&|| key, matched);
                }
            });
        }
    }

    fn cell(&mut self, key: Key) -> &mut Cell {
        match self {
            Self::Listed { spans, cells } => {
                let slots = spans.iter().zip(key).map(|((span, stride), code)| slot(*span, code) * stride);
                &mut cells[slots.sum::<usize>()]
            }
            Self::Mapped(cells) => cells.entry(key).or_default(),
        }
    }

    /// Hands over all that was counted.
    pub fn each(&self, each: &mut dyn FnMut(Key, &Cell)) {
        match self {
            Self::Mapped(cells) => cells.iter().for_each(|(key, cell)| each(*key, cell)),
            Self::Listed { spans, cells } => {
                for (place, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    let mut key = Key::default();
                    for (of, (span, stride)) in key.iter_mut().zip(spans) {
                        *of = code(*span, place / stride % (span.1 as usize + 2));
                    }
                    each(key, cell);
                }
            }
        }
    }
}

/// Codes mixed to a hash: they are numbers that the index gave out, so that nobody can make them collide.
#[derive(Default)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let number = chunk.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
            self.write_u64(number);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}
