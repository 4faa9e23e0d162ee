//! The report on a page, with the same tables as `imr report`.

use askama::Template;
use imr::Result;
use imr::present::{self, Cells, Report};

use super::super::state::Opened;
use super::frame::{self, Frame};
use super::params::Params;
use super::selection::{self, Chip, Problem};
use super::tables::{self, TableView};
use crate::asked::reported;

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
pub struct ReportPage {
    frame: Frame,
    problem: Option<Problem>,
    chips: Vec<Chip>,
    query: String,
    total: String,
    made: String,
    corpus: String,
    caveats: Vec<&'static str>,
    parts: Vec<Part>,
    files: Vec<(&'static str, String)>,
}

/// One table with its chart.
struct Part {
    id: &'static str,
    title: &'static str,
    about: String,
    chart: Option<String>,
    is_days: bool,
    table: TableView,
    remarks: Vec<String>,
    command: String,
}

/// The report that an address asks for.
///
/// # Errors
/// For what cannot be read of it, and when the index cannot be read.
pub fn report(source: &Opened, params: &Params) -> Result<Report> {
    let asked = selection::asked(source, params, &[])?;
    let typed = selection::typed(params, &[]);
    reported(source, &asked.expr, &typed, &asked)
}

/// Makes the page, and tells whether it was asked for rightly.
///
/// # Errors
/// When the index cannot be read.
pub fn page(source: &Opened, params: &Params) -> Result<(ReportPage, bool)> {
    match report(source, params) {
        Ok(report) => Ok((view(params, &report), true)),
        Err(error) => match selection::problem(&error) {
            Some(problem) => Ok((ReportPage { problem: Some(problem), ..empty(params) }, false)),
            None => Err(error),
        },
    }
}

fn view(params: &Params, report: &Report) -> ReportPage {
    let selection = frame::selection(params);
    let parts = report.sections.iter().map(|section| {
        let mut called = section.clone();
        called.stats = tables::called(&section.stats);
        let figures = present::report_figures(section);
        let cells = Cells::of_stats(&section.stats, &figures);
        // A section may be of some issues only, which its links must ask for, too.
        let selection = match section.has {
            Some(field) if selection.first(field).is_none() => selection.with(field, "*"),
            _ => selection.clone(),
        };
        Part {
            id: section.name,
            title: section.title,
            about: present::report_about(section),
            chart: present::chart(&called),
            is_days: section.stats.days.is_some(),
            table: tables::view(section.title, &cells, &section.stats.by, &selection),
            remarks: present::exceptions(&section.stats),
            command: present::report_command(report, section, &figures),
        }
    });
    ReportPage {
        total: format!(
            "{} in {}",
            present::counted(report.total.issues, "issue"),
            present::counted(report.total.letters, "letter")
        ),
        made: report.made.clone(),
        corpus: report.corpus.clone(),
        parts: parts.collect(),
        ..empty(params)
    }
}

fn empty(params: &Params) -> ReportPage {
    let selection = frame::selection(params);
    let file = |label, format: &str| (label, selection.with("format", format).link("/report.file"));
    ReportPage {
        frame: Frame::new("report", "Report", params, &[]),
        problem: None,
        chips: selection::chips(params, "/report"),
        query: present::one_line(params.query()),
        total: String::new(),
        made: String::new(),
        corpus: String::new(),
        caveats: present::CAVEATS.to_vec(),
        parts: Vec::new(),
        files: vec![file("one page of HTML", "html"), file("Markdown", "markdown"), file("JSON", "json")],
    }
}
