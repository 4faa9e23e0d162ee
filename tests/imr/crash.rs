//! What can go wrong around a run: a full disk, a file that cannot be read, an index that is removed, two runs at once.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::invented::Rng;
use crate::support::{Folder, Run};

fn signal(name: &str, child: &Child) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Starts to index `letters`, and stops the process where it holds the lock and builds a segment.
fn stopped(folder: &Folder) -> Child {
    let segments = folder.path().join(".imr/segments");
    let files = || fs::read_dir(&segments).unwrap().count();
    let before = files();
    let mut command = folder.command(&["index", "letters", "--threads", "1"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let lock = folder.path().join(".imr/writer.lock");
    while fs::read_to_string(&lock).ok() != Some(child.id().to_string()) || files() == before {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be stopped");
        std::thread::yield_now();
    }
    signal("-STOP", &child);
    child
}

fn letters(folder: &Folder) -> Value {
    folder.imr(&["search", "--count", "--format", "json"]).succeeds().json()["total"]["letters"].clone()
}

#[test]
fn the_second_of_two_runs_names_the_first_and_readers_see_the_last_commit() {
    let folder = Folder::indexed(10);
    folder.invent("letters", 11..=600);
    let mut first = stopped(&folder);
    let holder = format!("being written by another `imr index` (process {})", first.id());
    for command in [&["index", "letters"][..], &["optimize"]] {
        folder.imr(command).ends_with(2).prints_nothing().says(&[&holder, "hint: wait until it has finished"]);
    }
    assert_eq!(letters(&folder), 10);
    for command in [&["info"][..], &["check"], &["stats", "--by", "year"]] {
        let run = folder.imr(command).succeeds();
        assert!(run.err.is_empty(), "{}", run.err);
    }
    // What is to be done is told beside the run that does it, and does not stop that.
    let status = folder.imr(&["status", "--format", "json"]).succeeds().json();
    assert_eq!((&status["new"], &status["unchanged"]), (&590.into(), &10.into()));
    signal("-CONT", &first);
    assert!(first.wait().unwrap().success());
    assert_eq!(letters(&folder), 600);
}

#[test]
fn an_index_that_is_removed_during_a_run_ends_it_and_the_next_begins_anew() {
    let folder = Folder::new();
    // So many that the run is in the middle of them, however late this process comes to its turn.
    folder.invent("letters", 1..=1_500);
    let mut command = folder.command(&["index", "letters", "--threads", "1"]);
    let mut first = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !folder.path().join(".imr/format.json").exists() {
        assert!(first.try_wait().unwrap().is_none(), "the run ended before the index could be removed");
        std::thread::yield_now();
    }
    signal("-STOP", &first);
    fs::remove_dir_all(folder.path().join(".imr")).unwrap();
    signal("-CONT", &first);
    let output = first.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(".imr`: the index folder was removed") && said.contains("hint: "), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    folder.imr(&["index", "letters"]).succeeds();
    assert_eq!(letters(&folder), 1_500);
}

/// Notes that are more than can be on the way at once, and hard to compress.
fn notes(folder: &Folder, names: std::ops::Range<u64>) {
    let mut rng = Rng::new(23, names.start);
    for n in names {
        let words: Vec<_> = (0..150).map(|_| format!("{:x}", rng.below(1 << 40))).collect();
        folder.write(&format!("letters/{n:04}.txt"), words.join(" "));
    }
}

/// An index of fifty notes, and beside it all those of a run that will find no room.
fn with_more_to_come() -> Folder {
    let folder = Folder::in_memory();
    notes(&folder, 0..50);
    folder.imr(&["index", "letters"]).succeeds();
    notes(&folder, 50..5_000);
    folder
}

/// A run that finds no room says so, and leaves the last commit; the next goes on.
fn is_left_whole(folder: &Folder, failed: Run, before: u64, all: u64) {
    failed.ends_with(2).prints_nothing().says(&["cannot be written", "hint: "]);
    // The last commit is the one before, or one that this run still made.
    let found = letters(folder).as_u64().unwrap();
    assert!((before..all).contains(&found), "{found}");
    folder.imr(&["status", "letters"]).succeeds();
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!((report["files"].clone(), report["failed"].clone()), (all.into(), 0.into()));
    assert_eq!(letters(folder), all);
}

#[test]
fn a_disk_that_is_full_ends_the_run_and_the_next_goes_on() {
    let folder = with_more_to_come();
    // A limit on the length of a file fails writes as a full disk does, for any user. The unit is 512 or 1,024 bytes.
    let limited = "trap '' XFSZ; ulimit -f 1600; exec \"$0\" index letters --memory 64 --threads 2";
    let mut command = Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_imr")]).current_dir(folder.path()).env_remove("IMR_INDEX");
    let failed = folder.run(command, &["index", "letters", "(limited)"]);
    assert!(failed.err.contains("ulimit -f") || failed.err.contains("is the disk full?"), "{}", failed.err);
    is_left_whole(&folder, failed, 50, 5_000);
}

/// The same on a file system that is full, where this user can have one in memory of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_file_system_that_is_full_ends_the_run_and_the_next_goes_on() {
    let folder = with_more_to_come();
    fs::create_dir(folder.path().join("disk")).unwrap();
    let script = "mount -t tmpfs -o size=6m none disk || exit 99
        cp -r .imr disk/.imr || exit 98
        IMR_INDEX=disk/.imr \"$0\" index letters --memory 64 --threads 2
        status=$?
        rm -rf .imr && cp -r disk/.imr .imr && exit $status";
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_imr")]);
    command.current_dir(folder.path()).env_remove("IMR_INDEX");
    if !Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status().is_ok_and(|s| s.success()) {
        eprintln!("skipped: this user cannot have a file system of its own");
        return;
    }
    let failed = folder.run(command, &["index", "letters", "(on a small disk)"]);
    if failed.status == 99 {
        eprintln!("skipped: this user cannot have a file system of its own: {}", failed.err);
        return;
    }
    assert!(failed.err.contains("make room on the disk") || failed.err.contains("is the disk full?"), "{}", failed.err);
    // What was left on the small disk goes on in the folder, whose letters have the same paths.
    is_left_whole(&folder, failed, 50, 5_000);
}

/// A file whose reading the system refuses, though it can be opened: the memory of a process, at address 0.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_read_in_the_middle_of_a_run_fails_alone() {
    let folder = Folder::new();
    folder.invent("letters", 1..=30);
    std::os::unix::fs::symlink("/proc/self/mem", folder.path().join("letters/CM18.txt")).unwrap();
    if fs::read(Path::new("/proc/self/mem")).is_ok() {
        eprintln!("skipped: there is no file here that cannot be read");
        return;
    }
    let index = |args: &[&str]| {
        folder.imr(&[&["index", "letters", "--follow", "--format", "json"], args].concat()).succeeds().json()
    };
    let report = index(&[]);
    assert_eq!((&report["failed"], &report["failures"][0]["code"]), (&1.into(), &"io".into()), "{report}");
    assert_eq!(letters(&folder), 30);
    let listed = folder.imr(&["status", "--failed"]).succeeds().out;
    assert!(listed.starts_with("io\tletters/CM18.txt\tcannot be read: "), "{listed}");
}
