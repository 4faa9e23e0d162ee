//! `imr check`: its counts are those of a naive pass over the records, and the letters behind each can be listed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::Folder;

/// An archive with letters of two layouts, letters of unknown layout, and one with faults.
fn archive() -> Folder {
    let folder = Folder::new();
    folder.invent("letters", 1..=120);
    folder.write("letters/note.txt", "A cover note of the clerk, with no decision in it.");
    folder.write("letters/empty.txt", "");
    let faulty = include_str!("../letters/headings_missing.txt");
    folder.write("letters/faulty.txt", faulty);
    folder
}

fn records(folder: &Folder) -> Vec<Value> {
    folder.imr(&["parse", "letters"]).out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn codes(record: &Value) -> impl Iterator<Item = &str> {
    record["diagnostics"].as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap())
}

#[test]
fn the_counts_are_those_of_a_naive_pass() {
    let folder = archive();
    let records = records(&folder);
    let health = folder.imr(&["check", "letters", "--format", "json"]).succeeds().says(&["empty.txt"]).json();
    assert_eq!(health["letters"], records.len());
    assert_eq!(health["failed"], serde_json::json!([{"code": "empty", "files": 1}]));
    for layout in health["layouts"].as_array().unwrap() {
        let letters = records.iter().filter(|r| r["layout"] == layout["layout"]).count();
        assert_eq!(layout["letters"], letters, "{layout}");
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for code in records.iter().flat_map(codes) {
        *times.entry(code).or_default() += 1;
    }
    let counted = health["diagnostics"].as_array().unwrap();
    assert_eq!(counted.len(), times.len());
    for diagnostic in counted {
        let code = diagnostic["code"].as_str().unwrap();
        assert_eq!(diagnostic["times"], times[code], "{code}");
        assert_eq!(diagnostic["letters"], records.iter().filter(|r| codes(r).any(|c| c == code)).count(), "{code}");
        assert!(!diagnostic["meaning"].as_str().unwrap().is_empty(), "{code}");
    }
    let known: Vec<_> = records.iter().filter(|r| r["layout"] != "unknown").collect();
    let field = |name: &str| health["fields"].as_array().unwrap().iter().find(|f| f["field"] == name).unwrap().clone();
    for name in ["age", "priority", "decision_date", "clinical_summary"] {
        let field = field(name);
        assert_eq!(field["total"], known.len(), "{name}");
        assert_eq!(field["filled"], known.iter().filter(|r| !r[name].is_null()).count(), "{name}");
        for period in field["periods"].as_array().unwrap() {
            let of_year = |r: &&&Value| match period["period"].as_str() {
                Some(year) => r["decision_date"].as_str().is_some_and(|date| date.starts_with(year)),
                None => r["decision_date"].is_null(),
            };
            let there: Vec<_> = known.iter().filter(of_year).collect();
            assert_eq!(period["total"], there.len(), "{name} {period}");
            assert_eq!(period["filled"], there.iter().filter(|r| !r[name].is_null()).count(), "{name} {period}");
        }
    }
    let issues: Vec<_> = known.iter().flat_map(|r| r["issues"].as_array().unwrap()).collect();
    let rationale = field("issues.rationale");
    assert_eq!(rationale["total"], issues.len());
    assert_eq!(rationale["filled"], issues.iter().filter(|i| !i["rationale"].is_null()).count());
}

#[test]
fn an_index_is_as_healthy_as_its_archive() {
    let folder = archive();
    folder.imr(&["index", "letters"]).succeeds();
    for by in ["year", "month"] {
        let of_archive = folder.imr(&["check", "letters", "--by", by, "--format", "json"]).succeeds().json();
        let of_index = folder.imr(&["check", "--by", by, "--format", "json"]).succeeds().json();
        assert_eq!(of_archive, of_index, "{by}");
    }
}

#[test]
fn the_letters_behind_a_count_are_listed() {
    let folder = archive();
    let records = records(&folder);
    let listed = |what: &str| {
        let run = folder.imr(&["check", "letters", "--list", what, "--format", "json"]);
        let mut paths: Vec<_> = run
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["path"].as_str().unwrap().to_owned())
            .collect();
        paths.sort();
        paths
    };
    let expected = |wanted: &dyn Fn(&Value) -> bool| {
        let found = records.iter().filter(|r| wanted(r));
        let mut paths: Vec<_> = found.map(|r| r["path"].as_str().unwrap().to_owned()).collect();
        paths.sort();
        assert!(!paths.is_empty());
        paths
    };
    assert_eq!(listed("unknown"), expected(&|r| r["layout"] == "unknown"));
    assert_eq!(listed("credentials"), expected(&|r| r["layout"] == "credentials"));
    assert_eq!(listed("no_age"), expected(&|r| codes(r).any(|c| c == "no_age")));
    assert_eq!(listed("missing:age"), expected(&|r| r["layout"] != "unknown" && r["age"].is_null()));
    let no_rationale = |i: &Value| i["rationale"].is_null();
    let expected_rationale = records.iter().any(|r| r["issues"].as_array().unwrap().iter().any(no_rationale));
    assert_eq!(!listed("missing:issues.rationale").is_empty(), expected_rationale);
    let text = folder.imr(&["check", "letters", "--list", "unknown"]).succeeds();
    assert!(text.out.contains("note.txt\tA cover note of the clerk"), "{}", text.out);
}

