//! `imr report`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look, Selection};

pub const REPORT_HELP: &str = "\
Volumes and outcomes by year, service category, drug, reviewer's specialty, guideline
and more, requests per letter and days to the decision, with charts, and below each
table the command that makes it. The page needs no network.

Examples:
  imr report acupuncture
  imr report -o report.html
  imr report 'category:rehabilitation' --decided 2016 -o rehabilitation.html
  imr report --format csv -o tables/
  imr report --format md > report.md";

#[derive(Debug, ClapArgs)]
pub struct ReportArgs {
    /// What to count; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// Where to: a file, or a folder for `--format csv` [default: standard output]
    #[arg(short, long, value_name = "FILE|FOLDER")]
    pub output: Option<PathBuf>,
    /// What to write [default: as the name of the output ends; without one text on a terminal, and html in a pipe]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<PageFormat>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// Tables with bars and sparklines; in a pipe a line for each row, behind the name of its table
    Text,
    /// One page with charts
    Html,
    /// Tables for a memorandum
    #[value(alias = "md")]
    Markdown,
    /// A file for each table, in a folder
    Csv,
    /// One object
    Json,
}
