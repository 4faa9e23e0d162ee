//! `imr parse --shard`: one of the shards of an archive.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use imr::archive::{self, Filter, Root, Shard, Walk};
use imr::letter::Layout;
use imr::present::{self, FileFormat, Of, Row};
use imr::record::LetterRecord;
use imr::shards::{self, Data, Failure, Hashing, List, Manifest, Task};
use imr::{Error, ErrorKind, ingest};

use super::args::{ArchiveArgs, Look, ParseArgs, ParseFormat};
use super::message::counted;
use super::progress::Counter;
use super::{End, archive as named, index, interrupt, message, output};
use crate::asked::file::{self, Whole};

/// How records are written, by the endings of their files.
const FORMATS: [(&str, FileFormat, ParseFormat); 2] =
    [("jsonl", FileFormat::Jsonl, ParseFormat::Jsonl), ("parquet", FileFormat::Parquet, ParseFormat::Parquet)];

/// Writes a shard into a folder.
pub fn run(args: ParseArgs, shard: Shard, folder: &Path) -> anyhow::Result<End> {
    let Some((ending, format, _)) = FORMATS.into_iter().find(|(_, _, asked)| *asked == args.format) else {
        return Err(Error::new(ErrorKind::Usage, "shards are for programs, and this format is for reading")
            .with_hint("`--format jsonl` or `--format parquet`")
            .into());
    };
    let share = Share::of(args.archive, shard, folder)?;
    let task = Task {
        imr: env!("CARGO_PKG_VERSION").to_owned(),
        shard: shard.number(),
        of: shard.of(),
        list: share.list.clone(),
        flags: share.filter.flags(),
        records: ending.to_owned(),
    };
    let (file, place) = (task.file()?, Manifest::place(folder, shard));
    if let Some(done) = Manifest::read(&place).ok().filter(|done| !args.reread && is_done(done, &task, folder)) {
        message::note(&format!("shard {shard} is there as it should be; `--reread` writes it anew"));
        tell(&done, folder, &args.look)?;
        return Ok(if args.strict && !done.failures.is_empty() { End::Nothing } else { End::Done });
    }
    fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
    let stop = interrupt::stop()?;
    let whole = Whole::create(&folder.join(&file))?;
    let mut account = Account::default();
    let threads = index::threads(args.threads);
    let Some(data) = write(share, threads, format, &whole, &args.look, &stop, &mut account)? else {
        message::note("interrupted; the shard was not written");
        return Ok(End::Interrupted);
    };
    message::hints(account.hints.iter().map(String::as_str));
    let Account { paths, letters, issues, unknown_layout, failures, missing, .. } = account;
    let data = Data { file, ..data };
    let manifest = Manifest { format: shards::FORMAT, task, paths, letters, issues, unknown_layout, failures, data };
    match put(whole, &manifest, folder) {
        // Another attempt was first, and swept away what this one was about to put there.
        Err(_) if Manifest::read(&place).is_ok_and(|there| there == manifest && there.check_data(folder).is_ok()) => {}
        put => put?,
    }
    file::sweep(folder, &shard.stem());
    tell(&manifest, folder, &args.look)?;
    Ok(match missing {
        0 if args.strict && !manifest.failures.is_empty() => End::Nothing,
        0 => End::Done,
        _ => End::Missing,
    })
}

/// Whether a shard need not be written: it is of the same task, is there, and what it lacks will not come by trying again.
fn is_done(done: &Manifest, task: &Task, folder: &Path) -> bool {
    let is_open = |failure: &Failure| ErrorKind::from_code(&failure.code).is_none_or(is_elsewhere);
    done.task == *task && !done.failures.iter().any(is_open) && done.check_data(folder).is_ok()
}

/// Whether the reason for a failure is not in the file itself, so that the next attempt may have another end: it is not there,
/// the disk failed, or shards among the letters are not whole.
fn is_elsewhere(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::Usage | ErrorKind::Shards | ErrorKind::Io)
}

/// Puts a shard in its place: records, and then their manifest.
fn put(records: Whole, manifest: &Manifest, folder: &Path) -> imr::Result<()> {
    let shard = manifest.task.shard()?;
    let place = Manifest::place(folder, shard);
    // Records never stand beside a manifest of others.
    if Manifest::read(&place).map_or_else(|e| e.kind() != ErrorKind::NotFound, |old| old != *manifest) {
        removed(&place)?;
    }
    for (other, ..) in FORMATS.into_iter().filter(|(other, ..)| *other != manifest.task.records) {
        removed(&folder.join(format!("{}.{other}", shard.stem())))?;
    }
    records.commit()?;
    file::replace(&place, &manifest.to_bytes()?)
}

fn removed(place: &Path) -> imr::Result<()> {
    match fs::remove_file(place) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::write(place, error)),
        _ => Ok(()),
    }
}

/// The files of a shard.
struct Share {
    list: List,
    filter: Arc<Filter>,
    files: Files,
}

enum Files {
    /// Of a list, each as it is named there.
    Listed(Vec<PathBuf>),
    /// Of what lies below some paths.
    Found(Vec<archive::Name>),
}

