//! Saved searches: a name for a query, and what of it is new since it was last shown.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::invented::Linearization;
use crate::schema::keeps_to;
use crate::support::Folder;

/// The hits of a search, as `CASE/N`.
fn hits(folder: &Folder, args: &[&str]) -> Vec<String> {
    let run = folder.imr(&[&["search", "--template", "{case_number}/{number}", "--sort", "case"], args].concat());
    assert!(run.status < 2, "{args:?}: {}", run.err);
    run.out.lines().map(str::to_owned).collect()
}

fn all(folder: &Folder, args: &[&str]) -> Vec<String> {
    hits(folder, &[args, &["--limit", "100000"]].concat())
}

#[test]
fn a_name_stands_for_a_query_and_its_filters() {
    let folder = Folder::indexed(80);
    folder
        .imr(&["save", "Lumbar", "lumbar", "OR", "cervical", "--outcome", "overturned"])
        .succeeds()
        .prints_nothing()
        .says(&["`imr search @lumbar` finds"]);
    let typed = all(&folder, &["(lumbar OR cervical)", "--outcome", "overturned"]);
    assert!(typed.len() > 3);
    assert_eq!(all(&folder, &["@lumbar"]), typed);
    assert_eq!(all(&folder, &["@LUMBAR"]), typed);
    // With more words and filters: all must match.
    let more = all(&folder, &["(lumbar OR cervical)", "mri", "--outcome", "overturned", "--sex", "female"]);
    assert_eq!(all(&folder, &["@lumbar", "mri", "--sex", "female"]), more);
    assert_eq!(all(&folder, &["@lumbar mri", "--sex", "female"]), more);
    assert_eq!(all(&folder, &["@lumbar", "--outcome", "upheld"]), [""; 0]);
    folder.imr(&["save", "women", "--sex", "female"]).succeeds();
    assert_eq!(all(&folder, &["@women", "@lumbar", "mri"]), more);
    // Elsewhere too.
    let stats = |args: &[&str]| folder.imr(&[&["stats", "--by", "outcome", "--format", "json"], args].concat()).json();
    assert_eq!(stats(&["@women"]), stats(&["--sex", "female"]));
    let export = |args: &[&str]| folder.imr(&[&["export", "--of", "issues"], args].concat()).succeeds().out;
    assert_eq!(export(&["@lumbar"]).lines().count(), typed.len());
    folder.write("list", "mri\nacupuncture\n");
    let counted = |args: &[&str]| {
        folder.imr(&[&["search", "--queries", "list", "--format", "csv"], args].concat()).succeeds().out
    };
    assert_eq!(counted(&["@women"]), counted(&["--sex", "female"]));
    // Marks are those of the words.
    let json = folder.imr(&["search", "@lumbar", "--format", "json"]).succeeds().json();
    assert!(json["hits"][0]["snippets"].as_array().is_some_and(|snippets| !snippets.is_empty()));
}

