//! A query as JSON that engines understand: the part of the query DSL that all have, and of the rest what an engine is
//! [`Able`] to do as it is done here.
//!
//! Words are terms already when they get here, and are asked of the fields of terms that were made here, so that a query
//! finds the same there. What cannot be asked so that the answer is the same is refused by its name, and nothing is asked.

mod lines;
mod spans;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::fields;
use super::fields::{key_field, range_field, terms_field};
use super::target::Flavor;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldDef, FieldKind, IndexSchema};
use crate::letter::CaseNumber;
use crate::query::{Expr, Pattern, Span, least};

/// What an engine does as it is done here, beyond what all do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Able {
    /// What it is called.
    pub engine: &'static str,
    /// Words near each other: `span_near` and its like.
    pub spans: bool,
    /// Loose phrases: `slop` of `match_phrase`.
    pub slop: bool,
    /// So many of several: `minimum_should_match`.
    pub least: bool,
    /// The weights of fields and words, which only the order of hits shows.
    pub boosts: bool,
    /// By how many fields it orders hits.
    pub sorts: usize,
    /// Whether it tells how well hits match.
    pub scores: bool,
    /// Whether it tells those values of a field that fit an expression: `include` of terms.
    pub includes: bool,
}

impl Able {
    /// All that OpenSearch and Elasticsearch do.
    pub const ALL: Self = Self {
        engine: "any engine",
        spans: true,
        slop: true,
        least: true,
        boosts: true,
        sorts: usize::MAX,
        scores: true,
        includes: true,
    };

    /// What an engine does.
    pub fn of(flavor: Flavor) -> Self {
        let none = Self {
            engine: flavor.name(),
            spans: false,
            slop: false,
            least: false,
            boosts: false,
            sorts: usize::MAX,
            scores: true,
            // tantivy 0.26, which rSearch is made with, gives other values than those that fit.
            includes: false,
        };
        match flavor {
            Flavor::Opensearch | Flavor::Elasticsearch { .. } => Self { engine: flavor.name(), ..Self::ALL },
            // Its phrases count how far words were moved in another way.
            Flavor::Quickwit => Self { least: true, sorts: 2, ..none },
            // It passes over what it does not know without a word.
            Flavor::Rsearch => Self { scores: false, ..none },
        }
    }

    /// The error of what cannot be asked.
    pub fn refused(self, what: &str, hint: &str) -> Error {
        let fact = format!("{what} cannot be asked of {} with the same answer as here", self.engine);
        Error::new(ErrorKind::Query, fact).with_hint(hint)
    }
}

/// The most combinations of words, or of words near each other, that are asked for at once.
const MOST_COMBINED: usize = 256;

/// The most words that a pattern may stand for.
const MOST_WORDS: usize = 10_000;

/// What an expression without patterns and keywords asks for; see [`crate::query::resolve`]. What is not resolved matches
/// nothing.
///
/// # Errors
/// [`ErrorKind::Query`] for what the engine cannot do.
pub fn query(expr: &Expr, able: Able) -> Result<Value> {
    Ok(Translator { able }.expr(expr, 1.0)?.json)
}

/// Looks whether an expression can be asked for, as far as that can be told before patterns and keywords are looked up.
///
/// # Errors
/// As [`query`].
pub fn check(expr: &Expr, able: Able) -> Result<()> {
    query(&with_words_for_patterns(expr)?, able).map(|_| ())
}

