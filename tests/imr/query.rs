//! The query language, from text to hits, on a few letters made for it.

use proptest::prelude::*;

use crate::support::Folder;

/// One issue: heading, outcome, guideline, rationale.
pub type Issue = (&'static str, &'static str, &'static str, &'static str);

/// A letter of the credentials layout with these issues.
pub fn letter(
    case: &str,
    decided: &str,
    age: u32,
    sex: &str,
    specialty: &str,
    summary: &str,
    issues: &[Issue],
) -> String {
    let mut text = format!(
        "Case Number: {case}          Date of Injury: 03/04/2016\n\
         Date Assigned: 11/30/2016          Decision Date: {decided}\n\
         UR Denial Date: 11/04/2016          Priority: Standard\n\
         Application Received: 11/21/2016\n\n\
         HOW THE IMR FINAL DETERMINATION WAS MADE\n\n\
         MAXIMUS Federal Services sent the complete case file to an expert reviewer.\n\n\
         The Expert Reviewer has the following credentials:\n\
         State(s) of Licensure: California\n\
         Certification(s)/Specialty: {specialty}\n\n\
         CLINICAL CASE SUMMARY\n\n\
         The expert reviewer developed the following clinical case summary based on a review of the case file, including \
         all medical records:\n\n\
         The injured worker is a {age} year old {sex} {summary}\n\n\
         IMR ISSUES, DECISIONS AND RATIONALES\n\n\
         The Final Determination was based on decisions for the disputed items/services set forth below:\n\n"
    );
    for (heading, outcome, guideline, rationale) in issues {
        text.push_str(&format!(
            "{heading}: {outcome}\n\nClaims Administrator guideline: Decision based on MTUS Neck and Upper Back \
             Complaints 2004.\n\nMAXIMUS guideline: {guideline}\n\nDecision rationale: {rationale}\n\n"
        ));
    }
    text
}

pub const MTUS: &str = "Decision based on MTUS Low Back Complaints 2004, Section(s): Physical Methods.";
pub const ODG: &str = "The MAXIMUS guideline did not cite. Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Low Back.";

/// Letters 1 to 4, whose hits are written `1/2` for the second issue of the first.
pub fn archive() -> Folder {
    let folder = Folder::new();
    let letters = [
        letter(
            "CM16-0000001",
            "12/30/2016",
            45,
            "female",
            "Family Practice",
            "with back pain.",
            &[
                (
                    "Acupuncture 12 visits, lumbar spine",
                    "Upheld",
                    MTUS,
                    "The trial of needles brought no functional restoration.",
                ),
                ("MRI of the lumbar spine", "Overturned", ODG, "There is a red flag, and imaging is necessary."),
            ],
        ),
        letter(
            "CM16-0000002",
            "01/05/2017",
            61,
            "male",
            "Pain Management, Family Medicine",
            "who once had acupuncture.",
            &[(
                "Tramadol 50mg #60",
                "Upheld",
                MTUS,
                "Opioids were not tapered; restoration that is functional is not shown.",
            )],
        ),
        letter(
            "CM17-0000003",
            "03/09/2017",
            30,
            "male",
            "Orthopedic Surgery",
            "with a torn meniscus.",
            &[
                ("Injection of the knee", "Overturned", ODG, "Two injections helped Jos\u{e9} before."),
                ("Physical therapy, 8 visits", "Upheld", ODG, "Therapy was overturned in an earlier review."),
            ],
        ),
    ];
    for (i, text) in letters.iter().enumerate() {
        folder.write(&format!("letters/{}/{i}.txt", 2016 + i / 2), text);
    }
    folder.write("letters/note.txt", "A covering note about acupuncture and nothing else.");
    let report = folder.imr(&["index", "letters", "--format", "json"]).succeeds().json();
    assert_eq!((report["letters"].clone(), report["issues"].clone()), (3.into(), 5.into()), "{report}");
    folder
}

pub fn hits(folder: &Folder, args: &[&str]) -> Vec<String> {
    let run = folder.imr(&[&["search", "--format", "jsonl"], args].concat());
    assert!(run.status < 2, "{args:?}: {}", run.err);
    let hit = |line: &str| {
        let hit: serde_json::Value = serde_json::from_str(line).unwrap();
        match hit["case_number"].as_str() {
            Some(case) => format!("{}/{}", &case[11..], hit["number"]),
            None => "note".to_owned(),
        }
    };
    run.out.lines().map(hit).collect()
}

