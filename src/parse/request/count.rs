//! Numbers that count: behind a label, before a unit, behind `x`. Each gives the number, the unit, and the token after it; the
//! number is `None` where it is a range.

use super::time;
use super::tokens::{Kind as Token, Tokens};
use super::units::{self, Kind, Unit};

/// `#60`, `Qty: 60`, `quantity of 30 tablets`.
pub(super) fn labelled(tokens: &Tokens<'_>, i: usize, strong: bool) -> Option<(Option<u32>, Option<Unit>, usize)> {
    let mut at = i;
    let mut sign = false;
    if tokens.word_is(
        i,
        &["qty", "quantity", "qnty", "qty's", "quanity", "quantities", "disp", "dispense", "dispensed", "count"],
    ) {
        at += 1;
        while matches!(tokens.mark(at), b':' | b'.' | b'=' | b'-' | b'#') || tokens.word_is(at, &["of", "number", "is"])
        {
            at += 1;
        }
    } else if tokens.mark(i) == b'#' {
        (at, sign) = (i + 1, true);
        if tokens.mark(at) == b':' {
            at += 1;
        }
    } else {
        return None;
    }
    let token = tokens.get(at)?;
    let (low, high) = match token.kind {
        Token::Number(low, high) => (low, high),
        Token::Odd => return Some((None, None, at + 1)),
        _ => return None,
    };
    let end = at + 1;
    let after = units::find(tokens.word(end)).filter(|unit| unit.kind != Kind::Size);
    if sign && !is_number_sign(tokens, i, end, strong || after.is_some()) {
        return None;
    }
    let comma = usize::from(matches!(tokens.mark(i.wrapping_sub(1)), b',' | b'('));
    let before = units::find(tokens.word_before(i.saturating_sub(comma)))
        .filter(|unit| unit.kind != Kind::Size && unit.kind != Kind::Care);
    let value = Some(low).filter(|_| low == high);
    Some((value, after.or(before), end + usize::from(after.is_some())))
}

/// Whether `#` is a number of things: not "tooth #14", "injection #2", "#2 pencil".
fn is_number_sign(tokens: &Tokens<'_>, sign: usize, end: usize, drug: bool) -> bool {
    const NUMBERED: [&str; 28] = [
        "tooth", "teeth", "dental", "claim", "case", "suite", "room", "level", "item", "part", "model", "page", "code",
        "order", "report", "grade", "size", "step", "phase", "port", "lead", "refill", "refills", "surgery", "esi",
        "digit", "series", "rf",
    ];
    let before = tokens.word_before(sign);
    // The strength of a drug with codeine: "Tylenol #3".
    let strength = matches!(before, "tylenol" | "codeine")
        && tokens.number(end.wrapping_sub(1)).is_some_and(|(low, high)| low == high && (2..=4).contains(&low));
    if strength {
        return false;
    }
    let one = units::find(before).is_some_and(|unit| unit.kind == Kind::Care && !unit.plural);
    if one
        || NUMBERED.contains(&before)
        || matches!(before, "lesi" | "cesi" | "tfesi" | "mbb" | "and")
        || (sign == 0 && !drug)
    {
        return false;
    }
    if drug || end >= tokens.len() || tokens.word(end).is_empty() {
        return !matches!(tokens.mark(end), b'/') || !tokens.glued(end);
    }
    const THEN: [&str; 30] = [
        "with",
        "w",
        "for",
        "per",
        "take",
        "po",
        "by",
        "as",
        "at",
        "to",
        "in",
        "x",
        "dos",
        "day",
        "days",
        "refill",
        "refills",
        "bid",
        "tid",
        "qid",
        "daily",
        "once",
        "twice",
        "every",
        "prn",
        "no",
        "retrospective",
        "date",
        "one",
        "of",
    ];
    tokens.word_is(end, &THEN)
}

/// `x 12`, `times 3`: the number, and the token after it.
pub(super) fn multiplied(tokens: &Tokens<'_>, i: usize) -> Option<(Option<u32>, usize)> {
    if !tokens.times(i)
        || tokens.word_is(i, &["time"])
        || i.checked_sub(1).is_some_and(|before| tokens.number(before).is_some())
    {
        return None;
    }
    let (low, high) = tokens.number(i + 1)?;
    let end = i + 2;
    if time::frequency(tokens, i + 1).is_some()
        || time::time_unit(tokens, end + usize::from(tokens.mark(end) == b'-')).is_some()
    {
        return None;
    }
    if tokens.word_before(i).starts_with("refill") || tokens.word_is(i.wrapping_sub(1), &["rf"]) || tokens.times(end) {
        return None;
    }
    const THEN: [&str; 22] = [
        "to",
        "for",
        "of",
        "with",
        "on",
        "at",
        "right",
        "left",
        "bilateral",
        "the",
        "and",
        "via",
        "under",
        "without",
        "per",
        "in",
        "lumbar",
        "cervical",
        "dos",
        "additional",
        "total",
        "as",
    ];
    let unit = units::find(tokens.word(end)).is_some_and(|unit| unit.kind != Kind::Size);
    let ended = tokens.get(end).is_none_or(|token| match token.kind {
        Token::Mark(mark) => matches!(mark, b',' | b'.' | b';' | b')' | b'(' | b':'),
        _ => unit || tokens.word_is(end, &THEN),
    });
    ended.then_some((Some(low).filter(|_| low == high), end))
}

