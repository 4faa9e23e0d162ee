//! Citations of the MTUS: chapters with their years, and what is named of each.

use super::catalog::{self, Class, Entry};
use super::details::{self, Details};
use super::line::Part;
use super::words::{before_schedule, trimmed};
use crate::letter::{Citation, Source};
use std::cmp::Reverse;
use std::fmt::Write;
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
pub(super) fn read(clause: &Part<'_>, citations: &mut Vec<Citation>) {
    let (text, bytes) = (clause.text(), clause.bytes.clone());
    let names = names(clause);
    let Some(first) = names.first() else {
        let cited = text.get(bytes.clone()).unwrap_or_default();
        if !cited.is_empty() {
            let details = details::read(clause, bytes.end, true);
            let entry = details.regulation.as_deref().and_then(catalog::by_regulation);
            let sections = listed(clause).map_or_else(Vec::new, |list| details.topics(&clause.part(list), false));
            let year = details.year;
            citations.push(citation(details, entry.map(|entry| chapter(entry, year)), year, sections, cited));
        }
        return;
    };
    let ahead = |from: usize, name: &Name| details::read(&clause.part(from..name.at.start), name.at.start, true);
    // What stands before the first name tells of the book: edition, year, section of the regulation.
    let mut before = ahead(bytes.start, first);
    let leads = before.regulation.is_some();
    let mut from = bytes.start;
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            before = ahead(from, name);
        }
        let end = names.get(i + 1).map_or(bytes.end, |next| start(text, next, leads));
        let whole = before_schedule(text, trimmed(text, from..end));
        let rest = clause.part(name.at.end..whole.end.max(name.at.end));
        let list = listed(&rest);
        let years_end = list.as_ref().map_or(rest.bytes.end, |list| list.start);
        let mut details = details::read(&rest, years_end, true);
        let sections = details.topics(&list.map_or_else(|| rest.clone(), |list| clause.part(list)), false);
        details.regulation = before.regulation.take().or(details.regulation);
        let year = name.year.or(details.year).or(before.year);
        if details.pages.is_empty() {
            details.pages = std::mem::take(&mut before.pages);
        }
        let chapter = match name.entry {
            Some(entry) => Some(chapter(entry, year)),
            None => text.get(name.at.clone()).map(str::to_owned),
        };
        citations.push(citation(details, chapter, year, sections, text.get(whole).unwrap_or_default()));
        from = end;
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
    /// A blank and four digits.
    const YEAR: usize = 5;
    let mut name = String::with_capacity(entry.name.len() + YEAR);
    name.push_str(entry.name);
    if let Some(year) = year {
        // Writing to a string does not fail.
        let _ = write!(name, " {year}");
    }
    name
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

/// Whether a chapter of the MTUS is named with its year.
pub(super) fn any(part: &Part<'_>) -> bool {
    let outer = outer(part);
    let known = |i| known_before(part, &outer, i, adjoined_year(part, &outer, i)?);
    (0..outer.len()).any(|i| known(i).is_some())
}

/// Whether a chapter of the MTUS is named that is in the table, with its year or by a name that is no usual word.
pub(super) fn named(part: &Part<'_>) -> bool {
    names(part).iter().any(|name| name.entry.is_some_and(|entry| entry.source == Source::Mtus))
}

/// Names of chapters outside of brackets count, or else those inside.
fn names(clause: &Part<'_>) -> Vec<Name> {
    let outer = outer(clause);
    let names = among(clause, &outer);
    if names.is_empty() && outer.len() < clause.places().len() {
        among(clause, &clause.places().collect::<Vec<_>>())
    } else {
        names
    }
}

/// The places of the words outside of brackets.
fn outer(part: &Part<'_>) -> Vec<usize> {
    let outside = part.outside();
    let mut outer = Vec::with_capacity(part.places().len());
    outer.extend(part.places().filter(|&place| part.at(place).is_some_and(|word| word.depth <= outside)));
    outer
}

