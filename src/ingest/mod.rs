//! Archive to index: many threads read and parse, one applies, in the order of the walk.

mod gate;
mod pipeline;
mod report;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub use pipeline::THREAD_NAME;
pub use report::{Failure, Report};

use crate::archive::{self, Walk};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{self, Status, Writer, WriterConfig};
use pipeline::{Item, Pipeline, Verdict};

/// What to index, where to, and how to use the machine.
#[derive(Debug, Clone)]
pub struct IngestConfig {
    /// Files and folders.
    pub roots: Vec<PathBuf>,
    /// The index folder.
    pub index: PathBuf,
    /// How many threads read and parse, and how many build segments.
    pub threads: usize,
    /// Memory for segments under construction, in bytes.
    pub memory_bytes: usize,
    /// Whether symbolic links below the roots are followed.
    pub follow: bool,
    /// How long a run goes on before it commits what it has, so that a killed run loses no more than that.
    pub commit_every: Duration,
}

/// Is told how far the work is.
pub trait Observer: Sync {
    /// Whether to count the files beforehand, for the sake of [`Observer::total`].
    fn wants_total(&self) -> bool {
        false
    }
    /// How many files there will be.
    fn total(&self, _files: u64) {}
    /// Another file is done.
    fn done(&self, _report: &Report) {}
    /// All files are done; what was done is being made durable.
    fn finishing(&self) {}
}

/// Brings the index to what the archive holds: what is new, changed or gone.
///
/// With `stop` set, what is done so far is committed and the report says that it was interrupted.
///
/// # Errors
/// When no root exists, or the index cannot be written. What is wrong with single files is in the report.
pub fn run(config: &IngestConfig, observer: &dyn Observer, stop: &AtomicBool) -> Result<Report> {
    let began = Instant::now();
    let mut report = Report::default();
    let roots = resolve(&config.roots, &mut report)?;
    let writer_config = WriterConfig { threads: config.threads, memory_bytes: config.memory_bytes };
    let mut writer = Writer::open_or_create(&config.index, writer_config)?;
    let base = index::base(&config.index)?;
    let index_folder = config.index.canonicalize().map_err(|e| Error::io(&config.index, e))?;
    let before = writer.snapshot()?;
    let pipeline = Pipeline::new(config.threads, &base, writer.snapshot()?, stop)?;
    let mut run = Run { writer: &mut writer, report: &mut report, observer, seen: HashSet::new(), unread: Vec::new() };
    let (mut last_commit, counted) = (Instant::now(), AtomicBool::new(false));
    std::thread::scope(|scope| -> Result<()> {
        if observer.wants_total() {
            let ended = || counted.load(Ordering::Relaxed) || stop.load(Ordering::Relaxed);
            let (roots, without) = (&roots, &index_folder);
            scope.spawn(move || observer.total(archive::count(roots, config.follow, without, &ended)));
        }
        let walk = Walk::new(roots.clone(), config.follow).without(index_folder.clone());
        let result = pipeline.run(walk, false, &mut |item| {
            if !before.is_empty() {
                run.seen.insert(hash(&item.key));
            }
            run.apply(item)?;
            if last_commit.elapsed() >= config.commit_every {
                run.writer.commit()?;
                last_commit = Instant::now();
            }
            Ok(())
        });
        counted.store(true, Ordering::Relaxed);
        result
    })?;
    let interrupted = stop.load(Ordering::Relaxed);
    if !interrupted {
        run.remove_gone(&roots, &base, &before)?;
    }
    observer.finishing();
    // Versions of letters whose better version went away, and files of a run that died.
    let mut again = run.writer.again();
    while !again.is_empty() && !interrupted {
        let entries: Vec<_> = again.iter().map(|key| pipeline::entry(&index::from_key(key, &base))).collect();
        let mut keys = again.iter();
        pipeline.run(entries.into_iter(), true, &mut |item| match keys.next() {
            Some(key) => run.apply_again(key, item),
            None => Ok(()),
        })?;
        let rest = run.writer.again();
        // Each pass settles its files. Should one not, the next run tries again.
        again = if rest == again { Vec::new() } else { rest };
    }
    report.interrupted = interrupted;
    writer.finish()?;
    report.failures.sort_by(|a, b| a.path.cmp(&b.path));
    report.elapsed = began.elapsed();
    Ok(report)
}

