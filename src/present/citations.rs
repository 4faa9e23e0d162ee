//! Hits as a list of citations for a brief, one a line.
//!
//! `IMR Case No. CM16-0213037 (Dec. 30, 2016), overturned: MRI of the lumbar spine; Issue 2, Decision Rationale.`

use std::io::{self, Write};
use std::path::Path;

use super::hits::subject;
use super::style::{Style, one_line};
use crate::letter::Date;
use crate::search::{Found, Hit};

/// The months as the Bluebook abbreviates them (The Bluebook: A Uniform System of Citation, table T12).
const MONTHS: [&str; 12] =
    ["Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."];

/// The parts of a letter by the fields of a query, as letters head them.
const SECTIONS: [(&str, &str); 4] = [
    ("rationale", "Decision Rationale"),
    ("guideline", "MAXIMUS Guideline"),
    ("claims", "Claims Administrator Guideline"),
    ("summary", "Clinical Case Summary"),
];

/// Writes the hits as citations: case, decision date, outcome, issue, and as the pinpoint the number of the issue and the
/// section of the letter that matches best, with the page where it is known. Paths in records are relative to `base`.
///
/// # Errors
/// From the writer.
pub fn citations(out: &mut dyn Write, found: &Found, style: &Style, base: &Path) -> io::Result<()> {
    found.hits.iter().try_for_each(|hit| writeln!(out, "{}", citation(hit, &|path| style.path(path, base))))
}

/// A hit as a citation. `path` is what the path of a record is called.
pub fn citation(hit: &Hit, path: &dyn Fn(&str) -> String) -> String {
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    let case = match facts.case_number {
        Some(case) => format!("IMR Case No. {case}"),
        // Nothing else tells where such a letter is.
        None => format!("IMR letter without a case number, {}", one_line(&path(&facts.path))),
    };
    let date = facts.decision_date.map_or_else(|| "no date".to_owned(), day);
    let outcome = match issue.map(|issue| issue.outcome) {
        Some(Some(outcome)) => outcome.name(),
        Some(None) => "outcome not read",
        None => "layout unknown",
    };
    let subject = subject(hit);
    let section = section(hit);
    let page = section.and_then(|(_, page)| page).map(|page| format!("p. {page}"));
    let pinpoint =
        [issue.map(|issue| format!("Issue {}", issue.number)), section.map(|(name, _)| name.to_owned()), page];
    let mut parts = vec![subject.trim_end_matches(['.', ';', ',', ' ']).to_owned()];
    parts.extend(Some(pinpoint.into_iter().flatten().collect::<Vec<_>>().join(", ")).filter(|p| !p.is_empty()));
    format!("{case} ({date}), {outcome}: {}.", parts.join("; "))
}

fn day(date: Date) -> String {
    let month = MONTHS[usize::from(date.month()).clamp(1, 12) - 1];
    format!("{month} {}, {}", date.day(), date.year())
}

/// The section that matches, with the page of the letter where it is known. A hit that no word was asked of shows the
/// decision's reasons; one that matches in its heading only has no other place.
fn section(hit: &Hit) -> Option<(&'static str, Option<u32>)> {
    let marked = hit.snippets.iter().any(|snippet| !snippet.marks.is_empty());
    let best = hit.snippets.iter().find(|s| s.field != "issue" && !(marked && s.marks.is_empty()))?;
    SECTIONS.iter().find(|(field, _)| *field == best.field).map(|(_, section)| (*section, best.page))
}
