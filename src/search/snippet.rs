//! Snippets: the parts of texts around the matches, in whole sentences, with the ranges to mark and no markup.

use std::cmp::Reverse;
use std::ops::Range;

use super::passage::{self, Match, Passage};
use crate::index::StoredIssue;
use crate::query::{Mark, Words};

/// How long a snippet is, in bytes, more or less.
const LENGTH: usize = 240;
/// How long it may be for a match that is longer.
const LONGEST: usize = 4 * LENGTH;
/// How much of a sentence that is too long may stand before the first match.
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
    /// The page of the letter that the first match is on, or else the first word; `None` where it is not known.
    pub page: Option<u32>,
}

/// The whole heading of the issue where it matches, and of the other fields the best parts, at most so many, the best
/// first. No two overlap.
///
/// Without anything to mark there, the beginning of the rationale.
pub fn snippets(stored: &StoredIssue, marks: &[Mark], most: usize) -> Vec<Snippet> {
    snippets_until(stored, marks, most, &|candidates| {
        // No part has more than all of the marks, and of equals those of texts before count.
        candidates.sort_unstable();
        let best = candidates.iter().filter(|(Reverse(kinds), ..)| *kinds == marks.len());
        chosen_of(best, most).len() == most
    })
}

/// The same, where no other text is read once the parts of those before are enough.
fn snippets_until(
    stored: &StoredIssue,
    marks: &[Mark],
    most: usize,
    is_enough: &dyn Fn(&mut [Candidate]) -> bool,
) -> Vec<Snippet> {
    let passages = passage::passages(stored);
    let mut snippets = Vec::new();
    if let Some(heading) = passages.iter().find(|passage| passage.field == "issue") {
        let found = passage::matches(heading.text, "issue", marks);
        if !found.is_empty() {
            snippets.push(cut(heading, 0..heading.text.len(), &found));
        }
    }
    if most == 0 {
        return snippets;
    }
    let others: Vec<_> = passages.iter().filter(|passage| passage.field != "issue").collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut read: Vec<(Vec<Range<usize>>, Vec<Match>)> = Vec::new();
    for (place, passage) in others.iter().enumerate() {
        if is_enough(&mut candidates) {
            break;
        }
        let (found, words) = passage::matches_and_words(passage.text, passage.field, marks);
        let words = words.filter(|_| !found.is_empty());
        let sentences = words.map(|words| words.sentences(passage.text)).unwrap_or_default();
        windows(passage.text, &sentences, &found, &mut |window, kinds, count| {
            candidates.push((Reverse(kinds), place, Reverse(count), window.start, window.end));
        });
        read.push((sentences, found));
    }
    candidates.sort_unstable();
    let mut chosen = chosen_of(&candidates, most);
    for i in 0..chosen.len() {
        let (place, window) = chosen[i].clone();
        let taken = chosen.iter().enumerate().filter(|(j, (other, _))| *j != i && *other == place);
        let taken: Vec<Range<usize>> = taken.map(|(_, (_, range))| range.clone()).collect();
        chosen[i].1 = filled(window, &read[place].0, &taken);
    }
    snippets.extend(chosen.into_iter().map(|(place, window)| cut(others[place], window, &read[place].1)));
    if snippets.iter().all(|snippet| snippet.field == "issue")
        && let Some(first) = others.first()
    {
        let sentences = Words::of(first.text).sentences(first.text);
        let window = sentences.first().map_or(0..0, |sentence| beginning(first.text, sentence));
        snippets.push(cut(first, filled(window, &sentences, &[]), &[]));
    }
    snippets
}

/// A part of a text, in the order of how good it is: how many marks it has, which text it is of, how many matches it has, and
/// where it begins and ends.
type Candidate = (Reverse<usize>, usize, Reverse<usize>, usize, usize);

/// The first parts that do not overlap, at most so many, each with the text that it is of.
fn chosen_of<'a>(candidates: impl IntoIterator<Item = &'a Candidate>, most: usize) -> Vec<(usize, Range<usize>)> {
    let mut chosen: Vec<(usize, Range<usize>)> = Vec::new();
    for (_, place, _, start, end) in candidates {
        if chosen.len() == most {
            break;
        }
        if chosen.iter().all(|(other, range)| other != place || *end <= range.start || range.end <= *start) {
            chosen.push((*place, *start..*end));
        }
    }
    chosen
}

/// Hands over parts of a text with matches, each with how many different marks and how many matches it has: every sentence
/// with a match, and from there as many sentences as are short enough; of a sentence that is too long the words from every
/// match on.
fn windows(text: &str, sentences: &[Range<usize>], found: &[Match], hand: &mut dyn FnMut(Range<usize>, usize, usize)) {
    let mut first = 0;
    while let Some(start) = found.get(first) {
        let at = sentences.partition_point(|sentence| sentence.end <= start.range.start);
        let Some(sentence) = sentences.get(at) else { return };
        // A match may run over the end of a sentence.
        let least = text.floor_char_boundary(start.range.end.min(sentence.start + LONGEST));
        if sentence.end - sentence.start > LENGTH {
            let window = part(text, sentence, &start.range);
            let (kinds, count, _) = inside(&found[first..], window.end);
            hand(window, kinds, count);
            first += 1;
            continue;
        }
        let alone = sentence.end.max(least);
        let (kinds, count, _) = inside(&found[first..], alone);
        hand(sentence.start..alone, kinds, count);
        let fitting = sentences[at..].partition_point(|s| s.end <= sentence.start + LENGTH).max(1);
        let (kinds, count, last) = inside(&found[first..], sentences[at + fitting - 1].end.max(alone));
        let behind = at + sentences[at..].partition_point(|s| s.end < last);
        let end = sentences.get(behind).map_or(alone, |s| s.end).max(alone);
        if end > alone {
            hand(sentence.start..end, kinds, count);
        }
        first += found[first..].partition_point(|m| m.range.start < sentence.end).max(1);
    }
}

