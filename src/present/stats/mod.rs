//! Cross tables as text, JSON, CSV and Markdown.

mod cells;
mod comparison;
mod cross;
mod figure;
mod json;
mod sheet;
mod spark;

use std::io::{self, Write};

pub use cells::{CellRow, Cells};
pub use comparison::{comparison, comparison_csv, comparison_json, comparison_markdown, told};
pub use cross::{cross, cross_csv, cross_markdown};
pub use figure::Figure;
pub use json::{stats_json, value as stats_value};

use super::style::{DIM, Style, counted, thousands};
use crate::search::{Since, Stats, Test};
use figure::Sums;
pub use sheet::Form;
use sheet::{Cell, Sheet, total_names};

/// What else to tell of a table, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extras {
    /// Bars beside the rows.
    pub chart: bool,
    /// The test of independence.
    pub test: bool,
    /// Sparklines below the rows, which are of periods of time.
    pub lines: bool,
    /// That letters are no sample: for a table that stands alone.
    pub alone: bool,
}

impl Extras {
    /// The remarks on a table, with what else is told of it in words.
    fn with(self, mut remarks: Vec<String>, stats: &Stats) -> Vec<String> {
        if self.test {
            remarks.push(stats.test.as_ref().map_or_else(|| NO_TEST.to_owned(), tested));
        }
        remarks.extend(self.alone.then(|| NO_SAMPLE.to_owned()));
        remarks
    }
}

/// What every table says that is read without others.
const NO_SAMPLE: &str = "posted letters are no random sample of treatment requests";

/// Writes a table of counts: for people aligned, with a head, a total and remarks, otherwise a line for each row.
///
/// # Errors
/// From the writer.
pub fn stats(out: &mut dyn Write, stats: &Stats, figures: &[Figure], extras: Extras, style: &Style) -> io::Result<()> {
    let form = if style.pretty { Form::People } else { Form::Plain };
    let mut sheet = sheet(stats, figures, form);
    if extras.chart && style.pretty {
        sheet.add_bars(&stats.rows.iter().map(|row| figures[0].of(row)).collect::<Vec<_>>(), style.columns);
    }
    sheet.text(out, style)?;
    if !style.pretty {
        return Ok(());
    }
    if extras.lines {
        spark::sparklines(out, stats, figures, style)?;
    }
    remark(out, &extras.with(said(stats, extras), stats), style)
}

/// Writes the same as CSV, with a head.
///
/// # Errors
/// From the writer.
pub fn stats_csv(out: &mut dyn Write, stats: &Stats, figures: &[Figure], style: &Style) -> io::Result<()> {
    sheet(stats, figures, Form::Machine).csv(out, style)
}

/// Writes the same as a Markdown table, with the remarks below it.
///
/// # Errors
/// From the writer.
pub fn stats_markdown(out: &mut dyn Write, stats: &Stats, figures: &[Figure], extras: Extras) -> io::Result<()> {
    sheet(stats, figures, Form::People).markdown(out)?;
    sheet::remarks(out, &extras.with(said(stats, extras), stats))
}

/// Writes the same as a table of HTML.
///
/// # Errors
/// From the writer.
pub fn stats_html(
    out: &mut dyn Write,
    stats: &Stats,
    figures: &[Figure],
    title: &str,
    escape: fn(&str) -> String,
) -> io::Result<()> {
    sheet(stats, figures, Form::People).html(out, title, escape)
}

fn sheet(stats: &Stats, figures: &[Figure], form: Form) -> Sheet {
    let sums = Sums::of(&stats.rows);
    let mut head = stats.by.clone();
    head.extend(figures.iter().flat_map(|figure| figure.heads(form)));
    let row = |row| figures.iter().flat_map(|figure| figure.cells(row, &sums, form)).collect::<Vec<_>>();
    let rows = stats.rows.iter().map(|counted| {
        let mut cells: Vec<Cell> = counted.values.iter().map(|value| Cell::Value(value.clone())).collect();
        cells.extend(row(counted));
        cells
    });
    let mut total = total_names(stats.by.len());
    let all = figures.iter().flat_map(|figure| figure.total_cells(&stats.total, form));
    total.extend(all);
    // Without a field the one row is the total.
    let total = Some(total).filter(|_| !stats.by.is_empty());
    Sheet { head, names: stats.by.len(), rows: rows.collect(), total }
}

