//! The query engine agrees with a scan over records that knows nothing of indexes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use imr::index::{Reader, analysis};
use imr::record::LetterRecord;
use imr::search::{self, Facet, Request};
use proptest::prelude::*;

use crate::nearness::{Scan, Spot, spot};
use crate::support::Folder;

/// One document as a scan sees it: its words by field, its values, its numbers.
struct Scanned {
    name: String,
    words: BTreeMap<&'static str, Vec<String>>,
    texts: BTreeMap<&'static str, Scan>,
    values: BTreeMap<&'static str, Vec<String>>,
    age: Option<u64>,
}

struct Archive {
    _folder: Folder,
    reader: Reader,
    documents: Vec<Scanned>,
    /// Every word of the letters as it is written, lower case.
    forms: BTreeSet<String>,
}

/// The one text with several paragraphs.
const NOTE: &str = "A covering note about acupuncture of the lumbar spine.\n\nThe patient has pain in the spine, and visits of \
                    physical therapy. Injections are not given in the lumbar spine\n\nThe pain is not that of the patient.";

static ARCHIVE: LazyLock<Archive> = LazyLock::new(|| {
    let folder = Folder::new();
    folder.invent("letters", 1..=60);
    folder.write("letters/note.txt", NOTE);
    // Segments of several runs, with letters that are gone.
    folder.invent("gone", 61..=100);
    folder.write("gone/note.txt", "A covering note about injectables.");
    folder.imr(&["index", "letters", "gone", "--threads", "2"]).succeeds();
    std::fs::remove_dir_all(folder.path().join("gone")).unwrap();
    folder.invent("letters", 101..=120);
    folder.imr(&["index", "letters", "gone", "--prune"]).succeeds();
    let (mut documents, mut forms) = (Vec::new(), BTreeSet::new());
    for line in folder.imr(&["parse", "letters"]).succeeds().out.lines() {
        let record: LetterRecord = serde_json::from_str(line).unwrap();
        let facts = &record.facts;
        let mut of_letter = BTreeMap::from([
            ("summary", facts.clinical_summary.clone().unwrap_or_default()),
            ("text", record.text.clone().unwrap_or_default()),
        ]);
        let case = facts.case_number.map_or_else(|| "note".to_owned(), |c| c.to_string());
        let mut texts = Vec::new();
        for issue in &record.issues {
            let mut text = of_letter.clone();
            text.insert("issue", issue.issue.clone());
            text.insert("rationale", issue.rationale.clone().unwrap_or_default());
            text.insert("guideline", issue.guideline.text.clone().unwrap_or_default());
            text.insert("claims", issue.claims_guideline.text.clone().unwrap_or_default());
            let outcome = issue.outcome.map(|o| o.to_string());
            texts.push((format!("{case}/{}", issue.number), text, outcome, issue.category.clone(), issue.drug.clone()));
        }
        if texts.is_empty() {
            texts.push((case, std::mem::take(&mut of_letter), None, None, None));
        }
        for (name, text, outcome, category, drug) in texts {
            forms.extend(text.values().chain(&category).chain(&drug).flat_map(|text| analysis::words(text)));
            documents.push(Scanned {
                name,
                texts: text.iter().map(|(field, text)| (*field, Scan::of(text))).collect(),
                words: text.iter().map(|(field, text)| (*field, analysis::terms(text))).collect(),
                values: BTreeMap::from([
                    ("outcome", outcome.into_iter().collect()),
                    ("sex", facts.sex.iter().map(|s| s.to_string()).collect()),
                    ("priority", facts.priority.iter().map(|p| p.to_string()).collect()),
                    // The names of a category and a drug are words, too.
                    ("names", category.into_iter().chain(drug).collect()),
                ]),
                age: facts.age.map(u64::from),
            });
        }
    }
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    Archive { _folder: folder, reader, documents, forms }
});

