//! The index there: made once, and looked at before anything is sent, since an engine that makes one by itself guesses what
//! its fields are.

use serde_json::{Map, Value};

use super::client::Client;
use super::exchange::Request;
use super::fields::{RemoteField, RemoteKind, fields_of};
use super::mapping::{Spread, creation};
use super::target::Flavor;
use crate::error::{Error, ErrorKind, Result};

/// What became of making an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It is there now.
    New,
    /// It was there, as it would be made.
    Before,
}

/// Makes the index.
///
/// # Errors
/// When the engine does not do it, or another index of the name is there.
pub fn make(client: &Client, spread: Spread) -> Result<Made> {
    if described(client)?.is_some() {
        return check(client).map(|()| Made::Before);
    }
    let (method, path, body) = creation(client.flavor(), &client.target().index, spread);
    let body = body.to_string();
    let answer = client.ask(&Request::new(method, &path).with_body(body.as_bytes()))?;
    if answer.is_success() {
        return check(client).map(|()| Made::New);
    }
    // Another process may have been first.
    if matches!(answer.status, 400 | 409) && described(client)?.is_some() {
        return check(client).map(|()| Made::Before);
    }
    Err(client.refused(&answer))
}

/// Takes the index away with all that is in it.
///
/// # Errors
/// When the engine does not do it.
pub fn remove(client: &Client) -> Result<()> {
    let index = &client.target().index;
    let path = match client.flavor() {
        Flavor::Quickwit => format!("/api/v1/indexes/{index}"),
        _ => format!("/{index}"),
    };
    let answer = client.ask(&Request::new("DELETE", &path))?;
    if answer.is_success() { Ok(()) } else { Err(client.refused(&answer)) }
}

/// Whether the index is there.
///
/// # Errors
/// When the engine does not tell.
pub fn is_there(client: &Client) -> Result<bool> {
    Ok(described(client)?.is_some())
}

/// Looks whether the index is there and has the fields that are sent.
///
/// # Errors
/// When it is not, or has not.
pub fn check(client: &Client) -> Result<()> {
    let target = client.target();
    let Some(there) = described(client)? else {
        return Err(Error::new(ErrorKind::Remote, format!("`{target}` is not there"))
            .with_hint(format!("make it with `imr remote init {target} --apply`")));
    };
    let wrong: Vec<&str> =
        fields_of(client.flavor()).filter(|f| !fits(client.flavor(), f, &there)).map(|f| f.name.as_str()).collect();
    let shown = match &wrong[..] {
        [] => return Ok(()),
        [some @ .., _, _] if some.len() > 6 => format!("{} and {} more", wrong[..6].join(", "), wrong.len() - 6),
        all => all.join(", "),
    };
    Err(Error::new(ErrorKind::Remote, format!("`{target}` has other fields than are sent: {shown}"))
        .with_hint("make another index with `imr remote init`; `--print` shows what it wants"))
}

/// The fields of the index there by their names; `None` where it is not there.
fn described(client: &Client) -> Result<Option<Map<String, Value>>> {
    let index = &client.target().index;
    let path = match client.flavor() {
        Flavor::Quickwit => format!("/api/v1/indexes/{index}"),
        _ => format!("/{index}/_mapping"),
    };
    let answer = client.ask(&Request::new("GET", &path))?;
    if answer.status == 404 {
        return Ok(None);
    }
    if !answer.is_success() {
        return Err(client.refused(&answer));
    }
    let json = answer.json().unwrap_or(Value::Null);
    let there = match client.flavor() {
        Flavor::Quickwit => {
            let mappings = json.pointer("/index_config/doc_mapping/field_mappings").and_then(Value::as_array);
            let named = |mapping: &Value| Some((mapping.get("name")?.as_str()?.to_owned(), mapping.clone()));
            mappings.map(|mappings| mappings.iter().filter_map(named).collect())
        }
        // An alias is answered for under the name of its index.
        _ => json
            .as_object()
            .and_then(|indexes| indexes.values().next())
            .and_then(|index| index.pointer("/mappings/properties").and_then(Value::as_object).cloned()),
    };
    Ok(Some(there.unwrap_or_default()))
}

fn fits(flavor: Flavor, field: &RemoteField, there: &Map<String, Value>) -> bool {
    let Some(there) = there.get(&field.name) else { return false };
    let text = |name: &str| there.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_quickwit = flavor == Flavor::Quickwit;
    let kind = match (field.kind, is_quickwit) {
        (RemoteKind::Date, true) => "datetime",
        (RemoteKind::Date, false) => "date",
        (RemoteKind::Integer, true) => "i64",
        (RemoteKind::Integer, false) => "long",
        (RemoteKind::Keyword | RemoteKind::Stored, false) => "keyword",
        _ => "text",
    };
    let is_kind = match is_quickwit && field.several {
        true => text("type") == format!("array<{kind}>"),
        false => text("type") == kind,
    };
    let analyzer = match (field.kind, is_quickwit) {
        (RemoteKind::Terms, true) => text("tokenizer") == "whitespace",
        (RemoteKind::Terms, false) => text("analyzer") == "whitespace",
        (RemoteKind::Keyword, true) => text("tokenizer") == "raw",
        _ => true,
    };
    is_kind && analyzer
}
