//! Tokens to an expression, by recursive descent.

use std::ops::Range;

use super::lex::{self, Order, Spanned, Token, Word};
use super::pattern::distance;
use super::span::{Near, Within};
use super::{Expr, Query, operand, value};
use crate::error::{Error, Result};
use crate::index::{FieldDef, FieldKind, IndexSchema, Reader};

/// Deeper nesting is no query that a person writes; it would only exhaust the stack.
const DEEPEST: usize = 100;

/// The most operators of nearness of a query.
const MOST_NEAR: usize = 200;

/// Parses a query.
pub fn parse(text: &str) -> Result<Query> {
    let mut parser = Parser { text, tokens: lex::tokens(text)?, at: 0, depth: 0, near: 0, notes: Vec::new() };
    if parser.tokens.is_empty() {
        return Ok(Query { expr: Expr::All, notes: Vec::new() });
    }
    let asked = parser.any(None)?;
    match parser.peek() {
        Some(_) => Err(parser.error_here("there is nothing open that `)` could close")),
        None => Ok(Query { expr: parser.something(asked)?, notes: parser.notes }),
    }
}

/// What a part of a query asks for.
enum Asked {
    For(Expr),
    /// Nothing at all, such as a dash; and where it stands.
    Nothing(Range<usize>),
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Spanned>,
    at: usize,
    depth: usize,
    /// How many operators of nearness were read. A chain of them is a tree as deep as it is long.
    near: usize,
    notes: Vec<String>,
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

    /// Where the next token begins, or the query ends.
    fn place(&self) -> usize {
        self.tokens.get(self.at).map_or(self.text.trim_end().len(), |(_, span)| span.start)
    }

    /// An error at the next token, or at the end.
    fn error_here(&self, message: &str) -> Error {
        lex::error(self.text, self.place(), message)
    }

    /// Beside `OR`, behind `NOT` or a field, and as a whole query, what asks for nothing is an error: it is neither all
    /// nor none.
    fn something(&self, asked: Asked) -> Result<Expr> {
        match asked {
            Asked::For(expr) => Ok(expr),
            Asked::Nothing(span) => {
                let message = format!("there is no word in `{}`", &self.text[span.clone()]);
                Err(lex::error(self.text, span.start, &message))
            }
        }
    }

