//! `imr index`, `imr publish` and `imr stats` over a folder of shards: all of them, or none.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::{FORMATS, all, shard};
use crate::container_build::{tar, zip};
use crate::remote::publish::{account, assert_same, counts, publish};
use crate::remote::stub::Stub;
use crate::support::Folder;

/// Letters of all kinds of files: with pages, in containers, in several versions, of unknown layout, and what is none.
fn archive() -> Folder {
    let folder = Folder::new();
    let letters = folder.invent("letters", 1..=60);
    let read =
        |number: usize| fs::read_to_string(folder.path().join("letters").join(letters[number].path("txt"))).unwrap();
    // Versions of letters that were decided on one day, of which the first path counts, far from each other and near.
    for (number, folders) in [(3, ["z/1", "z/2"]), (4, ["a/1", "z/3"]), (20, ["z/10", "a/9"]), (21, ["zz", "a"])] {
        for (version, below) in folders.into_iter().enumerate() {
            let text = read(number).replacen("functional", &format!("functional, as version {version} has it,"), 1);
            folder.write(&format!("letters/{below}/{number}.txt"), text + &format!("\nVersion {version}.\n"));
        }
    }
    // Pages end wherever.
    for number in [7, 8, 9, 30] {
        let text = read(number);
        let cut: String = text
            .split_inclusive('\n')
            .enumerate()
            .map(|(n, line)| if n % 9 == 8 { format!("\u{c}{line}") } else { line.to_owned() })
            .collect();
        folder.write(&format!("letters/{}", letters[number].path("txt")), cut);
    }
    let of = |prefix: &str, numbers: std::ops::Range<u64>| -> Vec<(String, Vec<u8>)> {
        let text =
            |n| crate::invented::Letter::invent(11, n).to_text(crate::invented::Linearization::Pairs).into_bytes();
        numbers.map(|n| (format!("{prefix}/{n:03}.txt"), text(n))).collect()
    };
    folder.write("letters/b.zip", packed(&of("in", 1..14), zip));
    folder.write("letters/z/c.tar", packed(&of("of", 10..30), tar));
    folder.write("letters/note.txt", "A cover note.");
    folder.write("letters/copy.txt", "A cover note.");
    folder.write("letters/empty.txt", "");
    folder
}

fn packed(entries: &[(String, Vec<u8>)], pack: impl Fn(&[(&str, &[u8])]) -> Vec<u8>) -> Vec<u8> {
    pack(&entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect::<Vec<_>>())
}

/// What is said of letters, without the places where they were read.
fn without_paths(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|name, _| name != "path" && name != "digest_of_path");
            object.values_mut().for_each(without_paths);
        }
        Value::Array(values) => values.iter_mut().for_each(without_paths),
        _ => {}
    }
}

/// All that an index answers, apart from paths.
fn answers(folder: &Folder, index: &str) -> Vec<String> {
    let ask = |args: &[&str]| folder.imr(&[args, &["--index", index]].concat()).succeeds().out;
    let cleaned = |out: String| -> String {
        let line = |line: &str| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            without_paths(&mut value);
            value.to_string() + "\n"
        };
        out.lines().map(line).collect()
    };
    vec![
        cleaned(ask(&["search", "--limit", "100000", "--format", "jsonl"])),
        cleaned(ask(&["search", "functional OR version OR therapy", "--limit", "100000", "--format", "jsonl"])),
        cleaned(ask(&["search", "cover", "--format", "jsonl"])),
        cleaned(ask(&["export"])),
        ask(&["export", "--of", "issues", "--format", "csv"]).lines().count().to_string(),
        ask(&["stats", "--by", "year,outcome", "--format", "json"]),
        ask(&["stats", "--by", "specialty,state,basis", "--format", "csv"]),
        ask(&["check", "--format", "json"]).replace("\"failed\":1", "\"failed\":0"),
    ]
}

