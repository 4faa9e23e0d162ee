//! The pipeline: the walk feeds a pool of threads that read and parse; results come out in the order of the walk.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::bounded;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::gate::{Gate, Pass};
use super::report::Failure;
use crate::archive::{self, Content, Entry, Kind, Walk};
use crate::error::{Error, ErrorKind, Result};
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
/// The names of the threads that read letters begin so; a panic there is that file's failure and nothing to print.
pub const THREAD_NAME: &str = "imr-read";

/// What was found at one place of the walk.
pub struct Item {
    /// The path as the manifest keeps it.
    pub key: Vec<u8>,
    /// The path as people know it.
    pub shown: PathBuf,
    /// The file's length.
    pub bytes: u64,
    /// When it was changed last.
    pub modified: i64,
    /// What to do about it.
    pub verdict: Verdict,
}

/// What to do about a file.
pub enum Verdict {
    /// Nothing: it is as it was.
    Unchanged(FileEntry),
    /// Apply what was found; a failure is listed too.
    Found(Finding, Option<Failure>),
    /// The walk could not go there.
    Walk(Error),
}

/// Threads that read and parse.
pub struct Pipeline<'a> {
    pool: ThreadPool,
    base: &'a Path,
    known: Snapshot,
    documents: Documents,
    stop: &'a AtomicBool,
}

impl<'a> Pipeline<'a> {
    /// A pool of `threads` threads. Paths in records are relative to `base`; files that `known` knows are unchanged.
    pub fn new(threads: usize, base: &'a Path, known: Snapshot, stop: &'a AtomicBool) -> Result<Self> {
        let pool = pool(threads)?;
        Ok(Self { pool, base, known, documents: Documents::new(IndexSchema::get()), stop })
    }

    /// Takes the entries through the pool and hands the results over in the order of the entries.
    ///
    /// With `force`, files that are unchanged are read all the same.
    pub fn run(
        &self,
        entries: impl Iterator<Item = Result<Entry>> + Send,
        force: bool,
        each: &mut dyn FnMut(Item) -> Result<()>,
    ) -> Result<()> {
        let work = |entry, permit| self.item(entry, force, permit);
        ordered(&self.pool, entries, self.stop, &work, each)
    }

    fn item(&self, entry: Result<Entry>, force: bool, permit: Permit) -> Item {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let shown = error.path().map(Path::to_path_buf).unwrap_or_default();
                let key = index::to_key(&shown, self.base);
                return Item { key, shown, bytes: 0, modified: 0, verdict: Verdict::Walk(error) };
            }
        };
        let key = index::to_key(&entry.path, self.base);
        let (bytes, modified) = (entry.bytes, entry.modified);
        let known = match force {
            true => Ok(None),
            false => self.known.get(&key),
        };
        let verdict = match known {
            Ok(Some(old)) if old.bytes == bytes && old.modified == modified && modified != 0 => Verdict::Unchanged(old),
            Ok(_) => self.found(&entry, &key, permit),
            Err(error) => Verdict::Walk(error),
        };
        Item { key, shown: entry.path, bytes, modified, verdict }
    }

    fn found(&self, entry: &Entry, key: &[u8], permit: Permit) -> Verdict {
        let skip = |reason: &str| Verdict::Found(Finding::NotALetter(reason.to_owned()), None);
        match entry.kind {
            Kind::Other => return skip("neither .pdf nor .txt"),
            Kind::Link => return skip("a symbolic link, not followed"),
            Kind::Special => return skip("no regular file"),
            Kind::Letter => {}
        }
        let (content, record) = match record(&entry.path, &String::from_utf8_lossy(key)) {
            Ok(both) => both,
            Err(error) => {
                let (code, reason) = (error.kind().code(), error.reason());
                let failure = Failure { path: entry.path.clone(), code: code.to_owned(), reason: reason.clone() };
                return Verdict::Found(Finding::Failed(format!("{code}: {reason}")), Some(failure));
            }
        };
        let id = index::letter_id(record.facts.case_number, &content.digest);
        Verdict::Found(
            Finding::Letter {
                id,
                decided: record.facts.decision_date.map_or(0, |d| d.to_u64()),
                issues: record.issues.len() as u64,
                known: record.facts.layout != crate::letter::Layout::Unknown,
                digest: content.digest,
                documents: self.documents.of(&record, id, Some(permit)),
            },
            None,
        )
    }
}

