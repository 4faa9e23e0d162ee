//! Guideline lines: on what basis a decision stands, and which sources it cites.
//!
//! The letters say it in set phrases. "Decision based on MTUS ..." and "Decision based on Non-MTUS Citation ..." open
//! clauses; a citation inside of a clause may itself contain the word MTUS, which opens nothing.

use super::words::{phrase, trimmed, word_before, word_end};
use super::{catalog, chapters, sources};
use crate::letter::{Basis, Citation, Guideline, Source};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::ops::Range;
use std::sync::LazyLock;

/// Reads a guideline line, its label left out, its lines joined to one paragraph.
pub(super) fn read(text: String) -> Guideline {
    let reading = Clauses::of(&text);
    let mut basis = reading.basis(&text);
    let mut citations = Vec::new();
    for clause in &reading.clauses {
        let range = trimmed(&text, clause.range.clone());
        match clause.kind {
            Kind::Mtus => schedule(&text, range, &mut citations),
            Kind::NonMtus => sources::read(&text, range, &mut citations),
        }
    }
    if reading.clauses.is_empty() {
        let whole = trimmed(&text, reading.opening..text.len());
        match basis {
            Some(Basis::Mtus) => schedule(&text, whole, &mut citations),
            Some(Basis::NonMtus) => sources::read(&text, whole, &mut citations),
            _ => {}
        }
    }
    if basis == Some(Basis::Mtus) && citations.iter().any(|c| matches!(c.source, Source::Odg | Source::Other)) {
        basis = Some(Basis::Both);
    }
    Guideline { text: Some(text), basis, citations }
}

/// The sources of a line that names the MTUS only to say that it has nothing on the request.
pub(super) fn outside(text: &str) -> Vec<Citation> {
    let mut citations = Vec::new();
    if let Some((at, _)) = sources::mentions(text, 0..text.len()).find(|(_, source)| source.is_some()) {
        // What follows is said of the source, not cited.
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(". ").map_or(text.len(), |stop| at + stop);
        sources::read(text, trimmed(text, at..end), &mut citations);
    }
    citations
}

/// The citations of a line that names a part of the schedule without the word MTUS.
pub(super) fn inside(text: &str) -> Vec<Citation> {
    let mut citations = Vec::new();
    let start = opening(text);
    let end = text.get(start..).and_then(|rest| rest.find(". ")).map_or(text.len(), |stop| start + stop);
    let end = if text.get(..end).is_some_and(|cited| cited.ends_with(" p") || cited.ends_with(" pg")) {
        text.len()
    } else {
        end
    };
    if chapters::named(text, start..end) {
        schedule(text, trimmed(text, start..end), &mut citations);
    }
    citations
}

/// Where a source of another body begins in a clause on the MTUS, cited in one breath with it: "MTUS, and the Journal
/// of ...", "MTUS, page 3 and Medical Evidence: ...". Before it, the words that join it begin at the first offset.
fn beside(text: &str, clause: Range<usize>) -> Option<(usize, usize)> {
    const JOINTS: [&str; 9] = [
        "medical evidence: ",
        "as well as the ",
        "as well as ",
        "in addition to the ",
        "in addition to ",
        "additionally, ",
        "also the ",
        "and the ",
        "and ",
    ];
    let lower = text.get(clause.clone())?.to_ascii_lowercase();
    /// More joints before sources are no list of sources; this bounds the search.
    const MOST: usize = 16;
    let (mut depth, mut from, mut tried) = (0i32, 0, 0);
    for (at, c) in lower.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        let opens = at >= from && depth <= 0 && (at == 0 || lower.as_bytes()[at - 1] == b' ');
        let Some(joint) = JOINTS.iter().find(|joint| opens && lower[at..].starts_with(**joint)) else { continue };
        from = at + joint.len();
        let source = clause.start + from;
        tried += 1;
        if tried > MOST {
            break;
        }
        if is_source(text, &lower[from..], source..clause.end) {
            return Some((clause.start + at, source));
        }
    }
    None
}

