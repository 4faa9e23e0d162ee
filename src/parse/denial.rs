//! Complaints and findings that a text denies, by the table `schema/denials.tsv`.

use super::body;
use super::lexicon::{self, Lexicon};
use super::words::{next_word, starts, word_before, word_end};
use std::sync::LazyLock;

/// How a word denies what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// Up to the end of the sentence: "denies".
    Sentence,
    /// The same, if the worker does: "denied".
    Worker,
    /// Up to a comma: "no".
    Clause,
}

/// What a word is within a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    But,
    Who,
    Between,
    Unless,
    Then,
    Never,
    State,
    Lack,
    Service,
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    lexicon::rows(include_str!("../../schema/denials.tsv"))
}

/// The words that deny.
pub(super) fn words() -> impl Iterator<Item = (&'static str, Denial)> {
    let kinds = rows().filter_map(|(kind, cell)| {
        let denial = match kind {
            "denial" => Denial::Sentence,
            "denied" => Denial::Worker,
            "none" => Denial::Clause,
            _ => return None,
        };
        Some((cell, denial))
    });
    kinds.flat_map(|(cell, denial)| lexicon::words(cell).map(move |word| (word, denial)))
}

static ROLES: LazyLock<Lexicon<Vec<Role>>> = LazyLock::new(|| {
    let kinds = rows().filter_map(|(kind, cell)| {
        let role = match kind {
            "but" => Role::But,
            "who" => Role::Who,
            "between" => Role::Between,
            "unless" => Role::Unless,
            "then" => Role::Then,
            "never" => Role::Never,
            "state" => Role::State,
            "lack" => Role::Lack,
            "service" => Role::Service,
            _ => return None,
        };
        Some((cell, role))
    });
    let words = kinds.flat_map(|(cell, role)| lexicon::words(cell).map(move |word| (word.to_owned(), vec![role])));
    Lexicon::new(words, |roles, more| roles.extend(more))
});

fn is(text: &str, word: (usize, usize), role: Role) -> bool {
    text.get(word.0..word.1).and_then(|word| ROLES.get(word)).is_some_and(|roles| roles.contains(&role))
}

/// Where the denial ends that a word begins; `None` where it denies no complaint.
pub(super) fn end(text: &str, start: usize, word: &str, denial: Denial) -> Option<usize> {
    /// No clause is longer.
    const LONGEST: usize = 400;
    let bytes = text.as_bytes();
    let after = start + word.len();
    // "nothing", "Noah".
    if word_end(bytes, after) > after {
        return None;
    }
    let denies = match denial {
        Denial::Sentence => !is_excepted(text, after),
        Denial::Worker => of_worker(text, start) && !is_excepted(text, after) && !is_of_service(text, after),
        Denial::Clause => !(is_excepted(text, after) || (word == "without" && is_negated(text, start))),
    };
    let reach = text.floor_char_boundary(after + LONGEST);
    let rest = text.get(after..reach).filter(|_| denies)?;
    let ends = |(at, mark): (usize, u8)| match mark {
        b';' | b':' => true,
        // Not "rated 2.5".
        b'.' => rest.as_bytes().get(at + 1).is_none_or(|b| matches!(b, b' ' | b'"')),
        _ => false,
    };
    let sentence = rest.get(..rest.bytes().enumerate().find(|&mark| ends(mark)).map_or(rest.len(), |(at, _)| at))?;
    let sentence = sentence.get(..adversative(sentence))?;
    if denial != Denial::Clause && tells_state(sentence) {
        return None;
    }
    let clause = if denial == Denial::Clause { clause(sentence) } else { sentence.len() };
    Some(after + clause)
}

/// Whether it is the worker who "denied", or nobody named: "Denied any neck pain".
fn of_worker(text: &str, start: usize) -> bool {
    let mut at = start;
    // "He has also denied".
    while let Some(word) = word_before(text.as_bytes(), at) {
        if text.get(word.1..at).is_some_and(|gap| gap.contains(['.', ';'])) {
            return true;
        }
        if is(text, word, Role::Who) || !is(text, word, Role::Between) {
            return is(text, word, Role::Who);
        }
        at = word.0;
    }
    true
}

/// Whether what follows "no" is none of a complaint: "no change", "without contrast".
fn is_excepted(text: &str, after: usize) -> bool {
    let bytes = text.as_bytes();
    let mut at = after;
    while let Some(start) = next_word(bytes, at) {
        let word = (start, word_end(bytes, start));
        if is(text, word, Role::Unless) || !is(text, word, Role::Between) {
            // "No strength deficit" is a denial after all.
            let lack =
                || next_word(bytes, word.1).is_some_and(|next| is(text, (next, word_end(bytes, next)), Role::Lack));
            return is(text, word, Role::Unless) && !lack();
        }
        at = word.1;
    }
    false
}

