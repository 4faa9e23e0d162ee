//! What the clinical summary tells of the worker's history: diagnoses and days.

use super::days::{self, MONTHS};
use super::denial::{self, Denial};
use super::diagnoses::{self, Kind, ends_with, starts_with};
use super::lexicon::Lexicon;
use super::words;
use crate::letter::Date;
use std::ops::Range;
use std::sync::LazyLock;

/// What a summary tells.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Diagnoses in the words of the summary, each once.
    pub(super) diagnoses: Vec<String>,
    /// Days in order of time, each once.
    pub(super) dates: Vec<Date>,
}

/// What a word announces.
#[derive(Debug, Clone, Copy)]
enum Opening {
    /// The day of a month, counted from 0.
    Month(usize),
    /// Diagnoses: "diagnosed with".
    Diagnosed,
    /// Maybe diagnoses, maybe complaints, behind one of these verbs.
    Treated(&'static [&'static str]),
    /// What is denied: "no tenderness".
    Denial(Denial),
}

static OPENINGS: LazyLock<Lexicon<Opening>> = LazyLock::new(|| {
    // The first letters of a month tell which it may be.
    let months = MONTHS.iter().filter_map(|name| name.get(..3)).zip((0..).map(Opening::Month));
    let diagnosed = ["diagnosis", "diagnoses", "diagnosed", "dx", "impressions", "impression"];
    let treated = [
        ("treated for", Opening::Treated(&["being ", "been ", "is ", "was "])),
        ("treatment for", Opening::Treated(&["undergoing ", "receiving ", "under ", "received "])),
    ];
    let denials = denial::words().map(|(word, denial)| (word, Opening::Denial(denial)));
    let words = months.chain(diagnosed.map(|word| (word, Opening::Diagnosed))).chain(treated).chain(denials);
    Lexicon::new(words.map(|(word, opening)| (word.to_owned(), opening)), |_, _| {})
});

/// Reads a summary word by word.
pub(super) struct Reader<'t> {
    summary: &'t str,
    openings: &'static Lexicon<Opening>,
    diagnoses: Vec<String>,
    dates: Vec<Date>,
    /// Where the last list of diagnoses ends, and the last day.
    list_end: usize,
    date_end: usize,
    /// The last day that can be told of: that of the decision.
    latest: Option<Date>,
    /// What stands before this is denied.
    denied: usize,
}

impl<'t> Reader<'t> {
    /// Days after `latest` are none: "ROM 10/20/30".
    pub(super) fn new(summary: &'t str, latest: Option<Date>) -> Self {
        Self {
            summary,
            openings: &OPENINGS,
            diagnoses: Vec::new(),
            dates: Vec::new(),
            list_end: 0,
            date_end: 0,
            latest,
            denied: 0,
        }
    }

    /// Whether what stands at an offset is denied. It was read up to there.
    pub(super) fn denies(&self, start: usize) -> bool {
        start < self.denied
    }

    /// Reads what begins with the word at an offset. Offsets come in order.
    #[inline]
    pub(super) fn at(&mut self, start: usize) {
        let rest = self.summary.as_bytes().get(start..).unwrap_or_default();
        if rest.first().is_some_and(u8::is_ascii_digit) {
            self.number(start);
        } else if self.openings.may_begin(rest) {
            self.word(start, rest);
        }
    }

    fn number(&mut self, start: usize) {
        if start < self.date_end {
            return;
        }
        if let Some((date, end)) = days::numeric(self.summary.as_bytes(), start, self.latest) {
            self.dates.push(date);
            self.date_end = end;
        }
    }

