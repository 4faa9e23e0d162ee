//! `imr export`: whole records in a stable order, read again elsewhere to the same answers, in files that appear whole.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use imr::index::Reader;
use imr::query::Expr;
use imr::search::Stream;
use serde_json::{Value, json};

use crate::schema::keeps_to;
use crate::support::Folder;

/// An archive with letters of unknown layout, with and without issues.
fn archive() -> Folder {
    let folder = Folder::new();
    folder.invent("letters", 1..=120);
    folder.write("letters/note.txt", "A cover note about acupuncture.");
    folder.write("letters/other.txt", "Another note.");
    folder.imr(&["index", "letters"]).succeeds();
    folder
}

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// By case number, and what has none behind.
fn in_order(rows: &[Value]) -> bool {
    let key = |row: &Value| {
        let case = row["case_number"].as_str().map(str::to_owned);
        (case.is_none(), case, row["number"].as_u64())
    };
    rows.windows(2).all(|pair| key(&pair[0]) <= key(&pair[1]))
}

#[test]
fn letters_are_what_parsing_prints() {
    let folder = archive();
    let exported = lines(&folder.imr(&["export"]).succeeds().out);
    let mut parsed = lines(&folder.imr(&["parse", "letters"]).succeeds().out);
    let case = |row: &Value| row["case_number"].as_str().map(str::to_owned);
    parsed.sort_by_key(|row| (case(row).is_none(), case(row), row["path"].to_string()));
    let mut sorted = exported.clone();
    sorted.sort_by_key(|row| (case(row).is_none(), case(row), row["path"].to_string()));
    assert_eq!(sorted, parsed);
    assert!(in_order(&exported) && exported.len() == 122);
    assert_eq!(exported.iter().filter(|row| row["layout"] == "unknown").count(), 2);
    exported.iter().for_each(|row| keeps_to("letter.schema.json", row));
}

#[test]
fn an_export_indexed_elsewhere_gives_the_same_answers() {
    let (here, there) = (archive(), Folder::new());
    fs::copy(here.path().join("letters/note.txt"), here.write("letters/copy.txt", "")).unwrap();
    here.imr(&["index", "letters"]).succeeds();
    here.imr(&["export", "-o", "letters.jsonl"]).succeeds();
    fs::create_dir(there.path().join("got")).unwrap();
    fs::rename(here.path().join("letters.jsonl"), there.path().join("got/letters.jsonl")).unwrap();
    there.imr(&["index", "got"]).succeeds();
    let answer = |folder: &Folder, args: &[&str]| {
        let mut rows = lines(&folder.imr(args).succeeds().out);
        rows.iter_mut().for_each(|row| {
            row.as_object_mut().unwrap().remove("path");
        });
        rows
    };
    for query in [
        &["search", "lumbar", "--limit", "500", "--format", "jsonl"][..],
        &["search", "\"functional restoration\" OR mri", "--limit", "500", "--format", "jsonl"],
        &["search", "note", "--format", "jsonl"],
        &["search", "--sort", "-decided", "--limit", "500", "--format", "jsonl"],
        &["search", "--count", "--facets", "specialty,category,chapter,year", "--format", "json"],
        &["stats", "--by", "outcome,basis,source,state", "--format", "json"],
        &["stats", "--by", "layout,body,drug", "--format", "json"],
        &["export"],
        &["export", "--of", "issues"],
    ] {
        assert_eq!(answer(&here, query), answer(&there, query), "{query:?}");
    }
}

