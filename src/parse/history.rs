//! What the clinical summary tells of the worker's history: diagnoses and days.

use super::days::{self, MONTHS};
use crate::letter::Date;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
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

/// Words that announce diagnoses. In the automaton, the first letters of the months follow them.
const OPENINGS: &[&str] = &["diagnos", "treated for", "treatment for", "impression"];

static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // The first letters of a month tell which it may be.
    let words = OPENINGS.iter().copied().chain(MONTHS.iter().filter_map(|month| month.get(..3)));
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
    builder.build(words).expect("some twenty words make an automaton")
});

/// Reads a summary.
///
/// Days after `latest`, that of the decision, are none: "ROM 10/20/30".
pub(super) fn read(summary: &str, latest: Option<Date>) -> History {
    let mut history = History::default();
    let mut end = 0;
    for hit in WORDS.find_iter(summary) {
        let bytes = summary.as_bytes();
        if hit.start().checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric) {
            continue;
        }
        match hit.pattern().as_usize().checked_sub(OPENINGS.len()) {
            Some(month) => {
                history.dates.extend(days::written(bytes, hit.start(), month));
            }
            // Within a list that was read already, the word belongs to the list.
            None if hit.start() >= end => {
                // What is treated may be a complaint, and for how long; what is diagnosed is a diagnosis.
                let treated = summary.get(hit.range()).is_some_and(|word| {
                    ["treated for", "treatment for"].iter().any(|for_| word.eq_ignore_ascii_case(for_))
                });
                let names = |list: &Range<usize>| {
                    !treated
                        || summary
                            .get(list.clone())
                            .is_some_and(|l| begins(l.split([',', ';']).next().unwrap_or_default()))
                };
                if let Some((items, stop)) = list(summary, hit.range()).and_then(|list| numbered(summary, list.start)) {
                    end = stop;
                    for item in items {
                        diagnoses(summary, item, &mut history.diagnoses);
                    }
                } else if let Some(list) = list(summary, hit.range()).filter(names) {
                    end = list.end;
                    diagnoses(summary, list, &mut history.diagnoses);
                }
            }
            None => {}
        }
    }
    days::numeric(summary, &mut history.dates);
    history.dates.retain(|date| latest.is_none_or(|latest| *date <= latest));
    history.dates.sort_unstable();
    history.dates.dedup();
    history
}

/// Where the list of diagnoses stands that a word announces.
fn list(summary: &str, word: Range<usize>) -> Option<Range<usize>> {
    let reach = summary.floor_char_boundary(word.end + 60);
    let ahead = summary.get(word.start..reach)?.to_ascii_lowercase();
    let before = summary.get(..word.start)?;
    let sentence = before.get(summary.floor_char_boundary(word.start.saturating_sub(50))..)?.to_ascii_lowercase();
    let opening = opening(&ahead, &sentence)?;
    let start = word.start + opening;
    let mut end = sentence_end(summary, start);
    if summary.get(..start).is_some_and(|before| before.ends_with('(')) {
        end = summary.get(start..end).and_then(|list| list.find(')')).map(|close| start + close)?;
    }
    Some(start..end).filter(|list| !list.is_empty())
}

