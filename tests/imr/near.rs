//! Words near each other: from the query to the hits, to the marks, and every example of `imr help query`.

use imr::query::{self, Words};
use imr::record::LetterRecord;

use crate::query::{MTUS, ODG, archive, hits, letter};
use crate::support::Folder;

const GAIN: &str = "The trial of needles brought a gain in function. Pain was less after it.";
const FAILED: &str = "Function was restored by gradual training and a second trial of needles failed. No gain in function \
                      was seen.";
const URINE: &str = "Opioids were tapered. Urine tests were clean, and opioids were stopped.";

/// Three issues, and a note of two paragraphs.
fn texts() -> Folder {
    let folder = Folder::new();
    let issues = [
        ("Acupuncture", "Upheld", MTUS, GAIN),
        ("Gym membership", "Upheld", ODG, FAILED),
        ("Tramadol 50mg", "Overturned", ODG, URINE),
    ];
    let text = letter("CM16-0000001", "12/30/2016", 45, "female", "Neurology", "in pain.", &issues);
    folder.write("letters/a.txt", text);
    folder.write(
        "letters/note.txt",
        "A covering note about opioids.\n\nUrine tests came back clean, it says. See Dr. Adams.",
    );
    folder.imr(&["index", "letters"]).succeeds();
    folder
}

#[test]
fn words_are_found_near_each_other() {
    let folder = texts();
    for (query, expected) in [
        ("needles w/3 gain", "1/1 1/2"),
        ("needles w/2 gain", ""),
        ("gain near/3 needles", "1/1 1/2"),
        ("gain /3 needles", "1/1 1/2"),
        ("needles pre/3 gain", "1/1 1/2"),
        ("needles W/3 gain", "1/1 1/2"),
        ("gain pre/3 needles", ""),
        // A sentence, a paragraph.
        ("needles /s gain", "1/1"),
        ("gain w/s needles", "1/1"),
        ("needles pre/s gain", "1/1"),
        ("gain pre/s needles", ""),
        ("needles /p gain", "1/1 1/2"),
        ("tapered /s urine", ""),
        ("opioids /s urine", "1/3"),
        ("opioids /p urine", "1/3"),
        ("opioids w/9 urine", "1/3 note"),
        ("see /s adams", "note"),
        // Not near.
        ("needles not w/3 gain", ""),
        ("needles not w/2 gain", "1/1 1/2"),
        ("needles NOT w/3 gain", ""),
        ("gain not pre/3 needles", "1/1 1/2"),
        ("needles not /s gain", "1/2"),
        ("opioids not /p urine", "note"),
        // Phrases, ORs, patterns, misspelt words.
        ("\"trial of needles\" w/3 gain", "1/1 1/2"),
        ("\"trial of needles\" w/2 gain", ""),
        ("(failed OR brought) w/1 needles", "1/1 1/2"),
        ("(failed OR \"brought a\") w/1 needles", "1/1 1/2"),
        ("(failed OR zebra) w/1 needles", "1/2"),
        ("needl* w/3 gai*", "1/1 1/2"),
        ("neadles~1 w/3 gain", "1/1 1/2"),
        ("\"trial of need*\"", "1/1 1/2"),
        ("\"of need*\" w/3 gain", "1/1 1/2"),
        ("zebra* w/3 gain", ""),
        // Chains: the left first, and what is narrower before what is wider.
        ("function w/2 gain w/3 needles", "1/1 1/2"),
        ("needles w/3 gain w/2 function", "1/1 1/2"),
        ("needles w/1 failed w/2 function", ""),
        ("needles w/1 brought /s function w/2 gain", "1/1"),
        ("trial w/2 needles /s function w/1 was", "1/2"),
        ("(trial /s function) w/3 failed", "1/2"),
        ("(trial /s function) w/2 failed", ""),
        // A word is not near itself.
        ("needles w/5 needles", ""),
        ("were w/4 were", "1/3"),
        ("were w/3 were", ""),
        ("opioid* w/7 opioids", ""),
        ("opioid* w/8 opioids", "1/3"),
        // Each text by itself.
        ("acupuncture w/50 needles", ""),
        ("rationale:(needles w/3 gain)", "1/1 1/2"),
        ("rationale:needles w/3 gain", "1/1 1/2"),
        ("issue:needles w/3 gain", ""),
        ("rationale:(needles w/3 gain) OR issue:tramadol", "1/1 1/2 1/3"),
        // They bind closer than NOT, AND and OR.
        ("failed needles w/3 gain", "1/2"),
        ("rationale:* NOT needles w/3 gain", "1/3"),
        ("rationale:* -needles w/3 gain", "1/3"),
        ("needles -(needles /s gain)", "1/2"),
        ("tapered OR needles /s gain", "1/1 1/3"),
        ("(needles /s gain)^2 OR tapered", "1/1 1/3"),
        // Loose phrases.
        ("\"gain function\"~1", "1/1 1/2"),
        ("\"gain function\"~0", ""),
        ("\"function gain\"~2", ""),
        ("\"function gain\"~3", "1/1 1/2"),
        ("\"needles trial\"~3", "1/1 1/2"),
        ("\"trial needl* gain\"~3", "1/1 1/2"),
        ("\"were were\"~3", "1/3"),
        ("\"were were\"~2", ""),
        ("rationale:\"brought function\"~3", "1/1"),
        ("\"gain function\"~1 w/7 was", "1/1 1/2"),
        // Letters write these.
        ("w/o needles", ""),
        ("\\w/3 needles", ""),
    ] {
        let mut found = hits(&folder, &["--", query]);
        found.sort();
        assert_eq!(found.join(" "), expected, "{query}");
    }
    let archive = archive();
    // Beside what is near it, the name of an outcome is the word.
    assert_eq!(hits(&archive, &["therapy w/3 overturned"]), ["3/2"]);
}

