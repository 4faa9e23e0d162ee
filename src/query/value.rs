//! The values that a field can be asked for.

use super::lex::{Phrase, Word};
use super::span::Span;
use super::{Expr, Pattern, Reading, pattern, terms};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldDef, FieldKind, analysis};
use crate::letter::{Basis, CaseNumber, Date, Layout, Outcome, Priority, Sex, Side, Source};

/// What a word without a field asks for; `None` where it asks for nothing.
///
/// The two outcomes are looked for in the outcome alone: rationales and summaries use the words of other decisions. Who
/// means the text writes them in quotation marks.
pub fn bare_word(word: &Word) -> Result<Option<Expr>> {
    if word.wild || word.fuzzy.is_some() {
        return pattern_of(None, word).map(Some);
    }
    let case = word.text.trim_matches(|c: char| !c.is_alphanumeric());
    if let Ok(case) = case.parse::<CaseNumber>() {
        return Ok(Some(Expr::Range { field: "case".to_owned(), first: case.to_u64(), last: case.to_u64() }));
    }
    let asked = terms(&word.text);
    let outcome = |outcome: &&Outcome| asked == terms(outcome.name());
    Ok(match Outcome::ALL.iter().find(outcome) {
        Some(outcome) => Some(Expr::Outcome(outcome.name().to_owned())),
        None => words(None, &word.text),
    })
}

/// What `field:word` asks for; `None` where it asks for nothing.
pub fn expr(def: &FieldDef, word: &Word) -> Result<Option<Expr>> {
    let any = word.wild && word.text == "*";
    match def.kind {
        FieldKind::Text if any => Ok(Some(Expr::HasValue(def.name.clone()))),
        FieldKind::Text | FieldKind::Keyword | FieldKind::Hierarchy if word.wild || word.fuzzy.is_some() => {
            pattern_of(Some(def), word).map(Some)
        }
        FieldKind::Date | FieldKind::Number if any => {
            Ok(Some(Expr::Range { field: def.name.clone(), first: 0, last: u64::MAX }))
        }
        // Letters without a case number have numbers of their own, above all others.
        FieldKind::Case if any => Ok(Some(Expr::Range { field: def.name.clone(), first: 0, last: LAST_CASE })),
        FieldKind::Path if any => Ok(Some(Expr::All)),
        _ if word.wild || word.fuzzy.is_some() => {
            Err(query_error(format!("`{}` takes no pattern such as `{}`", def.name, word.text)))
        }
        _ => value(def, &word.text, Reading::Words),
    }
}

/// What `"a phrase"` asks for, in a field or in any; `None` where it asks for nothing.
pub fn phrase(def: Option<&FieldDef>, phrase: &Phrase) -> Result<Option<Expr>> {
    let Phrase { text, slop } = phrase;
    if let Some(def) = def.filter(|def| def.kind != FieldKind::Text) {
        return match slop {
            Some(_) => {
                Err(query_error(format!("`~` behind quotation marks is for texts, and `{}` has values", def.name)))
            }
            None if has_wild(text) => Err(query_error(format!(
                "`*` and `?` in quotation marks are for texts; values of `{}` are found by one word, such as `{}:word*`",
                def.name, def.name
            ))),
            None => value(def, text, Reading::Words),
        };
    }
    let field = def.map(|def| def.name.as_str());
    if slop.is_none() && !has_wild(text) {
        return Ok(words(field, text).map(|words| Expr::Quoted(Box::new(words))));
    }
    let Some(parts) = parts(text, true) else { return Ok(Some(Expr::Nothing)) };
    let span = match slop {
        _ if parts.is_empty() => return Ok(None),
        Some(_) if parts.len() > MOST_LOOSE => {
            return Err(query_error(format!("a loose phrase has at most {MOST_LOOSE} words")));
        }
        Some(slop) if parts.len() > 1 => Span::Loose(parts, *slop),
        _ => Span::one_or(parts, Span::Row),
    };
    Ok(Some(Expr::Span { field: field.map(str::to_owned), span }))
}

/// What a filter of a field asks for; `None` where it asks for nothing.
pub fn filter(def: &FieldDef, text: &str) -> Result<Option<Expr>> {
    let inner = text.trim().strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    match inner {
        // Any value, as `field:*` in a query.
        _ if text.trim() == "*" => expr(def, &Word { text: "*".to_owned(), wild: true, fuzzy: None }),
        Some(inner) if has_order(def) => brackets(def, inner).map(Some),
        _ => value(def, text, Reading::WholeOrElseWords),
    }
}

