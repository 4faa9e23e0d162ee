//! Reports: the same numbers in every form, and a page that is whole in itself.

use std::fs;

use serde_json::Value;

use crate::support::{Folder, Run};

fn archive() -> Folder {
    let folder = Folder::new();
    folder.invent("letters", 1..=80);
    folder.write("letters/note.txt", "A covering note.");
    folder.imr(&["index", "letters"]).succeeds();
    folder
}

#[test]
fn every_form_of_a_report_has_the_same_tables() {
    let folder = archive();
    let json = folder.imr(&["report", "--format", "json"]).succeeds().json();
    let sections = json["sections"].as_array().unwrap();
    assert!(sections.len() > 12, "{json}");
    folder.imr(&["report", "-o", "report.html"]).succeeds().says(&["`report.html` has", "tables"]);
    let html = fs::read_to_string(folder.path().join("report.html")).unwrap();
    let markdown = folder.imr(&["report", "--format", "md"]).succeeds().out;
    folder.imr(&["report", "--format", "csv", "-o", "tables"]).succeeds();
    for section in sections {
        let (name, title) = (section["name"].as_str().unwrap(), section["title"].as_str().unwrap());
        assert!(html.contains(&format!("<section id=\"{name}\"")) && markdown.contains(&format!("\n## {title}\n")));
        let csv = fs::read_to_string(folder.path().join(format!("tables/{name}.csv"))).unwrap();
        assert_eq!(csv.lines().count(), section["table"]["rows"].as_array().unwrap().len() + 1, "{name}");
        // Every table is that of the command below it.
        let command = section["command"].as_str().unwrap();
        let printed: Value = serde_json::from_str(&run_printed(&folder, command, "json")).unwrap();
        assert_eq!(printed, section["table"], "{command}");
        assert!(html.contains(&command.replace('\'', "&#39;").replace('>', "&gt;")) && markdown.contains(command));
    }
    let total = folder.imr(&["stats", "--format", "json"]).json()["total"].clone();
    assert_eq!((&json["total"]["issues"], &json["total"]["letters"]), (&total["issues"], &total["letters"]));
}

/// What a command prints that a report tells, as a shell takes it.
#[track_caller]
pub fn run_printed(folder: &Folder, command: &str, format: &str) -> String {
    let rest = command.strip_prefix("imr stats ").expect(command);
    let run = typed(folder, &format!("stats --format {format} {rest}"));
    assert!(run.status < 2, "{command}: {}", run.err);
    run.out
}

