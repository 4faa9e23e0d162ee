//! The words and phrases of a table, found in a text by the letters with which they begin.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

/// Words and phrases, each with what it tells.
///
/// Few places of a text begin with the first three letters of any, so that nearly all are done with after one look.
pub(super) struct Lexicon<T> {
    /// The words by bucket, the longest first.
    words: Vec<Word<T>>,
    buckets: Box<[Bucket; BUCKETS]>,
}

/// The words with the same first two letters.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    /// Their third letters, one bit for each value of the low five bits.
    thirds: u32,
    from: u16,
    to: u16,
}

impl Bucket {
    fn range(self) -> Range<usize> {
        usize::from(self.from)..usize::from(self.to)
    }
}

struct Word<T> {
    /// The first eight bytes, and which bits of them count: a text that differs there has another word.
    lead: u64,
    mask: u64,
    text: String,
    value: T,
}

/// The first eight bytes of a text, with letters in lower case and other bytes as they come out.
#[inline]
fn lead(text: &[u8]) -> u64 {
    let lead = match text.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => text.iter().rev().fold(0, |lead, b| lead << 8 | u64::from(*b)),
    };
    lead | 0x2020_2020_2020_2020
}

/// The rows of a table without its comments and its head, as cells.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).filter_map(|row| row.split_once('\t'))
}

/// The words of a cell, which stand apart by `;`.
pub(super) fn words(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(';').map(str::trim).filter(|word| !word.is_empty())
}

impl<T> Lexicon<T> {
    /// Takes words in lower case. Of a word that comes twice, `merge` makes one value.
    pub(super) fn new(words: impl IntoIterator<Item = (String, T)>, merge: impl Fn(&mut T, T)) -> Self {
        let mut known: BTreeMap<String, T> = BTreeMap::new();
        for (word, value) in words {
            match known.entry(word) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(mut place) => merge(place.get_mut(), value),
            }
        }
        let mut words: Vec<Word<T>> = known.into_iter().map(|(text, value)| Word::new(text, value)).collect();
        words.sort_by_key(|word| (bucket(word.lead), Reverse(word.text.len())));
        let mut buckets = Box::new([Bucket::default(); BUCKETS]);
        // Some hundred words: what a clerk adds does not come near to 65535.
        for (word, place) in words.iter().zip(0u16..) {
            let bucket = &mut buckets[bucket(word.lead)];
            if bucket.thirds == 0 {
                bucket.from = place;
            }
            bucket.to = place + 1;
            // Anything may follow a word of two letters.
            bucket.thirds |= if word.text.len() < 3 { u32::MAX } else { third(word.lead) };
        }
        Self { words, buckets }
    }

    /// Whether a text may begin with a word: "the" begins none, though "thigh" does.
    #[inline]
    pub(super) fn may_begin(&self, text: &[u8]) -> bool {
        let lead = lead(text);
        self.buckets[bucket(lead)].thirds & third(lead) != 0
    }

    /// The words with which a text begins, case aside, the longest first. It may go on behind them with letters.
    ///
    /// A word of one letter is only found where the text ends behind it.
    pub(super) fn heads<'l, 't>(&'l self, text: &'t [u8]) -> impl Iterator<Item = (&'l str, &'l T)> + use<'l, 't, T> {
        let lead = lead(text);
        let bucket = self.buckets[bucket(lead)];
        let words = if bucket.thirds & third(lead) == 0 { None } else { self.words.get(bucket.range()) };
        let stands = move |word: &&Word<T>| {
            let head = || text.get(..word.text.len());
            lead & word.mask == word.lead && head().is_some_and(|h| h.eq_ignore_ascii_case(word.text.as_bytes()))
        };
        words.unwrap_or_default().iter().filter(stands).map(|word| (word.text.as_str(), &word.value))
    }

    /// What a word tells, case aside.
    pub(super) fn get(&self, word: &str) -> Option<&T> {
        let (_, value) = self.heads(word.as_bytes()).find(|(known, _)| known.len() == word.len())?;
        Some(value)
    }
}

impl<T> Word<T> {
    fn new(text: String, value: T) -> Self {
        let mask =
            u64::MAX.checked_shr(64 - 8 * u32::try_from(text.len().clamp(1, 8)).unwrap_or(8)).unwrap_or_default();
        Self { lead: lead(text.as_bytes()) & mask, mask, text, value }
    }
}

const BUCKETS: usize = 1 << 10;

/// The bucket of the first two bytes. The low five bits tell letters apart.
#[inline]
fn bucket(lead: u64) -> usize {
    ((lead & 31) << 5 | (lead >> 8 & 31)) as usize
}

/// The bit of the third byte.
#[inline]
fn third(lead: u64) -> u32 {
    1 << (lead >> 16 & 31)
}
