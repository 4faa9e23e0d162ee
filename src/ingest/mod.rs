//! Archive to index: many threads read and parse, one applies, in the order of the walk.

mod ahead;
mod folders;
mod gate;
mod known;
mod pipeline;
mod report;
mod roots;
mod run;
mod status;
mod tasks;
mod timings;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub use known::{Known, Redo};
pub use pipeline::{THREAD_NAME, parse as parse_walk};
pub use report::{Failure, Report};
pub use roots::place;
pub use status::{
    Standing, State, StatusConfig, StatusFile, Version, Versions, duplicates, failures, known, status, unknown,
};
pub use timings::{Stage, Timings};

use crate::archive::{self, Kind, Root, Walk};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{self, Writer, WriterConfig};
use folders::{Folders, Taken};
use pipeline::{Pipeline, Verdict};
use roots::Roots;
use run::Run;
use tasks::Again;

/// More roots than these are a list of files, which is not remembered as what there is to index.
const MOST_ROOTS: usize = 1_000;

/// What to index, where to, and how to use the machine.
#[derive(Debug, Clone)]
pub struct IngestConfig {
    /// Files and folders, and which files below them are meant; none for those of earlier runs.
    pub roots: Vec<Root>,
    /// The index folder.
    pub index: PathBuf,
    /// How many threads read and parse, and how many build segments.
    pub threads: usize,
    /// Memory for segments under construction, in bytes.
    pub memory_bytes: usize,
    /// Which files that are as they were are read all the same.
    pub redo: Redo,
    /// Whether letters whose files are gone are taken out of the index.
    pub prune: bool,
    /// How long a run goes on before it commits what it has, so that a killed run loses no more than that.
    pub commit_every: Duration,
    /// How many files may change before they are committed, whatever the time: what is not committed is held in memory.
    pub commit_files: usize,
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
/// With `stop` set, what is done so far is committed and the report says that it was interrupted. Where there is no index
/// yet and nothing to read, none is made: an empty one would hide the index of a folder above.
///
/// # Errors
/// When no root exists, or the index cannot be written. What is wrong with single files is in the report.
pub fn run(config: &IngestConfig, observer: &dyn Observer, stop: &AtomicBool) -> Result<Report> {
    let began = Instant::now();
    let mut roots = Roots::resolve(&asked(&config.roots, &config.index)?)?;
    let mut report = Report::default();
    if !index::exists(&config.index) {
        roots.refuse_shards();
    }
    if index::exists(&config.index) || has_letters(&roots) {
        index::guarded(&config.index, || update(config, &mut roots, &mut report, observer, stop))?;
    } else if roots.walked.is_empty() {
        return Err(none_exists(&mut roots.missing));
    } else {
        survey(&roots, &mut report);
    }
    for (_, error) in &roots.missing {
        report.bad_roots += 1;
        report.files += 1;
        report.fail(error);
    }
    report.failures.sort_by(|a, b| a.path.cmp(&b.path));
    report.elapsed = began.elapsed();
    Ok(report)
}

/// The error of a run none of whose roots is there: the first one's.
fn none_exists(missing: &mut Vec<(PathBuf, Error)>) -> Error {
    match missing.is_empty() {
        true => Error::new(ErrorKind::Usage, "no path was given"),
        false => {
            let (_, error) = missing.remove(0);
            if error.hint().is_some() { error } else { error.with_hint("name the folder that holds the letters") }
        }
    }
}

/// What is to be indexed: what was named, or else what earlier runs were asked.
fn asked(given: &[Root], index: &Path) -> Result<Vec<Root>> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    if !index::exists(index) {
        return Err(Error::new(ErrorKind::Usage, "no path was given, and there is no index that remembers one")
            .with_hint("name the folder that holds the letters: `imr index letters`"));
    }
    let remembered = known(index)?.roots()?;
    match remembered.is_empty() {
        true => Err(Error::new(ErrorKind::Usage, "no path was given, and the index remembers none")
            .with_hint("name the folder that holds the letters: `imr index letters`")),
        false => Ok(remembered),
    }
}

/// Whether the walk comes to anything that is to be read.
fn has_letters(roots: &Roots) -> bool {
    roots.walk(None).any(|entry| entry.is_ok_and(|e| matches!(e.kind, Kind::Letter | Kind::Container(_))))
}

/// Counts what is there when none of it is to be read.
fn survey(roots: &Roots, report: &mut Report) {
    let mut folders = Folders::default();
    for entry in roots.walk(None) {
        match entry.map(|entry| (folders.take(&entry), entry)) {
            Ok((Taken::Yes, entry)) => {
                report.bytes += entry.stamp.bytes;
                report.not_letters += 1;
            }
            Ok((Taken::No, _)) => continue,
            Ok((Taken::Refused(_, error), _)) => {
                report.bad_roots += 1;
                report.fail(&error);
            }
            Err(error) => report.fail(&error),
        }
        report.files += 1;
    }
}

