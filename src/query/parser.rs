//! Tokens to an expression, by recursive descent.

use super::lex::{self, Spanned, Token};
use super::{Expr, value};
use crate::error::{Error, Result};
use crate::index::{FieldDef, IndexSchema, Reader};

/// Deeper nesting is no query that a person writes; it would only exhaust the stack.
const DEEPEST: usize = 100;

/// Parses a query.
pub fn parse(text: &str) -> Result<Expr> {
    let mut parser = Parser { text, tokens: lex::tokens(text)?, at: 0, depth: 0 };
    if parser.tokens.is_empty() {
        return Ok(Expr::All);
    }
    let expr = parser.any(None)?;
    match parser.peek() {
        Some(_) => Err(parser.error_here("there is nothing open that `)` could close")),
        None => Ok(expr),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Spanned>,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    /// An error at the next token, or at the end.
    fn error_here(&self, message: &str) -> Error {
        let at = self.tokens.get(self.at).map_or(self.text.trim_end().len(), |(_, span)| span.start);
        lex::error(self.text, at, message)
    }

    /// `a OR b`
    fn any(&mut self, field: Option<&FieldDef>) -> Result<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error_here("the parentheses are nested too deeply"));
        }
        let mut any = vec![self.all(field)?];
        while self.take(&Token::Or) {
            any.push(self.all(field)?);
        }
        self.depth -= 1;
        Ok(if any.len() == 1 { any.swap_remove(0) } else { Expr::Or(any) })
    }

    /// `a b`, `a AND b`
    fn all(&mut self, field: Option<&FieldDef>) -> Result<Expr> {
        let mut all = self.one(field)?;
        loop {
            let joined = self.take(&Token::And);
            match self.peek() {
                None | Some(Token::Close | Token::Or) if !joined => return Ok(all),
                _ => all = all.and(self.one(field)?),
            }
        }
    }

    fn one(&mut self, field: Option<&FieldDef>) -> Result<Expr> {
        let Some((token, span)) = self.tokens.get(self.at).cloned() else {
            let message = match self.at.checked_sub(1).and_then(|i| self.tokens.get(i)) {
                Some((Token::And | Token::Or | Token::Not, _)) => "a word is missing behind the operator",
                Some((Token::Field(_), _)) => "a value is missing behind the colon",
                _ => "`)` is missing",
            };
            return Err(self.error_here(message));
        };
        match token {
            Token::Close | Token::And | Token::Or => return Err(self.error_here("a word is missing here")),
            _ => self.at += 1,
        }
        let point = |e: Error| match e.kind() {
            crate::ErrorKind::Query if e.hint().is_none() => lex::error(self.text, span.start, e.message()),
            _ => e,
        };
        match (token, field) {
            (Token::Not, _) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(self.error_here("the operators are nested too deeply"));
                }
                let expr = self.one(field)?;
                self.depth -= 1;
                Ok(Expr::Not(Box::new(expr)))
            }
            (Token::Open, _) => {
                if self.peek() == Some(&Token::Close) {
                    return Err(self.error_here("a word is missing between the parentheses"));
                }
                let expr = self.any(field)?;
                if !self.take(&Token::Close) {
                    return Err(lex::error(self.text, span.start, "the parenthesis is not closed"));
                }
                Ok(expr)
            }
            (Token::Field(name), _) => {
                let Some((def, _)) = IndexSchema::get().find(&name) else {
                    let error = Reader::unknown_field(&name);
                    let pointed = lex::error(self.text, span.start, error.message());
                    let hint =
                        format!("{}\n\n{}", pointed.hint().unwrap_or_default(), error.hint().unwrap_or_default());
                    return Err(pointed.with_hint(hint));
                };
                match self.peek() {
                    Some(Token::Field(_) | Token::Not) => Err(self.error_here("a value is missing behind the colon")),
                    _ => self.one(Some(def)),
                }
            }
            (Token::Word(word), None) => Ok(bare_word(&word)),
            (Token::Phrase(phrase), None) => Ok(value::words(None, &phrase)),
            (Token::Brackets(_), None) => Err(lex::error(
                self.text,
                span.start,
                "a range needs a field before it, such as `decided:[2016 TO 2017]`",
            )),
            (Token::Word(text), Some(def)) | (Token::Phrase(text), Some(def)) => {
                value::expr(def, &text, false).map_err(point)
            }
            (Token::Brackets(inner), Some(def)) => value::brackets(def, &inner).map_err(point),
            (Token::Close | Token::And | Token::Or, _) => Err(self.error_here("a word is missing here")),
        }
    }
}

/// A word without a field. The two outcomes are looked for in the outcome alone: rationales and summaries use the
/// words of other decisions.
fn bare_word(word: &str) -> Expr {
    let folded = word.to_ascii_lowercase();
    match folded.as_str() {
        "upheld" | "overturned" => Expr::Keyword { field: "outcome".to_owned(), value: folded, whole: true },
        _ => value::words(None, word),
    }
}
