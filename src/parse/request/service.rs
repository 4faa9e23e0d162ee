//! Whether a service was given already, and when; whether it goes with a surgery.

use super::super::days::MONTHS;
use super::super::words::alike;
use super::tokens::{Kind, Tokens};
use crate::letter::Date;

/// What a heading tells of the service.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) retrospective: bool,
    pub(super) dates: Vec<Date>,
    pub(super) associated: bool,
}

/// Reads a heading.
pub(super) fn read(tokens: &Tokens<'_>) -> Service {
    let mut service = Service::default();
    let mut i = 0;
    while i < tokens.len() {
        let (told, dated) = label(tokens, i).map_or((None, false), |(end, dated)| (Some(end), dated));
        if let Some(end) = told {
            service.retrospective = true;
            i = dates(tokens, end, dated, &mut service.dates);
            continue;
        }
        service.associated |= is(tokens, i, "associated")
            && ["surgical", "surgery"].iter().any(|word| is(tokens, i + 1, word))
            && ["service", "services", "request", "item", "procedure"].iter().any(|word| is(tokens, i + 2, word));
        i += 1;
    }
    // Dates where something was done count only where the heading says that it was done before.
    if service.retrospective {
        for i in 0..tokens.len() {
            const DONE: [&str; 8] =
                ["performed", "done", "dispensed", "provided", "rendered", "administered", "given", "received"];
            if tokens.word_is(i, &DONE) {
                let on = usize::from(tokens.word_is(i + 1, &["on"]));
                dates(tokens, i + 1 + on, true, &mut service.dates);
            }
        }
    }
    service
}

/// A label of a service in the past: the token after it, and whether it announces dates.
fn label(tokens: &Tokens<'_>, i: usize) -> Option<(usize, bool)> {
    match tokens.word(i) {
        "retro" if tokens.mark(i + 1) != b'-' || !tokens.glued(i + 1) => Some((i + 1, false)),
        "dos" | "d.o.s" => Some((i + 1, true)),
        "date" | "dates" => {
            // "date(s) of service".
            let plural = if tokens.mark(i + 1) == b'(' && tokens.word(i + 2) == "s" { 3 } else { 0 };
            let of = i + 1 + plural;
            (tokens.word(of) == "of" && tokens.word_is(of + 1, &["service", "services", "srevice"]))
                .then_some((of + 2, true))
        }
        "" => None,
        _ => (is(tokens, i, "retrospective") || is(tokens, i, "retrospectively")).then_some((i + 1, false)),
    }
}

/// No heading tells more dates.
const MOST_DATES: usize = 64;

/// Takes the dates that come next, joined by "and", "-", "to" and the like; gives the token after them.
fn dates(tokens: &Tokens<'_>, from: usize, announced: bool, dates: &mut Vec<Date>) -> usize {
    let mut i = from;
    let mut end = from;
    let mut any = false;
    loop {
        if let Some((date, next)) = date(tokens, i) {
            if dates.len() < MOST_DATES && !dates.contains(&date) {
                dates.push(date);
            }
            (i, end, any) = (next, next, true);
            continue;
        }
        let mark = matches!(tokens.mark(i), b',' | b':' | b'-' | b'&' | b';' | b'(' | b'.' | b'=');
        let closing = !any && tokens.mark(i) == b')';
        let words: &[&str] = if any {
            &["and", "to", "through", "thru", "on"]
        } else if announced {
            &["on", "from", "of", "is", "s", "between", "date", "dated"]
        } else {
            &["on", "request", "review", "from"]
        };
        let joint = mark || closing || tokens.word_is(i, words);
        // No list of dates has more marks between two of them.
        if !joint || i > end + 4 {
            return end;
        }
        i += 1;
    }
}

/// A date in figures or with the month's name, and the token after it.
fn date(tokens: &Tokens<'_>, i: usize) -> Option<(Date, usize)> {
    if let Some(Kind::Date(date)) = tokens.get(i).map(|token| token.kind) {
        return Some((date, i + 1));
    }
    let word = tokens.word(i);
    let month = (1u8..)
        .zip(MONTHS)
        .find(|(_, name)| word.len() >= 3 && (name.starts_with(word) || (word == "sept" && *name == "september")))?
        .0;
    let day = i + 1 + usize::from(tokens.mark(i + 1) == b'.');
    let year = day + 1 + usize::from(tokens.mark(day + 1) == b',');
    let value = |i: usize| tokens.number(i).filter(|(low, high)| low == high).map(|(low, _)| low);
    let (day, year_value) = (value(day)?, value(year)?);
    let year_value = u16::try_from(year_value).ok().filter(|year| (1900..2100).contains(year))?;
    Some((Date::new(year_value, month, u8::try_from(day).ok()?)?, year + 1))
}

fn is(tokens: &Tokens<'_>, i: usize, word: &str) -> bool {
    alike(tokens.word(i).as_bytes(), word.as_bytes())
}
