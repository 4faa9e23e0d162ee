//! Two selections side by side.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::super::json::line;
use super::super::style::{Style, thousands};
use super::figure::{Figure, Sums};
use super::json::{figures_json, interval};
use super::sheet::{Cell, Form, Sheet, remarks, total_names};
use super::{NO_SAMPLE, remark, several};
use crate::search::{Compared, Comparison};

/// Writes a comparison: for people aligned, with a head, a total and remarks, otherwise a line for each row.
///
/// # Errors
/// From the writer.
pub fn comparison(
    out: &mut dyn Write,
    compared: &Comparison,
    queries: [&str; 2],
    figures: &[Figure],
    style: &Style,
) -> io::Result<()> {
    let form = if style.pretty { Form::People } else { Form::Plain };
    sheet(compared, figures, form).text(out, style)?;
    if style.pretty { remark(out, &said(compared, queries), style) } else { Ok(()) }
}

/// Writes the same as CSV, with a head.
///
/// # Errors
/// From the writer.
pub fn comparison_csv(out: &mut dyn Write, compared: &Comparison, figures: &[Figure], style: &Style) -> io::Result<()> {
    sheet(compared, figures, Form::Machine).csv(out, style)
}

/// Writes the same as a Markdown table, with the remarks below it.
///
/// # Errors
/// From the writer.
pub fn comparison_markdown(
    out: &mut dyn Write,
    compared: &Comparison,
    queries: [&str; 2],
    figures: &[Figure],
) -> io::Result<()> {
    sheet(compared, figures, Form::People).markdown(out)?;
    remarks(out, &said(compared, queries))
}

pub(super) fn sheet(compared: &Comparison, figures: &[Figure], form: Form) -> Sheet {
    let heads: Vec<String> = figures.iter().flat_map(|figure| figure.heads(form)).collect();
    let mut head = compared.by.clone();
    head.extend(heads.clone());
    // Names in CSV are words, so that programs can use them.
    head.extend(
        heads.iter().map(|name| if form == Form::People { format!("{name} (2)") } else { format!("{name}_2") }),
    );
    head.extend(match form {
        Form::People => vec!["difference".to_owned(), "95% interval".to_owned()],
        _ => ["difference", "difference_low", "difference_high"].map(str::to_owned).to_vec(),
    });
    let sums = sums(compared);
    let difference = |row: &Compared| {
        let difference = row.difference.map(|(difference, _)| difference);
        let ends = row.difference.map(|(_, interval)| interval);
        match form {
            Form::People => vec![Cell::Points(difference), Cell::PointsInterval(ends)],
            _ => vec![Cell::Points(difference), Cell::Points(ends.map(|e| e.low)), Cell::Points(ends.map(|e| e.high))],
        }
    };
    let rows = compared.rows.iter().map(|row| {
        let mut cells: Vec<Cell> = row.rows[0].values.iter().map(|value| Cell::Value(value.clone())).collect();
        for (row, sums) in row.rows.iter().zip(&sums) {
            cells.extend(figures.iter().flat_map(|figure| figure.cells(row, sums, form)));
        }
        cells.extend(difference(row));
        cells
    });
    let mut total = total_names(compared.by.len());
    for row in &compared.total.rows {
        total.extend(figures.iter().flat_map(|figure| figure.total_cells(row, form)));
    }
    total.extend(difference(&compared.total));
    // Without a field the one row is the total.
    let total = Some(total).filter(|_| !compared.by.is_empty());
    Sheet { head, names: compared.by.len(), rows: rows.collect(), total }
}

/// The sums of each selection.
fn sums(compared: &Comparison) -> [Sums; 2] {
    [0, 1].map(|i| Sums::of(&compared.rows.iter().map(|row| row.rows[i].clone()).collect::<Vec<_>>()))
}

/// What the table cannot say by itself: of which queries it is, and the rest.
fn said(compared: &Comparison, queries: [&str; 2]) -> Vec<String> {
    let [first, second] = queries.map(|query| match query.trim() {
        "" => "everything".to_owned(),
        query => format!("`{query}`"),
    });
    let mut said = vec![format!("the first figures are of {first}, those marked (2) of {second}")];
    said.extend(told(compared));
    said
}

/// What the table of a comparison cannot say by itself, where it is told of which queries it is.
pub fn told(compared: &Comparison) -> Vec<String> {
    let mut told = several(&compared.several);
    if compared.left_out > 0 {
        told.push(format!("left out are {} rows with too few issues in both selections", thousands(compared.left_out)));
    }
    if compared.shared > 0 {
        let issues = if compared.shared == 1 {
            "1 issue is".to_owned()
        } else {
            format!("{} issues are", thousands(compared.shared))
        };
        told.push(format!("{issues} in both selections; the intervals hold for selections without common issues"));
    }
    told.push("differences are of the share of upheld, in percentage points".to_owned());
    told.push(NO_SAMPLE.to_owned());
    told
}

/// Writes the same as one object; see `schema/comparison.schema.json`.
///
/// # Errors
/// From the writer.
pub fn comparison_json(
    out: &mut dyn Write,
    compared: &Comparison,
    queries: [&str; 2],
    figures: &[Figure],
) -> io::Result<()> {
    let sums = sums(compared);
    let sides = |row: &Compared, in_all: bool| {
        let side = |i: usize| {
            let mut object = Map::new();
            figures_json(&mut object, &row.rows[i], (!in_all).then_some(&sums[i]), figures);
            Value::Object(object)
        };
        let difference = row.difference.map(|(share, ends)| json!({"upheld_share": share, "interval": interval(ends)}));
        json!({"selections": [side(0), side(1)], "difference": difference})
    };
    let rows = compared.rows.iter().map(|row| {
        let mut object = sides(row, false);
        for (name, value) in compared.by.iter().zip(&row.rows[0].values) {
            object[name] = json!(value);
        }
        object
    });
    let rows: Vec<Value> = rows.collect();
    line(
        out,
        &json!({
            "queries": queries,
            "total": sides(&compared.total, true),
            "rows": rows,
            "shared_issues": compared.shared,
            "rows_left_out": compared.left_out,
            "several_values": compared.several,
        }),
    )
}
