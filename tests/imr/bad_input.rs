//! Bad input: each a clear message that names the thing, with a hint, while the rest goes on.

use std::fs;

use serde_json::Value;

use crate::invented::{Letter, Linearization};
use crate::support::Folder;

/// A folder with one good letter under `letters/`.
fn with_letter() -> Folder {
    let folder = Folder::new();
    folder.invent("letters", [1]);
    folder
}

/// The code and reason that a report gives for a file.
fn failure(report: &Value, name: &str) -> (String, String) {
    let failures = report["failures"].as_array().unwrap();
    let failure = failures.iter().find(|f| f["path"].as_str().unwrap().ends_with(name));
    let failure = failure.unwrap_or_else(|| panic!("{name} is not among {failures:?}"));
    (failure["code"].as_str().unwrap().to_owned(), failure["reason"].as_str().unwrap().to_owned())
}

#[track_caller]
fn adds_up(report: &Value) {
    let n = |name: &str| report[name].as_u64().unwrap();
    let sum: u64 =
        ["letters", "unchanged", "duplicates", "unknown_layout", "not_letters", "failed"].iter().map(|f| n(f)).sum();
    assert_eq!(n("files"), sum, "{report}");
    assert_eq!(n("failed"), report["failures"].as_array().unwrap().len() as u64);
}

#[test]
fn a_missing_path_is_named_and_makes_no_index() {
    let folder = Folder::new();
    folder.imr(&["index", "nowhere"]).ends_with(2).prints_nothing().says(&["`nowhere`: no such file", "hint:"]);
    assert!(!folder.path().join(".imr").exists());
    folder.imr(&["parse", "nowhere"]).ends_with(2).prints_nothing().says(&["`nowhere`"]);
}

#[test]
fn a_missing_path_beside_a_good_one_costs_only_itself() {
    let folder = with_letter();
    let run = folder.imr(&["index", "nowhere", "letters", "--format", "json"]).ends_with(2);
    adds_up(&run.json());
    assert_eq!(run.json()["letters"], 1);
    assert_eq!(failure(&run.json(), "nowhere").0, "not_found");
    let run = folder.imr(&["parse", "nowhere", "letters"]).ends_with(2).says(&["`nowhere`"]);
    assert_eq!(run.out.lines().count(), 1);
}

#[test]
fn files_that_are_no_letters_fail_alone_with_their_reasons() {
    let folder = with_letter();
    let pdf = Letter::invent(7, 2).to_pdf();
    for (name, bytes, code) in [
        ("empty.txt", Vec::new(), "empty"),
        ("blank.txt", b" \n\t\n".to_vec(), "empty"),
        ("binary.txt", (0..4096u32).map(|i| ((i * 7919) >> 3) as u8).collect(), "binary"),
        ("program.txt", [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 64]].concat(), "binary"),
        ("garbage.pdf", b"%PDF-1.7\nthis is no PDF at all\n%%EOF".to_vec(), "pdf_damaged"),
        ("cut.pdf", pdf[..200].to_vec(), "pdf_damaged"),
    ] {
        folder.write(&format!("letters/{name}"), bytes);
        let run = folder.imr(&["index", "letters", "--format", "json"]).succeeds();
        adds_up(&run.json());
        assert_eq!(failure(&run.json(), name).0, code, "{name}");
    }
    // They stay listed, and the good letter stays found.
    let run = folder.imr(&["index", "letters"]).succeeds().says(&["empty.txt`: is empty", "binary.txt`: is neither"]);
    assert!(run.out.contains("failed\t6"), "{}", run.out);
    folder.imr(&["index", "letters", "--strict"]).ends_with(1);
    folder.imr(&["search", "--count"]).succeeds();
    let parsed = folder.imr(&["parse", "letters"]).succeeds().says(&["empty.txt", "garbage.pdf"]);
    assert_eq!(parsed.out.lines().count(), 1);
    folder.imr(&["parse", "letters", "--strict"]).ends_with(1);
}

