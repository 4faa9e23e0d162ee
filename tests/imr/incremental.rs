//! Indexing again: what is new, changed, gone, twice.

use std::fs;

use serde_json::Value;

use crate::invented::{Letter, Linearization};
use crate::support::Folder;

fn index(folder: &Folder) -> Value {
    folder.index_report(&[])
}

fn pruned(folder: &Folder) -> Value {
    folder.index_report(&["--prune"])
}

fn letters(folder: &Folder, query: &[&str]) -> u64 {
    let run = folder.imr(&[&["search", "--count", "--format", "json"], query].concat());
    run.json()["total"]["letters"].as_u64().unwrap()
}

/// A letter decided on another day.
fn text(number: u64, decided: &str) -> String {
    let letter = Letter::invent(7, number);
    let day = letter.dates.decided.us();
    letter.to_text(Linearization::Pairs).replace(&day, decided)
}

/// The first letters with a header and issues.
fn ordinary() -> Vec<Letter> {
    (1..).map(|n| Letter::invent(7, n)).filter(|l| l.header && !l.issues.is_empty()).take(4).collect()
}

#[test]
fn a_second_run_does_only_what_is_new_changed_or_gone() {
    let folder = Folder::new();
    let [a, b, c, d] = &ordinary()[..] else { unreachable!() };
    for (name, letter) in [("a", a), ("b", b), ("c", c)] {
        folder.write(&format!("letters/{name}.txt"), letter.to_text(Linearization::Table));
    }
    assert_eq!(index(&folder)["letters"], 3);
    assert_eq!(index(&folder)["unchanged"], 3);
    // Changed: another letter under the same name.
    folder.write("letters/b.txt", d.to_text(Linearization::Columns));
    let report = index(&folder);
    assert_eq!((report["letters"].clone(), report["unchanged"].clone()), (1.into(), 2.into()));
    assert_eq!(letters(&folder, &["--case", &b.case_number]), 0);
    assert_eq!(letters(&folder, &["--case", &d.case_number]), 1);
    // Gone and moved.
    fs::remove_file(folder.path().join("letters/a.txt")).unwrap();
    fs::rename(folder.path().join("letters/c.txt"), folder.path().join("letters/z.txt")).unwrap();
    let report = index(&folder);
    let n = |report: &Value, name: &str| report[name].as_u64().unwrap();
    assert_eq!((n(&report, "moved"), n(&report, "kept"), n(&report, "removed"), n(&report, "unchanged")), (1, 1, 0, 1));
    assert_eq!((n(&report, "letters"), letters(&folder, &[])), (0, 3));
    // The letter whose file is gone stays, run after run, until it is pruned.
    let run = folder.imr(&["index", "letters"]).succeeds();
    run.says(&["1 letter stays in the index, whose file is gone; `--prune` takes it out"]);
    assert_eq!(letters(&folder, &["--case", &a.case_number]), 1);
    let report = pruned(&folder);
    assert_eq!((n(&report, "kept"), n(&report, "removed")), (0, 1));
    assert_eq!(letters(&folder, &[]), 2);
    let found = folder.imr(&["search", "--case", &c.case_number, "--format", "json"]).json();
    assert_eq!(found["hits"][0]["path"], "letters/z.txt");
    // A folder that is not named is left alone.
    folder.write("other/a.txt", a.to_text(Linearization::Table));
    folder.imr(&["index", "other"]).succeeds();
    assert_eq!(letters(&folder, &[]), 3);
    fs::remove_dir_all(folder.path().join("letters")).unwrap();
    folder.imr(&["index", "letters"]).ends_with(2);
    assert_eq!(letters(&folder, &[]), 3);
}