/// Whether a citation of a source of another body begins here, and nothing of the MTUS comes after it.
fn is_source(text: &str, lower: &str, rest: Range<usize>) -> bool {
    /// As far as a name reaches.
    const LONGEST: usize = 120;
    const WORDS: [&str; 7] = ["journal", "policy", "policies", "textbook", "bulletin", "et al", "monograph"];
    let near = lower.get(..lower.floor_char_boundary(LONGEST)).unwrap_or(lower);
    let item = near.get(..near.find([',', ';', '.', ':']).unwrap_or(near.len())).unwrap_or_default();
    let reference = near.find("et al").is_some_and(|at| at < 60);
    let word = WORDS.iter().any(|word| {
        item.find(word).is_some_and(|at| {
            let bytes = item.as_bytes();
            (at == 0 || !bytes[at - 1].is_ascii_alphanumeric())
                && !bytes.get(at + word.len()).is_some_and(u8::is_ascii_alphanumeric)
        })
    });
    let range = rest.start..rest.start + item.len();
    let named = || {
        let words = catalog::words(text, range);
        (0..words.len()).any(|i| catalog::longest_at(text, &words, i, &[Source::Other]).is_some_and(|m| !m.usual))
    };
    (reference || word || named()) && !chapters::named(text, rest)
}

/// Reads a clause that cites the MTUS. The ODG are never a part of it, even where they are cited in one breath.
fn schedule(text: &str, clause: Range<usize>, citations: &mut Vec<Citation>) {
    let foreign = sources::mentions(text, clause.clone())
        .find(|(at, source)| *source == Some(Source::Odg) && sources::begins_citation(text, clause.start, *at))
        .map(|(at, _)| at);
    // Where the chapters end, and where the source begins.
    let foreign = foreign.map(|at| (at, at)).into_iter().chain(beside(text, clause.clone())).min();
    let end = foreign.map_or(clause.end, |(end, _)| end);
    chapters::read(text, trimmed(text, clause.start..end), citations);
    if let Some((_, at)) = foreign {
        sources::read(text, at..clause.end, citations);
    }
}

/// What comes before the sources that a decision is based on, in lower case.
const GOVERNING: [&str; 6] =
    ["decision on ", "decision was based on ", "decision upon ", "based on ", "relied on ", "relied upon "];

/// Where the first of the words ends, behind an offset, that come before sources.
fn governed(text: &str, from: usize) -> Option<usize> {
    let lower = text.get(from..)?.to_ascii_lowercase();
    let (at, words) = GOVERNING.iter().filter_map(|words| Some((lower.find(words)?, words))).min()?;
    let end = at + words.len();
    let the = if lower.get(end..).is_some_and(|rest| rest.starts_with("the ")) { "the ".len() } else { 0 };
    Some(from + end + the)
}

/// Where the sources begin in a line that opens with "The Claims Administrator based its decision on the".
fn opening(text: &str) -> usize {
    // Longer openings than any seen, so that the words of a citation are not taken for theirs.
    let text = text.get(..text.floor_char_boundary(120)).unwrap_or_default();
    let (mut end, mut seen) = (0, [false; GOVERNING.len()]);
    for hit in OPENINGS.find_overlapping_iter(text) {
        // Of each the first counts.
        if seen.get_mut(hit.pattern().as_usize()).is_some_and(|seen| !std::mem::replace(seen, true)) {
            end = end.max(hit.end());
        }
    }
    let the = text.get(end..end + 4).is_some_and(|the| the.eq_ignore_ascii_case("the "));
    if the { end + "the ".len() } else { end }
}

static OPENINGS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
    builder.build(GOVERNING).expect("a handful of words makes an automaton")
});

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
    /// Where the sources begin after the words that open the line.
    opening: usize,
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
    /// "..., which is part of the MTUS", or not: it tells of what stands before it.
    PartOf(Kind, usize),
    /// Anything else.
    Name,
}