/// The items of a list "1. A. 2. B; 3. C." and its end; one item is no list.
fn numbered(summary: &str, start: usize) -> Option<(Vec<Range<usize>>, usize)> {
    /// No item is longer.
    const LONGEST: usize = 300;
    let mark = |number: usize, at: usize| {
        let rest = summary.get(at..)?.strip_prefix(number.to_string().as_str())?;
        let after = rest.strip_prefix(['.', ')'])?;
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

/// How long the words are that open a list: "diagnosed with", "diagnoses include", "being treated for". `None` where
/// they announce no list of diagnoses.
fn opening(ahead: &str, before: &str) -> Option<usize> {
    if let Some(words) = ["treated for", "treatment for"].into_iter().find(|words| ahead.starts_with(words)) {
        // "treated for the diagnosis of": the next word announces it. The treatment may have been of a complaint before.
        let own = match words {
            "treated for" => &["being ", "been ", "is ", "was "],
            _ => &["undergoing ", "receiving ", "under ", "received "],
        };
        let own = own.iter().any(|verb| before.ends_with(verb));
        let rest = ahead.get(words.len()..)?;
        let blank = rest.len() - rest.trim_start_matches([' ', ':', '"', '\u{201c}']).len();
        let other = rest.trim_start();
        let later = ["the diagnos", "diagnos", "his ", "her ", "their ", "this ", "these ", "the following diagnos"];
        return (own && !later.iter().any(|l| other.starts_with(l))).then_some(words.len() + blank);
    }
    let head =
        ["diagnosis", "diagnoses", "diagnosed", "impressions", "impression"].iter().find(|h| ahead.starts_with(**h))?;
    if before.ends_with("no ") || before.ends_with("differential ") || before.ends_with("without ") {
        return None;
    }
    let mut at = head.len();
    let mut opened = false;
    // The words between, in any order that makes sense: "diagnoses, and-or impressions, were noted to include:".
    while let Some(rest) = ahead.get(at..) {
        let blank = rest.len() - rest.trim_start_matches([' ', ',', '"', '\u{201c}', '-', '\'']).len();
        let rest = rest.get(blank..).unwrap_or_default();
        // "diagnoses (a, b, and c)"
        if head.len() == at && rest.starts_with('(') {
            return Some(at + blank + 1);
        }
        if let Some(after) = rest.strip_prefix(':') {
            opened = true;
            at += blank + (rest.len() - after.trim_start_matches([' ', '"', '\u{201c}']).len());
            continue;
        }
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let word = rest.get(..length).unwrap_or_default();
        let verb =
            ["include", "includes", "included", "including", "with", "of", "as", "are", "is", "was", "were", "having"];
        let filler = [
            "and",
            "or",
            "impression",
            "impressions",
            "documented",
            "noted",
            "listed",
            "to",
            "that",
            "currently",
            "reported",
            "the",
            "following",
            "been",
            "has",
            "have",
            "had",
            "stated",
            "given",
            "s",
            "a",
            "an",
            "also",
            "in",
            "part",
        ];
        if verb.contains(&word) {
            opened = true;
        } else if !filler.contains(&word) || (opened && ["and", "or"].contains(&word)) {
            // What was read as an article belongs to the list.
            return (opened && !word.is_empty()).then_some(at + blank);
        }
        at += blank + length;
    }
    None
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

/// What follows these is no diagnosis any more.
static STOPS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stops = [
        "; treatment",
        " and presented",
        " and complain",
        " and has been",
        " and was ",
        " and is ",
        " who ",
        " which ",
        " for which",
        " after ",
        " that ",
        " when ",
        " on exam",
        " he ",
        " she ",
        "according to",
        " per the ",
        " secondary to the industrial",
        " on 1",
        " on 0",
        " and had ",
        " with a date of injury",
        "; the injured worker",
        " as a result of",
        " and underwent",
        " based on ",
        " by the ",
        " and treated",
        ", treated",
        " treated with",
        " where ",
        " was ",
        " were ",
        " has ",
        " had ",
        " is ",
        " are ",
        " due to an ",
    ];
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostFirst).kind(Some(AhoCorasickKind::DFA));
    builder.build(stops).expect("some forty words make an automaton")
});

/// Parts a list of diagnoses.
fn diagnoses(summary: &str, list: Range<usize>, found: &mut Vec<String>) {
    let text = summary.get(list).unwrap_or_default();
    let end = STOPS.find(text).map_or(text.len(), |stop| stop.start());
    let text = text.get(..end).unwrap_or_default();
    let mut pieces: Vec<&str> = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = (depth - 1).max(0),
            ';' if depth == 0 => cut(text, &mut pieces, &mut start, i),
            ',' if depth == 0 && parts(text, start, i) => cut(text, &mut pieces, &mut start, i),
            _ => {}
        }
    }
    pieces.extend(text.get(start..));
    // "A, B and C": the last piece of a list holds the last "and".
    let listed = pieces.len();
    for (n, piece) in pieces.into_iter().enumerate() {
        for diagnosis in at_and(piece, n + 1 == listed) {
            let diagnosis = clean(diagnosis);
            let words = diagnosis.split_whitespace().count();
            // One is no longer than the longest of ICD-10; a sentence is.
            let sound = (1..=24).contains(&words) && diagnosis.len() > 2 && diagnosis.chars().any(char::is_alphabetic);
            if sound
                && !NONE.iter().any(|none| diagnosis.eq_ignore_ascii_case(none))
                && !found.iter().any(|d| d == diagnosis)
            {
                found.push(diagnosis.to_owned());
            }
        }
    }
}

