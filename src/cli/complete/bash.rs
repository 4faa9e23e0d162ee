//! Bash: words that it parts at colons and other marks are put together again, and values with blanks are quoted.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::EnvCompleter;

/// What Bash has to know. `PROGRAM` and `VARIABLE` stand for what is completed.
const SCRIPT: &str = include_str!("bash.sh");

/// Which of the words is completed, from 0.
const PLACE: &str = "_IMR_PLACE";

/// Bash.
pub struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
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
        let place = std::env::var(PLACE).ok().and_then(|place| place.parse().ok());
        let place = place.unwrap_or(args.len().saturating_sub(1));
        for candidate in complete(command, args, place, here)? {
            writeln!(out, "{}", candidate.get_value().to_string_lossy())?;
        }
        Ok(())
    }
}