fn update(
    config: &IngestConfig,
    roots: &mut Roots,
    report: &mut Report,
    observer: &dyn Observer,
    stop: &AtomicBool,
) -> Result<()> {
    let writer_config = WriterConfig { threads: config.threads, memory_bytes: config.memory_bytes };
    let mut writer = Writer::open_or_create(&config.index, writer_config)?;
    let base = index::base(&config.index)?;
    let before = Known::new(writer.snapshot()?, base, config.redo);
    if roots.walked.len() <= MOST_ROOTS {
        // Those above come before those below, which they may cover.
        let mut walked: Vec<_> =
            roots.walked.iter().map(|root| (before.key(&root.path), root.filter.flags())).collect();
        walked.sort();
        walked.into_iter().for_each(|(key, flags)| writer.add_root(&key, flags));
    }
    let timings = Timings::default();
    let pipeline = Pipeline::new(config.threads, &config.index, &before, stop, &timings)?;
    let mut run = Run::new(&mut writer, report, observer, config, &timings);
    let index = config.index.canonicalize().map_err(|e| Error::io(&config.index, e))?;
    let skip = roots.skip(Some(&index));
    let counted = AtomicBool::new(false);
    std::thread::scope(|scope| -> Result<()> {
        if observer.wants_total() {
            let ended = || counted.load(Ordering::Relaxed) || stop.load(Ordering::Relaxed);
            let (walked, skip) = (&roots.walked, &skip);
            scope.spawn(move || observer.total(archive::count(walked, skip, &ended)));
        }
        let result = pipeline.run(roots.walk(Some(&index)), &mut |item| {
            let Some(item) = item else { return run.writer.check() };
            if !before.snapshot().is_empty() {
                run.see(&item);
            }
            match item.verdict {
                Verdict::Settled(_) => run.apply_settled(item, before.snapshot()),
                _ => run.apply(item),
            }
        });
        counted.store(true, Ordering::Relaxed);
        result
    })?;
    let walked_all = !stop.load(Ordering::Relaxed);
    let mut forgot = false;
    if walked_all {
        // What was moved from there is elsewhere by now.
        forgot = settle_missing(&mut run, &mut roots.missing, &before)?;
        run.settle_gone(&roots.walked, &before)?;
    }
    if roots.walked.is_empty() && !forgot {
        return Err(none_exists(&mut roots.missing));
    }
    if walked_all {
        run.forget_roots(&before)?;
    }
    observer.finishing();
    // Versions of letters whose better version went away, and files of a run that died.
    let mut again = run.writer.again();
    while !again.is_empty() && !stop.load(Ordering::Relaxed) {
        pipeline.run_again(Again::new(&again, before.base()), &mut |item| match item {
            Some(item) => run.apply_again(item),
            None => run.writer.check(),
        })?;
        let rest = run.writer.again();
        // Each pass settles its files. Should one not, the next run tries again.
        again = if rest == again { Vec::new() } else { rest };
    }
    report.waiting = writer.again().len() as u64;
    // Who asks to stop when all is done gets what is done.
    report.interrupted = !walked_all || (stop.load(Ordering::Relaxed) && report.waiting > 0);
    timings.time(Stage::Commit, || writer.finish())?;
    report.stages = timings.stages().to_vec();
    Ok(())
}

/// Takes out of the index what lay below roots that are gone, or says how much of it stays. Tells whether anything was
/// forgotten.
fn settle_missing(run: &mut Run<'_>, missing: &mut Vec<(PathBuf, Error)>, before: &Known) -> Result<bool> {
    let (mut kept, mut forgot) = (Vec::new(), false);
    for (place, error) in missing.drain(..) {
        let (stay, forgotten) = match error.kind() {
            ErrorKind::NotFound => run.settle_root(&place, before)?,
            _ => (0, 0),
        };
        forgot |= forgotten > 0;
        match (stay, forgotten) {
            // It is gone, as was said.
            (0, 1..) if run.prunes() => {}
            (0, _) => kept.push((place, error)),
            (stay, _) => {
                let files = if stay == 1 { "1 file of it stays" } else { &format!("{stay} files of it stay") };
                let error = Error::new(error.kind(), format!("{}; {files} in the index", error.message()))
                    .with_path(error.path().unwrap_or(&place))
                    .with_hint("`--prune` takes out of the index what lay below paths that are gone");
                kept.push((place, error));
            }
        }
    }
    *missing = kept;
    Ok(forgot)
}

/// Reads and parses the letters under some roots, in the order of the walk, without an index.
///
/// # Errors
/// The first error of `each`; what is wrong with a root or a file is handed to it.
pub fn parse(
    roots: Vec<Root>,
    threads: usize,
    each: &mut dyn FnMut(Result<crate::record::LetterRecord>) -> Result<()>,
) -> Result<()> {
    let mut found = Vec::new();
    for root in roots {
        match archive::check_root(&root.path) {
            Ok(()) => found.push(root),
            Err(error) => each(Err(error))?,
        }
    }
    pipeline::parse(Walk::new(found), threads, each)
}
