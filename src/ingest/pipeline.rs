//! The pipeline: the walk feeds a pool of threads that read and parse; results come out in the order of the walk.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::ahead::Ahead;
use super::gate::{Gate, Pass};
use super::known::{Known, Look, Mark};
use super::report::Failure;
use super::tasks::{Task, Tasks};
use super::timings::{Stage, Timings};
use crate::archive::container::{self, Member, MemberKind};
use crate::archive::{self, Entry, Kind, Raw, Stamp, Walk};
use crate::error::{Error, ErrorKind, Result, panic_message};
use crate::index::{self, Documents, FileEntry, Finding, IndexSchema, Permit, Reader, Status};
use crate::parse;
use crate::record::LetterRecord;

/// Bytes of files on their way between the walk and the segments. A letter in work takes a small multiple of this.
const BUDGET: u64 = 48 << 20;
/// What a small file counts in the budget: its documents are larger than its text.
const LEAST: u64 = 16 << 10;
/// How many files a thread takes at once, at the beginning and later: of a small archive all threads shall have a share,
/// and the unchanged files of a large one cost less than handing them over one by one.
const BATCH_FILES: std::ops::RangeInclusive<usize> = 16..=256;
/// How many bytes a thread takes at once.
const BATCH_BYTES: u64 = 512 << 10;
/// How long to wait for results before looking whether they can still be taken.
const IDLE: Duration = Duration::from_millis(500);
/// The names of the threads that read letters begin so; a panic there is that file's failure and nothing to print.
pub const THREAD_NAME: &str = "imr-read";

/// What was found at one place of the walk.
pub struct Item {
    /// Stands for the path.
    pub mark: Mark,
    /// The path as the manifest keeps it; empty where nothing is to be done.
    pub key: Vec<u8>,
    /// The path as people know it; empty where nothing is to be told.
    pub shown: PathBuf,
    /// The file's length and times.
    pub stamp: Stamp,
    /// Whether it is to be read, by its name or since it was named.
    pub to_read: bool,
    /// Where it lies.
    pub place: Place,
    /// What to do about it.
    pub verdict: Verdict,
}

/// Where an item lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a folder.
    Folder,
    /// In a container.
    Container,
    /// It is a container in a container.
    Nested,
    /// It is a container in a folder, and comes behind what it holds.
    Itself,
}

/// What to do about a file.
pub enum Verdict {
    /// Nothing: it is as it was, and it is no failure.
    Same,
    /// Nothing: it is as it was.
    Unchanged(FileEntry),
    /// Nothing: it is a container, which is as it was with all that it holds.
    Settled(FileEntry),
    /// Forget it: it is no longer there.
    Gone,
    /// Note its new stamp: its content is as it was.
    Touched,
    /// Nothing: it is a link, which this run does not follow and another one did.
    Unfollowed,
    /// Apply what was found; a failure is listed too.
    Found(Finding, Option<Failure>),
    /// Apply what was found, in place of one of the files with these keys: they are gone, and their content is here.
    Moved(Finding, Vec<Vec<u8>>),
    /// The walk could not go there, or what is there is not taken.
    Walk(Error),
    /// The index cannot be read, which ends the run.
    Broken(Error),
}

/// Threads that read and parse.
pub struct Pipeline<'a> {
    pool: ThreadPool,
    index: &'a Path,
    known: &'a Known,
    /// The index as it was before, with the records of letters that were moved; opened when the first is.
    reader: OnceLock<Option<Reader>>,
    documents: Documents,
    stop: &'a AtomicBool,
    timings: &'a Timings,
}

impl<'a> Pipeline<'a> {
    /// A pool of `threads` threads, for an index folder. Files that `known` settles are not read.
    pub fn new(
        threads: usize,
        index: &'a Path,
        known: &'a Known,
        stop: &'a AtomicBool,
        timings: &'a Timings,
    ) -> Result<Self> {
        let pool = pool(threads)?;
        let (reader, documents) = (OnceLock::new(), Documents::new(IndexSchema::get()));
        Ok(Self { pool, index, known, reader, documents, stop, timings })
    }

