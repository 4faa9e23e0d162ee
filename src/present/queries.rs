//! The counts of a list of queries, as one table.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::delimited::{io_error, text};
use super::json::line;
use super::style::{Style, one_line, thousands};
use super::table::aligned;
use crate::search::Count;

/// What one query of a list found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What the list calls it, if anything.
    pub name: Option<String>,
    /// The query as it stands there.
    pub query: String,
    /// All that it found.
    pub total: Count,
    /// How many of the issues were upheld.
    pub upheld: u64,
    /// How many were overturned.
    pub overturned: u64,
}

impl Answered {
    /// The share of upheld among the issues whose outcome could be read; `None` without any.
    fn share(&self) -> Option<f64> {
        let decided = self.upheld + self.overturned;
        (decided > 0).then(|| self.upheld as f64 / decided as f64)
    }

    fn counts(&self) -> [u64; 4] {
        [self.total.issues, self.total.letters, self.upheld, self.overturned]
    }
}

/// The numbers of a row, behind what they are of.
const COUNTS: [&str; 4] = ["issues", "letters", "upheld", "overturned"];

/// Writes a line for each query: for people aligned with a head, otherwise its parts separated by tabs.
///
/// # Errors
/// From the writer.
pub fn queries(out: &mut dyn Write, answers: &[Answered], style: &Style) -> io::Result<()> {
    let row = |answer: &Answered| {
        let mut cells = vec![one_line(answer.name.as_ref().unwrap_or(&answer.query))];
        let number = |n: u64| if style.pretty { thousands(n) } else { n.to_string() };
        cells.extend(answer.counts().map(number));
        cells.push(match (answer.share(), style.pretty) {
            (Some(share), true) => format!("{:.1}%", 100.0 * share),
            (Some(share), false) => format!("{share:.6}"),
            (None, true) => "-".to_owned(),
            (None, false) => String::new(),
        });
        cells
    };
    let rows: Vec<_> = answers.iter().map(row).collect();
    if !style.pretty {
        return rows.iter().try_for_each(|cells| writeln!(out, "{}", cells.join("\t")));
    }
    let head: Vec<_> = ["query"].into_iter().chain(COUNTS).chain(["share upheld"]).map(str::to_owned).collect();
    aligned(out, &head, &rows, None, 1, style)
}

/// Writes the same as one object; see `schema/queries.schema.json`.
///
/// # Errors
/// From the writer.
pub fn queries_json(out: &mut dyn Write, answers: &[Answered]) -> io::Result<()> {
    let row = |answer: &Answered| {
        let mut row = json!({"name": answer.name, "query": answer.query});
        for (name, count) in COUNTS.iter().zip(answer.counts()) {
            row[*name] = count.into();
        }
        row["upheld_share"] = json!(answer.share());
        row
    };
    let rows: Vec<Value> = answers.iter().map(row).collect();
    line(out, &json!({"rows": rows}))
}

/// Writes the same as CSV, with a head.
///
/// # Errors
/// From the writer.
pub fn queries_csv(out: &mut dyn Write, answers: &[Answered], style: &Style) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["name", "query"].into_iter().chain(COUNTS).chain(["upheld_share"])).map_err(io_error)?;
    for answer in answers {
        let mut cells = vec![text(answer.name.as_deref().unwrap_or_default(), style), text(&answer.query, style)];
        cells.extend(answer.counts().map(|n| n.to_string()));
        cells.push(answer.share().map(|share| share.to_string()).unwrap_or_default());
        csv.write_record(&cells).map_err(io_error)?;
    }
    csv.flush()
}
