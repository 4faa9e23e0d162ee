//! What `imr parse --shard` writes, and when it does not.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{FORMATS, all, content, shard};
use crate::invented::Rng;
use crate::schema::keeps_to;
use crate::support::Folder;

/// Invented letters with a list of them, in no order.
fn listed(letters: u64) -> (Folder, Vec<String>) {
    let folder = Folder::new();
    let mut paths: Vec<_> =
        folder.invent("letters", 1..=letters).iter().map(|letter| format!("letters/{}", letter.path("txt"))).collect();
    let mut rng = Rng::new(1, 0);
    for place in 1..paths.len() {
        paths.swap(place, rng.below(place as u64 + 1) as usize);
    }
    folder.write("list", paths.join("\n"));
    (folder, paths)
}

const LIST: [&str; 2] = ["--files-from", "list"];

#[test]
fn shards_are_the_letters_in_the_order_of_their_paths() {
    let (folder, mut paths) = listed(23);
    all(&folder, 4, "shards", &LIST);
    paths.sort();
    let files = content(&folder, "shards");
    assert_eq!(files.len(), 8, "{:?}", files.keys());
    let of_kind = |ending: &str| -> Vec<_> { files.iter().filter(|(name, _)| name.ends_with(ending)).collect() };
    let lines =
        of_kind(".jsonl").iter().flat_map(|(_, bytes)| bytes.split_inclusive(|b| *b == b'\n')).collect::<Vec<_>>();
    folder.write("sorted", paths.join("\n"));
    let parsed = folder.imr(&["parse", "--files-from", "sorted"]).succeeds().out;
    assert_eq!(lines.concat(), parsed.as_bytes(), "records are those of `imr parse`");
    for ((name, bytes), letters) in of_kind(".manifest.json").into_iter().zip([5, 6, 6, 6]) {
        let manifest: Value = serde_json::from_slice(bytes).unwrap();
        keeps_to("shard.schema.json", &manifest);
        assert_eq!(name, &format!("part-0000{}-of-00004.manifest.json", manifest["shard"]));
        assert_eq!((&manifest["letters"], &manifest["list"]["paths"]), (&json!(letters), &json!(23)), "{manifest}");
        let records = &files[manifest["data"]["file"].as_str().unwrap()];
        assert_eq!(manifest["data"]["bytes"], records.len());
        assert_eq!(manifest["data"]["digest"], blake3::hash(records).to_hex().as_str());
        let issues = records.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        let issues =
            issues.map(|line| serde_json::from_slice::<Value>(line).unwrap()["issues"].as_array().unwrap().len());
        assert_eq!(manifest["issues"], issues.sum::<usize>());
    }
}

#[test]
fn a_shard_is_the_same_bytes_wherever_and_however_its_list_is_written() {
    let (folder, mut paths) = listed(20);
    for format in FORMATS {
        let out = |name: &str| format!("{format}-{name}");
        let format = ["--format", format];
        let run = |name: &str, args: &[&str]| all(&folder, 3, &out(name), &[&format[..], args].concat());
        run("first", &LIST);
        let first = content(&folder, &out("first"));
        assert_eq!(first.len(), 6);
        paths.reverse();
        paths.push(paths[3].clone());
        folder.write("other", paths.join("\0"));
        run("other", &["--files-from", "other", "--threads", "7"]);
        // What lies below a path is the same list.
        run("walked", &["letters"]);
        for number in 0..3 {
            let (of, piped) = (format!("{number}/3"), out("piped"));
            let args = [&["parse", "--shard", &of, "--files-from", "-", "-o", &piped], &format[..]].concat();
            let mut child = folder.command(&args).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(paths.join("\r\n").as_bytes()).unwrap();
            assert!(child.wait().unwrap().success());
        }
        for name in ["other", "walked", "piped"] {
            assert_eq!(content(&folder, &out(name)), first, "{name}");
        }
    }
}

