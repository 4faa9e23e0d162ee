//! Letters in containers, through the program: indexed, searched, parsed, read again, killed and gone.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::container_build::{RawEntry, gzip, raw_zip, tar, zip, zstd};
use crate::invented::{Letter, Linearization, Rng};
use crate::support::Folder;

/// Invented letters as texts, with the names that they have in a container.
fn letters(numbers: impl IntoIterator<Item = u64>) -> Vec<(String, String)> {
    let letters = numbers.into_iter().map(|n| Letter::invent(7, n));
    letters.map(|letter| (letter.path("txt"), letter.to_text(Linearization::Pairs))).collect()
}

fn borrowed(letters: &[(String, String)]) -> Vec<(&str, &[u8])> {
    letters.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect()
}

/// All hits without what tells where they are from.
fn hits(folder: &Folder, query: &[&str]) -> Vec<Value> {
    let run = folder.imr(&[&["search", "--limit", "100000", "--sort", "case", "--format", "jsonl"], query].concat());
    let hits = run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    hits.map(|mut hit| {
        for field in ["path", "score", "rank"] {
            hit.as_object_mut().unwrap().remove(field);
        }
        hit
    })
    .collect()
}

fn paths(folder: &Folder, query: &[&str]) -> Vec<String> {
    let run = folder.imr(&[&["search", "--limit", "100000", "--sort", "case", "--format", "jsonl"], query].concat());
    let path = |line: &str| serde_json::from_str::<Value>(line).unwrap()["path"].as_str().unwrap().to_owned();
    let mut paths: Vec<_> = run.out.lines().map(path).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// A folder with every kind of container, and another with the same letters as files.
fn archive() -> (Folder, Folder) {
    let (packed, plain) = (Folder::new(), Folder::new());
    let all = letters(1..=90);
    for (name, text) in &all {
        plain.write(&format!("letters/{name}"), text);
    }
    let part = |from: usize, to: usize| borrowed(&all[from..to]);
    packed.write("letters/a.zip", zip(&part(0, 20)));
    packed.write("letters/b/b.tar.gz", gzip(&tar(&part(20, 40))));
    packed.write("letters/b/c.tar.zst", zstd(&tar(&part(40, 50))));
    let inner = zip(&part(50, 60));
    packed.write("letters/d.zip", zip(&[("in/ner.zip", &inner), ("note.doc", b"no letter")]));
    packed.write("letters/single.txt.gz", gzip(all[60].1.as_bytes()));
    packed.write("letters/e.tar", tar(&part(61, 70)));
    for (name, text) in &all[70..] {
        packed.write(&format!("other/{name}"), text);
    }
    let export = packed.imr(&["parse", "other"]).succeeds().out;
    fs::remove_dir_all(packed.path().join("other")).unwrap();
    packed.write("letters/z.jsonl.gz", gzip(export.as_bytes()));
    (packed, plain)
}

#[test]
fn letters_in_containers_are_the_same_as_in_folders() {
    let (packed, plain) = archive();
    plain.imr(&["index", "letters"]).succeeds();
    let expected = hits(&plain, &[]);
    assert!(expected.len() > 90);
    for threads in ["1", "2", "8"] {
        let _ = fs::remove_dir_all(packed.path().join(".imr"));
        let first = packed.index_report(&["--threads", threads]);
        assert_eq!((&first["files"], &first["not_letters"], &first["containers"]), (&91.into(), &1.into(), &7.into()));
        assert_eq!(first["failed"], 0, "{first}");
        assert_eq!(hits(&packed, &[]), expected, "{threads} threads");
    }
    let again = packed.index_report(&[]);
    assert_eq!((&again["unchanged"], &again["containers"]), (&91.into(), &7.into()), "{again}");
    // By their place.
    let of = |path: &str| paths(&packed, &["--path", path]);
    assert_eq!(of("letters/d.zip").len(), 10);
    assert!(of("letters/d.zip").iter().all(|path| path.starts_with("letters/d.zip!/in/ner.zip!/")));
    assert_eq!(of("letters/d.zip!/in/ner.zip"), of("letters/d.zip"));
    assert_eq!(of("letters/single.txt.gz"), ["letters/single.txt.gz!/single.txt"]);
    assert_eq!(of("letters/z.jsonl.gz").len(), 20);
    assert_eq!(of("letters").len(), 90);
    // Without an index.
    let records = |folder: &Folder| {
        let run = folder.imr(&["parse", "letters"]).succeeds();
        let mut records: BTreeMap<String, Value> = BTreeMap::new();
        for line in run.out.lines() {
            let mut record: Value = serde_json::from_str(line).unwrap();
            record.as_object_mut().unwrap().remove("path");
            records.insert(record["digest"].as_str().unwrap().to_owned(), record);
        }
        records
    };
    assert_eq!(records(&packed), records(&plain));
    let health = |folder: &Folder| folder.imr(&["check", "letters", "--format", "json"]).succeeds().json();
    assert_eq!(health(&packed), health(&plain));
}

#[test]
fn a_container_that_changed_is_read_again_and_only_what_changed_in_it_counts() {
    let folder = Folder::new();
    let mut all = letters(1..=12);
    folder.write("letters/a.zip", zip(&borrowed(&all)));
    folder.write("letters/b.zip", zip(&borrowed(&letters(20..=25))));
    assert_eq!(folder.index_report(&[])["files"], 18);
    let before = paths(&folder, &[]).len();
    // One goes, one comes, one changes.
    let gone = all.remove(3).0;
    all[0].1.push_str("\nA further line.\n");
    all.push(letters([40]).remove(0));
    folder.write("letters/a.zip", zip(&borrowed(&all)));
    let changed = folder.index_report(&[]);
    assert_eq!((&changed["unchanged"], &changed["kept"]), (&16.into(), &1.into()), "{changed}");
    assert!(paths(&folder, &[]).contains(&format!("letters/a.zip!/{gone}")));
    assert_eq!(folder.index_report(&["--prune"])["removed"], 1);
    assert_eq!(paths(&folder, &[]).len(), before);
    assert!(!paths(&folder, &[]).contains(&format!("letters/a.zip!/{gone}")));
    // The container itself goes, with all that it holds.
    fs::remove_file(folder.path().join("letters/a.zip")).unwrap();
    let report = folder.index_report(&["--prune"]);
    // The container, and what it held.
    assert_eq!(report["removed"], 13);
    assert_eq!(paths(&folder, &[]).len(), 6);
    // And a container may be named itself.
    folder.write("letters/a.zip", zip(&borrowed(&all[..2])));
    folder.imr(&["index", "letters/a.zip"]).succeeds();
    assert_eq!(paths(&folder, &[]).len(), 8);
    folder.write("letters/a.zip", zip(&borrowed(&all[..1])));
    folder.imr(&["index", "letters/a.zip", "--prune"]).succeeds();
    assert_eq!(paths(&folder, &[]).len(), 7);
}

#[test]
fn damage_costs_itself_only_and_what_was_there_before_stays() {
    let folder = Folder::new();
    let all = letters(1..=10);
    let whole = zip(&borrowed(&all));
    folder.write("letters/a.zip", &whole);
    let good = RawEntry::new("good.txt", all[0].1.as_str());
    let locked = RawEntry { flags: 1, ..RawEntry::new("locked.txt", "secret") };
    folder.write("letters/b.zip", raw_zip(&[locked, good]));
    folder.write("letters/c.zip", "no zip file");
    let run = folder.imr(&["index", "letters"]).succeeds();
    run.says(&["b.zip!/locked.txt", "is encrypted", "c.zip", "is no zip file"]);
    let first = folder.index_report(&[]);
    assert_eq!(first["failed"], 2, "{first}");
    let codes: Vec<_> = first["failures"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["container_encrypted", "container_damaged"]);
    // The disk loses the second half of a file.
    let before = paths(&folder, &[]);
    folder.write("letters/a.zip", &whole[..whole.len() / 2]);
    let damaged = folder.index_report(&[]);
    // The container, and the entry in which the cut lies.
    assert_eq!(damaged["failed"], 4, "{damaged}");
    assert_eq!(damaged["removed"], 0, "{damaged}");
    assert!(paths(&folder, &[]).len() + 1 >= before.len());
    assert_eq!(folder.index_report(&[])["failed"], 4);
    folder.imr(&["parse", "letters/a.zip"]).succeeds().says(&["a.zip", "its directory is missing"]);
    folder.write("letters/a.zip", &whole);
    assert_eq!(folder.index_report(&[])["failed"], 2);
    assert_eq!(paths(&folder, &[]), before);
}

#[test]
fn duplicates_in_containers_take_the_place_of_what_goes() {
    let folder = Folder::new();
    let one = letters([1]).remove(0).1;
    folder.write("letters/a.txt", &one);
    folder.write("letters/b.zip", zip(&[("x/same.txt", one.as_bytes())]));
    folder.write("letters/c.zip", zip(&[("d.zip", &zip(&[("same.txt", one.as_bytes())]))]));
    assert_eq!(folder.index_report(&[])["duplicates"], 2);
    assert_eq!(paths(&folder, &[]), ["letters/a.txt"]);
    fs::remove_file(folder.path().join("letters/a.txt")).unwrap();
    assert_eq!(folder.index_report(&[])["restored"], 1);
    assert_eq!(paths(&folder, &[]), ["letters/b.zip!/x/same.txt"]);
    fs::remove_file(folder.path().join("letters/b.zip")).unwrap();
    assert_eq!(folder.index_report(&[])["restored"], 1);
    assert_eq!(paths(&folder, &[]), ["letters/c.zip!/d.zip!/same.txt"]);
    fs::remove_file(folder.path().join("letters/c.zip")).unwrap();
    folder.index_report(&["--prune"]);
    assert!(paths(&folder, &[]).is_empty());
}

#[test]
fn an_address_in_a_container_that_is_there_is_no_path_that_is_gone() {
    let folder = Folder::new();
    let all = letters(1..=3);
    let inner = zip(&borrowed(&all[..2]));
    folder.write("letters/o.zip", zip(&[("in.zip", &inner), (all[2].0.as_str(), all[2].1.as_bytes())]));
    folder.index_report(&[]);
    let before = paths(&folder, &[]);
    assert_eq!(before.len(), 3);
    for path in ["letters/o.zip!/in.zip", "letters/o.zip!/elsewhere.txt"] {
        for command in [&["index", path][..], &["index", path, "--prune"]] {
            let run = folder.imr(command).ends_with(2).prints_nothing();
            run.says(&["lies in a container", "hint: name the container: `letters/o.zip`"]);
        }
        // Beside another path it is a failure like a path that is not there, and takes nothing out.
        let run = folder.imr(&["index", "letters", path, "--prune"]).ends_with(2);
        run.says(&[&format!("`{path}`: lies in a container"), "name the container"]);
        let told = folder.imr(&["status", path]).ends_with(2).says(&["lies in a container", "name the container"]);
        assert!(told.out.contains("gone\t0\n"), "{}", told.out);
        assert_eq!(paths(&folder, &[]), before);
    }
    // Once the container is gone, so is what it held.
    fs::remove_file(folder.path().join("letters/o.zip")).unwrap();
    folder.imr(&["index", "letters/o.zip!/in.zip", "--prune"]).succeeds();
    assert_eq!(paths(&folder, &[]).len(), 1);
}

#[test]
fn containers_that_come_and_go_are_told_and_counted() {
    let folder = Folder::new();
    folder.write("letters/z.zip", zip(&borrowed(&letters(1..=2))));
    let told = || folder.imr(&["status", "letters", "--pretty"]).succeeds().out;
    let new = told();
    assert!(new.contains("\ncontainers\n  letters/z.zip\n") && !new.contains("\nnew\n"), "{new}");
    assert!(new.ends_with("`imr index` would open 1 container\n"), "{new}");
    folder.index_report(&[]);
    fs::remove_file(folder.path().join("letters/z.zip")).unwrap();
    let gone = told();
    assert!(gone.contains("\ngone              3\n") && gone.contains("\ngone, kept        2\n"), "{gone}");
    let summary = "`imr index` would forget 1 gone file; `--prune` takes out 2 letters whose file is gone\n";
    assert!(gone.ends_with(summary), "{gone}");
    let run = folder.imr(&["index", "letters", "--format", "json"]).json();
    assert_eq!((&run["removed"], &run["kept"]), (&1.into(), &2.into()), "{run}");
    let after = folder.imr(&["status", "letters", "--format", "json"]).json();
    assert_eq!((&after["gone"], &after["kept"]), (&2.into(), &2.into()), "{after}");
}

#[test]
fn what_is_no_export_of_records_is_one_failure() {
    let folder = Folder::new();
    folder.invent("letters", 1..=3);
    let export = folder.imr(&["parse", "letters"]).succeeds().out;
    let mut lines: Vec<_> = export.lines().collect();
    lines.insert(1, "{\"case_number\": 7}");
    folder.write("letters/x.jsonl", lines.join("\n"));
    folder.write("letters/y.jsonl", "{\"other\":1}\n".repeat(100));
    let found = folder.index_report(&[]);
    let failures: Vec<_> = found["failures"].as_array().unwrap().iter().collect();
    assert_eq!(failures.len(), 2, "{found}");
    assert!(failures[0]["path"].as_str().unwrap().ends_with("x.jsonl!/0000002"));
    assert!(failures[1]["path"].as_str().unwrap().ends_with("y.jsonl"));
    assert!(failures.iter().all(|f| f["code"] == "record_damaged"));
    // The records are the letters in the folder.
    assert_eq!((&found["letters"], &found["duplicates"]), (&3.into(), &3.into()), "{found}");
}

#[test]
fn globs_hidden_files_and_lists_choose() {
    let folder = Folder::new();
    let all = letters(1..=8);
    let entries = borrowed(&all);
    let [a, b, c, d, e, f, g, h] = &entries[..] else { unreachable!() };
    folder.write("letters/2016/a.txt", a.1);
    folder.write("letters/2017/b.txt", b.1);
    folder.write("letters/2017/old/c.txt", c.1);
    folder.write("letters/.trash/d.txt", d.1);
    folder.write("letters/z.zip", zip(&[("2016/e.txt", e.1), ("f.txt", f.1), (".g.txt", g.1), ("old/h.txt", h.1)]));
    let parsed = |args: &[&str]| {
        let run = folder.imr(&[&["parse"], args].concat());
        let path = |line: &str| serde_json::from_str::<Value>(line).unwrap()["path"].as_str().unwrap().to_owned();
        run.out.lines().map(path).collect::<Vec<_>>()
    };
    let visible =
        ["2016/a.txt", "2017/b.txt", "2017/old/c.txt", "z.zip!/2016/e.txt", "z.zip!/f.txt", "z.zip!/old/h.txt"];
    assert_eq!(parsed(&["letters"]), visible.map(|path| format!("letters/{path}")));
    assert_eq!(parsed(&["letters", "--hidden"]).len(), 8);
    assert_eq!(parsed(&["letters", "--exclude", "old"]).len(), 4);
    let included = ["letters/2016/a.txt", "letters/z.zip!/f.txt"];
    assert_eq!(parsed(&["letters", "--include", "[af].txt"]), included);
    assert_eq!(parsed(&["letters", "--include", "2016/*"]), ["letters/2016/a.txt"]);
    assert_eq!(parsed(&["letters", "--include", "*.zip"]).len(), 3);
    // What is named is meant.
    assert_eq!(parsed(&["letters/.trash/d.txt"]).len(), 1);
    folder.write("list", "letters/2016/a.txt\n\nletters/z.zip\r\n");
    assert_eq!(parsed(&["--files-from", "list"]).len(), 4);
    folder.write("list0", "letters/2016/a.txt\0letters/2017\0");
    assert_eq!(parsed(&["--files-from", "list0", "letters/z.zip"]).len(), 6);
    folder.imr(&["parse", "letters", "--include", "a["]).ends_with(2).says(&["--include", "a["]);
    folder.imr(&["parse", "--files-from", "nowhere"]).ends_with(2).says(&["nowhere"]);
    folder.imr(&["parse"]).ends_with(2).says(&["PATH"]);
    // The same for the index, where another choice takes nothing out and reads what it newly means.
    assert_eq!(folder.index_report(&["--exclude", "old"])["files"], 4);
    assert_eq!(folder.index_report(&["--exclude", "old"])["unchanged"], 4);
    let all = folder.index_report(&[]);
    assert_eq!((&all["files"], &all["unchanged"], &all["removed"]), (&6.into(), &4.into(), &0.into()), "{all}");
    assert_eq!(folder.index_report(&["--include", "a.txt"])["removed"], 0);
    assert_eq!(paths(&folder, &[]).len(), 6);
}

#[test]
fn no_name_in_a_container_is_a_path_on_disk() {
    let folder = Folder::new();
    let all = letters(1..=3);
    let names = ["../../outside.txt", "/tmp/absolute.txt", "..\\windows.txt"];
    let entries: Vec<_> = names.iter().zip(&all).map(|(name, (_, text))| RawEntry::new(*name, text.as_str())).collect();
    folder.write("in/letters/a.zip", raw_zip(&entries));
    // What a careless reader would open instead.
    folder.write("outside.txt", "not this one");
    let run = folder.imr(&["parse", "in/letters"]).succeeds();
    assert_eq!(run.out.lines().count(), 3);
    for ((line, path), (_, text)) in run.out.lines().zip(["outside.txt", "tmp/absolute.txt", "windows.txt"]).zip(&all) {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["path"], format!("in/letters/a.zip!/{path}"));
        assert_eq!(record["digest"], blake3::hash(text.as_bytes()).to_hex().as_str());
    }
    let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["in", "outside.txt"]);
}

