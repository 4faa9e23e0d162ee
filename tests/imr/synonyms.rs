//! Synonyms: what they find beside the word, what they leave alone, and what is told of them.

use std::collections::BTreeSet;
use std::path::Path;

use imr::index::{Reader, analysis};
use imr::query::{self, Expr, Span};
use imr::search::{self, Request};
use proptest::prelude::*;

use crate::query::{MTUS, hits, letter};
use crate::schema::keeps_to;
use crate::support::Folder;

/// Letters 1 to 4, whose hits are written `1/2` for the second issue of the first.
fn archive() -> Folder {
    let folder = Folder::new();
    let letters = [
        [
            ("PT 2 x 6 weeks, lumbar spine", "Upheld", MTUS, "Ten visits were used before."),
            ("LESI at L4-5", "Overturned", MTUS, "Weakness was found."),
        ],
        [
            ("Physical therapy 8 visits, knee", "Upheld", MTUS, "An epidural steroid injection was given before."),
            ("Norco 10/325mg #60", "Upheld", MTUS, "The dose is high."),
        ],
        [
            ("Hydrocodone/APAP 5/325 #30", "Upheld", MTUS, "The pt takes it daily."),
            ("TENS unit purchase", "Overturned", MTUS, "A trial helped."),
        ],
        [
            ("Transcutaneous electrical nerve stimulation, 30 days", "Upheld", MTUS, "There was no trial."),
            ("Cervical epidural steroid injection", "Upheld", MTUS, "An RFA form is dated last May."),
        ],
    ];
    for (i, issues) in letters.iter().enumerate() {
        let case = format!("CM16-000000{}", i + 1);
        let text = letter(&case, "12/30/2016", 45, "female", "Family Practice", "with pain.", issues);
        folder.write(&format!("letters/{i}.txt"), text);
    }
    folder.imr(&["index", "letters"]).succeeds();
    folder
}

fn found(folder: &Folder, args: &[&str]) -> String {
    let mut found = hits(folder, args);
    found.sort();
    found.join(" ")
}

#[test]
fn a_term_finds_what_means_the_same() {
    let folder = archive();
    for (query, expected) in [
        // "PT" is the patient in running text, so that only headings are asked for it.
        ("physical therapy", "1/1 2/1"),
        ("Physical  therapies", "1/1 2/1"),
        ("issue:(physical therapy)", "1/1 2/1"),
        ("rationale:(physical therapy)", ""),
        ("physical therapy upheld lumbar", "1/1"),
        ("lumbar physical therapy", "1/1"),
        ("(physical therapy) OR weakness", "1/1 1/2 2/1"),
        // Who types it means it.
        ("PT", "1/1 2/1 3/1"),
        ("issue:PT", "1/1 2/1"),
        ("PT^2 knee", "2/1"),
        // Of a kind, and all kinds.
        ("ESI", "1/2 2/1 4/2"),
        ("epidural steroid injection", "1/2 2/1 4/2"),
        ("LESI", "1/2"),
        ("CESI", "4/2"),
        // Numbers that only look like it.
        ("TENS", "3/2 4/1"),
        ("ten visits", "1/1"),
        ("transcutaneous electrical nerve stimulation", "3/2 4/1"),
        // Drugs by their brands and their generic names.
        ("Norco", "2/2 3/1"),
        ("vicodin", "2/2 3/1"),
        ("hydrocodone", "2/2 3/1"),
        ("hydrocodone/APAP", "2/2 3/1"),
        ("issue:Lortab", "2/2 3/1"),
        // An abbreviation that means something else in running text.
        ("radiofrequency ablation", ""),
    ] {
        assert_eq!(found(&folder, &["--", query]), expected, "{query}");
    }
}

#[test]
fn what_is_meant_literally_has_no_synonyms() {
    let folder = archive();
    for (query, expected) in [
        ("\"physical therapy\"", "2/1"),
        ("\"PT\"", "1/1 3/1"),
        ("issue:\"PT\"", "1/1"),
        ("\"norco\"", "2/2"),
        // What must not match is what was typed.
        ("visits -PT", "2/1"),
        ("physical AND 8 -(norco)", "2/1"),
        // Patterns and misspelt words.
        ("norc*", "2/2"),
        ("norko~1", "2/2"),
        ("\"physical therapy\"~2", "2/1"),
    ] {
        assert_eq!(found(&folder, &["--", query]), expected, "{query}");
    }
    for (query, expected) in [("PT", "1/1 3/1"), ("issue:(physical therapy)", "2/1"), ("Norco", "2/2"), ("TENS", "3/2")]
    {
        assert_eq!(found(&folder, &["--exact", query]), expected, "{query}");
    }
}

