//! Answers of searches: hits, totals and counts, and whether parts of them are missing.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::client::Client;
use super::dsl::Able;
use crate::error::{Error, ErrorKind, Result};

/// What answers searches: an engine, or what stands for one.
pub trait Ask {
    /// What it does as it is done here.
    fn able(&self) -> Able;

    /// Answers the body of a search.
    ///
    /// # Errors
    /// When there is no answer, or it is that the search was refused.
    fn ask(&self, body: &Value) -> Result<Value>;

    /// A text of the engine as it may be told: without what nobody is to see.
    fn told(&self, text: &str) -> String {
        text.to_owned()
    }
}

impl Ask for Client {
    fn able(&self) -> Able {
        Able::of(self.flavor())
    }

    fn ask(&self, body: &Value) -> Result<Value> {
        self.search(body)
    }

    fn told(&self, text: &str) -> String {
        Client::told(self, text)
    }
}

/// One that is asked several times for one purpose, and what was missing in its answers.
pub struct Asked<'a> {
    ask: &'a dyn Ask,
    partial: RefCell<Vec<String>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How many documents match.
    pub total: u64,
    /// The hits asked for.
    pub hits: Vec<Hit>,
    aggregations: Value,
}

/// One hit.
#[derive(Debug, Clone)]
pub struct Hit {
    /// How well it matches, where the engine says.
    pub score: Option<f64>,
    /// Where it stands in the order.
    pub sort: Vec<Value>,
    /// The document.
    pub source: Value,
}

/// The documents with one value.
#[derive(Debug, Clone, Copy)]
pub struct Bucket<'a> {
    /// The value.
    pub key: &'a Value,
    /// How many documents have it.
    pub documents: u64,
    inner: &'a Value,
}

/// Up to here a double is the whole number that it was made of: 2 to the power of 53.
const EXACT_FRACTIONS: f64 = 9_007_199_254_740_992.0;
/// More documents than any engine counts in one index.
const EXACT: u64 = i32::MAX as u64;

impl<'a> Asked<'a> {
    /// Nothing was asked yet.
    pub fn new(ask: &'a dyn Ask) -> Self {
        Self { ask, partial: RefCell::default() }
    }

    /// What it does as it is done here.
    pub fn able(&self) -> Able {
        self.ask.able()
    }

    /// What was missing in answers, a line each.
    pub fn partial(&self) -> Vec<String> {
        self.partial.borrow().clone()
    }

    /// Searches.
    ///
    /// # Errors
    /// Those of the engine, and [`ErrorKind::Remote`] for an answer that is none.
    pub fn search(&self, mut body: Value) -> Result<Answer> {
        body["track_total_hits"] = json!(true);
        let mut answer = self.ask.ask(&body)?;
        // Some engines count so far only, whatever they are asked, unless it is a number.
        if is_counted_in_part(&answer) {
            body["track_total_hits"] = json!(EXACT);
            answer = self.ask.ask(&body)?;
        }
        if is_counted_in_part(&answer) {
            return Err(Error::new(ErrorKind::Remote, "the engine does not count all that matches")
                .with_hint("`imr remote doctor` tells what the server can do"));
        }
        if let Some(what) = missing_in(&answer, self.ask) {
            // A shard that was asked for too many values at once can be asked for fewer.
            if what.contains("bucket") {
                return Err(Error::new(ErrorKind::Remote, format!("the engine answers in part: {what}"))
                    .with_hint("count a smaller selection, or by fields of fewer values"));
            }
            let mut partial = self.partial.borrow_mut();
            if !partial.contains(&what) {
                partial.push(what);
            }
        }
        Answer::read(answer)
    }

    /// How many documents match.
    ///
    /// # Errors
    /// As [`Asked::search`].
    pub fn count(&self, query: &Value) -> Result<u64> {
        Ok(self.search(json!({"query": query, "size": 0}))?.total)
    }
}

fn is_counted_in_part(answer: &Value) -> bool {
    answer.pointer("/hits/total/relation").and_then(Value::as_str).is_some_and(|relation| relation != "eq")
}

/// What is missing in an answer, if anything is.
fn missing_in(answer: &Value, ask: &dyn Ask) -> Option<String> {
    let number = |path: &str| answer.pointer(path).and_then(Value::as_u64);
    let reason = answer.pointer("/_shards/failures/0/reason/reason").and_then(Value::as_str);
    let reason = reason.map(|reason| ask.told(reason).chars().take(200).collect::<String>());
    let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    match (number("/_shards/failed").unwrap_or(0), answer.get("timed_out").and_then(Value::as_bool)) {
        (0, Some(true)) => Some("its time ran out".to_owned()),
        (0, _) => None,
        (failed, _) => match number("/_shards/total") {
            Some(total) => Some(format!("{failed} of {total} shards failed{reason}")),
            None => Some(format!("{failed} shards failed{reason}")),
        },
    }
}