/// The names among words, given by their places.
fn among(part: &Part<'_>, words: &[usize]) -> Vec<Name> {
    let mut names = with_years(part, words);
    let mut bare = without_years(part, words);
    if !names.is_empty() {
        // Beside chapters with years, only what comes first or is named as "..., and Chronic Pain Treatment Guidelines" is
        // one without.
        let first = part.start(part.first);
        bare.retain(|name| name.at.start == first || is_guidelines(part.text(), name));
        bare.retain(|name| {
            let next = names.partition_point(|other| other.at.end <= name.at.start);
            names.get(next).is_none_or(|other| name.at.end <= other.at.start)
        });
    }
    names.append(&mut bare);
    names.sort_by_key(|name| name.at.start);
    names.dedup_by(|name, last| repeats(part.text(), name, last));
    names.iter_mut().for_each(|name| pass_repetition(part, name));
    names
}

/// "Chapter 12, Low Back Complaints" names one chapter twice: the first name takes in the second.
fn repeats(text: &str, name: &Name, last: &mut Name) -> bool {
    let gap = text.get(last.at.end..name.at.start).unwrap_or_default();
    let one = matches!((last.entry, name.entry), (Some(a), Some(b)) if std::ptr::eq(a, b));
    let same = one && gap.len() <= 4 && !gap.contains(char::is_alphanumeric);
    if same {
        last.at.end = name.at.end;
        last.year = last.year.or(name.year);
    }
    same
}

/// "Chapter 12 (Low Back Complaints)" names one chapter twice, too.
fn pass_repetition(part: &Part<'_>, name: &mut Name) {
    let rest = part.part(name.at.end..part.bytes.end);
    let same = |again: &&catalog::Name| name.entry.is_some_and(|entry| std::ptr::eq(entry, again.entry));
    let Some(again) = rest.names_at(rest.first).filter(same).max_by_key(|again| again.end) else { return };
    let closes = rest.at(again.end - 1).map(|last| last.end);
    let closes = closes.filter(|&at| part.text().get(at..).is_some_and(|rest| rest.starts_with(')')));
    if let Some(closes) = closes.filter(|_| rest.gap(rest.first).trim_start() == "(") {
        name.at.end = closes + 1;
    }
}

/// Names with a year.
fn with_years(part: &Part<'_>, words: &[usize]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    let mut from = 0;
    for (i, &place) in words.iter().enumerate().filter(|(_, place)| part.is_figure(**place)) {
        let Some(year) = adjoined_year(part, words, i) else { continue };
        let known =
            known_before(part, words, i, year).filter(|known| words.get(from).is_some_and(|&from| known.first >= from));
        let first = known.map(|known| known.first).or_else(|| unknown_before(part, words, from, i));
        if let (Some(first), Some(last)) = (first.and_then(|first| part.at(first)), part.at(place)) {
            let entry = known.map(|known| known.entry);
            names.push(Name { at: first.start..last.end, entry, year: Some(year) });
            from = i + 1;
        }
    }
    names
}

/// The known name that ends before a word, a year, "Guidelines" between left out. The longest counts; of equal ones that
/// with an edition of the year, and then that of the MTUS.
fn known_before(part: &Part<'_>, words: &[usize], i: usize, year: u16) -> Option<catalog::Name> {
    let guidelines = i.checked_sub(1).and_then(|last| words.get(last)).is_some_and(|&last| guidelines(part, last));
    let last = *words.get(i.checked_sub(1 + usize::from(guidelines))?)?;
    /// A name is not longer, with what stands in it.
    const LONGEST: usize = 24;
    let near = part.names_between(last.saturating_sub(LONGEST)..last + 1);
    let names = near.filter(|name| {
        let source = name.entry.source;
        // "Low Back 2016" may as well be the ODG's.
        let unclear = name.usual && source == Source::Acoem && !(name.own && name.entry.has_edition(year));
        name.end == last + 1 && SOURCES.contains(&source) && !unclear && !name.entry.section
    });
    let names = names.filter(|name| words.binary_search(&name.first).is_ok());
    let rank =
        |name: &&catalog::Name| (Reverse(name.first), name.entry.has_edition(year), name.entry.source == Source::Mtus);
    names.max_by_key(rank).copied()
}

fn guidelines(part: &Part<'_>, place: usize) -> bool {
    part.is_one(place, &["guidelines", "guideline"])
}

