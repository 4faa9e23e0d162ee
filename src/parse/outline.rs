//! The outline of a letter: where its headings and labels stand. One pass over the text.

use super::opening;
pub(super) use super::part::Part;
use super::words::{self, alike, word_before};
use memchr::memchr;
use std::ops::Range;

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
            let end = memchr(b'\n', &bytes[start..]).map_or(text.len(), |n| start + n);
            let first = opening::at_line_start(text, start).map(|(part, from, end)| Anchor { part, start: from, end });
            anchors.extend(first);
            let mut from = first.map_or(start, |a| a.end);
            while let Some(colon) = bytes.get(from..end).and_then(|rest| memchr(b':', rest)).map(|n| from + n) {
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

    /// All anchors of a part.
    pub(super) fn all(&self, part: Part) -> impl Iterator<Item = Anchor> {
        self.anchors.iter().copied().filter(move |a| a.part == part)
    }

    /// The first anchor of a part in a range.
    pub(super) fn within(&self, range: Range<usize>, part: Part) -> Option<Anchor> {
        let (from, to) = (|a: &Anchor| a.start < range.start, |a: &Anchor| a.start < range.end);
        let inside = self.anchors.partition_point(from)..self.anchors.partition_point(to);
        self.anchors.get(inside)?.iter().copied().find(|a| a.part == part)
    }

    /// The last anchor before an offset that is one of the parts.
    pub(super) fn last_before(&self, offset: usize, parts: &[Part]) -> Option<Anchor> {
        let at = self.anchors.partition_point(|a| a.start < offset);
        self.anchors.get(..at)?.iter().rev().copied().find(|a| parts.contains(&a.part))
    }

    /// The first anchor after an offset that is one of the parts.
    pub(super) fn next_after(&self, offset: usize, parts: &[Part]) -> Option<Anchor> {
        let at = self.anchors.partition_point(|a| a.start < offset);
        self.anchors.get(at..)?.iter().copied().find(|a| parts.contains(&a.part))
    }
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
            let services = back(owner, "services").unwrap_or(owner);
            let services = back(services, "federal").unwrap_or(owner);
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
        b'd' if alike(last, b"determination") => anchor(Part::Stated, back(start, "final")?),
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
        // "guideline(s):"
        b's' if last.len() == 1 && bytes.get(start - 1) == Some(&b'(') && back(start, "guideline").is_some() => {
            let owner = back(start, "guideline")?;
            let owner = back(owner, "s").unwrap_or(owner);
            let claims = back(owner, "administrator").and_then(|at| back(at, "claims"));
            let (part, at) = match claims {
                Some(at) => (Part::Claims, at),
                None => (Part::Reviewer, back(owner, "maximus").or_else(|| back(owner, "reviewer"))?),
            };
            opens_field(text, at).then(|| anchor(part, at)).flatten()
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
