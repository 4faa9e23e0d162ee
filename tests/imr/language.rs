//! What the query language does with what people bring along: operators of other search boxes, patterns, doses, and
//! values that do not exist.

use imr::record::LetterRecord;

use crate::query::{MTUS, ODG, archive, hits, letter};
use crate::support::Folder;

fn found(folder: &Folder, args: &[&str]) -> String {
    let mut found = hits(folder, args);
    found.sort();
    found.join(" ")
}

#[test]
fn what_asks_for_nothing_is_dropped_beside_words() {
    let folder = archive();
    let long = "a".repeat(70);
    for (query, expected) in [
        ("lumbar \u{2014} mri", "1/2"),
        ("lumbar - mri", "1/2"),
        ("lumbar AND ...", "1/1 1/2"),
        ("lumbar & mri", "1/2"),
        ("issue:(mri \u{2014} lumbar)", "1/2"),
        // A word that is too long to be in the index matches nothing, and so its absence everything.
        (&long, ""),
        (&format!("lumbar {long}"), ""),
        (&format!("lumbar OR {long}"), "1/1 1/2"),
        (&format!("lumbar NOT {long}"), "1/1 1/2"),
        (&format!("\"lumbar {long}\""), ""),
    ] {
        assert_eq!(found(&folder, &[query]), expected, "{query}");
    }
}

#[test]
fn operators_of_other_search_boxes_mean_what_they_mean_there() {
    let folder = archive();
    for (query, expected) in [
        ("lumbar -mri", "1/1"),
        ("lumbar !mri", "1/1"),
        ("lumbar -\"red flag\"", "1/1"),
        ("lumbar -issue:mri", "1/1"),
        ("lumbar -(mri OR knee)", "1/1"),
        ("!lumbar -acupuncture", "3/1 3/2"),
        ("(-lumbar) knee", "3/1"),
        ("+lumbar +mri", "1/2"),
        ("lumbar && mri", "1/2"),
        ("lumbar&&mri", "1/2"),
        ("mri || tramadol", "1/2 2/1"),
        ("mri||tramadol", "1/2 2/1"),
        // A dash within a word is none.
        ("lumbar-spine", "1/1 1/2"),
        ("non-mtus mri", "1/2"),
        // A backslash takes a meaning away.
        ("lumbar \\-mri", "1/2"),
        ("acupunc\\*", ""),
        ("\\NOT lumbar", "1/2"),
        // Boosts change the order alone.
        ("mri^3 OR tramadol^0.5", "1/2 2/1"),
        ("(mri OR tramadol)^2 \"red flag\"^5", "1/2"),
        ("issue:mri^2", "1/2"),
    ] {
        assert_eq!(found(&folder, &["--", query]), expected, "{query}");
    }
    let first = |query: &str| hits(&folder, &[query, "--limit", "1"]).concat();
    assert_eq!((first("knee OR tramadol^9"), first("knee^9 OR tramadol")), ("2/1".to_owned(), "3/1".to_owned()));
}

