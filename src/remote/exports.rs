//! Letters of exports, in the order in which they are published, whatever the order in the files.
//!
//! The files are read twice: once for where each letter stands, which takes some forty bytes of memory a letter, and once
//! for the letters themselves. Parquet cannot be read letter by letter in another order, so its letters are written as lines
//! into a temporary file first.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::archive::container::{Format, Limits, Member, Members};
use crate::error::{Error, ErrorKind, Result};
use crate::index::letter_id;
use crate::letter::{CaseNumber, Date};
use crate::record::LetterRecord;
use crate::shards::{self, Shards};

/// No line is longer, in bytes.
const LONGEST_LINE: u64 = 64 << 20;

/// Where a letter stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    letter: u64,
    decided: u64,
    file: u32,
    line: u32,
    from: u64,
    bytes: u32,
}

/// The letters of some files.
pub struct Exports {
    files: Vec<PathBuf>,
    open: Option<(u32, File)>,
    /// The letters of all files of Parquet, as lines.
    spool: Option<File>,
    places: std::vec::IntoIter<Place>,
    /// How many letters came again, in the same or another version.
    pub repeated: u64,
}

/// What has to be known of a letter to put it in its place.
#[derive(Deserialize)]
struct Head {
    case_number: Option<String>,
    decision_date: Option<String>,
    digest: String,
}

impl Exports {
    /// The letters of files, and of all files in folders whose names end in `.jsonl` or `.parquet`, shards or not. Of several versions of a letter the one with the latest decision date counts, of equal ones the first.
    ///
    /// # Errors
    /// From the file system, [`ErrorKind::RecordDamaged`] for what is no record, and [`ErrorKind::Shards`] for shards that
    /// are not whole.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                files.extend(inside(path)?);
            } else {
                files.push(path.clone());
            }
        }
        let (mut places, mut spool) = (Vec::new(), Spool::default());
        for (number, path) in (0..).zip(&files) {
            shards::verified(path)?;
            match columns(path) {
                Some(format) => spool.take(path, format, number, &mut places)?,
                None => scan(path, number, &mut places)?,
            }
        }
        // The order in the files decides between equal versions.
        places.sort_by(|a, b| a.letter.cmp(&b.letter).then(b.decided.cmp(&a.decided)));
        let before = places.len();
        places.dedup_by_key(|place| place.letter);
        let repeated = (before - places.len()) as u64;
        Ok(Self { files, open: None, spool: spool.finish()?, places: places.into_iter(), repeated })
    }

    /// How many letters are left.
    pub fn letters(&self) -> u64 {
        self.places.len() as u64
    }

    fn read(&mut self, place: Place) -> Result<LetterRecord> {
        let path = &self.files[place.file as usize];
        let failed = |error| Error::io(path, error);
        let file = match (&mut self.spool, columns(path)) {
            (Some(spool), Some(_)) => spool,
            _ => match self.open.take() {
                Some((number, file)) if number == place.file => &mut self.open.insert((number, file)).1,
                _ => &mut self.open.insert((place.file, File::open(path).map_err(failed)?)).1,
            },
        };
        let mut line = vec![0; place.bytes as usize];
        file.seek(SeekFrom::Start(place.from)).and_then(|_| file.read_exact(&mut line)).map_err(failed)?;
        serde_json::from_slice(&line).map_err(|error| damaged(path, place.line).with_source(error))
    }
}

impl Iterator for Exports {
    type Item = Result<LetterRecord>;

    fn next(&mut self) -> Option<Result<LetterRecord>> {
        let place = self.places.next()?;
        Some(self.read(place))
    }
}

/// The exports in a folder, by name, which is the order of shards, too: those have to be whole.
fn inside(folder: &Path) -> Result<Vec<PathBuf>> {
    Shards::open(folder)?;
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, e))? {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        let is_export = path.extension().is_some_and(|ending| ending == "jsonl" || ending == "parquet");
        if is_export && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    match found.is_empty() {
        true => {
            let fact = "holds no file whose name ends in `.jsonl` or `.parquet`";
            Err(Error::new(ErrorKind::NotFound, fact).with_path(folder))
        }
        false => Ok(found),
    }
}

