//! The query language: text to an expression, and the expression to what tantivy runs.
//!
//! Bare words must all match, each in any of the fields of words; `AND`, `OR`, `NOT` and parentheses combine, `-word` is
//! `NOT word`; `"a phrase"`, `field:word`, `field:"a phrase"`, `field:(a OR b)`; ranges `decided:[2016-12 TO 2017-01]`,
//! `decided:2016-12..2017-01`, `age:>=60`; `prefix*`, `wild?card`, `misspelt~1`; `word^2`; `field:*` has a value. In one text,
//! `"a loose phrase"~3`, `a w/5 b`, `a pre/5 b`, `a not w/5 b`, `a /s b`, `a /p b`. `schema/query-language.txt` tells people.
//!
//! A query goes four ways: [`parse`] knows the text alone, [`with_synonyms`] adds what means the same, [`resolve`] looks up
//! in what is [`Known`] what patterns and keywords stand for, [`compile`] makes of it what tantivy runs.

mod any_term;
mod compile;
mod fields;
mod has_value;
mod kept;
mod known;
mod lex;
mod loosen;
mod mark;
mod near;
mod of_letter;
mod operand;
mod parser;
mod pattern;
mod places;
mod range;
mod resolve;
mod row;
mod score;
mod span;
mod span_query;
mod spelling;
mod sum;
mod synonyms;
mod tree;
mod value;
mod walk;
mod window;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use compile::compile;
pub use known::{Here, Known, spell};
pub use loosen::{is_little, least, loosened, some_of};
pub use mark::{Mark, Words};
pub use pattern::Pattern;
pub use resolve::{Resolved, contains, resolve};
pub use span::{Near, Span, Within};
pub use spelling::corrections;
pub use synonyms::{Widened, with_synonyms};
pub use tree::{Tree, Weighted};
pub use window::Windows;

use crate::error::{Error, ErrorKind, Result};
use crate::index::{IndexSchema, analysis};

/// What a query asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Every document.
    All,
    /// No document.
    Nothing,
    /// Words in one field, or in any field of words; several are a phrase.
    Words {
        /// The field, or `None` for any.
        field: Option<String>,
        /// The terms, in the order of the phrase.
        terms: Vec<String>,
    },
    /// Any word that fits, in one field, or in any field of words.
    Pattern {
        /// The field, or `None` for any.
        field: Option<String>,
        /// What fits.
        pattern: Pattern,
    },
    /// Any of these words, in one field, or in any field of words.
    AnyWord {
        /// The field, or `None` for any.
        field: Option<String>,
        /// The terms.
        terms: Arc<BTreeSet<String>>,
    },
    /// What stands in one text, in one field or in any field of words.
    Span {
        /// The field, or `None` for any.
        field: Option<String>,
        /// What stands there.
        span: Span,
    },
    /// The name of an outcome as a bare word: the outcome, and beside what is near it the word.
    Outcome(String),
    /// Any text in a field.
    HasValue(String),
    /// A value of a keyword field.
    Keyword {
        /// The field.
        field: String,
        /// The value as typed.
        value: String,
        /// Which values it means.
        reading: Reading,
    },
    /// Any of these values of a keyword field.
    Values {
        /// The field.
        field: String,
        /// The values, lower case and without accents.
        values: BTreeSet<String>,
    },
    /// Numbers of a field from `first` to `last`, both within.
    Range {
        /// The field.
        field: String,
        /// The lowest number.
        first: u64,
        /// The highest number.
        last: u64,
    },
    /// A file, or the files below a folder.
    Path(String),
    /// What stood in quotation marks: the same in texts, without synonyms and the names of categories and drugs.
    Quoted(Box<Expr>),
    /// The same, of more or less weight among others.
    Boost(Box<Expr>, f32),
    /// All must match.
    And(Vec<Expr>),
    /// At least one must match.
    Or(Vec<Expr>),
    /// At least half must match.
    Most(Vec<Expr>),
    /// Some words, or what means the same and counts less.
    Synonyms {
        /// The words.
        of: Box<Expr>,
        /// What means the same: words, or any of several.
        any: Vec<Expr>,
    },
    /// Must not match.
    Not(Box<Expr>),
}

