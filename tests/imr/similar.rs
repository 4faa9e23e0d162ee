//! Issues like another: by the words that tell it from others, and how they were decided.

use std::collections::{BTreeMap, BTreeSet};

use imr::index::{Reader, analysis};
use imr::query::{self, Expr};
use imr::record::IssueRecord;
use imr::search::{self, Request};
use proptest::prelude::*;

use crate::gone::{self, Archive};
use crate::query::{Issue, MTUS, letter};
use crate::schema::keeps_to;
use crate::support::Folder;

const NEEDLES: &str = "A trial of needles with restored function is missing. Page 12 of the guidelines asks for it.";

/// Letters of which the first and the second ask for the same, the third for nearly the same.
fn texts() -> (Folder, Vec<String>) {
    let folder = Folder::new();
    let issues: [&[Issue]; 5] = [
        &[
            ("Acupuncture, 12 visits", "Upheld", MTUS, NEEDLES),
            ("MRI of the lumbar spine", "Upheld", MTUS, "No trial of needles, no red flags, no imaging."),
        ],
        &[("Acupuncture, 8 visits", "Overturned", MTUS, "The needles restored function in a trial.")],
        &[("Acupuncture", "Upheld", MTUS, "Pain was less.")],
        &[("MRI of the cervical spine", "Overturned", MTUS, "Red flags call for imaging.")],
        &[("Norco 10/325mg #60", "Upheld", MTUS, "Opioids were not tapered. It is missing.")],
    ];
    let mut texts = Vec::new();
    for (number, issues) in (1..).zip(issues) {
        let case = format!("CM16-000000{number}");
        let text = letter(&case, "12/30/2016", 45, "female", "Surgery", "in pain.", issues);
        folder.write(&format!("letters/{number}.txt"), &text);
        texts.push(text);
    }
    folder.write("letters/note.txt", "A note about acupuncture, needles and function.");
    folder.imr(&["index", "letters"]).succeeds();
    (folder, texts)
}

fn found(folder: &Folder, args: &[&str]) -> (serde_json::Value, Vec<String>) {
    let json = folder.imr(&[&["similar", "--format", "json"], args].concat()).json();
    keeps_to("similar.schema.json", &json);
    let name =
        |n: &serde_json::Value| format!("{}/{}", &n["hit"]["case_number"].as_str().unwrap()[11..], n["hit"]["number"]);
    let names = json["similar"].as_array().unwrap().iter().map(name).collect();
    (json, names)
}

#[test]
fn similar_issues_share_telling_words_and_are_of_other_letters() {
    let (folder, _) = texts();
    let (json, names) = found(&folder, &["CM16-0000001/1"]);
    // The other issue of the letter has the needles, too.
    assert_eq!(names[..2], ["2/1", "3/1"], "{json}");
    assert!(names.iter().all(|name| !name.starts_with("1/")));
    assert_eq!((&json["of"]["number"], &json["of"]["issue"]), (&1.into(), &"Acupuncture, 12 visits".into()));
    let words = |value: &serde_json::Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
    let shared = words(&json["similar"][0]["words"]);
    // As they are written, not as they are stemmed; the number is that of a page.
    for word in ["acupuncture", "visits", "needles", "restored", "function"] {
        assert!(shared.contains(&word.to_owned()), "{word}: {shared:?}");
    }
    assert!(!shared.contains(&"12".to_owned()) && words(&json["words"]).contains(&"missing".to_owned()));
    assert_eq!(words(&json["similar"][1]["words"]), ["acupuncture"]);
    let upheld = names.iter().filter(|name| ["3/1", "5/1"].contains(&name.as_str())).count();
    assert_eq!((json["count"].as_u64(), json["upheld"].as_u64()), (Some(names.len() as u64), Some(upheld as u64)));
    assert_eq!(json["overturned"].as_u64(), Some((names.len() - upheld) as u64));
    // The words of MRI keep their capitals.
    let (json, names) = found(&folder, &["CM16-0000004"]);
    assert_eq!(names[0], "1/2");
    assert!(words(&json["similar"][0]["words"]).contains(&"MRI".to_owned()), "{json}");
}