#[test]
fn what_cannot_be_listed_is_an_error_that_names_what_can() {
    let folder = archive();
    let run = folder.imr(&["check", "letters", "--list", "no_agee"]).ends_with(2);
    run.says(&["no_agee", "did you mean no_age"]).prints_nothing();
    folder.imr(&["check", "letters", "--list", "missing:agee"]).ends_with(2).says(&["did you mean missing:age"]);
    folder.imr(&["check", "letters", "--list", "qqqq"]).ends_with(2).says(&["--help"]).prints_nothing();
    folder.imr(&["check", "letters", "--index", ".imr"]).ends_with(2).says(&["cannot be used with"]);
    folder.imr(&["check", "letters", "--list", "invalid_date"]).ends_with(1).prints_nothing();
    folder.imr(&["check"]).ends_with(2).says(&["imr index"]);
    folder.imr(&["check", "nowhere"]).ends_with(2).says(&["nowhere"]);
}

#[test]
fn files_that_could_not_be_read_are_listed_with_the_reason() {
    let folder = archive();
    folder.write("letters/broken.pdf", "%PDF-1.4 and no more");
    folder.imr(&["index", "letters"]);
    for from in [&["check", "letters"][..], &["check"]] {
        let listed = |code: &str| folder.imr(&[from, &["--list", code, "--format", "json"]].concat()).succeeds().out;
        for (code, file) in [("empty", "empty.txt"), ("pdf_damaged", "broken.pdf")] {
            let json: Value = serde_json::from_str(listed(code).trim()).unwrap();
            assert!(json["path"].as_str().unwrap().ends_with(file), "{json}");
            assert_eq!(json["reasons"][0]["what"], code);
            assert!(!json["reasons"][0]["reason"].as_str().unwrap().is_empty(), "{json}");
        }
        let health = folder.imr(&[from, &["--format", "json"]].concat()).succeeds().json();
        let failed = serde_json::json!([{"code": "empty", "files": 1}, {"code": "pdf_damaged", "files": 1}]);
        assert_eq!(health["failed"], failed);
    }
}

#[test]
fn every_reason_says_something_and_which_name_it_answers() {
    let folder = archive();
    let run = folder.imr(&["check", "letters", "--list", "missing:age,credentials,unknown", "--format", "json"]);
    let mut asked = std::collections::BTreeSet::new();
    for line in run.out.lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        for reason in json["reasons"].as_array().unwrap() {
            assert!(!reason["reason"].as_str().unwrap().is_empty(), "{line}");
            asked.insert(reason["what"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["credentials", "missing:age", "unknown"]);
}
