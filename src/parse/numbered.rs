//! Numbered decisions: "1. REQUEST is not medically necessary and appropriate."

use super::heading::{Head, Verdict};
use super::mark::number_at;
use super::verdict::{self, Statement};
use super::words::{next_word, phrase, trimmed, word_end};
use std::ops::Range;

/// A numbered decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// The number as printed.
    pub(super) number: u32,
    /// Where its number begins.
    pub(super) start: usize,
    /// The request, without number and outcome.
    pub(super) heading: Range<usize>,
    /// The end of the sentence.
    pub(super) end: usize,
    pub(super) verdict: Verdict,
}

impl From<Item> for Head {
    fn from(item: Item) -> Self {
        let Item { number, start, heading, end, verdict } = item;
        let begins = Some((start, heading.start));
        Self { colon: heading.end, line: start, end, verdict, begins, number: Some(number) }
    }
}

/// Longer texts between a number and an outcome are no request.
const LONGEST: usize = 2000;

/// The same for a decision without a number, of which nothing else tells the beginning.
const LONGEST_SINGLE: usize = 500;

/// The decision whose number opens the line at an offset.
pub(super) fn item(text: &str, start: usize, limit: usize) -> Option<Item> {
    let (number, mark) = number_at(text, start)?;
    let reach = text.floor_char_boundary(limit.min(mark + LONGEST));
    // The next number of a list ends what this one opens.
    let lines = text.get(mark..reach)?.match_indices('\n').map(|(n, _)| mark + n + 1);
    let next = lines.map(|line| first_of_line(text, line)).find(|&line| number_at(text, line).is_some());
    decision(text, mark..next.unwrap_or(reach).min(reach)).map(|(heading, said)| Item {
        number,
        start,
        heading,
        end: sentence_end(text, said.end),
        verdict: said.verdict,
    })
}

/// The request and the outcome of a sentence, opening words left out: "The request for REQUEST is medically necessary".
pub(super) fn decision(text: &str, range: Range<usize>) -> Option<(Range<usize>, Statement)> {
    let bytes = text.as_bytes();
    let mut from = next_word(bytes, range.start).filter(|&from| from < range.end)?;
    // A request can begin with a bracket or a quote.
    from -= bytes[range.start..from.min(range.end)].iter().rev().take_while(|b| b"(\"".contains(b)).count();
    let openings: [&[&str]; 8] = [
        &["maximus", "federal", "services", "inc", "has", "determined", "that", "the", "request", "for"],
        &["maximus", "federal", "services", "inc", "has", "determined", "the", "request", "for"],
        &["regarding", "the", "request", "for"],
        &["that", "the", "request", "for"],
        &["the", "request", "for"],
        &["the", "requests", "for"],
        &["request", "for"],
        &["decision", "for"],
    ];
    let opened = openings.iter().find_map(|words| phrase(text, from, words)).unwrap_or(from);
    let said = verdict::statement(text, opened..range.end)?;
    let heading = trimmed(text, opened..said.start);
    let said = both(text, said, range.end);
    (!heading.is_empty()).then_some((heading, said))
}

/// A statement with what the rest of its sentence adds: two of both kinds decide the request in part.
fn both(text: &str, said: Statement, limit: usize) -> Statement {
    let rest = text.get(said.end..limit).unwrap_or_default();
    let stops = [". ", ".\n", "\n\n", "\x0c"].iter().filter_map(|stop| rest.find(stop));
    let end = said.end + stops.min().unwrap_or(rest.len());
    match verdict::statement(text, said.end..end) {
        Some(other) if other.verdict != said.verdict => Statement { end, verdict: Verdict::Partial, ..said },
        _ => said,
    }
}

