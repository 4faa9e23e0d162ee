//! The metadata of what a walk comes to: many files of one folder at a time, each by its name in that folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::DirEntry;

use super::container::{Format, is_letter_name};
use super::{Filter, Shard, Stamp};
use crate::error::{Error, ErrorKind, Result};

/// One file that the walk came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The path, beginning with the root as it was given.
    pub path: PathBuf,
    /// Whether the file can be a letter.
    pub kind: Kind,
    /// The file's length and times.
    pub stamp: Stamp,
    /// The path below the root, of containers and manifests of shards; empty for a root itself.
    pub below: String,
    /// What is meant of what it holds, of containers; which the walk went by, of manifests of shards.
    pub filter: Option<Arc<Filter>>,
}

/// Whether a file of an archive can be a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file to read: `.pdf` or `.txt`, or named as a root itself.
    Letter,
    /// A file that holds letters, by its name.
    Container(Format),
    /// The manifest of a shard, by its name, whatever kind of file it is and whatever the filter says: it tells that records
    /// should be there, which nothing else may.
    Manifest,
    /// A file of another extension.
    Other,
    /// A symbolic link that is not followed.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

/// A file that a walk came to, of which no more than the name is known.
#[derive(Debug)]
pub struct Name {
    pub(super) entry: DirEntry,
    /// How many bytes of its path are the root's.
    pub(super) root: usize,
}

impl AsRef<Path> for Name {
    /// The path, beginning with the root as it was given.
    fn as_ref(&self) -> &Path {
        self.entry.path()
    }
}

/// Some files of a walk in a row, of which no more than the names is looked at.
pub struct Lot {
    pub(super) names: Vec<Result<Name>>,
    /// Which they were chosen by.
    pub(super) filter: Arc<Filter>,
}

impl Lot {
    /// How many files they are, at least one.
    pub fn files(&self) -> usize {
        self.names.len()
    }
}

/// Looks at files one after the other, and keeps their order. A root that turns out to be a folder is left out: the walk
/// goes on below it by itself.
pub fn entries(lot: Lot) -> Vec<Result<Entry>> {
    let (mut folder, filter) = (Folder::default(), lot.filter);
    let looked = lot.names.into_iter().map(|name| {
        let name = name?;
        match folder.look(&name) {
            Some((is_file, stamp)) => Ok(Some(entry(name, &filter, is_file, stamp))),
            // Whatever the matter is, it is told by looking again.
            None => look(name, &filter),
        }
    });
    looked.filter_map(Result::transpose).collect()
}

/// Looks at one file by its path.
pub(super) fn look(name: Name, filter: &Arc<Filter>) -> Result<Option<Entry>> {
    let file = &name.entry;
    // What is named is meant, also where it is a link; the walk goes on below a link to a folder by itself.
    let is_root = file.depth() == 0;
    let metadata = match is_root {
        true => fs::metadata(file.path()).map_err(|e| Error::io(file.path(), e))?,
        false => file.metadata().map_err(walk_error)?,
    };
    if metadata.is_dir() && is_root {
        return Ok(None);
    }
    let entry = entry(name, filter, metadata.is_file(), Stamp::of(&metadata));
    if is_root && entry.kind == Kind::Special {
        return Err(no_file(&entry.path));
    }
    Ok(Some(entry))
}

fn entry(name: Name, filter: &Arc<Filter>, is_file: bool, stamp: Stamp) -> Entry {
    let kind = kind(&name.entry, is_file);
    let is_looked_into = matches!(kind, Kind::Container(_) | Kind::Manifest);
    let below = if is_looked_into { below(name.entry.path(), name.root) } else { String::new() };
    let filter = is_looked_into.then(|| Arc::clone(filter));
    Entry { kind, stamp, path: name.entry.into_path(), below, filter }
}

/// The folder that was looked at last, as the system has it open: a name in it is found without going down the whole path
/// again, which is a fifth of the work.
#[derive(Default)]
struct Folder {
    #[cfg(target_os = "linux")]
    open: Option<(PathBuf, rustix::fd::OwnedFd)>,
    /// Files that were looked at in a row and lie in one folder; opening it for one of them does not pay.
    #[cfg(target_os = "linux")]
    row: Option<PathBuf>,
}

