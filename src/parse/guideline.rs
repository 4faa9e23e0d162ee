//! Guideline lines: on what basis a decision stands, and which sources it cites.
//!
//! The letters say it in set phrases. "Decision based on MTUS ..." and "Decision based on Non-MTUS Citation ..." open
//! clauses; a citation inside of a clause may itself contain the word MTUS, which opens nothing.

use super::chapters;
use super::words::{phrase, trimmed, word_before, word_end};
use crate::letter::{Basis, Citation, Guideline, Source};
use std::ops::Range;

/// Reads a guideline line, its label left out, its lines joined to one paragraph.
pub(super) fn read(text: String) -> Guideline {
    let reading = Clauses::of(&text);
    let basis = reading.basis(&text);
    let mut citations = Vec::new();
    for clause in &reading.clauses {
        let range = trimmed(&text, clause.range.clone());
        match clause.kind {
            Kind::Mtus => chapters::read(&text, range, &mut citations),
            Kind::NonMtus => sources(&text, range, &mut citations),
        }
    }
    if reading.clauses.is_empty() {
        match basis {
            Some(Basis::Mtus) => chapters::read(&text, trimmed(&text, 0..text.len()), &mut citations),
            Some(Basis::NonMtus) => sources(&text, trimmed(&text, 0..text.len()), &mut citations),
            _ => {}
        }
    }
    Guideline { text: Some(text), basis, citations }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mtus,
    NonMtus,
}

/// A part of the line that cites sources of one kind.
struct Clause {
    kind: Kind,
    range: Range<usize>,
}

#[derive(Default)]
struct Clauses {
    clauses: Vec<Clause>,
    /// The line says "outside of the MTUS" or "did not base ... on the MTUS".
    outside: bool,
}

/// What the word MTUS means where it stands.
enum Mention {
    /// "Decision based on MTUS ..."
    Basis,
    /// "Non-MTUS ..."; the offset is that of "Non".
    NonMtus(usize),
    /// "outside of the MTUS", "did not base their decision on the MTUS"
    Outside,
    /// Anything else.
    Name,
}

impl Clauses {
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        let bytes = text.as_bytes();
        let mut outside_end = None;
        for (at, end) in mtus_words(bytes) {
            let (kind, start) = match mention(bytes, at) {
                Mention::NonMtus(non) => (Kind::NonMtus, non),
                Mention::Basis => (Kind::Mtus, at),
                Mention::Name if found.clauses.is_empty() && !found.outside => (Kind::Mtus, at),
                Mention::Name => continue,
                Mention::Outside => {
                    found.outside = true;
                    outside_end = Some(phrase(text, next_start(bytes, end), &["guidelines"]).unwrap_or(end));
                    continue;
                }
            };
            if let Some(open) = found.clauses.last_mut() {
                open.range.end = clause_end(text, open.range.start, start);
            }
            let citation = phrase(text, next_start(bytes, end), &["citation"]).filter(|_| kind == Kind::NonMtus);
            found.clauses.push(Clause { kind, range: citation.unwrap_or(end)..text.len() });
        }
        // The source follows without "Decision based on Non-MTUS Citation".
        if let Some(end) = outside_end.filter(|_| found.clauses.is_empty()) {
            found.clauses.push(Clause { kind: Kind::NonMtus, range: end..text.len() });
        }
        found
    }

    fn basis(&self, text: &str) -> Option<Basis> {
        let has = |kind| self.clauses.iter().any(|clause| clause.kind == kind);
        match (has(Kind::Mtus), has(Kind::NonMtus) || self.outside) {
            (true, true) => Some(Basis::Both),
            (true, false) => Some(Basis::Mtus),
            (false, true) => Some(Basis::NonMtus),
            (false, false) => basis_without_marker(text),
        }
    }
}

/// The basis of a line that names neither MTUS nor Non-MTUS: none, or told by a source that is certainly one of them.
fn basis_without_marker(text: &str) -> Option<Basis> {
    let lower = text.to_ascii_lowercase();
    let says_none = ["not cite", "not provide", "not reference", "not list", "cited no", "no medical evidence"];
    if says_none.iter().any(|words| lower.contains(words)) {
        return Some(Basis::None);
    }
    if lower.contains("9792.2") || chapters::any(text) {
        return Some(Basis::Mtus);
    }
    let outside = mentions(text, 0..text.len()).any(|(_, mention)| mention == Some(Source::Odg));
    outside.then_some(Basis::NonMtus)
}

