//! Snippets and matches in context: whole sentences, the query's marks and no others, and the page of the letter.

use std::sync::LazyLock;

use imr::index::{Reader, StoredIssue};
use imr::query::{self, Expr, Words};
use imr::search::{self, Found, Request, marked};
use proptest::prelude::*;

use crate::query::{MTUS, ODG, letter};
use crate::support::Folder;

/// The text of a hit's field.
fn text<'a>(stored: &'a StoredIssue, field: &str) -> Option<&'a str> {
    let issue = stored.issue.as_ref();
    match field {
        "issue" => issue.map(|i| i.issue.as_str()),
        "rationale" => issue?.rationale.as_deref(),
        "guideline" => issue?.guideline.text.as_deref(),
        "claims" => issue?.claims_guideline.text.as_deref(),
        "summary" => stored.letter.facts.clinical_summary.as_deref(),
        "text" => stored.letter.text.as_deref(),
        other => panic!("{other}"),
    }
}

const FIELDS: [&str; 6] = ["issue", "rationale", "guideline", "claims", "summary", "text"];

/// Two pages: the page ends in the second sentence of the rationale, and in a word of the summary that a hyphen parts.
fn on_pages() -> String {
    let rationale =
        "The first trial brought nothing at all. The second\n\x0ctrial brought needles. A third is asked for.";
    let issues = [("Acupuncture", "Upheld", MTUS, "See page one."), ("MRI", "Overturned", ODG, rationale)];
    letter("CM16-0000001", "12/30/2016", 45, "female", "Surgery", "in pain.", &issues)
}

#[test]
fn snippets_tell_the_page_of_the_letter() {
    let folder = Folder::new();
    folder.write("letters/a.txt", on_pages());
    folder.write("letters/note.txt", "A cover note.\x0cAbout kneecaps.\x0cAnd elbows.");
    let plain = on_pages().replace('\x0c', "").replace("CM16-0000001", "CM16-0000002");
    folder.write("letters/b.txt", plain);
    folder.imr(&["index", "letters"]).succeeds();
    let record = folder.imr(&["show", "CM16-0000001", "--format", "json"]).succeeds().json();
    let rationale = record["issues"][1]["rationale"].as_str().unwrap();
    let second = rationale.find("trial brought needles").unwrap();
    let pages = &record["issues"][1]["pages"];
    assert_eq!(pages["rationale"], serde_json::json!([[0, 1], [second, 2]]), "{record}");
    assert_eq!(pages["issue"], serde_json::json!([[0, 1]]));
    assert_eq!(record["summary_pages"], serde_json::json!([[0, 1]]));
    let bare = folder.imr(&["show", "CM16-0000002", "--format", "json"]).succeeds().json();
    assert!(bare["issues"][1].get("pages").is_none() && bare.get("summary_pages").is_none());
    for (query, case, expected) in [
        ("nothing", "CM16-0000001", serde_json::json!(1)),
        ("needles", "CM16-0000001", serde_json::json!(2)),
        ("needles", "CM16-0000002", serde_json::json!(null)),
    ] {
        let found = folder.imr(&["search", query, "--case", case, "--format", "json"]).succeeds().json();
        assert_eq!(found["hits"][0]["snippets"][0]["page"], expected, "{query} {case}: {found}");
    }
    for (query, page) in [("cover", 1), ("kneecaps", 2), ("elbows", 3)] {
        let found = folder.imr(&["search", query, "--format", "json"]).succeeds().json();
        assert_eq!(found["hits"][0]["snippets"][0]["page"], page, "{query}");
    }
    let out = folder.imr(&["search", "needles", "--case", "CM16-0000001", "--pretty"]).succeeds().out;
    assert!(out.contains("\n     rationale, p. 2: The first trial"), "{out}");
    let out = folder.imr(&["search", "needles", "--case", "CM16-0000001", "--format", "citations"]).succeeds().out;
    assert!(out.ends_with("MRI; Issue 2, Decision Rationale, p. 2.\n"), "{out}");
}

