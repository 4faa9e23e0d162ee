//! How many, how often, and how long: one walk over the tokens of a request.
//!
//! A request that tells two of one kind ("#60 and #30") has none: which one counts is not known.

use super::count::{self, BETWEEN, TAKEN};
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
    /// Whether it asks for treatments that are given so many times a week, once that was looked for.
    therapy: Option<bool>,
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
        if let Some((frequency, span, end)) = course(tokens, i).filter(|_| self.is_therapy(tokens)) {
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
        if let Some((value, unit, end)) = count::by_word(tokens, i) {
            self.tell_quantity(Rank::Counted, value, unit, false);
            return Some(end);
        }
        let (value, unit, end) = count::counted(tokens, i)?;
        let rank = if unit.kind == Kind::Size { Rank::Size } else { Rank::Counted };
        self.tell_quantity(rank, value, Some(unit), is_aside(tokens, i));
        Some(end)
    }

    /// Reads what begins with a word, and gives the token after it.
    fn word(&mut self, tokens: &Tokens<'_>, i: usize, after_frequency: bool) -> Option<usize> {
        if let Some(end) = self.label(tokens, i).or_else(|| self.day_supply(tokens, i)) {
            return Some(end);
        }
        if let Some((value, end)) = count::multiplied(tokens, i).filter(|_| !after_frequency) {
            let unit = units::find(tokens.word(end)).filter(|_| !tokens.glued(end));
            let before = units::find(tokens.word_before(i)).filter(|unit| unit.kind != Kind::Size);
            self.tell_quantity(Rank::Counted, value, unit.or(before), false);
            return Some(end + usize::from(unit.is_some()));
        }
        let (value, unit, end) = count::listed(tokens, i)?;
        self.tell_quantity(Rank::Counted, value, Some(unit), false);
        Some(end)
    }

    /// Reads a quantity that a label announces, and gives the token after it.
    fn label(&mut self, tokens: &Tokens<'_>, i: usize) -> Option<usize> {
        let (value, unit, end) = count::labelled(tokens, i, self.strong)?;
        self.tell_quantity(Rank::Labelled, value, unit, is_aside(tokens, i));
        Some(end)
    }

    fn is_therapy(&mut self, tokens: &Tokens<'_>) -> bool {
        *self.therapy.get_or_insert_with(|| is_therapy(tokens))
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
        let is = |unit: Option<Unit>, kind: Kind| unit.is_some_and(|unit| unit.kind == kind);
        let one_package = self.quantity == Some(1) && is(self.unit, Kind::Container);
        if self.rank == Rank::None || (self.rank == Rank::Size && rank > Rank::Size) {
            (self.rank, self.quantity, self.unit) = (rank, value, unit);
        } else if rank == Rank::Size && self.rank > Rank::Size {
            // The size of the package beside the number of packages.
        } else if rank == self.rank && aside && one_package && !is(unit, Kind::Container) {
            // "one box (30 patches)"
            (self.quantity, self.unit) = (value, unit);
        } else if rank == self.rank {
            let same = aside && value == self.quantity;
            (self.quantity, self.unit) = (value.filter(|_| same), self.unit.or(unit).filter(|_| same));
        } else {
            // A label and a count: the label tells unless both count treatments or things in different numbers.
            let counted = if rank > self.rank { (self.quantity, self.unit) } else { (value, unit) };
            let label = if rank > self.rank { (value, unit) } else { (self.quantity, self.unit) };
            let agrees = counted.0 == label.0;
            // "#30 (1 box)", "1 box (#30)".
            let packed = aside && is(counted.1, Kind::Container) && (rank < self.rank || one_package);
            self.rank = Rank::Labelled;
            // "50,000 units #12": the units tell the strength of a drug.
            let strength = counted.1.is_some_and(|unit| unit.name == "unit");
            self.quantity = label.0.filter(|_| agrees || packed || strength || is(counted.1, Kind::Dose));
            let unit = label.1.filter(|unit| agrees || !strength || unit.name != "unit");
            let unit = unit.filter(|unit| agrees || !packed || unit.kind != Kind::Container);
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
            (Rank::None, None, _) if self.frequency == Told::No && !self.strong => number_in_front(tokens),
            _ => self.quantity,
        };
        let unit = self.unit.filter(|_| quantity.is_some()).map(|unit| unit.name);
        Amounts { quantity, unit, frequency, duration }
    }
}

/// Whether a token follows an opening bracket.
fn is_aside(tokens: &Tokens<'_>, i: usize) -> bool {
    tokens.mark(i.wrapping_sub(1)) == b'('
}

/// "One (1) MRI of the knee": a number in words and in figures that opens a request counts what is asked for.
fn number_in_front(tokens: &Tokens<'_>) -> Option<u32> {
    const BEFORE: [&str; 10] = [
        "retrospective",
        "retro",
        "request",
        "requests",
        "for",
        "associated",
        "surgical",
        "service",
        "services",
        "the",
    ];
    let opens = |&i: &usize| !(tokens.word_is(i, &BEFORE) || matches!(tokens.mark(i), b':' | b'-'));
    let i = (0..tokens.len()).find(opens)?;
    let (low, high) = tokens.number(i)?;
    let twice = tokens.get(i).is_some_and(|token| tokens.slice(token.at.clone()).contains('('));
    let next = tokens.word(i + 1);
    let counts = !next.is_empty() && !BETWEEN.contains(&next) && next != "prescription";
    let measures = TAKEN.contains(&next) || time::time_unit(tokens, i + 1).is_some() || units::find(next).is_some();
    (twice && low == high && counts && !measures).then_some(low)
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
