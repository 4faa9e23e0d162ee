//! The figures of a row: which there are, what they are called, and how they are computed of its counts.

use std::collections::HashMap;

use super::sheet::{Cell, Form};
use crate::error::{self, Error, ErrorKind, Result};
use crate::search::{Quantiles, StatsRow};

/// A figure that a table shows of each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Figure {
    /// Issues.
    Issues,
    /// Letters.
    Letters,
    /// Upheld issues.
    Upheld,
    /// Overturned issues.
    Overturned,
    /// The share of upheld among the decided issues.
    Share,
    /// The 95% interval of this share.
    Interval,
    /// Issues in percent of the total.
    Percent,
    /// Issues in percent of those with the same values of all fields but the last.
    RowPercent,
    /// Issues in percent of those with the same value of the last field.
    ColumnPercent,
    /// How many issues more than in the period before, and how much greater the share of upheld.
    Change,
    /// How days to the decision are distributed over the letters.
    Days,
}

const NAMES: [(&str, Figure); 9] = [
    ("issues", Figure::Issues),
    ("letters", Figure::Letters),
    ("upheld", Figure::Upheld),
    ("overturned", Figure::Overturned),
    ("share", Figure::Share),
    ("ci", Figure::Interval),
    ("percent", Figure::Percent),
    ("row_percent", Figure::RowPercent),
    ("column_percent", Figure::ColumnPercent),
];

/// One of the quantiles.
type OfDays = fn(&Quantiles) -> i32;

/// What the figures of days are called, and which of the quantiles they are.
const DAYS: [(&str, OfDays); 7] = [
    ("min", |days| days.least),
    ("p5", |days| days.p5),
    ("q1", |days| days.q1),
    ("median", |days| days.median),
    ("q3", |days| days.q3),
    ("p95", |days| days.p95),
    ("max", |days| days.most),
];

/// How many issues there are in all rows, and in those of each row and column of a cross table.
#[derive(Debug, Default)]
pub struct Sums {
    all: u64,
    rows: HashMap<Vec<Option<String>>, u64>,
    columns: HashMap<Option<String>, u64>,
}

impl Sums {
    /// Adds up the issues of rows.
    pub fn of(rows: &[StatsRow]) -> Self {
        let mut sums = Self::default();
        for row in rows {
            sums.all += row.issues;
            if let Some((last, rest)) = row.values.split_last() {
                *sums.rows.entry(rest.to_vec()).or_default() += row.issues;
                *sums.columns.entry(last.clone()).or_default() += row.issues;
            }
        }
        sums
    }
}

impl Figure {
    /// The figures that can be asked for by name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The figures of these names, each named once.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a name that there is not, or that is there twice.
    pub fn parse_all<S: AsRef<str>>(names: &[S]) -> Result<Vec<Self>> {
        let mut figures = Vec::new();
        for name in names {
            let folded = name.as_ref().trim().to_ascii_lowercase().replace([' ', '-'], "_");
            let Some((_, figure)) = NAMES.iter().find(|(known, _)| *known == folded) else {
                let near = error::nearest(&folded, Self::names());
                let hint = match near.is_empty() {
                    true => format!("there are {}", Self::names().collect::<Vec<_>>().join(", ")),
                    false => format!("did you mean {}?", near.join(", ")),
                };
                let fact = format!("there is no figure `{}` to show", name.as_ref().trim());
                return Err(Error::new(ErrorKind::Usage, fact).with_hint(hint));
            };
            if figures.contains(figure) {
                return Err(Error::new(ErrorKind::Usage, format!("`{folded}` is named twice")));
            }
            figures.push(*figure);
        }
        Ok(figures)
    }

    /// Whether it says nothing where the outcome is one of the fields: all of a row are of one.
    pub fn is_of_outcomes(self) -> bool {
        matches!(self, Self::Upheld | Self::Overturned | Self::Share | Self::Interval)
    }

