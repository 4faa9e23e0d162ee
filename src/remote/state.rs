//! What was sent to a target: a file that is only ever appended to, and made durable before what it tells of is relied on.
//!
//! It has two parts, each in the order of letters. The first is what is known of every letter. The second is the journal of
//! one run: before letters are sent it says so (`?`), and when the engine has taken them what it took (`=`), or that they are
//! gone there (`-`). The next run begins by merging both into a new first part, in memory that does not grow with them. A
//! run that is killed leaves at most one line cut off at the end. Each line ends with a digest of itself.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use super::document::hex;
use crate::error::{Error, ErrorKind, Result};

/// What the file begins with, before the target.
const HEAD: &str = "imr publish state 1 ";
/// The line between both parts.
const JOURNAL: &str = "journal";
/// No line is longer, in bytes.
const LONGEST_LINE: u64 = 4096;

/// What is known of a letter there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The letter.
    pub letter: u64,
    /// How many issues of it may be there; 0 for a letter without issues, which has one document.
    pub issues: u64,
    /// The digest of what is there as a whole; `None` where it is not known whether all of it is.
    pub version: Option<[u8; 16]>,
}

/// What a line of the journal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Intended(Entry),
    Taken(Entry),
    Gone(u64),
}

impl Line {
    fn letter(&self) -> u64 {
        match self {
            Self::Intended(entry) | Self::Taken(entry) => entry.letter,
            Self::Gone(letter) => *letter,
        }
    }

    fn print(&self) -> String {
        let told = match self {
            Self::Intended(Entry { letter, issues, .. }) => format!("? {letter:016x} {issues}"),
            Self::Taken(Entry { letter, issues, version }) => {
                let version = version.map_or_else(|| "-".to_owned(), |version| hex(&version));
                format!("= {letter:016x} {issues} {version}")
            }
            Self::Gone(letter) => format!("- {letter:016x}"),
        };
        signed(&told)
    }

    fn parse(told: &str) -> Option<Self> {
        let mut words = told.split(' ');
        let kind = words.next()?;
        let letter = u64::from_str_radix(words.next()?, 16).ok()?;
        let mut issues = || words.next()?.parse().ok();
        let this = match kind {
            "?" => Self::Intended(Entry { letter, issues: issues()?, version: None }),
            "=" => Self::Taken(Entry { letter, issues: issues()?, version: Some(bytes(words.next()?)?) }),
            "-" => Self::Gone(letter),
            _ => return None,
        };
        words.next().is_none().then_some(this)
    }
}

fn bytes(hex: &str) -> Option<[u8; 16]> {
    u128::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 32).map(u128::to_be_bytes)
}

/// A line with its digest and its end.
fn signed(told: &str) -> String {
    format!("{told} {}\n", digest(told))
}

fn digest(told: &str) -> String {
    hex(&blake3::hash(told.as_bytes()).as_bytes()[..4])
}

/// What a line tells, if it is whole.
fn verified(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (told, own) = line.rsplit_once(' ')?;
    (digest(told) == own).then_some(told)
}

/// Lines of one part, in their order.
struct Lines {
    reader: io::Take<BufReader<File>>,
    path: PathBuf,
    /// The number of the line before, from the beginning of the part.
    at: u64,
    last: Option<u64>,
    only: fn(&Line) -> bool,
    failed: bool,
}

impl Iterator for Lines {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Result<Line>> {
        while !self.failed {
            let mut line = Vec::new();
            let read = (&mut self.reader).take(LONGEST_LINE).read_until(b'\n', &mut line);
            match read {
                Err(error) => {
                    self.failed = true;
                    return Some(Err(Error::io(&self.path, error)));
                }
                Ok(0) => return None,
                Ok(_) => self.at += 1,
            }
            let Some(told) = verified(&line).and_then(Line::parse) else {
                self.failed = true;
                return Some(Err(damaged(&self.path)));
            };
            if !(self.only)(&told) {
                continue;
            }
            // Each kind of line of a part is in order, which merging relies on.
            if self.last.is_some_and(|last| last >= told.letter()) {
                self.failed = true;
                return Some(Err(damaged(&self.path)));
            }
            self.last = Some(told.letter());
            return Some(Ok(told));
        }
        None
    }
}

