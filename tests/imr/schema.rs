//! What is exported keeps to the schemas, strictly.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::Folder;

fn validator(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    let read = |path| -> Value { serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() };
    // One schema names the parts of another.
    let mut registry = jsonschema::Registry::new();
    for other in ["search.schema.json", "letter.schema.json", "stats.schema.json"] {
        registry = registry.add(format!("json-schema:///{other}"), read(path.with_file_name(other))).unwrap();
    }
    jsonschema::options().with_registry(&registry.prepare().unwrap()).build(&read(path)).unwrap()
}

#[track_caller]
pub fn keeps_to(schema: &str, json: &Value) {
    let validator = validator(schema);
    let errors: Vec<_> = validator.iter_errors(json).map(|e| format!("{e} at {}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{schema}: {errors:#?}");
}

/// Invented letters, an unknown layout, a duplicate and a failure.
fn archive() -> Folder {
    let folder = Folder::new();
    folder.invent("letters", 1..=200);
    folder.write("letters/note.txt", "A cover note.");
    folder.write("letters/copy.txt", "A cover note.");
    folder.write("letters/empty.txt", "");
    folder
}

#[test]
fn every_schema_is_kept_to() {
    let folder = archive();
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    keeps_to("index-report.schema.json", &report);
    assert!(report["failed"] == 1 && report["duplicates"] == 1);
    for query in [
        &["lumbar", "--facets", "specialty,year,category"][..],
        &["note"],
        &["--sort", "case"],
        &["zzz"],
        &["mri", "--count"],
        &["mri", "--count", "--facets", "specialty,category_group"],
    ] {
        let run = folder.imr(&[&["search", "--format", "json", "--limit", "300"], query].concat());
        keeps_to("search.schema.json", &run.json());
    }
    // An answer without hits, cursor or facets is none, without the first two it is a count.
    for (cut, is_one) in [(&["hits"][..], false), (&["next"], false), (&["facets"], false), (&["hits", "next"], true)] {
        let mut answer = folder.imr(&["search", "mri", "--format", "json"]).succeeds().json();
        cut.iter().for_each(|name| {
            answer.as_object_mut().unwrap().remove(*name);
        });
        assert_eq!(validator("search.schema.json").is_valid(&answer), is_one, "without {cut:?}");
    }
    for by in ["outcome", "year,outcome", "specialty,state,basis", "layout", "category", "age_band,sex,priority,month"]
    {
        keeps_to("stats.schema.json", &folder.imr(&["stats", "--by", by, "--format", "json"]).succeeds().json());
    }
    let all = "issues,letters,upheld,overturned,share,ci,percent,row_percent,column_percent";
    for args in [
        &["--show", all][..],
        &["--by", "sex,basis", "--show", all, "--days", "assigned", "--top", "2", "--min", "2"],
        &["--over", "month", "--days", "denied", "--show", all],
        &["--by", "sex,outcome"],
    ] {
        let args = [&["stats", "--format", "json"], args].concat();
        keeps_to("stats.schema.json", &folder.imr(&args).succeeds().json());
    }
    let args = ["stats", "sex:female", "--compare", "sex:male", "--by", "basis", "--show", all, "--format", "json"];
    keeps_to("report.schema.json", &folder.imr(&["report", "sex:female", "--format", "json"]).succeeds().json());
    keeps_to("comparison.schema.json", &folder.imr(&args).succeeds().json());
    for what in [&["check"][..], &["check", "letters", "--by", "month"]] {
        let health = folder.imr(&[what, &["--format", "json"]].concat()).succeeds().json();
        keeps_to("check.schema.json", &health);
    }
    for what in [&["status"][..], &["status", "--failed"], &["status", "--duplicates"]] {
        keeps_to("status.schema.json", &folder.imr(&[what, &["--format", "json"]].concat()).succeeds().json());
    }
    keeps_to("info.schema.json", &folder.imr(&["info", "--format", "json"]).succeeds().json());
    for line in folder.imr(&["check", "--list", "credentials,unknown", "--format", "json"]).succeeds().out.lines() {
        keeps_to("check-list.schema.json", &serde_json::from_str(line).unwrap());
    }
    let parsed = folder.imr(&["parse", "letters"]).succeeds().out;
    for record in parsed.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()) {
        keeps_to("letter.schema.json", &record);
    }
}

#[test]
fn a_schema_catches_what_is_not_promised() {
    let folder = archive();
    let parsed = folder.imr(&["parse", "letters"]).succeeds().out;
    let record: Value = serde_json::from_str(parsed.lines().next().unwrap()).unwrap();
    let letter = validator("letter.schema.json");
    assert!(letter.is_valid(&record));
    for (field, value) in
        [("outcome", Value::from("won")), ("surprise", 1.into()), ("decision_date", "1/2/2017".into())]
    {
        let mut changed = record.clone();
        changed[field] = value;
        assert!(!letter.is_valid(&changed), "{field}");
    }
    let mut short = record;
    short.as_object_mut().unwrap().remove("digest");
    assert!(!letter.is_valid(&short));
}

#[test]
fn every_schema_is_checked_here() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let tests = [
        include_str!("schema.rs"),
        include_str!("formats.rs"),
        include_str!("queries.rs"),
        include_str!("export.rs"),
        include_str!("saved.rs"),
        include_str!("shards/write.rs"),
        include_str!("similar.rs"),
        include_str!("remote/publish.rs"),
        include_str!("remote/doctor.rs"),
        include_str!("serve/api.rs"),
        include_str!("serve/client.rs"),
    ]
    .concat();
    for entry in fs::read_dir(dir).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".schema.json") || tests.contains(&name), "nothing checks schema/{name}");
    }
}

#[test]
fn a_letter_is_shown_as_it_was_parsed() {
    let folder = archive();
    folder.imr(&["index", "letters"]).succeeds();
    let parsed = folder.imr(&["parse", "letters"]).succeeds().out;
    let mut shown = 0;
    for mut record in parsed.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()) {
        let Some(case) = record["case_number"].as_str().map(str::to_owned) else { continue };
        let json = folder.imr(&["show", &case, "--format", "json"]).succeeds().json();
        record["path"] = json["path"].clone();
        assert_eq!(record, json);
        shown += 1;
    }
    assert!(shown > 150);
}
