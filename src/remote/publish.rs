//! Publishing: letters and what is known of those there become batches, which some threads send at the same time.
//!
//! What the state tells is in the order of letters, so a batch that is done before an earlier one waits to be noted; no more
//! than some batches are under way, and memory does not grow with the letters.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::account::{Account, Reject};
use super::backoff;
use super::client::Client;
use super::deliver::{Batch, Courier, Delivered, Sending, remote_bytes};
use super::exchange::Request;
use super::plan::{Plan, Step};
use super::state::{self, Entry, Settled, State};
use super::withheld::Withheld;
use crate::error::{Error, ErrorKind, Result, panic_message};
use crate::record::LetterRecord;

/// What a run of publishing is to do.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How batches are sent.
    pub sending: Sending,
    /// The largest batch, in bytes.
    pub batch_bytes: usize,
    /// How many batches are under way at the same time.
    pub in_flight: usize,
    /// Whether letters that are there and not here are taken away.
    pub removes: bool,
    /// Whether everything is sent, whatever is known of what is there.
    pub is_anew: bool,
}

/// Who watches a run.
pub trait Observer: Sync {
    /// So much is done.
    fn done(&self, _account: &Account) {}
}

/// How often an engine that is busy is asked again to let what was sent be found.
const REFRESHES: u32 = 5;
/// A batch is not to hold more letters, whatever they take.
const MOST_LETTERS: usize = 5_000;

/// What was done, and how it ended: an error does not take away what was done before it.
#[derive(Debug)]
pub struct Published {
    /// What was done.
    pub account: Account,
    /// Why it came to no end.
    pub error: Option<crate::Error>,
}

/// Publishes letters, which come in their order, to a target with its state, with how many there are. Each refused
/// document is handed over.
///
/// # Errors
/// When the state or the list of letters that are withheld cannot be read.
pub fn publish(
    (client, path): (&Client, &Path),
    (letters, total): (impl Iterator<Item = Result<LetterRecord>>, u64),
    settings: &Settings,
    rejects: &mut dyn FnMut(&Reject) -> Result<()>,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<Published> {
    let began = Instant::now();
    let withheld = Withheld::of(path)?;
    let mut state = State::open(path, &client.target().to_string())?;
    let entries = state.entries()?;
    let plan = Plan::new(letters, entries, &withheld, settings.is_anew);
    let courier = Courier::new(client, &settings.sending, settings.batch_bytes, stop)?;
    let mut run = Run {
        state: &mut state,
        path,
        courier: &courier,
        account: Account::default(),
        rejects,
        observer,
        held: BTreeMap::new(),
        next: 0,
    };
    let result = run.all(plan, settings);
    let mut account = run.account;
    account.is_interrupted = stop.load(Ordering::Relaxed);
    account.letters =
        total.max(account.new + account.changed + account.unchanged + account.withheld + account.rejected);
    account.waiting =
        account.letters - (account.new + account.changed + account.unchanged + account.withheld + account.rejected);
    account.elapsed = began.elapsed();
    Ok(Published { account, error: result.err() })
}

/// What a run would do, without doing it.
///
/// # Errors
/// As [`publish`].
pub fn rehearse(
    target: &str,
    letters: impl Iterator<Item = Result<LetterRecord>>,
    path: &Path,
    settings: &Settings,
    stop: &AtomicBool,
) -> Result<Account> {
    let began = Instant::now();
    let withheld = Withheld::of(path)?;
    let entries = state::look(path, target)?;
    let mut account = Account::default();
    for step in Plan::new(letters, entries.into_iter().flatten(), &withheld, settings.is_anew) {
        if stop.load(Ordering::Relaxed) {
            account.is_interrupted = true;
            break;
        }
        let step = step?;
        if matches!(step, Step::Remove(_)) && !settings.removes {
            continue;
        }
        count(&mut account, &step, false);
        match &step {
            Step::Put { entry, before: None, .. } => account.documents.created += entry.issues.max(1),
            Step::Put { entry, before: Some(before), .. } => {
                account.documents.replaced += entry.issues.max(1);
                account.documents.deleted += before.issues.max(1).saturating_sub(entry.issues.max(1));
            }
            Step::Remove(entry) | Step::Withheld { there: Some(entry), .. } => {
                account.documents.deleted += entry.issues.max(1);
            }
            _ => {}
        }
    }
    let Account { new, changed, unchanged, withheld, .. } = account;
    account.letters = new + changed + unchanged + withheld;
    account.elapsed = began.elapsed();
    Ok(account)
}

/// Counts what became of a letter.
fn count(account: &mut Account, step: &Step, is_rejected: bool) {
    match step {
        Step::Unchanged(_) => account.unchanged += 1,
        Step::Put { .. } if is_rejected => account.rejected += 1,
        Step::Put { is_change: true, .. } => account.changed += 1,
        Step::Put { before: Some(_), .. } => account.unchanged += 1,
        Step::Put { before: None, .. } => account.new += 1,
        Step::Remove(_) => account.removed += u64::from(!is_rejected),
        Step::Withheld { there, is_here, .. } => {
            account.withheld += u64::from(*is_here);
            account.removed += u64::from(there.is_some() && !is_rejected);
        }
    }
}

struct Run<'a> {
    state: &'a mut State,
    path: &'a Path,
    courier: &'a Courier<'a>,
    account: Account,
    rejects: &'a mut dyn FnMut(&Reject) -> Result<()>,
    observer: &'a dyn Observer,
    /// Batches that are done before an earlier one.
    held: BTreeMap<u64, Delivered>,
    /// The number of the batch that is noted next.
    next: u64,
}