#[test]
fn a_folder_named_like_an_address_is_refused() {
    let folder = Folder::new();
    let all = letters(1..=2);
    folder.write("letters/a.zip", zip(&[("x.txt", all[0].1.as_bytes())]));
    folder.write("letters/a.zip!/x.txt", &all[1].1);
    folder.imr(&["index", "letters"]).says(&["a.zip!", "give the folder another name"]);
    assert_eq!(paths(&folder, &[]), ["letters/a.zip!/x.txt"]);
}

#[cfg(unix)]
#[test]
fn a_killed_run_over_containers_goes_on_where_it_was() {
    let folder = Folder::new();
    let all = letters(1..=900);
    for (n, part) in all.chunks(150).enumerate() {
        let entries = borrowed(part);
        match n % 3 {
            0 => folder.write(&format!("letters/{n}.zip"), zip(&entries)),
            1 => folder.write(&format!("letters/{n}.tgz"), gzip(&tar(&entries))),
            _ => folder.write(&format!("letters/{n}.zip"), zip(&[("in.zip", &zip(&entries))])),
        };
    }
    folder.imr(&["index", "letters", "--index", "whole"]).succeeds();
    let count = |index: &str| {
        let run = folder.imr(&["search", "--count", "--format", "json", "--index", index]);
        (run.status != 2).then(|| run.json()["total"].clone())
    };
    let whole = count("whole");
    let mut rng = Rng::new(5, 0);
    for round in 0..6 {
        if round % 3 == 0 {
            let _ = fs::remove_dir_all(folder.path().join(".imr"));
        }
        let mut command = folder.command(&["index", "letters", "--threads", "2"]);
        command.env("IMR_COMMIT_SECONDS", "0.02").stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(rng.between(1, 400)));
        child.kill().unwrap();
        child.wait().unwrap();
        if round % 3 == 2 {
            let report = folder.index_report(&[]);
            assert_eq!(report["failed"], 0, "{report}");
            assert_eq!(count(".imr"), whole);
            let again = folder.index_report(&[]);
            assert_eq!(again["unchanged"], again["files"]);
            assert_eq!(again["files"], 900);
        }
    }
}
