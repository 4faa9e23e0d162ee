//! Messages on stderr: fact, cause, hint.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use imr::ErrorKind;
use imr::present::one_line;
use imr::shards::Shards;

use super::command;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Prints an error with its causes and what to do about it.
pub fn error(error: &anyhow::Error) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{ERROR}error{ERROR:#}: {}", one_line(&error.to_string()));
    let mut last = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some causes are told by what they caused already.
        if !last.contains(&cause) {
            let _ = writeln!(err, "  caused by: {}", one_line(&cause));
            last = cause;
        }
    }
    if let Some((kind, Some(hint))) = error.downcast_ref::<imr::Error>().map(|e| (e.kind(), e.hint())) {
        // A hint can have several lines, each of which is cleaned.
        let hint = hint.split('\n').map(one_line).collect::<Vec<_>>().join("\n");
        // What the error of a query or a template points at stands below it, so it must begin a line.
        let _ = match kind {
            ErrorKind::Query | ErrorKind::Usage if hint.contains('\n') => writeln!(err, "\n{hint}"),
            _ => writeln!(err, "\n{HINT}hint{HINT:#}: {hint}"),
        };
    }
}

/// Prints what is wrong with one file while the rest goes on.
pub fn warning(error: &imr::Error) {
    failure(error.path().unwrap_or(Path::new("")), &error.reason());
}

/// Prints what to do about files that could not be read, each advice once.
pub fn hints<'a>(hints: impl Iterator<Item = &'a str>) {
    let mut told = BTreeSet::from([""]);
    for hint in hints {
        if told.insert(hint) {
            let _ = writeln!(anstream::stderr(), "{HINT}hint{HINT:#}: {}", one_line(hint));
        }
    }
}

/// Prints what is wrong with one file while the rest goes on.
pub fn failure(path: &Path, reason: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(
        anstream::stderr(),
        "{WARNING}warning{WARNING:#}: `{}`: {}",
        one_line(&path.to_string_lossy()),
        one_line(reason)
    );
}

/// Prints a remark.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{HINT}note{HINT:#}: {}", one_line(text));
}

/// A number of things in words.
pub fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Says of the folders of shards among some paths how many files could not be read when they were written: they are in
/// no count.
pub fn lacking_shards<'a>(paths: impl Iterator<Item = &'a Path>) {
    for path in paths.filter(|path| path.is_dir()) {
        // What is wrong with shards is an error of whoever reads them.
        let Ok(Some(shards)) = Shards::open(path) else { continue };
        let failed: usize = shards.manifests().iter().map(|manifest| manifest.failures.len()).sum();
        if failed > 0 {
            let files = counted(failed as u64, "file");
            let place = path.display();
            note(&format!("the shards of `{place}` lack {files} that could not be read, which their manifests name"));
        }
    }
}

/// Prints remarks.
pub fn notes(notes: &[String]) {
    notes.iter().for_each(|text| note(text));
}

/// Prints what is wrong with the command line, or the help or version that was asked for.
pub fn usage(error: clap::Error) {
    // The message repeats what was typed, so it is made of what was typed without control characters.
    let typed: Vec<_> = std::env::args_os().map(|arg| one_line(&arg.to_string_lossy()).into()).collect();
    let error = match command::parse(&typed) {
        Err(command::Refused::Line(cleaned)) => cleaned,
        _ => error,
    };
    // Where nobody reads it, so be it.
    let _ = error.print();
}

/// Whether an error only says that nobody reads the output any more.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

/// Keeps panics that are caught from being printed: of a thread that reads letters they become the file's failure, of one
/// that reads an index an error that tells of damage.
pub fn quiet_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let name = std::thread::current().name().map(str::to_owned);
        let expected = imr::archive::pdf::is_reading()
            || imr::index::is_guarded()
            || name.is_some_and(|n| n.starts_with(imr::ingest::THREAD_NAME));
        if !expected {
            print(panic);
        }
    }));
}

/// Whether stderr is watched by a person.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
