//! `imr export`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look, Selection};

pub const EXPORT_HELP: &str = "\
Rows are in the order of case numbers and issues. Letters are whole: also their
issues that do not match. JSON lines of letters are what `imr parse` prints, and
`imr index letters.jsonl` reads them on another machine.

Examples:
  imr export > letters.jsonl
  imr export --of issues -o issues.parquet
  imr export opioid --decided 2016 --of issues --format csv -o opioids.csv";

#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// What to export; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// How to write [default: as the name of the file ends, and else jsonl]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<FileFormatArg>,
    /// What a row is
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = OfArg::Letters)]
    pub of: OfArg,
    /// Write to this file, which appears when it is whole [default: standard output]
    #[arg(long, short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FileFormatArg {
    /// An object a line; see schema/letter.schema.json and schema/export-issues.schema.json
    Jsonl,
    /// A line for each row, with a head; lists are joined by `; `
    Csv,
    /// Columns with types, for DuckDB, pandas and the like; see schema/export-letters.parquet.txt
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OfArg {
    /// A letter with its issues
    Letters,
    /// An issue with the facts of its letter
    Issues,
}
