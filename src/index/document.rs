//! Records to documents: one for each issue, with the facts of its letter repeated.

use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::iter::Empty;
use std::sync::Arc;

use tantivy::TantivyDocument;
use tantivy::schema::Field;
use tantivy::schema::document::{Document, ReferenceValue, ReferenceValueLeaf, Value};

use super::analysis;
use super::forms;
use super::same;
use super::schema::IndexSchema;
use super::stored::{self, Stored};
use crate::letter::{CaseNumber, Source};
use crate::record::{CitationRecord, DiagnosticRecord, GuidelineRecord, IssueRecord, LetterFacts, LetterRecord};

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
///
/// The texts of a letter are many times the rest of it: they are read where its record held them.
#[derive(Clone)]
pub struct IssueDocument {
    letter: Arc<Letter>,
    /// Its place among the letter's documents.
    place: usize,
    own: TantivyDocument,
    /// What is stored with it: its issue, and with the first one its letter.
    records: Records,
    _permit: Option<Permit>,
}

/// Records as they are stored, with their fields.
type Records = Vec<(Field, Vec<u8>)>;

/// What a document has of its own: small values, and records.
type Own = (TantivyDocument, Records);

/// What the documents of a letter have in common.
struct Letter {
    facts: TantivyDocument,
    fields: TextFields,
    texts: Texts,
}

/// The texts of a letter, taken out of its record. The rest of that is many small pieces of memory, which the thread
/// that made them gives back faster than the one that builds the segment.
struct Texts {
    text: Option<String>,
    summary: Option<String>,
    diagnoses: Vec<String>,
    issues: Vec<IssueTexts>,
}

struct IssueTexts {
    issue: String,
    guideline: Option<String>,
    claims: Option<String>,
    rationale: Option<String>,
}

impl fmt::Debug for IssueDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter_fields_and_values()).finish()
    }
}

impl Document for IssueDocument {
    type Value<'a> = FieldValue<'a>;
    type FieldsValuesIter<'a> = Box<dyn Iterator<Item = (Field, FieldValue<'a>)> + 'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let Letter { facts, fields, texts } = &*self.letter;
        let small = facts.iter_fields_and_values().chain(self.own.iter_fields_and_values());
        // What the letter has once stands with its first document.
        let first = (self.place == 0).then(|| fields.of_letter(texts)).into_iter().flatten();
        let issue = texts.issues.get(self.place).map(|issue| fields.of_issue(issue)).into_iter().flatten();
        let is_last = self.place + 1 >= texts.issues.len();
        let forms = (fields.forms, if is_last { forms::LETTER_ENDS } else { forms::DOCUMENT_ENDS });
        let texts = first.chain(issue).chain([forms]);
        let small = small.map(|(field, value)| (field, FieldValue::Small(value)));
        let records = self.records.iter().map(|(field, record)| (*field, FieldValue::Bytes(record)));
        Box::new(small.chain(records).chain(texts.map(|(field, text)| (field, FieldValue::Text(text)))))
    }
}

/// A value of a document.
#[derive(Debug, Clone)]
pub enum FieldValue<'a> {
    /// A text of the letter's record.
    Text(&'a str),
    /// A record as it is stored.
    Bytes(&'a [u8]),
    /// Anything else.
    Small(<TantivyDocument as Document>::Value<'a>),
}

impl<'a> Value<'a> for FieldValue<'a> {
    type ArrayIter = Empty<Self>;
    type ObjectIter = Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match self {
            Self::Text(text) => ReferenceValueLeaf::Str(text),
            Self::Bytes(bytes) => ReferenceValueLeaf::Bytes(bytes),
            // No field holds a list or an object.
            Self::Small(value) => value.as_leaf().unwrap_or(ReferenceValueLeaf::Null),
        })
    }
}

/// The fields of texts.
#[derive(Clone, Copy)]
struct TextFields {
    issue: Field,
    guideline: Field,
    claims: Field,
    rationale: Field,
    summary: Field,
    diagnosis: Field,
    text: Field,
    forms: Field,
}

