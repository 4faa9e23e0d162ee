//! Text to letter. Parsing never fails: any text gives a letter and diagnostics.
//!
//! The text is normalised once (`text`), its headings and labels are found in one pass (`outline`), and the first known
//! layout that recognises them (`layout`) reads the letter section by section. Each step is linear in the text.

mod body;
mod books;
mod canonical;
mod catalog;
mod chapters;
mod clauses;
mod contradiction;
mod days;
mod denial;
mod details;
mod diagnoses;
mod documents;
mod draft;
mod flow;
mod furniture;
mod guideline;
mod header;
mod heading;
mod history;
mod issues;
mod label;
mod layout;
mod lexicon;
mod line;
mod mark;
mod numbered;
mod opening;
mod other;
mod outline;
mod part;
mod reading;
mod request;
mod reviewer;
mod section;
mod sources;
mod spans;
mod summary;
mod text;
mod topics;
mod verdict;
mod wording;
mod words;

pub use self::body::canonical as canonical_body_parts;
pub use self::canonical::{specialty as canonical_specialty, state as canonical_state};
use self::outline::Outline;
use self::reading::Reading;
use self::text::View;
use crate::letter::Letter;

/// What a text was understood as.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// The letter, with what could be read.
    pub letter: Letter,
    /// What was missing, odd or contradictory, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// One remark on a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable name for the kind of remark, in snake case.
    pub code: &'static str,
    /// The remark for people, one line.
    pub message: String,
    /// Where in the text, in bytes; `None` for what is missing altogether.
    pub span: Option<std::ops::Range<usize>>,
}

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// A value could not be read.
    Error,
    /// A value was read, but something is odd.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The name in exported records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// The codes of diagnostics, each with its meaning.
pub const CODES: &[(&str, &str)] = &[
    ("empty_text", "The text is empty or white space only."),
    ("unknown_layout", "The text has none of the known layouts; it is kept whole."),
    ("no_header", "The header table is missing."),
    ("missing_header_field", "The header table lacks a field, or its value."),
    ("header_ambiguous", "Labels and values of the header stand apart and do not match in number; they are left out."),
    ("header_conflict", "A field of the header stands twice, with different values; the first one counts."),
    ("invalid_date", "A date of the header does not exist in the calendar, or has no four-digit year."),
    ("no_licensure", "The states that licensed the reviewer are not told."),
    ("no_specialty", "The reviewer's specialty is not told."),
    ("unlisted_state", "A state of licensure is none that is known; it stays as printed."),
    ("unlisted_specialty", "A specialty is not on DWC's list, nor another name for one; it stays as printed."),
    ("no_clinical_summary", "The clinical case summary is missing or empty."),
    ("no_age", "The clinical case summary tells no age of the worker."),
    ("no_sex", "The clinical case summary tells no sex of the worker."),
    ("sex_from_pronouns", "The worker's sex is told by pronouns only."),
    ("no_issues", "The section of issues and decisions names no issue."),
    ("no_issue_heading", "An issue has no heading."),
    ("no_issue_outcome", "The outcome of an issue cannot be read."),
    ("partial_issue_outcome", "An issue is decided in part, which is neither upheld nor overturned."),
    ("unclear_heading_start", "Where a rationale ends and the next heading begins cannot be told for certain."),
    (
        "repeated_label",
        "A label stands twice in one issue; the second one is read as text, or the first as the other party's guideline.",
    ),
    ("quoted_decision", "Outcomes stand within a rationale, as decisions that it quotes; they are read as its text."),
    ("unlabelled_decision", "A decision stands at the end without labels; what follows is read as its rationale."),
    ("unclear_authorization", "A heading tells of an authorization in words that cannot be taken apart for certain."),
    ("no_claims_guideline", "An issue lacks the claims administrator's guideline."),
    ("no_guideline", "An issue lacks the reviewer's guideline."),
    ("unknown_basis", "A guideline line tells neither MTUS nor any other known basis."),
    ("no_rationale", "An issue lacks the rationale."),
    ("no_documents", "The documents reviewed are not listed, in a layout that lists them."),
    ("no_issues_heading", "The heading of the issues is missing; they begin at the first outcome."),
    ("rationale_contradicts", "A rationale ends with the opposite of the issue's outcome; the outcome counts."),
    ("stated_outcome_differs", "The outcome that the letter states is not the fold of its issues."),
    ("duplicate_issue_number", "Two issues have the same printed number."),
    ("issue_number_gap", "The printed numbers of the issues do not count from 1."),
    ("determinations_differ", "A determination stands twice, with different outcomes; neither counts."),
    (
        "request_differs",
        "A determination and its repetition or its section name different requests; the first one counts.",
    ),
    ("sections_differ", "The requests that are decided and those that are reasoned about differ in number."),
];

/// The codes that say that two parts of a letter contradict each other.
pub const CONTRADICTIONS: &[&str] = &[
    "header_conflict",
    "rationale_contradicts",
    "stated_outcome_differs",
    "duplicate_issue_number",
    "determinations_differ",
    "request_differs",
];

/// Whether a word, lower case, only tells how much or when: "four", "milligrams", "november".
pub fn is_measure(word: &str) -> bool {
    request::is_measure(word) || days::MONTHS.contains(&word)
}

/// Understands the text of a letter.
///
/// Pages are separated by form feeds. The text of an unknown layout is kept whole in [`Letter::text`].
pub fn parse(text: &str) -> Parsed {
    let view = View::new(text);
    let outline = Outline::new(&view);
    let mut reading = Reading {
        view: &view,
        outline: &outline,
        letter: Letter::default(),
        diagnostics: Vec::new(),
        issues_from: None,
    };
    match layout::KNOWN.iter().find(|known| (known.recognises)(&view, &outline)) {
        Some(known) => {
            reading.letter.layout = known.layout;
            (known.read)(&mut reading);
        }
        None => {
            let (code, message) = match view.text() {
                "" => ("empty_text", "the text is empty"),
                _ => ("unknown_layout", "the text has none of the known layouts"),
            };
            reading.note(Severity::Warning, code, message.to_owned(), None);
            reading.letter.text = Some(text.to_owned());
        }
    }
    let Reading { letter, mut diagnostics, .. } = reading;
    // Sections are read one after the other, but some look back; what is missing altogether comes last.
    diagnostics.sort_by_key(|d| d.span.as_ref().map_or(usize::MAX, |span| span.start));
    Parsed { letter, diagnostics }
}
