//! Citations of the MTUS: chapters with their years, and the sections named for each.

use super::words::trimmed;
use crate::letter::{Citation, Source};
use std::ops::Range;

/// Chapters whose names are known, in words ("and" left out). They are needed where a list makes a name's beginning
/// unclear ("Section(s): Wrist, and Forearm, Wrist, and Hand Complaints 2004") and where the year is missing.
const KNOWN: &[&[&str]] = &[
    &["general", "approaches"],
    &["general", "approach", "to", "initial", "assessment", "documentation"],
    &["initial", "approaches", "to", "treatment"],
    &["cornerstones", "of", "disability", "prevention", "management"],
    &["independent", "medical", "examinations", "consultations"],
    &["neck", "upper", "back", "complaints"],
    &["shoulder", "complaints"],
    &["elbow", "complaints"],
    &["elbow", "disorders"],
    &["forearm", "wrist", "hand", "complaints"],
    &["low", "back", "complaints"],
    &["knee", "complaints"],
    &["ankle", "foot", "complaints"],
    &["stress", "related", "conditions"],
    &["acupuncture", "treatment"],
    &["acupuncture", "medical", "treatment"],
    &["chronic", "pain", "medical", "treatment"],
    &["chronic", "pain", "treatment"],
    &["postsurgical", "treatment"],
    &["opioid", "treatment"],
    &["opioids", "treatment"],
    &["cervical", "thoracic", "spine", "disorders"],
    &["shoulder", "disorders"],
    &["hand", "wrist", "forearm", "disorders"],
    &["low", "back", "disorders"],
    &["hip", "groin", "disorders"],
    &["knee", "disorders"],
    &["ankle", "foot", "disorders"],
    &["eye", "disorders"],
    &["workplace", "mental", "health"],
    &["depressive", "disorders"],
    &["traumatic", "brain", "injury"],
    &["interstitial", "lung", "disease"],
    &["work", "related", "asthma"],
];

/// Names that are usual words, too: chapters only with a year.
const WITH_YEAR: &[&[&str]] = &[
    &["prevention"],
    &["eye"],
    &["eye", "complaints"],
    &["chronic", "pain"],
    &["opioids"],
    &["acupuncture"],
    &["postsurgical"],
    &["hip", "groin"],
    &["antiemetics"],
];

/// Reads the citations of a clause that cites the MTUS.
pub(super) fn read(text: &str, clause: Range<usize>, citations: &mut Vec<Citation>) {
    let words = words(text, clause.clone());
    let mut chapters = with_years(text, &words);
    if chapters.is_empty() {
        chapters = without_years(text, &words);
    } else {
        add_guidelines(text, &words, &mut chapters);
    }
    if chapters.is_empty() {
        let cited = text.get(clause).filter(|cited| !cited.is_empty()).map(str::to_owned);
        citations.extend(cited.map(|text| citation(None, Vec::new(), text)));
        return;
    }
    let ends = chapters.iter().skip(1).map(|chapter| chapter.start).chain([clause.end]).collect::<Vec<_>>();
    for (name, end) in chapters.into_iter().zip(ends) {
        let whole = trimmed(text, name.start..end);
        let sections = sections(text.get(name.end..whole.end).unwrap_or_default());
        let chapter = text.get(name).map(str::to_owned);
        citations.push(citation(chapter, sections, text.get(whole).unwrap_or_default().to_owned()));
    }
}

/// Whether a text names a chapter of the MTUS with its year.
pub(super) fn any(text: &str) -> bool {
    let words = words(text, 0..text.len());
    (0..words.len()).any(|i| is_year(text, &words, i) && known_before(text, &words, i).is_some())
}

fn citation(chapter: Option<String>, sections: Vec<String>, text: String) -> Citation {
    Citation { source: Source::Mtus, chapter, sections, text, ..Citation::default() }
}

/// Names with a year, as ranges of the text.
fn with_years(text: &str, words: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut names: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    for i in 0..words.len() {
        if !is_year(text, words, i) {
            continue;
        }
        let first = known_before(text, words, i).filter(|first| *first >= from);
        if let Some(first) = first.or_else(|| unknown_before(text, words, from, i)) {
            names.push(words[first].start..words[i].end);
            from = i + 1;
        }
    }
    names
}