#[test]
fn a_file_without_permission_is_named() {
    let folder = with_letter();
    let path = folder.write("letters/secret.txt", "hidden");
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("skipped: this user can read everything");
        return;
    }
    let run = folder.imr(&["index", "letters", "--format", "json"]).succeeds();
    assert_eq!(failure(&run.json(), "secret.txt").0, "io");
    assert!(failure(&run.json(), "secret.txt").1.contains("ermission"));
}

#[cfg(unix)]
#[test]
fn a_failure_is_tried_again_on_demand() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_letter();
    let path = folder.write("letters/secret.txt", "A note on the left hand.");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::create_dir(folder.path().join("open")).unwrap();
    fs::set_permissions(folder.path().join("open"), fs::Permissions::from_mode(0o777)).unwrap();
    let args = ["index", "letters", "--index", "open/index", "--format", "json"];
    let Some(run) = folder.imr_as_nobody(&args) else { return };
    assert_eq!(failure(&run.succeeds().json(), "secret.txt").0, "io");
    // The file is as it was, though who asks now may read it.
    let report = folder.imr(&args).succeeds().json();
    assert_eq!((report["failed"].clone(), report["failed_before"].clone()), (1.into(), 1.into()), "{report}");
    let report = folder.imr(&[&args[..], &["--retry-failed"]].concat()).succeeds().json();
    assert_eq!((report["failed"].clone(), report["unknown_layout"].clone()), (0.into(), 1.into()), "{report}");
}

#[test]
fn a_letter_that_would_fill_the_index_fails_alone() {
    let folder = with_letter();
    let letter = (1..).map(|n| Letter::invent(7, n)).find(|l| l.header && !l.issues.is_empty()).unwrap();
    let text = letter.to_text(Linearization::Pairs);
    // Its issues are repeated until they come to more than 32 MiB, the summary stays as it is.
    let (head, issues) = text.split_at(text.find("IMR ISSUES").unwrap());
    let (heading, list) = issues.split_once("\n").unwrap();
    let many = format!("\n{list}").repeat((56 << 20) / list.len());
    folder.write("letters/huge.txt", format!("{head}{heading}{many}"));
    folder.write("letters/long.txt", "An unknown text that goes on and on.\n".repeat(1 << 20));
    let run = folder.imr(&["index", "letters", "--format", "json"]).succeeds();
    let (code, reason) = failure(&run.json(), "huge.txt");
    assert_eq!(code, "too_large");
    assert!(reason.contains("MiB of text to index in ") && reason.contains("32 MiB is the limit"), "{reason}");
    let (code, reason) = failure(&run.json(), "long.txt");
    assert_eq!(code, "too_large");
    assert!(reason.contains("has 37 MiB of text to index, and 32 MiB is the limit"), "{reason}");
    assert_eq!(run.json()["letters"], 1);
}

#[test]
fn hints_on_single_files_are_told_once_also_when_nothing_changed() {
    let folder = with_letter();
    for name in ["a", "b"] {
        folder.write(&format!("letters/{name}.txt"), [b"\x7fELF".as_slice(), &[0; 64]].concat());
    }
    let hint = "hint: imr reads letters as .pdf and as plain text";
    for command in ["index", "index", "parse"] {
        let run = folder.imr(&[command, "letters"]).succeeds();
        assert_eq!(run.err.matches(hint).count(), 1, "{}", run.err);
    }
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert!(report["failures"].as_array().unwrap().iter().all(|f| f["hint"].as_str().unwrap().contains("plain text")));
}