/// The same where each pattern stands for some word.
fn with_words_for_patterns(expr: &Expr) -> Result<Expr> {
    let word = || Arc::new(BTreeSet::from(["*".to_owned()]));
    let each = |all: &[Expr]| all.iter().map(with_words_for_patterns).collect::<Result<Vec<_>>>();
    Ok(match expr {
        Expr::Pattern { field, .. } => Expr::AnyWord { field: field.clone(), terms: word() },
        Expr::Span { field, span } => {
            let mut some = |_: &Pattern| Ok::<_, Error>(Span::AnyWord(word()));
            Expr::Span { field: field.clone(), span: span.with_patterns(&mut some)? }
        }
        Expr::Boost(inner, factor) => Expr::Boost(Box::new(with_words_for_patterns(inner)?), *factor),
        Expr::Not(inner) => Expr::Not(Box::new(with_words_for_patterns(inner)?)),
        Expr::And(all) => Expr::And(each(all)?),
        Expr::Or(any) => Expr::Or(each(any)?),
        Expr::Most(of) => Expr::Most(each(of)?),
        other => other.clone(),
    })
}

/// A part of a query.
#[derive(Debug, Clone)]
struct Clause {
    json: Value,
    /// Whether it says how well something matches.
    is_scored: bool,
}

impl Clause {
    fn scored(json: Value) -> Self {
        Self { json, is_scored: true }
    }

    fn unscored(json: Value) -> Self {
        Self { json, is_scored: false }
    }

    /// What matches everything.
    fn all() -> Self {
        Self::unscored(json!({"match_all": {}}))
    }

    /// What matches nothing, in words that all engines know.
    fn nothing() -> Self {
        Self::unscored(json!({"bool": {"must": [{"match_all": {}}], "must_not": [{"match_all": {}}]}}))
    }

    /// What any of these matches.
    fn any(mut any: Vec<Clause>) -> Self {
        match any.len() {
            0 => Self::nothing(),
            1 => any.swap_remove(0),
            _ => {
                let is_scored = any.iter().any(|clause| clause.is_scored);
                let json = json!({"bool": {"should": any.into_iter().map(|clause| clause.json).collect::<Vec<_>>()}});
                Self { json, is_scored }
            }
        }
    }

    /// What all of these match and none of those.
    fn every(of: Vec<Clause>, not: Vec<Clause>) -> Self {
        let mut of = of;
        if of.is_empty() {
            of.push(Self::all());
        }
        if not.is_empty() && of.len() == 1 {
            return of.swap_remove(0).without(not);
        }
        let is_scored = of.iter().any(|clause| clause.is_scored);
        let (must, filter): (Vec<_>, Vec<_>) = of.into_iter().partition(|clause| clause.is_scored);
        let mut body = Map::new();
        for (name, clauses) in [("must", must), ("filter", filter), ("must_not", not)] {
            if !clauses.is_empty() {
                body.insert(name.to_owned(), clauses.into_iter().map(|clause| clause.json).collect());
            }
        }
        Self { json: json!({"bool": body}), is_scored }
    }

    fn without(self, not: Vec<Clause>) -> Self {
        let not: Vec<Value> = not.into_iter().map(|clause| clause.json).collect();
        let name = if self.is_scored { "must" } else { "filter" };
        Self { is_scored: self.is_scored, json: json!({"bool": {name: [self.json], "must_not": not}}) }
    }
}

struct Translator {
    able: Able,
}

