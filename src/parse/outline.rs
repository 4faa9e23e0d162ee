//! The outline of a letter: where its headings and labels stand. One pass over the text.

use super::words::{self, alike, phrase, word_before};

/// What a heading or label opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// "HOW THE IMR FINAL DETERMINATION WAS MADE"
    How,
    /// "The Expert Reviewer has the following credentials:"
    Credentials,
    /// "State(s) of Licensure:"
    Licensure,
    /// "Certification(s)/Specialty:"
    Specialty,
    /// "CLINICAL CASE SUMMARY"
    Summary,
    /// "IMR ISSUES, DECISIONS AND RATIONALES"
    Issues,
    /// "IMR DECISION(S) AND RATIONALE(S)", the heading of the decision list layout.
    DecisionList,
    /// "Claims Administrator guideline:"
    Claims,
    /// "MAXIMUS guideline:"
    Reviewer,
    /// "Decision rationale:"
    Rationale,
}

/// A heading or label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    pub(super) part: Part,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends, its colon included.
    pub(super) end: usize,
}

/// The headings and labels of a text, in its order.
pub(super) struct Outline {
    anchors: Vec<Anchor>,
}

impl Outline {
    /// Finds the headings and labels of a normalised text.
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut anchors = Vec::new();
        let mut start = 0;
        loop {
            while matches!(bytes.get(start), Some(b'\n' | b'\x0c')) {
                start += 1;
            }
            if start >= bytes.len() {
                break;
            }
            let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
            let first = at_line_start(text, start);
            anchors.extend(first);
            let mut from = first.map_or(start, |a| a.end);
            while let Some(colon) = text.get(from..end).and_then(|rest| rest.find(':')).map(|n| from + n) {
                anchors.extend(before_colon(text, colon).filter(|a| anchors.last().is_none_or(|l| l.end <= a.start)));
                from = colon + 1;
            }
            start = end.max(first.map_or(0, |a| a.end));
        }
        Self { anchors }
    }

    /// All anchors.
    pub(super) fn anchors(&self) -> &[Anchor] {
        &self.anchors
    }

    /// The first anchor of a part.
    pub(super) fn first(&self, part: Part) -> Option<Anchor> {
        self.anchors.iter().copied().find(|a| a.part == part)
    }

    /// The first anchor after an offset that is one of the parts.
    pub(super) fn next_after(&self, offset: usize, parts: &[Part]) -> Option<Anchor> {
        let at = self.anchors.partition_point(|a| a.start < offset);
        self.anchors.get(at..)?.iter().copied().find(|a| parts.contains(&a.part))
    }
}

/// Headings without a colon, and labels that lost theirs, at the start of a line.
fn at_line_start(text: &str, start: usize) -> Option<Anchor> {
    let heading = |part, words: &[&str]| {
        let end = phrase(text, start, words)?;
        is_heading(text, start, end).then_some(Anchor { part, start, end })
    };
    let label = |part, words: &[&str]| {
        let end = phrase(text, start, words)?;
        let bytes = text.as_bytes();
        let next = end + bytes.get(end..)?.iter().take(8).take_while(|b| b" \n\x0c".contains(b)).count();
        let colon = match bytes.get(next) {
            Some(b':' | b';') => next + 1,
            Some(b'.' | b'-') if next == end => next + 1,
            // Without any mark, only before the words that the line always opens with.
            _ if phrase(text, next, &["decision", "based"]).is_some() => end,
            _ if phrase(text, next, &["the", "claims", "administrator"]).is_some() => end,
            _ if phrase(text, next, &["the", "expert", "reviewer"]).is_some() => end,
            _ => return None,
        };
        Some(Anchor { part, start, end: colon })
    };
    let opening = |part, words: &[&str]| phrase(text, start, words).map(|_| Anchor { part, start, end: start });
    match text.as_bytes().get(start)?.to_ascii_lowercase() {
        b'h' => heading(Part::How, &["how", "the", "imr", "final", "determination"]),
        b'i' => heading(Part::Issues, &["imr", "issues", "decisions", "and", "rationales"])
            .or_else(|| heading(Part::Issues, &["imr", "issues", "decisions", "rationales"]))
            .or_else(|| heading(Part::Issues, &["issues", "decisions", "and", "rationales"]))
            .or_else(|| heading(Part::DecisionList, &["imr", "decision", "s", "and", "rationale"]))
            .or_else(|| heading(Part::DecisionList, &["imr", "decisions", "and", "rationales"])),
        b'c' => heading(Part::Summary, &["clinical", "case", "summary"])
            .or_else(|| label(Part::Claims, &["claims", "administrator", "guideline"]))
            .or_else(|| label(Part::Claims, &["claims", "administrator", "s", "guideline"])),
        b'm' => label(Part::Reviewer, &["maximus", "guideline"])
            .or_else(|| label(Part::Reviewer, &["maximus", "federal", "services", "guideline"])),
        b'r' => label(Part::Reviewer, &["reviewer", "guideline"]),
        b'e' => label(Part::Reviewer, &["expert", "reviewer", "guideline"]),
        b'd' => label(Part::Rationale, &["decision", "rationale"]),
        // The opening sentences of sections stand for headings that are missing.
        b't' => opening(Part::Summary, &["the", "expert", "reviewer", "developed", "the", "following", "clinical"])
            .or_else(|| opening(Part::Issues, &["the", "final", "determination", "was", "based", "on", "decisions"])),
        _ => None,
    }
}

