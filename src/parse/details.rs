//! What a citation gives beside the names of its source and chapter: pages, section of the regulation, year, topics.

use super::catalog::{Word, is_one, is_section, word, words};
use super::words::trimmed;
use std::ops::Range;

/// What was found in a citation.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) pages: Vec<String>,
    pub(super) regulation: Option<String>,
    pub(super) year: Option<u16>,
    /// The places of all this: what is left are topics.
    taken: Vec<Range<usize>>,
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

/// What may stand before a date or a year that tells of the edition.
const DATED: &[&str] =
    &["updated", "last", "update", "revised", "accessed", "as", "of", "on", "dated", "effective", "version"];

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a passage. Years count up to `years_end`, for later ones belong to topics; `book` tells of a book with editions.
pub(super) fn read(text: &str, range: Range<usize>, years_end: usize, book: bool) -> Details {
    let words = words(text, range.clone());
    let mut found = Details::default();
    let mut i = 0;
    while let Some(at) = words.get(i) {
        let taken = pages(text, &words, i, range.end, &mut found)
            .or_else(|| regulation(text, &words, i, range.end, &mut found))
            .or_else(|| dated(text, &words, i, years_end, &mut found))
            .or_else(|| if book { edition(text, &words, i) } else { None });
        let end = match taken {
            Some(taken) => {
                let end = taken.end;
                found.taken.push(taken);
                end
            }
            None => at.end,
        };
        while words.get(i).is_some_and(|word| word.start < end) {
            i += 1;
        }
    }
    found
}

/// "Page(s): 98-99", "pages 22, 67-68", "pg. 43", "pp. 11-12".
fn pages(text: &str, words: &[Word], i: usize, end: usize, found: &mut Details) -> Option<Range<usize>> {
    let label = words.get(i)?;
    if !is_page(word(text, words, i)) {
        return None;
    }
    let bytes = text.as_bytes().get(..end)?;
    let mut at = label.end;
    if bytes.get(at..at + 3).is_some_and(|s| s.eq_ignore_ascii_case(b"(s)")) {
        at += 3;
    }
    at = skip(bytes, at, b" .:#");
    let (pages, end) = page_list(text, bytes, at)?;
    found.pages.extend(pages);
    Some(label.start..end)
}

fn is_page(word: Option<&str>) -> bool {
    is_one(word, &["page", "pages", "pg", "pgs", "pp", "p", "pag", "paged", "pgae"])
}

