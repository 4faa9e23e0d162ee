//! The documents that are sent: an issue with the facts of its letter, and its words as terms made here.
//!
//! Engines differ in how they make words of a text and in what they know of English, so nothing that is searched is left to
//! them. For each text `X` there is `X_terms`: the terms of the index here, in their order, separated by blanks, each of
//! which is one position to any engine that parts texts at white space. A text with several values has [`GAP`] between two of
//! them, so that no phrase goes from one to the next. Words of a query become terms in the same way.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::fields::{
    DAY, HAS, ID, KEY, LETTER, NUMBER, ORDER, PERIODS, RECORD, SAME_RATIONALE, SEVERAL, TERMS, VERSION, WORDS, has_key,
    terms_field,
};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{
    AGE_BANDS, Documents, FieldDef, FieldKind, IndexSchema, PlainValue, StoredIssue, analysis, letter_id, name_terms,
};
use crate::record::{IssueRecord, LetterRecord};

/// The version of what is sent of a letter. A change of it sends all letters anew.
const FORMAT: u32 = 1;

/// What stands in the place of no term: between two values of a text, and where a run of letters is too long to be one. To
/// engines that part texts at white space and to those that know words it is a term, and no query asks for it.
pub const GAP: &str = "x_x";
/// What tells a letter from all others, as the index here knows it.
pub fn identity(letter: &LetterRecord) -> u64 {
    let mut digest = [0; 32];
    let hex = letter.facts.digest.as_bytes();
    for (byte, pair) in digest.iter_mut().zip(hex.chunks(2)) {
        *byte = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or(0);
    }
    letter_id(letter.facts.case_number, &digest)
}

/// The name of a letter there: its case number, or what its digest begins with.
pub fn letter_name(identity: u64) -> String {
    match crate::letter::CaseNumber::from_u64(identity) {
        Some(case) => case.to_string(),
        None => format!("x-{identity:016x}"),
    }
}

/// The letter of a name that [`letter_name`] gives.
pub fn letter_of_name(name: &str) -> Option<u64> {
    match name.strip_prefix("x-") {
        Some(hex) if hex.len() == 16 => {
            u64::from_str_radix(hex, 16).ok().filter(|n| letter_name(*n).eq_ignore_ascii_case(name))
        }
        Some(_) => None,
        None => name.parse::<crate::letter::CaseNumber>().ok().map(crate::letter::CaseNumber::to_u64),
    }
}

/// The id of a document.
pub fn document_id(identity: u64, number: u64) -> String {
    format!("{}/{number}", letter_name(identity))
}

/// The digest of all that is sent of a letter, and of the way in which it becomes documents.
pub fn version(letter: &LetterRecord) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("{FORMAT} {}\n", IndexSchema::get().format).as_bytes());
    // A record of plain strings and numbers always serialises.
    hasher.update(&serde_json::to_vec(letter).unwrap_or_default());
    hasher.finalize().as_bytes().first_chunk::<16>().copied().unwrap_or_default()
}

/// A digest in letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The documents of a letter, in the order of its issues.
pub fn documents(letter: &LetterRecord, version: &[u8; 16]) -> Vec<Map<String, Value>> {
    static DOCUMENTS: LazyLock<Documents> = LazyLock::new(|| Documents::new(IndexSchema::get()));
    let id = identity(letter);
    let of_letter = OfLetter::new(letter, id, version);
    let made = DOCUMENTS.of(letter.clone(), id, letter.facts.path.as_bytes(), None);
    let issues = letter.issues.iter().map(Some).chain(std::iter::repeat(None));
    let documents = made.iter().zip(issues);
    let mut documents: Vec<_> =
        documents.map(|(document, issue)| of_letter.document(&document.plain_values(), issue)).collect();
    if let Some(first) = documents.first_mut() {
        first.insert(WORDS.to_owned(), json!(words(letter)));
    }
    documents
}

/// What the documents of a letter have in common.
struct OfLetter<'a> {
    letter: &'a LetterRecord,
    name: String,
    order: u64,
    version: String,
    summary_terms: Option<String>,
    diagnosis_terms: Option<String>,
    text_terms: Option<String>,
}

impl<'a> OfLetter<'a> {
    fn new(letter: &'a LetterRecord, id: u64, version: &[u8; 16]) -> Self {
        let diagnoses = letter.facts.diagnoses.iter().map(String::as_str);
        // Numbers of more bits than a double has are not kept by every engine; these stand behind all cases.
        let order = if letter.facts.case_number.is_some() { id } else { 1_000_000_000 + (id << 1 >> 13) };
        Self {
            letter,
            name: letter_name(id),
            order,
            version: hex(version),
            summary_terms: letter.facts.clinical_summary.as_deref().and_then(|text| terms([text])),
            diagnosis_terms: terms(diagnoses),
            text_terms: letter.text.as_deref().and_then(|text| terms([text])),
        }
    }

