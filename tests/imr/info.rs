//! What an index takes, and making it smaller.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::invented::Rng;
use crate::support::Folder;

fn info(folder: &Folder) -> Value {
    let info = folder.imr(&["info", "--format", "json"]).succeeds().json();
    let sum = |object: &Value| object.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(&info["files"]), info["bytes"].as_u64().unwrap(), "{info}");
    let by_segment = |name: &str| -> u64 {
        info["segments"].as_array().unwrap().iter().map(|segment| segment[name].as_u64().unwrap()).sum()
    };
    assert_eq!(
        (by_segment("documents"), by_segment("deleted")),
        (number(&info, "documents"), number(&info, "deleted"))
    );
    info
}

fn number(info: &Value, name: &str) -> u64 {
    info[name].as_u64().unwrap()
}

fn segments(folder: &Folder) -> usize {
    info(folder)["segments"].as_array().unwrap().len()
}

/// An index of several segments with deleted documents, as it becomes when an archive grows and letters change.
fn grown() -> Folder {
    let folder = Folder::new();
    for first in [1, 101, 201, 301] {
        folder.invent("letters", first..first + 100);
        folder.imr(&["index", "letters"]).succeeds();
    }
    for letter in folder.invent("letters", (1..=400).step_by(9)) {
        fs::remove_file(folder.path().join("letters").join(letter.path("txt"))).unwrap();
    }
    folder.write("letters/note.txt", "A note about a lumbar brace without any layout.");
    folder.imr(&["index", "letters", "--prune"]).succeeds();
    folder
}

/// What searching and counting print, all of it.
fn answers(folder: &Folder) -> Vec<String> {
    let asked: [&[&str]; 6] = [
        &["search", "lumbar", "--limit", "1000", "--format", "json", "--facets", "specialty,year"],
        &["search", "\"physical therapy\"", "--limit", "1000", "--format", "jsonl"],
        &["search", "--sort", "-decided", "--limit", "1000"],
        &["stats", "--by", "specialty,outcome,year"],
        &["stats", "therapy", "--by", "layout", "--format", "json"],
        &["check", "--format", "json"],
    ];
    asked.iter().map(|args| folder.imr(args).succeeds().out).collect()
}

fn bytes_below(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    // The lock holds the number of a process, which is longer or shorter by chance.
    entries
        .filter(|entry| entry.file_name() != "writer.lock")
        .map(|entry| match entry.metadata().unwrap() {
            metadata if metadata.is_dir() => bytes_below(&entry.path()),
            metadata => metadata.len(),
        })
        .sum()
}