fn value(def: &FieldDef, text: &str, reading: Reading) -> Result<Option<Expr>> {
    let field = def.name.clone();
    Ok(match def.kind {
        FieldKind::Text => words(Some(&field), text),
        FieldKind::Keyword | FieldKind::Hierarchy => keyword(def, text, reading)?,
        FieldKind::Case => {
            let case: CaseNumber =
                text.trim().parse().map_err(|_| bad(def, text, "a case number such as CM16-0213037"))?;
            Some(Expr::Range { field, first: case.to_u64(), last: case.to_u64() })
        }
        FieldKind::Path if text.is_empty() => None,
        FieldKind::Path => Some(Expr::Path(text.to_owned())),
        FieldKind::Date | FieldKind::Number => {
            let text = text.trim();
            let one = |part: &str| bounds(def, part);
            let range = if let Some(rest) = text.strip_prefix(">=") {
                Some((one(rest)?.0, u64::MAX))
            } else if let Some(rest) = text.strip_prefix('>') {
                one(rest)?.1.checked_add(1).map(|first| (first, u64::MAX))
            } else if let Some(rest) = text.strip_prefix("<=") {
                Some((0, one(rest)?.1))
            } else if let Some(rest) = text.strip_prefix('<') {
                one(rest)?.0.checked_sub(1).map(|last| (0, last))
            } else if let Some((first, last)) = ends(text) {
                Some(between(def, text, first, last)?)
            } else {
                Some(one(text)?)
            };
            Some(match range {
                Some((first, last)) => Expr::Range { field, first, last },
                // Nothing is below 0, nor above the highest number.
                None => Expr::Nothing,
            })
        }
    })
}

/// A pattern for one word, in a field or in any.
fn pattern_of(def: Option<&FieldDef>, word: &Word) -> Result<Expr> {
    let field = def.map(|def| def.name.clone());
    if let (Some(def), "*") = (def, word.text.as_str())
        && def.is_keyword()
    {
        return Ok(Expr::Pattern { field, pattern: Pattern::Wild("*".to_owned()) });
    }
    let joined = word.text.trim_matches(|c: char| !c.is_alphanumeric() && c != '*' && c != '?');
    // `9792.24*` is two words in a row, of which one is a pattern.
    if word.fuzzy.is_none()
        && def.is_none_or(|def| def.kind == FieldKind::Text)
        && joined.contains(|c: char| !c.is_alphanumeric() && c != '*' && c != '?')
        && let Some(parts) = parts(joined, false)
        && !parts.is_empty()
    {
        return Ok(Expr::Span { field, span: Span::one_or(parts, Span::Row) });
    }
    let pattern = pattern::pattern(&word.text, word.fuzzy).ok_or_else(|| {
        let what = if word.fuzzy.is_some() { "`~` stands behind" } else { "`*` and `?` stand in" };
        query_error(format!("{what} one word of letters and digits, which `{}` is not", word.text))
    })?;
    Ok(Expr::Pattern { field, pattern })
}

/// The largest number of a letter with a case number.
const LAST_CASE: u64 = (1 << 63) - 1;

/// The most words of a loose phrase.
const MOST_LOOSE: usize = 32;

/// Whether `*` or `?` stand for letters in a phrase: a question mark behind a word is one of the text.
fn has_wild(text: &str) -> bool {
    chunks(text, true).iter().any(|(_, wild)| *wild)
}

/// A text in runs of letters and digits with `*` and `?` that stand for others, and what lies between these. In a phrase,
/// these stand beside a letter, and a `?` between two.
fn chunks(text: &str, phrase: bool) -> Vec<(&str, bool)> {
    let mut chunks = Vec::new();
    let (mut plain, mut at) = (0, 0);
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '*' | '?');
    while let Some(start) = text[at..].find(of_word).map(|n| at + n) {
        let end = text[start..].find(|c| !of_word(c)).map_or(text.len(), |n| start + n);
        let run = &text[start..end];
        let kept = if phrase { run.trim_end_matches('?') } else { run };
        at = end;
        if kept.contains(['*', '?']) && kept.contains(char::is_alphanumeric) {
            chunks.push((&text[plain..start], false));
            chunks.push((kept, true));
            plain = end;
        }
    }
    chunks.push((&text[plain..], false));
    chunks
}

/// The words of a text with patterns among them; `None` where one is too long to be in the index.
fn parts(text: &str, phrase: bool) -> Option<Vec<Span>> {
    let mut parts = Vec::new();
    for (chunk, wild) in chunks(text, phrase) {
        match wild.then(|| pattern::pattern(chunk, None)).flatten() {
            Some(pattern) => parts.push(Span::Pattern(pattern)),
            None if analysis::has_too_long(chunk) => return None,
            None => parts.extend(terms(chunk).into_iter().map(Span::Word)),
        }
    }
    Some(parts)
}