#[test]
fn containers_and_filters_belong_to_the_walk() {
    let folder = Folder::new();
    folder.invent("letters/a", 1..=8);
    let inside = folder.imr(&["parse", "letters/a"]).succeeds().out;
    folder.write("letters/b/export.jsonl", &inside);
    folder.write("letters/b/table.parquet", "somebody's");
    folder.write("letters/b/notes.doc", "no letter");
    folder.write("letters/.hidden/x.txt", "hidden");
    let told = shard(&folder, "0/1", "all", &["letters"]).succeeds().json();
    assert_eq!((&told["list"]["paths"], &told["letters"]), (&json!(9), &json!(16)), "{told}");
    let args = ["letters", "--include", "b/export.jsonl!/*1", "--include", "a/**"];
    let told = shard(&folder, "0/1", "some", &args).succeeds().json();
    assert_eq!(told["letters"], 9, "{told}");
    assert_eq!(told["flags"], json!(["--include", "b/export.jsonl!/*1", "--include", "a/**"]));
    // A folder on a list is one of its files.
    folder.write("list", "letters/a\nletters/b/export.jsonl");
    let told = shard(&folder, "0/2", "listed", &LIST).succeeds().json();
    assert_eq!((&told["list"]["paths"], &told["paths"], &told["letters"]), (&json!(2), &json!(1), &json!(8)));
}

#[test]
fn a_shard_that_is_there_is_not_written_again() {
    let (folder, paths) = listed(12);
    let args = [&LIST[..], &["--format", "parquet"]].concat();
    let first = shard(&folder, "1/3", "shards", &args).succeeds().out;
    let before = content(&folder, "shards");
    let stamp = || fs::metadata(folder.path().join("shards/part-00001-of-00003.parquet")).unwrap().modified().unwrap();
    let written = stamp();
    let again = shard(&folder, "1/3", "shards", &args).succeeds().says(&["shard 1/3 is there", "--reread"]);
    assert_eq!((again.out, stamp()), (first.clone(), written), "its manifest is told again");
    let again = shard(&folder, "1/3", "shards", &[&args[..], &["--reread"]].concat()).succeeds();
    assert!(!again.err.contains("is there") && again.out == first);
    assert!(stamp() > written && content(&folder, "shards") == before);
    // What is not as it should be is written.
    for (name, bytes) in [
        ("part-00001-of-00003.parquet", b"cut".to_vec()),
        ("part-00001-of-00003.parquet", vec![0; before["part-00001-of-00003.parquet"].len()]),
        ("part-00001-of-00003.manifest.json", b"{}".to_vec()),
    ] {
        folder.write(&format!("shards/{name}"), bytes);
        assert!(!shard(&folder, "1/3", "shards", &args).succeeds().err.contains("is there"));
        assert_eq!(content(&folder, "shards"), before);
    }
    // Another list, other choices, another format.
    folder.write("list", paths[1..].join("\n"));
    let other = shard(&folder, "1/3", "shards", &args).succeeds();
    assert!(other.out != first && !other.err.contains("is there"));
    assert_eq!(
        shard(&folder, "1/3", "shards", &[&args[..], &["--hidden"]].concat()).succeeds().json()["flags"],
        json!(["--hidden"])
    );
    shard(&folder, "1/3", "shards", &LIST).succeeds();
    let names: Vec<_> = content(&folder, "shards").into_keys().collect();
    assert_eq!(names, ["part-00001-of-00003.jsonl", "part-00001-of-00003.manifest.json"], "no records are left over");
}

#[test]
fn what_cannot_be_read_is_in_the_account() {
    let (folder, mut paths) = listed(5);
    folder.write("letters/empty.txt", "");
    paths.push("letters/empty.txt".to_owned());
    folder.write("list", paths.join("\n"));
    let told = shard(&folder, "0/1", "shards", &LIST).succeeds().says(&["letters/empty.txt`: is empty"]).json();
    keeps_to("shard.schema.json", &told);
    assert_eq!(told["failures"], json!([{"path": "letters/empty.txt", "code": "empty", "reason": "is empty"}]));
    for args in [&["index", "shards"][..], &["stats", "--from", "shards"]] {
        folder.imr(args).succeeds().says(&["the shards of `shards` lack 1 file that could not be read"]);
    }
    // It will not come by trying again.
    let strict = [&LIST[..], &["--strict"]].concat();
    shard(&folder, "0/1", "shards", &strict).ends_with(1).says(&["is there"]);
    // A file that is not there may.
    paths.push("letters/late.txt".to_owned());
    folder.write("list", paths.join("\n"));
    for _ in 0..2 {
        let run = shard(&folder, "0/1", "shards", &LIST).ends_with(2).says(&["letters/late.txt", "no such file"]);
        assert_eq!(run.json()["failures"].as_array().unwrap().len(), 2);
    }
    folder.write("letters/late.txt", "A letter that came late.");
    let told = shard(&folder, "0/1", "shards", &LIST).succeeds().json();
    assert_eq!((&told["letters"], &told["unknown_layout"]), (&json!(6), &json!(1)));
}

