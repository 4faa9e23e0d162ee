//! What reaches terminals and spreadsheets: nothing that acts there, nothing wider than the screen.

use std::fs;
use std::path::PathBuf;

use imr::index::Reader;
use imr::present::{self, Columns, Extras, Figure, Reading, Style};
use imr::search::{self, By, Dimension, Facet, Found, Request, StatsRequest};
use unicode_width::UnicodeWidthStr;

use crate::query::{MTUS, ODG, archive, letter};
use crate::support::Folder;

/// Characters that a terminal acts on.
fn acts(text: &str) -> bool {
    text.chars().any(|c| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

fn style(width: usize) -> Style {
    Style {
        pretty: true,
        color: false,
        links: false,
        terminal: true,
        width,
        columns: width,
        cwd: PathBuf::from("/nowhere"),
    }
}

fn all(folder: &Folder, query: &str, facets: &[&str]) -> (Reader, Found) {
    let reader = Reader::open(&folder.path().join(".imr")).unwrap();
    let request = Request {
        limit: 100,
        facets: Facet::parse_all(facets).unwrap(),
        ..Request::new(imr::query::parse(query).unwrap().expr)
    };
    let found = search::search(&reader, &request).unwrap();
    (reader, found)
}

#[test]
fn messages_hold_no_commands_for_the_terminal() {
    let folder = Folder::indexed(3);
    let evil = "\u{1b}]0;title\u{7}\u{9b}2J\u{202e}";
    for args in [
        &["search", &format!("colour:red{evil}")][..],
        &["search", &format!("\"{evil} OR")],
        &["search", "--sort", evil],
        &["search", &format!("--frob{evil}")],
        &["search", "--specialty", evil],
        &["search", "--decided", evil],
        &["search", "--path", evil],
        &["search", "--facets", evil],
        &["search", "x", "--index", evil],
        &["show", evil],
        &["show", &format!("letters/{evil}")],
        &["index", evil],
        &["parse", evil],
    ] {
        let run = folder.imr(args);
        assert!(run.status > 0 && !run.err.is_empty(), "{args:?}");
        assert!(!acts(&run.err), "{args:?}: {:?}", run.err);
    }
    // A file with such a name that cannot be read.
    if fs::write(folder.path().join("letters").join(format!("{evil}.txt")), "").is_ok() {
        for args in [&["index", "letters"][..], &["parse", "letters"]] {
            let run = folder.imr(args);
            assert!(run.err.contains("is empty") && !acts(&run.err), "{:?}", run.err);
        }
    }
}

#[test]
fn json_escapes_what_a_terminal_acts_on_and_keeps_the_value() {
    let folder = Folder::new();
    let note = "A note \u{9b}2J about \u{202e}kneecaps\u{2066} \u{200e}and \u{7f}caf\u{e9}s \u{2014} more of them.";
    folder.write("letters/note.txt", note);
    folder.imr(&["index", "letters"]).succeeds();
    for args in [
        &["search", "kneecaps", "--format", "json"][..],
        &["search", "kneecaps", "--format", "jsonl"],
        &["show", "letters/note.txt", "--format", "json"],
        &["parse", "letters"],
    ] {
        let run = folder.imr(args).succeeds();
        assert!(!acts(&run.out), "{args:?}: {:?}", run.out);
        assert!(run.out.contains("\\u009b2J about \\u202ekneecaps\\u2066 \\u200eand"), "{}", run.out);
        assert!(run.out.contains("caf\u{e9}s \u{2014} more"), "{}", run.out);
        let json = run.json();
        let text = json.pointer("/hits/0/text").or(json.get("text")).unwrap();
        assert_eq!(text.as_str().unwrap().trim(), note, "{args:?}");
    }
    // CSV has no escapes: it is kept for programs, and cleaned for a terminal.
    assert!(folder.imr(&["search", "kneecaps", "--format", "csv"]).out.contains("kneecaps"));
    let (_, found) = all(&folder, "kneecaps", &[]);
    let mut out = Vec::new();
    present::hits_csv(&mut out, &found, &Columns::usual(), &style(80)).unwrap();
    assert!(!acts(&String::from_utf8(out).unwrap()));
}

#[test]
fn cells_of_csv_are_no_formulas() {
    let folder = Folder::new();
    let issues = [
        ("=HYPERLINK(1) Acupuncture", "Upheld", MTUS, "- The records show pain, and +2 reflexes."),
        ("Acupuncture, 4 visits", "Upheld", ODG, "@SUM(A1) is in the records."),
    ];
    let text = letter("CM16-0000001", "12/30/2016", 45, "female", "=Cardboard Medicine", "in pain.", &issues);
    folder.write("letters/a.txt", text);
    folder.imr(&["index", "letters"]).succeeds();
    let csv = folder.imr(&["search", "--sort", "case", "--format", "csv"]).succeeds().out;
    for cell in
        [",'=HYPERLINK(1) Acupuncture,", ",\"'- The records show pain, and", ",'@SUM(A1) is", ",'=Cardboard Medicine,"]
    {
        assert!(csv.contains(cell), "{cell}: {csv}");
    }
    assert!(csv.contains(",\"Acupuncture, 4 visits\",") && csv.contains("\n1,,CM16-0000001,1,2016-12-30,"), "{csv}");
    let stats = folder.imr(&["stats", "--by", "specialty", "--format", "csv"]).succeeds().out;
    assert!(stats.contains("'=Cardboard Medicine,2,1"), "{stats}");
    let json = folder.imr(&["search", "--format", "json"]).succeeds().out;
    assert!(json.contains("\"@SUM(A1) is") && json.contains("\"=HYPERLINK"), "other formats are exact");
}

#[test]
fn color_reaches_messages_too() {
    let folder = Folder::indexed(1);
    for args in [&["search", "OR"][..], &["search", "specialty:zzz"], &["search", "--frob"]] {
        let always = folder.imr(&[args, &["--color", "always"]].concat());
        assert!(always.err.contains("\u{1b}["), "{args:?}: {:?}", always.err);
        let never = [args, &["--color=never"]].concat();
        let mut command = folder.command(&never);
        command.env("CLICOLOR_FORCE", "1");
        let run = folder.run(command, &never);
        assert!(!run.err.is_empty() && !run.err.contains('\u{1b}'), "{args:?}: {:?}", run.err);
    }
}

#[test]
fn an_empty_variable_names_no_index() {
    let folder = Folder::new();
    folder.invent("letters", [1]);
    for args in [&["index", "letters"][..], &["search", "--count"], &["stats", "--by", "sex"]] {
        let mut command = folder.command(args);
        command.env("IMR_INDEX", "");
        folder.run(command, args).succeeds();
    }
    assert!(folder.path().join(".imr").is_dir());
    let mut command = folder.command(&["search", "x"]);
    command.env("IMR_INDEX", "elsewhere");
    folder.run(command, &["search"]).ends_with(2).says(&["`elsewhere`"]);
}

#[test]
fn totals_come_with_the_facets_asked_for() {
    let folder = archive();
    let plain = folder.imr(&["search", "lumbar", "--count", "--facets", "outcome,age"]).succeeds().out;
    assert_eq!(
        plain,
        "issues\t2\nletters\t1\n\noutcome\toverturned\t1\t1\noutcome\tupheld\t1\t1\nage_band\t40-49\t2\t1\n"
    );
    let pretty = folder.imr(&["search", "lumbar", "--count", "--facets", "outcome", "--pretty"]).succeeds().out;
    assert_eq!(pretty, "outcome\n  overturned  1 in 1 letter\n  upheld      1 in 1 letter\n\n2 issues in 1 letter\n");
    let json =
        folder.imr(&["search", "lumbar", "--count", "--facets", "outcome", "--format", "json"]).succeeds().json();
    let object = json.as_object().unwrap();
    assert_eq!(object.keys().collect::<Vec<_>>(), ["total", "facets", "synonyms", "suggestion"]);
    assert_eq!(json["facets"]["outcome"][0]["issues"], 1);
    let json = folder.imr(&["search", "lumbar", "--count", "--format", "json"]).succeeds().json();
    assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["total", "synonyms", "suggestion"]);
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let folder = Folder::new();
    let issues = [
        (
            "Acupuncture, 12 visits, \u{6f22}\u{5b57}\u{6f22}\u{5b57} lumbar spine",
            "Upheld",
            MTUS,
            "The \u{6f22}\u{5b57} trial.",
        ),
        ("Antidisestablishmentarianismotherapeutics of the lumbar spine", "Overturned", ODG, "There is a red flag."),
    ];
    let specialty = "Physical Medicine and Rehabilitation of the \u{6f22}\u{5b57}";
    let text = letter("CM16-0000001", "12/30/2016", 45, "female", specialty, "with back pain.", &issues);
    folder.write("letters/a.txt", text);
    folder.invent("letters", 1..=60);
    folder.imr(&["index", "letters"]).succeeds();
    let (reader, found) = all(&folder, "lumbar", &["specialty", "guideline", "category:3", "year"]);
    let again = |by, context| {
        let expr = imr::query::parse("lumbar OR therapy").unwrap().expr;
        search::search(&reader, &Request { by, limit: 50, snippets: 3, context, ..Request::new(expr) }).unwrap()
    };
    let (letters, rationales, context) =
        (again(By::Letter, None), again(By::Rationale, None), again(By::Issue, Some(60)));
    let source = found.hits[0].stored.issue.as_ref().unwrap();
    let similar = search::similar(&reader, source, None, true, &imr::query::Expr::All, 10).unwrap();
    assert_eq!(similar.neighbours.len(), 10);
    for width in [20, 24, 31, 40, 57, 80, 120] {
        let style = style(width);
        let mut out = Vec::new();
        for found in [&found, &letters, &rationales] {
            present::hits(&mut out, found, &style, reader.base()).unwrap();
        }
        present::context(&mut out, &context, &style).unwrap();
        present::similar(&mut out, &similar, &style, reader.base()).unwrap();
        for by in [&["specialty"][..], &["specialty", "chapter", "state", "outcome"], &["year"]] {
            let request = StatsRequest::new(imr::query::Expr::All, Dimension::parse_all(by).unwrap());
            let stats = search::stats(&reader, &request).unwrap();
            let figures = [Figure::Issues, Figure::Letters, Figure::Share, Figure::Interval];
            present::stats(
                &mut out,
                &stats,
                &figures,
                Extras { chart: true, test: true, lines: true, alone: true },
                &style,
            )
            .unwrap();
        }
        let letter = reader.letter("CM16-0000001".parse().unwrap()).unwrap().unwrap();
        present::letter(&mut out, &letter, &Reading::default(), &style, reader.base()).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("overturned") && out.contains("CM16-0000001"));
        for line in out.lines().filter(|line| !line.contains("/letters/")) {
            assert!(line.width() <= width, "{width}: `{line}` has {}", line.width());
        }
    }
}

#[test]
fn the_help_names_every_field_and_every_dimension() {
    let folder = Folder::new();
    let help = folder.imr(&["search", "--help"]).succeeds().out;
    for (def, _) in imr::index::IndexSchema::get().fields() {
        assert!(help.contains(&def.name), "{}", def.name);
        let flag = format!("--{} <", def.name.replace('_', "-"));
        assert!(def.kind == imr::index::FieldKind::Text || help.contains(&flag), "{flag}");
    }
    let help = folder.imr(&["stats", "--help"]).succeeds().out.replace('\n', " ");
    for name in Dimension::names() {
        assert!(help.contains(&name), "{name}");
    }
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../schema/stats.schema.json")).unwrap();
    for name in Dimension::names() {
        assert!(schema["$defs"]["row"]["properties"].get(&name).is_some(), "{name} is not in stats.schema.json");
    }
}
