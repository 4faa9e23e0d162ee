//! The health of a corpus: how well letters were understood, by layout, by diagnostic, and by field and time.
//!
//! A new wording shows as a diagnostic or an empty field that was rare before, so the counts are kept by year or month
//! of decision. Records go in one by one; nothing of them is kept but counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::ENCODING_CODES;
use crate::error::{self, ErrorKind};
use crate::letter::{Date, Layout};
use crate::parse::{CODES, CONTRADICTIONS};
use crate::record::{IssueRecord, LetterRecord};

/// The category of a request that nothing is known of; as good as none.
const NO_CATEGORY: &str = "other/other";

/// A field whose filling is counted.
#[derive(Clone, Copy)]
pub struct FieldRule {
    /// The name in records; fields of issues begin with `issues.`.
    pub name: &'static str,
    filled: Filled,
}

#[derive(Clone, Copy)]
enum Filled {
    Letter(fn(&LetterRecord) -> bool),
    Issue(fn(&IssueRecord) -> bool),
}

impl FieldRule {
    /// Whether it is a field of issues; otherwise it is one of letters.
    pub fn is_of_issues(&self) -> bool {
        matches!(self.filled, Filled::Issue(_))
    }

    /// How many values the field could have in a letter, and how many it has.
    fn count(&self, record: &LetterRecord) -> Share {
        match self.filled {
            Filled::Letter(filled) => Share { filled: u64::from(filled(record)), total: 1 },
            Filled::Issue(filled) => Share {
                filled: record.issues.iter().filter(|issue| filled(issue)).count() as u64,
                total: record.issues.len() as u64,
            },
        }
    }
}

/// The fields that every letter should have, in the order of the record.
pub const FIELDS: &[FieldRule] = &[
    letter("case_number", |r| r.facts.case_number.is_some()),
    letter("date_of_injury", |r| r.facts.date_of_injury.is_some()),
    letter("date_assigned", |r| r.facts.date_assigned.is_some()),
    letter("decision_date", |r| r.facts.decision_date.is_some()),
    letter("ur_denial_date", |r| r.facts.ur_denial_date.is_some()),
    letter("application_received", |r| r.facts.application_received.is_some()),
    letter("priority", |r| r.facts.priority.is_some()),
    letter("licensure", |r| !r.facts.licensure.is_empty()),
    letter("specialties", |r| !r.facts.specialties.is_empty()),
    letter("age", |r| r.facts.age.is_some()),
    letter("sex", |r| r.facts.sex.is_some()),
    letter("outcome", |r| r.facts.outcome.is_some()),
    letter("clinical_summary", |r| r.facts.clinical_summary.is_some()),
    letter("issues", |r| !r.issues.is_empty()),
    issue("issues.issue", |i| !i.issue.is_empty()),
    issue("issues.category", |i| i.category.as_deref().is_some_and(|category| category != NO_CATEGORY)),
    issue("issues.outcome", |i| i.outcome.is_some()),
    issue("issues.guideline", |i| i.guideline.text.is_some()),
    issue("issues.guideline.basis", |i| i.guideline.basis.is_some()),
    issue("issues.claims_guideline", |i| i.claims_guideline.text.is_some()),
    issue("issues.claims_guideline.basis", |i| i.claims_guideline.basis.is_some()),
    issue("issues.rationale", |i| i.rationale.is_some()),
];

const fn letter(name: &'static str, filled: fn(&LetterRecord) -> bool) -> FieldRule {
    FieldRule { name, filled: Filled::Letter(filled) }
}

const fn issue(name: &'static str, filled: fn(&IssueRecord) -> bool) -> FieldRule {
    FieldRule { name, filled: Filled::Issue(filled) }
}

/// The time that counts are kept by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// The year of the decision.
    #[default]
    Year,
    /// The month of the decision.
    Month,
}

impl Period {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
        }
    }

    fn of(self, date: Date) -> String {
        match self {
            Self::Year => format!("{:04}", date.year()),
            Self::Month => format!("{:04}-{:02}", date.year(), date.month()),
        }
    }
}

/// How many values there are of how many there could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Values that are there.
    pub filled: u64,
    /// Values that could be there.
    pub total: u64,
}

impl Share {
    /// The part that is there, from 0 to 1; `None` where there could be nothing.
    pub fn part(self) -> Option<f64> {
        (self.total > 0).then(|| self.filled as f64 / self.total as f64)
    }

    fn add(&mut self, other: Self) {
        self.filled += other.filled;
        self.total += other.total;
    }
}

