//! A run that is killed or interrupted leaves a usable index, and the next one makes it whole.

#![cfg(unix)]

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::invented::Rng;
use crate::support::Folder;

const LETTERS: u64 = 1_200;

fn start(folder: &Folder) -> Child {
    let mut command = folder.command(&["index", "letters", "--threads", "2"]);
    // Commits as often as it can, so that a kill falls into a commit more often than not.
    command.env("IMR_COMMIT_SECONDS", "0.02").stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn totals(folder: &Folder) -> Option<Value> {
    let run = folder.imr(&["search", "--count", "--format", "json"]);
    (run.status != 2).then(|| run.json()["total"].clone())
}

/// Every letter once: the totals of a whole index, and no case twice.
fn is_whole(folder: &Folder, whole: &Value) {
    folder.imr(&["index", "letters"]).succeeds();
    assert_eq!(totals(folder).as_ref(), Some(whole));
    let hits = folder.imr(&["search", "--limit", "100000"]).succeeds().out;
    let mut issues: Vec<_> = hits.lines().collect();
    let found = issues.len();
    issues.sort_unstable();
    issues.dedup();
    assert_eq!(issues.len(), found, "an issue is there twice");
    let again = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(again["unchanged"], again["files"]);
}

#[test]
fn a_killed_run_loses_nothing_that_the_next_does_not_bring_back() {
    let folder = Folder::new();
    folder.invent("letters", 1..=LETTERS);
    folder.imr(&["index", "letters", "--index", "whole"]).succeeds();
    let whole = folder.imr(&["search", "--count", "--format", "json", "--index", "whole"]).json()["total"].clone();
    let mut rng = Rng::new(11, 0);
    for round in 0..12 {
        if round % 4 == 0 {
            // From the beginning, and otherwise on top of what is there.
            let _ = std::fs::remove_dir_all(folder.path().join(".imr"));
        }
        let mut child = start(&folder);
        std::thread::sleep(Duration::from_millis(rng.between(1, 400)));
        child.kill().unwrap();
        child.wait().unwrap();
        // What is there can be searched, unless not even the first commit was made.
        let found = totals(&folder);
        assert!(found.is_some() || !folder.path().join(".imr/format.json").exists());
        if round % 4 == 3 {
            is_whole(&folder, &whole);
        } else {
            // Files come and go between the runs, too.
            let number = rng.between(1, LETTERS);
            let letter = crate::invented::Letter::invent(7, number);
            let path = folder.path().join("letters").join(letter.path("txt"));
            let _ = std::fs::remove_file(path);
            start(&folder).kill().unwrap();
            folder.invent("letters", [number]);
        }
    }
    is_whole(&folder, &whole);
}

#[test]
fn an_interrupted_run_commits_and_the_next_goes_on() {
    let folder = Folder::new();
    folder.invent("letters", 1..=LETTERS);
    let mut child = start(&folder);
    // The handler stands as soon as the index folder does.
    while !folder.path().join(".imr/format.json").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let status = child.wait().unwrap();
    if !interrupted.success() || status.code() == Some(0) {
        eprintln!("the run ended before it could be interrupted");
    } else {
        assert_eq!(status.code(), Some(130));
    }
    assert!(totals(&folder).is_some());
    folder.imr(&["index", "letters"]).succeeds();
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(report["unchanged"], LETTERS);
}

/// Copies the files of one folder into another, which loses what it had.
fn put(from: &std::path::Path, to: &std::path::Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// A run that dies behind the commit of the manifest and before that of the segments leaves the segments as they were.
#[test]
fn runs_that_die_one_after_the_other_between_their_commits_leave_no_ghosts() {
    let folder = Folder::new();
    let count = |query: &str| total(&folder, query);
    for (name, text) in [("a", "A note on the left hand."), ("b", "A note on the sore foot.")] {
        folder.write(&format!("letters/{name}.txt"), text);
    }
    let index = || folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    index();
    let (segments, before) = (folder.path().join(".imr/segments"), folder.path().join("before"));
    put(&segments, &before);
    std::fs::remove_file(folder.path().join("letters/a.txt")).unwrap();
    assert_eq!(index()["removed"], 1);
    for (name, text) in [("c", "A note on the hurt knee."), ("d", "A note on the stiff neck.")] {
        put(&before, &segments);
        assert_eq!(count("hand"), 1);
        folder.write(&format!("letters/{name}.txt"), text);
        index();
        assert_eq!(count("hand"), 0);
    }
    // With nothing else to do, too.
    put(&before, &segments);
    index();
    for (word, letters) in [("hand", 0), ("foot", 1), ("knee", 1), ("neck", 1)] {
        assert_eq!(count(word), letters, "{word}");
    }
    assert_eq!(index()["unchanged"], 3);
}

/// What was removed by the last run, and nothing else, has to be removed from the segments that it did not reach.
#[test]
fn a_removal_that_died_is_made_up_for_with_nothing_else_to_do() {
    let folder = Folder::new();
    folder.write("letters/a.txt", "A note on the left hand.");
    folder.write("letters/b.md", "No letter.");
    let index = || folder.imr(&["index", "letters", "--format", "json"]);
    index().succeeds();
    let (segments, before) = (folder.path().join(".imr/segments"), folder.path().join("before"));
    put(&segments, &before);
    std::fs::remove_file(folder.path().join("letters/a.txt")).unwrap();
    index().succeeds();
    put(&before, &segments);
    index();
    assert_eq!(total(&folder, "hand"), 0);
    // What is no letter by its name is none either when a run that died left it to the next.
    folder.write("letters/c.md", "No letter on the left hand.");
    folder.write("letters/d.txt", "A note on the right hand.");
    put(&segments, &before);
    index().succeeds();
    put(&before, &segments);
    folder.write("other/e.txt", "A note on both feet.");
    folder.imr(&["index", "other"]).succeeds();
    assert_eq!(total(&folder, "hand"), 1);
}

fn total(folder: &Folder, query: &str) -> u64 {
    let run = folder.imr(&["search", query, "--count", "--format", "json"]);
    run.json()["total"]["letters"].as_u64().unwrap()
}
