//! Shards that are not whole: nothing of them is counted, and no letter of theirs is lost.

use std::fs;

use super::{FORMATS, all, shard};
use crate::support::Folder;

/// What is wrong, what makes it so of shards in a format, and what is said of it.
type Fault = (&'static str, fn(&Folder, &str), &'static [&'static str]);

/// What may be wrong with shards of `letters`, and what is said of it.
const FAULTS: &[Fault] = &[
    (
        "one is missing",
        |f, e| remove(f, &["part-00001-of-00003.manifest.json", &format!("part-00001-of-00003.{e}")]),
        &["shards`: lacks shard 1 of 3", "--shard 1/3", "name its files"],
    ),
    (
        "several are missing",
        |f, e| {
            remove(f, &["part-00000-of-00003.manifest.json", &format!("part-00000-of-00003.{e}")]);
            remove(f, &["part-00002-of-00003.manifest.json", &format!("part-00002-of-00003.{e}")]);
        },
        &["lacks shards 0, 2 of 3"],
    ),
    (
        "one is not finished",
        |f, _| remove(f, &["part-00002-of-00003.manifest.json"]),
        &["lacks shard 2 of 3; 2 has records and no manifest"],
    ),
    (
        "one has no records",
        |f, e| remove(f, &[&format!("part-00002-of-00003.{e}")]),
        &["part-00002-of-00003.", "is not there, and its manifest is"],
    ),
    (
        "none has records",
        |f, e| (0..3).for_each(|n| remove(f, &[&format!("part-0000{n}-of-00003.{e}")])),
        &["part-00000-of-00003.", "is not there, and its manifest is", "--shard 0/3 --reread"],
    ),
    (
        "none has records by its name",
        |f, e| {
            for n in 0..3 {
                let path = f.path().join(format!("shards/part-0000{n}-of-00003.{e}"));
                fs::rename(&path, path.with_extension("bak")).unwrap();
            }
        },
        &["part-00000-of-00003.", "is not there, and its manifest is"],
    ),
    (
        "none has records, and one manifest is left, of a shard of another name",
        |f, e| {
            (0..3).for_each(|n| remove(f, &[&format!("part-0000{n}-of-00003.{e}")]));
            remove(f, &["part-00001-of-00003.manifest.json", "part-00002-of-00003.manifest.json"]);
            let place = |of| f.path().join(format!("shards/part-00000-of-0000{of}.manifest.json"));
            fs::rename(place(3), place(1)).unwrap();
        },
        &["part-00000-of-00001.manifest.json`: has the name of another shard"],
    ),
    (
        "none has a manifest",
        |f, _| (0..3).for_each(|n| remove(f, &[&format!("part-0000{n}-of-00003.manifest.json")])),
        &["lacks shards 0, 1, 2 of 3; 0 has records and no manifest"],
    ),
    (
        "one was cut off",
        |f, e| change(f, &format!("part-00001-of-00003.{e}"), |bytes| bytes.truncate(1000)),
        &["part-00001-of-00003.", "has 1000 bytes, and its manifest tells of", "--shard 1/3 --reread"],
    ),
    (
        "one was changed",
        |f, e| change(f, &format!("part-00001-of-00003.{e}"), |bytes| bytes[500] ^= 1),
        &["part-00001-of-00003.", "its digest is another"],
    ),
    (
        "they are of two numbers",
        |f, e| drop(shard(f, "0/2", "shards", &["letters", "--format", e]).succeeds()),
        &["holds shards of 2 and of 3"],
    ),
    (
        "they are of two lists",
        |f, e| {
            f.invent("letters", [90]);
            shard(f, "1/3", "shards", &["letters", "--format", e]).succeeds();
        },
        &["part-00001-of-00003.manifest.json", "of another list of files than `part-00000-of-00003.manifest.json`"],
    ),
    (
        "they are of two choices",
        |f, e| drop(shard(f, "2/3", "shards", &["letters", "--format", e, "--hidden"]).succeeds()),
        &["of other choices"],
    ),
    (
        "they are of two versions",
        |f, _| {
            change(f, "part-00002-of-00003.manifest.json", |bytes| {
                *bytes =
                    String::from_utf8(bytes.clone()).unwrap().replace(env!("CARGO_PKG_VERSION"), "0.0.9").into_bytes();
            })
        },
        &["of another version of the program"],
    ),
    (
        "one is of a later format",
        |f, _| {
            change(f, "part-00002-of-00003.manifest.json", |bytes| {
                *bytes =
                    String::from_utf8(bytes.clone()).unwrap().replace("\"format\": 1", "\"format\": 2").into_bytes();
            })
        },
        &["has format 2", "knows up to 1"],
    ),
    (
        "one is of no format",
        |f, _| {
            change(f, "part-00002-of-00003.manifest.json", |bytes| {
                *bytes =
                    String::from_utf8(bytes.clone()).unwrap().replace("\"format\": 1", "\"format\": 0").into_bytes();
            })
        },
        &["has format 0", "--reread"],
    ),
    (
        "a manifest has no end",
        |f, _| {
            let path = f.path().join("shards/part-00001-of-00003.manifest.json");
            fs::File::options().write(true).open(path).unwrap().set_len(1 << 40).unwrap();
        },
        &["part-00001-of-00003.manifest.json`: is no manifest of a shard: it has more than 64 MiB", "more shards"],
    ),
    (
        "a manifest is none",
        |f, _| change(f, "part-00000-of-00003.manifest.json", |bytes| bytes.truncate(90)),
        &["part-00000-of-00003.manifest.json`: is no manifest"],
    ),
    (
        "a manifest has another name",
        |f, _| {
            let read = fs::read(f.path().join("shards/part-00000-of-00003.manifest.json")).unwrap();
            f.write("shards/part-00002-of-00003.manifest.json", read);
        },
        &["part-00002-of-00003.manifest.json`: has the name of another shard"],
    ),
    (
        "records are left over",
        |f, e| {
            drop(f.write(
                &format!("shards/part-00000-of-00003.{e}").replace(e, if e == "jsonl" { "parquet" } else { "jsonl" }),
                "",
            ))
        },
        &["is left over", "delete it"],
    ),
];

fn remove(folder: &Folder, names: &[&str]) {
    names.iter().for_each(|name| fs::remove_file(folder.path().join("shards").join(name)).unwrap());
}

fn change(folder: &Folder, name: &str, change: impl Fn(&mut Vec<u8>)) {
    let path = folder.path().join("shards").join(name);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn shards_that_are_not_whole_are_never_counted_in_part() {
    let target = "http://127.0.0.1:9/letters";
    for format in FORMATS {
        for (what, spoil, says) in FAULTS {
            let folder = Folder::new();
            folder.invent("letters", 1..=12);
            all(&folder, 3, "shards", &["letters", "--format", format]);
            spoil(&folder, format);
            for args in [
                &["index", "shards"][..],
                &["stats", "--from", "shards"],
                &["publish", "shards", "--to", target, "--dry-run"],
                &["parse", "shards"],
                &["check", "shards"],
                &["status", "shards"],
            ] {
                // For their digests, shards have to be read.
                if args[0] == "status" && says.iter().any(|says| says.contains("digest")) {
                    folder.imr(args).succeeds();
                    continue;
                }
                eprintln!("{format}, {what}: {}", args[0]);
                // A count of failures has no hints.
                let says = if args[0] == "check" { &says[..1] } else { says };
                folder.imr(args).ends_with(2).says(says);
            }
            folder.imr(&["stats", "--from", "shards"]).prints_nothing();
            // What is left of them is had by naming it.
            let left = format!("shards/part-00000-of-00003.{format}");
            if *what == "one is missing" {
                assert_eq!(
                    folder.imr(&["stats", "--from", &left, "--format", "json"]).succeeds().json()["total"]["letters"],
                    4
                );
            }
            // Where there was nothing to index there is no index.
            assert_eq!(
                folder.path().join(".imr").exists(),
                says[0].starts_with("part-00001") && says[1].contains("digest"),
                "{what}"
            );
        }
    }
}

#[test]
fn an_index_of_shards_loses_no_letter_when_they_are_damaged() {
    for format in FORMATS {
        for (what, spoil, says) in FAULTS {
            for below in ["shards", "."] {
                eprintln!("{format}, {what}, {below}");
                let folder = Folder::new();
                folder.invent("letters", 1..=12);
                all(&folder, 3, "shards", &["letters", "--format", format]);
                // Only shards are below the folder.
                fs::rename(folder.path().join("letters"), folder.path().join(".letters")).unwrap();
                folder.imr(&["index", below]).succeeds();
                let letters = || folder.imr(&["export"]).succeeds().out;
                let before = letters();
                assert_eq!(before.lines().count(), 12);
                fs::rename(folder.path().join(".letters"), folder.path().join("letters")).unwrap();
                spoil(&folder, format);
                fs::rename(folder.path().join("letters"), folder.path().join(".letters")).unwrap();
                let standing = folder.imr(&["status", below, "--format", "json"]).json();
                let is_seen = !says.iter().any(|says| says.contains("digest"));
                let unreadable = standing["unreadable"].as_array().unwrap().len();
                assert_eq!(unreadable, usize::from(is_seen), "{format}, {what}: {standing}");
                assert_eq!([&standing["gone"], &standing["new"]], [0, 0], "{format}, {what}: {standing}");
                folder.imr(&["index", below, "--prune"]).says(&says[..1]);
                assert_eq!(letters(), before, "{format}, {what}");
            }
        }
    }
}

/// An index of one shard in the folder `shards`, made with these words, of which what is looked for is gone.
fn lost(format: &str, words: &[&str], lose: &[&str]) -> Folder {
    let folder = Folder::new();
    folder.invent(".letters", 1..=5);
    all(&folder, 1, "shards", &[".letters", "--format", format]);
    folder.imr(&[&["index"], words].concat()).succeeds();
    assert_eq!(letters(&folder), 5, "{words:?}");
    remove(&folder, lose);
    folder
}

fn letters(folder: &Folder) -> usize {
    // Where there is none, nothing is found.
    folder.imr(&["export"]).out.lines().count()
}

#[test]
fn records_that_are_lost_are_not_taken_for_removed_whatever_chooses_among_the_files() {
    for format in FORMATS {
        let records = format!("part-00000-of-00001.{format}");
        let named = format!("shards/{records}");
        let include = format!("*.{format}");
        for words in [
            &["shards"][..],
            &["."],
            &[".", "--include", &include],
            &[".", "--exclude", "*.json"],
            &["shards", "--exclude", "*manifest*"],
            &[&named],
        ] {
            for again in [words, &[]] {
                let folder = lost(format, words, &[&records]);
                let says = &[&records, "is not there, and its manifest is", "--shard 0/1 --reread"];
                folder.imr(&[&["index", "--prune"], again].concat()).ends_with(2).says(says);
                assert_eq!(letters(&folder), 5, "{words:?}, {again:?}");
            }
        }
        // Without its manifest it was taken away.
        for (words, both) in [
            (&["shards"][..], &[records.as_str(), "part-00000-of-00001.manifest.json"][..]),
            (&["."], &[&records, "part-00000-of-00001.manifest.json"]),
        ] {
            let folder = lost(format, words, both);
            folder.imr(&["index", "--prune"]);
            assert_eq!(letters(&folder), 0, "{words:?}");
        }
    }
}

#[test]
fn a_manifest_that_a_filter_leaves_out_is_no_file_of_the_walk() {
    let folder = Folder::new();
    folder.invent(".letters", 1..=5);
    all(&folder, 1, "shards", &[".letters"]);
    let files = |words: &[&str]| {
        let run = folder.imr(&[&["index", "shards", "--reread", "--format", "json"], words].concat()).succeeds();
        [run.json()["files"].clone(), run.json()["not_letters"].clone()]
    };
    assert_eq!(files(&[]), [6, 1]);
    assert_eq!(files(&["--include", "*.jsonl"]), [5, 0]);
    // One that is alone tells that records are lost, also where there is nothing to index.
    remove(&folder, &["part-00000-of-00001.jsonl"]);
    folder.write(
        "other/shards/part-00000-of-00001.manifest.json",
        fs::read(folder.path().join("shards/part-00000-of-00001.manifest.json")).unwrap(),
    );
    folder.imr(&["index", "other", "--index", "none"]).ends_with(2).says(&["is not there, and its manifest is"]);
    assert!(!folder.path().join("none").exists());
}

#[cfg(unix)]
#[test]
fn a_manifest_that_is_no_file_is_not_waited_for() {
    let folder = lost("jsonl", &["."], &["part-00000-of-00001.manifest.json"]);
    let pipe = folder.path().join("shards/part-00000-of-00001.manifest.json");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    folder.imr(&["index", "--prune"]).ends_with(2).says(&["it is no regular file"]);
    assert_eq!(letters(&folder), 5);
    remove(&folder, &["part-00000-of-00001.jsonl"]);
    folder.imr(&["index", "--prune"]).ends_with(2).says(&["it is no regular file"]);
    assert_eq!(letters(&folder), 5);
}

#[test]
fn shards_below_an_archive_are_taken_when_they_are_whole() {
    let folder = Folder::new();
    folder.invent("letters", 1..=12);
    all(&folder, 3, "data/shards", &["letters"]);
    folder.invent("data/other", 20..=24);
    let last = ["part-00002-of-00003.jsonl", "part-00002-of-00003.manifest.json"]
        .map(|name| folder.path().join("data/shards").join(name));
    let kept = last.clone().map(|path| fs::read(path).unwrap());
    last.iter().for_each(|path| fs::remove_file(path).unwrap());
    let count =
        |folder: &Folder| folder.imr(&["stats", "--format", "json"]).succeeds().json()["total"]["letters"].clone();
    let run = folder.imr(&["index", "data"]).ends_with(2).says(&["data/shards`: lacks shard 2 of 3"]);
    assert_eq!((run.err.matches("lacks").count(), count(&folder)), (1, 5.into()), "{}", run.err);
    last.iter().zip(&kept).for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    folder.imr(&["index"]).succeeds();
    assert_eq!(count(&folder), 17);
    // Letters stay where shards are not whole any more, also with `--prune`.
    last.iter().for_each(|path| fs::remove_file(path).unwrap());
    folder.imr(&["index", "--prune"]).ends_with(2).says(&["lacks shard 2 of 3"]);
    assert_eq!(count(&folder), 17);
}
