//! The tokens of a query, with the columns where they stand.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::span::Within;
use crate::error::{Error, ErrorKind, Result};

/// One token of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A run of characters without a meaning of its own.
    Word(Word),
    /// Words between quotation marks.
    Phrase(Phrase),
    /// `w/5`, `pre/5`, `/s`, `/p` between what has to be near.
    Near(Within, Order),
    /// A name with the colon behind it.
    Field(String),
    /// A range in brackets, as it stands between them.
    Brackets(String),
    /// `^2` behind what it belongs to.
    Boost(f32),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `AND`, `&&`
    And,
    /// `OR`, `||`
    Or,
    /// `NOT`, and `-` or `!` before a word
    Not,
    /// `+` before a word
    Plus,
}

/// Words between quotation marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// What stands between the marks.
    pub text: String,
    /// By how many places the words may be off, where `~` asks for it.
    pub slop: Option<u32>,
}

/// Which of two that are near each other stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Either.
    Any,
    /// The one that is written first.
    AsWritten,
}

/// A run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// The characters, without the backslashes that took their meaning away.
    pub text: String,
    /// Whether `*` or `?` in it stand for other characters.
    pub wild: bool,
    /// How many letters may differ, where `~` asks for it.
    pub fuzzy: Option<u8>,
}

/// A token and its place in the query, in bytes.
pub type Spanned = (Token, Range<usize>);

/// The highest factor of `^`.
pub const MOST_BOOST: f32 = 100.0;

/// The most words that may lie between what is near, and by which the words of a loose phrase may be off.
pub const MOST_WORDS: u32 = 255;

/// Splits a query into tokens.
pub fn tokens(text: &str) -> Result<Vec<Spanned>> {
    let mut tokens: Vec<Spanned> = Vec::new();
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
                let inner = text[at..at + length].to_owned();
                at += length;
                at += text[at..].chars().next().map_or(0, char::len_utf8);
                Token::Phrase(Phrase { text: inner, slop: slop(text, &mut at)? })
            }
            '[' => {
                let Some(length) = text[at..].find(']') else {
                    return Err(error(text, start, "the bracket is not closed"));
                };
                let inner = text[at..at + length].to_owned();
                at += length + 1;
                Token::Brackets(inner)
            }
            '-' | '!' | '+' if begins(&tokens, text, start) && is_prefix(text, start)? => {
                if c == '+' {
                    Token::Plus
                } else {
                    Token::Not
                }
            }
            '^' if !tokens.is_empty() && !begins(&tokens, text, start) => boost(text, start, &mut at)?,
            _ => {
                at = start;
                match field_name(&text[start..]) {
                    Some(name) => {
                        at += name.len() + 1;
                        Token::Field(name.to_owned())
                    }
                    None => {
                        // Behind a field stands its value, also where it looks like an operator.
                        let value = tokens.last().is_some_and(|(t, s)| matches!(t, Token::Field(_)) && s.end == start);
                        word(text, &mut at, value)?
                    }
                }
            }
        };
        tokens.push((token, start..at));
    }
    Ok(tokens)
}

/// Whether something new begins here: behind a blank, a parenthesis or an operator.
fn begins(tokens: &[Spanned], text: &str, at: usize) -> bool {
    let Some((token, span)) = tokens.last() else { return true };
    span.end < at && text[span.end..at].contains(char::is_whitespace)
        || matches!(token, Token::Open | Token::And | Token::Or | Token::Not | Token::Plus)
}

/// Whether a sign before something is an operator, rather than a dash between words.
fn is_prefix(text: &str, at: usize) -> Result<bool> {
    let mut behind = text[at + 1..].chars();
    match (behind.next(), behind.next()) {
        (Some('-' | '!' | '+'), Some(c)) if !c.is_whitespace() && c != ')' => {
            Err(error(text, at, "two operators follow one another; one `-` before a word leaves it out"))
        }
        (Some(c), _) => Ok(c.is_alphanumeric() || is_quote(c) || matches!(c, '(' | '[' | '\\' | '*' | '?')),
        (None, _) => Ok(false),
    }
}

