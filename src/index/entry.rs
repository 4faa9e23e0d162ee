//! What the manifest knows of one file.

use crate::archive::Stamp;
use crate::error::ErrorKind;

/// The version of the program that entries are made by.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Its letter is in the index.
    Indexed,
    /// Its text is in the index under the layout `unknown`.
    Unknown,
    /// It holds a version of a letter whose better version is in the index, or will be once it has been read again.
    Duplicate,
    /// It is no file to read, by its name or kind; the reason says which.
    NotALetter,
    /// It could not be read; the reason says why.
    Failed,
    /// It is a container, all of which was looked at; what it holds has entries of its own.
    Container,
}

impl Status {
    /// Every status, in the order of their codes.
    pub const ALL: [Status; 6] =
        [Self::Indexed, Self::Unknown, Self::Duplicate, Self::NotALetter, Self::Failed, Self::Container];

    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Indexed => "indexed",
            Self::Unknown => "unknown_layout",
            Self::Duplicate => "duplicate",
            Self::NotALetter => "not_a_letter",
            Self::Failed => "failed",
            Self::Container => "container",
        }
    }

    /// Whether documents of the file are in the index.
    pub fn has_documents(self) -> bool {
        matches!(self, Self::Indexed | Self::Unknown)
    }
}

/// What the manifest knows of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The file's length and times when it was read.
    pub stamp: Stamp,
    /// BLAKE3 digest of the content; zeros where it was not read.
    pub digest: [u8; 32],
    /// What became of it.
    pub status: Status,
    /// The identity of its letter, where it holds one.
    pub letter: u64,
    /// The letter's decision date as `yyyymmdd`, 0 where missing.
    pub decided: u64,
    /// The commit that this entry belongs to.
    pub generation: u64,
    /// How many issues the letter has; for a container, how much of what it holds could not be read.
    pub issues: u64,
    /// For failures `code: reason`, for what is no letter why, for containers which of their entries were meant.
    pub reason: String,
    /// For failures what to do about them; empty where nothing is known.
    pub hint: String,
    /// The version of the program that read the file.
    pub program: String,
}

/// Length, times and inode; digest, status, letter, decided, generation, issues, reason, hint, program.
pub(super) type Row<'a> = ((u64, i64, i64, u64), &'a [u8; 32], u8, u64, u64, u64, u64, &'a str, &'a str, &'a str);

/// The part of an entry that tells whether its file has to be looked at again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    stamp: Stamp,
    /// What became of the file.
    pub status: Status,
    issues: u64,
    pub(super) generation: u64,
    is_ours: bool,
}

impl Outcome {
    pub(super) fn of_row(row: &Row<'_>) -> Self {
        let ((bytes, modified, changed, inode), _, status, _, _, generation, issues, _, _, program) = *row;
        let stamp = Stamp { bytes, modified, changed, inode };
        let status = Status::ALL.get(usize::from(status)).copied().unwrap_or(Status::Failed);
        Self { stamp, status, issues, generation, is_ours: program == PROGRAM }
    }

    /// Whether a file that has this stamp now, and now is or is not to be read as a letter, need not be looked at.
    ///
    /// A failure is settled as long as the program is the same; another version may read what this one cannot.
    pub fn settles(&self, stamp: &Stamp, to_read: bool) -> bool {
        let same = self.stamp == *stamp && stamp.is_reliable();
        let may_change = match self.status {
            Status::Failed => !self.is_ours,
            Status::Container => !self.is_ours && self.issues > 0,
            _ => false,
        };
        same && to_read == (self.status != Status::NotALetter) && !may_change
    }
}

impl FileEntry {
    /// The entry of a file that this version of the program looked at, before it is known what it holds.
    pub fn new(stamp: Stamp, status: Status, generation: u64) -> Self {
        Self {
            stamp,
            digest: [0; 32],
            status,
            letter: 0,
            decided: 0,
            generation,
            issues: 0,
            reason: String::new(),
            hint: String::new(),
            program: PROGRAM.to_owned(),
        }
    }