impl Share {
    /// The share of a shard that is written to a folder.
    fn of(args: ArchiveArgs, shard: Shard, folder: &Path) -> anyhow::Result<Self> {
        let is_list = args.files_from.is_some();
        if is_list && !args.paths.is_empty() {
            let fact = "`--shard` cuts a list of files, or what lies below paths, and not both";
            return Err(Error::new(ErrorKind::Usage, fact).with_hint("put all into the list").into());
        }
        let roots = named::meant(args)?;
        let filter = roots.first().map(|root| Arc::clone(&root.filter)).unwrap_or_default();
        let (list, files) = if is_list {
            let (list, share) = shards::share(roots.into_iter().map(|root| root.path).collect(), shard);
            (list, Files::Listed(share))
        } else {
            roots.iter().try_for_each(|root| check_apart(&root.path, folder))?;
            let (list, share) = shards::share(Walk::new(roots).letters()?, shard);
            (list, Files::Found(share))
        };
        Ok(Self { list, filter, files })
    }
}

/// Shards among the letters would be letters to the next task.
fn check_apart(root: &Path, folder: &Path) -> imr::Result<()> {
    archive::check_root(root)?;
    match ingest::place(folder).starts_with(ingest::place(root)) {
        true => Err(Error::new(
            ErrorKind::Usage,
            format!("lies below `{}`, whose letters are cut into shards", root.display()),
        )
        .with_path(folder)
        .with_hint("choose a folder beside the letters with `-o`")),
        false => Ok(()),
    }
}

/// What was read.
#[derive(Default)]
struct Account {
    paths: u64,
    letters: u64,
    issues: u64,
    unknown_layout: u64,
    failures: Vec<Failure>,
    /// Files that are not there, though they were named.
    missing: u64,
    hints: BTreeSet<String>,
}

impl Account {
    fn add(&mut self, letter: &LetterRecord) {
        self.letters += 1;
        self.issues += letter.issues.len() as u64;
        self.unknown_layout += u64::from(letter.facts.layout == Layout::Unknown);
    }

    fn fail(&mut self, error: &Error, is_named: bool) {
        // A folder's file that went, or that may not be read, is a failure among others.
        let is_whole_task = is_named || error.kind() == ErrorKind::Shards;
        self.missing += u64::from(is_whole_task && is_elsewhere(error.kind()));
        self.hints.extend(error.hint().map(str::to_owned));
        let path = error.path().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
        self.failures.push(Failure { path, code: error.kind().code().to_owned(), reason: error.reason() });
        message::warning(error);
    }
}

/// Writes the records; tells what was written, or `None` where somebody asked to stop.
fn write(
    share: Share,
    threads: usize,
    format: FileFormat,
    whole: &Whole,
    look: &Look,
    stop: &AtomicBool,
    account: &mut Account,
) -> anyhow::Result<Option<Data>> {
    let (out, sum) = Hashing::new(whole.writer()?);
    let mut style = output::style(look);
    // A file is no terminal.
    style.terminal = false;
    let failed = |error| Error::write(whole.place(), error);
    let out = Box::new(BufWriter::with_capacity(1 << 16, out));
    let mut rows = present::rows(format, Of::Letters, out, &style).map_err(failed)?;
    let named: HashSet<PathBuf> = match &share.files {
        Files::Listed(paths) => paths.iter().cloned().collect(),
        Files::Found(_) => HashSet::new(),
    };
    account.paths = match &share.files {
        Files::Listed(paths) => paths.len() as u64,
        Files::Found(names) => names.len() as u64,
    };
    // Containers hold more than one letter.
    let bar = Counter::new(account.paths, "files", message::is_watched());
    let mut each = |record: imr::Result<LetterRecord>| {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Interrupted, "interrupted"));
        }
        bar.add(1);
        match record {
            Ok(record) => {
                account.add(&record);
                rows.write(Row::Letter(&record)).map_err(failed)
            }
            Err(error) => {
                account.fail(&error, error.path().is_some_and(|path| named.contains(path)));
                Ok(())
            }
        }
    };
    let read = match share.files {
        Files::Listed(paths) => {
            let roots = paths.into_iter().map(|path| Root::new(path, &share.filter)).collect();
            ingest::parse(roots, threads, &mut each)
        }
        Files::Found(names) => ingest::parse_walk(Walk::of(names, &share.filter), threads, &mut each),
    };
    bar.clear();
    match read {
        Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(None),
        read => read?,
    }
    rows.finish().map_err(failed)?;
    Ok(Some(sum.data()))
}

/// Tells of a shard: to programs its manifest in a line.
fn tell(manifest: &Manifest, folder: &Path, look: &Look) -> anyhow::Result<()> {
    let mut out = output::stdout();
    if output::style(look).pretty {
        let failures = match manifest.failures.len() as u64 {
            0 => String::new(),
            failed => format!(", {} could not be read", counted(failed, "file")),
        };
        let letters = counted(manifest.letters, "letter");
        let issues = counted(manifest.issues, "issue");
        let place = folder.join(&manifest.data.file);
        writeln!(out, "{}: {letters} with {issues}{failures}", place.display())?;
    } else {
        writeln!(out, "{}", serde_json::to_string(manifest)?)?;
    }
    Ok(out.flush()?)
}
