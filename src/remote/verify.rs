//! What is there against what is here, document by document; and taking away what is there beside it.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::sync::atomic::{AtomicBool, Ordering as Memory};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};

use super::backoff;
use super::client::{Client, whole};
use super::deliver::{Courier, DELETION_BYTES, Sending};
use super::document::{document_id, hex, identity, version};
use super::fields::{ID, ORDER};
use super::listing::{Listed, Listing};
use super::plan::numbers;
use super::publish::refresh;
use super::state::Entry;
use super::withheld::Withheld;
use crate::error::{Error, ErrorKind, Result};
use crate::record::LetterRecord;

/// How many documents of each kind are named.
const NAMED: usize = 20;
/// How many documents are taken away before it is looked whether there is to be an end.
const AT_ONCE: usize = 1000;
/// How long to wait until what was taken away is looked for again.
const BETWEEN: Duration = Duration::from_millis(200);

/// How what is there differs from what is here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verified {
    /// Documents that should be there.
    pub expected: u64,
    /// Documents that are there.
    pub there: u64,
    /// Documents that are there as they should be.
    pub same: u64,
    /// Documents that are not there.
    pub missing: Differing,
    /// Documents of which only another version is there.
    pub outdated: Differing,
    /// Documents that are there and not here.
    pub foreign: Differing,
    /// Documents that are there and not to be published.
    pub withheld: Differing,
    /// Documents that are there more than once.
    pub doubled: Differing,
}

/// Documents of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Differing {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<String>,
}

impl Differing {
    fn add(&mut self, id: String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(id);
        }
    }
}

impl Verified {
    /// Whether nothing differs. Where not all letters are here, what is there beside them is no difference.
    pub fn is_same(&self, is_all: bool) -> bool {
        let differing = [&self.missing, &self.outdated, &self.doubled, &self.withheld];
        differing.iter().all(|d| d.count == 0) && (self.foreign.count == 0 || !is_all)
    }
}

/// Compares. `None` where it was stopped.
///
/// # Errors
/// When a side cannot be read.
pub fn verify(
    client: &Client,
    letters: impl Iterator<Item = Result<LetterRecord>>,
    withheld: &Withheld,
    stop: &AtomicBool,
) -> Result<Option<Verified>> {
    let mut told = Verified::default();
    let here = letters.filter_map(|letter| {
        let expected = letter.map(|letter| {
            let (letter_id, version) = (identity(&letter), Some(version(&letter)));
            Entry { letter: letter_id, issues: letter.issues.len() as u64, version }
        });
        match expected {
            Ok(entry) if withheld.has(entry.letter) => None,
            other => Some(other),
        }
    });
    for pair in (Pairs { here: here.peekable(), there: Listing::new(client).peekable() }) {
        if stop.load(Memory::Relaxed) {
            return Ok(None);
        }
        let (entry, listed) = pair?;
        match listed.as_ref().filter(|listed| withheld.has(listed.letter)) {
            Some(listed) => {
                told.there += listed.documents.len() as u64;
                listed.documents.iter().for_each(|document| told.withheld.add(document.id.clone()));
            }
            None => compare(entry.as_ref(), listed.as_ref(), &mut told),
        }
    }
    let total = client.count(&json!({"match_all": {}}))?;
    if total > told.there {
        // What has no place among letters was not sent by this program.
        told.foreign.count += total - told.there;
        told.there = total;
    }
    Ok(Some(told))
}

fn compare(entry: Option<&Entry>, listed: Option<&Listed>, told: &mut Verified) {
    let documents = listed.map_or(&[][..], |listed| &listed.documents);
    told.there += documents.len() as u64;
    let wanted = entry.map(|entry| numbers(entry.issues));
    for document in documents {
        let is_wanted = wanted.as_ref().is_some_and(|wanted| wanted.contains(&document.number));
        if !is_wanted {
            told.foreign.add(document.id.clone());
        }
    }
    let Some((entry, wanted)) = entry.zip(wanted) else { return };
    let version = hex(&entry.version.unwrap_or_default());
    for number in wanted {
        told.expected += 1;
        let id = || document_id(entry.letter, number);
        let own: Vec<_> = documents.iter().filter(|document| document.number == number).collect();
        match own.iter().filter(|document| document.version == version).count() {
            _ if own.is_empty() => told.missing.add(id()),
            0 => told.outdated.add(id()),
            _ if own.len() > 1 => told.doubled.add(id()),
            _ => told.same += 1,
        }
    }
}

