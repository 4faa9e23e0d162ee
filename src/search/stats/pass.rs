//! One pass over everything that matches, in which each combination of values gets its counts, of several tables at once.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tantivy::DocId;
use tantivy::columnar::Column;

use super::StatsRequest;
use super::cells::{Cell, Codes, Counts};
use super::figures::Days;
use crate::error::Result;
use crate::index::{NUMBER, Reader, Segment, analysis};
use crate::letter::Date;
use crate::query::Weighted;
use crate::search::block::{self, BLOCK, Matched, look_up};
use crate::search::dimension::{Dimension, Interner, Values};
use crate::search::tally::Key;

/// The values of a dimension, folded, that are told apart; `None` where all are.
pub type Keep = Option<HashSet<String>>;

/// The counts of all combinations.
#[derive(Debug, Default)]
pub struct Cells {
    pub total: Cell,
    pub by_key: HashMap<Key, Cell>,
    pub total_days: Days,
    pub days: HashMap<Key, Days>,
    /// How many issues have each value of each dimension, by its code.
    pub marginals: Vec<HashMap<u32, u64>>,
    /// The names of the values of each dimension, by their codes; none where it has an order of its own.
    pub names: Vec<Vec<String>>,
    /// Whether an issue had several values of a dimension.
    pub several: Vec<bool>,
    /// Letters without issues that were left out.
    pub unknown: u64,
    /// Letters that were decided before the day from which days are counted.
    pub before: u64,
}

impl Cells {
    /// Nothing was counted yet.
    pub fn new(dimensions: usize) -> Self {
        Self { several: vec![false; dimensions], marginals: vec![HashMap::new(); dimensions], ..Self::default() }
    }

    /// How many issues have each value of a dimension, by the folded name, without those that have none.
    pub fn marginal(&self, dimension: usize) -> impl Iterator<Item = (String, u64)> {
        let names = self.names.get(dimension);
        let name = move |code: u32| names?.get(code as usize).map(|name| analysis::fold(name));
        let counted = self.marginals.get(dimension).into_iter().flatten();
        counted.filter_map(move |(code, issues)| Some((name(*code)?, *issues)))
    }
}

/// Counts all that a query matches, in tables by some of the dimensions that were asked for each.
pub fn run(
    reader: &Reader,
    weight: &Weighted,
    request: &StatsRequest,
    keep: &[Keep],
    tables: &[Vec<usize>],
) -> Result<Vec<Cells>> {
    let mut interners = vec![Interner::default(); request.by.len()];
    let open = |_, segment| Pass::open(segment, request, keep, tables, &mut interners);
    let passes = block::passes(reader, weight, open)?;
    let mut all: Vec<Cells> = tables.iter().map(|table| Cells::new(table.len())).collect();
    for pass in passes {
        for (codes, interner) in pass.codes.iter().zip(&mut interners) {
            codes.values.close(interner);
        }
        let parts = pass.counts.into_iter().zip(pass.days);
        for ((cells, table), (counts, days)) in all.iter_mut().zip(tables).zip(parts) {
            cells.total.merge(&pass.total);
            counts.each(&mut |key, cell| cells.by_key.entry(key).or_default().merge(cell));
            merge(&mut cells.total_days, &pass.total_days);
            days.iter().for_each(|(key, days)| merge(cells.days.entry(*key).or_default(), days));
            for (i, codes) in table.iter().filter_map(|i| pass.codes.get(*i)).enumerate() {
                codes.each_issue(&mut |code, issues| *cells.marginals[i].entry(code).or_default() += issues);
                cells.several[i] |= codes.several;
            }
            cells.unknown += pass.unknown;
            cells.before += pass.before;
        }
    }
    for (cells, table) in all.iter_mut().zip(tables) {
        let names = table.iter().filter_map(|i| interners.get(*i)).map(Interner::names);
        cells.names = names.map(|names| names.into_iter().map(str::to_owned).collect()).collect();
    }
    Ok(all)
}

fn merge(all: &mut Days, days: &Days) {
    days.iter().for_each(|(day, letters)| *all.entry(*day).or_default() += letters);
}

/// The pass over one segment, or a part of one.
struct Pass<'a> {
    tables: &'a [Vec<usize>],
    numbers: Column<u64>,
    outcomes: Values,
    upheld: Option<u32>,
    overturned: Option<u32>,
    codes: Vec<Codes>,
    since: Option<[Column<u64>; 2]>,
    only_issues: bool,
    block: Vec<Matched>,
    docs: Vec<DocId>,
    read: Vec<Option<u64>>,
    /// The outcomes of the block, as far as it is upheld or not.
    decided: Vec<Option<bool>>,
    total: Cell,
    total_days: Days,
    counts: Vec<Counts>,
    days: Vec<HashMap<Key, Days>>,
    unknown: u64,
    before: u64,
}