#[test]
fn values_of_one_field_are_not_near_each_other() {
    let folder = texts();
    let json = folder.imr(&["show", "CM16-0000001", "--format", "json"]).succeeds().json();
    let mut record: LetterRecord = serde_json::from_value(json).unwrap();
    record.facts.case_number = "CM16-0000009".parse().ok();
    record.facts.path = "letters/nine.txt".to_owned();
    record.facts.diagnoses = vec!["lumbar strain".to_owned(), "neck pain".to_owned()];
    record.issues.truncate(1);
    folder.add_records(&[record]);
    for (query, finds) in [
        ("diagnosis:(lumbar w/1 strain)", true),
        ("diagnosis:(strain w/5 neck)", false),
        ("diagnosis:\"strain neck\"~5", false),
        ("diagnosis:\"strain neck\"", false),
        ("diagnosis:(strain /s neck)", false),
        ("diagnosis:(strain /p neck)", false),
        ("diagnosis:(strain not w/5 neck)", true),
        ("diagnosis:(strain AND neck)", true),
        ("diagnosis:*", true),
    ] {
        assert_eq!(hits(&folder, &[query]), if finds { vec!["9/1"] } else { vec![] }, "{query}");
    }
}

#[test]
fn only_what_matches_is_marked() {
    for (query, text, expected) in [
        ("function w/2 gain", FAILED, "gain function"),
        ("needles /s gain", GAIN, "needles gain"),
        ("needles /s gain", FAILED, ""),
        ("needles not /s gain", FAILED, "needles"),
        ("\"trial of needles\" w/3 gain", FAILED, "trial of needles|gain"),
        ("\"in function\"", FAILED, "in function"),
        ("\"gain function\"~1", GAIN, "gain function"),
        ("function w/2 gain w/3 needles", FAILED, "needles gain function"),
        ("opioids w/2 tapered", URINE, "Opioids tapered"),
        ("(urine OR zebra) /s opioids", URINE, "Urine opioids"),
        ("were -opioids", URINE, "were were were"),
        ("10/325mg", "Norco 10-325 mg, not 325 mg", "10-325 mg"),
        ("L4-5", "at L4-L5, not at L4 and L5", "L4-L5"),
    ] {
        let words = Words::of(text);
        let marks = query::parse(query).unwrap().expr.marks();
        let marked: Vec<_> = marks.iter().flat_map(|mark| mark.ranges(&words)).map(|range| &text[range]).collect();
        let expected: Vec<_> = match expected.contains('|') {
            true => expected.split('|').collect(),
            false if marked.len() == 1 => vec![expected],
            false => expected.split_whitespace().collect(),
        };
        assert_eq!(marked, expected, "{query}");
    }
    // What fits a pattern is known to the index.
    let folder = texts();
    let marked = |query: &str| {
        let json = folder.imr(&["search", query, "--format", "json", "--limit", "1"]).succeeds().json();
        let snippet = json["hits"][0]["snippets"].as_array().unwrap().last().unwrap().clone();
        let text = snippet["text"].as_str().unwrap().to_owned();
        let at = |mark: &serde_json::Value, i: usize| mark[i].as_u64().unwrap() as usize;
        let marks = snippet["marks"].as_array().unwrap().clone();
        marks.iter().map(|m| text[at(m, 0)..at(m, 1)].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(marked("opioid* w/2 taper*"), "Opioids tapered");
    assert_eq!(marked("opioyds~1 w/2 tapered"), "Opioids tapered");
    assert_eq!(marked("\"clean and opio*\""), "clean, and opioids");
}

#[test]
fn values_that_are_there_are_found_for_every_kind_of_field() {
    let folder = archive();
    let issues = "1/1 1/2 2/1 3/1 3/2";
    for (query, expected) in [
        ("rationale:*", issues),
        ("-rationale:*", "note"),
        ("summary:*", issues),
        ("issue:*", issues),
        ("text:*", "note"),
        ("category:*", issues),
        ("outcome:*", issues),
        ("case:*", issues),
        ("-case:*", "note"),
        ("age:*", issues),
        ("decided:*", issues),
        ("path:*", "1/1 1/2 2/1 3/1 3/2 note"),
        ("issue:(lumbar NOT mri)", "1/1"),
        ("issue:(NOT lumbar)", "2/1 3/1 3/2 note"),
        ("issue:(lumbar -mri)", "1/1"),
    ] {
        let mut found = hits(&folder, &["--", query]);
        found.sort();
        assert_eq!(found.join(" "), expected, "{query}");
    }
}

#[test]
fn a_backslash_takes_the_meaning_of_every_special_character_away() {
    for character in "()\"[]*?~^:-+!&|\\/#".chars() {
        let query = format!("\\{character}mri\\{character}");
        assert_eq!(query::parse(&query).unwrap(), query::parse("mri").unwrap(), "{query}");
    }
    for (query, same) in [("\\AND mri", "and mri"), ("mri \\w/5 ct", "mri w#5 ct"), ("\\mri", "mri")] {
        assert_eq!(query::parse(query).unwrap().expr, query::parse(same).unwrap().expr, "{query}");
    }
}

/// The examples of the page: what stands behind two blanks, up to two more.
fn examples(page: &str) -> Vec<&str> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("  "));
    lines.map(|line| line.split("  ").next().unwrap_or(line)).collect()
}

