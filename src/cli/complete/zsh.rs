//! Zsh: words come as typed, and what is inserted takes the place of the whole word.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;

use super::Completer;
use super::quoted::{Escapes, unquoted};

/// Zsh.
pub(super) const ZSH: Completer = Completer { name: "zsh", script: include_str!("zsh.sh"), answer };

fn answer(command: &mut Command, args: Vec<OsString>, here: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let plain = |word: OsString| match word.to_str() {
        Some(typed) => unquoted(typed, Escapes::NotInSingleMarks).into(),
        None => word,
    };
    let args: Vec<OsString> = args.into_iter().map(plain).collect();
    let place = args.len().saturating_sub(1);
    for candidate in complete(command, args, place, here)? {
        super::line(out, &candidate.get_value().to_string_lossy(), &candidate)?;
    }
    Ok(())
}