/// `60 count`, `60-count`: the number, the unit before it, and the token after it.
pub(super) fn by_word(tokens: &Tokens<'_>, i: usize) -> Option<(Option<u32>, Option<Unit>, usize)> {
    let (low, high) = tokens.number(i)?;
    let hyphen = usize::from(tokens.mark(i + 1) == b'-');
    let end = i + 2 + hyphen;
    let labels = tokens.number(end).is_some() || matches!(tokens.mark(end), b':' | b'#' | b'=');
    if !tokens.word_is(i + 1 + hyphen, &["count"]) || labels {
        return None;
    }
    let after = tokens.word(end);
    let comma = usize::from(matches!(tokens.mark(i.wrapping_sub(1)), b',' | b'('));
    let dose = |word| units::find(word).filter(|unit| unit.kind == Kind::Dose);
    let unit = dose(after).or_else(|| dose(tokens.word_before(i.saturating_sub(comma))));
    Some((Some(low).filter(|_| low == high), unit, end + usize::from(dose(after).is_some())))
}

/// Words that stand between a number and what it does not count.
pub(super) const BETWEEN: [&str; 43] = [
    "of", "to", "for", "and", "with", "x", "times", "time", "per", "a", "an", "the", "or", "in", "on", "at", "by",
    "refill", "refills", "mg", "mcg", "ug", "meq", "iu", "level", "levels", "view", "views", "phase", "part", "step",
    "point", "lead", "leads", "channel", "panel", "minute", "tesla", "month", "percent", "way", "stage", "drug",
];

/// Words that tell how a drug is taken, behind a number of doses.
pub(super) const TAKEN: [&str; 30] = [
    "by",
    "po",
    "p.o",
    "orally",
    "oral",
    "every",
    "each",
    "daily",
    "twice",
    "once",
    "bid",
    "b.i.d",
    "tid",
    "t.i.d",
    "qid",
    "q.i.d",
    "qd",
    "q.d",
    "qhs",
    "at",
    "per",
    "a",
    "as",
    "in",
    "to",
    "prn",
    "p.r.n",
    "sublingually",
    "q",
    "nightly",
];

/// `8 sessions`, `12 PT visits`, `240g`: the number, the unit, and the token after it.
pub(super) fn counted(tokens: &Tokens<'_>, i: usize) -> Option<(Option<u32>, Unit, usize)> {
    let (low, high) = tokens.number(i)?;
    if matches!(tokens.mark(i.wrapping_sub(1)), b'#' | b'/' | b'$') && i > 0 {
        return None;
    }
    const FARTHEST: usize = 7;
    let mut end = i + 1;
    let (unit, end) = loop {
        let word = tokens.word(end);
        if let Some(unit) = units::find(word) {
            break (unit, end + 1);
        }
        let glued = tokens.glued(end) && end == i + 1;
        let hyphen = tokens.mark(end) == b'-' && tokens.glued(end) && tokens.glued(end + 1) && end > i + 1;
        let plain = !word.is_empty() && !glued && !BETWEEN.contains(&word) && time::time_unit(tokens, end).is_none();
        if end - i > FARTHEST || !(hyphen || plain) {
            return None;
        }
        end += 1;
    };
    // "12 sessions/visits" and "100 unit vial" count once; the size of a package stands right behind its number.
    let size = unit.kind == Kind::Size && end > i + 2;
    let glued = tokens.glued(i + 1) && unit.kind != Kind::Size && unit.kind != Kind::Care;
    let single = !unit.plural && low > 1 && unit.kind != Kind::Size && units::find(tokens.word(end)).is_some();
    if size || glued || single || is_instruction(tokens, i, end, high, unit) {
        return None;
    }
    Some((Some(low).filter(|_| low == high), unit, end))
}

/// Whether a number of doses tells how a drug is taken: "one tablet twice daily".
fn is_instruction(tokens: &Tokens<'_>, i: usize, end: usize, high: u32, unit: Unit) -> bool {
    const TAKE: [&str; 12] =
        ["take", "takes", "taking", "apply", "applied", "use", "using", "inject", "sig", "place", "give", "to"];
    let after = tokens.word(end);
    if !matches!(unit.kind, Kind::Dose) {
        return unit.kind == Kind::Size && tokens.mark(end) == b'/';
    }
    let few = high <= 4 && !(end >= tokens.len() || after == "of" || tokens.mark(end) == b')');
    // "one tablet of X by mouth daily"
    let told_later = || {
        const WORDS: [&str; 9] = ["mouth", "po", "p.o", "orally", "nightly", "qhs", "prn", "p.r.n", "daily"];
        (end..tokens.len()).any(|i| tokens.word_is(i, &WORDS) || time::frequency(tokens, i).is_some())
    };
    few || (high <= 4 && after == "of" && told_later())
        || TAKEN.contains(&after)
        || tokens.word_is(i.wrapping_sub(1), &TAKE)
        || after.strip_prefix('q').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        || time::frequency(tokens, end).is_some()
}

/// `sessions, 12` and `visits: 6`: the number, the unit, and the token after it.
pub(super) fn listed(tokens: &Tokens<'_>, i: usize) -> Option<(Option<u32>, Unit, usize)> {
    let unit =
        units::find(tokens.word(i)).filter(|unit| unit.plural && matches!(unit.kind, Kind::Care | Kind::Thing))?;
    let mark = usize::from(matches!(tokens.mark(i + 1), b',' | b':' | b'(' | b'-' | b'='));
    let at = i + 1 + mark;
    let (low, high) = tokens.number(at)?;
    let end = at + 1;
    let ended = tokens.get(end).is_none_or(|token| matches!(token.kind, Token::Mark(b',' | b'.' | b';' | b')')))
        || tokens.word_is(end, &["for", "to", "of", "total"]);
    ended.then_some((Some(low).filter(|_| low == high), unit, end))
}
