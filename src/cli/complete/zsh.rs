//! Zsh: words come as typed, and what is inserted takes the place of the whole word.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::EnvCompleter;

use super::quoted::{Escapes, unquoted};

/// What Zsh has to know. `PROGRAM` and `VARIABLE` stand for what is completed.
const SCRIPT: &str = include_str!("zsh.sh");

/// Zsh.
pub struct Zsh;

impl EnvCompleter for Zsh {
    fn name(&self) -> &'static str {
        "zsh"
    }

    fn is(&self, name: &str) -> bool {
        name == "zsh"
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        program: &str,
        _: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        out.write_all(SCRIPT.replace("PROGRAM", program).replace("VARIABLE", variable).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        args: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
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
}