/// Which values of a keyword field a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The value that is equal.
    Whole,
    /// The value that is equal; where there is none, those that have its words in a row.
    WholeOrElseWords,
    /// The value that is equal, and those that have its words in a row.
    Words,
}

/// A query as it was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What it asks for.
    pub expr: Expr,
    /// Remarks for the one who typed it, a line each.
    pub notes: Vec<String>,
}

impl Expr {
    /// Both must match.
    #[must_use]
    pub fn and(self, other: Expr) -> Expr {
        match (self, other) {
            (Expr::All, e) | (e, Expr::All) => e,
            (Expr::And(mut all), e) => {
                all.push(e);
                Expr::And(all)
            }
            (a, b) => Expr::And(vec![a, b]),
        }
    }

    /// The only one, or all together.
    pub(crate) fn one_or(mut all: Vec<Expr>, together: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
        match all.len() {
            1 => all.swap_remove(0),
            _ => together(all),
        }
    }

    /// The same with every path replaced by others, for whoever knows which folder a path is typed in.
    ///
    /// # Errors
    /// Those of `replace`.
    pub fn with_paths(self, replace: &dyn Fn(&str) -> Result<Vec<String>>) -> Result<Expr> {
        let each = |all: Vec<Expr>| all.into_iter().map(|e| e.with_paths(replace)).collect::<Result<_>>();
        Ok(match self {
            Expr::Path(path) => Expr::Or(replace(&path)?.into_iter().map(Expr::Path).collect()),
            Expr::Boost(inner, factor) => Expr::Boost(Box::new(inner.with_paths(replace)?), factor),
            Expr::Not(inner) => Expr::Not(Box::new(inner.with_paths(replace)?)),
            Expr::And(all) => Expr::And(each(all)?),
            Expr::Or(any) => Expr::Or(each(any)?),
            Expr::Most(of) => Expr::Most(each(of)?),
            other => other,
        })
    }

    /// What to mark in the texts of hits: the words that matched, without those that must not. Those of a pattern are
    /// known once it is resolved.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        self.collect_marks(&mut marks);
        marks
    }

    fn collect_marks(&self, marks: &mut Vec<Mark>) {
        match self {
            Expr::Words { field, terms } => {
                marks.push(Mark { field: field.clone(), span: Span::row(terms.clone()) });
            }
            Expr::AnyWord { field, terms } => {
                marks.push(Mark { field: field.clone(), span: Span::AnyWord(Arc::clone(terms)) });
            }
            Expr::Span { field, span } => marks.push(Mark { field: field.clone(), span: span.clone() }),
            Expr::And(all) | Expr::Or(all) | Expr::Most(all) => all.iter().for_each(|e| e.collect_marks(marks)),
            Expr::Synonyms { of, any } => {
                of.collect_marks(marks);
                any.iter().for_each(|e| e.collect_marks(marks));
            }
            Expr::Boost(inner, _) | Expr::Quoted(inner) => inner.collect_marks(marks),
            _ => {}
        }
    }
}

/// Parses a query.
///
/// # Errors
/// [`crate::ErrorKind::Query`], with the column.
pub fn parse(text: &str) -> Result<Query> {
    parser::parse(text)
}

/// What a filter asks for: any of these values of a field.
///
/// # Errors
/// [`crate::ErrorKind::Query`] for an unknown field or a value that the field cannot have.
pub fn filter<S: AsRef<str>>(field: &str, values: &[S]) -> Result<Expr> {
    let Some((def, _)) = IndexSchema::get().find(field) else {
        return Err(crate::index::Reader::unknown_field(field));
    };
    let mut any = Vec::new();
    for value in values {
        let value = value.as_ref();
        any.push(
            value::filter(def, value)?
                .ok_or_else(|| Error::new(ErrorKind::Query, format!("there is no word in `{value}`")))?,
        );
    }
    Ok(match any.len() {
        0 => Expr::All,
        1 => any.swap_remove(0),
        _ => Expr::Or(any),
    })
}

/// The terms of a text, as the index has them.
pub fn terms(text: &str) -> Vec<String> {
    analysis::terms(text)
}
