//! What a citation gives beside the names of its source and chapter: pages, section of the regulation, year, topics.

use super::catalog::Class;
use super::line::Part;
use std::ops::Range;

/// What was found in a citation.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) pages: Vec<String>,
    pub(super) regulation: Option<String>,
    pub(super) year: Option<u16>,
    /// The places of all this: what is left are topics.
    pub(super) taken: Vec<Range<usize>>,
}

/// Words about the edition of a book, and longer titles of the ODG. They name no topic.
const EDITIONS: &[&[&str]] = &[
    &["work", "loss", "data", "institute"],
    &["treatment", "in", "workers", "compensation"],
    &["treatment", "in", "workers", "comp"],
    &["treatment", "in", "worker", "s", "compensation"],
    &["treatment", "in", "worker", "s", "comp"],
    &["treatment", "for", "workers", "compensation"],
    &["treatment", "for", "worker", "s", "compensation"],
    &["integrated", "treatment", "disability", "duration", "guidelines"],
    &["web", "based", "version"],
    &["on", "line", "version"],
    &["on", "line", "edition"],
    &["online", "version"],
    &["online", "edition"],
    &["web", "version"],
    &["web", "edition"],
    &["internet", "version"],
    &["internet", "edition"],
    &["electronic", "version"],
    &["current", "version"],
    &["current", "edition"],
    &["latest", "version"],
    &["annual", "edition"],
    &["edition"],
    &["twc"],
];

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a part of a line. Years count up to `years_end`, for later ones belong to topics; `book` tells of a book with
/// editions.
pub(super) fn read(part: &Part<'_>, years_end: usize, book: bool) -> Details {
    let mut found = Details::default();
    let mut place = part.first;
    while let Some(at) = part.at(place) {
        let taken = if at.has(Class::Page) {
            pages(part, place, &mut found)
        } else if at.has(Class::Figure) {
            regulation(part, place, &mut found).or_else(|| dated(part, place, years_end, &mut found))
        } else if at.has(Class::Web) {
            let address = part.text().get(at.start..part.bytes.end).unwrap_or_default();
            Some(at.start..at.start + address.find(char::is_whitespace).unwrap_or(address.len()))
        } else {
            None
        };
        let taken = taken.or_else(|| if book { edition(part, place) } else { None });
        let end = taken.as_ref().map_or(at.end, |taken| taken.end);
        found.taken.extend(taken);
        while part.at(place).is_some_and(|word| word.start < end) {
            place += 1;
        }
    }
    found
}

/// "Page(s): 98-99", "pages 22, 67-68", "pg. 43", "pp. 11-12".
fn pages(part: &Part<'_>, place: usize, found: &mut Details) -> Option<Range<usize>> {
    let label = part.at(place)?;
    let bytes = part.text().as_bytes().get(..part.bytes.end)?;
    let mut at = label.end;
    if bytes.get(at..at + 3).is_some_and(|s| s.eq_ignore_ascii_case(b"(s)")) {
        at += 3;
    }
    // "page no. 98"
    if part.is_one(place + 1, &["no", "nos", "number", "numbers"]) && part.gap(place + 1).trim() == "" {
        at = part.at(place + 1)?.end;
    }
    at = skip(bytes, at, b" .:#");
    let (pages, end) = page_list(part, bytes, at)?;
    found.pages.extend(pages);
    Some(label.start..end)
}

/// A list of pages and ranges of pages.
fn page_list(part: &Part<'_>, bytes: &[u8], from: usize) -> Option<(Vec<String>, usize)> {
    /// No citation names more; this bounds the search for pages that are named twice.
    const MOST: usize = 256;
    let text = part.text();
    let mut pages = Vec::new();
    let (mut at, mut end) = (from, from);
    while let Some((first, after)) = page(text, bytes, at) {
        let low = skip(bytes, after, b" ");
        let dash = ["-", "\u{2013}", "\u{2014}", "to ", "through "]
            .iter()
            .find(|dash| text[low..bytes.len()].starts_with(**dash));
        let last = dash.and_then(|dash| page(text, bytes, skip(bytes, low + dash.len(), b" ")));
        let page = match last {
            Some((last, _)) => format!("{first}-{last}"),
            None => first.to_owned(),
        };
        end = last.map_or(after, |(_, end)| end);
        if pages.len() < MOST && !pages.contains(&page) {
            pages.push(page);
        }
        // "page 98 of 127"
        let of = skip(bytes, end, b" ");
        if text[of..bytes.len()].starts_with("of ")
            && let Some((_, total)) = page_number(text, bytes, of + 3)
        {
            end = total;
        }
        at = skip(bytes, end, b" ,;&");
        let rest = &text[at..bytes.len()];
        if rest.starts_with("and ") {
            at += "and ".len();
        }
        if at == end {
            break;
        }
        let label = part.part(at..at + 1);
        if let Some(word) = label.at(label.first).filter(|word| word.start == at && label.has(label.first, Class::Page))
        {
            at = skip(bytes, word.end, b" .:");
        }
    }
    (!pages.is_empty()).then_some((pages, end))
}

