//! Bash: words that it parts at colons and other marks are put together again, and values with blanks are quoted.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;

use super::Completer;

/// Which of the words is completed, from 0.
const PLACE: &str = "_IMR_PLACE";

/// Bash.
pub(super) const BASH: Completer = Completer { name: "bash", script: include_str!("bash.sh"), answer };

fn answer(command: &mut Command, args: Vec<OsString>, here: Option<&Path>, out: &mut dyn Write) -> io::Result<()> {
    let place = std::env::var(PLACE).ok().and_then(|place| place.parse().ok());
    let place = place.unwrap_or(args.len().saturating_sub(1));
    for candidate in complete(command, args, place, here)? {
        writeln!(out, "{}", candidate.get_value().to_string_lossy())?;
    }
    Ok(())
}
