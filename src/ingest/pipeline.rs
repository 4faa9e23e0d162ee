//! The pipeline: the walk feeds a pool of threads that read and parse; results come out in the order of the walk.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::gate::{Gate, Pass};
use super::report::Failure;
use super::timings::{Stage, Timings};
use crate::archive::{self, Entry, Kind, Raw, Stamp, Walk};
use crate::error::{Error, ErrorKind, Result, panic_message};
use crate::index::{self, Documents, FileEntry, Finding, IndexSchema, Permit, Snapshot};
use crate::parse;
use crate::record::LetterRecord;

/// Bytes of files on their way between the walk and the segments. A letter in work takes a small multiple of this.
const BUDGET: u64 = 48 << 20;
/// What a small file counts in the budget: its documents are larger than its text.
const LEAST: u64 = 16 << 10;
/// How many files a thread takes at once.
const BATCH_FILES: usize = 16;
/// How many bytes a thread takes at once.
const BATCH_BYTES: u64 = 512 << 10;
/// How long to wait for results before looking whether they can still be taken.
const IDLE: Duration = Duration::from_millis(500);
/// The names of the threads that read letters begin so; a panic there is that file's failure and nothing to print.
pub const THREAD_NAME: &str = "imr-read";

/// What was found at one place of the walk.
pub struct Item {
    /// The path as the manifest keeps it.
    pub key: Vec<u8>,
    /// The path as people know it.
    pub shown: PathBuf,
    /// The file's length and times.
    pub stamp: Stamp,
    /// Whether it is to be read, by its name or since it was named.
    pub to_read: bool,
    /// What to do about it.
    pub verdict: Verdict,
}

/// What to do about a file.
pub enum Verdict {
    /// Nothing: it is as it was.
    Unchanged(FileEntry),
    /// Note its new stamp: its content is as it was.
    Touched,
    /// Apply what was found; a failure is listed too.
    Found(Finding, Option<Failure>),
    /// The walk could not go there.
    Walk(Error),
    /// The index cannot be read, which ends the run.
    Broken(Error),
}

/// Threads that read and parse.
pub struct Pipeline<'a> {
    pool: ThreadPool,
    base: &'a Path,
    known: Snapshot,
    documents: Documents,
    stop: &'a AtomicBool,
    timings: &'a Timings,
}

impl<'a> Pipeline<'a> {
    /// A pool of `threads` threads. Paths in records are relative to `base`; files that `known` knows are unchanged.
    pub fn new(
        threads: usize,
        base: &'a Path,
        known: Snapshot,
        stop: &'a AtomicBool,
        timings: &'a Timings,
    ) -> Result<Self> {
        let pool = pool(threads)?;
        Ok(Self { pool, base, known, documents: Documents::new(IndexSchema::get()), stop, timings })
    }

    /// Takes the entries through the pool and hands the results over in the order of the entries.
    ///
    /// With `force`, files that are unchanged are read all the same. Where none came for a while, `each` is given `None`.
    pub fn run(
        &self,
        entries: impl Iterator<Item = Result<Entry>> + Send,
        force: bool,
        each: &mut dyn FnMut(Option<Item>) -> Result<()>,
    ) -> Result<()> {
        let work = |entry, permit| self.item(entry, force, permit);
        ordered(&self.pool, entries, self.timings, self.stop, &work, each)
    }