#[test]
fn what_cannot_be_written_is_said_to_be_so_and_causes_are_told_once() {
    let folder = with_letter();
    // A folder where a file is to be.
    fs::create_dir_all(folder.path().join(".imr/writer.lock")).unwrap();
    let run = folder.imr(&["index", "letters"]).ends_with(2).prints_nothing();
    run.says(&["writer.lock`: cannot be written"]);
    folder.write("file", "x");
    folder.imr(&["index", "letters", "--index", "file/below"]).ends_with(2).says(&["`file/below`: cannot be written"]);
    // Causes are sentences, and none is told twice.
    let folder = Folder::indexed(3);
    for entry in fs::read_dir(folder.path().join(".imr/segments")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "store") {
            fs::remove_file(path).unwrap();
        }
    }
    let run = folder.imr(&["search", "lumbar"]).ends_with(2).prints_nothing();
    assert_eq!(run.err.matches("caused by").count(), 1, "{}", run.err);
    assert!(run.err.contains(".store` is missing") && !run.err.contains('('), "{}", run.err);
}

#[test]
fn texts_of_other_encodings_are_read() {
    let text =
        Letter::invent(7, 1).to_text(Linearization::Pairs).replace('\'', "\u{2019}").replace("pain", "p\u{e2}in");
    let folder = Folder::new();
    folder.write("utf8.txt", &text);
    folder.write("mark.txt", format!("\u{feff}{text}"));
    folder.write(
        "utf16.txt",
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
    );
    let bytes = |c: char| match c {
        '\u{2019}' => 0x92,
        '\u{2022}' => 0x95,
        '\u{2013}' => 0x96,
        '\u{2026}' => 0x85,
        c => u8::try_from(u32::from(c)).unwrap_or(b'?'),
    };
    folder.write("windows.txt", text.chars().map(bytes).collect::<Vec<_>>());
    let mut damaged = text.clone().into_bytes();
    let place = damaged.len() - 20;
    damaged[place] = 0xff;
    folder.write("damaged.txt", damaged);
    let run = folder.imr(&["parse", "."]).succeeds();
    let records: Vec<Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(records.len(), 5);
    for record in &records {
        assert_eq!(record["case_number"], records[0]["case_number"], "{}", record["path"]);
        assert_eq!(record["clinical_summary"], records[0]["clinical_summary"], "{}", record["path"]);
    }
    let codes = |name: &str| {
        let record = records.iter().find(|r| r["path"].as_str().unwrap().ends_with(name)).unwrap();
        let codes = record["diagnostics"].as_array().unwrap().iter();
        codes.map(|d| d["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(codes("windows.txt").contains(&"windows_1252".to_owned()));
    assert!(codes("damaged.txt").contains(&"invalid_encoding".to_owned()));
    assert!(!codes("utf16.txt").contains(&"invalid_encoding".to_owned()));
}

#[cfg(unix)]
#[test]
fn links_are_followed_on_demand_and_loops_are_named() {
    use std::os::unix::fs::symlink;
    let folder = with_letter();
    let outside = Folder::new();
    outside.invent("more", [2]);
    symlink("..", folder.path().join("letters/loop")).unwrap();
    symlink(outside.path().join("more"), folder.path().join("letters/more")).unwrap();
    symlink("gone.txt", folder.path().join("letters/dangling.txt")).unwrap();
    let run = folder.imr(&["index", "letters", "--format", "json"]).succeeds();
    adds_up(&run.json());
    assert_eq!((run.json()["letters"].clone(), run.json()["not_letters"].clone()), (1.into(), 3.into()));
    let run = folder.imr(&["index", "letters", "--follow", "--format", "json"]).succeeds();
    adds_up(&run.json());
    assert_eq!(run.json()["letters"], 1);
    assert!(failure(&run.json(), "loop").1.contains("leads back to"));
    assert_eq!(failure(&run.json(), "dangling.txt").0, "not_found");
    folder.imr(&["search", "--count"]).succeeds();
}

#[test]
fn queries_that_do_not_parse_are_pointed_at() {
    let folder = Folder::indexed(3);
    for (query, parts) in [
        ("acupuncture AND", &["column 16", "acupuncture AND\n               ^"][..]),
        ("(lumbar OR \"mri", &["column 12", "quotation mark"]),
        ("(lumbar", &["column 1:", "parenthesis"]),
        ("lumbar)", &["column 7"]),
        ("OR lumbar", &["column 1:"]),
        ("NOT", &["column 4"]),
        ("issue:", &["column 7", "colon"]),
        ("()", &["column 2"]),
        ("colour:red", &["there is no field `colour`", "the fields are issue,", "column 1:"]),
        ("decided:yesterday", &["`yesterday`", "`decided`", "2016-12-05"]),
        ("decided:[2017 TO 2016]", &["ends before it begins"]),
        ("decided:2016-13", &["`2016-13`"]),
        ("issue:[a TO b]", &["`issue` has no order"]),
        ("[2016 TO 2017]", &["needs a field"]),
        ("age:old", &["`old`", "whole number"]),
        ("outcome:uphold", &["`uphold`", "upheld, overturned"]),
        ("basis:mtos", &["mtus, non_mtus, both, none"]),
        ("case:17", &["CM16-0213037"]),
        // What asks for nothing is neither all nor none.
        ("...", &["column 1:", "there is no word in `...`"]),
        ("\u{2014} - \u{2026}", &["column 1:", "there is no word"]),
        ("mri OR \"\u{2014}\"", &["column 8", "there is no word in `\"\u{2014}\"`"]),
        ("\u{2014} OR mri", &["column 1:", "there is no word in `\u{2014}`"]),
        ("mri OR (\u{2014})", &["column 9", "there is no word"]),
        ("mri NOT \u{2014}", &["column 9", "there is no word"]),
        ("issue:\u{2014}", &["column 7", "there is no word"]),
        ("specialty:\"\"", &["column 11", "there is no word"]),
        // Operators of other search boxes, where they cannot be what they are there.
        ("mri | ct", &["column 5", "`a OR b`"]),
        ("mri|ct", &["column 4", "`a OR b`"]),
        ("mri ! ct", &["column 5", "`!`"]),
        ("mri --ct", &["column 5", "two operators"]),
        ("mri OR +ct", &["column 8", "`+`"]),
        ("issue:-mri", &["column 7", "`-issue:word`"]),
        ("mri NEAR lumbar", &["column 5", "`a w/5 b`"]),
        ("mri w/ lumbar", &["column 5", "`w/5`, `w/s`"]),
        ("mri pre/ lumbar", &["column 5", "`pre/5`"]),
        ("mri w/0 lumbar", &["column 5", "from 1 to 255"]),
        ("mri w/256 lumbar", &["column 5", "from 1 to 255"]),
        ("w/5 lumbar", &["column 1:", "a word is missing before `w/5`"]),
        ("mri w/5", &["column 8", "a word is missing behind `w/5`"]),
        ("(mri w/5) lumbar", &["column 9", "a word is missing behind `w/5`"]),
        ("mri w/5 OR lumbar", &["column 8", "a word is missing behind `w/5`"]),
        ("mri w/5 w/5 lumbar", &["column 9", "`w/5` stands behind `w/5`", "too many"]),
        ("mri AND AND lumbar", &["column 9", "`AND` stands behind `AND`", "too many"]),
        ("mri OR AND lumbar", &["column 8", "`AND` stands behind `OR`"]),
        ("mri AND OR lumbar", &["column 9", "`OR` stands behind `AND`"]),
        ("mri w/5 age:30..40", &["column 9", "a range or a case has no place", "`AND`"]),
        ("decided:2016 w/5 mri", &["column 1:", "a range or a case has no place"]),
        ("mri w/5 CM16-0000001", &["column 9", "a range or a case"]),
        ("mri w/5 outcome:upheld", &["column 9", "`outcome` has values and no text"]),
        ("category:rehab* /s mri", &["column 1:", "`category` has values and no text"]),
        ("mri w/5 (lumbar knee)", &["column 9", "`a w/5 b w/5 c`"]),
        ("mri w/5 NOT knee", &["column 9", "`a not w/5 b`"]),
        ("mri^2 w/5 knee", &["column 1:", "`(a w/5 b)^2`"]),
        ("mri w/5 path:letters", &["column 9", "nothing is near this"]),
        ("issue:mri w/5 rationale:knee", &["column 11", "`issue` and `rationale` are two"]),
        ("mri w/5 (issue:a OR b)", &["column 9", "in the same field"]),
        ("\"lumbar mri\"~", &["column 13", "`\"a b\"~3`"]),
        ("\"lumbar mri\"~x", &["column 13", "`\"a b\"~3`"]),
        ("\"lumbar mri\"~999", &["column 13", "up to 255"]),
        ("specialty:\"pain medicine\"~2", &["column 11", "`specialty` has values"]),
        ("specialty:\"pain med*\"", &["column 11", "`specialty:word*`"]),
        (&format!("\"{}\"~3", "lumbar ".repeat(33)), &["column 1:", "at most 32 words"]),
        (&format!("a{}", " w/1 a".repeat(201)), &["column 1203", "at most 200"]),
        ("isue:mri", &["column 1:", "there is no field `isue`; did you mean `issue`?"]),
        ("rational:mri", &["did you mean `rationale`?"]),
        ("date:2016", &["there is no field `date`\n"]),
        ("acupunkture~3", &["column 12", "at most two"]),
        ("*", &["column 1:", "one word"]),
        ("**", &["column 1:", "one word"]),
        ("case:CM16*", &["column 6", "takes no pattern"]),
        ("decided:2016*", &["column 9", "takes no pattern"]),
        ("mri^", &["column 4", "a number"]),
        ("mri^0", &["column 4", "a number"]),
        ("mri^1000", &["column 4", "a number"]),
        ("mri \\", &["column 5", "missing behind `\\`"]),
        ("\u{6f22}\u{5b57} colour:red", &["column 4:", "\u{6f22}\u{5b57} colour:red\n     ^"]),
        // A long query is cut around the place.
        (&format!("{} colour:red", "lumbar ".repeat(30)), &["column 212", "\u{2026}", "colour:red\n"]),
    ] {
        folder.imr(&["search", query]).ends_with(2).prints_nothing().says(parts).says(&["error: "]);
        folder.imr(&["stats", query, "--by", "outcome"]).ends_with(2).prints_nothing().says(parts);
    }
    folder
        .imr(&["search", "--outcome", "maybe"])
        .ends_with(2)
        .prints_nothing()
        .says(&["`maybe`", "upheld, overturned"]);
    folder.imr(&["search", "--decided", "2017..2016"]).ends_with(2).says(&["--decided: ", "ends before it begins"]);
    folder.imr(&["search", "--age", "old"]).ends_with(2).says(&["--age: ", "whole number"]);
    folder.imr(&["search", "--specialty", "-"]).ends_with(2).says(&["--specialty: ", "no word"]);
    folder.imr(&["search", "--facets", "year,sex,year"]).ends_with(2).says(&["`year` is named twice"]);
    folder.imr(&["search", "--facets", "sex", "--format", "csv"]).ends_with(2).says(&["--facets", "hint:"]);
    folder.imr(&["search", "--facets", "sex", "--format", "jsonl", "--count"]).ends_with(2).says(&["--facets"]);
    folder.imr(&["stats", "--by", "age,age_band"]).ends_with(2).says(&["`age_band` is named twice"]);
    folder.imr(&["search", "--facets", "colour"]).ends_with(2).says(&["`colour`", "counts can be made by"]);
    folder.imr(&["stats", "--by", "colour"]).ends_with(2).says(&["`colour`", "outcome"]);
    folder.imr(&["stats", "--by", "sex,year,state,basis,outcome"]).ends_with(2).says(&["at most 4"]);
    folder.imr(&["show", "17"]).ends_with(2).says(&["`17`", "CM16-0213037"]);
    folder.imr(&["show", "CM99-9999999"]).ends_with(1).prints_nothing().says(&["CM99-9999999"]);
    let deep = format!("{}lumbar{}", "(".repeat(5000), ")".repeat(5000));
    folder.imr(&["search", &deep]).ends_with(2).says(&["too deeply"]);
    folder.imr(&["search", "--", &"NOT ".repeat(5000)]).ends_with(2).says(&["too deeply"]);
}

#[test]
fn an_index_that_is_missing_is_said_to_be() {
    let folder = Folder::new();
    for args in [&["search", "x"][..], &["stats", "--by", "outcome"], &["show", "CM16-0213037"]] {
        folder.imr(args).ends_with(2).prints_nothing().says(&["there is no index", "imr index"]);
        let named = [args, &["--index", "elsewhere"]].concat();
        folder.imr(&named).ends_with(2).prints_nothing().says(&["`elsewhere`", "there is no such index", "hint:"]);
    }
    folder.write("other/thing.txt", "x");
    folder.imr(&["search", "x", "--index", "other"]).ends_with(2).says(&["`other`: is no index"]);
    folder.imr(&["index", "other", "--index", "other"]).ends_with(2).says(&["other things in it", "hint:"]);
    folder.imr(&["index", "other", "--index", "other/thing.txt"]).ends_with(2).says(&["is a file"]);
}

#[test]
fn an_index_that_is_locked_says_who_holds_it_and_can_be_searched() {
    let folder = Folder::indexed(3);
    let lock = fs::OpenOptions::new().write(true).open(folder.path().join(".imr/writer.lock")).unwrap();
    lock.lock().unwrap();
    folder.imr(&["index", "letters"]).ends_with(2).prints_nothing().says(&[
        "being written by another `imr index` (process",
        ".imr",
        "hint:",
    ]);
    folder.imr(&["search", "--count"]).succeeds();
    drop(lock);
    folder.imr(&["index", "letters"]).succeeds();
}

#[test]
fn an_index_that_is_damaged_is_named_with_the_way_out() {
    for (file, bytes) in [
        ("segments/meta.json", &b"{"[..]),
        ("segments/meta.json", b""),
        ("format.json", b"?"),
        ("manifest.redb", b"not a database, and long enough to be looked at by whoever opens it"),
    ] {
        let folder = Folder::indexed(3);
        folder.write(&format!(".imr/{file}"), bytes);
        let run = folder.imr(&["index", "letters"]).ends_with(2).prints_nothing();
        run.says(&["error: ", ".imr", "delete the index folder"]);
        if file != "manifest.redb" {
            let run = folder.imr(&["search", "x"]).ends_with(2).prints_nothing();
            run.says(&["error: ", ".imr", "delete the index folder"]);
        }
    }
    // A segment file cut short.
    let folder = Folder::indexed(3);
    for entry in fs::read_dir(folder.path().join(".imr/segments")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "term" || e == "store" || e == "idx") {
            fs::write(&path, b"").unwrap();
        }
    }
    folder.imr(&["search", "lumbar"]).ends_with(2).prints_nothing().says(&[".imr", "delete the index folder"]);
}

#[test]
fn an_index_of_another_format_is_refused() {
    let folder = Folder::indexed(3);
    folder.write(".imr/format.json", r#"{"format": 4711, "program": "9.9.9"}"#);
    for args in [&["search", "x"][..], &["index", "letters"], &["stats", "--by", "outcome"]] {
        let run = folder.imr(args).ends_with(2).prints_nothing();
        run.says(&["format 4711 of imr 9.9.9", "reads format ", "hint:"]);
    }
}

#[test]
fn nobody_reading_the_output_is_no_error() {
    let folder = Folder::indexed(50);
    for args in [
        &["search", "--limit", "1000", "--format", "json"][..],
        &["search", "--limit", "1000", "--format", "jsonl"],
        &["search", "--limit", "1000", "--format", "csv"],
        &["parse", "letters"],
    ] {
        // More than what is kept back before it is written.
        assert!(folder.imr(args).out.len() > 1 << 16, "{args:?}");
        let mut command = folder.command(args);
        let mut child =
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty());
    }
}