fn damaged(path: &Path) -> Error {
    Error::new(ErrorKind::IndexCorrupt, "what is known of the documents there is damaged")
        .with_path(path)
        .with_hint("`imr publish --replace` sends everything anew and takes away there what is not here")
}

/// Where the parts of a file are.
#[derive(Debug, Clone, Copy)]
struct Parts {
    /// The first part begins behind the head.
    first: u64,
    /// It ends with the line between both.
    first_end: u64,
    journal: u64,
    /// The journal ends with its last whole line.
    end: u64,
}

impl Parts {
    /// Finds the parts. Only the last line may be cut off.
    fn find(path: &Path, target: &str) -> Result<Self> {
        let mut reader = BufReader::new(File::open(path).map_err(|e| Error::io(path, e))?);
        let mut line = Vec::new();
        let mut next = |line: &mut Vec<u8>| -> Result<u64> {
            line.clear();
            let read = (&mut reader).take(LONGEST_LINE).read_until(b'\n', line);
            read.map(|length| length as u64).map_err(|e| Error::io(path, e))
        };
        let first = next(&mut line)?;
        let whose = verified(&line).and_then(|told| told.strip_prefix(HEAD)).ok_or_else(|| damaged(path))?;
        if whose != target {
            return Err(Error::new(ErrorKind::Usage, format!("is about `{whose}`, not about `{target}`"))
                .with_path(path)
                .with_hint("each target has a file of its own; name another with `--state FILE`"));
        }
        let mut at = first;
        let mut journal = None;
        loop {
            let length = next(&mut line)?;
            if length == 0 {
                break;
            }
            let told = verified(&line);
            if told.is_none() && journal.is_some() {
                // What is behind a line that is cut off was never written.
                return match next(&mut line)? {
                    0 => Self::of(first, journal, at).ok_or_else(|| damaged(path)),
                    _ => Err(damaged(path)),
                };
            }
            at += length;
            match told {
                None => return Err(damaged(path)),
                Some(JOURNAL) if journal.is_none() => journal = Some((at - length, at)),
                Some(_) => {}
            }
        }
        Self::of(first, journal, at).ok_or_else(|| damaged(path))
    }

    fn of(first: u64, journal: Option<(u64, u64)>, end: u64) -> Option<Self> {
        let (first_end, journal) = journal?;
        Some(Self { first, first_end, journal, end })
    }
}

/// What is known of all letters, in their order: what a journal tells counts before what was known when it began.
pub struct Entries {
    known: Peekable<Lines>,
    intended: Peekable<Lines>,
    settled: Peekable<Lines>,
}

impl Entries {
    fn of(path: &Path, parts: Parts) -> Result<Self> {
        let lines = |from: u64, to: u64, only: fn(&Line) -> bool| -> Result<Peekable<Lines>> {
            let mut file = File::open(path).map_err(|e| Error::io(path, e))?;
            file.seek(SeekFrom::Start(from)).map_err(|e| Error::io(path, e))?;
            let reader = BufReader::new(file).take(to.saturating_sub(from));
            Ok(Lines { reader, path: path.to_path_buf(), at: 0, last: None, only, failed: false }.peekable())
        };
        Ok(Self {
            known: lines(parts.first, parts.first_end, |_| true)?,
            intended: lines(parts.journal, parts.end, |line| matches!(line, Line::Intended(_)))?,
            settled: lines(parts.journal, parts.end, |line| !matches!(line, Line::Intended(_)))?,
        })
    }
}

/// The next line if it is about this letter.
fn of_letter(lines: &mut Peekable<Lines>, letter: u64) -> Result<Option<Line>> {
    match lines.peek() {
        Some(Ok(line)) if line.letter() != letter => Ok(None),
        None => Ok(None),
        Some(_) => lines.next().transpose(),
    }
}

