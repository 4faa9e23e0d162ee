//! What of a guideline line tells of the MTUS: its clauses, and the words that say what the MTUS means where it is named.

use super::catalog::Class;
use super::line::Part;
use super::{chapters, sources};
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mtus,
    NonMtus,
}

/// A part of the line that cites sources of one kind.
pub(super) struct Clause {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

#[derive(Default)]
pub(super) struct Clauses {
    pub(super) clauses: Vec<Clause>,
    /// Where the sources begin after the words that open the line.
    pub(super) opening: usize,
    /// The line says "outside of the MTUS" or "did not base ... on the MTUS".
    pub(super) outside: bool,
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
    pub(super) fn of(line: &Part<'_>) -> Self {
        let text = line.text();
        let mut found = Self { opening: opening(line), ..Self::default() };
        let mut outside = None;
        // What no mention has told of yet begins here.
        let mut from = found.opening;
        for place in line.places_of(Class::Mtus) {
            let Some((at, next)) = schedule_at(line, place) else { continue };
            let end = line.at(next - 1).map_or(at, |last| last.end);
            let said = match mention(line, place, at) {
                // "The MTUS is silent. Decision based on Non-MTUS Citation ..."
                Mention::Name
                    if found.clauses.is_empty()
                        && !found.outside
                        && is_silent(line, next)
                        && excludes_later(line, place) =>
                {
                    Mention::Outside
                }
                said => said,
            };
            let (kind, start) = match said {
                Mention::NonMtus(non) => (Kind::NonMtus, non),
                Mention::Basis => (Kind::Mtus, at),
                Mention::Name if found.clauses.is_empty() && !found.outside => (Kind::Mtus, at),
                // "ODG, Pain Chapter; MTUS Low Back Complaints 2004"
                Mention::Name if names_chapter(line, place, next) => (Kind::Mtus, at),
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
}

/// Whether sources outside of the schedule are announced behind a word.
fn excludes_later(line: &Part<'_>, place: usize) -> bool {
    let excluded = |later: usize| {
        let name = schedule_at(line, later).filter(|_| later > place);
        name.is_some_and(|(at, _)| matches!(mention(line, later, at), Mention::NonMtus(_)))
    };
    line.places_of(Class::Mtus).any(excluded)
}

/// Whether the schedule is named only to say that it has nothing on the request.
fn is_silent(line: &Part<'_>, next: usize) -> bool {
    const SILENT: [&[&str]; 12] = [
        &["is", "silent"],
        &["are", "silent"],
        &["was", "silent"],
        &["does", "not", "address"],
        &["do", "not", "address"],
        &["did", "not", "address"],
        &["does", "not", "discuss"],
        &["does", "not", "mention"],
        &["does", "not", "cover"],
        &["has", "nothing"],
        &["had", "nothing"],
        &["is", "not", "applicable"],
    ];
    let next = next + usize::from(near(line, next) && line.is_one(next, &["guidelines", "guideline"]));
    near(line, next) && SILENT.iter().any(|words| line.phrase(next, words).is_some())
}

/// Whether the schedule is named behind a semicolon, with one of its chapters.
fn names_chapter(line: &Part<'_>, place: usize, next: usize) -> bool {
    let (from, text) = (line.start(next), line.text());
    let rest = text.get(from..).unwrap_or_default();
    let cited = || line.part(from..from + rest.find([';', '.']).unwrap_or(rest.len()));
    line.gap(place).trim() == ";" && chapters::named(&cited())
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
pub(super) fn opening(line: &Part<'_>) -> usize {
    /// Longer openings than any seen, so that the words of a citation are not taken for theirs.
    const LONGEST: usize = 120;
    let (mut start, mut seen) = (behind_article(line, line.first, 0), [false; GOVERNING.len()]);
    let near = |&place: &usize| line.at(place).is_some_and(|word| word.end < LONGEST);
    for place in line.places_of(Class::On).take_while(near) {
        // Of each the first counts.
        if let Some(seen) = governing(line, place).and_then(|words| seen.get_mut(words)).filter(|seen| !**seen) {
            *seen = true;
            start = governed_by(line, place);
        }
    }
    start
}

const MTUS: &str = "mtus";

/// The schedule where it is named at a word: by its short form, also at the end of a word as in "NonMTUS", or by its name
/// in full where the short form does not follow. The offset where the name begins, and the place after it.
pub(super) fn schedule_at(line: &Part<'_>, place: usize) -> Option<(usize, usize)> {
    let word = line.at(place).filter(|word| word.has(Class::Mtus))?;
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
