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

use super::backoff::{self, Backoff};
use super::bulk::Operation;
use super::client::{Client, Failure, Request, whole};
use super::deliver::{Courier, Delivered};
use super::document::{ID, LETTER, SENT, VERSION, hex, letter_name};
use super::plan::Step;
use super::state::Entry;
use crate::error::{Error, ErrorKind, Result};

/// How many letters one deletion names.
const MOST_CLAUSES: usize = 100;
/// How many documents an answer may have.
const MOST_FOUND: usize = 10_000;

/// A clause for all of a letter that was sent before a stamp.
pub fn all_of(letter: u64, stamp: u64) -> String {
    format!("(letter:\"{}\" AND {SENT}:<{stamp})", letter_name(letter))
}

/// The same but for one version.
fn older_than(entry: &Entry, stamp: u64) -> String {
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
fn there(client: &Client, letters: &[u64]) -> Result<HashSet<(String, String)>> {
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

impl Courier<'_> {
    /// A request was lost that an engine without ids may have done: what it has of it is not sent again.
    pub(super) fn look(
        &self,
        pending: &mut Vec<Operation>,
        count: usize,
        steps: &[Step],
        delivered: &mut Delivered,
    ) -> Result<()> {
        delivered.unanswered += 1;
        if self.client.flavor().knows_ids() {
            return Ok(());
        }
        backoff::wait(self.sending.settling, || self.is_stopped());
        self.take_out_what_is_there(pending, count, steps, delivered).map(drop)
    }

    /// Takes operations out whose documents are there; gives the places of letters of which other versions are, too.
    pub(super) fn take_out_what_is_there(
        &self,
        pending: &mut Vec<Operation>,
        count: usize,
        steps: &[Step],
        delivered: &mut Delivered,
    ) -> Result<Vec<usize>> {
        let mut places: Vec<usize> = pending[..count].iter().map(|operation| operation.letter).collect();
        places.dedup();
        let put = |place: usize| match steps.get(place) {
            Some(Step::Put { entry, .. }) => Some((entry.letter, hex(&entry.version.unwrap_or_default()))),
            _ => None,
        };
        let letters: Vec<u64> = places.iter().filter_map(|place| put(*place)).map(|(letter, _)| letter).collect();
        let there = there(self.client, &letters)?;
        let before = pending.len();
        pending.retain(|operation| {
            !put(operation.letter).is_some_and(|(_, version)| there.contains(&(operation.id.clone(), version)))
        });
        delivered.documents.created += (before - pending.len()) as u64;
        if pending.len() < before {
            self.progressed();
        }
        let is_old = |place: &usize| {
            put(*place).is_some_and(|(letter, version)| {
                let name = letter_name(letter);
                let of_letter = |id: &str| id.rsplit_once('/').is_some_and(|(letter, _)| letter == name);
                there.iter().any(|(id, own)| of_letter(id) && *own != version)
            })
        };
        Ok(places.into_iter().filter(is_old).collect())
    }

    /// Asks an engine that deletes by queries alone to take away what is old; says whether it was not stopped.
    pub(super) fn ask_to_delete<'s>(
        &self,
        steps: impl Iterator<Item = &'s Step>,
        backoff: &mut Backoff,
        delivered: &mut Delivered,
    ) -> Result<bool> {
        let mut clauses = Vec::new();
        for step in steps {
            match step {
                Step::Remove(Entry { letter, .. }) | Step::Withheld { letter, there: Some(_), .. } => {
                    clauses.push(all_of(*letter, self.stamp));
                    delivered.documents.deletions_asked += 1;
                }
                Step::Put { entry, before: Some(_), .. } => {
                    clauses.push(older_than(entry, self.stamp));
                    delivered.documents.deletions_asked += 1;
                }
                _ => {}
            }
        }
        for some in clauses.chunks(MOST_CLAUSES) {
            let (path, body) = deletion(&self.client.target().index, some);
            let body = body.to_string();
            let mut refusals = 0;
            loop {
                if self.is_stopped() {
                    return Ok(false);
                }
                let why = match self.client.try_ask(&Request::new("POST", &path).with_body(body.as_bytes())) {
                    Ok(answer) if answer.is_success() => break,
                    Ok(answer) if matches!(answer.status, 408 | 429 | 500 | 502..=504) => answer.reason(),
                    Ok(answer) => return Err(self.client.refused(&answer)),
                    // To ask twice does no harm.
                    Err(failure @ (Failure::Unreachable(_) | Failure::Lost(_))) => failure.to_string(),
                    Err(failure) => return Err(self.client.failed(&failure)),
                };
                refusals += 1;
                if !self.pause(backoff.wait(refusals, None), &why)? {
                    return Ok(false);
                }
            }
            self.progressed();
        }
        Ok(true)
    }
}
