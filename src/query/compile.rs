//! An expression to the query that tantivy runs.

use std::collections::BTreeSet;
use std::ops::Bound;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::Expr;
use super::lex::MOST_BOOST;
use super::resolve::{contains, resolve, values, words_of};
use super::score::{OnGrid, on_grid};
use crate::index::{FieldDef, FieldKind, IndexSchema, paths_below};

/// Compiles an expression for a searcher, whose values of keyword fields decide what a word matches there.
///
/// # Errors
/// When the dictionary of a field cannot be read.
pub fn compile(expr: &Expr, searcher: &Searcher) -> tantivy::Result<Box<dyn Query>> {
    weighted(expr, searcher, 1.0)
}

fn weighted(expr: &Expr, searcher: &Searcher, factor: f32) -> tantivy::Result<Box<dyn Query>> {
    let schema = IndexSchema::get();
    Ok(match expr {
        Expr::All => unscored(AllQuery),
        Expr::Nothing => Box::new(EmptyQuery),
        Expr::Pattern { .. } | Expr::Keyword { .. } => weighted(&resolve(expr, searcher)?.expr, searcher, factor)?,
        Expr::Words { field: Some(name), terms } => match schema.find(name) {
            Some((def, field)) => words(def, field, terms, factor),
            None => Box::new(EmptyQuery),
        },
        Expr::Words { field: None, terms } => {
            in_any_field(searcher, factor, &|def, field| words(def, field, terms, factor), &|words| {
                contains(words, terms)
            })?
        }
        Expr::AnyWord { field: Some(name), terms } => match schema.find(name) {
            Some((def, field)) => any_of(field, terms, def.weight * factor),
            None => Box::new(EmptyQuery),
        },
        Expr::AnyWord { field: None, terms } => {
            in_any_field(searcher, factor, &|def, field| any_of(field, terms, def.weight * factor), &|words| {
                words.iter().any(|word| terms.contains(word))
            })?
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
                false => unscored(RangeQuery::new(Bound::Included(term(*first)), Bound::Included(term(*last)))),
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
        Expr::Boost(inner, by) => weighted(inner, searcher, (factor * by).min(MOST_BOOST))?,
        Expr::And(all) => {
            let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
            for part in all {
                match part {
                    Expr::Not(inner) => parts.push((Occur::MustNot, weighted(inner, searcher, factor)?)),
                    part => parts.push((Occur::Must, weighted(part, searcher, factor)?)),
                }
            }
            if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
                parts.push((Occur::Must, unscored(AllQuery)));
            }
            Box::new(BooleanQuery::new(parts))
        }
        Expr::Or(any) => {
            let parts = any.iter().map(|part| Ok((Occur::Should, weighted(part, searcher, factor)?)));
            Box::new(BooleanQuery::new(parts.collect::<tantivy::Result<_>>()?))
        }
        Expr::Not(inner) => Box::new(BooleanQuery::new(vec![
            (Occur::Must, unscored(AllQuery)),
            (Occur::MustNot, weighted(inner, searcher, factor)?),
        ])),
    })
}

/// Words in any field where bare words are looked for: by their query in texts, and by their stems in keywords.
fn in_any_field(
    searcher: &Searcher,
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
        let mut values = values(searcher, field)?;
        values.retain(|value| in_value(&stems(value)));
        if !values.is_empty() {
            any.push((Occur::Should, any_of(field, &values, def.weight * factor)));
        }
    }
    Ok(Box::new(BooleanQuery::new(any)))
}

/// The words that a value is found by, as terms. `other` names no service.
fn stems(value: &str) -> Vec<String> {
    let words = words_of(value).into_iter().filter(|word| word != "other");
    words.flat_map(|word| super::terms(&word)).collect()
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
    Box::new(OnGrid(Box::new(BoostQuery::new(query, def.weight * factor))))
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
