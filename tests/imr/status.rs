//! `imr status` tells what the next run does, and lists what earlier ones left.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use imr::archive::Stamp;
use imr::index::{Finding, Snapshot, Writer, WriterConfig};
use serde_json::Value;

use crate::invented::{Letter, Linearization, Rng};
use crate::schema::keeps_to;
use crate::support::Folder;

fn status(folder: &Folder, args: &[&str]) -> Value {
    let status = folder.imr(&[&["status", "--format", "json"], args].concat()).succeeds().json();
    keeps_to("status.schema.json", &status);
    status
}

fn index(folder: &Folder, args: &[&str]) -> Value {
    let report = folder.imr(&[&["index", "letters", "--format", "json"], args].concat()).succeeds().json();
    keeps_to("index-report.schema.json", &report);
    report
}

fn n(answer: &Value, name: &str) -> u64 {
    answer[name].as_u64().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// The paths of a state.
fn of(status: &Value, state: &str) -> Vec<String> {
    let files = status["files"].as_array().unwrap().iter().filter(|file| file["state"] == state);
    files.map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

fn letter(number: u64) -> Letter {
    (1..).map(|n| Letter::invent(7, n)).filter(|l| l.header && !l.issues.is_empty()).nth(number as usize).unwrap()
}

/// The files below a folder with their lengths and times.
fn tree(dir: &Path) -> BTreeSet<(PathBuf, u64, std::time::SystemTime)> {
    let mut files = BTreeSet::new();
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        files.insert((entry.into_path(), metadata.len(), metadata.modified().unwrap()));
    }
    files
}

/// Whatever happens to an archive, what is told beforehand is what is done.
#[test]
fn what_is_told_beforehand_is_what_a_run_does() {
    let folder = Folder::in_memory();
    let mut rng = Rng::new(31, 0);
    let mut next = 0;
    let mut come = |folder: &Folder, rng: &mut Rng| {
        next += 1;
        let (text, ending) = match rng.below(8) {
            0 => (String::new(), "txt"),
            1 => (format!("No letter {next}."), "md"),
            2 => (format!("A note of its own, number {next}."), "txt"),
            _ => (letter(next % 12).to_text(Linearization::Pairs) + &" ".repeat(next as usize % 3), "txt"),
        };
        folder.write(&format!("letters/{}/{next:03}.{ending}", rng.below(3)), text);
    };
    for _ in 0..20 {
        come(&folder, &mut rng);
    }
    let all = |folder: &Folder| -> Vec<PathBuf> {
        let entries = walkdir::WalkDir::new(folder.path().join("letters")).sort_by_file_name().into_iter();
        entries.map(|entry| entry.unwrap()).filter(|e| e.file_type().is_file()).map(|e| e.into_path()).collect()
    };
    let mut moved = 0;
    for round in 0..25 {
        let before = folder.path().join(".imr").exists().then(|| tree(&folder.path().join(".imr")));
        let told = status(&folder, &["letters"]);
        assert_eq!(before, folder.path().join(".imr").exists().then(|| tree(&folder.path().join(".imr"))));
        let prune = round % 5 == 4;
        let report = index(&folder, if prune { &["--prune"] } else { &[] });
        let read =
            n(&report, "letters") + n(&report, "unknown_layout") + n(&report, "duplicates") + n(&report, "failed")
                - n(&report, "failed_before");
        assert_eq!(n(&told, "new") + n(&told, "changed"), read, "round {round}: {told} {report}");
        assert_eq!(told["moved"], report["moved"], "round {round}: {told} {report}");
        assert_eq!(told["failed_before"], report["failed_before"]);
        let kept = if prune { 0 } else { n(&told, "kept") };
        assert_eq!((kept, n(&told, "gone") - kept), (n(&report, "kept"), n(&report, "removed")), "{told} {report}");
        let as_it_was = n(&told, "unchanged") + n(&told, "duplicates") + n(&told, "older_versions");
        let not_read = n(&report, "unchanged") + n(&report, "not_letters");
        assert_eq!(as_it_was + n(&told, "not_letters"), not_read, "round {round}: {told} {report}");
        moved += n(&report, "moved");
        // Then there is nothing to do, and the paths are remembered.
        let after = status(&folder, &[]);
        assert_eq!(n(&after, "new") + n(&after, "changed") + n(&after, "moved") + n(&after, "waiting"), 0, "{after}");
        assert_eq!(n(&after, "gone"), n(&report, "kept"));
        for _ in 0..rng.between(1, 6) {
            let files = all(&folder);
            let file = &files[rng.below(files.len() as u64) as usize];
            let to = folder.path().join(format!("letters/{}/{}-{round}.txt", rng.below(3), rng.below(100)));
            match rng.below(6) {
                0 => fs::remove_file(file).unwrap(),
                1 if file.extension().is_some_and(|e| e == "txt") => fs::rename(file, to).unwrap(),
                2 => drop(fs::copy(file, file.with_extension(format!("copy{round}.txt"))).unwrap()),
                3 if file.extension().is_some_and(|e| e == "txt") => {
                    fs::write(file, format!("Another note, of round {round} {}.", rng.below(1000))).unwrap();
                }
                _ => come(&folder, &mut rng),
            }
        }
    }
    assert!(moved > 2, "{moved}");
}

#[test]
fn without_an_index_all_is_new_and_without_paths_there_is_nothing_to_tell() {
    let folder = Folder::new();
    folder.invent("letters", 1..=3);
    folder.imr(&["status"]).ends_with(2).says(&["there is no index here", "imr index PATH"]);
    let run = folder.imr(&["status", "letters"]).succeeds();
    assert!(run.out.starts_with("new\t3\n"), "{}", run.out);
    run.says(&["there is no index at `.imr` yet"]);
    assert!(!folder.path().join(".imr").exists());
    let gone = folder.imr(&["status", "letters", "elsewhere"]).ends_with(2);
    gone.says(&["`elsewhere`: no such file or folder"]);
    // Where an index is named, it is the index that is missing, and not a path.
    for args in [&["status"][..], &["status", "--failed"], &["status", "--duplicates", "letters"]] {
        let args = [args, &["--index", "nowhere"]].concat();
        let run = folder.imr(&args).ends_with(2).prints_nothing();
        run.says(&["`nowhere`: there is no such index", "hint: make one with `imr index PATH --index DIR`"]);
    }
}

#[test]
fn what_names_nothing_is_told() {
    let folder = Folder::indexed(3);
    folder.write("list", "\n");
    let run = folder.imr(&["status", "--files-from", "list"]).ends_with(2).prints_nothing();
    run.says(&["`list`", "the list names no path"]);
    for what in ["--failed", "--duplicates"] {
        let run = folder.imr(&["status", what, "nope", "letters"]).ends_with(2).prints_nothing();
        run.says(&["`nope`: no such file or folder, and nothing is known of it"]);
    }
    fs::remove_dir_all(folder.path().join("letters")).unwrap();
    // What is gone, and known, can be asked about.
    folder.imr(&["status", "--failed", "letters"]).ends_with(1).prints_nothing();
    fs::remove_file(folder.path().join(".imr/manifest.redb")).unwrap();
    let run = folder.imr(&["status"]).ends_with(2).prints_nothing();
    run.says(&["the manifest of the index is missing", "delete the index folder"]);
}

#[test]
fn states_are_named_and_listed() {
    let folder = Folder::indexed(30);
    let paths: Vec<_> = folder.invent("letters", 1..=3).iter().map(|l| format!("letters/{}", l.path("txt"))).collect();
    let full = |path: &str| folder.path().join(path);
    fs::rename(full(&paths[0]), full("letters/moved.txt")).unwrap();
    fs::remove_file(full(&paths[1])).unwrap();
    folder.write(&paths[2], "Another note.");
    folder.write("letters/new.txt", "A new note.");
    let told = status(&folder, &[]);
    assert_eq!(of(&told, "moved"), ["letters/moved.txt"]);
    assert_eq!((of(&told, "gone"), of(&told, "changed")), (vec![paths[1].clone()], vec![paths[2].clone()]));
    assert_eq!(of(&told, "new"), ["letters/new.txt"]);
    let listed = folder.imr(&["status", "--list", "moved,new"]).succeeds().out;
    assert_eq!(listed, format!("new\tletters/new.txt\nmoved\tletters/moved.txt\t{}\n", paths[0]));
    let shown = folder.imr(&["status", "--pretty"]).succeeds().out;
    assert!(shown.contains(&format!("moved\n  {} -> letters/moved.txt\n", paths[0])), "{shown}");
    assert!(shown.ends_with("would read 3 files; `--prune` takes out 1 letter whose file is gone\n"), "{shown}");
    assert_eq!(of(&status(&folder, &["--list", "gone"]), "new"), [""; 0]);
}

#[test]
fn failures_are_remembered_with_their_reason_and_tried_again_when_they_change_or_on_demand() {
    let folder = Folder::new();
    folder.invent("letters", 1..=3);
    folder.write("letters/empty.txt", "");
    folder.write("letters/damaged.pdf", "%PDF-1.4 and nothing more");
    assert_eq!(n(&index(&folder, &[]), "failed"), 2);
    let listed = status(&folder, &["--failed"]);
    let codes: Vec<_> = listed["failed"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["pdf_damaged", "empty"]);
    let text = folder.imr(&["status", "--failed"]).succeeds().out;
    assert!(text.ends_with("empty\tletters/empty.txt\tis empty\n") && text.lines().count() == 2, "{text}");
    // As they are they are not read again, which the run says.
    let run = folder.imr(&["index", "letters"]).succeeds();
    run.says(&["2 files failed in an earlier run and did not change; `--retry-failed` tries again"]);
    let report = index(&folder, &["--retry-failed"]);
    assert_eq!((n(&report, "failed"), n(&report, "failed_before"), n(&report, "unchanged")), (2, 0, 3));
    folder.write("letters/empty.txt", "A note.");
    let report = index(&folder, &[]);
    assert_eq!((n(&report, "unknown_layout"), n(&report, "failed"), n(&report, "failed_before")), (1, 1, 1));
    // Only what lies below a path.
    folder.imr(&["status", "letters/empty.txt", "--failed"]).ends_with(1).prints_nothing();
    fs::remove_file(folder.path().join("letters/damaged.pdf")).unwrap();
    // What is gone and was no letter leaves nothing behind.
    assert_eq!(n(&index(&folder, &[]), "removed"), 1);
    folder.imr(&["status", "--failed"]).ends_with(1).prints_nothing();
}

#[test]
fn copies_and_older_versions_are_listed_and_come_back() {
    let folder = Folder::new();
    let letter = letter(0);
    let text = |day: &str| letter.to_text(Linearization::Pairs).replace(&letter.dates.decided.us(), day);
    folder.write("letters/a.txt", text("01/05/2020"));
    folder.write("letters/b.txt", text("03/07/2021"));
    folder.write("letters/c.txt", text("03/07/2021"));
    folder.write("letters/d.txt", "A note without a case.");
    folder.write("letters/e.txt", "A note without a case.");
    index(&folder, &[]);
    let case = letter.case_number.as_str();
    let listed = folder.imr(&["status", "--duplicates"]).succeeds().out;
    let expected = format!(
        "{case}\tindexed\t2021-03-07\tletters/b.txt\n{case}\tcopy\t2021-03-07\tletters/c.txt\n\
         {case}\tolder\t2020-01-05\tletters/a.txt\n\tindexed\t\tletters/d.txt\n\tcopy\t\tletters/e.txt\n"
    );
    assert_eq!(listed, expected);
    let told = status(&folder, &[]);
    assert_eq!((n(&told, "unchanged"), n(&told, "duplicates"), n(&told, "older_versions")), (2, 2, 1));
    keeps_to("status.schema.json", &status(&folder, &["--duplicates"]));
    // The file of the best version goes, and a copy of it is there: nothing is gone but the file.
    fs::remove_file(folder.path().join("letters/b.txt")).unwrap();
    let report = index(&folder, &[]);
    assert_eq!((n(&report, "removed"), n(&report, "kept"), n(&report, "restored")), (1, 0, 1));
    let hits = |folder: &Folder| folder.imr(&["search", "--case", case, "--format", "json"]).succeeds().json();
    assert_eq!(hits(&folder)["hits"][0]["path"], "letters/c.txt");
    // With an older version alone the letter stays as it is, until it is pruned.
    fs::remove_file(folder.path().join("letters/c.txt")).unwrap();
    assert_eq!(n(&index(&folder, &[]), "kept"), 1);
    assert_eq!(hits(&folder)["hits"][0]["decision_date"], "2021-03-07");
    assert_eq!(n(&index(&folder, &["--prune"]), "restored"), 1);
    assert_eq!(hits(&folder)["hits"][0]["path"], "letters/a.txt");
    fs::remove_file(folder.path().join("letters/e.txt")).unwrap();
    assert_eq!(n(&index(&folder, &[]), "removed"), 1);
    folder.imr(&["status", "--duplicates"]).ends_with(1).prints_nothing();
}

/// Everything that is found, without the places in the order of hits.
fn found(folder: &Folder) -> Vec<String> {
    let mut hits: Vec<_> =
        folder.imr(&["search", "--limit", "10000"]).succeeds().out.lines().map(str::to_owned).collect();
    hits.sort();
    hits
}

#[test]
fn archive_and_index_move_together() {
    let folder = Folder::new();
    folder.invent("disk/archive/letters", 1..=20);
    folder.write("disk/archive/letters/copy.txt", letter(1).to_text(Linearization::Table));
    let here = |below: &str, args: &[&str]| {
        let mut command = folder.command(args);
        command.current_dir(folder.path().join(below));
        folder.run(command, args).succeeds()
    };
    here("disk/archive", &["index", "letters"]);
    let found = |below: &str| {
        let mut lines: Vec<_> = here(below, &["search", "--limit", "10000"]).out.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let before = found("disk/archive");
    // Renamed, and copied to where neither numbers of files nor times are the same.
    fs::rename(folder.path().join("disk"), folder.path().join("other")).unwrap();
    let to = folder.path().join("copy");
    for entry in walkdir::WalkDir::new(folder.path().join("other/archive")) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(folder.path().join("other/archive")).unwrap());
        match entry.file_type().is_dir() {
            true => fs::create_dir_all(target).unwrap(),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
    for below in ["other/archive", "copy"] {
        if below == "copy" {
            fs::remove_dir_all(folder.path().join("other")).unwrap();
        }
        assert_eq!(found(below), before, "{below}");
        let report = here(below, &["index", "letters", "--format", "json"]).json();
        assert_eq!((n(&report, "removed"), n(&report, "moved"), n(&report, "failed")), (0, 0, 0), "{report}");
        assert_eq!((&report["unchanged"], n(&report, "kept")), (&report["files"], 0), "{report}");
        assert_eq!(report["stage_seconds"]["parse"], 0.0, "nothing is parsed anew");
        let told = here(below, &["status", "--format", "json"]).json();
        assert_eq!(
            told["unchanged"].as_u64().unwrap() + n(&told, "duplicates") + n(&told, "older_versions"),
            n(&report, "files")
        );
    }
}

#[test]
fn an_archive_that_moves_without_its_index_is_told_as_moved() {
    let (folder, archive) = (Folder::new(), Folder::new());
    archive.invent("one/letters", 1..=20);
    let at = |name: &str| archive.path().join(name).to_str().unwrap().to_owned();
    folder.imr(&["index", &at("one/letters")]).succeeds();
    let before = found(&folder).len();
    fs::rename(archive.path().join("one"), archive.path().join("two")).unwrap();
    let told = status(&folder, &[&at("two/letters")]);
    assert_eq!((n(&told, "moved"), n(&told, "new")), (20, 0), "{told}");
    let report = folder.imr(&["index", &at("two/letters"), "--format", "json"]).succeeds().json();
    assert_eq!((n(&report, "moved"), n(&report, "letters"), n(&report, "unknown_layout")), (20, 0, 0), "{report}");
    assert_eq!(report["stage_seconds"]["parse"], 0.0, "nothing is parsed anew");
    let after = found(&folder);
    assert!(after.len() == before && after.iter().all(|line| line.contains("two/letters")), "{after:?}");
    // As an index of the place where it is now would have it.
    folder.imr(&["index", &at("two/letters"), "--index", "anew"]).succeeds();
    let json = |index: &str| {
        let run = folder.imr(&["search", "--sort", "case", "--limit", "1000", "--format", "jsonl", "--index", index]);
        run.succeeds().out
    };
    assert_eq!(json(".imr"), json("anew"));
}

/// The manifest at the size of all letters that were ever published.
#[test]
fn a_file_that_comes_from_another_root_under_another_name_is_told_as_moved() {
    let folder = Folder::new();
    let there = folder.invent("other", 1..=3).remove(0).path("txt");
    folder.invent("letters", 4..=6);
    folder.imr(&["index", "letters", "other"]).succeeds();
    let from = format!("other/{there}");
    fs::rename(folder.path().join(&from), folder.path().join("letters/renamed.txt")).unwrap();
    let told = status(&folder, &["letters"]);
    assert_eq!((n(&told, "new"), n(&told, "moved"), n(&told, "unchanged")), (0, 1, 3), "{told}");
    assert_eq!(of(&told, "moved"), ["letters/renamed.txt"]);
    assert_eq!(told["files"][0]["from"], from.as_str());
    let report = index(&folder, &[]);
    assert_eq!((n(&report, "letters"), n(&report, "moved"), n(&report, "unchanged")), (0, 1, 3), "{report}");
}

#[test]
fn a_million_files_are_known_one_by_one() {
    let folder = Folder::in_memory();
    let dir = folder.path().join(".imr");
    let files: u64 = 1_000_000;
    let path = |n: u64| format!("letters/{:04}/CM16-{n:07}.pdf", n / 1000).into_bytes();
    let stamp = |n: u64| Stamp { bytes: n, modified: 1 + n as i64, changed: 2, inode: n };
    let config = WriterConfig { threads: 1, memory_bytes: 32 << 20 };
    let mut writer = Writer::open_or_create(&dir, config).unwrap();
    for n in 0..files {
        let finding = match n % 10 {
            0 => Finding::Failed { reason: "empty: is empty".to_owned(), hint: String::new() },
            _ => {
                let mut digest = [0; 32];
                digest[..8].copy_from_slice(&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
                let documents = Vec::new();
                // Every hundredth is an older version of the one before.
                let id = if n % 100 == 99 { n - 1 } else { n };
                Finding::Letter { id, decided: files - n, issues: 1, known: true, digest, documents }
            }
        };
        writer.apply(&path(n), stamp(n), finding).unwrap();
        if writer.pending() >= 200_000 {
            writer.commit().unwrap();
        }
    }
    writer.finish().unwrap();
    let began = std::time::Instant::now();
    let snapshot = Snapshot::open(&dir).unwrap().unwrap();
    eprintln!("opened in {:?}", began.elapsed());
    let began = std::time::Instant::now();
    let mut rng = Rng::new(5, 0);
    for n in (0..2_000).map(|_| rng.below(files)) {
        let entry = snapshot.get(&path(n)).unwrap().unwrap();
        assert_eq!((entry.stamp, entry.letter), (stamp(n), if n % 10 == 0 { 0 } else { n - u64::from(n % 100 == 99) }));
        let copies = snapshot.with_digest(&entry.digest).unwrap();
        assert_eq!(copies.len(), usize::from(n % 10 != 0), "{n}");
    }
    eprintln!("2,000 entries in {:?}", began.elapsed());
    let began = std::time::Instant::now();
    let (mut known, mut failed, mut duplicates) = (0, 0, 0);
    for row in snapshot.below(b"") {
        let (key, entry) = row.unwrap();
        assert_eq!(key, path(known));
        failed += u64::from(entry.status == imr::index::Status::Failed);
        duplicates += u64::from(entry.status == imr::index::Status::Duplicate);
        known += 1;
    }
    eprintln!("all in {:?}", began.elapsed());
    assert_eq!((known, failed, duplicates), (files, files / 10, files / 100));
    assert_eq!(snapshot.below(b"letters/0042/").count(), 1_000);
    assert_eq!(snapshot.paths_of(98).unwrap().map(Result::unwrap).collect::<Vec<_>>(), [path(98), path(99)]);
    drop(snapshot);
    // One more changes one.
    let mut writer = Writer::open_or_create(&dir, config).unwrap();
    writer.remove(&path(98)).unwrap();
    assert_eq!(writer.again(), [path(99)]);
    writer.finish().unwrap();
    let snapshot = Snapshot::open(&dir).unwrap().unwrap();
    assert!(snapshot.get(&path(98)).unwrap().is_none() && snapshot.get(&path(99)).unwrap().is_some());
}
