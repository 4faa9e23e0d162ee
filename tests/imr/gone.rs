//! An index in which documents are deleted: values, words and columns are of what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use imr::index::{Reader, analysis};
use imr::query::{self, Expr};
use imr::record::{IssueRecord, LetterRecord};
use imr::search::{self, Count, Request, Sort};
use proptest::prelude::*;

use crate::support::Folder;

/// Letters in several segments, of which some are gone.
pub struct Archive {
    folder: Folder,
    /// The index.
    pub reader: Reader,
    /// The whole letters that are left, in the order of their case numbers.
    pub letters: Vec<LetterRecord>,
    /// Those that are gone.
    gone: Vec<LetterRecord>,
}

/// The archive, which is made once.
pub fn archive() -> &'static Archive {
    static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
        let folder = Folder::new();
        let parsed = |below: &str| -> Vec<LetterRecord> {
            let lines = folder.imr(&["parse", below]).succeeds().out;
            let mut letters: Vec<LetterRecord> =
                lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            letters.sort_by_key(|letter| letter.facts.case_number);
            letters
        };
        for numbers in [1..=90, 91..=180, 181..=270] {
            folder.invent("letters", numbers);
            folder.imr(&["index", "letters"]).succeeds();
        }
        for letter in folder.invent("gone", (1..=270).step_by(9)) {
            std::fs::remove_file(folder.path().join("letters").join(letter.path("txt"))).unwrap();
        }
        folder.imr(&["index", "letters", "--prune"]).succeeds();
        let reader = Reader::open(&folder.path().join(".imr")).unwrap();
        let segments = reader.searcher().segment_readers();
        let deleted: Vec<u32> = segments.iter().map(|segment| segment.num_deleted_docs()).collect();
        assert!(deleted.iter().filter(|count| **count > 5).count() > 1, "{deleted:?}");
        let (letters, gone) = (parsed("letters"), parsed("gone"));
        Archive { folder, reader, letters, gone }
    });
    &ARCHIVE
}

/// The fields whose values are compared.
const FIELDS: [&str; 7] = ["outcome", "specialty", "state", "body", "drug", "sex", "layout"];

/// The values that an issue has of a field, as the records tell them.
fn values(letter: &LetterRecord, issue: &IssueRecord, field: &str) -> Vec<String> {
    let facts = &letter.facts;
    match field {
        "outcome" => issue.outcome.iter().map(ToString::to_string).collect(),
        "specialty" => facts.specialties_canonical.clone(),
        "state" => facts.licensure_canonical.clone(),
        "body" => issue.body_parts.clone(),
        "drug" => issue.drug.iter().cloned().collect(),
        "sex" => facts.sex.iter().map(ToString::to_string).collect(),
        "layout" => vec![facts.layout.to_string()],
        other => panic!("{other}"),
    }
}

/// How many issues and letters there are of which something holds.
fn counted(letters: &[LetterRecord], holds: impl Fn(&LetterRecord, &IssueRecord) -> bool) -> Count {
    let mut count = Count::default();
    for letter in letters {
        let issues = letter.issues.iter().filter(|issue| holds(letter, issue)).count() as u64;
        count.issues += issues;
        count.letters += u64::from(issues > 0);
    }
    count
}

/// All values of a field. One that no letter has any more is looked for by its words.
fn known(field: &str) -> Vec<String> {
    let of = |letter: &'static LetterRecord| letter.issues.iter().flat_map(move |issue| values(letter, issue, field));
    archive().letters.iter().flat_map(of).collect::<BTreeSet<_>>().into_iter().collect()
}

/// All texts of a letter.
fn all_texts(letter: &LetterRecord) -> Vec<&str> {
    let facts = &letter.facts;
    let of_letter = [facts.clinical_summary.as_deref(), letter.text.as_deref()].into_iter().flatten();
    let of_issue = |issue| {
        let IssueRecord { issue, rationale, guideline, claims_guideline, .. }: &IssueRecord = issue;
        let others = [rationale.as_deref(), guideline.text.as_deref(), claims_guideline.text.as_deref()];
        std::iter::once(issue.as_str()).chain(others.into_iter().flatten())
    };
    of_letter.chain(letter.issues.iter().flat_map(of_issue)).chain(facts.diagnoses.iter().map(String::as_str)).collect()
}

