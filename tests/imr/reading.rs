//! Reading a letter: one issue of it, the matches of a query in it, its own text, and the program that opens it.

use std::fs;

use crate::container_build::zip;
use crate::query::{MTUS, ODG, archive, letter};
use crate::schema::keeps_to;
use crate::support::{Folder, Run};

/// What is marked in an output with colours.
fn marked(run: &Run) -> Vec<&str> {
    run.out.split("\u{1b}[1m\u{1b}[31m").skip(1).filter_map(|rest| rest.split('\u{1b}').next()).collect()
}

fn show<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["show", "--pretty", "--color", "always"], args].concat()
}

#[test]
fn one_issue_of_a_letter_is_shown_alone() {
    let folder = archive();
    let whole = folder.imr(&["show", "CM16-0000001"]).succeeds().out;
    assert!(
        whole.contains("1. Acupuncture 12 visits") && whole.contains("2. MRI") && whole.contains("Clinical summary")
    );
    let second = folder.imr(&["show", "CM16-0000001/2"]).succeeds().out;
    assert!(second.starts_with("CM16-0000001  partially overturned\n") && second.contains("decided     2016-12-30"));
    assert!(second.contains("2. MRI") && second.contains("red flag"));
    assert!(!second.contains("Acupuncture") && !second.contains("Clinical summary"), "{second}");
    let json = folder.imr(&["show", "CM16-0000001/2", "--format", "json"]).succeeds().json();
    keeps_to("letter.schema.json", &json);
    assert_eq!((json["issues"].as_array().unwrap().len(), &json["issues"][0]["number"]), (1, &2.into()));
    folder.imr(&["show", "CM16-0000001/3"]).ends_with(1).prints_nothing().says(&["has no issue 3; it has 2"]);
    folder.imr(&["show", "CM16-0000009/1"]).ends_with(1).prints_nothing().says(&["no letter CM16-0000009"]);
    for number in ["0", "x", "", "-1", "99999999999"] {
        folder.imr(&["show", &format!("CM16-0000001/{number}")]).ends_with(2).prints_nothing();
    }
}

#[test]
fn the_matches_of_a_query_are_marked_in_every_section() {
    let folder = archive();
    for (query, case, expected) in [
        ("needles", "CM16-0000001", "needles"),
        ("lumbar", "CM16-0000001", "lumbar lumbar"),
        // The label before a heading, and another case, move nothing.
        ("acupuncture restoration", "CM16-0000001", "Acupuncture restoration"),
        ("acupuncture", "CM16-0000002", "acupuncture"),
        ("physical", "CM16-0000002", "Physical"),
        ("guideline:physical -back", "CM16-0000001", "Physical"),
        ("\"red flag\"", "CM16-0000001/2", "red|flag"),
        ("needl* w/5 functio*", "CM16-0000001", "needles functional"),
        ("neck", "CM16-0000001/1", "Neck"),
        ("zebra", "CM16-0000001", ""),
        ("", "CM16-0000001", ""),
        ("acupuncture", "letters/note.txt", "acupuncture"),
    ] {
        let run = folder.imr(&show(&[case, "--query", query])).succeeds();
        let expected = expected.replace('|', " ");
        assert_eq!(marked(&run).join(" "), expected, "{query}: {}", run.out);
    }
    // A phrase is one mark, also where a line ends in it.
    let run = folder.imr(&show(&["CM16-0000001/2", "--query", "\"red flag\""])).succeeds();
    assert_eq!(marked(&run), ["red flag"]);
    folder.imr(&show(&["CM16-0000001", "--query", "\"red flag"])).ends_with(2).prints_nothing().says(&["column"]);
    folder.imr(&show(&["CM16-0000001", "--query", "qqq*"])).succeeds().says(&["no word of the letters fits `qqq*`"]);
    folder.imr(&show(&["CM16-0000001", "--query", "x", "--no-marks"])).ends_with(2);
}

