//! A report as one page of HTML without scripts or network, as Markdown, JSON, and CSV files.

mod chart;
mod escape;
mod html;

use std::io::{self, Write};

use serde_json::{Value, json};

pub use chart::chart;
pub use html::report_html;

use super::json::line;
use super::markdown::escaped;
use super::stats::{Figure, exceptions, stats_csv, stats_markdown, stats_value};
use super::style::{Style, counted};
use crate::search::{Count, Section};

/// A report and where it comes from, so that anyone can make it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The query that it is of; empty for everything.
    pub query: String,
    /// The filters, as flags with their values.
    pub filters: Vec<String>,
    /// All that was counted.
    pub total: Count,
    /// The day on which it was made, as `2026-11-30`.
    pub made: String,
    /// The version of the program.
    pub version: &'static str,
    /// What tells the letters of the index from those of any other.
    pub corpus: String,
    /// The tables.
    pub sections: Vec<Section>,
}

/// What every report says of what it counts.
pub const CAVEATS: [&str; 3] = [
    "Counts are exact. An issue is one disputed treatment, and a letter holds one or more. Of several versions of a letter one is \
     counted.",
    "Shares are those of upheld denials among the issues whose outcome could be read, with 95% Wilson intervals. Issues of one \
     letter are not independent of each other, so that intervals are rather too narrow.",
    "Posted letters are no random sample of treatment requests: they are those that were denied, disputed, eligible and decided.",
];

/// The figures of a section of a report.
pub fn figures(section: &Section) -> Vec<Figure> {
    let mut figures = match section.stats.days {
        Some(_) => return vec![Figure::Letters, Figure::Days],
        None => {
            vec![Figure::Issues, Figure::Letters, Figure::Upheld, Figure::Overturned, Figure::Share, Figure::Interval]
        }
    };
    if section.stats.rows.iter().any(|row| row.change.is_some()) {
        figures.push(Figure::Change);
    }
    figures
}

/// The command that gives the table of a section of a report.
pub fn command(report: &Report, section: &Section) -> String {
    let query = match (report.query.is_empty(), section.query.is_empty()) {
        (_, true) => report.query.clone(),
        (true, false) => section.query.to_owned(),
        (false, false) => format!("({}) AND {}", report.query, section.query),
    };
    let query = Some(query).filter(|query| !query.is_empty());
    let mut words = vec!["imr".to_owned(), "stats".to_owned()];
    words.extend(query.filter(|query| !query.starts_with('-')));
    let mut show = Vec::new();
    if section.stats.days.is_some() {
        show = vec!["--show".to_owned(), "letters".to_owned()];
    } else {
        show.extend(["--show".to_owned(), "issues,letters,upheld,overturned,share,ci".to_owned()]);
    }
    words.extend(report.filters.iter().chain(&section.flags).chain(&show).cloned());
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_,./:=".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// What a report is of, in a line each: name and value.
fn head(report: &Report) -> Vec<(&'static str, String)> {
    let query = if report.query.is_empty() { "everything".to_owned() } else { report.query.clone() };
    let mut head = vec![("Query", query)];
    if !report.filters.is_empty() {
        head.push(("Filters", report.filters.join(" ")));
    }
    let Count { issues, letters } = report.total;
    let count = format!("{} in {}", counted(issues, "issue"), counted(letters, "letter"));
    head.extend([
        ("Counted", count),
        ("Made", report.made.clone()),
        ("Corpus", report.corpus.clone()),
        ("Program", format!("imr {}", report.version)),
    ]);
    head
}

/// Writes a report as Markdown.
///
/// # Errors
/// From the writer.
pub fn report_markdown(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "# Independent medical review: outcomes\n")?;
    for (name, value) in head(report) {
        writeln!(out, "- {name}: {}", escaped(&value))?;
    }
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "\n{}", escaped(caveat)))?;
    for section in &report.sections {
        writeln!(out, "\n## {}\n\n{}\n", section.title, escaped(section.about))?;
        stats_markdown(out, &section.stats, &figures(section))?;
        writeln!(out, "\n    {}", super::style::one_line(&command(report, section)))?;
    }
    Ok(())
}

/// Writes a report as one object; see `schema/report.schema.json`.
///
/// # Errors
/// From the writer.
pub fn report_page_json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let section = |section: &Section| {
        json!({
            "name": section.name,
            "title": section.title,
            "about": section.about,
            "command": command(report, section),
            "remarks": exceptions(&section.stats),
            "table": stats_value(&section.stats, &figures(section)),
        })
    };
    let sections: Vec<Value> = report.sections.iter().map(section).collect();
    line(
        out,
        &json!({
            "query": report.query,
            "filters": report.filters,
            "total": {"issues": report.total.issues, "letters": report.total.letters},
            "made": report.made,
            "version": report.version,
            "corpus": report.corpus,
            "remarks": CAVEATS,
            "sections": sections,
        }),
    )
}

/// Writes the table of a section as CSV.
///
/// # Errors
/// From the writer.
pub fn section_csv(out: &mut dyn Write, section: &Section, style: &Style) -> io::Result<()> {
    stats_csv(out, &section.stats, &figures(section), style)
}