#[test]
fn a_query_chooses_letters_or_issues() {
    let folder = archive();
    let overturned = &["lumbar", "--outcome", "overturned"][..];
    let issues = lines(&folder.imr(&[&["export", "--of", "issues"], overturned].concat()).succeeds().out);
    let letters = lines(&folder.imr(&[&["export"], overturned].concat()).succeeds().out);
    let search = &["search", "--sort", "case", "--limit", "1000", "--format", "jsonl"];
    let hits = lines(&folder.imr(&[search, overturned].concat()).succeeds().out);
    assert!(issues.len() > letters.len() / 2 && !letters.is_empty());
    for (issue, hit) in issues.iter().zip(&hits) {
        keeps_to("export-issues.schema.json", issue);
        for (name, value) in issue.as_object().unwrap() {
            assert_eq!(*value, hit[name], "{name}");
        }
    }
    assert_eq!(issues.len(), hits.len());
    let cases = |rows: &[Value]| rows.iter().map(|row| row["case_number"].to_string()).collect::<BTreeSet<_>>();
    assert_eq!((cases(&issues), letters.len()), (cases(&letters), cases(&letters).len()));
    // Letters are whole.
    assert!(letters.iter().any(|letter| letter["issues"].as_array().unwrap().len() > 1));
    for letter in &letters {
        let case = letter["case_number"].as_str().unwrap();
        assert_eq!(*letter, folder.imr(&["show", case, "--format", "json"]).succeeds().json());
    }
}

#[test]
fn issues_are_as_many_as_are_counted_and_letters_without_any_are_told() {
    let folder = archive();
    let run = folder.imr(&["export", "--of", "issues"]).succeeds().says(&["2 letters without issues left out"]);
    let rows = lines(&run.out);
    let counted = folder.imr(&["stats", "--by", "outcome", "--format", "json"]).succeeds().json();
    assert_eq!(json!(rows.len()), counted["total"]["issues"]);
    assert!(in_order(&rows));
    folder.imr(&["export", "--layout", "unknown", "--of", "issues"]).ends_with(1).prints_nothing();
    folder.imr(&["export", "zzz"]).ends_with(1).prints_nothing();
}

#[test]
fn batches_of_any_size_give_the_same() {
    let folder = archive();
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    let all = |batch: usize, query: &str| {
        let expr = if query.is_empty() { Expr::All } else { imr::query::parse(query).unwrap().expr };
        let stream = Stream::in_batches(&reader, &expr, batch).unwrap();
        let total = stream.total;
        let matched: Vec<_> = stream.map(Result::unwrap).collect();
        let issues: usize = matched.iter().map(|matched| matched.numbers.len()).sum();
        assert_eq!((total.letters, total.issues), (matched.len() as u64, issues as u64), "{query}");
        matched
    };
    for query in ["", "lumbar", "note", "NOT lumbar", "zzz"] {
        let whole = all(1 << 20, query);
        for batch in [0, 1, 2, 3, 7, 50] {
            assert_eq!(all(batch, query), whole, "{query}, {batch}");
        }
    }
}

#[test]
fn csv_has_a_head_and_the_cells_of_a_search() {
    let folder = crate::query::archive();
    let csv = folder.imr(&["export", "--format", "csv"]).succeeds().out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| rows[row][head.iter().position(|column| column == name).unwrap()].to_owned();
    assert_eq!(rows.len(), 4);
    assert_eq!(cell(0, "case_number"), "CM16-0000001");
    assert_eq!(cell(0, "issue_count"), "2");
    assert_eq!(cell(0, "issues"), "Acupuncture 12 visits, lumbar spine; MRI of the lumbar spine");
    assert_eq!(cell(0, "issue_outcomes"), "upheld; overturned");
    assert_eq!(cell(0, "outcome"), "partially_overturned");
    assert_eq!(cell(3, "text"), "A covering note about acupuncture and nothing else.");
    let issues = folder.imr(&["export", "--of", "issues", "--format", "csv"]).succeeds().out;
    let search = folder.imr(&["search", "--sort", "case", "--format", "csv", "issue:*"]).succeeds().out;
    let mut issues = csv::Reader::from_reader(issues.as_bytes());
    let mut search = csv::Reader::from_reader(search.as_bytes());
    let (of_issues, of_search) = (issues.headers().unwrap().clone(), search.headers().unwrap().clone());
    let mut compared = 0;
    for (issue, hit) in issues.records().zip(search.records()) {
        let (issue, hit) = (issue.unwrap(), hit.unwrap());
        for (name, cell) in of_issues.iter().zip(&issue) {
            assert_eq!(
                Some(cell),
                of_search.iter().position(|column| column == name).map(|place| &hit[place]),
                "{name}"
            );
        }
        compared += 1;
    }
    assert_eq!(compared, 5);
}

