//! Citations of books of guidelines outside of the MTUS, the ODG and ACOEM, with their chapters and topics.

use super::catalog::{Class, Name};
use super::details::{self, Details};
use super::line::Part;
use super::words::trimmed;
use crate::letter::{Citation, Source};
use std::ops::Range;

/// The first word, from the first of a part, that does not belong to the title of a book, its date or its address.
fn after_title(part: &Part<'_>, source: Source) -> usize {
    let title = if source == Source::Odg { Class::OdgTitle } else { Class::AcoemTitle };
    let mut address = false;
    let beyond = |place: usize| {
        address = part.has(place, Class::Web) || (address && !part.gap(place).contains(' '));
        let dates = || part.is_figure(place + 1) && details::is_month(part.word(place));
        !(address || part.has(place, title) || part.is_figure(place) || dates())
    };
    part.places().position(beyond).map_or(part.end, |words| part.first + words)
}

/// Whether all words belong to the title of a book.
pub(super) fn is_title(part: &Part<'_>, source: Source) -> bool {
    // No title is longer.
    const LONGEST: usize = 200;
    part.bytes.len() <= LONGEST && after_title(part, source) == part.end
}

/// A chapter of a book where it is named.
struct Chapter {
    found: Name,
    /// With "(Acute & Chronic)", "chapter" and the like.
    at: Range<usize>,
}

/// Reads a citation of the ODG or of ACOEM; one that names several chapters is several citations.
pub(super) fn read(cited: &Part<'_>, source: Source, citations: &mut Vec<Citation>) {
    let (text, Range { start: from, end }) = (cited.text(), cited.bytes.clone());
    let head = after_title(cited, source);
    let chapters = chapters(cited, head, source);
    let topics_from = cited.start(head);
    let title = details::read(&cited.part(from..topics_from), topics_from, true);
    let strict = source == Source::Acoem;
    let details_of = |range: Range<usize>| {
        let part = cited.part(range);
        let details = details::read(&part, part.bytes.end, true);
        (part, details)
    };
    let mut push = |chapter: Option<Name>, details: Details, sections: Vec<String>, part: Range<usize>| {
        let Details { mut pages, regulation, year, .. } = details;
        let year = year.or(title.year);
        let name = |found: Name| match source {
            // The ODG are edited every year: their chapters are counted without it.
            Source::Odg => found.entry.name.to_owned(),
            _ => super::chapters::chapter(found.entry, year),
        };
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
            text: text.get(trimmed(text, part)).unwrap_or_default().to_owned(),
        });
    };
    let Some(first) = chapters.first() else {
        let (rest, details) = details_of(topics_from..end);
        let sections = details.topics(&rest, strict);
        push(None, details, sections, from..end);
        return;
    };
    for (i, chapter) in chapters.iter().enumerate() {
        let end = chapters.get(i + 1).map_or(end, |next| next.at.start);
        let (rest, details) = details_of(chapter.at.end..end.max(chapter.at.end));
        // "Physical therapy, elbow chapter"
        let before = i == 0 && topics_from < first.at.start;
        let mut sections =
            if before { details.topics(&cited.part(topics_from..first.at.start), strict) } else { Vec::new() };
        sections.extend(details.topics(&rest, strict));
        let start = if i == 0 { from } else { chapter.at.start };
        push(Some(chapter.found), details, sections, start..end);
    }
}

/// The chapters that a citation names. Names of chapters are usual words, so their place must tell.
fn chapters(part: &Part<'_>, head: usize, source: Source) -> Vec<Chapter> {
    let of: &[Source] = if source == Source::Odg { &[Source::Odg] } else { &[Source::Acoem, Source::Mtus] };
    let (text, outside) = (part.text(), part.outside());
    let mut chapters: Vec<Chapter> = Vec::new();
    let mut place = head;
    while let Some(first) = part.at(place) {
        let Some(found) = part.longest_at(place, of) else {
            place += 1;
            continue;
        };
        let next = found.end;
        let (after, marked) = qualifiers(part, next);
        let gap_after = part.gap(next);
        let list_goes_on = part.is_one(next, &["and"]);
        let separated = after > next || next >= part.end || list_goes_on || gap_after.trim() != "";
        let before = part.before(place, 1);
        let gap_before = before.map_or("", |_| part.gap(place));
        let joint = before.is_some_and(|before| part.is_one(before, &["and"]));
        let announced = before.is_some_and(|before| part.is_one(before, &["chapter"]));
        let directly = chapters.last().is_some_and(|last: &Chapter| {
            let between = text.get(last.at.end..first.start).unwrap_or_default();
            between.len() < 12 && between.replace("and", "").chars().all(|c| !c.is_alphanumeric())
        });
        let opens_item = gap_before.contains([',', ';']) || gap_before.contains(". ") || joint;
        let is_chapter = if place == head {
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
        let end = part.at(after.max(next) - 1).map_or(first.end, |word| word.end);
        place = if let Some(twice) =
            chapters.last_mut().filter(|last| directly && separated && std::ptr::eq(last.found.entry, found.entry))
        {
            // "Chapter 7, Independent Medical Examinations"
            twice.at.end = end;
            after.max(next)
        } else if is_chapter && (first.depth <= outside || place == head) {
            chapters.push(Chapter { found, at: first.start..end });
            after.max(next)
        } else {
            next
        };
    }
    chapters
}

/// Passes "(Acute & Chronic)", "chapter" and "section" after the name of a chapter; the place after them, and whether
/// one says that it is a chapter.
pub(super) fn qualifiers(part: &Part<'_>, from: usize) -> (usize, bool) {
    let (mut place, mut marked) = (from, false);
    loop {
        if part.is_one(place, &["chapter", "chapters", "section"]) {
            marked = true;
            place += 1;
            continue;
        }
        if part.is_one(place, &["guidelines", "guideline"]) {
            place += 1;
            continue;
        }
        // In brackets of their own: "(Acute & Chronic)".
        let mut end = place;
        while part.is_one(end, &["acute", "chronic", "and", "subacute"]) {
            end += 1;
        }
        let here = part.at(place);
        let inside = here.is_some_and(|here| here.depth > part.outside());
        let closes = part.at(end).is_none_or(|next| here.is_some_and(|here| next.depth < here.depth));
        if end == place || (inside && !closes) || (!inside && end - place < 2) {
            return (place, marked);
        }
        place = end;
    }
}