/// A list of pages and ranges of pages.
fn page_list(text: &str, bytes: &[u8], from: usize) -> Option<(Vec<String>, usize)> {
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
        if !pages.contains(&page) {
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
        let label = text[at..bytes.len()].bytes().take_while(u8::is_ascii_alphabetic).count();
        if is_page(text.get(at..at + label)) {
            at = skip(bytes, at + label, b" .:");
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
fn regulation(text: &str, words: &[Word], i: usize, end: usize, found: &mut Details) -> Option<Range<usize>> {
    let bytes = text.as_bytes().get(..end)?;
    let (section, mut end) = section(text, bytes, words.get(i)?.start)?;
    let mut section = section;
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
    let before = [
        "8",
        "title",
        "california",
        "cal",
        "code",
        "of",
        "regulations",
        "regs",
        "section",
        "sections",
        "ccr",
        "c",
        "r",
        "the",
    ];
    let back = (0..i).rev().take(9).take_while(|&n| is_one(word(text, words, n), &before)).last();
    Some(words.get(back.unwrap_or(i))?.start..end)
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
fn dated(text: &str, words: &[Word], i: usize, years_end: usize, found: &mut Details) -> Option<Range<usize>> {
    let at = words.get(i)?;
    if !text.as_bytes().get(at.start)?.is_ascii_digit() {
        return None;
    }
    let (year, end, mut first) = match date(text, words, i) {
        Some((year, end)) => (year, end, i),
        None => {
            let year = year(text, words, i).filter(|_| at.end <= years_end)?;
            let month = i.checked_sub(1).filter(|&before| is_month(word(text, words, before)));
            (year, at.end, month.unwrap_or(i))
        }
    };
    found.year.get_or_insert(year);
    // "July 18, 2009"
    let day = |i: usize| word(text, words, i).is_some_and(|w| w.len() <= 2 && w.bytes().all(|b| b.is_ascii_digit()));
    if first >= 2 && day(first - 1) && is_month(word(text, words, first - 2)) {
        first -= 2;
    }
    while first.checked_sub(1).is_some_and(|before| is_one(word(text, words, before), DATED)) {
        first -= 1;
    }
    Some(words.get(first)?.start..end)
}

/// The year of a date such as 12/20/16, and where the date ends.
fn date(text: &str, words: &[Word], i: usize) -> Option<(u16, usize)> {
    let part = |n: usize, longest: usize| {
        word(text, words, i + n)
            .filter(|w| w.len() <= longest && w.bytes().all(|b| b.is_ascii_digit()))?
            .parse::<u16>()
            .ok()
    };
    let joint = |n: usize| {
        let gap = text.get(words.get(i + n)?.end..words.get(i + n + 1)?.start)?;
        matches!(gap, "/" | "-").then_some(())
    };
    let (month, day, year) = (part(0, 2)?, part(1, 2)?, part(2, 4)?);
    joint(0)?;
    joint(1)?;
    if !matches!(word(text, words, i + 2)?.len(), 2 | 4) {
        return None;
    }
    let year = if year < 100 { 2000 + year } else { year };
    let plausible = (1..=12).contains(&month) && (1..=31).contains(&day) && (1990..2050).contains(&year);
    plausible.then_some((year, words.get(i + 2)?.end))
}

/// A year that stands by itself.
pub(super) fn year(text: &str, words: &[Word], i: usize) -> Option<u16> {
    let at = words.get(i)?;
    let year = word(text, words, i).filter(|word| word.len() == 4)?.parse::<u16>().ok()?;
    let bytes = text.as_bytes();
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
fn edition(text: &str, words: &[Word], i: usize) -> Option<Range<usize>> {
    // The first letters of "chapter", of ordinals and of the words below.
    if !b"ctwoileac0123456789".contains(&word(text, words, i)?.as_bytes().first()?.to_ascii_lowercase()) {
        return None;
    }
    let ordinal = |n: usize| {
        word(text, words, n)
            .is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()) && w.ends_with(['t', 'h', 'd']))
    };
    let number = word(text, words, i + 1).is_some_and(|w| w.len() <= 2 && w.bytes().all(|b| b.is_ascii_digit()));
    if number && is_one(word(text, words, i), &["chapter"]) {
        return Some(words.get(i)?.start..words.get(i + 1)?.end);
    }
    let from = i + usize::from(ordinal(i));
    let ed = is_one(word(text, words, from), &["ed"]) && from > i;
    let known =
        EDITIONS.iter().find(|known| (0..).zip(**known).all(|(n, w)| is_one(word(text, words, from + n), &[w])));
    let length = known.map(|known| known.len()).or(ed.then_some(1))?;
    Some(words.get(i)?.start..words.get(from + length - 1)?.end)
}

impl Details {
    /// The topics of a passage: what is left of it when all that was read is taken away. `strict` parts them at each
    /// comma; else a comma before a small letter is part of a topic ("TENS, chronic pain").
    pub(super) fn topics(&self, text: &str, range: Range<usize>, strict: bool) -> Vec<String> {
        let mut topics: Vec<Range<usize>> = Vec::new();
        let mut from = range.start;
        let bounds = self.taken.iter().cloned().chain(std::iter::once(range.end..range.end));
        for taken in bounds.filter(|taken| taken.end > range.start || taken.start == range.end) {
            let piece = from..taken.start.clamp(from, range.end);
            from = taken.end.clamp(from, range.end);
            split(text, piece, strict, &mut topics);
        }
        let topics = topics.into_iter().filter_map(|topic| clean(text, topic));
        // "..., because it covers this treatment" tells why, not what.
        topics.take_while(|topic| !opens_remark(topic)).map(str::to_owned).collect()
    }
}

/// Whether words tell of what was cited, and cite nothing.
fn opens_remark(topic: &str) -> bool {
    const OPENINGS: [&str; 7] = ["because", "which", "since", "as", "that", "where", "although"];
    let first = topic.split(' ').next().unwrap_or_default();
    topic.contains(' ') && OPENINGS.contains(&first)
}

/// Parts a list. "Forearm, Wrist, & Hand" is one topic: its last comma tells.
fn split(text: &str, piece: Range<usize>, strict: bool, topics: &mut Vec<Range<usize>>) {
    let list = text.get(piece.clone()).unwrap_or_default();
    let own = topics.len();
    let mut push = |topic: Range<usize>| match topics.get_mut(own..).and_then(<[_]>::last_mut) {
        Some(last) if text.get(topic.clone()).is_some_and(|s| s.contains(", &")) => last.end = topic.end,
        _ => topics.push(topic),
    };
    let (mut depth, mut start) = (0i32, 0);
    for (i, c) in list.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = (depth - 1).max(0),
            ',' | ';' if depth == 0 => {
                let next = list.get(i + 1..).and_then(|r| r.trim_start().chars().next());
                let parts = c == ';' || strict || next.is_some_and(|c| c.is_uppercase() || c.is_numeric());
                // As far as the name of a section reaches.
                let reach = text.floor_char_boundary((piece.start + i + 80).min(piece.end));
                if parts && !is_section(text, piece.start + start..reach, piece.start + i) {
                    push(piece.start + start..piece.start + i);
                    start = i + 1;
                }
            }
            _ => {}
        }
    }
    push(piece.start + start..piece.end);
}

/// A topic without what stands around it; `None` if nothing is left that names one.
fn clean(text: &str, topic: Range<usize>) -> Option<&str> {
    let mut topic = text.get(trimmed(text, topic))?;
    // Each round takes little off; a bound on the rounds keeps the time linear.
    for _ in 0..8 {
        let before = topic.len();
        topic = topic.trim_matches(|c: char| c.is_whitespace() || ",;:.-/\u{2013}\u{2014}\u{a7}".contains(c));
        topic = balanced(topic);
        for word in
            ["and", "section", "sections", "(s)", "chapter", "topic:", "the", "on", "under", "regarding", "see", "also"]
        {
            topic = without_first(topic, word);
        }
        for words in [
            "which is",
            "that is",
            "which are",
            "a part of",
            "part of",
            "and the",
            "and",
            "the",
            "in the",
            "guidelines,",
        ] {
            topic = without_last(topic, words);
        }
        if topic.len() == before {
            break;
        }
    }
    const EMPTY: &[&str] = &[
        "guidelines",
        "guideline",
        "chapter",
        "chapters",
        "section",
        "sections",
        "s",
        "mtus",
        "acoem",
        "citation",
        "page",
        "pages",
        "topic",
        "acute",
        "chronic",
        "acute & chronic",
        "acute and chronic",
        "odg",
        "procedure summary",
        "update",
        "updated",
        "part",
        "a",
        "of",
        "is",
        "which",
        "page(s)",
        "section(s)",
        "edition",
        "web",
        "online",
        "version",
        "practice guidelines",
        "acoem practice guidelines",
        "acoem guidelines",
        "treatment guidelines",
        "revised",
        "and",
        "or",
        "the",
        "last updated",
        "last update",
    ];
    (topic.chars().any(char::is_alphanumeric) && !is_one(Some(topic), EMPTY)).then_some(topic)
}

/// A topic without brackets that stand alone, or around the whole.
fn balanced(topic: &str) -> &str {
    let (mut depth, mut least, mut closes) = (0i32, 0, 0);
    for (i, c) in topic.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        least = least.min(depth);
        if depth == 0 && closes == 0 {
            closes = i;
        }
    }
    if least < 0 && topic.starts_with(')') {
        return &topic[1..];
    }
    if least < 0 && topic.ends_with(')') {
        return &topic[..topic.len() - 1];
    }
    if depth > 0 && topic.starts_with('(') {
        return &topic[1..];
    }
    if depth > 0 && topic.ends_with('(') {
        return &topic[..topic.len() - 1];
    }
    let whole = topic.starts_with('(') && topic.ends_with(')') && closes + 1 == topic.len() && topic.len() > 1;
    if whole { &topic[1..topic.len() - 1] } else { topic }
}

fn without_first<'t>(topic: &'t str, word: &str) -> &'t str {
    let head = topic.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let rest = topic.get(word.len()..).unwrap_or_default();
    let ends =
        rest.starts_with(|c: char| !c.is_alphanumeric() && c != '-' && (c != '(' || word.starts_with("section")));
    if head && ends { rest } else { topic }
}

fn without_last<'t>(topic: &'t str, words: &str) -> &'t str {
    let Some(cut) = topic.len().checked_sub(words.len()) else { return topic };
    let tail = topic.get(cut..).is_some_and(|tail| tail.eq_ignore_ascii_case(words));
    let head = topic.get(..cut).unwrap_or_default();
    if tail && head.ends_with(|c: char| !c.is_alphanumeric() && c != '-') { head } else { topic }
}
