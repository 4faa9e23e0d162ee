//! Counts of documents and letters by the values of fields, exact on engines that estimate how many different letters
//! there are: letters are counted some at a time, in parts of their order, each part by the names of its letters.

use std::ops::Range;

use serde_json::{Map, Value, json};

use super::answer::{self, Answer, Asked, Bucket};
use super::fields::{ID, LETTER, ORDER};
use crate::error::{Error, Result};

/// A field to count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name there.
    pub field: String,
    /// Whether it has whole numbers.
    pub is_number: bool,
}

/// What to count in one table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// By what; by nothing for a total.
    pub by: Vec<Column>,
    /// What of each combination of values is told by name, besides how many documents it has.
    pub named: Option<Named>,
    /// Another field of which the documents of each combination are told by value.
    pub beside: Option<Column>,
}

/// What is told by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The letters.
    Letters,
    /// The documents by their ids; see [`letter_of`].
    Documents,
}

/// The counts of one combination of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The values; `None` for what has none.
    pub values: Vec<Option<String>>,
    /// How many documents.
    pub documents: u64,
    /// The letters, or the documents, each once.
    pub names: Vec<String>,
    /// How many documents have which value of the other field.
    pub beside: Vec<(String, u64)>,
}

/// The counts of some letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How many documents match.
    pub documents: u64,
    /// The rows of each table.
    pub tables: Vec<Vec<Row>>,
}

/// How many documents a part has at most, unless a letter has more: no engine is asked for more values at once than it
/// gives (65,000, by default).
const MOST: u64 = if cfg!(debug_assertions) { 1000 } else { 16_000 };
/// The most values of a field in a part.
const MOST_VALUES: u64 = 20_000;
/// From here on letters without a case number stand in the order.
const WITHOUT_CASE: u64 = 1_000_000_000;
/// Behind the last letter of all.
const END: u64 = 1 << 53;
/// Into how many pieces a part is cut that is too large.
const PIECES: u64 = 1000;

/// What stands for documents without a value: no letter has it.
const NONE: &str = "\u{e000}";
const NO_NUMBER: i64 = -1;

/// The letter of a document by its id: what stands before the number.
pub fn letter_of(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(letter, _)| letter)
}

/// Counts what matches a query in some tables, part by part. No letter is in two parts.
///
/// # Errors
/// Those of the engine, and [`crate::ErrorKind::Remote`] for counts that it gives in part only.
pub fn count(asked: &Asked<'_>, query: &Value, tables: &[Table], each: &mut dyn FnMut(Part)) -> Result<()> {
    let most = (MOST / tables.iter().filter(|table| table.named.is_some()).count().max(1) as u64).max(1);
    let total = asked.count(query)?;
    match total {
        0 => Ok(()),
        _ if total <= most => part(asked, query, None, tables, most, each),
        _ => {
            let mut parts = pieces(asked, query, 0..WITHOUT_CASE, most)?;
            parts.extend(pieces(asked, query, WITHOUT_CASE..END, most)?);
            let mut counted = 0;
            for range in together(parts, most) {
                part(asked, query, Some(range), tables, most, &mut |part| {
                    counted += part.documents;
                    each(part);
                })?;
            }
            // What comes and goes while it is counted is counted once, or not at all; what stands still is counted.
            if counted != total && asked.count(query)? == total {
                return Err(answer::unreadable("counts of parts that are not that of the whole"));
            }
            Ok(())
        }
    }
}

/// How many letters match a query.
///
/// # Errors
/// As [`count`].
pub fn letters(asked: &Asked<'_>, query: &Value) -> Result<u64> {
    let mut letters = 0;
    let total = Table { named: Some(Named::Letters), ..Table::default() };
    count(asked, query, &[total], &mut |part| {
        letters += part.tables.iter().flatten().map(|row| row.names.len() as u64).sum::<u64>();
    })?;
    Ok(letters)
}

/// Counts a part.
fn part(
    asked: &Asked<'_>,
    query: &Value,
    range: Option<Range<u64>>,
    tables: &[Table],
    most: u64,
    each: &mut dyn FnMut(Part),
) -> Result<()> {
    let within = match &range {
        Some(range) => in_range(query, range),
        None => query.clone(),
    };
    let counted = asked
        .search(json!({"query": within, "size": 0, "aggs": aggregations(tables)}))
        .and_then(|answer| read(&answer, tables));
    match counted {
        Ok(part) => {
            each(part);
            Ok(())
        }
        // What has many values has more of them than letters.
        Err(error) if most > 1 && is_too_much(&error) => {
            let (range, most) = (range.unwrap_or(0..END), most / 8);
            if range.end - range.start <= 1 {
                return Err(error);
            }
            let pieces = pieces(asked, query, range, most.max(1))?;
            together(pieces, most).into_iter().try_for_each(|range| part(asked, query, Some(range), tables, most, each))
        }
        Err(error) => Err(error),
    }
}

/// Whether an engine refused to count so many values at once.
fn is_too_much(error: &Error) -> bool {
    let told = error.message().to_ascii_lowercase();
    told.contains("bucket") || told.contains("left values out")
}

/// What of a query is in a range of letters.
fn in_range(query: &Value, range: &Range<u64>) -> Value {
    json!({"bool": {"filter": [query, {"range": {ORDER: {"gte": range.start, "lt": range.end}}}]}})
}

