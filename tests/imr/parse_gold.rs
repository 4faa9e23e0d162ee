//! The published letters beside the repository, against their reference answers; skipped where they are absent.

use crate::parse_record;
use imr::parse::parse;
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The three ways in which pdftotext prints a table: kept, columns apart, and in the order of the file.
const LINEARIZATIONS: &[&[&str]] = &[&["-layout"], &[], &["-raw"]];

const FIELDS: &[&str] = &[
    "date_of_injury",
    "date_assigned",
    "decision_date",
    "ur_denial_date",
    "application_received",
    "licensure",
    "specialties",
    "age",
    "sex",
    "outcome",
];

#[test]
fn published_letters_give_the_reference_answers() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let Ok(gold) = std::fs::read_to_string(shared.join("gold/letters.jsonl")) else {
        eprintln!("skipped: no reference answers in {}", shared.display());
        return;
    };
    if Command::new("pdftotext").arg("-v").output().is_err() {
        eprintln!("skipped: pdftotext (poppler-utils) is not installed");
        return;
    }
    let gold: HashMap<String, Value> = gold
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|letter| (letter["case_number"].as_str().unwrap().to_owned(), letter))
        .collect();
    let mut misses = Vec::new();
    for options in LINEARIZATIONS {
        let mut seen = 0;
        for file in pdfs(&shared.join("letters")) {
            let output = Command::new("pdftotext").args(*options).arg(&file).arg("-").output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let record = parse_record::parsed(&text, &parse(&text));
            let case = record["case_number"].as_str().unwrap_or_default();
            match gold.get(case) {
                Some(want) => compare(want, &record, &mut |miss| misses.push(format!("{options:?} {case} {miss}"))),
                None => misses.push(format!("{options:?} {}: no such case: {case:?}", file.display())),
            }
            let errors = record["diagnostics"].as_array().unwrap().iter().filter(|d| d["severity"] != "info");
            misses.extend(errors.map(|d| format!("{options:?} {case} {d}")));
            seen += 1;
        }
        assert_eq!(seen, gold.len());
    }
    assert!(misses.is_empty(), "{} misses:\n{}", misses.len(), misses.join("\n"));
}

fn pdfs(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "pdf"));
    files.sort();
    files
}

fn compare(want: &Value, have: &Value, miss: &mut dyn FnMut(String)) {
    for field in FIELDS {
        if want[field] != have[field] {
            miss(format!("{field}: want {}, have {}", want[field], have[field]));
        }
    }
    same_text("clinical_summary", want, have, miss);
    let priority = want["priority"].as_str().map(str::to_lowercase);
    assert_eq!(priority.as_deref(), have["priority"].as_str());
    let (wanted, issues) = (want["issues"].as_array().unwrap(), have["issues"].as_array().unwrap());
    if wanted.len() != issues.len() {
        miss(format!("want {} issues, have {}", wanted.len(), issues.len()));
    }
    for (want, have) in wanted.iter().zip(issues) {
        if want["outcome"] != have["outcome"] {
            miss(format!("outcome: want {}, have {}", want["outcome"], have["outcome"]));
        }
        same_text("issue", want, have, miss);
        same_text("rationale", want, have, miss);
        for whose in ["guideline", "claims_guideline"] {
            let (want, have) = (&want[whose], &have[whose]);
            same_text("text", want, have, miss);
            let schedule = have["citations"].as_array().unwrap().iter().filter(|c| c["source"] == "mtus");
            let cited = schedule.map(|c| c["chapter"].clone());
            let chapters = Value::Array(cited.filter(|chapter| !chapter.is_null()).collect());
            if want["basis"] != have["basis"] || want["chapters"] != chapters {
                miss(format!("{whose}: want {want}, have {have}"));
            }
        }
    }
}

/// Long texts agree when their letters and digits do: text tools differ in spaces and hyphens.
fn same_text(field: &str, want: &Value, have: &Value, miss: &mut dyn FnMut(String)) {
    let key = |value: &Value| -> String {
        let text = value[field].as_str().unwrap_or_default().to_lowercase();
        text.chars().filter(char::is_ascii_alphanumeric).collect()
    };
    if key(want) != key(have) {
        miss(format!("{field}: want {}, have {}", want[field], have[field]));
    }
}
