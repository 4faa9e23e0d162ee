//! A report as one page of HTML without scripts or network, as text, Markdown, JSON, and CSV files.

mod chart;
mod escape;
mod html;
mod text;

use std::io::{self, Write};

use serde_json::{Value, json};

pub use chart::{CHART_STYLE, chart};
pub use html::report_html;
pub use text::report_text;

use super::json::line;
use super::markdown::escaped;
use super::shell::{self, flag_of};
use super::stats::{Extras, Figure, average, remarks, stats_csv, stats_markdown, stats_value};
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

/// The command that gives the table of a section with these figures.
pub fn command(report: &Report, section: &Section, figures: &[Figure]) -> String {
    let mut flags = report.filters.clone();
    if let Some(field) = section.has {
        // A filter that is there already asks for more; beside it, this one would ask for less.
        let flag = flag_of(field);
        if !report.filters.iter().any(|word| *word == flag || word.starts_with(&format!("{flag}="))) {
            flags.extend([flag, "*".to_owned()]);
        }
    }
    flags.extend(section.flags.iter().cloned());
    let shown = figures.iter().filter(|figure| !matches!(figure, Figure::Change | Figure::Days));
    flags.extend(["--show".to_owned(), shown.map(|figure| figure.name()).collect::<Vec<_>>().join(",")]);
    let words = [vec!["imr".to_owned(), "stats".to_owned()], shell::around(&report.query, flags)].concat();
    shell::line(&words)
}

/// What a table tells, with the average that it is of.
pub fn about(section: &Section) -> String {
    match average(&section.stats) {
        Some(average) => format!("{} In all, {average}.", section.about),
        None => section.about.to_owned(),
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
        writeln!(out, "\n## {}\n\n{}\n", section.title, escaped(&about(section)))?;
        stats_markdown(out, &section.stats, &figures(section), Extras::default())?;
        writeln!(out, "\n    {}", super::style::one_line(&command(report, section, &figures(section))))?;
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
            "command": command(report, section, &figures(section)),
            "remarks": remarks(&section.stats),
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
