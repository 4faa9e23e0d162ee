//! What a run would do, without doing it: the same walk, the same stamps, and nothing written.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::folders::{Folders, Taken};
use super::known::{self, Known, Look, Redo, Seen};
use super::report::Failure;
use super::roots::{self, Roots};
use crate::archive::{self, Kind, Root, Stamp};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{self, FileEntry, Snapshot, Status};
use crate::letter::{CaseNumber, Date};

/// What to compare with what.
#[derive(Debug, Clone)]
pub struct StatusConfig {
    /// Files and folders, and which files below them are meant; none for those of earlier runs.
    pub roots: Vec<Root>,
    /// The index folder; it need not exist.
    pub index: PathBuf,
}

/// What sets a file apart from how an earlier run left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// No run has come to it yet, or the one that did died.
    New,
    /// Its length or times are others than they were, or another version of the program read it without success.
    Changed,
    /// It is new, and what has its content, or its name, length and time, is gone.
    Moved,
    /// It is known, and not there.
    Gone,
}

impl State {
    /// Every state, in the order of output.
    pub const ALL: [State; 4] = [Self::New, Self::Changed, Self::Moved, Self::Gone];

    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Gone => "gone",
        }
    }
}

/// A file that is not as an earlier run left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusFile {
    /// The path, as records have it.
    pub path: String,
    /// What is the matter.
    pub state: State,
    /// Where it was, of a file that was moved.
    pub from: Option<String>,
    /// Whether it is a container, what is in which only a run will know.
    pub is_container: bool,
    /// Whether a letter stays in the index, of a file that is gone.
    pub is_kept: bool,
}

/// How an archive stands to its index. Of the files that are there each is counted once, in the first ten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Files that a run would read: new ones, changed ones, and those that are new where others are gone.
    pub new: u64,
    /// See [`State::Changed`].
    pub changed: u64,
    /// See [`State::Moved`].
    pub moved: u64,
    /// Containers, new or changed, that a run would open. What they hold is not counted.
    pub containers: u64,
    /// Files as they were, whose letters are in the index.
    pub unchanged: u64,
    /// Files as they were, with the same content as a letter that is in the index.
    pub duplicates: u64,
    /// Files as they were, with a version of a letter of which a better one is in the index.
    pub older_versions: u64,
    /// Files as they were, which could not be read and would not be tried again.
    pub failed: u64,
    /// Files that are no letters by their name or kind.
    pub not_letters: u64,
    /// What cannot be looked at; each is in `unreadable`.
    pub unread: u64,
    /// Files, and containers, that are known and not there.
    pub gone: u64,
    /// How many of those have letters that stay in the index, unless they are pruned.
    pub kept: u64,
    /// Files that a run would read again, since a better version of their letter went away or a run died.
    pub waiting: u64,
    /// The files that are not as they were, in the order of paths.
    pub files: Vec<StatusFile>,
    /// Folders and files that cannot be looked at, paths that are not there, and folders of shards that are not whole.
    pub unreadable: Vec<Failure>,
    /// How many of the paths that were named are not there, and folders of shards are not whole.
    pub bad_roots: u64,
    /// The folder that relative paths are relative to.
    pub base: PathBuf,
}

/// Opens the manifest of an index for reading alone. Where there is no index, none of the files is known.
///
/// # Errors
/// When the index cannot be read, or another process writes it on a system on which that shuts readers out.
pub fn known(dir: &Path) -> Result<Known> {
    if !index::exists(dir) {
        let full = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
        let base = full.parent().unwrap_or(&full);
        let base = base.canonicalize().unwrap_or_else(|_| base.to_path_buf());
        return Ok(Known::new(Snapshot::nothing()?, base, Redo::Nothing));
    }
    let snapshot = Snapshot::open(dir)?.ok_or_else(|| {
        Error::new(ErrorKind::IndexLocked, "the index is being written by another process")
            .with_path(dir)
            .with_hint("wait until it has finished; searching goes on meanwhile")
    })?;
    Ok(Known::new(snapshot, index::base(dir)?, Redo::Nothing))
}

