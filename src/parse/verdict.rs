//! Outcomes told in sentences: "is not medically necessary and appropriate", "Final Determination: UPHOLD", and the
//! conclusion of a rationale.

use super::heading::Verdict;
use super::mark;
use super::words::{next_word, phrase, word_before, word_end};
use crate::letter::LetterOutcome;
use std::ops::Range;

/// A statement such as "is not medically necessary and appropriate".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Statement {
    /// Where its verb begins.
    pub(super) start: usize,
    /// Where its last word ends.
    pub(super) end: usize,
    pub(super) verdict: Verdict,
}

/// The first such statement in a range.
pub(super) fn statement(text: &str, range: Range<usize>) -> Option<Statement> {
    let bytes = text.as_bytes();
    let mut at = range.start;
    while at < range.end {
        let end = word_end(bytes, at);
        if end == at {
            at += 1;
            continue;
        }
        // The first letters of the words that are looked for.
        if !b"iawc".contains(&bytes[at].to_ascii_lowercase()) {
            at = end;
            continue;
        }
        if is_any(&bytes[at..end], &["is", "are", "was", "were", "isn", "aren", "wasn", "weren"])
            && let Some((verdict, end)) = predicate(text, end).filter(|&(_, end)| end <= range.end)
        {
            // "is/are not"
            let start = match word_before(bytes, at) {
                Some((s, e)) if bytes[e..at] == *b"/" && is_any(&bytes[s..e], &["is", "was"]) => s.max(range.start),
                _ => at,
            };
            return Some(Statement { start, end, verdict });
        }
        // "cannot be deemed medically necessary"
        if is_any(&bytes[at..end], &["cannot"])
            && let Some(be) = next_word(bytes, end).and_then(|next| phrase(text, next, &["be"]))
            && let Some((Verdict::Overturned, end)) = predicate(text, be).filter(|&(_, end)| end <= range.end)
        {
            return Some(Statement { start: at, end, verdict: Verdict::Upheld });
        }
        at = end;
    }
    None
}

/// What follows the verb: "not medically necessary and appropriate", "medically necessary".
pub(super) fn predicate(text: &str, verb_end: usize) -> Option<(Verdict, usize)> {
    let bytes = text.as_bytes();
    let next = |from: usize, words: &[&str]| next_word(bytes, from).and_then(|at| phrase(text, at, words));
    let (mut verdict, mut at) = (Verdict::Overturned, verb_end);
    // "is therefore found to be not", "is not considered to be", "is no longer", "is neither", "isn't"
    const DENIALS: [&[&str]; 4] = [&["not"], &["no", "longer"], &["neither"], &["t"]];
    const BETWEEN: [&str; 11] =
        ["therefore", "thus", "hereby", "also", "considered", "deemed", "found", "determined", "judged", "to", "be"];
    const LONGEST: usize = 8;
    for _ in 0..LONGEST {
        let Some(word) = next_word(bytes, at) else { break };
        let denied = DENIALS.iter().find_map(|words| phrase(text, word, words));
        if let Some(end) = denied.filter(|_| verdict == Verdict::Overturned) {
            (verdict, at) = (Verdict::Upheld, end);
        } else if let Some(end) = BETWEEN.iter().find_map(|between| phrase(text, word, &[between])) {
            at = end;
        } else {
            break;
        }
    }
    // Some letters print "notmedically".
    let necessary = if let Some(end) = next(at, &["notmedically", "necessary"]) {
        verdict = Verdict::Upheld;
        Some(end)
    } else if let Some(end) = ["partially", "partly"].iter().find_map(|part| next(at, &[part])) {
        verdict = if verdict == Verdict::Upheld { return None } else { Verdict::Partial };
        next(end, &["medically", "necessary"])
    } else {
        next(at, &["medically", "necessary"])
    }?;
    let end = next(necessary, &["and", "appropriate"]).or_else(|| next(necessary, &["nor", "appropriate"]));
    let end = end.or_else(|| next(necessary, &["or", "appropriate"])).unwrap_or(necessary);
    match next(end, &["in", "part"]) {
        Some(end) => Some((Verdict::Partial, end)),
        None => Some((verdict, end)),
    }
}

