//! What is named on the command line: folders within, beside and above the base, files, links, and what is not there.

use std::fs;

use serde_json::Value;

use crate::invented::{Letter, Linearization};
use crate::support::Folder;

fn index(folder: &Folder, args: &[&str]) -> Value {
    let report = folder.imr(&[&["index", "--format", "json"], args].concat()).succeeds().json();
    let n = |name: &str| report[name].as_u64().unwrap();
    let parts = ["letters", "unchanged", "moved", "duplicates", "unknown_layout", "not_letters", "failed"];
    assert_eq!(n("files"), parts.iter().map(|f| n(f)).sum::<u64>(), "{report}");
    report
}

/// How many letters the index of a folder holds.
#[track_caller]
fn letters(folder: &Folder) -> u64 {
    folder.imr(&["search", "--count", "--format", "json"]).json()["total"]["letters"].as_u64().unwrap()
}

/// The paths of all letters in the index, in order.
fn paths(folder: &Folder) -> Vec<String> {
    let found = folder.imr(&["search", "--limit", "1000", "--format", "json"]).json();
    let hits = found["hits"].as_array().unwrap().iter();
    let mut paths: Vec<_> = hits.map(|h| h["path"].as_str().unwrap().to_owned()).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn text(number: u64) -> String {
    Letter::invent(7, number).to_text(Linearization::Pairs)
}

#[test]
fn a_root_that_is_the_base_leaves_other_archives_alone() {
    let (folder, other) = (Folder::new(), Folder::new());
    folder.invent("letters", 1..=3);
    other.invent("far", 4..=6);
    let far = other.path().join("far");
    index(&folder, &["letters"]);
    index(&folder, &[far.to_str().unwrap()]);
    assert_eq!(letters(&folder), 6);
    // The other archive lies elsewhere, and is no part of this folder.
    let report = index(&folder, &["."]);
    assert_eq!((report["removed"].clone(), letters(&folder)), (0.into(), 6));
    // What is gone below the base can be taken out.
    fs::remove_dir_all(folder.path().join("letters")).unwrap();
    assert_eq!(index_nothing(&folder, &[".", "--prune"])["removed"], 3);
    assert_eq!(letters(&folder), 3);
}

/// An indexing run that finds nothing to read any more.
fn index_nothing(folder: &Folder, args: &[&str]) -> Value {
    folder.imr(&[&["index", "--format", "json"], args].concat()).succeeds().json()
}

#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_not_gone() {
    let (folder, other) = (Folder::new(), Folder::new());
    folder.invent("letters", 1..=3);
    other.invent("far", 4..=6);
    let far = other.path().join("far");
    index(&folder, &["letters", far.to_str().unwrap()]);
    // A loop of links is where the walk cannot go on; all else is gone or there.
    std::os::unix::fs::symlink("..", folder.path().join("letters/loop")).unwrap();
    let gone = folder.path().join("letters").join(Letter::invent(7, 2).path("txt"));
    fs::remove_file(gone).unwrap();
    let report = folder.imr(&["index", ".", "--follow", "--prune", "--format", "json"]).succeeds().json();
    assert_eq!((report["removed"].clone(), report["failed"].clone()), (1.into(), 1.into()), "{report}");
    assert_eq!(letters(&folder), 5);
}

