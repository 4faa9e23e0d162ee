//! What is suggested where a query finds little: misspelt words put right, and less than all of the words.

use std::sync::LazyLock;

use imr::index::Reader;
use imr::query;
use imr::search::{self, Count, Request};
use proptest::prelude::*;
use serde_json::Value;

use crate::query::{archive, hits};
use crate::schema::keeps_to;
use crate::support::Folder;

#[test]
fn misspelt_words_are_put_right_in_the_whole_query() {
    let folder = archive();
    for (query, better) in [
        ("acupunture", "acupuncture"),
        ("acupnucture", "acupuncture"),
        ("Acupunture", "acupuncture"),
        ("acupuncturr lumbar", "acupuncture lumbar"),
        ("lumbar (acupunture OR zzz) -mri", "lumbar (acupuncture OR zzz) -mri"),
        ("issue:acupunture outcome:upheld", "issue:acupuncture outcome:upheld"),
        ("\"functonal restoration\"", "\"functional restoration\""),
        ("\"funtional restoratoin\"~2", "\"functional restoration\"~2"),
        ("tramadlo^2 upheld", "tramadol^2 upheld"),
        ("lumbar w/3 spien", "lumbar w/3 spine"),
        ("imaging overtunred", "imaging overturned"),
        // The name of a value stands in no text.
        ("rehabilitaton", "rehabilitation"),
        ("menisucs specialty:orthopedic", "meniscus specialty:orthopedic"),
    ] {
        let run = folder.imr(&["search", "--format", "json", "--", query]);
        let json = run.json();
        keeps_to("search.schema.json", &json);
        assert_eq!(json["suggestion"], better, "{query}: {}", run.err);
        run.says(&[&format!("note: did you mean `{better}`?")]);
        let count = |query: &str| hits(&folder, &["--", query]).len();
        assert!(count(better) > count(query), "{query}");
    }
}

#[test]
fn what_finds_nothing_more_is_not_suggested() {
    let folder = archive();
    for query in [
        // It is right.
        "acupuncture meniscus",
        // Both words are there, never together.
        "acupunture meniscus",
        // Too far from any word, too short, no word.
        "xylophone",
        "kne",
        "zzz123",
        "",
        // Values, patterns and what may be misspelt anyway.
        "specialty:famly",
        "specialty:(famly OR orthopdic)",
        "acupunture*",
        "zcupunture~1",
        // The stem is that of a word of the letters.
        "needle",
    ] {
        let run = folder.imr(&["search", "--format", "json", "--", query]);
        assert_eq!(run.json()["suggestion"], Value::Null, "{query}: {}", run.err);
        assert!(!run.err.contains("did you mean `a"), "{query}: {}", run.err);
    }
}

#[test]
fn counts_suggest_too_and_take_what_was_asked_beside() {
    let folder = archive();
    let json = |args: &[&str]| folder.imr(&[args, &["--format", "json"]].concat()).json();
    let table = json(&["stats", "acupunture", "--by", "outcome"]);
    keeps_to("stats.schema.json", &table);
    assert_eq!(table["suggestion"], "acupuncture");
    assert_eq!(json(&["search", "acupunture", "--count"])["suggestion"], "acupuncture");
    // With the filter the better query finds nothing, either.
    assert_eq!(json(&["search", "acupunture", "--outcome", "overturned"])["suggestion"], Value::Null);
    let printed = folder.imr(&["search", "acupunture"]).ends_with(1).says(&["did you mean `acupuncture`?"]);
    assert_eq!(printed.out, "", "nothing is applied silently");
}