/// The outcome after "Final Determination:".
pub(super) fn stated(text: &str, from: usize) -> Option<(LetterOutcome, usize)> {
    let start = next_word(text.as_bytes(), from)?;
    let is = |words: &[&str]| phrase(text, start, words);
    for part in ["partial", "partially", "partly"] {
        if let Some(end) = is(&[part]) {
            let next = next_word(text.as_bytes(), end)?;
            let word = ["overturn", "overturned", "uphold", "upheld"].iter().find_map(|w| phrase(text, next, &[w]))?;
            return Some((LetterOutcome::PartiallyOverturned, word));
        }
    }
    if let Some(end) = is(&["modify"]).or_else(|| is(&["modified"])) {
        return Some((LetterOutcome::PartiallyOverturned, end));
    }
    let upheld = is(&["uphold"]).or_else(|| is(&["upheld"])).map(|end| (LetterOutcome::Upheld, end));
    let overturned = || is(&["overturn"]).or_else(|| is(&["overturned"])).map(|end| (LetterOutcome::Overturned, end));
    let (outcome, end) = upheld.or_else(overturned)?;
    let in_part = next_word(text.as_bytes(), end).and_then(|at| phrase(text, at, &["in", "part"]));
    Some(in_part.map_or((outcome, end), |end| (LetterOutcome::PartiallyOverturned, end)))
}

/// What the last sentence of a rationale concludes, if it says so without any reservation and is not what was decided.
///
/// It serves to find contradictions, and a false one costs more than a missed one: a sentence with a condition, a
/// contrast or statements of both kinds concludes nothing.
pub(super) fn opposite_conclusion(rationale: &str, said: Verdict) -> Option<Verdict> {
    let sentence = rationale.get(last_sentence(rationale)..)?;
    let words = || sentence.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}');
    const RESERVATIONS: &[&str] = &[
        "if",
        "unless",
        "until",
        "would",
        "could",
        "may",
        "might",
        "should",
        "whether",
        "when",
        "once",
        "but",
        "however",
        "although",
        "though",
        "while",
        "except",
        "only",
        "other",
        "deny",
        "denied",
        "denial",
        "question",
        "modified",
        "partial",
        "partially",
        "partly",
        "instead",
        "rather",
        "remaining",
        "additional",
        "continued",
        "previously",
        "prior",
        "had",
        "been",
        "certified",
        "authorized",
        "approved",
    ];
    let Some(first) = statement(sentence, 0..sentence.len()) else {
        return established(sentence).or_else(|| announced(sentence)).filter(|verdict| *verdict != said);
    };
    if first.verdict == said {
        return None;
    }
    let mut from = first.end;
    while let Some(next) = statement(sentence, from..sentence.len()) {
        if next.verdict != first.verdict {
            return None;
        }
        from = next.end;
    }
    const NEGATIONS: &[&str] = &[
        "not", "no", "cannot", "never", "neither", "nor", "without", "lack", "lacks", "lacking", "absent", "fails",
        "nothing",
    ];
    let negated = || {
        words().any(|word| {
            NEGATIONS.iter().any(|n| word.eq_ignore_ascii_case(n))
                || word.ends_with("n't")
                || word.ends_with("n\u{2019}t")
        })
    };
    if words().any(|word| RESERVATIONS.iter().any(|r| word.eq_ignore_ascii_case(r))) {
        return None;
    }
    match first.verdict {
        Verdict::Overturned if negated() => None,
        verdict => Some(verdict),
    }
}

/// "Medical necessity has been established", with nothing that limits it.
fn established(sentence: &str) -> Option<Verdict> {
    let lower = sentence.to_ascii_lowercase();
    let before = ["has been established", "is established", "was established"]
        .iter()
        .find_map(|verb| lower.trim_end_matches(['.', ' ']).strip_suffix(verb))?;
    let subject = before.trim_end();
    let subject = subject.strip_suffix("medical necessity").map(str::trim_end)?;
    ["", "the", "thus", "thus,", "therefore", "therefore,", "therefore, the", "thus, the"]
        .contains(&subject)
        .then_some(Verdict::Overturned)
}

/// "Decision: Upheld" as a sentence.
fn announced(sentence: &str) -> Option<Verdict> {
    let (words, _) = sentence.split_once(':').filter(|(words, _)| mark::announces(&words.to_ascii_lowercase()))?;
    let (outcome, end) = stated(sentence, words.len() + 1)?;
    let whole = sentence.get(end..)?.bytes().all(|b| !b.is_ascii_alphanumeric());
    let verdict = match outcome {
        LetterOutcome::Upheld => Verdict::Upheld,
        LetterOutcome::Overturned => Verdict::Overturned,
        LetterOutcome::PartiallyOverturned => Verdict::Partial,
    };
    whole.then_some(verdict)
}

/// Where the last sentence begins.
fn last_sentence(text: &str) -> usize {
    let text = text.trim_end();
    let capital = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase()));
    let stops = text.rmatch_indices(['.', '?', '!']);
    let mut starts = stops.filter_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let gap = rest.len() - rest.trim_start().len();
        (gap > 0 && capital(at + 1 + gap)).then_some(at + 1 + gap)
    });
    starts.next().unwrap_or(0)
}

fn is_any(word: &[u8], known: &[&str]) -> bool {
    known.iter().any(|k| word.eq_ignore_ascii_case(k.as_bytes()))
}
