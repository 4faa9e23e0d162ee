//! What holds for every text: parsing ends, spans are good, white space does not matter.

use crate::parse::{names, text};
use crate::parse_record;
use imr::letter::Layout;
use imr::parse::{Parsed, parse};
use proptest::prelude::*;

/// Parses and checks what must hold of any answer.
pub fn checked(text: &str) -> Parsed {
    let parsed = parse(text);
    for diagnostic in &parsed.diagnostics {
        if let Some(span) = &diagnostic.span {
            assert!(text.get(span.clone()).is_some(), "{span:?} of {} bytes: {diagnostic:?}", text.len());
        }
        assert!(!diagnostic.message.contains('\n'), "{diagnostic:?}");
    }
    let letter = &parsed.letter;
    assert_eq!(letter.layout == Layout::Unknown, letter.text.is_some());
    match &letter.text {
        Some(kept) => {
            assert_eq!(kept, text);
            assert!(letter.issues.is_empty());
        }
        None => assert!((1..).zip(&letter.issues).all(|(number, issue)| number == issue.number)),
    }
    parsed
}

fn letters() -> Vec<String> {
    names("txt").iter().map(|name| text(name)).collect()
}

/// Pieces that letters are made of, to be put together in any order.
const PIECES: &[&str] = &[
    "Case Number: CM16-0000001",
    "Date of Injury:",
    "Application",
    "Received:",
    "01/02/2016",
    "HOW THE IMR FINAL DETERMINATION WAS MADE",
    "The Expert Reviewer has the following credentials:",
    "The expert reviewer is Board Certified in X, has a subspecialty in Y and is licensed to practice in Z.",
    "State(s) of Licensure: Ohio,",
    "Certification(s)/Specialty:",
    "CLINICAL CASE SUMMARY",
    "IMR ISSUES, DECISIONS AND RATIONALES",
    "IMR DECISION(S) AND RATIONALE(S)",
    "The Final Determination was based on decisions for the items set forth below:",
    "MRI of the knee: Upheld",
    ": Overturned",
    "Partially Overturned",
    "Upheld in part",
    "X was the original request. The remaining portion of the original request, Y is: Upheld",
    "Claims Administrator guideline:",
    "MAXIMUS guideline:",
    "Decision rationale:",
    "Decision based on MTUS Low Back Complaints 2004, Section(s): A, b (c, D), & E, and Knee Complaints 2004.",
    "Decision based on Non-MTUS Citation ODG; ACOEM, and the Official Disability Guidelines.",
    "did not base their decision on the MTUS",
    "48-year-old",
    "Page 2 of 3",
    "Final Determination: PARTIAL OVERTURN",
    "1. MRI is not medically necessary and appropriate.",
    "The Claims Administrator based its decision on the MTUS.",
    "The Physician Reviewer based his/her decision on the same.",
    "Notice of Independent Medical Review Determination",
    "2) MAXIMUS Federal Services, Inc. has determined the request for",
    "1) - 3) Regarding the requests for a cane:",
    "Section of the Medical Treatment Utilization Schedule Relied Upon",
    "Rationale for the Decision:",
    "MEDICAL PROFESSIONAL REVIEW",
    "ISSUE AT DISPUTE",
    "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY NECESSARY",
    "DOCUMENTS REVIEWED",
    "CONFIDENTIAL",
    "treat-\nment",
    "\u{c}",
    "\n\n",
    "\r\n",
    "\u{a0}\u{ad}\u{fb01}\u{feff}é",
];

