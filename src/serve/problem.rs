//! What could not be answered: a status, and what there is to say of it.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use imr::present::one_line;
use imr::{Error, ErrorKind};
use serde_json::{Map, Value, json};

/// What could not be answered. As a response of its own it is JSON, promised in `schema/problem.schema.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the response.
    pub status: StatusCode,
    /// A stable name of what is wrong.
    pub code: &'static str,
    /// The fact, a line.
    pub message: String,
    /// What to do about it; of a query, the query with a caret below the place, over two lines.
    pub hint: Option<String>,
    /// The character of the query that is at fault, from 1.
    pub column: Option<usize>,
    /// The parameter that is at fault.
    pub parameter: Option<String>,
}

/// The result of answering.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem with a fact.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), hint: None, column: None, parameter: None }
    }

    /// A parameter that cannot be used.
    pub fn parameter(name: &str, message: impl Into<String>) -> Self {
        let this = Self::new(StatusCode::BAD_REQUEST, ErrorKind::Usage.code(), message);
        Self { parameter: Some(name.to_owned()), ..this }
    }

    /// What is not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorKind::NotFound.code(), message)
    }

    /// A letter that the index does not have.
    pub fn no_letter(name: &str) -> Self {
        Self::not_found(format!("there is no letter {} in the index", one_line(name)))
    }

    /// An answer that took too long.
    pub fn late() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "time", "the answer took too long")
            .with_hint("ask for less: a narrower query, fewer facets")
    }

    /// The same with advice.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let mut told = Map::new();
        told.insert("status".to_owned(), json!(self.status.as_u16()));
        told.insert("code".to_owned(), json!(self.code));
        told.insert("message".to_owned(), json!(self.message));
        told.insert("hint".to_owned(), json!(self.hint));
        told.insert("column".to_owned(), json!(self.column));
        told.insert("parameter".to_owned(), json!(self.parameter));
        json!({ "error": told })
    }
}

impl From<Error> for Problem {
    /// Paths of this machine are nobody's business: they are left out.
    fn from(error: Error) -> Self {
        let status = match error.kind() {
            ErrorKind::Query | ErrorKind::Usage => StatusCode::BAD_REQUEST,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::IndexMissing | ErrorKind::IndexLocked | ErrorKind::IndexVersion | ErrorKind::Interrupted => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let is_asked = status == StatusCode::BAD_REQUEST;
        let hint = error.hint().map(|hint| if is_asked { as_parameters(hint) } else { hint.to_owned() });
        Self {
            status,
            code: error.kind().code(),
            message: if is_asked { as_parameters(error.message()) } else { error.message().to_owned() },
            // What the administrator of the server could do is no advice to who asks.
            hint: hint.filter(|_| status != StatusCode::INTERNAL_SERVER_ERROR),
            column: error.column(),
            parameter: (error.kind() == ErrorKind::Query && error.column().is_some()).then(|| "q".to_owned()),
        }
    }
}

/// A message of the command line with its flags as parameters: `--by year` as `by=year`.
fn as_parameters(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let (before, behind) = rest.split_at(at);
        let flag = &behind[2..];
        let end = flag.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(flag.len());
        told.push_str(before);
        if end == 0 || !(before.is_empty() && told.is_empty() || before.ends_with(['`', ' '])) {
            told.push_str("--");
            rest = flag;
            continue;
        }
        told.push_str(&flag[..end].replace('-', "_"));
        rest = &flag[end..];
        // Only between backticks a value follows.
        let is_code = told.matches('`').count() % 2 == 1;
        if let Some(value) = rest.strip_prefix(' ').filter(|_| is_code) {
            told.push('=');
            rest = value;
        }
    }
    told + rest
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(format!("{}\n", self.json())));
        *response.status_mut() = self.status;
        let json = header::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        // Browsers are told by a page, which the guard makes.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::as_parameters;

    #[test]
    fn flags_are_told_as_parameters() {
        for (told, wanted) in [
            ("name them with `--by category_group,outcome`", "name them with `by=category_group,outcome`"),
            ("--drug-group: there is no word in `,`", "drug_group: there is no word in `,`"),
            ("`--cross` wants two fields at least", "`cross` wants two fields at least"),
            ("leave the outcome out of `--by`", "leave the outcome out of `by`"),
            ("`a--b` and -- and --", "`a--b` and -- and --"),
            ("plain", "plain"),
        ] {
            assert_eq!(as_parameters(told), wanted);
        }
    }
}
