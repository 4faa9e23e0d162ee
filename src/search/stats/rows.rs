//! Rows of counts: their values, their order, and what follows from them.

use std::collections::HashMap;

use super::cells::Cell;
use super::figures::{self, Days, Interval, Quantiles, Test};
use super::pass::Cells;
use super::{Since, StatsRequest};
use crate::error::{Error, ErrorKind, Result};
use crate::index::analysis;
use crate::search::Count;
use crate::search::dimension::{self, Dimension, MISSING};
use crate::search::tally::Key;

/// The value that stands for all that have no rows of their own.
pub const OTHERS: &str = "(others)";

/// A table of counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// The names of the dimensions.
    pub by: Vec<String>,
    /// All that was counted.
    pub total: StatsRow,
    /// The counts of each combination of values, in order.
    pub rows: Vec<StatsRow>,
    /// Rows left out for having too few issues, and their issues.
    pub left_out: (u64, u64),
    /// Letters left out since their layout is unknown, so that they have no issues.
    pub unknown: u64,
    /// The dimensions of which an issue had several values: it counts under each, and rows add up to more than the total.
    pub several: Vec<String>,
    /// The day from which days are counted.
    pub days: Option<Since>,
    /// Letters decided before that day, whose days are not counted.
    pub before: u64,
    /// Of a table by requests alone: how many issues a letter has on average.
    pub mean_requests: Option<f64>,
    /// Of a table by two dimensions of one value each: whether they are independent, over issues that have both values.
    pub test: Option<Test>,
    /// Remarks on the query, a line each.
    pub notes: Vec<String>,
    /// The synonyms that were counted, a line for each word that has some; whoever asked knows them.
    pub synonyms: Vec<String>,
    /// The query that may have been meant; see [`crate::search::suggestion()`].
    pub suggestion: Option<String>,
}

/// The counts of one combination of values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsRow {
    /// The value of each dimension; `None` where the letter has none.
    pub values: Vec<Option<String>>,
    /// Issues.
    pub issues: u64,
    /// Letters with at least one of these issues.
    pub letters: u64,
    /// Issues whose denial was upheld.
    pub upheld: u64,
    /// Issues whose denial was overturned.
    pub overturned: u64,
    /// Days to the decision, where asked for and known of a letter.
    pub days: Option<Quantiles>,
    /// Against the period before, where the first dimension is a time.
    pub change: Option<Change>,
}

/// What changed against the period before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// How many issues more.
    pub issues: i64,
    /// How much greater the share of upheld is; `None` where one of the periods has no decided issues.
    pub share: Option<f64>,
}

impl StatsRow {
    fn new(values: Vec<Option<String>>, cell: &Cell, days: Option<&Days>) -> Self {
        let (Count { issues, letters }, Cell { upheld, overturned, .. }) = (cell.count(), *cell);
        Self { values, issues, letters, upheld, overturned, days: days.and_then(Quantiles::of), change: None }
    }

    /// Issues whose outcome could be read.
    pub fn decided(&self) -> u64 {
        self.upheld + self.overturned
    }

    /// The share of upheld among the decided issues; `None` without any.
    pub fn share(&self) -> Option<f64> {
        figures::share(self.upheld, self.decided())
    }

    /// The 95% interval of this share.
    pub fn interval(&self) -> Option<Interval> {
        figures::wilson(self.upheld, self.decided())
    }
}

/// What rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// Their values: of dimensions with an order in it, of others the most frequent first.
    #[default]
    Values,
    /// Issues.
    Issues,
    /// Letters.
    Letters,
    /// Upheld issues.
    Upheld,
    /// Overturned issues.
    Overturned,
    /// The share of upheld.
    Share,
}

/// The order of rows. Ties go by their values; rows of missing values, of all others, and without a share come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowOrder {
    measure: Measure,
    descending: bool,
}

