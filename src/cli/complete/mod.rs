//! Completions: what a shell asks for while a command line is typed.
//!
//! `imr completions SHELL` prints what the shell has to know; while one types, it calls `imr` with a variable set, and
//! the answer is made of the command line itself and of the index. Nothing is ever said on stderr there.

mod bash;
mod candidates;
mod fish;
mod quoted;
mod zsh;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::{CompleteEnv, EnvCompleter, Shells};

use super::args::{CompletionsArgs, Shell};
use super::{End, command, output};

/// The variable that a shell sets when it asks.
const VARIABLE: &str = "IMR_COMPLETE";
/// The name of the program, as it is completed and as it is called for answers.
const PROGRAM: &str = "imr";

const SHELLS: Shells<'static> = Shells(&[&bash::BASH, &zsh::ZSH, &fish::FISH]);

/// A shell.
struct Completer {
    name: &'static str,
    /// What it has to know. `PROGRAM` and `VARIABLE` stand for what is completed.
    script: &'static str,
    answer: Answer,
}

/// Answers a shell: the command, its words as far as they are typed, and the folder.
type Answer = fn(&mut Command, Vec<OsString>, Option<&Path>, &mut dyn Write) -> io::Result<()>;

impl EnvCompleter for Completer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        program: &str,
        _: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        out.write_all(self.script.replace("PROGRAM", program).replace("VARIABLE", variable).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        args: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        (self.answer)(command, args, here, out)
    }
}

/// Prints what a shell has to know.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<End> {
    let shell = match args.shell {
        Shell::Bash => bash::BASH,
        Shell::Zsh => zsh::ZSH,
        Shell::Fish => fish::FISH,
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(End::Done)
}

/// A candidate on a line, with what it means behind a tab.
fn line(out: &mut dyn Write, value: &str, candidate: &CompletionCandidate) -> io::Result<()> {
    write!(out, "{value}")?;
    if let Some(help) = candidate.get_help() {
        write!(out, "\t{}", help.to_string().lines().next().unwrap_or_default())?;
    }
    writeln!(out)
}

/// Answers a shell, if it is one that asks.
pub fn answers() -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    let here = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(with_candidates).var(VARIABLE).bin(PROGRAM).completer(PROGRAM).shells(SHELLS);
    // Who is typing wants no errors between the words.
    let _ = asked.try_complete(std::env::args_os(), here.as_deref());
    true
}

/// The command line, whose flags know what values they may have.
fn with_candidates() -> Command {
    let command = command::command();
    let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_candidates_of))
}

fn with_candidates_of(command: Command) -> Command {
    let of = command.get_name().to_owned();
    let ids: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    ids.into_iter().fold(command, |command, id| match candidates::of(&of, &id) {
        Some(candidates) => command.mut_arg(id, |arg| arg.add(candidates)),
        None => command,
    })
}
