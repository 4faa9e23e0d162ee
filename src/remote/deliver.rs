//! One batch to the engine, until each of its operations is done or refused for good.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::account::{Documents, Reject};
use super::backoff::{self, Backoff, LEAST_BATCH, Pace};
use super::bulk::{self, Action, Fate, Operation};
use super::client::Client;
use super::document::{document_id, documents, letter_name};
use super::exchange::{Answer, Failure};
use super::fields::SENT;
use super::plan::{Step, numbers, possible};
use super::quickwit;
use crate::error::{Error, ErrorKind, Result};
use crate::index::document_bytes;
use crate::record::LetterRecord;

/// How often in a row an engine may answer with what is no answer to the request.
const MOST_BROKEN: u32 = 5;
/// How often an engine may fail at one document before it is refused.
const MOST_FAILURES: u32 = 8;
/// No request is larger that only takes documents away, in bytes.
pub const DELETION_BYTES: usize = 1 << 20;
/// What the documents of one letter may take, in bytes: each has the letter's texts again.
const MOST_LETTER_BYTES: u64 = 64 << 20;

/// How batches are sent.
#[derive(Debug, Clone)]
pub struct Sending {
    /// The first wait after a refusal is up to this long.
    pub backoff: Duration,
    /// No wait is longer.
    pub most_backoff: Duration,
    /// How long to go on while the engine takes nothing.
    pub patience: Duration,
    /// After how long what Quickwit took can be found.
    pub settling: Duration,
}

/// What the threads that send have in common.
pub struct Courier<'a> {
    /// Who is asked.
    pub client: &'a Client,
    /// How.
    pub sending: &'a Sending,
    /// How much at once.
    pub pace: Mutex<Pace>,
    /// When the engine last took something.
    pub progress: Mutex<Instant>,
    /// When the run began.
    pub began: Instant,
    /// Whether the user wants an end.
    pub stop: &'a AtomicBool,
    /// Whether another thread came to one that it cannot go on from.
    pub halt: AtomicBool,
    /// What documents of Quickwit are marked with, and those that are to be deleted are marked below.
    pub stamp: u64,
}

/// Letters that are sent together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Its place among all.
    pub number: u64,
    /// What is to be done.
    pub steps: Vec<Step>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Its place among all.
    pub number: u64,
    /// What was to be done.
    pub steps: Vec<Step>,
    /// For each letter whether some document of it was refused.
    pub is_rejected: Vec<bool>,
    /// What became of documents.
    pub documents: Documents,
    /// The documents that were refused.
    pub rejects: Vec<Reject>,
    /// See [`Account`](super::account::Account).
    pub requests: u64,
    /// The same.
    pub unanswered: u64,
    /// The same.
    pub postponed: u64,
    /// The same.
    pub bytes: u64,
}

impl Delivered {
    /// Adds what was done beside it.
    pub fn add(&mut self, other: Self) {
        self.documents.add(&other.documents);
        self.rejects.extend(other.rejects);
        self.requests += other.requests;
        self.unanswered += other.unanswered;
        self.postponed += other.postponed;
        self.bytes += other.bytes;
    }
}

impl<'a> Courier<'a> {
    /// One that sends batches of at most so many bytes.
    ///
    /// # Errors
    /// When the engine cannot be asked what it has to be asked before.
    pub fn new(client: &'a Client, sending: &'a Sending, batch_bytes: usize, stop: &'a AtomicBool) -> Result<Self> {
        let began = Instant::now();
        Ok(Self {
            client,
            sending,
            pace: Mutex::new(Pace::new(batch_bytes)),
            progress: Mutex::new(began),
            began,
            stop,
            halt: AtomicBool::new(false),
            stamp: if client.flavor().knows_ids() { 0 } else { quickwit::stamp(client)? },
        })
    }