/// A file of its own, outside of a walk.
pub fn entry(path: &Path) -> Result<Entry> {
    Walk::new(vec![path.to_path_buf()], true)
        .next()
        .unwrap_or_else(|| Err(Error::new(ErrorKind::Io, "is no file").with_path(path)))
}

/// The record of one file. A panic on the way is the file's error.
fn record(path: &Path, shown: &str) -> Result<(Content, LetterRecord)> {
    let read = || -> Result<(Content, LetterRecord)> {
        let mut content = archive::read(path)?;
        let mut parsed = parse::parse(&content.text);
        parsed.diagnostics.splice(0..0, std::mem::take(&mut content.diagnostics));
        let record = LetterRecord::new(parsed, shown.to_owned(), content.digest_hex());
        Ok((content, record))
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(Error::new(ErrorKind::Panic, format!("made the program stumble ({said})"))
            .with_path(path)
            .with_hint("this is a bug; the other files are not affected"))
    })
}

/// The records of the letters among some entries, in their order.
pub fn parse(entries: Walk, threads: usize, each: &mut dyn FnMut(Result<LetterRecord>) -> Result<()>) -> Result<()> {
    let work = |entry: Result<Entry>, _| match entry {
        Ok(entry) if entry.kind == Kind::Letter => {
            Some(record(&entry.path, &entry.path.to_string_lossy()).map(|(_, record)| record))
        }
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    };
    let each = &mut |record: Option<Result<LetterRecord>>| record.map_or(Ok(()), &mut *each);
    ordered(&pool(threads)?, entries, &AtomicBool::new(false), &work, each)
}

fn pool(threads: usize) -> Result<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("{THREAD_NAME}-{i}"))
        .build()
        .map_err(|e| Error::new(ErrorKind::Io, "threads cannot be started").with_source(e))
}

/// Works on entries in a pool, a batch at a time, and hands the results over in the order of the entries.
fn ordered<T: Send>(
    pool: &ThreadPool,
    entries: impl Iterator<Item = Result<Entry>> + Send,
    stop: &AtomicBool,
    work: &(dyn Fn(Result<Entry>, Permit) -> T + Sync),
    each: &mut dyn FnMut(T) -> Result<()>,
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
                for (number, batch) in (0..).zip(Batches { entries }) {
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
        for (number, results) in receiver {
            if result.is_err() {
                continue;
            }
            waiting.insert(number, results);
            while let Some(results) = waiting.remove(&next) {
                next += 1;
                result = results.into_iter().try_for_each(&mut *each);
                if result.is_err() {
                    failed.store(true, Ordering::Relaxed);
                    waiting.clear();
                    break;
                }
            }
        }
        result
    })
}

fn weight(entry: &Result<Entry>) -> u64 {
    entry.as_ref().map_or(LEAST, |e| e.bytes.clamp(LEAST, archive::MAX_FILE_BYTES))
}

struct Batches<I> {
    entries: I,
}

impl<I: Iterator<Item = Result<Entry>>> Iterator for Batches<I> {
    type Item = Vec<Result<Entry>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = Vec::with_capacity(BATCH_FILES);
        let mut bytes = 0;
        while batch.len() < BATCH_FILES && bytes < BATCH_BYTES {
            let Some(entry) = self.entries.next() else { break };
            bytes += weight(&entry);
            batch.push(entry);
        }
        (!batch.is_empty()).then_some(batch)
    }
}
