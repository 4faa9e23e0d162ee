//! What to mark in a text: the words that matched, where they matched.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    /// The bytes of the word at each position.
    bytes: BTreeMap<u32, Range<usize>>,
    /// The positions of each term, in order.
    terms: HashMap<String, Vec<u32>>,
}

impl Words {
    /// The words of a text as the index has them.
    pub fn of(text: &str) -> Self {
        let (mut bytes, mut terms) = (BTreeMap::new(), HashMap::<String, Vec<u32>>::new());
        analysis::tokens(text, &mut |token| {
            let position = u32::try_from(token.position).unwrap_or(u32::MAX);
            // Ends stand at the place of a word, and have no bytes.
            if token.offset_from < token.offset_to {
                bytes.insert(position, token.offset_from..token.offset_to);
            }
            terms.entry(token.text.clone()).or_default().push(position);
        });
        Self { bytes, terms }
    }

    /// The sentences of the text that these are the words of, in bytes, without white space around them.
    pub fn sentences(&self, text: &str) -> Vec<Range<usize>> {
        let (mut sentences, mut start) = (Vec::new(), 0);
        let ends = self.terms.get(analysis::SENTENCE_END).into_iter().flatten();
        let ends = ends.filter_map(|last| {
            let last_word = self.bytes.range(..=last).next_back()?.1.end;
            let next = self.bytes.range(last + 1..).next()?.1.start;
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
        Some(self.bytes.get(&first)?.start..self.bytes.get(&(behind - 1))?.end)
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
        let positions = self.0.terms.get(term).into_iter().flatten();
        positions.map(|position| Marked::whole((*position, position + 1))).collect()
    }

    fn any_word(&mut self, terms: &Arc<BTreeSet<String>>) -> Vec<Marked> {
        // Patterns may have thousands of terms, a text some hundreds.
        let fitting = self.0.terms.iter().filter(|(term, _)| terms.contains(*term)).flat_map(|(_, at)| at);
        let mut found: Vec<_> = fitting.map(|position| Marked::whole((*position, position + 1))).collect();
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
        self.0.terms.get(end).cloned().unwrap_or_default()
    }

    fn phrase(&self, place: Marked) -> Marked {
        place.phrase()
    }
}
