//! What can be typed.

mod archive;
mod check;
mod index;
mod info;
mod parse;
mod search;
mod selection;
mod shared;
mod show;
mod similar;
mod stats;
mod status;

use clap::{Parser, Subcommand};

pub use archive::ArchiveArgs;
pub use check::{CheckArgs, PeriodArg};
pub use index::IndexArgs;
pub use info::{InfoArgs, OptimizeArgs};
pub use parse::{ParseArgs, ParseFormat};
pub use search::{GroupArg, HitFormat, SearchArgs};
pub use selection::Selection;
pub use shared::{IndexChoice, Look, ReportFormat, When, index_dir};
pub use show::{ShowArgs, ShowFormat};
pub use similar::SimilarArgs;
pub use stats::{StatsArgs, TableFormat};
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
    #[command(after_help = "Examples:\n  imr index letters/\n  imr index letters/2016 letters/2017 --index /data/imr")]
    Index(IndexArgs),
    /// Tell what `imr index` would do, without doing it: what is new, changed, moved or gone since the last run
    #[command(after_help = status::STATUS_HELP)]
    Status(StatusArgs),
    /// Search the issues of indexed letters
    #[command(after_help = search::SEARCH_HELP)]
    Search(SearchArgs),
    /// Count issues and letters by fields
    #[command(
        after_help = "Examples:\n  imr stats --by outcome\n  imr stats acupuncture --by year,outcome\n  imr stats --by specialty --basis mtus --format csv"
    )]
    Stats(StatsArgs),
    /// Print one whole letter, or one issue of it
    #[command(
        after_help = "Examples:\n  imr show CM16-0213037\n  imr show CM16-0213037/2 --query 'functional w/5 restoration'\n  imr show CM16-0213037 --open"
    )]
    Show(ShowArgs),
    /// Find the issues most like one, and how they were decided
    #[command(after_help = similar::SIMILAR_HELP)]
    Similar(SimilarArgs),
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
