//! Requests to categories: invented requests with their right class, the form of the tables, and what holds for any text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use imr::classify::{OTHER, Verdict, classify, explain};
use proptest::prelude::*;

use crate::support::Folder;

fn rows(folder: &str, name: &str) -> Vec<(usize, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    let text = fs::read_to_string(path).unwrap();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(number, line)| (number, line.split('\t').map(str::to_owned).collect())).collect()
}

/// The invented requests: file and line, request, category, drug.
fn requests() -> Vec<(String, [String; 3])> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/classify");
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut requests = Vec::new();
    for name in names {
        for (line, cells) in rows("tests/classify", &name) {
            let cells = cells.try_into().unwrap_or_else(|_| panic!("{name}:{line} wants three cells"));
            requests.push((format!("{name}:{line}"), cells));
        }
    }
    requests
}

fn categories() -> BTreeSet<String> {
    rows("schema", "categories.tsv").into_iter().map(|(_, cells)| cells[0].clone()).collect()
}

#[test]
fn invented_requests_have_their_class() {
    let mut misses = Vec::new();
    for (place, [request, category, drug]) in requests() {
        let class = classify(&request);
        let group = category.strip_prefix("pharmaceuticals/");
        let drug = Some(drug.as_str()).filter(|drug| *drug != "-");
        if (class.category, class.drug_group, class.drug) != (category.as_str(), group, drug) {
            let reasons = explain(&request).reasons;
            let reasons: Vec<_> = reasons.iter().map(|r| format!("{} {} {:?}", r.term, r.score, r.verdict)).collect();
            misses.push(format!(
                "{place}: `{request}` is {} {:?}, not {category} {drug:?}; {}",
                class.category,
                class.drug,
                reasons.join(", ")
            ));
        }
    }
    assert!(misses.is_empty(), "{} misses:\n{}", misses.len(), misses.join("\n"));
}

#[test]
fn invented_requests_cover_every_category() {
    let requests = requests();
    assert!(requests.len() >= 400, "{} requests", requests.len());
    let wanted: BTreeSet<_> = requests.iter().map(|(_, cells)| cells[1].clone()).collect();
    assert_eq!(wanted, categories());
}

/// What a line of a table answers, and on which conditions.
struct Line {
    place: String,
    answer: String,
    with: BTreeSet<String>,
    without: BTreeSet<String>,
}