    fn document(&self, values: &[(&str, PlainValue)], issue: Option<&IssueRecord>) -> Map<String, Value> {
        let number = issue.map_or(0, |issue| u64::from(issue.number));
        let mut document = Map::new();
        let mut has: Vec<&str> = Vec::new();
        document.insert(ID.to_owned(), json!(format!("{}/{number}", self.name)));
        document.insert(LETTER.to_owned(), json!(self.name));
        document.insert(NUMBER.to_owned(), json!(number));
        document.insert(ORDER.to_owned(), json!(self.order));
        for (def, _) in IndexSchema::get().fields() {
            let before = document.len();
            match def.kind {
                FieldKind::Text => self.text(def, issue, &mut document),
                _ => plain(def, values, &mut document),
            }
            // A text without words has no value here.
            let is_there = match def.kind {
                FieldKind::Text => document.contains_key(&format!("{}{TERMS}", def.name)),
                _ => document.len() > before,
            };
            if is_there {
                has.push(&def.name);
            }
        }
        periods(values, &mut document);
        document.insert(HAS.to_owned(), json!(has));
        let same = values.iter().find(|(name, _)| *name == crate::index::SAME_RATIONALE);
        if let Some((_, PlainValue::Number(same))) = same {
            document.insert(SAME_RATIONALE.to_owned(), json!(format!("{same:016x}")));
        }
        document.insert(VERSION.to_owned(), json!(self.version));
        document.insert(RECORD.to_owned(), json!(record(self.letter, issue)));
        document
    }

    fn text(&self, def: &FieldDef, issue: Option<&IssueRecord>, document: &mut Map<String, Value>) {
        let facts = &self.letter.facts;
        let of_issue = |text: Option<&'a str>| (text.map(Value::from), text.and_then(|text| terms([text])));
        let issue = issue.and_then(|issue| self.letter.issues.iter().find(|own| own.number == issue.number));
        let (value, terms) = match def.name.as_str() {
            "issue" => of_issue(issue.map(|issue| issue.issue.as_str())),
            "guideline" => of_issue(issue.and_then(|issue| issue.guideline.text.as_deref())),
            "claims" => of_issue(issue.and_then(|issue| issue.claims_guideline.text.as_deref())),
            "rationale" => of_issue(issue.and_then(|issue| issue.rationale.as_deref())),
            "summary" => (facts.clinical_summary.as_deref().map(Value::from), self.summary_terms.clone()),
            "text" => (self.letter.text.as_deref().map(Value::from), self.text_terms.clone()),
            "diagnosis" => {
                let all = (!facts.diagnoses.is_empty()).then(|| json!(facts.diagnoses));
                (all, self.diagnosis_terms.clone())
            }
            // A test holds that there are no others.
            _ => (None, None),
        };
        document.extend(value.map(|value| (def.name.clone(), value)));
        document.extend(terms.map(|terms| (format!("{}{TERMS}", def.name), Value::from(terms))));
    }
}

/// The words of all texts of a letter before they are stemmed, each once.
fn words(letter: &LetterRecord) -> BTreeSet<String> {
    let facts = &letter.facts;
    let of_letter = [letter.text.as_deref(), facts.clinical_summary.as_deref()].into_iter().flatten();
    let of_issues = letter.issues.iter().flat_map(|issue| {
        let texts =
            [issue.guideline.text.as_deref(), issue.claims_guideline.text.as_deref(), issue.rationale.as_deref()];
        texts.into_iter().flatten().chain([issue.issue.as_str()])
    });
    let texts = of_letter.chain(facts.diagnoses.iter().map(String::as_str)).chain(of_issues);
    texts.flat_map(analysis::words).collect()
}

/// The terms of texts, with a gap between two of them; `None` where there are none.
fn terms<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    joined(texts.into_iter().map(terms_in_place))
}

/// The terms of a text, with gaps where a run of letters is too long to be a term and has a place.
fn terms_in_place(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    analysis::tokens(text, &mut |token| {
        // The ends of sentences stand in the place of the word before them.
        if token.offset_from < token.offset_to {
            while terms.len() < token.position {
                terms.push(GAP.to_owned());
            }
            terms.push(token.text.clone());
        }
    });
    terms
}

