//! Taking letters down: first onto the list of what is not published, then away there.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, whole};
use super::document::LETTER;
use super::publish::refresh;
use super::verify::delete;
use super::withheld::Withheld;
use super::{backoff, document, quickwit};
use crate::error::{Error, ErrorKind, Result};

/// No letter has more documents than are looked for at a time.
const MOST: usize = 10_000;

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

/// Takes letters down. They stay on the list also where the engine does not do it, so that no later run publishes them.
///
/// # Errors
/// When the list cannot be written, or the engine does not do it.
pub fn take_down(client: &Client, withheld: &mut Withheld, letters: &[u64]) -> Result<TakenDown> {
    withheld.change(letters, true)?;
    let mut told = TakenDown::default();
    for letter in letters {
        let name = document::letter_name(*letter);
        // What was sent a moment ago is to be found, too.
        refresh(client)?;
        let ids = documents_of(client, &name)?;
        if !client.flavor().knows_ids() {
            let (path, body) = quickwit::deletion(&client.target().index, &[quickwit::all_of(*letter)]);
            client.ask_json("POST", &path, Some(&body))?;
            told.deletions_asked += ids.len() as u64;
            continue;
        }
        told.deleted += delete(client, &ids)?;
        refresh(client)?;
        let of_letter = json!({"term": {LETTER: {"value": name}}});
        let until = Instant::now() + SEEN;
        let mut left = client.count(&of_letter)?;
        while left > 0 && Instant::now() < until {
            backoff::wait(Duration::from_millis(200), || false);
            left = client.count(&of_letter)?;
        }
        if left > 0 {
            return Err(Error::new(ErrorKind::Remote, format!("{left} documents of {name} are still there"))
                .with_hint("somebody may be publishing; run the same command again"));
        }
    }
    Ok(told)
}

/// The ids of the documents of a letter.
fn documents_of(client: &Client, name: &str) -> Result<Vec<String>> {
    let query = json!({"term": {LETTER: {"value": name}}});
    let answer = client.search(&json!({"query": query, "size": MOST, "track_total_hits": true, "_source": ["id"]}))?;
    whole(&answer, client.target())?;
    let hits = answer.pointer("/hits/hits").and_then(Value::as_array);
    let id = |hit: &Value| hit.pointer("/_source/id").and_then(Value::as_str).map(str::to_owned);
    Ok(hits.into_iter().flatten().filter_map(id).collect())
}

/// Lets letters be published again by the next run.
///
/// # Errors
/// When the list cannot be written.
pub fn lift(withheld: &mut Withheld, letters: &[u64]) -> Result<()> {
    withheld.change(letters, false)
}
