//! Headings taken apart: `tests/requests/*.tsv` has invented headings, each with all that it states.
//!
//! `UPDATE_EXPECTED=1 cargo test` writes the tables anew; what changed is then seen in the diff.

use imr::letter::{Request, TimeUnit};
use imr::parse::parse;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::support::check_tables;

/// A letter with one issue.
fn letter(heading: &str, outcome: &str) -> String {
    let none = "The Expert Reviewer did not cite any medical evidence for its decision.";
    format!(
        "Case Number: CM17-0100003\nDate of Injury: 01/02/2017\n\nHOW THE IMR FINAL DETERMINATION WAS MADE\nAn expert \
         reviewer read the file.\n\nThe Expert Reviewer has the following credentials:\nState(s) of Licensure: \
         Utah\nCertification(s)/Specialty: Neurology\n\nCLINICAL CASE SUMMARY\nThe worker is a 40 year old man.\n\nIMR \
         ISSUES, DECISIONS AND RATIONALES\nThe Final Determination was based on decisions for the disputed items/services \
         set forth below:\n\n{heading}{outcome}\n\nClaims Administrator guideline: {none}\n\nMAXIMUS guideline: \
         {none}\n\nDecision rationale: None.\n"
    )
}

/// The heading as it was read, what it was taken apart into, and whether it was unclear.
fn read(heading: &str, outcome: &str) -> (String, Request, bool) {
    let parsed = parse(&letter(heading, outcome));
    let unclear = parsed.diagnostics.iter().any(|d| d.code == "unclear_authorization");
    let issue = parsed.letter.issues.into_iter().next().unwrap_or_default();
    (issue.issue, issue.request, unclear)
}

/// All that a request states, as a table has it.
fn told(request: &Request, unclear: bool) -> String {
    let mut out = String::new();
    let mut tell = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let gap = if out.is_empty() { "" } else { " | " };
            let equals = if value.is_empty() { "" } else { "=" };
            write!(out, "{gap}{name}{equals}{value}").unwrap();
        }
    };
    let range = |low: u32, high: u32, unit: TimeUnit| match low == high {
        true => format!("{low}/{unit}"),
        false => format!("{low}-{high}/{unit}"),
    };
    let list = |list: Vec<String>| (!list.is_empty()).then(|| list.join(", "));
    tell("requested", request.requested.clone());
    tell("authorized", request.authorized.clone());
    tell("disputed", request.disputed.clone());
    tell("quantity", request.quantity.map(|n| n.to_string()));
    tell("unit", request.unit.clone());
    tell("frequency", request.frequency.map(|f| range(f.low, f.high, f.per)));
    tell("duration", request.duration.map(|d| range(d.low, d.high, d.unit)));
    tell("strength", request.strength.clone());
    tell("parts", list(request.body_parts.clone()));
    tell("side", request.side.map(|side| side.to_string()));
    tell("retrospective", request.retrospective.then(String::new));
    tell("dates", list(request.dates_of_service.iter().map(ToString::to_string).collect()));
    tell("associated", request.associated.then(String::new));
    tell("unclear", unclear.then(String::new));
    out
}

fn tables() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/requests");
    let mut tables: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    tables.sort();
    tables
}

/// Every heading with what it states.
fn rows() -> Vec<(String, String)> {
    let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let row =
        |line: &str| line.split_once('\t').map(|(heading, fields)| (heading.to_owned(), fields.to_owned())).unwrap();
    tables().iter().flat_map(|path| text(path).lines().skip(1).map(row).collect::<Vec<_>>()).collect()
}

#[test]
fn headings_state_what_the_tables_say() {
    let count = check_tables(tables(), |heading| {
        let (issue, request, unclear) = read(heading, ": Upheld");
        assert_eq!(issue, heading, "the letter has another heading");
        told(&request, unclear)
    });
    assert!(count >= 200, "{count} headings");
}

