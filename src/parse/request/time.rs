//! How often and how long.

use super::tokens::Tokens;
use super::units::{self, Kind};
use crate::letter::{Frequency, Span, TimeUnit};

/// A frequency that begins at a token, and the token after it.
///
/// `None` for the frequency means that the words tell one that whole numbers of times do not express ("every other day").
pub(super) fn frequency(tokens: &Tokens<'_>, i: usize) -> Option<(Option<Frequency>, usize)> {
    let some = |low, high, per, end| Some((Some(Frequency { low, high, per }), end));
    if let Some((low, high)) = tokens.number(i) {
        let (per, end) = times_in(tokens, i + 1)?;
        return some(low, high, per, end);
    }
    match tokens.word(i) {
        word @ ("once" | "twice" | "thrice") => {
            let times = match word {
                "once" => 1,
                "twice" => 2,
                _ => 3,
            };
            let (per, end) = per(tokens, i + 1)?;
            some(times, times, per, end)
        }
        "daily" if matches!(tokens.word(i + 1), "living" | "dose" | "dosing" | "max" | "maximum" | "activities") => {
            None
        }
        "daily" | "nightly" | "qd" | "q.d" | "qhs" | "q.h.s" | "qam" | "q.a.m" | "qpm" | "q.p.m" | "qday" => {
            some(1, 1, TimeUnit::Day, i + 1)
        }
        "weekly" | "qweek" | "qwk" | "qweekly" => some(1, 1, TimeUnit::Week, i + 1),
        "monthly" | "qmonth" => some(1, 1, TimeUnit::Month, i + 1),
        "bid" | "b.i.d" => some(2, 2, TimeUnit::Day, i + 1),
        "tid" | "t.i.d" => some(3, 3, TimeUnit::Day, i + 1),
        "qid" | "q.i.d" => some(4, 4, TimeUnit::Day, i + 1),
        "qod" | "q.o.d" | "biweekly" | "bimonthly" | "quarterly" => Some((None, i + 1)),
        "at" if matches!(tokens.word(i + 1), "bedtime" | "night") => some(1, 1, TimeUnit::Day, i + 2),
        "every" | "each" | "q" => every(tokens, i + 1),
        word if word.starts_with('q') && word.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => {
            q_hours(tokens, word, i)
        }
        _ => None,
    }
}

/// "times a week" after a number: the time, and the token after it.
fn times_in(tokens: &Tokens<'_>, i: usize) -> Option<(TimeUnit, usize)> {
    if tokens.times(i) {
        // "2 x a week", "2x/week", "2 x week".
        let dash = usize::from(tokens.mark(i + 1) == b'-');
        return per(tokens, i + 1).or_else(|| single(tokens, i + 1 + dash).filter(|(unit, _)| *unit >= TimeUnit::Day));
    }
    let care = units::find(tokens.word(i)).is_some_and(|unit| unit.kind == Kind::Care);
    if care || matches!(tokens.word(i), "days" | "day" | "nights" | "sessions") {
        // "3 days a week", "2 visits per week".
        return per(tokens, i + 1).filter(|(unit, _)| care || *unit > TimeUnit::Day);
    }
    // "8 weekly sessions" are eight, not eight a week.
    per(tokens, i).filter(|_| !tokens.word(i).ends_with("ly"))
}

/// "a week", "per week", "/week", "weekly": the time, and the token after it.
fn per(tokens: &Tokens<'_>, i: usize) -> Option<(TimeUnit, usize)> {
    let adverb = match tokens.word(i) {
        "daily" | "nightly" => Some(TimeUnit::Day),
        "weekly" => Some(TimeUnit::Week),
        "monthly" => Some(TimeUnit::Month),
        "yearly" | "annually" => Some(TimeUnit::Year),
        _ => None,
    };
    if let Some(unit) = adverb {
        return Some((unit, i + 1));
    }
    let joined = matches!(tokens.word(i), "a" | "an" | "per" | "each" | "every" | "p") || tokens.mark(i) == b'/';
    // "per/week".
    let slash = usize::from(tokens.word(i) == "per" && tokens.mark(i + 1) == b'/');
    let (unit, end) = single(tokens, i + 1 + slash).filter(|_| joined)?;
    (unit >= TimeUnit::Day).then_some((unit, end))
}

/// A unit of time in the singular, and the token after it.
fn single(tokens: &Tokens<'_>, i: usize) -> Option<(TimeUnit, usize)> {
    let unit = match tokens.word(i) {
        "day" | "night" => TimeUnit::Day,
        "week" | "wk" | "wks" | "weeek" => TimeUnit::Week,
        "month" | "mo" | "mth" => TimeUnit::Month,
        "year" | "yr" => TimeUnit::Year,
        "hour" | "hr" => TimeUnit::Hour,
        _ => return None,
    };
    Some((unit, i + 1))
}

/// "every 6 hours", "every day": how often in a day.
fn every(tokens: &Tokens<'_>, i: usize) -> Option<(Option<Frequency>, usize)> {
    if let Some((unit, end)) = single(tokens, i).filter(|(unit, _)| *unit >= TimeUnit::Day) {
        return Some((Some(Frequency { low: 1, high: 1, per: unit }), end));
    }
    if tokens.word(i) == "other" {
        return Some((None, single(tokens, i + 1)?.1));
    }
    let hours = tokens.number(i)?;
    let dash = usize::from(tokens.mark(i + 1) == b'-');
    let (unit, end) = time_unit(tokens, i + 1 + dash)?;
    let frequency = if unit == TimeUnit::Hour { in_a_day(hours) } else { None };
    Some((frequency, end))
}

