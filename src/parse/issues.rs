//! The disputed treatments: heading with outcome, the two guideline lines, the rationale.
//!
//! Labels cut the section into pieces. The piece before an issue's first label is the end of the rationale before it
//! and then its heading, which ends with an outcome; where the one ends and the other begins, `heading` finds.

use super::Severity;
use super::contradiction;
use super::guideline;
use super::heading::{Finder, Head, Verdict};
use super::mark;
use super::numbered;
use super::opening;
use super::outline::{Anchor, Outline, Part};
use super::reading::{Reading, without_opening};
use super::request;
use super::text::View;
use super::words::{next_word, phrase, trimmed};
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

/// The section of the issues, its heading left out, and whether the heading is there.
fn section(text: &str, outline: &Outline) -> Option<(Range<usize>, bool)> {
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

/// Whether there is an issue with a heading, an outcome, and all its labels in their order: no other text has that.
pub(super) fn certain(view: &View<'_>, outline: &Outline) -> bool {
    let Some((section, _)) = section(view.text(), outline) else { return false };
    let labels: Vec<_> = outline.anchors().iter().filter(|a| Part::LABELS.contains(&a.part)).collect();
    let finder = Finder::new(view, labels.iter().map(|label| label.start));
    let complete = labels.windows(3).enumerate().find(|(_, three)| {
        let parts = [three[0].part, three[1].part, three[2].part];
        parts == *Part::LABELS
    });
    complete.is_some_and(|(i, three)| {
        let from = i.checked_sub(1).map_or(section.start, |before| labels[before].end.max(section.start));
        from <= three[0].start && !finder.heads(from..three[0].start, true).is_empty()
    })
}

/// Whether a numbered decision stands in the section of the issues, and a sentence on guidelines after it.
pub(super) fn numbered(view: &View<'_>, outline: &Outline) -> bool {
    let text = view.text();
    let Some((section, true)) = section(text, outline) else { return false };
    let labels = [Part::Claims, Part::ClaimsSentence, Part::Reviewer, Part::ReviewerSentence, Part::Rationale];
    let label = outline.next_after(section.start, &labels).map_or(section.end, |label| label.start);
    let piece = section.start..label.min(section.end);
    !numbered::heads(text, piece.clone(), 1, true).is_empty() || numbered::single(text, piece).is_some()
}

/// Reads the issues.
pub(super) fn read(reading: &mut Reading<'_, '_>, form: Form) {
    let outline = reading.outline;
    let Some((Range { start, end }, headed)) = section(reading.view.text(), outline) else { return };
    if !headed {
        let message = "the heading of the issues was not found: they begin at the first outcome".to_owned();
        reading.note(Severity::Warning, "no_issues_heading", message, None);
    }
    let anchors = outline.anchors();
    let inside = anchors.partition_point(|a| a.start < start)..anchors.partition_point(|a| a.start < end);
    let is_label = |a: &&Anchor| match a.part {
        Part::Claims | Part::Reviewer | Part::Rationale => true,
        Part::ClaimsSentence | Part::ReviewerSentence => form == Form::Sentences,
        _ => false,
    };
    let mut labels: Vec<Anchor> = anchors.get(inside).unwrap_or_default().iter().filter(is_label).copied().collect();
    if form == Form::Sentences {
        labels = with_sentences(reading.view.text(), labels, start..end);
    }
    let finder = Finder::new(reading.view, labels.iter().map(|label| label.start));
    let text = reading.view.text();
    let heads = |piece: Range<usize>, before: u32, before_label| {
        let items = match form {
            Form::Sentences => numbered::heads(text, piece.clone(), before + 1, before_label),
            Form::Labels | Form::Review => Vec::new(),
        };
        if !items.is_empty() {
            return items.into_iter().map(Head::from).collect();
        }
        let heads = finder.heads(piece.clone(), before_label);
        // A letter with one decision need not number it.
        let single =
            (form == Form::Sentences && before == 0 && heads.is_empty()).then(|| numbered::single(text, piece));
        single.flatten().map_or(heads, |single| vec![single])
    };

    let mut drafts: Vec<Draft> = Vec::new();
    // Where the piece before the next label begins, and how far it has been searched for heads in vain.
    let (mut piece, mut searched) = (start, start);
    for (i, label) in labels.iter().enumerate() {
        let repeated = drafts.last().and_then(|d| d.open).is_some_and(|(part, _)| rank(label.part) <= rank(part));
        if drafts.is_empty() || repeated {
            let number = drafts.last().and_then(|d| d.printed).unwrap_or(drafts.len() as u32);
            let mut heads = heads(searched..label.start, number, true);
            if form == Form::Labels && drafts.last().is_some_and(Draft::rationale_is_open) {
                // The last one is the issue's own.
                let own = heads.pop();
                heads.retain(|head| !is_conclusion(text, searched, head));
                heads.extend(own);
            }
            if heads.is_empty() && form == Form::Labels && label.part != Part::Claims {
                // A label between that is not known: the outcome that is a paragraph of its own opens the issue.
                heads = finder.paragraphs(searched..label.start).pop().into_iter().collect();
            }
            let sentence = label.part == Part::ClaimsSentence || label.part == Part::ReviewerSentence;
            let inner = sentence && text.get(..label.start).is_some_and(|before| before.ends_with(' '));
            if heads.is_empty() && (inner || (!drafts.is_empty() && !opens_issue(&labels[i..], drafts.last()))) {
                let before = i.checked_sub(1).and_then(|before| labels.get(before));
                if let Some(draft) = drafts.last_mut().filter(|d| d.claims.is_none() && label.part == Part::Reviewer)
                    && before.is_some_and(|before| is_ownerless(text, before))
                {
                    // "Guidelines cited:" before the reviewer's label stands in the claims administrator's place.
                    draft.close(label.start);
                    draft.claims = draft.reviewer.take();
                    draft.open = Some((label.part, label.end));
                    let message = "whose guideline comes first is not said: it is read as the claims administrator's";
                    reading.note(
                        Severity::Warning,
                        "repeated_label",
                        message.to_owned(),
                        before.map(|b| b.start..b.end),
                    );
                    (piece, searched) = (label.end, label.end);
                    continue;
                }
                if !sentence {
                    let message = "a label stands twice in one issue: the second is read as text".to_owned();
                    reading.note(Severity::Warning, "repeated_label", message, Some(label.start..label.end));
                }
                searched = label.end;
                continue;
            }
            if drafts.is_empty() && !headed {
                // The summary comes before the first heading.
                let head = heads.first().map_or(label.start, |head| head.colon);
                piece = finder.start(piece..head, head).unwrap_or(piece);
                reading.issues_from = Some(piece);
            }
            begin(reading, &finder, &mut drafts, piece..label.start, heads);
            if drafts.last().is_none_or(|d| d.open.is_some()) {
                // No outcome before the claims administrator's line: an issue all the same, its heading as well as
                // it can be told.
                let at = match drafts.last_mut() {
                    None => piece,
                    Some(draft) => {
                        let due = number_due(text, piece..label.start, number + 1);
                        let due = due.filter(|_| form == Form::Sentences);
                        let at = due.unwrap_or_else(|| unmarked_heading(text, &finder, piece..label.start));
                        draft.close(at);
                        at
                    }
                };
                let number = mark::number_at(text, at).filter(|_| form == Form::Sentences);
                let from = number.map_or(at, |(_, end)| end);
                let printed = number.map(|(number, _)| number);
                drafts.push(Draft { heading: from..label.start, printed, ..Draft::default() });
            }
        } else if let Some(draft) = drafts.last_mut() {
            draft.close(label.start);
        }
        if let Some(draft) = drafts.last_mut() {
            draft.open = Some((label.part, label.end));
        }
        (piece, searched) = (label.end, label.end);
    }
    let number = drafts.last().and_then(|d| d.printed).unwrap_or(drafts.len() as u32);
    let mut heads = heads(searched..end, number, false);
    if heads.is_empty() && form == Form::Labels && drafts.last().is_some_and(|d| d.rationale_is_open()) {
        heads = finder.paragraphs(searched..end);
    }
    if form == Form::Labels && drafts.last().is_some_and(Draft::rationale_is_open) {
        heads.retain(|head| !is_conclusion(text, searched, head));
    }
    let without_labels: Vec<Range<usize>> = (heads.iter().map(|head| head.end))
        .zip(heads.iter().skip(1).map(|next| next.begins.map_or(next.line, |(start, _)| start)).chain([end]))
        .map(|(from, to)| from..to.max(from))
        .collect();
    begin(reading, &finder, &mut drafts, piece..end, heads);
    for range in without_labels.iter().cloned() {
        unlabelled(reading, range);
    }
    if let (Some(last), Some(draft)) = (without_labels.last(), drafts.last_mut())
        && !reading.passage(last.clone()).trim_ascii().is_empty()
    {
        draft.rationale = Some(last.clone());
    }
    if let Some(draft) = drafts.last_mut() {
        draft.close(end);
    }
    if drafts.is_empty() {
        let message = "the section of the issues names none".to_owned();
        let headings = outline.first(Part::Issues).into_iter().chain(outline.first(Part::DecisionList));
        let from = headings.map(|heading| heading.start).min().unwrap_or(start);
        reading.note(Severity::Error, "no_issues", message, Some(from..end));
    }
    finish(reading, drafts, form);
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

/// Remarks on words after a decision without labels, unless they refer it to the decision on the primary treatment.
fn unlabelled(reading: &mut Reading<'_, '_>, range: Range<usize>) {
    let said = reading.passage(range.clone());
    let words = trimmed(said, 0..said.len());
    let refers = ["since", "because", "as"]
        .iter()
        .any(|word| phrase(said, words.start, &[word]).is_some_and(|end| primary(said.get(end..).unwrap_or_default())));
    if !words.is_empty() && !refers {
        let message = "a decision without labels: what follows it is read as its rationale".to_owned();
        reading.note(
            Severity::Warning,
            "unlabelled_decision",
            message,
            Some(range.start + words.start..range.start + words.end),
        );
    }
}

fn primary(said: &str) -> bool {
    [&["the", "primary"][..], &["primary"]]
        .iter()
        .any(|words| next_word(said.as_bytes(), 0).is_some_and(|at| phrase(said, at, words).is_some()))
}

/// Whether an outcome that no label follows is the conclusion of a rationale: "Decision: Upheld", "It is not medically
/// necessary. Outcome: Upheld".
fn is_conclusion(text: &str, from: usize, head: &Head) -> bool {
    let before = text.get(from..head.colon).unwrap_or_default().trim_end();
    let said = before.rsplit(['.', '\n', '\x0c']).next().unwrap_or_default().trim_start();
    let lower = said.to_ascii_lowercase();
    mark::announces(&lower)
        || lower.contains("medically necessary")
        || ["therefore", "thus", "as such", "the request is", "the request was", "the decision", "the denial"]
            .iter()
            .any(|words| lower.starts_with(words))
}

/// Where the last paragraph begins that the number of the next decision opens, after a finished sentence.
fn number_due(text: &str, piece: Range<usize>, number: u32) -> Option<usize> {
    let within = text.get(piece.clone())?;
    let lines = within.rmatch_indices('\n').map(|(n, _)| piece.start + n + 1);
    let mut due = lines.filter(|&line| {
        mark::number_at(text, line).is_some_and(|(found, _)| found == number)
            && numbered::opens_paragraph(text, piece.start..line)
    });
    due.next()
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

/// Whether a label of the reviewer's guideline does not say whose it is: "Guidelines cited:".
fn is_ownerless(text: &str, label: &Anchor) -> bool {
    let words = text.get(label.start..label.end).unwrap_or_default();
    let words = words.trim_start_matches(|c: char| !c.is_alphabetic());
    label.part == Part::Reviewer && words.get(..9).is_some_and(|first| first.eq_ignore_ascii_case("guideline"))
}

/// Whether a label before which no outcome was found opens an issue all the same: the claims administrator's comes first
/// in each, and a sentence that does duty for it is followed by what follows it.
fn opens_issue(labels: &[Anchor], open: Option<&Draft>) -> bool {
    let Some(label) = labels.first() else { return false };
    match label.part {
        // A rationale may quote the label; that of an issue is followed by the others.
        Part::Claims => labels
            .get(1)
            .is_some_and(|next| matches!(next.part, Part::Reviewer | Part::ReviewerSentence | Part::Rationale)),
        Part::ClaimsSentence => {
            let rationale_open = open.and_then(|d| d.open).is_some_and(|(part, _)| part == Part::Rationale);
            let next = labels.iter().skip(1).find(|next| next.part != Part::ClaimsSentence);
            rationale_open && next.is_some_and(|next| matches!(next.part, Part::Reviewer | Part::ReviewerSentence))
        }
        _ => false,
    }
}

/// Where a heading without an outcome begins, at the end of a piece. The end of a sentence belongs to the rationale.
fn unmarked_heading(text: &str, finder: &Finder<'_, '_>, piece: Range<usize>) -> usize {
    let before = text.get(piece.clone()).unwrap_or_default().trim_ascii_end();
    if before.ends_with('.') {
        return piece.end;
    }
    finder.start(piece.clone(), piece.end).unwrap_or(piece.start)
}

/// Begins an issue at each head of a piece; what comes before the first heading belongs to the issue before.
fn begin(
    reading: &mut Reading<'_, '_>,
    finder: &Finder<'_, '_>,
    drafts: &mut Vec<Draft>,
    piece: Range<usize>,
    heads: Vec<Head>,
) {
    let text = reading.view.text();
    let mut from = piece.start;
    for head in heads {
        let place = drafts.len() as u32 + 1;
        let mut start = head.begins.map_or(from, |(start, _)| start);
        match drafts.last_mut() {
            Some(draft) if draft.open.is_some() => {
                let found = head.begins.map(|(start, _)| start);
                let by_lines = || {
                    let certain = |&start: &usize| !finder.is_doubtful(start..head.colon);
                    let start = finder.start(from..head.colon, head.colon)?;
                    let lines = || finder.start_by_lines(from..head.colon, head.colon);
                    Some(start).filter(certain).or_else(|| lines().filter(certain))
                };
                let found = found.or_else(by_lines);
                start = found.or_else(|| finder.start_of_sentence(from..head.colon, head.colon)).unwrap_or(head.line);
                let number = mark::number_before(text, from, start, place).filter(|_| head.begins.is_none());
                start = number.unwrap_or(start);
                draft.close(start);
                if found.is_none() && !reading.passage(from..start).trim_ascii().is_empty() {
                    let message = "where the rationale ends and this heading begins is unclear".to_owned();
                    reading.note(Severity::Warning, "unclear_heading_start", message, Some(start..head.end));
                }
            }
            // Words without a label between two numbered decisions.
            Some(draft) if head.begins.is_some() && !reading.passage(from..start).trim_ascii().is_empty() => {
                draft.rationale = Some(from..start);
            }
            _ => {}
        }
        let (number, heading) = match head.begins {
            Some((_, heading)) if head.number.is_some() => (head.number, heading),
            begins => mark::issue_number(text, begins.map_or(start, |(_, heading)| heading), place),
        };
        let before = head.begins.map_or(start, |(_, heading)| heading);
        drafts.push(Draft {
            heading: heading..head.colon.max(heading),
            verdict: Some(head.verdict),
            printed: number,
            marked: Some(before).filter(|_| number.is_some() && head.number.is_none()),
            ..Draft::default()
        });
        from = head.end;
    }
}

/// The order of labels in an issue.
fn rank(part: Part) -> u8 {
    match part {
        Part::Claims | Part::ClaimsSentence => 0,
        Part::Reviewer | Part::ReviewerSentence => 1,
        _ => 2,
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
    fn rationale_is_open(&self) -> bool {
        self.open.is_some_and(|(part, _)| part == Part::Rationale)
    }

    /// Ends the text of the open label.
    fn close(&mut self, end: usize) {
        if let Some((part, start)) = self.open {
            let slot = match part {
                Part::Claims | Part::ClaimsSentence => &mut self.claims,
                Part::Reviewer | Part::ReviewerSentence => &mut self.reviewer,
                _ => &mut self.rationale,
            };
            *slot = Some(start.min(end)..end);
        }
    }

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
