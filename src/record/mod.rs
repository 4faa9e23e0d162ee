//! The serialisable twin of a letter: the record that `imr` exports and keeps in the index.
//!
//! The names and their order are promised in `schema/letter.schema.json`.

use serde::{Deserialize, Serialize};

use crate::letter::{CaseNumber, Date, Layout, Letter, LetterOutcome, Priority, Sex};
use crate::parse::{Diagnostic, Parsed};

mod guideline;
mod issue;
mod pages;
mod printed;

use pages::page_starts;

pub use guideline::{CitationRecord, GuidelineRecord};
pub use issue::{FrequencyRecord, IssueRecord, ReasonRecord, SpanRecord};
pub use pages::{PagesRecord, page_at};

/// One letter as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LetterRecord {
    /// The letter's facts.
    #[serde(flatten)]
    pub facts: LetterFacts,
    /// The disputed treatments, in the order of the letter.
    pub issues: Vec<IssueRecord>,
    /// What was missing, odd or contradictory.
    pub diagnostics: Vec<DiagnosticRecord>,
    /// The whole text, only where the layout is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a letter says beside its issues.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LetterFacts {
    /// The number that MAXIMUS gave the case.
    #[serde(with = "printed::option")]
    pub case_number: Option<CaseNumber>,
    /// When the worker was injured.
    #[serde(with = "printed::option")]
    pub date_of_injury: Option<Date>,
    /// When the case was assigned to a reviewer.
    #[serde(with = "printed::option")]
    pub date_assigned: Option<Date>,
    /// When the determination was made.
    #[serde(with = "printed::option")]
    pub decision_date: Option<Date>,
    /// When utilization review denied the request.
    #[serde(with = "printed::option")]
    pub ur_denial_date: Option<Date>,
    /// When the application for the review came in.
    #[serde(with = "printed::option")]
    pub application_received: Option<Date>,
    /// Standard or expedited.
    #[serde(with = "printed::option")]
    pub priority: Option<Priority>,
    /// The states that licensed the reviewer, as printed.
    pub licensure: Vec<String>,
    /// The same states by their full names.
    pub licensure_canonical: Vec<String>,
    /// Board certifications, specialties and subspecialties of the reviewer, as printed.
    pub specialties: Vec<String>,
    /// The same specialties by the names of DWC's list; one that is not on it stays as printed.
    pub specialties_canonical: Vec<String>,
    /// Those of the specialties in which the letter says that the reviewer is board certified.
    pub board_certifications: Vec<String>,
    /// Those of the specialties that the letter calls subspecialties.
    pub subspecialties: Vec<String>,
    /// The worker's age in years.
    pub age: Option<u16>,
    /// The worker's sex.
    #[serde(with = "printed::option")]
    pub sex: Option<Sex>,
    /// Folded from the outcomes of the issues.
    #[serde(with = "printed::option")]
    pub outcome: Option<LetterOutcome>,
    /// The outcome that the letter states as a whole.
    #[serde(with = "printed::option")]
    pub stated_outcome: Option<LetterOutcome>,
    /// Which of the known layouts the letter has.
    #[serde(with = "printed")]
    pub layout: Layout,
    /// Where the letter was read from.
    pub path: String,
    /// BLAKE3 digest of the file's bytes, in hexadecimal.
    pub digest: String,
    /// The reviewer's summary of the case.
    pub clinical_summary: Option<String>,
    /// From which byte of the summary on which page; only where the letter has page breaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary_pages: Vec<[usize; 2]>,
    /// Body regions that the summary names.
    pub body_regions: Vec<String>,
    /// Diagnoses that the summary names.
    pub diagnoses: Vec<String>,
    /// The days that the summary gives, in order of time.
    #[serde(with = "printed::list")]
    pub summary_dates: Vec<Date>,
    /// The documents that were reviewed, where the letter lists them.
    pub documents_reviewed: Vec<String>,
}

/// One remark on a text, as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosticRecord {
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// A stable name for the kind of remark.
    pub code: String,
    /// The remark for people.
    pub message: String,
    /// Where in the text, in bytes: start and end; null for what is missing altogether.
    pub span: Option<[usize; 2]>,
}

impl LetterRecord {
    /// The record of a parsed letter that was read from `path` and whose file has this digest.
    pub fn new(parsed: Parsed, path: String, digest: String) -> Self {
        let Parsed { letter, diagnostics } = parsed;
        let outcome = letter.outcome();
        let Letter {
            case_number,
            date_of_injury,
            date_assigned,
            decision_date,
            ur_denial_date,
            application_received,
            priority,
            reviewer,
            age,
            sex,
            stated_outcome,
            layout,
            clinical_summary,
            summary_pages,
            body_regions,
            diagnoses,
            summary_dates,
            documents_reviewed,
            issues,
            text,
        } = letter;
        Self {
            facts: LetterFacts {
                case_number,
                date_of_injury,
                date_assigned,
                decision_date,
                ur_denial_date,
                application_received,
                priority,
                licensure: reviewer.licensure,
                licensure_canonical: reviewer.licensure_canonical,
                specialties: reviewer.specialties,
                specialties_canonical: reviewer.specialties_canonical,
                board_certifications: reviewer.board_certifications,
                subspecialties: reviewer.subspecialties,
                age,
                sex,
                outcome,
                stated_outcome,
                layout,
                path,
                digest,
                clinical_summary,
                summary_pages: page_starts(summary_pages),
                body_regions,
                diagnoses,
                summary_dates,
                documents_reviewed,
            },
            issues: issues.into_iter().map(IssueRecord::from).collect(),
            diagnostics: diagnostics.into_iter().map(DiagnosticRecord::from).collect(),
            text,
        }
    }
}

impl From<Diagnostic> for DiagnosticRecord {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            severity: diagnostic.severity.name().to_owned(),
            code: diagnostic.code.to_owned(),
            message: diagnostic.message,
            span: diagnostic.span.map(|s| [s.start, s.end]),
        }
    }
}
