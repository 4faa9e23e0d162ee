//! Two selections side by side.

use std::io::{self, Write};

use askama::Template;
use imr::Result;
use imr::present::{self, Cells, Figure, Style};
use imr::search::{self, Compared, Comparison, Dimension, StatsRequest};

use super::super::state::Opened;
use super::frame::{self, Frame};
use super::labels;
use super::params::Params;
use super::selection::{self, Chip, Problem};
use super::tables::{self, TableView};

/// How many values have rows.
const TOP: usize = 20;

/// The page.
#[derive(Template)]
#[template(path = "compare.html")]
pub struct ComparePage {
    frame: Frame,
    problem: Option<Problem>,
    chips: Vec<Chip>,
    hidden: Vec<(String, String)>,
    queries: [String; 2],
    fields: Vec<(String, String, bool)>,
    sides: Vec<Side>,
    difference: Option<String>,
    bars: Vec<Bars>,
    table: Option<TableView>,
    remarks: Vec<String>,
    csv: String,
}

/// One of the selections.
struct Side {
    name: &'static str,
    query: String,
    href: String,
    issues: String,
    letters: String,
    share: String,
    interval: String,
    width: String,
}

/// The shares of both for a value.
struct Bars {
    label: String,
    shares: [Option<(String, String)>; 2],
}

/// What was compared.
pub struct Answer {
    compared: Comparison,
}

const FIGURES: [Figure; 3] = [Figure::Issues, Figure::Letters, Figure::Share];

/// Counts both selections.
///
/// # Errors
/// For what cannot be read of an address, and when the index cannot be read.
pub fn counted(source: &Opened, params: &Params) -> Result<Answer> {
    let one = selection::asked(source, params, &[])?.expr;
    let other = selection::asked(source, &params.with("q", params.first("q2").unwrap_or_default()), &[])?.expr;
    let by = Dimension::parse_all(&[by(params)])?;
    let request = StatsRequest { top: Some(TOP), ..StatsRequest::new(one, by) };
    Ok(Answer { compared: source.guarded(|| search::compare(source, &request, &other))? })
}

impl Answer {
    /// Writes the table as CSV.
    ///
    /// # Errors
    /// From the writer.
    pub fn csv(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        present::comparison_csv(out, &self.compared, &FIGURES, style)
    }
}

fn by(params: &Params) -> &str {
    params.first("by").unwrap_or("category_group")
}

/// Makes the page, and tells whether it was asked for rightly. Without a second query there is only the form.
///
/// # Errors
/// When the index cannot be read.
pub fn page(source: &Opened, params: &Params) -> Result<(ComparePage, bool)> {
    if params.first("q2").is_none() {
        return Ok((form(params), true));
    }
    match counted(source, params) {
        Ok(answer) => Ok((view(params, &answer.compared), true)),
        Err(error) => match selection::problem(&error) {
            Some(problem) => Ok((ComparePage { problem: Some(problem), ..form(params) }, false)),
            None => Err(error),
        },
    }
}

fn view(params: &Params, compared: &Comparison) -> ComparePage {
    let selection = frame::selection(params);
    let cells = Cells::of_comparison(compared, &FIGURES);
    let caption = format!("By {}", labels::field(by(params)).to_lowercase());
    let mut table = tables::view(caption, &cells, &compared.by, &selection);
    for (name, side) in table.head.iter_mut().skip(table.names).zip(["A", "A", "A", "B", "B", "B"]) {
        *name = format!("{side}: {}", name.trim_end_matches(" (2)"));
    }
    let total = &compared.total;
    let side = |i: usize| {
        let row = &total.rows[i];
        let query = params.first(["q", "q2"][i]).unwrap_or_default();
        let percent = |share: f64| format!("{:.1}", 100.0 * share);
        Side {
            name: ["A", "B"][i],
            query: present::one_line(query),
            href: if query.is_empty() { selection.without(&["q"]) } else { selection.with("q", query) }.link("/"),
            issues: present::counted(row.issues, "issue"),
            letters: present::counted(row.letters, "letter"),
            share: row.share().map_or_else(|| "-".to_owned(), |share| format!("{}%", percent(share))),
            interval: row
                .interval()
                .map_or_else(String::new, |i| format!("{} to {}%", percent(i.low), percent(i.high))),
            width: percent(row.share().unwrap_or(0.0)),
        }
    };
    let points = |n: f64| format!("{:+.1}", 100.0 * n);
    let difference = total.difference.map(|(difference, ends)| {
        format!(
            "The share upheld of A less that of B is {} percentage points, with a 95% interval from {} to {}.",
            points(difference),
            points(ends.low),
            points(ends.high)
        )
    });
    let bars = |row: &Compared| {
        let share = |i: usize| {
            row.rows[i].share().map(|share| (format!("{:.1}", 100.0 * share), format!("{:.0}%", 100.0 * share)))
        };
        let label =
            compared.by.first().map(|name| tables::label(name, row.rows[0].values.first().and_then(|v| v.as_deref())));
        Bars { label: label.unwrap_or_default(), shares: [share(0), share(1)] }
    };
    ComparePage {
        sides: vec![side(0), side(1)],
        difference,
        bars: compared.rows.iter().map(bars).collect(),
        table: Some(table),
        remarks: present::told_of_comparison(compared),
        ..form(params)
    }
}

fn form(params: &Params) -> ComparePage {
    let fields = Dimension::names().into_iter().map(|name| (labels::field(&name), name));
    ComparePage {
        frame: Frame::new("compare", "Compare", params, &["search.js"]),
        problem: None,
        chips: selection::chips(params, "/compare"),
        hidden: frame::selection(params).without(&["q"]).pairs().to_vec(),
        queries: [params.query().to_owned(), params.first("q2").unwrap_or_default().to_owned()],
        fields: fields.map(|(label, name)| (name.clone(), label, name == by(params))).collect(),
        sides: Vec::new(),
        difference: None,
        bars: Vec::new(),
        table: None,
        remarks: Vec::new(),
        csv: params.link("/compare.csv"),
    }
}
