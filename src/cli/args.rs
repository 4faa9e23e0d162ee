//! What can be typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Index, search and count California Independent Medical Review decisions.
#[derive(Debug, Parser)]
#[command(name = "imr", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done, 1 nothing found, 2 error, 130 interrupted.")]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Index an archive of letters: what is new, changed or gone since the last run
    #[command(after_help = "Examples:\n  imr index letters/\n  imr index letters/2016 letters/2017 --index /data/imr")]
    Index(IndexArgs),
    /// Search the issues of indexed letters
    #[command(after_help = SEARCH_HELP)]
    Search(SearchArgs),
    /// Count issues and letters by fields
    #[command(
        after_help = "Examples:\n  imr stats --by outcome\n  imr stats acupuncture --by year,outcome\n  imr stats --by specialty --basis mtus --format csv"
    )]
    Stats(StatsArgs),
    /// Print one whole letter
    #[command(after_help = "Example:\n  imr show CM16-0213037")]
    Show(ShowArgs),
    /// Read letters and print their records, without an index
    #[command(after_help = "Example:\n  imr parse letters/ > letters.jsonl")]
    Parse(ParseArgs),
}

const SEARCH_HELP: &str = "\
Queries:
  acupuncture upheld MTUS          all of the words, each in any field
  \"functional restoration\"         words in a row (quote it again for the shell)
  MRI AND (lumbar OR cervical)     AND, OR, NOT and parentheses
  issue:opioid NOT rationale:taper words in one field
  decided:[2016-12 TO 2017-01]     ranges; also decided:2016-12..2017-01, age:>=60, injured:2016

Fields: issue, guideline, rationale, claims, summary, text, category, outcome, basis, chapter,
specialty, state, layout, priority, sex, age, decided, injured, assigned, case, path

Examples:
  imr search acupuncture upheld MTUS
  imr search 'issue:\"lumbar MRI\"' --outcome overturned --facets specialty,year
  imr search opioid --decided 2016-12..2017-01 --sort -decided --format csv";

/// Which index.
#[derive(Debug, ClapArgs)]
pub struct IndexChoice {
    /// The index folder; without it the nearest `.imr` here or in a folder above
    #[arg(long = "index", value_name = "DIR", env = "IMR_INDEX")]
    pub index: Option<PathBuf>,
}

/// How text output looks.
#[derive(Debug, ClapArgs)]
pub struct Look {
    /// Lay text out as on a terminal, also in a pipe or a file
    #[arg(long, short = 'p')]
    pub pretty: bool,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto)]
    pub color: When,
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

#[derive(Debug, ClapArgs)]
pub struct IndexArgs {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The index folder [default: .imr in the current folder]
    #[arg(long = "index", value_name = "DIR", env = "IMR_INDEX")]
    pub index: Option<PathBuf>,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Memory for index segments under construction, in MiB, over all threads
    #[arg(long, value_name = "MIB", default_value_t = 400, value_parser = clap::value_parser!(u32).range(16..=65536))]
    pub memory: u32,
    /// Follow symbolic links below the paths
    #[arg(long)]
    pub follow: bool,
    /// Exit with status 1 when a file could not be read
    #[arg(long)]
    pub strict: bool,
    /// How to print the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A name and a number on each line
    Text,
    /// One object, with the failed files and why
    Json,
}

/// Which issues.
#[derive(Debug, ClapArgs)]
pub struct Selection {
    /// Only this outcome: upheld, overturned
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub outcome: Vec<String>,
    /// Only this basis of the reviewer's guideline: mtus, non_mtus, both, none
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub basis: Vec<String>,
    /// Only this specialty of the reviewer; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub specialty: Vec<String>,
    /// Only reviewers licensed in this state; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub state: Vec<String>,
    /// Only this MTUS chapter of the reviewer's guideline; repeat for others
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub chapter: Vec<String>,
    /// Only this layout: credentials, board_certified, unknown
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub layout: Vec<String>,
    /// Only this priority: standard, expedited
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub priority: Vec<String>,
    /// Only this sex of the worker: male, female
    #[arg(long, value_name = "VALUE", value_delimiter = ',', help_heading = "Filters")]
    pub sex: Vec<String>,
    /// Only this age of the worker: 40, 40..49, >=60
    #[arg(long, value_name = "RANGE", help_heading = "Filters")]
    pub age: Vec<String>,
    /// Only decisions of these dates: 2016, 2016-12, 2016-12-05, 2016-12..2017-01
    #[arg(long, value_name = "DATES", help_heading = "Filters")]
    pub decided: Vec<String>,
    /// Only injuries of these dates
    #[arg(long, value_name = "DATES", help_heading = "Filters")]
    pub injured: Vec<String>,
    /// Only cases assigned on these dates
    #[arg(long, value_name = "DATES", help_heading = "Filters")]
    pub assigned: Vec<String>,
    /// Only this case; repeat for others
    #[arg(long, value_name = "CASE", value_delimiter = ',', help_heading = "Filters")]
    pub case: Vec<String>,
    /// Only letters of this file, or of files below this folder, as paths are shown in the index
    #[arg(long, value_name = "PATH", help_heading = "Filters")]
    pub path: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub struct SearchArgs {
    /// What to search for; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// How many hits
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    pub limit: usize,
    /// How many hits to leave out before the first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// The order of hits
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = SortArg::Score, allow_hyphen_values = true)]
    pub sort: SortArg,
    /// Fields whose values to count over all hits
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub facets: Vec<String>,
    /// Print the totals only
    #[arg(long)]
    pub count: bool,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = HitFormat::Text)]
    pub format: HitFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortArg {
    /// The best first
    Score,
    /// The oldest decision first
    Decided,
    /// The latest decision first
    #[value(name = "-decided")]
    DecidedDescending,
    /// By case number
    Case,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HitFormat {
    /// For people on a terminal; in a pipe a line for each hit, its parts separated by tabs
    Text,
    /// One object with totals, hits and facets
    Json,
    /// An object on a line for each hit
    Jsonl,
    /// A line for each hit, with a head
    Csv,
}

#[derive(Debug, ClapArgs)]
pub struct StatsArgs {
    /// What to count; without it everything
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    #[command(flatten)]
    pub selection: Selection,
    /// Fields to count by: outcome, basis, specialty, state, chapter, category, layout, priority, sex, year, month, age_band
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

#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// The case number, such as CM16-0213037
    #[arg(value_name = "CASE")]
    pub case: String,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ShowFormat::Text)]
    pub format: ShowFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For reading
    Text,
    /// The letter's record
    Json,
}

#[derive(Debug, ClapArgs)]
pub struct ParseArgs {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ParseFormat::Jsonl)]
    pub format: ParseFormat,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Follow symbolic links below the paths
    #[arg(long)]
    pub follow: bool,
    /// Exit with status 1 when a file could not be read
    #[arg(long)]
    pub strict: bool,
    /// Tell why each issue has its category
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ParseFormat {
    /// One record a line; see schema/letter.schema.json
    Jsonl,
    /// For reading
    Text,
}
