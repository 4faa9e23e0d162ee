//! Citations of the MTUS: chapters with their years, and what is named of each.

use super::catalog::{self, Entry, Word, each_at, is_one, longest_at, word, words};
use super::details::{self, Details};
use super::words::trimmed;
use crate::letter::{Citation, Source};
use std::ops::Range;

/// The MTUS took over chapters of ACOEM, first of the 2nd edition, later of the 3rd.
const SOURCES: &[Source] = &[Source::Mtus, Source::Acoem];

/// A chapter where it is named.
struct Name {
    /// The name as printed, with a year that adjoins it.
    at: Range<usize>,
    /// `None` for a name that is not in the table.
    entry: Option<&'static Entry>,
    year: Option<u16>,
}

/// Reads the citations of a clause that cites the MTUS.
pub(super) fn read(text: &str, clause: Range<usize>, citations: &mut Vec<Citation>) {
    let names = names(text, clause.clone());
    let Some(first) = names.first() else {
        let cited = text.get(clause.clone()).unwrap_or_default();
        if !cited.is_empty() {
            let details = details::read(text, clause.clone(), clause.end, true);
            let entry = details.regulation.as_deref().and_then(catalog::by_regulation);
            let sections = listed(text, clause.clone()).map_or_else(Vec::new, |list| details.topics(text, list, false));
            let year = details.year;
            citations.push(citation(details, entry.map(|entry| chapter(entry, year)), year, sections, cited));
        }
        return;
    };
    // What stands before the first name tells of the book: edition, year, section of the regulation.
    let before = details::read(text, clause.start..first.at.start, first.at.start, true);
    let leads = before.regulation.is_some();
    let ends: Vec<usize> = names.iter().skip(1).map(|name| start(text, name, leads)).chain([clause.end]).collect();
    for (i, (name, end)) in names.iter().zip(ends).enumerate() {
        let from = if i == 0 { clause.start } else { start(text, name, leads) };
        let whole = trimmed(text, from..end);
        let rest = name.at.end..whole.end.max(name.at.end);
        let list = listed(text, rest.clone());
        let years_end = list.as_ref().map_or(rest.end, |list| list.start);
        let mut details = details::read(text, rest.clone(), years_end, true);
        let sections = details.topics(text, list.unwrap_or(rest), false);
        let ahead = details::read(text, from..name.at.start, name.at.start, true);
        details.regulation = ahead.regulation.or(details.regulation);
        let year = name.year.or(details.year).or(ahead.year);
        if details.pages.is_empty() {
            details.pages = ahead.pages;
        }
        let chapter = match name.entry {
            Some(entry) => Some(chapter(entry, year)),
            None => text.get(name.at.clone()).map(str::to_owned),
        };
        citations.push(citation(details, chapter, year, sections, text.get(whole).unwrap_or_default()));
    }
}

fn citation(
    details: Details,
    chapter: Option<String>,
    year: Option<u16>,
    sections: Vec<String>,
    text: &str,
) -> Citation {
    let Details { pages, regulation, .. } = details;
    Citation { source: Source::Mtus, name: None, chapter, year, sections, pages, regulation, text: text.to_owned() }
}

/// The canonical name with the year.
pub(super) fn chapter(entry: &Entry, year: Option<u16>) -> String {
    year.map_or_else(|| entry.name.to_owned(), |year| format!("{} {year}", entry.name))
}

/// Where the citation of a name begins: with it, or with the section of the regulation before it.
fn start(text: &str, name: &Name, leads: bool) -> usize {
    let before = text.get(..name.at.start).unwrap_or_default().trim_end_matches([' ', ',', ':', '(', ';', '-']);
    let digits = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match before.get(digits.len()..) {
        Some(section) if leads && section.starts_with("9792.") => digits.len(),
        _ => name.at.start,
    }
}

