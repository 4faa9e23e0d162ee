//! The section of the issues: where it stands, and its labels.

use super::draft::Form;
use super::opening;
use super::outline::{Anchor, Outline, Part};
use super::reading::{Reading, without_opening};
use std::ops::Range;

/// The section of the issues, its heading left out, and whether the heading is there.
pub(super) fn section(text: &str, outline: &Outline) -> Option<(Range<usize>, bool)> {
    let headings = outline.first(Part::Issues).into_iter().chain(outline.first(Part::DecisionList));
    let labels = Part::LABELS;
    let heading = headings.min_by_key(|heading| heading.start);
    // The same words may stand in a sentence of the summary: the heading in capitals is the one.
    let capitals = |a: &Anchor| {
        text.get(a.start..a.end)
            .is_some_and(|words| !words.is_empty() && !words.bytes().any(|b| b.is_ascii_lowercase()))
    };
    let heading = heading.map(|first| {
        let label = outline.next_after(first.end, labels).map_or(text.len(), |label| label.start);
        let parts = [Part::Issues, Part::DecisionList];
        let mut later =
            outline.anchors().iter().filter(|a| parts.contains(&a.part) && (first.end..label).contains(&a.start));
        if capitals(&first) || first.start == first.end {
            first
        } else {
            later.find(|a| capitals(a)).copied().unwrap_or(first)
        }
    });
    let from = match heading {
        Some(heading) => heading.end,
        None => {
            let first = outline.next_after(0, labels)?.start;
            outline.last_before(first, Part::SECTIONS).map_or(0, |section| section.end)
        }
    };
    // What follows the last label may be a section that usually stands before; elsewhere such words are quoted.
    let last = outline.last_before(usize::MAX, labels).map_or(from, |last| last.end.max(from));
    let sections = [Part::How, Part::Summary, Part::Documents, Part::Qualifications, Part::Closing];
    let end = outline.next_section(text, last, |part| sections.contains(&part)).map_or(text.len(), |next| next.start);
    let opening = ["the", "final", "determination", "was", "based", "on", "decisions"];
    Some((without_opening(text, from..end, &opening), heading.is_some()))
}

/// The labels in the section.
pub(super) fn labels(reading: &Reading<'_, '_>, section: Range<usize>, form: Form) -> Vec<Anchor> {
    let anchors = reading.outline.anchors();
    let at = |offset: usize| anchors.partition_point(|a| a.start < offset);
    let inside = anchors.get(at(section.start)..at(section.end)).unwrap_or_default();
    let is_label = |a: &&Anchor| match a.part {
        Part::Claims | Part::Reviewer | Part::Rationale => true,
        Part::ClaimsSentence | Part::ReviewerSentence => form == Form::Sentences,
        _ => false,
    };
    let labels = inside.iter().filter(is_label).copied().collect();
    if form == Form::Sentences { with_sentences(reading.view.text(), labels, section) } else { labels }
}

/// The labels with the sentences on guidelines that begin inside of lines: the reviewer's after the claims administrator's,
/// and the claims administrator's after a decision.
fn with_sentences(text: &str, labels: Vec<Anchor>, section: Range<usize>) -> Vec<Anchor> {
    let mut all: Vec<Anchor> = Vec::with_capacity(labels.len());
    let ends = labels.iter().map(|label| label.start).chain([section.end]);
    let pieces = std::iter::once(section.start).chain(labels.iter().map(|label| label.end)).zip(ends);
    for (piece, label) in pieces.zip(std::iter::once(None).chain(labels.iter().map(Some))) {
        all.extend(label);
        let (from, to) = piece;
        let within = text.get(from..to.max(from)).unwrap_or_default();
        for (n, _) in within.match_indices(". The") {
            let at = from + n + 2;
            let Some(part) = opening::sentence_at(text, at) else { continue };
            let open = all.last().map(|last| last.part);
            let due = match part {
                Part::ReviewerSentence => matches!(open, Some(Part::Claims | Part::ClaimsSentence)),
                // A decision stands right before it.
                _ => {
                    let decided = within.get(..n).is_some_and(|w| w.ends_with("ecessary") || w.ends_with("ppropriate"));
                    decided && !matches!(open, Some(Part::Claims | Part::ClaimsSentence))
                }
            };
            if due {
                all.push(Anchor { part, start: at, end: at });
            }
        }
    }
    all
}

/// Whether a label is a sentence on guidelines.
pub(super) fn is_sentence(label: &Anchor) -> bool {
    matches!(label.part, Part::ClaimsSentence | Part::ReviewerSentence)
}

/// The order of labels in an issue.
pub(super) fn rank(part: Part) -> u8 {
    match part {
        Part::Claims | Part::ClaimsSentence => 0,
        Part::Reviewer | Part::ReviewerSentence => 1,
        _ => 2,
    }
}
