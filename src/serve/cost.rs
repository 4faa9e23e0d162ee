//! How much a query may ask for over HTTP. What nobody waits for any more is given up between parts of the work; what would make
//! a part of it long is not begun.

use imr::query::{Expr, Span};
use imr::{Error, ErrorKind, Result};

/// The longest query, in characters. One of thousands of words takes seconds.
pub const LONGEST_QUERY: usize = 2_000;
/// The most patterns of a query: some are compared with every word of the index.
const MOST_PATTERNS: usize = 32;
/// The most words of a query.
const MOST_WORDS: usize = 300;

/// Whether a query is short enough.
///
/// # Errors
/// For one that is not.
pub fn short(query: &str) -> Result<()> {
    match query.chars().nth(LONGEST_QUERY) {
        None => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Query, format!("the query is longer than {LONGEST_QUERY} characters"))),
    }
}

/// Whether an expression asks for little enough.
///
/// # Errors
/// For one that does not.
pub fn bounded(expr: &Expr) -> Result<()> {
    let mut cost = Cost::default();
    cost.add(expr);
    let (fact, most) = match cost {
        Cost { patterns, .. } if patterns > MOST_PATTERNS => ("words with `*`, `?` or `~`", MOST_PATTERNS),
        Cost { words, .. } if words > MOST_WORDS => ("words", MOST_WORDS),
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Query, format!("query and filters have more than {most} {fact}"))
        .with_hint("ask for less at once; the command line has no such bound"))
}

#[derive(Default)]
struct Cost {
    patterns: usize,
    words: usize,
}

impl Cost {
    fn add(&mut self, expr: &Expr) {
        match expr {
            Expr::Words { terms, .. } => self.words += terms.len(),
            Expr::Pattern { .. } => self.patterns += 1,
            Expr::Span { span, .. } => self.add_span(span),
            Expr::Outcome(_) => self.words += 1,
            Expr::And(all) | Expr::Or(all) | Expr::Most(all) => all.iter().for_each(|expr| self.add(expr)),
            // What means the same was not typed, and there is only so much of it for a word.
            Expr::Synonyms { of, .. } => self.add(of),
            Expr::Boost(inner, _) | Expr::Quoted(inner) | Expr::Not(inner) => self.add(inner),
            _ => {}
        }
    }

    fn add_span(&mut self, span: &Span) {
        match span {
            Span::Word(_) | Span::AnyWord(_) => self.words += 1,
            Span::Pattern(_) => self.patterns += 1,
            Span::Any(all) | Span::Row(all) | Span::Loose(all, _) => all.iter().for_each(|span| self.add_span(span)),
            Span::Near(near) => {
                self.add_span(&near.left);
                self.add_span(&near.right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use imr::query;

    use super::*;

    #[test]
    fn what_takes_long_is_not_begun() {
        let is_bounded = |typed: &str| bounded(&query::parse(typed).unwrap().expr).is_ok();
        for (word, most) in
            [("lumbr~2 ", 32), ("(mri OR lumb*) ", 32), ("\"mri lu*\" ", 32), ("-t*x ", 32), ("mri ", 300)]
        {
            assert!(is_bounded(&word.repeat(most)) && !is_bounded(&word.repeat(most + 1)), "{word}");
        }
        assert!(!is_bounded(&"trial w/5 ther* ".repeat(33)));
        assert!(short(&"ä".repeat(LONGEST_QUERY)).is_ok() && short(&"ä".repeat(LONGEST_QUERY + 1)).is_err());
    }
}
