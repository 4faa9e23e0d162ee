//! Citations outside of the MTUS: where one ends and the next begins.

use super::books::{self, is_title};
use super::catalog::Class;
use super::line::Part;
use super::other::{self, is_address};
use super::words::{before_schedule, trimmed};
use crate::letter::{Citation, Source};
use std::ops::Range;

/// Reads the citations of a clause of sources outside of the MTUS.
pub(super) fn read(clause: &Part<'_>, citations: &mut Vec<Citation>) {
    for (range, source) in cut(clause) {
        let range = before_schedule(clause.text(), trimmed(clause.text(), range));
        if range.is_empty() {
            continue;
        }
        let cited = clause.part(range);
        match source {
            Some(source) => books::read(&cited, source, citations),
            None if other::is_chapter(&cited) => books::read(&cited, Source::Odg, citations),
            None => citations.push(other::read(&cited)),
        }
    }
}

/// A book named at a word. "Other Medical Treatment Guideline" announces one without naming it.
pub(super) fn mention(line: &Part<'_>, place: usize) -> Option<Option<Source>> {
    // A word that is not known may be one of them misspelt.
    let word = line.at(place).filter(|word| word.number == 0 || word.has(Class::Named))?;
    let bytes = line.text().as_bytes();
    // "(ODG)" is the short form of a name that was just written out.
    let bracket = || word.start.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'(');
    let phrase = |phrase: &[&str]| line.phrase(place, phrase).is_some();
    match bytes.get(word.start)?.to_ascii_lowercase() {
        b'o' if line.is_one(place, &["odg"]) => (!bracket()).then_some(Some(Source::Odg)),
        b'o' if phrase(&["official", "disability", "guidelines"]) => Some(Some(Source::Odg)),
        b'o' if phrase(&["other", "medical", "treatment", "guideline"]) => Some(None),
        b'a' if line.is_one(place, &["acoem"]) => (!bracket()).then_some(Some(Source::Acoem)),
        b'a' if phrase(&["american", "college", "of", "occupational"]) => Some(Some(Source::Acoem)),
        _ => None,
    }
}

/// The books named in a part of a line, with their offsets.
pub(super) fn mentions<'l>(part: &Part<'l>) -> impl Iterator<Item = (usize, Option<Source>)> + use<'l> {
    let (line, places) = (part.line(), part.places());
    places.filter_map(move |place| Some((line.start(place), mention(&line, place)?)))
}

/// Whether a source named at an offset opens a citation of its own: after punctuation or "and".
pub(super) fn begins_citation(text: &str, start: usize, at: usize) -> bool {
    let before = text.get(start..at).unwrap_or_default().trim_end();
    let before = before.strip_suffix(" the").unwrap_or(before);
    let before = before.strip_suffix(" on").or_else(|| before.strip_suffix(" upon")).unwrap_or(before);
    before.ends_with([',', ';', '.']) || before.ends_with(" and") || before.ends_with(" &")
}

/// Cuts a clause where citations begin.
fn cut(clause: &Part<'_>) -> Vec<(Range<usize>, Option<Source>)> {
    let (text, line) = (clause.text(), clause.line());
    let mut parts = Vec::new();
    let mut start = clause.bytes.start;
    let mut source = None;
    let mut address = false;
    let mut named: Option<&str> = None;
    for place in clause.places() {
        let at = clause.start(place);
        if let Some(mention) = mention(&line, place) {
            let in_address = clause.before(place, 1).is_some_and(|before| clause.has(before, Class::Web));
            // "Official Disability Guidelines, ODG" and "ACOEM (American College ...)" name one book twice.
            let again = mention.is_some()
                && (source.is_none() || mention == source)
                && is_title(&clause.part(start..at), mention.unwrap_or_default());
            let runs_on = || source.is_some() && begins_anew(text, start, at);
            if !again && !in_address && at > start && (begins_citation(text, start, at) || runs_on()) {
                parts.push((start..at, source.take()));
                (start, address, named) = (at, false, None);
            }
            source = source.or(mention);
            continue;
        }
        let web = is_address(clause, place);
        let title = if web { None } else { clause.longest_at(place, &[Source::Other]).filter(|t| !t.usual) };
        let opens = match (web, &title) {
            (true, _) => address,
            (false, Some(title)) => {
                let known = source.is_some_and(|s| s != Source::Other) || named.is_some_and(|n| n != title.entry.name);
                let before = text.get(start..at).unwrap_or_default().trim_end();
                known && (before.ends_with(';') || before.ends_with(". ") || joined(before))
            }
            _ => {
                after_access(clause, place, start)
                    || {
                        let named = source.is_some() || named.is_some();
                        // "Lavender (dried); A Book of Herbs, 5th ed."
                        clause.gap(place).trim_start_matches([')', ']']).starts_with(';')
                            && is_another(clause, start..at, named)
                    }
                    || is_next_publication(clause, place, start)
                    || is_regulation(clause, place, start)
            }
        };
        if opens && at > start {
            parts.push((start..at, source.take()));
            (start, address, named) = (at, false, None);
        }
        address |= web;
        named = named.or(title.map(|title| title.entry.name));
    }
    parts.push((start..clause.bytes.end, source));
    parts
}

