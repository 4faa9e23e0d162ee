//! Issues as they are exported: the request taken apart and classified, and its decision.

use serde::{Deserialize, Serialize};

use super::{GuidelineRecord, PagesRecord, printed};
use crate::classify::{Reason, classify, explain};
use crate::letter::{Date, Frequency, Issue, Outcome, Request, Side, Span, TimeUnit};

/// One disputed treatment as it is exported. What the heading does not state is null.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IssueRecord {
    /// The place in the letter, from 1.
    pub number: u32,
    /// The heading as printed, without the outcome.
    pub issue: String,
    /// The original request, where the heading tells of a partial authorization.
    pub requested: Option<String>,
    /// What the claims administrator authorized of it.
    pub authorized: Option<String>,
    /// What remains in dispute.
    pub disputed: Option<String>,
    /// The service category: `schema/categories.tsv` has them all.
    pub category: Option<String>,
    /// How sure the category is, in percent.
    pub category_confidence: Option<u8>,
    /// Why the category; only where an explanation was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_reason: Option<Vec<ReasonRecord>>,
    /// The group of a drug.
    pub drug_group: Option<String>,
    /// The generic name of a drug.
    pub drug: Option<String>,
    /// How many of the unit.
    pub quantity: Option<u32>,
    /// What is counted, in the singular.
    pub unit: Option<String>,
    /// How often.
    pub frequency: Option<FrequencyRecord>,
    /// How long.
    pub duration: Option<SpanRecord>,
    /// The strength of a drug.
    pub strength: Option<String>,
    /// The body parts named in the heading.
    pub body_parts: Vec<String>,
    /// The side of the body.
    #[serde(with = "printed::option")]
    pub side: Option<Side>,
    /// True if the treatment was given before it was reviewed.
    pub retrospective: Option<bool>,
    /// When it was given.
    #[serde(with = "printed::list")]
    pub dates_of_service: Vec<Date>,
    /// True if it is a service that goes with a surgery.
    pub associated: Option<bool>,
    /// Upheld or overturned.
    #[serde(with = "printed::option")]
    pub outcome: Option<Outcome>,
    /// The guideline that the reviewer relied on.
    pub guideline: GuidelineRecord,
    /// The guideline that the claims administrator relied on.
    pub claims_guideline: GuidelineRecord,
    /// Why the reviewer decided so.
    pub rationale: Option<String>,
    /// The pages that its texts stand on; only where the letter has page breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<PagesRecord>,
}

/// One term of the category tables in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonRecord {
    /// The term as it is compared: lower case, singular, without marks.
    pub term: String,
    /// The table in `schema/`.
    pub table: String,
    /// The line of the table, from 1.
    pub line: usize,
    /// What the term stands for.
    pub category: String,
    /// Its weight in the table.
    pub weight: u8,
    /// What is left of the weight in this place.
    pub score: u32,
    /// `winner`, `counted`, `context`, `within` or `condition`.
    pub verdict: String,
}

/// A number of times in a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrequencyRecord {
    /// The least number of times.
    pub low: u32,
    /// The greatest number of times; the same as `low` unless a range is given.
    pub high: u32,
    /// The time in which.
    #[serde(with = "printed")]
    pub per: TimeUnit,
}

/// A length of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpanRecord {
    /// The least number of units.
    pub low: u32,
    /// The greatest number of units; the same as `low` unless a range is given.
    pub high: u32,
    /// The unit.
    #[serde(with = "printed")]
    pub unit: TimeUnit,
}

impl From<Issue> for IssueRecord {
    fn from(issue: Issue) -> Self {
        let class = classify(issue.disputed());
        let Issue { number, issue, request, outcome, guideline, claims_guideline, rationale, pages } = issue;
        let Request {
            requested,
            authorized,
            disputed,
            quantity,
            unit,
            frequency,
            duration,
            strength,
            body_parts,
            side,
            retrospective,
            dates_of_service,
            associated,
        } = request;
        Self {
            number,
            issue,
            requested,
            authorized,
            disputed,
            category: Some(class.category.to_owned()),
            category_confidence: Some(class.confidence),
            category_reason: None,
            drug_group: class.drug_group.map(str::to_owned),
            drug: class.drug.map(str::to_owned),
            quantity,
            unit,
            frequency: frequency.map(FrequencyRecord::from),
            duration: duration.map(SpanRecord::from),
            strength,
            body_parts,
            side,
            retrospective: retrospective.then_some(true),
            dates_of_service,
            associated: associated.then_some(true),
            outcome,
            guideline: guideline.into(),
            claims_guideline: claims_guideline.into(),
            rationale,
            pages: PagesRecord::of(pages),
        }
    }
}

impl IssueRecord {
    /// Adds why the category is what it is.
    pub fn explain(&mut self) {
        let disputed = self.disputed.as_deref().unwrap_or(&self.issue);
        self.category_reason = Some(explain(disputed).reasons.into_iter().map(ReasonRecord::from).collect());
    }
}

impl From<Reason> for ReasonRecord {
    fn from(reason: Reason) -> Self {
        let Reason { term, table, line, category, weight, score, verdict } = reason;
        let (table, category, verdict) = (table.to_owned(), category.to_owned(), verdict.name().to_owned());
        Self { term, table, line, category, weight, score, verdict }
    }
}

impl From<Frequency> for FrequencyRecord {
    fn from(Frequency { low, high, per }: Frequency) -> Self {
        Self { low, high, per }
    }
}

impl From<Span> for SpanRecord {
    fn from(Span { low, high, unit }: Span) -> Self {
        Self { low, high, unit }
    }
}