/// Words that are no diagnosis.
const NONE: &[&str] = &[
    "same",
    "above",
    "unchanged",
    "none",
    "not provided",
    "unclear",
    "unknown",
    "the following",
    "noted",
    "disorder",
    "pain",
];

fn cut<'t>(text: &'t str, pieces: &mut Vec<&'t str>, start: &mut usize, at: usize) {
    pieces.extend(text.get(*start..at));
    *start = at + 1;
}

/// Whether a comma parts two diagnoses. In "muscle, fascia and tendon of the hip" and "dorsalgia, unspecified" it does not.
fn parts(text: &str, start: usize, comma: usize) -> bool {
    let after = text.get(comma + 1..).unwrap_or_default().trim_start();
    let before = text.get(start..comma).unwrap_or_default();
    let word = |text: &str| text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    let next = word(after);
    let tissue = ["muscle", "muscles", "fascia", "tendon", "tendons", "ligament", "ligaments"];
    let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    if tissue.contains(&next.as_str()) && tissue.contains(&last.as_str()) {
        return false;
    }
    if next == "and" {
        let second = after.get(3..).unwrap_or_default().trim_start();
        return !(tissue.contains(&word(second).as_str()) && tissue.contains(&last.as_str())) && begins(second);
    }
    // The terms of ICD-10 go on after a comma.
    let goes_on = [
        "unspecified",
        "initial",
        "subsequent",
        "sequela",
        "closed",
        "open",
        "lumbosacral",
        "lumbar region",
        "cervical region",
        "thoracic region",
        "left side",
        "right side",
        "left shoulder",
        "right shoulder",
        "left knee",
        "right knee",
        "left wrist",
        "right wrist",
        "left hand",
        "right hand",
        "left ankle",
        "right ankle",
        "left foot",
        "right foot",
        "left elbow",
        "right elbow",
        "left hip",
        "right hip",
        "left",
        "right",
        "bilateral",
        "not elsewhere",
        "not otherwise",
        "nos",
        "site",
        "without",
        "other than",
        "status post",
        "rule out",
        "initial encounter",
        "single episode",
        "recurrent",
        "acute",
        "chronic",
        "mild",
        "moderate",
        "severe",
    ];
    let part = after.split([',', ';']).next().unwrap_or_default().trim().trim_end_matches('.');
    let lower = part.to_ascii_lowercase();
    let region = lower.ends_with(" region") && lower.split(' ').count() == 2;
    let encounter = ["unspecified", "initial", "subsequent", "sequela", "lumbosacral"].contains(&next.as_str());
    let goes_on = goes_on.contains(&lower.as_str()) || region || (encounter && lower.split(' ').count() <= 2);
    let encounter = ["initial encounter ", "subsequent encounter "].iter().any(|words| lower.starts_with(words));
    !goes_on && !encounter && begins(part)
}

/// Whether a list of names joined by "and" begins with a diagnosis of its own: "neck and back pain" does not.
fn begins(part: &str) -> bool {
    /// Words that belong to the noun after the "and".
    const SHARED: &[&str] = &[
        "right",
        "left",
        "bilateral",
        "medial",
        "lateral",
        "upper",
        "lower",
        "cervical",
        "thoracic",
        "lumbar",
        "acute",
        "chronic",
        "mild",
        "severe",
        "anterior",
        "posterior",
        "partial",
        "possible",
    ];
    let part = part.trim();
    let part = ["and ", "as well as ", "or "].iter().find_map(|j| part.strip_prefix(j)).unwrap_or(part);
    let first = part.split(" and ").next().unwrap_or_default();
    let last = first.rsplit(' ').next().unwrap_or_default();
    alone(first) || (SHARED.contains(&last) && first.len() < part.len() && alone(part))
}

