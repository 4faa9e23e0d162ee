//! The walk: every file under the given paths, in a fixed order.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use super::container::{self, Format, is_letter_name};
use super::{Filter, Stamp};
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
    /// The path below the root, of containers; empty for a root itself.
    pub below: String,
}

/// Whether a file of an archive can be a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file to read: `.pdf` or `.txt`, or named as a root itself.
    Letter,
    /// A file that holds letters, by its name.
    Container(Format),
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
    current: Option<(PathBuf, walkdir::IntoIter)>,
    filter: Arc<Filter>,
    skip: Skip,
}

/// Paths to pass over, and their names: a name is cheaper to look up than a path, and hardly ever found.
#[derive(Default)]
struct Skip {
    paths: HashSet<PathBuf>,
    names: HashSet<OsString>,
}

impl Skip {
    fn has(&self, entry: &DirEntry) -> bool {
        // A root may be written in any way: `letters/.` has no name, and the name of its folder.
        let named = entry.depth() == 0 || self.names.contains(entry.file_name());
        named && self.paths.contains(entry.path())
    }
}

impl Walk {
    /// Begins a walk over what a filter means. Symbolic links below the roots are followed if it says so; roots always
    /// are.
    pub fn new(roots: Vec<PathBuf>, filter: Arc<Filter>) -> Self {
        Self { roots: roots.into_iter(), current: None, filter, skip: Skip::default() }
    }

    /// The same walk, passing over some paths below the roots: the index beside its archive, or files that are roots
    /// themselves.
    #[must_use]
    pub fn without(mut self, paths: HashSet<PathBuf>) -> Self {
        let names = paths.iter().filter_map(|path| path.file_name().map(ToOwned::to_owned)).collect();
        self.skip = Skip { paths, names };
        self
    }

    /// The next file, and its path below the root.
    fn next_entry(&mut self) -> Option<Result<(DirEntry, String)>> {
        loop {
            if let Some((root, walk)) = &mut self.current {
                match walk.next() {
                    Some(Ok(entry)) if entry.file_type().is_dir() => {
                        let below = below(&entry, root);
                        if self.skip.has(&entry) || is_index(&entry) || !is_entered(&self.filter, &below) {
                            walk.skip_current_dir();
                        } else if let Some(name) = container_name(&entry) {
                            walk.skip_current_dir();
                            return Some(Err(ambiguous(entry.path(), &name)));
                        }
                        continue;
                    }
                    Some(Ok(entry)) if entry.depth() > 0 && self.skip.has(&entry) => continue,
                    Some(Ok(entry)) => {
                        let below = below(&entry, root);
                        let is_meant = match entry.depth() {
                            0 => true,
                            // What lies in a container is looked at one by one.
                            _ if format(&entry).is_some() => self.filter.enters(&below),
                            _ => self.filter.keeps(&below),
                        };
                        if !is_meant {
                            continue;
                        }
                        return Some(Ok((entry, below)));
                    }
                    Some(Err(error)) => return Some(Err(walk_error(error))),
                    None => self.current = None,
                }
            }
            let root = self.roots.next()?;
            let walk = WalkDir::new(&root)
                .follow_links(self.filter.follows())
                .sort_by(|a, b| a.file_name().as_encoded_bytes().cmp(b.file_name().as_encoded_bytes()))
                .into_iter();
            self.current = Some((root, walk));
        }
    }
}

/// The path below the root; empty for the root.
fn below(entry: &DirEntry, root: &Path) -> String {
    let path = entry.path().as_os_str().as_encoded_bytes();
    // The walk puts names behind the root as it was given, so their bytes tell, and they are cheaper than components.
    let below = path.strip_prefix(root.as_os_str().as_encoded_bytes()).unwrap_or(path);
    let names = below.iter().position(|b| !std::path::is_separator(char::from(*b))).unwrap_or(below.len());
    String::from_utf8_lossy(&below[names..]).into_owned()
}

fn is_entered(filter: &Filter, below: &str) -> bool {
    below.is_empty() || filter.enters(below)
}

/// The container whose entries' addresses would look like the paths below a folder.
fn container_name(entry: &DirEntry) -> Option<String> {
    let name = entry.file_name().to_string_lossy();
    let name = name.strip_suffix('!')?;
    Format::of(name).is_some().then(|| name.to_owned())
}

fn ambiguous(path: &Path, container: &str) -> Error {
    let fact = format!("is a folder whose name is kept for what lies in a container `{container}`");
    Error::new(ErrorKind::Usage, fact).with_path(path).with_hint("give the folder another name")
}

impl Iterator for Walk {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_entry()?.and_then(file) {
                Ok(Some(entry)) => return Some(Ok(entry)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The entry of what is no folder.
fn file((entry, below): (DirEntry, String)) -> Result<Option<Entry>> {
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
    let below = if matches!(kind, Kind::Container(_)) { below } else { String::new() };
    Ok(Some(Entry { kind, stamp: Stamp::of(&metadata), path: entry.into_path(), below }))
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

/// Whether there is something at a path, as far as can be told: what may not be looked at is there.
pub fn is_there(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    !fs::symlink_metadata(path).is_err_and(|error| matches!(error.kind(), NotFound | NotADirectory))
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
    } else if let Some(format) = format(entry) {
        Kind::Container(format)
    } else if entry.depth() == 0 || is_letter_name(&entry.file_name().to_string_lossy()) {
        Kind::Letter
    } else {
        Kind::Other
    }
}

/// The format of a container, by its name. A compressed file is one if a letter is in it, or if it was named.
fn format(entry: &DirEntry) -> Option<Format> {
    let name = entry.file_name().to_string_lossy();
    Format::of(&name).filter(|format| entry.depth() == 0 || format.holds_letters(&name))
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

/// How many entries a walk over these roots without some paths will give, with those of the containers that tell: for
/// progress, and cheap, since it looks at names only. `stop` ends the count early.
pub fn count(roots: &[PathBuf], filter: &Filter, without: &HashSet<PathBuf>, stop: &dyn Fn() -> bool) -> u64 {
    let mut files = 0;
    for root in roots {
        let entries = WalkDir::new(root).follow_links(filter.follows()).into_iter();
        let is_part = |entry: &DirEntry| {
            let (is_folder, below) = (entry.file_type().is_dir(), below(entry, root));
            let is_skipped = (is_folder || entry.depth() > 0) && without.contains(entry.path());
            let is_meant = entry.depth() == 0
                || if is_folder || format(entry).is_some() { filter.enters(&below) } else { filter.keeps(&below) };
            is_meant && !is_skipped && !(is_folder && is_index(entry))
        };
        for entry in entries.filter_entry(is_part) {
            if stop() {
                return files;
            }
            files += match entry {
                Ok(entry) if entry.file_type().is_dir() => 0,
                Ok(entry) => format(&entry).map_or(1, |format| container::count(entry.path(), format).unwrap_or(1)),
                Err(_) => 1,
            };
        }
    }
    files
}