/// Tells what a run would do.
///
/// # Errors
/// When the index cannot be read, or no path was given and none is remembered. What is wrong with single files is in the
/// answer.
pub fn status(config: &StatusConfig) -> Result<Standing> {
    index::guarded(&config.index, || {
        let known = known(&config.index)?;
        let mut given = config.roots.clone();
        if given.is_empty() {
            given = known.roots()?;
        }
        if given.is_empty() && !index::exists(&config.index) {
            return Err(index::missing(&config.index));
        }
        if given.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "no path was given, and the index remembers none")
                .with_hint("name the folder that holds the letters: `imr status letters`"));
        }
        Survey::new(&known, config).run(Roots::resolve(&given)?)
    })
}

/// A file that a run would read.
struct ToRead {
    key: Vec<u8>,
    path: PathBuf,
    stamp: Stamp,
    state: State,
    is_container: bool,
}

struct Survey<'a> {
    known: &'a Known,
    config: &'a StatusConfig,
    seen: Seen,
    standing: Standing,
    to_read: Vec<ToRead>,
    gone: Vec<(Vec<u8>, FileEntry, bool)>,
}

impl<'a> Survey<'a> {
    fn new(known: &'a Known, config: &'a StatusConfig) -> Self {
        let standing = Standing { base: known.base().to_path_buf(), ..Standing::default() };
        Self { known, config, seen: Seen::default(), standing, to_read: Vec::new(), gone: Vec::new() }
    }

    fn run(mut self, roots: Roots) -> Result<Standing> {
        let mut folders = Folders::default();
        for entry in roots.walk(self.config.index.canonicalize().ok().as_deref()) {
            match entry {
                Ok(entry) => match folders.take(&entry) {
                    Taken::Yes => self.look(entry)?,
                    Taken::No => {}
                    Taken::Refused(folder, error) => {
                        self.seen.see_unread(Some(&folder));
                        self.standing.bad_roots += 1;
                        self.fail(&error);
                    }
                },
                Err(error) => {
                    self.seen.see_unread(error.path());
                    self.fail(&error);
                }
            }
        }
        for (place, error) in &roots.missing {
            self.standing.bad_roots += 1;
            self.fail(error);
            if error.kind() == ErrorKind::NotFound {
                for row in roots::known_below(self.known.snapshot(), place, self.known.base()) {
                    let (key, entry) = row?;
                    if self.seen.see(&key) {
                        // A folder that is gone as a whole stays as a whole.
                        let is_kept = entry.status.has_documents();
                        self.gone.push((key, entry, is_kept));
                    }
                }
            }
        }
        let (known, gone) = (self.known, &mut self.gone);
        self.seen.each_gone(known, &roots.walked, &mut |seen, key, entry| {
            let versions = known.snapshot().versions_of(entry.letter, entry.decided)?;
            let is_kept = known::is_kept(seen, &entry, versions)?;
            gone.push((key, entry, is_kept));
            Ok(())
        })?;
        self.standing.waiting = known.snapshot().again()?.len() as u64;
        let moved = self.moved()?;
        Ok(self.summed(moved))
    }

    fn fail(&mut self, error: &Error) {
        self.standing.unread += 1;
        self.standing.unreadable.push(Failure::of(error));
    }

    /// Compares a file with what is known of it.
    fn look(&mut self, entry: archive::Entry) -> Result<()> {
        let key = self.known.key(&entry.path);
        self.seen.see(&key);
        let is_container = matches!(entry.kind, Kind::Container(_));
        let look = match (entry.kind, is_container) {
            (_, true) => match self.known.settled(&entry)? {
                Some(old) => Look::Unchanged(old),
                None => Look::ToRead(self.known.get(&key)?),
            },
            (kind, false) => self.known.look(&key, &entry.stamp, kind == Kind::Letter)?,
        };
        match look {
            Look::Unchanged(old) => self.count(&old)?,
            Look::ToRead(_) if !is_container && entry.kind != Kind::Letter => self.standing.not_letters += 1,
            Look::ToRead(old) => {
                let state = if old.is_some() { State::Changed } else { State::New };
                self.to_read.push(ToRead {
                    key: key.clone(),
                    path: entry.path,
                    stamp: entry.stamp,
                    state,
                    is_container,
                });
            }
        }
        // What a container holds is as it was, or not known yet.
        if is_container {
            let is_settled = self.to_read.last().is_none_or(|file| file.key != key);
            for row in known::held_by(self.known.snapshot(), &key) {
                let (key, entry) = row?;
                self.seen.see(&key);
                if is_settled {
                    self.count(&entry)?;
                }
            }
        }
        Ok(())
    }