impl RowOrder {
    const NAMES: [(&'static str, Measure); 6] = [
        ("values", Measure::Values),
        ("issues", Measure::Issues),
        ("letters", Measure::Letters),
        ("upheld", Measure::Upheld),
        ("overturned", Measure::Overturned),
        ("share", Measure::Share),
    ];

    /// The order of this name, behind a hyphen for the greatest first.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the names there are.
    pub fn parse(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        let (name, descending) = name.strip_prefix('-').map_or((&*name, false), |name| (name, true));
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        let found = found.filter(|(_, measure)| !descending || *measure != Measure::Values);
        found.map(|(_, measure)| Self { measure: *measure, descending }).ok_or_else(|| {
            let names = Self::NAMES.map(|(name, _)| name).join(", ");
            Error::new(ErrorKind::Usage, format!("rows have no order by `{}`", text.trim()))
                .with_hint(format!("the orders are {names}, and but for values `-` before it for the greatest first"))
        })
    }

    /// Orders things by rows of theirs.
    fn sort<T>(self, rows: &mut [T], row: impl Fn(&T) -> &StatsRow) {
        let key = |row: &StatsRow| match self.measure {
            Measure::Values => 0.0,
            Measure::Issues => row.issues as f64,
            Measure::Letters => row.letters as f64,
            Measure::Upheld => row.upheld as f64,
            Measure::Overturned => row.overturned as f64,
            Measure::Share => row.share().unwrap_or(f64::NAN),
        };
        // What stands for others, or for nothing, is no value to compare with.
        let is_rest = |row: &StatsRow| row.values.iter().any(|value| value.as_deref().is_none_or(|v| v == OTHERS));
        let is_by_measure = self.measure != Measure::Values;
        rows.sort_by(|a, b| {
            let (a, b) = (row(a), row(b));
            let last = |row: &StatsRow, key: f64| (is_by_measure && is_rest(row), key.is_nan());
            let (of_a, of_b) = (key(a), key(b));
            let by_key = if self.descending { of_b.total_cmp(&of_a) } else { of_a.total_cmp(&of_b) };
            last(a, of_a).cmp(&last(b, of_b)).then(by_key)
        });
    }
}

/// The name of a value of a dimension; `None` for what has none.
fn value(of: &Dimension, names: &[String], code: u32) -> Option<String> {
    match code {
        MISSING => None,
        dimension::OTHERS => Some(OTHERS.to_owned()),
        code if of.is_ordered() => Some(of.ordered_name(code)),
        code => names.get(code as usize).cloned(),
    }
}

/// Orders keys by their values: those with an order in it, others by how many issues of `counted` have them; what stands
/// for all others comes behind them, and missing values last.
fn ordered(mut keys: Vec<Key>, counted: &[&Cells], names: &[Vec<String>], by: &[Dimension]) -> Vec<Key> {
    let marginal =
        |i: usize, code: u32| -> u64 { counted.iter().filter_map(|cells| cells.marginals.get(i)?.get(&code)).sum() };
    keys.sort_by_cached_key(|key| {
        let place = |(i, dimension): (usize, &Dimension)| {
            let code = key[i];
            let last = match code {
                MISSING => 2,
                dimension::OTHERS => 1,
                _ => 0,
            };
            let name = names.get(i).and_then(|n| n.get(code as usize)).cloned().unwrap_or_default();
            match dimension.is_ordered() {
                true => (last, u64::from(code), String::new()),
                false => (last, u64::MAX - marginal(i, code), name),
            }
        };
        by.iter().enumerate().map(place).collect::<Vec<_>>()
    });
    keys
}

impl Stats {
    /// The table of some counts.
    pub(super) fn new(cells: Cells, request: &StatsRequest) -> Self {
        let by = &request.by;
        let mut cells = cells;
        if request.over {
            fill(&mut cells, by);
        }
        let keys = ordered(cells.by_key.keys().copied().collect(), &[&cells], &cells.names, by);
        let first = cells.by_key.keys().map(|key| key[0]).min();
        let row = |key: &Key| {
            let values = by.iter().enumerate().map(|(i, dimension)| value(dimension, &cells.names[i], key[i]));
            let cell = cells.by_key.get(key).copied().unwrap_or_default();
            let mut row = StatsRow::new(values.collect(), &cell, cells.days.get(key));
            row.change = first.filter(|_| request.over).and_then(|first| change(&cells, &by[0], first, key, &cell));
            row
        };
        let mut rows: Vec<StatsRow> = keys.iter().map(row).collect();
        request.order.sort(&mut rows, |row| row);
        let several: Vec<String> =
            by.iter().zip(&cells.several).filter(|(_, several)| **several).map(|(d, _)| d.name().to_owned()).collect();
        let mean_requests = matches!(by[..], [Dimension::Requests]).then(|| mean_requests(&rows)).flatten();
        let test = (by.len() == 2 && several.is_empty()).then(|| test(&cells)).flatten();
        let (few, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.issues < request.least);
        Self {
            by: by.iter().map(|dimension| dimension.name().to_owned()).collect(),
            total: StatsRow::new(Vec::new(), &cells.total, request.days.map(|_| &cells.total_days)),
            rows,
            left_out: (few.len() as u64, few.iter().map(|row| row.issues).sum()),
            unknown: cells.unknown,
            several,
            days: request.days,
            before: cells.before,
            mean_requests,
            test,
            notes: Vec::new(),
            synonyms: Vec::new(),
            suggestion: None,
        }
    }
}

/// How many issues a letter has on average, over rows by that number.
fn mean_requests(rows: &[StatsRow]) -> Option<f64> {
    let of = |row: &StatsRow| row.values.first()?.as_ref()?.parse::<u64>().ok().map(|requests| (requests, row.letters));
    let (requests, letters) =
        rows.iter().filter_map(of).fold((0, 0), |(sum, all), (n, letters)| (sum + n * letters, all + letters));
    figures::share(requests, letters)
}

/// Puts rows of nothing where a time has none between its first and last, if it is all that is counted by.
fn fill(cells: &mut Cells, by: &[Dimension]) {
    let [time] = by else { return };
    let codes = || cells.by_key.keys().map(|key| key[0]).filter(|code| *code < dimension::OTHERS);
    let (Some(first), Some(last)) = (codes().min(), codes().max()) else { return };
    let mut code = first;
    while let Some(next) = time.next(code).filter(|next| *next < last) {
        let mut key = Key::default();
        key[0] = next;
        cells.by_key.entry(key).or_default();
        code = next;
    }
}

/// The change against the period before, of the same values otherwise; `None` in the first period of all.
fn change(cells: &Cells, time: &Dimension, first: u32, key: &Key, cell: &Cell) -> Option<Change> {
    if key[0] >= dimension::OTHERS {
        return None;
    }
    let before = time.before(key[0]).filter(|before| *before >= first)?;
    let mut key = *key;
    key[0] = before;
    let before = cells.by_key.get(&key).copied().unwrap_or_default();
    let share = |cell: &Cell| figures::share(cell.upheld, cell.upheld + cell.overturned);
    let issues = cell.count().issues as i64 - before.count().issues as i64;
    Some(Change { issues, share: share(cell).zip(share(&before)).map(|(now, before)| now - before) })
}

/// The test of a table by two dimensions, over the issues that have both values.
fn test(cells: &Cells) -> Option<Test> {
    let codes = |i: usize| {
        let mut codes: Vec<u32> = cells.by_key.keys().map(|key| key[i]).filter(|code| *code != MISSING).collect();
        codes.sort_unstable();
        codes.dedup();
        // Values get their codes by chance, and sums of fractions depend on their order.
        let name = |code: u32| cells.names.get(i).and_then(|names| names.get(code as usize));
        codes.sort_by(|a, b| name(*a).cmp(&name(*b)));
        codes
    };
    let (rows, columns) = (codes(0), codes(1));
    let issues = |row: u32, column: u32| {
        let mut key = Key::default();
        (key[0], key[1]) = (row, column);
        cells.by_key.get(&key).map_or(0, |cell| cell.count().issues)
    };
    let table: Vec<Vec<u64>> =
        rows.iter().map(|row| columns.iter().map(|column| issues(*row, *column)).collect()).collect();
    figures::independence(&table)
}

/// Two selections counted by the same values.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The names of the dimensions.
    pub by: Vec<String>,
    /// All of each selection.
    pub total: Compared,
    /// The counts of each combination of values, in the order of both together.
    pub rows: Vec<Compared>,
    /// Rows left out for having too few issues in both together.
    pub left_out: u64,
    /// Issues that are in both selections, which the intervals take for independent.
    pub shared: u64,
    /// The dimensions of which an issue had several values.
    pub several: Vec<String>,
    /// Remarks on the queries, a line each.
    pub notes: Vec<String>,
}

