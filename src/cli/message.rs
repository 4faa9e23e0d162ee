//! Messages on stderr: fact, cause, hint.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use imr::ErrorKind;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Prints an error with its causes and what to do about it.
pub fn error(error: &anyhow::Error) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{ERROR}error{ERROR:#}: {error}");
    let mut last = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some causes are told by what they caused already.
        if !last.contains(&cause) {
            let _ = writeln!(err, "  caused by: {cause}");
            last = cause;
        }
    }
    if let Some((kind, Some(hint))) = error.downcast_ref::<imr::Error>().map(|e| (e.kind(), e.hint())) {
        // What a query's error points at stands below the query, so it must begin a line.
        let _ = match kind {
            ErrorKind::Query if hint.contains('\n') => writeln!(err, "\n{hint}"),
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
            let _ = writeln!(anstream::stderr(), "{HINT}hint{HINT:#}: {hint}");
        }
    }
}

/// Prints what is wrong with one file while the rest goes on.
pub fn failure(path: &Path, reason: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "{WARNING}warning{WARNING:#}: `{}`: {reason}", path.display());
}

/// Prints a remark.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr(), "{HINT}note{HINT:#}: {text}");
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
