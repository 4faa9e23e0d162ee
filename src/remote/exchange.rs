//! What is asked of a server, what comes back, and why nothing does; what a server says is told without who asked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::target::Credentials;

/// The largest answer that is read where nothing else is said, in bytes.
pub const MOST_BYTES: u64 = 64 << 20;
/// How much of a text of a server is told, in characters.
const TOLD: usize = 300;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// The path behind the servers' own, with the query.
    pub path: &'a str,
    /// What is sent with it, if anything.
    pub body: Option<&'a [u8]>,
    /// Whether the body is JSON lines instead of JSON.
    pub is_lines: bool,
    /// The largest answer that is read, in bytes.
    pub most_bytes: u64,
}

impl<'a> Request<'a> {
    /// A request without a body.
    pub fn new(method: &'a str, path: &'a str) -> Self {
        Self { method, path, body: None, is_lines: false, most_bytes: MOST_BYTES }
    }

    /// The same with a body of JSON.
    #[must_use]
    pub fn with_body(self, body: &'a [u8]) -> Self {
        Self { body: Some(body), ..self }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait before asking again, where the server says.
    pub retry_after: Option<Duration>,
    /// What the server says it is, by a header of Elasticsearch's.
    pub product: Option<String>,
    /// Who asked, to be left out of what is told.
    pub(super) credentials: Arc<Credentials>,
}

impl Answer {
    /// Whether the server did what was asked.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; `None` for what is none.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Why the server did not do it, in its own words, on one line.
    pub fn reason(&self) -> String {
        let json = self.json();
        let error = json.as_ref().and_then(|json| json.get("error").or_else(|| json.get("message")));
        let text = match error {
            Some(error) => reason_of(error),
            None => String::from_utf8_lossy(&self.body).into_owned(),
        };
        let text = told(&text, &self.credentials);
        if text.is_empty() { "it gives no reason".to_owned() } else { text }
    }
}

/// The reason that an object of an error gives.
pub(super) fn reason_of(error: &Value) -> String {
    let text = |error: &Value, name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
    let told = match (text(error, "type"), text(error, "reason")) {
        (Some(kind), Some(reason)) => format!("{kind}: {reason}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => error.as_str().map_or_else(|| error.to_string(), str::to_owned),
    };
    // "All shards failed" is no reason; what made them fail stands below.
    let causes =
        ["/caused_by", "/root_cause/0", "/failed_shards/0/reason"].iter().filter_map(|path| error.pointer(path));
    let cause = causes.filter_map(|cause| text(cause, "reason")).find(|reason| !reason.is_empty());
    match cause {
        Some(cause) if !told.contains(&cause) => format!("{told} ({cause})"),
        _ => told,
    }
}

/// A text of a server on one line, cut, without control characters and credentials.
pub(super) fn told(text: &str, credentials: &Credentials) -> String {
    let text = credentials.hidden_in(text);
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(TOLD) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No server took the connection, so nothing was asked.
    Unreachable(String),
    /// The request may have arrived, and no whole answer came.
    Lost(String),
    /// The answer is larger than it may be.
    TooLarge,
    /// The server sends this request elsewhere.
    Redirect(String),
    /// TLS failed: nothing was asked, and asking again does not help.
    Untrusted(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) | Self::Lost(why) | Self::Untrusted(why) => f.write_str(why),
            Self::TooLarge => f.write_str("the answer is too large"),
            Self::Redirect(to) => write!(f, "the server sends requests on to `{to}`, which is not followed"),
        }
    }
}
