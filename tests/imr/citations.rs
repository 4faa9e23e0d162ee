//! Guideline lines with the citations that they name: `tests/citations/*.jsonl`, and tables of reviewers' names.
//!
//! A line of a file is `{"line": ..., "basis": ..., "citations": [...]}`. A citation states its fields but those that are
//! empty, and its text only where that is to be tested.

use imr::letter::Guideline;
use imr::parse::parse;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The guideline that is read from a line within a letter.
fn guideline(line: &str) -> Guideline {
    let text = format!(
        "The Expert Reviewer has the following credentials:\nState(s) of Licensure: Ohio\n\n\
         CLINICAL CASE SUMMARY\nA worker.\n\nIMR ISSUES, DECISIONS AND RATIONALES\n\nA brace: Upheld\n\n\
         Claims Administrator guideline: {line}\n\nDecision rationale: None.\n"
    );
    parse(&text).letter.issues.first().map_or_else(Guideline::default, |issue| issue.claims_guideline.clone())
}

/// The citations of a guideline without what is empty, and without their texts.
fn citations(guideline: &Guideline) -> Value {
    let citation = |c: &imr::letter::Citation| {
        let all = json!({
            "source": c.source.name(), "name": c.name, "chapter": c.chapter, "year": c.year,
            "sections": c.sections, "pages": c.pages, "regulation": c.regulation,
        });
        let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let stated: Map<String, Value> =
            all.as_object().unwrap().clone().into_iter().filter(|(_, value)| !empty(value)).collect();
        Value::Object(stated)
    };
    guideline.citations.iter().map(citation).collect()
}

/// All lines of all files, each with the file's name.
fn cases() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/citations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        cases.extend(text.lines().map(|line| (name.clone(), serde_json::from_str(line).unwrap())));
    }
    cases
}

#[test]
fn lines_give_their_citations() {
    let cases = cases();
    assert!(cases.len() >= 120, "{} lines", cases.len());
    let mut misses = Vec::new();
    for (file, case) in &cases {
        let line = case["line"].as_str().unwrap();
        let guideline = guideline(line);
        assert_eq!(guideline.text.as_deref(), Some(line), "{file}");
        let basis = guideline.basis.map(|basis| basis.name());
        let mut have = citations(&guideline);
        for (i, citation) in guideline.citations.iter().enumerate() {
            if !case["citations"][i]["text"].is_null() {
                have[i]["text"] = json!(citation.text);
            }
        }
        if case["basis"].as_str() != basis || case["citations"] != have {
            misses.push(format!("{file}: {}", json!({ "line": line, "basis": basis, "citations": have })));
        }
    }
    assert!(misses.is_empty(), "{} misses; what is read now:\n{}", misses.len(), misses.join("\n"));
}

/// What guideline lines are made of, to be put together in any order.
const PIECES: &[&str] = &[
    "MTUS",
    "Decision based on MTUS ",
    "Decision based on Non-MTUS Citation ",
    "ODG",
    "Official Disability Guidelines (ODG)",
    "ACOEM",
    "Low Back Complaints",
    "Low Back",
    "Pain",
    "Chapter 12",
    "Chapter",
    " 2004",
    "2016",
    "(May 2009)",
    "(Acute & Chronic)",
    "Section(s): ",
    "Page(s): 98-99",
    "pp. 1, 2-",
    "p.",
    "9792.24.2",
    "9792.",
    "8 C.C.R. 9792.20 - 9792.26",
    "(updated 1/2/16)",
    ", and ",
    ", ",
    "; ",
    ". ",
    " and ",
    "/",
    " - ",
    "(",
    ")",
    "which is part of the MTUS",
    "not part of the MTUS",
    "http://www.x.example/a,",
    "Journal of Things",
    "6th ed",
    "accessed 01/02/2016, ",
    "Mayo Clinic",
    "é",
    "–",
    "\u{a7}",
    "\u{2022}",
];

fn checked(line: &str) {
    let guideline = guideline(line);
    let text = guideline.text.clone().unwrap_or_default();
    for citation in &guideline.citations {
        assert!(text.contains(&citation.text), "{:?} is not in {text:?}", citation.text);
        assert!(!citation.text.is_empty(), "{text:?}");
        for part in &citation.sections {
            assert!(text.contains(part.as_str()) && !part.is_empty(), "{part:?} is not in {text:?}");
        }
        for page in &citation.pages {
            assert!(page.split('-').all(|page| text.contains(page)), "{page} is not in {text:?}");
        }
    }
}

proptest! {
    #[test]
    fn citations_are_parts_of_any_line(line in "\\PC{0,200}") {
        checked(&line);
    }

    #[test]
    fn citations_are_parts_of_any_pieces(pieces in prop::collection::vec((0..PIECES.len(), 0..2usize), 0..40)) {
        let line: String = pieces.iter().flat_map(|&(piece, gap)| [PIECES[piece], ["", " "][gap]]).collect();
        checked(&line);
    }
}

#[test]
fn long_lines_take_no_more_than_their_length() {
    // What is quadratic does not end in the lifetime of a test run.
    for piece in PIECES.iter().chain(&[
        "ODG, ",
        "ODG x, ",
        ")",
        "(",
        "Page 1, ",
        "Chapter 12, ",
        "is a part of the MTUS ",
        "Low Back, ",
    ]) {
        checked(&piece.repeat(200_000 / piece.len()));
    }
}

