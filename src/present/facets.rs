//! Facets as text: the values of a field with their counts, and below a value those of its next level.

use std::io::{self, Write};

use anstyle::Style as Ansi;

use super::style::{BOLD, Style, counted, cut, one_line, thousands, width};
use crate::search::{Row, Table};

/// Writes a facet, a line for each value: field, value, issues, letters.
pub fn plain_facet(out: &mut dyn Write, facet: &Table) -> io::Result<()> {
    values(facet).into_iter().try_for_each(|row| {
        let value = row.values[0].as_deref().unwrap_or_default();
        writeln!(out, "{}\t{}\t{}\t{}", facet.by[0], one_line(value), row.count.issues, row.count.letters)
    })
}

/// The values of a facet as a list. One whose name those below repeat is not among them, since they have its counts.
pub fn values(facet: &Table) -> Vec<&Row> {
    let mut all = Vec::new();
    for row in &facet.rows {
        let name = row.values[0].as_deref().unwrap_or_default();
        let repeats = |below: &Row| below.values[0].as_deref().is_some_and(|value| value.starts_with(name));
        if row.below.is_empty() || !row.below.iter().all(repeats) {
            all.push(row);
        }
        all.extend(&row.below);
    }
    all
}

/// How many values of a facet people are shown where they do not say; other formats have all.
const SHOWN_VALUES: usize = 10;
/// The facets of which all values are shown.
const ALL_SHOWN: [&str; 2] = ["year", "age_band"];
/// How many of those below a value.
const SHOWN_BELOW: usize = 5;
/// With less room than this for the names of values, their counts stand on lines of their own.
const LEAST_NAME: usize = 8;

/// One line of a facet.
struct Line {
    indent: usize,
    name: String,
    issues: String,
    letters: String,
}

/// Writes a facet for reading.
pub fn pretty_facet(out: &mut dyn Write, facet: &Table, style: &Style) -> io::Result<()> {
    style.folded(out, BOLD, &facet.by[0], 0)?;
    let mut lines = Vec::new();
    // Years and bands of age are few, and stand in their order.
    let most = if ALL_SHOWN.contains(&facet.by[0].as_str()) { usize::MAX } else { SHOWN_VALUES };
    add(&mut lines, &facet.rows, facet.left_out, most, None);
    let issues_width = lines.iter().map(|line| line.issues.len()).max().unwrap_or(0);
    let count = |line: &Line| match line.issues.is_empty() {
        true => String::new(),
        false => format!("{:>issues_width$} in {}", line.issues, line.letters),
    };
    let counts: Vec<_> = lines.iter().map(count).collect();
    let room = style.width.saturating_sub(2 + counts.iter().map(String::len).max().unwrap_or(0));
    let names = lines.iter().filter(|line| !line.issues.is_empty());
    let name_width = names.map(|line| line.indent + width(&line.name)).max().unwrap_or(0).min(room);
    for (line, counts) in lines.iter().zip(&counts) {
        let indent = line.indent;
        if counts.is_empty() {
            write!(out, "{:indent$}", "")?;
            style.folded(out, Ansi::new(), &line.name, indent)?;
            continue;
        }
        if room < LEAST_NAME + 4 {
            write!(out, "{:indent$}", "")?;
            style.folded(out, Ansi::new(), &line.name, indent)?;
            write!(out, "{:indent$}  ", "")?;
            style.folded(out, Ansi::new(), counts.trim_start(), indent + 2)?;
            continue;
        }
        let name = cut(&line.name, name_width.saturating_sub(indent).max(1));
        let gap = name_width.saturating_sub(indent + width(&name));
        writeln!(out, "{:indent$}{name}{:gap$}  {counts}", "", "")?;
    }
    writeln!(out)
}

/// Adds the lines of some values, and of those below them, which go without the name that they stand below.
fn add(lines: &mut Vec<Line>, rows: &[Row], left_out: Option<usize>, most: usize, above: Option<&str>) {
    let indent = if above.is_some() { 4 } else { 2 };
    // Who says how many values are wanted gets them.
    let shown = if left_out.is_some() { rows.len() } else { most };
    for row in rows.iter().take(shown) {
        let value = row.values[0].as_deref().unwrap_or("(none)");
        let name = above.and_then(|above| value.strip_prefix(above)?.strip_prefix('/')).unwrap_or(value);
        let letters = counted(row.count.letters, "letter");
        lines.push(Line { indent, name: one_line(name), issues: thousands(row.count.issues), letters });
        if !row.below.is_empty() {
            add(lines, &row.below, row.left_out, SHOWN_BELOW, Some(value));
        }
    }
    let more = rows.len().saturating_sub(shown) + left_out.unwrap_or(0);
    if more > 0 {
        lines.push(Line { indent, name: format!("and {more} more"), issues: String::new(), letters: String::new() });
    }
}