impl Clauses {
    fn of(text: &str) -> Self {
        let mut found = Self { opening: opening(text), ..Self::default() };
        let bytes = text.as_bytes();
        let mut outside_end = None;
        // What no mention has told of yet begins here.
        let mut from = found.opening;
        for (at, end) in mtus_words(text) {
            let (kind, start) = match mention(bytes, at) {
                Mention::NonMtus(non) => (Kind::NonMtus, non),
                Mention::Basis => (Kind::Mtus, at),
                Mention::Name if found.clauses.is_empty() && !found.outside => (Kind::Mtus, at),
                Mention::Name => continue,
                // A citation outside of the MTUS may tell of its part in it.
                Mention::PartOf(Kind::Mtus, _) if found.open(text).is_some_and(|open| open.kind == Kind::NonMtus) => {
                    continue;
                }
                // "a source that is not part of the MTUS: ..." announces what it tells of.
                Mention::PartOf(kind, part) if text.get(end..).is_some_and(|rest| rest.starts_with(':')) => {
                    (kind, part)
                }
                Mention::PartOf(kind, part) => {
                    match found.open(text) {
                        Some(open) if open.kind == kind => open.range.end = part,
                        Some(open) => {
                            open.range.end = open.range.start;
                            let start = open.range.start;
                            found.clauses.push(Clause { kind, range: start..part });
                        }
                        None => found.clauses.push(Clause { kind, range: from.min(part)..part }),
                    }
                    from = end;
                    continue;
                }
                Mention::Outside => {
                    found.outside = true;
                    outside_end = Some(phrase(text, next_start(bytes, end), &["guidelines"]).unwrap_or(end));
                    continue;
                }
            };
            if let Some(open) = found.open(text) {
                open.range.end = clause_end(text, open.range.start, start);
            }
            let citation = phrase(text, next_start(bytes, end), &["citation"]).filter(|_| kind == Kind::NonMtus);
            found.clauses.push(Clause { kind, range: citation.unwrap_or(end)..text.len() });
        }
        // "..., which is part of the MTUS, and the Official Disability Guidelines"
        if found.clauses.last().is_some_and(|last| last.range.end < from)
            && let Some((at, _)) = sources::mentions(text, from..text.len()).find(|(_, source)| source.is_some())
        {
            found.clauses.push(Clause { kind: Kind::NonMtus, range: at..text.len() });
        }
        // The source follows without "Decision based on Non-MTUS Citation", maybe in the next sentence.
        if let Some(end) = outside_end.filter(|_| found.clauses.is_empty()) {
            let start = governed(text, end).unwrap_or(end);
            found.clauses.push(Clause { kind: Kind::NonMtus, range: start..text.len() });
        }
        found
    }

    /// The clause that no mention has ended yet.
    fn open(&mut self, text: &str) -> Option<&mut Clause> {
        self.clauses.last_mut().filter(|open| open.range.end == text.len())
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
    let outside = sources::mentions(text, 0..text.len()).any(|(_, mention)| mention == Some(Source::Odg));
    outside.then_some(Basis::NonMtus)
}

/// The words "MTUS" of a text, or its name in full where the short form does not follow; "NonMTUS" counts from its
/// "MTUS".
fn mtus_words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(n) = bytes.get(from..)?.iter().position(|b| b.eq_ignore_ascii_case(&b'm')) {
            let at = from + n;
            from = at + 1;
            let end = word_end(bytes, at);
            if bytes[at..end].eq_ignore_ascii_case(b"mtus") {
                return Some((at, end));
            }
            let starts = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            if starts
                && bytes[at..end].eq_ignore_ascii_case(b"medical")
                && let Some(end) = phrase(text, at, &["medical", "treatment", "utilization", "schedule"])
                && phrase(text, next_start(bytes, end), &["mtus"]).is_none()
            {
                return Some((at, end));
            }
        }
        None
    })
}

fn mention(bytes: &[u8], at: usize) -> Mention {
    let is = |range: (usize, usize), word: &str| bytes[range.0..range.1].eq_ignore_ascii_case(word.as_bytes());
    let mut back = at;
    // The name may stand in full before it: "part of the Medical Treatment Utilization Schedule (MTUS)".
    for _ in 0..9 {
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
        // "no section of the MTUS was applicable"
        if is(word, "section") || is(word, "sections") {
            let none = word_before(bytes, word.0).is_some_and(|before| is(before, "no") || is(before, "any"));
            return if none { Mention::Outside } else { Mention::Name };
        }
        if is(word, "on") || is(word, "upon") {
            return if negated(bytes, word.0) { Mention::Outside } else { governs(bytes, word.0) };
        }
        if is(word, "part") || is(word, "incorporated") || is(word, "adopted") {
            return part_of(bytes, word.0);
        }
        let filler = ["the", "of", "ca", "california", "state", "chapter", "and", "into", "by"];
        let name = ["medical", "treatment", "utilization", "schedule"];
        if !filler.iter().chain(&name).any(|f| is(word, f)) {
            return Mention::Name;
        }
    }
    Mention::Name
}

/// "which is a part of", "that are not part of": where the words about it begin, and what they say.
fn part_of(bytes: &[u8], part: usize) -> Mention {
    let is = |range: (usize, usize), words: &[&str]| {
        words.iter().any(|word| bytes[range.0..range.1].eq_ignore_ascii_case(word.as_bytes()))
    };
    let (mut at, mut kind) = (part, Kind::Mtus);
    while let Some(word) = word_before(bytes, at) {
        if is(word, &["not"]) {
            kind = Kind::NonMtus;
        } else if !is(word, &["a", "is", "are", "which", "that", "as", "been", "has", "have", "was"]) {
            break;
        }
        at = word.0;
    }
    Mention::PartOf(kind, at)
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
