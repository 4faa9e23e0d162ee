//! `imr parse`.

use clap::{Args as ClapArgs, ValueEnum};

use super::archive::named;
use super::{ArchiveArgs, Look};

#[derive(Debug, ClapArgs)]
#[command(group(named()))]
pub struct ParseArgs {
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ParseFormat::Jsonl)]
    pub format: ParseFormat,
    /// Threads that read and parse [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
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