#[test]
fn the_latest_version_of_a_letter_counts_and_the_others_wait() {
    let number = ordinary()[0].number;
    let case = ordinary()[0].case_number.clone();
    let decided = |folder: &Folder| {
        let found = folder.imr(&["search", "--case", &case, "--format", "json"]).json();
        (found["hits"][0]["decision_date"].clone(), found["hits"][0]["path"].clone(), found["total"]["letters"].clone())
    };
    // In whatever order they come, the result is the same.
    for order in [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]] {
        let folder = Folder::new();
        for name in order {
            let day = match name {
                "a" => "01/05/2020",
                "b" => "03/07/2021",
                _ => "02/06/2020",
            };
            folder.write(&format!("letters/{name}.txt"), text(number, day));
            index(&folder);
        }
        assert_eq!(decided(&folder), ("2021-03-07".into(), "letters/b.txt".into(), 1.into()), "{order:?}");
        let report = index(&folder);
        assert_eq!(report["unchanged"], 3);
        // The better one goes, and the next takes its place.
        fs::remove_file(folder.path().join("letters/b.txt")).unwrap();
        assert_eq!(index(&folder)["kept"], 1);
        assert_eq!(decided(&folder), ("2021-03-07".into(), "letters/b.txt".into(), 1.into()), "{order:?}");
        assert_eq!(pruned(&folder)["restored"], 1);
        assert_eq!(decided(&folder), ("2020-02-06".into(), "letters/c.txt".into(), 1.into()), "{order:?}");
        fs::remove_file(folder.path().join("letters/c.txt")).unwrap();
        pruned(&folder);
        assert_eq!(decided(&folder), ("2020-01-05".into(), "letters/a.txt".into(), 1.into()), "{order:?}");
        fs::remove_file(folder.path().join("letters/a.txt")).unwrap();
        pruned(&folder);
        assert_eq!(letters(&folder, &[]), 0);
    }
}

#[test]
fn what_gives_way_within_a_run_is_counted_as_a_duplicate() {
    let case = ordinary()[0].number;
    let folder = Folder::new();
    for (name, day) in [("a", "01/05/2020"), ("b", "02/06/2020"), ("c", "03/07/2021")] {
        folder.write(&format!("letters/{name}.txt"), text(case, day));
    }
    let report = index(&folder);
    let issues = folder.imr(&["search", "--count", "--format", "json"]).json()["total"]["issues"].clone();
    assert_eq!((&report["letters"], &report["issues"], &report["duplicates"]), (&1.into(), &issues, &2.into()));
    // What gives way to a letter of this run but came in an earlier one is unchanged, as a file.
    folder.write("letters/d.txt", text(case, "04/08/2022"));
    let report = index(&folder);
    assert_eq!((&report["letters"], &report["unchanged"], &report["duplicates"]), (&1.into(), &3.into(), &0.into()));
    assert_eq!(letters(&folder, &[]), 1);
}

#[cfg(unix)]
#[test]
fn content_that_changes_behind_the_same_length_and_time_is_noticed() {
    let folder = Folder::new();
    let path = folder.write("letters/a.txt", "A note on the left hand.");
    index(&folder);
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let put_back = |path: &std::path::Path| {
        fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
    };
    // In place, as `cp -p` does, and by another file taking the name, as `rsync -t` does.
    fs::write(&path, "A note on the sore foot.").unwrap();
    put_back(&path);
    assert_eq!(index(&folder)["unknown_layout"], 1);
    assert_eq!(letters(&folder, &["foot"]), 1);
    let other = folder.write("other.txt", "A note on the hurt knee.");
    put_back(&other);
    fs::rename(&other, &path).unwrap();
    assert_eq!(index(&folder)["unknown_layout"], 1);
    assert_eq!((letters(&folder, &["knee"]), letters(&folder, &["hand OR foot"])), (1, 0));
    // The same content under another time is no change, and need not be looked at again.
    fs::write(&path, "A note on the hurt knee.").unwrap();
    assert_eq!(index(&folder)["unchanged"], 1);
    assert_eq!(index(&folder)["unchanged"], 1);
    assert_eq!(letters(&folder, &["knee"]), 1);
}

