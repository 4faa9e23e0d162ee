//! Citations outside of the MTUS: the ODG and ACOEM with their chapters and topics, and other sources by name.

use super::catalog::{Match, Word, is_one, longest_at, word, words};
use super::details::{self, Details};
use super::words::{phrase, trimmed, word_end};
use crate::letter::{Citation, Source};
use std::ops::Range;

/// Reads the citations of a clause of sources outside of the MTUS.
pub(super) fn read(text: &str, clause: Range<usize>, citations: &mut Vec<Citation>) {
    for (range, source) in cut(text, clause) {
        let range = trimmed(text, range);
        if range.is_empty() {
            continue;
        }
        match source {
            Some(Source::Odg) => book(text, range, Source::Odg, citations),
            Some(Source::Acoem) => book(text, range, Source::Acoem, citations),
            _ => other(text, range, citations),
        }
    }
}

/// The sources named in a range, with their offsets. "Other Medical Treatment Guideline" announces one without
/// naming it.
pub(super) fn mentions(text: &str, range: Range<usize>) -> impl Iterator<Item = (usize, Option<Source>)> {
    let bytes = text.as_bytes();
    let mut at = range.start;
    std::iter::from_fn(move || {
        while at < range.end {
            let start = at;
            let end = word_end(bytes, start);
            at = end.max(start + 1);
            if end == start {
                continue;
            }
            let found = match bytes[start].to_ascii_lowercase() {
                // "(ODG)" is the short form of a name that was just written out.
                b'o' if bytes[start..end].eq_ignore_ascii_case(b"odg") => {
                    (start == 0 || bytes[start - 1] != b'(').then_some(Some(Source::Odg))
                }
                b'o' if phrase(text, start, &["official", "disability", "guidelines"]).is_some() => {
                    Some(Some(Source::Odg))
                }
                b'o' if phrase(text, start, &["other", "medical", "treatment", "guideline"]).is_some() => Some(None),
                b'a' if bytes[start..end].eq_ignore_ascii_case(b"acoem") => {
                    (start == 0 || bytes[start - 1] != b'(').then_some(Some(Source::Acoem))
                }
                b'a' if phrase(text, start, &["american", "college", "of", "occupational"]).is_some() => {
                    Some(Some(Source::Acoem))
                }
                _ => None,
            };
            if let Some(source) = found {
                return Some((start, source));
            }
        }
        None
    })
}

/// Whether a source named at an offset opens a citation of its own: after punctuation or "and".
pub(super) fn begins_citation(text: &str, start: usize, at: usize) -> bool {
    let before = text.get(start..at).unwrap_or_default().trim_end();
    let before = before.strip_suffix(" the").unwrap_or(before);
    let before = before.strip_suffix(" on").or_else(|| before.strip_suffix(" upon")).unwrap_or(before);
    before.ends_with([',', ';', '.']) || before.ends_with(" and") || before.ends_with(" &")
}

