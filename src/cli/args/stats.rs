//! `imr stats`.

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look, Selection};

#[derive(Debug, ClapArgs)]
pub struct StatsArgs {
    /// What to count; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// Up to four fields to count by: outcome, category, category_group, drug_group, drug, body, side, retrospective,
    /// associated, basis, source, chapter, claims_chapter, specialty, state, layout, priority, sex, year, month, age_band
    #[arg(long, value_name = "FIELD", value_delimiter = ',', required = true)]
    pub by: Vec<String>,
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
    /// Aligned on a terminal; in a pipe a line for each row, its parts separated by tabs
    Text,
    /// One object with totals and rows
    Json,
    /// A line for each row, with a head
    Csv,
}
