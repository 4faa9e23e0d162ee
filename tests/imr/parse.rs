//! Invented letters with their expected records: `tests/letters/NAME.txt` and `tests/letters/NAME.json`.
//!
//! `UPDATE_EXPECTED=1 cargo test` writes the records anew; what changed is then seen in the diff.

use crate::parse_record;
use imr::letter::Layout;
use imr::parse::{CODES, parse};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[test]
fn invented_letters_give_their_records() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some_and(|v| v == "1");
    let mut differing = Vec::new();
    for name in names("txt") {
        let text = text(&name);
        let record = parse_record::parsed(&text, &parse(&text));
        let record = serde_json::to_string_pretty(&record).unwrap() + "\n";
        let expected = file(&name, "json");
        if update {
            std::fs::write(&expected, record).unwrap();
        } else if std::fs::read_to_string(&expected).ok().as_ref() != Some(&record) {
            differing.push(format!("{}: the record is now\n{record}", expected.display()));
        }
    }
    assert!(differing.is_empty(), "UPDATE_EXPECTED=1 writes them anew.\n{}", differing.join("\n"));
}

#[test]
fn every_expected_record_has_a_letter() {
    let stray: Vec<_> = names("json").difference(&names("txt")).cloned().collect();
    assert!(stray.is_empty(), "checked by nothing: {stray:?}");
}

#[test]
fn the_three_linearizations_of_a_letter_give_one_record() {
    for letter in ["credentials", "board_certified", "decision_list", "notice", "professional_review"] {
        let record = |form: &str| parse_record::letter(&parse(&text(&format!("{letter}_{form}"))).letter);
        assert_eq!(record("table"), record("rows"), "{letter}");
        assert_eq!(record("table"), record("columns"), "{letter}");
    }
}

#[test]
fn every_layout_has_eight_letters() {
    let mut letters: BTreeMap<Layout, usize> = BTreeMap::new();
    for name in names("txt") {
        *letters.entry(parse(&text(&name)).letter.layout).or_default() += 1;
    }
    for layout in Layout::ALL.iter().filter(|layout| **layout != Layout::Unknown) {
        assert!(letters.get(layout).is_some_and(|count| *count >= 8), "{layout}: {letters:?}");
    }
}

#[test]
fn every_code_is_listed_once_and_comes_up_in_a_letter() {
    let listed: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).collect();
    assert_eq!(listed.len(), CODES.len());
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for name in names("txt") {
        seen.extend(parse(&text(&name)).diagnostics.iter().map(|d| d.code.to_owned()));
    }
    let seen: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(seen, listed);
}

#[test]
fn an_unknown_layout_keeps_the_text_and_nothing_else() {
    for name in names("txt").iter().filter(|name| name.starts_with("unknown")) {
        let text = text(name);
        let record = parse_record::letter(&parse(&text).letter);
        assert_eq!(record["layout"], "unknown", "{name}");
        assert_eq!(record["text"], text.as_str(), "{name}");
        assert_eq!(record["issues"], Value::Array(Vec::new()), "{name}");
    }
}

/// The names of all letters (`txt`) or records (`json`).
pub fn names(extension: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let names = entries.filter(|path| path.extension().is_some_and(|e| e == extension));
    names.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// The text of a letter.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(file(name, "txt")).unwrap()
}

fn file(name: &str, extension: &str) -> PathBuf {
    folder().join(format!("{name}.{extension}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/letters")
}
