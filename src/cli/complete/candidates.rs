//! What the flags and words of a command line may be: from the schema, the tables of names, and the index.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use imr::index::{self, FieldKind, IndexSchema, Reader};
use imr::letter::{Basis, Layout, Outcome, Priority, Sex, Side, Source};
use imr::present::{Column, one_line};
use imr::search::{self, Dimension, Sort};

use super::super::args::index_dir;
use super::super::saved;

/// How many values of an index are offered at most.
const MOST: usize = 200;

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
            ArgValueCompleter::new(move |typed: &OsStr| offered(typed, |t| named(t, values(&argument, t))))
        }
        _ => return None,
    })
}

/// The candidates for what was typed; none where that is no text.
fn offered(typed: &OsStr, candidates: impl Fn(&str) -> Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    typed.to_str().map(candidates).unwrap_or_default()
}

/// Those of some names that begin with what was typed. What a terminal would act on is no name.
fn named<S: Into<String>>(typed: &str, names: impl IntoIterator<Item = S>) -> Vec<CompletionCandidate> {
    let typed = typed.to_lowercase();
    let names = names.into_iter().map(Into::into);
    let names = names.filter(|name: &String| name.to_lowercase().starts_with(&typed) && *name == one_line(name));
    names.map(CompletionCandidate::new).collect()
}

fn orders() -> impl Iterator<Item = String> {
    let fields = Sort::fields().flat_map(|field| [field.to_owned(), format!("-{field}")]);
    std::iter::once("score".to_owned()).chain(fields)
}

/// The values of a field: those of the index, or without one those that there are by definition.
fn values(field: &str, typed: &str) -> Vec<String> {
    let of_index = reader().and_then(|reader| search::values(&reader, field, typed, MOST).ok());
    of_index.filter(|values| !values.is_empty()).unwrap_or_else(|| {
        let names = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect();
        match field {
            "outcome" => names(Outcome::ALL.iter().map(|v| v.name()).collect()),
            "basis" => names(Basis::ALL.iter().map(|v| v.name()).collect()),
            "side" => names(Side::ALL.iter().map(|v| v.name()).collect()),
            "source" => names(Source::ALL.iter().map(|v| v.name()).collect()),
            "layout" => names(Layout::ALL.iter().map(|v| v.name()).collect()),
            "priority" => names(Priority::ALL.iter().map(|v| v.name()).collect()),
            "sex" => names(Sex::ALL.iter().map(|v| v.name()).collect()),
            "retrospective" | "associated" => names(vec!["yes", "no"]),
            _ => Vec::new(),
        }
    })
}

fn saved_names(typed: &str) -> Vec<CompletionCandidate> {
    let names = dir().map(|dir| saved::names(&dir)).unwrap_or_default();
    named(typed, names.iter().map(|name| name.trim_start_matches('@')))
}

fn cases(typed: &str) -> Vec<CompletionCandidate> {
    let cases = reader().and_then(|reader| search::cases(&reader, &typed.to_uppercase(), MOST).ok());
    cases.into_iter().flatten().map(|case| CompletionCandidate::new(case.to_string())).collect()
}

/// A word of a query: a field, a value of a field, or a case number.
fn word(typed: &str) -> Vec<CompletionCandidate> {
    if typed.starts_with('@') {
        return named(typed, dir().map(|dir| saved::names(&dir)).unwrap_or_default());
    }
    if let Some((field, begin)) = typed.split_once(':') {
        let Some((def, _)) = IndexSchema::get().find(field).filter(|(def, _)| def.is_keyword()) else {
            return if field == "case" { with_field(field, cases(begin)) } else { Vec::new() };
        };
        let begin = begin.trim_start_matches('"');
        let is_plain = |value: &str| value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'));
        let begin = begin.to_lowercase();
        let values = values(&def.name, &begin).into_iter().filter(|value| value.to_lowercase().starts_with(&begin));
        let values =
            values.map(|value| if is_plain(&value) { value } else { format!("\"{}\"", value.replace('"', " ")) });
        return with_field(field, named("", values));
    }
    let digits = typed.get(..2).filter(|begin| begin.eq_ignore_ascii_case("cm")).and_then(|_| typed.get(2..));
    if digits.is_some_and(|digits| digits.chars().all(|c| c == '-' || c.is_ascii_digit())) {
        return cases(typed);
    }
    let fields = IndexSchema::get().fields().filter(|(def, _)| def.name.starts_with(&typed.to_lowercase()));
    let order = |kind: FieldKind| usize::from(kind != FieldKind::Text);
    fields
        .map(|(def, _)| {
            let field = CompletionCandidate::new(format!("{}:", def.name));
            field.help(Some(def.about.clone().into())).display_order(Some(order(def.kind)))
        })
        .collect()
}

fn with_field(field: &str, values: Vec<CompletionCandidate>) -> Vec<CompletionCandidate> {
    values.into_iter().map(|value| value.add_prefix(format!("{field}:"))).collect()
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
