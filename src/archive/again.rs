//! A letter that was read before, read once more: in a folder or in a container.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::container::{self, Format, Limits, MemberKind, Members};
use super::read::read_file;
use super::{Content, Raw, Stamp, read_raw};
use crate::error::{Error, ErrorKind, Result, panic_message};

/// What to do about a letter whose file is gone.
pub const GONE: &str = "`imr status` tells what became of it; what was read from it is still in the index";

/// Reads a letter again whose file had this digest, by its path; of one in a container by its address.
///
/// # Errors
/// [`ErrorKind::NotFound`] where the file is gone or is another one now, [`ErrorKind::Usage`] for a record of an export,
/// and those of reading; all name the path.
pub fn reread(path: &Path, digest: &str) -> Result<Content> {
    caught(path, || raw(path)?.with_digest(digest)?.text())
}

/// The bytes of a letter's file, or of the entry of a container that it is, for somebody who may see what lies below a folder
/// and nothing else: no link leads out of it, and the content is that which was indexed.
///
/// # Errors
/// Those of [`reread`], and [`ErrorKind::NotFound`] for what does not lie below the folder.
pub fn original(folder: &Path, path: &Path, digest: &str) -> Result<Raw> {
    let read = || {
        let (file, is_plain) = opened(folder, path)?;
        // A container is opened once more by its path. Whatever is there then, its content has to be the one indexed.
        let raw = if is_plain { read_file(file, path)? } else { raw(path)? };
        raw.with_digest(digest)
    };
    caught(path, read)
}

/// The state of the container of an entry, for who may see what lies below a folder and nothing else.
///
/// # Errors
/// As for [`original`], and for what lies in no container.
pub fn container_below(folder: &Path, path: &Path) -> Result<Stamp> {
    caught(path, || match opened(folder, path)? {
        (file, false) => Ok(Stamp::of(&file.metadata().map_err(|e| Error::io(path, e))?)),
        (_, true) => Err(Error::new(ErrorKind::NotFound, "lies in no container")),
    })
}

/// The file of a path below a folder, or of the container that it leads into, and whether it is the former.
fn opened(folder: &Path, path: &Path) -> Result<(File, bool)> {
    let on_disk = container::split_address(path.as_os_str().as_encoded_bytes());
    let shown = path.to_string_lossy();
    let on_disk = on_disk.map(|(on_disk, _)| shown.get(..on_disk.len()).map(Path::new));
    let outside = || Error::new(ErrorKind::NotFound, "lies in no folder that was indexed");
    let (whole, is_plain) = match on_disk {
        None => (path, true),
        Some(on_disk) => (on_disk.ok_or_else(outside)?, false),
    };
    Ok((open_below(folder, whole.strip_prefix(folder).map_err(|_| outside())?)?, is_plain))
}

/// Opens a file below a folder, by a way that leads through no link out of it.
#[cfg(target_os = "linux")]
fn open_below(folder: &Path, below: &Path) -> Result<File> {
    use rustix::fs::{Mode, OFlags, ResolveFlags, open, openat2};
    let error = |e: rustix::io::Errno| Error::io(below, e.into());
    let at = open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).map_err(error)?;
    // What is no regular file, such as a pipe, must not be waited for.
    let how = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    match openat2(&at, below, how, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS) {
        Ok(file) => Ok(File::from(file)),
        // Kernels before 5.6, and sandboxes that do not know the call.
        Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => open_seen_below(folder, below),
        Err(rustix::io::Errno::XDEV | rustix::io::Errno::LOOP) => {
            Err(Error::new(ErrorKind::NotFound, "lies behind a link that leads out of the folder that was indexed"))
        }
        Err(e) => Err(error(e)),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_below(folder: &Path, below: &Path) -> Result<File> {
    open_seen_below(folder, below)
}

/// The same where the system cannot be told not to follow links: where they lead is looked at first.
fn open_seen_below(folder: &Path, below: &Path) -> Result<File> {
    let error = |e| Error::io(below, e);
    let (folder, whole) = (folder.canonicalize().map_err(error)?, folder.join(below).canonicalize().map_err(error)?);
    match whole.starts_with(folder) && whole.is_file() {
        true => File::open(&whole).map_err(error),
        false => {
            Err(Error::new(ErrorKind::NotFound, "lies behind a link that leads out of the folder that was indexed"))
        }
    }
}

/// What reading gives, with the path and what to do where the file is gone.
fn caught<T>(path: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let fact = format!("made the program stumble ({})", panic_message(panic.as_ref()));
        Err(Error::new(ErrorKind::Panic, fact).with_hint("this is a bug"))
    });
    result.map_err(|error| match error.kind() {
        ErrorKind::NotFound if error.hint().is_none() => error.with_path(path).with_hint(GONE),
        _ => error.with_path(path),
    })
}

fn raw(path: &Path) -> Result<Raw> {
    let Some((container, address)) = container::split_address(path.as_os_str().as_encoded_bytes()) else {
        return read_raw(path);
    };
    let gone = || Error::new(ErrorKind::NotFound, "is no longer in its container");
    // The container is the beginning of a path that can be shown, up to the separator.
    let shown = path.to_string_lossy();
    let container = Path::new(shown.get(..container.len()).ok_or_else(gone)?);
    let format = container.file_name().and_then(|name| Format::of(&name.to_string_lossy())).ok_or_else(gone)?;
    let wanted = address.to_owned();
    for member in Members::open(container, format, &Limits::default(), move |address| address == wanted)? {
        let member = member?;
        if member.address != address {
            continue;
        }
        return match member.kind {
            MemberKind::Record => {
                Err(Error::new(ErrorKind::Usage, "is a record: the export does not have the letter's text")
                    .with_hint("what was read from the letter: `imr show` without `--raw`"))
            }
            _ => Ok(Raw::new(member.read()?)),
        };
    }
    Err(gone())
}