    fn word(&mut self, start: usize, rest: &[u8]) {
        if !words::begins(self.summary.as_bytes(), start) {
            return;
        }
        match self.openings.heads(rest).next() {
            Some((_, &Opening::Month(month))) => {
                self.dates.extend(days::written(self.summary.as_bytes(), start, month));
            }
            // A denial within one says nothing new, and is not followed to its end again.
            Some((word, &Opening::Denial(denial))) => {
                let end = if self.denies(start) { None } else { denial::end(self.summary, start, word, denial) };
                self.denied = end.unwrap_or(self.denied);
            }
            // Within a list that was read already, the word belongs to the list.
            Some((word, &opening)) if start >= self.list_end => {
                let end = list(self.summary, start..start + word.len(), opening, &mut self.diagnoses);
                self.list_end = end.unwrap_or(self.list_end);
            }
            _ => {}
        }
    }

    /// What the summary tells.
    pub(super) fn finish(mut self) -> History {
        let latest = self.latest;
        self.dates.retain(|date| latest.is_none_or(|latest| *date <= latest));
        self.dates.sort_unstable();
        self.dates.dedup();
        History { diagnoses: self.diagnoses, dates: self.dates }
    }
}

/// Reads the list of diagnoses that a word announces, and gives its end.
fn list(summary: &str, word: Range<usize>, opening: Opening, found: &mut Vec<String>) -> Option<usize> {
    let before = summary.get(..word.start)?;
    let start = match opening {
        Opening::Month(_) | Opening::Denial(_) => None,
        Opening::Diagnosed => diagnosed(summary, word, before),
        Opening::Treated(verbs) => treated(summary, word.end).filter(|_| verbs.iter().any(|v| ends_with(before, v))),
    }?;
    if let Some((items, end)) = numbered(summary, start) {
        for item in items {
            diagnoses::add(summary.get(item)?, found);
        }
        return Some(end);
    }
    let mut end = sentence_end(summary, start);
    if summary.get(..start).is_some_and(|before| before.ends_with('(')) {
        end = summary.get(start..end).and_then(|list| list.find(')')).map(|close| start + close)?;
    }
    let list = summary.get(start..end).filter(|list| !list.is_empty())?;
    // What is treated may be a complaint, and for how long; what is diagnosed is a diagnosis.
    let names = || diagnoses::begins(list.split([',', ';']).next().unwrap_or_default());
    if matches!(opening, Opening::Diagnosed) || names() {
        diagnoses::add(list, found);
        return Some(end);
    }
    None
}

/// The items of a list "1. A. 2. B; 3. C." or "(1) A (2) B" and its end; one item is no list.
fn numbered(summary: &str, start: usize) -> Option<(Vec<Range<usize>>, usize)> {
    /// No item is longer.
    const LONGEST: usize = 300;
    let mark = |number: usize, at: usize| {
        let rest = summary.get(at..)?;
        let inner = rest.strip_prefix('(');
        let bracket = inner.is_some();
        let rest = inner.unwrap_or(rest);
        if !rest.starts_with(|c| matches!(c, '1'..='9')) {
            return None;
        }
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if bracket && !after.starts_with(')') {
            return None;
        }
        let printed = rest.get(..rest.len() - after.len())?.parse() == Ok(number);
        let after = after.strip_prefix(['.', ')']).filter(|_| printed)?;
        (!after.starts_with(|c: char| c.is_ascii_digit())).then_some(summary.len() - after.len())
    };
    let mut from = mark(1, start)?;
    let mut items = Vec::new();
    loop {
        let reach = summary.floor_char_boundary(from + LONGEST);
        let item = summary.get(from..reach)?;
        let next = items.len() + 2;
        let found = item.match_indices(' ').find_map(|(blank, _)| {
            let at = from + blank + 1;
            mark(next, at).map(|after| (from + blank, after))
        });
        let Some((end, after)) = found else {
            let end = from + item.find(". ").into_iter().chain(item.find(';')).min().unwrap_or(item.len());
            items.push(from..end);
            return (items.len() > 1).then_some((items, end));
        };
        items.push(from..end);
        from = after;
    }
}