    fn item(&self, entry: Result<Entry>, force: bool, permit: Permit) -> Item {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let shown = error.path().map(Path::to_path_buf).unwrap_or_default();
                let key = index::to_key(&shown, self.base);
                return Item { key, shown, stamp: Stamp::default(), to_read: false, verdict: Verdict::Walk(error) };
            }
        };
        let key = index::to_key(&entry.path, self.base);
        let to_read = entry.kind == Kind::Letter;
        let known = match force {
            true => Ok(None),
            false => self.known.get(&key),
        };
        let verdict = match known {
            Ok(Some(old)) if old.settles(&entry.stamp, to_read) => Verdict::Unchanged(old),
            Ok(old) => self.found(&entry, &key, old.as_ref(), permit),
            Err(error) => Verdict::Broken(error),
        };
        Item { key, shown: entry.path, stamp: entry.stamp, to_read, verdict }
    }

    fn found(&self, entry: &Entry, key: &[u8], old: Option<&FileEntry>, permit: Permit) -> Verdict {
        let skip = |reason: &str| Verdict::Found(Finding::NotALetter(reason.to_owned()), None);
        match entry.kind {
            Kind::Other => return skip("neither .pdf nor .txt"),
            Kind::Link => return skip("a symbolic link, not followed"),
            Kind::Special => return skip("no regular file"),
            Kind::Letter => {}
        }
        let letter = || -> Result<Verdict> {
            let raw = self.timings.time(Stage::Read, || archive::read_raw(&entry.path))?;
            if old.is_some_and(|old| old.holds(&raw.digest)) {
                return Ok(Verdict::Touched);
            }
            let (digest, record) = record(raw, &String::from_utf8_lossy(key), self.timings)?;
            fits(&record)?;
            let id = index::letter_id(record.facts.case_number, &digest);
            let permit = Some(permit);
            let documents = self.timings.time(Stage::Document, || self.documents.of(&record, id, key, permit));
            let finding = Finding::Letter {
                id,
                decided: record.facts.decision_date.map_or(0, |d| d.to_u64()),
                issues: record.issues.len() as u64,
                known: record.facts.layout != crate::letter::Layout::Unknown,
                digest,
                documents,
            };
            Ok(Verdict::Found(finding, None))
        };
        guarded(&entry.path, letter).unwrap_or_else(|error| {
            let failure = Failure::of(&error);
            let reason = format!("{}: {}", failure.code, failure.reason);
            Verdict::Found(Finding::Failed { reason, hint: failure.hint.clone() }, Some(failure))
        })
    }
}

/// Refuses a letter that would take too much room: a long summary, which is indexed with each of many issues.
fn fits(record: &LetterRecord) -> Result<()> {
    let bytes = index::document_bytes(record);
    if bytes <= index::MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    let (issues, most) = (record.issues.len(), index::MAX_DOCUMENT_BYTES >> 20);
    let size = bytes.div_ceil(1 << 20);
    let fact = format!("has {issues} issues that come to {size} MiB with its summary, and {most} MiB is the limit");
    Err(Error::new(ErrorKind::TooLarge, fact).with_hint("a letter is one file; are these many letters in one?"))
}

/// A file of its own, outside of a walk.
pub fn entry(path: &Path) -> Result<Entry> {
    Walk::new(vec![path.to_path_buf()], true)
        .next()
        .unwrap_or_else(|| Err(Error::new(ErrorKind::Io, "is no file").with_path(path)))
}

/// Works on one file. A panic on the way is the file's error, and every error names the file.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let fact = format!("made the program stumble ({})", panic_message(panic.as_ref()));
        Err(Error::new(ErrorKind::Panic, fact).with_hint("this is a bug; the other files are not affected"))
    });
    result.map_err(|e| e.with_path(path))
}

/// The digest and the record of one file.
fn record(raw: Raw, shown: &str, timings: &Timings) -> Result<([u8; 32], LetterRecord)> {
    let mut content = timings.time(Stage::Extract, || raw.text())?;
    let mut parsed = timings.time(Stage::Parse, || parse::parse(&content.text));
    parsed.diagnostics.splice(0..0, std::mem::take(&mut content.diagnostics));
    let record = LetterRecord::new(parsed, shown.to_owned(), content.digest_hex());
    Ok((content.digest, record))
}