#[test]
fn everything_is_read_again_on_demand() {
    let folder = Folder::new();
    folder.invent("letters", 1..=5);
    folder.write("letters/copy.txt", "A note.");
    folder.write("letters/note.txt", "A note.");
    let first = index(&folder);
    let again = folder.imr(&["index", "letters", "--reread", "--format", "json"]).succeeds().json();
    for field in ["files", "letters", "issues", "unchanged", "duplicates", "unknown_layout", "bytes"] {
        assert_eq!(again[field], first[field], "{field}");
    }
    assert_eq!(letters(&folder, &[]), 6);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_differ_in_bytes_that_are_no_text_are_different_files() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let name = |byte: u8| {
        let name = [b"letters/a", &[byte][..], b".txt"].concat();
        folder.path().join(std::ffi::OsStr::from_bytes(&name))
    };
    folder.write("letters/b.txt", "A note on the head.");
    fs::write(name(0xff), "A note on the left hand.").unwrap();
    fs::write(name(0xfe), "A note on the sore foot.").unwrap();
    index(&folder);
    fs::remove_file(name(0xfe)).unwrap();
    assert_eq!(pruned(&folder)["removed"], 1);
    assert_eq!((letters(&folder, &["hand"]), letters(&folder, &["foot"]), letters(&folder, &[])), (1, 0, 2));
    fs::write(name(0xfe), "A note on the hurt knee.").unwrap();
    index(&folder);
    assert_eq!((letters(&folder, &["hand"]), letters(&folder, &["knee"]), letters(&folder, &[])), (1, 1, 3));
}

#[test]
fn the_same_content_twice_is_indexed_once_also_without_a_case_number() {
    let folder = Folder::new();
    for (name, content) in
        [("b", "A note without any layout."), ("a", "A note without any layout."), ("c", "Another one.")]
    {
        folder.write(&format!("letters/{name}.txt"), content);
    }
    let report = index(&folder);
    assert_eq!((report["unknown_layout"].clone(), report["duplicates"].clone()), (2.into(), 1.into()));
    let found = folder.imr(&["search", "layout", "--format", "json"]).json();
    assert_eq!(found["total"], serde_json::json!({"issues": 0, "letters": 1}));
    assert_eq!(found["hits"][0]["path"], "letters/a.txt");
    assert_eq!(found["hits"][0]["text"], "A note without any layout.");
    folder.write("letters/a.txt", "Now this is something else.");
    index(&folder);
    let found = folder.imr(&["search", "layout", "--format", "json"]).json();
    assert_eq!(found["hits"][0]["path"], "letters/b.txt");
}

#[test]
fn the_index_is_found_from_below_and_by_name() {
    let folder = Folder::indexed(5);
    fs::create_dir_all(folder.path().join("deep/down")).unwrap();
    let mut command = folder.command(&["search", "--count"]);
    command.current_dir(folder.path().join("deep/down"));
    let here = folder.run(command, &["search", "--count"]).succeeds();
    let mut command = folder.command(&["search", "--count"]);
    command.current_dir("/").env("IMR_INDEX", folder.path().join(".imr"));
    let by_env = folder.run(command, &["search", "--count"]).succeeds();
    assert_eq!(here.out, by_env.out);
    let elsewhere = folder.path().join("elsewhere/index");
    let elsewhere = elsewhere.to_str().unwrap();
    folder.imr(&["index", "letters", "--index", elsewhere]).succeeds();
    assert_eq!(folder.imr(&["search", "--count", "--index", elsewhere]).succeeds().out, here.out);
    // The folder moves, and letters are still found under their paths.
    fs::rename(folder.path().join(".imr"), folder.path().join("moved.imr")).unwrap();
    let hits = folder.imr(&["search", "--index", "moved.imr", "--limit", "1"]).succeeds().out;
    let path = hits.trim_end().rsplit('\t').next().unwrap();
    assert!(folder.path().join(path).exists(), "{path}");
}

#[test]
fn the_index_is_no_part_of_the_archive_that_it_lies_in() {
    let folder = Folder::new();
    folder.invent("letters", 1..=3);
    for _ in 0..2 {
        let report = folder.imr(&["index", ".", "--format", "json"]).succeeds().json();
        assert_eq!(report["files"], 3);
    }
}

#[test]
fn reading_changes_nothing_in_the_index_folder() {
    let folder = Folder::indexed(20);
    let state = || {
        let mut files: Vec<_> = walkdir(folder.path().join(".imr"));
        files.sort();
        files
    };
    let before = state();
    folder.imr(&["search", "lumbar", "--facets", "year"]).succeeds();
    folder.imr(&["stats", "--by", "outcome"]).succeeds();
    assert_eq!(before, state());
}

fn walkdir(dir: std::path::PathBuf) -> Vec<(std::path::PathBuf, u64, std::time::SystemTime)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            files.extend(walkdir(entry.path()));
        } else {
            files.push((entry.path(), metadata.len(), metadata.modified().unwrap()));
        }
    }
    files
}
