//! The expert reviewer: licensure and specialties, from a block of labels or from a sentence.

use super::Severity;
use super::canonical;
use super::outline::Part;
use super::reading::Reading;
use super::words::find_from;
use crate::letter::Reviewer;
use std::ops::Range;

/// Reads "State(s) of Licensure: ..." and "Certification(s)/Specialty: ...".
pub(super) fn read_block(reading: &mut Reading<'_, '_>) {
    let after = [Part::Licensure, Part::Specialty, Part::How, Part::Summary, Part::Issues];
    let (states, specialties) = (reading.section(Part::Licensure, &after), reading.section(Part::Specialty, &after));
    let specialties = specialties.map(|range| list_only(reading, range));
    let flowed = |range: &Option<Range<usize>>| range.clone().and_then(|range| reading.flowed(range));
    let licensure = flowed(&states).map_or_else(Vec::new, |text| list(&text).flat_map(known_states).collect());
    let specialties_printed = flowed(&specialties).map_or_else(Vec::new, |text| list(&text).collect());
    let reviewer = Reviewer { licensure, specialties: specialties_printed, ..Reviewer::default() };
    reading.letter.reviewer = reviewer;
    name_canonically(reading, states, specialties);
    remark_missing(reading);
}

/// The first paragraph of a section, where more follows it than a list has: the heading of the summary is missing.
fn list_only(reading: &Reading<'_, '_>, range: Range<usize>) -> Range<usize> {
    const LONGEST: usize = 400;
    let section = reading.passage(range.clone());
    if section.len() <= LONGEST {
        return range;
    }
    let first = section.len() - section.trim_ascii_start().len();
    let breaks = section.match_indices('\n').filter(|&(at, _)| at > first).map(|(at, _)| at);
    let mut ends = breaks.filter(|&at| {
        let rest = section.get(at..).unwrap_or_default();
        reading.view.parts_paragraphs(rest.get(..rest.len() - rest.trim_start_matches('\n').len()).unwrap_or_default())
    });
    ends.next().map_or(range.clone(), |end| range.start..range.start + end)
}

/// Gives states and specialties their canonical names, and remarks on those that no table lists.
fn name_canonically(reading: &mut Reading<'_, '_>, states: Option<Range<usize>>, specialties: Option<Range<usize>>) {
    let Reviewer { licensure, specialties: printed, .. } = &reading.letter.reviewer;
    let named: Vec<_> = licensure.iter().map(|state| canonical::state(state)).collect();
    let unlisted = licensure.iter().zip(&named).filter(|(_, name)| name.is_none());
    let unlisted_states: Vec<String> = unlisted.map(|(state, _)| state.clone()).collect();
    let licensure = licensure.iter().zip(named).map(|(state, name)| name.map_or_else(|| state.clone(), str::to_owned));
    let licensure = licensure.collect();
    let named: Vec<_> = printed.iter().map(|specialty| canonical::specialty(training(specialty))).collect();
    let unlisted = printed.iter().zip(&named).filter(|(_, name)| name.is_none());
    let unlisted_specialties: Vec<String> = unlisted.map(|(specialty, _)| specialty.clone()).collect();
    let known =
        printed.iter().zip(named).map(|(specialty, name)| name.map_or_else(|| specialty.clone(), str::to_owned));
    let known = known.collect();
    reading.letter.reviewer.licensure_canonical = licensure;
    reading.letter.reviewer.specialties_canonical = known;
    for state in unlisted_states {
        let message = format!("`{state}` is no state that is known");
        reading.note(Severity::Info, "unlisted_state", message, states.clone());
    }
    for specialty in unlisted_specialties {
        let message = format!("`{specialty}` is not on the list of specialties");
        reading.note(Severity::Info, "unlisted_specialty", message, specialties.clone());
    }
}

/// "Fellowship Trained in Pain Management" to what the training was in.
fn training(specialty: &str) -> &str {
    let lower = specialty.to_ascii_lowercase();
    let openings = ["fellowship trained in ", "fellowship training in ", "fellowship in ", "board certified in "];
    let opening = openings.iter().find(|opening| lower.starts_with(**opening)).map_or(0, |opening| opening.len());
    specialty.get(opening..).unwrap_or(specialty)
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
    let licensure = list(states).flat_map(states_joined).take_while(|state| is_name(state)).collect();
    let opening = ["certified in ", "licensed in ", "specialty in ", "practice of "]
        .iter()
        .find_map(|opening| middle.find(opening).map(|at| (*opening, subject + at + opening.len())));
    let Some((opening, from)) = opening else { return Some(Reviewer { licensure, ..Reviewer::default() }) };
    let (first, subspecialties) = specialties(text.get(from..licensed)?.trim_ascii_end());
    let certified = opening.starts_with("certified") && lower.get(subject..from)?.contains("board");
    let board_certifications = if certified { first.clone() } else { Vec::new() };
    let specialties = first.into_iter().chain(subspecialties.iter().cloned()).collect();
    Some(Reviewer { licensure, specialties, board_certifications, subspecialties, ..Reviewer::default() })
}

