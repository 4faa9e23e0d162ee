//! The expert reviewer: licensure and specialties, from a block of labels or from a sentence.

use super::Severity;
use super::outline::Part;
use super::reading::Reading;
use super::words::find_from;
use crate::letter::Reviewer;
use std::ops::Range;

/// Reads "State(s) of Licensure: ..." and "Certification(s)/Specialty: ...".
pub(super) fn read_block(reading: &mut Reading<'_, '_>) {
    let after = [Part::Licensure, Part::Specialty, Part::How, Part::Summary, Part::Issues];
    let states = reading.section(Part::Licensure, &after).and_then(|range| reading.flowed(range));
    let specialties = reading.section(Part::Specialty, &after).and_then(|range| reading.flowed(range));
    reading.letter.reviewer.licensure = list(&states.unwrap_or_default(), false);
    reading.letter.reviewer.specialties = list(&specialties.unwrap_or_default(), false);
    remark_missing(reading);
}

/// Where a sentence such as "The expert reviewer is Board Certified in ... and is licensed to practice in ..." stands.
pub(super) fn credentials_sentence(text: &str) -> Option<Reviewer> {
    let lower = text.to_ascii_lowercase();
    let reviewer = find_from(&lower, "reviewer is", 0)?;
    let find = |phrase: &str| find_from(&lower, phrase, reviewer).map(|at| (at, at + phrase.len()));
    let (licensed, states_from) = find("licensed to practice in ").or_else(|| find("and licensed in "))?;
    let states = text.get(states_from..sentence_end(text, states_from))?;
    let subject = lower.get(..licensed)?.rfind("reviewer is")? + "reviewer is".len();
    let middle = lower.get(subject..licensed)?;
    let specialties = ["certified in ", "licensed in ", "specialty in ", "practice of "]
        .iter()
        .find_map(|opening| middle.find(opening).map(|at| subject + at + opening.len()))
        .and_then(|from| text.get(from..licensed))
        .map(|words| specialties(words.trim_ascii_end()))
        .unwrap_or_default();
    Some(Reviewer { licensure: list(states, true), specialties, ..Reviewer::default() })
}

/// Reads the sentence from the first of the ranges of the text that has it.
pub(super) fn read_sentence(reading: &mut Reading<'_, '_>, ranges: Vec<Range<usize>>) {
    let found = ranges.into_iter().find_map(|range| credentials_sentence(&reading.flowed(range)?));
    reading.letter.reviewer = found.unwrap_or_default();
    remark_missing(reading);
}

fn remark_missing(reading: &mut Reading<'_, '_>) {
    if reading.letter.reviewer.licensure.is_empty() {
        let message = "the states of licensure are not told".to_owned();
        reading.note(Severity::Warning, "no_licensure", message, None);
    }
    if reading.letter.reviewer.specialties.is_empty() {
        let message = "the reviewer's specialty is not told".to_owned();
        reading.note(Severity::Warning, "no_specialty", message, None);
    }
}

/// "X, has a subspecialty in Y and is" to X and Y.
fn specialties(words: &str) -> Vec<String> {
    let lower = words.to_ascii_lowercase();
    let mut end = words.len();
    for tail in [" is", " and", ","] {
        if lower.get(..end).is_some_and(|w| w.ends_with(tail)) {
            end -= tail.len();
        }
    }
    let mut found = Vec::new();
    let mut rest = 0..end;
    // "has a subspecialty in", "with a subspecialty in", "has subspecialties in"
    while let Some(at) = lower.get(rest.clone()).and_then(|w| w.find("subspecialt")).map(|at| rest.start + at) {
        let head = words.get(rest.start..at).unwrap_or_default();
        let cut = head.rfind(" has").or_else(|| head.rfind(" with")).unwrap_or(head.len());
        found.extend(list(head.get(..cut).unwrap_or_default(), false));
        let after = lower.get(at..rest.end).and_then(|w| w.find(" in ")).map_or(rest.end, |n| at + n + " in ".len());
        rest.start = after;
    }
    found.extend(list(words.get(rest).unwrap_or_default(), false));
    found
}

/// The end of the sentence: a full stop after a word of more than one letter ("D.C." is no end), or before a word that
/// begins the next sentence.
fn sentence_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let ends = |at: usize| {
        let word = bytes[from..at].iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
        let next = text.get(at + 1..).unwrap_or_default();
        let opens = [" He", " She", " The ", " This "].iter().any(|word| next.starts_with(word));
        opens || (word > 1 && !next.starts_with(|c: char| c.is_alphanumeric()))
    };
    (from..bytes.len()).find(|&at| bytes[at] == b'.' && ends(at)).unwrap_or(text.len())
}

/// The entries of a list with commas. Names of states have no "and", names of specialties have.
fn list(text: &str, split_and: bool) -> Vec<String> {
    let clean = |entry: &str| entry.trim_matches(|c: char| c == '.' || c == ';' || c.is_whitespace()).to_owned();
    let mut entries = Vec::new();
    for entry in text.split([',', ';']) {
        if split_and {
            let entry = entry.trim();
            let entry = entry.strip_prefix("and ").or_else(|| entry.strip_prefix("& ")).unwrap_or(entry);
            entries.extend(entry.split(" and ").flat_map(|part| part.split(" & ")).map(clean));
        } else {
            entries.push(clean(entry));
        }
    }
    entries.retain(|entry| !entry.is_empty());
    entries
}
