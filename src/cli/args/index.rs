//! `imr index`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{ArchiveArgs, Look, ReportFormat};

pub const INDEX_HELP: &str = "\
Without paths those of earlier runs are gone over again, each with the flags that
it was named with last.

Examples:
  imr index letters/
  imr index letters/2016 letters/2017 --index /data/imr
  imr index";

#[derive(Debug, ClapArgs)]
pub struct IndexArgs {
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// The index folder [env: IMR_INDEX] [default: .imr in the current folder]
    #[arg(long = "index", value_name = "DIR")]
    pub index: Option<PathBuf>,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Memory for index segments under construction, in MiB, over all threads
    #[arg(long, value_name = "MIB", default_value_t = 400, value_parser = clap::value_parser!(u32).range(16..=65536))]
    pub memory: u32,
    /// Read all files again, also those that are as they were
    #[arg(long)]
    pub reread: bool,
    /// Also try again what could not be read in an earlier run
    #[arg(long)]
    pub retry_failed: bool,
    /// Take letters out of the index whose files are gone, which stay otherwise
    #[arg(long)]
    pub prune: bool,
    /// Exit with status 1 when a file could not be read
    #[arg(long)]
    pub strict: bool,
    /// Also print where the time went: seconds by stage, added up over all threads
    #[arg(long)]
    pub timings: bool,
    /// How to print the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub look: Look,
}