impl TextFields {
    fn of_letter<'a>(&self, letter: &'a Texts) -> impl Iterator<Item = (Field, &'a str)> + use<'a> {
        let Self { text, summary, diagnosis, .. } = *self;
        let texts = [(text, &letter.text), (summary, &letter.summary)];
        let texts = texts.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
        texts.chain(letter.diagnoses.iter().map(move |text| (diagnosis, text.as_str())))
    }

    fn of_issue<'a>(&self, issue: &'a IssueTexts) -> impl Iterator<Item = (Field, &'a str)> + use<'a> {
        let texts = [
            (self.issue, Some(issue.issue.as_str())),
            (self.guideline, issue.guideline.as_deref()),
            (self.claims, issue.claims.as_deref()),
            (self.rationale, issue.rationale.as_deref()),
        ];
        texts.into_iter().filter_map(|(field, text)| Some((field, text?)))
    }
}

/// The most text that the documents of one letter may hold, in bytes; in memory they are some times as large. The
/// longest of the published letters come to some 2 MB.
pub const MAX_DOCUMENT_BYTES: u64 = 32 << 20;

/// How much text the documents of a letter will hold, in bytes: what is indexed with each of them counts for each.
pub fn document_bytes(record: &LetterRecord) -> u64 {
    let length = |text: &Option<String>| text.as_ref().map_or(0, |t| t.len() as u64);
    let total = |texts: &[String]| texts.iter().map(|text| text.len() as u64).sum::<u64>();
    let facts = &record.facts;
    let repeated = total(&facts.specialties) + total(&facts.licensure);
    let of_letter = length(&record.text) + length(&facts.clinical_summary) + total(&facts.diagnoses);
    let issues = record.issues.iter().map(|issue| {
        let texts = [&issue.guideline.text, &issue.claims_guideline.text, &issue.rationale];
        issue.issue.len() as u64 + texts.into_iter().map(length).sum::<u64>()
    });
    repeated.saturating_mul(record.issues.len().max(1) as u64) + of_letter + issues.sum::<u64>()
}

/// A path as a term, each path another one: paths that differ only in bytes that are no UTF-8 look the same in records,
/// and would be deleted together. No path holds a NUL.
pub(super) fn path_term(key: &[u8]) -> String {
    let mut term = String::with_capacity(key.len());
    for chunk in key.utf8_chunks() {
        term.push_str(chunk.valid());
        for byte in chunk.invalid() {
            term.push_str(&format!("\0{byte:02x}"));
        }
    }
    term
}

/// The fields of a document, looked up once.
pub struct Documents {
    texts: TextFields,
    category: Field,
    drug_group: Field,
    drug: Field,
    body: Field,
    side: Field,
    retrospective: Field,
    associated: Field,
    outcome: Field,
    basis: Field,
    chapter: Field,
    source: Field,
    claims_chapter: Field,
    specialty: Field,
    state: Field,
    layout: Field,
    priority: Field,
    sex: Field,
    age: Field,
    decided: Field,
    injured: Field,
    assigned: Field,
    denied: Field,
    requests: Field,
    same_guideline: Field,
    case: Field,
    path: Field,
    number: Field,
    same_rationale: Field,
    issue_record: Field,
    letter_record: Field,
}

impl Documents {
    /// The fields of this schema.
    pub fn new(schema: &IndexSchema) -> Self {
        let field = |name| schema.field(name);
        Self {
            texts: TextFields {
                issue: field("issue"),
                guideline: field("guideline"),
                claims: field("claims"),
                rationale: field("rationale"),
                summary: field("summary"),
                diagnosis: field("diagnosis"),
                text: field("text"),
                forms: schema.forms,
            },
            category: field("category"),
            drug_group: field("drug_group"),
            drug: field("drug"),
            body: field("body"),
            side: field("side"),
            retrospective: field("retrospective"),
            associated: field("associated"),
            outcome: field("outcome"),
            basis: field("basis"),
            chapter: field("chapter"),
            source: field("source"),
            claims_chapter: field("claims_chapter"),
            specialty: field("specialty"),
            state: field("state"),
            layout: field("layout"),
            priority: field("priority"),
            sex: field("sex"),
            age: field("age"),
            decided: field("decided"),
            injured: field("injured"),
            assigned: field("assigned"),
            denied: field("denied"),
            requests: field("requests"),
            same_guideline: field("same_guideline"),
            case: field("case"),
            path: field("path"),
            number: schema.number,
            same_rationale: schema.same_rationale,
            issue_record: schema.issue_record,
            letter_record: schema.letter_record,
        }
    }