    /// Takes the entries of a walk through the pool, with what lies in containers, and hands the results over in their
    /// order. Where none came for a while, `each` is given `None`.
    pub fn run(&self, walk: Walk, each: &mut dyn FnMut(Option<Item>) -> Result<()>) -> Result<()> {
        let work = |task, permit| self.item(task, false, permit);
        let entries = Ahead::new(walk, &self.pool);
        ordered(&self.pool, Tasks::new(entries, Some(self.known)), self.timings, self.stop, &work, each)
    }

    /// Takes tasks through the pool, whatever is known of them.
    pub fn run_again(
        &self,
        tasks: impl Iterator<Item = Task> + Send,
        each: &mut dyn FnMut(Option<Item>) -> Result<()>,
    ) -> Result<()> {
        ordered(&self.pool, tasks, self.timings, self.stop, &|task, permit| self.item(task, true, permit), each)
    }

    fn item(&self, task: Task, again: bool, permit: Permit) -> Item {
        let item = |shown: PathBuf, verdict| {
            let key = self.known.key(&shown);
            let (mark, place) = (Mark::of(&key), Place::Folder);
            Item { mark, key, shown, stamp: Stamp::default(), to_read: false, place, verdict }
        };
        match task {
            Task::File(entry) => self.file(entry, again, permit),
            Task::Member(container, member) => self.member(&container, *member, again, permit),
            Task::End(entry, result) => {
                let filter = entry.filter.as_ref().map_or("", |filter| filter.within()).to_owned();
                // With another filter it is opened again.
                let stamp = if result.is_ok() || filter.is_empty() { entry.stamp } else { Stamp::default() };
                let whole = || Finding::Container { failed: 0, filter };
                let verdict = result.map_or_else(|e| failed(&e), |()| Verdict::Found(whole(), None));
                Item { stamp, place: Place::Itself, ..item(entry.path, verdict) }
            }
            Task::Settled(entry, old) => {
                Item { stamp: entry.stamp, place: Place::Itself, ..item(entry.path, Verdict::Settled(*old)) }
            }
            Task::Gone(key) => {
                let item = item(index::from_key(&key, self.known.base()), Verdict::Gone);
                Item { mark: Mark::of(&key), key, ..item }
            }
            Task::Walk(error) => item(error.path().map(Path::to_path_buf).unwrap_or_default(), Verdict::Walk(error)),
            Task::Refused(path, error) => item(path, Verdict::Walk(error)),
            Task::Broken(error) => item(PathBuf::new(), Verdict::Broken(error)),
        }
    }

    fn file(&self, entry: Entry, again: bool, permit: Permit) -> Item {
        let (to_read, stamp, place) = (entry.kind == Kind::Letter, entry.stamp, Place::Folder);
        // Nearly all files of a large archive are as they were: this is the way to be quick on.
        // An error comes again below.
        if !again && let Ok(Some(mark)) = self.known.same(&entry.path, &stamp, to_read) {
            let (key, shown) = (Vec::new(), PathBuf::new());
            return Item { mark, key, shown, stamp, to_read, place, verdict: Verdict::Same };
        }
        let key = self.known.key(&entry.path);
        let look = match again {
            true => Ok(Look::ToRead(None)),
            false => self.known.look(&key, &entry.stamp, to_read),
        };
        let verdict = match look {
            Ok(Look::Unchanged(old)) => Verdict::Unchanged(old),
            Ok(Look::ToRead(old)) => self.found(&entry, &key, old.as_ref(), again, permit),
            Err(error) => Verdict::Broken(error),
        };
        Item { mark: Mark::of(&key), key, shown: entry.path, stamp, to_read, place, verdict }
    }

