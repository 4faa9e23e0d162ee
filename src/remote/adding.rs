//! Sending to an engine that adds every document it gets: what may be there is looked for before it is sent again, and
//! what is old is taken away by queries.

use super::backoff::{self, Backoff};
use super::bulk::Operation;
use super::deliver::{Courier, Delivered};
use super::document::{hex, letter_name};
use super::exchange::{Failure, Request};
use super::plan::Step;
use super::quickwit;
use super::state::Entry;
use crate::error::Result;

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
        let there = quickwit::there(self.client, &letters)?;
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
                Step::Remove(Entry { letter, .. }) => {
                    clauses.push(quickwit::all_of(*letter, self.stamp));
                    delivered.documents.deletions_asked += 1;
                }
                // This run may have sent it before it came onto the list.
                Step::Withheld { letter, there: Some(_), .. } => {
                    clauses.push(quickwit::all_of(*letter, self.stamp + 1));
                    delivered.documents.deletions_asked += 1;
                }
                Step::Put { entry, before: Some(_), .. } => {
                    clauses.push(quickwit::older_than(entry, self.stamp));
                    delivered.documents.deletions_asked += 1;
                }
                _ => {}
            }
        }
        self.ask_for(&clauses, backoff)
    }

    /// Asks to take all of a letter away; says whether it was not stopped.
    pub(super) fn ask_to_delete_all_of(&self, letter: u64) -> Result<bool> {
        self.ask_for(&[quickwit::all_of(letter, self.stamp)], &mut self.backoff(backoff::seed()))
    }

    fn ask_for(&self, clauses: &[String], backoff: &mut Backoff) -> Result<bool> {
        for some in clauses.chunks(quickwit::MOST_CLAUSES) {
            let (path, body) = quickwit::deletion(&self.client.target().index, some);
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
