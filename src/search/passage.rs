//! The texts of a hit, where the marks of a query stand in them, and on which page.

use std::ops::Range;

use crate::index::StoredIssue;
use crate::query::{Mark, Words};
use crate::record::{IssueRecord, PagesRecord, page_at};

/// One text of a hit.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    /// The field, by its name in queries.
    pub field: &'static str,
    /// The text.
    pub text: &'a str,
    pages: Pages<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Pages<'a> {
    /// From which byte of the text on which page.
    Told(&'a [[usize; 2]]),
    /// The text has the ends of its pages itself.
    InText,
}

impl Passage<'_> {
    /// The page that a byte of the text is on; `None` where it is not known.
    pub fn page(&self, at: usize) -> Option<u32> {
        match self.pages {
            Pages::Told(pages) => page_at(pages, at),
            Pages::InText if !self.text.contains('\u{c}') => None,
            Pages::InText => {
                let before = self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|b| **b == 0x0c).count();
                u32::try_from(before).ok().and_then(|before| before.checked_add(1))
            }
        }
    }
}

/// The texts of a hit: the heading, and the others in the order in which they tell most of the decision.
pub fn passages(stored: &StoredIssue) -> Vec<Passage<'_>> {
    const NONE: &[[usize; 2]] = &[];
    let issue = stored.issue.as_ref();
    let pages = |of: fn(&PagesRecord) -> &Vec<[usize; 2]>| {
        Pages::Told(issue.and_then(|issue| issue.pages.as_ref()).map_or(NONE, |pages| of(pages).as_slice()))
    };
    let text = |of: fn(&IssueRecord) -> Option<&str>| issue.and_then(of);
    let all = [
        ("issue", text(|i| Some(&i.issue)), pages(|p| &p.issue)),
        ("rationale", text(|i| i.rationale.as_deref()), pages(|p| &p.rationale)),
        ("guideline", text(|i| i.guideline.text.as_deref()), pages(|p| &p.guideline)),
        (
            "summary",
            stored.letter.facts.clinical_summary.as_deref(),
            Pages::Told(stored.letter.facts.summary_pages.as_slice()),
        ),
        ("claims", text(|i| i.claims_guideline.text.as_deref()), pages(|p| &p.claims_guideline)),
        ("text", stored.letter.text.as_deref(), Pages::InText),
    ];
    let told = all.into_iter().filter_map(|(field, text, pages)| Some(Passage { field, text: text?, pages }));
    told.collect()
}

/// Where one of the marks stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// Which of the marks it is.
    pub mark: usize,
}

/// Where marks stand in the text of a field, in order. What overlaps is one.
pub fn matches(text: &str, field: &str, marks: &[Mark]) -> Vec<Match> {
    matches_and_words(text, field, marks).0
}

/// The same with the words of the text, where these were looked at.
pub fn matches_and_words(text: &str, field: &str, marks: &[Mark]) -> (Vec<Match>, Option<Words>) {
    let wanted = |mark: &Mark| mark.field.as_deref().is_none_or(|name| name == field);
    if !marks.iter().any(wanted) {
        return (Vec::new(), None);
    }
    let words = Words::of(text);
    let numbered = marks.iter().enumerate().filter(|(_, mark)| wanted(mark));
    let ranges = numbered.flat_map(|(mark, wanted)| wanted.ranges(&words).into_iter().map(move |range| (range, mark)));
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_by_key(|(range, mark)| (range.start, *mark));
    let mut found: Vec<Match> = Vec::new();
    for (range, mark) in ranges {
        match found.last_mut() {
            Some(last) if range.start < last.range.end => last.range.end = last.range.end.max(range.end),
            _ => found.push(Match { range, mark }),
        }
    }
    (found, Some(words))
}

/// What to mark in the text of a field, in bytes, in order and without overlaps.
pub fn marked(text: &str, field: &str, marks: &[Mark]) -> Vec<Range<usize>> {
    matches(text, field, marks).into_iter().map(|found| found.range).collect()
}
