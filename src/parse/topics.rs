//! The topics that a citation names: what its details leave of it.

use super::catalog::Name;
use super::details::Details;
use super::line::Part;
use super::words::trimmed;
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
    let first = topic.split(' ').next().unwrap_or_default();
    topic.contains(' ') && OPENINGS.contains(&first)
}

/// Parts a list. "Forearm, Wrist, & Hand" is one topic: its last comma tells.
fn split(piece: &Part<'_>, strict: bool, topics: &mut Vec<Range<usize>>) {
    let (text, Range { start: from, end }) = (piece.text(), piece.bytes.clone());
    let list = text.get(..end).unwrap_or_default();
    let own = topics.len();
    let mut push = |topic: Range<usize>| match topics.get_mut(own..).and_then(<[_]>::last_mut) {
        Some(last) if text.get(topic.clone()).is_some_and(|s| s.contains(", &")) => last.end = topic.end,
        _ => topics.push(topic),
    };
    let (mut depth, mut start) = (0i32, from);
    for (i, b) in list.bytes().enumerate().skip(from) {
        match b {
            b'(' => depth += 1,
            b')' => depth = (depth - 1).max(0),
            b',' | b';' if depth == 0 => {
                let next = list.get(i + 1..).and_then(|r| r.trim_start().chars().next());
                let parts = b == b';' || strict || next.is_some_and(|c| c.is_uppercase() || c.is_numeric());
                if parts && !in_section(piece, start, i) {
                    push(start..i);
                    start = i + 1;
                }
            }
            _ => {}
        }
    }
    push(start..end);
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
    (topic.chars().any(char::is_alphanumeric) && !EMPTY.iter().any(|empty| topic.eq_ignore_ascii_case(empty))).then_some(topic)
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
