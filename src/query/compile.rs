//! An expression to the query that tantivy runs.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::Expr;
use super::forward::Forward;
use super::has_value::HasValue;
use super::lex::MOST_BOOST;
use super::loosen::least;
use super::of_letter::OfLetter;
use super::resolve::{contains, resolve, values};
use super::score::{OnGrid, on_grid};
use super::span::Span;
use super::span_query::SpanQuery;
use crate::index::{FieldDef, FieldKind, IndexSchema, paths_below};

/// Compiles an expression for a searcher, whose values of keyword fields decide what a word matches there.
///
/// # Errors
/// When the dictionary of a field cannot be read.
pub fn compile(expr: &Expr, searcher: &Searcher) -> tantivy::Result<Box<dyn Query>> {
    Compiler { searcher, names: OnceCell::new() }.weighted(expr, 1.0)
}

struct Compiler<'a> {
    searcher: &'a Searcher,
    names: OnceCell<Vec<Name>>,
}

/// A value of a keyword field in which bare words are looked for, by the words that it is found by.
struct Name {
    field: Field,
    value: String,
    terms: Vec<String>,
}

impl Compiler<'_> {
    fn weighted(&self, expr: &Expr, factor: f32) -> tantivy::Result<Box<dyn Query>> {
        let schema = IndexSchema::get();
        Ok(match expr {
            Expr::All => unscored(AllQuery),
            Expr::Nothing => Box::new(EmptyQuery),
            Expr::Pattern { .. } | Expr::Keyword { .. } | Expr::Outcome(_) => {
                self.weighted(&resolve(expr, self.searcher)?.expr, factor)?
            }
            Expr::Span { span, .. } if span.has_patterns() => {
                self.weighted(&resolve(expr, self.searcher)?.expr, factor)?
            }
            Expr::Span { field: Some(name), span } => match schema.find(name) {
                Some((def, field)) => spans(def, field, &Arc::new(span.clone()), factor),
                None => Box::new(EmptyQuery),
            },
            // A value of a keyword field is no text in which words are near each other.
            Expr::Span { field: None, span } => {
                let span = Arc::new(span.clone());
                self.in_any_field(factor, &|def, field| spans(def, field, &span, factor), &|_| false)?
            }
            Expr::HasValue(name) => match schema.find(name) {
                Some((def, field)) => of_letter(def, unscored(HasValue(field))),
                None => Box::new(EmptyQuery),
            },
            Expr::Words { field: Some(name), terms } => match schema.find(name) {
                Some((def, field)) => words(def, field, terms, factor),
                None => Box::new(EmptyQuery),
            },
            Expr::Words { field: None, terms } => {
                self.in_any_field(factor, &|def, field| words(def, field, terms, factor), &|words| {
                    contains(words, terms)
                })?
            }
            Expr::AnyWord { field: Some(name), terms } => match schema.find(name) {
                Some((def, field)) => of_letter(def, any_of(field, terms, def.weight * factor)),
                None => Box::new(EmptyQuery),
            },
            Expr::AnyWord { field: None, terms } => {
                let in_text = |def: &FieldDef, field| of_letter(def, any_of(field, terms, def.weight * factor));
                self.in_any_field(factor, &in_text, &|words| words.iter().any(|word| terms.contains(word)))?
            }
            Expr::Values { field, values } => match schema.find(field) {
                Some((_, field)) => any_of(field, values, 0.0),
                None => Box::new(EmptyQuery),
            },
            Expr::Range { field, first, last } => {
                let Some((_, field)) = schema.find(field) else { return Ok(Box::new(EmptyQuery)) };
                let term = |n| Term::from_field_u64(field, n);
                match first == last {
                    true => unscored(TermQuery::new(term(*first), IndexRecordOption::Basic)),
                    false => {
                        let range = RangeQuery::new(Bound::Included(term(*first)), Bound::Included(term(*last)));
                        unscored(Forward(Box::new(range)))
                    }
                }
            }
            Expr::Path(path) => {
                let field = schema.field("path");
                let term = |text: &str| Term::from_field_text(field, text);
                let file: Box<dyn Query> = Box::new(TermQuery::new(term(path), IndexRecordOption::Basic));
                let below = paths_below(path).into_iter().map(|(first, last)| {
                    let range = RangeQuery::new(Bound::Included(term(&first)), Bound::Excluded(term(&last)));
                    (Occur::Should, Box::new(range) as _)
                });
                unscored(BooleanQuery::new(std::iter::once((Occur::Should, file)).chain(below).collect()))
            }
            Expr::Quoted(inner) => self.weighted(inner, factor)?,
            Expr::Boost(inner, by) => self.weighted(inner, (factor * by).min(MOST_BOOST))?,
            Expr::And(all) => {
                let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
                for part in all {
                    match part {
                        Expr::Not(inner) => parts.push((Occur::MustNot, self.weighted(inner, factor)?)),
                        part => parts.push((Occur::Must, self.weighted(part, factor)?)),
                    }
                }
                if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
                    parts.push((Occur::Must, unscored(AllQuery)));
                }
                Box::new(BooleanQuery::new(parts))
            }
            Expr::Or(any) => {
                let parts = any.iter().map(|part| Ok((Occur::Should, self.weighted(part, factor)?)));
                Box::new(BooleanQuery::new(parts.collect::<tantivy::Result<_>>()?))
            }
            Expr::Most(of) => {
                let parts = of.iter().map(|part| Ok((Occur::Should, self.weighted(part, factor)?)));
                let parts = parts.collect::<tantivy::Result<_>>()?;
                Box::new(BooleanQuery::with_minimum_required_clauses(parts, least(of.len())))
            }
            Expr::Not(inner) => Box::new(BooleanQuery::new(vec![
                (Occur::Must, unscored(AllQuery)),
                (Occur::MustNot, self.weighted(inner, factor)?),
            ])),
        })
    }

    /// Words in any field where bare words are looked for: by their query in texts, and by their terms in keywords.
    fn in_any_field(
        &self,
        factor: f32,
        in_text: &dyn Fn(&FieldDef, Field) -> Box<dyn Query>,
        in_value: &dyn Fn(&[String]) -> bool,
    ) -> tantivy::Result<Box<dyn Query>> {
        let mut any: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (def, field) in IndexSchema::get().fields().filter(|(def, _)| def.words) {
            if def.kind == FieldKind::Text {
                any.push((Occur::Should, in_text(def, field)));
                continue;
            }
            let names = self.names()?.iter().filter(|name| name.field == field && in_value(&name.terms));
            let values: BTreeSet<String> = names.map(|name| name.value.clone()).collect();
            if !values.is_empty() {
                any.push((Occur::Should, any_of(field, &values, def.weight * factor)));
            }
        }
        Ok(Box::new(BooleanQuery::new(any)))
    }

    /// The values are some hundreds at most, and a query looks at them once.
    fn names(&self) -> tantivy::Result<&[Name]> {
        if let Some(names) = self.names.get() {
            return Ok(names);
        }
        let mut names = Vec::new();
        for (_, field) in IndexSchema::get().fields().filter(|(def, _)| def.words && def.is_keyword()) {
            let named = values(self.searcher, field)?.into_iter();
            names.extend(named.map(|value| Name { field, terms: name_terms(&value), value }));
        }
        Ok(self.names.get_or_init(|| names))
    }
}