/// How many different marks there are up to a place, how many matches, and where the last of these ends. The first match
/// counts also where it is longer.
fn inside(found: &[Match], end: usize) -> (usize, usize, usize) {
    let (mut kinds, mut count, mut last) = (Vec::new(), 0, 0);
    for m in found {
        if count > 0 && m.range.end > end {
            break;
        }
        count += 1;
        last = m.range.end;
        if !kinds.contains(&m.mark) {
            kinds.push(m.mark);
        }
    }
    (kinds.len(), count, last.min(end))
}

/// The part of a long sentence around a match.
fn part(text: &str, sentence: &Range<usize>, wanted: &Range<usize>) -> Range<usize> {
    let start = match wanted.start - sentence.start > BEFORE {
        true => word_start(text, wanted.start - BEFORE).min(wanted.start),
        false => sentence.start,
    };
    let end = match start + LENGTH >= sentence.end {
        true => sentence.end,
        false => word_end(text, start, start + LENGTH),
    };
    start..end.max(text.floor_char_boundary(wanted.end.min(start + LONGEST)))
}

/// The beginning of a sentence, or all of it.
fn beginning(text: &str, sentence: &Range<usize>) -> Range<usize> {
    part(text, sentence, &(sentence.start..sentence.start))
}

/// The same with whole sentences behind and before, by turns, as far as there is room and no other part has them.
fn filled(mut window: Range<usize>, sentences: &[Range<usize>], taken: &[Range<usize>]) -> Range<usize> {
    let is_free = |sentence: &&Range<usize>| taken.iter().all(|t| sentence.end <= t.start || t.end <= sentence.start);
    let mut before = sentences.partition_point(|s| s.end <= window.start);
    let mut behind = sentences.partition_point(|s| s.start < window.end);
    // A part that begins or ends within a sentence goes no further there.
    if sentences.get(before).is_some_and(|first| first.start < window.start) {
        before = 0;
    }
    if behind.checked_sub(1).and_then(|last| sentences.get(last)).is_some_and(|last| last.end > window.end) {
        behind = sentences.len();
    }
    loop {
        let room = LENGTH.saturating_sub(window.len());
        let next = sentences.get(behind).filter(|s| s.end - window.end <= room).filter(is_free);
        if let Some(next) = next {
            window.end = next.end;
            behind += 1;
        }
        let room = LENGTH.saturating_sub(window.len());
        let last = before.checked_sub(1).and_then(|last| sentences.get(last));
        let last = last.filter(|s| window.start - s.start <= room).filter(is_free);
        if let Some(last) = last {
            window.start = last.start;
            before -= 1;
        }
        if next.is_none() && last.is_none() {
            return window;
        }
    }
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

fn cut(passage: &Passage<'_>, window: Range<usize>, found: &[Match]) -> Snippet {
    // What is cut off at the end is marked as far as it is shown.
    let inside = found.iter().filter(|m| m.range.start >= window.start && m.range.start < window.end);
    let marks: Vec<_> =
        inside.map(|m| m.range.start - window.start..m.range.end.min(window.end) - window.start).collect();
    Snippet {
        field: passage.field,
        cut_before: window.start > 0,
        cut_behind: window.end < passage.text.trim_end().len(),
        page: passage.page(window.start + marks.first().map_or(0, |mark| mark.start)),
        text: passage.text[window].to_owned(),
        marks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Pattern, Span};
    use crate::record::IssueRecord;
    use proptest::prelude::*;

    /// A text of sentences of a few words, of which some are marked.
    fn text() -> impl Strategy<Value = String> {
        let word =
            prop::sample::select(vec!["needles", "trial", "pain", "of", "the", "restored", "function", "worker"]);
        let sentence = prop::collection::vec(word, 1..30).prop_map(|words| format!("The {}.", words.join(" ")));
        prop::collection::vec(sentence, 0..12).prop_map(|sentences| sentences.join(" "))
    }

    fn marks() -> impl Strategy<Value = Vec<Mark>> {
        let word = |word: &str| Span::Word(crate::index::analysis::terms(word).concat());
        let span = prop::sample::select(vec![
            word("needles"),
            word("trial"),
            word("pain"),
            Span::Row(vec![word("trial"), word("of"), word("needles")]),
            Span::Pattern(Pattern::Wild("restor*".to_owned())),
        ]);
        let field = prop::sample::select(vec![None, None, Some("rationale"), Some("summary")]);
        let mark = (field, span).prop_map(|(field, span)| Mark { field: field.map(str::to_owned), span });
        prop::collection::vec(mark, 0..4)
    }

    fn stored() -> impl Strategy<Value = StoredIssue> {
        (text(), text(), text(), text(), text()).prop_map(|(heading, rationale, guideline, claims, summary)| {
            let mut issue = IssueRecord { issue: heading, rationale: Some(rationale), ..IssueRecord::default() };
            issue.guideline.text = Some(guideline);
            issue.claims_guideline.text = Some(claims);
            let mut stored = StoredIssue { letter: Default::default(), issue: Some(issue) };
            stored.letter.facts.clinical_summary = Some(summary);
            stored
        })
    }

    proptest! {
        #[test]
        fn texts_that_are_not_read_have_no_better_part(stored in stored(), marks in marks(), most in 0..6_usize) {
            let all = snippets_until(&stored, &marks, most, &|_| false);
            prop_assert_eq!(snippets(&stored, &marks, most), all);
        }
    }
}
