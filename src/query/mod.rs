//! The query language: text to an expression, and the expression to what tantivy runs.
//!
//! Bare words must all match, each in any of the fields of words; `AND`, `OR`, `NOT` and parentheses combine;
//! `"a phrase"`, `field:word`, `field:"a phrase"`, `field:(a OR b)`; ranges `decided:[2016-12 TO 2017-01]`,
//! `decided:2016-12..2017-01`, `age:>=60`.

mod compile;
mod lex;
mod parser;
mod score;
mod value;

use tantivy::tokenizer::TokenStream;

pub use compile::compile;

use crate::error::Result;
use crate::index::{IndexSchema, analysis};

/// What a query asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Every document.
    All,
    /// Words in one field, or in any field of words; several are a phrase.
    Words {
        /// The field, or `None` for any.
        field: Option<String>,
        /// The terms, in the order of the phrase.
        terms: Vec<String>,
    },
    /// A value of a keyword field.
    Keyword {
        /// The field.
        field: String,
        /// The value, lower case and without accents.
        value: String,
        /// Whether the whole value must be equal, or its words may be some among others.
        whole: bool,
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
    /// All must match.
    And(Vec<Expr>),
    /// At least one must match.
    Or(Vec<Expr>),
    /// Must not match.
    Not(Box<Expr>),
}

/// Terms to be marked where they stand in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Only in this field, or in any.
    pub field: Option<String>,
    /// The terms.
    pub terms: Vec<String>,
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

    /// What to mark in the texts of hits: the words that matched, without those that must not.
    pub fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        self.collect_marks(&mut marks);
        marks
    }

    fn collect_marks(&self, marks: &mut Vec<Mark>) {
        match self {
            Expr::Words { field, terms } => marks.push(Mark { field: field.clone(), terms: terms.clone() }),
            Expr::And(all) | Expr::Or(all) => all.iter().for_each(|e| e.collect_marks(marks)),
            _ => {}
        }
    }
}

/// Parses a query.
///
/// # Errors
/// [`crate::ErrorKind::Query`], with the column.
pub fn parse(text: &str) -> Result<Expr> {
    parser::parse(text)
}

/// What a filter asks for: any of these values of a field. A keyword must be equal as a whole.
///
/// # Errors
/// [`crate::ErrorKind::Query`] for an unknown field or a value that the field cannot have.
pub fn filter<S: AsRef<str>>(field: &str, values: &[S]) -> Result<Expr> {
    let Some((def, _)) = IndexSchema::get().find(field) else {
        return Err(crate::index::Reader::unknown_field(field));
    };
    let mut any = Vec::new();
    for value in values {
        any.push(value::expr(def, value.as_ref(), true)?);
    }
    Ok(match any.len() {
        0 => Expr::All,
        1 => any.swap_remove(0),
        _ => Expr::Or(any),
    })
}

/// The terms of a text, as the index has them.
pub fn terms(text: &str) -> Vec<String> {
    let mut analyzer = analysis::english();
    let mut terms = Vec::new();
    analyzer.token_stream(text).process(&mut |token| terms.push(token.text.clone()));
    terms
}
