//! One whole letter as text.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use anstyle::Style as Ansi;

use super::marked::{folded, moved};
use super::style::{BOLD, DIM, Style, outcome_style, width};
use crate::classify::OTHER;
use crate::query::Mark;
use crate::record::{IssueRecord, LetterRecord, ReasonRecord};
use crate::search::marked;

/// How a letter is read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What to mark in its texts.
    pub marks: Vec<Mark>,
    /// Only the issues, without the summary: one was asked for.
    pub only_issues: bool,
}

/// Writes a letter for reading. Paths in records are relative to `base`.
///
/// # Errors
/// From the writer.
pub fn letter(
    out: &mut dyn Write,
    record: &LetterRecord,
    reading: &Reading,
    style: &Style,
    base: &Path,
) -> io::Result<()> {
    let facts = &record.facts;
    let case = facts.case_number.map_or_else(|| "no case number".to_owned(), |c| c.to_string());
    style.paint(out, BOLD, &case)?;
    if let Some(outcome) = facts.outcome {
        let outcome = outcome.name().replace('_', " ");
        let fits = width(&case) + 2 + width(&outcome) <= style.width;
        out.write_all(if fits { b"  " } else { b"\n" })?;
        out.write_all(outcome.as_bytes())?;
    }
    writeln!(out)?;
    let date = |date: Option<crate::letter::Date>| date.map(|d| d.to_string());
    let person = match (facts.age, facts.sex) {
        (None, None) => None,
        (age, sex) => {
            let parts = [age.map(|a| a.to_string()), sex.map(|s| s.to_string())];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
    };
    let joined = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
    for (label, value) in [
        ("decided", date(facts.decision_date)),
        ("injured", date(facts.date_of_injury)),
        ("assigned", date(facts.date_assigned)),
        ("denied", date(facts.ur_denial_date)),
        ("applied", date(facts.application_received)),
        ("priority", facts.priority.map(|p| p.to_string())),
        ("worker", person),
        ("reviewer", joined(&facts.specialties)),
        ("licensed in", joined(&facts.licensure)),
        ("layout", Some(facts.layout.name().replace('_', " "))),
    ] {
        if let Some(value) = value {
            write!(out, "{label:<12}")?;
            style.folded(out, Ansi::new(), &value, 12)?;
        }
    }
    write!(out, "{:<12}", "file")?;
    style.link(out, &facts.path, base)?;
    writeln!(out)?;
    let section = |out: &mut dyn Write, title: &str, field: &str, text: Option<&str>| {
        section(out, title, text, &text.map(|text| marked(text, field, &reading.marks)).unwrap_or_default(), style)
    };
    if !reading.only_issues {
        section(out, "Clinical summary", "summary", facts.clinical_summary.as_deref())?;
    }
    for issue in &record.issues {
        writeln!(out)?;
        let label = format!("{}. ", issue.number);
        let marks = moved(&marked(&issue.issue, "issue", &reading.marks), label.len());
        folded(out, BOLD, &(label + &issue.issue), &marks, "", style)?;
        if let Some(outcome) = issue.outcome {
            style.paint(out, outcome_style(outcome), outcome.name())?;
            out.write_all(if class(issue).is_some() { b"  " } else { b"\n" })?;
        }
        if let Some(class) = class(issue) {
            style.folded(out, DIM, &class, issue.outcome.map_or(0, |outcome| outcome.name().len() + 2))?;
        }
        if let (Some(reasons), Some(category)) = (&issue.category_reason, &issue.category) {
            category_lines(out, issue, category, reasons)?;
        }
        section(out, "Claims administrator's guideline", "claims", issue.claims_guideline.text.as_deref())?;
        section(out, "Reviewer's guideline", "guideline", issue.guideline.text.as_deref())?;
        section(out, "Rationale", "rationale", issue.rationale.as_deref())?;
    }
    section(out, "Text", "text", record.text.as_deref())?;
    for diagnostic in record.diagnostics.iter().filter(|_| !reading.only_issues) {
        let line = format!("{}: {} ({})", diagnostic.severity, diagnostic.message, diagnostic.code);
        writeln!(out)?;
        style.folded(out, Ansi::new(), &line, 0)?;
    }
    Ok(())
}

/// The category of a request with the drug; `None` where there was nothing to go on.
pub fn class(issue: &IssueRecord) -> Option<String> {
    let category = issue.category.as_deref().filter(|category| *category != OTHER)?;
    Some(match &issue.drug {
        Some(drug) => format!("{category} ({drug})"),
        None => category.to_owned(),
    })
}

/// The category of an issue and the terms that speak for it and against it.
fn category_lines(
    out: &mut dyn Write,
    issue: &IssueRecord,
    category: &str,
    reasons: &[ReasonRecord],
) -> io::Result<()> {
    write!(out, "category {category}")?;
    if let Some(confidence) = issue.category_confidence {
        write!(out, ", {confidence}% sure")?;
    }
    if let Some(drug) = &issue.drug {
        write!(out, ", {drug}")?;
    }
    writeln!(out)?;
    for ReasonRecord { term, table, line, category, weight, score, verdict } in reasons {
        writeln!(out, "  {verdict:<9} {score:>3} of {weight:>3}  {term}: {category} ({table}:{line})")?;
    }
    Ok(())
}

fn section(
    out: &mut dyn Write,
    title: &str,
    text: Option<&str>,
    marks: &[Range<usize>],
    style: &Style,
) -> io::Result<()> {
    let Some(text) = text else { return Ok(()) };
    writeln!(out)?;
    style.folded(out, BOLD, title, 0)?;
    let mut start = 0;
    for paragraph in text.split_inclusive('\n') {
        let end = start + paragraph.len();
        let inside = marks.iter().filter(|mark| mark.end > start && mark.start < end);
        let inside: Vec<_> = inside.map(|m| m.start.max(start) - start..m.end.min(end) - start).collect();
        folded(out, Ansi::new(), paragraph, &inside, "", style)?;
        start = end;
    }
    Ok(())
}
