//! Answers as JSON, promised in `schema/`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value, json};

use super::columns::Columns;
use super::style::is_unsafe;
use crate::index::StoredIssue;
use crate::ingest::Report;
use crate::record::{IssueRecord, LetterRecord};
use crate::search::{By, Context, Count, Found, Hit, Row, Snippet};

/// Writes a search's answer as one object; see `schema/search.schema.json`. With columns only these values of each hit;
/// see `schema/search-fields.schema.json`.
///
/// # Errors
/// From the writer.
pub fn hits_json(out: &mut dyn Write, found: &Found, columns: Option<&Columns>) -> io::Result<()> {
    let results = results(found, columns)?;
    let mut answer = Map::new();
    answer.insert("total".to_owned(), total(found.total));
    let name = match found.by {
        By::Letter => "letters",
        By::Issue | By::Rationale => "hits",
    };
    if found.by == By::Rationale {
        answer.insert("rationales".to_owned(), json!(found.results));
    }
    answer.insert(name.to_owned(), Value::Array(results));
    answer.insert("next".to_owned(), json!(found.next));
    answer.insert("facets".to_owned(), Value::Object(facets(found)));
    answer.insert("synonyms".to_owned(), json!(found.synonyms));
    answer.insert("suggestion".to_owned(), json!(found.suggestion));
    line(out, &Value::Object(answer))
}

/// The hits, or letters with their hits.
fn results(found: &Found, columns: Option<&Columns>) -> Result<Vec<Value>, serde_json::Error> {
    match found.by {
        By::Issue | By::Rationale => found.hits.iter().map(|hit| chosen(hit, columns)).collect(),
        By::Letter => {
            let letter = |hits: &[Hit]| {
                let first = hits.first();
                let case = first.and_then(|hit| hit.stored.letter.facts.case_number).map(|case| case.to_string());
                let path = first.map(|hit| &hit.stored.letter.facts.path);
                let rank = first.map(|hit| hit.rank);
                let hits: Vec<Value> = hits.iter().map(|hit| chosen(hit, columns)).collect::<Result<_, _>>()?;
                Ok(json!({"rank": rank, "case_number": case, "path": path, "hits": hits}))
            };
            found.hits.chunk_by(|a, b| a.rank == b.rank).map(letter).collect()
        }
    }
}

fn facets(found: &Found) -> Map<String, Value> {
    found.facets.iter().map(|facet| (facet.by[0].clone(), facet.rows.iter().map(facet_row).collect())).collect()
}

/// A value with its counts, and with those below it where there are some.
fn facet_row(row: &Row) -> Value {
    let mut value = json!({"value": row.values[0], "issues": row.count.issues, "letters": row.count.letters});
    if !row.below.is_empty() {
        value["below"] = row.below.iter().map(facet_row).collect();
    }
    value
}

/// Writes the hits, or the letters where these are results, an object on a line for each.
///
/// # Errors
/// From the writer.
pub fn hits_jsonl(out: &mut dyn Write, found: &Found, columns: Option<&Columns>) -> io::Result<()> {
    results(found, columns)?.iter().try_for_each(|result| line(out, result))
}

/// All of a hit, or these values of it.
fn chosen(of: &Hit, columns: Option<&Columns>) -> Result<Value, serde_json::Error> {
    let all = hit(of)?;
    Ok(columns.map(|columns| columns.of(&all)).unwrap_or(all))
}

/// Writes the totals alone, and the facets where some were asked for.
///
/// # Errors
/// From the writer.
pub fn count_json(out: &mut dyn Write, found: &Found) -> io::Result<()> {
    let mut count = json!({"total": total(found.total)});
    if !found.facets.is_empty() {
        count["facets"] = Value::Object(facets(found));
    }
    count["synonyms"] = json!(found.synonyms);
    count["suggestion"] = json!(found.suggestion);
    line(out, &count)
}

/// Writes a letter's record on one line; see `schema/letter.schema.json`.
///
/// # Errors
/// From the writer.
pub fn record_json(out: &mut dyn Write, record: &LetterRecord) -> io::Result<()> {
    line(out, record)
}

/// Writes any value on one line.
///
/// # Errors
/// From the writer.
pub fn json_line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    line(out, value)
}

