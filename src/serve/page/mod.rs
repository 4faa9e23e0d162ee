//! The pages: what a browser asks for becomes a view, and a view a page. They change nothing, and every state of theirs is an
//! address.

pub mod assets;
mod compare;
mod dates;
mod facet_page;
mod facets;
mod files;
mod frame;
mod help;
mod hits;
mod labels;
mod letter;
mod params;
mod pieces;
mod problem;
mod report;
mod results;
mod saved;
mod search;
mod selection;
mod similar;
mod stats;
mod tables;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;

use super::problem::{Answer, Problem};
use super::state::{App, Opened};
use facets::Plan;
use params::Params;

/// The routes of the pages and of what they load.
pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(search_page))
        .route("/facet/{name}", get(facet_page))
        .route("/letter", get(letter_by_path))
        .route("/letter/{case}", get(letter_by_case))
        .route("/similar", get(similar_by_path))
        .route("/similar/{case}/{number}", get(similar_by_case))
        .route("/stats", get(stats_page))
        .route("/stats.svg", get(files::stats_svg))
        .route("/stats.csv", get(files::stats_csv))
        .route("/compare", get(compare_page))
        .route("/compare.csv", get(files::compare_csv))
        .route("/report", get(report_page))
        .route("/report.file", get(files::report_file))
        .route("/help", get(help_page))
        .route("/assets/{digest}/{name}", get(asset))
}

async fn search_page(State(app): State<App>, uri: Uri) -> Response {
    checked(&app, &uri, search::page).await
}

async fn stats_page(State(app): State<App>, uri: Uri) -> Response {
    checked(&app, &uri, stats::page).await
}

async fn compare_page(State(app): State<App>, uri: Uri) -> Response {
    checked(&app, &uri, compare::page).await
}

async fn report_page(State(app): State<App>, uri: Uri) -> Response {
    checked(&app, &uri, report::page).await
}

async fn help_page(RawQuery(query): RawQuery) -> Response {
    written(StatusCode::OK, &help::page(&read(query)))
}

async fn facet_page(State(app): State<App>, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let params = read(query);
    let page = move |opened: &Opened| -> Answer<Response> {
        let none = || Problem::not_found("there are no values of this name to choose from");
        let page = facet_page::page(opened, &params, Plan::find(&name).ok_or_else(none)?)?;
        Ok(written(StatusCode::OK, &page.ok_or_else(none)?))
    };
    app.ask(page).await.unwrap_or_else(problem_page)
}

async fn letter_by_case(State(app): State<App>, Path(case): Path<String>, RawQuery(query): RawQuery) -> Response {
    letter_page(app, Some(case), query).await
}

async fn letter_by_path(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    letter_page(app, None, query).await
}

async fn letter_page(app: App, case: Option<String>, query: Option<String>) -> Response {
    let params = read(query);
    let page = move |opened: &Opened| -> Answer<Response> {
        let letter = letter::find(opened, case.as_deref(), &params)?.ok_or_else(no_letter)?;
        let original = files::original(opened, &letter);
        Ok(written(StatusCode::OK, &letter::page(opened, &params, &letter, original)?))
    };
    app.ask(page).await.unwrap_or_else(problem_page)
}

async fn similar_by_case(
    State(app): State<App>,
    Path((case, number)): Path<(String, u32)>,
    RawQuery(query): RawQuery,
) -> Response {
    similar_page(app, Some(case), number, read(query)).await
}

async fn similar_by_path(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let params = read(query);
    let number = u32::try_from(params.number("issue", 1)).unwrap_or(0);
    similar_page(app, None, number, params).await
}

async fn similar_page(app: App, case: Option<String>, number: u32, params: Params) -> Response {
    let page = move |opened: &Opened| -> Answer<Response> {
        let letter = letter::find(opened, case.as_deref(), &params)?.ok_or_else(no_letter)?;
        let issue = letter.issues.iter().find(|issue| issue.number == number);
        let issue = issue.ok_or_else(|| Problem::not_found("the letter has no such issue"))?;
        Ok(written(StatusCode::OK, &similar::page(opened, &params, &letter, issue)?))
    };
    app.ask(page).await.unwrap_or_else(problem_page)
}

async fn asset(Path((digest, name)): Path<(String, String)>) -> Response {
    let Some(asset) = assets::find(&digest, &name) else {
        return problem_page(Problem::not_found("there is nothing at this address"));
    };
    let mut response = Response::new(Body::from(asset.content.as_str()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    // Another content has another address.
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(CACHE_CONTROL, forever);
    response
}

/// A page that says itself what was wrong with what was asked.
async fn checked<T>(app: &App, uri: &Uri, page: fn(&Opened, &Params) -> imr::Result<(T, bool)>) -> Response
where
    T: Template + 'static,
{
    let params = read(uri.query().map(str::to_owned));
    let work = move |opened: &Opened| -> Answer<(Vec<u8>, bool)> {
        let (page, is_right) = page(opened, &params)?;
        Ok((rendered(&page)?.into_bytes(), is_right))
    };
    match app.ask_page(uri, work).await {
        Ok((page, is_right)) => html(if is_right { StatusCode::OK } else { StatusCode::BAD_REQUEST }, page.into()),
        Err(problem) => problem_page(problem),
    }
}

fn read(query: Option<String>) -> Params {
    Params::parse(&query.unwrap_or_default())
}

fn no_letter() -> Problem {
    Problem::not_found("there is no such letter in the index")
}

/// A problem as a page.
pub fn problem_page(problem: Problem) -> Response {
    let status = problem.status;
    let heading = match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::BAD_REQUEST => "This cannot be asked",
        StatusCode::SERVICE_UNAVAILABLE => "Busy",
        _ => "This went wrong",
    };
    let told = selection::Problem::new(&problem.message, problem.hint.as_deref());
    written(status, &problem::page(heading, told))
}

/// A page, written.
fn written(status: StatusCode, page: &impl Template) -> Response {
    match rendered(page) {
        Ok(page) => html(status, page.into()),
        Err(problem) => html(problem.status, Body::empty()),
    }
}

/// The text of a page.
fn rendered(page: &impl Template) -> Answer<String> {
    // Writing to memory does not fail.
    page.render().map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "page", error.to_string()))
}

fn html(status: StatusCode, page: Body) -> Response {
    let mut response = Response::new(page);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
