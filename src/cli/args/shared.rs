//! What commands have in common: the index that is meant, how text looks, how reports are printed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

/// Which index.
#[derive(Debug, ClapArgs)]
pub struct IndexChoice {
    /// The index folder; without it the nearest `.imr` here or in a folder above [env: IMR_INDEX]
    #[arg(long = "index", value_name = "DIR")]
    index: Option<PathBuf>,
}

impl IndexChoice {
    /// Whether the flag names one.
    pub fn is_named(&self) -> bool {
        self.index.is_some()
    }

    /// The folder that was named.
    pub fn dir(&self) -> Option<PathBuf> {
        index_dir(self.index.clone())
    }
}

/// The index folder that was named, by the flag or else by `IMR_INDEX`. An empty variable names none.
pub fn index_dir(given: Option<PathBuf>) -> Option<PathBuf> {
    given.or_else(|| std::env::var_os("IMR_INDEX").filter(|dir| !dir.is_empty()).map(PathBuf::from))
}

/// How text output looks.
#[derive(Debug, ClapArgs)]
pub struct Look {
    /// Lay text out as on a terminal, also in a pipe or a file
    #[arg(long, short = 'p')]
    pub pretty: bool,
    /// When to use colours, in messages and in what is laid out as on a terminal
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    pub color: When,
    /// Print at once, also what is longer than the screen, instead of through `IMR_PAGER`, `PAGER` or `less`
    #[arg(long)]
    pub no_pager: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people on a terminal; in a pipe names and numbers, separated by tabs
    Text,
    /// As JSON, with everything
    Json,
}
