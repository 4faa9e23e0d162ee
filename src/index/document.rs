//! Records to documents: one for each issue, with the facts of its letter repeated.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use tantivy::TantivyDocument;
use tantivy::schema::{Document, Field};

use super::schema::IndexSchema;
use crate::letter::{CaseNumber, Source};
use crate::record::{IssueRecord, LetterFacts, LetterRecord};

/// Marks the identities of letters without a case number; all case numbers are below.
const WITHOUT_CASE: u64 = 1 << 63;

/// What tells one letter from all others: its case number, or for a letter without one its content.
///
/// Two files with the same identity are versions of one letter. Identities order as case numbers do.
pub fn letter_id(case: Option<CaseNumber>, digest: &[u8; 32]) -> u64 {
    match case {
        Some(case) => case.to_u64(),
        None => {
            let head = digest.first_chunk::<8>().copied().unwrap_or_default();
            WITHOUT_CASE | u64::from_be_bytes(head)
        }
    }
}

/// Something that lives as long as a document waits to be indexed, such as a share of a memory budget.
pub type Permit = Arc<dyn Any + Send + Sync>;

/// The document of one issue.
#[derive(Clone)]
pub struct IssueDocument {
    fields: TantivyDocument,
    _permit: Option<Permit>,
}

impl IssueDocument {
    /// The document as tantivy's own type.
    pub fn into_fields(self) -> TantivyDocument {
        self.fields
    }
}

impl fmt::Debug for IssueDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields.fmt(f)
    }
}

impl Document for IssueDocument {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.fields.iter_fields_and_values()
    }
}

/// The fields of a document, looked up once.
pub struct Documents {
    issue: Field,
    guideline: Field,
    rationale: Field,
    claims: Field,
    summary: Field,
    text: Field,
    category: Field,
    outcome: Field,
    basis: Field,
    chapter: Field,
    specialty: Field,
    state: Field,
    layout: Field,
    priority: Field,
    sex: Field,
    age: Field,
    decided: Field,
    injured: Field,
    assigned: Field,
    case: Field,
    path: Field,
    number: Field,
    issue_record: Field,
    letter_record: Field,
}

impl Documents {
    /// The fields of this schema.
    pub fn new(schema: &IndexSchema) -> Self {
        let field = |name| schema.field(name);
        Self {
            issue: field("issue"),
            guideline: field("guideline"),
            rationale: field("rationale"),
            claims: field("claims"),
            summary: field("summary"),
            text: field("text"),
            category: field("category"),
            outcome: field("outcome"),
            basis: field("basis"),
            chapter: field("chapter"),
            specialty: field("specialty"),
            state: field("state"),
            layout: field("layout"),
            priority: field("priority"),
            sex: field("sex"),
            age: field("age"),
            decided: field("decided"),
            injured: field("injured"),
            assigned: field("assigned"),
            case: field("case"),
            path: field("path"),
            number: schema.number,
            issue_record: schema.issue_record,
            letter_record: schema.letter_record,
        }
    }

    /// The documents of a letter, in the order of its issues. A letter without issues has one document.
    ///
    /// The permit is dropped when the last of them is in a segment.
    pub fn of(&self, record: &LetterRecord, id: u64, permit: Option<Permit>) -> Vec<IssueDocument> {
        let facts = &record.facts;
        let mut documents: Vec<_> =
            record.issues.iter().zip(1..).map(|(issue, number)| self.issue(facts, id, number, issue)).collect();
        if documents.is_empty() {
            documents.push(self.facts(facts, id, 0));
        }
        let first = &mut documents[0];
        if let Some(text) = &record.text {
            first.add_text(self.text, text);
        }
        first.add_bytes(self.letter_record, &stored_letter(record));
        documents.into_iter().map(|fields| IssueDocument { fields, _permit: permit.clone() }).collect()
    }

    fn facts(&self, facts: &LetterFacts, id: u64, number: u64) -> TantivyDocument {
        let mut doc = TantivyDocument::new();
        doc.add_u64(self.case, id);
        doc.add_u64(self.number, number);
        doc.add_text(self.path, &facts.path);
        doc.add_text(self.layout, facts.layout.name());
        if let Some(summary) = &facts.clinical_summary {
            doc.add_text(self.summary, summary);
        }
        for specialty in distinct(facts.specialties.iter().map(String::as_str)) {
            doc.add_text(self.specialty, specialty);
        }
        for state in distinct(facts.licensure.iter().map(String::as_str)) {
            doc.add_text(self.state, state);
        }
        if let Some(priority) = facts.priority {
            doc.add_text(self.priority, priority.name());
        }
        if let Some(sex) = facts.sex {
            doc.add_text(self.sex, sex.name());
        }
        if let Some(age) = facts.age {
            doc.add_u64(self.age, u64::from(age));
        }
        for (field, date) in [
            (self.decided, facts.decision_date),
            (self.injured, facts.date_of_injury),
            (self.assigned, facts.date_assigned),
        ] {
            if let Some(date) = date {
                doc.add_u64(field, date.to_u64());
            }
        }
        doc
    }

    fn issue(&self, facts: &LetterFacts, id: u64, number: u64, issue: &IssueRecord) -> TantivyDocument {
        let mut doc = self.facts(facts, id, number);
        doc.add_text(self.issue, &issue.issue);
        for (field, text) in [
            (self.guideline, &issue.guideline.text),
            (self.claims, &issue.claims_guideline.text),
            (self.rationale, &issue.rationale),
            (self.category, &issue.category),
        ] {
            if let Some(text) = text {
                doc.add_text(field, text);
            }
        }
        if let Some(outcome) = issue.outcome {
            doc.add_text(self.outcome, outcome.name());
        }
        if let Some(basis) = issue.guideline.basis {
            doc.add_text(self.basis, basis.name());
        }
        let schedule = issue.guideline.citations.iter().filter(|citation| citation.source == Source::Mtus);
        for chapter in distinct(schedule.filter_map(|citation| citation.chapter.as_deref())) {
            doc.add_text(self.chapter, chapter);
        }
        // A record of plain strings and numbers always serialises.
        doc.add_bytes(self.issue_record, &serde_json::to_vec(issue).unwrap_or_default());
        doc
    }
}

/// The letter's record without its issues, which are stored with their documents.
fn stored_letter(record: &LetterRecord) -> Vec<u8> {
    #[derive(serde::Serialize)]
    struct Stored<'a> {
        #[serde(flatten)]
        facts: &'a LetterFacts,
        issues: [(); 0],
        diagnostics: &'a [crate::record::DiagnosticRecord],
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    }
    let stored =
        Stored { facts: &record.facts, issues: [], diagnostics: &record.diagnostics, text: record.text.as_deref() };
    serde_json::to_vec(&stored).unwrap_or_default()
}

/// The values without repetitions, so that a value is counted once a document. There are few.
fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut seen: Vec<&str> = Vec::new();
    values.filter(move |value| {
        let new = !seen.contains(value);
        if new {
            seen.push(value);
        }
        new
    })
}
