//! How many, how often, and how long: one walk over the tokens of a request.
//!
//! A request that tells two of one kind ("#60 and #30") has none: which one counts is not known.

use super::time;
use super::tokens::{Kind as Token, Tokens};
use super::units::{self, Kind, Unit};
use crate::letter::{Frequency, Span, TimeUnit};

/// What a request tells.
#[derive(Debug, Default)]
pub(super) struct Amounts {
    pub(super) quantity: Option<u32>,
    pub(super) unit: Option<&'static str>,
    pub(super) frequency: Option<Frequency>,
    pub(super) duration: Option<Span>,
}

/// A value that may be told once, or in contradiction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Told<T> {
    #[default]
    No,
    Once(T),
    Unclear,
}

impl<T: PartialEq + Copy> Told<T> {
    fn tell(&mut self, value: Option<T>) {
        *self = match (*self, value) {
            (Self::No, Some(value)) => Self::Once(value),
            (Self::Once(old), Some(value)) if old == value => *self,
            _ => Self::Unclear,
        };
    }

    fn value(self) -> Option<T> {
        match self {
            Self::Once(value) => Some(value),
            _ => None,
        }
    }
}

/// How plainly a quantity is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Rank {
    #[default]
    None,
    /// `240 grams`.
    Size,
    /// `8 sessions`, `x 3`.
    Counted,
    /// `#60`, `Qty: 60`.
    Labelled,
}

#[derive(Default)]
struct Walk {
    /// Whether the request names the strength of a drug.
    strong: bool,
    rank: Rank,
    /// The quantity: `None` where it is told in contradiction.
    quantity: Option<u32>,
    unit: Option<Unit>,
    frequency: Told<Frequency>,
    duration: Told<Span>,
    durations: usize,
}

/// Reads a request. `strong` tells that it names the strength of a drug.
pub(super) fn read(tokens: &Tokens<'_>, strong: bool) -> Amounts {
    let mut walk = Walk { strong, ..Walk::default() };
    let mut i = 0;
    let mut after_frequency = false;
    while i < tokens.len() {
        let next = walk.step(tokens, i, after_frequency);
        after_frequency = match next {
            Some((_, is_frequency)) => is_frequency,
            None => after_frequency && (matches!(tokens.mark(i), b',' | b'/' | b'(') || tokens.times(i)),
        };
        i = next.map_or(i + 1, |(next, _)| next.max(i + 1));
    }
    walk.finish(tokens)
}

impl Walk {
    /// Reads what begins at a token; gives the token after it, and whether it was a frequency.
    fn step(&mut self, tokens: &Tokens<'_>, i: usize, after_frequency: bool) -> Option<(usize, bool)> {
        let end = match tokens.get(i)?.kind {
            Token::Number(..) => {
                if let Some((frequency, end)) = time::frequency(tokens, i) {
                    self.frequency.tell(frequency);
                    return Some((end, true));
                }
                self.number(tokens, i, after_frequency)
            }
            Token::Word(_) => {
                if let Some((frequency, end)) = time::frequency(tokens, i) {
                    self.frequency.tell(frequency);
                    return Some((end, true));
                }
                self.word(tokens, i, after_frequency)
            }
            Token::Mark(b'#') => self.label(tokens, i),
            _ => None,
        };
        end.map(|end| (end, false))
    }

    /// Reads what begins with a number, and gives the token after it.
    fn number(&mut self, tokens: &Tokens<'_>, i: usize, after_frequency: bool) -> Option<usize> {
        if let Some((frequency, span, end)) = course(tokens, i).filter(|_| is_therapy(tokens)) {
            self.frequency.tell(Some(frequency));
            self.tell_duration(span);
            return Some(end);
        }
        if let Some((span, end)) = time::span(tokens, i, after_frequency) {
            if let Some(span) = span {
                self.tell_duration(span);
            }
            return Some(end);
        }
        let (value, unit, end) = counted(tokens, i)?;
        let rank = if unit.kind == Kind::Size { Rank::Size } else { Rank::Counted };
        let aside = tokens.mark(i.wrapping_sub(1)) == b'(';
        self.tell_quantity(rank, value, Some(unit), aside);
        Some(end)
    }

