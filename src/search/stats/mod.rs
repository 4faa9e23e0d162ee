//! Cross tables: issues and letters counted by the values of some dimensions, in one pass over fast fields.

mod cells;
mod figures;
mod pass;
mod rows;

use std::collections::HashSet;

pub use figures::{Interval, Quantiles, Test};
pub use rows::{Change, Compared, Comparison, OTHERS, RowOrder, Stats, StatsRow};
pub(crate) use {cells::Cell, figures::Days, pass::Cells, pass::Keep};

use super::dimension::Dimension;
use super::resolved;
use super::tally::MOST_FIELDS;
use crate::error::{Error, ErrorKind, Result};
use crate::index::Reader;
use crate::query::{self, Expr, Resolved};

/// The day from which the days to a decision are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The assignment to a reviewer.
    Assigned,
    /// The denial by utilization review.
    Denied,
}

impl Since {
    /// The name in queries and output.
    pub fn name(self) -> &'static str {
        self.field()
    }

    /// The field that holds the day.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Denied => "denied",
        }
    }
}

/// What to count.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsRequest {
    /// What must match.
    pub expr: Expr,
    /// What to count by, at most [`MOST_FIELDS`].
    pub by: Vec<Dimension>,
    /// How many values of each dimension without an order of its own have rows: the most frequent ones. All others
    /// together are one value more.
    pub top: Option<usize>,
    /// Rows of fewer issues are left out.
    pub least: u64,
    /// The order of rows.
    pub order: RowOrder,
    /// Whether the first dimension is a time: its gaps are filled, and each row is compared with the period before.
    pub over: bool,
    /// Days to the decision, as their distribution over letters.
    pub days: Option<Since>,
}

impl StatsRequest {
    /// All counts by some dimensions.
    pub fn new(expr: Expr, by: Vec<Dimension>) -> Self {
        Self { expr, by, top: None, least: 0, order: RowOrder::default(), over: false, days: None }
    }

    /// Letters of unknown layout have no issues and are counted only where the layout is one of the fields.
    pub(crate) fn only_issues(&self) -> bool {
        !self.by.iter().any(|dimension| dimension.name() == "layout")
    }
}

/// What issues can be counted in: an index here, or an engine elsewhere.
pub(crate) trait Countable {
    /// What patterns and keywords stand for there.
    fn resolved(&self, expr: &Expr) -> Result<Resolved>;

    /// The counts of what an expression matches, in tables by some of the dimensions that were asked for each. Values that
    /// are not to be kept are not told apart.
    fn tables(&self, expr: &Expr, request: &StatsRequest, keep: &[Keep], tables: &[Vec<usize>]) -> Result<Vec<Cells>>;
}

impl Countable for Reader {
    fn resolved(&self, expr: &Expr) -> Result<Resolved> {
        resolved(self, expr)
    }

    fn tables(&self, expr: &Expr, request: &StatsRequest, keep: &[Keep], tables: &[Vec<usize>]) -> Result<Vec<Cells>> {
        let searcher = self.searcher();
        let weight = || query::compile(expr, self)?.weighted(searcher.schema(), None);
        let weight = weight().map_err(|e| self.damaged(e))?.until(self.stop().clone());
        pass::run(self, &weight, request, keep, tables)
    }
}

/// Counts issues and letters by the values of some fields.
///
/// # Errors
/// For more than [`MOST_FIELDS`] fields, or when the index cannot be read.
pub fn stats(reader: &Reader, request: &StatsRequest) -> Result<Stats> {
    stats_in(reader, request)
}

/// The same, wherever the issues are.
pub(crate) fn stats_in(place: &dyn Countable, request: &StatsRequest) -> Result<Stats> {
    check(request)?;
    let Resolved { expr, notes } = place.resolved(&request.expr)?;
    let mut cells = counted(place, &expr, request, &[])?;
    if let Some(keep) = keep(request, &[&cells]) {
        cells = counted(place, &expr, request, &keep)?;
    }
    let mut stats = Stats::new(cells, request);
    stats.notes = notes;
    Ok(stats)
}

/// A cross table: the counts of all combinations of values, and those of its rows and columns as wholes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cross {
    /// By all fields.
    pub cells: Stats,
    /// By all but the last.
    pub rows: Stats,
    /// By the last.
    pub columns: Stats,
}

/// Counts issues and letters by the values of at least two fields, and by those of its rows and columns.
///
/// # Errors
/// For fewer than two fields, and as [`stats`].
pub fn cross(reader: &Reader, request: &StatsRequest) -> Result<Cross> {
    cross_in(reader, request)
}