/// What comes of a command line behind `imr`, as a shell takes it.
pub fn typed(folder: &Folder, line: &str) -> Run {
    let mut shell = folder.command(&[]);
    let line = format!("'{}' {line}", shell.get_program().to_str().unwrap());
    let variables: Vec<_> =
        shell.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    shell = std::process::Command::new("sh");
    shell.args(["-c", &line]).current_dir(folder.path());
    for (name, value) in variables {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    folder.run(shell, &[&line])
}

#[test]
fn every_command_says_what_was_asked_for() {
    let folder = archive();
    folder.imr(&["save", "acu", "acupuncture OR MRI", "--outcome", "upheld"]).succeeds();
    folder.imr(&["save", "women", "--sex", "female", "--", "-lumbar"]).succeeds();
    folder.imr(&["save", "asked", "was acupuncture denied?"]).succeeds();
    for (args, expected) in [
        // What begins with a hyphen is no flag.
        (&["--", "-surgery MRI"][..], "-- '-surgery MRI'"),
        (&["--sex", "female", "--", "-surgery"], "-- -surgery"),
        (&["it's OR $HOME `pwd` \"a b\""], r#"'it'\''s OR $HOME `pwd` "a b"'"#),
        // Saved searches are spelt out: who has the report does not have them.
        (&["@acu"], "'acupuncture OR MRI' --outcome upheld"),
        (
            &["@acu", "lumbar OR cervical", "--basis", "mtus"],
            "'(acupuncture OR MRI) (lumbar OR cervical)' --basis mtus --outcome upheld",
        ),
        (&["@women"], "--sex female"),
        // The mark at the end of a question would be a letter in parentheses.
        (&["@asked", "acupuncture OR MRI"], "'(was acupuncture denied) (acupuncture OR MRI)'"),
        (&["@acu", "is the knee stable?"], "'(acupuncture OR MRI) (is the knee stable)' --outcome upheld"),
        (&["@women", "@acu", "therapy"], "'(-lumbar) ((acupuncture OR MRI) (therapy))' --outcome upheld --sex female"),
        // But for what no query and filters say.
        (&["@acu", "--outcome", "overturned"], "@acu --outcome overturned"),
        (&["@acu", "MRI", "lumbar", "--any"], "'@acu MRI lumbar' --any"),
        (&["was the acupuncture of the lumbar spine", "--any"], "--any"),
        (&["PT", "--exact"], "PT --exact"),
        (&["--drug", "naproxen"], "--drug naproxen"),
    ] {
        let run = folder.imr(&[&["report", "--format", "json"], args].concat());
        assert!(run.status < 2, "{args:?}: {}", run.err);
        let report = run.json();
        for section in report["sections"].as_array().unwrap() {
            let command = section["command"].as_str().unwrap();
            assert!(command.contains(expected), "{command} without {expected}");
            let mut printed: Value = serde_json::from_str(&run_printed(&folder, command, "json")).unwrap();
            // Counts of few issues suggest other queries, which reports do not.
            printed["suggestion"] = Value::Null;
            assert_eq!(printed, section["table"], "{command}");
        }
        let total = &report["total"];
        let direct = folder.imr(&[&["stats", "--format", "json"], args].concat()).json();
        assert_eq!((&direct["total"]["issues"], &direct["total"]["letters"]), (&total["issues"], &total["letters"]));
    }
}

#[test]
fn requests_per_letter_begin_with_their_mean() {
    let folder = archive();
    let mean = |args: &[&str]| {
        // Of every letter that matches, all of its issues.
        let exported = folder.imr(&[&["export"], args].concat()).out;
        let letters: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let issues = |letter: &Value| letter["issues"].as_array().map_or(0, Vec::len);
        let counts: Vec<usize> = letters.iter().map(issues).filter(|count| *count > 0).collect();
        counts.iter().sum::<usize>() as f64 / counts.len() as f64
    };
    for args in [&[][..], &["acupuncture"], &["--sex", "female"]] {
        let expected = mean(args);
        let stats = folder.imr(&[&["stats", "--by", "requests", "--format", "json"], args].concat()).succeeds().json();
        assert!((stats["mean_requests"].as_f64().unwrap() - expected).abs() < 1e-9, "{args:?}: {stats}");
        let said = format!("letters have {expected:.2} requests on average");
        for format in ["html", "md", "text"] {
            let report = folder.imr(&[&["report", "--format", format, "--pretty"], args].concat()).succeeds().out;
            // Text folds.
            let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(report.matches(&said).count(), 1, "{format}: {said}");
        }
    }
    assert_eq!(folder.imr(&["stats", "--by", "sex", "--format", "json"]).json()["mean_requests"], Value::Null);
    assert_eq!(
        folder.imr(&["stats", "zzzz", "--by", "requests", "--format", "json"]).json()["mean_requests"],
        Value::Null
    );
}

#[test]
fn a_report_is_text_where_it_is_read_and_lines_where_it_is_not() {
    let folder = archive();
    let pretty = folder.imr(&["report", "--pretty"]).succeeds().out;
    for part in ["Independent medical review: outcomes\n", "Requests per letter\n", "█", "imr stats --over year --show"]
    {
        assert!(pretty.contains(part), "{part}: {pretty}");
    }
    assert!(!pretty.contains('\u{1b}'), "{pretty}");
    assert!(folder.imr(&["report", "--pretty", "--color", "always"]).succeeds().out.contains('\u{1b}'));
    assert!(folder.imr(&["report"]).succeeds().out.starts_with("<!doctype html>"));
    assert!(folder.imr(&["report", "--pretty", "--format", "html"]).succeeds().out.starts_with("<!doctype html>"));
    // In a pipe each row is a line, behind the name of its table; the numbers are those of the others.
    let lines = folder.imr(&["report", "--format", "text"]).succeeds().out;
    let json = folder.imr(&["report", "--format", "json"]).succeeds().json();
    let sections = json["sections"].as_array().unwrap();
    let rows: usize = sections.iter().map(|section| section["table"]["rows"].as_array().unwrap().len()).sum();
    assert_eq!(lines.lines().count(), rows);
    let first = &sections[0]["table"]["rows"][0];
    let cells: Vec<_> = lines.lines().next().unwrap().split('\t').collect();
    assert_eq!(
        cells[..4],
        ["years", first["year"].as_str().unwrap(), &first["issues"].to_string(), &first["letters"].to_string()]
    );
    folder.imr(&["report", "--pretty", "-o", "report.txt"]).succeeds();
    assert_eq!(fs::read_to_string(folder.path().join("report.txt")).unwrap(), pretty);
}

#[test]
fn a_page_needs_nothing_but_itself_and_trusts_no_value() {
    let folder = archive();
    let query = "sex:female OR \"<script>alert(1)</script>\"";
    folder.imr(&["report", query, "--basis", "mtus", "-o", "page.html"]).succeeds();
    let html = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("default-src 'none'") && html.contains("--basis mtus"));
    // Each chart says what it shows, and has its table.
    let (charts, tables) = (html.matches("<svg").count(), html.matches("<table>").count());
    assert!(charts > 8 && charts <= tables, "{charts} {tables}");
    assert_eq!((html.matches("<title id=").count(), html.matches("<desc id=").count()), (charts, charts));
    // Tags are closed in the order in which they were opened.
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1) {
        let name = tag.split(['>', ' ', '\n', '/']).next().unwrap_or_default();
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), closed.split('>').next()),
            None if tag.starts_with('!') || matches!(name, "meta") || tag.split('>').next().unwrap().ends_with('/') => {
            }
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn letters_are_told_apart_by_what_they_hold_and_not_by_where_they_lie() {
    let (one, other) = (archive(), Folder::new());
    fs::rename(one.path().join("letters/note.txt"), one.path().join("letters/a.txt")).unwrap();
    one.imr(&["index", "letters"]).succeeds();
    other.invent("elsewhere", 1..=80);
    other.write("elsewhere/deep/note.txt", "A covering note.");
    other.imr(&["index", "elsewhere"]).succeeds();
    let corpus =
        |folder: &Folder| folder.imr(&["report", "--format", "json"]).json()["corpus"].as_str().unwrap().to_owned();
    assert_eq!(corpus(&one), corpus(&other));
    other.write("elsewhere/deep/note.txt", "Another covering note.");
    other.imr(&["index", "elsewhere"]).succeeds();
    assert_ne!(corpus(&one), corpus(&other));
}

#[test]
fn what_makes_no_report_is_told_and_leaves_nothing() {
    let folder = archive();
    folder.imr(&["report", "--format", "csv"]).ends_with(2).prints_nothing().says(&["`-o FOLDER`"]);
    folder.imr(&["report", "-o", "nowhere/report.html"]).ends_with(2).prints_nothing().says(&["nowhere/report.html"]);
    folder.imr(&["report", "(mri", "-o", "x.html"]).ends_with(2).prints_nothing().says(&["column"]);
    assert!(!folder.path().join("x.html").exists());
    // Of nothing there is a report, which says so.
    let report = folder.imr(&["report", "zzzz", "--format", "json"]).ends_with(1).json();
    assert_eq!(report["total"]["letters"], Value::from(0));
}