#[test]
fn another_attempt_at_a_task_that_failed_says_the_same() {
    let (folder, mut paths) = listed(4);
    all(&folder, 2, "whole", &LIST);
    fs::create_dir(folder.path().join("part")).unwrap();
    let name = "part-00000-of-00002.jsonl";
    fs::copy(folder.path().join("whole").join(name), folder.path().join("part").join(name)).unwrap();
    let cut = folder.write("part/part-00001-of-00002.jsonl", "{}");
    fs::copy(
        folder.path().join("whole/part-00001-of-00002.manifest.json"),
        cut.with_file_name("part-00001-of-00002.manifest.json"),
    )
    .unwrap();
    paths.truncate(2);
    let count = paths.len();
    for (odd, says) in [
        ("letters/nowhere.txt", "no such file"),
        ("part", "lacks shard 0 of 2"),
        ("part/part-00001-of-00002.jsonl", "has 2 bytes"),
    ] {
        folder.write("list", [&paths[..count], &[odd.to_owned()]].concat().join("\n"));
        let runs: Vec<_> = (0..2)
            .map(|_| {
                let run = shard(&folder, "0/1", "shards", &LIST).ends_with(2).says(&[says]);
                (run.out, run.err)
            })
            .collect();
        assert_eq!(runs[0], runs[1], "{odd}");
    }
}

#[cfg(unix)]
#[test]
fn shards_among_their_letters_are_refused_however_the_folder_is_named() {
    let (folder, _) = listed(3);
    fs::create_dir(folder.path().join("beside")).unwrap();
    std::os::unix::fs::symlink("../letters", folder.path().join("beside/link")).unwrap();
    for out in ["beside/link/out", "beside/../letters/out", "nowhere/../letters/out", "nowhere/../beside/link/a/b"] {
        shard(&folder, "0/2", out, &["letters"]).ends_with(2).says(&["lies below `letters`"]);
    }
    assert!(!folder.path().join("letters/out").exists() && !folder.path().join("nowhere").exists());
    shard(&folder, "0/2", "letters/../beside/out", &["letters"]).succeeds();
}

#[test]
fn shards_beyond_the_list_are_empty_and_whole() {
    let (folder, _) = listed(2);
    for format in FORMATS {
        all(&folder, 5, format, &[&LIST[..], &["--format", format]].concat());
        let told = folder.imr(&["stats", "--from", format, "--format", "json"]).succeeds().json();
        assert_eq!(told["total"]["letters"], 2, "{told}");
    }
}

