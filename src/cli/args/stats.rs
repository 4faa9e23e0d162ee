//! `imr stats`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look, Selection, There};

pub const STATS_HELP: &str = "\
Counts are exact. `issues` counts disputed treatments and `letters` the letters that
hold them; posted letters are no random sample of treatment requests.

Fields to count by: outcome, category, category_group, drug_group, drug, body, side,
retrospective, associated, basis, source, chapter, claims_chapter, same_guideline,
specialty (all of a reviewer's), first_specialty, state, layout, priority, sex,
age_band, requests (issues of the letter), year, quarter, month (of the decision),
injury_year, injury_quarter, injury_month.

Examples:
  imr stats --by outcome
  imr stats acupuncture --by year,outcome
  imr stats --by category_group,outcome --cross --show row_percent --test
  imr stats --by specialty --top 10 --sort -share --show issues,share,ci --min 30
  imr stats opioid --over quarter --chart
  imr stats 'issue:MRI' --compare 'issue:acupuncture' --by basis
  imr stats --by year --days assigned
  imr stats --by specialty --basis mtus --format csv
  imr stats --by year,outcome --from shards/
  imr stats --by year,outcome --remote https://search.example.org:9200/letters";

#[derive(Debug, ClapArgs)]
pub struct StatsArgs {
    /// What to count; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// Up to four fields to count by; see below. Without any there is a total
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Count by part of time, before other fields, and show the change against the part before
    #[arg(long, value_enum, value_name = "UNIT")]
    pub over: Option<Over>,
    /// The figures of each row: issues, letters, upheld, overturned, share (of upheld among the decided), ci (its 95%
    /// interval), percent, row_percent, column_percent [default: issues, letters, share]
    #[arg(long, value_name = "FIGURE", value_delimiter = ',')]
    pub show: Vec<String>,
    /// The order of rows: values, issues, letters, upheld, overturned, share; `-` before it for the greatest first
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true, default_value = "values")]
    pub sort: String,
    /// Rows for the N most frequent values of each field, and one for all others; times and bands have all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,
    /// Leave out rows of fewer than N issues
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub min: u64,
    /// Put the values of the last field beside one another, with the first figure of `--show` in the cells
    #[arg(long)]
    pub cross: bool,
    /// Test two fields for independence: chi-square, and Cramér's V
    #[arg(long)]
    pub test: bool,
    /// Count the issues of another query beside, with the difference of the shares; filters hold for both
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["cross", "over", "test", "chart"])]
    pub compare: Option<String>,
    /// How many days the decision took, from the assignment to a reviewer or from the denial
    #[arg(long, value_enum, value_name = "SINCE", conflicts_with_all = ["cross", "compare"])]
    pub days: Option<DaysArg>,
    /// Draw bars of the first figure on a terminal
    #[arg(long, conflicts_with = "cross")]
    pub chart: bool,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = StatsFormat::Text)]
    pub format: StatsFormat,
    /// Count the records of exports or of a folder of shards, by a temporary index; repeat for others
    ///
    /// A record that cannot be read is told, and the exit status is 2, since the counts lack it. Letters that could not be
    /// read when shards were written are a note and no error: they are in no index either.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["index", "remote"])]
    pub from: Vec<PathBuf>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
    #[command(flatten)]
    pub there: There,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Over {
    /// Calendar years
    Year,
    /// Quarters of a year
    Quarter,
    /// Months
    Month,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DaysArg {
    /// From the assignment to a reviewer
    Assigned,
    /// From the denial by utilization review
    Denied,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatsFormat {
    /// Aligned on a terminal; in a pipe a line for each row, its parts separated by tabs
    Text,
    /// One object with totals and rows
    Json,
    /// A line for each row, with a head
    Csv,
    /// A table for a memorandum
    #[value(alias = "md")]
    Markdown,
}
