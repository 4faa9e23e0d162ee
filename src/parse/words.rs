//! Words and phrases of labels, matched with the tolerance that letters need.

use std::ops::Range;

/// How far the words of a phrase may stand apart in bytes, blanks aside: a page break and some empty lines.
const WIDEST_GAP: usize = 24;

/// No word of a label is longer, nor stands further from the word before it where text is read backwards.
const LONGEST: usize = 48;

/// Matches the words of a phrase (lower case, letters and digits only) at an offset, and gives the end of the last.
///
/// Letters of either case match, white space and punctuation between words do not count, and long words may be
/// misspelt a little. The first letter of each word must be right.
pub(super) fn phrase(text: &str, at: usize, words: &[&str]) -> Option<usize> {
    let bytes = text.as_bytes();
    // The first letter must be right, and it rarely is.
    if bytes.get(at)?.to_ascii_lowercase() != words.first()?.bytes().next()? {
        return None;
    }
    let mut end = at;
    for (i, word) in words.iter().enumerate() {
        let start = if i == 0 { end } else { next_word(bytes, end)? };
        end = word_end(bytes, start);
        if !alike(&bytes[start..end], word.as_bytes()) {
            return None;
        }
    }
    Some(end)
}

/// Where the next word begins, within reach of a phrase. A colon ends a phrase.
pub(super) fn next_word(bytes: &[u8], from: usize) -> Option<usize> {
    let mut reach = WIDEST_GAP;
    for (i, b) in bytes.get(from..)?.iter().enumerate() {
        match b {
            b':' => return None,
            b if b.is_ascii_alphanumeric() => return Some(from + i),
            b' ' | b'\t' => {}
            _ => reach = reach.checked_sub(1)?,
        }
    }
    None
}

/// The end of the word that begins at an offset. No word of a label is longer than the limit.
pub(super) fn word_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count()
}

/// The word before an offset, spaces and punctuation between left out, as a range.
pub(super) fn word_before(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let low = at.saturating_sub(LONGEST);
    let end = low + 1 + bytes.get(low..at)?.iter().rposition(|b| b.is_ascii_alphanumeric())?;
    if bytes.get(end..at)?.contains(&b':') {
        return None;
    }
    let low = end.saturating_sub(LONGEST);
    let length = bytes.get(low..end)?.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    Some((end - length, end))
}

/// How many letters of a long word may be wrong.
const MOST_EDITS: usize = 2;

/// Whether a word is the expected one (in lower case), maybe misspelt by one letter, or by two if it is long.
#[inline]
pub(super) fn alike(word: &[u8], expected: &[u8]) -> bool {
    // The first letter must be right, and of most words it is not.
    let same_start = word.first().map(u8::to_ascii_lowercase) == expected.first().copied();
    same_start && word.len().abs_diff(expected.len()) <= MOST_EDITS && alike_after_first(word, expected)
}

fn alike_after_first(word: &[u8], expected: &[u8]) -> bool {
    if word.eq_ignore_ascii_case(expected) {
        return true;
    }
    let allowed = match expected.len() {
        0..5 => return false,
        5..9 => 1,
        _ => MOST_EDITS,
    };
    word.len().abs_diff(expected.len()) <= allowed && distance(word, expected) <= allowed
}

/// The Levenshtein distance of two words of labels, case aside.
fn distance(a: &[u8], b: &[u8]) -> usize {
    // What begins and ends alike takes no edit.
    let same = |(x, y): &(&u8, &u8)| x.eq_ignore_ascii_case(y);
    let head = a.iter().zip(b).take_while(same).count();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (a, b) = (a.get(..a.len() - tail).unwrap_or_default(), b.get(..b.len() - tail).unwrap_or_default());
    let mut row = [0usize; 24];
    if b.len() >= row.len() {
        return usize::MAX;
    }
    for (j, cell) in row.iter_mut().enumerate() {
        *cell = j;
    }
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x.to_ascii_lowercase() != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Where a phrase of lower case first stands in a text, case aside. `lower` is the text in ASCII lower case.
pub(super) fn find_from(lower: &str, phrase: &str, from: usize) -> Option<usize> {
    lower.get(from..)?.find(phrase).map(|at| from + at)
}

/// A range of the text without white space and punctuation around.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let idle = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '-' | '\u{2013}');
    let part = text.get(range.clone()).unwrap_or_default();
    let rest = part.trim_start_matches(idle);
    let start = range.start + (part.len() - rest.len());
    let mut part = rest.trim_end_matches(idle);
    for joint in [" the", " on", " or", " and"] {
        if let Some(before) = part.strip_suffix(joint) {
            part = before.trim_end_matches(idle);
        }
    }
    start..start + part.len()
}