/// The decisions at the end of a piece of text, which nothing follows but a label or the end of the section.
///
/// Numbered sentences elsewhere belong to a rationale, unless they count on from the number before: `expected` up to that
/// of the last one.
pub(super) fn heads(text: &str, piece: Range<usize>, expected: u32, before_label: bool) -> Vec<Item> {
    let end = piece.start + text.get(piece.clone()).unwrap_or_default().trim_ascii_end().len();
    let mut items = Vec::new();
    let mut line = first_of_line(text, piece.start);
    while line < end {
        let found = item(text, line, end);
        let from = found.as_ref().map_or(line, |item| item.end);
        items.extend(found);
        line = text.get(from..end).and_then(|r| r.find('\n')).map_or(end, |n| first_of_line(text, from + n + 1));
    }
    if items.is_empty() && before_label {
        // A text that has not kept its lines: the number that is due, after a finished sentence.
        let within = text.get(piece.start..end).unwrap_or_default();
        let due = [format!("{expected}. "), format!("{expected}) ")];
        let at = due.iter().filter_map(|due| within.rfind(due.as_str())).max().map(|n| piece.start + n);
        let after =
            |at: usize| text.get(piece.start..at).is_some_and(|before| before.trim_end().ends_with(['.', '?', '!']));
        items.extend(at.filter(|&at| after(at)).and_then(|at| item(text, at, end)));
    }
    let blank =
        |range: Range<usize>| text.get(range).is_none_or(|between| !between.bytes().any(|b| b.is_ascii_alphanumeric()));
    if !items.last().is_some_and(|last| blank(last.end..end)) {
        // Words stand between the decision and the label: only the number that is due is certain.
        let Some(due) = items.iter().position(|item| item.number == expected) else { return Vec::new() };
        let mut items = items.split_off(due);
        let counting_on = |number: u32, item: &Item| {
            let before = piece.start..item.start;
            // The first decision follows the opening of the section.
            let first = number == 1 && blank(before.clone());
            item.number == number
                && (first || opens_paragraph(text, before.clone()) || is_formal(text, before, item))
                && !has_sentence_end(text, item.heading.clone())
        };
        // At the end no label confirms a decision: a paragraph of its own and its number have to.
        if before_label {
            items.truncate(1);
        } else {
            let mut number = expected;
            items.retain(|item| {
                let sure = counting_on(number, item);
                number += u32::from(sure);
                sure
            });
        }
        return items;
    }
    // At the end of a list within a rationale the same can stand, but its number is another one.
    let sure = |item: &Item| item.number == expected || (before_label && !has_sentence_end(text, item.heading.clone()));
    if !items.last().is_some_and(|last| sure(last) || items.len() > 1) {
        return Vec::new();
    }
    let mut adjoining = items
        .windows(2)
        .rposition(|pair| !blank(pair[0].end..pair[1].start) || pair[1].number != pair[0].number + 1)
        .map_or(0, |i| i + 1);
    adjoining = (adjoining..items.len()).find(|&i| items[i].number == expected).unwrap_or(adjoining);
    let mut first = adjoining;
    // Decisions without labels, which the numbers tell.
    let mut number = items[first].number;
    while let Some(before) = first.checked_sub(1).filter(|_| number > expected) {
        if items[before].number + 1 != number {
            return items.split_off(adjoining);
        }
        (first, number) = (before, number - 1);
    }
    let from = if number == expected { first } else { adjoining };
    // At the end of a rationale a list may be quoted that has the number, too: "as follows: 1. ... 2. ...".
    let before = items.get(from).map_or("", |item| text.get(piece.start..item.start).unwrap_or_default().trim_end());
    let listed = from.checked_sub(1).is_some_and(|last| blank(items[last].end..items[from].start));
    if !before_label && (listed || !(before.is_empty() || before.ends_with(['.', '?', '!', ')', '*']))) {
        return Vec::new();
    }
    let items = items.split_off(from);
    if number == expected || items.iter().all(sure) { items } else { Vec::new() }
}

/// Whether a paragraph begins at the end of a range, after a finished sentence: no word announces or quotes it.
pub(super) fn opens_paragraph(text: &str, before: Range<usize>) -> bool {
    let before = text.get(before).unwrap_or_default();
    let sentence = before.trim_end_matches([' ', '\n', '\x0c']);
    let separator = before.get(sentence.len()..).unwrap_or_default();
    let apart = separator.contains('\x0c') || separator.bytes().filter(|b| *b == b'\n').count() > 1;
    apart && sentence.ends_with(['.', '?', '!', ')'])
}

/// Whether a decision without an empty line before it has the words of one and a line to itself, after a finished sentence
/// that is no decision.
fn is_formal(text: &str, before: Range<usize>, item: &Item) -> bool {
    let formal = |sentence: &str| sentence.trim_end_matches(['.', ' ', '*']).ends_with("and appropriate");
    let rest = text.get(item.end..).unwrap_or_default();
    let said = text.get(item.start..item.end).unwrap_or_default();
    let before = text.get(before).unwrap_or_default().trim_end_matches([' ', '\n']);
    let line = before.rsplit('\n').next().unwrap_or_default();
    formal(said)
        && (rest.is_empty() || rest.starts_with('\n'))
        && before.ends_with(['.', '?', '!'])
        && !(formal(before) && number_at(line, 0).is_some())
}

/// Whether a sentence ends in a range and another one begins.
fn has_sentence_end(text: &str, range: Range<usize>) -> bool {
    let words = text.get(range).unwrap_or_default();
    words.match_indices('.').any(|(at, _)| {
        let rest = words.get(at + 1..).unwrap_or_default();
        rest.starts_with([' ', '\n']) && rest.trim_start().starts_with(|c: char| c.is_uppercase())
    })
}

/// The only decision of a letter, without a number.
pub(super) fn single(text: &str, piece: Range<usize>) -> Option<Head> {
    let end = piece.start + text.get(piece.clone())?.trim_ascii_end().len();
    let start = first_of_line(text, piece.start);
    let (heading, said) = decision(text, start..text.floor_char_boundary(end.min(start + LONGEST_SINGLE)))?;
    let stop = sentence_end(text, said.end);
    let begins = Some((start, heading.start));
    let head = Head { colon: heading.end, line: start, end: stop, verdict: said.verdict, begins, number: None };
    text.get(stop..end).is_some_and(|rest| rest.trim().is_empty()).then_some(head)
}

/// The first character of a line that is no white space or page break.
fn first_of_line(text: &str, line: usize) -> usize {
    line + text.as_bytes().get(line..).unwrap_or_default().iter().take_while(|b| b" \n\x0c".contains(b)).count()
}

/// The end of the sentence whose last word ends here.
pub(super) fn sentence_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let end = word_end(bytes, from).max(from);
    end + bytes.get(end..).unwrap_or_default().iter().take(3).take_while(|b| b". *".contains(b)).count()
}