#[test]
fn pages_are_those_of_the_text() {
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut starts, mut later) = (0, 0);
    for number in 1..60 {
        let text = crate::invented::Letter::invent(3, number).to_text(crate::invented::Linearization::Table);
        let pages: Vec<String> = text.split('\u{c}').map(joined).collect();
        let letter = imr::parse::parse(&text).letter;
        let mut told = vec![(letter.clinical_summary.clone(), letter.summary_pages.clone())];
        for issue in letter.issues {
            told.push((Some(issue.issue), issue.pages.issue));
            told.push((issue.rationale, issue.pages.rationale));
            told.push((issue.guideline.text, issue.pages.guideline));
            told.push((issue.claims_guideline.text, issue.pages.claims));
        }
        for (text, told) in told {
            assert!(told.is_empty() || pages.len() > 1 && told[0].from == 0);
            assert!(told.is_sorted_by(|a, b| a.from < b.from && a.page < b.page), "{told:?}");
            for start in &told {
                let words: Vec<_> = text.as_deref().unwrap()[start.from..].split_whitespace().take(3).collect();
                assert!(pages[start.page as usize - 1].contains(&words.join(" ")), "{words:?} on {}", start.page);
            }
            starts += told.len();
            later += told.iter().filter(|start| start.from > 0).count();
        }
    }
    assert!(starts > 100 && later > 5, "{starts} {later}");
}

#[test]
fn snippets_are_whole_sentences_of_the_field_that_matches() {
    let folder = Folder::new();
    let filler = "Nothing of it is told in this sentence, which is here for its length and for nothing else at all, ";
    let rationale: &str = Box::leak(
        format!(
            "An opening. Needles were tried. {filler}and so on. {filler}and on. {filler}and on once more. Function and \
             needles came back. {filler}{filler}it ends. Needles again."
        )
        .into_boxed_str(),
    );
    let issues = [("Acupuncture", "Upheld", MTUS, rationale)];
    folder.write("letters/a.txt", letter("CM16-0000001", "12/30/2016", 45, "female", "Surgery", "in pain.", &issues));
    folder.imr(&["index", "letters"]).succeeds();
    let snippets = |query: &str, most: &str| -> Vec<(String, String)> {
        let args = ["search", query, "--snippets", most, "--format", "json"];
        let found = folder.imr(&args).succeeds().json();
        let all = found["hits"][0]["snippets"].as_array().unwrap().clone();
        let told = |s: &serde_json::Value, name: &str| s[name].as_str().unwrap().to_owned();
        all.iter().map(|s| (told(s, "field"), told(s, "text"))).collect()
    };
    let three = snippets("needles function", "3");
    // The best first, and none of another field while this one has more.
    assert!(three.iter().all(|(field, _)| field == "rationale") && three.len() == 3, "{three:?}");
    assert!(three[0].1.contains("Function and needles came back."), "{three:?}");
    assert!(three[1].1.starts_with("An opening. Needles were tried."), "{three:?}");
    assert!(three[2].1.ends_with("Needles again."), "{three:?}");
    for (_, text) in &three {
        assert!(text.ends_with('.') && text.starts_with(char::is_uppercase) && text.len() <= 240, "{text}");
    }
    assert_eq!(snippets("needles function", "1")[..], three[..1]);
    assert_eq!(snippets("needles", "0"), []);
    assert_eq!(snippets("acupuncture", "0"), [("issue".to_owned(), "Acupuncture".to_owned())]);
    // Where nothing is marked, the reasons begin.
    let (field, text) = &snippets("--outcome=upheld", "2")[0];
    assert!(field == "rationale" && text.starts_with("An opening. Needles were tried. Nothing"), "{text}");
    folder.imr(&["search", "needles", "--snippets", "x"]).ends_with(2);
}

#[test]
fn sentences_have_all_of_the_text() {
    for (text, expected) in [
        ("One. Two (too). \"Three!\" Four", &["One.", "Two (too).", "\"Three!\"", "Four"][..]),
        (
            "Norco 10/325 mg. #60 is asked for.  See Dr. Adams.",
            &["Norco 10/325 mg. #60 is asked for.", "See Dr. Adams."],
        ),
        ("  of pain.The patient  ", &["of pain.", "The patient"]),
        ("", &[]),
        (" -- ", &["--"]),
        ("1. One\n2. Two", &["1. One", "2. Two"]),
    ] {
        let sentences: Vec<_> = Words::of(text).sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(sentences, expected, "{text}");
    }
}