fn has_order(def: &FieldDef) -> bool {
    matches!(def.kind, FieldKind::Date | FieldKind::Number)
}

/// What `field:[first TO last]` asks for.
pub fn brackets(def: &FieldDef, inner: &str) -> Result<Expr> {
    if !has_order(def) {
        return Err(query_error(format!("`{}` has no order, so it cannot have a range", def.name)));
    }
    let Some((first, last)) = ends(inner) else {
        return Err(query_error("a range is written `[2016-12 TO 2017-01]`"));
    };
    let (first, last) = between(def, inner, first, last)?;
    Ok(Expr::Range { field: def.name.clone(), first, last })
}

/// The two ends of `2016-12..2017-01` and `2016-12 TO 2017-01`.
fn ends(text: &str) -> Option<(&str, &str)> {
    [" TO ", " to ", " To ", ".."].iter().find_map(|between| text.split_once(between))
}

fn between(def: &FieldDef, text: &str, first: &str, last: &str) -> Result<(u64, u64)> {
    let open = |part: &str| matches!(part.trim(), "" | "*");
    let from = if open(first) { 0 } else { bounds(def, first)?.0 };
    let to = if open(last) { u64::MAX } else { bounds(def, last)?.1 };
    if from > to {
        return Err(query_error(format!("the range `{}` ends before it begins", text.trim())));
    }
    Ok((from, to))
}

/// The numbers that a value stands for: a year is all its days.
fn bounds(def: &FieldDef, text: &str) -> Result<(u64, u64)> {
    let text = text.trim();
    let parsed = match def.kind {
        FieldKind::Date => days(text),
        // A number that is too large is as good as the largest: nothing has either.
        _ if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            let number = text.parse().unwrap_or(u64::MAX);
            Some((number, number))
        }
        _ => None,
    };
    let want = match def.kind {
        FieldKind::Date => "a date such as 2016-12-05, 2016-12 or 2016",
        _ => "a whole number",
    };
    parsed.ok_or_else(|| bad(def, text, want))
}

fn days(text: &str) -> Option<(u64, u64)> {
    let date = |y: u16, m: u8, d: u8| Date::new(y, m, d).map(Date::to_u64);
    let digits = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten()
    };
    let parts: Vec<_> = text.split('-').collect();
    match parts[..] {
        [year] => {
            let year = digits(year, 4)?;
            Some((date(year, 1, 1)?, date(year, 12, 31)?))
        }
        [year, month] => {
            let (year, month) = (digits(year, 4)?, u8::try_from(digits(month, 2)?).ok()?);
            let first = date(year, month, 1)?;
            Some((first, date(year, month, Date::days_in_month(year, month))?))
        }
        _ => text.parse::<Date>().ok().map(|d| (d.to_u64(), d.to_u64())),
    }
}

fn keyword(def: &FieldDef, text: &str, reading: Reading) -> Result<Option<Expr>> {
    let field = def.name.clone();
    let names: Vec<&str> = match def.name.as_str() {
        "outcome" => Outcome::ALL.iter().map(|v| v.name()).collect(),
        "basis" => Basis::ALL.iter().map(|v| v.name()).collect(),
        "source" => Source::ALL.iter().map(|v| v.name()).collect(),
        "side" => Side::ALL.iter().map(|v| v.name()).collect(),
        "layout" => Layout::ALL.iter().map(|v| v.name()).collect(),
        "priority" => Priority::ALL.iter().map(|v| v.name()).collect(),
        "sex" => Sex::ALL.iter().map(|v| v.name()).collect(),
        "retrospective" | "associated" => vec!["yes", "no"],
        _ => {
            let asks = text.contains(char::is_alphanumeric);
            return Ok(asks.then(|| Expr::Keyword { field, value: text.trim().to_owned(), reading }));
        }
    };
    let value = analysis::fold(text.trim()).replace(['-', ' '], "_");
    match names.contains(&value.as_str()) {
        true => Ok(Some(Expr::Keyword { field, value, reading: Reading::Whole })),
        false => Err(bad(def, text, &format!("one of {}", names.join(", ")))),
    }
}

fn bad(def: &FieldDef, text: &str, want: &str) -> Error {
    query_error(format!("`{text}` is no value of `{}`, which takes {want}", def.name))
}

fn query_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Query, message)
}

/// The words of a text in a row; `None` without letters and digits.
pub fn words(field: Option<&str>, text: &str) -> Option<Expr> {
    // What is too long to be in the index is found nowhere.
    if analysis::has_too_long(text) {
        return Some(Expr::Nothing);
    }
    let terms = terms(text);
    (!terms.is_empty()).then(|| Expr::Words { field: field.map(str::to_owned), terms })
}