/// The reviewer that a block of credentials tells.
fn reviewer(states: &str, specialties: &str) -> (Vec<String>, Vec<String>, Vec<&'static str>) {
    let text = format!(
        "The Expert Reviewer has the following credentials:\nState(s) of Licensure: {states}\n\
         Certification(s)/Specialty: {specialties}\n\nCLINICAL CASE SUMMARY\nA worker.\n\n\
         IMR ISSUES, DECISIONS AND RATIONALES\n\nA brace: Upheld\n"
    );
    let parsed = parse(&text);
    let codes = parsed.diagnostics.iter().map(|d| d.code).filter(|code| code.starts_with("unlisted")).collect();
    (parsed.letter.reviewer.licensure_canonical, parsed.letter.reviewer.specialties_canonical, codes)
}

#[test]
fn states_have_their_full_names() {
    for (printed, names) in [
        ("California, Texas", &["California", "Texas"][..]),
        ("CA, NY, DC", &["California", "New York", "District of Columbia"]),
        ("Calfornia, Pensylvania, Massachusets", &["California", "Pennsylvania", "Massachusetts"]),
        ("Washington DC, N. Carolina", &["District of Columbia", "North Carolina"]),
        ("Puerto Rico, Guam, VI", &["Puerto Rico", "Guam", "U.S. Virgin Islands"]),
        ("Ohio, Iowa, Idaho", &["Ohio", "Iowa", "Idaho"]),
        ("new mexico, WEST VIRGINIA", &["New Mexico", "West Virginia"]),
        ("Washington, D.C.", &["District of Columbia"]),
        ("Maryland, Washington, DC, Virginia", &["Maryland", "District of Columbia", "Virginia"]),
        ("CA, NY and WA", &["California", "New York", "Washington"]),
        ("California and Florida", &["California", "Florida"]),
    ] {
        let (have, _, codes) = reviewer(printed, "Neurology");
        assert_eq!(
            (have.as_slice(), codes.len()),
            (names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>().as_slice(), 0)
        );
    }
    let (have, _, codes) = reviewer("Utah, Atlantis, Iova", "Neurology");
    assert_eq!((have, codes), (vec!["Utah".into(), "Atlantis".into(), "Iova".into()], vec!["unlisted_state"; 2]));
}

#[test]
fn a_sentence_tells_states_and_specialties() {
    let read = |credentials: &str| {
        let text = format!(
            "HOW THE IMR FINAL DETERMINATION WAS MADE\nAn expert reviewer read the file. The expert reviewer is \
             {credentials}. He/she has been in active clinical practice for more than five years.\n\nCLINICAL CASE \
             SUMMARY\nA worker.\n\nIMR ISSUES, DECISIONS AND RATIONALES\n\n1. A brace is not medically \
             necessary.\n"
        );
        let reviewer = parse(&text).letter.reviewer;
        (reviewer.licensure, reviewer.board_certifications, reviewer.subspecialties)
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        read(
            "Board Certified in Family Practice, and has subspecialties in Sports Medicine and is licensed to practice \
              in Washington, D.C. and Ohio"
        ),
        (names(&["Washington, D.C.", "Ohio"]), names(&["Family Practice"]), names(&["Sports Medicine"]))
    );
    assert_eq!(
        read(
            "Board Certified in Neurology and is licensed to practice in Utah and Georgia and is also certified in \
              Acupuncture"
        ),
        (names(&["Utah", "Georgia"]), names(&["Neurology"]), names(&[]))
    );
}

#[test]
fn the_schema_allows_each_regulation_that_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/letter.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema["$defs"]["citation"]["properties"]["regulation"]).unwrap();
    let mut ranges = 0;
    for (_, case) in cases() {
        for citation in case["citations"].as_array().unwrap() {
            let regulation = &citation["regulation"];
            assert!(validator.is_valid(regulation), "{regulation}");
            ranges += usize::from(regulation.as_str().is_some_and(|r| r.contains('-')));
        }
    }
    assert!(ranges > 0);
}

#[test]
fn specialties_have_the_names_of_the_official_list() {
    for (printed, name) in [
        ("Chiropractor", "Chiropractic"),
        ("Physical Medicine and Rehabilitation", "Physical Medicine & Rehabilitation"),
        ("PM&R", "Physical Medicine & Rehabilitation"),
        ("Orthopaedic Surgery", "Orthopedic Surgery"),
        ("Orthopedic Surgry", "Orthopedic Surgery"),
        ("Sports Medicinea", "Sports Medicine"),
        ("Family Medicine", "Family Practice"),
        ("Pain Medicine", "Pain Management"),
        ("Hospice and Palliative Medicine", "Hospice & Palliative Medicine"),
        ("Allergy & Immunology", "Allergy and Immunology"),
        ("Neurosurgery", "Neurological Surgery"),
        ("Acupuncture", "Oriental Medicine"),
        ("Psychologist", "Psychologist"),
        ("Psychology", "Psychology"),
        ("Podiatry", "Podiatrist"),
        ("General Surgery", "Surgery"),
        ("Neurolgoy", "Neurology"),
        ("Urology", "Urology"),
    ] {
        let (_, have, codes) = reviewer("Ohio", printed);
        assert_eq!((have, codes.len()), (vec![name.to_owned()], 0), "{printed}");
    }
    let (_, have, codes) = reviewer("Ohio", "Neurology, Aerospace Medicine");
    assert_eq!((have, codes), (vec!["Neurology".into(), "Aerospace Medicine".into()], vec!["unlisted_specialty"]));
}

#[test]
fn official_names_are_their_own_canonical_names() {
    let table = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/specialties.tsv")).unwrap();
    let names: Vec<&str> =
        table.lines().filter(|l| !l.starts_with('#')).skip(1).filter_map(|l| l.split('\t').next()).collect();
    assert!(names.len() > 50);
    for name in names {
        assert_eq!(reviewer("Ohio", name).1, [name]);
    }
}