#[test]
fn the_name_of_the_file_tells_the_format() {
    let folder = archive();
    for (name, begins) in
        [("a.jsonl", "{\"case_number\""), ("a.csv", "case_number,"), ("a.Parquet", "PAR1"), ("a", "{")]
    {
        folder.imr(&["export", "-o", name]).succeeds().prints_nothing().says(&["has 122 letters"]);
        assert!(fs::read(folder.path().join(name)).unwrap().starts_with(begins.as_bytes()), "{name}");
    }
    folder.imr(&["export", "-o", "b.csv", "--format", "jsonl"]).succeeds();
    assert!(fs::read(folder.path().join("b.csv")).unwrap().starts_with(b"{"));
    let out = folder.imr(&["export", "--of", "issues", "-o", "-"]).succeeds().out;
    assert_eq!(out, folder.imr(&["export", "--of", "issues"]).out);
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = archive();
    let names = || {
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<BTreeSet<_>>()
    };
    let before = names();
    // What cannot be asked for touches nothing.
    folder.write("kept.csv", "as it was");
    folder.imr(&["export", "OR", "-o", "kept.csv"]).ends_with(2);
    folder.imr(&["export", "--index", "nowhere", "-o", "kept.csv"]).ends_with(2);
    assert_eq!(fs::read_to_string(folder.path().join("kept.csv")).unwrap(), "as it was");
    folder.imr(&["export", "-o", "letters"]).ends_with(2).says(&["is a folder"]);
    folder.imr(&["export", "-o", "nowhere/a.csv"]).ends_with(2).says(&["no such file or folder"]);
    folder.imr(&["export", "-o", "kept.csv"]).succeeds();
    assert!(fs::read_to_string(folder.path().join("kept.csv")).unwrap().lines().count() > 122);
    fs::remove_file(folder.path().join("kept.csv")).unwrap();
    // A damaged index is found out in the middle.
    let store = fs::read_dir(folder.path().join(".imr/segments")).unwrap().map(|entry| entry.unwrap().path());
    for store in store.filter(|path| path.extension().is_some_and(|ending| ending == "store")) {
        let mut bytes = fs::read(&store).unwrap();
        let half = bytes.len() / 2;
        bytes[half..half + 400].fill(0xff);
        fs::write(&store, bytes).unwrap();
    }
    folder.imr(&["export", "-o", "late.csv"]).ends_with(2);
    assert_eq!(names(), before);
}

#[cfg(unix)]
#[test]
fn links_and_devices_stay_what_they_are() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let folder = archive();
    folder.write("there/real.jsonl", "old");
    symlink("there/real.jsonl", folder.path().join("link.jsonl")).unwrap();
    folder.imr(&["export", "-o", "link.jsonl"]).succeeds();
    assert!(fs::symlink_metadata(folder.path().join("link.jsonl")).unwrap().is_symlink());
    assert_eq!(lines(&fs::read_to_string(folder.path().join("there/real.jsonl")).unwrap()).len(), 122);
    folder.imr(&["export", "-o", "/dev/null"]).succeeds();
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[cfg(unix)]
#[test]
fn an_interrupted_export_leaves_no_file() {
    let folder = Folder::indexed(400);
    let before = fs::read_dir(folder.path()).unwrap().count();
    let mut child = folder.command(&["export", "-o", "all.parquet"]);
    child.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.spawn().unwrap();
    let pid = child.id().to_string();
    let _ = std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    let status = child.wait().unwrap();
    // It may have been quicker.
    let there = folder.path().join("all.parquet").exists();
    assert_eq!(there, status.success(), "{status}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), before + usize::from(there));
}

#[test]
fn whoever_closes_the_output_has_read_enough() {
    let folder = Folder::indexed(200);
    for args in [&["export"][..], &["export", "--format", "csv"], &["export", "--format", "parquet"]] {
        let mut child = folder.command(args);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
    }
}
