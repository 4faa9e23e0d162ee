//! Fish: the last word comes as typed, and candidates must begin as it does.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;

use super::Completer;
use super::quoted::{Escapes, unquoted};

/// Fish.
pub(super) const FISH: Completer = Completer { name: "fish", script: include_str!("fish.fish"), answer };

fn answer(command: &mut Command, mut args: Vec<OsString>, here: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let mut typed = String::new();
    if let Some(last) = args.last_mut()
        && let Some(word) = last.to_str()
    {
        typed = unquoted(word, Escapes::InSingleMarks);
        *last = typed.clone().into();
    }
    let place = args.len().saturating_sub(1);
    for candidate in complete(command, args, place, here)? {
        let value = candidate.get_value().to_string_lossy();
        super::line(out, &begun(&typed, &value), &candidate)?;
    }
    Ok(())
}

/// A candidate with a quotation mark in it, with what was typed of it as it was typed: Fish takes one that has all the
/// typed characters in their order, and there does not pass over capital letters.
fn begun(typed: &str, value: &str) -> String {
    if !value.contains('"') {
        return value.to_owned();
    }
    let mut left = typed.chars().filter(|c| *c != '"').peekable();
    let same = |a: &char, b: char| a.to_lowercase().eq(b.to_lowercase());
    let as_typed = value.chars().map(|c| if c == '"' { c } else { left.next_if(|t| same(t, c)).unwrap_or(c) });
    as_typed.collect()
}