/// A term without what does not matter in comparing.
fn key(term: &str) -> String {
    let words = term.to_lowercase().replace('\'', "");
    words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn tables_name_known_categories_and_no_term_has_two_answers() {
    let categories = categories();
    let split = |cell: &str| -> BTreeSet<String> {
        cell.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    let mut terms: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for (line, cells) in rows("schema", "services.tsv") {
        let place = format!("services.tsv:{line}");
        assert!((3..=5).contains(&cells.len()), "{place} has {} cells", cells.len());
        assert!(categories.contains(&cells[0]), "{place}: {} is no category", cells[0]);
        assert!((1..=100).contains(&cells[1].parse::<u8>().unwrap()), "{place}: weight {}", cells[1]);
        let cell = |at: usize| split(cells.get(at).map_or("", String::as_str));
        for term in cell(2) {
            let line = Line { place: place.clone(), answer: cells[0].clone(), with: cell(3), without: cell(4) };
            terms.entry(key(&term)).or_default().push(line);
        }
    }
    let mut generics = BTreeSet::new();
    for (line, cells) in rows("schema", "drugs.tsv") {
        let place = format!("drugs.tsv:{line}");
        assert_eq!(cells.len(), 5, "{place}");
        let group = format!("pharmaceuticals/{}", cells[1]);
        assert!(cells[1] == "other" || categories.contains(&group), "{place}: {} is no drug group", cells[1]);
        assert!(["taken", "mixed", "topical", "injected"].contains(&cells[2].as_str()), "{place}: {}", cells[2]);
        assert!(cells[3].is_empty() || (1..=100).contains(&cells[3].parse::<u8>().unwrap()), "{place}");
        assert!(cells[0] == "-" || generics.insert(cells[0].clone()), "{place}: {} stands twice", cells[0]);
        let generic = Some(cells[0].clone()).filter(|name| name != "-");
        for term in generic.into_iter().chain(split(&cells[4])) {
            let answer = format!("{group} {}", cells[0]);
            let line = Line { place: place.clone(), answer, with: BTreeSet::new(), without: BTreeSet::new() };
            terms.entry(key(&term)).or_default().push(line);
        }
    }
    for (line, cells) in rows("schema", "context.tsv") {
        let kinds = ["after", "next", "restart", "plain"];
        let forms = ["[topical]", "[patch]", "[compound]", "[percent]", "[oral]", "[injected]"];
        assert!(kinds.contains(&cells[0].as_str()) || forms.contains(&cells[0].as_str()), "context.tsv:{line}");
        assert_eq!(cells.len(), 2, "context.tsv:{line}");
    }
    let mut clashes = Vec::new();
    for (term, lines) in &terms {
        for (place, a) in lines.iter().enumerate() {
            for b in &lines[place + 1..] {
                // Lines of a term exclude each other, or the one that needs something named comes first.
                let apart = |x: &Line, y: &Line| !x.with.is_empty() && x.with.is_subset(&y.without);
                if a.answer != b.answer && !apart(a, b) && !apart(b, a) && a.with.is_empty() {
                    clashes.push(format!("`{term}`: {} in {}, {} in {}", a.answer, a.place, b.answer, b.place));
                }
            }
        }
    }
    assert!(clashes.is_empty(), "{} clashes:\n{}", clashes.len(), clashes.join("\n"));
}

#[test]
fn a_reason_names_the_line_that_gave_the_category() {
    let explanation = explain("Physical therapy following carpal tunnel release");
    assert_eq!(explanation.class, classify("Physical therapy following carpal tunnel release"));
    let verdicts: Vec<_> = explanation.reasons.iter().map(|r| (r.term.as_str(), r.verdict)).collect();
    assert!(verdicts.contains(&("physical therapy", Verdict::Winner)), "{verdicts:?}");
    assert!(verdicts.contains(&("carpal tunnel release", Verdict::Context)), "{verdicts:?}");
    assert!(verdicts.contains(&("therapy", Verdict::Within)), "{verdicts:?}");
    for reason in &explanation.reasons {
        let (_, cells) = rows("schema", reason.table).into_iter().find(|(line, _)| *line == reason.line).unwrap();
        assert!(cells[2].to_lowercase().contains(&reason.term), "{reason:?}");
        assert_eq!((&*cells[0], &*cells[1]), (reason.category, &*reason.weight.to_string()));
    }
    // A short word may be another word altogether.
    assert_eq!(explain("Norcoo").class.category, OTHER);
    let explanation = explain("Gabapentn 300mg");
    assert_eq!(explanation.repaired, [("gabapentn".to_owned(), "gabapentin".to_owned())]);
}

#[test]
fn parse_explains_categories_on_request() {
    let folder = Folder::new();
    folder.invent("letters", 1..=3);
    let plain = folder.imr(&["parse", "letters"]).succeeds().out;
    assert!(!plain.contains("category_reason"));
    let explained = folder.imr(&["parse", "letters", "--explain"]).succeeds().out;
    for line in explained.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        for issue in record["issues"].as_array().unwrap() {
            let reasons = issue["category_reason"].as_array().unwrap();
            let winner = reasons.iter().find(|reason| reason["verdict"] == "winner");
            assert_eq!(winner.is_some(), issue["category"] != OTHER, "{issue}");
        }
        crate::schema::keeps_to("letter.schema.json", &record);
    }
    let text = folder.imr(&["parse", "letters", "--explain", "--format", "text"]).succeeds().out;
    assert!(text.contains("  winner ") && text.contains("% sure"), "{text}");
}

/// Pieces of requests, to be put together in any order.
const PIECES: &[&str] = &[
    "physical therapy",
    "MRI",
    "for",
    "status post",
    "Norco 10/325mg",
    "#60",
    "in cream base",
    "5%",
    "gabapentin",
    "injection",
    "The remaining IMR eligible portion of the original request,",
    "fusion",
    "ankle",
    "lumbar",
    "cyclobenzaprin",
    "-",
    "'",
    "®",
    "with",
    "evaluation",
    "é",
    "\n",
];

proptest! {
    #[test]
    fn any_text_has_one_class_whatever_its_case(text in any::<String>()) {
        let class = classify(&text);
        prop_assert_eq!(class, classify(&text));
        prop_assert_eq!(class, explain(&text).class);
        prop_assert_eq!(class, classify(&text.to_ascii_uppercase()));
        prop_assert_eq!(class, classify(&format!(" \n\t{text} \r\n")));
    }

    #[test]
    fn any_pieces_of_requests_have_one_class(pieces in prop::collection::vec(0..PIECES.len(), 0..30)) {
        let text: Vec<_> = pieces.iter().map(|&piece| PIECES[piece]).collect();
        let text = text.join(" ");
        let class = classify(&text);
        let explanation = explain(&text);
        prop_assert_eq!(class, explanation.class);
        prop_assert_eq!(class, classify(&text.to_ascii_lowercase()));
        prop_assert_eq!(class, classify(&text.to_ascii_uppercase()));
        prop_assert_eq!(class, classify(&text.replace(' ', "  ")));
        prop_assert_eq!(class, classify(&format!("  {text}\n")));
        prop_assert!(class.confidence <= 100);
        let winners = explanation.reasons.iter().filter(|r| r.verdict == Verdict::Winner).count();
        prop_assert!(winners <= 1);
        prop_assert_eq!(class.drug_group, class.category.strip_prefix("pharmaceuticals/"));
    }
}
