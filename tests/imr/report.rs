//! Reports: the same numbers in every form, and a page that is whole in itself.

use std::fs;

use serde_json::Value;

use crate::support::Folder;

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
        let words: Vec<String> = command.split(' ').skip(1).map(|word| word.trim_matches('\'').to_owned()).collect();
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["--format", "json"]).collect();
        assert_eq!(folder.imr(&args).succeeds().json(), section["table"], "{command}");
        assert!(html.contains(&command.replace('\'', "&#39;").replace('>', "&gt;")) && markdown.contains(command));
    }
    let total = folder.imr(&["stats", "--format", "json"]).json()["total"].clone();
    assert_eq!((&json["total"]["issues"], &json["total"]["letters"]), (&total["issues"], &total["letters"]));
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
