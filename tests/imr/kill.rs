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

fn total(folder: &Folder) -> Option<Value> {
    let run = folder.imr(&["search", "--count", "--format", "json"]);
    (run.status != 2).then(|| run.json()["total"].clone())
}

/// Every letter once: the totals of a whole index, and no case twice.
fn is_whole(folder: &Folder, whole: &Value) {
    folder.imr(&["index", "letters"]).succeeds();
    assert_eq!(total(folder).as_ref(), Some(whole));
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
        let found = total(&folder);
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
    assert!(total(&folder).is_some());
    folder.imr(&["index", "letters"]).succeeds();
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(report["unchanged"], LETTERS);
}