#[test]
fn every_form_finds_what_it_says() {
    let folder = archive();
    for (query, expected) in [
        // Words: all of them, stemmed, in any case, with and without accents.
        ("lumbar", "1/1 1/2"),
        ("LUMBAR spines", "1/1 1/2"),
        ("injection", "3/1"),
        ("injections", "3/1"),
        ("jose", "3/1"),
        ("JOS\u{c9}", "3/1"),
        ("lumbar needles", "1/1"),
        ("lumbar meniscus", ""),
        ("acupuncture", "1/1 2/1 note"),
        ("", "1/1 1/2 2/1 3/1 3/2 note"),
        // The outcome, not the word.
        ("overturned", "1/2 3/1"),
        ("therapy upheld", "3/2"),
        ("rationale:overturned", "3/2"),
        ("acupuncture upheld MTUS", "1/1 2/1"),
        // Phrases.
        ("\"functional restoration\"", "1/1"),
        ("functional restoration", "1/1 2/1"),
        ("\u{201c}functional restoration\u{201d}", "1/1"),
        ("\"lumbar spine\" \"red flag\"", "1/2"),
        // Operators and parentheses.
        ("lumbar AND mri", "1/2"),
        ("mri OR tramadol", "1/2 2/1"),
        ("lumbar NOT mri", "1/1"),
        ("NOT lumbar NOT acupuncture", "3/1 3/2"),
        ("tramadol OR lumbar mri", "1/2 2/1"),
        ("(tramadol OR lumbar) mri", "1/2"),
        ("NOT (lumbar OR acupuncture)", "3/1 3/2"),
        ("NOT NOT lumbar", "1/1 1/2"),
        // Fields.
        ("issue:acupuncture", "1/1"),
        ("summary:acupuncture", "2/1"),
        ("text:acupuncture", "note"),
        ("issue:(mri OR knee)", "1/2 3/1"),
        ("rationale:\"red flag\"", "1/2"),
        ("rationale:flag issue:lumbar", "1/2"),
        ("Issue:Tramadol", "2/1"),
        ("claims:neck", "1/1 1/2 2/1 3/1 3/2"),
        // "Non-MTUS" is not "MTUS".
        ("guideline:mtus", "1/1 2/1"),
        ("guideline:non-mtus", "1/2 3/1 3/2"),
        ("basis:mtus", "1/1 2/1"),
        ("basis:non-mtus", "1/2 3/1 3/2"),
        ("basis:non_mtus", "1/2 3/1 3/2"),
        // Keywords, by words and as a whole.
        ("specialty:family", "1/1 1/2 2/1"),
        ("specialty:\"family practice\"", "1/1 1/2 2/1"),
        ("specialty:(orthopedic OR pain)", "2/1 3/1 3/2"),
        ("chapter:back", "1/1 2/1"),
        ("layout:unknown", "note"),
        ("layout:credentials", "1/1 1/2 2/1 3/1 3/2"),
        ("sex:female", "1/1 1/2"),
        ("state:california mri", "1/2"),
        // Numbers and dates.
        ("age:61", "2/1"),
        ("age:>=45", "1/1 1/2 2/1"),
        ("age:>45", "2/1"),
        ("age:<45", "3/1 3/2"),
        ("age:<=45", "1/1 1/2 3/1 3/2"),
        ("age:30..45", "1/1 1/2 3/1 3/2"),
        ("age:[30 TO 45]", "1/1 1/2 3/1 3/2"),
        ("age:[* TO 45]", "1/1 1/2 3/1 3/2"),
        ("decided:2016", "1/1 1/2"),
        ("decided:2017-01", "2/1"),
        ("decided:2017-03-09", "3/1 3/2"),
        ("decided:[2016-12 TO 2017-01]", "1/1 1/2 2/1"),
        ("decided:2016-12..2017-01", "1/1 1/2 2/1"),
        ("decided:..2017-01-04", "1/1 1/2"),
        ("decided:>2017-01", "3/1 3/2"),
        ("injured:2016-03-04", "1/1 1/2 2/1 3/1 3/2"),
        ("assigned:2017", ""),
        ("case:cm16-0000002", "2/1"),
        ("path:letters/2016", "1/1 1/2 2/1"),
        ("path:letters/note.txt", "note"),
        ("path:letters/20", ""),
    ] {
        let mut found = hits(&folder, &[query]);
        found.sort();
        assert_eq!(found.join(" "), expected, "{query}");
    }
}

