//! Lists of diagnoses in running text, parted by the table `schema/diagnoses.tsv`.

use super::lexicon::{self, Lexicon};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::sync::LazyLock;

/// What a word means for a list of diagnoses; the table's head tells more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Kind {
    /// The noun of a diagnosis.
    Condition = 1,
    /// A complaint.
    Symptom = 2,
    /// It belongs to the noun behind the next "and", too.
    Shared = 4,
    /// It stands in a term that has commas.
    Tissue = 8,
    /// It goes on with a diagnosis behind a comma.
    GoesOn = 16,
    /// It is no diagnosis.
    Nothing = 32,
    /// It opens a list.
    Verb = 64,
    /// It may stand before a list.
    Filler = 128,
    /// It ends a list where it stands behind a semicolon.
    Other = 256,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "condition" => Self::Condition,
            "symptom" => Self::Symptom,
            "shared" => Self::Shared,
            "tissue" => Self::Tissue,
            "goes on" => Self::GoesOn,
            "nothing" => Self::Nothing,
            "verb" => Self::Verb,
            "filler" => Self::Filler,
            "other" => Self::Other,
            _ => return None,
        })
    }
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    lexicon::rows(include_str!("../../schema/diagnoses.tsv"))
}

/// The words of one kind.
fn words(kind: &'static str) -> impl Iterator<Item = &'static str> {
    rows().filter(move |(known, _)| *known == kind).flat_map(|(_, cell)| lexicon::words(cell))
}

/// The words of the table with a bit for each of their kinds.
static WORDS: LazyLock<Lexicon<u16>> = LazyLock::new(|| {
    let kinds = rows().filter_map(|(name, cell)| Kind::named(name).map(|kind| (kind as u16, cell)));
    let words = kinds.flat_map(|(kind, cell)| lexicon::words(cell).map(move |word| (word.to_owned(), kind)));
    Lexicon::new(words, |kinds, more| *kinds |= more)
});

/// The endings of nouns of diagnoses.
static ENDINGS: LazyLock<Vec<&str>> = LazyLock::new(|| words("ending").collect());

/// What follows these is no diagnosis any more.
static STOPS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostFirst).kind(Some(AhoCorasickKind::DFA));
    builder.build(words("stop").map(|word| word.replace('_', " "))).expect("some forty words make an automaton")
});

/// Whether a word, or some words, are of a kind.
pub(super) fn is(word: &str, kind: Kind) -> bool {
    WORDS.get(word).is_some_and(|kinds| kinds & kind as u16 != 0)
}

/// Whether a text begins with a word of a kind.
fn begins_with(text: &str, kind: Kind) -> bool {
    WORDS.heads(text.as_bytes()).any(|(_, kinds)| kinds & kind as u16 != 0)
}

/// Parts a list and adds its diagnoses to those found, each once.
pub(super) fn add(list: &str, found: &mut Vec<String>) {
    let stop = STOPS.find(list).map(|stop| stop.start());
    let list = list.get(..stop.unwrap_or(list.len())).unwrap_or_default().trim_end();
    // "Lumbar sprain, and he was given": the joint belongs to what was cut off.
    let list = if stop.is_some() { list.strip_suffix(" and").unwrap_or(list) } else { list };
    let (mut depth, mut start) = (0usize, 0);
    for (at, &b) in list.as_bytes().iter().enumerate() {
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b';' if begins_with(list.get(at + 1..).unwrap_or_default().trim_start(), Kind::Other) => {
                // "A, B and C": the last piece of a list holds the last "and".
                return add_at_and(list.get(start..at).unwrap_or_default(), found);
            }
            b';' | b',' if depth == 0 && (b == b';' || parts(list, start, at)) => {
                add_one(without_joint(list.get(start..at).unwrap_or_default()), found);
                start = at + 1;
            }
            _ => {}
        }
    }
    add_at_and(list.get(start..).unwrap_or_default(), found);
}

/// Adds a diagnosis, if it is one.
fn add_one(piece: &str, found: &mut Vec<String>) {
    /// No summary names more; this bounds the search for those that are named twice.
    const MOST: usize = 256;
    if found.len() >= MOST {
        return;
    }
    let diagnosis = clean(piece);
    let words = diagnosis.split_whitespace().take(25).count();
    // One is no longer than the longest of ICD-10; a sentence is.
    let denied = ["no ", "not ", "without ", "denies ", "negative "].iter().any(|word| starts_with(diagnosis, word));
    let sound =
        !denied && (1..=24).contains(&words) && diagnosis.len() > 2 && diagnosis.chars().any(char::is_alphabetic);
    if sound && !is(diagnosis, Kind::Nothing) && !found.iter().any(|known| known == diagnosis) {
        found.push(diagnosis.to_owned());
    }
}

/// Adds "A and B" as A and B where both can stand alone: not "neck and upper back pain", "pain and stiffness of the hand".
fn add_at_and(piece: &str, found: &mut Vec<String>) {
    let mut rest = without_joint(piece);
    // "No history of diabetes and gout" is of neither.
    if is_denied(rest) {
        return;
    }
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|r| r.find(" and ")).map(|at| from + at) {
        let (left, right) = (rest.get(..at).unwrap_or_default(), rest.get(at + " and ".len()..).unwrap_or_default());
        from = at + " and ".len();
        // "Pain and stiffness of the hand" are of one place.
        if alone(left) && !is(left, Kind::Symptom) && begins(right) {
            add_one(left, found);
            (rest, from) = (right, 0);
        }
    }
    add_one(rest, found);
}

