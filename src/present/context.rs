//! Matches in their context (KWIC): a line for each match, the matches one below the other.

use std::io::{self, Write};

use anstyle::Style as Ansi;

use super::delimited::{io_error, text};
use super::style::{BOLD, DIM, MATCH, Style, fitting, one_line, width};
use crate::search::{Context, Found, Hit};

/// With fewer columns than this the name of an issue stands above its lines.
const BESIDE: usize = 60;
/// With as many columns as this the field and the page stand behind the name.
const WITH_FIELD: usize = 110;

/// Writes a line for each match: which issue, and the match between the words around it. In a pipe these are separated by
/// tabs: case, number, field, page, left, match, right.
///
/// # Errors
/// From the writer.
pub fn context(out: &mut dyn Write, found: &Found, style: &Style) -> io::Result<()> {
    if !style.pretty {
        return lines(found)
            .try_for_each(|(hit, line)| writeln!(out, "{}", cells(hit, line).map(|c| one_line(&c)).join("\t")));
    }
    let columns = if style.terminal { style.columns.min(MOST_COLUMNS) } else { style.width };
    let label = |hit: &Hit, line: &Context| match columns >= WITH_FIELD {
        true => format!("{}  {}", name(hit), place(line)),
        false => name(hit),
    };
    let beside = columns >= BESIDE;
    let label_width = match beside {
        true => lines(found).map(|(hit, line)| width(&label(hit, line))).max().unwrap_or(0),
        false => 0,
    };
    let room = columns.saturating_sub(label_width + 2).max(12);
    let match_width = lines(found).map(|(_, line)| width(&line.matched)).max().unwrap_or(0).min(room / 3);
    let left_width = (room - match_width) / 2;
    for hit in &found.hits {
        let lines = hit.context.as_deref().unwrap_or_default();
        if !beside && !lines.is_empty() {
            style.paint(out, BOLD, &name(hit))?;
            writeln!(out)?;
        }
        for line in lines {
            if beside {
                let label = label(hit, line);
                style.paint(out, DIM, &one_line(&label))?;
                write!(out, "{:gap$}", "", gap = label_width - width(&label))?;
            }
            let left = last_words(&line.left, left_width);
            write!(out, "  {:gap$}{}", "", one_line(left), gap = left_width.saturating_sub(width(left)))?;
            let matched = &line.matched[..fitting(&line.matched, room - left_width)];
            style.paint(out, MATCH, &one_line(matched))?;
            let right = first_words(&line.right, room - left_width - width(matched));
            style.paint(out, Ansi::new(), &one_line(right))?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Wider lines are hard to read.
const MOST_COLUMNS: usize = 200;

/// Writes the same as CSV.
///
/// # Errors
/// From the writer.
pub fn context_csv(out: &mut dyn Write, found: &Found, style: &Style) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["case_number", "number", "field", "page", "left", "match", "right"]).map_err(io_error)?;
    for (hit, line) in lines(found) {
        csv.write_record(cells(hit, line).map(|cell| text(&cell, style))).map_err(io_error)?;
    }
    csv.flush()
}

fn lines(found: &Found) -> impl Iterator<Item = (&Hit, &Context)> {
    found.hits.iter().flat_map(|hit| hit.context.iter().flatten().map(move |line| (hit, line)))
}

/// The issue, or where the letter has no case number its path.
fn name(hit: &Hit) -> String {
    let facts = &hit.stored.letter.facts;
    match (facts.case_number, &hit.stored.issue) {
        (Some(case), Some(issue)) => format!("{case}/{}", issue.number),
        (Some(case), None) => case.to_string(),
        (None, _) => facts.path.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

fn place(line: &Context) -> String {
    match line.page {
        Some(page) => format!("{}, p. {page}", line.field),
        None => line.field.to_owned(),
    }
}

fn cells(hit: &Hit, line: &Context) -> [String; 7] {
    let case = hit.stored.letter.facts.case_number.map(|case| case.to_string());
    let number = hit.stored.issue.as_ref().map(|issue| issue.number.to_string());
    let page = line.page.map(|page| page.to_string());
    let [left, right] = [&line.left, &line.right].map(|side| side.trim().to_owned());
    [
        case.unwrap_or_else(|| hit.stored.letter.facts.path.clone()),
        number.unwrap_or_default(),
        line.field.to_owned(),
        page.unwrap_or_default(),
        left,
        line.matched.clone(),
        right,
    ]
}

/// As many whole words from the end as fit, with the blank behind them.
fn last_words(text: &str, columns: usize) -> &str {
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        if width(&text[at..]) > columns {
            break;
        }
        let begins = text[..at].chars().next_back().is_none_or(char::is_whitespace);
        if begins || c.is_whitespace() {
            start = at;
        }
    }
    &text[start..]
}

/// As many whole words from the beginning as fit.
fn first_words(text: &str, columns: usize) -> &str {
    let end = fitting(text, columns);
    if end == text.len() || text[end..].starts_with(char::is_whitespace) {
        return text[..end].trim_end();
    }
    text[..end].rfind(char::is_whitespace).map_or("", |blank| text[..blank].trim_end())
}
