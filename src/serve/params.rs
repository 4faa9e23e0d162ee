//! The parameters of a request.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use imr::error::nearest;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::problem::{Answer, Problem};

/// How many parameters a request may have.
const MOST: usize = 512;

/// The parameters of a request, in their order. What is taken is known; what is left at the end is none of the route.
#[derive(Debug, Clone, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
    known: BTreeSet<&'static str>,
}

impl Params {
    /// Reads the part of an address behind `?`. A parameter without a value is as if it were not there, since forms send
    /// those that nobody filled in.
    ///
    /// # Errors
    /// For what is no UTF-8, has NUL in it, or are too many.
    pub fn read(text: &str) -> Answer<Self> {
        let mut pairs = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
            let (name, value) = (decoded(name)?, decoded(value)?);
            if pairs.len() == MOST {
                return Err(Problem::parameter(&name, format!("there are more than {MOST} parameters")));
            }
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        Ok(Self { pairs, known: BTreeSet::new() })
    }

    /// The same of an object: texts, numbers, truths, and lists of these.
    ///
    /// # Errors
    /// For anything else, and for what has NUL in it.
    pub fn of(object: &Map<String, Value>) -> Answer<Self> {
        let mut pairs = Vec::new();
        for (name, value) in object {
            let values = match value {
                Value::Array(all) => all.as_slice(),
                other => std::slice::from_ref(other),
            };
            for value in values {
                let text = match value {
                    Value::Null => continue,
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    Value::Bool(is_so) => is_so.to_string(),
                    _ => {
                        return Err(Problem::parameter(name, format!("`{name}` is no text, number, or list of these")));
                    }
                };
                if text.contains('\0') || pairs.len() == MOST {
                    return Err(Problem::parameter(name, format!("`{name}` has a NUL in it, or too many values")));
                }
                if !text.is_empty() {
                    pairs.push((name.clone(), text));
                }
            }
        }
        Ok(Self { pairs, known: BTreeSet::new() })
    }

    /// The values of a parameter.
    pub fn all(&mut self, name: &'static str) -> Vec<String> {
        self.known.insert(name);
        let (taken, left) = std::mem::take(&mut self.pairs).into_iter().partition(|(other, _)| other == name);
        self.pairs = left;
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// The values of a parameter, which may also stand in one, with commas between them.
    pub fn list(&mut self, name: &'static str) -> Vec<String> {
        let all = self.all(name);
        all.iter().flat_map(|value| value.split(',')).filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }

    /// The value of a parameter that has one.
    ///
    /// # Errors
    /// When it is there twice.
    pub fn one(&mut self, name: &'static str) -> Answer<Option<String>> {
        let mut all = self.all(name);
        let last = all.pop();
        match all.is_empty() {
            true => Ok(last),
            false => Err(Problem::parameter(name, format!("`{name}` is there twice"))),
        }
    }

    /// Whether something is so.
    ///
    /// # Errors
    /// For a value that says neither yes nor no.
    pub fn flag(&mut self, name: &'static str) -> Answer<bool> {
        match self.one(name)?.as_deref() {
            None | Some("false" | "no" | "0" | "off") => Ok(false),
            Some("true" | "yes" | "1" | "on") => Ok(true),
            Some(other) => Err(Problem::parameter(name, format!("`{name}` is true or false, not `{other}`"))),
        }
    }

    /// A number within bounds.
    ///
    /// # Errors
    /// For what is none.
    pub fn number(&mut self, name: &'static str, within: RangeInclusive<u64>) -> Answer<Option<u64>> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let number = text.parse().ok().filter(|number| within.contains(number));
        number.map(Some).ok_or_else(|| {
            let fact = format!("`{name}` is a number from {} to {}, not `{text}`", within.start(), within.end());
            Problem::parameter(name, fact)
        })
    }

    /// One of some words.
    ///
    /// # Errors
    /// For any other.
    pub fn choice<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Answer<Option<T>> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meant)| *meant);
        found.map(Some).ok_or_else(|| {
            let all = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            Problem::parameter(name, format!("`{name}` is one of {all}, not `{text}`"))
        })
    }

    /// Ends with nothing left.
    ///
    /// # Errors
    /// For a parameter that the route does not have.
    pub fn end(self) -> Answer<()> {
        let Some((name, _)) = self.pairs.first() else { return Ok(()) };
        let problem = Problem::parameter(name, format!("there is no parameter `{name}` here"));
        let near = nearest(name, self.known.iter().copied());
        let known = self.known.iter().copied().collect::<Vec<_>>().join(", ");
        Err(match near.first() {
            Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => problem.with_hint("there are no parameters"),
            None => problem.with_hint(format!("the parameters are {known}")),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}

/// The part of an address that names a letter.
#[derive(Debug, Clone)]
pub struct Case(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Case {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let case = Path::<String>::from_request_parts(parts, state).await;
        case.map(|Path(case)| Self(case)).map_err(|_| Problem::not_found("no letter has such a name"))
    }
}

fn decoded(text: &str) -> Answer<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    match decoded {
        Ok(text) if text.contains('\0') => Err(Problem::parameter("", "a parameter has a NUL in it")),
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Problem::parameter("", "a parameter is no UTF-8")),
    }
}
