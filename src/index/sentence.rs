//! Where sentences and paragraphs end, for words that are asked for in the same one.
//!
//! The rules are for medical letters: strengths, levels of the spine, sections of regulations, lists and headings on lines of
//! their own. Abbreviations are in `schema/abbreviations.tsv`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// The term at the last word of a sentence, where another follows. No word of a query makes it.
pub const SENTENCE_END: &str = ".";
/// The term at the last word of a paragraph, where another follows: `..` beside `.`.
pub const PARAGRAPH_END: &str = "..";

/// What ends between two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A sentence.
    Sentence,
    /// A paragraph, and so a sentence too.
    Paragraph,
}

/// What ends between a word and the next one, which begins at `next`. `first` says that the word is the first of its
/// sentence.
pub(super) fn end(text: &str, word: &Range<usize>, next: usize, first: bool) -> Option<End> {
    let gap = text.get(word.end..next)?;
    if !gap.bytes().any(|b| matches!(b, b'.' | b'?' | b'!' | b'\n') || !b.is_ascii()) {
        return None;
    }
    if gap.contains('\n') {
        // A page may end in the middle of a paragraph, so a form feed is no empty line.
        let mut lines = gap.split('\n');
        lines.next();
        lines.next_back();
        if lines.any(|line| line.chars().all(|c| c.is_whitespace() && c != '\u{c}')) {
            return Some(End::Paragraph);
        }
        if begins_item(text, gap, next) || is_heading(text, word.end, gap) {
            return Some(End::Sentence);
        }
    }
    let stops = gap.contains(BULLETS) || punctuated(text, word, gap, next, first);
    stops.then_some(End::Sentence)
}

/// Characters before an item of a list wherever they stand.
const BULLETS: [char; 8] =
    ['\u{2022}', '\u{25cf}', '\u{25aa}', '\u{25e6}', '\u{25a0}', '\u{25cb}', '\u{f0b7}', '\u{2023}'];

/// Whether the line of the next word begins with a bullet or a number.
fn begins_item(text: &str, gap: &str, next: usize) -> bool {
    let mark = gap.rsplit('\n').next().unwrap_or_default().trim();
    if matches!(mark, "-" | "*" | "\u{2013}" | "\u{2014}" | "+" | ">" | "o") || mark.starts_with(BULLETS) {
        return true;
    }
    let line = &text[next..];
    let number = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let letter = usize::from(line.starts_with(|c: char| c.is_ascii_alphabetic()));
    let mut behind = line[number.max(letter)..].chars();
    let marked = match behind.next() {
        Some('.') => number > 0,
        Some(')') => number > 0 || letter > 0,
        _ => false,
    };
    number <= 2 && marked && behind.next().is_some_and(char::is_whitespace)
}

/// Whether a line that ends at `end` is a heading: in capitals, or with a colon at its end.
fn is_heading(text: &str, end: usize, gap: &str) -> bool {
    if gap.split('\n').next().is_some_and(|rest| rest.trim_end().ends_with(':')) {
        return true;
    }
    let start = text[..end].rfind('\n').map_or(0, |line| line + 1);
    let mut capitals = 0;
    for c in text[start..end].chars() {
        if c.is_lowercase() {
            return false;
        }
        capitals += usize::from(c.is_uppercase());
    }
    capitals > 3
}

/// Whether punctuation ends a sentence between a word and the next.
fn punctuated(text: &str, word: &Range<usize>, gap: &str, next: usize, first: bool) -> bool {
    const CLOSING: [char; 9] = [')', ']', '"', '\'', '\u{2019}', '\u{201d}', '%', '*', '_'];
    let before = gap.trim_start_matches(CLOSING).trim_start_matches(' ');
    let rest = before.trim_start_matches(['.', '?', '!']);
    let marks = &before[..before.len() - rest.len()];
    let rest = rest.trim_start_matches(CLOSING);
    let Some(next_char) = text[next..].chars().next() else { return false };
    let last = &text[word.clone()];
    let Some(mark) = marks.chars().next() else { return false };
    if !rest.starts_with(char::is_whitespace) {
        return rest.is_empty() && marks.len() == 1 && glued(text, word, next, mark);
    }
    // "60 mg. #30" and "Section 3. \u{a7} 5" go on.
    if rest.contains(['#', '\u{a7}']) {
        return false;
    }
    if mark != '.' || marks.len() > 1 {
        return !next_char.is_lowercase();
    }
    // "1. Acupuncture" is an item of a list, and "J. Miller" a name.
    if first && last.len() <= 2 && (last.bytes().all(|b| b.is_ascii_digit()) || last.len() == 1) {
        return false;
    }
    let dotted = dotted(text, word);
    match kind(dotted) {
        Some(Kind::Never) => false,
        Some(Kind::Number) => !next_char.is_ascii_digit() && !next_char.is_lowercase(),
        Some(Kind::Maybe) => next_char.is_uppercase() && !is(next_word(text, next), Kind::Dose),
        // Initials, and abbreviations that no table has: "C.C.R. 9792".
        _ if dotted.len() > last.len() => next_char.is_uppercase(),
        _ if last.len() == 1 && last.starts_with(char::is_alphabetic) => is(next_word(text, next), Kind::Begins),
        _ => true,
    }
}

