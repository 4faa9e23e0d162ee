//! The floors of `src/`: which module may name which, and which outside crates.
//!
//! ARCHITECTURE.md tells why. The checker is tested on invented trees first, for a checker that finds nothing proves
//! nothing.

mod lex;
mod rules;
mod tree;

use std::collections::BTreeMap;
use std::path::Path;

use rules::{Rules, violations};

/// The floors from the ground up, and who may name what from outside.
const RULES: Rules = Rules {
    floors: &[
        &["letter", "error", "recent"],
        &["parse", "classify"],
        &["record", "archive"],
        &["index", "health", "shards"],
        &["query"],
        &["search", "ingest", "remote"],
        &["present", "afar"],
    ],
    binary: &[&["asked"], &["serve"], &["cli"]],
    passports: &[
        ("aho_corasick", &["parse", "classify"]),
        ("anstream", &["cli", "main"]),
        ("anstyle", &["present", "cli"]),
        ("anyhow", &["cli", "main"]),
        ("askama", &["serve"]),
        ("axum", &["serve"]),
        ("blake3", &["archive", "index", "shards", "remote", "serve"]),
        ("bytes", &["archive"]),
        ("clap", &["cli", "main"]),
        ("clap_complete", &["cli"]),
        ("clap_mangen", &["cli"]),
        ("crossbeam_channel", &["ingest"]),
        ("csv", &["present"]),
        ("ctrlc", &["cli", "main"]),
        ("etcetera", &["cli"]),
        ("encoding_rs", &["archive"]),
        ("flate2", &["archive"]),
        ("getrandom", &["serve"]),
        ("globset", &["archive"]),
        ("hayro_cmap", &["archive"]),
        ("hayro_syntax", &["archive"]),
        ("http_body", &["serve"]),
        ("hyper", &["serve"]),
        ("hyper_util", &["serve"]),
        ("lru", &["recent"]),
        ("memchr", &["archive", "parse"]),
        ("indicatif", &["cli", "main"]),
        ("mimalloc", &["main"]),
        ("parquet", &["archive", "present"]),
        ("statrs", &["search"]),
        ("open", &["cli", "main"]),
        ("percent_encoding", &["serve"]),
        ("rayon", &["ingest", "search", "serve"]),
        ("redb", &["index"]),
        ("rmcp", &["serve"]),
        ("rustix", &["archive"]),
        (
            "serde",
            &["record", "index", "shards", "query", "search", "ingest", "remote", "present", "asked", "cli", "serve"],
        ),
        (
            "serde_json",
            &[
                "record", "archive", "index", "shards", "query", "search", "ingest", "remote", "present", "afar",
                "asked", "cli", "serve",
            ],
        ),
        ("tantivy", &["index", "query", "search", "ingest"]),
        ("tantivy_fst", &["query"]),
        ("tar", &["archive"]),
        // Of the first two only tests want some.
        ("tempfile", &["archive", "index", "remote", "cli"]),
        ("terminal_size", &["cli", "main"]),
        ("thread_priority", &["cli"]),
        ("tokio", &["serve"]),
        ("toml_edit", &["cli"]),
        ("unicode_width", &["query", "present"]),
        ("ureq", &["remote"]),
        ("walkdir", &["archive"]),
        ("zstd", &["archive", "index"]),
        ("std::env", &["cli", "main"]),
        ("std::fs", &["archive", "index", "shards", "remote", "asked", "cli"]),
        (
            "std::io",
            &["error", "archive", "index", "shards", "ingest", "remote", "present", "asked", "cli", "serve", "main"],
        ),
        ("std::net", &["remote", "cli", "serve"]),
        // The index names the process that holds its lock.
        ("std::process", &["index", "asked", "cli", "main"]),
    ],
};