#[test]
fn letters_by_way_of_shards_are_the_letters() {
    let folder = archive();
    folder.imr(&["index", "letters", "--index", "direct"]).succeeds();
    let mut direct = answers(&folder, "direct");
    assert!(direct[0].contains("\"page\""), "some letters have pages");
    // What could not be read is in no shard.
    direct.pop();
    assert!(has_versions_out_of_order(&folder), "some versions come in another order by the digits of their numbers");
    for format in FORMATS {
        for of in [1, 3, 40] {
            let out = format!("{format}-{of}");
            all(&folder, of, &out, &["letters", "--format", format]);
            folder.imr(&["index", &out, "--index", "i", "--strict"]).succeeds();
            let mut by_shards = answers(&folder, "i");
            by_shards.pop();
            for (at, (by_shards, direct)) in by_shards.iter().zip(&direct).enumerate() {
                assert!(by_shards == direct, "{out}: answer {at} differs:\n{}", first_difference(by_shards, direct));
            }
            fs::remove_dir_all(folder.path().join("i")).unwrap();
            for args in [
                &["--by", "year,outcome", "--format", "json"][..],
                &["therapy", "--by", "category_group", "--top", "3", "--show", "issues,share,ci"],
                &["--over", "quarter", "--outcome", "upheld"],
                &["sex:female", "--compare", "sex:male", "--by", "basis"],
            ] {
                let stats = |from: &[&str]| folder.imr(&[&["stats"], args, from].concat()).succeeds().out;
                assert_eq!(stats(&["--from", &out]), stats(&["--index", "direct"]), "{out}: {args:?}");
            }
        }
    }
}

/// Whether a letter has versions of one day in lines whose numbers, as texts, are in another order.
fn has_versions_out_of_order(folder: &Folder) -> bool {
    let parsed = folder.imr(&["parse", "letters"]).succeeds().out;
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (number, line) in (1..).zip(parsed.lines()) {
        let record: Value = serde_json::from_str(line).unwrap();
        let letter = format!("{} {}", record["case_number"], record["decision_date"]);
        versions.entry(letter).or_default().push(format!("{number}"));
    }
    versions.values().any(|numbers| !numbers.is_sorted())
}

fn first_difference<'a>(a: &'a str, b: &'a str) -> String {
    let differing = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    differing
        .map_or_else(|| format!("{} and {} lines", a.lines().count(), b.lines().count()), |(a, b)| format!("{a}\n{b}"))
}

#[test]
fn shards_are_published_as_an_index_of_them() {
    let folder = archive();
    let stub = Stub::with_index("opensearch");
    let mut documents = Vec::new();
    for format in FORMATS {
        all(&folder, 3, format, &["letters", "--format", format]);
        let told = account(&publish(&folder, &stub, &[format, "--state", "state", "--verify"]).succeeds());
        let letters = letters_there(&stub);
        // Both formats hold the same records, so the second has nothing to send.
        let expected = if documents.is_empty() { [letters, letters, 0] } else { [letters, 0, letters] };
        assert_eq!(counts(&told, ["letters", "new", "unchanged"]), expected, "{format}: {told}");
        documents.push(stub.documents());
    }
    assert_eq!(documents[0], documents[1]);
    let of_index = Stub::with_index("opensearch");
    folder.imr(&["index", "jsonl"]).succeeds();
    publish(&folder, &of_index, &[]).succeeds();
    assert_same(&folder, &of_index);
    let names = |stub: &Stub| stub.documents().into_keys().collect::<Vec<_>>();
    assert_eq!(names(&of_index), names(&stub));
    // A file of them is taken as an export.
    folder.imr(&["export", "--format", "parquet", "-o", "export.parquet"]).succeeds();
    let args = ["export.parquet", "--state", "other", "--dry-run"];
    let told = account(&publish(&folder, &stub, &args).succeeds());
    assert_eq!(counts(&told, ["letters"]), [letters_there(&stub)]);
    folder.imr(&["export", "--of", "issues", "-o", "issues.parquet"]).succeeds();
    publish(&folder, &stub, &["issues.parquet", "--state", "other"]).ends_with(2).says(&["has no column `issues`"]);
}

fn letters_there(stub: &Stub) -> u64 {
    let documents = stub.documents();
    documents.values().map(|d| d["letter"].as_str().unwrap()).collect::<std::collections::BTreeSet<_>>().len() as u64
}

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
            ] {
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
                folder.imr(&["index", below, "--prune"]).says(&says[..1]);
                assert_eq!(letters(), before, "{format}, {what}");
            }
        }
    }
}

