//! What a clinical summary tells: `tests/summaries/*.tsv` has invented summaries, each with all that is read from it.
//!
//! `UPDATE_EXPECTED=1 cargo test` writes the tables anew; what changed is then seen in the diff.

use imr::letter::Letter;
use imr::parse::parse;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::support::check_tables;

/// A letter of March 2017 with a summary.
fn letter(summary: &str) -> Letter {
    let none = "The Expert Reviewer did not cite any medical evidence for its decision.";
    let text = format!(
        "Case Number: CM17-0100003\nDecision Date: 03/04/2017\n\nHOW THE IMR FINAL DETERMINATION WAS MADE\nAn expert \
         reviewer read the file.\n\nThe Expert Reviewer has the following credentials:\nState(s) of Licensure: \
         Utah\nCertification(s)/Specialty: Neurology\n\nCLINICAL CASE SUMMARY\n{summary}\n\nIMR ISSUES, DECISIONS AND \
         RATIONALES\nThe Final Determination was based on decisions for the disputed items/services set forth \
         below:\n\nAcupuncture: Upheld\n\nClaims Administrator guideline: {none}\n\nMAXIMUS guideline: \
         {none}\n\nDecision rationale: None.\n"
    );
    parse(&text).letter
}

/// All that a summary tells, as a table has it.
fn told(letter: &Letter) -> String {
    let dates: Vec<String> = letter.summary_dates.iter().map(ToString::to_string).collect();
    let fields = [
        ("age", letter.age.map_or(String::new(), |age| age.to_string())),
        ("sex", letter.sex.map_or(String::new(), |sex| sex.to_string())),
        ("diagnoses", letter.diagnoses.join("; ")),
        ("regions", letter.body_regions.join(", ")),
        ("dates", dates.join(", ")),
    ];
    let told = fields.iter().filter(|(_, value)| !value.is_empty());
    told.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" | ")
}

#[test]
fn summaries_tell_what_the_tables_say() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/summaries");
    let tables = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let count = check_tables(tables, |summary| told(&letter(summary)));
    assert!(count >= 40, "{count} summaries");
}

#[test]
fn the_tables_of_diagnoses_and_denials_are_in_order() {
    let diagnoses =
        ["condition", "ending", "symptom", "shared", "tissue", "goes on", "nothing", "verb", "filler", "stop", "other"];
    let denials =
        ["denial", "denied", "none", "but", "who", "between", "then", "never", "state", "lack", "unless", "service"];
    for (table, kinds) in [
        (include_str!("../../schema/diagnoses.tsv"), &diagnoses[..]),
        (include_str!("../../schema/denials.tsv"), &denials[..]),
    ] {
        let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
        let rows: Vec<(&str, &str)> = rows.map(|row| row.split_once('\t').expect(row)).collect();
        assert_eq!(rows.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), kinds);
        for (kind, cell) in rows {
            let words: Vec<_> = cell.split("; ").collect();
            assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{kind} has a word twice");
            assert!(words.iter().all(|w| w.trim() == *w && *w == w.to_lowercase() && !w.is_empty()), "{kind}: {cell}");
        }
    }
}

/// Pieces that summaries are made of, to be put together in any order.
const PIECES: &[&str] = &[
    "Diagnoses include",
    "diagnosis:",
    "dx",
    "treated for",
    "1.",
    "2)",
    "lumbar strain",
    "sciatica",
    "no",
    "denied",
    "negative for",
    "he",
    "also",
    "but",
    "or",
    "and",
    ",",
    ";",
    ".",
    "(",
    ")",
    "neck pain",
    "10/01/98",
    "1/2",
    "5/6/2016",
    "June 3,",
    "2016",
    "é",
    "\u{2013}",
    "48-year-old",
    "male",
    "without",
    "radial",
    "head",
    "as",
    "-",
    "\"",
    "of",
    "on",
];

proptest! {
    #[test]
    fn any_pieces_of_summaries_are_read(pieces in prop::collection::vec((0..PIECES.len(), any::<bool>()), 0..40)) {
        let summary: String = pieces.iter().flat_map(|&(i, gap)| [PIECES[i], if gap { " " } else { "" }]).collect();
        let letter = letter(&format!("Seen. {summary}"));
        let text = letter.clinical_summary.unwrap_or_default();
        for diagnosis in &letter.diagnoses {
            prop_assert!(text.contains(diagnosis.as_str()), "{diagnosis} of {text}");
        }
        prop_assert!(letter.summary_dates.is_sorted_by(|a, b| a < b));
        prop_assert_eq!(letter.body_regions.iter().collect::<BTreeSet<_>>().len(), letter.body_regions.len());
    }
}