/// Where a list begins that "treated for" announces. Not "treated for the diagnosis of", where the next word does.
fn treated(summary: &str, end: usize) -> Option<usize> {
    let rest = summary.get(end..)?;
    let later = ["the diagnos", "diagnos", "his ", "her ", "their ", "this ", "these ", "the following diagnos"];
    let other = rest.trim_start();
    let list = rest.trim_start_matches([' ', ':', '"', '\u{201c}']);
    (!later.iter().any(|later| starts_with(other, later))).then_some(summary.len() - list.len())
}

/// Where a list begins that a noun or "diagnosed" announces: "diagnosed with", "diagnoses include". `None` where it
/// announces none.
fn diagnosed(summary: &str, word: Range<usize>, before: &str) -> Option<usize> {
    /// No words between are longer.
    const REACH: usize = 70;
    if ["no ", "differential ", "without "].iter().any(|word| ends_with(before, word)) {
        return None;
    }
    let ahead = summary.get(..summary.floor_char_boundary(word.start + REACH))?;
    let mut at = word.end;
    let mut opened = false;
    // The words between, in any order that makes sense: "diagnoses, and-or impressions, were noted to include:".
    while let Some(rest) = ahead.get(at..) {
        let next = rest.trim_start_matches([' ', ',', '"', '\u{201c}', '-', '\'']);
        let start = ahead.len() - next.len();
        // "diagnoses (a, b, and c)"
        if at == word.end && next.starts_with('(') {
            return Some(start + 1);
        }
        // "included but are not limited to"
        if let Some(after) = after_all(next, &["but", "are|is|were|was", "not", "limited", "to"]) {
            (opened, at) = (true, ahead.len() - after.len());
            continue;
        }
        if opened && next.starts_with("(1)") {
            return Some(start);
        }
        if let Some(after) = next.strip_prefix(':') {
            opened = true;
            at = ahead.len() - after.trim_start_matches([' ', '"', '\u{201c}']).len();
            continue;
        }
        let length = next.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let between = next.get(..length).unwrap_or_default();
        if diagnoses::is(between, Kind::Verb) {
            opened = true;
        } else if let Some((_, end)) = days::numeric(summary.as_bytes(), start, None) {
            // "diagnosed on 5/1/2015 with".
            at = end;
            continue;
        } else if !diagnoses::is(between, Kind::Filler) || (opened && is_joint(between)) {
            // What was read as an article belongs to the list.
            return (opened && length > 0).then_some(start);
        }
        at = start + length;
    }
    None
}

/// What follows words in a text; one of them with `|` is any of several, and may be missing.
fn after_all<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    let mut rest = text;
    for words in words {
        let found = words.split('|').find(|word| starts_with(rest, word)).and_then(|word| rest.get(word.len()..));
        let after = found.filter(|after| !after.starts_with(|c: char| c.is_alphanumeric())).map(str::trim_start);
        rest = after.or_else(|| words.contains('|').then_some(rest))?;
    }
    Some(rest)
}

fn is_joint(word: &str) -> bool {
    ["and", "or"].iter().any(|joint| word.eq_ignore_ascii_case(joint))
}

/// The end of a sentence: a full stop before a blank and a capital, or at the end. Not after "vs." and initials.
fn sentence_end(text: &str, from: usize) -> usize {
    /// No list is longer.
    const LONGEST: usize = 1500;
    let reach = text.floor_char_boundary((from + LONGEST).min(text.len()));
    let bytes = text.as_bytes();
    let ends = |at: usize| {
        let word = bytes[from..at].iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
        let abbreviated = ["vs", "Dr", "No", "St"].iter().any(|a| text.get(at - word..at) == Some(a));
        let after = text.get(at + 1..).unwrap_or_default();
        let next = after.trim_start();
        let opens = next.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || "\"\u{201c}•(".contains(c));
        let code = bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        !abbreviated && !code && (next.is_empty() || opens)
    };
    (from..reach).find(|&at| bytes[at] == b'.' && ends(at)).unwrap_or(reach)
}