/// What may be there of a letter while it is sent.
fn unsure(entry: &Entry, before: Option<&Entry>) -> Entry {
    let before = before.map_or(0, |before| before.issues);
    Entry { letter: entry.letter, issues: entry.issues.max(before), version: None }
}

/// What a thread gives back.
type Outcome = Result<Option<Delivered>>;

impl Run<'_> {
    fn all(&mut self, plan: impl Iterator<Item = Result<Step>>, settings: &Settings) -> Result<()> {
        let courier = self.courier;
        let threads = settings.in_flight.max(1);
        let (jobs, waiting) = mpsc::sync_channel::<Batch>(threads);
        let waiting = Arc::new(Mutex::new(waiting));
        let (outcomes, done) = mpsc::channel::<Outcome>();
        let seed = backoff::seed();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let (waiting, outcomes) = (Arc::clone(&waiting), outcomes.clone());
                scope.spawn(move || work(courier, &waiting, &outcomes, seed ^ thread as u64));
            }
            drop(outcomes);
            let result = self.feed(plan, settings, jobs, &done);
            if result.is_err() {
                courier.halt.store(true, Ordering::Relaxed);
            }
            // What is under way is waited for, and what is done is noted as far as it is in order.
            let drained = self.drain(&done);
            result.and(drained)
        })
    }

    /// Makes batches of the steps and hands them to the threads.
    fn feed(
        &mut self,
        plan: impl Iterator<Item = Result<Step>>,
        settings: &Settings,
        jobs: SyncSender<Batch>,
        done: &Receiver<Outcome>,
    ) -> Result<()> {
        let most_ahead = 2 * settings.in_flight.max(1) as u64;
        let (mut batch, mut bytes, mut under_way) = (Batch::default(), 0, 0u64);
        for step in plan {
            if self.courier.is_stopped() {
                return Ok(());
            }
            let step = step?;
            match &step {
                Step::Remove(_) if !settings.removes => continue,
                Step::Unchanged(_) | Step::Withheld { there: None, .. } => {
                    count(&mut self.account, &step, false);
                    if self.account.unchanged.is_multiple_of(256) {
                        self.observer.done(&self.account);
                    }
                    continue;
                }
                _ => {}
            }
            bytes += match &step {
                Step::Put { letter, .. } => remote_bytes(letter),
                _ => 200,
            };
            batch.steps.push(step);
            let size = self.courier.pace.lock().map_or(0, |pace| pace.size()) as u64;
            if bytes >= size || batch.steps.len() >= MOST_LETTERS {
                let next = Batch { number: batch.number + 1, steps: Vec::new() };
                let full = std::mem::replace(&mut batch, next);
                bytes = 0;
                under_way += 1;
                self.hand_over(full, &jobs)?;
                // Not more than some batches are ahead of the one that is noted next.
                while under_way - self.next >= most_ahead {
                    // A batch that was stopped is never noted, nor is any behind it.
                    match done.recv().unwrap_or(Ok(None))? {
                        Some(delivered) => self.note(Some(delivered))?,
                        None => return Ok(()),
                    }
                }
            }
        }
        if !batch.steps.is_empty() {
            self.hand_over(batch, &jobs)?;
        }
        Ok(())
    }

    /// Says that a batch will be sent before it is. What was put on the list since the run began is not.
    fn hand_over(&mut self, mut batch: Batch, jobs: &SyncSender<Batch>) -> Result<()> {
        let withheld = Withheld::of(self.path)?;
        for step in &mut batch.steps {
            if let Step::Put { entry, before, .. } = step
                && withheld.has(entry.letter)
            {
                *step = Step::Withheld { letter: entry.letter, there: *before, is_here: true };
            }
        }
        let intended = batch.steps.iter().filter_map(|step| match step {
            Step::Put { entry, before, .. } => Some(unsure(entry, before.as_ref())),
            // What is being taken away is not known to be there, either.
            Step::Remove(entry) | Step::Withheld { there: Some(entry), .. } => Some(*entry),
            _ => None,
        });
        self.state.intend(intended.map(|entry| (entry.letter, entry.issues)))?;
        // Where no thread takes it any more, one of them says why.
        let _ = jobs.send(batch);
        Ok(())
    }

    /// Takes away again what was put on the list while it was sent; says whether that was not stopped. Who puts a letter on
    /// the list takes away what can be found of it, so that what was sent before is gone, too.
    fn take_back(&self, delivered: &mut Delivered) -> Result<bool> {
        let withheld = Withheld::of(self.path)?;
        let (mut places, mut steps) = (Vec::new(), Vec::new());
        for (place, step) in delivered.steps.iter().enumerate() {
            if let Step::Put { entry, before, .. } = step
                && withheld.has(entry.letter)
            {
                places.push(place);
                let there = Some(unsure(entry, before.as_ref()));
                steps.push(Step::Withheld { letter: entry.letter, there, is_here: true });
            }
        }
        if steps.is_empty() {
            return Ok(true);
        }
        let batch = Batch { number: delivered.number, steps };
        let Some(mut gone) = self.courier.deliver(batch, backoff::seed())? else { return Ok(false) };
        for ((place, step), is_rejected) in places.into_iter().zip(gone.steps.drain(..)).zip(&gone.is_rejected) {
            delivered.steps[place] = step;
            delivered.is_rejected[place] = *is_rejected;
        }
        delivered.add(gone);
        Ok(true)
    }

    fn drain(&mut self, done: &Receiver<Outcome>) -> Result<()> {
        let mut first = Ok(());
        for outcome in done {
            let noted = outcome.and_then(|delivered| self.note(delivered));
            if first.is_ok() {
                first = noted;
            }
        }
        first
    }

    /// Notes a batch that is done, with those behind it that waited for it.
    fn note(&mut self, delivered: Option<Delivered>) -> Result<()> {
        let Some(delivered) = delivered else { return Ok(()) };
        self.held.insert(delivered.number, delivered);
        while let Some(mut delivered) = self.held.remove(&self.next) {
            if !self.take_back(&mut delivered)? {
                // Nothing behind it is noted, either.
                return Ok(());
            }
            self.next += 1;
            let mut settled = Vec::new();
            for (step, is_rejected) in delivered.steps.iter().zip(&delivered.is_rejected) {
                count(&mut self.account, step, *is_rejected);
                match step {
                    _ if *is_rejected => {}
                    Step::Put { entry, .. } => settled.push(Settled::Taken(*entry)),
                    Step::Remove(entry) => settled.push(Settled::Gone(entry.letter)),
                    Step::Withheld { letter, .. } => settled.push(Settled::Gone(*letter)),
                    Step::Unchanged(_) => {}
                }
            }
            self.state.settle(settled)?;
            for reject in &delivered.rejects {
                (self.rejects)(reject)?;
            }
            self.account.documents.add(&delivered.documents);
            self.account.requests += delivered.requests;
            self.account.unanswered += delivered.unanswered;
            self.account.postponed += delivered.postponed;
            self.account.bytes += delivered.bytes;
            self.observer.done(&self.account);
        }
        Ok(())
    }
}

