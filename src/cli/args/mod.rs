//! What can be typed.

mod archive;
mod check;
mod export;
mod index;
mod info;
mod parse;
mod remote;
mod report;
mod save;
mod search;
mod selection;
mod serve;
mod shared;
mod shell;
mod show;
mod similar;
mod stats;
mod status;
mod there;

use clap::{Parser, Subcommand};

pub use archive::ArchiveArgs;
pub use check::{CheckArgs, PeriodArg};
pub use export::{ExportArgs, FileFormatArg, OfArg};
pub use index::IndexArgs;
pub use info::{InfoArgs, OptimizeArgs};
pub use parse::{ParseArgs, ParseFormat};
pub use remote::{DoctorArgs, FlavorArg, InitArgs, PublishArgs, RemoteArgs, RemoteChoice, RemoteCommand, TakeDownArgs};
pub use report::{PageFormat, ReportArgs};
pub use save::SaveArgs;
pub use search::{GroupArg, HitFormat, SearchArgs};
pub use selection::Selection;
pub use serve::{McpArgs, ServeArgs};
pub use shared::{IndexChoice, Look, ReportFormat, When, index_dir};
pub use shell::{CompletionsArgs, ManArgs, Shell};
pub use show::{ShowArgs, ShowFormat};
pub use similar::{SimilarArgs, TableFormat};
pub use stats::{DaysArg, Over, StatsArgs, StatsFormat};
pub use status::{StateArg, StatusArgs};
pub use there::There;

/// Index, search and count California Independent Medical Review decisions.
#[derive(Debug, Parser)]
#[command(name = "imr", version, about, max_term_width = 100, arg_required_else_help = true)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// Without the defaults of configuration files
    #[arg(long, global = true, display_order = 900)]
    pub no_config: bool,
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
    /// Save a search under a name, for `imr search @NAME`; list and delete what is saved
    #[command(after_help = save::SAVE_HELP)]
    Save(SaveArgs),
    /// Count issues and letters by fields
    #[command(after_help = stats::STATS_HELP)]
    Stats(StatsArgs),
    /// Write the tables that are published of all reviews every year, as one page
    #[command(after_help = report::REPORT_HELP)]
    Report(ReportArgs),
    /// Print one whole letter, or one issue of it
    #[command(
        after_help = "Examples:\n  imr show CM16-0213037\n  imr show CM16-0213037/2 --query 'functional w/5 restoration'\n  imr show CM16-0213037 --open"
    )]
    Show(ShowArgs),
    /// Find the issues most like one, and how they were decided
    #[command(after_help = similar::SIMILAR_HELP)]
    Similar(SimilarArgs),
    /// Serve a page to search, read and count with a browser, and a JSON API
    #[command(after_help = serve::SERVE_HELP)]
    Serve(ServeArgs),
    /// Give an AI assistant tools to search, read and count, over the Model Context Protocol
    #[command(after_help = serve::MCP_HELP)]
    Mcp(McpArgs),
    /// Write whole letters or issues, as JSON lines, CSV or Parquet
    #[command(after_help = export::EXPORT_HELP)]
    Export(ExportArgs),
    /// Bring an index of OpenSearch, Elasticsearch, Quickwit or rSearch up to date with the one here
    #[command(after_help = remote::PUBLISH_HELP)]
    Publish(PublishArgs),
    /// Make the index that letters are published to, try what a server can do, take letters down
    #[command(after_help = remote::REMOTE_HELP)]
    Remote(RemoteArgs),
    /// Read letters and print their records, without an index
    #[command(after_help = parse::PARSE_HELP)]
    Parse(ParseArgs),
    /// Count how well letters were understood: layouts, diagnostics, and how full each field is, by year
    #[command(mut_arg("paths", |paths| paths.conflicts_with("index")), after_help = check::CHECK_HELP)]
    Check(CheckArgs),
    /// Print what an index holds, and what it takes on disk by kind of file and by field
    #[command(after_help = "Examples:\n  imr info\n  imr info --format json")]
    Info(InfoArgs),
    /// Merge an index to one segment, without what is deleted
    #[command(
        after_help = "Searching goes on meanwhile. For a while the index takes twice the space.\n\nExamples:\n  imr optimize\n  imr optimize --index /data/imr"
    )]
    Optimize(OptimizeArgs),
    /// Print what a shell needs to complete command lines: commands, flags, values and case numbers
    #[command(after_help = shell::COMPLETIONS_HELP)]
    Completions(CompletionsArgs),
    /// Print a page of the manual, or write all of them
    #[command(after_help = shell::MAN_HELP)]
    Man(ManArgs),
}

impl Command {
    /// How its text looks.
    pub fn look(&self) -> &Look {
        match self {
            Self::Index(args) => &args.look,
            Self::Status(args) => &args.look,
            Self::Search(args) => &args.look,
            Self::Save(args) => &args.look,
            Self::Stats(args) => &args.look,
            Self::Report(args) => &args.look,
            Self::Show(args) => &args.look,
            Self::Similar(args) => &args.look,
            Self::Serve(args) => &args.look,
            Self::Mcp(args) => &args.look,
            Self::Export(args) => &args.look,
            Self::Publish(args) => &args.look,
            Self::Remote(args) => args.look(),
            Self::Parse(args) => &args.look,
            Self::Check(args) => &args.look,
            Self::Info(args) => &args.look,
            Self::Optimize(args) => &args.look,
            Self::Completions(args) => &args.look,
            Self::Man(args) => &args.look,
        }
    }
}
