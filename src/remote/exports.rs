//! Letters of exports, in the order in which they are published, whatever the order in the files.
//!
//! The files are read twice: once for where each letter stands, which takes some forty bytes of memory a letter, and once
//! for the letters themselves.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::index::letter_id;
use crate::letter::{CaseNumber, Date};
use crate::record::LetterRecord;

/// No line is longer, in bytes.
const LONGEST_LINE: u64 = 64 << 20;

/// Where a letter stands.
#[derive(Debug, Clone, Copy)]
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
    /// The letters of files, and of all files below folders whose names end in `.jsonl`. Of several versions of a letter
    /// the one with the latest decision date counts, of equal ones the first.
    ///
    /// # Errors
    /// From the file system, and [`ErrorKind::RecordDamaged`] for a line that is no record.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                files.extend(below(path)?);
            } else {
                files.push(path.clone());
            }
        }
        let mut places = Vec::new();
        for (number, path) in (0..).zip(&files) {
            scan(path, number, &mut places)?;
        }
        // The order in the files decides between equal versions.
        places.sort_by(|a, b| a.letter.cmp(&b.letter).then(b.decided.cmp(&a.decided)));
        let before = places.len();
        places.dedup_by_key(|place| place.letter);
        let repeated = (before - places.len()) as u64;
        Ok(Self { files, open: None, places: places.into_iter(), repeated })
    }

    /// How many letters are left.
    pub fn letters(&self) -> u64 {
        self.places.len() as u64
    }

    fn read(&mut self, place: Place) -> Result<LetterRecord> {
        let path = &self.files[place.file as usize];
        let failed = |error| Error::io(path, error);
        if self.open.as_ref().is_none_or(|(file, _)| *file != place.file) {
            self.open = Some((place.file, File::open(path).map_err(failed)?));
        }
        let mut line = vec![0; place.bytes as usize];
        if let Some((_, file)) = &mut self.open {
            file.seek(SeekFrom::Start(place.from)).and_then(|_| file.read_exact(&mut line)).map_err(failed)?;
        }
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

/// The exports below a folder, by name.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, e))? {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        if path.extension().is_some_and(|ending| ending == "jsonl") && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    match found.is_empty() {
        true => Err(Error::new(ErrorKind::NotFound, "holds no file whose name ends in `.jsonl`").with_path(folder)),
        false => Ok(found),
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
        let bytes = u32::try_from(read).map_err(|_| damaged(path, number))?;
        if !line.trim_ascii().is_empty() {
            let head: Head = serde_json::from_slice(&line).map_err(|e| damaged(path, number).with_source(e))?;
            let case = head.case_number.map(|case| case.parse::<CaseNumber>()).transpose();
            let case = case.map_err(|_| damaged(path, number))?;
            let mut digest = [0; 32];
            match blake3::Hash::from_hex(&head.digest) {
                Ok(hash) => digest = *hash.as_bytes(),
                // Without a case number nothing else tells the letter from others.
                Err(_) if case.is_none() => return Err(damaged(path, number)),
                Err(_) => {}
            }
            let decided = head.decision_date.and_then(|day| day.parse::<Date>().ok()).map_or(0, Date::to_u64);
            places.push(Place { letter: letter_id(case, &digest), decided, file, line: number, from, bytes });
        }
        from += read as u64;
    }
}

fn damaged(path: &Path, line: u32) -> Error {
    let hint =
        "exports are JSON lines of letters, as `imr export` and `imr parse` print them; others are read by `imr index`";
    Error::new(ErrorKind::RecordDamaged, format!("line {line} is no record of a letter"))
        .with_path(path)
        .with_hint(hint)
}
