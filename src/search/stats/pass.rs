//! One pass over everything that matches, in which each combination of values gets its counts.

use std::collections::{HashMap, HashSet};

use tantivy::columnar::Column;
use tantivy::query::Weight;
use tantivy::{Searcher, SegmentReader};

use super::StatsRequest;
use super::figures::Days;
use crate::index::analysis;
use crate::letter::Date;
use crate::search::Count;
use crate::search::collect::each_key;
use crate::search::dimension::{Dimension, Interner, Values};
use crate::search::tally::{Group, Key, MOST_FIELDS};

/// The values of a dimension, folded, that are told apart; `None` where all are.
pub type Keep = Option<HashSet<String>>;

/// The counts of one combination of values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cell {
    group: Group,
    pub upheld: u64,
    pub overturned: u64,
}

impl Cell {
    /// Issues, and the letters that hold them.
    pub fn count(&self) -> Count {
        self.group.count
    }

    /// Counts a document; says whether its letter is new here.
    fn add(&mut self, letter: u64, is_issue: bool, upheld: Option<bool>) -> bool {
        self.upheld += u64::from(upheld == Some(true));
        self.overturned += u64::from(upheld == Some(false));
        self.group.add(letter, is_issue)
    }

    /// Adds other counts, of other letters.
    pub fn merge(&mut self, other: &Self) {
        self.group.merge(other.group.count);
        self.upheld += other.upheld;
        self.overturned += other.overturned;
    }
}

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
    fn new(dimensions: usize) -> Self {
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

/// Counts all that a query matches.
pub fn run(searcher: &Searcher, weight: &dyn Weight, request: &StatsRequest, keep: &[Keep]) -> tantivy::Result<Cells> {
    let mut interners = vec![Interner::default(); request.by.len()];
    let mut cells = Cells::new(request.by.len());
    for segment in searcher.segment_readers() {
        let mut pass = Pass::open(segment, request, keep, &mut interners)?;
        let alive = segment.alive_bitset();
        weight.for_each_no_score(segment, &mut |docs| {
            docs.iter().filter(|doc| alive.is_none_or(|alive| alive.is_alive(**doc))).for_each(|doc| pass.add(*doc));
        })?;
        for (values, interner) in pass.values.iter().zip(&mut interners) {
            values.close(interner)?;
        }
        cells.total.merge(&pass.cells.total);
        for (key, cell) in &pass.cells.by_key {
            cells.by_key.entry(*key).or_default().merge(cell);
        }
        let merge = |all: &mut Days, days: Days| {
            days.into_iter().for_each(|(day, letters)| *all.entry(day).or_default() += letters);
        };
        merge(&mut cells.total_days, pass.cells.total_days);
        for (key, days) in pass.cells.days {
            merge(cells.days.entry(key).or_default(), days);
        }
        for (all, counted) in cells.marginals.iter_mut().zip(&pass.cells.marginals) {
            counted.iter().for_each(|(code, issues)| *all.entry(*code).or_default() += issues);
        }
        cells.several.iter_mut().zip(pass.cells.several).for_each(|(any, here)| *any |= here);
        cells.unknown += pass.cells.unknown;
        cells.before += pass.cells.before;
    }
    let names = interners.iter().map(|interner| interner.names().into_iter().map(str::to_owned).collect());
    cells.names = names.collect();
    Ok(cells)
}

/// The pass over one segment.
struct Pass {
    letters: Column<u64>,
    numbers: Column<u64>,
    outcomes: Values,
    upheld: Option<u32>,
    overturned: Option<u32>,
    values: Vec<Values>,
    days: Option<[Column<u64>; 2]>,
    only_issues: bool,
    codes: [Vec<u32>; MOST_FIELDS],
    outcome: Vec<u32>,
    cells: Cells,
    last_unknown: Option<u64>,
}

impl Pass {
    fn open(
        segment: &SegmentReader,
        request: &StatsRequest,
        keep: &[Keep],
        interners: &mut [Interner],
    ) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let mut names = Interner::default();
        let outcomes = Values::open(&Dimension::Keyword("outcome".to_owned()), None, segment, &mut names)?;
        let values = request.by.iter().zip(interners).enumerate().map(|(i, (dimension, interner))| {
            Values::open(dimension, keep.get(i).and_then(Option::as_ref), segment, interner)
        });
        let days =
            request.days.map(|since| -> tantivy::Result<_> { Ok([fast.u64(since.field())?, fast.u64("decided")?]) });
        Ok(Self {
            letters: fast.u64("case")?,
            numbers: fast.u64("number")?,
            outcomes,
            upheld: names.find("upheld"),
            overturned: names.find("overturned"),
            values: values.collect::<tantivy::Result<_>>()?,
            days: days.transpose()?,
            only_issues: request.only_issues(),
            codes: Default::default(),
            outcome: Vec::new(),
            cells: Cells::new(request.by.len()),
            last_unknown: None,
        })
    }

    fn add(&mut self, doc: u32) {
        let letter = self.letters.first(doc).unwrap_or(u64::MAX);
        let is_issue = self.numbers.first(doc).unwrap_or(0) > 0;
        if self.only_issues && !is_issue {
            // A letter without issues has one document.
            self.cells.unknown += u64::from(self.last_unknown.replace(letter) != Some(letter));
            return;
        }
        self.outcomes.of(doc, &mut self.outcome);
        let upheld = match self.outcome.first() {
            code if code.copied() == self.upheld => Some(true),
            code if code.copied() == self.overturned => Some(false),
            _ => None,
        };
        let days = self.days.as_ref().and_then(|[from, to]| {
            let day = |column: &Column<u64>| Date::from_u64(column.first(doc)?).map(Date::to_days);
            Some(day(to)? - day(from)?)
        });
        // What was decided before it could be is an error of the letter.
        let is_before = days.is_some_and(|days| days < 0);
        let days = days.filter(|days| *days >= 0);
        if self.cells.total.add(letter, is_issue, upheld) {
            self.cells.before += u64::from(is_before);
            if let Some(days) = days {
                *self.cells.total_days.entry(days).or_default() += 1;
            }
        }
        let cells = &mut self.cells;
        for (i, (values, codes)) in self.values.iter_mut().zip(&mut self.codes).enumerate() {
            values.of(doc, codes);
            cells.several[i] |= codes.len() > 1;
            if is_issue {
                codes.iter().for_each(|code| *cells.marginals[i].entry(*code).or_default() += 1);
            }
        }
        each_key(&self.codes[..self.values.len()], &mut |key| {
            let is_new = cells.by_key.entry(key).or_default().add(letter, is_issue, upheld);
            if let Some(days) = days.filter(|_| is_new) {
                *cells.days.entry(key).or_default().entry(days).or_default() += 1;
            }
        });
    }
}