#[test]
fn info_tells_what_is_there() {
    let folder = grown();
    let info = info(&folder);
    assert_eq!(number(&info, "bytes"), bytes_below(&folder.path().join(".imr")));
    let found = folder.imr(&["search", "--count", "--format", "json"]).json();
    assert_eq!(found["total"], serde_json::json!({"issues": info["issues"], "letters": info["letters"]}));
    assert_eq!(number(&info, "letters"), 400 - 45 + 1);
    // Each issue is a document, and the note is one.
    let without = folder.imr(&["search", "layout:unknown", "--count", "--format", "json"]).json();
    let unknown = number(&without["total"], "letters");
    assert_eq!(number(&info, "documents"), number(&info, "issues") + unknown);
    assert_eq!(number(&info, "bytes_per_letter"), number(&info, "bytes") / number(&info, "letters"));
    let field = |name: &str| info["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap().clone();
    // Phrases need positions, counting needs fast fields, and keywords need no positions.
    assert!(number(&field("rationale"), "positions") > 0 && number(&field("rationale"), "fieldnorms") > 0);
    assert!(number(&field("outcome"), "fast_fields") > 0 && number(&field("outcome"), "positions") == 0);
    // As many fields have a part in the index as the schema has, without those that are only stored.
    let source: Value = serde_json::from_str(include_str!("../../schema/index.json")).unwrap();
    for def in source["fields"].as_array().unwrap() {
        assert!(number(&field(def["name"].as_str().unwrap()), "bytes") > 0, "{def}");
    }
    assert!(info["settings"]["store_compression"].as_str().unwrap().starts_with("zstd"), "{info}");
    let text = folder.imr(&["info"]).succeeds().out;
    assert!(text.contains(&format!("\nbytes\t{}\n", info["bytes"])) && text.contains("\nfile\tstore\t"), "{text}");
    assert!(folder.imr(&["info", "--pretty"]).succeeds().out.contains("bytes/letter"));
    folder.imr(&["info", "--index", "nowhere"]).ends_with(2).says(&["no such index"]).prints_nothing();
}

#[test]
fn optimizing_changes_the_size_and_nothing_else() {
    let folder = grown();
    let before = info(&folder);
    assert!(segments(&folder) > 1 && number(&before, "deleted") > 0, "{before}");
    let answers_before = answers(&folder);
    let printed = folder.imr(&["optimize"]).succeeds().out;
    let after = info(&folder);
    assert!(answers(&folder) == answers_before);
    assert_eq!((segments(&folder), number(&after, "deleted")), (1, 0));
    for name in ["letters", "issues", "documents"] {
        assert_eq!(before[name], after[name]);
    }
    assert!(number(&after, "bytes") < number(&before, "bytes"), "{before} {after}");
    let bytes = format!("bytes\t{}\t{}\n", before["bytes"], after["bytes"]);
    assert!(printed.contains(&bytes), "{printed} {bytes}");
    // The manifest still belongs to the segments, and both go on together.
    let again = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(again["unchanged"], again["files"]);
    folder.invent("letters", 401..=420);
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(report["letters"].as_u64().unwrap() + report["unknown_layout"].as_u64().unwrap(), 20);
    assert_eq!(number(&info(&folder), "letters"), number(&after, "letters") + 20);
    // A second time there is nothing to merge.
    folder.imr(&["optimize"]).succeeds();
    let answers_before = answers(&folder);
    folder.imr(&["optimize"]).succeeds();
    assert!(answers(&folder) == answers_before);
}

#[test]
fn only_an_index_that_exists_and_is_not_written_is_optimized() {
    let folder = grown();
    folder.imr(&["optimize", "--index", "nowhere"]).ends_with(2).says(&["no such index"]);
    assert!(!folder.path().join("nowhere").exists());
    let lock = fs::OpenOptions::new().read(true).write(true).open(folder.path().join(".imr/writer.lock")).unwrap();
    lock.lock().unwrap();
    folder.imr(&["optimize"]).ends_with(2).says(&["being written"]);
    // Reading is not locked out.
    assert!(segments(&folder) > 1);
    drop(lock);
    folder.imr(&["optimize"]).succeeds();
    assert_eq!(segments(&folder), 1);
}

#[test]
fn a_killed_optimization_leaves_the_last_state_and_readers_see_no_difference() {
    let folder = grown();
    let whole = answers(&folder);
    let mut rng = Rng::new(17, 0);
    let mut killed = 0;
    for round in 0..20 {
        let mut command = folder.command(&["optimize"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(rng.between(500, 40_000)));
        // Some are left alone, and read while they are at work.
        if round % 4 != 3 {
            killed += u32::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
        }
        assert!(answers(&folder) == whole, "round {round}");
        child.wait().unwrap();
        assert!(answers(&folder) == whole, "round {round}");
        let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
        assert_eq!(report["unchanged"], report["files"], "round {round}");
        // Something to merge for the next round, which changes no answer.
        let [letter] = &folder.invent("letters", [1])[..] else { unreachable!() };
        folder.imr(&["index", "letters"]).succeeds();
        fs::remove_file(folder.path().join("letters").join(letter.path("txt"))).unwrap();
        folder.imr(&["index", "letters", "--prune"]).succeeds();
    }
    eprintln!("{killed} optimizations were killed at work");
    folder.imr(&["optimize"]).succeeds();
    assert!(answers(&folder) == whole);
    assert_eq!(segments(&folder), 1);
}

#[test]
fn timings_tell_where_the_time_went() {
    let folder = Folder::new();
    folder.invent("letters", 1..=60);
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    let stages = report["stage_seconds"].as_object().unwrap();
    let names: Vec<_> = stages.keys().map(String::as_str).collect();
    assert_eq!(names, ["walk", "read", "extract", "parse", "document", "index", "commit"]);
    assert!(stages.values().all(|seconds| seconds.as_f64().unwrap() > 0.0), "{report}");
    // Nothing is parsed a second time.
    let again = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(again["stage_seconds"]["parse"], 0.0);
    let text = folder.imr(&["index", "letters", "--timings"]).succeeds().out;
    assert!(text.contains("\ntime\tparse\t0.000\n"), "{text}");
    assert!(!folder.imr(&["index", "letters"]).succeeds().out.contains("time\t"));
}