/// The error of an answer that is none.
pub(super) fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::Remote, format!("the answer of the engine has {what}"))
        .with_hint("look whether this is the address of an engine that speaks the Elasticsearch protocol")
}

impl Answer {
    fn read(mut answer: Value) -> Result<Self> {
        let total = answer.pointer("/hits/total").and_then(|total| total.get("value").unwrap_or(total).as_u64());
        let total = total.filter(|total| *total <= EXACT).ok_or_else(|| unreadable("no total"))?;
        let hits = match answer.pointer_mut("/hits/hits").map(Value::take) {
            Some(Value::Array(hits)) => hits,
            None | Some(Value::Null) => Vec::new(),
            Some(_) => return Err(unreadable("hits that are no list")),
        };
        let hit = |mut hit: Value| Hit {
            score: hit.get("_score").and_then(Value::as_f64),
            sort: match hit.get_mut("sort").map(Value::take) {
                Some(Value::Array(values)) => values,
                _ => Vec::new(),
            },
            source: hit.get_mut("_source").map(Value::take).unwrap_or_default(),
        };
        let hits = hits.into_iter().map(hit).collect();
        let aggregations = answer.get_mut("aggregations").map(Value::take).unwrap_or_default();
        Ok(Self { total, hits, aggregations })
    }

    /// The counts by value of this name, of which none is missing. Where nothing matches, an engine may leave them out.
    ///
    /// # Errors
    /// [`ErrorKind::Remote`] where the engine left some out, or counted in part.
    pub fn buckets(&self, name: &str) -> Result<Vec<Bucket<'_>>> {
        match self.aggregations.get(name) {
            Some(counts) => whole(counts),
            None if self.total == 0 => Ok(Vec::new()),
            None => Err(unreadable("no counts")),
        }
    }

    /// The same, of which some may be missing: whether all are there.
    ///
    /// # Errors
    /// [`ErrorKind::Remote`] for counts that are none.
    pub fn some_buckets(&self, name: &str) -> Result<(Vec<Bucket<'_>>, bool)> {
        match self.aggregations.get(name) {
            Some(counts) => Ok((read(counts)?, is_whole(counts))),
            None if self.total == 0 => Ok((Vec::new(), true)),
            None => Err(unreadable("no counts")),
        }
    }
}

impl<'a> Bucket<'a> {
    /// The counts by value of this name among its documents.
    ///
    /// # Errors
    /// As [`Answer::buckets`].
    pub fn buckets(&self, name: &str) -> Result<Vec<Bucket<'a>>> {
        match self.inner.get(name) {
            Some(counts) => whole(counts),
            None => Err(unreadable("no counts below others")),
        }
    }

    /// The value as a text.
    ///
    /// # Errors
    /// [`ErrorKind::Remote`] for what is neither a text nor a whole number.
    pub fn text(&self) -> Result<String> {
        match self.key {
            Value::String(text) => Ok(text.clone()),
            _ => {
                self.number().map(|number| number.to_string()).ok_or_else(|| unreadable("a count of what is no value"))
            }
        }
    }

    /// The value as a whole number. Some engines answer with fractions, which tell whole numbers up to 2^53.
    pub fn number(&self) -> Option<i64> {
        let is_whole = |number: &f64| number.fract() == 0.0 && number.abs() <= EXACT_FRACTIONS;
        self.key.as_i64().or_else(|| self.key.as_f64().filter(is_whole).map(|number| number as i64))
    }
}

fn read(counts: &Value) -> Result<Vec<Bucket<'_>>> {
    let buckets = counts.get("buckets").and_then(Value::as_array).ok_or_else(|| unreadable("counts without values"))?;
    let bucket = |inner| {
        let (key, documents) = (Value::get(inner, "key")?, inner.get("doc_count")?.as_u64()?);
        // Sums of these have room.
        (documents <= EXACT).then_some(Bucket { key, documents, inner })
    };
    buckets.iter().map(|inner| bucket(inner).ok_or_else(|| unreadable("a count without a number"))).collect()
}

fn is_whole(counts: &Value) -> bool {
    let none = |name: &str| counts.get(name).and_then(Value::as_i64).is_none_or(|number| number == 0);
    none("sum_other_doc_count") && none("doc_count_error_upper_bound")
}

fn whole(counts: &Value) -> Result<Vec<Bucket<'_>>> {
    if !is_whole(counts) {
        return Err(Error::new(ErrorKind::Remote, "the engine left values out of the counts, or counted them in part")
            .with_hint("count a smaller selection, or by fields of fewer values"));
    }
    read(counts)
}