/// How often a diagnostic came up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeCount {
    /// The most severe that it was: `error`, `warning` or `info`.
    pub severity: String,
    /// Letters that have it.
    pub letters: u64,
    /// How often it came up in all.
    pub times: u64,
}

/// The letters decided in one year or month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodHealth {
    /// The letters.
    pub letters: u64,
    /// The filling of [`FIELDS`], in their order.
    pub fields: Vec<Share>,
    /// Letters with a diagnostic, by its code.
    pub codes: BTreeMap<String, u64>,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The time that counts are kept by.
    pub period: Period,
    /// Letters, those of unknown layout among them.
    pub letters: u64,
    /// Issues.
    pub issues: u64,
    /// Letters in which parts contradict each other.
    pub contradictory: u64,
    /// Letters of each layout, all layouts in their order.
    pub layouts: Vec<(Layout, u64)>,
    /// Diagnostics by code.
    pub codes: BTreeMap<String, CodeCount>,
    /// Files that could not be read, by the code of the error.
    pub failed: BTreeMap<String, u64>,
    /// Counts by time of decision; what tells no decision date is under `None`. Letters of unknown layout are left out.
    pub periods: BTreeMap<Option<String>, PeriodHealth>,
}

impl Health {
    /// Nothing counted yet.
    pub fn new(period: Period) -> Self {
        Self {
            period,
            letters: 0,
            issues: 0,
            contradictory: 0,
            layouts: Layout::ALL.iter().map(|layout| (*layout, 0)).collect(),
            codes: BTreeMap::new(),
            failed: BTreeMap::new(),
            periods: BTreeMap::new(),
        }
    }

    /// Counts a letter.
    pub fn add(&mut self, record: &LetterRecord) {
        let facts = &record.facts;
        self.letters += 1;
        self.issues += record.issues.len() as u64;
        for (layout, letters) in &mut self.layouts {
            *letters += u64::from(*layout == facts.layout);
        }
        let mut codes = BTreeSet::new();
        for diagnostic in &record.diagnostics {
            let new = codes.insert(diagnostic.code.as_str());
            let count = self.codes.entry(diagnostic.code.clone()).or_insert_with(|| CodeCount {
                severity: diagnostic.severity.clone(),
                letters: 0,
                times: 0,
            });
            // "error", "warning" and "info" do not order as they matter.
            if rank(&diagnostic.severity) < rank(&count.severity) {
                count.severity.clone_from(&diagnostic.severity);
            }
            count.letters += u64::from(new);
            count.times += 1;
        }
        self.contradictory += u64::from(codes.iter().any(|code| is_contradiction(code)));
        if facts.layout == Layout::Unknown {
            return;
        }
        let period = facts.decision_date.map(|date| self.period.of(date));
        let period = self.periods.entry(period).or_insert_with(|| PeriodHealth {
            letters: 0,
            fields: vec![Share::default(); FIELDS.len()],
            codes: BTreeMap::new(),
        });
        period.letters += 1;
        for (share, field) in period.fields.iter_mut().zip(FIELDS) {
            share.add(field.count(record));
        }
        for code in codes {
            *period.codes.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// Counts a file that could not be read. The code is that of the error.
    pub fn add_failure(&mut self, code: &str) {
        *self.failed.entry(code.to_owned()).or_default() += 1;
    }

    /// The filling of a field over all periods. The place is that in [`FIELDS`].
    pub fn field(&self, place: usize) -> Share {
        let mut all = Share::default();
        for share in self.periods.values().filter_map(|period| period.fields.get(place)) {
            all.add(*share);
        }
        all
    }
}

fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}

/// Whether a diagnostic says that two parts of a letter contradict each other.
pub fn is_contradiction(code: &str) -> bool {
    CONTRADICTIONS.contains(&code)
}

/// The codes that letters can have, each with its meaning.
fn codes() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    CODES.iter().chain(ENCODING_CODES)
}

/// What a code means; empty for one that is not known.
pub fn meaning(code: &str) -> &'static str {
    codes().find(|(known, _)| *known == code).map_or("", |(_, meaning)| *meaning)
}

/// Which letters to name.
#[derive(Clone)]
pub enum Behind {
    /// Those of a layout.
    Layout(Layout),
    /// Those with a diagnostic of this code.
    Code(String),
    /// Those of known layout in which a field, or the field of an issue, is empty.
    Missing(FieldRule),
    /// Those in which parts contradict each other.
    Contradictions,
    /// Files that could not be read, for this reason.
    Failed(ErrorKind),
}