#[test]
fn exports_beside_shards_are_published_with_them() {
    let folder = Folder::new();
    folder.invent("letters", 1..=12);
    folder.invent("others", 20..=24);
    for format in FORMATS {
        all(&folder, 3, format, &["letters", "--format", format]);
        folder.imr(&["parse", "others", "--shard", "0/1", "-o", "other", "--format", "parquet"]).succeeds();
        fs::copy(folder.path().join("other/part-00000-of-00001.parquet"), folder.path().join(format).join("z.parquet"))
            .unwrap();
        let stub = Stub::with_index("opensearch");
        let told = account(&publish(&folder, &stub, &[format, "--state", "state"]).succeeds());
        assert_eq!(counts(&told, ["letters"]), [17]);
        fs::remove_file(folder.path().join("state")).unwrap();
    }
}

#[test]
fn exports_are_counted_without_an_index() {
    let folder = Folder::indexed(20);
    folder.imr(&["export", "-o", "all.parquet"]).succeeds();
    folder.imr(&["export", "sex:female", "-o", "some.jsonl"]).succeeds();
    let total =
        |args: &[&str]| folder.imr(&[&["stats", "--format", "json"], args].concat()).succeeds().json()["total"].clone();
    assert_eq!(total(&["--from", "all.parquet"]), total(&[]));
    assert_eq!(total(&["--from", "some.jsonl"]), total(&["sex:female"]));
    // Equal letters count once.
    assert_eq!(total(&["--from", "some.jsonl", "--from", "all.parquet", "--from", "letters"]), total(&[]));
    folder.imr(&["stats", "zzz", "--from", "all.parquet"]).ends_with(1);
    folder.write("none/a.doc", "no letter");
    folder.write("damaged.jsonl", fs::read_to_string(folder.path().join("some.jsonl")).unwrap() + "{}\n");
    folder
        .imr(&["stats", "--from", "damaged.jsonl"])
        .ends_with(2)
        .says(&["is no record of a letter", "1 failure: what could not be read counts for nothing"]);
    for (args, says) in [
        (&["--from", "nowhere"][..], &["`nowhere`", "no such file"][..]),
        (&["--from", "all.parquet", "--from", "nowhere"], &["nowhere"]),
        (&["--from", "none"], &["no record to count"]),
        (&["--from", "all.parquet", "--index", ".imr"], &["--index"]),
        (&["--from", "all.parquet", "--remote", "http://127.0.0.1:9/letters"], &["--remote"]),
    ] {
        folder.imr(&[&["stats"], args].concat()).ends_with(2).says(says).prints_nothing();
    }
    folder.imr(&["export", "--of", "issues", "-o", "issues.parquet"]).succeeds();
    folder.imr(&["stats", "--from", "issues.parquet"]).ends_with(2).says(&["has no column `issues`"]);
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

#[test]
fn damaged_parquet_is_told_of_and_ends_nothing() {
    let folder = Folder::new();
    folder.invent("letters", 1..=12);
    shard(&folder, "0/1", "shards", &["letters", "--format", "parquet"]).succeeds();
    let whole = fs::read(folder.path().join("shards/part-00000-of-00001.parquet")).unwrap();
    let (mut rng, mut refused) = (crate::invented::Rng::new(2, 0), 0);
    for round in 0..60u64 {
        let mut bytes = whole.clone();
        match round % 3 {
            0 => bytes.truncate(rng.below(whole.len() as u64) as usize),
            1 => bytes[rng.below(whole.len() as u64) as usize] ^= 1 << rng.below(8),
            // The end, where it is told what is where.
            _ => {
                let at = whole.len() - 1 - rng.below(3000) as usize;
                bytes[at] = rng.below(256) as u8;
            }
        }
        folder.write("x.parquet", &bytes);
        let run = folder.imr(&["parse", "x.parquet", "--strict"]);
        assert!(run.status == 0 || run.status == 1, "round {round}: {} {}", run.status, run.err);
        assert!(!run.err.contains("panicked"), "{}", run.err);
        refused += u32::from(run.status == 1);
        assert!(run.status == 0 || run.err.contains("x.parquet"), "{}", run.err);
    }
    assert!(refused > 30, "{refused}");
    folder.write("x.parquet", &whole);
    assert_eq!(folder.imr(&["parse", "x.parquet"]).succeeds().out.lines().count(), 12);
}
