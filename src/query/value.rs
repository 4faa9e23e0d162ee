//! The values that a field can be asked for.

use super::lex::Word;
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
        Some(outcome) => {
            let value = outcome.name().to_owned();
            Some(Expr::Keyword { field: "outcome".to_owned(), value, reading: Reading::Whole })
        }
        None => words(None, &word.text),
    })
}

/// What `field:word` asks for; `None` where it asks for nothing.
pub fn expr(def: &FieldDef, word: &Word) -> Result<Option<Expr>> {
    match def.kind {
        FieldKind::Text | FieldKind::Keyword | FieldKind::Hierarchy if word.wild || word.fuzzy.is_some() => {
            pattern_of(Some(def), word).map(Some)
        }
        FieldKind::Date | FieldKind::Number if word.text == "*" => {
            Ok(Some(Expr::Range { field: def.name.clone(), first: 0, last: u64::MAX }))
        }
        _ if word.wild || word.fuzzy.is_some() => {
            Err(query_error(format!("`{}` takes no pattern such as `{}`", def.name, word.text)))
        }
        _ => value(def, &word.text, Reading::Words),
    }
}

/// What `field:"a phrase"` asks for; `None` where it asks for nothing.
pub fn phrase(def: &FieldDef, text: &str) -> Result<Option<Expr>> {
    value(def, text, Reading::Words)
}

/// What a filter of a field asks for; `None` where it asks for nothing.
pub fn filter(def: &FieldDef, text: &str) -> Result<Option<Expr>> {
    let inner = text.trim().strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
    match inner {
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
    let pattern = pattern::pattern(&word.text, word.fuzzy).ok_or_else(|| {
        let what = if word.fuzzy.is_some() { "`~` stands behind" } else { "`*` and `?` stand in" };
        query_error(format!("{what} one word of letters and digits, which `{}` is not", word.text))
    })?;
    Ok(Expr::Pattern { field, pattern })
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
