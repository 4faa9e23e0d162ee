//! A parsed letter as JSON, with the names of exported records.

use imr::letter::{Guideline, Letter};
use imr::parse::{Diagnostic, Parsed};
use serde_json::{Value, json};

/// The letter alone.
pub fn letter(letter: &Letter) -> Value {
    let text = |value: Option<String>| value.map_or(Value::Null, Value::String);
    let date = |date: Option<imr::letter::Date>| text(date.map(|d| d.to_string()));
    let issues = letter.issues.iter().map(|issue| {
        json!({
            "number": issue.number,
            "issue": issue.issue,
            "category": issue.category,
            "outcome": issue.outcome.map(|o| o.name()),
            "guideline": guideline(&issue.guideline),
            "claims_guideline": guideline(&issue.claims_guideline),
            "rationale": issue.rationale,
        })
    });
    let mut record = json!({
        "case_number": text(letter.case_number.map(|n| n.to_string())),
        "date_of_injury": date(letter.date_of_injury),
        "date_assigned": date(letter.date_assigned),
        "decision_date": date(letter.decision_date),
        "ur_denial_date": date(letter.ur_denial_date),
        "application_received": date(letter.application_received),
        "priority": letter.priority.map(|p| p.name()),
        "licensure": letter.reviewer.licensure,
        "specialties": letter.reviewer.specialties,
        "age": letter.age,
        "sex": letter.sex.map(|s| s.name()),
        "outcome": letter.outcome().map(|o| o.name()),
        "layout": letter.layout.name(),
        "clinical_summary": letter.clinical_summary,
        "issues": issues.collect::<Vec<_>>(),
    });
    if let Some(whole) = &letter.text {
        record["text"] = json!(whole);
    }
    record
}

/// The letter with its diagnostics, each with the words of its span.
pub fn parsed(source: &str, parsed: &Parsed) -> Value {
    let mut record = letter(&parsed.letter);
    record["diagnostics"] = parsed.diagnostics.iter().map(|d| diagnostic(source, d)).collect();
    record
}

fn diagnostic(source: &str, diagnostic: &Diagnostic) -> Value {
    let words = diagnostic.span.clone().map(|span| &source[span]);
    json!({
        "severity": diagnostic.severity.name(),
        "code": diagnostic.code,
        "message": diagnostic.message,
        "words": words,
    })
}

fn guideline(guideline: &Guideline) -> Value {
    let citations = guideline.citations.iter().map(|citation| {
        json!({
            "source": citation.source.name(),
            "chapter": citation.chapter,
            "sections": citation.sections,
            "text": citation.text,
        })
    });
    json!({
        "text": guideline.text,
        "basis": guideline.basis.map(|b| b.name()),
        "citations": citations.collect::<Vec<_>>(),
    })
}