/// Whether a text names a chapter of the MTUS with its year.
pub(super) fn any(text: &str) -> bool {
    let words = outer(words(text, 0..text.len()));
    let ends = known(text, &words);
    (0..words.len()).any(|i| adjoined_year(text, &words, i).is_some() && known_before(text, &words, &ends, i).is_some())
}

/// Whether a text names a chapter of the MTUS that is in the table, with its year or by a name that is no usual word.
pub(super) fn named(text: &str, range: Range<usize>) -> bool {
    names(text, range).iter().any(|name| name.entry.is_some_and(|entry| entry.source == Source::Mtus))
}

/// Names of chapters outside of brackets count, or else those inside.
fn names(text: &str, clause: Range<usize>) -> Vec<Name> {
    let all = words(text, clause);
    let outside = outer(all.clone());
    let names = among(text, &outside);
    if names.is_empty() && outside.len() < all.len() { among(text, &all) } else { names }
}

fn outer(mut words: Vec<Word>) -> Vec<Word> {
    words.retain(|word| word.depth == 0);
    words
}

fn among(text: &str, words: &[Word]) -> Vec<Name> {
    let ends = known(text, words);
    let mut names = with_years(text, words, &ends);
    let mut bare = without_years(text, words);
    if !names.is_empty() {
        // Beside chapters with years, only what is named as "..., and Chronic Pain Treatment Guidelines" is one without.
        bare.retain(|name| is_guidelines(text, name));
        bare.retain(|name| names.iter().all(|other| name.at.end <= other.at.start || other.at.end <= name.at.start));
    }
    names.append(&mut bare);
    names.sort_by_key(|name| name.at.start);
    merge(text, names)
}

/// "Chapter 12, Low Back Complaints" names one chapter twice.
fn merge(text: &str, names: Vec<Name>) -> Vec<Name> {
    let mut merged: Vec<Name> = Vec::with_capacity(names.len());
    for name in names {
        let same = merged.last_mut().filter(|last| {
            let gap = text.get(last.at.end..name.at.start).unwrap_or_default();
            let one = matches!((last.entry, name.entry), (Some(a), Some(b)) if std::ptr::eq(a, b));
            one && gap.len() <= 4 && !gap.contains(char::is_alphanumeric)
        });
        match same {
            Some(last) => {
                last.at.end = name.at.end;
                last.year = last.year.or(name.year);
            }
            None => merged.push(name),
        }
    }
    merged
}

