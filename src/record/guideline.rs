//! Guidelines and citations as they are exported.

use serde::{Deserialize, Serialize};

use super::printed;
use crate::letter::{Basis, Citation, Guideline, Source};

/// What a decision is based on, as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GuidelineRecord {
    /// The text as printed; null where the letter has no such line.
    pub text: Option<String>,
    /// Inside or outside of the MTUS; null where the text does not tell.
    #[serde(with = "printed::option")]
    pub basis: Option<Basis>,
    /// The sources that the text names.
    pub citations: Vec<CitationRecord>,
}

/// One source that a guideline line names, as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitationRecord {
    /// The body of guidelines.
    #[serde(with = "printed")]
    pub source: Source,
    /// The name of another source; null where it is not told.
    pub name: Option<String>,
    /// The chapter by its canonical name, with the year where one is given.
    pub chapter: Option<String>,
    /// The year of the chapter or the edition.
    pub year: Option<u16>,
    /// The sections or topics named for the chapter.
    pub sections: Vec<String>,
    /// The pages, each a page or a range.
    pub pages: Vec<String>,
    /// The section of Title 8, California Code of Regulations.
    pub regulation: Option<String>,
    /// The words that the citation was read from.
    pub text: String,
}

impl From<Guideline> for GuidelineRecord {
    fn from(guideline: Guideline) -> Self {
        Self {
            text: guideline.text,
            basis: guideline.basis,
            citations: guideline.citations.into_iter().map(CitationRecord::from).collect(),
        }
    }
}

impl From<Citation> for CitationRecord {
    fn from(citation: Citation) -> Self {
        let Citation { source, name, chapter, year, sections, pages, regulation, text } = citation;
        Self { source, name, chapter, year, sections, pages, regulation, text }
    }
}
