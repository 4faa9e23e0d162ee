//! The topics that a citation names: what its details leave of it.

use super::catalog::Name;
use super::details::Details;
use super::line::Part;
use super::words::trimmed;
use memchr::memchr2;
use std::ops::Range;

impl Details {
    /// The topics of a passage: what is left of it when all that was read is taken away. `strict` parts them at each
    /// comma; else a comma before a small letter is part of a topic ("TENS, chronic pain").
    pub(super) fn topics(&self, part: &Part<'_>, strict: bool) -> Vec<String> {
        let (text, range) = (part.text(), &part.bytes);
        let mut topics: Vec<Range<usize>> = Vec::new();
        let mut from = range.start;
        let bounds = self.taken.iter().cloned().chain(std::iter::once(range.end..range.end));
        for taken in bounds.filter(|taken| taken.end > range.start || taken.start == range.end) {
            let piece = from..taken.start.clamp(from, range.end);
            from = taken.end.clamp(from, range.end);
            split(&part.part(piece), strict, &mut topics);
        }
        let topics = topics.into_iter().filter_map(|topic| clean(text, topic));
        // "..., because it covers this treatment" tells why, not what.
        topics.take_while(|topic| !opens_remark(topic)).map(str::to_owned).collect()
    }
}

/// Whether words tell of what was cited, and cite nothing.
fn opens_remark(topic: &str) -> bool {
    const OPENINGS: [&str; 7] = ["because", "which", "since", "as", "that", "where", "although"];
    OPENINGS.iter().any(|opening| topic.strip_prefix(opening).is_some_and(|rest| rest.starts_with(' ')))
}

/// Parts a list. "Forearm, Wrist, & Hand" is one topic: its last comma tells.
fn split(piece: &Part<'_>, strict: bool, topics: &mut Vec<Range<usize>>) {
    let (text, Range { start: from, end }) = (piece.text(), piece.bytes.clone());
    let list = text.get(..end).unwrap_or_default();
    let own = topics.len();
    let mut push = |topic: Range<usize>, joined: bool| match topics.get_mut(own..).and_then(<[_]>::last_mut) {
        Some(last) if joined => last.end = topic.end,
        _ => topics.push(topic),
    };
    let (mut depth, mut start, mut joined) = (0i32, from, false);
    for (i, b) in list.bytes().enumerate().skip(from) {
        match b {
            b'(' => depth += 1,
            b')' => depth = (depth - 1).max(0),
            b',' | b';' => {
                let rest = list.get(i + 1..).unwrap_or_default();
                let next = rest.trim_start().chars().next();
                let remark = || ["because ", "since ", "although "].iter().any(|w| rest.trim_start().starts_with(w));
                let parts = b == b';' || strict || next.is_some_and(|c| c.is_uppercase() || c.is_numeric()) || remark();
                if depth == 0 && parts && !in_section(piece, start, i) {
                    push(start..i, joined);
                    (start, joined) = (i + 1, false);
                } else {
                    joined |= b == b',' && rest.starts_with(" &");
                }
            }
            _ => {}
        }
    }
    push(start..end, joined);
}

/// Whether a comma is in the name of a section that begins at an offset.
fn in_section(piece: &Part<'_>, start: usize, comma: usize) -> bool {
    let rest = piece.part(start..piece.bytes.end);
    let within = |name: &Name| name.entry.section && rest.start(name.end - 1) > comma;
    rest.names_at(rest.first).any(within)
}

/// A topic without what stands around it; `None` if nothing is left that names one.
fn clean(text: &str, topic: Range<usize>) -> Option<&str> {
    let mut topic = text.get(trimmed(text, topic))?;
    // Each round takes little off; a bound on the rounds keeps the time linear.
    for _ in 0..8 {
        topic = topic.trim_matches(|c: char| {
            matches!(c, ' ' | ',' | ';' | ':' | '.' | '-' | '/' | '\u{2013}' | '\u{2014}' | '\u{a7}')
                || c.is_whitespace()
        });
        let trimmed = topic.len();
        topic = without_last(without_first(balanced(topic)));
        if topic.len() == trimmed {
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
    let empty = EMPTY.iter().any(|empty| empty.len() == topic.len() && topic.eq_ignore_ascii_case(empty));
    (topic.chars().any(char::is_alphanumeric) && !empty).then_some(topic)
}

/// A topic without brackets that stand alone, or around the whole.
fn balanced(topic: &str) -> &str {
    if memchr2(b'(', b')', topic.as_bytes()).is_none() {
        return topic;
    }
    let (mut depth, mut least, mut closes) = (0i32, 0, 0);
    for (i, b) in topic.bytes().enumerate() {
        match b {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                least = least.min(depth);
                if depth == 0 && closes == 0 {
                    closes = i;
                }
            }
            _ => {}
        }
    }
    let first = |bracket| topic.strip_prefix(bracket);
    let last = |bracket| topic.strip_suffix(bracket);
    let alone = if least < 0 {
        first(')').or_else(|| last(')'))
    } else if depth > 0 {
        first('(').or_else(|| last('('))
    } else {
        None
    };
    let whole = || first('(').and_then(|inner| inner.strip_suffix(')')).filter(|_| closes + 1 == topic.len());
    alone.or_else(whole).unwrap_or(topic)
}

/// A topic without words before it that name none.
fn without_first(mut topic: &str) -> &str {
    const WORDS: [&str; 12] =
        ["and", "section", "sections", "(s)", "chapter", "topic:", "the", "on", "under", "regarding", "see", "also"];
    // The first letters of these words.
    if !topic.bytes().next().is_some_and(|first| b"as(ctour".contains(&first.to_ascii_lowercase())) {
        return topic;
    }
    for word in WORDS {
        if topic.len() > word.len() && starts_with(topic, word) {
            let rest = topic.get(word.len()..).unwrap_or_default();
            let ends = |c: char| !c.is_alphanumeric() && c != '-' && (c != '(' || word.starts_with("section"));
            topic = if rest.starts_with(ends) { rest } else { topic };
        }
    }
    topic
}

/// A topic without words behind it that name none.
fn without_last(mut topic: &str) -> &str {
    const WORDS: [&str; 10] =
        ["which is", "that is", "which are", "a part of", "part of", "and the", "and", "the", "in the", "guidelines,"];
    // Their last letters.
    if !topic.bytes().next_back().is_some_and(|last| b"sefd,".contains(&last.to_ascii_lowercase())) {
        return topic;
    }
    for words in WORDS {
        let cut = topic.len().saturating_sub(words.len());
        if cut > 0 && topic.get(cut..).is_some_and(|tail| tail.eq_ignore_ascii_case(words)) {
            let head = topic.get(..cut).unwrap_or_default();
            topic = if head.ends_with(|c: char| !c.is_alphanumeric() && c != '-') { head } else { topic };
        }
    }
    topic
}

fn starts_with(text: &str, word: &str) -> bool {
    text.as_bytes().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word.as_bytes()))
}
