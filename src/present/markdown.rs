//! Hits and facets as Markdown: tables that can be pasted into a memorandum.

use std::io::{self, Write};

use super::columns::Columns;
use super::facets::values;
use super::hits::total;
use super::json;
use super::style::{is_unsafe, thousands};
use crate::search::{Found, Table};

/// Writes the hits as a table with these columns, then a table for each facet, and the totals.
///
/// # Errors
/// From the writer.
pub fn hits_markdown(out: &mut dyn Write, found: &Found, columns: &Columns) -> io::Result<()> {
    if !found.hits.is_empty() {
        row(out, columns.names().map(str::to_owned))?;
        row(out, columns.names().map(|_| "---".to_owned()))?;
        for hit in &found.hits {
            let hit = json::hit(hit)?;
            row(out, columns.iter().map(|column| escaped(&column.cell(&hit))))?;
        }
        writeln!(out)?;
    }
    count_markdown(out, found)
}

/// Writes the totals, behind a table for each facet.
///
/// # Errors
/// From the writer.
pub fn count_markdown(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    found.facets.iter().try_for_each(|facet| facet_table(out, facet))?;
    writeln!(out, "{}", total(found))
}

fn facet_table(out: &mut dyn Write, facet: &Table) -> io::Result<()> {
    row(out, [escaped(&facet.by[0]), "issues".to_owned(), "letters".to_owned()].into_iter())?;
    row(out, ["---", "---:", "---:"].map(str::to_owned).into_iter())?;
    for counted in values(facet) {
        let value = escaped(counted.values[0].as_deref().unwrap_or("(none)"));
        row(out, [value, thousands(counted.count.issues), thousands(counted.count.letters)].into_iter())?;
    }
    writeln!(out)
}

pub fn row(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    out.write_all(b"|")?;
    cells.into_iter().try_for_each(|cell| write!(out, " {cell} |"))?;
    writeln!(out)
}

/// A text as it stands in a cell: on one line, and with nothing that Markdown or HTML would act on.
pub fn escaped(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if is_unsafe(c) => cell.push(' '),
            '<' => cell.push_str("&lt;"),
            '&' => cell.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '~' | '[' | ']' => cell.extend(['\\', c]),
            _ => cell.push(c),
        }
    }
    cell
}
