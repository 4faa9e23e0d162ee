//! An issue in the making: the ranges of its parts, and what is read from them.

use super::Severity;
use super::contradiction;
use super::guideline;
use super::heading::Verdict;
use super::mark;
use super::outline::Part;
use super::reading::Reading;
use super::request;
use crate::letter::{Basis, Guideline, Issue, IssuePages, Outcome};
use std::ops::Range;

/// An issue as ranges of the text.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) heading: Range<usize>,
    pub(super) verdict: Option<Verdict>,
    pub(super) claims: Option<Range<usize>>,
    pub(super) reviewer: Option<Range<usize>>,
    pub(super) rationale: Option<Range<usize>>,
    /// The number before the heading.
    pub(super) printed: Option<u32>,
    /// Where the words of the heading begin with all that stands before them as its number.
    pub(super) marked: Option<usize>,
    /// The label whose text comes next, and where it begins.
    pub(super) open: Option<(Part, usize)>,
}

/// How the issues of a layout tell their outcomes and their guidelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// "REQUEST: Upheld", with labels before the guidelines.
    Labels,
    /// "1. REQUEST is not medically necessary and appropriate.", with sentences for the guidelines.
    Sentences,
    /// Requests under headings of their own, without a guideline of the claims administrator.
    Review,
}

/// Turns drafts into issues, in their order.
pub(super) fn finish(reading: &mut Reading<'_, '_>, mut drafts: Vec<Draft>, form: Form) {
    let counted = (1..).zip(&drafts).all(|(place, draft)| draft.printed == Some(place)) && drafts.len() > 1;
    for draft in drafts.iter_mut().filter(|_| !counted) {
        // "(2) Boxes of patches" in a letter that does not count its issues so.
        let Some(before) = draft.marked.filter(|before| *before < draft.heading.start) else { continue };
        if !mark::is_item(reading.passage(before..draft.heading.start)) {
            (draft.heading.start, draft.printed) = (before, None);
        }
    }
    contradiction::numbers(reading, drafts.iter().filter_map(|d| Some((d.printed?, d.heading.clone()))));
    for (number, draft) in (1..).zip(drafts) {
        let issue = draft.finish(reading, number, form);
        reading.letter.issues.push(issue);
    }
}

/// What was read from a guideline line of the same words: a quarter of the lines of a letter repeat one.
fn told_before(issues: &[Issue], text: &str) -> Option<Guideline> {
    /// As far back as is looked, for parsing to stay linear.
    const ISSUES: usize = 8;
    let lines = issues.iter().rev().take(ISSUES).flat_map(|issue| [&issue.guideline, &issue.claims_guideline]);
    lines.into_iter().find(|line| line.text.as_deref() == Some(text)).cloned()
}

impl Draft {
    /// Whether the last label was that of the rationale.
    pub(super) fn rationale_is_open(&self) -> bool {
        self.open.is_some_and(|(part, _)| part == Part::Rationale)
    }

    /// Ends the text of the open label.
    pub(super) fn close(&mut self, end: usize) {
        if let Some((part, start)) = self.open {
            let slot = match part {
                Part::Claims | Part::ClaimsSentence => &mut self.claims,
                Part::Reviewer | Part::ReviewerSentence => &mut self.reviewer,
                _ => &mut self.rationale,
            };
            *slot = Some(start.min(end)..end);
        }
    }

    /// Reads the issue, the text of its labels closed.
    fn finish(self, reading: &mut Reading<'_, '_>, number: u32, form: Form) -> Issue {
        let at = self.heading.clone();
        let mut pages = IssuePages::default();
        let issue = reading.on_pages(at.clone(), &mut pages.issue).unwrap_or_default();
        if issue.is_empty() {
            let message = format!("issue {number} has no heading");
            reading.note(Severity::Error, "no_issue_heading", message, Some(at.clone()));
        }
        let (request, unclear_authorization) = request::read(&issue);
        if unclear_authorization {
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
        let mut guideline = |range: Option<Range<usize>>, code, whose: &str, claims: Option<Basis>, pages: &mut _| {
            let text = range.clone().and_then(|range| reading.on_pages(range, pages));
            let range = range.filter(|_| text.is_some());
            let guideline = match (text, form) {
                (None, _) => Guideline::default(),
                (Some(text), Form::Labels) => {
                    told_before(&reading.letter.issues, &text).unwrap_or_else(|| guideline::read(text))
                }
                (Some(text), _) => guideline::read_sentences(text, claims),
            };
            if guideline.text.is_none() {
                let message = format!("issue {number} tells no guideline of the {whose}");
                reading.note(Severity::Warning, code, message, Some(range.unwrap_or(at.clone())));
            } else if guideline.basis.is_none() {
                let message = format!("issue {number}: the guideline of the {whose} names no known basis");
                reading.note(Severity::Warning, "unknown_basis", message, range);
            }
            guideline
        };
        let claims_guideline = match self.claims {
            None if form == Form::Review => Guideline::default(),
            claims => guideline(claims, "no_claims_guideline", "claims administrator", None, &mut pages.claims),
        };
        let guideline =
            guideline(self.reviewer, "no_guideline", "reviewer", claims_guideline.basis, &mut pages.guideline);
        let range = self.rationale.clone();
        let rationale = self.rationale.and_then(|range| reading.on_pages(range, &mut pages.rationale));
        if rationale.is_none() {
            let message = format!("issue {number} has no rationale");
            reading.note(Severity::Warning, "no_rationale", message, Some(at));
        }
        contradiction::rationale(reading, number, self.verdict, rationale.as_deref().unwrap_or_default(), range);
        Issue { number, issue, request, outcome, guideline, claims_guideline, rationale, pages }
    }
}
