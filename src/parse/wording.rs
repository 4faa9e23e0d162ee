//! The basis of a decision in the sentences of 2013 and 2014: "The Claims Administrator based its decision on ...".

use super::words::{find_from, phrase};
use crate::letter::Basis;

/// Names of the schedule, in lower case.
const SCHEDULE: &[&str] = &["mtus", "medical treatment utilization schedule"];

/// Guidelines that are part of the schedule by its regulation (8 CCR 9792.20 to 9792.26), in lower case.
const PARTS: &[&str] = &[
    "chronic pain medical treatment guideline",
    "acupuncture medical treatment guideline",
    "postsurgical treatment guideline",
    "post-surgical treatment guideline",
    "9792.2",
];

/// Sources outside of the schedule, in lower case. ACOEM is not among them: parts of it are in the schedule.
const OUTSIDE: &[&str] = &[
    "official disability guideline",
    "odg",
    "other medical treatment guideline",
    "journal",
    "pubmed",
    "medscape",
    "www.",
    "http",
    "fda",
    "alternative guideline",
    "aetna",
    "cochrane",
];

/// What sentences tell of the basis; `claims` is that of the claims administrator, to which the reviewer's may refer.
///
/// `None` where no known wording tells; then the words of the line itself may.
pub(super) fn basis(text: &str, claims: Option<Basis>) -> Option<Basis> {
    let lower = text.to_ascii_lowercase();
    let (mut inside, mut outside, mut none) = (false, false, false);
    for sentence in sentences(&lower) {
        if denies_evidence(sentence) {
            none = true;
            continue;
        }
        let mut named = false;
        for name in SCHEDULE {
            let mut from = 0;
            while let Some(at) = find_from(sentence, name, from) {
                from = at + name.len();
                if !whole_word(sentence, at, from) {
                    continue;
                }
                // "(MTUS)" is the short form of the name before it.
                if sentence.get(..at).is_some_and(|before| before.ends_with("schedule (")) {
                    continue;
                }
                named = true;
                match excluded(sentence, at, from) {
                    true => outside = true,
                    false => inside = true,
                }
            }
        }
        let part = PARTS.iter().any(|part| sentence.contains(part));
        inside |= part && !named;
        let named_outside = OUTSIDE
            .iter()
            .any(|source| find_from(sentence, source, 0).is_some_and(|at| whole_word_start(sentence, at)));
        outside |= named_outside;
    }
    match (inside, outside) {
        (true, true) => Some(Basis::Both),
        (true, false) => Some(Basis::Mtus),
        (false, true) => Some(Basis::NonMtus),
        (false, false) if none => Some(Basis::None),
        (false, false) => refers_to_claims(&lower).then_some(claims).flatten(),
    }
}

/// "found the guidelines used by the Claims Administrator relevant and appropriate", "based his/her decision on the same".
fn refers_to_claims(lower: &str) -> bool {
    let used = [
        "used by the claims administrator",
        "cited by the claims administrator",
        "relied upon by the claims administrator",
    ];
    let same = ["decision on the same", "relied on the same", "upon the same", "the same guideline"];
    let rejects = ["not relevant", "not appropriate", "not applicable", "inappropriate", "irrelevant", "did not find"];
    (used.iter().chain(&same)).any(|words| lower.contains(words)) && !rejects.iter().any(|words| lower.contains(words))
}

/// "did not cite any evidence-based criteria", "did not provide any guideline"
fn denies_evidence(sentence: &str) -> bool {
    let verbs =
        ["did not cite", "did not provide", "did not reference", "did not list", "did not use", "cited no", "used no"];
    let what = ["evidence", "guideline", "criteria", "citation"];
    let found = verbs.iter().filter_map(|verb| sentence.find(verb).map(|at| at + verb.len())).min();
    found.and_then(|at| sentence.get(at..)).is_some_and(|rest| {
        let names_schedule = SCHEDULE.iter().any(|name| rest.contains(name));
        what.iter().any(|word| rest.contains(word)) && !names_schedule
    })
}

/// Whether the schedule is named only to be excluded: "no section of the MTUS was applicable", "not part of the MTUS",
/// "outside of the MTUS", "non-MTUS", "the MTUS is silent on".
fn excluded(sentence: &str, at: usize, end: usize) -> bool {
    let before = sentence.get(..at).unwrap_or_default().trim_end_matches([' ', '(', '-']);
    let words = |n: usize| before.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).rev().take(n);
    let negated = words(8).any(|word| matches!(word, "not" | "no" | "non" | "outside" | "nonmtus"));
    if negated {
        return true;
    }
    let after = sentence.get(end..).unwrap_or_default().trim_start_matches([' ', ')', ',']);
    // The name in brackets stands between.
    let after = after.strip_prefix("(mtus)").unwrap_or(after).trim_start();
    let silent: [&[&str]; 8] = [
        &["does", "not"],
        &["do", "not"],
        &["did", "not"],
        &["is", "silent"],
        &["are", "silent"],
        &["was", "not"],
        &["were", "not"],
        &["is", "not"],
    ];
    let after = after.strip_prefix("guidelines ").unwrap_or(after);
    silent.iter().any(|words| phrase(after, 0, words).is_some())
}

fn whole_word(text: &str, start: usize, end: usize) -> bool {
    // "non-MTUS" and "nonMTUS" are told apart by what stands before.
    whole_word_start(text, start) && !text.as_bytes().get(end).is_some_and(u8::is_ascii_alphanumeric)
}

fn whole_word_start(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    before.ends_with("non") || !before.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric)
}

/// The sentences of a text in lower case: cut after a full stop that white space follows.
fn sentences(lower: &str) -> impl Iterator<Item = &str> {
    let mut rest = lower;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let abbreviated = |at: usize| {
            ["pg", "pp", "p", "pgs", "ch", "sec", "no", "ed", "inc", "vs"]
                .iter()
                .any(|a| rest.get(..at).is_some_and(|before| before.rsplit([' ', '(', ',']).next() == Some(*a)))
        };
        let stop = rest.match_indices(". ").find(|&(at, _)| !abbreviated(at)).map_or(rest.len(), |(at, _)| at + 2);
        let (sentence, after) = rest.split_at(stop);
        rest = after;
        Some(sentence)
    })
}