/// A piece of a list without what joins it to the one before.
fn without_joint(piece: &str) -> &str {
    let piece = piece.trim();
    ["and ", "as well as ", "or "].iter().find_map(|joint| piece.strip_prefix(joint)).unwrap_or(piece)
}

/// Whether a piece of a list says what the worker does not have.
fn is_denied(piece: &str) -> bool {
    ["no ", "denies ", "negative for "].iter().any(|word| starts_with(piece, word))
}

/// The letters with which a text begins.
fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// Whether a comma parts two diagnoses. In "muscle, fascia and tendon of the hip" and "dorsalgia, unspecified" it does not.
fn parts(text: &str, start: usize, comma: usize) -> bool {
    let after = text.get(comma + 1..).unwrap_or_default().trim_start();
    let before = text.get(start..comma).unwrap_or_default();
    let next = first_word(after);
    let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let tissue = is(last, Kind::Tissue);
    // "C5-6, C6-7 disc protrusion" is one, of two levels.
    if are_levels(before) {
        return false;
    }
    if next.eq_ignore_ascii_case("and") {
        let second = after.get(3..).unwrap_or_default().trim_start();
        return !(tissue && is(first_word(second), Kind::Tissue)) && begins(second);
    }
    let part = after.split([',', ';']).next().unwrap_or_default().trim().trim_end_matches('.');
    let same_term = goes_on(part) || (tissue && is(next, Kind::Tissue));
    is_denied(part) || (!same_term && begins(part))
}

/// Whether words name levels of the spine and nothing else: "C5-6", "L4-L5".
fn are_levels(words: &str) -> bool {
    let level = |word: &str| {
        let rest = word.strip_prefix(['C', 'T', 'L', 'S']);
        rest.is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit())
                && rest.bytes().all(|b| b.is_ascii_digit() || b"-/CTLS".contains(&b))
        })
    };
    let mut words = words.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(level)
}

/// Whether what follows a comma goes on with the term before it, as the terms of ICD-10 do.
fn goes_on(part: &str) -> bool {
    let short = part.split(' ').nth(2).is_none();
    let region = ends_with(part, " region") && short;
    let encounter = ["initial encounter ", "subsequent encounter "].iter().any(|words| starts_with(part, words));
    let episode = || {
        let next = first_word(part);
        ["unspecified", "initial", "subsequent", "sequela", "lumbosacral"].iter().any(|w| next.eq_ignore_ascii_case(w))
    };
    is(part, Kind::GoesOn) || region || encounter || (short && episode())
}

/// Whether a text begins with words, case aside.
pub(super) fn starts_with(text: &str, words: &str) -> bool {
    text.as_bytes().get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words.as_bytes()))
}

/// Whether a text ends with words, case aside.
pub(super) fn ends_with(text: &str, words: &str) -> bool {
    let tail = text.len().checked_sub(words.len()).and_then(|at| text.as_bytes().get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(words.as_bytes()))
}

/// Whether a list of names joined by "and" begins with a diagnosis of its own: "neck and back pain" does not.
pub(super) fn begins(part: &str) -> bool {
    let part = without_joint(part);
    let first = part.split(" and ").next().unwrap_or_default();
    let last = first.rsplit(' ').next().unwrap_or_default();
    alone(first) || (first.len() < part.len() && is(last, Kind::Shared) && alone(part))
}

/// Whether words name a diagnosis by themselves: the noun of a condition stands among them.
fn alone(words: &str) -> bool {
    words.split(|c: char| !c.is_alphanumeric()).any(|word| {
        // Abbreviations: CRPS, TBI, GERD.
        let short = (3..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase());
        short || is(word, Kind::Condition) || (word.len() > 5 && ENDINGS.iter().any(|ending| ends_with(word, ending)))
    })
}

/// A diagnosis without what stands around it: articles, quotes, numbers of a list and full stops.
fn clean(diagnosis: &str) -> &str {
    let idle = |c: char| c.is_whitespace() || ".,;:\"\u{201c}\u{201d}'-\u{2013}•".contains(c);
    let mut diagnosis = diagnosis.trim_matches(idle);
    for article in ["a ", "an ", "the ", "A ", "An ", "The ", "as ", "having ", "possible: ", "consistent with "] {
        diagnosis = diagnosis.strip_prefix(article).unwrap_or(diagnosis);
    }
    let digits = diagnosis.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0
        && diagnosis
            .get(digits..)
            .is_some_and(|r| r.starts_with([')', '.']) && !r[1..].starts_with(|c: char| c.is_ascii_digit()));
    if numbered {
        diagnosis = diagnosis.get(digits + 1..).unwrap_or_default();
    }
    let diagnosis = diagnosis.trim_matches(idle);
    let opened = diagnosis.matches(['(', '[']).count() > diagnosis.matches([')', ']']).count();
    if opened { diagnosis.trim_end_matches(['(', '[']).trim_end() } else { diagnosis }
}
