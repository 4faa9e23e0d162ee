//! Guideline lines: on what basis a decision stands, and which sources it cites.
//!
//! The letters say it in set phrases. "Decision based on MTUS ..." and "Decision based on Non-MTUS Citation ..." open
//! clauses; a citation inside of a clause may itself contain the word MTUS, which opens nothing.

use super::catalog::Class;
use super::clauses::{Clauses, Kind, opening};
use super::line::{Line, Part};
use super::words::trimmed;
use super::{chapters, sources, wording};
use crate::letter::{Basis, Citation, Guideline, Source};
use std::ops::Range;

/// Reads a guideline line of set phrases, its label left out, its lines joined to one paragraph.
pub(super) fn read(text: String) -> Guideline {
    let line = Line::new(&text);
    let line = line.whole();
    let (basis, mut citations) = phrases(&line);
    if basis.is_none() {
        acoem(&line, &mut citations);
    }
    Guideline { text: Some(text), basis, citations }
}

/// Reads a guideline line of the sentences of 2013 and 2014. `claims` is the basis of the claims administrator, to which
/// the reviewer's sentences may refer.
pub(super) fn read_sentences(text: String, claims: Option<Basis>) -> Guideline {
    let line = Line::new(&text);
    let line = line.whole();
    let (mut basis, mut citations) = phrases(&line);
    if !text.contains("ecision based on") {
        let told = wording::basis(&line, claims);
        // A source that is read out of the sentence counts beside the schedule.
        if !(basis == Some(Basis::Both) && told == Some(Basis::Mtus)) {
            basis = told.or(basis);
        }
        match told {
            Some(Basis::Mtus) if citations.is_empty() => citations = inside(&line),
            // The schedule is named in such sentences to say that it has nothing on the request.
            Some(Basis::NonMtus | Basis::None) => {
                citations.retain(|citation| citation.source != Source::Mtus);
                if told == Some(Basis::NonMtus) && citations.is_empty() {
                    citations = outside(&line);
                }
            }
            None if basis.is_none() => acoem(&line, &mut citations),
            _ => {}
        }
    }
    Guideline { text: Some(text), basis, citations }
}

/// The citations of a line that names ACOEM alone: it does not tell whether the MTUS has the part that is meant.
fn acoem(line: &Part<'_>, citations: &mut Vec<Citation>) {
    if sources::mentions(line).any(|(_, source)| source == Some(Source::Acoem)) {
        sources::read(&line.part(trimmed(line.text(), opening(line)..line.bytes.end)), citations);
    }
}

/// What the set phrases of a line tell.
fn phrases(line: &Part<'_>) -> (Option<Basis>, Vec<Citation>) {
    let text = line.text();
    let reading = Clauses::of(line);
    let mut basis = basis(&reading, line);
    let mut citations = Vec::new();
    for clause in &reading.clauses {
        let range = trimmed(text, clause.range.clone());
        match clause.kind {
            Kind::Mtus => schedule(&line.part(range), &mut citations),
            Kind::NonMtus => sources::read(&line.part(range), &mut citations),
        }
    }
    if reading.clauses.is_empty() {
        let whole = line.part(trimmed(text, reading.opening..text.len()));
        match basis {
            Some(Basis::Mtus) => schedule(&whole, &mut citations),
            Some(Basis::NonMtus) => sources::read(&whole, &mut citations),
            _ => {}
        }
    }
    if basis == Some(Basis::Mtus) && citations.iter().any(|c| matches!(c.source, Source::Odg | Source::Other)) {
        basis = Some(Basis::Both);
    }
    (basis, citations)
}

fn basis(reading: &Clauses, line: &Part<'_>) -> Option<Basis> {
    let has = |kind| reading.clauses.iter().any(|clause| clause.kind == kind);
    match (has(Kind::Mtus), has(Kind::NonMtus) || reading.outside) {
        (true, true) => Some(Basis::Both),
        (true, false) => Some(Basis::Mtus),
        (false, true) => Some(Basis::NonMtus),
        (false, false) => basis_without_marker(line),
    }
}

/// The basis of a line that names neither MTUS nor Non-MTUS: none, or told by a source that is certainly one of them.
fn basis_without_marker(line: &Part<'_>) -> Option<Basis> {
    let lower = line.text().to_ascii_lowercase();
    let says_none = ["not cite", "not provide", "not reference", "not list", "cited no", "no medical evidence"];
    if says_none.iter().any(|words| lower.contains(words)) || names_nothing(line) {
        return Some(Basis::None);
    }
    if lower.contains("9792.2") || chapters::any(line) {
        return Some(Basis::Mtus);
    }
    let outside = sources::mentions(line).any(|(_, mention)| mention == Some(Source::Odg));
    outside.then_some(Basis::NonMtus)
}

/// "None cited.", "N/A", "The guideline was not specified."
fn names_nothing(line: &Part<'_>) -> bool {
    line.places().all(|place| line.has(place, Class::Nothing))
        && line.places().any(|place| line.is_one(place, &["none", "no", "not", "n"]))
}

/// The sources of a line that names the MTUS only to say that it has nothing on the request.
fn outside(line: &Part<'_>) -> Vec<Citation> {
    let text = line.text();
    let mut citations = Vec::new();
    if let Some((at, _)) = sources::mentions(line).find(|(_, source)| source.is_some()) {
        // What follows is said of the source, not cited.
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(". ").map_or(text.len(), |stop| at + stop);
        sources::read(&line.part(trimmed(text, at..end)), &mut citations);
    }
    citations
}

/// The citations of a line that names a part of the schedule without the word MTUS.
fn inside(line: &Part<'_>) -> Vec<Citation> {
    let text = line.text();
    let mut citations = Vec::new();
    let start = opening(line);
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
