//! Synonyms: terms of the field that mean the same, from `schema/synonyms.tsv`, and the names of drugs.
//!
//! They widen what is typed as bare words, alone or in a row, also in a field and beside operators of nearness. Not widened
//! is what stands in quotation marks, which is meant literally, what must not match, patterns, and misspelt words.

mod table;

use std::sync::Arc;

use super::Expr;
use super::span::{Near, Span};
use table::{Table, Wide};

/// The factor on the score of a synonym. The word that was typed counts more; measured by `scripts/relevance` against 0.3 to
/// 0.9.
pub const WEIGHT: f32 = 0.7;

/// An expression with the synonyms of its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Widened {
    /// The expression.
    pub expr: Expr,
    /// A line for each word that has some: the word, a colon and its synonyms.
    pub told: Vec<String>,
}

/// Adds to each word that has synonyms these as alternatives of less weight.
pub fn with_synonyms(expr: &Expr) -> Widened {
    let mut widening = Widening { table: Table::get(), told: Vec::new() };
    let expr = widening.expr(expr);
    Widened { expr, told: widening.told }
}

/// Whether some words in a row are a term that has synonyms.
pub fn is_term(row: &[String]) -> bool {
    Table::get().find(row).is_some()
}

struct Widening {
    table: &'static Table,
    told: Vec<String>,
}

impl Widening {
    fn expr(&mut self, expr: &Expr) -> Expr {
        match expr {
            Expr::Words { .. } => self.row(std::slice::from_ref(expr)).swap_remove(0),
            Expr::And(all) => {
                let mut row = self.row(all);
                if row.len() == 1 { row.swap_remove(0) } else { Expr::And(row) }
            }
            Expr::Most(of) => Expr::Most(self.row(of)),
            Expr::Or(any) => Expr::Or(any.iter().map(|expr| self.expr(expr)).collect()),
            Expr::Boost(inner, factor) => Expr::Boost(Box::new(self.expr(inner)), *factor),
            Expr::Span { field, span: span @ (Span::Near(_) | Span::Any(_)) } => {
                Expr::Span { field: field.clone(), span: self.span(span, field.as_deref()) }
            }
            other => other.clone(),
        }
    }

    /// What stands side by side: words of one field in a row may be one term.
    fn row(&mut self, all: &[Expr]) -> Vec<Expr> {
        let mut widened = Vec::new();
        let mut rest = all;
        while let Some(first) = rest.first() {
            let Expr::Words { field, .. } = first else {
                widened.push(self.expr(first));
                rest = &rest[1..];
                continue;
            };
            let (taken, wide) = self.longest(rest, field.as_ref());
            let literal = Expr::one_or(rest[..taken].to_vec(), Expr::And);
            rest = &rest[taken..];
            let synonyms = wide.map(|wide| self.synonyms(&wide, field.as_ref())).unwrap_or_default();
            widened.push(match synonyms.is_empty() {
                true => literal,
                false => Expr::Synonyms { of: Box::new(literal), any: synonyms },
            });
        }
        widened
    }

    /// How many expressions the longest term takes that they begin with, and what it stands for.
    fn longest(&self, row: &[Expr], of: Option<&String>) -> (usize, Option<Wide>) {
        let mut joined: Vec<String> = Vec::new();
        let mut found = (1, None);
        for (place, expr) in row.iter().enumerate() {
            match expr {
                Expr::Words { field, terms } if field.as_ref() == of => joined.extend(terms.iter().cloned()),
                _ => break,
            }
            if joined.len() > Table::LONGEST {
                break;
            }
            if let Some(wide) = self.table.find(&joined) {
                found = (place + 1, Some(wide));
            }
        }
        found
    }

    fn synonyms(&mut self, wide: &Wide, field: Option<&String>) -> Vec<Expr> {
        let words =
            |field: Option<&String>, terms: &[String]| Expr::Words { field: field.cloned(), terms: terms.to_vec() };
        let mut found: Vec<Expr> = wide.anywhere.iter().map(|terms| words(field, terms)).collect();
        let heading = HEADING.to_owned();
        if field.is_none_or(|field| *field == heading) {
            found.extend(wide.in_headings.iter().map(|terms| words(Some(&heading), terms)));
        }
        if !wide.brands.is_empty() {
            found.push(Expr::AnyWord { field: field.cloned(), terms: Arc::clone(&wide.brands) });
        }
        if field.is_none() {
            let drug = DRUG.to_owned();
            found.extend(wide.drugs.iter().map(|drug_name| words(Some(&drug), std::slice::from_ref(drug_name))));
        }
        if !found.is_empty() {
            self.tell(wide);
        }
        found
    }

    /// Words within nearness. What means something else in running text stays out, and so does what is in quotation marks,
    /// which is a row even of one word.
    fn span(&mut self, span: &Span, field: Option<&str>) -> Span {
        match span {
            Span::Word(term) => {
                let Some(wide) = self.table.find(std::slice::from_ref(term)) else { return span.clone() };
                let mut any = vec![span.clone()];
                any.extend(wide.anywhere.iter().map(|terms| Span::row(terms.clone())));
                if field == Some(HEADING) {
                    any.extend(wide.in_headings.iter().map(|terms| Span::row(terms.clone())));
                }
                if !wide.brands.is_empty() {
                    any.push(Span::AnyWord(Arc::clone(&wide.brands)));
                }
                if any.len() == 1 {
                    return span.clone();
                }
                self.tell(&wide);
                Span::Any(any)
            }
            Span::Any(any) => Span::Any(any.iter().map(|span| self.span(span, field)).collect()),
            Span::Near(near) => Span::Near(Box::new(Near {
                left: self.span(&near.left, field),
                // What must not be near is what was typed.
                right: if near.not { near.right.clone() } else { self.span(&near.right, field) },
                ..**near
            })),
            other => other.clone(),
        }
    }

    fn tell(&mut self, wide: &Wide) {
        if !self.told.contains(&wide.told) {
            self.told.push(wide.told.clone());
        }
    }
}

/// The field of headings.
const HEADING: &str = "issue";
/// The field of generic names.
const DRUG: &str = "drug";
