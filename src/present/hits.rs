//! Hits as text.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use anstyle::Style as Ansi;

use super::delimited::first_words;
use super::facets::{plain_facet, pretty_facet};
use super::letter::class;
use super::marked::{folded, marked, moved};
use super::style::{BOLD, DIM, Style, counted, fold, one_line, outcome_style, thousands, width};
use crate::search::{By, Count, Found, Hit, Snippet};

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
    for result in found.hits.chunk_by(|a, b| a.rank == b.rank) {
        let Some((hit, others)) = result.split_first() else { continue };
        pretty(out, hit, others, rank_width, style, base)?;
    }
    for facet in &found.facets {
        pretty_facet(out, facet, style)?;
    }
    style.folded(out, BOLD, &total(found), 0)
}

/// How much was found, and which of it is shown.
pub fn total(found: &Found) -> String {
    let Count { issues, letters } = found.total;
    let all = format!("{} in {}", counted(issues, "issue"), counted(letters, "letter"));
    let (Some(first), Some(last)) = (found.hits.first(), found.hits.last()) else { return all };
    let is_part = ((last.rank - first.rank + 1) as u64) < found.results;
    let shown = format!("{} to {}", first.rank, last.rank);
    match (found.by, is_part) {
        (By::Letter, true) => format!("{all}; shown are letters {shown}"),
        (By::Rationale, _) if found.results < issues => {
            let different = counted(found.results, "different rationale");
            match is_part {
                true => format!("{all}, with {different}; shown are {shown}"),
                false => format!("{all}, with {different}"),
            }
        }
        (_, true) => format!("{all}; shown are {shown}"),
        (_, false) => all,
    }
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

/// A hit, and the others of its letter where letters are results.
fn pretty(
    out: &mut dyn Write,
    hit: &Hit,
    others: &[Hit],
    rank_width: usize,
    style: &Style,
    base: &Path,
) -> io::Result<()> {
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    let indent = " ".repeat(rank_width + 2);
    head(out, hit, rank_width, style)?;
    if let Some(issue) = issue {
        let in_issue = hit.snippets.iter().find(|s| s.field == "issue");
        let marks = in_issue.map_or(&[][..], |s| &s.marks);
        folded(out, Ansi::new(), &issue.issue, marks, &indent, style)?;
    }
    for snippet in hit.snippets.iter().filter(|s| s.field != "issue") {
        let (text, marks) = with_ellipses(snippet);
        let label = match snippet.page {
            Some(page) => format!("{}, p. {page}: ", snippet.field),
            None => format!("{}: ", snippet.field),
        };
        let marks = moved(&marks, label.len());
        folded(out, Ansi::new(), &(label + &text), &marks, &format!("{indent}  "), style)?;
    }
    if let Some(same) = hit.same.filter(|same| *same > 0) {
        write!(out, "{indent}  ")?;
        let line = format!("and {} more with the same rationale", thousands(same));
        style.folded(out, DIM, &line, indent.len() + 2)?;
    }
    for other in others {
        also(out, other, &indent, style)?;
    }
    write!(out, "{indent}")?;
    style.link(out, &facts.path, base)?;
    writeln!(out, "\n")
}

/// Another issue of the same letter: number, outcome and heading.
fn also(out: &mut dyn Write, hit: &Hit, indent: &str, style: &Style) -> io::Result<()> {
    let Some(issue) = &hit.stored.issue else { return Ok(()) };
    let (ansi, outcome) = match issue.outcome {
        Some(outcome) => (outcome_style(outcome), outcome.name()),
        None => (DIM, "outcome not read"),
    };
    let label = format!("/{}  ", issue.number);
    write!(out, "{indent}{label}")?;
    style.paint(out, ansi, outcome)?;
    let used = indent.len() + label.len() + outcome.len() + 2;
    let marks = hit.snippets.iter().find(|s| s.field == "issue").map_or(&[][..], |s| &s.marks);
    // With little room the heading stands below.
    let (behind, rest) = match style.width.checked_sub(used).filter(|room| *room >= LEAST_HEADING) {
        Some(room) => (fold(&issue.issue, room).into_iter().next(), used),
        None => (None, indent.len() + 2),
    };
    let mut from = 0;
    if let Some(line) = behind {
        write!(out, "  ")?;
        from = line.end;
        marked(out, Ansi::new(), &issue.issue, line, marks, style)?;
    }
    writeln!(out)?;
    let rest_marks: Vec<_> =
        marks.iter().filter(|m| m.end > from).map(|m| m.start.max(from) - from..m.end - from).collect();
    folded(out, Ansi::new(), &issue.issue[from..], &rest_marks, &" ".repeat(rest), style)
}

/// With less room than this for a heading it stands on a line of its own.
const LEAST_HEADING: usize = 16;

/// Rank, case, date, outcome and category, on as many lines as it takes.
pub fn head(out: &mut dyn Write, hit: &Hit, rank_width: usize, style: &Style) -> io::Result<()> {
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
    let marks = moved(&snippet.marks, before.len());
    (format!("{before}{}{behind}", snippet.text), marks)
}