/// A query as a tree, from which both the text and the answer come.
#[derive(Debug, Clone)]
enum Tree {
    Words(Option<&'static str>, &'static str),
    Begins(Option<&'static str>, &'static str),
    Value(&'static str, &'static str),
    Age(u64, u64),
    Has(&'static str),
    Near(Option<&'static str>, Spot),
    Not(Box<Tree>, &'static str),
    And(Vec<Tree>, &'static str),
    Or(Vec<Tree>, &'static str),
}

impl Tree {
    fn text(&self) -> String {
        let field = |field: &Option<&str>| field.map_or_else(String::new, |name| format!("{name}:"));
        let inner = |tree: &Tree| match tree {
            Tree::And(..) | Tree::Or(..) => format!("({})", tree.text()),
            tree => tree.text(),
        };
        match self {
            Tree::Words(name, words) => format!("{}\"{words}\"", field(name)),
            Tree::Begins(name, word) => format!("{}{word}*", field(name)),
            Tree::Value(name, value) => format!("{name}:{value}"),
            Tree::Age(first, last) => format!("age:{first}..{last}"),
            Tree::Has(name) => format!("{name}:*"),
            Tree::Near(name, spot) => format!("{}{}", field(name), spot.text()),
            Tree::Not(tree, sign) => format!("{sign}{}", inner(tree)),
            Tree::And(all, between) => all.iter().map(inner).collect::<Vec<_>>().join(between),
            Tree::Or(any, between) => any.iter().map(inner).collect::<Vec<_>>().join(between),
        }
    }

    fn matches(&self, doc: &Scanned) -> bool {
        let any_field = |name: &Option<&str>, has: &dyn Fn(&[String]) -> bool| {
            let names = doc.values["names"].iter().map(|value| analysis::terms(value));
            doc.words.iter().any(|(field, words)| name.is_none_or(|name| name == *field) && has(words))
                || (name.is_none() && names.into_iter().any(|words| has(&words)))
        };
        match self {
            // What is quoted stands in a text; names of categories and drugs are none.
            Tree::Words(name, words) => {
                let row = analysis::terms(words);
                let has = |words: &Vec<String>| words.windows(row.len()).any(|window| window == row);
                doc.words.iter().any(|(field, words)| name.is_none_or(|name| name == *field) && has(words))
            }
            Tree::Begins(name, word) => {
                let fit = fit(word);
                any_field(name, &|words| words.iter().any(|word| fit.contains(word)))
            }
            Tree::Value(name, value) => doc.values[name].iter().any(|have| have == value),
            Tree::Has(name) => doc.words.get(name).is_some_and(|words| !words.is_empty()),
            Tree::Near(Some(name), spot) => doc.texts.get(name).is_some_and(|text| !spot.places(text, &fit).is_empty()),
            Tree::Near(None, Spot::Row(words)) => Tree::Words(None, words).matches(doc),
            Tree::Near(None, Spot::Begins(word)) => Tree::Begins(None, word).matches(doc),
            Tree::Near(None, spot @ Spot::Any(any)) => match any.iter().all(|spot| matches!(spot, Spot::Near(..))) {
                true => doc.texts.values().any(|text| !spot.places(text, &fit).is_empty()),
                // Without nearness it is an `OR` of words, and names of categories and drugs have patterns, too.
                false => any.iter().any(|spot| Tree::Near(None, spot.clone()).matches(doc)),
            },
            Tree::Near(None, spot) => doc.texts.values().any(|text| !spot.places(text, &fit).is_empty()),
            Tree::Age(first, last) => doc.age.is_some_and(|age| (*first..=*last).contains(&age)),
            Tree::Not(tree, _) => !tree.matches(doc),
            Tree::And(all, _) => all.iter().all(|tree| tree.matches(doc)),
            Tree::Or(any, _) => any.iter().any(|tree| tree.matches(doc)),
        }
    }
}

/// The terms of the words that begin so.
fn fit(word: &str) -> BTreeSet<String> {
    let mut fit: BTreeSet<String> = analysis::terms(word).into_iter().collect();
    let forms = ARCHIVE.forms.iter().filter(|form| form.starts_with(word));
    fit.extend(forms.flat_map(|form| analysis::terms(form)));
    fit
}

fn tree() -> impl Strategy<Value = Tree> {
    let field =
        || prop::sample::select(vec![None, None, Some("issue"), Some("rationale"), Some("summary"), Some("text")]);
    let words = || {
        let words =
            vec!["lumbar", "pain", "physical therapy", "the patient", "MTUS", "visits", "spine", "injections", "not"];
        prop::sample::select(words)
    };
    let begins = || prop::sample::select(vec!["acup", "inject", "therap", "injections", "funct", "zzz", "documentat"]);
    let values = vec![("outcome", "upheld"), ("outcome", "overturned"), ("sex", "male"), ("priority", "expedited")];
    let leaf = prop_oneof![
        4 => (field(), words()).prop_map(|(field, words)| Tree::Words(field, words)),
        2 => (field(), begins()).prop_map(|(field, word)| Tree::Begins(field, word)),
        1 => prop::sample::select(values).prop_map(|(name, value)| Tree::Value(name, value)),
        4 => (field(), spot()).prop_map(|(field, spot)| Tree::Near(field, spot)),
        1 => prop::sample::select(vec!["rationale", "summary", "text", "guideline"]).prop_map(Tree::Has),
        1 => (18u64..60, 0u64..30).prop_map(|(first, more)| Tree::Age(first, first + more)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let some = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["NOT ", "-", "!"])).prop_map(|(t, s)| Tree::Not(Box::new(t), s)),
            (some(), prop::sample::select(vec![" ", " AND ", " && "])).prop_map(|(all, b)| Tree::And(all, b)),
            (some(), prop::sample::select(vec![" OR ", " || "])).prop_map(|(any, b)| Tree::Or(any, b)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn queries_find_what_a_scan_finds(tree in tree()) {
        let text = tree.text();
        // `-` before a `-` is no operator, and a person would not write it.
        prop_assume!(!["--", "!-", "-!", "!!"].iter().any(|twice| text.contains(twice)));
        let request = Request {
            limit: 1000,
            facets: Facet::parse_all(&["outcome", "sex"]).unwrap(),
            ..Request::new(imr::query::parse(&text).unwrap().expr)
        };
        let found = search::search(&ARCHIVE.reader, &request).unwrap();
        let name = |hit: &search::Hit| match (hit.stored.letter.facts.case_number, &hit.stored.issue) {
            (Some(case), Some(issue)) => format!("{case}/{}", issue.number),
            (Some(case), None) => case.to_string(),
            (None, _) => "note".to_owned(),
        };
        let hits: BTreeSet<String> = found.hits.iter().map(name).collect();
        let scanned: Vec<&Scanned> = ARCHIVE.documents.iter().filter(|doc| tree.matches(doc)).collect();
        let expected: BTreeSet<String> = scanned.iter().map(|doc| doc.name.clone()).collect();
        prop_assert_eq!(hits, expected, "{}", text);
        for facet in &found.facets {
            for row in &facet.rows {
                let has = |doc: &&&Scanned| match &row.values[0] {
                    Some(value) => doc.values[facet.by[0].as_str()].contains(value),
                    None => doc.values[facet.by[0].as_str()].is_empty(),
                };
                // Only issues are counted as such, which the note is not.
                let issues = scanned.iter().filter(has).filter(|doc| doc.name.contains('/')).count() as u64;
                prop_assert_eq!(row.count.issues, issues, "{} {:?}", text, row);
            }
        }
    }
}
