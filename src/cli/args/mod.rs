//! What can be typed.

mod archive;
mod check;
mod index;
mod info;
mod parse;
mod report;
mod search;
mod selection;
mod shared;
mod show;
mod stats;
mod status;

use clap::{Parser, Subcommand};

pub use archive::ArchiveArgs;
pub use check::{CheckArgs, PeriodArg};
pub use index::IndexArgs;
pub use info::{InfoArgs, OptimizeArgs};
pub use parse::{ParseArgs, ParseFormat};
pub use report::{PageFormat, ReportArgs};
pub use search::{HitFormat, SearchArgs};
pub use selection::Selection;
pub use shared::{IndexChoice, Look, ReportFormat, When, index_dir};
pub use show::{ShowArgs, ShowFormat};
pub use stats::{DaysArg, Over, StatsArgs, StatsFormat};
pub use status::{StateArg, StatusArgs};

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
    #[command(after_help = index::INDEX_HELP)]
    Index(IndexArgs),
    /// Tell what `imr index` would do, without doing it: what is new, changed, moved or gone since the last run
    #[command(after_help = status::STATUS_HELP)]
    Status(StatusArgs),
    /// Search the issues of indexed letters
    #[command(after_help = search::SEARCH_HELP)]
    Search(SearchArgs),
    /// Count issues and letters by fields
    #[command(after_help = stats::STATS_HELP)]
    Stats(StatsArgs),
    /// Write the tables that are published of all reviews every year, as one page
    #[command(after_help = report::REPORT_HELP)]
    Report(ReportArgs),
    /// Print one whole letter
    #[command(after_help = "Example:\n  imr show CM16-0213037")]
    Show(ShowArgs),
    /// Read letters and print their records, without an index
    #[command(after_help = "Example:\n  imr parse letters/ > letters.jsonl")]
    Parse(ParseArgs),
    /// Count how well letters were understood: layouts, diagnostics, and how full each field is, by year
    #[command(mut_arg("paths", |paths| paths.conflicts_with("index")), after_help = check::CHECK_HELP)]
    Check(CheckArgs),
    /// Print what an index holds, and what it takes on disk by kind of file and by field
    #[command(after_help = "Example:\n  imr info --format json")]
    Info(InfoArgs),
    /// Merge an index to one segment, without what is deleted
    #[command(after_help = "Searching goes on meanwhile. For a while the index takes twice the space.")]
    Optimize(OptimizeArgs),
}