#[test]
fn a_root_above_the_base_drops_what_is_gone_below_it() {
    let folder = Folder::new();
    folder.invent("deep/base/letters", 1..=3);
    folder.invent("deep/beside", 4..=5);
    let run = |args: &[&str]| {
        let mut command = folder.command(&[&["index", "--format", "json"], args].concat());
        command.current_dir(folder.path().join("deep/base"));
        folder.run(command, args).succeeds().json()
    };
    assert_eq!(run(&[".."])["letters"], 5);
    assert_eq!(run(&[".."])["unchanged"], 5);
    fs::remove_file(folder.path().join("deep/base/letters").join(Letter::invent(7, 1).path("txt"))).unwrap();
    fs::remove_file(folder.path().join("deep/beside").join(Letter::invent(7, 4).path("txt"))).unwrap();
    let report = run(&["../..", "--prune"]);
    assert_eq!((report["removed"].clone(), report["unchanged"].clone()), (2.into(), 3.into()));
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name() {
    let folder = Folder::new();
    folder.write("letters/a.txt", text(1));
    folder.write("letters/b.dat", text(2));
    assert_eq!(index(&folder, &["letters"])["not_letters"], 1);
    // A walk came to it before.
    assert_eq!(index(&folder, &["letters/b.dat"])["letters"], 1);
    assert_eq!(paths(&folder), ["letters/a.txt", "letters/b.dat"]);
    // A walk comes to it again, and it is not named.
    assert_eq!(index(&folder, &["letters"])["not_letters"], 1);
    assert_eq!(paths(&folder), ["letters/a.txt"]);
    // Named beside the folder that it lies in, in either order, it is read once.
    for roots in [["letters", "letters/b.dat"], ["letters/b.dat", "letters"]] {
        let folder = Folder::new();
        folder.write("letters/a.txt", text(1));
        folder.write("letters/b.dat", text(2));
        let report = index(&folder, &roots);
        assert_eq!((report["files"].clone(), report["letters"].clone()), (2.into(), 2.into()), "{roots:?}");
        assert_eq!(index(&folder, &roots)["unchanged"], 2);
        assert_eq!(paths(&folder), ["letters/a.txt", "letters/b.dat"]);
    }
}

#[test]
fn a_root_that_is_gone_keeps_its_letters_and_says_so_unless_pruned() {
    let folder = Folder::new();
    folder.invent("old/2016", 1..=3);
    folder.invent("new", 4..=5);
    index(&folder, &["old", "new"]);
    fs::remove_dir_all(folder.path().join("old")).unwrap();
    folder
        .imr(&["index", "old"])
        .ends_with(2)
        .prints_nothing()
        .says(&["`old`: no such file or folder; 3 files of it stay in the index", "hint: `--prune`"]);
    let run = folder.imr(&["index", "old", "new"]).ends_with(2).says(&["3 files of it stay", "--prune"]);
    assert!(run.out.contains("unchanged\t2"));
    assert_eq!(letters(&folder), 5);
    // A folder of the root that is gone, and one that never was.
    folder.imr(&["index", "elsewhere", "--prune"]).ends_with(2).says(&["`elsewhere`: no such file"]);
    let report = index_nothing(&folder, &["old/2016", "new", "--prune"]);
    assert_eq!((report["removed"].clone(), report["failed"].clone()), (3.into(), 0.into()));
    assert_eq!(letters(&folder), 2);
    folder.imr(&["index", "old", "--prune"]).ends_with(2).says(&["`old`: no such file or folder\n"]);
    // All at once.
    fs::remove_dir_all(folder.path().join("new")).unwrap();
    folder.imr(&["index", "new", "--prune"]).succeeds();
    assert_eq!(letters(&folder), 0);
}

#[test]
fn a_root_that_moved_is_told_as_moved_and_forgotten() {
    let folder = Folder::new();
    let rename = |from: &str, to: &str| fs::rename(folder.path().join(from), folder.path().join(to)).unwrap();
    folder.invent("a", 1..=3);
    folder.invent("b", 4..=8);
    folder.write("b/note.md", "no letter");
    index(&folder, &["a", "b"]);
    // Named beside the folder that it is now.
    rename("b", "b2");
    let run = folder.imr(&["index", "a", "b", "b2", "--format", "json"]).ends_with(2);
    let report = run.json();
    assert_eq!((report["moved"].clone(), report["kept"].clone()), (5.into(), 0.into()), "{report}");
    assert_eq!(report["failures"][0]["reason"], "no such file or folder", "{report}");
    run.says(&["1 path of an earlier run is gone"]);
    let told = folder.imr(&["status", "--format", "json"]).succeeds().json();
    assert_eq!((told["gone"].clone(), told["unchanged"].clone()), (0.into(), 8.into()), "{told}");
    // The same with `--prune`, which ends well.
    rename("b2", "b3");
    let run = folder.imr(&["index", "a", "b2", "b3", "--prune", "--format", "json"]).succeeds();
    let report = run.json();
    assert_eq!((report["moved"].clone(), report["letters"].clone()), (5.into(), 0.into()), "{report}");
    folder.imr(&["status"]).succeeds();
    // Not named at all.
    rename("b3", "b4");
    folder.imr(&["index", "a", "b4"]).succeeds().says(&["no longer remembered"]);
    let told = folder.imr(&["status", "--format", "json"]).succeeds();
    assert!(!told.err.contains("b3"), "{}", told.err);
    assert_eq!(letters(&folder), 8);
}

#[test]
fn a_remembered_root_without_letters_can_be_forgotten_on_its_own() {
    let folder = Folder::new();
    folder.invent("a", 1..=3);
    for name in ["b", "c"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    index(&folder, &["a", "b", "c"]);
    for name in ["b", "c"] {
        fs::remove_dir(folder.path().join(name)).unwrap();
    }
    // Paths that are gone and of which nothing is known are no matter for `status`.
    folder.imr(&["status"]).succeeds();
    folder.imr(&["index", "b", "--prune"]).succeeds().says(&["no longer remembered"]);
    folder.imr(&["index", "b", "--prune"]).ends_with(2).says(&["`b`: no such file or folder"]);
    assert_eq!(letters(&folder), 3);
}

#[cfg(unix)]
#[test]
fn links_that_are_named_are_followed() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.write("letters/a.txt", text(1));
    symlink("letters/a.txt", folder.path().join("file")).unwrap();
    symlink("letters", folder.path().join("folder")).unwrap();
    for link in ["file", "folder"] {
        let parsed = folder.imr(&["parse", link]).succeeds();
        assert_eq!(parsed.out.lines().count(), 1, "{link}");
        assert_eq!(index(&folder, &[link, "--index", link.to_uppercase().as_str()])["letters"], 1, "{link}");
    }
}

/// What another run reached through links is left as it is by one that does not follow them.
#[cfg(unix)]
#[test]
fn what_lies_behind_links_that_are_not_followed_is_not_gone() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    folder.write("letters/a.txt", text(1));
    folder.write("ext/deep/b.txt", text(2));
    folder.write("c.txt", text(3));
    symlink("../ext", folder.path().join("letters/link")).unwrap();
    symlink("../c.txt", folder.path().join("letters/linked.txt")).unwrap();
    // Without following, the links are known as what they are, and they are not gone when they are followed.
    assert_eq!(index(&folder, &["letters"])["letters"], 1);
    let told = |args: &[&str]| folder.imr(&[&["status", "letters", "--format", "json"], args].concat()).json();
    let gone = |args: &[&str]| (told(args)["gone"].as_u64().unwrap(), told(args)["kept"].as_u64().unwrap());
    assert_eq!(gone(&["--follow"]), (0, 0));
    let report = index(&folder, &["letters", "--follow", "--prune"]);
    assert_eq!((report["letters"].clone(), report["removed"].clone()), (2.into(), 0.into()), "{report}");
    let all = ["letters/a.txt", "letters/link/deep/b.txt", "letters/linked.txt"];
    assert_eq!(paths(&folder), all);
    // And the other way round.
    assert_eq!(gone(&[]), (0, 0));
    for args in [&["letters"][..], &["letters", "--prune"], &["letters", "--reread", "--prune"]] {
        let report = index(&folder, args);
        assert_eq!((report["removed"].clone(), report["files"].clone()), (0.into(), 3.into()), "{report}");
        assert_eq!(paths(&folder), all, "{args:?}");
    }
    assert_eq!(index(&folder, &["letters", "--follow"])["unchanged"], 3);
    // A file behind a link is gone for who follows it, and a link that is removed leads nowhere.
    fs::remove_file(folder.path().join("ext/deep/b.txt")).unwrap();
    assert_eq!((gone(&[]), gone(&["--follow"])), ((0, 0), (1, 1)));
    fs::remove_file(folder.path().join("letters/link")).unwrap();
    assert_eq!(gone(&[]).1, 1);
    index(&folder, &["letters", "--prune"]);
    assert_eq!(paths(&folder), ["letters/a.txt", "letters/linked.txt"]);
}