/// For each place between words, the known name that ends there: its first word and entry. The longest counts.
fn known(text: &str, words: &[Word]) -> Vec<Option<(usize, &'static Entry)>> {
    let mut ends: Vec<Option<(usize, &'static Entry)>> = vec![None; words.len() + 1];
    for i in 0..words.len() {
        each_at(text, words, i, SOURCES, |found| {
            // "Low Back 2016" may as well be the ODG's.
            if found.usual && found.entry.source == Source::Acoem {
                return;
            }
            if let Some(end) = ends.get_mut(i + found.words) {
                let better = end.is_none_or(|(first, entry)| first == i && entry.source != Source::Mtus);
                if better {
                    *end = Some((i, found.entry));
                }
            }
        });
    }
    ends
}

/// Names with a year.
fn with_years(text: &str, words: &[Word], ends: &[Option<(usize, &'static Entry)>]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    let mut from = 0;
    for i in 0..words.len() {
        let Some(year) = adjoined_year(text, words, i) else { continue };
        let known = known_before(text, words, ends, i).filter(|(first, _)| *first >= from);
        let first = known.map(|(first, _)| first).or_else(|| unknown_before(text, words, from, i));
        if let (Some(first), Some(last)) = (first.and_then(|first| words.get(first)), words.get(i)) {
            names.push(Name { at: first.start..last.end, entry: known.map(|(_, entry)| entry), year: Some(year) });
            from = i + 1;
        }
    }
    names
}

fn known_before(
    text: &str,
    words: &[Word],
    ends: &[Option<(usize, &'static Entry)>],
    end: usize,
) -> Option<(usize, &'static Entry)> {
    let end = if guidelines(word(text, words, end.checked_sub(1)?)) { end - 1 } else { end };
    *ends.get(end)?
}

fn guidelines(word: Option<&str>) -> bool {
    is_one(word, &["guidelines", "guideline"])
}

/// The year of a chapter: right after a name, and no part of a date.
fn adjoined_year(text: &str, words: &[Word], i: usize) -> Option<u16> {
    let year = details::year(text, words, i)?;
    let name = i.checked_sub(1)?;
    let adjoins = text.get(words.get(name)?.end..words.get(i)?.start) == Some(" ");
    let name = word(text, words, name);
    let letters = name.is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphabetic()));
    (adjoins && letters && !details::is_month(name)).then_some(year)
}

/// Where a name that is not known begins: at the last ", and", or where the last citation ended. Not among sections.
fn unknown_before(text: &str, words: &[Word], from: usize, year: usize) -> Option<usize> {
    let joined = |i: usize| {
        let gap = i.checked_sub(1).and_then(|before| text.get(words.get(before)?.end..words.get(i)?.start));
        gap.is_some_and(|gap| gap.contains(',')) && is_one(word(text, words, i), &["and"])
    };
    // A chapter's name is not longer than this, which also bounds the search.
    const LONGEST: usize = 12;
    let low = from.max(year.saturating_sub(LONGEST));
    let first = match (low..year).rev().find(|&i| joined(i)) {
        Some(and) => and + 1,
        None if low > from => return None,
        None if (low..year).any(|i| is_one(word(text, words, i), &["section"])) => return None,
        None => low,
    };
    // What tells of a book or its edition is no chapter.
    let book =
        ["edition", "ed", "version", "acoem", "mtus", "odg", "guidelines", "updated", "page", "pages", "revised"];
    if (first..year).any(|i| is_one(word(text, words, i), &book)) {
        return None;
    }
    let capital = word(text, words, first)?.starts_with(|c: char| c.is_ascii_uppercase());
    (first < year && capital).then_some(first)
}

/// Known names without a year, with "Guidelines" after them.
fn without_years(text: &str, words: &[Word]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    let mut i = 0;
    while let Some(first) = words.get(i) {
        // "Chronic Pain" is a usual word, "Chronic Pain Guidelines" is not.
        let Some(found) = longest_at(text, words, i, SOURCES).filter(|found| !found.usual) else {
            i += 1;
            continue;
        };
        let end = i + found.words;
        let last = if guidelines(word(text, words, end)) { end } else { end - 1 };
        if let Some(last) = words.get(last) {
            names.push(Name { at: first.start..last.end, entry: Some(found.entry), year: None });
        }
        i = end;
    }
    names
}

/// "..., and Chronic Pain Treatment Guidelines": a name that stands in a list and calls itself guidelines.
fn is_guidelines(text: &str, name: &Name) -> bool {
    let named = text.get(name.at.clone()).is_some_and(|n| n.to_ascii_lowercase().ends_with("guidelines"));
    let before = text.get(..name.at.start).unwrap_or_default().trim_end();
    let before = before.strip_suffix("and").map_or(before, str::trim_end);
    named && before.ends_with([',', '.', ';'])
}

/// Where the list after "Section(s):" stands, "section on" too.
fn listed(text: &str, rest: Range<usize>) -> Option<Range<usize>> {
    let passage = text.get(rest.clone())?;
    let at = passage.find("ection")?;
    let after = passage.get(at..)?;
    let colon = after.find(':').filter(|&colon| after.get(..colon).is_some_and(|label| label.len() < 16));
    let on = ["ection on ", "ections on "].iter().find(|on| after.starts_with(**on)).map(|on| on.len() - 1);
    Some(rest.start + at + colon.or(on)? + 1..rest.end)
}
