//! What the file system tells of a file's state, without its content being read.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

/// The state of a file. With equal and reliable stamps a file is taken to have the same content.
///
/// Length and time of change alone do not tell enough: `rsync -t`, `cp -p` and `unzip` put back the time, and many
/// letters have one length. The time of the last status change cannot be put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    /// The file's length in bytes.
    pub bytes: u64,
    /// When the content was changed last, in nanoseconds since 1970; 0 where the file system does not tell.
    pub modified: i64,
    /// When content, name or permissions were changed last, in nanoseconds since 1970; 0 where there is no such time.
    pub changed: i64,
    /// The number of the file in its file system; 0 where there is none.
    pub inode: u64,
}

impl Stamp {
    /// The stamp in a file's metadata.
    pub fn of(metadata: &Metadata) -> Self {
        // Time before 1970 or after 2262 only costs the short cut for unchanged files.
        let modified = metadata
            .modified()
            .ok()
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok())
            .and_then(|d| i64::try_from(d.as_nanos()).ok())
            .unwrap_or(0);
        let (changed, inode) = status(metadata);
        Self { bytes: metadata.len(), modified, changed, inode }
    }

    /// The stamp of a length, the times of the last changes of content and of status, in seconds and nanoseconds since
    /// 1970, and the number of the file.
    #[cfg(target_os = "linux")]
    pub(super) fn of_times(bytes: u64, times: [(i64, u32); 2], inode: u64) -> Self {
        let [modified, changed] = times.map(|(seconds, nanoseconds)| {
            seconds.checked_mul(1_000_000_000).and_then(|s| s.checked_add(nanoseconds.into())).unwrap_or(0)
        });
        Self { bytes, modified: modified.max(0), changed, inode }
    }

    /// The same stamp, of an entry that its container no longer holds. Entries of containers have no inode of their own.
    #[must_use]
    pub fn missing(self) -> Self {
        Self { inode: u64::MAX, ..self }
    }

    /// Whether the stamp tells enough for equal ones to mean equal content.
    pub fn is_reliable(&self) -> bool {
        self.modified != 0 || self.changed != 0
    }
}

#[cfg(unix)]
fn status(metadata: &Metadata) -> (i64, u64) {
    use std::os::unix::fs::MetadataExt;
    let changed = metadata.ctime().checked_mul(1_000_000_000).and_then(|s| s.checked_add(metadata.ctime_nsec()));
    (changed.unwrap_or(0), metadata.ino())
}

#[cfg(not(unix))]
fn status(_: &Metadata) -> (i64, u64) {
    (0, 0)
}