/// Whether it is a treatment of a body part that is denied, as requests are: "denied shoulder surgery".
fn is_of_service(text: &str, after: usize) -> bool {
    /// Articles, sides and the names of body parts are not longer.
    const LONGEST: usize = 80;
    let rest = text.get(after..text.floor_char_boundary(after + LONGEST)).unwrap_or_default();
    let rest = rest.split([',', '.', ';', ':']).next().unwrap_or_default();
    let mut parts = body::Finder::new(rest);
    let (mut named, mut end) = (false, 0);
    for start in starts(rest) {
        if let Some((range, _)) = parts.at(start) {
            (named, end) = (true, range.end);
        } else if start >= end {
            let word = (start, word_end(rest.as_bytes(), start));
            let beside = || {
                let word = rest.get(word.0..word.1).unwrap_or_default();
                ["a", "an", "the", "left", "right", "bilateral", "both"].iter().any(|b| word.eq_ignore_ascii_case(b))
            };
            if named || !beside() {
                return named && is(rest, word, Role::Service);
            }
        }
    }
    false
}

/// Whether a "without" says what cannot be without: "unable to walk without knee pain".
fn is_negated(text: &str, start: usize) -> bool {
    /// So many words stand between at most.
    const WORDS: usize = 8;
    let mut at = start;
    for _ in 0..WORDS {
        let Some(word) = word_before(text.as_bytes(), at) else { return false };
        let joined = text.get(word.0..word.1).is_some_and(|word| word.eq_ignore_ascii_case("and"));
        if joined || text.get(word.1..at).is_some_and(|gap| gap.contains(['.', ';', ','])) {
            return false;
        }
        if is(text, word, Role::Never) {
            return true;
        }
        at = word.0;
    }
    false
}

/// Whether a denial is one of how something is: "denies THAT THE NECK PAIN IS BETTER".
fn tells_state(denied: &str) -> bool {
    let word = |start: usize| (start, word_end(denied.as_bytes(), start));
    denied.trim_start().starts_with("that ") && starts(denied).any(|start| is(denied, word(start), Role::State))
}

/// Where a sentence takes back what it denies: "denies numbness BUT reports pain", "denies numbness, and HAS pain".
fn adversative(sentence: &str) -> usize {
    let takes_back = |start: &usize| {
        let rest = sentence.as_bytes().get(*start..).unwrap_or_default();
        let word = (*start, word_end(sentence.as_bytes(), *start));
        ROLES.may_begin(rest)
            && (is(sentence, word, Role::But) || (is(sentence, word, Role::Then) && is_joined(sentence, *start)))
    };
    // "No reported pain".
    starts(sentence).skip(1).find(takes_back).unwrap_or(sentence.len())
}

/// Whether a verb stands behind "and" or a comma, its subject left out: ", and the worker also HAS".
fn is_joined(sentence: &str, start: usize) -> bool {
    /// So many words stand between at most.
    const WORDS: usize = 4;
    let mut at = start;
    for _ in 0..WORDS {
        let Some(word) = word_before(sentence.as_bytes(), at) else { return false };
        let comma = sentence.get(word.1..at).is_some_and(|gap| gap.contains(','));
        if comma || sentence.get(word.0..word.1).is_some_and(|word| word.eq_ignore_ascii_case("and")) {
            return true;
        }
        if !is(sentence, word, Role::Who) && !is(sentence, word, Role::Between) {
            return false;
        }
        at = word.0;
    }
    false
}

/// The clause at the beginning of a sentence: up to a comma, unless an "or" joins what follows it, or bare body parts
/// go on with those of the clause: "no tenderness of the shoulder, elbow, wrist".
fn clause(sentence: &str) -> usize {
    /// Items of a list are short.
    const WORDS: usize = 4;
    let (mut at, mut end, mut parts) = (0, None, false);
    for (i, item) in sentence.split(',').enumerate() {
        let joined = item.trim_start().starts_with("or ") || item.contains(" or ") || item.contains(" nor ");
        if i > 0 && item.split_whitespace().count() > WORDS + usize::from(joined) {
            break;
        }
        at += item.len();
        if i == 0 {
            parts = body::names_part(item);
        }
        parts = parts && (i == 0 || body::is_part(item));
        if i == 0 || joined || parts {
            end = Some(at);
        }
        at += 1;
    }
    end.unwrap_or(sentence.len())
}