    /// Reads what begins with a word, and gives the token after it.
    fn word(&mut self, tokens: &Tokens<'_>, i: usize, after_frequency: bool) -> Option<usize> {
        if let Some(end) = self.label(tokens, i).or_else(|| self.day_supply(tokens, i)) {
            return Some(end);
        }
        if let Some((value, end)) = multiplied(tokens, i).filter(|_| !after_frequency) {
            let unit = units::find(tokens.word(end)).filter(|_| !tokens.glued(end));
            let before = units::find(tokens.word_before(i)).filter(|unit| unit.kind != Kind::Size);
            self.tell_quantity(Rank::Counted, value, unit.or(before), false);
            return Some(end + usize::from(unit.is_some()));
        }
        let (value, unit, end) = listed(tokens, i)?;
        self.tell_quantity(Rank::Counted, value, Some(unit), false);
        Some(end)
    }

    /// Reads a quantity that a label announces, and gives the token after it.
    fn label(&mut self, tokens: &Tokens<'_>, i: usize) -> Option<usize> {
        let (value, unit, end) = labelled(tokens, i, self.strong)?;
        self.tell_quantity(Rank::Labelled, value, unit, false);
        Some(end)
    }

    fn tell_duration(&mut self, span: Span) {
        self.durations += 1;
        self.duration.tell(Some(span));
    }

    /// "day supply: 30".
    fn day_supply(&mut self, tokens: &Tokens<'_>, i: usize) -> Option<usize> {
        let supply = tokens.word_is(i, &["day", "days"]) && tokens.word_is(i + 1, &["supply"]);
        let mark = usize::from(matches!(tokens.mark(i + 2), b':' | b'-' | b'='));
        let (low, high) = tokens.number(i + 2 + mark).filter(|_| supply)?;
        self.tell_duration(Span { low, high, unit: TimeUnit::Day });
        Some(i + 3 + mark)
    }

    /// Takes a quantity. One `aside`, in brackets, may repeat the one before.
    fn tell_quantity(&mut self, rank: Rank, value: Option<u32>, unit: Option<Unit>, aside: bool) {
        let dose = |unit: Option<Unit>| unit.is_some_and(|unit| unit.kind == Kind::Dose);
        if self.rank == Rank::None || (self.rank == Rank::Size && rank > Rank::Size) {
            (self.rank, self.quantity, self.unit) = (rank, value, unit);
        } else if rank == Rank::Size && self.rank > Rank::Size {
            // The size of the package beside the number of packages.
        } else if rank == self.rank {
            let same = aside && value == self.quantity;
            (self.quantity, self.unit) = (value.filter(|_| same), self.unit.or(unit).filter(|_| same));
        } else {
            // A label and a count: the label tells unless both count treatments or things in different numbers.
            let counted = if rank > self.rank { (self.quantity, self.unit) } else { (value, unit) };
            let label = if rank > self.rank { (value, unit) } else { (self.quantity, self.unit) };
            let agrees = counted.0 == label.0;
            self.rank = Rank::Labelled;
            // "#30 (1 box)".
            let packed = aside && unit.is_some_and(|unit| unit.kind == Kind::Container);
            // "50,000 units #12": the units tell the strength of a drug.
            let strength = counted.1.is_some_and(|unit| unit.name == "unit");
            self.quantity = label.0.filter(|_| agrees || packed || strength || dose(counted.1));
            let unit = label.1.filter(|unit| agrees || !strength || unit.name != "unit");
            self.unit = unit.or(counted.1.filter(|_| agrees)).filter(|_| self.quantity.is_some());
        }
    }

    fn finish(mut self, tokens: &Tokens<'_>) -> Amounts {
        if self.frequency == Told::Unclear && self.durations > 1 {
            self.duration = Told::Unclear;
        }
        let (frequency, duration) = (self.frequency.value(), self.duration.value());
        let quantity = match (self.rank, frequency, duration) {
            // "2 times a week for 3 weeks (6)".
            (Rank::None, Some(frequency), Some(duration)) => {
                product(frequency, duration).filter(|n| (0..tokens.len()).any(|i| bracketed(tokens, i) == Some(*n)))
            }
            _ => self.quantity,
        };
        let unit = self.unit.filter(|_| quantity.is_some()).map(|unit| unit.name);
        Amounts { quantity, unit, frequency, duration }
    }
}

/// How many times a frequency comes to in a time of the same unit.
fn product(frequency: Frequency, duration: Span) -> Option<u32> {
    let exact = frequency.low == frequency.high && duration.low == duration.high && frequency.per == duration.unit;
    if exact { frequency.low.checked_mul(duration.low) } else { None }
}

/// A number alone in brackets.
fn bracketed(tokens: &Tokens<'_>, i: usize) -> Option<u32> {
    let bare = tokens.mark(i) == b'(' && tokens.mark(i + 2) == b')';
    tokens.number(i + 1).filter(|(low, high)| bare && low == high).map(|(low, _)| low)
}