/// Cuts a clause where citations begin.
fn cut(text: &str, clause: Range<usize>) -> Vec<(Range<usize>, Option<Source>)> {
    let mut parts = Vec::new();
    let mut start = clause.start;
    let mut source = None;
    let mut address = false;
    let mut named: Option<&str> = None;
    let mut books = mentions(text, clause.clone()).peekable();
    let words = words(text, clause.clone());
    for (i, at) in words.iter().enumerate() {
        let at = at.start;
        if let Some((_, mention)) = books.next_if(|(place, _)| *place <= at) {
            // "Official Disability Guidelines, ODG" and "ACOEM (American College ...)" name one book twice.
            let again =
                mention.is_some() && (source.is_none() || mention == source) && is_title(text, start..at, mention);
            let runs_on = || source.is_some() && begins_anew(text, start, at);
            if !again && at > start && (begins_citation(text, start, at) || runs_on()) {
                parts.push((start..at, source.take()));
                (start, address, named) = (at, false, None);
            }
            source = source.or(mention);
            continue;
        }
        let web = is_address(text, &words, i);
        let title = if web { None } else { longest_at(text, &words, i, &[Source::Other]).filter(|t| !t.usual) };
        let opens = match (web, &title) {
            (true, _) => address,
            (false, Some(title)) => {
                let known = source.is_some_and(|s| s != Source::Other) || named.is_some_and(|n| n != title.entry.name);
                let before = text.get(start..at).unwrap_or_default().trim_end();
                known && (before.ends_with(';') || before.ends_with(". ") || joined(before))
            }
            _ => after_access(text, &words, i, start),
        };
        if opens && at > start {
            parts.push((start..at, source.take()));
            (start, address, named) = (at, false, None);
        }
        address |= web;
        named = named.or(title.map(|title| title.entry.name));
    }
    parts.push((start..clause.end, source));
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

/// ", and" or "; and" before a name.
fn joined(before: &str) -> bool {
    let before = before.strip_suffix(" the").unwrap_or(before);
    before.strip_suffix(" and").is_some_and(|b| b.trim_end().ends_with([',', ';', '.', ')']))
}

/// Whether a web address begins at a word.
fn is_address(text: &str, words: &[Word], i: usize) -> bool {
    match word(text, words, i) {
        Some(scheme) if is_one(Some(scheme), &["http", "https"]) => true,
        Some(www) if www.eq_ignore_ascii_case("www") => {
            !i.checked_sub(1).is_some_and(|before| is_one(word(text, words, before), &["http", "https"]))
        }
        _ => false,
    }
}

/// Whether "accessed 02/18/2017, " ends right before a word.
fn after_access(text: &str, words: &[Word], i: usize, start: usize) -> bool {
    let Some(gap) = i.checked_sub(1).and_then(|b| text.get(words.get(b)?.end..words.get(i)?.start)) else {
        return false;
    };
    let accessed = |n: usize| {
        let before = i.checked_sub(n).filter(|&before| words.get(before).is_some_and(|word| word.start >= start));
        before.is_some_and(|before| is_one(word(text, words, before), &["accessed"]))
    };
    gap.contains([',', ';', '.']) && gap.contains(' ') && (accessed(4) || accessed(5))
}

/// Words of the titles of the ODG and ACOEM, and of what stands between them and a chapter.
const ODG_TITLE: &[&str] = &[
    "official",
    "disability",
    "guidelines",
    "guideline",
    "odg",
    "treatment",
    "in",
    "for",
    "workers",
    "worker",
    "s",
    "comp",
    "compensation",
    "twc",
    "work",
    "loss",
    "data",
    "institute",
    "wldi",
    "the",
    "on",
    "online",
    "line",
    "web",
    "version",
    "internet",
    "current",
    "annual",
    "edition",
    "ed",
    "updated",
    "update",
    "last",
    "revised",
    "based",
    "integrated",
    "duration",
    "chapter",
    "chapters",
    "section",
    "under",
    "evidence",
    "per",
    "and",
    "odgs",
    "citation",
    "from",
    "states",
];
const ACOEM_TITLE: &[&str] = &[
    "acoem",
    "american",
    "college",
    "of",
    "occupational",
    "environmental",
    "medicine",
    "guidelines",
    "guideline",
    "practice",
    "s",
    "the",
    "edition",
    "ed",
    "medical",
    "evidence",
    "based",
    "updated",
    "update",
    "revised",
    "reed",
    "group",
    "mdguidelines",
    "hegmann",
    "other",
    "treatment",
    "on",
    "online",
    "web",
    "version",
    "second",
    "third",
    "and",
    "et",
    "al",
    "in",
    "section",
    "current",
    "citation",
    "from",
    "states",
];

/// How many words, from the first, belong to the title of a book.
fn title(text: &str, words: &[Word], source: Source) -> usize {
    let (titles, count) = (if source == Source::Odg { ODG_TITLE } else { ACOEM_TITLE }, words.len());
    let digits = |i: usize| word(text, words, i).is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    (0..count).find(|&i| !(is_one(word(text, words, i), titles) || digits(i))).unwrap_or(count)
}

fn is_title(text: &str, range: Range<usize>, source: Option<Source>) -> bool {
    // No title is longer.
    const LONGEST: usize = 200;
    if range.len() > LONGEST {
        return false;
    }
    let words = words(text, range);
    title(text, &words, source.unwrap_or_default()) == words.len()
}

/// A chapter of a book where it is named, with what tells that it is one.
struct Chapter {
    found: Match,
    /// With "(Acute & Chronic)", "chapter" and the like.
    at: Range<usize>,
}

/// Reads a citation of the ODG or of ACOEM; one that names several chapters is several citations.
fn book(text: &str, range: Range<usize>, source: Source, citations: &mut Vec<Citation>) {
    let words = words(text, range.clone());
    let head = title(text, &words, source);
    let chapters = chapters(text, &words, head, range.end, source);
    let topics_from = words.get(head).map_or(range.end, |word| word.start);
    let title = details::read(text, range.start..topics_from, topics_from, true);
    let strict = source == Source::Acoem;
    let year = |year: Option<u16>| year.or(title.year);
    let mut push = |chapter: Option<Match>, details: Details, sections: Vec<String>, part: Range<usize>| {
        let year = year(details.year);
        let name = |found: Match| match source {
            // The ODG are edited every year: their chapters are counted without it.
            Source::Odg => found.entry.name.to_owned(),
            _ => super::chapters::chapter(found.entry, year),
        };
        let text = text.get(trimmed(text, part)).unwrap_or_default().to_owned();
        let Details { mut pages, regulation, .. } = details;
        if pages.is_empty() {
            pages.clone_from(&title.pages);
        }
        citations.push(Citation {
            source,
            name: None,
            chapter: chapter.map(name),
            year,
            sections,
            pages,
            regulation,
            text,
        });
    };
    if chapters.is_empty() {
        let details = details::read(text, topics_from..range.end, range.end, true);
        let sections = details.topics(text, topics_from..range.end, strict);
        push(None, details, sections, range);
        return;
    }
    let ends: Vec<usize> = chapters.iter().skip(1).map(|next| next.at.start).chain([range.end]).collect();
    for (i, (chapter, end)) in chapters.iter().zip(ends).enumerate() {
        let rest = chapter.at.end..end.max(chapter.at.end);
        let details = details::read(text, rest.clone(), rest.end, true);
        let mut sections = Vec::new();
        let start = if i == 0 { range.start } else { chapter.at.start };
        if i == 0 && topics_from < chapter.at.start {
            // "Physical therapy, elbow chapter"
            sections = details.topics(text, topics_from..chapter.at.start, strict);
        }
        sections.extend(details.topics(text, rest, strict));
        push(Some(chapter.found), details, sections, start..end);
    }
}

/// The chapters that a citation names. Names of chapters are usual words, so their place must tell.
fn chapters(text: &str, words: &[Word], head: usize, end: usize, source: Source) -> Vec<Chapter> {
    let of: &[Source] = if source == Source::Odg { &[Source::Odg] } else { &[Source::Acoem, Source::Mtus] };
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut i = head;
    while let Some(first) = words.get(i) {
        let found = longest_at(text, words, i, of);
        let Some(found) = found else {
            i += 1;
            continue;
        };
        let next = i + found.words;
        let (after, marked) = qualifiers(text, words, next);
        let gap_after = gap(text, words, next, end);
        let list_goes_on = is_one(word(text, words, next), &["and"]);
        let separated = after > next || next >= words.len() || list_goes_on || gap_after.trim() != "";
        let gap_before = i.checked_sub(1).map_or("", |before| gap(text, words, before + 1, end));
        let joint = is_one(i.checked_sub(1).and_then(|before| word(text, words, before)), &["and"]);
        let announced = is_one(i.checked_sub(1).and_then(|before| word(text, words, before)), &["chapter"]);
        let directly = chapters.last().is_some_and(|last: &Chapter| {
            let between = text.get(last.at.end..first.start).unwrap_or_default();
            between.len() < 12 && between.replace("and", "").chars().all(|c| !c.is_alphanumeric())
        });
        let opens_item = gap_before.contains([',', ';']) || gap_before.contains(". ") || joint;
        let is_chapter = if i == head {
            found.long || separated || announced
        } else {
            marked && (opens_item || chapters.is_empty())
                || announced
                || (gap_before.contains(';') && separated)
                || (directly && opens_item && separated && !chapters.is_empty())
                || (found.long
                    && opens_item
                    && !chapters.is_empty()
                    && (after > next || gap_after.contains(['/', '-', ':'])))
        };
        if let Some(twice) =
            chapters.last_mut().filter(|last| directly && separated && std::ptr::eq(last.found.entry, found.entry))
        {
            // "Chapter 7, Independent Medical Examinations"
            twice.at.end = words.get(after.max(next) - 1).map_or(first.end, |word| word.end);
            i = after.max(next);
        } else if is_chapter && (first.depth == 0 || i == head) {
            let last = words.get(after.max(next) - 1).map_or(first.end, |word| word.end);
            chapters.push(Chapter { found, at: first.start..last });
            i = after.max(next);
        } else {
            i = next;
        }
    }
    chapters
}

/// What stands between the word before a place and the word at it.
fn gap<'t>(text: &'t str, words: &[Word], i: usize, end: usize) -> &'t str {
    let from = i.checked_sub(1).and_then(|before| words.get(before)).map_or(0, |word| word.end);
    text.get(from..words.get(i).map_or(end, |word| word.start)).unwrap_or_default()
}