impl Translator {
    fn expr(&self, expr: &Expr, factor: f32) -> Result<Clause> {
        let find = |name: &str| IndexSchema::get().find(name).map(|(def, _)| def);
        Ok(match expr {
            Expr::All => Clause::all(),
            Expr::Nothing | Expr::Pattern { .. } | Expr::Keyword { .. } => Clause::nothing(),
            Expr::Outcome(outcome) => find("outcome").map_or_else(Clause::nothing, |def| key(def, [outcome])),
            Expr::Words { field: Some(name), terms } => match find(name) {
                Some(def) if def.is_keyword() => match &terms[..] {
                    [value] => key(def, [value]),
                    _ => Clause::nothing(),
                },
                Some(def) => self.text(def, &Span::row(terms.clone()), factor)?,
                None => Clause::nothing(),
            },
            // In texts, and in the words of values.
            Expr::Words { field: None, terms } => self.anywhere(&Span::row(terms.clone()), factor, |def| def.words)?,
            Expr::AnyWord { field: Some(name), terms } => match find(name) {
                Some(def) if def.is_keyword() => key(def, terms.iter()),
                Some(def) => self.text(def, &Span::AnyWord(Arc::clone(terms)), factor)?,
                None => Clause::nothing(),
            },
            Expr::AnyWord { field: None, terms } => {
                self.anywhere(&Span::AnyWord(Arc::clone(terms)), factor, |def| def.words)?
            }
            // A value of a keyword field is no text in which words are near each other.
            Expr::Span { field: None, span } => self.anywhere(span, factor, is_text_of_words)?,
            Expr::Span { field: Some(name), span } => match find(name).filter(|def| def.kind == FieldKind::Text) {
                Some(def) => self.text(def, span, factor)?,
                None => Clause::nothing(),
            },
            Expr::Synonyms { of, any } => {
                let all = std::iter::once(self.expr(of, factor));
                let any = any.iter().map(|expr| self.expr(expr, factor * SYNONYM));
                Clause::any(all.chain(any).collect::<Result<_>>()?)
            }
            Expr::HasValue(name) => term(fields::HAS, name, None),
            Expr::Values { field, values } => find(field).map_or_else(Clause::nothing, |def| key(def, values.iter())),
            Expr::Range { field, first, last } => {
                find(field).map_or_else(Clause::nothing, |def| range(def, *first, *last))
            }
            Expr::Path(path) => path_clause(path),
            // What is quoted is what a letter says, and names of categories and drugs are ours.
            Expr::Quoted(inner) => match &**inner {
                Expr::Words { field: None, terms } => {
                    self.anywhere(&Span::row(terms.clone()), factor, is_text_of_words)?
                }
                other => self.expr(other, factor)?,
            },
            Expr::Boost(inner, by) => self.expr(inner, (factor * by).min(MOST_BOOST))?,
            Expr::And(all) => {
                let (not, of): (Vec<&Expr>, Vec<&Expr>) = all.iter().partition(|expr| matches!(expr, Expr::Not(_)));
                let inner = |expr: &Expr| match expr {
                    Expr::Not(inner) => self.expr(inner, 1.0),
                    other => self.expr(other, factor),
                };
                let of = of.into_iter().map(inner).collect::<Result<_>>()?;
                Clause::every(of, not.into_iter().map(inner).collect::<Result<_>>()?)
            }
            Expr::Or(any) => Clause::any(self.each(any, factor)?),
            Expr::Most(of) => self.most(of, factor)?,
            Expr::Not(inner) => Clause::every(Vec::new(), vec![self.expr(inner, 1.0)?]),
        })
    }

    fn each(&self, of: &[Expr], factor: f32) -> Result<Vec<Clause>> {
        of.iter().map(|expr| self.expr(expr, factor)).collect()
    }

    /// At least half of these.
    fn most(&self, of: &[Expr], factor: f32) -> Result<Clause> {
        let (clauses, least) = (self.each(of, factor)?, least(of.len()));
        if least <= 1 {
            return Ok(Clause::any(clauses));
        }
        if self.able.least {
            let should: Vec<Value> = clauses.into_iter().map(|clause| clause.json).collect();
            return Ok(Clause::scored(json!({"bool": {"should": should, "minimum_should_match": least}})));
        }
        let combined = combinations(&clauses, least, MOST_COMBINED).ok_or_else(|| {
            self.able
                .refused(&format!("`--any` of {} words", of.len()), "ask with fewer words, or with `OR` between them")
        })?;
        Ok(Clause::any(combined.into_iter().map(|all| Clause::every(all, Vec::new())).collect()))
    }

    /// What stands in any of some fields.
    fn anywhere(&self, span: &Span, factor: f32, wanted: impl Fn(&FieldDef) -> bool) -> Result<Clause> {
        let fields = IndexSchema::get().fields().map(|(def, _)| def).filter(|def| wanted(def));
        Ok(Clause::any(fields.map(|def| self.text(def, span, factor)).collect::<Result<_>>()?))
    }

