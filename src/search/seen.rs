//! What a saved search has shown: issues of letters, by the content of the letter.
//!
//! A letter is known by its case number and the digest of its file, not by its path nor by its place in an index: one that
//! moves, or comes into an index made anew, is the same; one of another content is another.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tantivy::DocAddress;

use super::{Matched, Stream};
use crate::error::Result;
use crate::index::{self, Reader, StoredIssue};
use crate::query::Expr;
use crate::record::LetterRecord;

/// What the bytes begin with, with the version of their form.
const HEAD: &[u8] = b"imr seen 1\n";

/// Stands for the case number of a letter without one.
const WITHOUT_CASE: u64 = u64::MAX;

/// Issues that were shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen(BTreeMap<Version, BTreeSet<u64>>);

/// A letter as it was: its case number, and the first half of the digest of its content that is enough to tell it from
/// others.
type Version = (u64, u64);

impl Seen {
    /// Whether an issue was shown; `number` is what its record has, or 0 for a letter without issues.
    pub fn has(&self, letter: &LetterRecord, number: u64) -> bool {
        self.0.get(&version(letter)).is_some_and(|numbers| numbers.contains(&number))
    }

    /// Notes that an issue was shown.
    pub fn add(&mut self, stored: &StoredIssue) {
        let number = stored.issue.as_ref().map_or(0, |issue| u64::from(issue.number));
        self.0.entry(version(&stored.letter)).or_default().insert(number);
    }

    /// Adds what was shown elsewhere.
    pub fn merge(&mut self, other: Self) {
        for (version, numbers) in other.0 {
            self.0.entry(version).or_default().extend(numbers);
        }
    }

    /// How many issues were shown.
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Whether nothing was shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same as bytes: for each letter how far its case number is from the one before, half of its digest, and the
    /// places of its issues, numbers in groups of seven bits.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = HEAD.to_vec();
        let mut before = 0;
        for ((case, digest), numbers) in &self.0 {
            put(&mut bytes, case.wrapping_sub(before));
            before = *case;
            bytes.extend(digest.to_be_bytes());
            put(&mut bytes, numbers.len() as u64);
            numbers.iter().for_each(|number| put(&mut bytes, *number));
        }
        bytes
    }

    /// Reads what [`Seen::to_bytes`] made; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(HEAD)?;
        let (mut seen, mut before) = (Self::default(), 0u64);
        while !rest.is_empty() {
            let case = before.wrapping_add(take(&mut rest)?);
            before = case;
            let (digest, behind) = rest.split_first_chunk()?;
            rest = behind;
            let count = take(&mut rest)?;
            let mut numbers = BTreeSet::new();
            // Every number takes a byte at least, so a count that is too high ends the bytes.
            for _ in 0..count {
                numbers.insert(take(&mut rest)?);
            }
            seen.0.insert((case, u64::from_be_bytes(*digest)), numbers);
        }
        Some(seen)
    }
}

/// The documents that match and were not shown.
///
/// # Errors
/// When the index cannot be read.
pub fn unseen(reader: &Reader, expr: &Expr, seen: &Seen) -> Result<HashSet<DocAddress>> {
    let mut new = HashSet::new();
    for matched in Stream::open(reader, expr)? {
        let Matched { letter, numbers, first } = matched?;
        let places = if numbers.is_empty() { vec![0] } else { numbers };
        // The place of an issue in the index, from 0, and the number that its record has.
        let issues = places.into_iter().filter_map(|number| u32::try_from(number.saturating_sub(1)).ok());
        for place in issues {
            let number = letter.issues.get(place as usize).map_or(0, |issue| u64::from(issue.number));
            if !seen.has(&letter, number) {
                new.insert(DocAddress { doc_id: first.doc_id.saturating_add(place), ..first });
            }
        }
    }
    Ok(new)
}

fn version(letter: &LetterRecord) -> Version {
    let case = letter.facts.case_number.map_or(WITHOUT_CASE, |case| case.to_u64());
    let digest = &letter.facts.digest;
    let half = digest.get(..16).and_then(|half| u64::from_str_radix(half, 16).ok());
    (case, half.unwrap_or_else(|| super::cursor::hash_of(digest.as_bytes())))
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    index::number_in_sevens(bytes, |byte| byte & 0x80 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_shown_comes_back(
            shown: BTreeMap<(u64, u64), BTreeSet<u64>>,
            cut in 0usize..64,
        ) {
            let seen = Seen(shown);
            let bytes = seen.to_bytes();
            prop_assert_eq!(Seen::from_bytes(&bytes), Some(seen));
            // Less is less, or nothing, and no panic.
            let _ = Seen::from_bytes(&bytes[..bytes.len().saturating_sub(cut)]);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Seen::from_bytes(&[HEAD, &bytes].concat());
            prop_assert!(bytes.starts_with(HEAD) || Seen::from_bytes(&bytes).is_none());
        }
    }

    #[test]
    fn a_letter_is_known_by_its_content_and_not_by_its_path() {
        let mut stored = StoredIssue { letter: LetterRecord::default(), issue: None };
        stored.letter.facts.digest = "0123456789abcdef".repeat(4);
        let mut seen = Seen::default();
        seen.add(&stored);
        stored.letter.facts.path = "elsewhere".to_owned();
        assert!(seen.has(&stored.letter, 0) && !seen.has(&stored.letter, 1));
        stored.letter.facts.digest = "1123456789abcdef".repeat(4);
        assert!(!seen.has(&stored.letter, 0));
        stored.letter.facts.digest = "no digest".to_owned();
        seen.add(&stored);
        assert!(seen.has(&stored.letter, 0) && seen.len() == 2);
    }
}