/// The same, wherever the issues are.
pub(crate) fn cross_in(place: &dyn Countable, request: &StatsRequest) -> Result<Cross> {
    check(request)?;
    let (rest, last) = match request.by.as_slice() {
        [rest @ .., last] if !rest.is_empty() => (rest.to_vec(), vec![last.clone()]),
        _ => return Err(Error::new(ErrorKind::Usage, "a cross table is by two fields at least")),
    };
    let Resolved { expr, notes } = place.resolved(&request.expr)?;
    let part = |by: Vec<Dimension>| StatsRequest { by, ..request.clone() };
    let (of_rows, of_columns) = (part(rest), part(last));
    let fields = request.by.len();
    let tables = [(0..fields).collect(), (0..fields - 1).collect(), vec![fields - 1]];
    let counted_by = |keep: &[Keep]| -> Result<[Cells; 3]> {
        // Where letters of unknown layout count by some fields and not by others, each table is counted by itself.
        if [&of_rows, &of_columns].iter().any(|part| part.only_issues() != request.only_issues()) {
            let (rest, last) = keep.split_at(keep.len().min(fields - 1));
            let count = |request: &StatsRequest, keep: &[Keep]| counted(place, &expr, request, keep);
            return Ok([count(request, keep)?, count(&of_rows, rest)?, count(&of_columns, last)?]);
        }
        let mut all = place.tables(&expr, request, keep, &tables)?.into_iter();
        Ok(std::array::from_fn(|_| all.next().unwrap_or_default()))
    };
    let mut counts = counted_by(&[])?;
    if let Some(keep) = keep(request, &[&counts[0]]) {
        counts = counted_by(&keep)?;
    }
    let [cells, rows, columns] = counts;
    let (rows, columns) = (Stats::new(rows, &of_rows), Stats::new(columns, &of_columns));
    let mut cells = Stats::new(cells, request);
    cells.notes = notes;
    Ok(Cross { cells, rows, columns })
}

/// Counts two selections side by side, by the values of the same fields. The first is that of the request.
///
/// # Errors
/// As [`stats`].
pub fn compare(reader: &Reader, request: &StatsRequest, other: &Expr) -> Result<Comparison> {
    compare_in(reader, request, other)
}

/// The same, wherever the issues are.
pub(crate) fn compare_in(place: &dyn Countable, request: &StatsRequest, other: &Expr) -> Result<Comparison> {
    check(request)?;
    let both = [place.resolved(&request.expr)?, place.resolved(other)?];
    let count = |keep: &[Keep]| -> Result<[Cells; 2]> {
        let [one, other] = &both;
        Ok([counted(place, &one.expr, request, keep)?, counted(place, &other.expr, request, keep)?])
    };
    let mut cells = count(&[])?;
    if let Some(keep) = keep(request, &[&cells[0], &cells[1]]) {
        cells = count(&keep)?;
    }
    let shared = both[0].expr.clone().and(both[1].expr.clone());
    let none = StatsRequest { by: Vec::new(), days: None, ..request.clone() };
    let shared = counted(place, &shared, &none, &[])?.total.count().issues;
    let mut comparison = Comparison::new(cells, shared, request);
    let [one, other] = both;
    comparison.notes = one.notes;
    comparison
        .notes
        .extend(other.notes.into_iter().filter(|note| !comparison.notes.contains(note)).collect::<Vec<_>>());
    Ok(comparison)
}

fn check(request: &StatsRequest) -> Result<()> {
    if request.by.len() > MOST_FIELDS {
        return Err(Error::new(ErrorKind::Usage, format!("`--by` takes at most {MOST_FIELDS} fields")));
    }
    Ok(())
}

/// The values that have rows of their own, if not all have: the most frequent over some counts, of equally frequent ones
/// the first by their names.
fn keep(request: &StatsRequest, counted: &[&Cells]) -> Option<Vec<Keep>> {
    let top = request.top?;
    let of_dimension = |(i, dimension): (usize, &Dimension)| -> Keep {
        if dimension.is_ordered() {
            return None;
        }
        let mut values: Vec<(u64, String)> = Vec::new();
        for cells in counted {
            for (name, issues) in cells.marginal(i) {
                match values.iter_mut().find(|(_, known)| *known == name) {
                    Some((sum, _)) => *sum += issues,
                    None => values.push((issues, name)),
                }
            }
        }
        values.sort_by(|(n, a), (m, b)| m.cmp(n).then_with(|| a.cmp(b)));
        (values.len() > top).then(|| values.into_iter().take(top).map(|(_, name)| name).collect::<HashSet<_>>())
    };
    let keep: Vec<Keep> = request.by.iter().enumerate().map(of_dimension).collect();
    keep.iter().any(Option::is_some).then_some(keep)
}

fn counted(place: &dyn Countable, expr: &Expr, request: &StatsRequest, keep: &[Keep]) -> Result<Cells> {
    let all = (0..request.by.len()).collect();
    Ok(place.tables(expr, request, keep, &[all])?.into_iter().next().unwrap_or_default())
}
