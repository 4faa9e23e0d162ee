//! The disputed treatments: heading with outcome, the two guideline lines, the rationale.
//!
//! Labels cut the section into pieces. The piece before an issue's first label is the end of the rationale before it
//! and then its heading, which ends with an outcome; where the one ends and the other begins, `heading` finds.

use super::Severity;
use super::guideline;
use super::heading::{Finder, Head, Verdict};
use super::outline::{Anchor, Part};
use super::reading::Reading;
use super::request;
use super::text::flow;
use crate::letter::{Guideline, Issue, Outcome};
use std::ops::Range;

/// An issue as ranges of the text.
#[derive(Default)]
struct Draft {
    heading: Range<usize>,
    verdict: Option<Verdict>,
    claims: Option<Range<usize>>,
    reviewer: Option<Range<usize>>,
    rationale: Option<Range<usize>>,
    /// The label whose text comes next, and where it begins.
    open: Option<(Part, usize)>,
}

/// Reads the issues.
pub(super) fn read(reading: &mut Reading<'_, '_>) {
    let end = reading.view.text().len();
    let Some(section) = reading.outline.first(Part::Issues) else { return };
    let opening = ["the", "final", "determination", "was", "based", "on", "decisions"];
    let start = reading.without_opening(section.end..end, &opening).start;
    let outline = reading.outline;
    let from = outline.anchors().partition_point(|a| a.start < start);
    let is_label = |a: &&Anchor| matches!(a.part, Part::Claims | Part::Reviewer | Part::Rationale);
    let labels = outline.anchors().get(from..).unwrap_or_default().iter().filter(is_label);
    let finder = Finder::new(reading.view, labels.clone().map(|label| label.start));

    let mut drafts: Vec<Draft> = Vec::new();
    // Where the piece before the next label begins, and how far it has been searched for heads in vain.
    let (mut piece, mut searched) = (start, start);
    for label in labels {
        let repeated = drafts.last().and_then(|d| d.open).is_some_and(|(part, _)| rank(label.part) <= rank(part));
        if drafts.is_empty() || repeated {
            let heads = finder.heads(searched..label.start, true);
            if heads.is_empty() && label.part != Part::Claims && !drafts.is_empty() {
                let message = "a label stands twice in one issue: the second is read as text".to_owned();
                reading.note(Severity::Warning, "repeated_label", message, Some(label.start..label.end));
                searched = label.end;
                continue;
            }
            begin(reading, &finder, &mut drafts, piece..label.start, heads);
            if drafts.last().is_none_or(|d| d.open.is_some()) {
                // No outcome before the claims administrator's line: an issue all the same, its heading as well as
                // it can be told.
                let at = match drafts.last_mut() {
                    None => piece,
                    Some(draft) => {
                        let at = finder.start(piece..label.start, label.start).unwrap_or(piece);
                        draft.close(at);
                        at
                    }
                };
                drafts.push(Draft { heading: at..label.start, ..Draft::default() });
            }
        } else if let Some(draft) = drafts.last_mut() {
            draft.close(label.start);
        }
        if let Some(draft) = drafts.last_mut() {
            draft.open = Some((label.part, label.end));
        }
        (piece, searched) = (label.end, label.end);
    }
    let heads = finder.heads(searched..end, false);
    begin(reading, &finder, &mut drafts, piece..end, heads);
    if let Some(draft) = drafts.last_mut() {
        draft.close(end);
    }
    if drafts.is_empty() {
        let message = "the section of the issues names none".to_owned();
        reading.note(Severity::Error, "no_issues", message, Some(section.start..end));
    }
    for (number, draft) in (1..).zip(drafts) {
        let issue = draft.finish(reading, number);
        reading.letter.issues.push(issue);
    }
}

/// Begins an issue at each head of a piece; what comes before the first heading belongs to the issue before.
fn begin(
    reading: &mut Reading<'_, '_>,
    finder: &Finder<'_, '_>,
    drafts: &mut Vec<Draft>,
    piece: Range<usize>,
    heads: Vec<Head>,
) {
    let mut from = piece.start;
    for head in heads {
        let mut start = from;
        if let Some(draft) = drafts.last_mut().filter(|draft| draft.open.is_some()) {
            let found = finder.start(from..head.colon, head.colon);
            start = found.or_else(|| finder.start_of_sentence(from..head.colon, head.colon)).unwrap_or(head.line);
            draft.close(start);
            if found.is_none() && !reading.passage(from..start).trim_ascii().is_empty() {
                let message = "where the rationale ends and this heading begins is unclear".to_owned();
                reading.note(Severity::Warning, "unclear_heading_start", message, Some(start..head.end));
            }
        }
        drafts.push(Draft { heading: start..head.colon, verdict: Some(head.verdict), ..Draft::default() });
        from = head.end;
    }
}

/// The order of labels in an issue.
fn rank(part: Part) -> u8 {
    match part {
        Part::Claims => 0,
        Part::Reviewer => 1,
        _ => 2,
    }
}

impl Draft {
    /// Ends the text of the open label.
    fn close(&mut self, end: usize) {
        if let Some((part, start)) = self.open {
            let slot = match part {
                Part::Claims => &mut self.claims,
                Part::Reviewer => &mut self.reviewer,
                _ => &mut self.rationale,
            };
            *slot = Some(start.min(end)..end);
        }
    }

    fn finish(self, reading: &mut Reading<'_, '_>, number: u32) -> Issue {
        let at = self.heading.clone();
        let issue = flow(reading.passage(at.clone()));
        if issue.is_empty() {
            let message = format!("issue {number} has no heading");
            reading.note(Severity::Error, "no_issue_heading", message, Some(at.clone()));
        }
        let request = request::read(&issue);
        if request::is_unclear(&issue, &request) {
            let message = format!("issue {number} tells of an authorization in words that are not known");
            reading.note(Severity::Warning, "unclear_authorization", message, Some(at.clone()));
        }
        let outcome = match self.verdict {
            Some(Verdict::Upheld) => Some(Outcome::Upheld),
            Some(Verdict::Overturned) => Some(Outcome::Overturned),
            Some(Verdict::Partial) => {
                let message = format!("issue {number} is decided in part: neither upheld nor overturned");
                reading.note(Severity::Error, "partial_issue_outcome", message, Some(at.clone()));
                None
            }
            None => {
                let message = format!("the outcome of issue {number} cannot be read");
                reading.note(Severity::Error, "no_issue_outcome", message, Some(at.clone()));
                None
            }
        };
        let mut guideline = |range: Option<Range<usize>>, code, whose: &str| {
            let text = range.clone().and_then(|range| reading.flowed(range));
            let range = range.filter(|_| text.is_some());
            let guideline = text.map_or_else(Guideline::default, guideline::read);
            if guideline.text.is_none() {
                let message = format!("issue {number} tells no guideline of the {whose}");
                reading.note(Severity::Warning, code, message, Some(range.unwrap_or(at.clone())));
            } else if guideline.basis.is_none() {
                let message = format!("issue {number}: the guideline of the {whose} names no known basis");
                reading.note(Severity::Warning, "unknown_basis", message, range);
            }
            guideline
        };
        let claims_guideline = guideline(self.claims, "no_claims_guideline", "claims administrator");
        let guideline = guideline(self.reviewer, "no_guideline", "reviewer");
        let rationale = self.rationale.and_then(|range| reading.flowed(range));
        if rationale.is_none() {
            let message = format!("issue {number} has no rationale");
            reading.note(Severity::Warning, "no_rationale", message, Some(at));
        }
        Issue { number, issue, request, outcome, guideline, claims_guideline, rationale }
    }
}