#[test]
fn what_makes_no_shard_says_so_and_writes_nothing() {
    let (folder, _) = listed(3);
    folder.write("none", "\n\n");
    for (args, says) in [
        (&["--shard", "3/3", "-o", "out", "letters"][..], &["numbered from 0", "`2/3`"][..]),
        (&["--shard", "1", "-o", "out", "letters"], &["`0/8`"]),
        (&["--shard", "0/0", "-o", "out", "letters"], &["1 to 99999"]),
        (&["--shard", "0/2", "letters"], &["--output"]),
        (&["-o", "out", "letters"], &["--shard"]),
        (&["--reread", "letters"], &["--shard"]),
        (&["--shard", "0/2", "-o", "out"], &["PATH"]),
        (&["--shard", "0/2", "-o", "out", "letters", "--explain"], &["--explain"]),
        (&["--shard", "0/2", "-o", "out", "letters", "--format", "text"], &["--format parquet"]),
        (&["--shard", "0/2", "-o", "out", "letters", "--files-from", "list"], &["not both", "into the list"]),
        (&["--shard", "0/2", "-o", "out", "nowhere"], &["nowhere", "no such file"]),
        (&["--shard", "0/2", "-o", "out", "--files-from", "none"], &["names no path"]),
        (&["--shard", "0/2", "-o", "out", "--files-from", "nowhere"], &["nowhere"]),
        (&["--shard", "0/2", "-o", "letters/out", "letters"], &["lies below `letters`", "beside"]),
        (&["--format", "parquet", "letters"], &["--shard 0/1"]),
    ] {
        folder.imr(&[&["parse"], args].concat()).ends_with(2).says(says).prints_nothing();
    }
    assert!(!folder.path().join("out").exists() && !folder.path().join("letters/out").exists());
    folder.write("file", "");
    shard(&folder, "0/2", "file", &LIST).ends_with(2).says(&["`file`"]);
}

#[test]
fn a_person_is_told_in_words() {
    let (folder, _) = listed(4);
    // What they like to read is nothing for shards.
    folder.write(".imrrc", "[parse]\nformat = \"text\"\n");
    let run = shard(&folder, "0/1", "shards", &[&LIST[..], &["--pretty"]].concat()).succeeds();
    assert!(run.out.starts_with("shards/part-00000-of-00001.jsonl: 4 letters with "), "{}", run.out);
}

/// A task at work.
fn start(folder: &Folder, args: &[&str]) -> std::process::Child {
    let mut command: Command = folder.command(args);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_killed_task_leaves_no_shard_and_the_next_attempt_writes_it() {
    let (folder, _) = listed(600);
    let args = ["parse", "--shard", "0/1", "-o", "shards", "--files-from", "list", "--threads", "1"];
    let began = Instant::now();
    folder.imr(&args).succeeds();
    let mut whole = began.elapsed();
    let expected = content(&folder, "shards");
    let (mut rng, mut at_work, mut unfinished) = (Rng::new(5, 0), 0, 0);
    for _ in 0..20 {
        fs::remove_dir_all(folder.path().join("shards")).unwrap();
        fs::create_dir(folder.path().join("shards")).unwrap();
        let mut child = start(&folder, &args);
        std::thread::sleep(Duration::from_micros(rng.between(0, whole.as_micros() as u64)));
        match child.try_wait().unwrap() {
            None => at_work += 1,
            // It is faster than the first one was, which a busy machine may have held up.
            Some(_) => whole = whole * 4 / 5,
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let is_finished = folder.path().join("shards/part-00000-of-00001.manifest.json").exists();
        let counted = folder.imr(&["stats", "--from", "shards"]);
        match is_finished {
            true => assert_eq!(counted.succeeds().out, folder.imr(&["stats", "--from", "letters"]).out),
            false => {
                counted.ends_with(2).prints_nothing();
                folder.write("shards/.part-00000-of-00001.jsonl.1-0.new", "What a killed task left.");
                unfinished += 1;
            }
        }
        folder.imr(&args).succeeds();
        assert_eq!(content(&folder, "shards"), expected, "nothing of the killed task is left");
    }
    eprintln!("{at_work} of 20 tasks were killed at work, {unfinished} left no shard");
    assert!(at_work >= 5 && unfinished >= 5);
}

#[test]
fn attempts_at_the_same_time_do_each_other_no_harm() {
    let (folder, _) = listed(300);
    let mut expected: Option<BTreeMap<String, Vec<u8>>> = None;
    for format in FORMATS {
        let args = ["parse", "--shard", "0/1", "-o", "shards", "--files-from", "list", "--reread", "--format", format];
        let mut attempts: Vec<_> = (0..4).map(|_| start(&folder, &args)).collect();
        for attempt in &mut attempts {
            assert!(attempt.wait().unwrap().success());
        }
        let there = content(&folder, "shards");
        assert_eq!(there.len(), 2, "{:?}", there.keys());
        folder.imr(&args).succeeds();
        assert_eq!(content(&folder, "shards"), there);
        assert_ne!(expected.replace(there.clone()), Some(there));
    }
}
