//! The serialisable twin of a letter: the record that `imr` exports and keeps in the index.
//!
//! The names and their order are promised in `schema/letter.schema.json`.

use serde::{Deserialize, Serialize};

use crate::letter::{
    Basis, CaseNumber, Citation, Date, Guideline, Issue, Layout, Letter, LetterOutcome, Outcome, Priority, Sex, Source,
};
use crate::parse::{Diagnostic, Parsed};

mod printed;

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
    /// The states that licensed the reviewer.
    pub licensure: Vec<String>,
    /// Board certifications and specialties of the reviewer.
    pub specialties: Vec<String>,
    /// The worker's age in years.
    pub age: Option<u16>,
    /// The worker's sex.
    #[serde(with = "printed::option")]
    pub sex: Option<Sex>,
    /// Folded from the outcomes of the issues.
    #[serde(with = "printed::option")]
    pub outcome: Option<LetterOutcome>,
    /// Which of the known layouts the letter has.
    #[serde(with = "printed")]
    pub layout: Layout,
    /// Where the letter was read from.
    pub path: String,
    /// BLAKE3 digest of the file's bytes, in hexadecimal.
    pub digest: String,
    /// The reviewer's summary of the case.
    pub clinical_summary: Option<String>,
}

/// One disputed treatment as it is exported.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IssueRecord {
    /// The place in the letter, from 1.
    pub number: u32,
    /// The heading as printed, without the outcome.
    pub issue: String,
    /// The service category.
    pub category: Option<String>,
    /// Upheld or overturned.
    #[serde(with = "printed::option")]
    pub outcome: Option<Outcome>,
    /// The guideline that the reviewer relied on.
    pub guideline: GuidelineRecord,
    /// The guideline that the claims administrator relied on.
    pub claims_guideline: GuidelineRecord,
    /// Why the reviewer decided so.
    pub rationale: Option<String>,
}

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
    /// The MTUS chapter with its year.
    pub chapter: Option<String>,
    /// The sections named for the chapter.
    pub sections: Vec<String>,
    /// The words that the citation was read from.
    pub text: String,
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
            layout,
            clinical_summary,
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
                specialties: reviewer.specialties,
                age,
                sex,
                outcome,
                layout,
                path,
                digest,
                clinical_summary,
            },
            issues: issues.into_iter().map(IssueRecord::from).collect(),
            diagnostics: diagnostics.into_iter().map(DiagnosticRecord::from).collect(),
            text,
        }
    }
}

impl From<Issue> for IssueRecord {
    fn from(issue: Issue) -> Self {
        Self {
            number: issue.number,
            issue: issue.issue,
            category: issue.category,
            outcome: issue.outcome,
            guideline: issue.guideline.into(),
            claims_guideline: issue.claims_guideline.into(),
            rationale: issue.rationale,
        }
    }
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
        let Citation { source, chapter, sections, text } = citation;
        Self { source, chapter, sections, text }
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
