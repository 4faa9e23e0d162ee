//! A letter in the making: the text, its outline, what has been read, and what there was to remark.

use super::outline::{Outline, Part};
use super::text::View;
use super::words::{next_word, phrase};
use super::{CODES, Diagnostic, Severity};
use crate::letter::{Layout, Letter, PageStart};
use std::ops::Range;

/// What the readers of sections work on.
pub(super) struct Reading<'a, 't> {
    pub(super) view: &'a View<'t>,
    pub(super) outline: &'a Outline,
    pub(super) letter: Letter,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Where the first issue begins, if no heading of their section tells.
    pub(super) issues_from: Option<usize>,
}

impl Reading<'_, '_> {
    /// Makes a remark. The range is one of the normalised text.
    pub(super) fn note(&mut self, severity: Severity, code: &'static str, message: String, at: Option<Range<usize>>) {
        debug_assert!(CODES.iter().any(|(known, _)| *known == code), "unlisted code {code}");
        let span = at.map(|range| self.view.source_span(self.trimmed(range)));
        self.diagnostics.push(Diagnostic { severity, code, message, span });
    }

    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let passage = self.passage(range.clone());
        let start = range.start + (passage.len() - passage.trim_ascii_start().len());
        start..start + passage.trim_ascii().len()
    }

    /// A passage of the normalised text.
    pub(super) fn passage(&self, range: Range<usize>) -> &str {
        self.view.text().get(range).unwrap_or_default()
    }

    /// A passage as one paragraph; `None` if it is empty.
    pub(super) fn flowed(&self, range: Range<usize>) -> Option<String> {
        Some(self.view.flow(range).0).filter(|text| !text.is_empty())
    }

    /// The same, with the pages that it stands on.
    pub(super) fn on_pages(&self, range: Range<usize>, pages: &mut Vec<PageStart>) -> Option<String> {
        let (text, starts) = self.view.flow(range);
        *pages = starts;
        Some(text).filter(|text| !text.is_empty())
    }

    /// The section under the first heading of a part: up to the next one of the parts that can follow it.
    pub(super) fn section(&self, part: Part, followers: &[Part]) -> Option<Range<usize>> {
        let anchor = self.outline.first(part)?;
        let next = self.outline.next_after(anchor.end, followers);
        Some(anchor.end..next.map_or(self.view.text().len(), |next| next.start))
    }

    /// The section under the first heading of a part, up to the heading of any other section.
    pub(super) fn whole_section(&self, part: Part) -> Option<Range<usize>> {
        let anchor = self.outline.first(part)?;
        let labelled = matches!(self.letter.layout, Layout::Credentials | Layout::BoardCertified);
        let can =
            |next| next != part && Part::SECTIONS.contains(&next) && !(labelled && Part::OF_OTHERS.contains(&next));
        let next = self.outline.next_section(self.view.text(), anchor.end, can);
        let end = next.map_or(self.view.text().len(), |next| next.start);
        let issues = self.issues_from.filter(|from| *from >= anchor.end);
        Some(anchor.end..issues.map_or(end, |from| end.min(from)))
    }

    /// The range without a first paragraph that opens with the words and introduces what follows with a colon.
    pub(super) fn without_introduction(&self, range: Range<usize>, words: &[&str]) -> Range<usize> {
        /// Longer than any introduction seen.
        const LONGEST: usize = 600;
        let text = self.view.text();
        if phrase(text, range.start, words).is_none() {
            return range;
        }
        let reach = text.floor_char_boundary((range.start + LONGEST).min(range.end));
        let opening = text.get(range.start..reach).unwrap_or_default();
        // A colon inside of a line is one of an entry.
        let colon = opening.match_indices(':').find(|(at, _)| {
            opening.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.trim_start_matches(' ').starts_with('\n'))
        });
        colon.map_or(range.clone(), |(at, _)| range.start + at + 1..range.end)
    }

    /// The part of the text where a header can stand: before the first section.
    pub(super) fn header_zone(&self) -> Range<usize> {
        // The signature of an accompanying letter comes before.
        let titles = [Part::Notice, Part::ReviewTitle, Part::Closing];
        let sections =
            self.outline.anchors().iter().find(|a| Part::SECTIONS.contains(&a.part) && !titles.contains(&a.part));
        0..sections.map_or(0, |first| first.start)
    }

    /// The range without an opening sentence of known wording that ends with a colon.
    pub(super) fn without_opening(&self, range: Range<usize>, words: &[&str]) -> Range<usize> {
        without_opening(self.view.text(), range, words)
    }

    /// The parts of the text that can describe the reviewer, the likeliest first.
    pub(super) fn reviewer_zones(&self) -> Vec<Range<usize>> {
        let sections = [Part::Qualifications, Part::How].into_iter().filter_map(|part| self.whole_section(part));
        let decisions = [Part::Summary, Part::Issues, Part::DecisionList, Part::Determined];
        let opening = 0..self.outline.next_after(0, &decisions).map_or(0, |next| next.start);
        sections.chain([opening]).collect()
    }
}

/// The range without an opening sentence of known wording that ends with a colon.
pub(super) fn without_opening(text: &str, range: Range<usize>, words: &[&str]) -> Range<usize> {
    /// Longer openings than any seen, so that a colon of the text is not taken for theirs.
    const LONGEST: usize = 300;
    let Some(first) = next_word(text.as_bytes(), range.start) else { return range };
    let Some(end) = phrase(text, first, words) else { return range };
    let reach = text.floor_char_boundary((end + LONGEST).min(range.end));
    let opening = text.get(end..reach).unwrap_or_default();
    // The last words of openings end their line, whatever their colon was read as.
    let words = opening.match_indices(['m', 'f']).map(|(at, _)| end + at);
    let last = { words }
        .find_map(|at| phrase(text, at, &["medical", "records"]).or_else(|| phrase(text, at, &["forth", "below"])));
    let closed = last.and_then(|last| {
        let rest = text.get(last..reach)?;
        let after = rest.trim_start_matches([':', ';', ',', '.', ' ']);
        let marks = rest.get(..rest.len() - after.len())?;
        (after.starts_with(['\n', '\x0c']) || marks.contains([':', ';', '.'])).then_some(last + marks.len())
    });
    let mark = || opening.find([':', '.']).map(|mark| end + mark + 1);
    closed.or_else(mark).map_or(range.clone(), |from| from..range.end)
}