/// The remarks below a table; the average stands above one that has a text there.
fn said(stats: &Stats, extras: Extras) -> Vec<String> {
    if extras.alone { remarks(stats) } else { exceptions(stats) }
}

/// What there is to say below a table: the average that it is of, and what it cannot say by itself.
pub fn remarks(stats: &Stats) -> Vec<String> {
    average(stats).into_iter().chain(exceptions(stats)).collect()
}

/// How many requests the letters of a table by requests have on average.
pub fn average(stats: &Stats) -> Option<String> {
    let mean = stats.mean_requests?;
    Some(match stats.total.letters {
        1 => format!("1 letter has {}", counted(mean.round() as u64, "request")),
        letters => format!("{} letters have {mean:.2} requests on average", thousands(letters)),
    })
}

/// What a table of counts cannot say by itself: what was left out, and why rows add up to more than the total.
pub fn exceptions(stats: &Stats) -> Vec<String> {
    let mut remarks = several(&stats.several);
    let letters = |n: u64| if n == 1 { "1 letter".to_owned() } else { format!("{} letters", thousands(n)) };
    if stats.unknown > 0 {
        let have = if stats.unknown == 1 { "has" } else { "have" };
        remarks.push(format!("{} of unknown layout {have} no issues, and are left out", letters(stats.unknown)));
    }
    if stats.left_out.0 > 0 {
        let (rows, issues) = stats.left_out;
        let (is, rows) = (if rows == 1 { "is" } else { "are" }, counted(rows, "row"));
        remarks.push(format!("left out {is} {rows} with too few issues, {} in all", thousands(issues)));
    }
    let undecided = stats.total.issues - stats.total.decided();
    if undecided > 0 && !stats.by.iter().any(|name| name == "outcome") {
        let issues =
            if undecided == 1 { "1 issue has".to_owned() } else { format!("{} issues have", thousands(undecided)) };
        remarks.push(format!("{issues} no outcome that could be read, and no part in the share"));
    }
    if let Some(since) = stats.days {
        let from = match since {
            Since::Assigned => "the assignment to a reviewer",
            Since::Denied => "the denial by utilization review",
        };
        remarks.push(format!("days are those from {from} to the decision, of letters that tell both"));
    }
    if stats.before > 0 {
        remarks.push(format!("{} decided before that day, and left out of the days", letters(stats.before)));
    }
    remarks
}

fn several(names: &[String]) -> Vec<String> {
    let several = names.iter().map(|name| {
        format!("an issue with several values of {name} counts under each, so that rows add up to more than the total")
    });
    several.collect()
}

/// Why there is no test.
pub const NO_TEST: &str =
    "a test of independence is for two fields with one value an issue, and at least two values each";

/// A test in words.
pub fn tested(test: &Test) -> String {
    let p = if test.p < 0.0001 { "p < 0.0001".to_owned() } else { format!("p = {:.4}", test.p) };
    let rough = if test.least_expected < 5.0 { "; rough, since a cell has fewer than 5 to be expected" } else { "" };
    format!(
        "chi-square {:.2} with {} of freedom, {p}, Cramér's V {:.3}, over {} issues{rough}; issues of one letter are \
         not independent of each other",
        test.chi_square,
        if test.degrees == 1 { "1 degree".to_owned() } else { format!("{} degrees", test.degrees) },
        test.cramers_v,
        thousands(test.n)
    )
}

fn remark(out: &mut dyn Write, remarks: &[String], style: &Style) -> io::Result<()> {
    if !remarks.is_empty() {
        writeln!(out)?;
    }
    remarks.iter().try_for_each(|remark| style.folded(out, DIM, remark, 0))
}
