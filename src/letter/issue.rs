//! One disputed treatment of a letter: what was requested, and how it was decided.

use super::names::names;
use super::{Date, Guideline};

/// One disputed treatment of a letter, with its decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issue {
    /// The place in the letter, from 1.
    pub number: u32,
    /// The heading as printed, without the outcome.
    pub issue: String,
    /// What the heading says of the request.
    pub request: Request,
    /// Upheld or overturned; `None` where the letter does not say it in words that are known.
    pub outcome: Option<Outcome>,
    /// The guideline that the reviewer relied on ("MAXIMUS guideline").
    pub guideline: Guideline,
    /// The guideline that the claims administrator relied on.
    pub claims_guideline: Guideline,
    /// Why the reviewer decided so.
    pub rationale: Option<String>,
    /// The pages that its texts stand on.
    pub pages: IssuePages,
}

/// The pages that the texts of an issue stand on, each in the order of the text; none where the letter has no page breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssuePages {
    /// Those of the heading.
    pub issue: Vec<PageStart>,
    /// Those of the reviewer's guideline.
    pub guideline: Vec<PageStart>,
    /// Those of the claims administrator's guideline.
    pub claims: Vec<PageStart>,
    /// Those of the rationale.
    pub rationale: Vec<PageStart>,
}

/// From where on a text stands on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PageStart {
    /// The first byte of the text on the page.
    pub from: usize,
    /// The page, from 1.
    pub page: u32,
}

impl Issue {
    /// What the reviewer decided on: what remains of the request after a partial authorization, or else the whole of it.
    pub fn disputed(&self) -> &str {
        self.request.disputed.as_deref().unwrap_or(&self.issue)
    }
}

/// A request taken apart. What the heading does not state is `None`, empty or false; nothing is worked out from it.
///
/// Quantities, body parts and the like are those of the disputed part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The original request, where the heading tells of a partial authorization.
    pub requested: Option<String>,
    /// What the claims administrator authorized of it.
    pub authorized: Option<String>,
    /// What remains in dispute.
    pub disputed: Option<String>,
    /// How many of the unit, as in `EIGHT (8) sessions` and `#60`.
    pub quantity: Option<u32>,
    /// What is counted, in the singular: `session`, `visit`, `tablet`, `unit`.
    pub unit: Option<String>,
    /// How often, as in `3 times a week`.
    pub frequency: Option<Frequency>,
    /// How long, as in `for 2 weeks` and `30 day rental`.
    pub duration: Option<Span>,
    /// The strength of a drug in lower case without blanks, such as `10/325mg` and `5%`.
    pub strength: Option<String>,
    /// Body parts by the names of `schema/body-parts.tsv`, in the order of the heading.
    pub body_parts: Vec<String>,
    /// The side of the body.
    pub side: Option<Side>,
    /// Whether the treatment was given before it was reviewed.
    pub retrospective: bool,
    /// When it was given, as far as the heading tells: one day, several, or the first and the last.
    pub dates_of_service: Vec<Date>,
    /// Whether it is a service that goes with a surgery ("Associated surgical service").
    pub associated: bool,
}

/// A number of times in a time; `low` and `high` differ in ranges such as "2-3 times a week".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frequency {
    /// The least number of times.
    pub low: u32,
    /// The greatest number of times.
    pub high: u32,
    /// The time in which.
    pub per: TimeUnit,
}

/// A length of time; `low` and `high` differ in ranges such as "4-6 weeks".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The least number of units.
    pub low: u32,
    /// The greatest number of units.
    pub high: u32,
    /// The unit.
    pub unit: TimeUnit,
}

/// The units of time that requests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeUnit {
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
    /// Years.
    Year,
}

/// A side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
    /// Both.
    Bilateral,
}

/// The decision on one issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The denial stands: the treatment is not medically necessary.
    Upheld,
    /// The denial is reversed: the treatment is medically necessary.
    Overturned,
}

names!(TimeUnit { Minute = "minute", Hour = "hour", Day = "day", Week = "week", Month = "month", Year = "year" });
names!(Side { Left = "left", Right = "right", Bilateral = "bilateral" });
names!(Outcome { Upheld = "upheld", Overturned = "overturned" });
