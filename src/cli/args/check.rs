//! `imr check`.

use clap::{Args as ClapArgs, ValueEnum};

use super::{ArchiveArgs, IndexChoice, Look, ReportFormat};

pub const CHECK_HELP: &str = "\
Without paths the letters of the index are checked. What can be listed: a layout
(unknown), the code of a diagnostic (no_age), an empty field (missing:age,
missing:issues.rationale), contradictions, and files that could not be read by
the code of the error (pdf_damaged, pdf_no_text, empty).

Examples:
  imr check
  imr check letters/ --by month
  imr check --list unknown --list contradictions";

#[derive(Debug, ClapArgs)]
pub struct CheckArgs {
    // Without paths the index is checked.
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// List the letters behind a count instead; repeat for others
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub list: Vec<String>,
    /// How many letters to list at most
    #[arg(long, short = 'n', value_name = "N")]
    pub limit: Option<usize>,
    /// The time of decision that counts are kept by
    #[arg(long, value_enum, value_name = "PERIOD", default_value_t = PeriodArg::Year)]
    pub by: PeriodArg,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PeriodArg {
    /// By year
    Year,
    /// By month
    Month,
}