impl Iterator for Entries {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Result<Entry>> {
        loop {
            let heads = [self.known.peek(), self.intended.peek(), self.settled.peek()];
            if let Some(place) = heads.iter().position(|head| matches!(head, Some(Err(_)))) {
                let lines = [&mut self.known, &mut self.intended, &mut self.settled].into_iter().nth(place)?;
                return lines.next().and_then(Result::err).map(Err);
            }
            let letter = heads.into_iter().flatten().flatten().map(Line::letter).min()?;
            let mut merged = || -> Result<Option<Entry>> {
                let known = of_letter(&mut self.known, letter)?;
                let intended = of_letter(&mut self.intended, letter)?;
                let settled = of_letter(&mut self.settled, letter)?;
                let issues = |line: &Line| match line {
                    Line::Intended(entry) | Line::Taken(entry) => entry.issues,
                    Line::Gone(_) => 0,
                };
                Ok(match (settled, intended, known) {
                    (Some(Line::Gone(_)), ..) => None,
                    (Some(Line::Taken(entry) | Line::Intended(entry)), ..) => Some(entry),
                    (None, Some(intended), known) => {
                        let most = issues(&intended).max(known.as_ref().map_or(0, issues));
                        Some(Entry { letter, issues: most, version: None })
                    }
                    (None, None, Some(Line::Taken(entry) | Line::Intended(entry))) => Some(entry),
                    (None, None, _) => None,
                })
            };
            match merged().transpose() {
                Some(entry) => return Some(entry),
                None => continue,
            }
        }
    }
}

/// The file of a target, held by this process.
pub struct State {
    path: PathBuf,
    journal: File,
    parts: Parts,
    /// Whether a line may have been written in part: nothing is written behind it.
    is_torn: bool,
    _lock: File,
}

impl State {
    /// Opens the file of a target, or begins it, and merges its parts.
    ///
    /// # Errors
    /// [`ErrorKind::IndexLocked`] while another process has it, [`ErrorKind::IndexCorrupt`] for a damaged one,
    /// [`ErrorKind::Usage`] for that of another target, and from the file system.
    pub fn open(path: &Path, target: &str) -> Result<Self> {
        let lock = locked(path)?;
        let new = with_ending(path, "new");
        let mut out = BufWriter::new(File::create(&new).map_err(|e| Error::write(&new, e))?);
        let wrote = |result: io::Result<()>| result.map_err(|e| Error::write(&new, e));
        wrote(out.write_all(signed(&format!("{HEAD}{target}")).as_bytes()))?;
        if path.exists() {
            for entry in Entries::of(path, Parts::find(path, target)?)? {
                let entry = entry?;
                let line = if entry.version.is_some() { Line::Taken(entry) } else { Line::Intended(entry) };
                wrote(out.write_all(line.print().as_bytes()))?;
            }
        }
        wrote(out.write_all(signed(JOURNAL).as_bytes()))?;
        wrote(out.flush().and_then(|()| out.get_ref().sync_all()))?;
        drop(out);
        fs::rename(&new, path).map_err(|e| Error::write(path, e))?;
        durable(path);
        let parts = Parts::find(path, target)?;
        let journal = OpenOptions::new().append(true).open(path).map_err(|e| Error::write(path, e))?;
        Ok(Self { path: path.to_path_buf(), journal, parts, is_torn: false, _lock: lock })
    }

    /// Puts a damaged file aside, so that another can begin. Gives the place where it is kept.
    ///
    /// # Errors
    /// From the file system.
    pub fn put_aside(path: &Path) -> Result<PathBuf> {
        let aside = with_ending(path, "damaged");
        fs::rename(path, &aside).map_err(|e| Error::write(path, e))?;
        Ok(aside)
    }

    /// What is known of all letters as of when the file was opened.
    ///
    /// # Errors
    /// From the file system.
    pub fn entries(&self) -> Result<Entries> {
        Entries::of(&self.path, Parts { end: self.parts.journal, ..self.parts })
    }

