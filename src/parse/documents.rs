//! The documents that were reviewed: a list with bullets, boxes or numbers, or one a line.

use super::Severity;
use super::mark::number_at;
use super::outline::Part;
use super::reading::Reading;
use std::ops::Range;

/// Marks that open an entry of a list.
const BULLETS: &[char] = &[
    '\u{2022}', '\u{b7}', '\u{25aa}', '\u{25a0}', '\u{25cf}', '\u{2023}', '\u{f0b7}', '\u{f0a7}', '*', '\u{2612}',
    '\u{2611}', '\u{f078}', '\u{f0fe}',
];

/// Boxes that are not ticked: the document was not there.
const OPEN_BOXES: &[&str] = &["\u{2610}", "\u{f06f}", "\u{f0a8}", "[ ]", "[]"];

/// Reads the list, where the letter has one.
pub(super) fn read(reading: &mut Reading<'_, '_>) {
    let Some(section) = reading.whole_section(Part::Documents) else {
        let message = "the documents reviewed are not listed".to_owned();
        reading.note(Severity::Info, "no_documents", message, None);
        return;
    };
    let section = without_introduction(reading, section);
    let entries = entries(reading, section.clone());
    let documents: Vec<String> = entries.into_iter().filter_map(|range| reading.flowed(range)).collect();
    if documents.is_empty() {
        let message = "the list of documents reviewed is empty".to_owned();
        reading.note(Severity::Info, "no_documents", message, Some(section));
    }
    reading.letter.documents_reviewed = documents;
}

/// "The following relevant documents ... were reviewed and considered. These documents included:"
fn without_introduction(reading: &Reading<'_, '_>, section: Range<usize>) -> Range<usize> {
    let text = reading.passage(section.clone());
    // The mark of the heading itself may stand apart.
    let start = section.end - text.trim_start_matches([':', ' ', '\n', '\x0c']).len();
    let openings: [&[&str]; 3] = [&["the", "following"], &["these", "documents"], &["the", "documents"]];
    openings.iter().fold(start..section.end, |range, words| reading.without_introduction(range, words))
}

/// The entries, their marks left out.
fn entries(reading: &Reading<'_, '_>, section: Range<usize>) -> Vec<Range<usize>> {
    let text = reading.view.text();
    let mut entries: Vec<Range<usize>> = Vec::new();
    // Whether lines are added to the last entry; those of an open box are dropped.
    let (mut open, mut marks) = (false, false);
    let mut at = section.start;
    let mut before = section.start;
    while at < section.end {
        let line_end = text.get(at..section.end).and_then(|rest| rest.find('\n')).map_or(section.end, |n| at + n);
        let start = at + text.as_bytes()[at..line_end].iter().take_while(|b| b" \x0c".contains(b)).count();
        let line = text.get(start..line_end).unwrap_or_default();
        at = line_end + 1;
        if line.is_empty() {
            continue;
        }
        let apart = reading.view.parts_paragraphs(text.get(before..start).unwrap_or_default());
        before = line_end;
        match mark(text, start, line) {
            Some(Mark::Entry(length)) => {
                (open, marks) = (true, true);
                entries.push(start + length..line_end);
            }
            Some(Mark::OpenBox) => (open, marks) = (false, true),
            // A list with marks ends where a paragraph without one begins.
            None if marks && apart => open = false,
            None if marks => {
                if let Some(entry) = entries.last_mut().filter(|_| open) {
                    entry.end = line_end;
                }
            }
            None => match entries.last_mut() {
                Some(entry) if !apart && continues(text.get(entry.clone()).unwrap_or_default(), line) => {
                    entry.end = line_end
                }
                _ => entries.push(start..line_end),
            },
        }
    }
    entries
}

/// Whether a line of a list without marks belongs to the entry before.
fn continues(entry: &str, line: &str) -> bool {
    let connects = ["and", "or", "of", "the", "for", "to", "with", "in", "from", "by", "dated"];
    let last = entry.rsplit([' ', '\n']).next().unwrap_or_default();
    line.starts_with(|c: char| c.is_lowercase()) || entry.ends_with([',', '-', '(', '&']) || connects.contains(&last)
}

enum Mark {
    /// The length of a mark that opens an entry, and of the blanks behind it.
    Entry(usize),
    OpenBox,
}

fn mark(text: &str, start: usize, line: &str) -> Option<Mark> {
    if OPEN_BOXES.iter().any(|open| line.starts_with(open)) {
        return Some(Mark::OpenBox);
    }
    let after = |length: usize| {
        let rest = line.get(length..).unwrap_or_default();
        length + rest.len() - rest.trim_start().len()
    };
    if let Some(bullet) = line.chars().next().filter(|c| BULLETS.contains(c)) {
        return Some(Mark::Entry(after(bullet.len_utf8())));
    }
    for mark in ["- ", "\u{2013} ", "o ", "[x]", "[X]", "(x)", "\u{fffd} "] {
        if line.starts_with(mark) {
            return Some(Mark::Entry(after(mark.len())));
        }
    }
    number_at(text, start).map(|(_, end)| Mark::Entry(after(end - start)))
}
