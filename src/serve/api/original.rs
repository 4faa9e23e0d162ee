//! The file that a letter was read from, where it lies in a folder that was indexed.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response as Head, StatusCode};
use axum::response::Response;
use imr::archive::{self, Raw, container};
use imr::index::{Snapshot, Status, from_key};
use imr::letter::CaseNumber;
use imr::record::LetterRecord;
use imr::{Error, ErrorKind, Result};

use super::no_letter;
use crate::serve::params::{Case, Params};
use crate::serve::problem::{Answer, Problem};
use crate::serve::state::{App, Opened};

/// What the file says to browsers: it may be shown in a frame of our own pages, and is nothing that runs.
const PDF_SAID: &str = "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; script-src 'none'";
const TEXT_SAID: &str = "default-src 'none'; frame-ancestors 'self'; sandbox";

/// Answers with the file of a case.
pub async fn original(
    State(app): State<App>,
    Case(case): Case,
    headers: HeaderMap,
    params: Params,
) -> Answer<Response> {
    params.end()?;
    let asked = case.clone();
    let (name, raw) = app.ask(move |index| read(index, &asked)).await?;
    let tag = format!("\"{}\"", raw.digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let is_pdf = raw.is_pdf();
    let (kind, ending, said) = match is_pdf {
        true => ("application/pdf", "pdf", PDF_SAID),
        // Of a text whose encoding is not told nobody guesses HTML.
        false => ("text/plain; charset=utf-8", "txt", TEXT_SAID),
    };
    let mut response = match is_known {
        true => Head::new(Body::empty()),
        false if is_pdf => Head::new(Body::from(raw.bytes)),
        false => Head::new(Body::from(raw.text()?.text.replace('\u{c}', "\n"))),
    };
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(said));
    // A case number has nothing in it that a header could not hold.
    for (name, value) in
        [(header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.{ending}\"")), (header::ETAG, tag)]
    {
        headers.extend(HeaderValue::from_str(&value).map(|value| (name, value)));
    }
    Ok(response)
}

/// The file of a case. The path is the one that the index has for the letter, never one of a request.
fn read(index: &Opened, case: &str) -> Answer<(CaseNumber, Raw)> {
    let number: CaseNumber = case.parse().map_err(|_| no_letter(case))?;
    let letter = index.guarded(|| index.letter(number))?.ok_or_else(|| no_letter(case))?;
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