#[test]
fn synonyms_stand_near_as_the_word_does() {
    let folder = archive();
    for (query, expected) in [
        ("ESI w/4 given", "2/1"),
        ("\"ESI\" w/4 given", ""),
        ("issue:(PT w/4 visits)", "2/1"),
        ("issue:((PT OR acupuncture) pre/9 visits)", "2/1"),
        ("given not w/4 ESI", "2/1"),
        ("issue:(Norco w/3 apap)", ""),
        ("TENS w/3 30", "4/1"),
    ] {
        assert_eq!(found(&folder, &["--", query]), expected, "{query}");
    }
}

#[test]
fn the_word_that_was_typed_comes_first() {
    let folder = archive();
    for (query, first) in [("PT", "1/1"), ("physical therapy", "2/1"), ("Norco", "2/2"), ("TENS", "3/2")] {
        assert_eq!(hits(&folder, &[query])[0], first, "{query}");
    }
}

#[test]
fn synonyms_are_told_and_marked() {
    let folder = archive();
    let json = |args: &[&str]| folder.imr(&[args, &["--format", "json"]].concat()).json();
    let answer = json(&["search", "TENS"]);
    keeps_to("search.schema.json", &answer);
    let told = answer["synonyms"][0].as_str().unwrap();
    assert!(told.starts_with("TENS: transcutaneous electrical nerve stimulation, "), "{told}");
    let marked = |hit: &serde_json::Value| {
        let snippet = &hit["snippets"][0];
        let text = snippet["text"].as_str().unwrap();
        let at = |mark: &serde_json::Value, i: usize| mark[i].as_u64().unwrap() as usize;
        let marks = snippet["marks"].as_array().unwrap().iter();
        marks.map(|mark| text[at(mark, 0)..at(mark, 1)].to_owned()).collect::<Vec<_>>().join("|")
    };
    let marks: Vec<_> = answer["hits"].as_array().unwrap().iter().map(marked).collect();
    assert_eq!(marks, ["TENS", "Transcutaneous electrical nerve stimulation"]);
    assert_eq!(json(&["search", "TENS", "--exact"])["synonyms"], serde_json::json!([]));
    let counted = json(&["stats", "PT", "--by", "outcome"]);
    keeps_to("stats.schema.json", &counted);
    assert_eq!(counted["total"]["issues"], 3);
    assert!(counted["synonyms"][0].as_str().unwrap().starts_with("PT: physical therapy, "));
    assert_eq!(json(&["stats", "PT", "--by", "outcome", "--exact"])["total"]["issues"], 2);

    let says = |args: &[&str], what: &str| {
        folder.imr(args).succeeds().says(&[what]);
    };
    says(
        &["search", "PT", "lumbar"],
        "note: synonyms of `PT` count too: `--explain` tells them, `--exact` leaves them out",
    );
    says(&["search", "PT", "--explain"], "note: synonyms of PT: physical therapy, ");
    says(
        &["stats", "Norco", "--by", "outcome", "--explain"],
        "note: synonyms of Norco: hydrocodone with acetaminophen, ",
    );
    for silent in [&["search", "PT", "--exact"][..], &["search", "\"PT\""], &["search", "weakness"]] {
        let run = folder.imr(silent).succeeds();
        assert!(!run.err.contains("synonym"), "{}", run.err);
    }
    folder.write("list.txt", "PT\nphysical\tissue:(physical therapy)\n");
    let list = folder.imr(&["search", "--queries", "list.txt"]).succeeds();
    assert_eq!(list.out, "PT\t3\t3\t3\t0\t1.000000\nphysical\t2\t2\t2\t0\t1.000000\n");
    list.says(&["synonyms of `PT`, `physical therapy` count too"]);
    let exact = folder.imr(&["search", "--queries", "list.txt", "--exact"]).succeeds();
    assert_eq!(exact.out, "PT\t2\t2\t2\t0\t1.000000\nphysical\t1\t1\t1\t0\t1.000000\n");
}