#[test]
fn matches_stand_one_below_the_other() {
    let folder = Folder::new();
    let issues = [
        ("Acupuncture trial", "Upheld", MTUS, "A first trial of needles, then a second\n\ntrial, which is the last."),
        ("MRI", "Overturned", ODG, "No trial."),
    ];
    folder.write("letters/a.txt", letter("CM16-0000001", "12/30/2016", 45, "male", "Surgery", "on trial.", &issues));
    folder.write("letters/note.txt", "A note about a trial.");
    folder.imr(&["index", "letters"]).succeeds();
    let run = |args: &[&str]| folder.imr(&[&["search", "trial", "--sort", "case"], args].concat()).succeeds().out;
    assert_eq!(
        run(&["--context=3"]),
        "CM16-0000001\t1\tissue\t\tAcupuncture\ttrial\t\n\
         CM16-0000001\t1\trationale\t\tA first\ttrial\tof needles, then\n\
         CM16-0000001\t1\trationale\t\tthen a second\ttrial\t, which is the\n\
         CM16-0000001\t1\tsummary\t\tyear old male on\ttrial\t.\n\
         CM16-0000001\t2\trationale\t\tNo\ttrial\t.\n\
         letters/note.txt\t\ttext\t\tnote about a\ttrial\t.\n"
            .replace("year old male on", "old male on")
    );
    let pretty = run(&["--context", "--pretty"]);
    let lines: Vec<_> = pretty.lines().collect();
    let mut places = lines[0].match_indices("trial").map(|(at, _)| at);
    let is_below = |at: usize| lines.iter().all(|line| line.get(at..).is_some_and(|rest| rest.starts_with("trial")));
    assert!(lines.len() == 6 && places.any(is_below) && lines.iter().all(|line| line.len() <= 80), "{pretty}");
    assert!(
        pretty.lines().next().unwrap().starts_with("CM16-0000001/1 ") && pretty.contains("\nnote.txt  "),
        "{pretty}"
    );
    let csv = run(&["--context=0", "--format", "csv"]);
    assert!(
        csv.starts_with("case_number,number,field,page,left,match,right\nCM16-0000001,1,issue,,,trial,\n"),
        "{csv}"
    );
    let json = folder.imr(&["search", "trial", "--sort", "case", "--context=1", "--format", "json"]).succeeds().json();
    crate::schema::keeps_to("search.schema.json", &json);
    let first = &json["hits"][0]["context"][1];
    assert_eq!((&first["left"], &first["match"], &first["right"]), (&"first ".into(), &"trial".into(), &" of".into()));
    assert_eq!(json["hits"][1]["context"].as_array().unwrap().len(), 1, "the summary stands once");
    for (args, said) in [
        (&["--context=x"][..], "x"),
        (&["--context", "--format", "md"], "`--context` prints"),
        (&["--context", "--fields", "age"], "`--context` prints"),
        (&["--context", "--template", "x"], "--template"),
        (&["--context", "--facets", "sex"], "--facets"),
    ] {
        folder.imr(&[&["search", "trial"], args].concat()).ends_with(2).prints_nothing().says(&[said]);
    }
}

/// Queries made of words, phrases and patterns that invented letters have.
const PARTS: [&str; 12] = [
    "lumbar",
    "therapy",
    "\"physical therapy\"",
    "function*",
    "guidelines",
    "spine w/9 pain",
    "medical /s necessary",
    "rationale:the",
    "issue:visits",
    "\"the california mtus\"",
    "summary:injury",
    "cover",
];

