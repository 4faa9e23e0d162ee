//! The query of the last search, so that the letter that is read next has its matches marked.
//!
//! It is kept in the user's own folder for such things, not beside the index, which others may share: what an attorney
//! searches for is about a client. Where it cannot be written, nothing is marked, and nothing is said.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// More than any query that is worth marking.
const MOST_BYTES: u64 = 64 << 10;

#[derive(Serialize, Deserialize)]
struct Last {
    index: PathBuf,
    query: String,
}

/// Keeps the query of a search in an index.
pub fn keep(index: &Path, query: &str) {
    let _ = write(index, query);
}

fn write(index: &Path, query: &str) -> Option<()> {
    let path = file()?;
    let folder = path.parent()?;
    fs::create_dir_all(folder).ok()?;
    let last = Last { index: index.canonicalize().ok()?, query: query.to_owned() };
    let json = serde_json::to_vec(&last).ok()?;
    // Another search at the same time must not leave half of each.
    let new = folder.join(format!("last-query.{}", std::process::id()));
    let written = create(&new).and_then(|mut file| file.write_all(&json)).and_then(|()| fs::rename(&new, &path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written.ok()
}

/// A file that only its owner may read.
fn create(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The query of the last search, if it was one in this index.
pub fn query(index: &Path) -> Option<String> {
    let path = file()?;
    if fs::metadata(&path).ok()?.len() > MOST_BYTES {
        return None;
    }
    let last: Last = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (last.index == index.canonicalize().ok()? && !last.query.trim().is_empty()).then_some(last.query)
}

/// The file.
fn file() -> Option<PathBuf> {
    Some(folder()?.join("last-query.json"))
}

/// The user's own folder for what is remembered, after the XDG Base Directory Specification, or where Windows has local
/// data.
pub fn folder() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = match set("XDG_STATE_HOME") {
        Some(folder) => folder,
        None if cfg!(windows) => set("LOCALAPPDATA")?,
        None => set("HOME")?.join(".local/state"),
    };
    Some(folder.join("imr"))
}