/// Writes the report of a run; see `schema/index-report.schema.json`.
///
/// # Errors
/// From the writer.
pub fn report_json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let failures = report.failures.iter().map(|f| {
        let hint = (!f.hint.is_empty()).then_some(&f.hint);
        json!({"path": f.path.to_string_lossy(), "code": f.code, "reason": f.reason, "hint": hint})
    });
    let failures: Vec<Value> = failures.collect();
    let seconds = report.elapsed.as_secs_f64();
    let stages: Map<_, _> =
        report.stages.iter().map(|(stage, time)| (stage.name().to_owned(), json!(time.as_secs_f64()))).collect();
    line(
        out,
        &json!({
            "files": report.files,
            "letters": report.letters,
            "issues": report.issues,
            "unchanged": report.unchanged,
            "moved": report.moved,
            "duplicates": report.duplicates,
            "unknown_layout": report.unknown,
            "not_letters": report.not_letters,
            "failed": report.failures.len(),
            "failed_before": report.failed_before,
            "containers": report.containers,
            "removed": report.removed,
            "kept": report.kept,
            "restored": report.restored,
            "waiting": report.waiting,
            "interrupted": report.interrupted,
            "bytes": report.bytes,
            "seconds": seconds,
            "letters_per_second": per_second((report.letters + report.unknown) as f64, seconds),
            "megabytes_per_second": per_second(report.indexed_bytes as f64 / 1e6, seconds),
            "stage_seconds": stages,
            "failures": failures,
        }),
    )
}

fn per_second(amount: f64, seconds: f64) -> f64 {
    if seconds > 0.0 { (amount / seconds * 10.0).round() / 10.0 } else { 0.0 }
}

fn total(count: Count) -> Value {
    json!({"issues": count.issues, "letters": count.letters})
}

/// The fields of the issue and of its letter in one object. Where both have a name, the letter's is `letter_outcome`.
pub fn hit(hit: &Hit) -> Result<Value, serde_json::Error> {
    let StoredIssue { letter, issue } = &hit.stored;
    let mut object = Map::new();
    object.insert("rank".to_owned(), json!(hit.rank));
    for (name, value) in fields(&letter.facts)? {
        let name = if name == "outcome" { "letter_outcome".to_owned() } else { name };
        object.insert(name, value);
    }
    match issue {
        Some(issue) => object.extend(fields(issue)?),
        // A letter of unknown layout has none of an issue's fields, and its text.
        None => {
            object.extend(fields(&IssueRecord::default())?.into_iter().map(|(name, _)| (name, Value::Null)));
            object.insert("text".to_owned(), json!(letter.text));
        }
    }
    object.insert("score".to_owned(), json!(hit.score));
    let snippet = |s: &Snippet| {
        let marks: Vec<_> = s.marks.iter().map(|m| json!([m.start, m.end])).collect();
        json!({"field": s.field, "page": s.page, "text": s.text, "marks": marks})
    };
    object.insert("snippets".to_owned(), hit.snippets.iter().map(snippet).collect());
    if let Some(same) = hit.same {
        object.insert("same_rationale".to_owned(), json!(same));
    }
    if let Some(lines) = &hit.context {
        let line = |c: &Context| json!({"field": c.field, "page": c.page, "left": c.left, "match": c.matched, "right": c.right});
        object.insert("context".to_owned(), lines.iter().map(line).collect());
    }
    Ok(Value::Object(object))
}

fn fields(record: &impl Serialize) -> Result<Map<String, Value>, serde_json::Error> {
    Ok(match serde_json::to_value(record)? {
        Value::Object(object) => object,
        _ => Map::new(),
    })
}

pub(super) fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaped))?;
    out.write_all(b"\n")
}

/// JSON in which characters that a terminal would act on are escaped: the value is the same.
struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        // Most texts have none of the bytes that such characters begin with.
        if !fragment.bytes().any(|b| matches!(b, 0x7f | 0xc2 | 0xd8 | 0xe2)) {
            return out.write_all(fragment.as_bytes());
        }
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_unsafe(*c)) {
            out.write_all(&fragment.as_bytes()[written..at])?;
            write!(out, "\\u{:04x}", u32::from(c))?;
            written = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[written..])
    }
}