/// The roots as they are found from any folder, without those that lie below others.
fn resolve(given: &[PathBuf], report: &mut Report) -> Result<Vec<PathBuf>> {
    let mut roots: Vec<PathBuf> = Vec::new();
    let mut missing = Vec::new();
    for path in given {
        match path.canonicalize() {
            Ok(root) => roots.push(root),
            Err(error) => missing.push(Error::io(path, error)),
        }
    }
    if roots.is_empty() {
        return Err(match missing.into_iter().next() {
            Some(error) => error.with_hint("name the folder that holds the letters"),
            None => Error::new(ErrorKind::Usage, "no path was given"),
        });
    }
    for error in missing {
        report.missing_roots += 1;
        report.files += 1;
        report.fail(&error);
    }
    let all = roots.clone();
    let mut kept = HashSet::new();
    roots.retain(|root| !all.iter().any(|r| r != root && root.starts_with(r)) && kept.insert(root.clone()));
    Ok(roots)
}

struct Run<'a> {
    writer: &'a mut Writer,
    report: &'a mut Report,
    observer: &'a dyn Observer,
    /// Hashes of the paths that the walk came to.
    seen: HashSet<u64>,
    /// Folders and files that the walk could not look at; what lies below them is not gone.
    unread: Vec<PathBuf>,
}

impl Run<'_> {
    fn apply(&mut self, item: Item) -> Result<()> {
        self.report.files += 1;
        self.report.bytes += item.bytes;
        match item.verdict {
            Verdict::Unchanged(entry) if entry.status == Status::Failed => {
                let (code, reason) = entry.reason.split_once(": ").unwrap_or(("io", &entry.reason));
                let (code, reason) = (code.to_owned(), reason.to_owned());
                self.report.failures.push(Failure { path: item.shown, code, reason });
            }
            Verdict::Unchanged(_) => self.report.unchanged += 1,
            Verdict::Walk(error) => {
                self.unread.extend(error.path().map(Path::to_path_buf));
                self.report.fail(&error);
            }
            Verdict::Found(finding, failure) => {
                let applied = self.writer.apply(&item.key, item.bytes, item.modified, finding)?;
                self.report.add(applied.status, applied.issues);
                if applied.status.has_documents() {
                    self.report.indexed_bytes += item.bytes;
                }
                self.report.failures.extend(failure);
            }
        }
        self.observer.done(self.report);
        Ok(())
    }

    /// Applies a file that an earlier pass, or an earlier run, has counted already.
    fn apply_again(&mut self, key: &[u8], item: Item) -> Result<()> {
        let Verdict::Found(finding, _) = item.verdict else { return self.writer.remove(key) };
        let applied = self.writer.apply(key, item.bytes, item.modified, finding)?;
        self.report.restored += u64::from(applied.status.has_documents());
        Ok(())
    }

    fn remove_gone(&mut self, roots: &[PathBuf], base: &Path, before: &index::Snapshot) -> Result<()> {
        if before.is_empty() {
            return Ok(());
        }
        let unread: Vec<_> = self.unread.iter().map(|path| index::to_key(path, base)).collect();
        let is_below = |path: &[u8], folder: &[u8]| {
            path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest[0] == b'/' || folder.is_empty())
        };
        for root in roots {
            let root = index::to_key(root, base);
            for row in before.below(&root) {
                let (path, _) = row?;
                let gone = is_below(&path, &root)
                    && !self.seen.contains(&hash(&path))
                    && !unread.iter().any(|folder| is_below(&path, folder));
                if gone {
                    self.writer.remove(&path)?;
                    self.report.removed += 1;
                }
            }
        }
        Ok(())
    }
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Reads and parses the letters under some roots, in the order of the walk, without an index.
///
/// # Errors
/// The first error of `each`; what is wrong with a file is handed to it.
pub fn parse(
    roots: Vec<PathBuf>,
    follow: bool,
    threads: usize,
    each: &mut dyn FnMut(Result<crate::record::LetterRecord>) -> Result<()>,
) -> Result<()> {
    pipeline::parse(Walk::new(roots, follow), threads, each)
}