/// Why a letter is listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The name that was asked for, as [`Behind::parse`] knows it.
    pub what: String,
    /// What was found.
    pub text: String,
}

/// The errors that reading a file can end with.
const FAILURES: [ErrorKind; 11] = [
    ErrorKind::Io,
    ErrorKind::NotFound,
    ErrorKind::Empty,
    ErrorKind::Binary,
    ErrorKind::TooLarge,
    ErrorKind::PdfDamaged,
    ErrorKind::PdfEncrypted,
    ErrorKind::PdfNoText,
    ErrorKind::PdfLimit,
    ErrorKind::PdfTime,
    ErrorKind::Panic,
];

impl Behind {
    /// What is asked for by a name: a layout, a code, `missing:FIELD`, or `contradictions`.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "contradictions" {
            return Some(Self::Contradictions);
        }
        if let Some(field) = name.strip_prefix("missing:") {
            return FIELDS.iter().find(|rule| rule.name == field).map(|rule| Self::Missing(*rule));
        }
        if let Ok(layout) = name.strip_prefix("layout:").unwrap_or(name).parse() {
            return Some(Self::Layout(layout));
        }
        if let Some((code, _)) = codes().find(|(code, _)| *code == name) {
            return Some(Self::Code((*code).to_owned()));
        }
        FAILURES.into_iter().find(|kind| kind.code() == name).map(Self::Failed)
    }

    /// The names that [`Behind::parse`] knows.
    pub fn names() -> Vec<String> {
        let layouts = Layout::ALL.iter().map(|layout| layout.name().to_owned());
        let codes = codes().map(|(code, _)| (*code).to_owned());
        let fields = FIELDS.iter().map(|rule| format!("missing:{}", rule.name));
        let failures = FAILURES.iter().map(|kind| kind.code().to_owned());
        layouts.chain(["contradictions".to_owned()]).chain(codes).chain(fields).chain(failures).collect()
    }

    /// The known names most like one that is not known, the likest first.
    pub fn nearest(name: &str) -> Vec<String> {
        let known = Self::names();
        error::nearest(name, known.iter().map(String::as_str)).into_iter().map(str::to_owned).collect()
    }

    /// The name that was asked for.
    fn name(&self) -> String {
        match self {
            Self::Layout(layout) => layout.name().to_owned(),
            Self::Code(code) => code.clone(),
            Self::Missing(rule) => format!("missing:{}", rule.name),
            Self::Contradictions => "contradictions".to_owned(),
            Self::Failed(kind) => kind.code().to_owned(),
        }
    }

    /// The reason to list a file that could not be read, if it is one of them.
    pub fn failure(&self, code: &str, text: &str) -> Option<Reason> {
        let is_one = matches!(self, Self::Failed(kind) if kind.code() == code);
        is_one.then(|| Reason { what: self.name(), text: text.to_owned() })
    }

    /// Why a letter is one of them, a line for each reason; empty if it is none.
    pub fn reasons(&self, record: &LetterRecord) -> Vec<Reason> {
        let texts = self.texts(record).into_iter();
        texts.map(|text| Reason { what: self.name(), text }).collect()
    }

    fn texts(&self, record: &LetterRecord) -> Vec<String> {
        let of_codes = |wanted: &dyn Fn(&str) -> bool| {
            let found = record.diagnostics.iter().filter(|d| wanted(&d.code));
            found.map(|d| d.message.clone()).collect()
        };
        match self {
            Self::Layout(layout) if *layout == record.facts.layout => {
                // The opening words tell what kind of text an unknown one is.
                let text = record.text.as_deref().map(opening).filter(|text| !text.is_empty());
                vec![text.unwrap_or_else(|| format!("the layout is {layout}"))]
            }
            Self::Layout(_) | Self::Failed(_) => Vec::new(),
            Self::Code(code) => of_codes(&|c| c == code),
            Self::Contradictions => of_codes(&is_contradiction),
            Self::Missing(_) if record.facts.layout == Layout::Unknown => Vec::new(),
            Self::Missing(FieldRule { filled: Filled::Letter(filled), name }) => match filled(record) {
                true => Vec::new(),
                false => vec![format!("{name} is empty")],
            },
            Self::Missing(FieldRule { filled: Filled::Issue(filled), .. }) => {
                let empty = record.issues.iter().filter(|issue| !filled(issue));
                empty.map(|issue| format!("issue {}: {}", issue.number, issue.issue)).collect()
            }
        }
    }
}

/// The first words of a text.
fn opening(text: &str) -> String {
    text.split_whitespace().take(16).collect::<Vec<_>>().join(" ")
}