/// The year of a chapter: right after a name, and no part of a date.
fn adjoined_year(part: &Part<'_>, words: &[usize], i: usize) -> Option<u16> {
    let place = *words.get(i)?;
    let year = details::year(part, place)?;
    let name = part.before(place, 1)?;
    let adjoins = part.gap(place) == " " && words.get(i.checked_sub(1)?) == Some(&name);
    let name = part.word(name);
    let letters = name.is_some_and(|name| name.bytes().all(|b| b.is_ascii_alphabetic()));
    (adjoins && letters && !details::is_month(name)).then_some(year)
}

/// Where a name that is not known begins: at the last ", and", or where the last citation ended. Not among sections.
fn unknown_before(part: &Part<'_>, words: &[usize], from: usize, year: usize) -> Option<usize> {
    let joined = |i: usize| {
        let start = |i: usize| words.get(i).and_then(|&place| part.at(place));
        let gap = i.checked_sub(1).and_then(|before| part.text().get(start(before)?.end..start(i)?.start));
        gap.is_some_and(|gap| gap.contains(',')) && words.get(i).is_some_and(|&place| part.is_one(place, &["and"]))
    };
    // A chapter's name is not longer than this, which also bounds the search.
    const LONGEST: usize = 12;
    let low = from.max(year.saturating_sub(LONGEST));
    let among = |range: Range<usize>| words.get(range).unwrap_or_default().iter();
    let first = match (low..year).rev().find(|&i| joined(i)) {
        Some(and) => and + 1,
        None if low > from => return None,
        None if among(low..year).any(|&place| part.is_one(place, &["section"])) => return None,
        None => low,
    };
    // What tells of a book or its edition is no chapter.
    if first >= year || among(first..year).any(|&place| part.has(place, Class::Book)) {
        return None;
    }
    let first = *words.get(first)?;
    part.word(first)?.starts_with(|c: char| c.is_ascii_uppercase()).then_some(first)
}

/// Known names without a year, with "Guidelines" after them.
fn without_years(part: &Part<'_>, words: &[usize]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    let mut from = part.first;
    for name in part.names() {
        if name.first < from || words.binary_search(&name.first).is_err() {
            continue;
        }
        // Of the names that begin here this is the first: the longest counts.
        from = name.first + 1;
        // "Chronic Pain" is a usual word, "Chronic Pain Guidelines" is not.
        let Some(found) = part.longest_at(name.first, SOURCES).filter(|found| !found.usual) else { continue };
        let next = words.get(words.partition_point(|&place| place < found.end)).filter(|&&next| guidelines(part, next));
        let last = next.map_or(found.end - 1, |&next| next);
        if let Some(last) = part.at(last) {
            names.push(Name { at: part.start(found.first)..last.end, entry: Some(found.entry), year: None });
        }
        from = found.end;
    }
    names
}

/// "..., and Chronic Pain Treatment Guidelines": a name that stands in a list and calls itself guidelines.
fn is_guidelines(text: &str, name: &Name) -> bool {
    const GUIDELINES: &str = "guidelines";
    let tail = text.get(..name.at.end).and_then(|text| text.get(text.len().checked_sub(GUIDELINES.len())?..));
    let before = text.get(..name.at.start).unwrap_or_default().trim_end();
    let before = before.strip_suffix("and").map_or(before, str::trim_end);
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(GUIDELINES)) && before.ends_with([',', '.', ';'])
}

/// Where the list after "Section(s):" stands, "section on" too.
fn listed(part: &Part<'_>) -> Option<Range<usize>> {
    /// From the word to the colon.
    const LONGEST: usize = 16;
    let place = part.places().find(|&place| part.is_one(place, &["section", "sections"]))?;
    let word = part.at(place)?;
    let end = part.text().floor_char_boundary(part.bytes.end.min(word.end + LONGEST));
    let colon = part.text().get(word.end..end)?.find(':').map(|colon| word.end + colon + 1);
    let on = part.at(place + 1).filter(|on| on.is(part.text(), "on")).map(|on| on.end);
    Some(colon.or(on)?..part.bytes.end)
}