    /// Counts a file that is as it was.
    fn count(&mut self, entry: &FileEntry) -> Result<()> {
        let count = match entry.status {
            Status::Indexed | Status::Unknown => &mut self.standing.unchanged,
            Status::Duplicate if has_content_of_best(self.known.snapshot(), entry)? => &mut self.standing.duplicates,
            Status::Duplicate => &mut self.standing.older_versions,
            Status::NotALetter => &mut self.standing.not_letters,
            Status::Failed => &mut self.standing.failed,
            Status::Container => return Ok(()),
        };
        *count += 1;
        Ok(())
    }

    /// Which of the files to be read were elsewhere before: the keys of those that are gone by the place in the list.
    fn moved(&self) -> Result<HashMap<usize, Vec<u8>>> {
        let mut moved = HashMap::new();
        if self.to_read.is_empty() || self.known.snapshot().is_empty() {
            return Ok(moved);
        }
        let mut by_size: HashMap<u64, Vec<(&[u8], &FileEntry)>> = HashMap::new();
        let elsewhere = self.gone_elsewhere()?;
        let gone = self.gone.iter().map(|(key, entry, _)| (key, entry));
        for (key, entry) in gone.chain(elsewhere.iter().map(|(key, entry)| (key, entry))) {
            if entry.is_version() {
                by_size.entry(entry.stamp.bytes).or_default().push((key, entry));
            }
        }
        for (place, file) in self.to_read.iter().enumerate().filter(|(_, file)| !file.is_container) {
            let Some(candidates) = by_size.get_mut(&file.stamp.bytes).filter(|candidates| !candidates.is_empty())
            else {
                continue;
            };
            let same_time =
                |entry: &FileEntry| entry.stamp.modified != 0 && entry.stamp.modified == file.stamp.modified;
            let looks_same = |(key, entry): &(&[u8], &FileEntry)| {
                let same_inode = entry.stamp.inode != 0 && entry.stamp.inode == file.stamp.inode;
                same_time(entry) && (same_inode || name(key) == name(&file.key))
            };
            let found = candidates.iter().position(looks_same).or_else(|| {
                let raw = archive::read_raw(&file.path).ok()?;
                candidates.iter().position(|(_, entry)| entry.digest == raw.digest)
            });
            if let Some(found) = found {
                moved.insert(place, candidates.swap_remove(found).0.to_vec());
            }
        }
        Ok(moved)
    }

    /// Files that were known elsewhere and are gone from there, of the lengths of those to be read and of their names, or of
    /// their times and numbers in the file system.
    fn gone_elsewhere(&self) -> Result<Vec<(Vec<u8>, FileEntry)>> {
        let wanted: HashSet<_> = self.to_read.iter().map(|file| (file.stamp.bytes, name(&file.key))).collect();
        let identity = |stamp: &Stamp| (stamp.bytes, stamp.modified, stamp.inode);
        let same_file: HashSet<_> = self.to_read.iter().map(|file| identity(&file.stamp)).collect();
        let mut gone = Vec::new();
        for row in self.known.snapshot().below(&[]) {
            let (key, entry) = row?;
            let is_same_file = entry.stamp.inode != 0 && same_file.contains(&identity(&entry.stamp));
            let is_wanted = is_same_file || wanted.contains(&(entry.stamp.bytes, name(&key)));
            if is_wanted && entry.is_version() && !self.seen.has(&key) && !self.known.is_there(&key) {
                gone.push((key, entry));
            }
        }
        Ok(gone)
    }

    fn summed(mut self, moved: HashMap<usize, Vec<u8>>) -> Standing {
        let lossy = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
        let gone_by_move: HashSet<_> = moved.values().collect();
        let standing = &mut self.standing;
        for (place, file) in self.to_read.iter().enumerate() {
            let from = moved.get(&place).map(|key| lossy(key));
            let state = if from.is_some() { State::Moved } else { file.state };
            *match (file.is_container, state) {
                (true, _) => &mut standing.containers,
                (false, State::New | State::Gone) => &mut standing.new,
                (false, State::Changed) => &mut standing.changed,
                (false, State::Moved) => &mut standing.moved,
            } += 1;
            let (path, is_container) = (lossy(&file.key), file.is_container);
            standing.files.push(StatusFile { path, state, from, is_container, is_kept: false });
        }
        for (key, entry, is_kept) in self.gone.iter().filter(|(key, ..)| !gone_by_move.contains(key)) {
            let is_container = entry.status == Status::Container;
            standing.gone += 1;
            standing.kept += u64::from(*is_kept);
            let (path, is_kept) = (lossy(key), *is_kept);
            standing.files.push(StatusFile { path, state: State::Gone, from: None, is_container, is_kept });
        }
        standing.files.sort_by(|a, b| (a.state, &a.path).cmp(&(b.state, &b.path)));
        self.standing
    }
}