    /// What was found in an entry of a container, which only its content tells from what it was before.
    fn member(&self, container: &Path, member: Member, again: bool, permit: Permit) -> Item {
        let shown = container::address(container, &member.address);
        let key = self.known.key(&shown);
        let mut stamp = Stamp { bytes: member.bytes, ..Stamp::default() };
        let place = if member.kind == MemberKind::Container { Place::Nested } else { Place::Container };
        let to_read = matches!(member.kind, MemberKind::Letter | MemberKind::Record);
        let known = if again { Ok(None) } else { self.known.get(&key) };
        let verdict = match known {
            Err(error) => Verdict::Broken(error),
            Ok(old) => match why_not(member.kind) {
                Some(_) if old.as_ref().is_some_and(|o| o.status == Status::NotALetter && o.stamp == stamp) => {
                    old.map_or(Verdict::Gone, Verdict::Unchanged)
                }
                Some(reason) => Verdict::Found(Finding::NotALetter(reason.to_owned()), None),
                None => {
                    let is_record = member.kind == MemberKind::Record;
                    let letter = || {
                        let raw = Raw::new(member.read()?);
                        stamp.bytes = raw.bytes.len() as u64;
                        if let Some(old) = old.filter(|old| old.holds(&raw.digest)) {
                            return Ok(if old.stamp == stamp { Verdict::Unchanged(old) } else { Verdict::Touched });
                        }
                        self.content(raw, &key, is_record, again, permit)
                    };
                    guarded(&shown, letter).unwrap_or_else(|error| failed(&error))
                }
            },
        };
        Item { mark: Mark::of(&key), key, shown, stamp, to_read, place, verdict }
    }

    /// What was found in the content of a file.
    fn content(&self, raw: Raw, key: &[u8], is_record: bool, again: bool, permit: Permit) -> Result<Verdict> {
        let digest = raw.digest;
        // What is read again stands for itself.
        let moved = if again { Ok(Vec::new()) } else { self.known.moved_from(key, &digest) };
        let moved = match moved {
            Ok(moved) => moved,
            Err(error) => return Ok(Verdict::Broken(error)),
        };
        let keys = moved.iter().map(|(key, _)| key.clone()).collect();
        if let Some((from, old)) = moved.first()
            && let Some(mut record) = self.stored(from, old, &digest)
        {
            record.facts.path = lossy(key).into_owned();
            return Ok(Verdict::Moved(self.letter(record, old.letter, digest, key, permit)?, keys));
        }
        let found = match is_record {
            true => exported(&raw, &lossy(key))?,
            false => record(raw, &lossy(key), self.timings)?,
        };
        let id = index::letter_id(found.record.facts.case_number, &found.identity);
        let finding = self.letter(found.record, id, digest, key, permit)?;
        Ok(if moved.is_empty() { Verdict::Found(finding, None) } else { Verdict::Moved(finding, keys) })
    }

    /// The record of a file whose letter is in the index, if this version of the program made it of this content.
    fn stored(&self, key: &[u8], entry: &FileEntry, digest: &[u8; 32]) -> Option<LetterRecord> {
        if !entry.status.has_documents() || !entry.holds(digest) {
            return None;
        }
        let reader = self.reader.get_or_init(|| Reader::open(self.index).ok()).as_ref()?;
        // What cannot be had here is had by reading the file.
        reader.guarded(|| reader.letter_of(key)).ok()?
    }

    /// The finding of a letter.
    fn letter(&self, record: LetterRecord, id: u64, digest: [u8; 32], key: &[u8], permit: Permit) -> Result<Finding> {
        fits(&record)?;
        let decided = record.facts.decision_date.map_or(0, |d| d.to_u64());
        let issues = record.issues.len() as u64;
        let known = record.facts.layout != crate::letter::Layout::Unknown;
        let documents = self.timings.time(Stage::Document, || self.documents.of(record, id, key, Some(permit)));
        Ok(Finding::Letter { id, decided, issues, known, digest, documents })
    }

