//! An expression to the query that tantivy runs.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::Expr;
use super::fields::{FieldsQuery, Part, of_letter};
use super::forward::Forward;
use super::has_value::HasValue;
use super::lex::MOST_BOOST;
use super::loosen::least;
use super::resolve::{contains, resolve, values};
use super::score::on_grid;
use super::span::Span;
use super::synonyms::WEIGHT as SYNONYM;
use crate::index::{FieldDef, FieldKind, IndexSchema, paths_below};

/// Compiles an expression for a searcher, whose values of keyword fields decide what a word matches there.
///
/// # Errors
/// When the dictionary of a field cannot be read.
pub fn compile(expr: &Expr, searcher: &Searcher) -> tantivy::Result<Box<dyn Query>> {
    Compiler { searcher, names: OnceCell::new() }.weighted(expr, 1.0)
}

/// How much of the lesser one counts where both a word and a synonym of it are there: more than nothing, and less than a
/// second word would. A half keeps scores on their grid.
const OTHER: f32 = 0.5;

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
            // A value of a keyword field is no text in which words are near each other.
            Expr::Span { field, span } => {
                let parts = self.parts(field.as_deref(), &Arc::new(span.clone()), &|_| false)?;
                fields(parts, factor, &[])
            }
            Expr::HasValue(name) => match schema.find(name) {
                Some((def, field)) => of_letter(def, unscored(HasValue(field))),
                None => Box::new(EmptyQuery),
            },
            Expr::Words { field, terms } => fields(self.words(field.as_deref(), terms)?, factor, &[]),
            Expr::Synonyms { of, any } => {
                let mut parts = Vec::new();
                for expr in any {
                    parts.extend(match expr {
                        Expr::Words { field, terms } => self.words(field.as_deref(), terms)?,
                        Expr::AnyWord { field, terms } => self.any_word(field.as_deref(), terms)?,
                        // Nothing else is a synonym.
                        _ => Vec::new(),
                    });
                }
                let synonyms = fields(parts, factor * SYNONYM, &words_of(of));
                let either = vec![self.weighted(of, factor)?, synonyms];
                Box::new(DisjunctionMaxQuery::with_tie_breaker(either, OTHER))
            }
            // Some fitting words are rare and some are not, so that none tells more than another.
            Expr::AnyWord { field, terms } => {
                let parts = self.any_word(field.as_deref(), terms)?;
                let any = parts.into_iter().map(|part| match part {
                    Part::Value { query, weight } => (Occur::Should, scored(query.box_clone(), weight * factor)),
                    text => (Occur::Should, fields(vec![text], factor, &[])),
                });
                Box::new(BooleanQuery::new(any.collect()))
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
            // What is quoted is what a letter says, and names of categories and drugs are ours.
            Expr::Quoted(inner) => match &**inner {
                Expr::Words { field: None, terms } => {
                    fields(self.parts(None, &Arc::new(Span::row(terms.clone())), &|_| false)?, factor, &[])
                }
                other => self.weighted(other, factor)?,
            },
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

    /// Words in a row in a field, or in any field where bare words are looked for.
    fn words(&self, field: Option<&str>, terms: &[String]) -> tantivy::Result<Vec<Part>> {
        self.parts(field, &Arc::new(Span::row(terms.to_vec())), &|words| contains(words, terms))
    }

    /// What stands in a text in a field, or in any where bare words are looked for: in texts, and in the words of values.
    fn parts(
        &self,
        field: Option<&str>,
        span: &Arc<Span>,
        in_value: &dyn Fn(&[String]) -> bool,
    ) -> tantivy::Result<Vec<Part>> {
        let part = |(def, field)| Part::Text { def, field, span: Arc::clone(span) };
        if let Some(name) = field {
            return Ok(IndexSchema::get().find(name).map(part).into_iter().collect());
        }
        let mut parts = Vec::new();
        for (def, field) in IndexSchema::get().fields().filter(|(def, _)| def.words) {
            match def.kind {
                FieldKind::Text => parts.push(part((def, field))),
                _ => parts.extend(self.value(def, field, in_value)?),
            }
        }
        Ok(parts)
    }

    /// The same for any of many words.
    fn any_word(&self, field: Option<&str>, terms: &BTreeSet<String>) -> tantivy::Result<Vec<Part>> {
        let text = |def: &'static FieldDef, field| Part::Value {
            query: Arc::from(of_letter(def, any_of(field, terms, 1.0))),
            weight: def.weight,
        };
        if let Some(name) = field {
            return Ok(IndexSchema::get().find(name).map(|(def, field)| text(def, field)).into_iter().collect());
        }
        let mut parts = Vec::new();
        for (def, field) in IndexSchema::get().fields().filter(|(def, _)| def.words) {
            match def.kind {
                FieldKind::Text => parts.push(text(def, field)),
                _ => parts.extend(self.value(def, field, &|words| words.iter().any(|word| terms.contains(word)))?),
            }
        }
        Ok(parts)
    }

    /// The values of a keyword field by their words.
    fn value(&self, def: &FieldDef, field: Field, fits: &dyn Fn(&[String]) -> bool) -> tantivy::Result<Option<Part>> {
        let names = self.names()?.iter().filter(|name| name.field == field && fits(&name.terms));
        let values: BTreeSet<String> = names.map(|name| name.value.clone()).collect();
        Ok((!values.is_empty())
            .then(|| Part::Value { query: Arc::from(any_of(field, &values, 1.0)), weight: def.weight }))
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

/// What stands in some fields.
fn fields(parts: Vec<Part>, factor: f32, instead_of: &[String]) -> Box<dyn Query> {
    match parts.is_empty() {
        true => Box::new(EmptyQuery),
        false => Box::new(FieldsQuery { parts, factor, instead_of: instead_of.to_vec() }),
    }
}

/// The terms of words side by side.
fn words_of(expr: &Expr) -> Vec<String> {
    match expr {
        Expr::Words { terms, .. } => terms.clone(),
        Expr::And(all) => all.iter().flat_map(words_of).collect(),
        _ => Vec::new(),
    }
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