#[test]
fn names_are_kept_to_and_nothing_is_replaced_unasked() {
    let folder = Folder::indexed(5);
    folder.imr(&["search", "@acu"]).ends_with(2).says(&["there is no saved search `@acu`", "`imr save acu QUERY`"]);
    folder.imr(&["save", "acu", "acupuncture"]).succeeds();
    folder.imr(&["save", "mri", "mri"]).succeeds();
    folder.imr(&["search", "@acku"]).ends_with(2).says(&["did you mean @acu?", "@acu, @mri"]);
    folder.imr(&["search", "@zzz"]).ends_with(2).says(&["the saved searches are @acu, @mri"]);
    folder.imr(&["save", "acu", "needles"]).ends_with(2).says(&["there is a saved search `@acu` already", "--force"]);
    folder.imr(&["save", "@acu", "needles", "--force"]).succeeds();
    for flag in ["--any", "--exact"] {
        let told = format!("does not keep `{flag}`");
        folder
            .imr(&["save", "loose", "acupuncture knee shoulder", flag])
            .ends_with(2)
            .says(&[&told, "imr search @loose"]);
    }
    for name in ["", "a b", "../x", "a/b", ".x", "-x", "\u{e4}", &"x".repeat(65)] {
        folder
            .imr(&["save", "--", name, "mri"])
            .ends_with(2)
            .prints_nothing()
            .says(&["cannot be the name of a saved search"]);
    }
    folder.imr(&["search", "@a.b"]).ends_with(2).says(&["'\"@word\"'"]);
    folder.imr(&["search", "\"@acu\""]).ends_with(1);
    folder.imr(&["save", "bad", "mri OR"]).ends_with(2).says(&["column"]);
    folder.imr(&["save", "bad", "--decided", "soon"]).ends_with(2).says(&["--decided"]);
    folder.imr(&["save", "two", "@acu"]).ends_with(2).says(&["not made of others"]);
    folder.imr(&["save"]).ends_with(2);
    let list = folder.imr(&["save", "--list"]).succeeds().out;
    assert_eq!(list, "@acu\tneedles\n@mri\tmri\n");
    folder.imr(&["save", "--delete", "mri"]).succeeds();
    folder.imr(&["save", "--delete", "mri"]).ends_with(2).says(&["there is no saved search `@mri`"]);
    folder.imr(&["save", "it's", "x"]).ends_with(2);
    folder.imr(&["save", "quoted", "it's \"a b\"", "--specialty", "Pain Management", "--sex", "male"]).succeeds();
    let list = folder.imr(&["save", "--list"]).succeeds().out;
    assert!(list.contains("@quoted\t'it'\\''s \"a b\"' --sex male --specialty 'Pain Management'\n"), "{list}");
    let json = folder.imr(&["save", "--list", "--format", "json"]).succeeds().json();
    keeps_to("saved.schema.json", &json);
    assert_eq!(json["searches"][1]["filters"]["specialty"][0], "Pain Management");
    let empty = Folder::indexed(2);
    empty.imr(&["save", "--list"]).ends_with(1).prints_nothing();
    assert!(!empty.path().join(".imr.searches").exists());
    Folder::new().imr(&["save", "x", "y"]).ends_with(2).says(&["imr index"]);
}

#[test]
fn new_is_what_was_not_shown() {
    let folder = Folder::new();
    folder.invent("letters", 1..=30);
    folder.imr(&["index", "letters"]).succeeds();
    folder.imr(&["save", "lumbar", "lumbar"]).succeeds();
    let first = all(&folder, &["lumbar"]);
    assert!(first.len() > 12);
    // Counting shows nothing.
    assert_eq!(
        folder.imr(&["search", "@lumbar", "--new", "--count"]).succeeds().out,
        folder.imr(&["search", "lumbar", "--count"]).out
    );
    // A limit shows so many, and the next run the next.
    assert_eq!(hits(&folder, &["@lumbar", "--new", "--limit", "5"]), first[..5]);
    assert_eq!(hits(&folder, &["@lumbar", "mri OR lumbar", "--new", "--limit", "2"]), first[5..7]);
    assert_eq!(hits(&folder, &["@lumbar", "--new"]), first[7..]);
    folder.imr(&["search", "@lumbar", "--new"]).ends_with(1).prints_nothing();
    assert_eq!(all(&folder, &["@lumbar"]), first, "without --new all are there");
    // New letters, in a new segment, beside old ones.
    folder.invent("letters", 31..=50);
    folder.imr(&["index", "letters"]).succeeds();
    let now = all(&folder, &["lumbar"]);
    let old: BTreeSet<_> = first.iter().collect();
    let new: Vec<_> = now.iter().filter(|hit| !old.contains(hit)).cloned().collect();
    assert!(!new.is_empty());
    let json = folder.imr(&["search", "@lumbar", "--new", "--facets", "outcome", "--format", "json"]).succeeds().json();
    assert_eq!(json["total"]["issues"], new.len());
    assert_eq!(json["hits"].as_array().unwrap().len(), new.len());
    let rows = json["facets"]["outcome"].as_array().unwrap().iter().map(|row| row["issues"].as_u64().unwrap());
    assert_eq!(rows.sum::<u64>() as usize, new.len());
    // The index made anew has nothing that was not shown, and merged neither.
    folder.imr(&["optimize"]).succeeds();
    folder.imr(&["search", "@lumbar", "--new"]).ends_with(1);
    fs::remove_dir_all(folder.path().join(".imr")).unwrap();
    folder.imr(&["index", "letters"]).succeeds();
    folder.imr(&["search", "@lumbar", "--new"]).ends_with(1);
    let listed = folder.imr(&["save", "--list", "--format", "json"]).succeeds().json();
    assert_eq!(listed["searches"][0]["shown"], now.len());
    // Saved anew, it has shown nothing.
    folder.imr(&["save", "lumbar", "lumbar", "--force"]).succeeds();
    assert_eq!(hits(&folder, &["@lumbar", "--new"]), now);
    for args in [&["lumbar", "--new"][..], &["--new"], &["@lumbar", "@lumbar", "--new"]] {
        folder.imr(&[&["search"], args].concat()).ends_with(2).says(&["`--new` wants one saved search"]);
    }
    folder.imr(&["search", "@lumbar", "--new", "--sample", "3"]).ends_with(2);
}