/// Reads the sentence from the first of the ranges of the text that has it.
pub(super) fn read_sentence(reading: &mut Reading<'_, '_>, ranges: Vec<Range<usize>>) {
    let sentence = |range: Range<usize>| Some((credentials_sentence(&reading.flowed(range.clone())?)?, range));
    let Some((reviewer, range)) = ranges.into_iter().find_map(sentence) else {
        remark_missing(reading);
        return;
    };
    reading.letter.reviewer = reviewer;
    name_canonically(reading, Some(range.clone()), Some(range));
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

/// "X, has a subspecialty in Y and is" to X, and the subspecialty Y.
fn specialties(words: &str) -> (Vec<String>, Vec<String>) {
    let lower = words.to_ascii_lowercase();
    let mut end = words.len();
    for tail in [" is", " and", ","] {
        if lower.get(..end).is_some_and(|w| w.ends_with(tail)) {
            end -= tail.len();
        }
    }
    let (mut first, mut subspecialties) = (Vec::new(), Vec::new());
    let mut rest = 0..end;
    // "has a subspecialty in", "with a subspecialty in", "has subspecialties in"
    while let Some(at) = lower.get(rest.clone()).and_then(|w| w.find("subspecialt")).map(|at| rest.start + at) {
        let head = words.get(rest.start..at).unwrap_or_default();
        let cut = head.rfind(" has").or_else(|| head.rfind(" with")).unwrap_or(head.len());
        let before = if rest.start == 0 { &mut first } else { &mut subspecialties };
        before.extend(listed(head.get(..cut).unwrap_or_default()));
        let after = lower.get(at..rest.end).and_then(|w| w.find(" in ")).map_or(rest.end, |n| at + n + " in ".len());
        rest.start = after;
    }
    let last = if rest.start == 0 { &mut first } else { &mut subspecialties };
    last.extend(listed(words.get(rest).unwrap_or_default()));
    (first, subspecialties)
}

/// The specialties of a list. "Neurology and Sleep Medicine" are two: each is known, and both together are none.
fn listed(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    // "Family Practice, and" was cut before "has subspecialties in".
    for entry in list(text).filter(|entry| entry != "and") {
        let entry = entry.strip_suffix(" and").unwrap_or(&entry).to_owned();
        let entry = entry.strip_prefix("and ").unwrap_or(&entry);
        let parts: Vec<&str> = entry.split(" and ").collect();
        if parts.len() > 1
            && canonical::specialty(entry).is_none()
            && parts.iter().all(|part| canonical::specialty(part).is_some())
        {
            found.extend(parts.into_iter().map(str::to_owned));
        } else {
            found.push(entry.to_owned());
        }
    }
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

/// The entries of a list with commas. "Washington, D.C." is one.
fn list(text: &str) -> impl Iterator<Item = String> {
    let clean = |entry: &str| entry.trim_matches(|c: char| c == '.' || c == ';' || c.is_whitespace()).to_owned();
    let mut pieces = text.split([',', ';']).map(clean).filter(|entry| !entry.is_empty()).peekable();
    std::iter::from_fn(move || {
        let mut entry = pieces.next()?;
        let district = |next: &String| {
            let letters = next.split(' ').next().unwrap_or_default().trim_end_matches('.');
            letters.eq_ignore_ascii_case("d.c") || letters.eq_ignore_ascii_case("dc")
        };
        if ends_with_washington(&entry)
            && let Some(next) = pieces.next_if(district)
        {
            let dot = if next.ends_with('C') && next.contains('.') { "." } else { "" };
            entry = format!("{entry}, {next}{dot}");
        }
        Some(entry)
    })
}

fn ends_with_washington(entry: &str) -> bool {
    entry.rsplit(' ').next().is_some_and(|last| last.eq_ignore_ascii_case("washington"))
}

/// The states of an entry of a sentence: "California and Texas" are two.
fn states_joined(entry: String) -> Vec<String> {
    let entry = entry.strip_prefix("and ").or_else(|| entry.strip_prefix("& ")).unwrap_or(&entry);
    let parts = entry.split(" and ").flat_map(|part| part.split(" & "));
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// The states of an entry of a block: joined by "and" they are several where each is one.
fn known_states(entry: String) -> Vec<String> {
    // As a rule it is one state.
    if !entry.contains("and ") && !entry.contains("& ") {
        return vec![entry];
    }
    let parts = states_joined(entry.clone());
    if parts.iter().all(|part| canonical::state(part).is_some()) { parts } else { vec![entry] }
}

/// Whether a state is named, and not what else the sentence tells: "Georgia and IS ALSO CERTIFIED in ...".
fn is_name(entry: &str) -> bool {
    canonical::state(entry).is_some()
        || entry.starts_with("the ")
        || !entry.starts_with(|c: char| c.is_ascii_lowercase())
}
