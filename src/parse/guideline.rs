//! Guideline lines: on what basis a decision stands, and which sources it cites.
//!
//! The letters say it in set phrases. "Decision based on MTUS ..." and "Decision based on Non-MTUS Citation ..." open
//! clauses; a citation inside of a clause may itself contain the word MTUS, which opens nothing.

use super::catalog::Class;
use super::line::{Line, Part};
use super::words::trimmed;
use super::{chapters, sources};
use crate::letter::{Basis, Citation, Guideline, Source};
use std::ops::Range;

/// Reads a guideline line, its label left out, its lines joined to one paragraph.
pub(super) fn read(text: String) -> Guideline {
    let line = Line::new(&text);
    let line = line.whole();
    let reading = Clauses::of(&line);
    let mut basis = reading.basis(&line);
    let mut citations = Vec::new();
    for clause in &reading.clauses {
        let range = trimmed(&text, clause.range.clone());
        match clause.kind {
            Kind::Mtus => schedule(&line.part(range), &mut citations),
            Kind::NonMtus => sources::read(&line.part(range), &mut citations),
        }
    }
    if reading.clauses.is_empty() {
        let whole = line.part(trimmed(&text, reading.opening..text.len()));
        match basis {
            Some(Basis::Mtus) => schedule(&whole, &mut citations),
            Some(Basis::NonMtus) => sources::read(&whole, &mut citations),
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
    let line = Line::new(text);
    let line = line.whole();
    let mut citations = Vec::new();
    if let Some((at, _)) = sources::mentions(&line).find(|(_, source)| source.is_some()) {
        // What follows is said of the source, not cited.
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(". ").map_or(text.len(), |stop| at + stop);
        sources::read(&line.part(trimmed(text, at..end)), &mut citations);
    }
    citations
}

/// The citations of a line that names a part of the schedule without the word MTUS.
pub(super) fn inside(text: &str) -> Vec<Citation> {
    let line = Line::new(text);
    let line = line.whole();
    let mut citations = Vec::new();
    let start = opening(&line);
    let end = text.get(start..).and_then(|rest| rest.find(". ")).map_or(text.len(), |stop| start + stop);
    let end = if text.get(..end).is_some_and(|cited| cited.ends_with(" p") || cited.ends_with(" pg")) {
        text.len()
    } else {
        end
    };
    if chapters::named(&line.part(start..end)) {
        schedule(&line.part(trimmed(text, start..end)), &mut citations);
    }
    citations
}

/// Where a source of another body begins in a clause on the MTUS, cited in one breath with it: "MTUS, and the Journal
/// of ...", "MTUS, page 3 and Medical Evidence: ...". Before it, the words that join it begin at the first offset.
fn beside(clause: &Part<'_>) -> Option<(usize, usize)> {
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
    /// More joints before sources are no list of sources; this bounds the search.
    const MOST: usize = 16;
    let outside = clause.outside();
    let joined = |place: usize| {
        let word = clause.at(place).filter(|word| word.has(Class::Link) && word.depth <= outside)?;
        if place > clause.first && !clause.gap(place).ends_with(' ') {
            return None;
        }
        let joint = JOINTS.iter().find(|joint| {
            clause.text().get(word.start..word.start + joint.len()).is_some_and(|at| at.eq_ignore_ascii_case(joint))
        })?;
        Some((word.start, word.start + joint.len()))
    };
    let (mut from, mut tried) = (0, 0);
    for place in clause.places() {
        let Some((at, source)) = joined(place).filter(|(at, _)| *at >= from) else { continue };
        from = source;
        tried += 1;
        if tried > MOST {
            break;
        }
        if is_source(&clause.part(source..clause.bytes.end)) {
            return Some((at, source));
        }
    }
    None
}

/// Whether a citation of a source of another body begins here, and nothing of the MTUS comes after it.
fn is_source(rest: &Part<'_>) -> bool {
    /// As far as a name reaches, and a reference's authors.
    const LONGEST: usize = 120;
    const AUTHORS: usize = 60;
    let text = rest.text();
    let start = rest.bytes.start;
    let near = rest.part(start..text.floor_char_boundary(rest.bytes.end.min(start + LONGEST)));
    let item = text.get(near.bytes.clone()).unwrap_or_default();
    let item = rest.part(start..start + item.find([',', ';', '.', ':']).unwrap_or(item.len()));
    let et_al = |place: usize| near.is_one(place, &["et"]) && near.is_one(place + 1, &["al"]);
    let reference = near.places().any(|place| near.start(place) < start + AUTHORS && et_al(place));
    let word = || item.places().any(|place| item.has(place, Class::Reference));
    let named = || item.names().any(|name| item.longest_at(name.first, &[Source::Other]).is_some_and(|m| !m.usual));
    (reference || word() || named()) && !chapters::named(rest)
}

/// Reads a clause that cites the MTUS. The ODG are never a part of it, even where they are cited in one breath.
fn schedule(clause: &Part<'_>, citations: &mut Vec<Citation>) {
    let (text, Range { start, end }) = (clause.text(), clause.bytes.clone());
    let odg = sources::mentions(clause)
        .find(|(at, source)| *source == Some(Source::Odg) && sources::begins_citation(text, start, *at));
    // Where the chapters end, and where the source begins.
    let foreign = odg.map(|(at, _)| (at, at)).into_iter().chain(beside(clause)).min();
    let chapters_end = foreign.map_or(end, |(end, _)| end);
    chapters::read(&clause.part(trimmed(text, start..chapters_end)), citations);
    if let Some((_, at)) = foreign {
        sources::read(&clause.part(at..end), citations);
    }
}

/// Words that come before the sources that a decision is based on, with "on" or "upon".
const GOVERNING: [(&str, &str); 5] =
    [("decision", "on"), ("based", "on"), ("relied", "on"), ("decision", "upon"), ("relied", "upon")];

/// Which of the words before sources end with a word.
fn governing(line: &Part<'_>, place: usize) -> Option<usize> {
    if !line.has(place, Class::On) || line.gap(place) != " " || !line.gap(place + 1).starts_with(' ') {
        return None;
    }
    let before = line.before(place, 1)?;
    GOVERNING.iter().position(|(first, last)| line.is_one(before, &[first]) && line.is_one(place, &[last]))
}

/// Where the sources begin at a word: behind "the".
fn behind_article(line: &Part<'_>, place: usize, at: usize) -> usize {
    let the = line.at(place).filter(|the| the.start == at && the.is(line.text(), "the"));
    the.filter(|_| line.gap(place + 1).starts_with(' ')).map_or(at, |the| the.end + 1)
}

/// Where the sources begin that a word such as "on" governs.
fn governed_by(line: &Part<'_>, place: usize) -> usize {
    behind_article(line, place + 1, line.at(place).map_or(line.bytes.end, |on| on.end + 1))
}

/// Where the sources begin in a line that opens with "The Claims Administrator based its decision on the".
fn opening(line: &Part<'_>) -> usize {
    /// Longer openings than any seen, so that the words of a citation are not taken for theirs.
    const LONGEST: usize = 120;
    let (mut start, mut seen) = (behind_article(line, line.first, 0), [false; GOVERNING.len()]);
    for place in line.places().take_while(|&place| line.at(place).is_some_and(|word| word.end < LONGEST)) {
        // Of each the first counts.
        if let Some(seen) = governing(line, place).and_then(|words| seen.get_mut(words)).filter(|seen| !**seen) {
            *seen = true;
            start = governed_by(line, place);
        }
    }
    start
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
    fn of(line: &Part<'_>) -> Self {
        let text = line.text();
        let mut found = Self { opening: opening(line), ..Self::default() };
        let mut outside = None;
        // What no mention has told of yet begins here.
        let mut from = found.opening;
        for place in line.places() {
            let Some((at, next)) = schedule_at(line, place) else { continue };
            let end = line.at(next - 1).map_or(at, |last| last.end);
            let (kind, start) = match mention(line, place, at) {
                Mention::NonMtus(non) => (Kind::NonMtus, non),
                Mention::Basis => (Kind::Mtus, at),
                Mention::Name if found.clauses.is_empty() && !found.outside => (Kind::Mtus, at),
                Mention::Name => continue,
                // A citation outside of the MTUS may tell of its part in it.
                Mention::PartOf(Kind::Mtus, _) if found.open(text).is_some_and(|open| open.kind == Kind::NonMtus) => {
                    continue;
                }
                // "a source that is not part of the MTUS: ..." announces what it tells of.
                Mention::PartOf(kind, part) if line.gap(next).starts_with(':') => (kind, part),
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
                    outside =
                        Some(next + usize::from(near(line, next) && line.phrase(next, &["guidelines"]).is_some()));
                    continue;
                }
            };
            if let Some(open) = found.open(text) {
                open.range.end = clause_end(line, open.range.start, start);
            }
            let citation = kind == Kind::NonMtus && near(line, next) && line.phrase(next, &["citation"]).is_some();
            let end = if citation { line.at(next).map_or(end, |word| word.end) } else { end };
            found.clauses.push(Clause { kind, range: end..text.len() });
        }
        // "..., which is part of the MTUS, and the Official Disability Guidelines"
        if found.clauses.last().is_some_and(|last| last.range.end < from)
            && let Some((at, _)) = sources::mentions(&line.part(from..text.len())).find(|(_, source)| source.is_some())
        {
            found.clauses.push(Clause { kind: Kind::NonMtus, range: at..text.len() });
        }
        // The source follows without "Decision based on Non-MTUS Citation", maybe in the next sentence.
        if let Some(next) = outside.filter(|_| found.clauses.is_empty()) {
            let start = (next..line.end).find(|&place| governing(line, place).is_some());
            let end = line.at(next - 1).map_or(text.len(), |word| word.end);
            let start = start.map_or(end, |place| governed_by(line, place));
            found.clauses.push(Clause { kind: Kind::NonMtus, range: start..text.len() });
        }
        found
    }

    /// The clause that no mention has ended yet.
    fn open(&mut self, text: &str) -> Option<&mut Clause> {
        self.clauses.last_mut().filter(|open| open.range.end == text.len())
    }

    fn basis(&self, line: &Part<'_>) -> Option<Basis> {
        let has = |kind| self.clauses.iter().any(|clause| clause.kind == kind);
        match (has(Kind::Mtus), has(Kind::NonMtus) || self.outside) {
            (true, true) => Some(Basis::Both),
            (true, false) => Some(Basis::Mtus),
            (false, true) => Some(Basis::NonMtus),
            (false, false) => basis_without_marker(line),
        }
    }
}

/// The basis of a line that names neither MTUS nor Non-MTUS: none, or told by a source that is certainly one of them.
fn basis_without_marker(line: &Part<'_>) -> Option<Basis> {
    let lower = line.text().to_ascii_lowercase();
    let says_none = ["not cite", "not provide", "not reference", "not list", "cited no", "no medical evidence"];
    if says_none.iter().any(|words| lower.contains(words)) {
        return Some(Basis::None);
    }
    if lower.contains("9792.2") || chapters::any(line) {
        return Some(Basis::Mtus);
    }
    let outside = sources::mentions(line).any(|(_, mention)| mention == Some(Source::Odg));
    outside.then_some(Basis::NonMtus)
}

const MTUS: &str = "mtus";

/// The schedule where it is named at a word: by its short form, also at the end of a word as in "NonMTUS", or by its name
/// in full where the short form does not follow. The offset where the name begins, and the place after it.
fn schedule_at(line: &Part<'_>, place: usize) -> Option<(usize, usize)> {
    let word = line.at(place).filter(|word| word.number == 0 || word.has(Class::Mtus))?;
    if let Some(at) = word.end.checked_sub(MTUS.len()).filter(|at| *at >= word.start)
        && line.text().get(at..word.end).is_some_and(|tail| tail.eq_ignore_ascii_case(MTUS))
    {
        return Some((at, place + 1));
    }
    if !word.is(line.text(), "medical") {
        return None;
    }
    let next = line.phrase(place, &["medical", "treatment", "utilization", "schedule"])?;
    let short = near(line, next) && line.is_one(next, &[MTUS]);
    (!short).then_some((line.start(place), next))
}

/// Whether a word follows directly on the one before it: a bracket may stand between.
fn near(line: &Part<'_>, place: usize) -> bool {
    line.gap(place).len() <= 4
}

/// What the schedule means that is named at an offset within a word.
fn mention(line: &Part<'_>, place: usize, at: usize) -> Mention {
    // "theMTUS", "NonMTUS"
    let glued = line.text().get(line.start(place)..at).unwrap_or_default();
    // The name may stand in full before it: "part of the Medical Treatment Utilization Schedule (MTUS)".
    for n in usize::from(glued.is_empty())..10 {
        let Some(before) = line.before(place, n) else { return Mention::Name };
        // A sentence ends between: what stands before it does not govern.
        if n > 0 && line.gap(before + 1).contains(['.', ':']) {
            return Mention::Name;
        }
        let is = |words: &[&str]| match n {
            0 => words.iter().any(|word| glued.eq_ignore_ascii_case(word)),
            _ => line.is_one(before, words),
        };
        if is(&["non", "not"]) {
            return Mention::NonMtus(line.start(before));
        }
        if is(&["outside"]) {
            return Mention::Outside;
        }
        // "no section of the MTUS was applicable"
        if is(&["section", "sections"]) {
            let none = line.before(before, 1).is_some_and(|no| line.is_one(no, &["no", "any"]));
            return if none { Mention::Outside } else { Mention::Name };
        }
        if is(&["on", "upon"]) {
            return if negated(line, before) { Mention::Outside } else { governs(line, before) };
        }
        if is(&["part", "incorporated", "adopted"]) {
            return part_of(line, before);
        }
        if if n == 0 { !is(&["the", "of"]) } else { !line.has(before, Class::Schedule) } {
            return Mention::Name;
        }
    }
    Mention::Name
}

/// "which is a part of", "that are not part of": where the words about it begin, and what they say.
fn part_of(line: &Part<'_>, part: usize) -> Mention {
    let (mut first, mut kind) = (part, Kind::Mtus);
    while let Some(before) = line.before(first, 1).filter(|_| !line.gap(first).contains(':')) {
        if line.is_one(before, &["not"]) {
            kind = Kind::NonMtus;
        } else if !line.has(before, Class::Relation) {
            break;
        }
        first = before;
    }
    Mention::PartOf(kind, line.start(first))
}

/// "based on", "decision on", "relied on".
fn governs(line: &Part<'_>, on: usize) -> Mention {
    let governing =
        line.before(on, 1).is_some_and(|before| line.is_one(before, &["based", "decision", "relied", "base"]));
    if governing { Mention::Basis } else { Mention::Name }
}

/// Whether "not" stands before, in the same sentence.
fn negated(line: &Part<'_>, on: usize) -> bool {
    let mut words =
        (1..7).map_while(|n| line.before(on, n).filter(|before| !line.gap(before + 1).contains(['.', ':'])));
    words.any(|before| line.is_one(before, &["not"]))
}

/// Where a clause ends, if the next one is opened by a word at `next`: before the sentence of that word.
fn clause_end(line: &Part<'_>, start: usize, next: usize) -> usize {
    let clause = line.text().get(start..next).unwrap_or_default();
    let opens = |at: usize| {
        let rest = line.part(at..next);
        let opens = |word| rest.phrase(rest.first, &[word]).is_some();
        ["decision", "the", "based"].into_iter().any(opens)
    };
    match clause.rfind(". ") {
        Some(dot) if opens(start + dot + 2) => start + dot + 1,
        _ => next,
    }
}
