//! The lock that one writer holds on an index folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};

pub(super) const FILE: &str = "writer.lock";

/// Held as long as an index is open for writing. The system lets go of it when the process ends, however it ends.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of an index folder, without waiting.
    ///
    /// # Errors
    /// [`ErrorKind::IndexLocked`], naming the process that holds it.
    pub fn acquire(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|e| Error::write(&path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who holds it is a help, not a condition.
                let _ = Read::by_ref(&mut file).take(32).read_to_string(&mut holder);
                let holder = holder.trim().parse::<u32>().map(|pid| format!(" (process {pid})")).unwrap_or_default();
                return Err(Error::new(
                    ErrorKind::IndexLocked,
                    format!("the index is being written by another `imr index`{holder}"),
                )
                .with_path(dir)
                .with_hint("wait until it has finished; searching goes on meanwhile"));
            }
            Err(TryLockError::Error(error)) => return Err(Error::write(&path, error)),
        }
        let note = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        note.map_err(|e| Error::write(&path, e))?;
        Ok(Self { _file: file })
    }
}