/// The counts of one combination of values in two selections.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The counts of each.
    pub rows: [StatsRow; 2],
    /// How much greater the share of upheld is in the first selection, with its 95% interval; `None` where one has no
    /// decided issues.
    pub difference: Option<(f64, Interval)>,
}

impl Compared {
    fn new(rows: [StatsRow; 2]) -> Self {
        let [one, other] = &rows;
        let difference = figures::difference((one.upheld, one.decided()), (other.upheld, other.decided()));
        Self { rows, difference }
    }

    /// Both together, as far as their order goes.
    fn sum(&self) -> StatsRow {
        let [one, other] = &self.rows;
        StatsRow {
            values: one.values.clone(),
            issues: one.issues + other.issues,
            letters: one.letters + other.letters,
            upheld: one.upheld + other.upheld,
            overturned: one.overturned + other.overturned,
            ..StatsRow::default()
        }
    }
}

impl Comparison {
    /// The table of the counts of two selections, with the number of issues that are in both.
    pub(super) fn new([one, other]: [Cells; 2], shared: u64, request: &StatsRequest) -> Self {
        let by = &request.by;
        // The selections have codes of their own; values that are written alike but for case and accents are one.
        let (names, other) = with_codes_of(&one.names, other, by);
        let mut keys: Vec<Key> = one.by_key.keys().chain(other.by_key.keys()).copied().collect();
        keys.sort_unstable();
        keys.dedup();
        let keys = ordered(keys, &[&one, &other], &names, by);
        let compared = |key: &Key| {
            let values: Vec<_> =
                by.iter().enumerate().map(|(i, dimension)| value(dimension, &names[i], key[i])).collect();
            Compared::new([&one, &other].map(|cells| {
                let cell = cells.by_key.get(key).copied().unwrap_or_default();
                StatsRow::new(values.clone(), &cell, cells.days.get(key))
            }))
        };
        let with_sum = |row: Compared| (row.sum(), row);
        let mut rows: Vec<(StatsRow, Compared)> = keys.iter().map(compared).map(with_sum).collect();
        request.order.sort(&mut rows, |(sum, _)| sum);
        let all = rows.len();
        rows.retain(|(sum, _)| sum.issues >= request.least);
        let rows: Vec<Compared> = rows.into_iter().map(|(_, row)| row).collect();
        let total = |cells: &Cells| StatsRow::new(Vec::new(), &cells.total, request.days.map(|_| &cells.total_days));
        let several = by.iter().enumerate().filter(|(i, _)| one.several[*i] || other.several[*i]);
        Self {
            by: by.iter().map(|dimension| dimension.name().to_owned()).collect(),
            total: Compared::new([total(&one), total(&other)]),
            left_out: (all - rows.len()) as u64,
            rows,
            shared,
            several: several.map(|(_, dimension)| dimension.name().to_owned()).collect(),
            notes: Vec::new(),
        }
    }
}