    fn found(&self, entry: &Entry, key: &[u8], old: Option<&FileEntry>, again: bool, permit: Permit) -> Verdict {
        let skip = |reason: &str| Verdict::Found(Finding::NotALetter(reason.to_owned()), None);
        match entry.kind {
            Kind::Manifest => return skip("the manifest of a shard"),
            Kind::Other => return skip("neither .pdf nor .txt"),
            Kind::Link => {
                return match self.known.was_followed(key) {
                    Ok(true) => Verdict::Unfollowed,
                    Ok(false) => skip("a symbolic link, not followed"),
                    Err(error) => Verdict::Broken(error),
                };
            }
            Kind::Special => return skip("no regular file"),
            // The walk's containers are opened before they come here.
            Kind::Letter | Kind::Container(_) => {}
        }
        let letter = || -> Result<Verdict> {
            let raw = self.timings.time(Stage::Read, || archive::read_raw(&entry.path))?;
            if old.is_some_and(|old| old.holds(&raw.digest)) {
                return Ok(Verdict::Touched);
            }
            self.content(raw, key, false, again, permit)
        };
        guarded(&entry.path, letter).unwrap_or_else(|error| match error.kind() {
            // It went since the walk came to it, which is no news of its content.
            ErrorKind::NotFound => Verdict::Walk(error),
            _ => failed(&error),
        })
    }
}

/// A letter that was read.
struct Found {
    /// What stands for its content: the digest of the letter's file, also where that was read on another machine.
    identity: [u8; 32],
    record: LetterRecord,
}

fn lossy(key: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(key)
}

/// Why an entry of a container is not read, if so.
fn why_not(kind: MemberKind) -> Option<&'static str> {
    match kind {
        MemberKind::Letter | MemberKind::Record | MemberKind::Container => None,
        MemberKind::Other => Some("neither .pdf nor .txt"),
        MemberKind::Link => Some("a link, not followed"),
        MemberKind::Special => Some("no regular file"),
    }
}

fn failed(error: &Error) -> Verdict {
    let failure = Failure::of(error);
    let reason = format!("{}: {}", failure.code, failure.reason);
    Verdict::Found(Finding::Failed { reason, hint: failure.hint.clone() }, Some(failure))
}

/// Refuses a letter that would take too much room.
fn fits(record: &LetterRecord) -> Result<()> {
    let bytes = index::document_bytes(record);
    if bytes <= index::MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    let (size, most) = (bytes.div_ceil(1 << 20), index::MAX_DOCUMENT_BYTES >> 20);
    let fact = match record.issues.len() {
        0 => format!("has {size} MiB of text to index, and {most} MiB is the limit"),
        issues => format!("has {size} MiB of text to index in {issues} issues, and {most} MiB is the limit"),
    };
    Err(Error::new(ErrorKind::TooLarge, fact).with_hint("a letter is one file; are these many letters in one?"))
}

/// Works on one file. A panic on the way is the file's error, and every error names the file.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let fact = format!("made the program stumble ({})", panic_message(panic.as_ref()));
        Err(Error::new(ErrorKind::Panic, fact).with_hint("this is a bug; the other files are not affected"))
    });
    result.map_err(|e| e.with_path(path))
}

/// The record of one file, which is shown under a path.
fn record(raw: Raw, shown: &str, timings: &Timings) -> Result<Found> {
    let mut content = timings.time(Stage::Extract, || raw.text())?;
    let mut parsed = timings.time(Stage::Parse, || parse::parse(&content.text));
    parsed.diagnostics.splice(0..0, std::mem::take(&mut content.diagnostics));
    let record = LetterRecord::new(parsed, shown.to_owned(), content.digest_hex());
    Ok(Found { identity: content.digest, record })
}