/// The lines of the table: terms, headings, narrower terms.
fn table() -> Vec<[Vec<String>; 3]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/synonyms.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let names = |cell: &str| -> Vec<String> {
        cell.split(';').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let line = |line: &str| {
        let mut cells: Vec<_> = line.split('\t').map(names).collect();
        assert!(cells.len() <= 3, "{line}");
        cells.resize(3, Vec::new());
        <[Vec<String>; 3]>::try_from(cells).unwrap()
    };
    lines.map(line).collect()
}

/// The rows of words that a query looks for.
fn looks_for(expr: &Expr) -> BTreeSet<Vec<String>> {
    let row = |span: &Span| match span {
        Span::Word(word) => Some(vec![word.clone()]),
        Span::Row(words) => {
            words.iter().map(|word| if let Span::Word(word) = word { Some(word.clone()) } else { None }).collect()
        }
        _ => None,
    };
    expr.marks().iter().filter_map(|mark| row(&mark.span)).collect()
}

#[test]
fn every_term_of_the_table_finds_its_like() {
    let mut seen = BTreeSet::new();
    for [terms, headings, narrower] in table() {
        assert!(terms.len() + headings.len() + narrower.len() > 1, "{terms:?} has no synonym");
        for name in terms.iter().chain(&headings) {
            let own = analysis::terms(name);
            assert!(!own.is_empty() && own.len() <= 8, "{name}");
            assert!(seen.insert(own.clone()), "{name} stands in the table twice");
            let widened = query::with_synonyms(&query::parse(name).unwrap().expr);
            assert_eq!(widened.told.len(), 1, "{name}");
            let found = looks_for(&widened.expr);
            for other in terms.iter().chain(&headings).chain(&narrower) {
                let other_terms = analysis::terms(other);
                // What has the words that were typed in a row is found by them.
                let has = other_terms.windows(own.len()).any(|window| window == own);
                assert!(has || found.contains(&other_terms), "{name} does not find {other}");
            }
        }
    }
}

#[test]
fn narrower_terms_do_not_find_wider_ones() {
    let equal: BTreeSet<_> =
        table().iter().flat_map(|[terms, ..]| terms.iter().map(|term| analysis::terms(term))).collect();
    for [terms, _, narrower] in table() {
        // A word of several may have synonyms of its own.
        let alone = |name: &&String| analysis::terms(name).len() == 1 && !equal.contains(&analysis::terms(name));
        for name in narrower.iter().filter(alone) {
            let widened = query::with_synonyms(&query::parse(name).unwrap().expr);
            let found = looks_for(&widened.expr);
            assert!(terms.iter().all(|term| !found.contains(&analysis::terms(term))), "{name}");
        }
    }
}

#[test]
fn abbreviations_keep_their_letters() {
    for (word, term) in
        [("TENS", "tens"), ("tens", "tens"), ("ten", "ten"), ("AED", "aed"), ("AEDs", "aed"), ("a", "a")]
    {
        assert_eq!(analysis::terms(word), [term], "{word}");
        assert_eq!(analysis::terms(&format!("the {word} {word}"))[1..], [term, term], "{word}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Synonyms add hits and take none away, where nothing is left out, and the literal query keeps its own.
    #[test]
    fn synonyms_only_add(words in prop::collection::vec(prop::sample::select(vec![
        "physical", "therapy", "PT", "lumbar", "MRI", "opioid", "norco", "tramadol", "pain", "low", "back", "knee",
        "injection", "epidural", "upheld", "(neck OR ESI)", "issue:therapy", "acupuncture w/9 neck", "\"low back\"",
    ]), 1..5)) {
        let query = words.join(" ");
        let expr = query::parse(&query).unwrap().expr;
        let literal = invented(&expr);
        let wide = invented(&query::with_synonyms(&expr).expr);
        prop_assert!(literal.is_subset(&wide), "{query}: {literal:?} in {wide:?}");
    }
}

/// The hits among invented letters.
fn invented(expr: &Expr) -> BTreeSet<String> {
    use std::sync::LazyLock;
    static LETTERS: LazyLock<(Folder, Reader)> = LazyLock::new(|| {
        let folder = Folder::indexed(60);
        let reader = Reader::open(&folder.path().join(".imr")).unwrap();
        (folder, reader)
    });
    let request = Request { limit: 1000, ..Request::new(expr.clone()) };
    let found = search::search(&LETTERS.1, &request).unwrap();
    let name = |hit: &search::Hit| {
        format!("{:?}/{:?}", hit.stored.letter.facts.path, hit.stored.issue.as_ref().map(|i| i.number))
    };
    found.hits.iter().map(name).collect()
}