/// "A and B" to A and B, where both can stand alone: not "neck and upper back pain", "pain and stiffness of the hand".
fn at_and(piece: &str, last: bool) -> Vec<&str> {
    let piece = piece.trim();
    let piece = ["and ", "as well as ", "or "].iter().find_map(|j| piece.strip_prefix(j)).unwrap_or(piece);
    if !last {
        return vec![piece];
    }
    let mut found = Vec::new();
    let mut rest = piece;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|r| r.find(" and ")).map(|at| from + at) {
        let (left, right) = (rest.get(..at).unwrap_or_default(), rest.get(at + " and ".len()..).unwrap_or_default());
        if alone(left) && !is_symptom(left) && begins(right) {
            found.push(left);
            rest = right;
            from = 0;
        } else {
            from = at + " and ".len();
        }
    }
    found.push(rest);
    found
}

/// "Pain and stiffness of the hand" are of one place.
fn is_symptom(words: &str) -> bool {
    ["pain", "numbness", "weakness", "stiffness", "swelling", "tingling"].iter().any(|s| words.eq_ignore_ascii_case(s))
}

/// Whether words name a diagnosis by themselves: the noun of a condition stands among them.
fn alone(words: &str) -> bool {
    const CONDITIONS: &[&str] = &[
        "pain",
        "strain",
        "sprain",
        "strains",
        "sprains",
        "syndrome",
        "tear",
        "tears",
        "fracture",
        "fractures",
        "contusion",
        "contusions",
        "disease",
        "disorder",
        "injury",
        "injuries",
        "headache",
        "headaches",
        "anxiety",
        "depression",
        "insomnia",
        "lesion",
        "displacement",
        "protrusion",
        "herniation",
        "bulge",
        "hernia",
        "stenosis",
        "impingement",
        "concussion",
        "laceration",
        "abrasion",
        "dislocation",
        "spasm",
        "spasms",
        "sciatica",
        "lumbago",
        "numbness",
        "weakness",
        "paresthesia",
        "paresthesias",
        "stress",
        "migraine",
        "migraines",
        "hypertension",
        "diabetes",
        "dizziness",
        "swelling",
        "stiffness",
        "burn",
        "burns",
        "rupture",
        "instability",
        "subluxation",
        "effusion",
        "edema",
        "trauma",
        "tinnitus",
        "cyst",
        "ganglion",
    ];
    const ENDINGS: &[&str] = &[
        "itis",
        "osis",
        "opathy",
        "algia",
        "gia",
        "opathies",
        "malacia",
        "listhesis",
        "lysis",
        "itides",
        "oma",
        "emia",
        "esia",
        "plegia",
    ];
    let mut parts = words.split(|c: char| !c.is_alphanumeric());
    parts.any(|word| {
        let part = word.to_ascii_lowercase();
        // Abbreviations: CRPS, TBI, GERD.
        let short = (3..=5).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase());
        short
            || CONDITIONS.contains(&part.as_str())
            || (part.len() > 5 && ENDINGS.iter().any(|ending| part.ends_with(ending)))
    })
}

/// A diagnosis without what stands around it: articles, quotes, numbers of a list and full stops.
fn clean(diagnosis: &str) -> &str {
    let idle = |c: char| c.is_whitespace() || ".,;:\"\u{201c}\u{201d}'-\u{2013}•".contains(c);
    let mut diagnosis = diagnosis.trim_matches(idle);
    for article in ["a ", "an ", "the ", "A ", "An ", "The ", "as ", "having ", "possible: "] {
        diagnosis = diagnosis.strip_prefix(article).unwrap_or(diagnosis);
    }
    let digits = diagnosis.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0
        && diagnosis
            .get(digits..)
            .is_some_and(|r| r.starts_with([')', '.']) && !r[1..].starts_with(|c: char| c.is_ascii_digit()));
    if numbered {
        diagnosis = diagnosis.get(digits + 1..).unwrap_or_default();
    }
    let diagnosis = diagnosis.trim_matches(idle);
    let opened = diagnosis.matches(['(', '[']).count() > diagnosis.matches([')', ']']).count();
    if opened { diagnosis.trim_end_matches(['(', '[']).trim_end() } else { diagnosis }
}
