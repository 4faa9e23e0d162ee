//! Where a browser tells the token: by a link or a form. From then on a cookie does.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response as Head, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::page::assets;
use super::params::Params;
use super::problem::{Answer, Problem};
use super::state::App;

/// The longest body of the form, in bytes.
pub const LONGEST_BODY: u64 = 4 << 10;
/// The address.
pub const PATH: &str = "/login";

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Token - imr</title>
<link rel="icon" type="image/svg+xml" href="<!--icon-->">
<link rel="stylesheet" href="<!--style-->">
</head>
<body>
<div class="single"><main>
<h1>imr</h1>
<!--told-->
<form method="post" action="/login">
<p><label for="token">Token, as <code>imr serve</code> printed it</label></p>
<p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></p>
<p><button>Go on</button></p>
</form>
</main></div>
</body>
</html>
"#;

/// The routes.
pub fn router() -> Router<App> {
    Router::new().route(PATH, get(ask).post(told))
}

/// The answer to one who does not know the token: for a browser the way to the form, for a program a problem.
pub fn wanted(headers: &HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        return go(PATH, None);
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "token", "who asks has to know the token")
        .with_hint("`Authorization: Bearer TOKEN`, or in a browser `/login`");
    let mut response = problem.into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"imr\""));
    response
}

/// The form, or with the token in the address what the form does.
async fn ask(State(app): State<App>, mut params: Params) -> Answer<Response> {
    let token = params.one("token")?;
    Ok(match (app.token(), token) {
        (None, _) => go("/", None),
        (Some(_), None) => Html(page("")).into_response(),
        (Some(known), Some(token)) if known.is(&token) => go("/", Some(&known.cookie())),
        (Some(_), Some(_)) => wrong(),
    })
}

async fn told(State(app): State<App>, body: Body) -> Answer<Response> {
    let too_large = |_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "that is no token");
    let body = to_bytes(body, usize::try_from(LONGEST_BODY).unwrap_or(0)).await.map_err(too_large)?;
    let token = Params::read(&String::from_utf8_lossy(&body))?.one("token")?;
    Ok(match app.token() {
        None => go("/", None),
        Some(known) if token.is_some_and(|token| known.is(token.trim())) => go("/", Some(&known.cookie())),
        Some(_) => wrong(),
    })
}

fn wrong() -> Response {
    (StatusCode::UNAUTHORIZED, Html(page("<p role=\"alert\">That is not the token.</p>"))).into_response()
}

/// The page with the form, and what is told above it.
fn page(told: &str) -> String {
    PAGE.replace("<!--told-->", told)
        .replace("<!--icon-->", &assets::href("icon.svg"))
        .replace("<!--style-->", &assets::href("pages.css"))
}

/// The way to another address of the server, with a cookie.
fn go(to: &'static str, cookie: Option<&str>) -> Response {
    let mut response = Head::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(to));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