#[cfg(unix)]
#[test]
fn what_is_neither_file_nor_folder_is_named() {
    let folder = Folder::new();
    folder.write("letters/a.txt", text(1));
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo makes a pipe");
    for command in ["index", "parse"] {
        for path in ["pipe", "/dev/null"] {
            folder.imr(&[command, path]).ends_with(2).prints_nothing().says(&[&format!("`{path}`: is neither a file")]);
        }
        let run = folder.imr(&[command, "pipe", "letters"]).ends_with(2).says(&["`pipe`: is neither"]);
        assert!(!run.out.is_empty());
        folder.imr(&[command, "-"]).ends_with(2).prints_nothing().says(&["`-`", "standard input"]);
    }
    // Below a folder it is a file like any other that is no letter.
    fs::rename(folder.path().join("pipe"), folder.path().join("letters/pipe.txt")).unwrap();
    assert_eq!(index(&folder, &["letters"])["not_letters"], 1);
}

#[test]
fn indexes_within_an_archive_are_no_part_of_it() {
    let folder = Folder::new();
    folder.invent("2016/letters", 1..=2);
    folder.invent("2017/.imr", 3..=4);
    let mut command = folder.command(&["index", "letters"]);
    command.current_dir(folder.path().join("2016"));
    folder.run(command, &["index", "letters"]).succeeds();
    assert!(folder.path().join("2016/.imr/format.json").exists());
    // A folder that only has the name is one of letters, if a hidden one.
    let report = index(&folder, &[".", "--hidden"]);
    assert_eq!((report["files"].clone(), report["letters"].clone()), (4.into(), 4.into()), "{report}");
}