#[test]
fn questions_find_what_has_at_least_half_of_their_words() {
    let folder = archive();
    let found = |args: &[&str]| hits(&folder, args).join(" ");
    for (query, expected) in [
        // Little words do not count; of the others two of four are enough, and more of them come first.
        ("was acupuncture of the lumbar spine approved", "1/1 1/2"),
        ("lumbar meniscus", "1/1 1/2 3/1 3/2"),
        // What was asked for beside the words must match.
        ("lumbar meniscus overturned", "1/2 3/1"),
        ("lumbar meniscus zzz issue:MRI", ""),
        ("lumbar spine zzz issue:MRI", "1/2"),
        ("lumbar spine zzz -needles", "1/2"),
        ("lumbar zzz yyy \"red flag\"", ""),
        ("lumbar spine yyy \"red flag\"", "1/2"),
        // Patterns are words; other combinations are what they are.
        ("lumb* spin* zzz", "1/1 1/2"),
        ("lumbar AND zzz", "1/1 1/2"),
        ("(lumbar zzz) OR yyy", ""),
        ("acupuncture", "1/1 2/1 note"),
        ("the of", "1/1 1/2 3/1"),
        ("was the acupuncture", "1/1 2/1 note"),
    ] {
        let mut sorted: Vec<_> = hits(&folder, &["--any", "--limit", "50", "--", query]);
        if !query.contains("approved") {
            sorted.sort();
        }
        assert_eq!(sorted.join(" "), expected, "{query}");
    }
    assert_eq!(found(&["was acupuncture of the lumbar spine approved"]), "");
    folder
        .imr(&["search", "was acupuncture of the lumbar spine approved"])
        .ends_with(1)
        .says(&["note: no issue has all of the words; `--any` takes 2 with at least half of them"]);
    folder
        .imr(&["search", "--any", "acupuncture lumbar spine approved"])
        .succeeds()
        .says(&["note: `--any` takes what has at least 2 of 4 words"]);
    // Counts are of what is taken.
    let stats =
        folder.imr(&["stats", "--any", "acupuncture lumbar spine approved", "--by", "outcome", "--format", "json"]);
    assert_eq!(stats.succeeds().json()["total"]["issues"], 2);
    for silent in [&["search", "lumbar zzz"][..], &["search", "zzz yyy xxx"], &["search", "lumbar", "spine", "the"]] {
        let run = folder.imr(silent);
        assert!(!run.err.contains("--any"), "{}", run.err);
    }
}

static INVENTED: LazyLock<(Folder, Reader)> = LazyLock::new(|| {
    let folder = Folder::indexed(60);
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    (folder, reader)
});

fn count(query: &str) -> Count {
    let expr = query::parse(query).unwrap().expr;
    search::search(&INVENTED.1, &Request { limit: 0, ..Request::new(expr) }).unwrap().total
}

#[test]
fn what_finds_enough_is_left_alone() {
    let ask = |text: &str| query::parse(text).map(|query| query.expr);
    let found = |issues| search::suggestion(&INVENTED.1, "acupunture", Count { issues, letters: 1 }, &ask).unwrap();
    assert_eq!(found(4).as_deref(), Some("acupuncture"));
    assert_eq!(found(5), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_suggestion_always_finds_more(
        words in prop::collection::vec((prop::sample::select(vec![
            "acupuncture", "lumbar", "therapy", "medically", "opioid", "guidelines", "injection", "patient", "knee",
        ]), 0..12usize, 0..4u8), 1..4),
    ) {
        let damaged = |(word, at, how): &(&str, usize, u8)| {
            let mut letters: Vec<char> = word.chars().collect();
            let at = at % letters.len();
            match how {
                0 => {}
                1 => drop(letters.remove(at)),
                2 => letters.insert(at, 'x'),
                _ => letters[at] = 'q',
            }
            letters.into_iter().collect::<String>()
        };
        let typed = words.iter().map(damaged).collect::<Vec<_>>().join(" ");
        let ask = |text: &str| query::parse(text).map(|query| query.expr);
        let found = count(&typed);
        if let Some(better) = search::suggestion(&INVENTED.1, &typed, found, &ask).unwrap() {
            prop_assert!(found.issues < 5);
            prop_assert!(count(&better).issues > found.issues, "{typed}: {better}");
        }
    }
}
