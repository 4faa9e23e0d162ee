//! Whether somebody waits for answers from an index: whoever writes it then gives way.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::place::FORMAT_FILE;

/// How often a server asks for the lock, and how long it waits in between, times the number of the try.
const TRIES: u32 = 5;
const BETWEEN: Duration = Duration::from_millis(2);

/// Held as long as a server answers from an index. The system lets go of it when the process ends, however it ends.
pub struct Served {
    _file: Option<File>,
}

impl Served {
    /// Tells writers on this machine that an index is served. Where the system has no such locks they are not told, and
    /// answers are as right.
    pub fn begin(dir: &Path) -> Self {
        // Opened for reading alone, which is all that may be allowed there. On Windows who looks whether it is held would keep
        // others from reading it.
        let file = (!cfg!(windows)).then(|| File::open(dir.join(FORMAT_FILE))).and_then(Result::ok);
        // Who looks holds it for some microseconds, and nobody else has a reason to.
        let is_held = |file: &File| {
            (0..TRIES).any(|before| {
                std::thread::sleep(before * BETWEEN);
                file.try_lock_shared().is_ok()
            })
        };
        Self { _file: file.filter(is_held) }
    }
}

/// Whether a server on this machine answers from an index now.
pub fn is_served(dir: &Path) -> bool {
    let file = (!cfg!(windows)).then(|| File::open(dir.join(FORMAT_FILE))).and_then(Result::ok);
    file.is_some_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(windows))]
    fn an_index_is_served_as_long_as_one_server_is_there() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_served(folder.path()));
        std::fs::write(folder.path().join(FORMAT_FILE), "{}").unwrap();
        assert!(!is_served(folder.path()));
        let (one, other) = (Served::begin(folder.path()), Served::begin(folder.path()));
        assert!(is_served(folder.path()));
        drop(one);
        assert!(is_served(folder.path()));
        drop(other);
        assert!(!is_served(folder.path()));
    }
}
