//! The index: its schema, its documents, the manifest of files, writing and reading.

pub mod analysis;
mod cache;
mod directory;
mod document;
mod entry;
mod fault;
mod forms;
mod info;
mod kept;
mod keyword;
mod lock;
mod manifest;
mod names;
mod optimize;
mod overlay;
mod place;
mod reader;
mod row;
mod same;
mod schema;
mod segment;
mod sentence;
mod served;
mod snapshot;
mod stop;
mod store;
mod stored;
mod values;
mod versions;
mod word;
mod writer;

use std::path::Path;

pub use document::{Documents, IssueDocument, MAX_DOCUMENT_BYTES, Permit, document_bytes, letter_id};
pub(crate) use entry::Outcome;
pub use entry::{FileEntry, Status};
pub use fault::{guarded, is_guarded};
pub use info::{FieldSizes, FileSizes, Info, Remembered, SegmentInfo, Settings};
pub use kept::{Kept, KeptKey, KeptList, next_bit};
pub use names::{Name, lives, name_terms};
pub use optimize::{Optimized, optimize};
pub use place::{FOLDER, exists, find, missing};
pub use reader::{Reader, StoredIssue, has_path, paths_below};
pub use row::{end_of_letter, first_by_number, first_of_letter};
pub use schema::{FieldDef, FieldKind, IndexSchema, NUMBER, REQUESTS, SAME_RATIONALE};
pub use segment::{Keyword, Keywords, Segment};
pub use served::{Served, is_served};
pub use snapshot::{KnownRow, Snapshot};
pub use stop::Stop;
pub use store::number_in_sevens;
pub use values::{AGE_BANDS, PlainValue};
pub use writer::{Applied, Demoted, Finding, Writer, WriterConfig};

use crate::error::Error;

/// The folder that paths in records are relative to: the one that holds the index folder.
///
/// # Errors
/// From the file system.
pub fn base(dir: &Path) -> crate::error::Result<std::path::PathBuf> {
    let dir = dir.canonicalize().map_err(|e| Error::io(dir, e))?;
    Ok(dir.parent().unwrap_or(&dir).to_path_buf())
}

/// A path as the manifest keeps it: relative to the base where it lies below, and absolute otherwise, so that an index
/// beside its letters can be moved with them.
pub fn to_key(path: &Path, base: &Path) -> Vec<u8> {
    key_of(path, base).to_vec()
}

/// The same without a copy: keys are parts of paths.
pub fn key_of<'a>(path: &'a Path, base: &Path) -> &'a [u8] {
    let (bytes, base_bytes) = (path.as_os_str().as_encoded_bytes(), base.as_os_str().as_encoded_bytes());
    // Most paths begin with the base as it is written, which is quicker to see than their components are.
    if let Some([b'/', rest @ ..]) = bytes.strip_prefix(base_bytes)
        && rest.first().is_some_and(|b| *b != b'/' && *b != b'.')
    {
        return rest;
    }
    path.strip_prefix(base).unwrap_or(path).as_os_str().as_encoded_bytes()
}

/// The path that a key of the manifest stands for.
pub fn from_key(key: &[u8], base: &Path) -> std::path::PathBuf {
    #[cfg(unix)]
    let path: &Path = {
        use std::os::unix::ffi::OsStrExt;
        Path::new(std::ffi::OsStr::from_bytes(key))
    };
    #[cfg(not(unix))]
    let path = std::path::PathBuf::from(String::from_utf8_lossy(key).into_owned());
    base.join(path)
}