fn joined(texts: impl IntoIterator<Item = Vec<String>>) -> Option<String> {
    let mut all = String::new();
    for terms in texts {
        for (place, term) in terms.iter().enumerate() {
            if !all.is_empty() {
                all.push(' ');
                if place == 0 {
                    all.push_str(GAP);
                    all.push(' ');
                }
            }
            all.extend(term.chars().filter(|c| !c.is_whitespace()));
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Puts the values of a field that is no text into a document.
fn plain(def: &FieldDef, values: &[(&str, PlainValue)], document: &mut Map<String, Value>) {
    let own = values.iter().filter(|(name, _)| *name == def.name).map(|(_, value)| value);
    let several = SEVERAL.contains(&def.name.as_str());
    let mut keywords: Vec<&str> = Vec::new();
    for value in own {
        match value {
            PlainValue::Keyword(value) => keywords.push(value),
            PlainValue::Number(number) => numbered(def, *number, document),
        }
    }
    if keywords.is_empty() {
        return;
    }
    let list = |values: Vec<String>| match several || def.kind == FieldKind::Hierarchy {
        true => json!(values),
        false => json!(values.first()),
    };
    match several {
        true => document.insert(def.name.clone(), json!(keywords)),
        false => document.insert(def.name.clone(), json!(keywords[0])),
    };
    if let Some(field) = terms_field(def)
        && let Some(terms) = joined(keywords.iter().map(|value| name_terms(value)))
    {
        document.insert(field, json!(terms));
    }
    if has_key(def) {
        let folded = keywords.iter().flat_map(|value| match def.kind {
            FieldKind::Hierarchy => levels(&analysis::fold(value)),
            _ => vec![analysis::fold(value)],
        });
        document.insert(format!("{}{KEY}", def.name), list(folded.collect()));
    }
}

/// A value and each above it, the highest first.
fn levels(value: &str) -> Vec<String> {
    let ends = value.match_indices(analysis::LEVEL).map(|(at, _)| at).chain([value.len()]);
    ends.filter(|end| *end > 0).map(|end| value[..end].to_owned()).collect()
}

/// Puts a number, a day or a case into a document.
fn numbered(def: &FieldDef, number: u64, document: &mut Map<String, Value>) {
    match def.kind {
        FieldKind::Date => {
            if let Some(date) = crate::letter::Date::from_u64(number) {
                document.insert(def.name.clone(), json!(date.to_string()));
                document.insert(format!("{}{DAY}", def.name), json!(number));
            }
        }
        FieldKind::Case => {
            if let Some(case) = crate::letter::CaseNumber::from_u64(number) {
                document.insert(def.name.clone(), json!(case.to_string()));
                document.insert("case_number".to_owned(), json!(number));
            }
        }
        _ => {
            document.insert(def.name.clone(), json!(number));
        }
    }
}

/// Puts what is counted, and is no value of its own, into a document.
fn periods(values: &[(&str, PlainValue)], document: &mut Map<String, Value>) {
    let number = |field: &str| {
        values.iter().find_map(|(name, value)| match value {
            PlainValue::Number(number) if *name == field => Some(*number),
            _ => None,
        })
    };
    let first = |field: &str| {
        values.iter().find_map(|(name, value)| match value {
            PlainValue::Keyword(value) if *name == field => Some(value.as_str()),
            _ => None,
        })
    };
    for (name, field, period) in PERIODS {
        document.extend(number(field).map(|day| (name.to_owned(), json!(period.name(day)))));
    }
    let group = first("category").and_then(|category| category.split(analysis::LEVEL).next());
    document.extend(group.map(|group| ("category_group".to_owned(), json!(group))));
    document.extend(first("specialty").map(|value| ("first_specialty".to_owned(), json!(value))));
    let band = number("age").and_then(|age| AGE_BANDS.iter().find(|(low, high, _)| (*low..=*high).contains(&age)));
    document.extend(band.map(|(.., name)| ("age_band".to_owned(), json!(name))));
}

/// The records of an issue and its letter as JSON, without the texts that fields of their own hold.
fn record(letter: &LetterRecord, issue: Option<&IssueRecord>) -> String {
    let mut facts = letter.facts.clone();
    facts.clinical_summary = None;
    facts.diagnoses = Vec::new();
    let letter = LetterRecord { facts, issues: Vec::new(), diagnostics: letter.diagnostics.clone(), text: None };
    let issue = issue.map(|issue| {
        let mut issue = issue.clone();
        issue.issue = String::new();
        issue.guideline.text = None;
        issue.claims_guideline.text = None;
        issue.rationale = None;
        issue
    });
    json!({"letter": letter, "issue": issue}).to_string()
}

/// The records that a document was made of, from its `_source`: the letter without its issues, and the issue.
///
/// # Errors
/// [`ErrorKind::Remote`] for a document that this program did not send.
pub fn stored(source: &Value) -> Result<StoredIssue> {
    #[derive(serde::Deserialize)]
    struct Records {
        letter: LetterRecord,
        issue: Option<IssueRecord>,
    }
    // Some engines give each value of a document as a list.
    let one = |name: &str| match source.get(name) {
        Some(Value::Array(values)) => values.first(),
        other => other,
    };
    let text = |name: &str| one(name).and_then(Value::as_str).map(str::to_owned);
    let foreign = || {
        Error::new(ErrorKind::Remote, "a document of the index there was not sent by this program")
            .with_hint("publish into an index of its own, made by `imr remote init`")
    };
    let json = text(RECORD).ok_or_else(foreign)?;
    let Records { mut letter, issue } = serde_json::from_str(&json).map_err(|error| foreign().with_source(error))?;
    letter.facts.clinical_summary = text("summary");
    letter.text = text("text");
    letter.facts.diagnoses = match source.get("diagnosis") {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    };
    let issue = issue.map(|mut issue| {
        issue.issue = text("issue").unwrap_or_default();
        issue.guideline.text = text("guideline");
        issue.claims_guideline.text = text("claims");
        issue.rationale = text("rationale");
        issue
    });
    Ok(StoredIssue { letter, issue })
}