/// Passes "(Acute & Chronic)", "chapter" and "section" after the name of a chapter; the place after them, and whether
/// one says that it is a chapter.
fn qualifiers(text: &str, words: &[Word], from: usize) -> (usize, bool) {
    let (mut i, mut marked) = (from, false);
    loop {
        let word_here = word(text, words, i);
        if is_one(word_here, &["chapter", "chapters", "section"]) {
            marked = true;
            i += 1;
            continue;
        }
        if is_one(word_here, &["guidelines", "guideline"]) {
            i += 1;
            continue;
        }
        // In brackets of their own: "(Acute & Chronic)".
        let mut end = i;
        while is_one(word(text, words, end), &["acute", "chronic", "and", "subacute"]) {
            end += 1;
        }
        let inside = words.get(i).is_some_and(|w| w.depth > 0);
        let closes = words.get(end).is_none_or(|next| words.get(i).is_some_and(|here| next.depth < here.depth));
        if end == i || (inside && !closes) || (!inside && end - i < 2) {
            return (i, marked);
        }
        i = end;
    }
}

/// Reads a citation of any other source.
fn other(text: &str, range: Range<usize>, citations: &mut Vec<Citation>) {
    let words = words(text, range.clone());
    let cited = text.get(range.clone()).unwrap_or_default().to_owned();
    let listed = || (0..words.len()).find_map(|i| longest_at(text, &words, i, &[Source::Other]).filter(|t| !t.usual));
    // A chapter of the ODG stands for the ODG, unless a name says whose it is.
    let chapter = longest_at(text, &words, 0, &[Source::Odg]).filter(|found| {
        let (after, marked) = qualifiers(text, &words, found.words);
        let gap = gap(text, &words, found.words, range.end);
        marked
            || (found.long && (after > found.words || found.words == words.len() || gap.starts_with([',', ':', ';'])))
    });
    let listed = listed();
    if chapter.is_some() && listed.is_none() {
        return book(text, range, Source::Odg, citations);
    }
    let name = listed.map(|found| found.entry.name.to_owned()).or_else(|| printed_name(text, &words));
    let details = details::read(text, range.clone(), range.start, false);
    let mut years = (0..words.len()).filter_map(|i| details::year(text, &words, i));
    let year = years.next().filter(|first| years.all(|year| year == *first));
    let Details { pages, regulation, .. } = details;
    citations.push(Citation {
        source: Source::Other,
        name,
        year,
        pages,
        regulation,
        text: cited,
        ..Citation::default()
    });
}