    /// The documents of a letter, in the order of its issues. A letter without issues has one document. `key` is the path
    /// as the manifest keeps it.
    ///
    /// The permit is dropped when the last of them is in a segment.
    pub fn of(&self, record: LetterRecord, id: u64, key: &[u8], permit: Option<Permit>) -> Vec<IssueDocument> {
        let LetterRecord { mut facts, issues, diagnostics, text } = record;
        let mut common = self.facts(&facts, id, key);
        common.add_u64(self.requests, issues.len() as u64);
        let (mut own, issues): (Vec<_>, Vec<_>) =
            issues.into_iter().zip(1..).map(|(issue, number)| self.issue(number, issue)).unzip();
        if own.is_empty() {
            let mut only = TantivyDocument::new();
            only.add_u64(self.number, 0);
            own.push((only, Vec::new()));
        }
        let mut texts = Texts { text, summary: facts.clinical_summary.take(), diagnoses: Vec::new(), issues };
        own[0].1.push((self.letter_record, stored_letter(&facts, &diagnostics, &texts)));
        texts.diagnoses = facts.diagnoses;
        let letter = Arc::new(Letter { facts: common, fields: self.texts, texts });
        let document = |(place, (own, records))| {
            let (letter, _permit) = (letter.clone(), permit.clone());
            IssueDocument { letter, place, own, records, _permit }
        };
        own.into_iter().enumerate().map(document).collect()
    }

    fn facts(&self, facts: &LetterFacts, id: u64, key: &[u8]) -> TantivyDocument {
        let mut doc = TantivyDocument::new();
        doc.add_u64(self.case, id);
        doc.add_text(self.path, path_term(key));
        doc.add_text(self.layout, facts.layout.name());
        keywords(&mut doc, self.specialty, or(&facts.specialties_canonical, &facts.specialties));
        keywords(&mut doc, self.state, or(&facts.licensure_canonical, &facts.licensure));
        keywords(&mut doc, self.priority, facts.priority.map(|v| v.name()));
        keywords(&mut doc, self.sex, facts.sex.map(|v| v.name()));
        if let Some(age) = facts.age {
            doc.add_u64(self.age, u64::from(age));
        }
        for (field, date) in [
            (self.decided, facts.decision_date),
            (self.injured, facts.date_of_injury),
            (self.assigned, facts.date_assigned),
            (self.denied, facts.ur_denial_date),
        ] {
            if let Some(date) = date {
                doc.add_u64(field, date.to_u64());
            }
        }
        doc
    }

    /// The document's own values and its record, and its texts.
    fn issue(&self, number: u64, mut issue: IssueRecord) -> (Own, IssueTexts) {
        let mut doc = TantivyDocument::new();
        doc.add_u64(self.number, number);
        let yes_or_no = |told: Option<bool>| if told == Some(true) { "yes" } else { "no" };
        keywords(&mut doc, self.category, issue.category.as_deref());
        keywords(&mut doc, self.drug_group, issue.drug_group.as_deref());
        keywords(&mut doc, self.drug, issue.drug.as_deref());
        keywords(&mut doc, self.body, issue.body_parts.iter().map(String::as_str));
        keywords(&mut doc, self.side, issue.side.map(|v| v.name()));
        keywords(&mut doc, self.retrospective, [yes_or_no(issue.retrospective)]);
        keywords(&mut doc, self.associated, [yes_or_no(issue.associated)]);
        keywords(&mut doc, self.outcome, issue.outcome.map(|v| v.name()));
        keywords(&mut doc, self.basis, issue.guideline.basis.map(|v| v.name()));
        keywords(&mut doc, self.source, issue.guideline.citations.iter().map(|c| c.source.name()));
        keywords(&mut doc, self.chapter, chapters(&issue.guideline));
        keywords(&mut doc, self.claims_chapter, chapters(&issue.claims_guideline));
        let same = same_guideline(&issue.guideline, &issue.claims_guideline);
        keywords(&mut doc, self.same_guideline, same.map(|same| if same { "yes" } else { "no" }));
        if let Some(same) = same::rationale(&issue) {
            doc.add_u64(self.same_rationale, same);
        }
        let [rationale, guideline, claims] = issue.texts().map(Option::take);
        let record = stored::pack(&issue, [&rationale, &guideline, &claims].map(|text| text.as_deref()));
        let texts = IssueTexts { issue: issue.issue, guideline, claims, rationale };
        ((doc, vec![(self.issue_record, record)]), texts)
    }
}

