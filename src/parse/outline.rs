//! The outline of a letter: where its headings and labels stand. One pass over the text.

use super::label;
use super::mark;
use super::opening;
pub(super) use super::part::Part;
use super::text::View;
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
    /// Finds the headings and labels of a text.
    pub(super) fn new(view: &View<'_>) -> Self {
        let text = view.text();
        let bytes = text.as_bytes();
        let mut anchors: Vec<Anchor> = Vec::new();
        let colon_from = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            memchr(b':', rest).map_or(text.len(), |n| from + n)
        };
        // A heading may go on in the next lines: what comes before this is told.
        let mut told = 0;
        let mut line_before = 0..0;
        // The first colon that is not behind: few lines have one.
        let mut colon = colon_from(0);
        for line in view.lines() {
            let (start, end) = (line.start.max(told), line.end);
            if start >= end {
                continue;
            }
            let words = start + mark::leading(text, start);
            let first = opens(text, start, words).map(|anchor| titled_before(text, anchor, line_before, &anchors));
            anchors.extend(first);
            let mut from = first.map_or(start, |a| a.end);
            if colon < from {
                colon = colon_from(from);
            }
            while colon < end {
                let renamed = |from| label::before_colon(text, from, colon).map(|part| (part, colon + 1));
                let label = before_colon(text, colon).or_else(|| {
                    let (part, end) = Some(words).filter(|_| from == start && first.is_none()).and_then(renamed)?;
                    let end = end + if words > start { mark::closing(text, end) } else { 0 };
                    Some(Anchor { part, start, end })
                });
                anchors.extend(label.filter(|a| anchors.last().is_none_or(|l| l.end <= a.start)));
                from = colon + 1;
                colon = colon_from(from);
            }
            line_before = start..end;
            told = first.map_or(0, |a| a.end);
        }
        let mut outline = Self { anchors };
        outline.add_capitals(text);
        outline
    }

    /// Finds headings in capitals inside of lines, in a text that has not kept its lines.
    fn add_capitals(&mut self, text: &str) {
        const SUMMARY: &str = "CLINICAL CASE SUMMARY";
        const HEADINGS: &[(Part, &str)] = &[
            (Part::How, "HOW THE IMR FINAL DETERMINATION WAS MADE"),
            (Part::Documents, "DOCUMENTS REVIEWED"),
            (Part::Summary, SUMMARY),
            (Part::Issues, "IMR ISSUES, DECISIONS AND RATIONALES"),
            (Part::DecisionList, "IMR DECISION(S) AND RATIONALE(S)"),
        ];
        // A letter has a summary, or none that could be found so.
        if self.anchors.is_empty() || self.first(Part::Summary).is_some() {
            return;
        }
        for &(part, words) in HEADINGS {
            let Some(start) = Some(words).filter(|_| self.first(part).is_none()).and_then(|words| text.find(words))
            else {
                continue;
            };
            let end = start + words.len();
            let at = self.anchors.partition_point(|a| a.start < start);
            if self.anchors.get(at).is_none_or(|next| next.start >= end) {
                self.anchors.insert(at, Anchor { part, start, end });
            }
        }
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

    /// The first heading after an offset that ends the section that began there, of those that `can` end it.
    ///
    /// In the middle of a text the words of a heading may stand in a sentence: "Records Reviewed", "Effect of the
    /// decision: none.".
    pub(super) fn next_section(&self, text: &str, offset: usize, can: impl Fn(Part) -> bool) -> Option<Anchor> {
        let at = self.anchors.partition_point(|a| a.start < offset);
        // Looked up once, since a text may have as many headings as it likes.
        let last_label = self.last_before(usize::MAX, Part::LABELS).map_or(0, |label| label.start);
        let once = [Part::How, Part::Summary, Part::Documents, Part::Qualifications];
        let began = once.map(|part| self.first(part).is_some_and(|first| first.start < offset));
        let ends = |anchor: &Anchor| match once.iter().position(|part| *part == anchor.part) {
            // A section that was there already does not begin again.
            Some(i) => !began[i] && is_titled(text, *anchor),
            None => anchor.part != Part::Closing || (last_label < anchor.end && stands_apart(text, *anchor)),
        };
        self.anchors.get(at..)?.iter().copied().filter(|a| can(a.part)).find(ends)
    }

    /// The first anchor after an offset that is one of the parts.
    pub(super) fn next_after(&self, offset: usize, parts: &[Part]) -> Option<Anchor> {
        let at = self.anchors.partition_point(|a| a.start < offset);
        self.anchors.get(at..)?.iter().copied().find(|a| parts.contains(&a.part))
    }
}

/// Whether a line or a page ends before an offset, with an empty line where it is a line.
fn is_apart(before: &str) -> bool {
    before.is_empty() || before.ends_with("\n\n") || before.ends_with('\x0c')
}

