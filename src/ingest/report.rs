//! The report of a run, whose numbers add up to the files seen.

use std::path::PathBuf;
use std::time::Duration;

use super::timings::Stage;
use crate::error::{Error, ErrorKind};
use crate::index::{FileEntry, Status};

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that the run came to, also within containers, with what it could not come to: the sum of `letters`,
    /// `unknown`, `unchanged`, `moved`, `duplicates`, `not_letters` and the failures.
    pub files: u64,
    /// The bytes of these files.
    pub bytes: u64,
    /// The bytes of the files that came into the index.
    pub indexed_bytes: u64,
    /// Letters of known layouts that came into the index.
    pub letters: u64,
    /// Their issues.
    pub issues: u64,
    /// Letters of unknown layout that came into the index as text.
    pub unknown: u64,
    /// Files that are as they were in an earlier run.
    pub unchanged: u64,
    /// Files whose content lay elsewhere before, where it is gone.
    pub moved: u64,
    /// Files that hold another version of a letter that is in the index.
    pub duplicates: u64,
    /// Files that are no letters by their name or kind.
    pub not_letters: u64,
    /// Containers that were read to their end, or are as they were; they are no files of the sum, what they hold is.
    pub containers: u64,
    /// What could not be read, in the order of paths.
    pub failures: Vec<Failure>,
    /// How many of the failures are of an earlier run, and were not tried again.
    pub failed_before: u64,
    /// Files that were to be read: `.pdf` and `.txt`, and what was named itself.
    pub to_read: u64,
    /// Roots that do not exist or cannot be walked, and folders of shards that are not whole; each is a failure too.
    pub bad_roots: u64,
    /// Files that are gone, and were taken out of the index.
    pub removed: u64,
    /// Paths named in an earlier run that are gone with all that was known of them, and are no longer remembered.
    pub forgotten: u64,
    /// Files that are gone, and whose letters stay in the index.
    pub kept: u64,
    /// Duplicates that took the place of a version that is gone, and files of a run that died.
    pub restored: u64,
    /// Files that the next run has to read again, of an interrupted run: duplicates that are to take the place of a version
    /// that is gone, and files of a run that died.
    pub waiting: u64,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// How long the run took.
    pub elapsed: Duration,
    /// How long each stage took, added up over all threads; empty where there was nothing to do.
    pub stages: Vec<(Stage, Duration)>,
}

/// One thing that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file or folder.
    pub path: PathBuf,
    /// The code of the error's kind.
    pub code: String,
    /// What was wrong.
    pub reason: String,
    /// What to do about it; empty where nothing is known.
    pub hint: String,
}

impl Failure {
    /// The failure that an error tells of.
    pub fn of(error: &Error) -> Self {
        let path = error.path().map(PathBuf::from).unwrap_or_default();
        let hint = error.hint().unwrap_or_default().to_owned();
        Self { path, code: error.kind().code().to_owned(), reason: error.reason(), hint }
    }

    /// The failure that an entry of the manifest tells of.
    pub fn known(path: PathBuf, entry: &FileEntry) -> Self {
        let (kind, reason) = entry.failure();
        let code = kind.unwrap_or(ErrorKind::Io).code().to_owned();
        Self { path, code, reason: reason.to_owned(), hint: entry.hint.clone() }
    }
}

impl Report {
    /// Counts a file.
    pub fn add(&mut self, status: Status, issues: u64) {
        match status {
            Status::Indexed => {
                self.letters += 1;
                self.issues += issues;
            }
            Status::Unknown => self.unknown += 1,
            Status::Duplicate => self.duplicates += 1,
            Status::NotALetter => self.not_letters += 1,
            // Its failure is listed, which counts it.
            Status::Failed => {}
            Status::Container => self.containers += 1,
        }
    }

    /// Lists something that is no entry of the manifest.
    pub fn fail(&mut self, error: &Error) {
        self.failures.push(Failure::of(error));
    }

    /// Takes a letter that was counted as indexed for a duplicate: a better version came.
    pub fn give_way(&mut self, status: Status, issues: u64, bytes: u64) {
        match status {
            Status::Indexed => {
                self.letters -= 1;
                self.issues -= issues;
            }
            Status::Unknown => self.unknown -= 1,
            _ => return,
        }
        self.indexed_bytes -= bytes;
        self.duplicates += 1;
    }
}
