//! Pages as they are exported: from which byte of a text on which page.

use serde::{Deserialize, Serialize};

use crate::letter::{IssuePages, PageStart};

/// The pages that the texts of an issue stand on, as they are exported: pairs of the first byte and the page, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PagesRecord {
    /// Those of the heading.
    pub issue: Vec<[usize; 2]>,
    /// Those of the reviewer's guideline.
    pub guideline: Vec<[usize; 2]>,
    /// Those of the claims administrator's guideline.
    pub claims_guideline: Vec<[usize; 2]>,
    /// Those of the rationale.
    pub rationale: Vec<[usize; 2]>,
}

impl PagesRecord {
    /// The pages of an issue; `None` where none are known.
    pub fn of(pages: IssuePages) -> Option<Self> {
        let IssuePages { issue, guideline, claims, rationale } = pages;
        let pages = Self {
            issue: page_starts(issue),
            guideline: page_starts(guideline),
            claims_guideline: page_starts(claims),
            rationale: page_starts(rationale),
        };
        (pages != Self::default()).then_some(pages)
    }
}

/// Pages as they are exported.
pub(super) fn page_starts(pages: Vec<PageStart>) -> Vec<[usize; 2]> {
    pages.into_iter().map(|start| [start.from, start.page as usize]).collect()
}

/// The page that a byte of a text is on; `None` where none is known.
pub fn page_at(pages: &[[usize; 2]], at: usize) -> Option<u32> {
    let behind = pages.partition_point(|[from, _]| *from <= at);
    let [_, page] = pages.get(behind.checked_sub(1)?)?;
    u32::try_from(*page).ok()
}