    /// Whether it is an entry of a container, which no longer holds it.
    pub fn is_missing(&self) -> bool {
        self.stamp == self.stamp.missing()
    }

    /// Whether the entry stands for a version of a letter.
    pub fn is_version(&self) -> bool {
        self.status.has_documents() || self.status == Status::Duplicate
    }

    /// Whether a file that has this stamp now, and now is or is not to be read as a letter, need not be looked at.
    pub fn settles(&self, stamp: &Stamp, to_read: bool) -> bool {
        Outcome::of_row(&self.row()).settles(stamp, to_read)
    }

    /// Whether content of this digest, read by this version of the program, would give the same entry.
    pub fn holds(&self, digest: &[u8; 32]) -> bool {
        self.is_version() && self.digest == *digest && self.program == PROGRAM
    }

    /// The kind of a failure and its reason.
    pub fn failure(&self) -> (Option<ErrorKind>, &str) {
        match self.reason.split_once(": ") {
            Some((code, reason)) => (ErrorKind::from_code(code), reason),
            None => (None, &self.reason),
        }
    }

    pub(super) fn row(&self) -> Row<'_> {
        let Stamp { bytes, modified, changed, inode } = self.stamp;
        (
            (bytes, modified, changed, inode),
            &self.digest,
            self.status as u8,
            self.letter,
            self.decided,
            self.generation,
            self.issues,
            &self.reason,
            &self.hint,
            &self.program,
        )
    }

    pub(super) fn from_row(row: Row<'_>) -> Self {
        let ((bytes, modified, changed, inode), digest, status, letter, decided, generation, issues, ..) = row;
        let (.., reason, hint, program) = row;
        Self {
            stamp: Stamp { bytes, modified, changed, inode },
            digest: *digest,
            status: Status::ALL.get(usize::from(status)).copied().unwrap_or(Status::Failed),
            letter,
            decided,
            generation,
            issues,
            reason: reason.to_owned(),
            hint: hint.to_owned(),
            program: program.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(reason: &str) -> FileEntry {
        let stamp = Stamp { bytes: 9, modified: 1, changed: 2, inode: 3 };
        FileEntry { reason: reason.to_owned(), ..FileEntry::new(stamp, Status::Failed, 1) }
    }

    #[test]
    fn a_failure_is_settled_as_long_as_the_program_is_the_same() {
        for kind in [ErrorKind::PdfDamaged, ErrorKind::Io, ErrorKind::PdfTime, ErrorKind::Panic] {
            let entry = failed(&format!("{}: something", kind.code()));
            assert!(entry.settles(&entry.stamp, true), "{kind:?}");
            assert_eq!(entry.failure(), (Some(kind), "something"));
            assert!(!FileEntry { program: "0.0.9".to_owned(), ..entry.clone() }.settles(&entry.stamp, true));
        }
    }

    #[test]
    fn each_part_of_a_stamp_unsettles_and_so_does_the_kind() {
        let entry = FileEntry { status: Status::Indexed, ..failed("") };
        let stamp = entry.stamp;
        assert!(entry.settles(&stamp, true) && !entry.settles(&stamp, false));
        for other in [
            Stamp { bytes: 8, ..stamp },
            Stamp { modified: 0, ..stamp },
            Stamp { changed: 0, ..stamp },
            Stamp { inode: 0, ..stamp },
        ] {
            assert!(!entry.settles(&other, true), "{other:?}");
        }
        let untold = Stamp { modified: 0, changed: 0, ..stamp };
        assert!(!FileEntry { stamp: untold, ..entry }.settles(&untold, true));
        let other = FileEntry { status: Status::NotALetter, ..failed("") };
        assert!(other.settles(&stamp, false) && !other.settles(&stamp, true));
    }

    #[test]
    fn an_entry_comes_back_from_its_row() {
        let entry = FileEntry { digest: [7; 32], letter: 4, decided: 5, issues: 6, ..failed("empty: is empty") };
        assert_eq!(FileEntry::from_row(entry.row()), entry);
    }
}