fn total(expr: Expr) -> Count {
    search::search(&archive().reader, &Request { limit: 0, ..Request::new(expr) }).unwrap().total
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_of_some_values_is_of_what_is_left(
        field in prop::sample::select(&FIELDS[..]),
        chosen in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        beside in prop::sample::select(vec!["", "rationale:the", "NOT lumbar"]),
    ) {
        let known = known(field);
        let chosen: BTreeSet<&String> = chosen.iter().map(|index| index.get(&known)).collect();
        let chosen: Vec<&String> = chosen.into_iter().collect();
        let filter = query::filter(field, &chosen).unwrap();
        let has = |letter: &LetterRecord, issue: &IssueRecord| {
            values(letter, issue, field).iter().any(|value| chosen.contains(&value))
        };
        let words = |text: &str| analysis::terms(text).into_iter().collect::<BTreeSet<_>>();
        if beside.is_empty() {
            prop_assert_eq!(total(filter), counted(&archive().letters, has), "{} {:?}", field, chosen);
        } else {
            let both = query::parse(beside).unwrap().expr.and(filter.clone());
            let found = search::search(&archive().reader, &Request { limit: 1000, ..Request::new(both) }).unwrap();
            prop_assert_eq!(found.hits.len() as u64, found.results);
            for hit in found.hits {
                let issue = hit.stored.issue.unwrap();
                prop_assert!(has(&hit.stored.letter, &issue));
                if beside.starts_with("rationale") {
                    prop_assert!(words(issue.rationale.as_deref().unwrap()).contains("the"));
                }
            }
        }
    }

    #[test]
    fn any_of_the_words_that_fit_a_pattern_is_of_what_is_left(
        letter in any::<prop::sample::Index>(),
        word in any::<prop::sample::Index>(),
        length in 2..5_usize,
    ) {
        let Archive { letters, gone, .. } = archive();
        let texts = |letters: &[LetterRecord]| -> Vec<String> {
            letters.iter().flat_map(|letter| &letter.issues).filter_map(|issue| issue.rationale.clone()).collect()
        };
        let all = [texts(letters), texts(gone)].concat();
        let words = analysis::words(letter.get(&all).as_str());
        let words: Vec<_> = words.iter().filter(|w| w.len() >= length && w.bytes().all(|b| b.is_ascii_lowercase())).collect();
        prop_assume!(!words.is_empty());
        let begin = &word.get(&words)[..length];
        // Words are searched by their stems, so that others with the same stem are found, too; and the words are those of all
        // texts that are left.
        let stems: BTreeSet<String> = letters.iter().flat_map(all_texts).flat_map(analysis::words).collect();
        let stems = stems.iter().filter(|word| word.starts_with(begin)).flat_map(|word| analysis::terms(word));
        // What was typed before the star is looked for as a word, too.
        let stems: BTreeSet<String> = stems.chain(analysis::terms(begin)).collect();
        let has = |_: &LetterRecord, issue: &IssueRecord| {
            let terms = analysis::terms(issue.rationale.as_deref().unwrap_or_default());
            terms.iter().any(|term| stems.contains(term))
        };
        let expr = query::parse(&format!("rationale:{begin}*")).unwrap().expr;
        prop_assert_eq!(total(expr), counted(letters, has), "{}", begin);
    }
}

#[test]
fn columns_count_what_is_left() {
    let Archive { folder, letters, .. } = archive();
    for field in FIELDS {
        let mut expected: BTreeMap<String, Count> = BTreeMap::new();
        for value in known(field) {
            let count = counted(letters, |letter, issue| values(letter, issue, field).contains(&value));
            if count.issues > 0 {
                expected.insert(value, count);
            }
        }
        let table = folder.imr(&["stats", "--by", field, "--format", "json"]).succeeds().json();
        let mut rows = BTreeMap::new();
        for row in table["rows"].as_array().unwrap() {
            let (issues, letters) = (row["issues"].as_u64().unwrap(), row["letters"].as_u64().unwrap());
            if let Some(value) = row[field].as_str().filter(|_| issues > 0) {
                rows.insert(value.to_owned(), Count { issues, letters });
            }
        }
        assert_eq!(rows, expected, "{field}");
    }
}

#[test]
fn columns_order_what_is_left() {
    let Archive { reader, letters, .. } = archive();
    let names = |sort: &str| -> Vec<(u64, u32)> {
        let sort = Sort::parse(sort).unwrap();
        let request = Request { limit: 10_000, sort, ..Request::new(query::parse("NOT layout:unknown").unwrap().expr) };
        let hits = search::search(reader, &request).unwrap().hits.into_iter();
        // Letters without a case number have an order that their digests make.
        let name = |hit: search::Hit| Some((hit.stored.letter.facts.case_number?.to_u64(), hit.stored.issue?.number));
        hits.filter_map(name).collect()
    };
    type Issues<'a> = Vec<(&'a LetterRecord, &'a IssueRecord)>;
    let expected = |order: &dyn Fn(&mut Issues)| -> Vec<(u64, u32)> {
        let issues = letters.iter().flat_map(|letter| letter.issues.iter().map(move |issue| (letter, issue)));
        let mut issues: Issues = issues.collect();
        order(&mut issues);
        let named =
            issues.iter().filter_map(|(letter, issue)| Some((letter.facts.case_number?.to_u64(), issue.number)));
        named.collect()
    };
    assert_eq!(names("case"), expected(&|_| {}));
    // What has no value comes last in either order.
    assert_eq!(names("age"), expected(&|all| all.sort_by_key(|(l, _)| (l.facts.age.is_none(), l.facts.age))));
    let latest = |all: &mut Issues| {
        all.sort_by_key(|(l, _)| std::cmp::Reverse(l.facts.decision_date));
    };
    assert_eq!(names("-decided"), expected(&latest));
    let drug = |all: &mut Issues| all.sort_by_key(|(_, i)| (i.drug.is_none(), i.drug.clone()));
    assert_eq!(names("drug"), expected(&drug));
}
