//! The professional review: "MEDICAL PROFESSIONAL REVIEW" as title, 2013.
//!
//! The heading of the rationale tells the outcome: "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY
//! NECESSARY". What is at dispute stands before it; several numbered requests share guideline, rationale and outcome.

use super::Known;
use crate::letter::Layout;
use crate::parse::draft::{self, Draft, Form};
use crate::parse::heading::Verdict;
use crate::parse::mark::number_at;
use crate::parse::outline::{Anchor, Outline, Part};
use crate::parse::reading::Reading;
use crate::parse::text::View;
use crate::parse::{contradiction, documents, header, reviewer, summary, verdict};
use std::ops::Range;

pub(super) const LAYOUT: Known = Known { layout: Layout::ProfessionalReview, recognises, read };

fn recognises(view: &View<'_>, outline: &Outline) -> bool {
    // Title, dispute and the heading that tells the outcome: two of them are this layout's own.
    let titled = outline.first(Part::ReviewTitle).or_else(|| outline.first(Part::Dispute)).is_some();
    titled && outline.all(Part::Why).any(|why| outcome(view.text(), why).is_some())
}

fn read(reading: &mut Reading<'_, '_>) {
    header::read(reading, reading.header_zone());
    reviewer::read_sentence(reading, reading.reviewer_zones());
    documents::read(reading);
    summary::read(reading);
    let drafts = drafts(reading.view.text(), reading.outline);
    draft::finish(reading, drafts, Form::Review);
    contradiction::stated(reading);
}

/// The outcome that the heading of a rationale tells, and where the heading ends.
///
/// "IS/WAS NOT" is one outcome; "IS/WAS OR IS/WAS NOT" is a form that was not filled in, and tells none.
fn outcome(text: &str, why: Anchor) -> Option<(Verdict, usize)> {
    let end = text.floor_char_boundary((why.end + 80).min(text.len()));
    let said = verdict::statement(text, why.end..end)?;
    let open = text.get(why.end..said.start)?.to_ascii_lowercase();
    (!open.contains(" or ")).then_some((said.verdict, said.end))
}

fn drafts(text: &str, outline: &Outline) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let whys: Vec<Anchor> = outline.all(Part::Why).collect();
    let mut from = 0;
    for (i, &why) in whys.iter().enumerate() {
        let next = whys.get(i + 1).map_or(text.len(), |next| next.start);
        let told = outcome(text, why);
        let start = told.map_or(why.end, |(_, end)| end);
        let start =
            start + text.as_bytes().get(start..).unwrap_or_default().iter().take_while(|b| b": .".contains(b)).count();
        let end = section_end(outline, start, next);
        let guideline = outline.within(from..why.start, Part::Guidelines);
        let draft = Draft {
            verdict: told.map(|(verdict, _)| verdict),
            reviewer: guideline.map(|a| a.end..section_end(outline, a.end, why.start)),
            rationale: Some(start.min(end)..end),
            ..Draft::default()
        };
        let dispute = outline.within(from..why.start, Part::Dispute);
        let disputes = dispute
            .map(|a| a.end..section_end(outline, a.end, why.start))
            .into_iter()
            .flat_map(|range| requests(text, range));
        let before = drafts.len();
        drafts.extend(disputes.map(|heading| Draft { heading, ..draft.clone() }));
        if drafts.len() == before {
            drafts.push(Draft { heading: why.start..why.start, ..draft });
        }
        from = why.end;
    }
    drafts
}

/// Where the section that begins at an offset ends: before the next heading, or at the limit.
fn section_end(outline: &Outline, start: usize, limit: usize) -> usize {
    let heads = |part: Part| Part::SECTIONS.contains(&part);
    let at = outline.anchors().partition_point(|a| a.start < start);
    let next = outline.anchors().get(at..).unwrap_or_default().iter().find(|a| heads(a.part));
    next.map_or(limit, |next| next.start.min(limit)).max(start)
}

/// The requests at dispute: the numbered ones, or the whole paragraph.
fn requests(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let section = text.get(range.clone()).unwrap_or_default();
    let lines = std::iter::once(range.start).chain(section.match_indices('\n').map(|(n, _)| range.start + n + 1));
    let mut starts: Vec<(usize, usize)> = lines
        .filter_map(|line| {
            let gap = text.get(line..range.end)?.bytes().take_while(|b| b" \x0c\n:".contains(b)).count();
            number_at(text, line + gap).map(|(_, end)| (line + gap, end))
        })
        .collect();
    starts.dedup();
    // "#\n60. Norco": a number that does not count on from the last one belongs to a request.
    let mut last = None;
    starts.retain(|&(start, _)| {
        let number = number_at(text, start).map(|(number, _)| number);
        let counts = last.is_none_or(|last| number.is_some_and(|number| number <= last + 1));
        last = if counts { number } else { last };
        counts
    });
    if starts.is_empty() {
        let colon = section.len() - section.trim_start_matches([':', ' ', '\n', '\x0c']).len();
        let whole = range.start + colon..range.start + section.trim_ascii_end().len();
        return if whole.start < whole.end { vec![whole] } else { Vec::new() };
    }
    let ends = starts.iter().skip(1).map(|&(start, _)| start).chain([range.end]);
    starts.iter().zip(ends).map(|(&(_, from), to)| from..to.max(from)).collect()
}