#[test]
fn the_matches_of_the_last_search_are_marked() {
    let folder = archive();
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001"]))), [""; 0]);
    // A search whose hits go to a program is none that somebody reads.
    folder.imr(&["search", "needles"]).succeeds();
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001"]))), [""; 0]);
    folder.imr(&["search", "needles", "\"red", "flag\"", "--pretty"]).ends_with(1);
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001"]))), ["needles", "red flag"]);
    assert_eq!(marked(&folder.imr(&["show", "CM16-0000001", "--color", "always"])), [""; 0]);
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001", "--no-marks"]))), [""; 0]);
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001", "--query", ""]))), [""; 0]);
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001", "--query", "lumbar"]))), ["lumbar", "lumbar"]);
    // Of a saved search it is what it stands for.
    folder.imr(&["save", "red", "\"red", "flag\""]).succeeds();
    folder.imr(&["search", "@red", "--pretty"]).succeeds();
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001"]))), ["red flag"]);
    // Another index has its own.
    folder.imr(&["index", "letters", "--index", "other"]).succeeds();
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001", "--index", "other"]))), [""; 0]);
    // A search without words marks nothing.
    folder.imr(&["search", "--pretty"]).succeeds();
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001"]))), [""; 0]);
    let state = folder.path().join("state/imr/last-query.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Whatever stands there, and where nothing can be kept.
    for damage in ["", "{", "{\"index\": 1}", "\u{0}"] {
        fs::write(&state, damage).unwrap();
        assert_eq!(folder.imr(&show(&["CM16-0000001"])).succeeds().err, "", "{damage}");
    }
    fs::remove_dir_all(folder.path().join("state")).unwrap();
    folder.write("state", "no folder");
    assert_eq!(folder.imr(&["search", "needles", "--pretty"]).succeeds().err, "");
    assert_eq!(marked(&folder.imr(&show(&["CM16-0000001"])).succeeds()), [""; 0]);
}

#[test]
fn the_text_of_a_letter_is_that_of_its_file() {
    let folder = Folder::new();
    let issues =
        [("Acupuncture", "Upheld", MTUS, "The trial brought nothing."), ("MRI", "Overturned", ODG, "A red flag.")];
    let text = letter("CM16-0000001", "12/30/2016", 45, "female", "Surgery", "in pain.", &issues);
    let path = folder.write("letters/a.txt", &text);
    let other = text.replace("CM16-0000001", "CM16-0000002");
    folder.write("letters/b.zip", zip(&[("in/b.txt", other.as_bytes()), ("c.txt", b"A note.")]));
    let third = folder.write("three.txt", text.replace("CM16-0000001", "CM16-0000003"));
    let record = folder.imr(&["parse", third.to_str().unwrap()]).succeeds().out;
    folder.write("letters/c.jsonl", record);
    folder.imr(&["index", "letters"]).succeeds();
    assert_eq!(folder.imr(&["show", "CM16-0000001", "--raw"]).succeeds().out, text);
    assert_eq!(folder.imr(&["show", "CM16-0000002", "--raw"]).succeeds().out, other);
    assert_eq!(folder.imr(&["show", "letters/b.zip!/c.txt", "--raw"]).succeeds().out, "A note.\n");
    folder.imr(&["show", "CM16-0000003", "--raw"]).ends_with(2).prints_nothing().says(&[
        "letters/c.jsonl!/0000001",
        "does not have the letter's text",
        "hint: ",
    ]);
    folder.imr(&["show", "CM16-0000001/1", "--raw"]).ends_with(2).prints_nothing().says(&["whole letter"]);
    fs::write(&path, text.replace("red flag", "green flag")).unwrap();
    let changed = ["letters/a.txt", "its content is another", "`imr index` reads it anew"];
    folder.imr(&["show", "CM16-0000001", "--raw"]).ends_with(2).prints_nothing().says(&changed);
    fs::remove_file(&path).unwrap();
    let gone = ["letters/a.txt", "no such file", "`imr status` tells what became of it"];
    folder.imr(&["show", "CM16-0000001", "--raw"]).ends_with(2).prints_nothing().says(&gone);
    folder.write("letters/b.zip", zip(&[("c.txt", b"A note.")]));
    folder.imr(&["show", "CM16-0000002", "--raw"]).ends_with(2).prints_nothing().says(&["no longer in its container"]);
    folder.write("letters/b.zip", "no zip");
    folder.imr(&["show", "CM16-0000002", "--raw"]).ends_with(2).prints_nothing().says(&["b.zip"]);
}

#[test]
#[cfg(target_os = "linux")]
fn the_file_of_a_letter_is_opened_by_the_systems_program() {
    use std::os::unix::fs::PermissionsExt;
    let folder = archive();
    folder.write("letters/b.zip", zip(&[("b.txt", b"A note about nothing.")]));
    folder.imr(&["index", "letters"]).succeeds();
    let opener = folder
        .write("bin/xdg-open", "#!/bin/sh\nprintf '%s' \"$1\" > \"$OPENED.new\" && mv \"$OPENED.new\" \"$OPENED\"\n");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let opened = folder.path().join("opened");
    let open = |what: &str, path: &str| {
        let args = ["show", what, "--open"];
        let mut command = folder.command(&args);
        command.env("PATH", path).env("OPENED", &opened);
        folder.run(command, &args)
    };
    let path = format!("{}:/usr/bin:/bin", folder.path().join("bin").display());
    open("CM16-0000001", &path).succeeds().prints_nothing();
    // The program runs on its own.
    let wanted = folder.path().canonicalize().unwrap().join("letters/2016/0.txt");
    let mut tries = 0;
    while !opened.exists() && tries < 1000 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        tries += 1;
    }
    assert_eq!(fs::read_to_string(&opened).unwrap(), wanted.to_str().unwrap());
    open("letters/b.zip!/b.txt", &path).ends_with(2).says(&["lies in a container", "hint: unpack it"]);
    open("CM16-0000001/1", &path).ends_with(2).says(&["whole letter"]);
    open("CM16-0000001", "/nowhere").ends_with(2).says(&["letters/2016/0.txt", "no program", "hint: "]);
    fs::remove_file(wanted).unwrap();
    open("CM16-0000001", &path).ends_with(2).says(&["no such file", "`imr status`"]);
}
