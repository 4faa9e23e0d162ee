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
    // A letter that cannot be read is in no index either, whether it was to be read here or when shards were written.
    folder.write("some/empty.txt", "");
    folder.invent("some", 1..=2);
    let run = folder.imr(&["stats", "--from", "some"]).succeeds();
    run.says(&["empty.txt", "1 failure"]);
    shard(&folder, "0/1", "shards", &["some"]).succeeds();
    folder.imr(&["stats", "--from", "shards"]).succeeds().says(&["lack 1 file that could not be read"]);
    folder.imr(&["index", "some", "--index", "other"]).succeeds();
    // Of an export in a container all is to be counted.
    folder.write("damaged.zip", crate::container_build::zip(&[("in.jsonl", b"{}\n".as_slice())]));
    folder.imr(&["stats", "--from", "damaged.zip", "--from", "some"]).ends_with(2).says(&["damaged.zip!/in.jsonl`"]);
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
