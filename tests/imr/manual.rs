//! The manual and the help: every command is told of, with examples and what its status means.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use crate::support::Folder;

/// The commands, as completions offer them.
fn commands(folder: &Folder) -> Vec<String> {
    let args = ["--", "imr", ""];
    let mut command = folder.command(&args);
    command.env("IMR_COMPLETE", "fish");
    let out = folder.run(command, &args).succeeds().out;
    let names = out.lines().map(|line| line.split('\t').next().unwrap().to_owned());
    names.filter(|name| !name.starts_with('-') && name != "help").collect()
}

#[test]
fn every_command_has_a_page_with_examples_and_statuses() {
    let folder = Folder::new();
    folder.imr(&["man", "-o", "man"]).succeeds().prints_nothing();
    let commands = commands(&folder);
    assert!(commands.len() >= 12);
    let pages = fs::read_dir(folder.path().join("man")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let expected = commands.iter().map(|name| format!("imr-{name}.1")).chain(["imr.1".to_owned()]);
    assert_eq!(pages.collect::<BTreeSet<_>>(), expected.collect::<BTreeSet<_>>());
    for name in &commands {
        let page = fs::read_to_string(folder.path().join(format!("man/imr-{name}.1"))).unwrap();
        for section in
            ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "\"EXIT STATUS\"", "FILES", "\"SEE ALSO\""]
        {
            assert!(page.contains(&format!("\n.SH {section}\n")), "{name} lacks {section}");
        }
        assert!(
            page.contains(&format!("\nimr {name}")) || page.contains(&format!("  imr {name}")),
            "{name}: no example"
        );
        assert_eq!(page, folder.imr(&["man", name]).succeeds().out);
    }
    let program = folder.imr(&["man"]).succeeds().out;
    assert_eq!(program, fs::read_to_string(folder.path().join("man/imr.1")).unwrap());
    assert!(commands.iter().all(|name| program.contains(&format!("imr\\-{name}"))), "{program}");
    folder.imr(&["man", "seach"]).ends_with(2).says(&["no command `seach`", "search"]);
}

#[test]
fn pages_are_without_mistakes() {
    let folder = Folder::new();
    if Command::new("groff").arg("--version").output().is_err() {
        eprintln!("skipped: there is no groff");
        return;
    }
    folder.imr(&["man", "-o", "man"]).succeeds();
    for page in fs::read_dir(folder.path().join("man")).unwrap() {
        let page = page.unwrap().path();
        let groff =
            Command::new("groff").args(["-man", "-Tutf8", "-ww"]).arg(&page).stdin(Stdio::null()).output().unwrap();
        assert!(
            groff.status.success() && groff.stderr.is_empty(),
            "{page:?}: {}",
            String::from_utf8_lossy(&groff.stderr)
        );
    }
    let page = folder.path().join("man/imr-search.1");
    let page = Command::new("groff").args(["-man", "-Tascii", "-P-c"]).arg(page).output().unwrap();
    let text = String::from_utf8_lossy(&page.stdout).replace('\u{8}', "");
    assert!(text.contains("imr search 'issue:\"lumbar MRI\"' --outcome overturned"), "{text}");
}

#[test]
fn help_puts_every_command_under_a_purpose_with_an_example() {
    let folder = Folder::new();
    let help = folder.imr(&["help"]).succeeds().out;
    assert_eq!(help, folder.imr(&["--help"]).succeeds().out);
    assert!(!help.contains("Others:"), "{help}");
    for name in commands(&folder) {
        assert_eq!(help.matches(&format!("\n  {name} ")).count(), 1, "{name}: {help}");
        let own = folder.imr(&["help", &name]).succeeds().out;
        assert!(own.contains("Example") && own.contains(&format!("imr {name}")), "{name}: {own}");
        assert!(
            own.ends_with("Exit status: 0 done, 1 nothing found, 2 error, 130 interrupted; `imr help` tells more.\n"),
            "{own}"
        );
    }
    for purpose in
        ["Index an archive", "Search and read", "Count", "Look after the index", "Outputs for other programs"]
    {
        let part = help.split(&format!("\n{purpose}:\n")).nth(1).unwrap().split("\n\n").next().unwrap();
        assert!(part.contains("$ imr "), "{part}");
    }
    assert!(help.contains("Exit status:\n  0    done\n  1    nothing found"), "{help}");
    assert!(help.contains("--no-config") && help.contains("--version"), "{help}");
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
}

#[test]
fn every_example_of_the_help_is_one_that_can_be_typed() {
    let folder = Folder::indexed(12);
    folder.imr(&["save", "acu", "acupuncture"]).succeeds();
    // No index and no place for one: an example that makes one would leave the example of a server something to serve.
    std::fs::write(folder.path().join("nowhere"), "").unwrap();
    let mut tried = 0;
    for name in commands(&folder) {
        let help = folder.imr(&[&name, "--help"]).succeeds().out;
        let examples = help.split("\nExample").nth(1).unwrap();
        let lines = examples.lines().skip(1).take_while(|line| !line.is_empty());
        for line in lines.map(str::trim).filter(|line| line.starts_with("imr ")) {
            let line = line.split('#').next().unwrap().trim();
            // Whether it is understood, not what comes of it, which needs other letters than these.
            let checked = Command::new("sh")
                .args(["-c", &format!("imr() {{ {} \"$@\" --index nowhere; }}; {line}", env!("CARGO_BIN_EXE_imr"))])
                .current_dir(folder.path())
                .output()
                .unwrap();
            let err = String::from_utf8_lossy(&checked.stderr);
            assert!(!err.contains("Usage:") || err.contains("'--index"), "{line}: {err}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn the_page_on_engines_is_the_one_in_the_repository_and_names_commands_that_there_are() {
    let folder = Folder::new();
    let page = folder.imr(&["help", "engines"]).succeeds().out;
    assert_eq!(page, fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/engines.md")).unwrap());
    assert!(folder.imr(&["help"]).succeeds().out.contains("`imr help engines`"));
    let commands = commands(&folder);
    let mut named = 0;
    for command in page.split("`imr ").skip(1) {
        let name = command.split(['`', ' ', '\n']).next().unwrap();
        assert!(name == "help" || commands.iter().any(|command| command == name), "`imr {name}`");
        named += 1;
    }
    assert!(named > 10);
    // Each section that an engine's owner looks for.
    for section in
        ["When to move", "How large it becomes", "What is the same", "What is not", "What it was run against"]
    {
        assert!(page.contains(&format!("\n## {section}\n")), "{section}");
    }
}
