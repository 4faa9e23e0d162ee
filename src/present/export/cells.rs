//! An export as CSV, in the cells of `imr search --format csv`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::columns::Columns;
use super::super::delimited::{FIRST_CHARACTERS, first_words, io_error, text};
use super::super::style::Style;
use super::{Of, Row, Rows};

/// A file of lines.
pub struct Cells<'w, W: Write> {
    csv: csv::Writer<W>,
    columns: Columns,
    style: &'w Style,
}

impl<'w, W: Write> Cells<'w, W> {
    /// Begins a file with its head.
    ///
    /// # Errors
    /// From the writer.
    pub fn begin(of: Of, out: W, style: &'w Style) -> io::Result<Self> {
        let columns = match of {
            Of::Letters => Columns::of_letters(),
            Of::Issues => Columns::of_issues(),
        };
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(columns.names()).map_err(io_error)?;
        Ok(Self { csv, columns, style })
    }
}

impl<W: Write> Rows for Cells<'_, W> {
    fn write(&mut self, row: Row<'_>) -> io::Result<()> {
        let mut object = row.object()?;
        if let Row::Letter(letter) = row {
            // A cell has one line of each issue and diagnostic; their other parts are in the other formats.
            let told: Vec<&str> = letter.issues.iter().map(|issue| issue.issue.as_str()).collect();
            let codes: Vec<&str> = letter.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
            let outcomes = letter.issues.iter().map(|issue| issue.outcome.map_or("", |outcome| outcome.name()));
            object["issue_count"] = json!(told.len());
            object["issue_outcomes"] = outcomes.collect();
            object["issues"] = json!(told);
            object["diagnostics"] = json!(codes);
            object["text"] = match &letter.text {
                Some(text) => Value::String(first_words(text, FIRST_CHARACTERS)),
                None => Value::Null,
            };
        }
        let cells = self.columns.iter().map(|column| text(&column.cell(&object), self.style));
        self.csv.write_record(cells).map_err(io_error)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.csv.flush()
    }
}
