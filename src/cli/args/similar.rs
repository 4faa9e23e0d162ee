//! `imr similar`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look, Selection};

pub const SIMILAR_HELP: &str = "\
Examples:
  imr similar CM16-0213037/2
  imr similar CM16-0213037/2 --outcome overturned --decided 2016..
  imr similar --file denied.pdf --issue 1 --format csv";

#[derive(Debug, ClapArgs)]
pub struct SimilarArgs {
    /// The issue: case number, slash, number; of a letter with one issue the case number alone
    #[arg(value_name = "CASE/N", required_unless_present = "file", conflicts_with = "file")]
    pub of: Option<String>,
    /// A letter that need not be in the index, PDF or text
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Which issue of that letter, from 1
    #[arg(long, value_name = "N", conflicts_with = "of")]
    pub issue: Option<u32>,
    #[command(flatten)]
    pub selection: Selection,
    /// How many issues
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = TableFormat::Text)]
    pub format: TableFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Aligned on a terminal; in a pipe a line for each issue, its parts separated by tabs
    Text,
    /// One object
    Json,
    /// A line for each issue, with a head
    Csv,
}
