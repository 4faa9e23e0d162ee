//! The JSON API: the answers of the command line, byte for byte.

mod export;
mod original;
mod suggest;

use std::io;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Uri;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use imr::present::{self, Extras, Figure, Original, Style};
use serde_json::json;

use super::params::{Case, Params};
use super::problem::{Answer, Problem};
use super::request::{self, Counted, Search, Similar};
use super::state::{App, Opened};

/// The routes of the API.
pub fn router() -> Router<App> {
    Router::new()
        .route("/api/search", get(search))
        .route("/api/stats", get(stats))
        .route("/api/similar", get(similar))
        .route("/api/letters", get(letter_at))
        .route("/api/letters/{case}", get(letter))
        .route("/api/letters/{case}/original", get(original::original))
        .route("/api/export", get(export::export))
        .route("/api/suggest", get(suggest::suggest))
        .route("/api/health", get(health))
        .route("/api/openapi.json", get(openapi))
        .route("/metrics", get(metrics))
        .fallback(nothing)
}

async fn nothing() -> Problem {
    Problem::not_found("there is nothing at this address").with_hint("`/api/openapi.json` tells what there is")
}

async fn search(State(app): State<App>, uri: Uri, mut params: Params) -> Answer<Response> {
    let search = Search::take(&mut params)?;
    params.end()?;
    let answer = app.ask_again(&uri, move |index| {
        let columns = search.columns()?;
        let found = search.answer(index)?.found;
        Ok(printed(|out| match search.count {
            true => present::count_json(out, &found),
            false => present::hits_json(out, &found, columns.as_ref()),
        })?)
    });
    Ok(self::answer(answer.await?))
}

/// What form a table has.
#[derive(Debug, Clone, Copy)]
enum Form {
    Json,
    Csv,
    Markdown,
}

async fn stats(State(app): State<App>, uri: Uri, mut params: Params) -> Answer<Response> {
    let counted = Counted::take(&mut params)?;
    let forms = [("json", Form::Json), ("csv", Form::Csv), ("markdown", Form::Markdown)];
    let form = params.choice("format", &forms)?.unwrap_or(Form::Json);
    params.end()?;
    let print = move |index: &Opened| -> imr::Result<Vec<u8>> {
        let style = style(index.base());
        let extras = Extras { test: counted.counting.test, alone: true, ..Extras::default() };
        if let Some(compare) = &counted.compare {
            let told = counted.comparison(index)?;
            let queries = [&*counted.selection.query(), compare];
            return printed(|out| match form {
                Form::Json => present::comparison_json(out, &told.table, queries, &told.figures),
                Form::Csv => present::comparison_csv(out, &told.table, &told.figures, &style),
                Form::Markdown => present::comparison_markdown(out, &told.table, queries, &told.figures),
            });
        }
        if counted.counting.cross {
            let told = counted.cross(index)?;
            let first = told.figures.first().copied().unwrap_or(Figure::Issues);
            return printed(|out| match form {
                // A row for each cell is what programs want.
                Form::Json => present::stats_json(out, &told.table.cells, &told.figures),
                Form::Csv => present::cross_csv(out, &told.table, first, &style),
                Form::Markdown => present::cross_markdown(out, &told.table, first, extras),
            });
        }
        let told = counted.table(index)?;
        printed(|out| match form {
            Form::Json => present::stats_json(out, &told.table, &told.figures),
            Form::Csv => present::stats_csv(out, &told.table, &told.figures, &style),
            Form::Markdown => present::stats_markdown(out, &told.table, &told.figures, extras),
        })
    };
    let answer = app.ask_again(&uri, move |index| Ok(print(index)?)).await?;
    Ok(match form {
        Form::Json => self::answer(answer),
        Form::Csv => file(answer, "text/csv; charset=utf-8", "attachment; filename=\"imr-stats.csv\""),
        Form::Markdown => file(answer, "text/markdown; charset=utf-8", "attachment; filename=\"imr-stats.md\""),
    })
}

async fn similar(State(app): State<App>, uri: Uri, mut params: Params) -> Answer<Response> {
    let similar = Similar::take(&mut params)?;
    params.end()?;
    let answer = app.ask_again(&uri, move |index| {
        let alike = similar.answer(index)?.ok_or_else(|| Problem::no_letter(&similar.of))?;
        let (letter, issue) = (&alike.letter, &alike.letter.issues[alike.issue]);
        let original = Original { case: letter.facts.case_number, path: &letter.facts.path, issue };
        Ok(printed(|out| present::similar_json(out, original, &alike.similar))?)
    });
    Ok(self::answer(answer.await?))
}

/// A letter by its path, as records have it: for one without a case number.
async fn letter_at(State(app): State<App>, mut params: Params) -> Answer<Response> {
    let Some(path) = params.one("path")? else {
        return Err(Problem::parameter("path", "no letter was named")
            .with_hint("name one by its path in the records, or by its case number: `/api/letters/CM16-0213037`"));
    };
    one_letter(app, path, params).await
}

async fn letter(State(app): State<App>, Case(case): Case, params: Params) -> Answer<Response> {
    one_letter(app, case, params).await
}

async fn one_letter(app: App, case: String, mut params: Params) -> Answer<Response> {
    let issue = params.number("issue", 1..=u64::from(u32::MAX))?;
    params.end()?;
    let answer = app.ask(move |index| -> Answer<Vec<u8>> {
        let (mut letter, _) = request::letter(index, &case)?.ok_or_else(|| Problem::no_letter(&case))?;
        if let Some(number) = issue {
            letter.issues.retain(|issue| u64::from(issue.number) == number);
            if letter.issues.is_empty() {
                return Err(Problem::not_found(format!("the letter {case} has no issue {number}")));
            }
        }
        Ok(printed(|out| present::record_json(out, &letter))?)
    });
    Ok(self::answer(answer.await?))
}

/// The description of all this, as `schema/openapi.json` has it.
async fn openapi(params: Params) -> Answer<Response> {
    params.end()?;
    Ok(answer(include_str!("../../../schema/openapi.json")))
}

/// Whether all is well. The commit that is searched is one shortly before the last.
async fn health(State(app): State<App>, params: Params) -> Answer<Response> {
    params.end()?;
    let (index, version) = (app.opened(), env!("CARGO_PKG_VERSION"));
    let told = json!({
        "status": "ok", "version": version, "documents": index.documents(), "generation": index.generation(),
    });
    Ok(answer(format!("{told}\n").into_bytes()))
}

async fn metrics(State(app): State<App>, params: Params) -> Answer<Response> {
    params.end()?;
    let mut response = Response::new(Body::from(app.metrics().print(&app.gauges())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    Ok(response)
}

/// What a printer prints.
fn printed(print: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> imr::Result<Vec<u8>> {
    let mut out = Vec::new();
    // Writing to memory cannot fail, but a record that is no JSON can.
    print(&mut out).map_err(|e| imr::Error::new(imr::ErrorKind::Io, "cannot be printed").with_source(e))?;
    Ok(out)
}

/// How files look: the same wherever the server runs.
fn style(base: &std::path::Path) -> Style {
    let cwd = base.to_path_buf();
    Style { pretty: false, color: false, links: false, terminal: false, width: 80, columns: usize::MAX, cwd }
}

fn file(bytes: Bytes, kind: &'static str, disposition: &'static str) -> Response {
    let mut response = answer(bytes);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    response
}

fn answer(bytes: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(bytes.into()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