/// The words "MTUS" of a text; "NonMTUS" counts from its "MTUS".
fn mtus_words(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(n) = bytes.get(from..)?.iter().position(|b| b.eq_ignore_ascii_case(&b'm')) {
            let at = from + n;
            from = at + 1;
            let end = word_end(bytes, at);
            if bytes[at..end].eq_ignore_ascii_case(b"mtus") {
                return Some((at, end));
            }
        }
        None
    })
}

fn mention(bytes: &[u8], at: usize) -> Mention {
    let is = |range: (usize, usize), word: &str| bytes[range.0..range.1].eq_ignore_ascii_case(word.as_bytes());
    let mut back = at;
    for _ in 0..5 {
        let Some(word) = word_before(bytes, back) else { return Mention::Name };
        // A sentence ends between: what stands before it does not govern.
        if bytes[word.1..back].contains(&b'.') {
            return Mention::Name;
        }
        back = word.0;
        if is(word, "non") || is(word, "not") {
            return Mention::NonMtus(word.0);
        }
        if is(word, "outside") {
            return Mention::Outside;
        }
        if is(word, "on") || is(word, "upon") {
            return if negated(bytes, word.0) { Mention::Outside } else { governs(bytes, word.0) };
        }
        let filler = ["the", "of", "ca", "california", "state", "chapter", "and"];
        if !filler.iter().any(|f| is(word, f)) {
            return Mention::Name;
        }
    }
    Mention::Name
}

/// "based on", "decision on", "relied on".
fn governs(bytes: &[u8], on: usize) -> Mention {
    let governing = word_before(bytes, on).is_some_and(|(start, end)| {
        ["based", "decision", "relied", "base"].iter().any(|w| bytes[start..end].eq_ignore_ascii_case(w.as_bytes()))
    });
    if governing { Mention::Basis } else { Mention::Name }
}

/// Whether "not" stands before, in the same sentence.
fn negated(bytes: &[u8], on: usize) -> bool {
    let mut at = on;
    for _ in 0..6 {
        match word_before(bytes, at) {
            Some((start, end)) if !bytes[end..at].contains(&b'.') => {
                if bytes[start..end].eq_ignore_ascii_case(b"not") {
                    return true;
                }
                at = start;
            }
            _ => return false,
        }
    }
    false
}

/// Where a clause ends, if the next one is opened by a word at `next`: before the sentence of that word.
fn clause_end(text: &str, start: usize, next: usize) -> usize {
    let clause = text.get(start..next).unwrap_or_default();
    let opens = |at: usize| {
        let rest = clause.get(at..).unwrap_or_default().trim_start();
        ["decision", "the", "based"].iter().any(|word| phrase(rest, 0, &[word]).is_some())
    };
    match clause.rfind(". ") {
        Some(dot) if opens(dot + 2) => start + dot + 1,
        _ => next,
    }
}

fn next_start(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|b| !b.is_ascii_alphanumeric()).take(4).count()
}

/// Cuts a clause of sources outside of the MTUS into citations.
fn sources(text: &str, clause: Range<usize>, citations: &mut Vec<Citation>) {
    let mut push = |range: Range<usize>, source: Option<Source>| {
        let range = trimmed(text, range);
        if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
            let source = source.unwrap_or(Source::Other);
            citations.push(Citation { source, text: text.to_owned(), ..Citation::default() });
        }
    };
    let mut start = clause.start;
    let mut source = None;
    for (at, mention) in mentions(text, clause.clone()) {
        if at > start && begins_citation(text, start, at) {
            push(start..at, source.take());
            start = at;
        }
        source = source.or(mention);
    }
    push(start..clause.end, source);
}

/// Whether a source named at an offset opens a citation of its own: after punctuation or "and".
fn begins_citation(text: &str, start: usize, at: usize) -> bool {
    let before = text.get(start..at).unwrap_or_default().trim_end();
    let before = before.strip_suffix(" the").unwrap_or(before);
    before.ends_with([',', ';', '.']) || before.ends_with(" and") || before.ends_with(" &")
}

/// The sources named in a range, with their offsets. "Other Medical Treatment Guideline" announces one without
/// naming it.
fn mentions(text: &str, range: Range<usize>) -> impl Iterator<Item = (usize, Option<Source>)> {
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
                b'a' if bytes[start..end].eq_ignore_ascii_case(b"acoem") => Some(Some(Source::Acoem)),
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
