//! Issues like another, as text, JSON and CSV; promised in `schema/similar.schema.json`.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::delimited::{io_error, text};
use super::hits::{head, subject};
use super::json;
use super::style::{BOLD, DIM, Style, one_line};
use crate::letter::{CaseNumber, Outcome};
use crate::record::IssueRecord;
use crate::search::{Neighbour, Similar};
use anstyle::Style as Ansi;

/// The issue that others are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// The case number of its letter.
    pub case: Option<CaseNumber>,
    /// Where its letter was read from.
    pub path: &'a str,
    /// The issue.
    pub issue: &'a IssueRecord,
}

/// Writes how similar issues were decided, and these issues with the words that they share. In a pipe a line for each: case,
/// number, date, outcome, issue, words, path. Paths in records are relative to `base`.
///
/// # Errors
/// From the writer.
pub fn similar(out: &mut dyn Write, similar: &Similar, style: &Style, base: &Path) -> io::Result<()> {
    let neighbours = &similar.neighbours;
    if !style.pretty {
        return neighbours
            .iter()
            .try_for_each(|n| writeln!(out, "{}", cells(n, style, base).map(|c| one_line(&c)).join("\t")));
    }
    style.folded(out, BOLD, &decided(similar), 0)?;
    let rank_width = neighbours.len().to_string().len();
    let indent = rank_width + 2;
    for Neighbour { hit, words } in neighbours {
        writeln!(out)?;
        head(out, hit, rank_width, style)?;
        write!(out, "{:indent$}", "")?;
        style.folded(out, Ansi::new(), &subject(hit), indent)?;
        write!(out, "{:indent$}  ", "")?;
        style.folded(out, DIM, &format!("shares {}", words.join(", ")), indent + 2)?;
        write!(out, "{:indent$}", "")?;
        style.link(out, &hit.stored.letter.facts.path, base)?;
        writeln!(out)?;
    }
    Ok(())
}

/// How the neighbours were decided.
fn decided(similar: &Similar) -> String {
    let (upheld, overturned) = (similar.count(Outcome::Upheld), similar.count(Outcome::Overturned));
    let all = similar.neighbours.len();
    let unread = match all - upheld - overturned {
        0 => String::new(),
        unread => format!(", {unread} not read"),
    };
    match all {
        0 => "no similar issues".to_owned(),
        1 => format!("of the most similar: {upheld} upheld, {overturned} overturned{unread}"),
        _ => format!("of the {all} most similar: {upheld} upheld, {overturned} overturned{unread}"),
    }
}

fn cells(neighbour: &Neighbour, style: &Style, base: &Path) -> [String; 7] {
    let Neighbour { hit, words } = neighbour;
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    [
        facts.case_number.map(|c| c.to_string()).unwrap_or_default(),
        issue.map(|i| i.number.to_string()).unwrap_or_default(),
        facts.decision_date.map(|d| d.to_string()).unwrap_or_default(),
        issue.and_then(|i| i.outcome).map(|o| o.to_string()).unwrap_or_default(),
        subject(hit),
        words.join(", "),
        style.path(&facts.path, base),
    ]
}

/// Writes the same as CSV, with a head.
///
/// # Errors
/// From the writer.
pub fn similar_csv(out: &mut dyn Write, similar: &Similar, style: &Style, base: &Path) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["rank", "score", "case_number", "number", "decision_date", "outcome", "issue", "words", "path"])
        .map_err(io_error)?;
    for neighbour in &similar.neighbours {
        let score = neighbour.hit.score.map(|score| score.to_string()).unwrap_or_default();
        let first = [neighbour.hit.rank.to_string(), score];
        let cells = cells(neighbour, style, base);
        csv.write_record(first.iter().chain(&cells).map(|cell| text(cell, style))).map_err(io_error)?;
    }
    csv.flush()
}

/// Writes the same as one object.
///
/// # Errors
/// From the writer.
pub fn similar_json(out: &mut dyn Write, original: Original<'_>, similar: &Similar) -> io::Result<()> {
    let Original { case, path, issue } = original;
    let hits = similar.neighbours.iter().map(|n| Ok(json!({"words": n.words, "hit": json::hit(&n.hit)?})));
    let hits: Vec<_> = hits.collect::<Result<_, serde_json::Error>>()?;
    let answer = json!({
        "of": {"case_number": case.map(|c| c.to_string()), "number": issue.number, "issue": issue.issue, "path": path},
        "words": similar.words,
        "count": similar.neighbours.len(),
        "upheld": similar.count(Outcome::Upheld),
        "overturned": similar.count(Outcome::Overturned),
        "similar": hits,
    });
    json::line(out, &answer)
}
