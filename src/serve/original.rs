//! The file that a letter was read from: whether it is given, and what is in it.

use std::path::{Path, PathBuf};

use imr::archive::{self, Raw, container};
use imr::index::{Snapshot, Status, from_key};
use imr::letter::CaseNumber;
use imr::record::LetterRecord;
use imr::{Error, ErrorKind, Result};

use super::problem::{Answer, Problem};
use super::state::Opened;

/// The file of a case. The path is the one that the index has for the letter, never one of a request.
///
/// # Errors
/// Where there is no such letter, or its file is not to be given.
pub fn read(index: &Opened, case: &str) -> Answer<(CaseNumber, Raw)> {
    let number: CaseNumber = case.parse().map_err(|_| Problem::no_letter(case))?;
    let letter = index.guarded(|| index.letter(number))?.ok_or_else(|| Problem::no_letter(case))?;
    let path = index.base().join(&letter.facts.path);
    let outside = || {
        Problem::not_found("the letter's file lies in no folder that was indexed")
            .with_hint("what was read from it is at `/api/letters/CASE`")
    };
    let mut last = None;
    for folder in folders(index, &manifest(index)?, &path)? {
        match archive::original(&folder, &path, &letter.facts.digest) {
            Ok(raw) => return Ok((number, raw)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(outside, Problem::from))
}

/// The file of a letter, as far as it would be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Whether it is a PDF.
    pub is_pdf: bool,
}

/// Whether the file of a letter would be given now: a page offers nothing else. A file is read to see that it is still the
/// same. To read an entry of a container may take long, so that for one the container has to be as it was.
pub fn offered(index: &Opened, letter: &LetterRecord) -> Option<Offer> {
    letter.facts.case_number?;
    let path = index.base().join(&letter.facts.path);
    let manifest = manifest(index).ok()?;
    let folders = folders(index, &manifest, &path).ok()?;
    let Some((container, _)) = container::split_address(letter.facts.path.as_bytes()) else {
        let raw = folders.iter().find_map(|folder| archive::original(folder, &path, &letter.facts.digest).ok())?;
        return Some(Offer { is_pdf: raw.is_pdf() });
    };
    let name = letter.facts.path.to_ascii_lowercase();
    let known = manifest.get(container).ok()??;
    let is_same = |folder: &PathBuf| archive::container_below(folder, &path).is_ok_and(|stamp| known.stamp == stamp);
    let is_given = known.status == Status::Container && !container::is_record(&letter.facts.path);
    let is_pdf = [".pdf", ".pdf.gz", ".pdf.zst"].iter().any(|ending| name.ends_with(ending));
    (is_given && folders.iter().any(is_same)).then_some(Offer { is_pdf })
}

/// The folders of which each was indexed, or holds what was, and in which a path lies: nothing is given that a link leads out of
/// them to.
fn folders(index: &Opened, manifest: &Snapshot, path: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for key in manifest.roots()?.keys() {
        let root = from_key(key, index.base());
        // A root that is a file lies in its folder.
        let is_file = root == path || is_in_container(path, &root);
        let folder = if is_file { root.parent().map_or(root.clone(), Path::to_path_buf) } else { root };
        if path.starts_with(&folder) {
            folders.push(folder);
        }
    }
    Ok(folders)
}

/// Whether a path is that of what lies in a container, which is a root itself.
fn is_in_container(path: &Path, root: &Path) -> bool {
    container::split_address(path.as_os_str().as_encoded_bytes())
        .is_some_and(|(container, _)| container == root.as_os_str().as_encoded_bytes())
}

/// What is known of all files, and of what runs were asked to index.
fn manifest(index: &Opened) -> Result<Snapshot> {
    Snapshot::open(index.dir())?.ok_or_else(|| {
        Error::new(ErrorKind::IndexLocked, "the index is being written").with_hint("ask again when the run is done")
    })
}