    /// Says that these letters will be sent: so many issues of each may be there from now on.
    ///
    /// # Errors
    /// From the file system.
    pub fn intend(&mut self, letters: impl IntoIterator<Item = (u64, u64)>) -> Result<()> {
        let line = |(letter, issues)| Line::Intended(Entry { letter, issues, version: None }).print();
        self.append(letters.into_iter().map(line).collect())
    }

    /// Says what the engine took, or what is gone there.
    ///
    /// # Errors
    /// From the file system.
    pub fn settle(&mut self, letters: impl IntoIterator<Item = Settled>) -> Result<()> {
        let line = |settled| match settled {
            Settled::Taken(entry) => Line::Taken(entry).print(),
            Settled::Gone(letter) => Line::Gone(letter).print(),
        };
        self.append(letters.into_iter().map(line).collect())
    }

    fn append(&mut self, lines: String) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        if self.is_torn {
            let message = "is not written any more, since a write to it failed before";
            return Err(Error::new(ErrorKind::Io, message).with_path(&self.path));
        }
        let appended = self.journal.write_all(lines.as_bytes()).and_then(|()| self.journal.sync_data());
        self.is_torn = appended.is_err();
        appended.map_err(|e| Error::write(&self.path, e))
    }
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is there as a whole.
    Taken(Entry),
    /// It is not there any more.
    Gone(u64),
}

/// What is known of all letters, without changing the file or keeping others from it. A file that is not there knows
/// nothing.
///
/// # Errors
/// [`ErrorKind::IndexCorrupt`], [`ErrorKind::Usage`] for the file of another target, and from the file system.
pub fn look(path: &Path, target: &str) -> Result<Option<Entries>> {
    match path.exists() {
        true => Entries::of(path, Parts::find(path, target)?).map(Some),
        false => Ok(None),
    }
}

/// The targets of the files in a folder, as far as they can be told. A folder that is not there has none.
pub fn targets(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let states = files.filter(|path| path.extension().is_some_and(|ending| ending == "state"));
    let target = |path: PathBuf| {
        let mut line = Vec::new();
        BufReader::new(File::open(path).ok()?).take(LONGEST_LINE).read_until(b'\n', &mut line).ok()?;
        Some(verified(&line)?.strip_prefix(HEAD)?.to_owned())
    };
    let mut targets: Vec<String> = states.filter_map(target).collect();
    targets.sort_unstable();
    targets
}

/// A file that is locked beside another.
fn lock_file(path: &Path) -> Result<(File, PathBuf)> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
    }
    let place = with_ending(path, "lock");
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).open(&place).map_err(|e| Error::write(&place, e))?;
    Ok((file, place))
}

/// Waits until this process alone may change a file.
pub(super) fn held(path: &Path) -> Result<File> {
    let (file, place) = lock_file(path)?;
    file.lock().map_err(|e| Error::write(&place, e))?;
    Ok(file)
}

fn locked(path: &Path) -> Result<File> {
    let (file, place) = lock_file(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Error::new(ErrorKind::IndexLocked, "another process publishes to this target").with_path(path))
        }
        Err(TryLockError::Error(error)) => Err(Error::write(&place, error)),
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Names are durable with their folder; where that cannot be opened they are as durable as can be had.
fn durable(path: &Path) {
    if cfg!(unix) {
        let _ = path.parent().map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
    }
}

/// Replaces a small file as a whole, durably.
pub(super) fn replace(path: &Path, content: &str) -> Result<()> {
    let new = with_ending(path, "new");
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&new, path)).map_err(|e| Error::write(path, e))?;
    durable(path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_behind_a_line_that_may_be_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let mut state = State::open(&path, "t").unwrap();
        state.intend([(1, 1)]).unwrap();
        // A disk that is full for a moment, and then is not.
        let whole = std::mem::replace(&mut state.journal, File::open(&path).unwrap());
        state.intend([(2, 1)]).unwrap_err();
        state.journal = whole;
        state.intend([(3, 1)]).unwrap_err();
        drop(state);
        let known: Vec<u64> = look(&path, "t").unwrap().unwrap().map(|entry| entry.unwrap().letter).collect();
        assert_eq!(known, [1]);
    }
}
