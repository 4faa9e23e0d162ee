//! Lists of queries: one table, and mistakes named with their line and column.

use crate::query::archive;
use crate::schema::keeps_to;
use crate::support::Folder;

const LIST: &str = "\u{feff}needles\tissue:acupuncture\r\nlumbar\n\n  \nall\t\nknee or back\tknee OR lumbar\n=x\tzzz\n";

fn listed(text: &[u8]) -> Folder {
    let folder = archive();
    folder.write("list.txt", text);
    folder
}

#[test]
fn a_list_of_queries_is_one_table() {
    let folder = listed(LIST.as_bytes());
    let search = ["search", "--queries", "list.txt"];
    let with = |more: &[&str]| folder.imr(&[&search, more].concat()).succeeds();
    assert_eq!(
        with(&[]).out,
        "needles\t1\t1\t1\t0\t1.000000\nlumbar\t2\t1\t1\t1\t0.500000\nall\t5\t4\t3\t2\t0.600000\n\
         knee or back\t3\t2\t1\t2\t0.333333\n=x\t0\t0\t0\t0\t\n"
    );
    assert_eq!(
        with(&["--pretty"]).out,
        "query         issues  letters  upheld  overturned  share upheld\n\
         needles            1        1       1           0        100.0%\n\
         lumbar             2        1       1           1         50.0%\n\
         all                5        4       3           2         60.0%\n\
         knee or back       3        2       1           2         33.3%\n\
         =x                 0        0       0           0             -\n"
    );
    assert_eq!(
        with(&["--format", "csv"]).out,
        "name,query,issues,letters,upheld,overturned,upheld_share\nneedles,issue:acupuncture,1,1,1,0,1\n\
         ,lumbar,2,1,1,1,0.5\nall,,5,4,3,2,0.6\nknee or back,knee OR lumbar,3,2,1,2,0.3333333333333333\n'=x,zzz,0,0,0,0,\n"
    );
    let json = with(&["--format", "json"]).json();
    keeps_to("queries.schema.json", &json);
    assert_eq!(json["rows"].as_array().unwrap().len(), 5);
    assert_eq!(json["rows"][1]["name"], serde_json::Value::Null);
    // What else is asked for holds for each line.
    let less = with(&["--sex", "male", "NOT", "physical"]).out;
    assert_eq!(
        less,
        "needles\t0\t0\t0\t0\t\nlumbar\t0\t0\t0\t0\t\nall\t1\t1\t0\t1\t0.000000\nknee or back\t1\t1\t0\t1\t0.000000\n=x\t0\t0\t0\t0\t\n"
    );
}

#[test]
fn counts_are_those_of_a_search_for_each() {
    let folder = Folder::indexed(60);
    let queries = ["therapy", "issue:opioid upheld", "decided:2016..2018", "\"physical therapy\" OR mri"];
    folder.write("list.txt", queries.join("\n"));
    let rows = folder.imr(&["search", "--queries", "list.txt", "--format", "json"]).succeeds().json()["rows"].clone();
    for (query, row) in queries.iter().zip(rows.as_array().unwrap()) {
        let count = |more: &[&str]| {
            folder.imr(&[&["search", query, "--count", "--format", "json"], more].concat()).json()["total"].clone()
        };
        let all = count(&[]);
        assert_eq!((&row["issues"], &row["letters"]), (&all["issues"], &all["letters"]), "{query}");
        for outcome in ["upheld", "overturned"] {
            assert_eq!(row[outcome], count(&["--outcome", outcome])["issues"], "{query} {outcome}");
        }
    }
}

#[test]
fn a_mistake_is_named_with_its_place_and_the_others_are_counted() {
    let folder = listed(b"lumbar\nJos\xc3\xa9\t(knee\nmri OR\nknee\n\xff\n\xc3\xa9 colour:red\n");
    let run = folder.imr(&["search", "--queries", "list.txt"]).ends_with(2).says(&[
        "warning: `list.txt`: line 2, column 6: ",
        "warning: `list.txt`: line 3, column 7: ",
        "warning: `list.txt`: line 5, column 1: is no UTF-8",
        "warning: `list.txt`: line 6, column 3: ",
    ]);
    assert_eq!(run.out, "lumbar\t2\t1\t1\t1\t0.500000\nknee\t1\t1\t0\t1\t0.000000\n");
    assert!(!run.err.contains("line 1,") && !run.err.contains("line 4,"), "{}", run.err);
}

#[test]
fn a_list_comes_from_standard_input_too() {
    let folder = listed(b"");
    let mut command = folder.command(&["search", "--queries", "-"]);
    command.stdin(std::fs::File::open(folder.write("in.txt", "mri\nspecialty:famly\n")).unwrap());
    let run = folder.run(command, &["search"]).succeeds();
    assert_eq!(run.out, "mri\t1\t1\t0\t1\t0.000000\nspecialty:famly\t0\t0\t0\t0\t\n");
    run.says(&["note: `-`, line 2: "]);
    // Nothing asked, nothing found.
    assert_eq!(folder.imr(&["search", "--queries", "list.txt"]).ends_with(1).out, "");
    folder.imr(&["search", "--queries", "none.txt"]).ends_with(2).prints_nothing().says(&["`none.txt`"]);
    for more in [&["--limit", "1"][..], &["--sort", "age"], &["--format", "md"], &["--fields", "age"], &["--count"]] {
        folder.imr(&[&["search", "--queries", "list.txt"], more].concat()).ends_with(2).prints_nothing();
    }
}
