//! The formats of hits that people take with them: chosen columns, Markdown, citations, lines of one's own.

use serde_json::{Value, json};

use crate::query::{MTUS, archive, letter};
use crate::schema::keeps_to;
use crate::support::Folder;

/// What a search prints, by case and number.
fn printed(folder: &Folder, args: &[&str]) -> String {
    folder.imr(&[&["search", "--sort", "case"], args].concat()).succeeds().out
}

#[test]
fn fields_choose_columns_in_their_order() {
    let folder = archive();
    let fields = ["tramadol", "--fields", "outcome,case_number,specialties,Decision Date"];
    let with = |format: &str| printed(&folder, &[&fields[..], &["--format", format]].concat());
    let list = "Pain Management; Family Medicine";
    assert_eq!(
        with("csv"),
        format!("outcome,case_number,specialties,decision_date\nupheld,CM16-0000002,{list},2017-01-05\n")
    );
    assert_eq!(with("text"), format!("upheld\tCM16-0000002\t{list}\t2017-01-05\n"));
    assert_eq!(
        with("jsonl"),
        "{\"outcome\":\"upheld\",\"case_number\":\"CM16-0000002\",\"specialties\":[\"Pain Management\",\"Family Medicine\"],\
         \"decision_date\":\"2017-01-05\"}\n"
    );
    let answer: Value = serde_json::from_str(&with("json")).unwrap();
    assert_eq!(
        answer["hits"][0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["outcome", "case_number", "specialties", "decision_date"]
    );
    keeps_to("search-fields.schema.json", &answer);
    assert_eq!(
        with("md"),
        format!(
            "| outcome | case_number | specialties | decision_date |\n| --- | --- | --- | --- |\n\
             | upheld | CM16-0000002 | {list} | 2017-01-05 |\n\n1 issue in 1 letter\n"
        )
    );
}

#[test]
fn every_column_can_be_chosen_and_is_promised() {
    let folder = archive();
    let all: Vec<_> = imr::present::Column::names().collect();
    let run = folder.imr(&["search", "--fields", &all.join(","), "--format", "json"]).succeeds();
    let answer = run.json();
    keeps_to("search-fields.schema.json", &answer);
    let hit = answer["hits"][0].as_object().unwrap();
    assert_eq!(hit.keys().collect::<Vec<_>>(), all);
    // Without `--fields` CSV has all but what it has in parts.
    let csv = printed(&folder, &["--format", "csv"]);
    let head: Vec<_> = csv.lines().next().unwrap().split(',').collect();
    assert_eq!([&head[..], &["frequency", "duration", "snippets", "same_rationale"]].concat(), all);
}

#[test]
fn spans_and_guidelines_are_cells_in_words() {
    let folder = Folder::new();
    let issues = [("Physical therapy 2-3 times per week for 6 weeks, lumbar spine", "Upheld", MTUS, "It is too much.")];
    folder.write("letters/a.txt", letter("CM16-0000001", "12/30/2016", 45, "female", "Surgery", "in pain.", &issues));
    folder.imr(&["index", "letters"]).succeeds();
    assert_eq!(
        printed(&folder, &["--fields", "frequency,duration,guideline,basis"]),
        format!("2-3 per week\t6 weeks\t{MTUS}\tmtus\n")
    );
    let json = folder.imr(&["search", "--fields", "guideline,frequency,frequency_low", "--format", "jsonl"]).json();
    assert_eq!(json["guideline"]["text"], MTUS);
    assert_eq!((&json["frequency"]["high"], &json["frequency_low"]), (&json!(3), &json!(2)));
}

#[test]
fn what_cannot_be_a_field_is_told_with_the_nearest() {
    let folder = archive();
    folder.imr(&["search", "--fields", "case_number,desision_date"]).ends_with(2).prints_nothing().says(&[
        "there is no field `desision_date`",
        "did you mean decision_date",
        "The fields are rank, score, ",
    ]);
    folder.imr(&["search", "--fields", "qqq"]).ends_with(2).says(&["hint: the fields are rank, score, "]);
    folder.imr(&["search", "--fields", "age,age"]).ends_with(2).says(&["`age` is named twice"]);
    folder.imr(&["search", "--fields", ""]).ends_with(2);
    folder.imr(&["search", "--fields", "age", "--count"]).ends_with(2).says(&["--count"]);
    folder.imr(&["search", "--fields", "age", "--format", "citations"]).ends_with(2).says(&["--template"]);
}

#[test]
fn markdown_is_a_table_that_nothing_in_a_letter_breaks() {
    let folder = Folder::new();
    let issues = [("A | b*c* <br> [x](y) `z` _u_ ~~v~~ & w", "Upheld", MTUS, "It is too much.")];
    folder.write("letters/a.txt", letter("CM16-0000001", "12/30/2016", 45, "female", "Surgery", "in pain.", &issues));
    folder.imr(&["index", "letters"]).succeeds();
    let out = printed(&folder, &["--format", "markdown", "--facets", "outcome,drug"]);
    assert_eq!(
        out,
        "| case_number | number | decision_date | outcome | category | issue |\n\
         | --- | --- | --- | --- | --- | --- |\n\
         | CM16-0000001 | 1 | 2016-12-30 | upheld | other/other | A \\| b\\*c\\* &lt;br> \\[x\\](y) \\`z\\` \\_u\\_ \\~\\~v\\~\\~ &amp; w |\n\n\
         | outcome | issues | letters |\n| --- | ---: | ---: |\n| upheld | 1 | 1 |\n\n\
         | drug | issues | letters |\n| --- | ---: | ---: |\n| (none) | 1 | 1 |\n\n\
         1 issue in 1 letter\n"
    );
    assert_eq!(printed(&folder, &["--format", "md", "--count"]), "1 issue in 1 letter\n");
    assert_eq!(folder.imr(&["search", "zzz", "--format", "md"]).ends_with(1).out, "0 issues in 0 letters\n");
}

#[test]
fn citations_name_case_date_outcome_issue_and_place() {
    let folder = archive();
    assert_eq!(
        printed(&folder, &["--format", "citations"]),
        "IMR Case No. CM16-0000001 (Dec. 30, 2016), upheld: Acupuncture 12 visits, lumbar spine; Issue 1, Decision Rationale.\n\
         IMR Case No. CM16-0000001 (Dec. 30, 2016), overturned: MRI of the lumbar spine; Issue 2, Decision Rationale.\n\
         IMR Case No. CM16-0000002 (Jan. 5, 2017), upheld: Tramadol 50mg #60; Issue 1, Decision Rationale.\n\
         IMR Case No. CM17-0000003 (Mar. 9, 2017), overturned: Injection of the knee; Issue 1, Decision Rationale.\n\
         IMR Case No. CM17-0000003 (Mar. 9, 2017), upheld: Physical therapy, 8 visits; Issue 2, Decision Rationale.\n\
         IMR letter without a case number, letters/note.txt (no date), layout unknown: A covering note about acupuncture \
         and nothing else.\n"
    );
    // The pinpoint is where the words stand.
    for (query, place) in [
        ("tramadol", "Issue 1."),
        ("restoration tapered", "Issue 1, Decision Rationale."),
        ("summary:acupuncture", "Issue 1, Clinical Case Summary."),
        ("guideline:physical tramadol", "Issue 1, MAXIMUS Guideline."),
        ("claims:neck issue:tramadol", "Issue 1, Claims Administrator Guideline."),
    ] {
        let out = printed(&folder, &[query, "--case", "CM16-0000002", "--format", "citations"]);
        assert!(out.ends_with(&format!("Tramadol 50mg #60; {place}\n")), "{query}: {out}");
    }
    folder.imr(&["search", "--format", "citations", "--facets", "sex"]).ends_with(2).says(&["`--facets`"]);
}

#[test]
fn templates_are_lines_of_ones_own() {
    let folder = archive();
    for (template, expected) in [
        ("{case_number}/{number} {outcome}", "CM16-0000002/1 upheld\n"),
        ("{ Case-Number }", "CM16-0000002\n"),
        ("\\{{age}\\}\\t\\\\{sex}\\n--", "{61}\t\\male\n--\n"),
        ("\u{2014} {specialties}\u{2014}", "\u{2014} Pain Management; Family Medicine\u{2014}\n"),
        ("no value", "no value\n"),
        ("", "\n"),
        ("{drug}{side}{drug_group}", "tramadolopioid\n"),
    ] {
        assert_eq!(printed(&folder, &["tramadol", "--template", template]), expected, "{template}");
    }
    for (template, column, fact, advice) in [
        ("{outcome} {otcome}", 12, "there is no field `otcome`", "did you mean outcome"),
        ("\u{e9}\u{e9} {", 4, "`{` is not closed", "`\\{`"),
        ("{a{b}", 1, "`{` is not closed", "`\\{`"),
        ("{}", 2, "there is no field ``", "the fields are rank"),
        ("age}", 4, "`}` closes nothing", "`\\}`"),
        ("a\\q", 2, "there is no escape `\\q`", "a line break"),
        ("a\\", 2, "nothing follows the backslash", "a line break"),
    ] {
        let run = folder.imr(&["search", "--template", template]).ends_with(2).prints_nothing();
        let pointed = format!("{template}\n{}^\n", " ".repeat(column - 1));
        run.says(&[&format!("template, column {column}: {fact}"), &pointed, advice]);
    }
    for more in [&["--format", "csv"][..], &["--fields", "age"], &["--count"], &["--facets", "sex"]] {
        folder.imr(&[&["search", "--template", "x"], more].concat()).ends_with(2).prints_nothing();
    }
}

#[test]
fn values_cannot_break_out_of_their_line() {
    let folder = Folder::new();
    folder.write("letters/note.txt", "A note of\ntwo lines \u{9b}2J about \u{202e}kneecaps and nothing else at all.");
    folder.imr(&["index", "letters"]).succeeds();
    let expected = "A note of two lines  2J about  kneecaps and nothing else at all.";
    for args in [&["--template", "{text}"][..], &["--fields", "text"], &["--fields", "text", "--format", "md"]] {
        let out = printed(&folder, args);
        assert!(out.contains(expected) && !out.contains(['\u{9b}', '\u{202e}']), "{args:?}: {out:?}");
    }
}