#[test]
fn filters_are_flags_too() {
    let folder = archive();
    for (args, expected) in [
        (&["--outcome", "overturned"][..], "1/2 3/1"),
        (&["--outcome", "upheld,overturned"], "1/1 1/2 2/1 3/1 3/2"),
        (&["--outcome", "upheld", "--basis", "non_mtus"], "3/2"),
        (&["--specialty", "family practice"], "1/1 1/2 2/1"),
        // No specialty is just that; then its words count.
        (&["--specialty", "Family"], "1/1 1/2 2/1"),
        (&["--specialty", "Family Medicine", "--specialty", "Orthopedic Surgery"], "1/1 1/2 2/1 3/1 3/2"),
        (&["--decided", "2016-12..2017-01", "acupuncture"], "1/1 2/1"),
        (&["--decided", "2016", "--decided", "2017-03"], "1/1 1/2 3/1 3/2"),
        (&["--age", ">=60"], "2/1"),
        (&["--case", "CM16-0000001,CM17-0000003", "spine"], "1/1 1/2"),
        (&["--sex", "male", "--priority", "standard"], "2/1 3/1 3/2"),
        (&["--path", "letters/2017/"], "3/1 3/2"),
        (&["--layout", "unknown"], "note"),
        (
            &[
                "--state",
                "california",
                "--injured",
                "2016",
                "--assigned",
                "2016-11",
                "--chapter",
                "low back complaints 2004",
            ],
            "1/1 2/1",
        ),
    ] {
        let mut found = hits(&folder, args);
        found.sort();
        assert_eq!(found.join(" "), expected, "{args:?}");
    }
}

#[test]
fn hits_come_in_the_order_asked_for() {
    let folder = archive();
    // A match in the heading counts most.
    assert_eq!(hits(&folder, &["acupuncture", "--limit", "1"]), ["1/1"]);
    for (args, expected) in [
        (&["--sort", "case"][..], "1/1 1/2 2/1 3/1 3/2 note"),
        (&["--sort", "decided"], "1/1 1/2 2/1 3/1 3/2 note"),
        (&["--sort", "-decided"], "3/1 3/2 2/1 1/1 1/2 note"),
        // Without words all are equally good, and the case number decides.
        (&[], "1/1 1/2 2/1 3/1 3/2 note"),
        (&["--sort", "case", "--limit", "2", "--offset", "1"], "1/2 2/1"),
        (&["--sort", "case", "--offset", "50"], ""),
    ] {
        let args = if args.contains(&"--limit") { args.to_vec() } else { [args, &["--limit", "100"]].concat() };
        assert_eq!(hits(&folder, &args).join(" "), expected, "{args:?}");
    }
}

#[test]
fn matches_are_marked_where_they_stand() {
    let folder = archive();
    let marked = |query: &str| {
        let found = folder.imr(&["search", query, "--format", "json", "--limit", "1"]).succeeds().json();
        let snippets = found["hits"][0]["snippets"].as_array().unwrap().clone();
        let mut marked = Vec::new();
        for snippet in snippets {
            let text = snippet["text"].as_str().unwrap();
            for mark in snippet["marks"].as_array().unwrap() {
                let at = |i: usize| mark[i].as_u64().unwrap() as usize;
                marked.push(format!("{}:{}", snippet["field"].as_str().unwrap(), &text[at(0)..at(1)]));
            }
        }
        marked
    };
    assert_eq!(marked("injection knee"), ["issue:Injection", "issue:knee", "rationale:injections"]);
    // A phrase marks only where it stands as such, and what must not match is not marked.
    assert_eq!(marked("\"red flag\" NOT knee"), ["rationale:red flag"]);
    assert_eq!(marked("rationale:jose"), ["rationale:Jos\u{e9}"]);
    assert_eq!(marked("issue:tramadol"), ["issue:Tramadol"]);
    assert!(marked("outcome:upheld").is_empty());
}

