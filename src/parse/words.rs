//! Words and phrases of labels, matched with the tolerance that letters need.

use std::cmp::Ordering;
use std::ops::Range;

/// How far the words of a phrase may stand apart in bytes, blanks aside: a page break and some empty lines.
const WIDEST_GAP: usize = 24;

/// No word of a label is longer, nor stands further from the word before it where text is read backwards.
const LONGEST: usize = 48;

/// Where the words of a text begin: its runs of ASCII letters and digits. Words that [`begins`] does not confirm go on
/// there.
pub(super) fn starts(text: &str) -> Starts<'_> {
    let (chunks, rest) = text.as_bytes().as_chunks();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(last, rest)| *last = *rest);
    Starts { chunks: chunks.iter(), last: Some(last), end: 0, begin: 0, before: 0 }
}

/// Whether a word begins at a place that [`starts`] gives: no letter of another alphabet stands before it, as in "Ménière".
pub(super) fn begins(bytes: &[u8], start: usize) -> bool {
    let before = bytes.get(..start).unwrap_or_default();
    match before.last() {
        Some(b) if !b.is_ascii() => before.iter().rposition(|b| *b >= 0xc0).is_none_or(|lead| is_sign(bytes, lead)),
        _ => true,
    }
}

/// Whether a word ends here: no letter or digit of any alphabet follows.
pub(super) fn ends(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        Some(b) if b.is_ascii() => !b.is_ascii_alphanumeric(),
        Some(_) => is_sign(bytes, end),
        None => true,
    }
}

/// Whether the character beyond ASCII at an offset is a sign of Latin 1 or of general punctuation, and so no letter.
pub(super) fn is_sign(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(0xc2) => true,
        Some(0xe2) => bytes.get(at + 1).is_some_and(|b| (0x80..0x85).contains(b)),
        _ => false,
    }
}

/// The places where words begin, found eight bytes at a time.
pub(super) struct Starts<'t> {
    chunks: std::slice::Iter<'t, [u8; 8]>,
    /// What is left of the text, filled up with zeros.
    last: Option<[u8; 8]>,
    /// The end of the eight bytes looked at.
    end: usize,
    /// The words that begin in them and are not given yet.
    begin: u64,
    /// Their last byte, as one before the next eight.
    before: u64,
}

impl Iterator for Starts<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.begin == 0 {
            let chunk = self.chunks.next().copied().or_else(|| self.last.take())?;
            let inner = inner(u64::from_le_bytes(chunk));
            self.begin = inner & !(inner << 8 | self.before);
            self.before = inner >> 56;
            self.end += 8;
        }
        let first = self.begin.trailing_zeros() as usize / 8;
        self.begin &= self.begin - 1;
        Some(self.end - 8 + first)
    }
}

/// One in each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Which of eight bytes are ASCII letters and digits: the highest bit of each that is one.
fn inner(bytes: u64) -> u64 {
    // The highest bit of each byte up to 0x7f that is not below `low`, and that is not above `high`.
    let within = |bytes: u64, low: u8, high: u8| {
        (bytes + EACH * u64::from(0x80 - low)) & !(bytes + EACH * u64::from(0x7f - high)) & (EACH * 0x80)
    };
    let low = bytes & (EACH * 0x7f);
    (within(low | (EACH * 0x20), b'a', b'z') | within(low, b'0', b'9')) & !bytes
}

/// Matches the words of a phrase (lower case, letters and digits only) at an offset, and gives the end of the last.
///
/// Letters of either case match, white space and punctuation between words do not count, long words may be misspelt a
/// little, and words may run together ("finaldetermination"). The first letter of each word must be right.
pub(super) fn phrase(text: &str, at: usize, words: &[&str]) -> Option<usize> {
    let bytes = text.as_bytes();
    // The first letter must be right, and it rarely is.
    if bytes.get(at)?.to_ascii_lowercase() != words.first()?.bytes().next()? {
        return None;
    }
    let (first, rest) = words.split_first()?;
    let end = expected_end(&bytes[at..word_end(bytes, at)], first, rest)?;
    phrase_after(text, at + end, rest)
}

/// Where the expected word ends in a word, which may run on into the rest of the phrase.
#[inline]
pub(super) fn expected_end(word: &[u8], expected: &str, rest: &[&str]) -> Option<usize> {
    // The first letter must be right, and of most words it is not.
    if word.first()?.to_ascii_lowercase() != *expected.as_bytes().first()? {
        return None;
    }
    if alike(word, expected.as_bytes()) { Some(word.len()) } else { runs_on(word, expected, rest) }
}

fn runs_on(word: &[u8], expected: &str, rest: &[&str]) -> Option<usize> {
    let (begin, _) = word.split_at_checked(expected.len()).filter(|(_, more)| !more.is_empty() && !rest.is_empty())?;
    // Words that begin with the same letter differ in one of the next, as a rule.
    let same = begin.iter().zip(expected.as_bytes()).all(|(a, b)| a.to_ascii_lowercase() == *b);
    same.then_some(expected.len())
}

