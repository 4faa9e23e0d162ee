//! The file that a letter was read from, where it lies in a folder that was indexed.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response as Head, StatusCode};
use axum::response::Response;

use crate::serve::original::read;
use crate::serve::params::{Case, Params};
use crate::serve::problem::Answer;
use crate::serve::state::App;

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