#[test]
fn filters_and_numbers_limit_the_neighbours() {
    let (folder, _) = texts();
    assert_eq!(found(&folder, &["CM16-0000001/1", "--outcome", "overturned", "--limit", "1"]).1, ["2/1"]);
    assert_eq!(found(&folder, &["CM16-0000001/1", "--limit", "1"]).1, ["2/1"]);
    assert_eq!(found(&folder, &["CM16-0000001/1", "--case", "CM16-0000003"]).1, ["3/1"]);
    let out = folder.imr(&["similar", "CM16-0000001/1", "-n", "2", "--pretty"]).succeeds().out;
    assert!(
        out.starts_with("of the 2 most similar: 1 upheld, 1 overturned\n\n1  CM16-0000002/1  2016-12-30  overturned"),
        "{out}"
    );
    assert!(out.contains("\n     shares acupuncture\n   letters/3.txt\n"), "{out}");
    let tabs = folder.imr(&["similar", "CM16-0000001/1", "-n", "2"]).succeeds().out;
    assert!(tabs.ends_with("CM16-0000003\t1\t2016-12-30\tupheld\tAcupuncture\tacupuncture\tletters/3.txt\n"), "{tabs}");
    let csv = folder.imr(&["similar", "CM16-0000001/1", "-n", "1", "--format", "csv"]).succeeds().out;
    assert!(csv.starts_with("rank,score,case_number,number,decision_date,outcome,issue,words,path\n1,"), "{csv}");
    folder.imr(&["similar", "CM16-0000001/1", "--outcome", "overturned", "--specialty", "zoology"]).ends_with(1);
}

#[test]
fn a_letter_need_not_be_in_the_index() {
    let (folder, texts) = texts();
    // A copy of an indexed letter is no neighbour of itself.
    folder.write("new/copy.txt", &texts[0]);
    assert_eq!(found(&folder, &["--file", "new/copy.txt", "--issue", "1"]).1[..2], ["2/1", "3/1"]);
    folder.write("new/new.txt", texts[1].replace("CM16-0000002", "CM16-0000008"));
    let (json, names) = found(&folder, &["--file", "new/new.txt"]);
    assert_eq!(names[0], "2/1", "{json}");
    assert_eq!((&json["of"]["path"], &json["of"]["case_number"]), (&"new/new.txt".into(), &"CM16-0000008".into()));
}

#[test]
fn what_is_no_issue_has_no_neighbours() {
    let (folder, _) = texts();
    folder.write("new/note.txt", "A note.");
    for (args, status, said) in [
        (&["CM16-0000001"][..], 2, &["has 2 issues", "name one, such as `CM16-0000001/1`"][..]),
        (&["CM16-0000001/7"], 2, &["has no issue 7; it has 2"]),
        (&["CM16-0000099/1"], 1, &["there is no letter CM16-0000099"]),
        (&["letters/note.txt"], 2, &["no issue could be read"]),
        (&["needles"], 2, &["is no case number"]),
        (&["--file", "letters/1.txt"], 2, &["has 2 issues", "--issue 1"]),
        (&["--file", "letters/none.txt"], 2, &["no such file"]),
        (&["--file", "new/note.txt"], 2, &["no issue could be read"]),
        (&["--file", "letters/1.txt", "CM16-0000001"], 2, &["cannot be used with"]),
        (&["CM16-0000001/1", "--issue", "1"], 2, &["--issue"]),
        (&[], 2, &["CASE/N"]),
    ] {
        folder.imr(&[&["similar"], args].concat()).ends_with(status).prints_nothing().says(said);
    }
}

#[test]
fn numbers_measures_and_little_words_tell_nothing() {
    let folder = Folder::new();
    let told = "In November the pain fell by 40 % with twelve milligrams, two gm and 5 ml; however, it cannot be said \
                why the urine screen failed. See L4-5, L5 and page 98 of 2009.";
    for number in 1..=2 {
        let issues = [("Norco 10/325mg #60 for three months", "Upheld", MTUS, told)];
        let text = letter(&format!("CM16-000000{number}"), "12/30/2016", 45, "female", "Surgery", "in pain.", &issues);
        folder.write(&format!("letters/{number}.txt"), text);
    }
    folder.imr(&["index", "letters"]).succeeds();
    let (json, _) = found(&folder, &["CM16-0000001"]);
    let mut words: Vec<String> = serde_json::from_value(json["words"].clone()).unwrap();
    words.sort();
    assert_eq!(words, ["L4", "L5", "failed", "fell", "months", "norco", "page", "pain", "said", "screen", "urine"]);
}