#[test]
fn patterns_find_the_words_that_fit() {
    let folder = archive();
    for (query, expected) in [
        ("acupunc*", "1/1 2/1 note"),
        ("issue:acupunc*", "1/1"),
        ("ACUPUNC*", "1/1 2/1 note"),
        // Words are stemmed in the index; patterns are of the words as they are written.
        ("acupuncture*", "1/1 2/1 note"),
        ("restorat*", "1/1 2/1"),
        ("injecti*", "3/1"),
        ("injections*", "3/1"),
        ("*puncture", "1/1 2/1 note"),
        ("a*re", "1/1 2/1 note"),
        ("kn?e", "3/1"),
        ("kne?", "3/1"),
        ("jos?", "3/1"),
        ("lumbar issue:mr?", "1/2"),
        ("(lumbar mr?)", "1/2"),
        ("kn??e", ""),
        ("issue:(tram* OR kn*)", "2/1 3/1"),
        ("lumbar -mr*", "1/1"),
        // Values of keyword fields by their words.
        ("specialty:fam*", "1/1 1/2 2/1"),
        ("specialty:\"family practice\"", "1/1 1/2 2/1"),
        // By another name: letter 2 says Family Medicine.
        ("specialty:\"family medicine\"", "1/1 1/2 2/1"),
        ("state:CA", "1/1 1/2 2/1 3/1 3/2"),
        ("chapter:complaint*", "1/1 2/1"),
        // Whatever the value.
        ("outcome:* acupuncture", "1/1 2/1"),
        ("-outcome:* acupuncture", "note"),
        ("decided:*", "1/1 1/2 2/1 3/1 3/2"),
        // Misspelt words, by one letter or by two.
        ("acupunture~", "1/1 2/1 note"),
        ("acupunture~1", "1/1 2/1 note"),
        ("acupnuctrue~2", "1/1 2/1 note"),
        ("acupnuctrue~1", ""),
        ("specialty:famly~1", "1/1 1/2 2/1"),
    ] {
        assert_eq!(found(&folder, &["--", query]), expected, "{query}");
    }
    let marks = |query: &str| {
        let json = folder.imr(&["search", query, "--format", "json", "--limit", "1"]).succeeds().json();
        let snippet = json["hits"][0]["snippets"][0].clone();
        let text = snippet["text"].as_str().unwrap().to_owned();
        let marks = snippet["marks"].as_array().unwrap().clone();
        let at = |mark: &serde_json::Value, i: usize| mark[i].as_u64().unwrap() as usize;
        marks.iter().map(|m| text[at(m, 0)..at(m, 1)].to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(marks("acupunc*"), "Acupuncture");
    assert_eq!(marks("meniscus OR injeccion~1"), "Injection");
    folder.imr(&["search", "zzz*"]).ends_with(1).says(&["note: no word of the letters fits `zzz*`"]);
}

#[test]
fn the_outcomes_are_meant_however_they_are_punctuated_and_quoted_words_are_words() {
    let folder = archive();
    for (query, expected) in [
        ("acupuncture, upheld, MTUS", "1/1 2/1"),
        ("upheld.", "1/1 2/1 3/2"),
        ("(Overturned)", "1/2 3/1"),
        ("-upheld mri", "1/2"),
        ("\"overturned\"", "3/2"),
        ("\"upheld\"", ""),
    ] {
        assert_eq!(found(&folder, &["--", query]), expected, "{query}");
    }
}

#[test]
fn small_operators_are_words_and_that_is_said() {
    let folder = archive();
    let run = folder.imr(&["search", "mri or knee", "--count"]);
    run.says(&["note: `or` is searched as a word; operators are written in capitals"]);
    folder.imr(&["search", "mri not knee", "--count"]).says(&["`not` is searched"]);
    folder.imr(&["search", "not lumbar", "--count"]).says(&["`not` is searched"]);
    folder.imr(&["stats", "mri and knee", "--by", "sex"]).says(&["`and` is searched"]);
    for quiet in ["mri OR knee", "\"red flag and imaging\"", "or", "not"] {
        let run = folder.imr(&["search", quiet, "--count"]);
        assert!(!run.err.contains("is searched as a word"), "{quiet}: {}", run.err);
    }
}

#[test]
fn operators_of_nearness_are_no_words() {
    let folder = archive();
    for query in ["mri NEAR knee", "mri ADJ knee", "mri WITHIN knee", "~1", "mri ~1", "issue:~2"] {
        folder.imr(&["search", query]).ends_with(2).says(&["query, column"]);
    }
    assert_eq!(found(&folder, &["within \\NEAR lumbar"]), "");
}

#[test]
fn possessives_are_the_words_themselves() {
    let folder = archive();
    for query in ["\"red flag's\" lumbar", "\"red flag\u{2019}s\" lumbar", "\"red flag's\" mri's lumbar"] {
        assert_eq!(found(&folder, &[query]), "1/2", "{query}");
    }
    assert_eq!(found(&folder, &["\"red flag'sx\" lumbar"]), "");
}

#[test]
fn values_by_other_names_are_names_as_a_whole() {
    let folder = archive();
    classified(&folder);
    let case = "CM17-0000006";
    for (args, finds) in [
        (&["--drug", "zohydro"][..], true),
        (&["--drug", "not zohydro"], false),
        (&["--drug", "zohydro or soma"], false),
        (&["--drug-group", "opioids"], true),
        (&["--drug-group", "Opioids"], true),
    ] {
        let run = folder.imr(&[&["search", "--format", "csv"], args].concat());
        assert_eq!(run.out.contains(case), finds, "{args:?}: {}{}", run.out, run.err);
    }
    assert_eq!(imr::parse::canonical_body_parts("low back"), ["lumbar spine"]);
    assert_eq!(imr::parse::canonical_body_parts("Knees"), ["knee"]);
    assert!(imr::parse::canonical_body_parts("not the low back").is_empty());
}

#[test]
fn counts_as_csv_have_a_head() {
    let folder = archive();
    let run = folder.imr(&["search", "mri", "--count", "--format", "csv"]).succeeds();
    assert_eq!(run.out.replace('\r', ""), "issues,letters\n1,1\n");
}

#[test]
fn ranges_are_understood_with_blanks_and_never_mean_something_else() {
    let folder = archive();
    for (args, expected) in [
        (&["decided:>= 2017"][..], "2/1 3/1 3/2"),
        (&["decided: >=2017"], "2/1 3/1 3/2"),
        (&["decided:2016-12 .. 2017-01"], "1/1 1/2 2/1"),
        (&["decided:2016-12.. 2017-01 acupuncture"], "1/1 2/1"),
        (&["decided:2016-12 ..2017-01"], "1/1 1/2 2/1"),
        (&["decided:[2016-12 to 2017-01]"], "1/1 1/2 2/1"),
        (&["decided:[2016-12..2017-01]"], "1/1 1/2 2/1"),
        (&["--decided", "[2016-12 TO 2017-01]"], "1/1 1/2 2/1"),
        (&["--decided", "2016-12 to 2017-01"], "1/1 1/2 2/1"),
        (&["--age", ">= 60"], "2/1"),
        (&["age:<0"], ""),
        (&["age:>18446744073709551615"], ""),
        (&["age:>99999999999999999999"], ""),
        (&["age:99999999999999999999"], ""),
        (&["age:<99999999999999999999"], "1/1 1/2 2/1 3/1 3/2"),
        (&["CM16-0000002"], "2/1"),
        (&["CM16-0000002, CM16-0000001"], ""),
    ] {
        assert_eq!(found(&folder, args), expected, "{args:?}");
    }
}

#[test]
fn values_that_do_not_exist_are_told_with_the_nearest_that_do() {
    let folder = archive();
    for args in [&["--specialty", "Famly"][..], &["specialty:famly"]] {
        let run = folder.imr(&[&["search", "--count"], args].concat()).ends_with(1);
        run.says(&["note: no specialty `", "did you mean `Family "]);
    }
    folder.imr(&["search", "--count", "--chapter", "zzz"]).ends_with(1).says(&["note: no chapter `zzz`\n"]);
    folder.imr(&["stats", "--by", "sex", "--specialty", "zzz"]).ends_with(1).says(&["note: no specialty `zzz`"]);
    // A part of a name is enough, and that is said.
    let run = folder.imr(&["search", "--count", "--specialty", "management"]).succeeds();
    run.says(&["no specialty is just `management`; taken are those with the word: `Pain "]);
    let run = folder.imr(&["search", "--count", "--state", "california", "--sex", "male"]).succeeds();
    assert!(run.err.is_empty(), "{}", run.err);
    folder.imr(&["search", "--count", "path:nowhere"]).ends_with(1).says(&["at or below `nowhere`"]);
}

#[test]
fn doses_and_levels_are_found_with_and_without_blanks() {
    let folder = Folder::new();
    let issues = [
        ("Naproxen 550mg #60", "Upheld", MTUS, "It was taken for long."),
        ("Norco 5/325mg #60", "Upheld", MTUS, "It was taken for long."),
        ("Lidocaine 5% patch, 2.5 ml, 100mcg/hr", "Upheld", ODG, "See section 9792.24.2 for it."),
        ("Epidural steroid injection L4-5, C5-6, at L5", "Upheld", ODG, "It was not tried."),
    ];
    folder.write("letters/a.txt", letter("CM16-0000001", "12/30/2016", 45, "female", "Neurology", "in pain.", &issues));
    folder.imr(&["index", "letters"]).succeeds();
    for (query, expected) in [
        ("naproxen 550mg", "1/1"),
        ("naproxen 550 mg", "1/1"),
        ("naproxen 550MG", "1/1"),
        ("naproxen 55mg", ""),
        ("550mg", "1/1"),
        ("\"550 mg\"", "1/1"),
        ("issue:\"5/325\"", "1/2"),
        ("5/325mg", "1/2"),
        ("\"norco 5/325 mg\"", "1/2"),
        ("#60", "1/1 1/2"),
        ("lidocaine 5%", "1/3"),
        ("lidocaine 5 %", "1/3"),
        ("\"2.5ml\"", "1/3"),
        ("100 mcg/hr", "1/3"),
        ("L4-5", "1/4"),
        ("C5-6", "1/4"),
        ("L4", "1/4"),
        ("L5", "1/4"),
        ("L45", ""),
        ("9792.24.2", "1/3"),
        ("9792.24.3", ""),
    ] {
        assert_eq!(found(&folder, &[query]), expected, "{query}");
    }
}

#[test]
fn a_phrase_longer_than_a_snippet_is_shown_and_marked() {
    let folder = Folder::new();
    let sentence = "the records show no measurable gain in function after the first course of treatment and ".repeat(3);
    let rationale: &'static str = format!("{} {sentence} nothing else.", "Some words before. ".repeat(20)).leak();
    let issues = [("Acupuncture", "Upheld", MTUS, rationale)];
    folder.write("letters/a.txt", letter("CM16-0000001", "12/30/2016", 45, "female", "Neurology", "in pain.", &issues));
    folder.imr(&["index", "letters"]).succeeds();
    let phrase = sentence.trim();
    assert!(phrase.len() > 240);
    let json = folder.imr(&["search", &format!("\"{phrase}\""), "--format", "json"]).succeeds().json();
    let snippet = &json["hits"][0]["snippets"][0];
    let at = |i: usize| snippet["marks"][0][i].as_u64().unwrap() as usize;
    assert_eq!(snippet["text"].as_str().unwrap()[at(0)..at(1)].to_lowercase(), phrase);
}

#[test]
fn paths_are_taken_as_they_are_shown_wherever_one_stands() {
    let folder = archive();
    for (cwd, path, expected) in [
        ("", "letters/2016", "1/1 1/2 2/1"),
        ("", "./letters/2016/", "1/1 1/2 2/1"),
        ("", "letters/../letters/2016", "1/1 1/2 2/1"),
        ("", ".", "1/1 1/2 2/1 3/1 3/2 note"),
        ("", "..", "1/1 1/2 2/1 3/1 3/2 note"),
        ("letters", "2016", "1/1 1/2 2/1"),
        ("letters", "note.txt", "note"),
        ("letters/2016", "../2017", "3/1 3/2"),
        ("letters/2016", ".", "1/1 1/2 2/1"),
        // As records have it, from anywhere.
        ("letters/2016", "letters/2017", "3/1 3/2"),
        ("", "letters/201", ""),
    ] {
        let query = format!("path:{path}");
        for args in [&["--path", path][..], &[&query]] {
            let args = [&["search", "--format", "jsonl"], args].concat();
            let mut command = folder.command(&args);
            command.current_dir(folder.path().join(cwd));
            let run = folder.run(command, &args);
            let hit = |line: &str| {
                let hit: serde_json::Value = serde_json::from_str(line).unwrap();
                let case = hit["case_number"].as_str().map(|c| format!("{}/{}", &c[11..], hit["number"]));
                case.unwrap_or_else(|| "note".to_owned())
            };
            let mut found: Vec<_> = run.out.lines().map(hit).collect();
            found.sort();
            assert_eq!(found.join(" "), expected, "{args:?} in {cwd}: {}", run.err);
        }
    }
    let absolute = folder.path().canonicalize().unwrap().join("letters/2017").display().to_string();
    assert_eq!(found(&folder, &["--path", &absolute]), "3/1 3/2");
}

#[test]
fn a_letter_without_a_case_number_is_shown_by_its_path() {
    let folder = archive();
    let shown = folder.imr(&["show", "letters/note.txt"]).succeeds().out;
    assert!(shown.contains("no case number") && shown.contains("A covering note"), "{shown}");
    let json = folder.imr(&["show", "./letters/note.txt", "--format", "json"]).succeeds().json();
    assert_eq!(json["path"], "letters/note.txt");
    let whole = folder.imr(&["show", "letters/2016/0.txt", "--format", "json"]).succeeds().json();
    assert_eq!(whole["issues"].as_array().unwrap().len(), 2);
    folder.imr(&["show", "letters/none.txt"]).ends_with(1).prints_nothing().says(&["letters/none.txt"]);
    let plain = folder.imr(&["search", "layout:unknown"]).succeeds().out;
    assert_eq!(plain, "\t\t\t\tA covering note about acupuncture and nothing else.\tletters/note.txt\n");
    let csv = folder.imr(&["search", "layout:unknown", "--format", "csv"]).succeeds().out;
    assert!(csv.trim_end().ends_with(",A covering note about acupuncture and nothing else."), "{csv}");
}

/// Letters whose records say more than their texts, in cases from 4 on.
fn classified(folder: &Folder) {
    let json = folder.imr(&["show", "CM16-0000001", "--format", "json"]).succeeds().json();
    let model: LetterRecord = serde_json::from_value(json).unwrap();
    let mut records = Vec::new();
    for (case, category, drug, group, specialty) in [
        ("CM17-0000004", "rehabilitation/acupuncture", None, None, "Hand Surgery"),
        ("CM17-0000005", "rehabilitation/physical-occupational-therapy", None, None, "HAND SURGERY"),
        ("CM17-0000006", "pharmaceuticals/opioid", Some("hydrocodone"), Some("opioid"), "Hand Surgery"),
        ("CM17-0000007", "surgery/non-arthroscopic-surgery", None, None, "hand surgery"),
        ("CM17-0000008", "injection/injection", None, None, "Hand Surgery"),
        ("CM17-0000009", "pharmaceuticals/injection", None, None, "HAND SURGERY"),
    ] {
        let mut record = model.clone();
        record.facts.case_number = case.parse().ok();
        record.facts.path = format!("letters/{case}.txt");
        // By which these are told from the others.
        record.facts.age = Some(77);
        record.facts.specialties = vec!["Surgery of the hand".to_owned()];
        record.facts.specialties_canonical = vec![specialty.to_owned(), specialty.to_uppercase()];
        record.facts.diagnoses = vec!["lumbar radiculopathy".to_owned()];
        record.issues.truncate(1);
        let issue = &mut record.issues[0];
        issue.issue = "The treatment".to_owned();
        issue.rationale = None;
        issue.category = Some(category.to_owned());
        issue.drug = drug.map(str::to_owned);
        issue.drug_group = group.map(str::to_owned);
        issue.body_parts = vec!["low back".to_owned(), "neck".to_owned()];
        issue.side = Some(imr::letter::Side::Left);
        issue.retrospective = drug.is_some().then_some(true);
        issue.quantity = Some(60);
        records.push(record);
    }
    folder.add_records(&records);
}

#[test]
fn what_a_request_is_taken_apart_into_is_found() {
    let folder = archive();
    classified(&folder);
    for (args, expected) in [
        // A category with all below it.
        (&["category:rehabilitation"][..], "4/1 5/1"),
        (&["--category", "rehabilitation"], "4/1 5/1"),
        (&["--category", "Rehabilitation/Acupuncture"], "4/1"),
        (&["category:acupuncture"], "4/1"),
        (&["--category", "physical"], "5/1"),
        (&["category:injection"], "8/1"),
        (&["category:arthroscopic"], ""),
        (&["category:non-arthroscopic"], "7/1"),
        (&["category:rehab*"], "4/1 5/1"),
        // Bare words find the names of categories and drugs.
        (&["rehabilitation"], "4/1 5/1"),
        (&["occupational therapies"], "5/1"),
        (&["hydrocodone"], "6/1"),
        (&["hydrocod*"], "6/1"),
        (&["arthroscopic"], ""),
        (&["other"], ""),
        (&["drug_group:opioid"], "6/1"),
        (&["--drug-group", "opioid", "--drug", "Hydrocodone"], "6/1"),
        (&["--body", "low back", "--side", "left", "--retrospective", "yes"], "6/1"),
        (&["--retrospective", "no", "surgery"], "7/1"),
        (&["--associated", "yes"], ""),
        (&["diagnosis:radiculopathies category:injection"], "8/1"),
        (&["--source", "odg"], ""),
        (&["--claims-chapter", "Neck and Upper Back Complaints 2004", "hydrocodone"], "6/1"),
        // By the name that the letter prints, which is not DWC's.
        (&["specialty:\"surgery of the hand\""], "4/1 5/1 6/1 7/1 8/1 9/1"),
    ] {
        assert_eq!(found(&folder, &[args, &["--age", "77"]].concat()), expected, "{args:?}");
    }
    assert_eq!(found(&folder, &["--source", "odg"]), "1/2 3/1 3/2");
    folder.imr(&["search", "--count", "--category", "rehabilitaton"]).ends_with(1).says(&["`rehabilitation"]);
    let rows = |by: &str| {
        let json = folder.imr(&["stats", "--by", by, "age:77", "--format", "json"]).json();
        let row = |r: &serde_json::Value| format!("{}={}", r[by].as_str().unwrap_or("-"), r["issues"]);
        json["rows"].as_array().unwrap().iter().map(row).collect::<Vec<_>>().join(" ")
    };
    assert!(rows("category").contains("rehabilitation/acupuncture=1"), "{}", rows("category"));
    assert!(rows("category_group").contains("rehabilitation=2"), "{}", rows("category_group"));
    assert!(rows("category_group").contains("pharmaceuticals=2 "), "{}", rows("category_group"));
    // One value however it is written, under its most frequent spelling.
    assert!(rows("specialty").contains("Hand Surgery=6"), "{}", rows("specialty"));
    assert!(!rows("specialty").contains("HAND"), "{}", rows("specialty"));
    assert_eq!(found(&folder, &["--specialty", "hand surgery"]), "4/1 5/1 6/1 7/1 8/1 9/1");
    let shown = folder.imr(&["search", "hydrocodone", "--pretty"]).succeeds().out;
    assert!(
        shown.starts_with("1  CM17-0000006/1  2016-12-30  upheld  pharmaceuticals/opioid (hydrocodone)\n"),
        "{shown}"
    );
    let shown = folder.imr(&["show", "CM17-0000006"]).succeeds().out;
    assert!(shown.contains("upheld  pharmaceuticals/opioid (hydrocodone)\n"), "{shown}");
}

#[test]
fn csv_gives_what_the_schema_of_hits_names() {
    let folder = archive();
    classified(&folder);
    let csv = folder.imr(&["search", "hydrocodone", "--format", "csv"]).succeeds().out;
    let (head, row) = csv.split_once('\n').unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../schema/search.schema.json")).unwrap();
    let columns: Vec<&str> = head.split(',').collect();
    for (name, _) in schema["$defs"]["hit"]["properties"].as_object().unwrap() {
        let low = format!("{name}_low");
        let told = ["snippets", "same_rationale", "pages", "summary_pages", "context"].contains(&name.as_str());
        assert!(told || columns.contains(&name.as_str()) || columns.contains(&low.as_str()), "{name}");
    }
    assert!(row.contains(",pharmaceuticals/opioid,") && row.contains(",opioid,hydrocodone,"), "{row}");
    assert!(row.contains(",60,") && row.contains(",low back; neck,left,true,"), "{row}");
}

#[test]
fn a_question_ends_with_its_mark() {
    let folder = archive();
    let plain = found(&folder, &["what about acupuncture", "--any"]);
    assert!(!plain.is_empty());
    let run = folder.imr(&["search", "what about acupuncture?", "--any", "--count"]).succeeds();
    run.says(&["the `?` behind `acupuncture` ends a question"]);
    assert_eq!(found(&folder, &["what about acupuncture?", "--any"]), plain);
    // Synonyms and forms are those of the word.
    assert_eq!(found(&folder, &["lumbar MRI?"]), found(&folder, &["lumbar MRI"]));
    // Elsewhere, and beside other patterns, it stands for a letter.
    assert_eq!(found(&folder, &["knee in?ection?"]), "3/1");
    assert_eq!(found(&folder, &["kne? injection?"]), "3/1");
    for query in [
        "acupuncture?",
        "acupuncture? lumbar",
        "NOT acupuncture?",
        "issue:acupuncture?",
        "what AND acupuncture?",
        "knee in?ection?",
        "kne? injection?",
    ] {
        let run = folder.imr(&["search", "--count", "--", query]);
        assert!(run.status < 2 && !run.err.contains("ends a question"), "{query}: {}", run.err);
    }
    assert_eq!(found(&folder, &["lumbar acupuncture??"]), "");
}
