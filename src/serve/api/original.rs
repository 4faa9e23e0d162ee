//! The file that a letter was read from, where it lies in a folder that was indexed.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response as Head, StatusCode};
use axum::response::Response;
use imr::archive::{self, Raw};
use imr::index::{Snapshot, from_key};
use imr::letter::CaseNumber;
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
    for root in roots(index)? {
        // A root that is a file lies in its folder.
        let folder = if root == path { root.parent().unwrap_or(&root) } else { &root };
        let within = path.starts_with(folder) || is_in_container(&path, &root);
        let folder = if within && !path.starts_with(folder) { root.parent().unwrap_or(&root) } else { folder };
        if !within {
            continue;
        }
        match archive::original(folder, &path, &letter.facts.digest) {
            Ok(raw) => return Ok((number, raw)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(outside, Problem::from))
}

/// Whether a path is that of what lies in a container, which is a root itself.
fn is_in_container(path: &std::path::Path, root: &std::path::Path) -> bool {
    archive::container::split_address(path.as_os_str().as_encoded_bytes())
        .is_some_and(|(container, _)| container == root.as_os_str().as_encoded_bytes())
}

/// What runs were asked to index.
fn roots(index: &Opened) -> Result<Vec<std::path::PathBuf>> {
    let snapshot = Snapshot::open(index.dir())?.ok_or_else(|| {
        Error::new(ErrorKind::IndexLocked, "the index is being written").with_hint("ask again when the run is done")
    })?;
    Ok(snapshot.roots()?.keys().map(|key| from_key(key, index.base())).collect())
}