#[test]
fn where_there_is_nothing_to_read_nothing_is_made() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("empty")).unwrap();
    folder.write("others/a.md", "x");
    folder.write("others/b.jpg", "y");
    folder.imr(&["index", "empty"]).ends_with(1).says(&["there is no .pdf or .txt below `empty`"]);
    let run = folder.imr(&["index", "others", "empty", "--format", "json"]).ends_with(1);
    assert_eq!((run.json()["files"].clone(), run.json()["not_letters"].clone()), (2.into(), 2.into()));
    run.says(&["below `others`, `empty`"]);
    assert!(!folder.path().join(".imr").exists());
    // An index above stays the one that is found.
    folder.invent("letters", 1..=2);
    index(&folder, &["letters"]);
    let mut command = folder.command(&["index", "."]);
    command.current_dir(folder.path().join("empty"));
    folder.run(command, &["index", "."]).ends_with(1);
    let mut command = folder.command(&["search", "--count"]);
    command.current_dir(folder.path().join("empty"));
    folder.run(command, &["search", "--count"]).succeeds();
    // An index that is there is kept, and what is no letter is remembered.
    for _ in 0..2 {
        folder.imr(&["index", "others"]).ends_with(1).says(&["below `others`"]);
    }
    assert_eq!(letters(&folder), 2);
}