/// Whether a book named once more without a comma before it opens a citation: "ODG, Neck, Manipulation ODG Chiropractic
/// Guidelines".
fn begins_anew(text: &str, start: usize, at: usize) -> bool {
    let mut ahead = text.get(at..).unwrap_or_default().splitn(3, ' ');
    let capital = ahead.nth(1).is_some_and(|next| next.starts_with(|c: char| c.is_uppercase()));
    // As far back as a comma can be expected.
    let low = text.ceil_char_boundary(at.saturating_sub(200).max(start));
    capital && text.get(low..at).is_some_and(|before| before.contains(','))
}

/// Whether a journal or a book is cited behind a semicolon, after another source.
fn is_another(clause: &Part<'_>, before: Range<usize>, named: bool) -> bool {
    let rest = clause.text().get(before.end..clause.bytes.end).unwrap_or_default();
    let item = clause.part(before.end..before.end + rest.find(';').unwrap_or(rest.len()));
    (other::is_publication(&item) || other::is_edition(&item))
        && (named || other::printed(&clause.part(before)).is_some())
}

/// Whether the name of a journal begins at a word, behind the year or the pages of another: "Journal of A 2011, Journal of B".
fn is_next_publication(clause: &Part<'_>, place: usize, start: usize) -> bool {
    let after_figure = clause.gap(place).contains([',', ';', '.'])
        && clause.before(place, 1).is_some_and(|before| clause.is_figure(before) && clause.start(before) >= start);
    let before = || clause.part(start..clause.start(place));
    after_figure && other::opens_publication(clause, place) && other::is_publication(&before())
}

/// Whether a section of the regulation is cited from a word on, behind one of another code: "Labor Code 4600 and Title 8 CCR
/// 9792.21".
fn is_regulation(clause: &Part<'_>, place: usize, start: usize) -> bool {
    /// As many words come before a section.
    const WORDS: usize = 10;
    if !clause.has(place, Class::Regulation) || clause.is_one(place, &["the"]) {
        return false;
    }
    let at = clause.start(place);
    let before = clause.text().get(start..at).unwrap_or_default().trim_end();
    let before = before.strip_suffix(" the").unwrap_or(before);
    let apart = before.ends_with([',', ';']) || before.ends_with(" and") || before.ends_with(" &");
    let ahead = clause.part(at..clause.bytes.end);
    let section = ahead.places().take(WORDS).find(|&next| !ahead.has(next, Class::Regulation));
    let code = || {
        let near = place.saturating_sub(WORDS).max(clause.first)..place;
        near.into_iter().any(|word| clause.is_one(word, &["code"]) && clause.start(word) >= start)
    };
    apart && section.is_some_and(|section| ahead.is_one(section, &["9792"])) && code()
}

/// ", and" or "; and" before a name.
fn joined(before: &str) -> bool {
    let before = before.strip_suffix(" the").unwrap_or(before);
    before.strip_suffix(" and").is_some_and(|b| b.trim_end().ends_with([',', ';', '.', ')']))
}

/// Whether "accessed 02/18/2017, " ends right before a word.
fn after_access(part: &Part<'_>, place: usize, start: usize) -> bool {
    let accessed = |n: usize| {
        part.before(place, n).is_some_and(|before| part.has(before, Class::Accessed) && part.start(before) >= start)
    };
    if !(accessed(4) || accessed(5)) {
        return false;
    }
    let gap = part.gap(place);
    gap.contains([',', ';', '.']) && gap.contains(' ')
}