/// Whether a word is the year of a chapter: right after a name, and no part of a date.
fn is_year(text: &str, words: &[Range<usize>], i: usize) -> bool {
    let word = &words[i];
    let year = text.get(word.clone()).filter(|w| w.len() == 4).and_then(|w| w.parse::<u16>().ok());
    if !year.is_some_and(|year| (1990..2050).contains(&year)) || i == 0 {
        return false;
    }
    let before = &words[i - 1];
    let name = text.get(before.clone()).unwrap_or_default();
    let adjoins = text.get(before.end..word.start) == Some(" ");
    let dated = matches!(text.as_bytes().get(word.end), Some(b'/' | b'-'));
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = name.get(..3).is_some_and(|head| MONTHS.iter().any(|m| head.eq_ignore_ascii_case(m)));
    let month = month && (name.len() == 3 || !name.eq_ignore_ascii_case("management"));
    adjoins && !dated && !month && name.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Where a known name begins that ends before the word `end`. The longest counts.
fn known_before(text: &str, words: &[Range<usize>], end: usize) -> Option<usize> {
    KNOWN.iter().chain(WITH_YEAR).filter_map(|name| matches_before(text, words, end, name)).min()
}

fn matches_before(text: &str, words: &[Range<usize>], end: usize, name: &[&str]) -> Option<usize> {
    let mut at = end;
    for expected in name.iter().rev() {
        at = at.checked_sub(1)?;
        if word(text, words, at)?.eq_ignore_ascii_case("and") {
            at = at.checked_sub(1)?;
        }
        if !word(text, words, at)?.eq_ignore_ascii_case(expected) {
            return None;
        }
    }
    Some(at)
}

/// Where a name that is not known begins: at the last ", and", or where the last citation ended. Not among sections.
fn unknown_before(text: &str, words: &[Range<usize>], from: usize, year: usize) -> Option<usize> {
    let joined = |i: usize| {
        let comma = i > 0 && text.get(words[i - 1].end..words[i].start).is_some_and(|gap| gap.contains(','));
        comma && word(text, words, i).is_some_and(|w| w.eq_ignore_ascii_case("and"))
    };
    // A chapter's name is not longer than this, which also bounds the search.
    const LONGEST: usize = 12;
    let low = from.max(year.saturating_sub(LONGEST));
    let first = match (low..year).rev().find(|&i| joined(i)) {
        Some(and) => and + 1,
        None if low > from => return None,
        None if (low..year).any(|i| word(text, words, i).is_some_and(|w| w.eq_ignore_ascii_case("section"))) => {
            return None;
        }
        None => low,
    };
    let capital = word(text, words, first)?.starts_with(|c: char| c.is_ascii_uppercase());
    (first < year && capital).then_some(first)
}

/// Adds what is named as "..., and Chronic Pain Treatment Guidelines", without a year, beside chapters with years.
fn add_guidelines(text: &str, words: &[Range<usize>], names: &mut Vec<Range<usize>>) {
    let named: Vec<_> = without_years(text, words)
        .into_iter()
        .filter(|name| text.get(name.clone()).is_some_and(|n| n.to_ascii_lowercase().ends_with("guidelines")))
        .filter(|name| {
            let before = text.get(..name.start).unwrap_or_default().trim_end();
            before.strip_suffix("and").is_some_and(|b| b.trim_end().ends_with([',', '.', ';']))
        })
        .filter(|name| names.iter().all(|other| name.end <= other.start || other.end <= name.start))
        .collect();
    names.extend(named);
    names.sort_by_key(|name| name.start);
}

/// Known names without a year, with "Guidelines" after them.
fn without_years(text: &str, words: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut names: Vec<Range<usize>> = Vec::new();
    let mut end = 1;
    while end <= words.len() {
        let first = KNOWN.iter().filter_map(|name| matches_before(text, words, end, name)).min();
        if let Some(first) = first.filter(|&first| names.last().is_none_or(|last| last.end <= words[first].start)) {
            let guidelines = |w: &str| w.eq_ignore_ascii_case("guidelines") || w.eq_ignore_ascii_case("guideline");
            let last = if word(text, words, end).is_some_and(guidelines) { end } else { end - 1 };
            names.push(words[first].start..words[last].end);
        }
        end += 1;
    }
    names
}

/// "Section(s): A, B" to A and B. A comma before a small letter or "&" is part of a name ("TENS, chronic pain").
fn sections(rest: &str) -> Vec<String> {
    let Some(at) = rest.find("ection") else { return Vec::new() };
    let Some(colon) = rest.get(at..).and_then(|r| r.find(':')) else { return Vec::new() };
    let list = rest.get(at + colon + 1..).unwrap_or_default();
    let mut sections: Vec<Range<usize>> = Vec::new();
    // "Forearm, Wrist, & Hand" is one section: its last comma tells.
    let mut push = |section: Range<usize>| match sections.last_mut() {
        Some(last) if list.get(section.clone()).is_some_and(|s| s.contains(", &")) => last.end = section.end,
        _ => sections.push(section),
    };
    let (mut depth, mut start) = (0i32, 0);
    for (i, c) in list.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' | ';' if depth <= 0 => {
                let next = list.get(i + 1..).and_then(|r| r.trim_start().chars().next());
                if next.is_some_and(|c| c.is_uppercase() || c.is_numeric()) {
                    push(start..i);
                    start = i + 1;
                }
            }
            _ => {}
        }
    }
    push(start..list.len());
    let clean = |range: Range<usize>| list.get(trimmed(list, range)).map(str::to_owned);
    sections.into_iter().filter_map(clean).filter(|section| !section.is_empty()).collect()
}

fn word<'t>(text: &'t str, words: &[Range<usize>], i: usize) -> Option<&'t str> {
    text.get(words.get(i)?.clone())
}

/// The words of a clause; what stands in brackets is left out.
fn words(text: &str, clause: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let (mut depth, mut start) = (0usize, None);
    for (i, b) in text.bytes().enumerate().take(clause.end).skip(clause.start) {
        if b.is_ascii_alphanumeric() || b >= 0x80 {
            start = start.or((depth == 0).then_some(i));
            continue;
        }
        words.extend(start.take().map(|start| start..i));
        match b {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    words.extend(start.map(|start| start..clause.end));
    words
}
