//! `imr completions` and `imr man`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::Look;

pub const COMPLETIONS_HELP: &str = "\
Commands, flags, fields and their values are completed, values and case numbers
as the index has them that is found from the current folder, or named by --index.

Examples:
  source <(imr completions bash)                  # in ~/.bashrc
  source <(imr completions zsh)                   # in ~/.zshrc, behind compinit
  imr completions fish | source                   # in ~/.config/fish/config.fish";

pub const MAN_HELP: &str = "\
Examples:
  imr man search | man -l -
  imr man -o ~/.local/share/man/man1";

#[derive(Debug, ClapArgs)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
}

#[derive(Debug, ClapArgs)]
pub struct ManArgs {
    /// The command whose page is printed; without it that of `imr` itself
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, short = 'o', value_name = "DIR")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub look: Look,
}
