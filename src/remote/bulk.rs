//! The `_bulk` request and its answer.
//!
//! An answer has an item for each operation, in their order, under a key that differs between engines; so items are told by
//! their place. A status of 200 for the whole says nothing of any of them.

use std::fmt;

use serde_json::{Map, Value, json};

use super::exchange::{Answer, Request, reason_of};
use super::target::Flavor;

/// What is done with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Put there, in place of one that has its id.
    Index,
    /// Added, on an engine that keeps every document it gets.
    Create,
    /// Taken away by its id.
    Delete,
}

/// One operation, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What is done.
    pub action: Action,
    /// The document's id.
    pub id: String,
    /// The place of its letter in the batch.
    pub letter: usize,
    /// How often it failed in a way that does not tell whether it ever will succeed.
    pub failures: u32,
    /// Its lines.
    lines: Vec<u8>,
}

impl Operation {
    /// Puts a document there.
    pub fn put(flavor: Flavor, index: &str, letter: usize, document: &Map<String, Value>) -> Self {
        let id = document.get(super::fields::ID).and_then(Value::as_str).unwrap_or_default();
        let action = if flavor.knows_ids() { Action::Index } else { Action::Create };
        let mut this = Self::new(action, index, id, letter);
        // An object of plain strings and numbers always serialises, and to one line.
        this.lines.extend(serde_json::to_vec(document).unwrap_or_default());
        this.lines.push(b'\n');
        this
    }

    /// Takes a document away.
    pub fn delete(index: &str, letter: usize, id: &str) -> Self {
        Self::new(Action::Delete, index, id, letter)
    }

    fn new(action: Action, index: &str, id: &str, letter: usize) -> Self {
        let name = match action {
            Action::Index => "index",
            Action::Create => "create",
            Action::Delete => "delete",
        };
        let mut lines = json!({name: {"_id": id, "_index": index}}).to_string().into_bytes();
        lines.push(b'\n');
        Self { action, id: id.to_owned(), letter, failures: 0, lines }
    }

    /// How many bytes it takes in a request.
    pub fn bytes(&self) -> usize {
        self.lines.len()
    }
}

/// How many of these operations, at least one, a request of so many bytes holds.
pub fn fitting(operations: &[Operation], bytes: usize) -> usize {
    let mut sum = 0;
    let over = operations.iter().position(|operation| {
        sum += operation.bytes();
        sum > bytes
    });
    over.unwrap_or(operations.len()).max(1).min(operations.len())
}

/// The body of a request: each line with its end, the last one, too.
pub fn body(operations: &[Operation]) -> Vec<u8> {
    let mut body = Vec::with_capacity(operations.iter().map(Operation::bytes).sum());
    operations.iter().for_each(|operation| body.extend_from_slice(&operation.lines));
    body
}

/// What an answer may take for each operation, in bytes: ids, an error with its causes, and some to spare.
const ANSWER_BYTES: u64 = 16 << 10;

/// The request for some operations.
pub fn request<'a>(flavor: Flavor, path: &'a str, body: &'a [u8], operations: usize) -> Request<'a> {
    // As their official clients ask.
    let method = if matches!(flavor, Flavor::Elasticsearch { .. }) { "PUT" } else { "POST" };
    let most_bytes = (1 << 20) + ANSWER_BYTES * operations as u64;
    Request { is_lines: true, most_bytes, ..Request::new(method, path).with_body(body) }
}

/// The path of the request.
pub fn path(flavor: Flavor) -> String {
    format!("{}/_bulk", flavor.base_path())
}

/// What became of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Done: a document that was not there is there.
    Created,
    /// Done: another version was there, or the same.
    Replaced,
    /// Done: it is not there any more.
    Deleted,
    /// Done: it was not there.
    Absent,
    /// Not now.
    Busy(String),
    /// The server failed at it.
    Failed(String),
    /// Never.
    Rejected {
        /// The status of the item.
        status: u16,
        /// Why.
        reason: String,
    },
    /// The index is not there.
    NoIndex(String),
    /// This user may not.
    Denied(String),
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created => f.write_str("created"),
            Self::Replaced => f.write_str("in place of another, or of the same"),
            Self::Deleted => f.write_str("deleted"),
            Self::Absent => f.write_str("was not there"),
            Self::Busy(reason) => write!(f, "the server is busy: {reason}"),
            Self::Failed(reason) => write!(f, "the server failed: {reason}"),
            Self::Rejected { status, reason } => write!(f, "rejected with {status}: {reason}"),
            Self::NoIndex(reason) => write!(f, "the index is not there: {reason}"),
            Self::Denied(reason) => write!(f, "not allowed: {reason}"),
        }
    }
}

/// The fates of operations by an answer of success; `None` for an answer that does not have one for each of them.
pub fn fates(operations: &[Operation], answer: &Answer) -> Option<Vec<Fate>> {
    let json = answer.json()?;
    let items = json.get("items")?.as_array()?;
    if items.len() != operations.len() {
        return None;
    }
    operations.iter().zip(items).map(|(operation, item)| fate(operation, item)).collect()
}

fn fate(operation: &Operation, item: &Value) -> Option<Fate> {
    let (_, item) = item.as_object()?.iter().next()?;
    // An answer to something else is none.
    if item.get("_id").and_then(Value::as_str).is_some_and(|id| id != operation.id) {
        return None;
    }
    let status = u16::try_from(item.get("status")?.as_u64()?).ok()?;
    let error = item.get("error").filter(|error| !error.is_null());
    let reason = || error.map_or_else(|| format!("status {status}"), reason_of);
    let is_delete = operation.action == Action::Delete;
    let told = reason();
    let is_index_missing = told.contains("index_not_found") || told.contains("IndexNotFound");
    Some(match status {
        200..=299 if error.is_some() => Fate::Rejected { status, reason: told },
        200..=299 if is_delete => match item.get("result").and_then(Value::as_str) {
            Some("not_found") => Fate::Absent,
            _ => Fate::Deleted,
        },
        201 => match item.get("result").and_then(Value::as_str) {
            Some("updated") => Fate::Replaced,
            _ => Fate::Created,
        },
        200..=299 => Fate::Replaced,
        404 if is_delete && !is_index_missing => Fate::Absent,
        404 => Fate::NoIndex(told),
        // What was to be added is there.
        409 if operation.action == Action::Create => Fate::Replaced,
        401 | 403 => Fate::Denied(told),
        429 | 503 => Fate::Busy(told),
        // Another request for the document is being worked on.
        408 | 409 | 500..=599 => Fate::Failed(told),
        _ => Fate::Rejected { status, reason: told },
    })
}