    /// What stands in the terms of a field.
    fn text(&self, def: &FieldDef, span: &Span, factor: f32) -> Result<Clause> {
        let Some(field) = terms_field(def) else { return Ok(Clause::nothing()) };
        let boost = self.able.boosts.then(|| rounded(def.weight * factor)).filter(|boost| *boost != 1.0);
        spans::Text { able: self.able, field, several: def.several, boost }.clause(span)
    }
}

/// How much synonyms count of the word itself: as here.
const SYNONYM: f32 = 0.7;
/// The largest weight: as here.
const MOST_BOOST: f32 = 100.0;

fn is_text_of_words(def: &FieldDef) -> bool {
    def.words && def.kind == FieldKind::Text
}

/// A number as people write it.
fn rounded(number: f32) -> f64 {
    (f64::from(number) * 1000.0).round() / 1000.0
}

/// So many of some, in every way; `None` where there are more ways than that.
fn combinations<T: Clone>(of: &[T], count: usize, most: usize) -> Option<Vec<Vec<T>>> {
    let mut found: Vec<Vec<T>> = Vec::new();
    let mut places: Vec<usize> = (0..count).collect();
    if count > of.len() {
        return Some(found);
    }
    loop {
        if found.len() == most {
            return None;
        }
        found.push(places.iter().map(|place| of[*place].clone()).collect());
        // The last place that can go on does, and those behind it follow at once.
        let Some(moved) = (0..count).rev().find(|i| places[*i] < of.len() - count + i) else { return Some(found) };
        places[moved] += 1;
        for behind in moved + 1..count {
            places[behind] = places[behind - 1] + 1;
        }
    }
}

/// A term of a field.
fn term(field: &str, value: &str, boost: Option<f64>) -> Clause {
    let mut body = json!({"value": value});
    if let Some(boost) = boost {
        body["boost"] = json!(boost);
    }
    let json = json!({"term": {field: body}});
    Clause { json, is_scored: field.ends_with("_terms") }
}

/// Any of these values of a keyword field, folded.
fn key<S: AsRef<str>>(def: &FieldDef, values: impl IntoIterator<Item = S>) -> Clause {
    let Some(field) = key_field(def) else { return Clause::nothing() };
    let values: Vec<String> = values.into_iter().map(|value| value.as_ref().to_owned()).collect();
    match &values[..] {
        [] => Clause::nothing(),
        [value] => term(&field, value, None),
        _ => Clause::unscored(json!({"terms": {field: values}})),
    }
}

/// Numbers of a field.
fn range(def: &FieldDef, first: u64, last: u64) -> Clause {
    let Some(field) = range_field(def) else { return Clause::nothing() };
    // Engines have numbers with a sign; no value is as high.
    let highest = i64::MAX.unsigned_abs();
    if first > highest || first > last {
        return Clause::nothing();
    }
    if def.kind == FieldKind::Case && first == last {
        return CaseNumber::from_u64(first)
            .map_or_else(Clause::nothing, |case| term(&def.name, &case.to_string(), None));
    }
    let mut bounds = json!({"gte": first});
    if last < highest {
        bounds["lte"] = json!(last);
    }
    Clause::unscored(json!({"range": {field: bounds}}))
}

/// A file, or the files below a folder or in a container.
fn path_clause(path: &str) -> Clause {
    let begins = |with: String| Clause::unscored(json!({"prefix": {"path": {"value": with}}}));
    match path.strip_suffix('/').unwrap_or(path) {
        // All that is relative to the index.
        "" if path.is_empty() => Clause::every(Vec::new(), vec![begins("/".to_owned())]),
        folder => {
            Clause::any(vec![term("path", path, None), begins(format!("{folder}/")), begins(format!("{folder}!/"))])
        }
    }
}
