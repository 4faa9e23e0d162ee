//! The tokens of a query, with the columns where they stand.

use std::ops::Range;

use crate::error::{Error, ErrorKind, Result};

/// One token of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A run of characters without a meaning of its own.
    Word(String),
    /// Words between quotation marks.
    Phrase(String),
    /// A name with the colon behind it.
    Field(String),
    /// A range in brackets, as it stands between them.
    Brackets(String),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `AND`
    And,
    /// `OR`
    Or,
    /// `NOT`
    Not,
}

/// A token and its place in the query, in bytes.
pub type Spanned = (Token, Range<usize>);

/// Splits a query into tokens.
pub fn tokens(text: &str) -> Result<Vec<Spanned>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        at += c.len_utf8();
        let token = match c {
            c if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            _ if is_quote(c) => {
                let Some(length) = text[at..].find(is_quote) else {
                    return Err(error(text, start, "the quotation mark is not closed"));
                };
                let phrase = text[at..at + length].to_owned();
                at += length;
                at += text[at..].chars().next().map_or(0, char::len_utf8);
                Token::Phrase(phrase)
            }
            '[' => {
                let Some(length) = text[at..].find(']') else {
                    return Err(error(text, start, "the bracket is not closed"));
                };
                let inner = text[at..at + length].to_owned();
                at += length + 1;
                Token::Brackets(inner)
            }
            _ => {
                at = start;
                if let Some(name) = field_name(&text[start..]) {
                    at += name.len() + 1;
                    Token::Field(name.to_owned())
                } else {
                    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')') || is_quote(c);
                    let length = text[start..].find(ends).unwrap_or(text.len() - start);
                    at += length;
                    match &text[start..at] {
                        "AND" | "&&" => Token::And,
                        "OR" | "||" => Token::Or,
                        "NOT" => Token::Not,
                        word => Token::Word(word.to_owned()),
                    }
                }
            }
        };
        tokens.push((token, start..at));
    }
    Ok(tokens)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// A name that a colon follows at once.
fn field_name(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(':')?;
    let shaped = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    shaped.then_some(name)
}

/// An error of a query that points at the character where it begins.
pub fn error(text: &str, at: usize, message: &str) -> Error {
    let column = text[..at].chars().count();
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Error::new(ErrorKind::Query, format!("query, column {}: {message}", column + 1))
        .with_hint(format!("{line}\n{}^", " ".repeat(column)))
}
