//! Counts equal what is known of invented letters, and output is the same however the index came about.
//!
//! `IMR_LARGE=1` takes 20,000 letters instead of 1,500.

use std::fs;

use serde_json::Value;

use crate::invented::{Facts, Letter};
use crate::support::Folder;

fn many() -> u64 {
    if std::env::var_os("IMR_LARGE").is_some() { 20_000 } else { 1_500 }
}

const DIMENSIONS: [&str; 12] = [
    "outcome",
    "basis",
    "category",
    "specialty",
    "state",
    "layout",
    "year",
    "month",
    "priority",
    "sex",
    "age_band",
    "chapter",
];

/// Searches whose output must not depend on how the index was built.
const QUERIES: [&[&str]; 9] = [
    &["acupuncture upheld MTUS", "--limit", "50", "--facets", "specialty,year,chapter"],
    &["lumbar", "--limit", "200"],
    &["the", "--limit", "30", "--offset", "20"],
    &["\"physical therapy\" OR opioid", "--limit", "50"],
    &["issue:mri NOT cervical", "--limit", "50"],
    &["", "--limit", "40"],
    &["", "--limit", "40", "--sort", "-decided"],
    &["pain", "--limit", "40", "--sort", "decided", "--outcome", "overturned"],
    &["layout:unknown", "--limit", "40", "--sort", "case"],
];

fn answers(folder: &Folder, index: &str) -> Vec<String> {
    let search =
        |query: &&[&str]| folder.imr(&[&["search", "--index", index, "--format", "json"], *query].concat()).out;
    let stats = |by: &&str| folder.imr(&["stats", "--index", index, "--by", by, "--format", "json"]).succeeds().out;
    QUERIES.iter().map(search).chain(DIMENSIONS.iter().map(stats)).collect()
}

/// The rows of a table by one dimension as the maker of letters tells them: value to issues and letters.
fn known(facts: &Facts, dimension: &str) -> Vec<(Option<String>, u64, u64)> {
    let mut rows: Vec<_> = facts.by[dimension]
        .iter()
        .map(|(value, count)| ((value != "null").then(|| value.clone()), count.issues, count.letters))
        .filter(|(_, issues, _)| *issues > 0)
        .collect();
    rows.sort();
    rows
}

fn counted(table: &Value, dimension: &str) -> Vec<(Option<String>, u64, u64)> {
    let n = |row: &Value, name: &str| row[name].as_u64().unwrap();
    let rows = table["rows"].as_array().unwrap().iter();
    let rows = rows.map(|r| (r[dimension].as_str().map(str::to_owned), n(r, "issues"), n(r, "letters")));
    let mut rows: Vec<_> = rows.filter(|(_, issues, _)| *issues > 0).collect();
    rows.sort();
    rows
}

#[test]
fn counts_equal_the_known_facts_at_any_number_of_threads() {
    let folder = Folder::new();
    let mut facts = Facts::default();
    for letter in folder.invent("letters", 1..=many()) {
        facts.add(&letter);
    }
    let mut first: Option<Vec<String>> = None;
    for threads in ["1", "2", "8"] {
        let index = format!("index{threads}");
        let run = folder.imr(&["index", "letters", "--index", &index, "--threads", threads, "--format", "json"]);
        let report = run.succeeds().json();
        assert_eq!(report["letters"], facts.letters);
        assert_eq!(report["issues"], facts.issues);
        assert_eq!(report["unknown_layout"], facts.unknown_layout);
        for dimension in DIMENSIONS {
            let run = folder.imr(&["stats", "--index", &index, "--by", dimension, "--format", "json"]).succeeds();
            assert_eq!(counted(&run.json(), dimension), known(&facts, dimension), "by {dimension}, {threads} threads");
            assert_eq!(run.json()["total"]["issues"], facts.issues);
        }
        for (two, expected) in &facts.by_two {
            let Some((a, b)) = two.split_once('_') else { continue };
            let by = format!("{a},{b}");
            let run = folder.imr(&["stats", "--index", &index, "--by", &by, "--format", "json"]).succeeds();
            let rows = run.json()["rows"].as_array().unwrap().clone();
            for row in &rows {
                let name = |field: &str| row[field].as_str().unwrap_or("null").to_owned();
                let count = expected[&name(a)][&name(b)];
                assert_eq!(
                    (row["issues"].clone(), row["letters"].clone()),
                    (count.issues.into(), count.letters.into())
                );
            }
            assert_eq!(rows.len(), expected.values().map(|m| m.len()).sum::<usize>());
        }
        for (word, expected) in &facts.words {
            let query = format!("issue:{word}");
            let run = folder.imr(&["search", &query, "--exact", "--index", &index, "--count", "--format", "json"]);
            assert_eq!(run.json()["total"]["issues"], expected.count.issues, "{word}");
        }
        let answers = answers(&folder, &index);
        match &first {
            None => first = Some(answers),
            Some(first) => assert_eq!(first, &answers, "{threads} threads"),
        }
    }
}

#[test]
fn an_index_grown_and_mended_answers_as_a_new_one() {
    let letters = many() / 3;
    let folder = Folder::new();
    folder.invent("letters", 1..=letters);
    folder.imr(&["index", "letters", "--index", "new"]).succeeds();
    let expected = answers(&folder, "new");
    // Grown in pieces, with letters that come, change and go.
    let other = Folder::new();
    other.invent("letters", (1..=letters).step_by(2));
    other.imr(&["index", "letters", "--index", "grown"]).succeeds();
    let strangers = other.invent("letters", letters + 1..=letters + 40);
    let text = Letter::invent(7, letters + 50).to_text(crate::invented::Linearization::Pairs);
    other.write(&format!("letters/{}", Letter::invent(7, 1).path("txt")), text);
    other.imr(&["index", "letters", "--index", "grown"]).succeeds();
    for stranger in strangers {
        fs::remove_file(other.path().join("letters").join(stranger.path("txt"))).unwrap();
    }
    other.invent("letters", 1..=letters);
    other.imr(&["index", "letters", "--index", "grown", "--prune"]).succeeds();
    assert_eq!(answers(&other, "grown"), expected);
}

#[test]
fn words_and_values_of_letters_that_are_gone_fit_nothing() {
    let folder = Folder::new();
    folder.write("letters/gone.txt", "A covering note about injectables.");
    // So many more that the segment is not merged for the sake of one.
    for note in 0..20 {
        folder.write(&format!("letters/{note}.txt"), format!("Covering note {note} about injections."));
    }
    let index = || folder.imr(&["index", "letters", "--threads", "1", "--prune"]).succeeds();
    index();
    folder.imr(&["search", "injectab*"]).succeeds();
    std::fs::remove_file(folder.path().join("letters/gone.txt")).unwrap();
    index();
    // "injectables" and "injections" have one stem.
    folder.imr(&["search", "injectables"]).succeeds();
    folder.imr(&["search", "injectab*"]).ends_with(1).says(&["no word of the letters fits `injectab*`"]);
}