/// What a run or `imr status` without a path makes of its files, by the names in both reports.
fn without_a_path(folder: &Folder) -> Value {
    let told = folder.imr(&["status", "--format", "json"]).succeeds().json();
    let report = index(folder, &[]);
    let done = |names: &[&str]| names.iter().map(|name| report[name].as_u64().unwrap()).sum::<u64>();
    let read = done(&["letters", "unknown_layout", "duplicates"]);
    let to_read = ["new", "changed"].iter().map(|name| told[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(to_read, read, "{told} {report}");
    report
}

#[test]
fn without_a_path_a_run_goes_over_those_of_earlier_runs_as_they_were_chosen() {
    let folder = Folder::new();
    folder.imr(&["index"]).ends_with(2).says(&["there is no index here", "imr index PATH"]);
    for (number, name) in ["a/1.txt", "a/drafts/2.txt", "a/.3.txt", "b/4.txt", "b/5.text.txt"].iter().enumerate() {
        folder.write(name, text(number as u64 + 1));
    }
    index(&folder, &["a", "--exclude", "drafts", "--hidden"]);
    index(&folder, &["b", "--include", "4*"]);
    assert_eq!(paths(&folder), ["a/.3.txt", "a/1.txt", "b/4.txt"]);
    let report = without_a_path(&folder);
    assert_eq!((&report["files"], &report["unchanged"]), (&3.into(), &3.into()));
    // What comes is chosen as before, from wherever it is asked.
    for (number, name) in ["a/drafts/6.txt", "a/.7.txt", "b/8.txt", "b/49.txt"].iter().enumerate() {
        folder.write(name, text(number as u64 + 11));
    }
    let report = folder.imr_in("a/drafts", &["index", "--format", "json"]).succeeds().json();
    assert_eq!((&report["files"], &report["letters"]), (&5.into(), &2.into()), "{report}");
    assert_eq!(paths(&folder), ["a/.3.txt", "a/.7.txt", "a/1.txt", "b/4.txt", "b/49.txt"]);
    // What is gone is gone where it was meant.
    fs::remove_file(folder.path().join("b/49.txt")).unwrap();
    let report = index(&folder, &["--prune"]);
    assert_eq!((&report["removed"], &report["unchanged"]), (&1.into(), &4.into()), "{report}");
    // A path that is named again is chosen as it was named last.
    index(&folder, &["a"]);
    without_a_path(&folder);
    assert_eq!(paths(&folder), ["a/.3.txt", "a/.7.txt", "a/1.txt", "a/drafts/2.txt", "a/drafts/6.txt", "b/4.txt"]);
    let info = folder.imr(&["info", "--format", "json"]).succeeds().json();
    let expected = serde_json::json!([{"path": "a", "flags": []}, {"path": "b", "flags": ["--include", "4*"]}]);
    assert_eq!(info["paths"], expected);
    // Flags belong to a path.
    let run = folder.imr(&["index", "--exclude", "*.pdf"]).ends_with(2).prints_nothing();
    run.says(&["`--exclude` chooses among the files below a path, and no path was given"]);
    // When nothing is left of what was named, nothing is remembered.
    fs::remove_dir_all(folder.path().join("a")).unwrap();
    fs::remove_dir_all(folder.path().join("b")).unwrap();
    let _ = folder.imr(&["index", "a", "b", "--prune"]);
    folder.imr(&["index"]).ends_with(2).prints_nothing().says(&["no path was given, and the index remembers none"]);
}

#[test]
fn the_nearest_path_of_earlier_runs_decides_and_each_file_is_gone_to_once() {
    let folder = Folder::new();
    for (number, name) in ["a/1.txt", "a/b/2.txt", "a/b/3.text", "a/b/c/4.txt", "a/b/c/5.txt"].iter().enumerate() {
        folder.write(name, text(number as u64 + 1));
    }
    index(&folder, &["a", "--exclude", "b"]);
    index(&folder, &["a/b", "--exclude", "c"]);
    index(&folder, &["a/b/c", "--include", "4.txt"]);
    assert_eq!(paths(&folder), ["a/1.txt", "a/b/2.txt", "a/b/c/4.txt"]);
    let report = without_a_path(&folder);
    // One of them is no letter by its name.
    assert_eq!((&report["files"], &report["unchanged"]), (&4.into(), &4.into()));
    // What is gone is told once.
    fs::remove_file(folder.path().join("a/b/c/4.txt")).unwrap();
    let report = without_a_path(&folder);
    assert_eq!((&report["kept"], &report["unchanged"]), (&1.into(), &3.into()), "{report}");
    // A path that is named without any flag covers what is below it.
    index(&folder, &["a"]);
    let info = folder.imr(&["info", "--format", "json"]).succeeds().json();
    assert_eq!(info["paths"], serde_json::json!([{"path": "a", "flags": []}]));
    index(&folder, &["a/b", "--include", "2.txt"]);
    without_a_path(&folder);
    assert_eq!(paths(&folder), ["a/1.txt", "a/b/2.txt", "a/b/c/4.txt", "a/b/c/5.txt"]);
}