/// Ranges of letters with how many documents they have, none with more than so many unless it is one letter.
fn pieces(asked: &Asked<'_>, query: &Value, range: Range<u64>, most: u64) -> Result<Vec<(Range<u64>, u64)>> {
    let interval = (range.end - range.start).div_ceil(PIECES).max(1);
    let counts = json!({"pieces": {"histogram": {"field": ORDER, "interval": interval, "min_doc_count": 1}}});
    let answer = asked.search(json!({"query": in_range(query, &range), "size": 0, "aggs": counts}))?;
    let (mut found, mut sum) = (Vec::new(), 0);
    for bucket in answer.buckets("pieces")? {
        sum += bucket.documents;
        let start = bucket.number().and_then(|start| u64::try_from(start).ok());
        let start = start.ok_or_else(|| answer::unreadable("a place of letters that is no number"))?;
        // Intervals begin at 0 and not where the range does.
        let piece = start.max(range.start)..start.saturating_add(interval).min(range.end);
        if piece.is_empty() {
            return Err(answer::unreadable("letters outside of the range that was asked for"));
        }
        if bucket.documents > most && interval > 1 {
            found.extend(pieces(asked, query, piece, most)?);
        } else if bucket.documents > 0 {
            found.push((piece, bucket.documents));
        }
    }
    // Each document stands in one place.
    if sum != answer.total {
        return Err(answer::unreadable("counts by place that do not add up"));
    }
    Ok(found)
}

/// Ranges that follow one another as one, as far as they have no more than so many documents.
fn together(pieces: Vec<(Range<u64>, u64)>, most: u64) -> Vec<Range<u64>> {
    let mut found: Vec<(Range<u64>, u64)> = Vec::new();
    for (piece, documents) in pieces {
        match found.last_mut() {
            Some((range, sum)) if *sum + documents <= most => {
                range.end = piece.end;
                *sum += documents;
            }
            _ => found.push((piece, documents)),
        }
    }
    found.into_iter().map(|(range, _)| range).collect()
}

fn aggregations(tables: &[Table]) -> Value {
    let mut all = Map::new();
    for (number, table) in tables.iter().enumerate() {
        let leaf = leaf(table);
        match table.by.is_empty() {
            true => all.extend(leaf.into_iter().map(|(name, counts)| (format!("{number}_{name}"), counts))),
            false => {
                all.insert(number.to_string(), nested(&table.by, leaf));
            }
        }
    }
    Value::Object(all)
}

/// What is told of each combination of values.
fn leaf(table: &Table) -> Map<String, Value> {
    let mut leaf = Map::new();
    if let Some(named) = table.named {
        let field = match named {
            Named::Letters => LETTER,
            Named::Documents => ID,
        };
        leaf.insert("names".to_owned(), json!({"terms": {"field": field, "size": MOST_VALUES}}));
    }
    if let Some(column) = &table.beside {
        leaf.insert("beside".to_owned(), json!({"terms": {"field": column.field, "size": MOST_VALUES}}));
    }
    leaf
}

fn nested(by: &[Column], leaf: Map<String, Value>) -> Value {
    let Some((column, rest)) = by.split_first() else { return Value::Null };
    let none = if column.is_number { json!(NO_NUMBER) } else { json!(NONE) };
    let below = match rest.is_empty() {
        true => leaf,
        false => Map::from_iter([("below".to_owned(), nested(rest, leaf))]),
    };
    let mut counts = json!({"terms": {"field": column.field, "size": MOST_VALUES, "missing": none}});
    if !below.is_empty() {
        counts["aggs"] = Value::Object(below);
    }
    counts
}

fn read(answer: &Answer, tables: &[Table]) -> Result<Part> {
    let mut read = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let mut rows = Vec::new();
        if table.by.is_empty() {
            let of = |name: &str| answer.buckets(&format!("{number}_{name}"));
            let names = if table.named.is_some() { names(&of("names")?, answer.total)? } else { Vec::new() };
            let beside = if table.beside.is_some() { counts(&of("beside")?)? } else { Vec::new() };
            rows.push(Row { values: Vec::new(), documents: answer.total, names, beside });
        } else {
            let buckets = answer.buckets(&number.to_string())?;
            below(&buckets, table, &mut Vec::new(), &mut rows)?;
        }
        read.push(rows);
    }
    Ok(Part { documents: answer.total, tables: read })
}

/// Reads the rows below some values.
fn below(buckets: &[Bucket<'_>], table: &Table, values: &mut Vec<Option<String>>, rows: &mut Vec<Row>) -> Result<()> {
    for bucket in buckets {
        let is_none = bucket.number() == Some(NO_NUMBER) || bucket.key.as_str() == Some(NONE);
        values.push(if is_none { None } else { Some(bucket.text()?) });
        if values.len() < table.by.len() {
            below(&bucket.buckets("below")?, table, values, rows)?;
        } else {
            let named = table.named.map(|_| names(&bucket.buckets("names")?, bucket.documents)).transpose()?;
            let names = named.unwrap_or_default();
            let beside = if table.beside.is_some() { counts(&bucket.buckets("beside")?)? } else { Vec::new() };
            rows.push(Row { values: values.clone(), documents: bucket.documents, names, beside });
        }
        values.pop();
    }
    Ok(())
}

/// The names of letters or documents, of which each of so many documents has one.
fn names(buckets: &[Bucket<'_>], documents: u64) -> Result<Vec<String>> {
    if buckets.iter().map(|bucket| bucket.documents).sum::<u64>() != documents {
        return Err(answer::unreadable("counts by letter that do not add up"));
    }
    buckets.iter().map(Bucket::text).collect()
}

fn counts(buckets: &[Bucket<'_>]) -> Result<Vec<(String, u64)>> {
    buckets.iter().map(|bucket| Ok((bucket.text()?, bucket.documents))).collect()
}