/// A page that stands by itself, and no year, section, edition or date.
fn page<'t>(text: &'t str, bytes: &[u8], at: usize) -> Option<(&'t str, usize)> {
    let (number, end) = page_number(text, bytes, at)?;
    let next = |n: usize| bytes.get(end + n).copied().unwrap_or(b' ');
    let more = next(0).is_ascii_alphanumeric() || (matches!(next(0), b'.' | b'/') && next(1).is_ascii_digit());
    (!more && number.parse::<u16>().is_ok_and(|n| (1..1900).contains(&n))).then_some((number, end))
}

fn page_number<'t>(text: &'t str, bytes: &[u8], at: usize) -> Option<(&'t str, usize)> {
    let digits = bytes.get(at..)?.iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    (1..=4).contains(&digits).then(|| text.get(at..at + digits)).flatten().map(|number| (number, at + digits))
}

fn skip(bytes: &[u8], at: usize, these: &[u8]) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|b| these.contains(b)).count()
}

/// "9792.24.2", "8 C.C.R. 9792.20 - 9792.26", "Title 8, California Code of Regulations, section 9792.23.5".
fn regulation(part: &Part<'_>, place: usize, found: &mut Details) -> Option<Range<usize>> {
    let text = part.text();
    let bytes = text.as_bytes().get(..part.bytes.end)?;
    let (mut section, mut end) = section(text, bytes, part.at(place)?.start)?;
    let mut at = skip(bytes, end, b" ");
    for joint in ["-", "\u{2013}", "\u{2014}", "to ", "through ", "et seq"] {
        if !text[at..bytes.len()].starts_with(joint) {
            continue;
        }
        at = skip(bytes, at + joint.len(), b" .");
        match self::section(text, bytes, at) {
            Some((last, after)) => {
                section = format!("{section}-{last}");
                end = after;
            }
            None if joint == "et seq" => end = at,
            None => {}
        }
        break;
    }
    // A section tells more than a range of them.
    if found.regulation.as_ref().is_none_or(|known| known.contains('-') && !section.contains('-')) {
        found.regulation = Some(section);
    }
    let end = passed(part, paragraphs(bytes, end));
    let back =
        (1..10).map_while(|n| part.before(place, n)).take_while(|&before| part.has(before, Class::Regulation)).last();
    Some(part.start(back.unwrap_or(place))..end)
}

/// The end of the paragraphs that follow on a section, as in "9792.24.1(c)(1)".
fn paragraphs(bytes: &[u8], end: usize) -> usize {
    let mut last = end;
    loop {
        let open = skip(bytes, last, b" ");
        match bytes.get(open..) {
            Some([b'(', b, b')', ..]) if b.is_ascii_alphanumeric() => last = open + 3,
            _ => return last,
        }
    }
}

/// The end of "of the CCR" or "of Title 8, California Code of Regulations" behind a section.
fn passed(part: &Part<'_>, end: usize) -> usize {
    let rest = part.part(end..part.bytes.end);
    let of = rest.is_one(rest.first, &["of"]) && rest.gap(rest.first).trim() == "";
    let words = rest.places().take_while(|&place| of && rest.has(place, Class::Regulation));
    // The words belong to the section as far as the name of the regulations.
    let named = words.filter(|&place| rest.is_one(place, &["ccr", "regulations", "8"])).last();
    named.and_then(|last| rest.at(last)).map_or(end, |last| last.end)
}

/// A number such as 9792.24.2. A blank after the first full stop comes from a broken line.
fn section(text: &str, bytes: &[u8], at: usize) -> Option<(String, usize)> {
    let mut end = at + 4;
    if !bytes.get(at..end)?.eq(b"9792") {
        return None;
    }
    let mut section = "9792".to_owned();
    while bytes.get(end) == Some(&b'.') && section.len() < 16 {
        let from = if section.len() == 4 { skip(bytes, end + 1, b" ").min(end + 2) } else { end + 1 };
        let digits = bytes.get(from..)?.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            break;
        }
        section.push('.');
        section.push_str(text.get(from..from + digits)?);
        end = from + digits;
    }
    (section.len() > 4).then_some((section, end))
}