/// The record in a line of an export. Its path becomes the place where the line stands; its digest stays the letter's.
fn exported(raw: &Raw, shown: &str) -> Result<Found> {
    let mut record: LetterRecord = serde_json::from_slice(&raw.bytes).map_err(|e| {
        Error::new(ErrorKind::RecordDamaged, "is no record of a letter")
            .with_source(e)
            .with_hint("`imr parse` prints records, one a line; see schema/letter.schema.json")
    })?;
    record.facts.path = shown.to_owned();
    let identity = from_hex(&record.facts.digest).unwrap_or(raw.digest);
    Ok(Found { identity, record })
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let digits = text.as_bytes();
    if digits.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// The records of the letters that a walk comes to, in its order.
///
/// # Errors
/// The first error of `each`; what is wrong with a file is handed to it.
pub fn parse(walk: Walk, threads: usize, each: &mut dyn FnMut(Result<LetterRecord>) -> Result<()>) -> Result<()> {
    let timings = Timings::default();
    let work = |task: Task, _| match task {
        Task::File(entry) if entry.kind == Kind::Letter => {
            let read = || record(archive::read_raw(&entry.path)?, &entry.path.to_string_lossy(), &timings);
            Some(guarded(&entry.path, read))
        }
        Task::Member(container, member) if why_not(member.kind).is_none() => {
            let shown = container::address(&container, &member.address);
            let is_record = member.kind == MemberKind::Record;
            let read = || {
                let raw = Raw::new(member.read()?);
                let path = shown.to_string_lossy();
                if is_record { exported(&raw, &path) } else { record(raw, &path, &timings) }
            };
            Some(guarded(&shown, read))
        }
        Task::Walk(error) | Task::Refused(_, error) | Task::Broken(error) | Task::End(_, Err(error)) => {
            Some(Err(error))
        }
        _ => None,
    };
    let each = &mut |found: Option<Option<Result<Found>>>| match found.flatten() {
        Some(found) => each(found.map(|found| found.record)),
        None => Ok(()),
    };
    let pool = pool(threads)?;
    let tasks = Tasks::new(Ahead::new(walk, &pool), None);
    ordered(&pool, tasks, &timings, &AtomicBool::new(false), &work, each)
}

fn pool(threads: usize) -> Result<ThreadPool> {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("{THREAD_NAME}-{i}"))
        .build()
        .map_err(|e| Error::new(ErrorKind::Io, "threads cannot be started").with_source(e))
}

/// Works on tasks in a pool, a batch at a time, and hands the results over in the order of the tasks; `None` where none
/// came for a while, so that whoever takes them can look whether it still can.
fn ordered<T: Send>(
    pool: &ThreadPool,
    tasks: impl Iterator<Item = Task> + Send,
    timings: &Timings,
    stop: &AtomicBool,
    work: &(dyn Fn(Task, Permit) -> T + Sync),
    each: &mut dyn FnMut(Option<T>) -> Result<()>,
) -> Result<()> {
    let gate = Gate::new(BUDGET);
    let failed = AtomicBool::new(false);
    // The gate bounds what is under way; the channel's own bound only has to be out of its way.
    let (sender, receiver) = bounded::<(u64, Vec<T>)>((BUDGET / LEAST) as usize);
    std::thread::scope(|scope| {
        let (failed, gate) = (&failed, &gate);
        scope.spawn(move || {
            pool.in_place_scope(|scope| {
                let ended = || stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed);
                for (number, batch) in (0..).zip(Batches { tasks, timings, seen: 0 }) {
                    if ended() {
                        break;
                    }
                    let weight = batch.iter().map(weight).sum();
                    let permit: Arc<Pass> = Arc::new(gate.enter(weight));
                    let sender = sender.clone();
                    scope.spawn(move |_| {
                        let results = batch.into_iter().map(|task| work(task, permit.clone())).collect();
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

/// The bytes of a task's file.
fn size(task: &Task) -> u64 {
    match task {
        Task::File(entry) => entry.stamp.bytes,
        Task::Member(_, member) => member.bytes,
        _ => 0,
    }
}

/// The share of a task in the budget.
fn weight(task: &Task) -> u64 {
    size(task).clamp(LEAST, archive::MAX_FILE_BYTES)
}

struct Batches<'a, I> {
    tasks: I,
    timings: &'a Timings,
    seen: usize,
}

impl<I: Iterator<Item = Task>> Iterator for Batches<'_, I> {
    type Item = Vec<Task>;

    fn next(&mut self) -> Option<Self::Item> {
        let most = (self.seen / 32).clamp(*BATCH_FILES.start(), *BATCH_FILES.end());
        let mut batch = Vec::with_capacity(most);
        self.timings.time(Stage::Walk, || {
            let mut bytes = 0;
            while batch.len() < most && bytes < BATCH_BYTES {
                let Some(task) = self.tasks.next() else { break };
                bytes += size(&task);
                batch.push(task);
            }
        });
        self.seen += batch.len();
        (!batch.is_empty()).then_some(batch)
    }
}