/// Gives the values of some counts the codes that they have in a list of names, which grows by those that are new.
fn with_codes_of(names: &[Vec<String>], mut cells: Cells, by: &[Dimension]) -> (Vec<Vec<String>>, Cells) {
    let mut names = names.to_vec();
    let mut codes: Vec<Vec<u32>> = Vec::new();
    for (known, own) in names.iter_mut().zip(&cells.names) {
        let mut by_name: HashMap<String, u32> =
            (0..).zip(&*known).map(|(code, name)| (analysis::fold(name), code)).collect();
        let code = |name: &String| {
            *by_name.entry(analysis::fold(name)).or_insert_with(|| {
                known.push(name.clone());
                known.len() as u32 - 1
            })
        };
        codes.push(own.iter().map(code).collect());
    }
    let coded = |key: &Key| {
        let mut coded = *key;
        for (i, dimension) in by.iter().enumerate() {
            if !dimension.is_ordered() && key[i] < dimension::OTHERS {
                coded[i] = codes[i].get(key[i] as usize).copied().unwrap_or(MISSING);
            }
        }
        coded
    };
    for ((marginal, codes), dimension) in cells.marginals.iter_mut().zip(&codes).zip(by) {
        if !dimension.is_ordered() {
            let coded = |code: u32| codes.get(code as usize).copied().unwrap_or(code);
            *marginal = marginal.iter().map(|(code, issues)| (coded(*code), *issues)).collect();
        }
    }
    cells.by_key = cells.by_key.iter().map(|(key, cell)| (coded(key), *cell)).collect();
    cells.days = std::mem::take(&mut cells.days).into_iter().map(|(key, days)| (coded(&key), days)).collect();
    (names, cells)
}