    /// Whether there is to be an end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.halt.load(Ordering::Relaxed)
    }

    /// Sends a batch. `None` where it was stopped.
    ///
    /// # Errors
    /// When the engine is not there, does not let this user do it, or takes nothing for too long.
    pub fn deliver(&self, batch: Batch, seed: u64) -> Result<Option<Delivered>> {
        let mut delivered = Delivered { number: batch.number, ..Delivered::default() };
        delivered.is_rejected = vec![false; batch.steps.len()];
        let mut backoff = self.backoff(seed);
        let mut pending = Vec::new();
        for (place, step) in batch.steps.iter().enumerate() {
            self.operations(place, step, &mut pending, &mut delivered);
        }
        if !self.client.flavor().knows_ids() {
            let is_unsure =
                |step: &Step| matches!(step, Step::Put { before: Some(before), .. } if before.version.is_none());
            let mut old = Vec::new();
            if batch.steps.iter().any(is_unsure) {
                // A run that was killed may have sent some of it, or not even begun.
                backoff::wait(self.sending.settling.saturating_sub(self.began.elapsed()), || self.is_stopped());
                let all = pending.len();
                old = self.take_out_what_is_there(&mut pending, all, &batch.steps, &mut delivered)?;
            }
            let is_old = |place: usize, step: &Step| !is_unsure(step) || old.contains(&place);
            let steps = batch.steps.iter().enumerate().filter(|(place, step)| is_old(*place, step));
            if !self.ask_to_delete(steps.map(|(_, step)| step), &mut backoff, &mut delivered)? {
                return Ok(None);
            }
        }
        if !self.send(pending, &batch.steps, &mut backoff, &mut delivered)? {
            return Ok(None);
        }
        delivered.steps = batch.steps;
        Ok(Some(delivered))
    }

    /// Takes documents away by their ids. `None` where it was stopped.
    ///
    /// # Errors
    /// As [`Courier::deliver`], and [`ErrorKind::Remote`] for one that the engine refuses to take away.
    pub fn delete(&self, ids: &[String]) -> Result<Option<u64>> {
        let operations = ids.iter().map(|id| Operation::delete(&self.client.target().index, 0, id)).collect();
        let (mut delivered, mut backoff) = (Delivered::default(), self.backoff(backoff::seed()));
        if !self.send(operations, &[], &mut backoff, &mut delivered)? {
            return Ok(None);
        }
        match delivered.rejects.first() {
            None => Ok(Some(delivered.documents.deleted)),
            Some(Reject { id, status, reason, .. }) => {
                let target = self.client.target();
                Err(Error::new(
                    ErrorKind::Remote,
                    format!("`{id}` was not taken away from `{target}`: {status}, {reason}"),
                ))
            }
        }
    }

    pub(super) fn backoff(&self, seed: u64) -> Backoff {
        Backoff::new(self.sending.backoff, self.sending.most_backoff, seed)
    }

    /// Sends operations until each is done or refused for good; says whether it was not stopped.
    fn send(
        &self,
        mut pending: Vec<Operation>,
        steps: &[Step],
        backoff: &mut Backoff,
        delivered: &mut Delivered,
    ) -> Result<bool> {
        let (mut refusals, mut broken) = (0, 0);
        while !pending.is_empty() {
            if self.is_stopped() {
                return Ok(false);
            }
            let size = self.pace.lock().map_or(LEAST_BATCH, |pace| pace.size());
            let count = bulk::fitting(&pending, size);
            let (body, path) = (bulk::body(&pending[..count]), bulk::path(self.client.flavor()));
            let request = bulk::request(self.client.flavor(), &path, &body, count);
            delivered.requests += 1;
            delivered.bytes += body.len() as u64;
            let mut asked_for = None;
            let why = match self.client.try_ask(&request) {
                Ok(answer) if answer.is_success() => match bulk::fates(&pending[..count], &answer) {
                    Some(fates) => {
                        broken = 0;
                        let rest = pending.split_off(count);
                        let sent = std::mem::replace(&mut pending, rest);
                        let left = self.settle(sent, fates, delivered)?;
                        self.paced(
                            |pace| if left.is_some() { pace.refused(body.len()) } else { pace.taken(body.len()) },
                        );
                        let Some(Left { operations, why, is_all, is_unsure }) = left else {
                            refusals = 0;
                            continue;
                        };
                        if !is_all {
                            refusals = 0;
                        }
                        // First what was refused, so that letters are whole as soon as they can be.
                        let again = operations.len();
                        pending.splice(0..0, operations);
                        if is_unsure {
                            self.look(&mut pending, again, steps, delivered)?;
                        }
                        why
                    }
                    None => {
                        broken += 1;
                        if broken >= MOST_BROKEN {
                            return Err(self.no_answer(&answer, count));
                        }
                        self.look(&mut pending, count, steps, delivered)?;
                        "its answer does not tell of each document".to_owned()
                    }
                },
                Ok(answer) if answer.status == 413 => {
                    if count == 1 {
                        let operation = pending.remove(0);
                        let reason = "the server takes no request as large as this document".to_owned();
                        self.reject(&operation, 413, reason, delivered);
                    } else {
                        self.paced(|pace| pace.too_large(body.len()));
                    }
                    self.progressed();
                    continue;
                }
                Ok(answer) if matches!(answer.status, 408 | 425 | 429 | 500 | 502..=504) => {
                    delivered.postponed += count as u64;
                    asked_for = answer.retry_after;
                    self.paced(|pace| pace.refused(body.len()));
                    if matches!(answer.status, 408 | 500 | 502 | 504) {
                        // Somebody in between may have given up what goes on behind.
                        self.look(&mut pending, count, steps, delivered)?;
                    }
                    format!("it answers {}: {}", answer.status, answer.reason())
                }
                Ok(answer) => return Err(self.client.refused(&answer)),
                Err(failure @ Failure::Unreachable(_)) => failure.to_string(),
                Err(failure @ Failure::Lost(_)) => {
                    self.paced(|pace| pace.refused(body.len()));
                    self.look(&mut pending, count, steps, delivered)?;
                    failure.to_string()
                }
                Err(failure) => return Err(self.client.failed(&failure)),
            };
            refusals += 1;
            if !self.pause(backoff.wait(refusals, asked_for), &why)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What has to be done with the documents of a letter.
    fn operations(&self, place: usize, step: &Step, into: &mut Vec<Operation>, delivered: &mut Delivered) {
        let (flavor, index) = (self.client.flavor(), self.client.target().index.as_str());
        let mut delete = |letter: u64, issues: std::ops::RangeInclusive<u64>, but: std::ops::RangeInclusive<u64>| {
            if flavor.knows_ids() {
                let numbers = issues.filter(|number| !but.contains(number));
                into.extend(numbers.map(|number| Operation::delete(index, place, &document_id(letter, number))));
            }
        };
        let nothing = std::ops::RangeInclusive::new(1, 0);
        match step {
            Step::Unchanged(_) => {}
            Step::Remove(entry) => delete(entry.letter, possible(entry), nothing),
            Step::Withheld { letter, there, .. } => {
                there.iter().for_each(|entry| delete(*letter, possible(entry), nothing.clone()));
            }
            Step::Put { letter, entry, before, .. } => {
                if remote_bytes(letter) > MOST_LETTER_BYTES {
                    delivered.is_rejected[place] = true;
                    delivered.documents.rejected += letter.issues.len().max(1) as u64;
                    delivered.rejects.push(Reject {
                        id: letter_name(entry.letter),
                        letter: letter_name(entry.letter),
                        action: "index",
                        status: 413,
                        reason: format!("its documents would take more than {} MiB", MOST_LETTER_BYTES >> 20),
                    });
                    return;
                }
                if let Some(before) = before {
                    delete(entry.letter, possible(before), numbers(entry.issues));
                }
                let version = entry.version.unwrap_or_default();
                let made = documents(letter, &version);
                into.extend(made.into_iter().map(|mut document| {
                    if !flavor.knows_ids() {
                        document.insert(SENT.to_owned(), self.stamp.into());
                    }
                    Operation::put(flavor, index, place, &document)
                }));
            }
        }
    }

    /// Notes what became of operations, and gives those that have to be sent again.
    fn settle(&self, sent: Vec<Operation>, fates: Vec<Fate>, delivered: &mut Delivered) -> Result<Option<Left>> {
        let (count, mut left, mut last, mut is_unsure) = (sent.len(), Vec::new(), String::new(), false);
        for (mut operation, fate) in sent.into_iter().zip(fates) {
            match fate {
                Fate::Created => delivered.documents.created += 1,
                Fate::Replaced => delivered.documents.replaced += 1,
                Fate::Deleted => delivered.documents.deleted += 1,
                Fate::Absent => {}
                Fate::Rejected { status, reason } => {
                    self.reject(&operation, status, self.client.told(&reason), delivered);
                }
                Fate::Failed(reason) => {
                    // It may be done all the same.
                    is_unsure = true;
                    operation.failures += 1;
                    if operation.failures >= MOST_FAILURES {
                        self.reject(&operation, 500, self.client.told(&reason), delivered);
                    } else {
                        delivered.postponed += 1;
                        left.push(operation);
                        last = reason;
                    }
                }
                Fate::Busy(reason) => {
                    delivered.postponed += 1;
                    left.push(operation);
                    last = reason;
                }
                Fate::NoIndex(reason) => {
                    let message = format!("`{}` is not there: {}", self.client.target(), self.client.told(&reason));
                    return Err(Error::new(ErrorKind::Remote, message).with_hint("make it with `imr remote init`"));
                }
                Fate::Denied(reason) => {
                    let message =
                        format!("`{}` lets nobody write so: {}", self.client.target(), self.client.told(&reason));
                    return Err(Error::new(ErrorKind::RemoteDenied, message));
                }
            }
        }
        let is_all = left.len() == count;
        if !is_all {
            self.progressed();
        }
        let why = self.client.told(&last);
        Ok((!left.is_empty()).then_some(Left { operations: left, why, is_all, is_unsure }))
    }

    fn reject(&self, operation: &Operation, status: u16, reason: String, delivered: &mut Delivered) {
        let letter = operation.id.rsplit_once('/').map_or(operation.id.as_str(), |(letter, _)| letter);
        delivered.documents.rejected += 1;
        if let Some(is_rejected) = delivered.is_rejected.get_mut(operation.letter) {
            *is_rejected = true;
        }
        delivered.rejects.push(Reject {
            id: operation.id.clone(),
            letter: letter.to_owned(),
            action: match operation.action {
                Action::Index => "index",
                Action::Create => "create",
                Action::Delete => "delete",
            },
            status,
            reason,
        });
    }

    fn paced(&self, change: impl FnOnce(&mut Pace)) {
        if let Ok(mut pace) = self.pace.lock() {
            change(&mut pace);
        }
    }

    pub(super) fn progressed(&self) {
        if let Ok(mut progress) = self.progress.lock() {
            *progress = Instant::now();
        }
    }

    /// Waits, unless the engine took nothing for too long; says whether the wait was not stopped.
    pub(super) fn pause(&self, time: Duration, why: &str) -> Result<bool> {
        let idle = self.progress.lock().map_or(Duration::ZERO, |progress| progress.elapsed());
        if idle > self.sending.patience {
            let (target, seconds) = (self.client.target(), idle.as_secs());
            let message = format!("`{target}` took nothing for {seconds} seconds: {why}");
            return Err(Error::new(ErrorKind::RemoteUnreachable, message)
                .with_hint("what was sent is remembered, and the same command goes on from there"));
        }
        // A wait ends with patience, too.
        let time = time.min(self.sending.patience.saturating_sub(idle) + Duration::from_millis(1));
        Ok(backoff::wait(time, || self.is_stopped()))
    }

    fn no_answer(&self, answer: &Answer, count: usize) -> Error {
        let items = answer.json().and_then(|json| Some(json.get("items")?.as_array()?.len()));
        let what = match items {
            Some(items) => format!("with {items} items to {count} operations"),
            None => "with what is no answer to a bulk request".to_owned(),
        };
        Error::new(ErrorKind::Remote, format!("`{}` answers {what}", self.client.target()))
            .with_hint("look whether this is the address of an engine, and what stands between")
    }
}

/// Operations that have to be sent again.
struct Left {
    operations: Vec<Operation>,
    why: String,
    /// Whether nothing else was sent.
    is_all: bool,
    /// Whether some of them may be done.
    is_unsure: bool,
}

/// What the documents of a letter take, at a guess that is never too low by much: texts come as they are and as terms.
pub fn remote_bytes(letter: &LetterRecord) -> u64 {
    let issues = letter.issues.len().max(1) as u64;
    let facts = &letter.facts;
    let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.len() as u64);
    let of_letter = length(&letter.text)
        + length(&facts.clinical_summary)
        + facts.diagnoses.iter().map(|text| text.len() as u64).sum::<u64>();
    let lists = [&facts.documents_reviewed, &facts.licensure, &facts.specialties, &facts.body_regions];
    let lists: u64 = lists.into_iter().flatten().map(|text| text.len() as u64 + 4).sum();
    let remarks: u64 = letter.diagnostics.iter().map(|remark| remark.message.len() as u64 + 100).sum();
    (2 * document_bytes(letter) + 2 * of_letter.saturating_mul(issues))
        .saturating_add((2 * (lists + remarks) + 4000).saturating_mul(issues))
}