/// "q6h", "q4-6h", "q8hrs".
fn q_hours(tokens: &Tokens<'_>, word: &str, i: usize) -> Option<(Option<Frequency>, usize)> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| *n < 100);
    let hour = |text: &str| matches!(text, "h" | "hr" | "hrs" | "hour" | "hours" | "°");
    let rest = word.get(1..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let first = number(rest.get(..digits)?)?;
    let after = rest.get(digits..)?;
    if hour(after) {
        return Some((in_a_day((first, first)), i + 1));
    }
    if !after.is_empty() {
        return None;
    }
    if hour(tokens.word(i + 1)) {
        return Some((in_a_day((first, first)), i + 2));
    }
    // "q4-6h": the second number is marked as a part of a code.
    let at = tokens.get(i + 2)?.at.clone();
    let second = number(tokens.slice(at)).filter(|_| tokens.mark(i + 1) == b'-' && tokens.glued(i + 1))?;
    (hour(tokens.word(i + 3)) && first < second).then(|| (in_a_day((first, second)), i + 4))
}

/// How often a day what is done every so many hours.
fn in_a_day((low, high): (u32, u32)) -> Option<Frequency> {
    let times = |hours: u32| (hours > 0 && 24_u32.is_multiple_of(hours)).then(|| 24 / hours);
    Some(Frequency { low: times(high)?, high: times(low)?, per: TimeUnit::Day })
}

/// A unit of time in any form, and the token after it.
pub(super) fn time_unit(tokens: &Tokens<'_>, i: usize) -> Option<(TimeUnit, usize)> {
    let unit = match tokens.word(i) {
        "minute" | "minutes" | "min" | "mins" => TimeUnit::Minute,
        "hour" | "hours" | "hr" | "hrs" | "h" => TimeUnit::Hour,
        "day" | "days" => TimeUnit::Day,
        "week" | "weeks" | "wk" | "wks" | "weeek" | "weeeks" => TimeUnit::Week,
        "month" | "months" | "mo" | "mos" | "mth" | "mths" => TimeUnit::Month,
        "year" | "years" | "yr" | "yrs" => TimeUnit::Year,
        _ => return None,
    };
    Some((unit, i + 1))
}

/// A number of units of time at a token, what the words around make of it, and the token after it.
///
/// `after_frequency` tells that a frequency ends right before.
pub(super) fn span(tokens: &Tokens<'_>, i: usize, after_frequency: bool) -> Option<(Option<Span>, usize)> {
    let (low, high) = tokens.number(i)?;
    let dash = usize::from(tokens.mark(i + 1) == b'-');
    let (unit, end) = time_unit(tokens, i + 1 + dash)?;
    // "30 day(s)", "3 month's".
    let end = if tokens.mark(end) == b'(' && tokens.word(end + 1) == "s" && tokens.mark(end + 2) == b')' {
        end + 3
    } else if matches!(tokens.mark(end), b'\'' | b'?') && tokens.word(end + 1) == "s" {
        end + 2
    } else {
        end
    };
    // "#60 day supply: 30": the number is the quantity.
    if tokens.mark(i.wrapping_sub(1)) == b'#' {
        return None;
    }
    Some((tells_duration(tokens, i, unit, end, after_frequency).then_some(Span { low, high, unit }), end))
}

/// Whether a number of units of time is how long a treatment lasts, and no interval, age or point in time.
fn tells_duration(tokens: &Tokens<'_>, i: usize, unit: TimeUnit, end: usize, after_frequency: bool) -> bool {
    let mut before = tokens.word_before(i);
    if matches!(before, "a" | "an" | "the" | "additional" | "another" | "initial" | "up" | "about" | "approximately") {
        before = tokens.word_before(i - 1);
    }
    let never = [
        "every", "each", "q", "per", "in", "within", "after", "before", "at", "last", "past", "since", "least", "than",
        "previous", "prior", "next", "age", "aged",
    ];
    if never.contains(&before) || unit == TimeUnit::Minute {
        return false;
    }
    let next = tokens.word(end);
    let not_then = [
        "a",
        "per",
        "each",
        "every",
        "old",
        "post",
        "postop",
        "ago",
        "prior",
        "status",
        "out",
        "on",
        "off",
        "later",
        "after",
        "following",
        "before",
        "follow",
        "followup",
        "from",
        "daily",
        "nightly",
        "weekly",
        "s",
        "sessions",
        "session",
    ];
    if not_then.contains(&next) || tokens.mark(end) == b'/' {
        return false;
    }
    // "3 month post-op", "1 year follow-up".
    let lasting = ["for", "x", "times", "\u{d7}", "over", "during", "of", "through", "to", "lasting"].contains(&before);
    if lasting || after_frequency {
        return true;
    }
    let course = [
        "rental",
        "rent",
        "trial",
        "supply",
        "period",
        "membership",
        "program",
        "course",
        "stay",
        "loan",
        "subscription",
        "use",
        "extension",
        "lease",
        "regimen",
    ];
    let ahead = (end..end + 4).map(|i| tokens.word(i)).take_while(|word| !word.is_empty());
    if next == "of" || next == "for" || ahead.into_iter().any(|word| course.contains(&word)) {
        return true;
    }
    end >= tokens.len() || matches!(tokens.mark(end), b',' | b'.' | b';' | b')' | b'(' | b'#')
}