#[test]
fn a_letter_that_moves_is_not_new_and_one_that_changes_is() {
    let folder = Folder::new();
    let letters = folder.invent("letters", 1..=12);
    folder.write("letters/note.txt", "A note without a case number, about nothing lumbar.");
    folder.imr(&["index", "letters"]).succeeds();
    folder.imr(&["save", "all"]).succeeds();
    let shown = hits(&folder, &["@all", "--new"]);
    assert_eq!(shown.len(), all(&folder, &[]).len());
    fs::rename(folder.path().join("letters"), folder.path().join("moved")).unwrap();
    folder.imr(&["index", "moved", "--prune"]).succeeds();
    fs::rename(folder.path().join("moved/note.txt"), folder.path().join("moved/other.txt")).unwrap();
    folder.imr(&["index", "moved", "--prune"]).succeeds();
    folder.imr(&["search", "@all", "--new"]).ends_with(1).prints_nothing();
    // Another version of one letter, another content of the note.
    let changed = &letters[4];
    let text = changed.to_text(Linearization::Pairs).replace("The ", "Indeed, the ");
    folder.write(&format!("moved/{}", changed.path("txt")), text);
    folder.write("moved/other.txt", "Another note without a case number, about nothing lumbar.");
    folder.imr(&["index", "moved", "--prune"]).succeeds();
    let case = folder.imr(&["search", "--new", "@all", "--fields", "case_number,path"]).succeeds().out;
    let cases: BTreeSet<_> = case.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect();
    assert_eq!(cases.len(), 2, "{case}");
    assert!(case.contains("moved/other.txt") && case.contains(&changed.path("txt")), "{case}");
    // Back to the version that was shown.
    folder.write(
        &format!("moved/{}", changed.path("txt")),
        changed.to_text([Linearization::Table, Linearization::Pairs, Linearization::Columns][5 % 3]),
    );
    folder.imr(&["index", "moved"]).succeeds();
    folder.imr(&["search", "@all", "--new"]).ends_with(1);
}

#[test]
fn what_was_not_printed_was_not_shown() {
    let folder = Folder::indexed(200);
    folder.imr(&["save", "all"]).succeeds();
    let mut child = folder.command(&["search", "@all", "--new", "--format", "jsonl"]);
    let mut child = child.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(hits(&folder, &["@all", "--new"]).len(), all(&folder, &[]).len());
}

#[test]
fn many_at_once_lose_nothing() {
    let folder = Folder::indexed(60);
    folder.imr(&["save", "all"]).succeeds();
    let expected = all(&folder, &[]);
    std::thread::scope(|scope| {
        let shown: Vec<_> = (0..8)
            .map(|n| {
                let folder = &folder;
                scope.spawn(move || match n % 2 {
                    0 => hits(folder, &["@all", "--new", "--limit", "20"]),
                    _ => {
                        folder.imr(&["save", &format!("other{n}"), "lumbar"]).succeeds();
                        Vec::new()
                    }
                })
            })
            .collect();
        let shown: BTreeSet<_> = shown.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        let left: BTreeSet<_> = hits(&folder, &["@all", "--new"]).into_iter().collect();
        assert!(shown.is_disjoint(&left));
        assert_eq!(shown.union(&left).cloned().collect::<BTreeSet<_>>(), expected.iter().cloned().collect());
    });
    assert_eq!(folder.imr(&["save", "--list"]).succeeds().out.lines().count(), 5);
    // Two that save one name: one of them is refused.
    let saved = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| folder.imr(&["save", "one", "mri"]).status)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(saved.iter().filter(|status| **status == 0).count(), 1, "{saved:?}");
}