/// Whether treatments are asked for that are given so many times a week for so many weeks.
fn is_therapy(tokens: &Tokens<'_>) -> bool {
    const WORDS: [&str; 24] = [
        "therapy",
        "therapies",
        "pt",
        "ot",
        "physiotherapy",
        "chiropractic",
        "chiro",
        "acupuncture",
        "massage",
        "manipulation",
        "manipulations",
        "aquatic",
        "rehab",
        "rehabilitation",
        "psychotherapy",
        "cbt",
        "counseling",
        "sessions",
        "visits",
        "electroacupuncture",
        "hardening",
        "conditioning",
        "therapist",
        "physical",
    ];
    (0..tokens.len()).any(|i| tokens.word_is(i, &WORDS))
}

/// `3x6` and `2 x 6 weeks`: so many times a week for so many weeks.
fn course(tokens: &Tokens<'_>, i: usize) -> Option<(Frequency, Span, usize)> {
    let (low, high) = tokens.number(i).filter(|_| tokens.times(i + 1))?;
    let (weeks, most) = tokens.number(i + 2)?;
    let mut end = i + 3;
    let mut named = false;
    if let Some((unit, next)) = time::time_unit(tokens, end) {
        (named, end) = (true, next);
        if unit != TimeUnit::Week {
            return None;
        }
    }
    // "3 x 2" may as well be two times three; "2 x 6" is the usual order.
    let usual = low >= 1 && high <= 5 && (1..=12).contains(&weeks) && (named || (high <= weeks && weeks > 1));
    let other = tokens.times(end)
        || matches!(tokens.mark(end), b'/' | b'%')
        || tokens.glued(end) && !tokens.word(end).is_empty();
    let measured = tokens
        .word_is(end, &["cm", "mm", "inch", "inches", "in", "mg", "ml", "per", "a", "views", "levels", "refills"]);
    let frequency = Frequency { low, high, per: TimeUnit::Week };
    let lone = !tokens.times(i.wrapping_sub(1)) && !matches!(tokens.mark(i.wrapping_sub(1)), b'#' | b'/');
    (usual && !other && !measured && lone).then_some((
        frequency,
        Span { low: weeks, high: most, unit: TimeUnit::Week },
        end,
    ))
}

/// `#60`, `Qty: 60`, `quantity of 30 tablets`.
fn labelled(tokens: &Tokens<'_>, i: usize, strong: bool) -> Option<(Option<u32>, Option<Unit>, usize)> {
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
fn multiplied(tokens: &Tokens<'_>, i: usize) -> Option<(Option<u32>, usize)> {
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

/// `8 sessions`, `12 PT visits`, `240g`: the number, the unit, and the token after it.
fn counted(tokens: &Tokens<'_>, i: usize) -> Option<(Option<u32>, Unit, usize)> {
    let (low, high) = tokens.number(i)?;
    if matches!(tokens.mark(i.wrapping_sub(1)), b'#' | b'/' | b'$') && i > 0 {
        return None;
    }
    const FARTHEST: usize = 7;
    const BETWEEN: [&str; 43] = [
        "of", "to", "for", "and", "with", "x", "times", "time", "per", "a", "an", "the", "or", "in", "on", "at", "by",
        "refill", "refills", "mg", "mcg", "ug", "meq", "iu", "level", "levels", "view", "views", "phase", "part",
        "step", "point", "lead", "leads", "channel", "panel", "minute", "tesla", "month", "percent", "way", "stage",
        "drug",
    ];
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
    const TAKEN: [&str; 30] = [
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
    const TAKE: [&str; 12] =
        ["take", "takes", "taking", "apply", "applied", "use", "using", "inject", "sig", "place", "give", "to"];
    let after = tokens.word(end);
    if !matches!(unit.kind, Kind::Dose) {
        return unit.kind == Kind::Size && tokens.mark(end) == b'/';
    }
    let few = high <= 4 && !(end >= tokens.len() || after == "of" || tokens.mark(end) == b')');
    few || TAKEN.contains(&after)
        || tokens.word_is(i.wrapping_sub(1), &TAKE)
        || after.strip_prefix('q').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        || time::frequency(tokens, end).is_some()
}

/// `sessions, 12` and `visits: 6`: the number, the unit, and the token after it.
fn listed(tokens: &Tokens<'_>, i: usize) -> Option<(Option<u32>, Unit, usize)> {
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