/// The chapters of the MTUS that a guideline names.
fn chapters(guideline: &GuidelineRecord) -> impl Iterator<Item = &str> {
    guideline.citations.iter().filter(|c| c.source == Source::Mtus).filter_map(|c| c.chapter.as_deref())
}

/// Whether two sides cited a guideline in common: the same chapter, title or regulation of one body, or the body alone
/// where one side names no more of it. `None` where one of them cited none.
fn same_guideline(one: &GuidelineRecord, other: &GuidelineRecord) -> Option<bool> {
    let fold = |text: &Option<String>| text.as_deref().map(analysis::fold);
    let part = |c: &CitationRecord| fold(&c.chapter).or_else(|| fold(&c.name)).or_else(|| fold(&c.regulation));
    let is_same = |a: &CitationRecord, b: &CitationRecord| match (part(a), part(b)) {
        _ if a.source != b.source => false,
        (Some(a), Some(b)) => a == b,
        // Of what is no body of guidelines nothing is known.
        _ => a.source != Source::Other,
    };
    let cited = !one.citations.is_empty() && !other.citations.is_empty();
    cited.then(|| one.citations.iter().any(|a| other.citations.iter().any(|b| is_same(a, b))))
}

/// The canonical values, or as printed where none are known.
fn or<'a>(canonical: &'a [String], printed: &'a [String]) -> impl Iterator<Item = &'a str> {
    let values = if canonical.is_empty() { printed } else { canonical };
    values.iter().map(String::as_str)
}

/// Adds values without repetitions, also in another spelling, so that a value is counted once a document.
fn keywords<'a>(doc: &mut TantivyDocument, field: Field, values: impl IntoIterator<Item = &'a str>) {
    let mut values = values.into_iter();
    let Some(first) = values.next() else { return };
    doc.add_text(field, first);
    // Most fields have one value, which need not be compared with any.
    let mut seen: Option<HashSet<String>> = None;
    for value in values {
        let seen = seen.get_or_insert_with(|| HashSet::from([analysis::fold(first)]));
        if seen.insert(analysis::fold(value)) {
            doc.add_text(field, value);
        }
    }
}

/// The record of a letter that has left its texts, without its issues, which are stored with their documents.
fn stored_letter(facts: &LetterFacts, diagnostics: &[DiagnosticRecord], texts: &Texts) -> Vec<u8> {
    #[derive(serde::Serialize)]
    struct Rest<'a> {
        #[serde(flatten)]
        facts: &'a LetterFacts,
        issues: [(); 0],
        diagnostics: &'a [DiagnosticRecord],
    }
    stored::pack(&Rest { facts, issues: [], diagnostics }, [&texts.summary, &texts.text].map(|text| text.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_another_term() {
        assert_eq!(path_term("letters/ä.txt".as_bytes()), "letters/ä.txt");
        let (one, other) = (path_term(b"a\xff.txt"), path_term(b"a\xfe.txt"));
        assert_ne!(one, other);
        assert_ne!(one, path_term("a\u{fffd}.txt".as_bytes()));
        assert_ne!(one, path_term(b"aff.txt"));
    }

    #[test]
    fn what_the_letter_has_once_is_held_and_counts_once() {
        let mut record = LetterRecord::default();
        record.facts.clinical_summary = Some("x".repeat(1000));
        record.facts.specialties = vec!["z".repeat(100)];
        record.issues = (0..50).map(|_| IssueRecord { issue: "y".repeat(10), ..IssueRecord::default() }).collect();
        assert_eq!(document_bytes(&record), 50 * 100 + 1000 + 50 * 10);
        let schema = IndexSchema::get();
        let documents = Documents::new(schema).of(record, 1, b"a.txt", None);
        assert!(documents.iter().all(|d| Arc::ptr_eq(&d.letter, &documents[0].letter)));
        let summary = schema.field("summary");
        let with_summary = |d: &IssueDocument| d.iter_fields_and_values().any(|(field, _)| field == summary);
        assert_eq!(documents.iter().map(with_summary).collect::<Vec<_>>(), [vec![true], vec![false; 49]].concat());
    }
}