#[test]
fn the_sources_keep_to_their_floors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root.join("src")) {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            let path = entry.path().strip_prefix(root.join("src")).unwrap();
            let name: Vec<_> = path.iter().map(|part| part.to_str().unwrap()).collect();
            sources.insert(name.join("/"), std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    assert!(sources.contains_key("lib.rs") && sources.contains_key("main.rs"));
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let found = violations(&sources, &manifest, &RULES);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

/// An invented package with a module on every floor. Files that a case gives stand in for the ones here.
const FILES: &[(&str, &str)] = &[
    (
        "lib.rs",
        "pub mod error; pub mod letter; pub mod parse; pub mod record; pub mod archive; pub mod present;\npub use error::Error;",
    ),
    ("main.rs", "mod cli; fn main() { cli::run() }"),
    ("cli/mod.rs", "use imr::present::Table; pub fn run() { println!(\"{}\", Table); }"),
    ("error.rs", "pub struct Error(std::io::Error);"),
    ("letter.rs", "macro_rules! names { ($t:ident) => { impl $t {} } } use std::fmt;"),
    ("parse/mod.rs", "mod date; mod layout; use crate::letter::Letter; use crate::Error;"),
    ("parse/date.rs", ""),
    ("parse/layout/mod.rs", "mod one; mod two; mod common;"),
    ("parse/layout/one.rs", "use super::common::Common; use crate::parse::date;"),
    ("parse/layout/two.rs", "use super::common;"),
    ("parse/layout/common.rs", ""),
    ("record.rs", "use serde::Serialize; use crate::{letter::{self, Letter}, parse};"),
    ("archive.rs", "use std::{fs, io::{self, Read}}; fn f() { walkdir::WalkDir::new(\".\"); }"),
    ("present.rs", "use std::io::Write; use crate::record::Record;"),
];

const MANIFEST: &str = "[package]\nname = \"imr\"\n[dependencies]\n# Walks.\nserde = { version = \"1\" }\nwalk-dir.workspace = true\nwalkdir = \"2\"\n\n[dev-dependencies]\nproptest = \"1\"\n";

const SMALL: Rules = Rules {
    floors: &[&["letter", "error"], &["parse"], &["record", "archive"], &["present"]],
    binary: &[&["cli", "serve"]],
    passports: &[
        ("serde", &["record"]),
        ("walkdir", &["archive"]),
        ("walk_dir", &["archive"]),
        ("std::fs", &["archive"]),
        ("std::io", &["error", "archive", "present"]),
    ],
};

/// What the checker finds in the invented package with these files in place of its own.
fn check(files: &[(&str, &str)], manifest: &str) -> Vec<String> {
    let all = FILES.iter().chain(files).map(|(name, source)| ((*name).to_owned(), format!("//! A module.\n{source}")));
    violations(&all.collect(), manifest, &SMALL)
}

/// Fails unless the checker finds exactly one thing, with these words.
fn assert_caught(file: &str, source: &str, words: &str) {
    let found = check(&[(file, source)], MANIFEST);
    assert!(found.len() == 1 && found[0].contains(words), "{source}\nin {file} wants `{words}`, found {found:#?}");
}

#[test]
fn a_tree_that_keeps_the_rules_has_no_violation() {
    assert_eq!(check(&[], MANIFEST), [""; 0]);
}

#[test]
fn an_import_that_goes_up_is_caught_however_it_is_written() {
    const LAYOUT: &str = "parse/layout/common.rs";
    for (file, source, words) in [
        ("letter.rs", "use crate::parse::Parsed;", "goes up from `letter` on floor 0 to `parse` on floor 1"),
        ("letter.rs", "use crate::present;", "`present` on floor 3"),
        ("letter.rs", "pub(crate) use crate::{error::Error, record::{self, Record as R}};", "`record` on floor 2"),
        ("letter.rs", "use crate::present as letters; fn f() { letters::show() }", "`crate::present` goes up"),
        ("letter.rs", "fn f() -> crate::present::Table { todo!() }", "`crate::present::Table` goes up"),
        (
            "letter.rs",
            "fn f(x: &dyn crate :: /* why */ present\n // and\n :: Show) {}",
            "src/letter.rs:2: `crate::present::Show`",
        ),
        ("letter.rs", "macro_rules! m { () => { $crate::present::show() } }", "`crate::present::show` goes up"),
        ("letter.rs", "fn f() { println2!(\"{}\", crate::present::show()) }", "`crate::present::show` goes up"),
        ("letter.rs", "use crate::r#present::Table;", "`crate::present::Table` goes up"),
        ("letter.rs", "use super::present::Table;", "`super::present::Table` goes up"),
        ("letter.rs", "mod tests { use super::super::present::Table; }", "`super::super::present::Table` goes up"),
        ("letter.rs", "mod tests { fn f() { super::super::present::show() } }", "goes up"),
        ("letter.rs", "impl<T> From<T> for X where T: crate::present::Show {}", "goes up"),
        ("letter.rs", "fn f() { let x = Vec::<crate::present::Table>::new(); }", "goes up"),
        ("letter.rs", "#[derive(crate::present::Show)] struct X;", "goes up"),
        ("letter.rs", "pub(in crate::present) fn f() {}", "goes up"),
        ("letter.rs", "fn f() { use crate::present::Table; }", "goes up"),
        (LAYOUT, "use super::super::super::present::Table;", "goes up from `parse` on floor 1 to `present` on floor 3"),
        (LAYOUT, "use super::super::super as top; fn f() { top::present::show() }", "another name"),
        (LAYOUT, "use crate as top;", "gives the root of the crate another name"),
        (LAYOUT, "use crate::{self as top};", "gives the root of the crate another name"),
        (LAYOUT, "use crate::*;", "takes everything of the root"),
        (LAYOUT, "use crate::VERSION;", "goes up from `parse` to `VERSION` in the root"),
        ("cli/mod.rs", "use crate::main_helper; pub fn run() {}", "`main_helper` in the root"),
    ] {
        // An alias of the root shows at every use of it as well.
        let found = check(&[(file, source)], MANIFEST);
        let place = format!("src/{file}:");
        assert!(found.iter().any(|f| f.contains(words)), "{source} in {file} wants `{words}`, found {found:#?}");
        assert!(found.iter().all(|f| f.starts_with(&place)), "{source}: {found:#?}");
    }
}

#[test]
fn an_import_that_goes_sideways_is_caught() {
    let sideways = "goes sideways from `record` to `archive`, both on floor 2";
    assert_caught("record.rs", "use crate::archive::File;", sideways);
    assert_caught("record.rs", "type F = crate::archive::File;", sideways);
    assert_caught("letter.rs", "use crate::Error;", "goes sideways from `letter` to `error`");
    let files = [("main.rs", "mod cli; mod serve;"), ("serve.rs", "use crate::cli;")];
    assert!(check(&files, MANIFEST)[0].contains("goes sideways from `serve` to `cli`"));
}

#[test]
fn an_import_that_hides_behind_another_is_caught() {
    const MODULES: &str =
        "pub mod error; pub mod letter; pub mod parse; pub mod record; pub mod archive; pub mod present;";
    for (root, letter, words) in [
        ("pub use present::Table as Sheet;", "use crate::Sheet;", "to `present` on floor 3"),
        ("pub use crate::present::{Table, show as display};", "fn f() { crate::display() }", "to `present` on floor 3"),
        ("use present as p;", "use crate::p::Table;", "to `present` on floor 3"),
        ("pub use parse::Shown;", "use crate::Shown;", "to `parse` on floor 1"),
        ("pub use present::*;", "use crate::Table;", "`Table` in the root"),
        ("pub use walkdir;", "use crate::walkdir::WalkDir;", "names `walkdir`, for which `letter` has no passport"),
    ] {
        let root = format!("{MODULES} pub use error::Error; {root}");
        let found = check(&[("lib.rs", &root), ("letter.rs", letter)], MANIFEST);
        let found: Vec<_> = found.into_iter().filter(|f| f.starts_with("src/letter.rs")).collect();
        assert!(found.len() == 1 && found[0].contains(words), "{letter} wants `{words}`, found {found:#?}");
    }
    // A macro is exported to the root of the crate, from whatever floor it is defined on.
    let found = check(
        &[("present.rs", "#[macro_export] macro_rules! show { () => {} }"), ("letter.rs", "fn f() { crate::show!() }")],
        MANIFEST,
    );
    assert!(found.len() == 1 && found[0].contains("to `present` on floor 3"), "{found:#?}");
    for (source, words) in [
        ("#[path = \"present.rs\"] mod other;", "`#[path]` hides"),
        ("#[cfg_attr(unix, path = \"present.rs\")] mod other;", "`#[path]` hides"),
        ("include!(\"present.rs\");", "`include!` hides"),
        ("extern crate walkdir as w;", "`extern crate` hides"),
    ] {
        assert_caught("letter.rs", source, words);
    }
}

#[test]
fn what_is_no_code_and_what_is_allowed_is_not_caught() {
    for (file, source) in [
        ("letter.rs", "// use crate::present::Table;\n/// `crate::present::Table`\nfn f() {}"),
        ("letter.rs", "/* use crate::present; /* nested */ std::fs::read() */"),
        (
            "letter.rs",
            "const A: &str = \"use crate::present; \\\" crate::present::x\"; const B: char = '\"'; fn f<'a>() {}",
        ),
        (
            "letter.rs",
            "const A: &str = r#\"crate::present::x \" \"#; const B: &[u8] = br\"std::fs::read\"; const C: u8 = b'\\'';",
        ),
        ("letter.rs", "const A: char = '\\u{1F600}'; const B: char = '\\''; const C: &str = \"crate::present::x\";"),
        ("letter.rs", "fn f(s: S) { s.present.show(); s.println(); s.stdout(); s.fs().walkdir::<u8>() }"),
        ("letter.rs", "mod present { pub fn show() {} } fn f() { present::show(); self::present::show() }"),
        ("letter.rs", "enum Kind { A } fn f() { let _ = Kind::A; Vec::<u8>::new(); <u8 as Into<u16>>::into(1); }"),
        ("letter.rs", "fn f<'a>(x: &'a str) -> impl Iterator<Item = char> + use<'a> { x.chars() }"),
        ("letter.rs", "pub(crate) fn f() {} pub(super) struct S; use std::{collections::*, fmt::{self as f}};"),
        ("letter.rs", "mod tests { use super::*; use super::f; }"),
        (
            "parse/mod.rs",
            "mod date; mod layout; use crate::Error; use crate::error::Error as E; fn f() { layout::one::x() }",
        ),
        (
            "cli/mod.rs",
            "use imr::{letter, present as p, Error}; fn f() -> Result<(), imr::Error> { eprintln!(); std::process::exit(imr::CODE) }",
        ),
    ] {
        assert_eq!(check(&[(file, source)], MANIFEST), [""; 0], "{source}");
    }
}

#[test]
fn outside_crates_are_named_with_a_passport_only() {
    for (source, words) in [
        ("use walkdir::WalkDir;", "names `walkdir`, for which `letter` has no passport"),
        ("use {::walkdir as w};", "names `walkdir`"),
        ("fn f() { walkdir::WalkDir::new(); }", "names `walkdir`"),
        ("fn f() -> ::walkdir::WalkDir {}", "names `walkdir`"),
        ("fn f() { match x { _ => ::walkdir::WalkDir::new() } }", "names `walkdir`"),
        ("#[derive(serde::Serialize)] struct S;", "names `serde`"),
        ("use std::{fmt, fs as files};", "names `std::fs`"),
        ("fn f() { std :: fs :: read(); }", "names `std::fs`"),
        ("fn f() { std::r#fs::read(); }", "names `std::fs`"),
        ("use core::io::Read;", "names `std::io`"),
        ("use std::*;", "hides which part of `std`"),
        ("use std as s;", "hides which part of `std`"),
        ("use std::{self as s};", "hides which part of `std`"),
    ] {
        assert_caught("letter.rs", source, words);
    }
    // The use of an import counts too, through the parent as well.
    let found = check(&[("letter.rs", "use std::fs; mod a { use super::fs; } fn f() { fs::read() }")], MANIFEST);
    assert_eq!(found.len(), 3, "{found:#?}");
}

#[test]
fn dependencies_and_passports_are_the_same() {
    let more =
        format!("{MANIFEST}[dependencies.new-one]\nversion = \"1\"\n[target.'cfg(unix)'.dependencies]\nnix = \"1\"\n");
    assert_eq!(check(&[], &more), ["Cargo.toml: `new_one` has no passport", "Cargo.toml: `nix` has no passport"]);
    let less = MANIFEST.replace("serde = ", "# serde = ");
    assert_eq!(check(&[], &less), ["Cargo.toml: `serde` has a passport but is no dependency"]);
}

#[test]
fn the_library_does_not_print() {
    for call in ["println!(\"x\")", "std::eprint!()", "dbg!(1)", "stdout().lock()", "write(stderr(), 1)"] {
        assert_caught("letter.rs", &format!("fn f() {{ {call}; }}"), "uses the standard streams");
    }
    assert_caught("cli/mod.rs", "pub fn run() { dbg!(1); }", "`dbg!` uses the standard streams");
}

#[test]
fn modules_below_one_parent_form_no_cycle() {
    for (files, words) in [
        (&[("parse/date.rs", "use super::layout;")][..], "src/parse: `date` -> `layout` -> `date` is a cycle"),
        (&[("parse/date.rs", "use crate::parse::layout::two::Two;")], "`date` -> `layout` -> `date`"),
        (&[("parse/date.rs", "fn f() { super::layout::two::f() }")], "`date` -> `layout` -> `date`"),
        (&[("parse/layout/common.rs", "use super::two::Two;")], "src/parse/layout: `common` -> `two` -> `common`"),
        (
            &[
                ("parse/layout/common.rs", "use super::one;"),
                ("parse/layout/one.rs", "use super::two; use super::common;"),
            ],
            "`common` -> `one` -> `common`",
        ),
        (
            &[("parse/layout/common.rs", "use super::one;"), ("parse/layout/one.rs", "use super::two;")],
            "`common` -> `one` -> `two` -> `common`",
        ),
        // What the parent exports belongs to the sibling that defines it.
        (
            &[
                ("parse/layout/mod.rs", "mod one; mod two; mod common; pub use two::Two;"),
                ("parse/layout/common.rs", "use super::Two;"),
            ],
            "`common` -> `two` -> `common`",
        ),
    ] {
        let found = check(files, MANIFEST);
        assert!(found.len() == 1 && found[0].contains(words), "{files:?} wants `{words}`, found {found:#?}");
    }
}

#[test]
fn files_have_their_form_and_modules_their_floor() {
    let found = check(&[("other.rs", ""), ("parse/stray.rs", "")], MANIFEST);
    let strays = [
        "src/other.rs: no module declares `other`",
        "src/other.rs: the top-level module `other` stands on no floor",
        "src/parse/stray.rs: no module declares `stray`",
    ];
    assert_eq!(found, strays);
    assert_caught("main.rs", "mod cli; mod parse;", "`parse` is no module of the binary");
    assert_caught("letter.rs", &"fn f() {}\n".repeat(600), "601 lines are more than 600");
    let bare = [("letter.rs".to_owned(), "use std::fmt;".to_owned())];
    let found = violations(&BTreeMap::from(bare), "", &Rules { passports: &[], ..SMALL });
    assert!(found.iter().any(|f| f.contains("does not open with a `//!` line")), "{found:?}");
}
