//! Taking letters down: first onto the lists of what is not published, then away there, and then out of what is known to be
//! there.
//!
//! Who publishes at the same time reads the list before each batch is sent and again when it was taken, and takes away what
//! came onto the list between. So what was sent before a letter came onto the list is found and taken away here, and what is
//! sent behind that is taken away there.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::backoff;
use super::client::{Client, whole};
use super::deliver::{Courier, DELETION_BYTES, Sending};
use super::document::letter_name;
use super::fields::{ID, LETTER};
use super::publish::refresh;
use super::state::{Entries, Settled, State};
use super::withheld::Withheld;
use crate::error::{Error, ErrorKind, Result};

/// No letter has more documents than are looked for at a time.
const MOST: usize = 10_000;
/// How long to wait until something is looked at again.
const BETWEEN: Duration = Duration::from_millis(200);

/// After how long what was deleted is not found any more, on engines whose nodes tell each other now and then.
pub(super) const SEEN: Duration = Duration::from_secs(10);

/// What was taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenDown {
    /// Documents that were there and are gone.
    pub deleted: u64,
    /// Documents whose taking away was asked for, which the engine does in its own time.
    pub deletions_asked: u64,
}

/// What is waited for while letters are taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Another process publishes, and is to end.
    Publisher,
    /// What the engine took is to be found, which takes it this long.
    Engine(Duration),
}

/// Takes letters down that are on the lists beside some states, so that no later run publishes them. `waits` is told before
/// something takes its time. `None` where it was stopped.
///
/// # Errors
/// When the engine does not do it, or a state cannot be read or written.
pub fn take_down(
    (client, states): (&Client, &[PathBuf]),
    letters: &[u64],
    sending: &Sending,
    waits: &mut dyn FnMut(Wait),
    stop: &AtomicBool,
) -> Result<Option<TakenDown>> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters.dedup();
    let mut told = TakenDown::default();
    if !remove(&Courier::new(client, sending, DELETION_BYTES, stop)?, &letters, &mut told)? {
        return Ok(None);
    }
    let mut open = Vec::new();
    for path in states.iter().filter(|path| path.exists()) {
        let Some(state) = opened(path, client, waits, stop)? else { return Ok(None) };
        open.push(state);
    }
    // Whoever was publishing meanwhile may have been killed before it took away again what it had sent, also where it is not
    // seen any more. From here on nobody publishes. What an engine that deletes by queries took a moment ago it neither finds
    // nor deletes until it is in a piece, and its stamp may be of a clock that goes ahead.
    let knows_ids = client.flavor().knows_ids();
    if !knows_ids {
        waits(Wait::Engine(sending.settling));
        if !backoff::wait(sending.settling, || stop.load(Ordering::Relaxed)) {
            return Ok(None);
        }
    }
    if !open.is_empty() || !knows_ids {
        let mut again = TakenDown::default();
        if !remove(&Courier::new(client, sending, DELETION_BYTES, stop)?, &letters, &mut again)? {
            return Ok(None);
        }
        told.deleted += again.deleted;
        // An engine that deletes in its own time still has those that it was asked for before.
        told.deletions_asked = told.deletions_asked.max(again.deletions_asked);
    }
    open.into_iter().try_for_each(|state| note(state, &letters))?;
    Ok(Some(told))
}

/// The state, once nobody else has it. `None` where waiting was stopped.
fn opened(path: &Path, client: &Client, waits: &mut dyn FnMut(Wait), stop: &AtomicBool) -> Result<Option<State>> {
    let mut has_waited = false;
    loop {
        match State::open(path, &client.target().to_string()) {
            Err(error) if error.kind() == ErrorKind::IndexLocked => {
                if !has_waited {
                    waits(Wait::Publisher);
                }
                has_waited = true;
            }
            opened => return opened.map(Some),
        }
        if !backoff::wait(BETWEEN, || stop.load(Ordering::Relaxed)) {
            return Ok(None);
        }
    }
}

/// Notes that letters are gone there.
fn note(mut state: State, letters: &[u64]) -> Result<()> {
    let known = known(state.entries()?, letters)?;
    state.settle(known.into_iter().map(|(letter, _)| Settled::Gone(letter)))
}

/// What is known of some letters, in their order: how many issues of each.
fn known(entries: Entries, letters: &[u64]) -> Result<Vec<(u64, u64)>> {
    let mut known = Vec::new();
    for entry in entries {
        let entry = entry?;
        if letters.binary_search(&entry.letter).is_ok() {
            known.push((entry.letter, entry.issues));
        }
    }
    Ok(known)
}

/// Takes the documents of letters away there; says whether it was not stopped.
fn remove(courier: &Courier<'_>, letters: &[u64], told: &mut TakenDown) -> Result<bool> {
    let client = courier.client;
    for letter in letters {
        let name = letter_name(*letter);
        // What was sent a moment ago is to be found, too.
        refresh(client)?;
        let ids = documents_of(client, &name)?;
        if !client.flavor().knows_ids() {
            if !courier.ask_to_delete_all_of(*letter)? {
                return Ok(false);
            }
            told.deletions_asked += ids.len() as u64;
            continue;
        }
        let Some(deleted) = courier.delete(&ids)? else { return Ok(false) };
        told.deleted += deleted;
        refresh(client)?;
        let of_letter = json!({"term": {LETTER: {"value": name}}});
        let until = Instant::now() + SEEN;
        let mut left = client.count(&of_letter)?;
        while left > 0 && Instant::now() < until {
            if !backoff::wait(BETWEEN, || courier.is_stopped()) {
                return Ok(false);
            }
            left = client.count(&of_letter)?;
        }
        if left > 0 {
            return Err(Error::new(ErrorKind::Remote, format!("{left} documents of {name} are still there"))
                .with_hint("somebody may be publishing; run the same command again"));
        }
    }
    Ok(true)
}

/// The ids of the documents of a letter.
fn documents_of(client: &Client, name: &str) -> Result<Vec<String>> {
    let query = json!({"term": {LETTER: {"value": name}}});
    let answer = client.search(&json!({"query": query, "size": MOST, "track_total_hits": true, "_source": [ID]}))?;
    whole(&answer, client.target())?;
    let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
    let id = |hit: &Value| hit.pointer("/_source/id").and_then(Value::as_str).map(str::to_owned);
    Ok(hits.into_iter().flatten().filter_map(id).collect())
}

/// Puts letters on the lists beside some states.
///
/// # Errors
/// When a list cannot be read or written.
pub fn withhold(states: &[PathBuf], letters: &[u64]) -> Result<()> {
    states.iter().try_for_each(|state| Withheld::change(state, letters, true))
}

/// Lets letters be published again by the next run, whatever is known to be there of them.
///
/// # Errors
/// [`ErrorKind::IndexLocked`] while another process publishes, and when a list or a state cannot be read or written.
pub fn lift(states: &[PathBuf], target: &str, letters: &[u64]) -> Result<()> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    for path in states {
        let mut state = if path.exists() { Some(State::open(path, target)?) } else { None };
        if let Some(state) = &mut state {
            // They were to be taken away, also where nobody came to note that they were.
            let known = known(state.entries()?, &letters)?;
            state.intend(known)?;
        }
        Withheld::change(path, &letters, false)?;
    }
    Ok(())
}
