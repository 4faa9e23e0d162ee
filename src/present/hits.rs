//! Hits as text.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use anstyle::Style as Ansi;

use super::delimited::first_words;
use super::letter::class;
use super::style::{BOLD, DIM, MATCH, Style, counted, cut, fold, one_line, outcome_style, thousands, width};
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
        if !found.hits.is_empty() && !found.facets.is_empty() {
            writeln!(out)?;
        }
        return found.facets.iter().try_for_each(|facet| plain_facet(out, facet));
    }
    let rank_width = found.hits.last().map_or(1, |hit| hit.rank.to_string().len());
    for hit in &found.hits {
        pretty(out, hit, rank_width, style, base)?;
    }
    for facet in &found.facets {
        pretty_facet(out, facet, style)?;
    }
    style.folded(out, BOLD, &total(found), 0)
}

/// How much was found, and which of it is shown.
pub fn total(found: &Found) -> String {
    let shown = match (found.hits.first(), found.hits.last()) {
        (Some(first), Some(last)) if (found.hits.len() as u64) < found.total.issues => {
            format!("; shown are {} to {}", first.rank, last.rank)
        }
        _ => String::new(),
    };
    let Count { issues, letters } = found.total;
    format!("{} in {}{shown}", counted(issues, "issue"), counted(letters, "letter"))
}

fn plain_facet(out: &mut dyn Write, facet: &Table) -> io::Result<()> {
    for row in &facet.rows {
        let value = row.values[0].as_deref().unwrap_or_default();
        writeln!(out, "{}\t{}\t{}\t{}", facet.by[0], one_line(value), row.count.issues, row.count.letters)?;
    }
    Ok(())
}

/// How many values of a facet people are shown; other formats have all.
const SHOWN_VALUES: usize = 10;
/// With less room than this for the names of values, their counts stand on lines of their own.
const LEAST_NAME: usize = 8;

fn pretty_facet(out: &mut dyn Write, facet: &Table, style: &Style) -> io::Result<()> {
    style.folded(out, BOLD, &facet.by[0], 0)?;
    let shown = &facet.rows[..facet.rows.len().min(SHOWN_VALUES)];
    let names: Vec<_> = shown.iter().map(|row| one_line(row.values[0].as_deref().unwrap_or("(none)"))).collect();
    let issues: Vec<_> = shown.iter().map(|row| thousands(row.count.issues)).collect();
    let issues_width = issues.iter().map(String::len).max().unwrap_or(0);
    let counts = issues.iter().zip(shown).map(|(issues, row)| {
        let letters = counted(row.count.letters, "letter");
        format!("{issues:>issues_width$} in {letters}")
    });
    let counts: Vec<_> = counts.collect();
    let room = style.width.saturating_sub(4 + counts.iter().map(String::len).max().unwrap_or(0));
    let name_width = names.iter().map(|name| width(name)).max().unwrap_or(0).min(room);
    for (name, counts) in names.iter().zip(&counts) {
        if room < LEAST_NAME {
            write!(out, "  ")?;
            style.folded(out, Ansi::new(), name, 2)?;
            write!(out, "    ")?;
            style.folded(out, Ansi::new(), counts.trim_start(), 4)?;
            continue;
        }
        let name = cut(name, name_width);
        writeln!(out, "  {name}{:gap$}  {counts}", "", gap = name_width - width(&name))?;
    }
    if facet.rows.len() > SHOWN_VALUES {
        writeln!(out, "  and {} more", facet.rows.len() - SHOWN_VALUES)?;
    }
    writeln!(out)
}

/// Writes the totals alone, and the facets where some were asked for.
///
/// # Errors
/// From the writer.
pub fn count(out: &mut dyn Write, found: &Found, style: &Style) -> io::Result<()> {
    if style.pretty {
        found.facets.iter().try_for_each(|facet| pretty_facet(out, facet, style))?;
        return style.folded(out, BOLD, &total(found), 0);
    }
    writeln!(out, "issues\t{}\nletters\t{}", found.total.issues, found.total.letters)?;
    if !found.facets.is_empty() {
        writeln!(out)?;
    }
    found.facets.iter().try_for_each(|facet| plain_facet(out, facet))
}

/// How many characters of a text stand for the issue that a letter of unknown layout does not have.
const FIRST_CHARACTERS: usize = 80;

/// What is decided on; for a letter of unknown layout the first words of its text.
pub fn subject(hit: &Hit) -> String {
    match &hit.stored.issue {
        Some(issue) => one_line(&issue.issue),
        None => first_words(hit.stored.letter.text.as_deref().unwrap_or_default(), FIRST_CHARACTERS),
    }
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
        subject(hit),
        one_line(&style.path(&facts.path, base)),
    )
}

fn pretty(out: &mut dyn Write, hit: &Hit, rank_width: usize, style: &Style, base: &Path) -> io::Result<()> {
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    let indent = " ".repeat(rank_width + 2);
    head(out, hit, rank_width, style)?;
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

/// Rank, case, date, outcome and category, on as many lines as it takes.
fn head(out: &mut dyn Write, hit: &Hit, rank_width: usize, style: &Style) -> io::Result<()> {
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    let plain = Ansi::new();
    let case = facts.case_number.map_or_else(|| "no case number".to_owned(), |c| c.to_string());
    let number = issue.map_or_else(String::new, |issue| format!("/{}", issue.number));
    let date = facts.decision_date.map_or_else(|| "no date".to_owned(), |d| d.to_string());
    let outcome = match issue.map(|i| i.outcome) {
        Some(Some(outcome)) => (outcome_style(outcome), outcome.name().to_owned()),
        Some(None) => (DIM, "outcome not read".to_owned()),
        None => (DIM, "unknown layout".to_owned()),
    };
    let mut parts = vec![vec![(BOLD, case), (plain, number)], vec![(plain, date)], vec![outcome]];
    parts.extend(issue.and_then(class).map(|class| vec![(DIM, class)]));
    write!(out, "{:>rank_width$}", hit.rank)?;
    let mut used = rank_width;
    for (i, part) in parts.iter().enumerate() {
        let wide: usize = part.iter().map(|(_, text)| width(text)).sum();
        if i > 0 && used + 2 + wide > style.width {
            write!(out, "\n{:rank_width$}", "")?;
            used = rank_width;
        }
        out.write_all(b"  ")?;
        for (ansi, text) in part {
            // One part alone can be wider than a very narrow terminal.
            for (i, line) in fold(text, style.width.saturating_sub(rank_width + 2).max(8)).into_iter().enumerate() {
                if i > 0 {
                    write!(out, "\n{:rank_width$}  ", "")?;
                }
                style.paint(out, *ansi, &one_line(&text[line]))?;
            }
        }
        used += 2 + wide;
    }
    writeln!(out)
}

fn with_ellipses(snippet: &Snippet) -> (String, Vec<Range<usize>>) {
    let before = if snippet.cut_before { "… " } else { "" };
    let behind = if snippet.cut_behind { " …" } else { "" };
    let marks = snippet.marks.iter().map(|m| m.start + before.len()..m.end + before.len()).collect();
    (format!("{before}{}{behind}", snippet.text), marks)
}

/// Writes a text folded to the width, with its marks.
fn folded(out: &mut dyn Write, text: &str, marks: &[Range<usize>], indent: &str, style: &Style) -> io::Result<()> {
    for line in fold(text, style.width.saturating_sub(indent.len()).max(8)) {
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
