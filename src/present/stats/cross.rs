//! A cross table: the values of the last field beside one another, with one figure in the cells.

use std::collections::HashMap;
use std::io::{self, Write};

use super::super::style::Style;
use super::figure::{Figure, Sums};
use super::sheet::{Cell, Form, Sheet, remarks, total_names};
use super::{Extras, exceptions, remark};
use crate::search::{Cross, StatsRow};

/// Writes a cross table: for people with a total of each row and column and remarks, otherwise a line for each row behind a
/// line with the values of the columns.
///
/// # Errors
/// From the writer.
pub fn cross(out: &mut dyn Write, table: &Cross, figure: Figure, extras: Extras, style: &Style) -> io::Result<()> {
    let form = if style.pretty { Form::People } else { Form::Plain };
    let sheet = sheet(table, figure, form);
    if !style.pretty {
        let head: Vec<_> = sheet.head.iter().map(|name| super::super::style::one_line(name)).collect();
        writeln!(out, "{}", head.join("\t"))?;
        return sheet.text(out, style);
    }
    sheet.text(out, style)?;
    if extras.lines {
        super::spark::sparklines(out, &table.cells, &[figure], style)?;
    }
    remark(out, &told(table, figure, extras), style)
}

/// Writes the same as CSV, with a head.
///
/// # Errors
/// From the writer.
pub fn cross_csv(out: &mut dyn Write, table: &Cross, figure: Figure, style: &Style) -> io::Result<()> {
    sheet(table, figure, Form::Machine).csv(out, style)
}

/// Writes the same as a Markdown table, with the remarks below it.
///
/// # Errors
/// From the writer.
pub fn cross_markdown(out: &mut dyn Write, table: &Cross, figure: Figure, extras: Extras) -> io::Result<()> {
    sheet(table, figure, Form::People).markdown(out)?;
    remarks(out, &told(table, figure, extras))
}

/// What is in the cells, and what the table cannot say by itself.
fn told(table: &Cross, figure: Figure, extras: Extras) -> Vec<String> {
    let cells = format!("in the cells: {}", figure.heads(Form::People).join(", "));
    extras.with(std::iter::once(cells).chain(exceptions(&table.cells)).collect(), &table.cells)
}

pub(super) fn sheet(table: &Cross, figure: Figure, form: Form) -> Sheet {
    let names = table.rows.by.len();
    let columns: Vec<&Option<String>> = table.columns.rows.iter().map(|row| &row.values[0]).collect();
    let cells: HashMap<(&[Option<String>], &Option<String>), &StatsRow> = table
        .cells
        .rows
        .iter()
        .filter_map(|row| row.values.split_last().map(|(last, rest)| ((rest, last), row)))
        .collect();
    let sums = Sums::of(&table.cells.rows);
    let nothing = StatsRow::default();
    // One figure has one cell here, so that a column is a value.
    let cell = |row: &StatsRow| figure.cells(row, &sums, Form::People).swap_remove(0);
    // Of shares the total is that of the whole, as far as it is of another part than all.
    let total_cell = |row: &StatsRow, all: &[StatsRow], is_whole: bool| match figure {
        Figure::Percent | Figure::RowPercent | Figure::ColumnPercent => {
            let of: u64 = all.iter().map(|row| row.issues).sum();
            let share = (of > 0).then(|| row.issues as f64 / of as f64);
            Cell::Share(if is_whole { share.map(|_| 1.0) } else { share })
        }
        _ => figure.total_cells(row, Form::People).swap_remove(0),
    };
    let none = if form == Form::People { "(none)" } else { "" };
    let mut head = table.rows.by.clone();
    head.extend(columns.iter().map(|value| value.as_deref().unwrap_or(none).to_owned()));
    head.push("total".to_owned());
    let row = |counted: &StatsRow| {
        let mut cells_of: Vec<Cell> = counted.values.iter().map(|value| Cell::Value(value.clone())).collect();
        let of_column = |column: &&Option<String>| {
            let found = cells.get(&(counted.values.as_slice(), *column)).copied();
            cell(found.unwrap_or(&nothing))
        };
        cells_of.extend(columns.iter().map(of_column));
        cells_of.push(total_cell(counted, &table.rows.rows, figure == Figure::RowPercent));
        cells_of
    };
    let rows = table.rows.rows.iter().map(row).collect();
    let mut total = total_names(names);
    let is_whole = figure == Figure::ColumnPercent;
    total.extend(table.columns.rows.iter().map(|row| total_cell(row, &table.columns.rows, is_whole)));
    total.push(total_cell(&table.cells.total, &table.rows.rows, true));
    Sheet { head, names, rows, total: Some(total) }
}