    /// The name of the figure.
    pub fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Days => "days",
            _ => NAMES.iter().find(|(_, figure)| *figure == self).map_or("", |(name, _)| name),
        }
    }

    /// What stands above its cells.
    pub fn heads(self, form: Form) -> Vec<String> {
        let heads: Vec<&str> = match (self, form) {
            (Self::Share, Form::People) => vec!["share upheld"],
            (Self::Share, _) => vec!["upheld_share"],
            (Self::Interval, Form::People) => vec!["95% interval"],
            (Self::Interval, _) => vec!["upheld_share_low", "upheld_share_high"],
            (Self::Percent, Form::People) => vec!["% of all"],
            (Self::RowPercent, Form::People) => vec!["% of row"],
            (Self::ColumnPercent, Form::People) => vec!["% of column"],
            (Self::Percent, _) => vec!["share_of_all"],
            (Self::RowPercent, _) => vec!["share_of_row"],
            (Self::ColumnPercent, _) => vec!["share_of_column"],
            (Self::Change, Form::People) => vec!["change", "share change"],
            (Self::Change, _) => vec!["issues_change", "upheld_share_change"],
            (Self::Days, Form::People) => {
                let mut heads = vec!["timed"];
                heads.extend(DAYS.iter().map(|(name, _)| *name));
                heads
            }
            (Self::Days, _) => {
                let names = DAYS.iter().map(|(name, _)| format!("days_{name}"));
                return ["days_letters", "days_mean"].map(str::to_owned).into_iter().chain(names).collect();
            }
            (figure, _) => vec![figure.name()],
        };
        heads.into_iter().map(str::to_owned).collect()
    }

    /// The cells of a row.
    pub fn cells(self, row: &StatsRow, sums: &Sums, form: Form) -> Vec<Cell> {
        match self {
            Self::Percent | Self::RowPercent | Self::ColumnPercent => vec![Cell::Share(self.share(row, sums))],
            _ => self.own_cells(row, form),
        }
    }

    /// The share of a row's issues among those of all rows, of its row or of its column of a cross table.
    pub fn share(self, row: &StatsRow, sums: &Sums) -> Option<f64> {
        let all = match self {
            Self::RowPercent => row.values.split_last().and_then(|(_, rest)| sums.rows.get(rest).copied()),
            Self::ColumnPercent => row.values.last().and_then(|last| sums.columns.get(last).copied()),
            _ => Some(sums.all),
        };
        all.filter(|all| *all > 0).map(|all| row.issues as f64 / all as f64)
    }

    /// The cells of the total.
    pub fn total_cells(self, total: &StatsRow, form: Form) -> Vec<Cell> {
        match self {
            Self::Percent | Self::RowPercent | Self::ColumnPercent => vec![Cell::Text(String::new())],
            Self::Change => vec![Cell::Text(String::new()); 2],
            _ => self.own_cells(total, form),
        }
    }

    /// The cells that are told by the row alone.
    fn own_cells(self, row: &StatsRow, form: Form) -> Vec<Cell> {
        let ends = |interval: Option<crate::search::Interval>| match form {
            Form::People => vec![Cell::Interval(interval)],
            _ => vec![Cell::Share(interval.map(|i| i.low)), Cell::Share(interval.map(|i| i.high))],
        };
        match self {
            Self::Letters => vec![Cell::Count(row.letters)],
            Self::Upheld => vec![Cell::Count(row.upheld)],
            Self::Overturned => vec![Cell::Count(row.overturned)],
            Self::Share => vec![Cell::Share(row.share())],
            Self::Interval => ends(row.interval()),
            Self::Change => {
                vec![Cell::Change(row.change.map(|c| c.issues)), Cell::Points(row.change.and_then(|c| c.share))]
            }
            Self::Days => {
                let letters = Cell::Count(row.days.map_or(0, |days| days.letters));
                let quantiles = DAYS.iter().map(|(_, of)| Cell::Day(row.days.as_ref().map(of)));
                match form {
                    Form::People => std::iter::once(letters).chain(quantiles).collect(),
                    _ => [letters, Cell::Number(row.days.map(|days| days.mean))].into_iter().chain(quantiles).collect(),
                }
            }
            _ => vec![Cell::Count(row.issues)],
        }
    }

    /// Whether it can be drawn as a line over time.
    pub fn has_line(self) -> bool {
        matches!(self, Self::Issues | Self::Letters | Self::Upheld | Self::Overturned | Self::Share | Self::Days)
    }

    /// The name of that line.
    pub fn line_name(self) -> String {
        match self {
            Self::Days => "median days".to_owned(),
            _ => self.heads(Form::People).swap_remove(0),
        }
    }

    /// What it is of a row of that line; `None` where there is nothing that it could be of.
    pub fn on_line(self, row: &StatsRow) -> Option<f64> {
        match self {
            Self::Share => row.share(),
            Self::Days => row.days.map(|days| f64::from(days.median)),
            _ => Some(self.of(row)),
        }
    }

    /// Whether it is a number of issues or letters.
    pub fn is_count(self) -> bool {
        !matches!(self, Self::Share | Self::Interval | Self::Days)
    }

    /// Whether it is a share, and no count.
    pub fn is_of_parts(self) -> bool {
        matches!(self, Self::Share)
    }

    /// The figure as a number, as far as it has one, for charts.
    pub fn of(self, row: &StatsRow) -> f64 {
        match self {
            Self::Letters => row.letters as f64,
            Self::Upheld => row.upheld as f64,
            Self::Overturned => row.overturned as f64,
            Self::Share | Self::Interval => row.share().unwrap_or(0.0),
            _ => row.issues as f64,
        }
    }
}