/// Words that tell a source's name.
const BODIES: &[&str] = &[
    "journal",
    "society",
    "association",
    "college",
    "academy",
    "institute",
    "institutes",
    "foundation",
    "university",
    "clinic",
    "administration",
    "department",
    "board",
    "council",
    "agency",
    "textbook",
    "handbook",
    "manual",
    "archives",
    "annals",
    "library",
    "bulletin",
    "organization",
    "hospital",
    "encyclopedia",
    "magazine",
    "proceedings",
];

/// Words that a name can have between its capitalised words.
const JOINTS: &[&str] = &["of", "and", "the", "for", "in", "on", "to"];

/// The name of a source that is not listed: capitalised words around one such as "Journal", the title before
/// "6th ed", or the host of a web address.
fn printed_name(text: &str, words: &[Word]) -> Option<String> {
    let capital = |i: usize| word(text, words, i).is_some_and(|w| w.starts_with(|c: char| c.is_uppercase()));
    let close = |i: usize| {
        let gap = i.checked_sub(1).and_then(|b| text.get(words.get(b)?.end..words.get(i)?.start)).unwrap_or_default();
        matches!(gap, " " | " & " | "'" | "\u{2019}" | "-" | "' " | "\u{2019} ")
    };
    let part = |i: usize| {
        close(i) && (capital(i) || is_one(word(text, words, i), JOINTS) || is_one(word(text, words, i), &["s"]))
    };
    // How far a name is followed, either way.
    const REACH: usize = 12;
    for i in 0..words.len() {
        if is_one(word(text, words, i), BODIES) && capital(i) {
            let mut first = i;
            while i - first < REACH
                && first > 0
                && close(first)
                && (capital(first - 1)
                    || is_one(word(text, words, first - 1), JOINTS)
                    || is_one(word(text, words, first - 1), &["s"]))
            {
                first -= 1;
            }
            let mut last = i;
            while last - i < REACH && part(last + 1) {
                last += 1;
            }
            while first < i && !capital(first) {
                first += 1;
            }
            while last > i && !capital(last) {
                last -= 1;
            }
            let name = text.get(words.get(first)?.start..words.get(last)?.end)?;
            if last > first {
                return Some(name.to_owned());
            }
        }
        let edition = i > 0 && is_one(word(text, words, i + 1), &["ed", "edition"]);
        if edition && word(text, words, i)?.starts_with(|c: char| c.is_ascii_digit()) {
            let title = text.get(words.first()?.start..words.get(i - 1)?.end)?;
            let title = title.rsplit(['.', ';']).next()?.trim();
            return (title.len() < 100).then(|| title.to_owned());
        }
        if is_address(text, words, i) {
            let from = words.get(i)?.start;
            let host = text.get(from..)?.split_whitespace().next()?;
            let host = host.split_once("://").map_or(host, |(_, rest)| rest);
            let host = host.split(['/', ',', ';', ')', '?', '#']).next()?.trim_end_matches('.');
            let host = host.strip_prefix("www.").unwrap_or(host);
            return host.contains('.').then(|| host.to_ascii_lowercase());
        }
    }
    None
}
