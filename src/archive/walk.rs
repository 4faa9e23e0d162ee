//! The walk: every file under the given paths, in a fixed order.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::Stamp;
use crate::error::{Error, ErrorKind, Result};

/// A folder of this name that holds a file of the other is an index, and no part of an archive.
const INDEX_FOLDER: (&str, &str) = (".imr", "format.json");

/// One file that the walk came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path, beginning with the root as it was given.
    pub path: PathBuf,
    /// Whether the file can be a letter.
    pub kind: Kind,
    /// The file's length and times.
    pub stamp: Stamp,
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
/// A folder that cannot be read, or a loop of symbolic links, is one error; the walk goes on behind it. Index folders are
/// passed over.
pub struct Walk {
    roots: std::vec::IntoIter<PathBuf>,
    current: Option<walkdir::IntoIter>,
    follow: bool,
    skip: HashSet<PathBuf>,
}

impl Walk {
    /// Begins a walk. With `follow`, symbolic links below the roots are followed; roots always are.
    pub fn new(roots: Vec<PathBuf>, follow: bool) -> Self {
        Self { roots: roots.into_iter(), current: None, follow, skip: HashSet::new() }
    }

    /// The same walk, passing over some paths below the roots: the index beside its archive, or files that are roots
    /// themselves.
    #[must_use]
    pub fn without(mut self, paths: HashSet<PathBuf>) -> Self {
        self.skip = paths;
        self
    }

    fn next_entry(&mut self) -> Option<Result<DirEntry, walkdir::Error>> {
        loop {
            if let Some(walk) = &mut self.current {
                match walk.next() {
                    Some(Ok(entry)) if entry.file_type().is_dir() => {
                        if self.skip.contains(entry.path()) || is_index(&entry) {
                            walk.skip_current_dir();
                        }
                        continue;
                    }
                    Some(Ok(entry)) if entry.depth() > 0 && self.skip.contains(entry.path()) => continue,
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
        loop {
            match self.next_entry()?.map_err(walk_error).and_then(file) {
                Ok(Some(entry)) => return Some(Ok(entry)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The entry of what is no folder.
fn file(entry: DirEntry) -> Result<Option<Entry>> {
    // What is named is meant, also where it is a link; the walk goes on below a link to a folder by itself.
    let is_root = entry.depth() == 0;
    let metadata = match is_root {
        true => fs::metadata(entry.path()).map_err(|e| Error::io(entry.path(), e))?,
        false => entry.metadata().map_err(walk_error)?,
    };
    if metadata.is_dir() && is_root {
        return Ok(None);
    }
    let kind = kind(&entry, metadata.is_file());
    if is_root && kind == Kind::Special {
        return Err(no_file(entry.path()));
    }
    Ok(Some(Entry { kind, stamp: Stamp::of(&metadata), path: entry.into_path() }))
}

/// Whether a path can be a root of a walk: a file or a folder, or a link to one.
///
/// # Errors
/// [`ErrorKind::NotFound`], [`ErrorKind::Usage`] for a pipe, a socket or a device, and [`ErrorKind::Io`].
pub fn check_root(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() || metadata.is_dir() => Ok(()),
        Ok(_) => Err(no_file(path)),
        Err(error) if path == Path::new("-") => {
            Err(Error::io(path, error).with_hint("letters are not read from standard input; name files or folders"))
        }
        Err(error) => Err(Error::io(path, error)),
    }
}

fn no_file(path: &Path) -> Error {
    Error::new(ErrorKind::Usage, "is neither a file nor a folder, but a pipe, a socket or a device").with_path(path)
}

fn is_index(entry: &DirEntry) -> bool {
    entry.file_name() == INDEX_FOLDER.0 && entry.path().join(INDEX_FOLDER.1).exists()
}

fn kind(entry: &DirEntry, is_file: bool) -> Kind {
    if entry.file_type().is_symlink() && entry.depth() > 0 {
        Kind::Link
    } else if !is_file {
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

/// How many entries a walk over these roots without some paths will give: for progress, and cheap, since it looks at
/// names only. `stop` ends the count early.
pub fn count(roots: &[PathBuf], follow: bool, without: &HashSet<PathBuf>, stop: &dyn Fn() -> bool) -> u64 {
    let mut files = 0;
    for root in roots {
        let entries = WalkDir::new(root).follow_links(follow).into_iter();
        let is_part = |entry: &DirEntry| {
            let is_folder = entry.file_type().is_dir();
            !((is_folder || entry.depth() > 0) && without.contains(entry.path()) || is_folder && is_index(entry))
        };
        for entry in entries.filter_entry(is_part) {
            if stop() {
                return files;
            }
            files += u64::from(!entry.is_ok_and(|e| e.file_type().is_dir()));
        }
    }
    files
}
