//! A guideline line cut into words, each looked up in the tables once. All that reads citations walks over these words.

use super::catalog::{self, Class, Name, Word, names_at};
use super::spans::{bracket, spans};
use super::words::alike;
use crate::letter::Source;
use std::ops::Range;

/// A line with its words, and the names of the catalogue where it has them.
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    words: Vec<Word>,
    /// By their first words.
    names: Vec<Name>,
}

impl<'t> Line<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut line = Self { text, words: Vec::with_capacity(text.len() / 5), names: Vec::with_capacity(8) };
        spans(text, |span, hash, depth| {
            if let Some(word) = text.get(span.clone()) {
                let (number, classes) = catalog::look_up(word, hash);
                line.words.push(Word { start: span.start, end: span.end, depth, number, classes, names: 0 });
            }
        });
        for first in 0..line.words.len() {
            let before = u32::try_from(line.names.len()).unwrap_or(u32::MAX);
            let Some(word) = line.words.get_mut(first) else { break };
            word.names = before;
            if word.has(Class::Name) {
                names_at(text, &line.words, first, &mut line.names);
            }
        }
        line
    }

    /// The part between two offsets.
    pub(super) fn part(&self, bytes: Range<usize>) -> Part<'_> {
        let first = self.words.partition_point(|word| word.start < bytes.start);
        let rest = self.words.get(first..).unwrap_or_default();
        let end = first + rest.partition_point(|word| word.start < bytes.end);
        Part { line: self, bytes, first, end }
    }

    /// The whole line.
    pub(super) fn whole(&self) -> Part<'_> {
        Part { line: self, bytes: 0..self.text.len(), first: 0, end: self.words.len() }
    }
}

/// How far the words of a phrase may stand apart in bytes, blanks aside.
const WIDEST_GAP: usize = 24;

/// Some of the words of a line, by their places in it. Beyond the part there is no word.
#[derive(Clone)]
pub(super) struct Part<'l> {
    line: &'l Line<'l>,
    pub(super) bytes: Range<usize>,
    pub(super) first: usize,
    /// The place after the last word.
    pub(super) end: usize,
}