/// Whether the words of a heading look like one: long, in capitals, alone on a line, or none at all.
fn is_titled(text: &str, anchor: Anchor) -> bool {
    /// Longer headings are no words of a sentence: "Documents Reviewed for Determination:".
    const LONG: usize = 30;
    let words = text.get(anchor.start..anchor.end).unwrap_or_default();
    let alone = || text.get(anchor.end..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\n', '\x0c']));
    let apart = || is_apart(text.get(..anchor.start).unwrap_or_default());
    words.is_empty() || words.len() > LONG || !words.bytes().any(|b| b.is_ascii_lowercase()) || (apart() && alone())
}

/// Whether a heading stands behind a finished sentence, or apart from what is before it.
fn stands_apart(text: &str, anchor: Anchor) -> bool {
    let before = text.get(..anchor.start).unwrap_or_default();
    is_apart(before) || before.trim_end().ends_with(['.', '!', '?', ':', ')', '"', '\u{201d}'])
}

/// What opens the line at `start`, whose words begin after marks, or after the number of a section.
fn opens(text: &str, start: usize, words: usize) -> Option<Anchor> {
    let opening = opening::at_line_start(text, words).map(|(part, from, end)| {
        let marked = words > start;
        let end = if marked && end > from { end + mark::closing(text, end) } else { end };
        let start = if marked { start } else { from };
        // "The Expert Reviewer's" may stand on the line before.
        let colon = Some(end.saturating_sub(1)).filter(|&at| part == Part::Rationale && text.as_bytes()[at] == b':');
        let owned = colon.and_then(|colon| before_colon(text, colon)).filter(|whole| whole.start < start);
        owned.unwrap_or(Anchor { part, start, end })
    });
    opening.or_else(|| {
        let (part, _, end) = opening::at_line_start(text, mark::section_number(text, words)?)?;
        let heading = Part::SECTIONS.contains(&part) && !matches!(part, Part::Determined | Part::Regarding);
        heading.then_some(Anchor { part, start, end })
    })
}

/// The opening sentence of a section, with the line before it where that is a heading in other words than the usual ones.
fn titled_before(text: &str, anchor: Anchor, line: Range<usize>, before: &[Anchor]) -> Anchor {
    /// Longer lines are no heading.
    const LONGEST: usize = 80;
    if anchor.start < anchor.end || !matches!(anchor.part, Part::Issues | Part::Summary) {
        return anchor;
    }
    let title = text.get(line.clone()).filter(|title| title.len() <= LONGEST).unwrap_or_default();
    let bytes = title.as_bytes();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    // Scans read a capital I as a small letter.
    let capitals = letters >= 6 && !bytes.iter().any(|b| b.is_ascii_lowercase() && *b != b'l');
    let named = || {
        let opens = title.trim_start_matches(|c: char| !c.is_alphabetic()).starts_with(char::is_uppercase);
        let known = ["Issue", "Decision", "Rationale", "Summary", "History"].iter().any(|word| title.contains(word));
        opens && known && !title.ends_with(['.', ',', ';', ':'])
    };
    let free = before.last().is_none_or(|last| last.end <= line.start);
    if free && (capitals || named()) { Anchor { start: line.start, ..anchor } } else { anchor }
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
        // "Disclaimer: MAXIMUS is providing ..."
        b'd' if alike(last, b"disclaimer") => {
            words::phrase_after(text, colon + 1, &["maximus"]).and_then(|_| anchor(Part::Closing, start))
        }
        b'd' if alike(last, b"determination") => anchor(Part::Stated, back(start, "final")?),
        // "Licensure:"
        b'l' if alike(last, b"licensure") && at_line_start(bytes, start) => anchor(Part::Licensure, start),
        b'l' if alike(last, b"licensure") => {
            let of = back(start, "of")?;
            let of = back(of, "s").unwrap_or(of);
            anchor(Part::Licensure, back(of, "state").or_else(|| back(of, "states"))?)
        }
        b's' if alike(last, b"specialty") || alike(last, b"specialties") => {
            let owner = back(start, "s").unwrap_or(start);
            let alone = at_line_start(bytes, start).then_some(start);
            anchor(Part::Specialty, back(owner, "certification").or(alone)?)
        }
        // "Board Certification:"
        b'c' if alike(last, b"certification") || alike(last, b"certifications") => {
            anchor(Part::Specialty, back(start, "board").filter(|&at| at_line_start(bytes, at))?)
        }
        // "cc:" before those who get copies.
        b'c' if last == b"cc" => anchor(Part::Closing, Some(start).filter(|&at| at_line_start(bytes, at))?),
        // "guideline(s):"
        b's' if last.len() == 1 && bytes[..start].ends_with(b"(") && back(start, "guideline").is_some() => {
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

fn at_line_start(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|b| matches!(b, b'\n' | b'\x0c'))
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