/// Whether a sentence ends where a blank was lost: "of pain.The patient".
fn glued(text: &str, word: &Range<usize>, next: usize, mark: char) -> bool {
    let last = &text[word.clone()];
    let mut behind = text[next..].chars();
    let capital = behind.next().is_some_and(char::is_uppercase) && behind.next().is_some_and(char::is_lowercase);
    let whole = last.len() >= 3 && last.chars().all(char::is_lowercase) && kind(last).is_none();
    capital && (mark != '.' || whole)
}

/// The word with the letters before it that full stops part: "e.g", "C.C.R".
fn dotted<'t>(text: &'t str, word: &Range<usize>) -> &'t str {
    let bytes = text.as_bytes();
    let mut start = word.start;
    // An abbreviation has few letters; going back further would not be linear.
    for _ in 0..4 {
        let Some(stop) = start.checked_sub(1).filter(|stop| bytes[*stop] == b'.') else { break };
        let letters = bytes[..stop].iter().rev().take(3).take_while(|b| b.is_ascii_alphabetic()).count();
        if letters == 0 || letters > 2 {
            break;
        }
        start = stop - letters;
    }
    &text[start..word.end]
}

fn next_word(text: &str, next: usize) -> &str {
    let rest = &text[next..];
    &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Never,
    Number,
    Maybe,
    Dose,
    Begins,
}

/// What a full stop behind a word means, if the table has it.
fn kind(word: &str) -> Option<Kind> {
    let kinds = kinds(word);
    [Kind::Never, Kind::Number, Kind::Maybe].into_iter().find(|kind| kinds & kind.bit() != 0)
}

fn is(word: &str, kind: Kind) -> bool {
    kinds(word) & kind.bit() != 0
}

/// The kinds of a word, one bit each.
fn kinds(word: &str) -> u8 {
    let mut small = [0; LONGEST];
    let Some(small) = small.get_mut(..word.len()) else { return 0 };
    small.copy_from_slice(word.as_bytes());
    small.make_ascii_lowercase();
    KINDS.get(&*small).copied().unwrap_or_default()
}

impl Kind {
    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The longest word of the table, in bytes.
const LONGEST: usize = 12;

/// The words of the table with their kinds.
static KINDS: LazyLock<HashMap<&'static [u8], u8>> = LazyLock::new(|| {
    let mut kinds = HashMap::new();
    for (word, kind) in words_of_table() {
        *kinds.entry(word.as_bytes()).or_default() |= kind.bit();
    }
    kinds
});

fn words_of_table() -> impl Iterator<Item = (&'static str, Kind)> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    let words = rows.filter_map(|(name, words)| {
        let (_, kind) = NAMES.into_iter().find(|(known, _)| *known == name)?;
        Some(words.split(';').map(move |word| (word.trim(), kind)))
    });
    words.flatten()
}

const TABLE: &str = include_str!("../../schema/abbreviations.tsv");

const NAMES: [(&str, Kind); 5] = [
    ("never", Kind::Never),
    ("number", Kind::Number),
    ("maybe", Kind::Maybe),
    ("dose", Kind::Dose),
    ("begins", Kind::Begins),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        let known = |row: &&str| row.split_once('\t').is_some_and(|(kind, _)| NAMES.iter().any(|(k, _)| *k == kind));
        assert!(rows.iter().all(known), "{rows:?}");
        let words = rows.iter().flat_map(|row| row.split_once('\t').map_or("", |(_, words)| words).split(';'));
        let mut told: Vec<_> = words_of_table().map(|(word, kind)| (word, kind.bit())).collect();
        assert_eq!((told.iter().map(|(word, _)| word.len()).max(), words.count()), (Some(LONGEST), told.len()));
        let two = told.iter().filter(|(word, _)| is(word, Kind::Number) && is(word, Kind::Maybe)).count();
        told.sort_unstable();
        told.dedup();
        assert_eq!((two, told.len()), (0, words_of_table().count()), "a word is listed twice");
    }
}