impl Folder {
    /// Whether a name is that of a regular file, and its stamp; `None` where that is better asked by its path.
    #[cfg(target_os = "linux")]
    fn look(&mut self, name: &Name) -> Option<(bool, Stamp)> {
        use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, StatxFlags, openat, statx};
        // Roots, and links that are followed, are what they lead to.
        if name.entry.depth() == 0 || name.entry.path_is_symlink() {
            return None;
        }
        let path = name.entry.path();
        let bytes = path.as_os_str().as_encoded_bytes();
        let own = name_of(&name.entry);
        let above = &bytes[..bytes.len() - own.len()];
        let is_of = |folder: &Path| folder.as_os_str().as_encoded_bytes() == above;
        if !self.open.as_ref().is_some_and(|(folder, _)| is_of(folder)) {
            use std::os::unix::ffi::OsStrExt;
            let folder = Path::new(std::ffi::OsStr::from_bytes(above));
            if !self.row.as_deref().is_some_and(is_of) {
                self.row = Some(folder.to_path_buf());
                return None;
            }
            self.open = None;
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            self.open = Some((folder.to_path_buf(), openat(CWD, folder, flags, Mode::empty()).ok()?));
        }
        let (_, folder) = self.open.as_ref()?;
        let flags = StatxFlags::TYPE | StatxFlags::SIZE | StatxFlags::MTIME | StatxFlags::CTIME | StatxFlags::INO;
        let found = statx(folder, own, AtFlags::SYMLINK_NOFOLLOW, flags).ok()?;
        // Some file systems do not tell all of it.
        if found.stx_mask & flags.bits() != flags.bits() {
            return None;
        }
        let is_file = FileType::from_raw_mode(found.stx_mode.into()).is_file();
        let (modified, changed) = (found.stx_mtime, found.stx_ctime);
        let times = [(modified.tv_sec, modified.tv_nsec), (changed.tv_sec, changed.tv_nsec)];
        Some((is_file, Stamp::of_times(found.stx_size, times, found.stx_ino)))
    }

    #[cfg(not(target_os = "linux"))]
    fn look(&mut self, _: &Name) -> Option<(bool, Stamp)> {
        None
    }
}

/// The name of what a walk came to, without its whole path being taken apart.
pub(super) fn name_of(entry: &DirEntry) -> &[u8] {
    // Roots are written in any way.
    if entry.depth() == 0 {
        return entry.file_name().as_encoded_bytes();
    }
    let path = entry.path().as_os_str().as_encoded_bytes();
    let start = path.iter().rposition(|b| std::path::is_separator(char::from(*b))).map_or(0, |at| at + 1);
    &path[start..]
}

/// The path below a root whose path takes the first bytes; empty for the root.
pub(super) fn below(path: &Path, root: usize) -> String {
    // The walk puts names behind the root as it was given, so their bytes tell, and they are cheaper than components.
    let below = path.as_os_str().as_encoded_bytes().get(root..).unwrap_or_default();
    let names = below.iter().position(|b| !std::path::is_separator(char::from(*b))).unwrap_or(below.len());
    String::from_utf8_lossy(&below[names..]).into_owned()
}

fn kind(entry: &DirEntry, is_file: bool) -> Kind {
    if is_manifest(entry) {
        Kind::Manifest
    } else if entry.file_type().is_symlink() && entry.depth() > 0 {
        Kind::Link
    } else if !is_file {
        Kind::Special
    } else if is_plain_letter(name_of(entry)) {
        Kind::Letter
    } else if let Some(format) = format(entry) {
        Kind::Container(format)
    } else if entry.depth() == 0 || is_letter_name(&entry.file_name().to_string_lossy()) {
        Kind::Letter
    } else {
        Kind::Other
    }
}

/// Whether a file below a root is the manifest of a shard, by its name; one that is named itself is what it was named for.
pub(super) fn is_manifest(entry: &DirEntry) -> bool {
    entry.depth() > 0 && str::from_utf8(name_of(entry)).is_ok_and(|name| Shard::of_manifest(name).is_some())
}

/// Whether a name ends as those of nearly all files do that are looked at: seen without an allocation.
fn is_plain_letter(name: &[u8]) -> bool {
    name.ends_with(b".pdf") || name.ends_with(b".txt")
}

/// The format of a container, by its name. A compressed file is one if a letter is in it, or if it was named.
pub(super) fn format(entry: &DirEntry) -> Option<Format> {
    let name = entry.file_name().to_string_lossy();
    Format::of(&name).filter(|format| entry.depth() == 0 || format.holds_letters(&name))
}

pub(super) fn no_file(path: &Path) -> Error {
    Error::new(ErrorKind::Usage, "is neither a file nor a folder, but a pipe, a socket or a device").with_path(path)
}

pub(super) fn walk_error(error: walkdir::Error) -> Error {
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
