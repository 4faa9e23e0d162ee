//! What Quickwit does otherwise: it adds every document that it gets, whatever its id, and deletes by queries alone, some
//! time later.
//!
//! So nothing is sent there again that may be there. Where an answer was lost, and where a run was killed, the documents are
//! looked for by id and version as soon as what it took can be found. Deletions name the letter and the version that is to
//! stay, so that they never meet what is sent behind them. Quickwit does them when the pieces that the documents lie in are
//! no longer merged, with its default two days later; until then both versions are found.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::client::{Client, whole};
use super::document::{ID, LETTER, VERSION, hex, letter_name};
use super::state::Entry;
use crate::error::Result;

/// How many letters one deletion names.
pub const MOST_CLAUSES: usize = 100;
/// How many documents an answer may have.
const MOST_FOUND: usize = 10_000;

/// A clause for all of a letter.
pub fn all_of(letter: u64) -> String {
    format!("letter:\"{}\"", letter_name(letter))
}

/// A clause for all of a letter but one version.
pub fn older_than(entry: &Entry) -> String {
    let version = entry.version.map_or_else(String::new, |version| hex(&version));
    format!("(letter:\"{}\" AND NOT version:\"{version}\")", letter_name(entry.letter))
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
        let answer = client.search(&json!({"query": query, "size": MOST_FOUND, "track_total_hits": true}))?;
        whole(&answer, client.target())?;
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
