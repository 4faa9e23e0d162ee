//! What the flags and words of a command line may be: from the schema, the tables of names, and the index.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use imr::index::{self, IndexSchema, Reader};
use imr::present::Column;
use imr::search::{Dimension, Sort};

use super::super::args::index_dir;
use super::super::saved;
use crate::asked::complete::{self, Candidate};

/// What an argument of a command may be, where that is known.
pub fn of(command: &str, argument: &str) -> Option<ArgValueCompleter> {
    let keyword = IndexSchema::get().find(argument).is_some_and(|(def, _)| def.is_keyword());
    let argument = argument.to_owned();
    Some(match (command, &*argument) {
        (_, "query") => ArgValueCompleter::new(|typed: &OsStr| offered(typed, word)),
        ("save", "delete") => ArgValueCompleter::new(|typed: &OsStr| offered(typed, saved_names)),
        (_, "case") => ArgValueCompleter::new(|typed: &OsStr| offered(typed, cases)),
        (_, "facets") | ("stats", "by") => {
            ArgValueCompleter::new(|typed: &OsStr| offered(typed, |t| named(t, Dimension::names())))
        }
        (_, "fields") => ArgValueCompleter::new(|typed: &OsStr| offered(typed, |t| named(t, Column::names()))),
        (_, "sort") => ArgValueCompleter::new(|typed: &OsStr| offered(typed, |t| named(t, orders()))),
        ("search" | "stats" | "export" | "save" | "similar", _) if keyword => {
            ArgValueCompleter::new(move |typed: &OsStr| {
                offered(typed, |t| named(t, complete::values(reader().as_ref(), &argument, t)))
            })
        }
        _ => return None,
    })
}

/// The candidates for what was typed; none where that is no text.
fn offered(typed: &OsStr, candidates: impl Fn(&str) -> Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    typed.to_str().map(candidates).unwrap_or_default()
}

/// Those of some names that begin with what was typed.
fn named<S: Into<String>>(typed: &str, names: impl IntoIterator<Item = S>) -> Vec<CompletionCandidate> {
    shown(complete::named(typed, names))
}

/// As the shell takes them. Their order counts only where some come before others.
fn shown(candidates: Vec<Candidate>) -> Vec<CompletionCandidate> {
    let is_ordered = candidates.iter().any(|candidate| candidate.about.is_some());
    let shown = |candidate: Candidate| {
        let order = is_ordered.then_some(candidate.order);
        let about = candidate.about.map(Into::into);
        CompletionCandidate::new(candidate.text).help(about).display_order(order)
    };
    candidates.into_iter().map(shown).collect()
}

fn orders() -> impl Iterator<Item = String> {
    let fields = Sort::fields().flat_map(|field| [field.to_owned(), format!("-{field}")]);
    std::iter::once("score".to_owned()).chain(fields)
}

fn saved_names(typed: &str) -> Vec<CompletionCandidate> {
    let names = dir().map(|dir| saved::names(&dir)).unwrap_or_default();
    named(typed, names.iter().map(|name| name.trim_start_matches('@')))
}

fn cases(typed: &str) -> Vec<CompletionCandidate> {
    shown(complete::cases(reader().as_ref(), typed))
}

/// A word of a query.
fn word(typed: &str) -> Vec<CompletionCandidate> {
    let saved = || dir().map(|dir| saved::names(&dir)).unwrap_or_default();
    shown(complete::word(reader().as_ref(), saved, typed))
}

/// The index that the command line means: the one that it names, or the nearest.
pub fn dir() -> Option<PathBuf> {
    let mut args = std::env::args_os().skip_while(|arg| arg != "--");
    let mut given = None;
    while let Some(arg) = args.next() {
        if arg == "--index" {
            given = args.next().map(PathBuf::from);
        } else if let Some(dir) = arg.to_str().and_then(|arg| arg.strip_prefix("--index=")) {
            given = Some(PathBuf::from(dir));
        }
    }
    index::find(index_dir(given).as_deref(), &std::env::current_dir().ok()?).ok()
}

fn reader() -> Option<Reader> {
    Reader::open(&dir()?).ok()
}
