//! What pages offer as files: tables, charts and reports. The original of a letter is served beside the API.

use std::io::{self, Write};

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use imr::present::{self, Style};
use imr::record::LetterRecord;

use super::super::original::{Offer, offered};
use super::super::problem::{Answer, Problem};
use super::super::state::{App, Opened};
use super::letter::Original;
use super::params::Params;
use super::{compare, report, stats};

/// What a chart looks like where no page's style sheet is.
const CHART: &str = include_str!("../assets/chart.css");

/// The chart of the statistics page.
pub async fn stats_svg(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let make = |opened: &Opened, params: &Params| -> Answer<Vec<u8>> {
        let chart = stats::counted(opened, params)?.chart();
        let chart = chart.ok_or_else(|| Problem::not_found("there is nothing to draw"))?;
        Ok(alone(&chart).into_bytes())
    };
    file(app, query, ("image/svg+xml", "chart.svg"), make).await
}

/// The table of the statistics page.
pub async fn stats_csv(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let make = |opened: &Opened, params: &Params| {
        let counted = stats::counted(opened, params)?;
        printed(|out| counted.csv(out, &style(opened)))
    };
    file(app, query, ("text/csv; charset=utf-8", "table.csv"), make).await
}

/// The table of two selections.
pub async fn compare_csv(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let make = |opened: &Opened, params: &Params| {
        let answer = compare::counted(opened, params)?;
        printed(|out| answer.csv(out, &style(opened)))
    };
    file(app, query, ("text/csv; charset=utf-8", "comparison.csv"), make).await
}

/// The report as a file.
pub async fn report_file(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let kind = match Params::parse(query.as_deref().unwrap_or_default()).first("format") {
        Some("markdown") => ("text/markdown; charset=utf-8", "report.md"),
        Some("json") => ("application/json", "report.json"),
        _ => ("text/html; charset=utf-8", "report.html"),
    };
    let make = |opened: &Opened, params: &Params| {
        let report = report::report(opened, params)?;
        printed(|out| match params.first("format") {
            Some("markdown") => present::report_markdown(out, &report),
            Some("json") => present::report_page_json(out, &report),
            _ => present::report_html(out, &report),
        })
    };
    file(app, query, kind, make).await
}

/// The file that a letter was read from, where it would be given.
pub fn original(opened: &Opened, letter: &LetterRecord) -> Option<Original> {
    let Offer { is_pdf } = offered(opened, letter)?;
    Some(Original { href: format!("/api/letters/{}/original", letter.facts.case_number?), is_pdf })
}

async fn file(
    app: App,
    query: Option<String>,
    (kind, name): (&'static str, &'static str),
    make: fn(&Opened, &Params) -> Answer<Vec<u8>>,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    match app.ask(move |opened| make(opened, &params)).await {
        Err(problem) => super::problem_page(problem),
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
            response.headers_mut().extend(name.ok().map(|name| (CONTENT_DISPOSITION, name)));
            response
        }
    }
}

fn printed(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Answer<Vec<u8>> {
    let mut bytes = Vec::new();
    print(&mut bytes).map_err(|error| Problem::from(imr::Error::write("answer", error)))?;
    Ok(bytes)
}

/// How files are printed.
fn style(opened: &Opened) -> Style {
    Style {
        pretty: false,
        color: false,
        links: false,
        terminal: false,
        width: 80,
        columns: 80,
        cwd: opened.base().to_path_buf(),
    }
}

/// A chart with what it looks like, to be shown without a page.
fn alone(chart: &str) -> String {
    let svg = chart.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
    match svg.split_once('>') {
        Some((begin, rest)) => format!("{begin}><style>{CHART}</style>{rest}"),
        None => svg,
    }
}

#[cfg(test)]
mod tests {
    use super::alone;

    #[test]
    fn a_chart_alone_has_its_style() {
        let svg = alone("<svg class=\"chart\" viewBox=\"0 0 1 1\"><rect class=\"upheld\"/></svg>");
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\""), "{svg}");
        assert!(svg.contains("><style>") && svg.contains(".upheld") && svg.ends_with("</svg>"));
    }
}