    fn deeper(&mut self, message: &str) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(self.error_here(message)) } else { Ok(()) }
    }

    /// `a OR b`
    fn any(&mut self, field: Option<&FieldDef>) -> Result<Asked> {
        self.deeper("the parentheses are nested too deeply")?;
        let mut required = None;
        let first = self.all(field, &mut required)?;
        if self.peek() != Some(&Token::Or) {
            self.depth -= 1;
            return Ok(first);
        }
        let mut any = vec![self.something(first)?];
        while self.take(&Token::Or) {
            let asked = self.all(field, &mut required)?;
            any.push(self.something(asked)?);
        }
        if let Some(at) = required {
            let message = "beside `OR` it is not clear what `+` requires; write `(a OR b) AND c`";
            return Err(lex::error(self.text, at, message));
        }
        self.depth -= 1;
        Ok(Asked::For(Expr::Or(any)))
    }

    /// `a b`, `a AND b`. Notes where the first `+` stands.
    fn all(&mut self, field: Option<&FieldDef>, required: &mut Option<usize>) -> Result<Asked> {
        let mut all: Option<Expr> = None;
        let mut nothing: Option<Range<usize>> = None;
        let mut joined = false;
        loop {
            match self.peek() {
                None | Some(Token::Close | Token::Or) if !joined && (all.is_some() || nothing.is_some()) => break,
                _ => {}
            }
            self.note_small_operator(all.is_some() || nothing.is_some());
            let place = self.place();
            if self.take(&Token::Plus) {
                required.get_or_insert(place);
            }
            match self.near(field, Within::Paragraph.rank())? {
                Asked::For(expr) => {
                    all = Some(match all {
                        Some(all) => all.and(expr),
                        None => expr,
                    });
                }
                Asked::Nothing(span) => nothing = nothing.or(Some(span)),
            }
            joined = self.take(&Token::And);
        }
        Ok(match (all, nothing) {
            (Some(expr), _) => Asked::For(expr),
            (None, Some(span)) => Asked::Nothing(span),
            (None, None) => Asked::For(Expr::All),
        })
    }

    /// Whoever writes `or` between two words may mean the operator.
    fn note_small_operator(&mut self, behind_something: bool) {
        let Some(Token::Word(word)) = self.peek() else { return };
        let small = matches!(word.text.as_str(), "or" | "and" | "not");
        let before_something = matches!(
            self.tokens.get(self.at + 1).map(|(token, _)| token),
            Some(Token::Word(_) | Token::Phrase(_) | Token::Field(_) | Token::Open | Token::Not | Token::Plus)
        );
        // "not" may also begin what is asked for.
        if small && (behind_something || word.text == "not") && before_something {
            let note = format!("`{}` is searched as a word; operators are written in capitals", word.text);
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// `a w/5 b`, `a /s b`, `a /p b`: what is nearer binds first, and of equals the left.
    fn near(&mut self, field: Option<&FieldDef>, rank: u8) -> Result<Asked> {
        let first = self.place();
        let mut left = self.nearer(field, rank)?;
        while let Some((within, order, not)) = self.operator_of_nearness().filter(|(within, ..)| within.rank() == rank)
        {
            self.at += usize::from(not);
            let operator = self.tokens.get(self.at).map_or(0..0, |(_, span)| span.clone());
            self.near += 1;
            if self.near > MOST_NEAR {
                let message = format!("a query has at most {MOST_NEAR} operators of nearness");
                return Err(lex::error(self.text, operator.start, &message));
            }
            self.at += 1;
            let second = self.place();
            if self.peek().is_none_or(|next| matches!(next, Token::Close | Token::And | Token::Or)) {
                let message = format!("a word is missing behind `{}`", &self.text[operator]);
                return Err(lex::error(self.text, operator_end(&self.tokens, self.at), &message));
            }
            let right = self.nearer(field, rank)?;
            let (left_expr, right_expr) = (self.something(left)?, self.something(right)?);
            let name = &self.text[operator.clone()];
            let (left_field, left_span) =
                operand::of(left_expr, name).map_err(|message| lex::error(self.text, first, &message))?;
            let (right_field, right_span) =
                operand::of(right_expr, name).map_err(|message| lex::error(self.text, second, &message))?;
            let field = operand::same_field(left_field, right_field, name)
                .map_err(|message| lex::error(self.text, operator.start, &message))?;
            let ordered = order == Order::AsWritten;
            let near = Near { left: left_span, right: right_span, within, ordered, not };
            left = Asked::For(Expr::Span { field, span: super::Span::Near(Box::new(near)) });
        }
        Ok(left)
    }

    fn nearer(&mut self, field: Option<&FieldDef>, rank: u8) -> Result<Asked> {
        match rank.checked_sub(1) {
            Some(rank) => self.near(field, rank),
            None => self.one(field),
        }
    }

    /// The operator of nearness that comes next, and whether `not` stands before it.
    fn operator_of_nearness(&self) -> Option<(Within, Order, bool)> {
        let near = |at: usize| match self.tokens.get(at) {
            Some((Token::Near(within, order), _)) => Some((*within, *order)),
            _ => None,
        };
        let not = self.tokens.get(self.at).is_some_and(|(_, span)| self.text[span.clone()].eq_ignore_ascii_case("not"));
        let (within, order) = near(self.at + usize::from(not))?;
        Some((within, order, not))
    }

    /// One thing, with the `^` behind it.
    fn one(&mut self, field: Option<&FieldDef>) -> Result<Asked> {
        let mut asked = self.bare(field)?;
        while let Some(Token::Boost(factor)) = self.peek() {
            let factor = *factor;
            self.at += 1;
            if let Asked::For(expr) = asked {
                asked = Asked::For(Expr::Boost(Box::new(expr), factor));
            }
        }
        Ok(asked)
    }

    fn bare(&mut self, field: Option<&FieldDef>) -> Result<Asked> {
        let Some((token, span)) = self.tokens.get(self.at).cloned() else {
            let message = match self.at.checked_sub(1).and_then(|i| self.tokens.get(i)) {
                Some((Token::And | Token::Or | Token::Not | Token::Plus | Token::Near(..), _)) => {
                    "a word is missing behind the operator"
                }
                Some((Token::Field(_), _)) => "a value is missing behind the colon",
                _ => "`)` is missing",
            };
            return Err(self.error_here(message));
        };
        match token {
            Token::Close | Token::And | Token::Or | Token::Plus | Token::Boost(_) | Token::Near(..) => {
                return Err(self.error_here(&self.missing(&token, &span)));
            }
            _ => self.at += 1,
        }
        let point = |e: Error| match e.kind() {
            crate::ErrorKind::Query if e.hint().is_none() => lex::error(self.text, span.start, e.message()),
            _ => e,
        };
        let found = |expr: Option<Expr>| expr.map_or(Asked::Nothing(span.clone()), Asked::For);
        match (token, field) {
            (Token::Not, _) => {
                self.deeper("the operators are nested too deeply")?;
                let asked = self.near(field, Within::Paragraph.rank())?;
                let expr = self.something(asked)?;
                self.depth -= 1;
                Ok(Asked::For(Expr::Not(Box::new(expr))))
            }
            (Token::Open, _) => {
                if self.peek() == Some(&Token::Close) {
                    return Err(self.error_here("a word is missing between the parentheses"));
                }
                let asked = self.any(field)?;
                if !self.take(&Token::Close) {
                    return Err(lex::error(self.text, span.start, "the parenthesis is not closed"));
                }
                Ok(asked)
            }
            (Token::Field(name), _) => {
                let Some((def, _)) = IndexSchema::get().find(&name) else {
                    return Err(self.unknown_field(&name, span.start));
                };
                match self.peek() {
                    Some(Token::Field(_) | Token::Not) => Err(self.error_here("a value is missing behind the colon")),
                    _ => {
                        let asked = self.bare(Some(def))?;
                        Ok(Asked::For(self.something(asked)?))
                    }
                }
            }
            (Token::Word(mut word), Some(def)) => {
                if matches!(def.kind, FieldKind::Date | FieldKind::Number) {
                    self.join_range(&mut word.text);
                }
                let sign = word.text.chars().next().filter(|c| matches!(c, '-' | '!' | '+'));
                if let Some(sign) = sign
                    && def.kind != FieldKind::Path
                    && word.text[1..].starts_with(char::is_alphanumeric)
                {
                    let message = format!("`{sign}` stands before the field: `{sign}{}:word`", def.name);
                    return Err(lex::error(self.text, span.start, &message));
                }
                value::expr(def, &word).map(found).map_err(point)
            }
            (Token::Phrase(phrase), def) => value::phrase(def, &phrase).map(found).map_err(point),
            (Token::Brackets(inner), Some(def)) => value::brackets(def, &inner).map(|e| found(Some(e))).map_err(point),
            (Token::Word(word), None) => value::bare_word(&self.without_question_mark(word)).map(found).map_err(point),
            (Token::Brackets(_), None) => Err(lex::error(
                self.text,
                span.start,
                "a range needs a field before it, such as `decided:[2016 TO 2017]`",
            )),
            (Token::Close | Token::And | Token::Or | Token::Plus | Token::Boost(_) | Token::Near(..), _) => {
                Err(self.error_here("a word is missing here"))
            }
        }
    }

    /// The `?` at the end of several words without any operator or pattern ends a question; everywhere else it stands for a
    /// letter.
    fn without_question_mark(&mut self, mut word: Word) -> Word {
        let is_last = self.at == self.tokens.len() && self.tokens.len() > 1;
        let before = &self.tokens[..self.at.saturating_sub(1)];
        let is_plain = |(token, _): &Spanned| matches!(token, Token::Word(word) if !word.wild && word.fuzzy.is_none());
        let plain = word.text.strip_suffix('?').filter(|plain| plain.ends_with(char::is_alphanumeric));
        if let Some(plain) = plain.filter(|_| is_last && word.wild && word.fuzzy.is_none())
            && !plain.contains(['*', '?'])
            && before.iter().all(is_plain)
        {
            let plain = plain.to_owned();
            self.notes
                .push(format!("the `?` behind `{plain}` ends a question; as a letter it stands in another place"));
            word.wild = false;
            word.text = plain;
        }
        word
    }

    /// What to tell of an operator where a word should stand.
    fn missing(&self, token: &Token, span: &Range<usize>) -> String {
        let before = self.at.checked_sub(1).and_then(|i| self.tokens.get(i));
        let two = |token: &Token| matches!(token, Token::And | Token::Or | Token::Not | Token::Near(..));
        match before {
            Some((other, place)) if two(other) && two(token) => format!(
                "`{}` stands behind `{}`, and a word is missing between them; one of them is too many",
                &self.text[span.clone()],
                &self.text[place.clone()]
            ),
            _ if matches!(token, Token::And | Token::Or | Token::Near(..)) => {
                format!("a word is missing before `{}`", &self.text[span.clone()])
            }
            _ => "a word is missing here".to_owned(),
        }
    }

    /// `>= 2016` and `2016 .. 2017` are one value, though there are blanks.
    fn join_range(&mut self, text: &mut String) {
        while let Some(Token::Word(next)) = self.peek() {
            let open = text.ends_with("..") || matches!(text.as_str(), ">" | ">=" | "<" | "<=");
            let closes = next.text.starts_with("..") && !text.contains("..");
            if !(closes || (open && next.text.starts_with(|c: char| c.is_ascii_digit() || c == '*'))) {
                return;
            }
            text.push_str(&next.text);
            self.at += 1;
        }
    }

    fn unknown_field(&self, name: &str, at: usize) -> Error {
        let error = Reader::unknown_field(name);
        let message = match nearest_field(name) {
            Some(near) => format!("{}; did you mean `{near}`?", error.message()),
            None => error.message().to_owned(),
        };
        let pointed = lex::error(self.text, at, &message);
        let hint = format!("{}\n\n{}", pointed.hint().unwrap_or_default(), error.hint().unwrap_or_default());
        pointed.with_hint(hint)
    }
}

/// Where the token before one ends.
fn operator_end(tokens: &[Spanned], at: usize) -> usize {
    at.checked_sub(1).and_then(|before| tokens.get(before)).map_or(0, |(_, span)| span.end)
}

/// The field whose name is most like one that there is not: of a letter or two that differ, or begun with it.
fn nearest_field(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let letters = if name.len() > 4 { 2 } else { 1 };
    let names = IndexSchema::get().fields().map(|(def, _)| def.name.as_str());
    let far = |known: &&str| {
        let begins = name.len() > 1 && (known.starts_with(name.as_str()) || name.starts_with(*known));
        distance(&name, known, letters).or(begins.then_some(letters))
    };
    names.filter_map(|known| Some((far(&known)?, known))).min().map(|(_, known)| known)
}