fn work(courier: &Courier<'_>, waiting: &Mutex<Receiver<Batch>>, outcomes: &mpsc::Sender<Outcome>, seed: u64) {
    loop {
        // One thread waits at a time, and the lock is given back with the batch.
        let Some(batch) = waiting.lock().ok().and_then(|waiting| waiting.recv().ok()) else { return };
        let number = batch.number;
        let outcome = match courier.is_stopped() {
            true => Ok(None),
            // Whoever waits for this batch must not wait for ever.
            false => catch_unwind(AssertUnwindSafe(|| courier.deliver(batch, seed.wrapping_add(number))))
                .unwrap_or_else(|panic| Err(Error::new(ErrorKind::Panic, panic_message(&*panic)))),
        };
        if outcome.is_err() {
            courier.halt.store(true, Ordering::Relaxed);
        }
        if outcomes.send(outcome).is_err() {
            return;
        }
    }
}

/// Lets what was sent be found, where the engine can be asked for that.
///
/// # Errors
/// When the engine does not do it.
pub fn refresh(client: &Client) -> Result<()> {
    if !client.flavor().knows_ids() {
        return Ok(());
    }
    let path = format!("/{}/_refresh", client.target().index);
    let mut left = REFRESHES;
    loop {
        let refreshed = client.ask(&Request::new("POST", &path)).and_then(|answer| {
            // Some answer with success when they gave up waiting.
            let json = answer.json().unwrap_or_default();
            let failed = json.pointer("/_shards/failed").and_then(serde_json::Value::as_u64).unwrap_or(0);
            match answer.is_success() {
                true if failed == 0 => Ok(()),
                true => {
                    let message = format!("`{}` does not let all be found that was sent", client.target());
                    Err(Error::new(ErrorKind::RemoteUnreachable, message))
                }
                false => Err(client.refused(&answer)),
            }
        });
        match refreshed {
            Err(error) if error.kind() == ErrorKind::RemoteUnreachable && left > 0 => {
                left -= 1;
                backoff::wait(Duration::from_secs(1), || false);
            }
            other => return other,
        }
    }
}
