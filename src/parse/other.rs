//! Citations of sources that are no books of guidelines of their own: societies, journals, web sites.

use super::books::qualifiers;
use super::catalog::{Class, Name};
use super::details::{self, Details};
use super::line::Part;
use crate::letter::{Citation, Source};

/// Whether what is cited without a book is a chapter of the ODG, unless a name says whose it is.
pub(super) fn is_chapter(cited: &Part<'_>) -> bool {
    let Some(found) = cited.longest_at(cited.first, &[Source::Odg]) else { return false };
    let (after, marked) = qualifiers(cited, found.end);
    let alone = || after > found.end || found.end == cited.end || cited.gap(found.end).starts_with([',', ':', ';']);
    (marked || (found.long && alone())) && listed(cited).is_none()
}

/// Reads a citation of another source.
pub(super) fn read(cited: &Part<'_>) -> Citation {
    let name = listed(cited).map(|found| found.entry.name.to_owned()).or_else(|| printed(cited));
    let Details { pages, regulation, .. } = details::read(cited, cited.bytes.start, false);
    let mut years = cited.places().filter_map(|place| details::year(cited, place));
    let year = years.next().filter(|first| years.all(|year| year == *first));
    let text = cited.text().get(cited.bytes.clone()).unwrap_or_default().to_owned();
    Citation { source: Source::Other, name, year, pages, regulation, text, ..Citation::default() }
}

/// The first source that the table lists.
fn listed(cited: &Part<'_>) -> Option<Name> {
    let mut names = cited.names().filter_map(|name| cited.longest_at(name.first, &[Source::Other]));
    names.find(|name| !name.usual)
}

/// The name of a source that is not listed: capitalised words around one such as "Journal", the title before
/// "6th ed", or the host of a web address.
pub(super) fn printed(cited: &Part<'_>) -> Option<String> {
    cited.places().find_map(|place| {
        let name = name_around(cited, place);
        if name.is_some() {
            return name.map(Some);
        }
        let edition = place > cited.first && cited.is_figure(place) && cited.is_one(place + 1, &["ed", "edition"]);
        if edition {
            return Some(title_before(cited, place));
        }
        is_address(cited, place).then(|| host(cited, place))
    })?
}

/// Whether a web address begins at a word.
pub(super) fn is_address(part: &Part<'_>, place: usize) -> bool {
    let scheme = |place: usize| !part.is_one(place, &["www"]);
    let after_scheme =
        |place: usize| part.before(place, 1).is_some_and(|before| part.has(before, Class::Web) && scheme(before));
    part.has(place, Class::Web) && (scheme(place) || !after_scheme(place))
}

/// Whether a journal or a book is named in a part.
pub(super) fn is_publication(part: &Part<'_>) -> bool {
    part.places().any(|place| part.has(place, Class::Publication) && name_around(part, place).is_some())
}

/// Whether the name of a journal or a book begins at a word.
pub(super) fn opens_publication(part: &Part<'_>, place: usize) -> bool {
    /// So many words stand before the one such as "Journal".
    const WORDS: usize = 5;
    let opens =
        |word| part.has(word, Class::Publication) && span_around(part, word).is_some_and(|span| span.0 == place);
    part.is_capital(place) && (place..place + WORDS).any(opens)
}

/// Whether an edition of a book is cited that is none of guidelines: "Surgery of the Ladder, 6th ed."
pub(super) fn is_edition(part: &Part<'_>) -> bool {
    /// So many words of a title come before its edition.
    const WORDS: usize = 16;
    let of_guidelines = |place: usize| {
        part.has(place, Class::OdgTitle) || part.has(place, Class::AcoemTitle) || part.is_one(place, &["and", "of"])
    };
    let edition = part
        .places()
        .take(WORDS)
        .find(|&place| place > part.first && part.is_figure(place) && part.is_one(place + 1, &["ed", "edition"]));
    edition.is_some_and(|edition| {
        let chapter = part.longest_at(part.first, &[Source::Odg, Source::Acoem, Source::Mtus]).is_some();
        part.is_capital(part.first) && !chapter && !(part.first..edition).all(of_guidelines)
    })
}

/// The capitalised words around one such as "Journal", if it is not the only one.
fn name_around(cited: &Part<'_>, place: usize) -> Option<String> {
    let (first, last) = span_around(cited, place)?;
    cited.text().get(cited.start(first)..cited.at(last)?.end).map(str::to_owned)
}

/// The places of the first and the last of these words.
fn span_around(cited: &Part<'_>, place: usize) -> Option<(usize, usize)> {
    if !cited.has(place, Class::Body) || !cited.is_capital(place) {
        return None;
    }
    // "J" is also the initial of an author: the name of a journal follows on it at once.
    if cited.is_one(place, &["j"]) && !(cited.is_capital(place + 1) && cited.gap(place + 1) == " ") {
        return None;
    }
    // How far a name is followed, either way.
    const REACH: usize = 12;
    let close = |place: usize| {
        place > cited.first && matches!(cited.gap(place), " " | " & " | "'" | "\u{2019}" | "-" | "' " | "\u{2019} ")
    };
    let part = |place: usize| cited.is_capital(place) || cited.has(place, Class::Joint) || cited.is_one(place, &["s"]);
    let (mut first, mut last) = (place, place);
    while place - first < REACH && close(first) && part(first - 1) {
        first -= 1;
    }
    while last - place < REACH && close(last + 1) && part(last + 1) {
        last += 1;
    }
    while first < place && !cited.is_capital(first) {
        first += 1;
    }
    while last > place && !cited.is_capital(last) {
        last -= 1;
    }
    (last > first).then_some((first, last))
}

/// The title before "6th ed".
fn title_before(cited: &Part<'_>, edition: usize) -> Option<String> {
    let title = cited.text().get(cited.start(cited.first)..cited.at(cited.before(edition, 1)?)?.end)?;
    let title = title.rsplit(['.', ';']).next()?.trim();
    (title.len() < 100).then(|| title.to_owned())
}

/// The host of a web address.
fn host(cited: &Part<'_>, place: usize) -> Option<String> {
    let address = cited.text().get(cited.start(place)..)?.split_whitespace().next()?;
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split(['/', ',', ';', ')', '?', '#']).next()?.trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.contains('.').then(|| host.to_ascii_lowercase())
}