fn search(parts: &[usize], snippets: usize, context: Option<usize>) -> (Found, Expr) {
    static LETTERS: LazyLock<(Folder, Reader)> = LazyLock::new(|| {
        let folder = Folder::new();
        folder.invent("letters", 1..=40);
        folder.write("letters/note.txt", "A cover note.\n\nAbout the lumbar spine, and back pain.");
        folder.write("letters/two.txt", on_pages());
        folder.imr(&["index", "letters"]).succeeds();
        let reader = Reader::open(&folder.path().join(".imr")).unwrap();
        (folder, reader)
    });
    let asked: Vec<_> = parts.iter().map(|part| format!("({})", PARTS[*part])).collect();
    let expr = query::parse(&asked.join(" OR ")).unwrap().expr;
    let request = Request { limit: 30, snippets, context, ..Request::new(expr.clone()) };
    let expr = query::resolve(&expr, &query::Here(&LETTERS.1)).unwrap().expr;
    (search::search(&LETTERS.1, &request).unwrap(), expr)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn snippets_mark_what_the_query_marks(parts in prop::collection::vec(0..PARTS.len(), 1..4), most in 0..5usize) {
        let (found, expr) = search(&parts, most, None);
        let marks = expr.marks();
        for hit in &found.hits {
            let others = hit.snippets.iter().filter(|s| s.field != "issue").count();
            prop_assert!(others <= most);
            let matches: usize = FIELDS[1..].iter().filter_map(|f| Some(marked(text(&hit.stored, f)?, f, &marks).len())).sum();
            prop_assert_eq!(others > 0, most > 0, "{} matches", matches);
            let mut windows: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
            for snippet in &hit.snippets {
                let whole = text(&hit.stored, snippet.field).unwrap();
                let all = marked(whole, snippet.field, &marks);
                // Where the text stands: several places may have the same words.
                let places = whole.match_indices(&snippet.text).map(|(at, _)| at..at + snippet.text.len());
                let window = places.into_iter().find(|window| {
                    let inside = all.iter().filter(|m| m.start >= window.start && m.start < window.end);
                    let inside: Vec<_> = inside.map(|m| m.start - window.start..m.end.min(window.end) - window.start).collect();
                    inside == snippet.marks
                        && snippet.cut_before == (window.start > 0)
                        && windows.iter().all(|(field, w)| *field != snippet.field || w.end <= window.start || window.end <= w.start)
                });
                prop_assert!(window.is_some(), "{:?} of {}", snippet, whole);
                let window = window.unwrap();
                prop_assert!(snippet.field == "issue" || !snippet.marks.is_empty() || matches == 0, "{:?}", snippet);
                let sentences = Words::of(whole).sentences(whole);
                let is_long = |s: &std::ops::Range<usize>| s.start <= window.start && window.start < s.end && s.len() > 240;
                if snippet.field != "issue" && !sentences.iter().any(is_long) {
                    prop_assert!(sentences.iter().any(|s| s.start == window.start), "{:?} of {}", snippet, whole);
                    prop_assert!(sentences.iter().any(|s| s.end == window.end), "{:?} of {}", snippet, whole);
                }
                windows.push((snippet.field, window));
            }
        }
    }

    #[test]
    fn lines_in_context_are_the_marks(parts in prop::collection::vec(0..PARTS.len(), 1..4), words in 0..12usize) {
        let (found, expr) = search(&parts, 1, Some(words));
        let marks = expr.marks();
        let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut letters = Vec::new();
        for hit in &found.hits {
            let is_first = !letters.contains(&hit.stored.letter.facts.path);
            letters.push(hit.stored.letter.facts.path.clone());
            let lines = hit.context.as_deref().unwrap();
            for field in FIELDS {
                let of_field: Vec<_> = lines.iter().filter(|line| line.field == field).collect();
                let Some(text) = text(&hit.stored, field).filter(|_| field != "summary" || is_first) else {
                    prop_assert!(of_field.is_empty());
                    continue;
                };
                let marked = marked(text, field, &marks);
                prop_assert_eq!(marked.len(), of_field.len(), "{}", text);
                for (range, line) in marked.iter().zip(of_field) {
                    prop_assert_eq!(joined(&text[range.clone()]), line.matched.as_str());
                    let around = joined(&format!("{}{}{}", line.left, line.matched, line.right));
                    prop_assert!(joined(text).contains(&around), "{}", around);
                    let both = [joined(&text[..range.start]), joined(&text[range.end..])];
                    let count = |side: &str| side.split_whitespace().filter(|w| w.contains(char::is_alphanumeric)).count();
                    prop_assert_eq!(count(&line.left), count(&both[0]).min(words));
                    prop_assert_eq!(count(&line.right), count(&both[1]).min(words));
                }
            }
        }
    }
}
