//! Hits and counts as CSV, after RFC 4180.

use std::io::{self, Write};

use super::table::shows_share;
use crate::search::{Found, Table};

const HIT_COLUMNS: [&str; 15] = [
    "rank",
    "score",
    "case_number",
    "number",
    "decision_date",
    "outcome",
    "issue",
    "category",
    "basis",
    "guideline",
    "claims_guideline",
    "rationale",
    "specialties",
    "layout",
    "path",
];

/// Writes the hits, a line for each.
///
/// # Errors
/// From the writer.
pub fn hits_csv(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HIT_COLUMNS)?;
    for hit in &found.hits {
        let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.clone().unwrap_or_default());
        let number = hit.stored.issue.as_ref().map(|i| i.number.to_string());
        csv.write_record([
            hit.rank.to_string(),
            hit.score.map(|s| s.to_string()).unwrap_or_default(),
            facts.case_number.map(|c| c.to_string()).unwrap_or_default(),
            number.unwrap_or_default(),
            facts.decision_date.map(|d| d.to_string()).unwrap_or_default(),
            issue.outcome.map(|o| o.to_string()).unwrap_or_default(),
            issue.issue,
            issue.category.unwrap_or_default(),
            issue.guideline.basis.map(|b| b.to_string()).unwrap_or_default(),
            issue.guideline.text.unwrap_or_default(),
            issue.claims_guideline.text.unwrap_or_default(),
            issue.rationale.unwrap_or_default(),
            facts.specialties.join("; "),
            facts.layout.to_string(),
            facts.path.clone(),
        ])?;
    }
    csv.flush()
}

/// Writes a table of counts, with a head.
///
/// # Errors
/// From the writer.
pub fn table_csv(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut head = table.by.clone();
    head.extend(["issues".to_owned(), "letters".to_owned()]);
    if shows_share(table) {
        head.push("upheld_share".to_owned());
    }
    csv.write_record(&head)?;
    for row in &table.rows {
        let mut cells: Vec<_> = row.values.iter().map(|v| v.clone().unwrap_or_default()).collect();
        cells.extend([row.count.issues.to_string(), row.count.letters.to_string()]);
        if shows_share(table) {
            cells.push(row.upheld_share.map(|s| s.to_string()).unwrap_or_default());
        }
        csv.write_record(&cells)?;
    }
    csv.flush()
}
