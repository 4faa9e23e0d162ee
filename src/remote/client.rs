//! Requests: what is sent and what comes back, within bounds of time and size, without ever telling who asks.
//!
//! A redirect is not followed: what is published, and the credentials, go where they were meant to go or nowhere.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Timeout, http};

use super::exchange::{Answer, Failure, Request, told};
use super::target::{Credentials, Flavor, Target};
use crate::error::{Error, ErrorKind, Result};

/// How to talk to servers.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who asks.
    pub credentials: Credentials,
    /// Certificates in PEM of those who vouch for the servers; without them those that browsers know.
    pub ca: Option<Vec<u8>>,
    /// How long one request may take in all.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { credentials: Credentials::None, ca: None, timeout: Duration::from_secs(60) }
    }
}

/// How long it may take until a server takes a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Talks to the servers of a target.
pub struct Client {
    agent: Agent,
    target: Target,
    flavor: Flavor,
    credentials: Arc<Credentials>,
    /// The server that is asked first.
    first: AtomicUsize,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("target", &self.target).field("flavor", &self.flavor).finish_non_exhaustive()
    }
}

impl Client {
    /// A client for a target. Without a flavor the server is asked what it is.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for certificates that are none, and those of [`Client::ask`].
    pub fn connect(target: &Target, flavor: Option<Flavor>, options: &Options) -> Result<Self> {
        let mut this = Self {
            agent: agent(options)?,
            target: target.clone(),
            flavor: flavor.unwrap_or(Flavor::Opensearch),
            credentials: Arc::new(options.credentials.clone()),
            first: AtomicUsize::new(0),
        };
        this.flavor = match flavor {
            Some(flavor) => flavor,
            None => this.detected()?,
        };
        Ok(this)
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What kind of engine it is.
    pub fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// The same servers with another index.
    ///
    /// # Errors
    /// As [`Target::with_index`].
    pub fn with_index(&self, index: &str) -> Result<Self> {
        Ok(Self {
            agent: self.agent.clone(),
            target: self.target.with_index(index)?,
            flavor: self.flavor,
            credentials: Arc::clone(&self.credentials),
            first: AtomicUsize::new(self.first.load(Ordering::Relaxed)),
        })
    }

    /// What the servers say they are.
    fn detected(&self) -> Result<Flavor> {
        let root = match self.try_ask(&Request::new("GET", "/")) {
            // Quickwit sends browsers on to its own pages.
            Err(failure @ Failure::Redirect(_)) => Err(failure),
            answered => Ok(answered.map_err(|failure| self.failed(&failure))?),
        };
        if let Some(flavor) = root.as_ref().ok().and_then(told_by) {
            return Ok(flavor);
        }
        let path = format!("{}/", Flavor::Quickwit.base_path());
        let quickwit = self.ask(&Request::new("GET", &path)).ok().and_then(|answer| told_by(&answer));
        match (quickwit, root) {
            (Some(flavor), _) => Ok(flavor),
            (None, Err(failure)) => Err(self.failed(&failure)),
            (None, Ok(answer)) if matches!(answer.status, 401 | 403) => Err(self.refused(&answer)),
            (None, Ok(_)) => {
                let message = format!("`{}` does not say what it is", self.target);
                Err(Error::new(ErrorKind::Remote, message)
                    .with_hint("say it: `--flavor opensearch`, `elasticsearch`, `quickwit` or `rsearch`"))
            }
        }
    }

    /// Asks once: the servers in turn, until one takes the connection.
    ///
    /// # Errors
    /// Why there is no answer. Whatever status an answer has, it is one.
    pub fn try_ask(&self, request: &Request<'_>) -> std::result::Result<Answer, Failure> {
        let (count, first) = (self.target.servers.len(), self.first.load(Ordering::Relaxed));
        let mut last = Failure::Unreachable("there is no server".to_owned());
        for place in 0..count {
            let at = (first + place) % count;
            match self.once(&self.target.servers[at], request) {
                Err(failure @ Failure::Unreachable(_)) => last = failure,
                // What was lost may be done by now; the next request goes to another server.
                Err(failure @ Failure::Lost(_)) => {
                    self.first.store(at + 1, Ordering::Relaxed);
                    return Err(failure);
                }
                other => {
                    self.first.store(at, Ordering::Relaxed);
                    return other;
                }
            }
        }
        Err(last)
    }

    fn once(&self, server: &str, request: &Request<'_>) -> std::result::Result<Answer, Failure> {
        let failed = |error: ureq::Error| failure(&error, &self.credentials);
        let mut builder = http::Request::builder().method(request.method).uri(format!("{server}{}", request.path));
        if let Some(header) = self.credentials.header() {
            builder = builder.header("authorization", header);
        }
        let (accept, content) = self.media_types(request.is_lines);
        builder = builder.header("accept", accept);
        if request.body.is_some() {
            builder = builder.header("content-type", content);
        }
        // These methods have a body, if an empty one.
        let empty: Option<&[u8]> = matches!(request.method, "POST" | "PUT").then_some(&[]);
        let answered = match request.body.or(empty) {
            Some(body) => self.agent.run(builder.body(body).map_err(|error| failed(error.into()))?),
            None => self.agent.run(builder.body(()).map_err(|error| failed(error.into()))?),
        };
        let mut response = answered.map_err(failed)?;
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        if (300..400).contains(&status) {
            return Err(Failure::Redirect(told(header("location").unwrap_or_default(), &self.credentials)));
        }
        let retry_after = header("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
        let product = header("x-elastic-product").map(str::to_owned);
        let body = response.body_mut().with_config().limit(request.most_bytes).read_to_vec().map_err(failed)?;
        Ok(Answer { status, body, retry_after, product, credentials: Arc::clone(&self.credentials) })
    }

    /// What is accepted, and what is sent.
    fn media_types(&self, is_lines: bool) -> (&'static str, &'static str) {
        match self.flavor {
            Flavor::Elasticsearch { major } if major >= 8 => (
                "application/vnd.elasticsearch+json; compatible-with=8",
                match is_lines {
                    true => "application/vnd.elasticsearch+x-ndjson; compatible-with=8",
                    false => "application/vnd.elasticsearch+json; compatible-with=8",
                },
            ),
            Flavor::Elasticsearch { .. } if is_lines => ("application/json", "application/x-ndjson"),
            // As the official client of OpenSearch sends lines.
            _ => ("application/json", "application/json"),
        }
    }

    /// Asks once, where not to be answered is an error.
    ///
    /// # Errors
    /// [`ErrorKind::RemoteUnreachable`] and [`ErrorKind::Remote`]. Whatever status an answer has, it is one.
    pub fn ask(&self, request: &Request<'_>) -> Result<Answer> {
        self.try_ask(request).map_err(|failure| self.failed(&failure))
    }

    /// Asks once for JSON.
    ///
    /// # Errors
    /// Those of [`Client::ask`] and of [`Client::refused`].
    pub fn ask_json(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let bytes = body.map(Value::to_string);
        let request = Request { body: bytes.as_deref().map(str::as_bytes), ..Request::new(method, path) };
        let answer = self.ask(&request)?;
        match answer.json() {
            Some(json) if answer.is_success() => Ok(json),
            _ if !answer.is_success() => Err(self.refused(&answer)),
            _ => Err(Error::new(ErrorKind::Remote, format!("`{}` answers with what is no JSON", self.target))),
        }
    }

    /// Searches the index: the body of `_search` in the query DSL.
    ///
    /// # Errors
    /// Those of [`Client::ask_json`]. An answer of which parts are missing is none.
    pub fn search(&self, body: &Value) -> Result<Value> {
        let path = format!("{}/{}/_search", self.flavor.base_path(), self.target.index);
        self.ask_json("POST", &path, Some(body))
    }

    /// How many documents of the index match a query.
    ///
    /// # Errors
    /// Those of [`Client::search`], and [`ErrorKind::Remote`] where only some of the shards answered.
    pub fn count(&self, query: &Value) -> Result<u64> {
        let total = |exactly: Value| -> Result<(Option<u64>, bool)> {
            let answer = self.search(&json!({"query": query, "size": 0, "track_total_hits": exactly}))?;
            whole(&answer, &self.target)?;
            let total = answer.pointer("/hits/total");
            let count = total.and_then(|total| total.get("value").unwrap_or(total).as_u64());
            Ok((count, total.and_then(|total| total.get("relation")).is_some_and(|relation| relation == "gte")))
        };
        // Some count up to a bound whatever is asked for, unless it is a number.
        let (mut count, is_bound) = total(json!(true))?;
        if is_bound {
            count = match total(json!(i32::MAX))? {
                (count, false) => count,
                _ => None,
            };
        }
        count.ok_or_else(|| Error::new(ErrorKind::Remote, format!("`{}` does not say how much matches", self.target)))
    }

    /// The error of no answer.
    pub fn failed(&self, failure: &Failure) -> Error {
        let target = &self.target;
        let (kind, message, hint) = match failure {
            Failure::Unreachable(_) | Failure::Lost(_) => (
                ErrorKind::RemoteUnreachable,
                format!("`{target}` does not answer: {failure}"),
                "look whether the server runs there, and whether the address is right",
            ),
            Failure::Untrusted(_) => (
                ErrorKind::RemoteUnreachable,
                format!("`{target}` is not trusted: {failure}"),
                "name the file with the certificate of its authority by `--ca-file`",
            ),
            Failure::TooLarge => {
                (ErrorKind::Remote, format!("`{target}`: {failure}"), "look whether this is the address of an engine")
            }
            Failure::Redirect(_) => (
                ErrorKind::Remote,
                format!("`{target}`: {failure}"),
                "name the address that it leads to, if that is meant",
            ),
        };
        Error::new(kind, message).with_hint(hint)
    }

    /// The error of an answer that is none of success.
    pub fn refused(&self, answer: &Answer) -> Error {
        let (target, status, reason) = (&self.target, answer.status, answer.reason());
        let (kind, hint) = match status {
            401 | 403 => (
                ErrorKind::RemoteDenied,
                "give credentials in IMR_REMOTE_USER and IMR_REMOTE_PASSWORD, in IMR_REMOTE_API_KEY, or by `--credentials FILE`",
            ),
            404 => (ErrorKind::Remote, "make the index with `imr remote init`, and look whether the address is right"),
            408 | 429 | 502..=504 => (ErrorKind::RemoteUnreachable, "the server is busy; try again later"),
            _ => (ErrorKind::Remote, "`imr remote doctor` tells what the server can do"),
        };
        Error::new(kind, format!("`{target}` answers {status}: {reason}")).with_hint(hint)
    }

    /// A text of the server as it may be told.
    pub fn told(&self, text: &str) -> String {
        told(text, &self.credentials)
    }
}

/// An answer of a search of which no part is missing.
///
/// # Errors
/// [`ErrorKind::Remote`] where shards failed or time ran out.
pub fn whole(answer: &Value, target: &Target) -> Result<()> {
    let failed = answer.pointer("/_shards/failed").and_then(Value::as_u64).unwrap_or(0);
    let is_late = answer.get("timed_out").and_then(Value::as_bool).unwrap_or(false);
    let what = match (failed, is_late) {
        (0, false) => return Ok(()),
        (0, true) => "its time ran out".to_owned(),
        (failed, _) => format!("{failed} of its shards failed"),
    };
    Err(Error::new(ErrorKind::Remote, format!("`{target}` answers in part only: {what}")))
}

fn told_by(answer: &Answer) -> Option<Flavor> {
    let json = answer.json()?;
    let version = json.get("version");
    let text = |name: &str| version.and_then(|version| version.get(name)).and_then(Value::as_str);
    let major = || text("number").and_then(|number| number.split('.').next()).and_then(|major| major.parse().ok());
    if json.get("rsearch_version").or_else(|| version?.get("rsearch_version")).is_some() {
        return Some(Flavor::Rsearch);
    }
    match text("distribution") {
        Some("opensearch") => return Some(Flavor::Opensearch),
        Some("quickwit") => return Some(Flavor::Quickwit),
        _ => {}
    }
    let is_elastic = answer.product.as_deref() == Some("Elasticsearch") || text("build_flavor").is_some();
    is_elastic.then(|| Flavor::Elasticsearch { major: major().unwrap_or(7) })
}

fn agent(options: &Options) -> Result<Agent> {
    let mut tls = TlsConfig::builder();
    if let Some(pem) = &options.ca {
        let certificates: Vec<Certificate<'static>> = parse_pem(pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "the file of the authority holds no certificate in PEM"));
        }
        tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
    }
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(options.timeout))
        .timeout_connect(Some(CONNECT.min(options.timeout)))
        .user_agent(concat!("imr/", env!("CARGO_PKG_VERSION")))
        .max_idle_age(Duration::from_secs(10))
        // A proxy would see what goes there; whoever wants one names it as the server.
        .proxy(None)
        .tls_config(tls.build())
        .build();
    Ok(config.into())
}

fn failure(error: &ureq::Error, credentials: &Credentials) -> Failure {
    use std::io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, InvalidData, NetworkUnreachable};
    let why = told(&error.to_string(), credentials);
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::BadUri(_) => Failure::Unreachable(why),
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => Failure::Unreachable(why),
        ureq::Error::Io(error)
            if matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable | AddrNotAvailable) =>
        {
            Failure::Unreachable(why)
        }
        // What TLS finds wrong comes as data that is none.
        ureq::Error::Io(error) if error.kind() == InvalidData => Failure::Untrusted(why),
        ureq::Error::BodyExceedsLimit(_) => Failure::TooLarge,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) => Failure::Untrusted(why),
        _ => Failure::Lost(why),
    }
}
