//! Hits and counts as CSV, after RFC 4180.

use std::io::{self, Write};

use super::columns::{Column, Columns};
use super::json;
use super::style::{Style, lines, one_line};
use super::table::shows_share;
use crate::search::{Found, Table};

/// How many characters of the text of a letter of unknown layout are given: enough to tell what it is.
pub const FIRST_CHARACTERS: usize = 300;

/// Writes the hits, a line for each.
///
/// # Errors
/// From the writer.
pub fn hits_csv(out: &mut dyn Write, found: &Found, columns: &Columns, style: &Style) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(columns.names()).map_err(io_error)?;
    for hit in &found.hits {
        let hit = json::hit(hit)?;
        let cell = |column: &Column| {
            let value = column.cell(&hit);
            text(&if column.name == "text" { first_words(&value, FIRST_CHARACTERS) } else { value }, style)
        };
        csv.write_record(columns.iter().map(cell)).map_err(io_error)?;
    }
    csv.flush()
}

/// Writes the hits, a line for each, its cells on one line and separated by tabs.
///
/// # Errors
/// From the writer.
pub fn hits_tabs(out: &mut dyn Write, found: &Found, columns: &Columns) -> io::Result<()> {
    for hit in &found.hits {
        let hit = json::hit(hit)?;
        let cells: Vec<_> = columns.iter().map(|column| one_line(&column.cell(&hit))).collect();
        writeln!(out, "{}", cells.join("\t"))?;
    }
    Ok(())
}

/// Writes a table of counts, with a head.
///
/// # Errors
/// From the writer.
pub fn table_csv(out: &mut dyn Write, table: &Table, style: &Style) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut head = table.by.clone();
    head.extend(["issues".to_owned(), "letters".to_owned()]);
    if shows_share(table) {
        head.push("upheld_share".to_owned());
    }
    csv.write_record(&head).map_err(io_error)?;
    for row in &table.rows {
        let mut cells: Vec<_> = row.values.iter().map(|v| text(v.as_deref().unwrap_or_default(), style)).collect();
        cells.extend([row.count.issues.to_string(), row.count.letters.to_string()]);
        if shows_share(table) {
            cells.push(row.upheld_share.map(|s| s.to_string()).unwrap_or_default());
        }
        csv.write_record(&cells).map_err(io_error)?;
    }
    csv.flush()
}

/// A text as a cell. Spreadsheets run a cell that begins with one of these characters as a formula; behind an apostrophe
/// they show it as text.
pub fn text(value: &str, style: &Style) -> String {
    let clean = if style.terminal { lines(value) } else { value.to_owned() };
    match clean.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{clean}"),
        false => clean,
    }
}

/// The first words of a text on one line.
pub fn first_words(text: &str, characters: usize) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() && words.chars().count() + word.chars().count() > characters {
            words.push_str(" …");
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    one_line(&super::style::cut(&words, 2 * characters))
}

/// An error of writing as what it is: that nobody reads any more must stay recognisable.
pub fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Writes the totals alone, with a head.
///
/// # Errors
/// From the writer.
pub fn count_csv(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    write!(out, "issues,letters\n{},{}\n", found.total.issues, found.total.letters)
}