/// The terms that a value is found by: "non-arthroscopic" is one word, as in filters, and `other` names no service.
fn name_terms(value: &str) -> Vec<String> {
    let mut terms = super::terms(&value.replace("non-", "non"));
    terms.retain(|term| term != "other");
    terms
}

fn unscored(query: impl Query) -> Box<dyn Query> {
    scored(Box::new(query), 0.0)
}

fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, on_grid(score)))
}

/// One word, or several in a row, in a text field.
fn words(def: &FieldDef, field: Field, terms: &[String], factor: f32) -> Box<dyn Query> {
    let term = |text: &String| Term::from_field_text(field, text);
    let query: Box<dyn Query> = match terms {
        [] => return Box::new(EmptyQuery),
        [one] => Box::new(TermQuery::new(term(one), IndexRecordOption::WithFreqs)),
        several => Box::new(PhraseQuery::new(several.iter().map(term).collect())),
    };
    of_letter(def, Box::new(OnGrid(Box::new(BoostQuery::new(query, def.weight * factor)))))
}

/// What stands in a text field.
fn spans(def: &FieldDef, field: Field, span: &Arc<Span>, factor: f32) -> Box<dyn Query> {
    let query = Box::new(SpanQuery { field, several: def.several, span: Arc::clone(span) });
    of_letter(def, Box::new(OnGrid(Box::new(BoostQuery::new(query, def.weight * factor)))))
}

/// A query on a field: what a letter has once is found with all its issues.
fn of_letter(def: &FieldDef, query: Box<dyn Query>) -> Box<dyn Query> {
    if def.letter { Box::new(OfLetter(query)) } else { query }
}

/// Any of these terms of a field, all with the same score.
fn any_of(field: Field, terms: &BTreeSet<String>, score: f32) -> Box<dyn Query> {
    let term = |text: &String| Term::from_field_text(field, text);
    let query: Box<dyn Query> = match terms.first() {
        None => return Box::new(EmptyQuery),
        Some(one) if terms.len() == 1 => Box::new(TermQuery::new(term(one), IndexRecordOption::Basic)),
        Some(_) => Box::new(TermSetQuery::new(terms.iter().map(term))),
    };
    scored(query, score)
}