#[test]
fn what_most_issues_have_tells_nothing() {
    let Archive { reader, letters, .. } = gone::archive();
    let texts = |issue: &IssueRecord| [issue.issue.clone(), issue.rationale.clone().unwrap_or_default()];
    let terms = |text: &String| analysis::terms(text).into_iter().collect::<BTreeSet<_>>();
    let mut having: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for issue in letters.iter().flat_map(|letter| &letter.issues) {
        for (field, text) in texts(issue).iter().enumerate() {
            terms(text).into_iter().for_each(|term| *having.entry((field, term)).or_default() += 1);
        }
    }
    let all = reader.searcher().num_docs() as usize;
    let is_common = |field: usize, term: &String| having.get(&(field, term.clone())).is_some_and(|n| *n > all / 2);
    let (mut left_out, mut kept) = (0, 0);
    for issue in letters.iter().step_by(7).flat_map(|letter| &letter.issues) {
        let similar = search::similar(reader, issue, None, true, &Expr::All, 1).unwrap();
        let told: BTreeSet<String> = similar.words.iter().flat_map(|word| analysis::terms(word)).collect();
        let [heading, rationale] = texts(issue).each_ref().map(terms);
        // What stands in the heading is measured by headings.
        let common = heading.iter().filter(|term| is_common(0, term));
        let common: BTreeSet<_> =
            common.chain(rationale.difference(&heading).filter(|term| is_common(1, term))).cloned().collect();
        assert!(!told.is_empty() && told.is_disjoint(&common), "{told:?}");
        kept += told.iter().filter(|term| heading.contains(*term) && is_common(1, term)).count();
        left_out += common.len();
    }
    assert!(left_out > 0 && kept > 0, "{left_out} {kept}");
}

/// The issues that have any of some words, scored one and all.
fn of_all(reader: &Reader, words: &[String], own: &Expr, filter: &Expr, limit: usize) -> search::Found {
    let word = |field: &str, word: &String| Expr::Words { field: Some(field.to_owned()), terms: analysis::terms(word) };
    let any = words.iter().flat_map(|text| ["issue", "rationale"].map(|field| word(field, text))).collect();
    let expr = Expr::Or(any).and(filter.clone()).and(Expr::Not(Box::new(own.clone())));
    search::search(reader, &Request { limit, ..Request::new(expr) }).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_passed_by_is_none_of_the_most_similar(
        letter in any::<prop::sample::Index>(),
        issue in any::<prop::sample::Index>(),
        filter in prop::sample::select(vec!["", "outcome:overturned", "decided:2015..2018", "NOT basis:mtus", "lumbar", "sex:female OR knee"]),
        limit in prop_oneof![1..12_usize, 100..1000_usize],
    ) {
        let Archive { reader, letters, .. } = gone::archive();
        let letter = letter.get(letters);
        prop_assume!(!letter.issues.is_empty());
        let issue = issue.get(&letter.issues);
        let own = Expr::Path(letter.facts.path.clone());
        // Also where words are kept from query to query, by their greatest score.
        let keeping = reader.clone().keeping(1 << 24);
        let filter = if filter.is_empty() { Expr::All } else { query::parse(filter).unwrap().expr };
        let similar = search::similar(reader, issue, Some(own.clone()), true, &filter, limit).unwrap();
        for _ in 0..3 {
            prop_assert_eq!(&search::similar(&keeping, issue, Some(own.clone()), true, &filter, limit).unwrap(), &similar);
        }
        let all = of_all(reader, &similar.words, &own, &filter, limit);
        let found: Vec<_> = similar.neighbours.into_iter().map(|neighbour| neighbour.hit).collect();
        prop_assert_eq!(found.len() as u64, all.results.min(limit as u64));
        prop_assert_eq!(found, all.hits, "{:?}", similar.words);
    }
}
