//! The values that a field can be asked for.

use std::ops::RangeInclusive;

use super::{Expr, terms};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldDef, FieldKind, analysis};
use crate::letter::{Basis, CaseNumber, Date, Layout, Outcome, Priority, Sex};

/// What `field:text` asks for. With `whole`, a keyword must be equal as a whole.
pub fn expr(def: &FieldDef, text: &str, whole: bool) -> Result<Expr> {
    let field = def.name.clone();
    match def.kind {
        FieldKind::Text => Ok(words(Some(&field), text)),
        FieldKind::Keyword => keyword(def, text, whole),
        FieldKind::Case => {
            let case: CaseNumber =
                text.trim().parse().map_err(|_| bad(def, text, "a case number such as CM16-0213037"))?;
            Ok(Expr::Range { field, first: case.to_u64(), last: case.to_u64() })
        }
        FieldKind::Path => Ok(Expr::Path(text.trim_end_matches('/').to_owned())),
        FieldKind::Date | FieldKind::Number => {
            let text = text.trim();
            let one = |part: &str| bounds(def, part);
            let range = if let Some(rest) = text.strip_prefix(">=") {
                *one(rest)?.start()..=u64::MAX
            } else if let Some(rest) = text.strip_prefix('>') {
                one(rest)?.end().saturating_add(1)..=u64::MAX
            } else if let Some(rest) = text.strip_prefix("<=") {
                0..=*one(rest)?.end()
            } else if let Some(rest) = text.strip_prefix('<') {
                0..=one(rest)?.start().saturating_sub(1)
            } else if let Some((first, last)) = text.split_once("..") {
                between(def, text, first, last)?
            } else {
                one(text)?
            };
            Ok(Expr::Range { field, first: *range.start(), last: *range.end() })
        }
    }
}

/// What `field:[first TO last]` asks for.
pub fn brackets(def: &FieldDef, inner: &str) -> Result<Expr> {
    if !matches!(def.kind, FieldKind::Date | FieldKind::Number) {
        return Err(Error::new(ErrorKind::Query, format!("`{}` has no order, so it cannot have a range", def.name)));
    }
    let Some((first, last)) = inner.split_once(" TO ") else {
        return Err(Error::new(ErrorKind::Query, "a range is written `[2016-12 TO 2017-01]`"));
    };
    let range = between(def, inner, first, last)?;
    Ok(Expr::Range { field: def.name.clone(), first: *range.start(), last: *range.end() })
}

fn between(def: &FieldDef, text: &str, first: &str, last: &str) -> Result<RangeInclusive<u64>> {
    let open = |part: &str| matches!(part.trim(), "" | "*");
    let from = if open(first) { 0 } else { *bounds(def, first)?.start() };
    let to = if open(last) { u64::MAX } else { *bounds(def, last)?.end() };
    if from > to {
        return Err(Error::new(ErrorKind::Query, format!("the range `{text}` ends before it begins")));
    }
    Ok(from..=to)
}

/// The numbers that a value stands for: a year is all its days.
fn bounds(def: &FieldDef, text: &str) -> Result<RangeInclusive<u64>> {
    let text = text.trim();
    let parsed = match def.kind {
        FieldKind::Date => days(text),
        _ => text.parse().ok().map(|n| n..=n),
    };
    let want = match def.kind {
        FieldKind::Date => "a date such as 2016-12-05, 2016-12 or 2016",
        _ => "a whole number",
    };
    parsed.ok_or_else(|| bad(def, text, want))
}

fn days(text: &str) -> Option<RangeInclusive<u64>> {
    let date = |y: u16, m: u8, d: u8| Date::new(y, m, d).map(Date::to_u64);
    let digits = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten()
    };
    let parts: Vec<_> = text.split('-').collect();
    match parts[..] {
        [year] => {
            let year = digits(year, 4)?;
            Some(date(year, 1, 1)?..=date(year, 12, 31)?)
        }
        [year, month] => {
            let (year, month) = (digits(year, 4)?, u8::try_from(digits(month, 2)?).ok()?);
            let first = date(year, month, 1)?;
            Some(first..=date(year, month, Date::days_in_month(year, month))?)
        }
        _ => text.parse::<Date>().ok().map(|d| d.to_u64()..=d.to_u64()),
    }
}

fn keyword(def: &FieldDef, text: &str, whole: bool) -> Result<Expr> {
    let mut value = analysis::fold(text.trim());
    let names: Option<Vec<&str>> = match def.name.as_str() {
        "outcome" => Some(Outcome::ALL.iter().map(|v| v.name()).collect()),
        "basis" => Some(Basis::ALL.iter().map(|v| v.name()).collect()),
        "layout" => Some(Layout::ALL.iter().map(|v| v.name()).collect()),
        "priority" => Some(Priority::ALL.iter().map(|v| v.name()).collect()),
        "sex" => Some(Sex::ALL.iter().map(|v| v.name()).collect()),
        _ => None,
    };
    let closed = names.is_some();
    if let Some(names) = names {
        value = value.replace(['-', ' '], "_");
        if !names.contains(&value.as_str()) {
            return Err(bad(def, text, &format!("one of {}", names.join(", "))));
        }
    }
    Ok(Expr::Keyword { field: def.name.clone(), value, whole: whole || closed })
}

fn bad(def: &FieldDef, text: &str, want: &str) -> Error {
    Error::new(ErrorKind::Query, format!("`{text}` is no value of `{}`, which takes {want}", def.name))
}

/// The words of a text; one without letters and digits asks for nothing.
pub fn words(field: Option<&str>, text: &str) -> Expr {
    let terms = terms(text);
    if terms.is_empty() { Expr::All } else { Expr::Words { field: field.map(str::to_owned), terms } }
}