impl block::Pass for Pass<'_> {
    fn run(&mut self, segment: &Segment, weight: &Weighted, range: Range<DocId>) -> tantivy::Result<()> {
        let alive = segment.alive_bitset();
        let mut windows = weight.windows(segment, range)?;
        while let Some((start, found)) = windows.fill_next() {
            found.has.each(|place| {
                let doc = start + place;
                if alive.is_none_or(|alive| alive.is_alive(doc)) {
                    self.block.push(Matched::new(doc, 0.0));
                    if self.block.len() == BLOCK {
                        self.count_block();
                    }
                }
            });
        }
        self.count_block();
        Ok(())
    }
}

impl<'a> Pass<'a> {
    fn open(
        segment: &Segment,
        request: &StatsRequest,
        keep: &[Keep],
        tables: &'a [Vec<usize>],
        interners: &mut [Interner],
    ) -> tantivy::Result<Self> {
        let mut names = Interner::default();
        let outcomes = Values::open(&Dimension::Keyword("outcome".to_owned()), None, segment, &mut names)?;
        let codes = request.by.iter().zip(interners).enumerate().map(|(i, (dimension, interner))| {
            Values::open(dimension, keep.get(i).and_then(Option::as_ref), segment, interner).map(Codes::new)
        });
        let codes = codes.collect::<tantivy::Result<Vec<_>>>()?;
        let since = request
            .days
            .map(|since| -> tantivy::Result<_> { Ok([segment.numbers(since.field())?, segment.numbers("decided")?]) });
        Ok(Self {
            tables,
            numbers: segment.numbers(NUMBER)?,
            outcomes,
            upheld: names.find("upheld"),
            overturned: names.find("overturned"),
            since: since.transpose()?,
            only_issues: request.only_issues(),
            block: Vec::with_capacity(BLOCK),
            docs: Vec::with_capacity(BLOCK),
            read: Vec::with_capacity(BLOCK),
            decided: Vec::with_capacity(BLOCK),
            total: Cell::default(),
            total_days: Days::new(),
            counts: tables.iter().map(|table| Counts::new(table, &codes)).collect(),
            codes,
            days: vec![HashMap::new(); tables.len()],
            unknown: 0,
            before: 0,
        })
    }

    /// Counts the documents of the block, and empties it.
    fn count_block(&mut self) {
        let Self { block, docs, read, .. } = self;
        look_up(block, &self.numbers, docs, read);
        if self.only_issues {
            // A letter without issues has one document.
            let all = block.len();
            block.retain(|matched| matched.number > 0);
            self.unknown += (all - block.len()) as u64;
            docs.clear();
            docs.extend(block.iter().map(|matched| matched.doc));
        }
        let (upheld, overturned) = (self.upheld, self.overturned);
        let decided = &mut self.decided;
        decided.clear();
        self.outcomes.each_of(docs, read, &mut |place, code| {
            // The first of several.
            if place == decided.len() {
                decided.push(match Some(code) {
                    code if code == upheld => Some(true),
                    code if code == overturned => Some(false),
                    _ => None,
                });
            }
        });
        for codes in &mut self.codes {
            codes.read(docs, read, block);
        }
        let Self { block, decided, .. } = self;
        let days_of = |doc: DocId| {
            let [from, to] = self.since.as_ref()?;
            let day = |column: &Column<u64>| Date::from_u64(column.first(doc)?).map(Date::to_days);
            Some(day(to)? - day(from)?)
        };
        for (matched, upheld) in block.iter().zip(&*decided) {
            if self.total.add(matched, *upheld) {
                match days_of(matched.doc) {
                    // What was decided before it could be is an error of the letter.
                    Some(days) if days < 0 => self.before += 1,
                    Some(days) => *self.total_days.entry(days).or_default() += 1,
                    None => {}
                }
            }
        }
        for ((table, counts), of_table) in self.tables.iter().zip(&mut self.counts).zip(&mut self.days) {
            let is_timed = self.since.is_some();
            counts.add(table, &self.codes, block, decided, &mut |key, matched| {
                if is_timed && let Some(days) = days_of(matched.doc).filter(|days| *days >= 0) {
                    *of_table.entry(key()).or_default().entry(days).or_default() += 1;
                }
            });
        }
        self.block.clear();
    }
}