/// Whether the words stand alone on their line, or are set in capitals.
fn is_heading(text: &str, start: usize, end: usize) -> bool {
    let rest = text[end..].split('\n').next().unwrap_or_default();
    let words = &text.as_bytes()[start..end];
    let alone = rest.bytes().take(200).filter(u8::is_ascii_alphanumeric).count() <= 16 && !rest.contains('.');
    words.iter().all(|b| !b.is_ascii_lowercase()) || (alone && words.first().is_some_and(u8::is_ascii_uppercase))
}

/// The label that a colon ends.
fn before_colon(text: &str, colon: usize) -> Option<Anchor> {
    let bytes = text.as_bytes();
    let (start, end) = word_before(bytes, colon)?;
    let last = &bytes[start..end];
    let anchor = |part, start| Some(Anchor { part, start, end: colon + 1 });
    // Goes back over one word if it is the expected one.
    let back = |from: usize, word: &str| {
        word_before(bytes, from).filter(|&(s, e)| alike(&bytes[s..e], word.as_bytes())).map(|(s, _)| s)
    };
    match last.first()?.to_ascii_lowercase() {
        b'g' if alike(last, b"guideline") => {
            let owner = back(start, "s").unwrap_or(start);
            if let Some(at) = back(owner, "administrator").and_then(|at| back(at, "claims")) {
                return opens_field(text, at).then(|| anchor(Part::Claims, at)).flatten();
            }
            let services = back(owner, "services").and_then(|at| back(at, "federal")).unwrap_or(owner);
            let reviewer = back(owner, "reviewer").map(|at| back(at, "expert").unwrap_or(at));
            let at = back(services, "maximus").or(reviewer)?;
            opens_field(text, at).then(|| anchor(Part::Reviewer, at)).flatten()
        }
        b'r' if alike(last, b"rationale") => {
            let at = back(start, "decision")?;
            // "The Expert Reviewer's decision rationale:"
            let owner = back(at, "s").unwrap_or(at);
            let at = back(owner, "reviewer").map_or(at, |at| {
                let at = back(at, "expert").or_else(|| back(at, "physician")).unwrap_or(at);
                back(at, "the").unwrap_or(at)
            });
            opens_field(text, at).then(|| anchor(Part::Rationale, at)).flatten()
        }
        b'c' if alike(last, b"credentials") => {
            let at = back(start, "following").and_then(|at| back(at, "the"))?;
            let (at, _) = word_before(bytes, at).filter(|&(s, e)| alike(&bytes[s..e], b"has"))?;
            let reviewer = back(at, "reviewer")?;
            anchor(Part::Credentials, back(reviewer, "expert").unwrap_or(reviewer))
        }
        b'l' if alike(last, b"licensure") => {
            let of = back(start, "of")?;
            let of = back(of, "s").unwrap_or(of);
            anchor(Part::Licensure, back(of, "state").or_else(|| back(of, "states"))?)
        }
        b's' if alike(last, b"specialty") || alike(last, b"specialties") => {
            let owner = back(start, "s").unwrap_or(start);
            let at_line_start = start == 0 || bytes[start - 1] == b'\n' || bytes[start - 1] == b'\x0c';
            anchor(Part::Specialty, back(owner, "certification").or(at_line_start.then_some(start))?)
        }
        b's' if last.len() == 1 => {
            let specialty = back(start, "specialty").or_else(|| back(start, "specialties"))?;
            let owner = back(specialty, "s").unwrap_or(specialty);
            anchor(Part::Specialty, back(owner, "certification")?)
        }
        _ => None,
    }
}

/// Whether a label may begin here: on a line of its own, after a sentence, or after an outcome.
fn opens_field(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let low = at.saturating_sub(8);
    let before = bytes[low..at].iter().rposition(|b| *b != b' ').map(|i| bytes[low + i]);
    match before {
        None | Some(b'\n' | b'\x0c' | b'.' | b'?' | b'!' | b'"' | b':') => true,
        Some(_) => word_before(bytes, at).is_some_and(|(s, e)| {
            let word = &bytes[s..e];
            ["upheld", "overturned", "uphold", "overturn"].iter().any(|o| words::alike(word, o.as_bytes()))
        }),
    }
}
