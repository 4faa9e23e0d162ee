//! Letters as plain values: a letter, its issues, their outcomes and guidelines.

mod case;
mod date;
mod guideline;
mod issue;
mod names;

use names::names;

pub use case::CaseNumber;
pub use date::Date;
pub use guideline::{Basis, Citation, Guideline, Source};
pub use issue::{Frequency, Issue, IssuePages, Outcome, PageStart, Request, Side, Span, TimeUnit};
pub use names::UnknownName;

/// One Final Determination of an Independent Medical Review.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letter {
    /// The number that MAXIMUS gave the case.
    pub case_number: Option<CaseNumber>,
    /// When the worker was injured.
    pub date_of_injury: Option<Date>,
    /// When the case was assigned to a reviewer.
    pub date_assigned: Option<Date>,
    /// When the determination was made.
    pub decision_date: Option<Date>,
    /// When utilization review denied the request.
    pub ur_denial_date: Option<Date>,
    /// When the application for the review came in.
    pub application_received: Option<Date>,
    /// Standard or expedited.
    pub priority: Option<Priority>,
    /// Who reviewed.
    pub reviewer: Reviewer,
    /// The worker's age in years, as the clinical summary tells it.
    pub age: Option<u16>,
    /// The worker's sex, as the clinical summary tells it.
    pub sex: Option<Sex>,
    /// The outcome that the letter states as a whole ("Final Determination: UPHOLD"), a check on [`Letter::outcome`].
    pub stated_outcome: Option<LetterOutcome>,
    /// Which of the known layouts the letter has.
    pub layout: Layout,
    /// The reviewer's summary of the case.
    pub clinical_summary: Option<String>,
    /// The pages that the summary stands on; none where the letter has no page breaks.
    pub summary_pages: Vec<PageStart>,
    /// Body regions that the summary names, by the names of `schema/body-parts.tsv`, in its order.
    pub body_regions: Vec<String>,
    /// Diagnoses that the summary names, in its words and order.
    pub diagnoses: Vec<String>,
    /// The days that the summary gives, in order of time.
    pub summary_dates: Vec<Date>,
    /// The documents that were reviewed, where the letter lists them.
    pub documents_reviewed: Vec<String>,
    /// The disputed treatments, in the order of the letter.
    pub issues: Vec<Issue>,
    /// The whole text, kept only where the layout is unknown.
    pub text: Option<String>,
}

impl Letter {
    /// The letter's outcome, folded from its issues: all upheld is upheld, all overturned is overturned, otherwise
    /// partially overturned. `None` without issues, or when an issue's outcome could not be read.
    pub fn outcome(&self) -> Option<LetterOutcome> {
        let mut seen = [false; 2];
        for issue in &self.issues {
            seen[issue.outcome? as usize] = true;
        }
        match seen {
            [true, false] => Some(LetterOutcome::Upheld),
            [false, true] => Some(LetterOutcome::Overturned),
            [true, true] => Some(LetterOutcome::PartiallyOverturned),
            [false, false] => None,
        }
    }
}

/// The decision of a letter as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LetterOutcome {
    /// All issues are upheld.
    Upheld,
    /// All issues are overturned.
    Overturned,
    /// Some are upheld, some overturned.
    PartiallyOverturned,
}

/// How urgent the review was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// The usual course.
    Standard,
    /// Decided faster because the worker's health was at risk.
    Expedited,
}

/// The worker's sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
}

/// The layouts of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Layout {
    /// "The Expert Reviewer has the following credentials:", about 2015 to today.
    Credentials,
    /// "The expert reviewer is Board Certified in ...", about 2014.
    BoardCertified,
    /// "IMR DECISION(S) AND RATIONALE(S)" over a numbered list, 2013 to 2014.
    DecisionList,
    /// "Notice of Independent Medical Review Determination", 2013.
    Notice,
    /// "MEDICAL PROFESSIONAL REVIEW", 2013.
    ProfessionalReview,
    /// None of the known ones.
    #[default]
    Unknown,
}

/// The credentials of the expert reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reviewer {
    /// The states that licensed the reviewer, as printed, in the order of the letter.
    pub licensure: Vec<String>,
    /// The same states by their full names; one that is not known stays as printed.
    pub licensure_canonical: Vec<String>,
    /// Board certifications, specialties and subspecialties, as printed, in the order of the letter.
    pub specialties: Vec<String>,
    /// The same specialties by the names of DWC's list; one that is not on it stays as printed.
    pub specialties_canonical: Vec<String>,
    /// Those of the specialties, as printed, in which the letter says that the reviewer is board certified.
    pub board_certifications: Vec<String>,
    /// Those of the specialties, as printed, that the letter calls subspecialties.
    pub subspecialties: Vec<String>,
}

names!(LetterOutcome { Upheld = "upheld", Overturned = "overturned", PartiallyOverturned = "partially_overturned" });
names!(Priority { Standard = "standard", Expedited = "expedited" });
names!(Sex { Male = "male", Female = "female" });
names!(Layout {
    Credentials = "credentials",
    BoardCertified = "board_certified",
    DecisionList = "decision_list",
    Notice = "notice",
    ProfessionalReview = "professional_review",
    Unknown = "unknown",
});