#[test]
fn output_in_a_pipe_is_a_line_for_each_hit_and_free_of_escapes() {
    let folder = archive();
    let run = folder.imr(&["search", "mri", "--facets", "outcome"]).succeeds();
    assert_eq!(
        run.out,
        "CM16-0000001\t2\t2016-12-30\toverturned\tMRI of the lumbar spine\tletters/2016/0.txt\n\noutcome\toverturned\t1\t1\n"
    );
    assert_eq!(folder.imr(&["search", "mri", "--count"]).out, "issues\t1\nletters\t1\n");
    assert_eq!(folder.imr(&["stats", "--by", "outcome"]).out, "upheld\t3\t3\noverturned\t2\t2\n");
    assert!(!folder.imr(&["search", "mri", "--pretty"]).out.contains('\u{1b}'));
    assert!(folder.imr(&["search", "mri", "--pretty", "--color", "always"]).out.contains("\u{1b}[1m"));
    let mut quiet = folder.command(&["search", "mri", "--pretty"]);
    quiet.env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1");
    assert!(!folder.run(quiet, &["search"]).out.contains('\u{1b}'));
    let csv = folder.imr(&["search", "mri", "--format", "csv"]).succeeds().out;
    assert!(csv.starts_with("rank,score,case_number,number,") && csv.lines().count() == 2, "{csv}");
    // What a letter says does not reach the terminal as commands.
    let filler = "Some more words, so that it is text. ".repeat(12);
    let evil = format!("An evil\u{9b}2J note \u{202e}about \u{1b}]0;title\u{7} kneecaps. {filler}");
    folder.write("letters/evil.txt", evil);
    folder.imr(&["index", "letters"]).succeeds();
    let out = folder.imr(&["search", "kneecaps", "--pretty"]).succeeds().out;
    assert!(out.contains("evil") && !out.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{7}']), "{out}");
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_an_error_that_points_into_it(text in "[a-z \"():\\[\\]ANDORTé.<>=*?~^+!&|/\\\\-]{0,40}|\\PC{0,30}") {
        if let Err(error) = imr::query::parse(&text) {
            prop_assert_eq!(error.kind(), imr::ErrorKind::Query);
            let column = error.message().strip_prefix("query, column ").and_then(|m| m.split(':').next());
            let column: usize = column.unwrap().parse().unwrap();
            prop_assert!((1..=text.chars().count() + 1).contains(&column), "{}", error.message());
            prop_assert!(error.hint().is_some());
        }
    }
}

/// What a letter has once is found with all its issues, also where the last of them is the last of all.
#[test]
fn words_of_the_letter_are_found_together() {
    for letters in [1, 2, 9] {
        let folder = Folder::indexed(letters);
        let found = |query: &str| hits(&folder, &[query, "--limit", "1000", "--sort", "case"]);
        for (a, b) in [("the", "of"), ("pain", "the"), ("\"the injured\"", "was"), ("t*", "w*"), ("the", "zebra")] {
            let (a, b) = (format!("summary:{a}"), format!("summary:{b}"));
            let with_b = found(&b);
            let both: Vec<_> = found(&a).into_iter().filter(|hit| with_b.contains(hit)).collect();
            assert_eq!(found(&format!("{a} {b}")), both, "{a} {b} in {letters}");
            assert_eq!(found(&format!("({a} {b}) OR issue:zebra")), both, "{a} {b} in {letters}");
        }
        assert!(!found("summary:the").is_empty());
    }
}

#[test]
fn what_is_quoted_stands_in_a_text() {
    let folder = archive();
    let found = |folder: &Folder, args: [&str; 1]| {
        let mut found = hits(folder, &args);
        found.sort();
        found.join(" ")
    };
    // The category of letter 3's therapy is physical and occupational therapy, which its text does not say.
    assert_eq!(found(&folder, ["occupational therapy"]), "3/2");
    assert_eq!(found(&folder, ["\"occupational therapy\""]), "");
    assert_eq!(found(&folder, ["\"occupational therap*\""]), "");
    assert_eq!(found(&folder, ["\"physical therapy\""]), "3/2");
    // A generic name that only the index has.
    folder.write(
        "letters/brand.txt",
        letter(
            "CM17-0000009",
            "03/09/2017",
            30,
            "male",
            "Orthopedic Surgery",
            "with a sprain.",
            &[("Norco 10/325mg #60", "Upheld", MTUS, "It does not help.")],
        ),
    );
    folder.imr(&["index", "letters"]).succeeds();
    assert!(found(&folder, ["hydrocodone"]).contains("9/1"));
    assert!(!found(&folder, ["\"hydrocodone\""]).contains("9/1"));
    assert!(found(&folder, ["drug:\"hydrocodone/acetaminophen\" OR drug:hydrocodone*"]).contains("9/1"));
}
