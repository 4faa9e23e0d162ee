//! What to mark in a text: the words that matched, where they matched.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::places::{self, At, Marked};
use super::span::{Span, Text, Within};
use crate::index::analysis;

/// What to mark in texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Only in this field, or in any.
    pub field: Option<String>,
    /// What matched.
    pub span: Span,
}

/// A text by its words.
pub struct Words {
    /// The position of each word with its bytes, in order.
    bytes: Vec<(u32, Range<usize>)>,
    /// The position of each term with where it ends in `letters`, in order.
    terms: Vec<(u32, usize)>,
    /// The terms, one behind the other: a text has some thousands, and is asked for few of them.
    letters: String,
    /// How often a term was looked for.
    asked: Cell<usize>,
    /// The places of the terms in `terms`, ordered by term, once many were looked for.
    ordered: OnceCell<Vec<u32>>,
}

/// How many terms are looked for by going over all; a query of hundreds of words would go over a long text too often.
const FEW: usize = 8;

impl Words {
    /// The words of a text as the index has them.
    pub fn of(text: &str) -> Self {
        let (mut bytes, mut terms, mut letters) = (Vec::new(), Vec::new(), String::with_capacity(text.len()));
        analysis::tokens(text, &mut |token| {
            let position = u32::try_from(token.position).unwrap_or(u32::MAX);
            // Ends stand at the place of a word, and have no bytes.
            if token.offset_from < token.offset_to {
                bytes.push((position, token.offset_from..token.offset_to));
            }
            letters.push_str(&token.text);
            terms.push((position, letters.len()));
        });
        Self { bytes, terms, letters, asked: Cell::new(0), ordered: OnceCell::new() }
    }

    /// The terms of the text with their positions, in order.
    fn terms(&self) -> impl Iterator<Item = (&str, u32)> {
        let mut start = 0;
        self.terms.iter().map(move |(position, end)| {
            let term = &self.letters[start..*end];
            start = *end;
            (term, *position)
        })
    }

    /// One of the terms, by its place.
    fn term(&self, place: u32) -> &str {
        let place = place as usize;
        let start = place.checked_sub(1).map_or(0, |before| self.terms[before].1);
        &self.letters[start..self.terms[place].1]
    }

    /// The places of all terms, ordered by term, and of equal ones by position.
    fn ordered(&self) -> &[u32] {
        self.ordered.get_or_init(|| {
            let mut places: Vec<u32> = (0..u32::try_from(self.terms.len()).unwrap_or(u32::MAX)).collect();
            places.sort_by(|one, other| self.term(*one).cmp(self.term(*other)));
            places
        })
    }

    /// The positions of a term, in order.
    fn positions(&self, wanted: &str) -> Vec<u32> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() <= FEW {
            return self.terms().filter(|(term, _)| *term == wanted).map(|(_, position)| position).collect();
        }
        let ordered = self.ordered();
        let first = ordered.partition_point(|place| self.term(*place) < wanted);
        let same = ordered[first..].iter().take_while(|place| self.term(**place) == wanted);
        same.map(|place| self.terms[*place as usize].0).collect()
    }

    /// The sentences of the text that these are the words of, in bytes, without white space around them.
    pub fn sentences(&self, text: &str) -> Vec<Range<usize>> {
        let (mut sentences, mut start) = (Vec::new(), 0);
        let ends = self.positions(analysis::SENTENCE_END).into_iter().filter_map(|last| {
            let behind = self.bytes.partition_point(|(position, _)| *position <= last);
            let last_word = self.bytes.get(behind.checked_sub(1)?)?.1.end;
            let next = self.bytes.get(behind)?.1.start;
            // Brackets and quotation marks stand with the word that they touch.
            Some(text.get(last_word..next)?.find(char::is_whitespace).map_or(next, |blank| last_word + blank))
        });
        for end in ends.chain([text.len()]) {
            let sentence = text.get(start..end).unwrap_or_default();
            let from = start + (sentence.len() - sentence.trim_start().len());
            let sentence = sentence.trim();
            if !sentence.is_empty() {
                sentences.push(from..from + sentence.len());
            }
            start = end.max(start);
        }
        sentences
    }

    fn range(&self, (first, behind): At) -> Option<Range<usize>> {
        let at = |wanted: u32| {
            let place = self.bytes.binary_search_by_key(&wanted, |(position, _)| *position).ok()?;
            Some(&self.bytes[place].1)
        };
        Some(at(first)?.start..at(behind - 1)?.end)
    }
}

impl Mark {
    /// What to mark in a text, in bytes, in order: each word, or phrase, of every place where it matches.
    pub fn ranges(&self, words: &Words) -> Vec<Range<usize>> {
        let mut reading = Reading(words);
        let places = self.span.places(&mut reading);
        let marked: BTreeSet<At> = places.into_iter().flat_map(|place| place.words).collect();
        marked.into_iter().filter_map(|at| words.range(at)).collect()
    }
}

struct Reading<'a>(&'a Words);

impl Text<Marked> for Reading<'_> {
    fn word(&mut self, term: &str) -> Vec<Marked> {
        self.0.positions(term).into_iter().map(|position| Marked::whole((position, position + 1))).collect()
    }

    fn any_word(&mut self, terms: &Arc<BTreeSet<String>>) -> Vec<Marked> {
        // Patterns may have thousands of terms, and a text has most of its own many times.
        let same = self.0.ordered().chunk_by(|one, other| self.0.term(*one) == self.0.term(*other));
        let fitting = same.filter(|places| places.first().is_some_and(|place| terms.contains(self.0.term(*place))));
        let positions = fitting.flatten().map(|place| self.0.terms[*place as usize].0);
        let mut found: Vec<_> = positions.map(|position| Marked::whole((position, position + 1))).collect();
        places::tidy(&mut found);
        found
    }

    fn ends(&mut self, within: Within) -> Vec<u32> {
        let end = match within {
            // Each value of a field is marked by itself.
            Within::Words(_) => return Vec::new(),
            Within::Sentence => analysis::SENTENCE_END,
            Within::Paragraph => analysis::PARAGRAPH_END,
        };
        self.0.positions(end)
    }

    fn phrase(&self, place: Marked) -> Marked {
        place.phrase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_stands_where_it_stands_however_often_it_is_looked_for() {
        let words = Words::of("Pain of the knee. Knee pain, and painful knees; no gain.");
        let first: Vec<Vec<u32>> = ["pain", "knee", "gain", "none"].iter().map(|term| words.positions(term)).collect();
        // "Painful" has the same stem.
        assert_eq!(first[0], [0, 5, 7]);
        for _ in 0..FEW {
            for (term, positions) in ["pain", "knee", "gain", "none"].iter().zip(&first) {
                assert_eq!(&words.positions(term), positions, "{term}");
            }
        }
        assert!(words.ordered.get().is_some());
    }
}