/// A date or a year, with the words that say what it dates.
fn dated(part: &Part<'_>, place: usize, years_end: usize, found: &mut Details) -> Option<Range<usize>> {
    let at = part.at(place)?;
    let (year, end, mut first) = match date(part, place) {
        Some((year, end)) => (year, end, place),
        None => {
            let year = year(part, place).filter(|_| at.end <= years_end)?;
            let month = part.before(place, 1).filter(|&before| is_month(part.word(before)));
            (year, at.end, month.unwrap_or(place))
        }
    };
    found.year.get_or_insert(year);
    // "July 18, 2009"
    let day = |day: &str| day.len() <= 2 && day.bytes().all(|b| b.is_ascii_digit());
    if let (Some(before), Some(month)) = (part.before(first, 1), part.before(first, 2))
        && part.word(before).is_some_and(day)
        && is_month(part.word(month))
    {
        first = month;
    }
    while let Some(before) = part.before(first, 1).filter(|&before| part.has(before, Class::Dated)) {
        first = before;
    }
    Some(part.start(first)..end)
}

/// The year of a date such as 12/20/16, and where the date ends.
fn date(part: &Part<'_>, place: usize) -> Option<(u16, usize)> {
    if !matches!(part.gap(place + 1), "/" | "-") || !matches!(part.gap(place + 2), "/" | "-") {
        return None;
    }
    let number = |n: usize, longest: usize| {
        let word = part.word(place + n).filter(|w| w.len() <= longest && w.bytes().all(|b| b.is_ascii_digit()));
        word?.parse::<u16>().ok()
    };
    let (month, day, year) = (number(0, 2)?, number(1, 2)?, number(2, 4)?);
    if !matches!(part.word(place + 2)?.len(), 2 | 4) {
        return None;
    }
    let year = if year < 100 { 2000 + year } else { year };
    let plausible = (1..=12).contains(&month) && (1..=31).contains(&day) && (1990..2050).contains(&year);
    plausible.then_some((year, part.at(place + 2)?.end))
}

/// A year that stands by itself.
pub(super) fn year(part: &Part<'_>, place: usize) -> Option<u16> {
    let at = part.at(place).filter(|word| word.has(Class::Figure) && word.end - word.start == 4)?;
    let year = part.word(place)?.parse::<u16>().ok()?;
    let bytes = part.text().as_bytes();
    let joined = |b: Option<&u8>| b.is_some_and(|b| matches!(b, b'/' | b'-' | b'.' | b'_' | b'='));
    let before = at.start.checked_sub(1).and_then(|before| bytes.get(before));
    let after = bytes.get(at.end);
    let ends = after == Some(&b'.') && !bytes.get(at.end + 1).is_some_and(u8::is_ascii_alphanumeric);
    ((1990..2050).contains(&year) && !joined(before) && (!joined(after) || ends)).then_some(year)
}

/// Whether a word is a month's name or its abbreviation.
pub(super) fn is_month(word: Option<&str>) -> bool {
    word.is_some_and(|word| {
        let head = word.get(..3).is_some_and(|head| MONTHS.iter().any(|month| head.eq_ignore_ascii_case(month)));
        head && (word.len() <= 5 || word.ends_with('y') || word.ends_with("er") || word.eq_ignore_ascii_case("august"))
    })
}

/// Words about an edition.
fn edition(part: &Part<'_>, place: usize) -> Option<Range<usize>> {
    let ordinal = part.is_figure(place) && part.word(place)?.ends_with(['t', 'h', 'd']);
    let from = place + usize::from(ordinal);
    let ed = ordinal && part.is_one(from, &["ed"]);
    if !ed && !part.has(from, Class::Edition) {
        return None;
    }
    let number = |word: &str| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
    if part.is_one(place, &["chapter"]) && part.word(place + 1).is_some_and(number) {
        return Some(part.start(place)..part.at(place + 1)?.end);
    }
    let known = EDITIONS.iter().find(|known| (from..).zip(**known).all(|(place, word)| part.is_one(place, &[word])));
    let length = known.map(|known| known.len()).or(ed.then_some(1))?;
    Some(part.start(place)..part.at(from + length - 1)?.end)
}