/// The last name of a path, also within a container.
fn name(key: &[u8]) -> Vec<u8> {
    key.rsplit(|b| *b == b'/').next().unwrap_or(key).to_vec()
}

/// Whether a duplicate has the same content as the best version of its letter.
fn has_content_of_best(snapshot: &Snapshot, entry: &FileEntry) -> Result<bool> {
    let Some(best) = snapshot.paths_of(entry.letter)?.next().transpose()? else { return Ok(false) };
    Ok(snapshot.get(&best)?.is_some_and(|best| best.digest == entry.digest))
}

/// The files at or below some paths, or all, that could not be read in the last run that came to them.
///
/// # Errors
/// When the index cannot be read.
pub fn failures(known: &Known, below: &[PathBuf]) -> Result<Vec<Failure>> {
    let mut failures = Vec::new();
    each_below(known, below, &mut |key, entry| {
        if entry.status == Status::Failed {
            failures.push(Failure::known(PathBuf::from(String::from_utf8_lossy(&key).into_owned()), &entry));
        }
        Ok(())
    })?;
    Ok(failures)
}

/// Those of some paths that are not there, and below which nothing is known either.
///
/// # Errors
/// When the index cannot be read.
pub fn unknown<'a>(known: &Known, paths: &'a [PathBuf]) -> Result<Vec<&'a Path>> {
    let mut unknown = Vec::new();
    for path in paths.iter().filter(|path| !archive::is_there(path)) {
        let mut rows = roots::known_below(known.snapshot(), &roots::place(path), known.base());
        if rows.next().transpose()?.is_none() {
            unknown.push(path.as_path());
        }
    }
    Ok(unknown)
}

/// A letter of which there are several versions or copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The case number, where the letter has one.
    pub case: Option<CaseNumber>,
    /// The best version first: the latest decided, of equal ones that with the first path.
    pub versions: Vec<Version>,
}

/// A file that holds a version of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The path, as records have it.
    pub path: String,
    /// When it was decided, where it says so.
    pub decided: Option<Date>,
    /// What became of it.
    pub status: Status,
    /// Whether it has the content of the best version.
    pub is_copy: bool,
}

/// The letters of which there are several files, one of them at or below some paths, or anywhere; in the order of case
/// numbers.
///
/// # Errors
/// When the index cannot be read.
pub fn duplicates(known: &Known, below: &[PathBuf]) -> Result<Vec<Versions>> {
    let mut letters = BTreeSet::new();
    each_below(known, below, &mut |_, entry| {
        if entry.status == Status::Duplicate {
            letters.insert(entry.letter);
        }
        Ok(())
    })?;
    let snapshot = known.snapshot();
    let versions = |letter: u64| {
        let mut versions = Vec::new();
        let mut best = None;
        for path in snapshot.paths_of(letter)? {
            let path = path?;
            let Some(entry) = snapshot.get(&path)? else { continue };
            let is_copy = *best.get_or_insert(entry.digest) == entry.digest && !versions.is_empty();
            let path = String::from_utf8_lossy(&path).into_owned();
            versions.push(Version { path, decided: Date::from_u64(entry.decided), status: entry.status, is_copy });
        }
        Ok(Versions { case: CaseNumber::from_u64(letter), versions })
    };
    letters.into_iter().map(versions).collect()
}

/// Hands over what is known at or below some paths, or everything.
fn each_below(known: &Known, below: &[PathBuf], each: &mut dyn FnMut(Vec<u8>, FileEntry) -> Result<()>) -> Result<()> {
    if below.is_empty() {
        for row in known.snapshot().below(&[]) {
            let (key, entry) = row?;
            each(key, entry)?;
        }
    }
    for path in below {
        for row in roots::known_below(known.snapshot(), &roots::place(path), known.base()) {
            let (key, entry) = row?;
            each(key, entry)?;
        }
    }
    Ok(())
}