/// Letters of two sides in their order.
struct Pairs<H: Iterator, T: Iterator> {
    here: Peekable<H>,
    there: Peekable<T>,
}

impl<H, T> Iterator for Pairs<H, T>
where
    H: Iterator<Item = Result<Entry>>,
    T: Iterator<Item = Result<Listed>>,
{
    type Item = Result<(Option<Entry>, Option<Listed>)>;

    fn next(&mut self) -> Option<Self::Item> {
        let order = match (self.here.peek(), self.there.peek()) {
            (None, None) => return None,
            (Some(Err(_)), _) | (_, None) => Ordering::Less,
            (_, Some(Err(_))) | (None, Some(_)) => Ordering::Greater,
            (Some(Ok(here)), Some(Ok(there))) => here.letter.cmp(&there.letter),
        };
        let here = if order == Ordering::Greater { None } else { self.here.next() };
        let there = if order == Ordering::Less { None } else { self.there.next() };
        Some(here.transpose().and_then(|here| Ok((here, there.transpose()?))))
    }
}

/// What was taken away beside what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// How many documents.
    pub deleted: u64,
    /// Whether it was stopped before its end.
    pub is_interrupted: bool,
}

/// Takes away what is there and not known to have been sent.
///
/// # Errors
/// When a side cannot be read, or the engine does not do it.
pub fn sweep(
    client: &Client,
    sending: &Sending,
    known: impl Iterator<Item = Result<Entry>>,
    stop: &AtomicBool,
) -> Result<Swept> {
    let courier = Courier::new(client, sending, DELETION_BYTES, stop)?;
    let (mut swept, mut surplus) = (Swept::default(), Vec::new());
    for pair in (Pairs { here: known.peekable(), there: Listing::new(client).peekable() }) {
        let (entry, listed) = pair?;
        let Some(listed) = listed else { continue };
        let wanted = entry.map(|entry| numbers(entry.issues));
        let surplus_of =
            listed.documents.into_iter().filter(|d| !wanted.as_ref().is_some_and(|w| w.contains(&d.number)));
        surplus.extend(surplus_of.map(|document| document.id));
        if surplus.len() >= AT_ONCE {
            swept.delete(&courier, &std::mem::take(&mut surplus))?;
        }
        swept.is_interrupted |= courier.is_stopped();
        if swept.is_interrupted {
            return Ok(swept);
        }
    }
    swept.delete(&courier, &surplus)?;
    strays(&courier, &mut swept)?;
    Ok(swept)
}

impl Swept {
    /// Takes documents away by their ids; gives how many were there.
    fn delete(&mut self, courier: &Courier<'_>, ids: &[String]) -> Result<u64> {
        let deleted = courier.delete(ids)?;
        self.is_interrupted |= deleted.is_none();
        self.deleted += deleted.unwrap_or(0);
        Ok(deleted.unwrap_or(0))
    }
}

/// Takes away what has no place among letters, which this program never sent.
fn strays(courier: &Courier<'_>, swept: &mut Swept) -> Result<()> {
    let client = courier.client;
    let query = json!({"bool": {"must_not": [{"range": {ORDER: {"gte": 0}}}]}});
    let mut progress = Instant::now();
    while !swept.is_interrupted {
        refresh(client)?;
        let answer =
            client.search(&json!({"query": query, "size": AT_ONCE, "track_total_hits": true, "_source": [ID]}))?;
        whole(&answer, client.target())?;
        let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
        let id = |hit: &Value| Some(hit.get("_id")?.as_str()?.to_owned());
        let ids: Vec<String> = hits.into_iter().flatten().filter_map(id).collect();
        let Some(first) = ids.first() else { return Ok(()) };
        if swept.delete(courier, &ids)? > 0 {
            progress = Instant::now();
        } else if progress.elapsed() > courier.sending.settling {
            // What was deleted may be found for a moment, and not for longer.
            let (count, target) = (client.count(&query)?, client.target());
            let message =
                format!("{count} documents, such as `{first}`, cannot be taken away from `{target}` by their ids");
            return Err(Error::new(ErrorKind::Remote, message).with_hint(
                "this program did not send them; who sent them with a routing of their own has to delete them",
            ));
        }
        let is_waited = backoff::wait(BETWEEN, || courier.is_stopped());
        swept.is_interrupted |= !is_waited;
    }
    Ok(())
}
