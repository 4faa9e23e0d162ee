//! What stands before every route: who may ask, what may be asked, for how long, and what every answer says to browsers.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::ends::Ends;
use super::login;
use super::problem::{Answer, Problem};
use super::state::App;

/// The longest address of a request, in bytes.
const LONGEST_ADDRESS: usize = 16 << 10;

/// What every answer says to browsers, unless a route says otherwise: nothing runs or loads that is not the server's own,
/// nobody else shows the page in a frame, and no address goes to others.
const SAID: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// What an attorney looks at stays in no cache that others share.
const KEPT_BY_ONE: &str = "private, no-cache";
/// Nor in a browser's, where it takes a token to see it: whoever comes to the browser later may not know it.
const KEPT_BY_NOBODY: &str = "no-store";

/// The routes behind the guard.
pub fn before(routes: Router<App>, app: &App) -> Router<App> {
    routes.layer(from_fn_with_state(app.clone(), guard))
}

async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let from = request.extensions().get::<Ends>().map(|ends| ends.there.ip().to_canonical());
    let is_page = shows_pages(&request);
    let refused = refused(&app, &request);
    let response = match refused {
        Err(response) => *response,
        Ok(()) => match tokio::time::timeout(app.settings().limits.answer, next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::late().into_response(),
        },
    };
    let mut response = told(response, is_page);
    for (name, value) in SAID {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    let kept = if app.token().is_some() { KEPT_BY_NOBODY } else { KEPT_BY_ONE };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(kept));
    let took = begun.elapsed();
    app.metrics().count(route.as_deref(), response.status(), took);
    app.log().request(from, &method, route.as_deref().unwrap_or(&path), response.status(), took);
    response
}

/// Whether somebody looks at what comes: a browser, at an address that is not for programs.
fn shows_pages(request: &Request) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !is_for_programs(request.uri().path()) && accepts.contains("text/html")
}

fn is_for_programs(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path == "/metrics"
}

/// An answer as who asked reads it: a problem as a page for browsers, and what the router says itself as a problem.
fn told(response: Response, is_page: bool) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let is_failed = status.is_client_error() || status.is_server_error();
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) if is_page => problem.clone(),
        // A part of an address that cannot be read leads to nothing.
        None if is_failed && kind.starts_with(b"text/plain") => match status {
            StatusCode::BAD_REQUEST => Problem::not_found("there is nothing at this address"),
            _ => Problem::new(status, "http", "this cannot be answered"),
        },
        _ => return response,
    };
    let mut told = if is_page { super::page::problem_page(problem) } else { problem.into_response() };
    for (name, value) in response.headers() {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            told.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
    }
    told
}

/// Tells whether a request is answered at all.
fn refused(app: &App, request: &Request) -> Result<(), Box<Response>> {
    let problem = |problem: Problem| Box::new(problem.into_response());
    let is_login = request.uri().path() == login::PATH;
    method(request.method(), is_login).map_err(|told| {
        let mut response = problem(told);
        let allowed = if is_login { "GET, HEAD, POST" } else { "GET, HEAD" };
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        response
    })?;
    size(request, is_login).map_err(problem)?;
    host(app, request).map_err(problem)?;
    site(request).map_err(problem)?;
    // Who has no token yet may be asked for it, and see how that looks.
    if is_login || request.uri().path().starts_with("/assets/") {
        return Ok(());
    }
    match app.token() {
        Some(token) if !token.is_known(request.headers()) => Err(Box::new(login::wanted(request.headers()))),
        _ => Ok(()),
    }
}

fn method(method: &Method, is_login: bool) -> Answer<()> {
    match *method {
        Method::GET | Method::HEAD => Ok(()),
        Method::POST if is_login => Ok(()),
        _ => Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "nothing can be changed here, only read")),
    }
}

fn size(request: &Request, is_login: bool) -> Answer<()> {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > LONGEST_ADDRESS {
        let fact = format!("the address is longer than {LONGEST_ADDRESS} bytes");
        return Err(Problem::new(StatusCode::URI_TOO_LONG, "too_long", fact));
    }
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH).map(|length| length.to_str().unwrap_or_default().parse::<u64>());
    let most = if is_login { login::LONGEST_BODY } else { 0 };
    match length {
        Some(Ok(length)) if length <= most => Ok(()),
        // A body whose length is not told is cut off where it is read.
        None if is_login || !headers.contains_key(header::TRANSFER_ENCODING) => Ok(()),
        _ => Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a request has no body here")),
    }
}

/// Whether the client means this server. A page of elsewhere whose name was made to lead here calls it by that name.
fn host(app: &App, request: &Request) -> Answer<()> {
    let wrong = |fact: String| Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", fact);
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, other) = (hosts.next(), hosts.next());
    let (Some(host), None) = (host.and_then(|host| host.to_str().ok()), other) else {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "host", "a request has one `Host`"));
    };
    let here = request.extensions().get::<Ends>().map(|ends| ends.here);
    let host: Option<Authority> = host.parse().ok();
    for named in [host.as_ref(), request.uri().authority()] {
        let is_absent = named.is_none() && host.is_some();
        let is_ours = named.is_some_and(|named| is_ours(named, here, &app.settings().hosts));
        if !is_absent && !is_ours {
            return Err(wrong("this server has another name".to_owned())
                .with_hint("`imr serve --host NAME` lets it be called by a name"));
        }
    }
    Ok(())
}

/// Whether a name is one of the server's: the address that the connection came to, `localhost` for one from this machine,
/// or a name that it was given. The port is not looked at, which may have been forwarded.
fn is_ours(named: &Authority, here: Option<SocketAddr>, hosts: &[String]) -> bool {
    // `user@host` is no host.
    if named.as_str().contains('@') {
        return false;
    }
    let name = named.host().trim_end_matches('.');
    if hosts.iter().any(|host| host.trim_end_matches('.').eq_ignore_ascii_case(name)) {
        return true;
    }
    let Some(here) = here.map(|here| here.ip().to_canonical()) else { return false };
    if name.eq_ignore_ascii_case("localhost") {
        return here.is_loopback();
    }
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| {
        let address = address.to_canonical();
        address == here || (address.is_loopback() && here.is_loopback())
    })
}

/// Whether the browser says that a page of elsewhere asks, without the user going there: a frame, a picture, a script. What
/// programs read is nothing to go to.
fn site(request: &Request) -> Answer<()> {
    let said = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let goes_there = said("sec-fetch-mode") == Some("navigate")
        && said("sec-fetch-dest") == Some("document")
        && !is_for_programs(request.uri().path());
    match said("sec-fetch-site") {
        Some("cross-site" | "same-site") if !goes_there => {
            Err(Problem::new(StatusCode::FORBIDDEN, "site", "pages of other sites get nothing here"))
        }
        _ => Ok(()),
    }
}

/// Whether the server can be called by a name that it was given.
///
/// # Errors
/// For what is no name: a port has no place there, and neither has an address of a page.
pub fn name(host: &str) -> Result<(), imr::Error> {
    let is_name = host.parse::<Authority>().is_ok_and(|named| named.host() == host);
    is_name.then_some(()).ok_or_else(|| {
        imr::Error::new(imr::ErrorKind::Usage, format!("--host: `{host}` is no name of a server"))
            .with_hint("give the name alone, as in `--host letters.example.org`: any port goes with it")
    })
}
