//! A run that is killed or interrupted leaves a usable index, and the next one makes it whole.

#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::invented::Rng;
use crate::support::Folder;

const LETTERS: u64 = 1_200;

/// Letters of the small archive that is killed over and over.
const SMALL: u64 = 40;

/// An archive that goes from one state to the other and back: letters come, go and change, one moves, one has a copy.
fn put_state(folder: &Folder, state: usize) {
    let letters = folder.path().join("letters");
    let _ = std::fs::remove_dir_all(&letters);
    folder.invent("letters", 1..=SMALL - 8);
    let path = |number: u64| crate::invented::Letter::invent(7, number).path("txt");
    let moves = std::fs::read(letters.join(path(1))).unwrap();
    if state == 1 {
        folder.invent("letters", SMALL - 7..=SMALL);
        for number in 2..=4 {
            std::fs::remove_file(letters.join(path(number))).unwrap();
        }
        for number in 5..=12 {
            folder.write(&format!("letters/{}", path(number)), format!("A note of its own, number {number}."));
        }
        std::fs::remove_file(letters.join(path(1))).unwrap();
        folder.write("letters/z/moved.txt", &moves);
    }
    folder.write(&format!("letters/copy-{state}.txt"), std::fs::read(letters.join(path(20))).unwrap());
}

/// Everything that can be found, a line for each issue, in order. The whole letter is behind each, with its path.
fn found(folder: &Folder, index: &str) -> Option<Vec<String>> {
    let run = folder.imr(&["search", "--limit", "100000", "--format", "jsonl", "--index", index]);
    let mut lines: Vec<_> = run.out.lines().map(without_rank).collect();
    lines.sort_unstable();
    (run.status != 2).then_some(lines)
}

/// A hit without its place among the others.
fn without_rank(line: &str) -> String {
    let mut hit: Value = serde_json::from_str(line).unwrap();
    hit.as_object_mut().unwrap().remove("rank");
    hit.to_string()
}

/// Kills a run at a random instant of the time that it would take; tells whether it was still at work.
fn kill_within(folder: &Folder, args: &[&str], whole: Duration, rng: &mut Rng) -> bool {
    let mut command = folder.command(args);
    command.env("IMR_COMMIT_SECONDS", "0.005").stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(Duration::from_micros(rng.between(0, whole.as_micros() as u64)));
    let at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    at_work
}

/// Runs are killed at random instants while they index anew, take in what changed, and prune, and while they optimize.
/// What can be searched is always as some commit left it, and the next run gives exactly the letters of the archive.
#[test]
fn a_run_that_is_killed_at_any_instant_loses_and_doubles_nothing() {
    let kills = if std::env::var_os("IMR_LARGE").is_some() { 2_000 } else { 210 };
    let folder = Folder::in_memory();
    let index = ["index", "letters", "--prune", "--threads", "2", "--memory", "32"];
    let mut wholes = Vec::new();
    let mut time = Duration::MAX;
    for state in [0, 1] {
        put_state(&folder, state);
        let began = Instant::now();
        folder.imr(&[&index[..], &["--index", &format!("whole-{state}")]].concat()).succeeds();
        time = time.min(began.elapsed());
        wholes.push(found(&folder, &format!("whole-{state}")).unwrap());
    }
    assert!(wholes[0].len() > 30 && wholes[0] != wholes[1]);
    let mut rng = Rng::new(11, 0);
    let (mut state, mut at_work) = (1, 0);
    for round in 0..kills {
        match round % 6 {
            // From the beginning, which takes the longest.
            0 => drop(std::fs::remove_dir_all(folder.path().join(".imr"))),
            // Killed again before a run came to its end, with the archive changed meanwhile.
            1 | 2 => {
                state = 1 - state;
                put_state(&folder, state);
            }
            _ => {}
        }
        let is_whole = round % 6 == 5;
        let args = if is_whole { &["optimize"][..] } else { &index };
        at_work += u32::from(kill_within(&folder, args, time, &mut rng));
        // What can be read now is a commit: each issue once.
        let after = found(&folder, ".imr");
        assert!(after.is_some() || !folder.path().join(".imr/format.json").exists(), "round {round}");
        let mut after = after.unwrap_or_default();
        let count = after.len();
        after.dedup();
        assert_eq!(after.len(), count, "round {round}: an issue is there twice");
        // `imr status` reads what the killed run left, and writes nothing.
        if round % 6 == 4 {
            folder.imr(&["status", "letters"]).succeeds();
        }
        if is_whole {
            assert!(after == wholes[state], "round {round}: optimizing changed what is found");
        } else if round % 6 != 1 {
            folder.imr(&index).succeeds();
            let after = found(&folder, ".imr").unwrap();
            assert!(after == wholes[state], "round {round}: {} of {} issues", after.len(), wholes[state].len());
            if round % 6 != 4 {
                state = 1 - state;
                put_state(&folder, state);
            }
        }
    }
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!((&report["unchanged"], &report["removed"]), (&report["files"], &0.into()));
    // On a machine so slow that hardly a run was caught the test would prove little.
    eprintln!("{at_work} of {kills} runs were killed at work");
    assert!(at_work > kills / 20);
}

#[test]
fn an_interrupted_run_commits_and_the_next_goes_on() {
    let folder = Folder::new();
    folder.invent("letters", 1..=LETTERS);
    let mut command = folder.command(&["index", "letters", "--threads", "1"]);
    let mut child = command.env("IMR_COMMIT_SECONDS", "0.02").stderr(Stdio::piped()).spawn().unwrap();
    // The handler stands before the index folder does.
    while !folder.path().join(".imr/format.json").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    // Interrupted where it was stopped, so that it cannot end before.
    for signal in ["-STOP", "-INT", "-CONT"] {
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("note: interrupted") && said.contains("the same command goes on from there"), "{said}");
    // What is committed is told apart from what is still to be done.
    let status = folder.imr(&["status", "letters", "--format", "json"]).succeeds().json();
    let n = |name: &str| status[name].as_u64().unwrap();
    assert!(n("new") > 0 && n("new") + n("unchanged") + n("duplicates") + n("older_versions") == LETTERS, "{status}");
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(report["unchanged"].as_u64().unwrap(), LETTERS - n("new"), "{report}");
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
    let index = || folder.imr(&["index", "letters", "--prune", "--format", "json"]).succeeds().json();
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
    let index = || folder.imr(&["index", "letters", "--prune", "--format", "json"]);
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
