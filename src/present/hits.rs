//! Hits as text.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use super::style::{BOLD, DIM, MATCH, Style, counted, fold, one_line, outcome_style, thousands};
use crate::search::{Count, Found, Hit, Snippet, Table};

/// Writes the hits, facets and totals. Paths in records are relative to `base`.
///
/// # Errors
/// From the writer.
pub fn hits(out: &mut dyn Write, found: &Found, style: &Style, base: &Path) -> io::Result<()> {
    if !style.pretty {
        for hit in &found.hits {
            plain(out, hit, style, base)?;
        }
        for facet in &found.facets {
            for row in &facet.rows {
                let value = row.values[0].as_deref().unwrap_or_default();
                let (issues, letters) = (row.count.issues, row.count.letters);
                writeln!(out, "{}\t{}\t{issues}\t{letters}", facet.by[0], one_line(value))?;
            }
        }
        return Ok(());
    }
    let rank_width = found.hits.last().map_or(1, |hit| hit.rank.to_string().len());
    for hit in &found.hits {
        pretty(out, hit, rank_width, style, base)?;
    }
    for facet in &found.facets {
        pretty_facet(out, facet, style)?;
    }
    let shown = match (found.hits.first(), found.hits.last()) {
        (Some(first), Some(last)) if (found.hits.len() as u64) < found.total.issues => {
            format!("; shown are {} to {}", first.rank, last.rank)
        }
        _ => String::new(),
    };
    count_line(out, found.total, &shown, style)
}

/// How many values of a facet people are shown; other formats have all.
const SHOWN_VALUES: usize = 10;

fn pretty_facet(out: &mut dyn Write, facet: &Table, style: &Style) -> io::Result<()> {
    style.paint(out, BOLD, &facet.by[0])?;
    writeln!(out)?;
    let shown = &facet.rows[..facet.rows.len().min(SHOWN_VALUES)];
    let names: Vec<_> = shown.iter().map(|row| one_line(row.values[0].as_deref().unwrap_or("(none)"))).collect();
    let counts: Vec<_> = shown.iter().map(|row| thousands(row.count.issues)).collect();
    let name_width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let count_width = counts.iter().map(String::len).max().unwrap_or(0);
    for ((name, issues), row) in names.iter().zip(&counts).zip(shown) {
        let gap = " ".repeat(name_width - name.chars().count());
        let letters = counted(row.count.letters, "letter");
        writeln!(out, "  {name}{gap}  {issues:>count_width$} in {letters}")?;
    }
    if facet.rows.len() > SHOWN_VALUES {
        writeln!(out, "  and {} more", facet.rows.len() - SHOWN_VALUES)?;
    }
    writeln!(out)
}

/// Writes the totals alone.
///
/// # Errors
/// From the writer.
pub fn count(out: &mut dyn Write, total: Count, style: &Style) -> io::Result<()> {
    if style.pretty {
        return count_line(out, total, "", style);
    }
    writeln!(out, "issues\t{}\nletters\t{}", total.issues, total.letters)
}

fn count_line(out: &mut dyn Write, total: Count, more: &str, style: &Style) -> io::Result<()> {
    let line = format!("{} in {}{more}", counted(total.issues, "issue"), counted(total.letters, "letter"));
    style.paint(out, BOLD, &line)?;
    writeln!(out)
}

/// case, number, date, outcome, issue, path.
fn plain(out: &mut dyn Write, hit: &Hit, style: &Style, base: &Path) -> io::Result<()> {
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    let printed = |value: Option<String>| value.unwrap_or_default();
    writeln!(
        out,
        "{}\t{}\t{}\t{}\t{}\t{}",
        printed(facts.case_number.map(|c| c.to_string())),
        printed(issue.map(|i| i.number.to_string())),
        printed(facts.decision_date.map(|d| d.to_string())),
        printed(issue.and_then(|i| i.outcome).map(|o| o.to_string())),
        one_line(issue.map_or("", |i| i.issue.as_str())),
        one_line(&style.path(&facts.path, base)),
    )
}

fn pretty(out: &mut dyn Write, hit: &Hit, rank_width: usize, style: &Style, base: &Path) -> io::Result<()> {
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    let indent = " ".repeat(rank_width + 2);
    write!(out, "{:>rank_width$}  ", hit.rank)?;
    let case = facts.case_number.map_or_else(|| "no case number".to_owned(), |c| c.to_string());
    style.paint(out, BOLD, &case)?;
    if let Some(issue) = issue {
        write!(out, "/{}", issue.number)?;
    }
    let date = facts.decision_date.map_or_else(|| "no date".to_owned(), |d| d.to_string());
    write!(out, "  {date}  ")?;
    match issue.map(|i| i.outcome) {
        Some(Some(outcome)) => style.paint(out, outcome_style(outcome), outcome.name())?,
        Some(None) => style.paint(out, DIM, "outcome not read")?,
        None => style.paint(out, DIM, "unknown layout")?,
    }
    writeln!(out)?;
    if let Some(issue) = issue {
        let in_issue = hit.snippets.iter().find(|s| s.field == "issue");
        let marks = in_issue.map_or(&[][..], |s| &s.marks);
        folded(out, &issue.issue, marks, &indent, style)?;
    }
    for snippet in hit.snippets.iter().filter(|s| s.field != "issue") {
        let (text, marks) = with_ellipses(snippet);
        let label = format!("{}: ", snippet.field);
        let shifted: Vec<_> = marks.iter().map(|m| m.start + label.len()..m.end + label.len()).collect();
        folded(out, &(label + &text), &shifted, &format!("{indent}  "), style)?;
    }
    write!(out, "{indent}")?;
    style.link(out, &facts.path, base)?;
    writeln!(out, "\n")
}

fn with_ellipses(snippet: &Snippet) -> (String, Vec<Range<usize>>) {
    let before = if snippet.cut_before { "… " } else { "" };
    let behind = if snippet.cut_behind { " …" } else { "" };
    let marks = snippet.marks.iter().map(|m| m.start + before.len()..m.end + before.len()).collect();
    (format!("{before}{}{behind}", snippet.text), marks)
}

/// Writes a text folded to the width, with its marks.
fn folded(out: &mut dyn Write, text: &str, marks: &[Range<usize>], indent: &str, style: &Style) -> io::Result<()> {
    for line in fold(text, style.width.saturating_sub(indent.len()).max(20)) {
        out.write_all(indent.as_bytes())?;
        let mut at = line.start;
        for mark in marks.iter().filter(|m| m.start < line.end && m.end > line.start) {
            let (from, to) = (mark.start.max(line.start), mark.end.min(line.end));
            out.write_all(one_line(&text[at..from]).as_bytes())?;
            style.paint(out, MATCH, &one_line(&text[from..to]))?;
            at = to;
        }
        out.write_all(one_line(&text[at..line.end]).as_bytes())?;
        writeln!(out)?;
    }
    Ok(())
}
