//! The basis of a decision in the sentences of 2013 and 2014: "The Claims Administrator based its decision on ...".

use super::catalog::Class;
use super::clauses::schedule_at;
use super::line::Part;
use super::sources;
use crate::letter::{Basis, Source};

/// What sentences tell of the basis; `claims` is that of the claims administrator, to which the reviewer's may refer.
///
/// `None` where no known wording tells; then the words of the line itself may.
pub(super) fn basis(line: &Part<'_>, claims: Option<Basis>) -> Option<Basis> {
    let (mut inside, mut outside, mut none) = (false, false, false);
    for sentence in sentences(line) {
        if denies_evidence(&sentence) {
            none = true;
            continue;
        }
        let mut named = false;
        for place in sentence.places() {
            if let Some((_, next)) = schedule_at(&sentence, place) {
                named = true;
                match excluded(&sentence, place, next) {
                    true => outside = true,
                    false => inside = true,
                }
            }
            outside |= is_outside(&sentence, place);
        }
        inside |= !named && has_part(&sentence);
    }
    match (inside, outside) {
        (true, true) => Some(Basis::Both),
        (true, false) => Some(Basis::Mtus),
        (false, true) => Some(Basis::NonMtus),
        (false, false) if none => Some(Basis::None),
        (false, false) => refers_to_claims(line).then_some(claims).flatten(),
    }
}

/// Whether guidelines are named that are part of the schedule by its regulation (8 CCR 9792.20 to 9792.26), or that
/// regulation itself. ACOEM is not enough: only parts of it are in the schedule.
fn has_part(sentence: &Part<'_>) -> bool {
    let guidelines = |place: usize| sentence.is_one(place, &["guideline", "guidelines"]);
    let mut names = sentence.names().filter(|name| name.entry.source == Source::Mtus && !name.usual);
    names.any(|name| guidelines(name.end) || guidelines(name.end - 1))
        || sentence.places().any(|place| {
            let section = sentence.word(place + 1).is_some_and(|section| section.starts_with('2'));
            section && sentence.gap(place + 1) == "." && sentence.is_one(place, &["9792"])
        })
}

/// Whether a source outside of the schedule is named at a word. ACOEM is none: parts of it are in the schedule.
fn is_outside(sentence: &Part<'_>, place: usize) -> bool {
    let listed = || sentence.longest_at(place, &[Source::Other]).is_some_and(|name| !name.usual);
    sentence.has(place, Class::Web)
        || sentence.is_one(place, &["odg", "journal"])
        || sources::mention(sentence, place).is_some_and(|source| source != Some(Source::Acoem))
        || sentence.phrase(place, &["alternative", "guidelines"]).is_some()
        || listed()
}

/// "found the guidelines used by the Claims Administrator relevant and appropriate", "based his/her decision on the same".
fn refers_to_claims(line: &Part<'_>) -> bool {
    const REFERS: [&[&str]; 7] = [
        &["used", "by", "the", "claims", "administrator"],
        &["cited", "by", "the", "claims", "administrator"],
        &["relied", "upon", "by", "the", "claims", "administrator"],
        &["decision", "on", "the", "same"],
        &["relied", "on", "the", "same"],
        &["upon", "the", "same"],
        &["the", "same", "guideline"],
    ];
    const REJECTS: [&[&str]; 6] = [
        &["not", "relevant"],
        &["not", "appropriate"],
        &["not", "applicable"],
        &["inappropriate"],
        &["irrelevant"],
        &["did", "not", "find"],
    ];
    said(line, &REFERS).is_some() && said(line, &REJECTS).is_none()
}

/// "did not cite any evidence-based criteria", "did not provide any guideline"
fn denies_evidence(sentence: &Part<'_>) -> bool {
    const DENIES: [&[&str]; 7] = [
        &["did", "not", "cite"],
        &["did", "not", "provide"],
        &["did", "not", "reference"],
        &["did", "not", "list"],
        &["did", "not", "use"],
        &["cited", "no"],
        &["used", "no"],
    ];
    const EVIDENCE: [&str; 6] = ["evidence", "guideline", "guidelines", "criteria", "citation", "citations"];
    let Some(denied) = said(sentence, &DENIES) else { return false };
    let mut rest = denied..sentence.end;
    rest.clone().any(|place| sentence.is_one(place, &EVIDENCE))
        && !rest.any(|place| schedule_at(sentence, place).is_some())
}

/// The place after the first of some phrases.
fn said(part: &Part<'_>, phrases: &[&[&str]]) -> Option<usize> {
    part.places().find_map(|place| phrases.iter().find_map(|phrase| part.phrase(place, phrase)))
}

/// Whether the schedule is named only to be excluded: "no section of the MTUS was applicable", "not part of the MTUS",
/// "outside of the MTUS", "non-MTUS", "the MTUS is silent on".
fn excluded(sentence: &Part<'_>, place: usize, next: usize) -> bool {
    /// How far before the name a word still tells of it, and of how many words the name is.
    const REACH: usize = 8;
    const NAME: usize = 4;
    let written_out = sentence.before(place, 1).is_some_and(|before| sentence.is_one(before, &["schedule"]));
    let first = if written_out { place.saturating_sub(NAME) } else { place };
    let negates = |before: usize| {
        // "page no. 98 of the MTUS"
        let number = sentence.is_one(before, &["no"]) && sentence.is_figure(before + 1);
        sentence.is_one(before, &["not", "no", "non", "outside"]) && !number
    };
    if sentence.is_one(place, &["nonmtus"]) || (1..=REACH).map_while(|n| sentence.before(first, n)).any(negates) {
        return true;
    }
    const SILENT: [&[&str]; 15] = [
        &["has", "nothing"],
        &["had", "nothing"],
        &["has", "no"],
        &["contains", "no"],
        &["contains", "nothing"],
        &["lacks"],
        &["fails", "to"],
        &["does", "not"],
        &["do", "not"],
        &["did", "not"],
        &["is", "silent"],
        &["are", "silent"],
        &["was", "not"],
        &["were", "not"],
        &["is", "not"],
    ];
    let next = next + usize::from(sentence.is_one(next, &["guidelines"]));
    SILENT.iter().any(|words| sentence.phrase(next, words).is_some())
}

/// The sentences of a line: cut after a full stop that white space follows.
fn sentences<'l>(line: &Part<'l>) -> impl Iterator<Item = Part<'l>> {
    const ABBREVIATIONS: &[&str] = &["pg", "pp", "p", "pgs", "ch", "sec", "no", "ed", "inc", "vs"];
    let line = line.clone();
    let mut rest = line.places();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let stops = |place: usize| {
            let gap = line.gap(place);
            gap.contains(". ") && !(gap.starts_with(". ") && line.is_one(place - 1, ABBREVIATIONS))
        };
        let next = rest.find(|&place| stops(place)).unwrap_or(line.end);
        rest = next..line.end;
        Some(line.part(line.start(first)..line.start(next)))
    })
}
