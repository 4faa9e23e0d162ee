//! Snippets: the part of a text around the matches, with the ranges to mark and no markup.

use std::ops::Range;

use crate::index::StoredIssue;
use crate::query::{Mark, Words};

/// How long a snippet is, in bytes, more or less.
const LENGTH: usize = 240;
/// How long it may be for a match that is longer.
const LONGEST: usize = 4 * LENGTH;
/// How much of it may stand before the first match.
const BEFORE: usize = 60;

/// A part of a field's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The field, by its name in queries.
    pub field: &'static str,
    /// The text.
    pub text: String,
    /// Whether text was left out before it.
    pub cut_before: bool,
    /// Whether text was left out behind it.
    pub cut_behind: bool,
    /// What to mark, in bytes of `text`, in order and without overlaps.
    pub marks: Vec<Range<usize>>,
}

/// The whole heading of the issue where it matches, and the best part of the other fields.
///
/// Without anything to mark, the beginning of the rationale.
pub fn snippets(stored: &StoredIssue, marks: &[Mark]) -> Vec<Snippet> {
    let mut snippets = Vec::new();
    let issue = stored.issue.as_ref();
    if let Some(issue) = issue {
        let marks = matches(&issue.issue, "issue", marks);
        if !marks.is_empty() {
            let ranges = marks.into_iter().map(|m| m.range).collect();
            let text = issue.issue.clone();
            snippets.push(Snippet { field: "issue", text, cut_before: false, cut_behind: false, marks: ranges });
        }
    }
    let texts = [
        ("rationale", issue.and_then(|i| i.rationale.as_deref())),
        ("guideline", issue.and_then(|i| i.guideline.text.as_deref())),
        ("summary", stored.letter.facts.clinical_summary.as_deref()),
        ("claims", issue.and_then(|i| i.claims_guideline.text.as_deref())),
        ("text", stored.letter.text.as_deref()),
    ];
    let mut best: Option<(usize, Snippet)> = None;
    for (field, text) in texts {
        let Some(text) = text else { continue };
        let found = matches(text, field, marks);
        let (window, kinds) = window(text, &found);
        if best.as_ref().is_none_or(|(most, _)| kinds > *most) {
            best = Some((kinds, cut(field, text, window, &found)));
        }
    }
    snippets.extend(best.map(|(_, snippet)| snippet));
    snippets
}

struct Match {
    range: Range<usize>,
    /// Which of the marks it is.
    mark: usize,
}

/// Where the marks stand in a text.
fn matches(text: &str, field: &str, marks: &[Mark]) -> Vec<Match> {
    let wanted = |mark: &Mark| mark.field.as_deref().is_none_or(|name| name == field);
    if !marks.iter().any(wanted) {
        return Vec::new();
    }
    let words = Words::of(text);
    let numbered = marks.iter().enumerate().filter(|(_, mark)| wanted(mark));
    let ranges = numbered.flat_map(|(mark, wanted)| wanted.ranges(&words).into_iter().map(move |range| (range, mark)));
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_by_key(|(range, mark)| (range.start, *mark));
    let mut found: Vec<Match> = Vec::new();
    for (range, mark) in ranges {
        match found.last_mut() {
            Some(last) if range.start < last.range.end => last.range.end = last.range.end.max(range.end),
            _ => found.push(Match { range, mark }),
        }
    }
    found
}

/// The part of a text with the most different marks, then the most marks, then the earliest; and how many different.
fn window(text: &str, found: &[Match]) -> (Range<usize>, usize) {
    let mut best = (0, 0, 0);
    let mut best_end = 0;
    for (i, first) in found.iter().enumerate() {
        // A match that is longer than a snippet counts all the same.
        let end = first.range.end.max(first.range.start + LENGTH - BEFORE);
        let inside = found[i..].iter().take_while(|m| m.range.end <= end);
        let (mut kinds, mut count) = (Vec::new(), 0);
        for m in inside {
            count += 1;
            if !kinds.contains(&m.mark) {
                kinds.push(m.mark);
            }
        }
        if (kinds.len(), count) > (best.0, best.1) {
            best = (kinds.len(), count, first.range.start);
            best_end = first.range.end;
        }
    }
    let start = if best.2 > BEFORE { word_start(text, best.2 - BEFORE).min(best.2) } else { 0 };
    let end = if start + LENGTH >= text.len() { text.len() } else { word_end(text, start, start + LENGTH) };
    let end = end.max(text.floor_char_boundary(best_end.min(start + LONGEST)));
    (start..end, best.0)
}

/// The first beginning of a word at or after a place.
fn word_start(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at);
    text[at..].find(char::is_whitespace).map_or(at, |space| {
        let space = at + space;
        space + text[space..].chars().next().map_or(0, char::len_utf8)
    })
}

/// The last end of a word before a place, if there is one behind `from`.
fn word_end(text: &str, from: usize, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    text[from..at].rfind(char::is_whitespace).map_or(at, |space| from + space)
}

fn cut(field: &'static str, text: &str, window: Range<usize>, found: &[Match]) -> Snippet {
    // What is cut off at the end is marked as far as it is shown.
    let inside = found.iter().filter(|m| m.range.start >= window.start && m.range.start < window.end);
    let marks = inside.map(|m| m.range.start - window.start..m.range.end.min(window.end) - window.start).collect();
    Snippet {
        field,
        cut_before: window.start > 0,
        cut_behind: window.end < text.len(),
        text: text[window].to_owned(),
        marks,
    }
}
