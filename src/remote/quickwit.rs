//! What Quickwit does otherwise: it adds every document that it gets, whatever its id, and deletes by queries alone, some
//! time later.
//!
//! So nothing is sent there again that may be there. Where an answer was lost, and where a run was killed, the documents are
//! looked for by id and version as soon as what it took can be found. Quickwit does deletions when the pieces that the
//! documents lie in are no longer merged, with its default two days later; until then both versions are found. By its manual
//! (Deletes, 0.8) a deletion goes over the pieces that were made before it; but a document that is sent behind it may come to
//! lie in such a piece, since pieces stay open for a while and are merged. So each document bears a stamp that grows from
//! run to run, and a deletion names the letter, the stamps before its own, and the version that is to stay: whenever it is
//! done, it never meets what was sent behind it.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::client::{Client, whole};
use super::document::{hex, letter_name};
use super::fields::{ID, LETTER, SENT, VERSION};
use super::state::Entry;
use crate::error::{Error, ErrorKind, Result};

/// How many letters one deletion names.
pub const MOST_CLAUSES: usize = 100;
/// How many documents an answer may have.
const MOST_FOUND: usize = 10_000;

/// A clause for all of a letter that was sent before a stamp.
pub fn all_of(letter: u64, stamp: u64) -> String {
    format!("(letter:\"{}\" AND {SENT}:<{stamp})", letter_name(letter))
}

/// The same but for one version.
pub fn older_than(entry: &Entry, stamp: u64) -> String {
    let version = entry.version.map_or_else(String::new, |version| hex(&version));
    format!("(letter:\"{}\" AND {SENT}:<{stamp} AND NOT version:\"{version}\")", letter_name(entry.letter))
}

/// A stamp behind all that can be found: the time in milliseconds, unless a clock that goes ahead was there before.
///
/// # Errors
/// When the engine does not tell.
pub fn stamp(client: &Client) -> Result<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let newest = json!({"size": 1, "sort": [{SENT: {"order": "desc"}}], "track_total_hits": true, "_source": [SENT]});
    let answer = client.search(&newest)?;
    whole(&answer, client.target())?;
    let newest = answer.pointer(&format!("/hits/hits/0/_source/{SENT}")).and_then(Value::as_u64);
    Ok(newest.map_or(0, |newest| newest + 1).max(u64::try_from(now).unwrap_or(0)))
}

/// The request that deletes what some clauses match: its path and body.
pub fn deletion(index: &str, clauses: &[String]) -> (String, Value) {
    (format!("/api/v1/{index}/delete-tasks"), json!({"query": clauses.join(" OR ")}))
}

/// Which documents of some letters can be found, by their ids and versions.
///
/// # Errors
/// When it cannot be told.
pub fn there(client: &Client, letters: &[u64]) -> Result<HashSet<(String, String)>> {
    let mut found = HashSet::new();
    for some in letters.chunks(MOST_CLAUSES) {
        let names: Vec<String> = some.iter().map(|letter| letter_name(*letter)).collect();
        let query = json!({"bool": {"filter": [{"terms": {LETTER: names}}]}});
        let body = json!({"query": query, "size": MOST_FOUND, "track_total_hits": true, "_source": [ID, VERSION]});
        let answer = client.search(&body)?;
        whole(&answer, client.target())?;
        let total = answer.pointer("/hits/total");
        let total = total.and_then(|total| total.get("value").unwrap_or(total).as_u64()).unwrap_or(0);
        if total > MOST_FOUND as u64 {
            if let [_] = some {
                let message = format!("`{}` has {total} documents of {}", client.target(), names.concat());
                return Err(Error::new(ErrorKind::Remote, message));
            }
            let (one, other) = some.split_at(some.len() / 2);
            found.extend(there(client, one)?);
            found.extend(there(client, other)?);
            continue;
        }
        let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
        for hit in hits.into_iter().flatten() {
            let text = |name: &str| hit.pointer(&format!("/_source/{name}")).and_then(Value::as_str);
            if let (Some(id), Some(version)) = (text(ID), text(VERSION)) {
                found.insert((id.to_owned(), version.to_owned()));
            }
        }
    }
    Ok(found)
}
