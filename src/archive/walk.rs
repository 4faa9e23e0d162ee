//! The walk: every file under the given paths, in a fixed order.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::{DirEntry, WalkDir};

use crate::error::{Error, ErrorKind, Result};

/// One file that the walk came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path, beginning with the root as it was given.
    pub path: PathBuf,
    /// Whether the file can be a letter.
    pub kind: Kind,
    /// The file's length in bytes.
    pub bytes: u64,
    /// When the file was changed last, in nanoseconds since 1970; 0 where the file system does not tell.
    pub modified: i64,
}

/// Whether a file of an archive can be a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file to read: `.pdf` or `.txt`, or named as a root itself.
    Letter,
    /// A file of another extension.
    Other,
    /// A symbolic link that is not followed.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

/// The walk over some roots: each in the order given, the entries of each folder in the order of their names' bytes.
///
/// A folder that cannot be read, or a loop of symbolic links, is one error; the walk goes on behind it.
pub struct Walk {
    roots: std::vec::IntoIter<PathBuf>,
    current: Option<walkdir::IntoIter>,
    follow: bool,
    skip: Option<PathBuf>,
}

impl Walk {
    /// Begins a walk. With `follow`, symbolic links below the roots are followed; roots always are.
    pub fn new(roots: Vec<PathBuf>, follow: bool) -> Self {
        Self { roots: roots.into_iter(), current: None, follow, skip: None }
    }

    /// The same walk without what lies in a folder: the index is no part of the archive beside which it lies.
    #[must_use]
    pub fn without(mut self, folder: PathBuf) -> Self {
        self.skip = Some(folder);
        self
    }

    fn next_entry(&mut self) -> Option<Result<DirEntry, walkdir::Error>> {
        loop {
            if let Some(walk) = &mut self.current {
                match walk.next() {
                    Some(Ok(entry)) if entry.file_type().is_dir() => {
                        if self.skip.as_deref() == Some(entry.path()) {
                            walk.skip_current_dir();
                        }
                        continue;
                    }
                    Some(entry) => return Some(entry),
                    None => self.current = None,
                }
            }
            let root = self.roots.next()?;
            self.current = Some(
                WalkDir::new(root)
                    .follow_links(self.follow)
                    .sort_by(|a, b| a.file_name().as_encoded_bytes().cmp(b.file_name().as_encoded_bytes()))
                    .into_iter(),
            );
        }
    }
}

impl Iterator for Walk {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = match self.next_entry()? {
            Ok(entry) => entry,
            Err(error) => return Some(Err(walk_error(error))),
        };
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Some(Err(walk_error(error))),
        };
        let kind = kind(&entry, metadata.is_file());
        // Time before 1970 or after 2262 only costs the short cut for unchanged files.
        let modified = metadata
            .modified()
            .ok()
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
            .and_then(|d| i64::try_from(d.as_nanos()).ok())
            .unwrap_or(0);
        let bytes = metadata.len();
        Some(Ok(Entry { path: entry.into_path(), kind, bytes, modified }))
    }
}

fn kind(entry: &DirEntry, is_file: bool) -> Kind {
    let file_type = entry.file_type();
    if file_type.is_symlink() && entry.depth() > 0 {
        Kind::Link
    } else if !file_type.is_file() && !is_file {
        Kind::Special
    } else if entry.depth() == 0 || is_letter_name(entry.path()) {
        Kind::Letter
    } else {
        Kind::Other
    }
}

fn is_letter_name(path: &Path) -> bool {
    path.extension()
        .and_then(OsStr::to_str)
        .is_some_and(|e| e.eq_ignore_ascii_case("pdf") || e.eq_ignore_ascii_case("txt"))
}

fn walk_error(error: walkdir::Error) -> Error {
    let path = error.path().map(Path::to_path_buf).unwrap_or_default();
    if let Some(ancestor) = error.loop_ancestor() {
        return Error::new(
            ErrorKind::Io,
            format!("the symbolic link leads back to `{}`, a folder above it", ancestor.display()),
        )
        .with_path(path)
        .with_hint("remove the link, or leave out `--follow`");
    }
    match error.into_io_error() {
        Some(io) => Error::io(path, io),
        None => Error::new(ErrorKind::Io, "cannot be walked").with_path(path),
    }
}

/// How many entries a walk over these roots without a folder will give: for progress, and cheap, since it looks at
/// names only. `stop` ends the count early.
pub fn count(roots: &[PathBuf], follow: bool, without: &Path, stop: &dyn Fn() -> bool) -> u64 {
    let mut files = 0;
    for root in roots {
        let entries = WalkDir::new(root).follow_links(follow).into_iter();
        for entry in entries.filter_entry(|entry| entry.path() != without) {
            if stop() {
                return files;
            }
            files += u64::from(!entry.is_ok_and(|e| e.file_type().is_dir()));
        }
    }
    files
}