impl<'l> Part<'l> {
    /// The text of the whole line.
    pub(super) fn text(&self) -> &'l str {
        self.line.text
    }

    /// The whole line.
    pub(super) fn line(&self) -> Part<'l> {
        self.line.whole()
    }

    /// The places of the words.
    pub(super) fn places(&self) -> Range<usize> {
        self.first..self.end
    }

    /// The part of this part from an offset on, up to another.
    pub(super) fn part(&self, bytes: Range<usize>) -> Part<'l> {
        self.line.part(bytes)
    }

    /// The places of the words of a class.
    pub(super) fn places_of(&self, class: Class) -> impl Iterator<Item = usize> + use<'l> {
        let words = self.line.words.get(self.places()).unwrap_or_default();
        words.iter().zip(self.first..).filter(move |(word, _)| word.has(class)).map(|(_, place)| place)
    }

    pub(super) fn at(&self, place: usize) -> Option<&'l Word> {
        if self.first <= place && place < self.end { self.line.words.get(place) } else { None }
    }

    pub(super) fn word(&self, place: usize) -> Option<&'l str> {
        let word = self.at(place)?;
        self.line.text.get(word.start..word.end)
    }

    /// The place some words before another, within the part.
    pub(super) fn before(&self, place: usize, words: usize) -> Option<usize> {
        place.checked_sub(words).filter(|before| (self.first..self.end).contains(before))
    }

    /// Where a word starts; the end of the part where there is none.
    pub(super) fn start(&self, place: usize) -> usize {
        self.at(place).map_or(self.bytes.end, |word| word.start)
    }

    /// Whether the word is of a class.
    pub(super) fn has(&self, place: usize, class: Class) -> bool {
        self.at(place).is_some_and(|word| word.has(class))
    }

    /// Whether the word is one of some, in lower case.
    pub(super) fn is_one(&self, place: usize, of: &[&str]) -> bool {
        self.at(place).is_some_and(|word| of.iter().any(|known| word.is(self.line.text, known)))
    }

    /// Whether the word begins with a digit.
    pub(super) fn is_figure(&self, place: usize) -> bool {
        self.has(place, Class::Figure)
    }

    /// Whether the word begins with a capital letter.
    pub(super) fn is_capital(&self, place: usize) -> bool {
        self.word(place).is_some_and(|word| word.starts_with(char::is_uppercase))
    }

    /// What stands between a word and the one before it; before the end, between the last word and the end.
    pub(super) fn gap(&self, place: usize) -> &'l str {
        let from = self.before(place, 1).and_then(|before| self.at(before)).map_or(self.bytes.start, |word| word.end);
        self.line.text.get(from..self.start(place)).unwrap_or_default()
    }

    /// How many brackets are open where the part begins.
    pub(super) fn outside(&self) -> u16 {
        let opened = self.line.text.get(self.bytes.start..self.start(self.first)).unwrap_or_default();
        self.at(self.first).map_or(0, |first| first.depth.saturating_sub(opened.bytes().fold(0, bracket)))
    }

    /// The names that the part has.
    pub(super) fn names(&self) -> impl Iterator<Item = &'l Name> {
        self.names_between(self.places())
    }

    /// The names that the part has and that begin at these words.
    pub(super) fn names_between(&self, places: Range<usize>) -> impl Iterator<Item = &'l Name> {
        let of = |place: usize| self.line.words.get(place).map_or(self.line.names.len(), |word| word.names as usize);
        let (first, end) = (places.start.max(self.first), self.end);
        let names = self.line.names.get(of(first)..of(places.end.min(end))).unwrap_or_default();
        names.iter().filter(move |name| name.end <= end)
    }

    /// The names that begin at a word.
    pub(super) fn names_at(&self, place: usize) -> impl Iterator<Item = &'l Name> {
        let from = self.at(place).map_or(self.line.names.len(), |word| word.names as usize);
        let names = self.line.names.get(from..).unwrap_or_default();
        let end = self.end;
        names.iter().take_while(move |name| name.first == place).filter(move |name| name.end <= end)
    }

    /// The longest name of these sources that begins at a word; of equal ones that of the source that comes first in `of`.
    pub(super) fn longest_at(&self, place: usize, of: &[Source]) -> Option<Name> {
        let mut best: Option<(usize, std::cmp::Reverse<usize>, &Name)> = None;
        for name in self.names_at(place).filter(|name| !name.entry.section) {
            let Some(preference) = of.iter().position(|source| *source == name.entry.source) else { continue };
            let rank = (name.end, std::cmp::Reverse(preference));
            if best.is_none_or(|(end, preference, _)| rank > (end, preference)) {
                best = Some((rank.0, rank.1, name));
            }
        }
        best.map(|(_, _, name)| *name)
    }

    /// The place after a phrase in lower case that begins at a word. Long words may be misspelt a little, and no colon
    /// stands between them.
    #[inline]
    pub(super) fn phrase(&self, place: usize, phrase: &[&str]) -> Option<usize> {
        // The first letter must be right, and of most words it is not.
        let first = self.line.text.as_bytes().get(self.at(place)?.start)?.to_ascii_lowercase();
        if phrase.first()?.as_bytes().first() == Some(&first) { self.whole_phrase(place, phrase) } else { None }
    }

    fn whole_phrase(&self, place: usize, phrase: &[&str]) -> Option<usize> {
        let bytes = self.line.text.as_bytes();
        for (i, expected) in (place..).zip(phrase) {
            let word = self.at(i)?;
            if !alike(bytes.get(word.start..word.end)?, expected.as_bytes()) || (i > place && !self.adjoins(i)) {
                return None;
            }
        }
        Some(place + phrase.len())
    }

    /// Whether a word stands near the one before it, with no colon between.
    fn adjoins(&self, place: usize) -> bool {
        let gap = self.gap(place).as_bytes();
        gap.len() <= WIDEST_GAP && !gap.contains(&b':')
    }
}