/// The format of a file of Parquet, by its name.
fn columns(path: &Path) -> Option<Format> {
    let format = Format::of(&path.file_name()?.to_string_lossy())?;
    path.extension().filter(|ending| ending.eq_ignore_ascii_case("parquet")).map(|_| format)
}

/// Letters as lines in a temporary file, which has no name and is gone with the process.
#[derive(Default)]
struct Spool {
    out: Option<BufWriter<File>>,
    bytes: u64,
}

impl Spool {
    /// Takes the letters of a file.
    fn take(&mut self, path: &Path, format: Format, file: u32, places: &mut Vec<Place>) -> Result<()> {
        let failed = |error| Error::write(tempfile::env::temp_dir(), error).with_hint(SPOOLED);
        let out = match &mut self.out {
            Some(out) => out,
            none => none.insert(BufWriter::with_capacity(1 << 16, tempfile::tempfile().map_err(failed)?)),
        };
        let rows = Members::open(path, format, &Limits::default(), |_| true)?;
        for (number, row) in (1..).zip(rows) {
            let line = row.and_then(Member::read).map_err(|e| e.with_path(path))?;
            let at = Place { file, line: number, from: self.bytes, ..Place::default() };
            places.push(at.of(&line, path)?);
            out.write_all(&line).map_err(failed)?;
            self.bytes += line.len() as u64;
        }
        Ok(())
    }

    fn finish(self) -> Result<Option<File>> {
        let file = self.out.map(BufWriter::into_inner).transpose();
        file.map_err(|e| Error::write(tempfile::env::temp_dir(), e.into_error()).with_hint(SPOOLED))
    }
}

/// What to do where the disk of temporary files is full.
const SPOOLED: &str = "letters in Parquet are written there as lines first; TMPDIR names another folder";

impl Place {
    /// The place of a letter, with what is to be known of it.
    fn of(self, line: &[u8], path: &Path) -> Result<Self> {
        let wrong = || damaged(path, self.line);
        let head: Head = serde_json::from_slice(line).map_err(|e| wrong().with_source(e))?;
        let case = head.case_number.map(|case| case.parse::<CaseNumber>()).transpose().map_err(|_| wrong())?;
        let mut digest = [0; 32];
        match blake3::Hash::from_hex(&head.digest) {
            Ok(hash) => digest = *hash.as_bytes(),
            // Without a case number nothing else tells the letter from others.
            Err(_) if case.is_none() => return Err(wrong()),
            Err(_) => {}
        }
        let decided = head.decision_date.and_then(|day| day.parse::<Date>().ok()).map_or(0, Date::to_u64);
        let bytes = u32::try_from(line.len()).map_err(|_| wrong())?;
        Ok(Self { letter: letter_id(case, &digest), decided, bytes, ..self })
    }
}

fn scan(path: &Path, file: u32, places: &mut Vec<Place>) -> Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, File::open(path).map_err(|e| Error::io(path, e))?);
    let (mut from, mut number, mut line) = (0, 0, Vec::new());
    loop {
        line.clear();
        let read = (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(|e| Error::io(path, e))?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        if !line.trim_ascii().is_empty() {
            places.push(Place { file, line: number, from, ..Place::default() }.of(&line, path)?);
        }
        from += read as u64;
    }
}

fn damaged(path: &Path, line: u32) -> Error {
    let what = if columns(path).is_some() { "row" } else { "line" };
    let hint =
        "exports are JSON lines of letters, as `imr export` and `imr parse` print them; others are read by `imr index`";
    Error::new(ErrorKind::RecordDamaged, format!("{what} {line} is no record of a letter"))
        .with_path(path)
        .with_hint(hint)
}