#[test]
fn the_page_of_the_query_language_is_true() {
    let folder = archive();
    let page = folder.imr(&["help", "query"]).succeeds().out;
    assert_eq!(page, include_str!("../../schema/query-language.txt"));
    assert!(page.lines().all(|line| line.chars().count() <= 132));
    let issues = [
        (
            "Norco 10/325mg #60",
            "Upheld",
            MTUS,
            "Opioids were tapered after urine tests. The criteria of functional restoration were met in women, with a \
             20-percent gain and 0.5 points. See section 9792.24.2 for it.",
        ),
        (
            "Epidural steroid injection at L4-L5",
            "Upheld",
            ODG,
            "An anti-inflammatory was tried. Endoscopy was not, and no restoration came. MRI w/o contrast is what was seen.",
        ),
    ];
    let summary = "who was injured. Diagnoses include lumbar strain.";
    let text = letter("CM16-0000004", "12/12/2016", 52, "female", "Neurology", summary, &issues);
    folder.write("letters/2016/4.txt", text);
    folder.imr(&["index", "letters"]).succeeds();
    let all = hits(&folder, &[]).len();
    let examples = examples(&page);
    assert!(examples.len() > 50, "{examples:?}");
    for example in examples {
        let found = hits(&folder, &["--limit", "100", "--", example]).len();
        assert!((1..all).contains(&found), "`{example}` finds {found} of {all}");
    }
}
