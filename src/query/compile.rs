//! An expression to the query that tantivy runs.

use std::ops::Bound;

use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::Expr;
use super::score::OnGrid;
use crate::index::{FieldDef, FieldKind, IndexSchema, analysis};

/// Compiles an expression for a searcher, whose values of keyword fields decide what a keyword matches.
///
/// # Errors
/// When the dictionary of a field cannot be read.
pub fn compile(expr: &Expr, searcher: &Searcher) -> tantivy::Result<Box<dyn Query>> {
    let schema = IndexSchema::get();
    Ok(match expr {
        Expr::All => unscored(AllQuery),
        Expr::Words { field: Some(name), terms } => match schema.find(name) {
            Some((def, field)) => words(def, field, terms),
            None => Box::new(EmptyQuery),
        },
        Expr::Words { field: None, terms } => {
            let mut any: Vec<(Occur, Box<dyn Query>)> = Vec::new();
            for (def, field) in schema.fields().filter(|(def, _)| def.words) {
                match def.kind {
                    FieldKind::Text => any.push((Occur::Should, words(def, field, terms))),
                    _ => {
                        // A keyword's words are compared as they stand; the terms at hand are stems, and so are these.
                        let query = keyword(field, searcher, &|value| contains(&super::terms(value), terms))?;
                        any.extend(query.map(|query| (Occur::Should, scored(query, def.weight))));
                    }
                }
            }
            Box::new(BooleanQuery::new(any))
        }
        Expr::Keyword { field, value, whole } => {
            let Some((_, field)) = schema.find(field) else { return Ok(Box::new(EmptyQuery)) };
            let asked = plain_words(value);
            let matches = |known: &str| known == value || (!*whole && contains(&plain_words(known), &asked));
            keyword(field, searcher, &matches)?.map_or_else(|| Box::new(EmptyQuery) as _, |query| scored(query, 0.0))
        }
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
            // The files below a folder, or in a container: from `folder/` up to what `0`, the character behind `/`, begins.
            let below = |path: &str| -> Box<dyn Query> {
                let [first, behind] = ["/", "0"].map(|end| term(&format!("{path}{end}")));
                Box::new(RangeQuery::new(Bound::Included(first), Bound::Excluded(behind)))
            };
            let file = Box::new(TermQuery::new(term(path), IndexRecordOption::Basic)) as Box<dyn Query>;
            let places = [file, below(path), below(&format!("{path}!"))];
            unscored(BooleanQuery::new(places.map(|place| (Occur::Should, place)).into()))
        }
        Expr::And(all) => {
            let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
            for part in all {
                match part {
                    Expr::Not(inner) => parts.push((Occur::MustNot, compile(inner, searcher)?)),
                    part => parts.push((Occur::Must, compile(part, searcher)?)),
                }
            }
            if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
                parts.push((Occur::Must, unscored(AllQuery)));
            }
            Box::new(BooleanQuery::new(parts))
        }
        Expr::Or(any) => {
            let parts = any.iter().map(|part| Ok((Occur::Should, compile(part, searcher)?)));
            Box::new(BooleanQuery::new(parts.collect::<tantivy::Result<_>>()?))
        }
        Expr::Not(inner) => Box::new(BooleanQuery::new(vec![
            (Occur::Must, unscored(AllQuery)),
            (Occur::MustNot, compile(inner, searcher)?),
        ])),
    })
}

fn unscored(query: impl Query) -> Box<dyn Query> {
    scored(Box::new(query), 0.0)
}

fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

/// One word, or several in a row, in a text field.
fn words(def: &FieldDef, field: Field, terms: &[String]) -> Box<dyn Query> {
    let term = |text: &String| Term::from_field_text(field, text);
    let query: Box<dyn Query> = match terms {
        [] => return unscored(AllQuery),
        [one] => Box::new(TermQuery::new(term(one), IndexRecordOption::WithFreqs)),
        several => Box::new(PhraseQuery::new(several.iter().map(term).collect())),
    };
    Box::new(OnGrid(Box::new(BoostQuery::new(query, def.weight))))
}

/// The values of a keyword field that match; `None` where none does. A field has some hundreds of values at most.
fn keyword(
    field: Field,
    searcher: &Searcher,
    matches: &dyn Fn(&str) -> bool,
) -> tantivy::Result<Option<Box<dyn Query>>> {
    let mut found = std::collections::BTreeSet::new();
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut values = index.terms().stream()?;
        while values.advance() {
            if let Ok(value) = std::str::from_utf8(values.key())
                && matches(value)
            {
                found.insert(Term::from_field_text(field, value));
            }
        }
    }
    Ok(match found.len() {
        0 => None,
        1 => found.pop_first().map(|term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as _),
        _ => Some(Box::new(TermSetQuery::new(found))),
    })
}

fn plain_words(value: &str) -> Vec<String> {
    value.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(analysis::fold).collect()
}

/// Whether some words stand in a row among others.
fn contains(words: &[String], row: &[String]) -> bool {
    !row.is_empty() && words.windows(row.len()).any(|window| window == row)
}
