//! Help: all commands by what they are for, and `imr help TOPIC` for what is no command.

use std::ffi::OsString;
use std::fmt::Write;

use clap::Command;

/// What commands are for, with the commands and an example of each purpose.
const PURPOSES: [(&str, &[&str], &str); 7] = [
    ("Index an archive", &["index", "status"], "imr index letters/"),
    ("Search and read", &["search", "show", "similar", "save"], "imr search acupuncture upheld MTUS --facets basis"),
    ("Count", &["stats", "report", "check"], "imr stats issue:acupuncture --by year"),
    ("Use a browser or an assistant", &["serve", "mcp"], "imr serve --open"),
    ("Look after the index", &["info", "optimize"], "imr info"),
    ("Publish to an engine that others run", &["publish", "remote"], "imr publish --to http://localhost:9200/letters"),
    (
        "Outputs for other programs",
        &["export", "parse", "completions", "man"],
        "imr export --of issues -o issues.parquet",
    ),
];

/// Where commands go that have no purpose above.
const OTHERS: &str = "Others";

/// What a status means, for every page of help.
pub const STATUSES: [(&str, &str); 4] = [
    ("0", "done"),
    ("1", "nothing found or nothing to index, or with --strict a file that could not be read"),
    ("2", "error: what was asked for could not be done, or not all of it"),
    ("130", "interrupted; what was done so far is kept"),
];

/// The same at the end of the help of each command.
pub const STATUSES_IN_SHORT: &str =
    "Exit status: 0 done, 1 nothing found, 2 error, 130 interrupted; `imr help` tells more.";

/// An example of each purpose.
pub fn examples() -> impl Iterator<Item = &'static str> {
    PURPOSES.iter().map(|(_, _, example)| *example)
}

/// How wide help is.
const WIDTH: usize = 80;

/// The template of the help of the program.
pub fn overview(command: &Command) -> String {
    let styles = command.get_styles();
    let (head, literal) = (styles.get_header(), styles.get_literal());
    let mut text = "{about}\n\n{usage-heading} {usage}\n".to_owned();
    let width = command.get_subcommands().map(|c| c.get_name().len()).max().unwrap_or(0);
    let known = |name: &str| PURPOSES.iter().any(|(_, names, _)| names.contains(&name));
    let others: Vec<&str> = command.get_subcommands().map(Command::get_name).filter(|name| !known(name)).collect();
    let others = (!others.is_empty()).then_some((OTHERS, &*others, ""));
    for (purpose, names, example) in PURPOSES.into_iter().chain(others) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{head}{purpose}:{head:#}");
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
            let lines = wrapped(&about.unwrap_or_default(), WIDTH - width - 4);
            let mut lines = lines.iter();
            let first = lines.next().map_or("", String::as_str);
            let _ = writeln!(text, "  {literal}{name:width$}{literal:#}  {first}");
            lines.for_each(|line| {
                let _ = writeln!(text, "  {:width$}  {line}", "");
            });
        }
        if !example.is_empty() {
            let _ = writeln!(text, "  {:width$}  $ {example}", "");
        }
    }
    let _ = writeln!(text, "\n{head}Options:{head:#}\n{{options}}\n");
    let _ = writeln!(text, "{head}Exit status:{head:#}");
    for (status, meaning) in STATUSES {
        for (place, line) in wrapped(meaning, WIDTH - 7).into_iter().enumerate() {
            let _ = writeln!(text, "  {:3}  {line}", if place == 0 { status } else { "" });
        }
    }
    text.push_str("\n`imr help COMMAND` tells all of a command, `imr help query` the query language,\n");
    text.push_str("`imr help engines` when to publish to an engine, and what is the same there.");
    text
}

/// A text in lines of at most so many characters, as far as its words allow.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The page of a topic, if that is what a command line asks for.
pub fn page(args: impl Iterator<Item = OsString>) -> Option<&'static str> {
    let args: Vec<OsString> = args.skip(1).collect();
    match &args[..] {
        [help, topic] if help == "help" && (topic == "query" || topic == "queries") => {
            Some(include_str!("../../schema/query-language.txt"))
        }
        [help, topic] if help == "help" && (topic == "engines" || topic == "engine") => {
            Some(include_str!("../../docs/engines.md"))
        }
        _ => None,
    }
}