/// Labels are read backwards from their colons, and the text can begin anywhere in them.
#[test]
fn a_text_may_begin_inside_of_a_label() {
    let labels = ["MAXIMUS guideline(s):", "State(s) of Licensure:", "Certification(s)/Specialty's:", "cc:"];
    for label in labels {
        (0..label.len()).for_each(|start| drop(checked(&label[start..])));
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed(text in any::<String>()) {
        checked(&text);
    }

    #[test]
    fn any_pieces_of_letters_are_parsed(pieces in prop::collection::vec((0..PIECES.len(), 0..3usize), 0..60)) {
        let text: String =
            pieces.iter().flat_map(|&(piece, gap)| [PIECES[piece], ["\n", " ", ""][gap]]).collect();
        checked(&text);
    }

    #[test]
    fn a_damaged_letter_is_parsed(
        letter in prop::sample::select(letters()),
        deleted in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        inserted in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut lines: Vec<&str> = letter.split_inclusive('\n').collect();
        for index in deleted {
            if !lines.is_empty() {
                lines.remove(index.index(lines.len()));
            }
        }
        let mut chars: Vec<char> = lines.concat().chars().collect();
        for (index, c) in inserted {
            chars.insert(index.index(chars.len() + 1), c);
        }
        if let Some(cut) = cut {
            chars.truncate(cut.index(chars.len() + 1));
        }
        checked(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn white_space_does_not_matter(
        name in prop::sample::select(LETTERS.to_vec()),
        changes in prop::collection::vec(0..SPACINGS.len(), 1..4),
    ) {
        let original = text(name);
        // Other page breaks where page numbers are printed make other page numbers of them.
        let numbered = original.lines().any(|line| line.trim().parse::<u32>().is_ok());
        prop_assume!(!(numbered && changes.contains(&PAGE_BREAKS)));
        let want = parse_record::letter(&without_pages(parse(&original).letter));
        let changed = changes.iter().fold(original, |text, &change| SPACINGS[change](&text));
        let have = parse_record::letter(&without_pages(checked(&changed).letter));
        prop_assert_eq!(want, have, "{}", changed);
    }
}

#[test]
fn the_number_of_blanks_does_not_matter() {
    for name in LETTERS {
        let original = text(name);
        let want = parse_record::letter(&parse(&original).letter);
        for blanks in 1..=12 {
            let changed = original.replace(' ', &" ".repeat(blanks));
            assert_eq!(want, parse_record::letter(&checked(&changed).letter), "{name} with {blanks} blanks");
        }
    }
}

/// Letters whose white space is changed.
const LETTERS: &[&str] = &[
    "credentials_table",
    "credentials_rows",
    "board_certified_table",
    "guidelines",
    "decision_list_table",
    "notice_table",
    "professional_review_table",
];

/// The letter without what page breaks tell.
fn without_pages(mut letter: imr::letter::Letter) -> imr::letter::Letter {
    letter.summary_pages.clear();
    letter.issues.iter_mut().for_each(|issue| issue.pages = Default::default());
    letter
}

/// The place in [`SPACINGS`] of page breaks that the letter did not have.
const PAGE_BREAKS: usize = 9;

/// Other white space for the same letter.
const SPACINGS: &[fn(&str) -> String] = &[
    |text| text.replace('\n', "\r\n"),
    |text| text.replace('\n', "\n\n"),
    |text| text.replace('\n', "  \n    "),
    |text| text.replace(' ', "\u{a0}"),
    |text| text.replace(' ', "  "),
    |text| text.replace(' ', "\t"),
    |text| text.replace('\n', " \u{2028}"),
    |text| format!("\n\n{text}\n \n"),
    |text| text.replace("\n\u{c}", "\n\n\u{c}\n"),
    |text| text.lines().enumerate().map(|(i, l)| format!("{l}\n{}", if i % 40 == 39 { "\u{c}" } else { "" })).collect(),
];

#[test]
fn paragraphs_may_be_set_at_any_width() {
    for name in ["credentials_table", "guidelines"] {
        let original = text(name).replace("\n\u{c}", "\n");
        let want = parse_record::letter(&parse(&original).letter);
        let (header, rest) = original.split_once("HOW").unwrap();
        for width in [50, 70, 80, 100, 120] {
            let paragraphs: Vec<String> = rest.split("\n\n").map(|paragraph| set(paragraph, width)).collect();
            let text = format!("{header}HOW {}", paragraphs.join("\n\n"));
            assert_eq!(want, parse_record::letter(&parse(&text).letter), "{text}");
        }
    }
}

/// Breaks the lines of a paragraph anew; headings and labels stay on lines of their own.
fn set(paragraph: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in paragraph.lines() {
        let own = ["CLINICAL", "IMR ISSUES", "The Final", "State(s)", "Certification", "The expert reviewer dev"];
        let begins = own.iter().any(|start| line.trim_start().starts_with(start));
        for (i, word) in line.split_whitespace().enumerate() {
            match lines.last_mut() {
                Some(last) if i == 0 && last.ends_with('-') => last.push_str(word),
                Some(last) if !(i == 0 && begins) && last.len() + word.len() < width => {
                    last.push(' ');
                    last.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
    }
    lines.join("\n")
}

#[test]
fn near_labels_without_end_take_no_more_than_their_length() {
    // What is quadratic does not end in the lifetime of a test run.
    let head = "The Expert Reviewer has the following credentials:\nCLINICAL CASE SUMMARY\n";
    let issues = "IMR ISSUES, DECISIONS AND RATIONALES\n";
    let board = "expert reviewer is Board Certified in X and is licensed to practice in ";
    let guideline = "x: Upheld\nMAXIMUS guideline: ";
    let list = "IMR DECISION(S) AND RATIONALE(S)\n1. x is not medically necessary.\nThe Claims Administrator based ";
    let notice =
        "1) MAXIMUS has determined the request for x is medically necessary.\n1) Regarding the request for x:\n";
    let review = "MEDICAL PROFESSIONAL REVIEW\nISSUE AT DISPUTE\n1. x\nRATIONALE FOR WHY THE REQUESTED IS NOT MEDICALLY NECESSARY\n";
    for (before, piece, after) in [
        ("", ":", ""),
        ("", "\n\u{c}2", ""),
        ("", "expert reviewer is Board Certified in X, has a subspecialty in ", issues),
        ("", board, issues),
        ("", "Case Number: Date of Injury: ", &[head, issues].concat()),
        ("", "Date of Injury: Application ", &[head, issues].concat()),
        ("", "Date of Injury: 1/2/2015 3/4/2015\n", &[head, issues].concat()),
        (head, "48 years 1 year old age he she ", issues),
        (&[head, issues].concat(), "MRI: Upheld\n", ""),
        (&[head, issues].concat(), ": ", ""),
        (&[head, issues].concat(), "Claims Administrator guideline:\n", ""),
        (&[head, issues].concat(), "Decision rationale: ", ""),
        (&[head, issues].concat(), "Decision rationale:\nx: Upheld ", ""),
        (&[head, issues].concat(), "x.\n\nClaims Administrator guideline: Decision based on MTUS ", ""),
        (&[head, issues].concat(), "the original request.\n", "was the original request: Upheld"),
        (&[head, issues, guideline].concat(), "Decision based on MTUS X 2004, and ", ""),
        (&[head, issues, guideline].concat(), "Decision based on Non-MTUS ODG, the ", ""),
        (&[head, issues, guideline, "MTUS Section(s): "].concat(), "A, & B, ", ""),
        (&[head, issues, guideline, "MTUS "].concat(), "and Low Back Complaints 2004 (", ""),
        (list, "1. is not medically necessary.\n", ""),
        (list, "is ", ""),
        (list, "1. x\n", ""),
        (list, "The Claims Administrator based\nThe Physician Reviewer based\nDecision rationale:\n", ""),
        (notice, "1) MAXIMUS has determined the request for y is medically necessary.\n", notice),
        ("", "2) MAXIMUS has determined the request for x is not medically necessary.\n", notice),
        (notice, "1) Regarding the request for y:\n", ""),
        (notice, "1) Regarding the request for y:\nRationale for the Decision:\n", ""),
        (notice, "DOCUMENTS REVIEWED\n* a\n[ ] b\n", ""),
        (review, "ISSUE AT DISPUTE\n1. y\n", ""),
        (review, "RATIONALE FOR WHY THE REQUESTED IS NOT MEDICALLY NECESSARY\n", ""),
        (&[head, issues, guideline, "treatment "].concat(), "treat-\nment ", ""),
        (&[head, issues].concat(), "same line\n\u{c}", ""),
        (&[head, issues].concat(), "CONFIDENTIAL\n\u{c}", ""),
    ] {
        let mut text = before.to_owned();
        while text.len() < 5_000_000 {
            text.push_str(piece);
        }
        text.push_str(after);
        checked(&text);
    }
}