#[test]
fn case_outcome_and_blanks_do_not_matter() {
    for (heading, fields) in rows() {
        let want = fields.to_lowercase();
        for (changed, outcome) in [
            (heading.to_ascii_lowercase(), ": Upheld"),
            (heading.to_ascii_uppercase(), ": OVERTURNED"),
            (heading.clone(), ": Overturned."),
            (format!("   {}  ", heading.replace(' ', "  ")), " : Upheld"),
        ] {
            let (_, request, unclear) = read(&changed, outcome);
            assert_eq!(told(&request, unclear).to_lowercase(), want, "{changed}{outcome}");
        }
    }
}

#[test]
fn the_tables_of_parts_and_units_are_in_order() {
    let rows = |table: &'static str| table.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut names = BTreeSet::new();
    for row in rows(include_str!("../../schema/body-parts.tsv")) {
        let (name, words) = row.split_once('\t').expect(row);
        assert!(names.insert(name), "{name} stands twice");
        let words: Vec<_> = words.split("; ").collect();
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{name} has a word twice");
        assert!(
            words.iter().all(|word| word.trim() == *word && *word == word.to_lowercase() && !word.is_empty()),
            "{row}"
        );
    }
    let (mut names, mut all) = (BTreeSet::new(), BTreeSet::new());
    for row in rows(include_str!("../../schema/units.tsv")) {
        let cells: Vec<_> = row.split('\t').collect();
        let [name, kind, words] = cells[..] else { panic!("{row} wants three cells") };
        assert!(["care", "dose", "container", "thing", "size"].contains(&kind), "{row}");
        assert!(names.insert(name), "{name} stands twice");
        assert!(
            words.split("; ").all(|word| all.insert(word) && word == word.to_lowercase()),
            "{row} has a word twice"
        );
    }
}

/// Pieces that headings are made of, to be put together in any order.
const PIECES: &[&str] = &[
    "was the original request.",
    "The Claims Administrator authorized",
    "was authorized by the Claims Administrator.",
    "leaving the original request IMR eligible.",
    "The original request,",
    "IMR eligible",
    "the remaining",
    "portion of the",
    "is",
    "modified",
    "to",
    "L4",
    "-",
    "5",
    "L5-S1",
    "10/325",
    "10-325mg",
    ".5",
    "%",
    "mg",
    "/",
    "#",
    "60",
    "1,000",
    "(8)",
    "eight",
    "EIGHT (6)",
    "x",
    "times",
    "2x",
    "3x6",
    "a week",
    "for",
    "weeks",
    "every",
    "other day",
    "q4-6h",
    "q99999999999h",
    "b.i.d.",
    "a.b",
    "daily",
    "sessions",
    "tablet",
    "one hundred and",
    "twenty-",
    "half a dozen",
    "left",
    "R/L",
    "and right",
    "(L)",
    "both",
    "knee",
    "upper and lower extremities",
    "DOS",
    "10/5/16",
    "1/2/3/4",
    "October 5,",
    "99999999999",
    "2016",
    "Retrospective",
    "Associated surgical service:",
    "Qty:",
    "\u{d7}",
    "\u{2013}",
    "é",
    "\u{b5}g",
    "'",
    "(s)",
    ",",
    ".",
    ":",
    "ſ",
];

proptest! {
    #[test]
    fn any_heading_is_read(text in "[^:\n]{0,60}") {
        read(&text, ": Upheld");
    }

    #[test]
    fn any_pieces_of_headings_are_read(pieces in prop::collection::vec((0..PIECES.len(), any::<bool>()), 0..30)) {
        let heading: String = pieces.iter().flat_map(|&(i, gap)| [PIECES[i], if gap { " " } else { "" }]).collect();
        let (issue, request, unclear) = read(&heading, ": Upheld");
        // The parts of an authorization are passages of the heading, and what they are is certain or said not to be.
        for part in [&request.requested, &request.authorized, &request.disputed].into_iter().flatten() {
            prop_assert!(issue.contains(part.as_str()), "{part} of {issue}");
        }
        prop_assert!(!unclear || request.disputed.is_none());
        prop_assert_eq!(request.authorized.is_some(), request.disputed.is_some());
        prop_assert!(request.frequency.is_none_or(|f| f.low <= f.high && f.low > 0));
        prop_assert!(request.duration.is_none_or(|d| d.low <= d.high));
    }
}
