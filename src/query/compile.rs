//! An expression to what looks it up in an index.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use tantivy::Term;
use tantivy::query::{Query, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::Expr;
use super::any_term::AnyTerm;
use super::fields::{FieldsQuery, Part};
use super::has_value::HasValue;
use super::kept::Name;
use super::known::Here;
use super::lex::MOST_BOOST;
use super::loosen::least;
use super::resolve::{contains, resolve};
use super::score::on_grid;
use super::span::Span;
use super::synonyms::WEIGHT as SYNONYM;
use super::tree::Tree;
use crate::index::{FieldDef, FieldKind, IndexSchema, Kept, Reader, paths_below};

/// Compiles an expression for an index, whose values of keyword fields decide what a word matches there.
///
/// # Errors
/// When the dictionary of a field cannot be read.
pub fn compile(expr: &Expr, reader: &Reader) -> tantivy::Result<Tree> {
    Compiler { reader, kept: reader.kept() }.weighted(expr, 1.0)
}

/// How much of the lesser one counts where both a word and a synonym of it are there: more than nothing, and less than a
/// second word would. A half keeps scores on their grid.
const OTHER: f32 = 0.5;

struct Compiler<'a> {
    reader: &'a Reader,
    /// What was kept of other queries.
    kept: Option<&'a Arc<Kept>>,
}

impl Compiler<'_> {
    fn weighted(&self, expr: &Expr, factor: f32) -> tantivy::Result<Tree> {
        // Of words that are kept with their synonyms, none is kept by itself.
        let name = match expr {
            Expr::Words { .. } | Expr::AnyWord { .. } | Expr::Span { .. } | Expr::Synonyms { .. } | Expr::Quoted(_) => {
                self.kept.and_then(|kept| Name::of(expr, factor, kept))
            }
            _ => None,
        };
        let Some(name) = name else { return self.tree(expr, factor) };
        let of = Box::new(Self { kept: None, ..*self }.tree(expr, factor)?);
        Ok(Tree::Kept { of, name })
    }

    fn tree(&self, expr: &Expr, factor: f32) -> tantivy::Result<Tree> {
        let schema = IndexSchema::get();
        Ok(match expr {
            Expr::All => Tree::Everything,
            Expr::Nothing => Tree::Nothing,
            Expr::Pattern { .. } | Expr::Keyword { .. } | Expr::Outcome(_) => {
                self.weighted(&resolve(expr, &Here(self.reader))?.expr, factor)?
            }
            Expr::Span { span, .. } if span.has_patterns() => {
                self.weighted(&resolve(expr, &Here(self.reader))?.expr, factor)?
            }
            // A value of a keyword field is no text in which words are near each other.
            Expr::Span { field, span } => {
                let parts = self.parts(field.as_deref(), &Arc::new(span.clone()), &|_| false)?;
                fields(parts, factor, &[])
            }
            Expr::HasValue(name) => match schema.find(name) {
                Some((def, field)) => unscored(def.letter, HasValue(field)),
                None => Tree::Nothing,
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
                Tree::Best { of: either, other: OTHER }
            }
            // Some fitting words are rare and some are not, so that none tells more than another.
            Expr::AnyWord { field, terms } => {
                let parts = self.any_word(field.as_deref(), terms)?;
                let any = parts.into_iter().map(|part| match part {
                    Part::Value { query, of_letter, weight } => {
                        Tree::Same { query, of_letter, score: on_grid(weight * factor) }
                    }
                    text => fields(vec![text], factor, &[]),
                });
                Tree::Any { of: any.collect(), least: 1 }
            }
            Expr::Values { field, values } => match schema.find(field) {
                Some((_, field)) => any_of(field, values).map_or(Tree::Nothing, |query| same(false, query)),
                None => Tree::Nothing,
            },
            Expr::Range { field, first, last } => {
                let Some((def, field)) = schema.find(field) else { return Ok(Tree::Nothing) };
                match first == last {
                    true => {
                        unscored(false, TermQuery::new(Term::from_field_u64(field, *first), IndexRecordOption::Basic))
                    }
                    false => Tree::Range { field: &def.name, first: *first, last: *last },
                }
            }
            Expr::Path(path) => {
                let field = schema.field("path");
                let term = |text: &str| Term::from_field_text(field, text);
                let file = unscored(false, TermQuery::new(term(path), IndexRecordOption::Basic));
                let below = paths_below(path).into_iter().map(|(first, last)| {
                    unscored(false, RangeQuery::new(Bound::Included(term(&first)), Bound::Excluded(term(&last))))
                });
                Tree::Any { of: std::iter::once(file).chain(below).collect(), least: 1 }
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
                let (mut of, mut not) = (Vec::new(), Vec::new());
                for part in all {
                    match part {
                        Expr::Not(inner) => not.push(self.weighted(inner, factor)?),
                        part => of.push(self.weighted(part, factor)?),
                    }
                }
                if of.is_empty() {
                    of.push(Tree::Everything);
                }
                Tree::Every { of, not }
            }
            Expr::Or(any) => Tree::Any { of: self.each(any, factor)?, least: 1 },
            Expr::Most(of) => Tree::Any { of: self.each(of, factor)?, least: least(of.len()) },
            Expr::Not(inner) => Tree::Every { of: vec![Tree::Everything], not: vec![self.weighted(inner, factor)?] },
        })
    }

    fn each(&self, of: &[Expr], factor: f32) -> tantivy::Result<Vec<Tree>> {
        of.iter().map(|part| self.weighted(part, factor)).collect()
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
        let text = |def: &'static FieldDef, field| {
            any_of(field, terms).map(|query| Part::Value { query, of_letter: def.letter, weight: def.weight })
        };
        if let Some(name) = field {
            return Ok(IndexSchema::get().find(name).and_then(|(def, field)| text(def, field)).into_iter().collect());
        }
        let mut parts = Vec::new();
        for (def, field) in IndexSchema::get().fields().filter(|(def, _)| def.words) {
            match def.kind {
                FieldKind::Text => parts.extend(text(def, field)),
                _ => parts.extend(self.value(def, field, &|words| words.iter().any(|word| terms.contains(word)))?),
            }
        }
        Ok(parts)
    }

    /// The values of a keyword field by their words.
    fn value(&self, def: &FieldDef, field: Field, fits: &dyn Fn(&[String]) -> bool) -> tantivy::Result<Option<Part>> {
        let names = self.reader.names(field)?.iter().filter(|name| fits(&name.terms));
        let values: BTreeSet<String> = names.map(|name| name.value.clone()).collect();
        Ok(any_of(field, &values).map(|query| Part::Value { query, of_letter: false, weight: def.weight }))
    }
}

fn unscored(of_letter: bool, query: impl Query) -> Tree {
    same(of_letter, Box::new(query))
}

fn same(of_letter: bool, query: Box<dyn Query>) -> Tree {
    Tree::Same { query, of_letter, score: 0.0 }
}

/// What stands in some fields.
fn fields(parts: Vec<Part>, factor: f32, instead_of: &[String]) -> Tree {
    match parts.is_empty() {
        true => Tree::Nothing,
        false => Tree::Fields(FieldsQuery { parts, factor, instead_of: instead_of.to_vec() }),
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

/// Any of these terms of a field; `None` where there are none.
fn any_of(field: Field, terms: &BTreeSet<String>) -> Option<Box<dyn Query>> {
    (!terms.is_empty()).then(|| Box::new(AnyTerm::new(field, terms)) as Box<dyn Query>)
}