/// One word, or an operator that is written as one.
fn word(text: &str, at: &mut usize, value: bool) -> Result<Token> {
    let start = *at;
    for operator in ["&&", "||"] {
        if text[start..].starts_with(operator) {
            *at += operator.len();
            return Ok(if operator == "&&" { Token::And } else { Token::Or });
        }
    }
    let mut word = Word::default();
    let mut escaped = false;
    while let Some(c) = text[*at..].chars().next() {
        let rest = &text[*at..];
        if c.is_whitespace()
            || matches!(c, '(' | ')')
            || is_quote(c)
            || rest.starts_with("&&")
            || rest.starts_with("||")
        {
            break;
        }
        let behind = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                escaped = true;
                let Some(literal) = behind.chars().next() else {
                    return Err(error(text, *at, "a character is missing behind `\\`"));
                };
                word.text.push(literal);
                *at += 1 + literal.len_utf8();
                continue;
            }
            '|' => return Err(error(text, *at, "`|` is no operator; either of two words is written `a OR b`")),
            '^' if !word.text.is_empty() => break,
            '~' if word.text.is_empty()
                && behind.starts_with(|c: char| c.is_ascii_digit())
                && ends_here(behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')) =>
            {
                return Err(error(text, *at, "`~` stands at once behind the word that may differ: `word~1`"));
            }
            '~' if !word.text.is_empty()
                && ends_here(behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')) =>
            {
                let length = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
                word.fuzzy = Some(match &behind[..length] {
                    "" | "1" => 1,
                    "2" => 2,
                    _ => return Err(error(text, *at, "at most two letters may differ: `word~1` or `word~2`")),
                });
                *at += 1 + length;
                continue;
            }
            '*' | '?' => word.wild = true,
            _ => {}
        }
        word.text.push(c);
        *at += c.len_utf8();
    }
    if !escaped {
        match word.text.as_str() {
            "AND" => return Ok(Token::And),
            "OR" => return Ok(Token::Or),
            "NOT" => return Ok(Token::Not),
            "!" => return Err(error(text, start, "`!` stands at once before the word that must not occur")),
            "NEAR" | "ADJ" | "WITHIN" => {
                let message = "words near each other are asked for by `a w/5 b`, in this order by `a pre/5 b`; the word itself is \
                               written in small letters";
                return Err(error(text, start, message));
            }
            plain if !value => {
                if let Some(near) = near(plain).map_err(|message| error(text, start, &message))? {
                    return Ok(near);
                }
            }
            _ => {}
        }
    }
    Ok(Token::Word(word))
}

fn ends_here(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ')' | '^'))
}

/// The operators of nearness: `w/5`, `near/5` and `/5`, `pre/5` and `onear/5`; with `s` or `p` for the number, in the same
/// sentence or paragraph. `w/o`, `w/contrast` and `s/p` are words, as letters write them.
fn near(word: &str) -> std::result::Result<Option<Token>, String> {
    let lower = word.to_ascii_lowercase();
    let Some((head, tail)) = lower.split_once('/') else { return Ok(None) };
    let order = match head {
        "w" | "near" | "within" | "" => Order::Any,
        "pre" | "onear" => Order::AsWritten,
        _ => return Ok(None),
    };
    let numeric = !tail.is_empty() && tail.bytes().all(|b| b.is_ascii_digit());
    Ok(Some(match tail {
        "s" => Token::Near(Within::Sentence, order),
        "p" => Token::Near(Within::Paragraph, order),
        _ if numeric => match tail.parse() {
            Ok(words @ 1..=MOST_WORDS) => Token::Near(Within::Words(words), order),
            _ => return Err(format!("in `{word}` stands a number of words from 1 to {MOST_WORDS}")),
        },
        "" if !head.is_empty() => {
            return Err(format!("behind `{word}` stands a number of words, or `s` or `p`: `{word}5`, `{word}s`"));
        }
        _ => return Ok(None),
    }))
}

/// The `~3` behind a phrase.
fn slop(text: &str, at: &mut usize) -> Result<Option<u32>> {
    let Some(rest) = text[*at..].strip_prefix('~') else { return Ok(None) };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match rest[..digits].parse() {
        Ok(slop @ 0..=MOST_WORDS) if ends_here(&rest[digits..]) => {
            *at += 1 + digits;
            Ok(Some(slop))
        }
        _ => {
            let message = "behind `~` stands by how many places the words may be off, up to 255: `\"a b\"~3`";
            Err(error(text, *at, message))
        }
    }
}

fn boost(text: &str, start: usize, at: &mut usize) -> Result<Token> {
    let rest = &text[*at..];
    let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    *at += length;
    match rest[..length].parse::<f32>() {
        Ok(factor) if factor > 0.0 && factor <= MOST_BOOST && ends_here(&text[*at..]) => Ok(Token::Boost(factor)),
        _ => Err(error(text, start, "behind `^` stands a number above 0 and up to 100, such as `word^2`")),
    }
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

/// How much of a long query is shown around an error, in columns: what fits on a line of a usual terminal.
const BEFORE: usize = 50;
const BEHIND: usize = 20;

/// An error of a query that points at the character where it begins.
pub fn error(text: &str, at: usize, message: &str) -> Error {
    let column = text[..at].chars().count() + 1;
    Error::new(ErrorKind::Query, format!("query, column {column}: {message}"))
        .with_column(column)
        .with_hint(pointed(text, at))
}

/// The query, or what is around the place, with a caret below the place.
fn pointed(text: &str, at: usize) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let (mut before, mut behind): (Vec<char>, Vec<char>) =
        (text[..at].chars().map(clean).collect(), text[at..].chars().map(clean).collect());
    let wide = |c: &char| c.width().unwrap_or(0);
    if before.iter().chain(&behind).map(wide).sum::<usize>() > BEFORE + BEHIND {
        let kept = fitting(before.iter().rev().map(wide), BEFORE);
        if kept < before.len() {
            before.drain(..before.len() - kept);
            before.insert(0, '…');
        }
        let kept = fitting(behind.iter().map(wide), BEHIND);
        if kept < behind.len() {
            behind.truncate(kept);
            behind.push('…');
        }
    }
    let caret = " ".repeat(before.iter().map(wide).sum());
    before.append(&mut behind);
    format!("{}\n{caret}^", before.into_iter().collect::<String>())
}

/// How many characters of these widths fit.
fn fitting(widths: impl Iterator<Item = usize>, columns: usize) -> usize {
    let mut left = columns;
    widths.take_while(|wide| left.checked_sub(*wide).map(|rest| left = rest).is_some()).count()
}