/// The records of the letters among some entries, in their order.
pub fn parse(entries: Walk, threads: usize, each: &mut dyn FnMut(Result<LetterRecord>) -> Result<()>) -> Result<()> {
    let timings = Timings::default();
    let work = |entry: Result<Entry>, _| match entry {
        Ok(entry) if entry.kind == Kind::Letter => {
            let read = || Ok(record(archive::read_raw(&entry.path)?, &entry.path.to_string_lossy(), &timings)?.1);
            Some(guarded(&entry.path, read))
        }
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    };
    let each = &mut |record: Option<Option<Result<LetterRecord>>>| record.flatten().map_or(Ok(()), &mut *each);
    ordered(&pool(threads)?, entries, &timings, &AtomicBool::new(false), &work, each)
}

fn pool(threads: usize) -> Result<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("{THREAD_NAME}-{i}"))
        .build()
        .map_err(|e| Error::new(ErrorKind::Io, "threads cannot be started").with_source(e))
}

/// Works on entries in a pool, a batch at a time, and hands the results over in the order of the entries; `None` where
/// none came for a while, so that whoever takes them can look whether it still can.
fn ordered<T: Send>(
    pool: &ThreadPool,
    entries: impl Iterator<Item = Result<Entry>> + Send,
    timings: &Timings,
    stop: &AtomicBool,
    work: &(dyn Fn(Result<Entry>, Permit) -> T + Sync),
    each: &mut dyn FnMut(Option<T>) -> Result<()>,
) -> Result<()> {
    let gate = Gate::new(BUDGET);
    let failed = AtomicBool::new(false);
    // The gate bounds what is under way; the channel's own bound only has to be out of its way.
    let (sender, receiver) = bounded::<(u64, Vec<T>)>((BUDGET / LEAST) as usize);
    std::thread::scope(|scope| {
        let (failed, gate) = (&failed, &gate);
        scope.spawn(move || {
            pool.in_place_scope(|tasks| {
                let ended = || stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed);
                for (number, batch) in (0..).zip(Batches { entries, timings }) {
                    if ended() {
                        break;
                    }
                    let weight = batch.iter().map(weight).sum();
                    let permit: Arc<Pass> = Arc::new(gate.enter(weight));
                    let sender = sender.clone();
                    tasks.spawn(move |_| {
                        let results = batch.into_iter().map(|entry| work(entry, permit.clone())).collect();
                        // The receiver is gone only after an error, which ends the run.
                        let _ = sender.send((number, results));
                    });
                }
            });
        });
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        let mut result = Ok(());
        loop {
            let (number, results) = match receiver.recv_timeout(IDLE) {
                Ok(batch) => batch,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => (next, Vec::new()),
            };
            if result.is_err() {
                continue;
            }
            if results.is_empty() {
                result = each(None);
            } else {
                waiting.insert(number, results);
            }
            while result.is_ok()
                && let Some(results) = waiting.remove(&next)
            {
                next += 1;
                result = results.into_iter().try_for_each(|item| each(Some(item)));
            }
            if result.is_err() {
                failed.store(true, Ordering::Relaxed);
                waiting.clear();
                // What holds a pass may be stuck where the error came from.
                gate.open();
            }
        }
        result
    })
}

fn weight(entry: &Result<Entry>) -> u64 {
    entry.as_ref().map_or(LEAST, |e| e.stamp.bytes.clamp(LEAST, archive::MAX_FILE_BYTES))
}

struct Batches<'a, I> {
    entries: I,
    timings: &'a Timings,
}

impl<I: Iterator<Item = Result<Entry>>> Iterator for Batches<'_, I> {
    type Item = Vec<Result<Entry>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = Vec::with_capacity(BATCH_FILES);
        let mut bytes = 0;
        while batch.len() < BATCH_FILES && bytes < BATCH_BYTES {
            let Some(entry) = self.timings.time(Stage::Walk, || self.entries.next()) else { break };
            bytes += weight(&entry);
            batch.push(entry);
        }
        (!batch.is_empty()).then_some(batch)
    }
}
