//! What has to be done: letters here against what is known of those there, side by side in the order of letters.

use std::cmp::Ordering;
use std::iter::Peekable;

use super::document::{identity, letter_name, version};
use super::state::Entry;
use super::withheld::Withheld;
use crate::error::{Error, ErrorKind, Result};
use crate::record::LetterRecord;

/// What has to be done about a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// It is there as it is here.
    Unchanged(Entry),
    /// It is not there as it is here.
    Put {
        /// The letter.
        letter: Box<LetterRecord>,
        /// What is there when it has been sent.
        entry: Entry,
        /// What is known to be there of it.
        before: Option<Entry>,
        /// Whether another version, or a part of one, is known to be there.
        is_change: bool,
    },
    /// It is there and not here.
    Remove(Entry),
    /// It is not to be published; with what is known to be there of it.
    Withheld {
        /// The letter.
        letter: u64,
        /// What is there.
        there: Option<Entry>,
        /// Whether it is here.
        is_here: bool,
    },
}

/// The steps.
pub struct Plan<'a, L: Iterator, E: Iterator> {
    letters: Peekable<L>,
    entries: Peekable<E>,
    withheld: &'a Withheld,
    /// Whether what is known counts for nothing: everything is sent.
    is_anew: bool,
    last: Option<u64>,
}

impl<'a, L, E> Plan<'a, L, E>
where
    L: Iterator<Item = Result<LetterRecord>>,
    E: Iterator<Item = Result<Entry>>,
{
    /// The steps from what is there to what is here.
    pub fn new(letters: L, entries: E, withheld: &'a Withheld, is_anew: bool) -> Self {
        Self { letters: letters.peekable(), entries: entries.peekable(), withheld, is_anew, last: None }
    }

    fn step(&mut self) -> Result<Option<Step>> {
        let here = match self.letters.peek() {
            None => None,
            Some(Ok(letter)) => Some(identity(letter)),
            Some(Err(_)) => return self.letters.next().transpose().map(|_| None),
        };
        let there = match self.entries.peek() {
            None => None,
            Some(Ok(entry)) => Some(entry.letter),
            Some(Err(_)) => return self.entries.next().transpose().map(|_| None),
        };
        let order = match (here, there) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(here), Some(there)) => here.cmp(&there),
        };
        let entry = if order == Ordering::Less { None } else { self.entries.next().transpose()? };
        let letter = if order == Ordering::Greater { None } else { self.letters.next().transpose()? };
        if let Some(here) = here.filter(|_| letter.is_some()) {
            if self.last.is_some_and(|last| last >= here) {
                return Err(unordered(here, self.last == Some(here)));
            }
            self.last = Some(here);
        }
        let id = if letter.is_some() { here } else { there }.unwrap_or_default();
        if self.withheld.has(id) {
            return Ok(Some(Step::Withheld { letter: id, there: entry, is_here: letter.is_some() }));
        }
        Ok(Some(match (letter, entry) {
            (None, None) => return Ok(None),
            (None, Some(entry)) => Step::Remove(entry),
            (Some(letter), entry) => {
                let new = Entry { letter: id, issues: letter.issues.len() as u64, version: Some(version(&letter)) };
                match entry {
                    Some(entry) if entry == new && !self.is_anew => Step::Unchanged(entry),
                    entry => Step::Put {
                        letter: Box::new(letter),
                        entry: new,
                        before: entry,
                        is_change: entry.is_some_and(|entry| entry.version != new.version),
                    },
                }
            }
        }))
    }
}

impl<L, E> Iterator for Plan<'_, L, E>
where
    L: Iterator<Item = Result<LetterRecord>>,
    E: Iterator<Item = Result<Entry>>,
{
    type Item = Result<Step>;

    fn next(&mut self) -> Option<Result<Step>> {
        self.step().transpose()
    }
}

fn unordered(letter: u64, is_twice: bool) -> Error {
    let name = letter_name(letter);
    let message = if is_twice { format!("{name} comes twice") } else { format!("{name} comes out of order") };
    Error::new(ErrorKind::RecordDamaged, message)
        .with_hint("letters are published in the order of their case numbers, as `imr export` writes them")
}

/// The numbers of the documents that may be there of a letter: of one that is not known to be whole, that of a letter
/// without issues, too.
pub fn possible(entry: &Entry) -> std::ops::RangeInclusive<u64> {
    if entry.version.is_some() { numbers(entry.issues) } else { 0..=entry.issues }
}

/// The numbers of the documents of a letter with so many issues.
pub fn numbers(issues: u64) -> std::ops::RangeInclusive<u64> {
    if issues == 0 { 0..=0 } else { 1..=issues }
}
