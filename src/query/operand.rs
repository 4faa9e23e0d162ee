//! What may stand beside an operator of nearness: words of texts, and what is made of them.

use super::span::Span;
use super::{Expr, terms};
use crate::index::{FieldKind, IndexSchema};

/// The field in which something stands, or `None` for any, and what stands there; or why it cannot be near anything.
pub fn of(expr: Expr, operator: &str) -> Result<(Option<String>, Span), String> {
    match expr {
        Expr::Words { field, terms } => Ok((field, Span::row(terms))),
        // A row even of one word has no synonyms.
        Expr::Quoted(inner) => match *inner {
            Expr::Words { field, terms } => Ok((field, Span::Row(terms.into_iter().map(Span::Word).collect()))),
            other => of(other, operator),
        },
        Expr::Span { field, span } => Ok((field, span)),
        // The word, not the outcome.
        Expr::Outcome(outcome) => Ok((None, Span::row(terms(&outcome)))),
        Expr::Pattern { field, pattern } if field.as_deref().is_none_or(is_text) => Ok((field, Span::Pattern(pattern))),
        // A word that is too long to be in the index is found nowhere.
        Expr::Nothing => Ok((None, Span::Any(Vec::new()))),
        Expr::Or(any) => {
            let (mut spans, mut all) = (Vec::new(), None);
            for expr in any {
                let (field, span) = of(expr, operator)?;
                if *all.get_or_insert_with(|| field.clone()) != field {
                    return Err(format!(
                        "beside `{operator}` all words of an `OR` stand in the same field: `field:(a OR b)`"
                    ));
                }
                spans.push(span);
            }
            Ok((all.flatten(), Span::Any(spans)))
        }
        Expr::Boost(..) => Err(format!("a weight stands behind the parentheses: `(a {operator} b)^2`")),
        Expr::And(_) => Err(format!(
            "beside `{operator}` stands a word, a phrase, or an `OR` of them; words that must all be near are written `a \
             {operator} b {operator} c`"
        )),
        Expr::Not(_) => {
            Err(format!("beside `{operator}` stands no `NOT`; what must not be near is written `a not w/5 b`"))
        }
        Expr::Range { .. } => Err(format!(
            "a range or a case has no place among words, so that nothing is near it; use `AND` for `{operator}`"
        )),
        Expr::Keyword { field, .. } | Expr::Values { field, .. } | Expr::Pattern { field: Some(field), .. } => {
            Err(format!("`{field}` has values and no text, so that nothing is near them; use `AND` for `{operator}`"))
        }
        _ => Err(format!("nothing is near this; beside `{operator}` stand words, phrases and `OR`s of them")),
    }
}

/// The field of two: that of either holds for both.
pub fn same_field(left: Option<String>, right: Option<String>, operator: &str) -> Result<Option<String>, String> {
    match (left, right) {
        (Some(left), Some(right)) if left != right => Err(format!(
            "words are near each other in one text, and `{left}` and `{right}` are two; use `AND` for `{operator}`"
        )),
        (left, right) => Ok(left.or(right)),
    }
}

fn is_text(field: &str) -> bool {
    IndexSchema::get().find(field).is_some_and(|(def, _)| def.kind == FieldKind::Text)
}