/// Matches the words of a phrase that come after an offset, as [`phrase`] does, and gives the end of the last.
pub(super) fn phrase_after(text: &str, from: usize, words: &[&str]) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut end, mut rest) = (from, words);
    while let Some((word, after)) = rest.split_first() {
        let start = next_word(bytes, end)?;
        // The first letter must be right, and it rarely is.
        if bytes[start].to_ascii_lowercase() != *word.as_bytes().first()? {
            return None;
        }
        end = start + expected_end(&bytes[start..word_end(bytes, start)], word, after)?;
        rest = after;
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
    let (chunks, last) = rest.get(..LONGEST).unwrap_or(rest).as_chunks();
    let mut end = start;
    for chunk in chunks {
        let outer = !inner(u64::from_le_bytes(*chunk)) & (EACH * 0x80);
        if outer != 0 {
            return end + outer.trailing_zeros() as usize / 8;
        }
        end += chunk.len();
    }
    end + last.iter().take_while(|b| b.is_ascii_alphanumeric()).count()
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

/// Whether a word is the expected one (in lower case), maybe misspelt by one letter, or by two if it is long.
#[inline]
pub(super) fn alike(word: &[u8], expected: &[u8]) -> bool {
    // The first letter must be right, and of most words it is not.
    let same_start = word.first().map(u8::to_ascii_lowercase) == expected.first().copied();
    if !same_start {
        return false;
    }
    let edits = most_edits(expected.len());
    // Few words are misspelt, and most have small letters behind the first.
    word.get(1..) == expected.get(1..)
        || (word.len().abs_diff(expected.len()) <= edits && within(word, expected, edits))
}

/// The letters that a word has, whatever their order and their case. Two of them may count as one.
#[derive(Clone, Copy)]
pub(super) struct Letters(u32);

impl Letters {
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn of(word: &[u8]) -> Self {
        let (mut letters, mut i) = (0, 0);
        while i < word.len() {
            // The low five bits tell letters apart.
            letters |= 1 << (word[i] & 31);
            i += 1;
        }
        Self(letters)
    }

    /// Whether a word with other letters lacks more of these than edits can explain, each of which takes one away.
    pub(super) fn are_lacking(self, other: Self, edits: usize) -> bool {
        // Each round takes out one.
        (0..edits).fold(self.0 & !other.0, |lacking, _| lacking & lacking.wrapping_sub(1)) != 0
    }
}

/// How many letters of a word may be wrong.
pub(super) const fn most_edits(length: usize) -> usize {
    match length {
        0..5 => 0,
        5..9 => 1,
        _ => 2,
    }
}

/// Whether the Levenshtein distance of a word from one in lower case is at most that many edits, case aside.
fn within(word: &[u8], expected: &[u8], edits: usize) -> bool {
    if word.len().abs_diff(expected.len()) > edits {
        return false;
    }
    // Where two words begin alike, no edit there makes them more so.
    let same = word.iter().zip(expected).take_while(|(a, b)| a.to_ascii_lowercase() == **b).count();
    let (word, expected) = (&word[same..], &expected[same..]);
    let (Some((_, word_rest)), Some((_, rest))) = (word.split_first(), expected.split_first()) else {
        return true;
    };
    match edits {
        0 => false,
        // What is left must be equal, and the lengths tell which edit makes it so.
        1 => match word.len().cmp(&expected.len()) {
            Ordering::Equal => word_rest.eq_ignore_ascii_case(rest),
            Ordering::Greater => word_rest.eq_ignore_ascii_case(expected),
            Ordering::Less => word.eq_ignore_ascii_case(rest),
        },
        _ => {
            let edits = edits - 1;
            within(word_rest, rest, edits) || within(word_rest, expected, edits) || within(word, rest, edits)
        }
    }
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

/// A range without the name of the schedule at its end, which opens what is cited next: "Low Back Complaints 2004; MTUS".
pub(super) fn before_schedule(text: &str, range: Range<usize>) -> Range<usize> {
    const MTUS: &str = "mtus";
    let cited = text.get(range.clone()).unwrap_or_default();
    let before = cited.len().checked_sub(MTUS.len()).filter(|&at| {
        let joined = |before: &str| {
            let before = before.trim_end();
            before.ends_with([';', ',', '.']) || before.ends_with(" and") || before.ends_with(" the")
        };
        let name = cited.get(at..).is_some_and(|name| name.eq_ignore_ascii_case(MTUS));
        name && cited.get(..at).is_some_and(|before| before.ends_with(' ') && joined(before))
    });
    before.map_or(range.clone(), |length| trimmed(text, range.start..range.start + length))
}