#[test]
fn damage_is_told_and_other_files_are_passed_over() {
    let folder = Folder::indexed(5);
    folder.imr(&["save", "acu", "acupuncture"]).succeeds();
    folder.write(".imr.searches/Note.json", "{}");
    folder.write(".imr.searches/a b.json", "{}");
    folder.write(".imr.searches/acu.seen", "damaged");
    assert_eq!(
        folder.imr(&["search", "@acu", "--new"]).ends_with(2).says(&["acu.seen", "everything is new again"]).out,
        ""
    );
    fs::remove_file(folder.path().join(".imr.searches/acu.seen")).unwrap();
    assert_eq!(folder.imr(&["save", "--list"]).succeeds().out, "@acu\tacupuncture\n");
    for content in ["", "[]", "{\"query\": 3}", "{\"query\": \"x\", \"run\": \"evil\"}"] {
        folder.write(".imr.searches/acu.json", content);
        folder.imr(&["search", "@acu"]).ends_with(2).says(&["acu.json", "is no saved search"]);
    }
    folder.write(".imr.searches/acu.json", "{\"query\": \"mri OR\", \"filters\": {}}");
    folder.imr(&["search", "@acu"]).ends_with(2).says(&["saved search `@acu`: query, column"]);
    folder.write(".imr.searches/acu.json", "{\"query\": \"mri\", \"filters\": {\"colour\": [\"red\"]}}");
    folder.imr(&["search", "@acu"]).ends_with(2).says(&["saved search `@acu`: there is no field `colour`"]);
    // What came of a letter in such a folder stays data.
    folder.imr(&["index", "."]).succeeds();
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_links() {
    use std::os::unix::fs::symlink;
    let folder = Folder::indexed(5);
    folder.write("precious", "kept");
    folder.imr(&["save", "all"]).succeeds();
    symlink("../precious", folder.path().join(".imr.searches/all.seen")).unwrap();
    symlink("/dev/zero", folder.path().join(".imr.searches/endless.json")).unwrap();
    folder.imr(&["search", "@endless"]).ends_with(2).says(&["is no file of a saved search"]);
    folder.imr(&["save", "--delete", "endless"]).succeeds();
    // It is no memory of what was shown, and cannot be replaced through the link.
    folder.imr(&["search", "@all", "--new"]).ends_with(2);
    folder.imr(&["save", "all", "mri", "--force"]).succeeds();
    assert_eq!(fs::read_to_string(folder.path().join("precious")).unwrap(), "kept");
    fs::remove_dir_all(folder.path().join(".imr.searches")).unwrap();
    fs::create_dir(folder.path().join("elsewhere")).unwrap();
    symlink("elsewhere", folder.path().join(".imr.searches")).unwrap();
    folder.imr(&["save", "all"]).ends_with(2).says(&["is a link"]);
    assert_eq!(fs::read_dir(folder.path().join("elsewhere")).unwrap().count(), 0);
}

#[test]
fn a_path_is_one_of_the_index_wherever_it_is_used() {
    let folder = Folder::new();
    folder.invent("letters/one", 1..=5);
    folder.invent("letters/two", 6..=9);
    folder.imr(&["index", "letters"]).succeeds();
    let mut command = folder.command(&["save", "one", "--path", "one"]);
    command.current_dir(folder.path().join("letters"));
    folder.run(command, &["save"]).succeeds();
    assert_eq!(all(&folder, &["@one"]), all(&folder, &["--path", "letters/one"]));
    let saved: Value =
        serde_json::from_slice(&fs::read(folder.path().join(".imr.searches/one.json")).unwrap()).unwrap();
    assert_eq!(saved["filters"]["path"][0], "letters/one");
}
