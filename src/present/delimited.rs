//! Hits and counts as CSV, after RFC 4180.

use std::io::{self, Write};

use serde_json::Value;

use super::json;
use super::style::{Style, lines, one_line};
use super::table::shows_share;
use crate::search::{Found, Table};

/// The columns of hits, each with its place in the JSON of a hit.
const COLUMNS: &[(&str, &str)] = &[
    ("rank", "/rank"),
    ("score", "/score"),
    ("case_number", "/case_number"),
    ("number", "/number"),
    ("decision_date", "/decision_date"),
    ("outcome", "/outcome"),
    ("issue", "/issue"),
    ("category", "/category"),
    ("category_confidence", "/category_confidence"),
    ("drug_group", "/drug_group"),
    ("drug", "/drug"),
    ("requested", "/requested"),
    ("authorized", "/authorized"),
    ("disputed", "/disputed"),
    ("quantity", "/quantity"),
    ("unit", "/unit"),
    ("frequency_low", "/frequency/low"),
    ("frequency_high", "/frequency/high"),
    ("frequency_per", "/frequency/per"),
    ("duration_low", "/duration/low"),
    ("duration_high", "/duration/high"),
    ("duration_unit", "/duration/unit"),
    ("strength", "/strength"),
    ("body_parts", "/body_parts"),
    ("side", "/side"),
    ("retrospective", "/retrospective"),
    ("dates_of_service", "/dates_of_service"),
    ("associated", "/associated"),
    ("basis", "/guideline/basis"),
    ("guideline", "/guideline/text"),
    ("citations", "/guideline/citations"),
    ("claims_basis", "/claims_guideline/basis"),
    ("claims_guideline", "/claims_guideline/text"),
    ("claims_citations", "/claims_guideline/citations"),
    ("rationale", "/rationale"),
    ("letter_outcome", "/letter_outcome"),
    ("stated_outcome", "/stated_outcome"),
    ("priority", "/priority"),
    ("date_of_injury", "/date_of_injury"),
    ("date_assigned", "/date_assigned"),
    ("ur_denial_date", "/ur_denial_date"),
    ("application_received", "/application_received"),
    ("age", "/age"),
    ("sex", "/sex"),
    ("licensure", "/licensure"),
    ("licensure_canonical", "/licensure_canonical"),
    ("specialties", "/specialties"),
    ("specialties_canonical", "/specialties_canonical"),
    ("board_certifications", "/board_certifications"),
    ("subspecialties", "/subspecialties"),
    ("body_regions", "/body_regions"),
    ("diagnoses", "/diagnoses"),
    ("summary_dates", "/summary_dates"),
    ("documents_reviewed", "/documents_reviewed"),
    ("clinical_summary", "/clinical_summary"),
    ("layout", "/layout"),
    ("path", "/path"),
    ("digest", "/digest"),
    ("text", "/text"),
];

/// How many characters of the text of a letter of unknown layout are given: enough to tell what it is.
const FIRST_CHARACTERS: usize = 300;

/// Writes the hits, a line for each.
///
/// # Errors
/// From the writer.
pub fn hits_csv(out: &mut dyn Write, found: &Found, style: &Style) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS.iter().map(|(name, _)| *name)).map_err(io_error)?;
    for hit in &found.hits {
        let hit = json::hit(hit)?;
        let cell = |(name, place): &(&str, &str)| {
            let value = hit.pointer(place).map(cell).unwrap_or_default();
            text(&if *name == "text" { first_words(&value, FIRST_CHARACTERS) } else { value }, style)
        };
        csv.write_record(COLUMNS.iter().map(cell)).map_err(io_error)?;
    }
    csv.flush()
}

/// Writes a table of counts, with a head.
///
/// # Errors
/// From the writer.
pub fn table_csv(out: &mut dyn Write, table: &Table, style: &Style) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let mut head = table.by.clone();
    head.extend(["issues".to_owned(), "letters".to_owned()]);
    if shows_share(table) {
        head.push("upheld_share".to_owned());
    }
    csv.write_record(&head).map_err(io_error)?;
    for row in &table.rows {
        let mut cells: Vec<_> = row.values.iter().map(|v| text(v.as_deref().unwrap_or_default(), style)).collect();
        cells.extend([row.count.issues.to_string(), row.count.letters.to_string()]);
        if shows_share(table) {
            cells.push(row.upheld_share.map(|s| s.to_string()).unwrap_or_default());
        }
        csv.write_record(&cells).map_err(io_error)?;
    }
    csv.flush()
}

/// A value as one cell: lists joined by semicolons, citations by the words that they were read from.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join("; "),
        Value::Object(object) => object.get("text").map(cell).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// A text as a cell. Spreadsheets run a cell that begins with one of these characters as a formula; behind an apostrophe
/// they show it as text.
fn text(value: &str, style: &Style) -> String {
    let clean = if style.terminal { lines(value) } else { value.to_owned() };
    match clean.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{clean}"),
        false => clean,
    }
}

/// The first words of a text on one line.
pub fn first_words(text: &str, characters: usize) -> String {
    let mut words = String::new();
    for word in text.split_whitespace() {
        if !words.is_empty() && words.chars().count() + word.chars().count() > characters {
            words.push_str(" …");
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    one_line(&super::style::cut(&words, 2 * characters))
}

/// An error of writing as what it is: that nobody reads any more must stay recognisable.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Writes the totals alone, with a head.
///
/// # Errors
/// From the writer.
pub fn count_csv(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    write!(out, "issues,letters\n{},{}\n", found.total.issues, found.total.letters)
}
