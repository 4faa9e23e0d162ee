//! Matches in their context (KWIC, key word in context): a line for each match.

use std::ops::Range;

use super::passage::{self, Passage};
use crate::index::StoredIssue;
use crate::query::Mark;

/// One match with the words around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The field, by its name in queries.
    pub field: &'static str,
    /// The page of the letter; `None` where it is not known.
    pub page: Option<u32>,
    /// The words before, parted by single spaces.
    pub left: String,
    /// The match.
    pub matched: String,
    /// The words behind.
    pub right: String,
}

/// Every match in the texts of a hit with at most so many words on either side. The summary is the letter's, and left out
/// unless asked for.
pub fn contexts(stored: &StoredIssue, marks: &[Mark], words: usize, with_summary: bool) -> Vec<Context> {
    let passages = passage::passages(stored).into_iter().filter(|p| with_summary || p.field != "summary");
    let lines = passages.flat_map(|passage| {
        let found = passage::marked(passage.text, passage.field, marks);
        found.into_iter().map(move |range| context(&passage, range, words))
    });
    lines.collect()
}

fn context(passage: &Passage<'_>, range: Range<usize>, words: usize) -> Context {
    let (before, behind) = (&passage.text[..range.start], &passage.text[range.end..]);
    let mut left = some(before.split_whitespace().rev(), words);
    left.reverse();
    let (mut left, mut right) = (left.join(" "), some(behind.split_whitespace(), words).join(" "));
    if before.ends_with(char::is_whitespace) && !left.is_empty() {
        left.push(' ');
    }
    if behind.starts_with(char::is_whitespace) && !right.is_empty() {
        right.insert(0, ' ');
    }
    let matched = passage.text[range.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    Context { field: passage.field, page: passage.page(range.start), left, matched, right }
}

/// The first words, so many, with the punctuation between and behind them, which stands apart or touches the match.
fn some<'a>(pieces: impl Iterator<Item = &'a str>, mut words: usize) -> Vec<&'a str> {
    let is_wanted = |piece: &&str| {
        let is_word = piece.contains(char::is_alphanumeric);
        let has_room = !is_word || words > 0;
        words -= usize::from(is_word && has_room);
        has_room
    };
    pieces.take_while(is_wanted).collect()
}
