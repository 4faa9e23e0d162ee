//! `imr parse`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use imr::archive::Shard;

use super::archive::named;
use super::{ArchiveArgs, Look};

pub const PARSE_HELP: &str = "\
With `--shard I/N` a run writes the letters of one shard as `part-0000I-of-0000N` with a
manifest, so that any scheduler can parse an archive by N runs. The files of the list, or
those below the paths, are put in the order of their names and cut into N runs of equal
length, so a shard depends on their names and N alone; a container, or a folder on the
list, is not cut. A shard appears when it is whole, its manifest last; one that is there
as it should be is not written again. `imr index`, `imr publish` and `imr stats --from`
take the folder when all shards are there.

Examples:
  imr parse letters/ > letters.jsonl
  imr parse new.pdf --format text
  imr parse new.pdf --explain
  imr parse --shard 0/8 --files-from list.txt -o shards --format parquet";

#[derive(Debug, ClapArgs)]
#[command(group(named()))]
pub struct ParseArgs {
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// Write one of N shards of the letters, from 0/N on, into the folder of `-o`; see below
    #[arg(long, value_name = "I/N", requires = "output", conflicts_with = "explain", help_heading = "Shards")]
    pub shard: Option<Shard>,
    /// The folder of shards; it is made if it is not there
    #[arg(long, short = 'o', value_name = "DIR", requires = "shard", help_heading = "Shards")]
    pub output: Option<PathBuf>,
    /// Write the shard anew also where it is there as it should be
    #[arg(long, requires = "shard", help_heading = "Shards")]
    pub reread: bool,
    /// How to print, or how to write a shard
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
    /// Columns with types, for shards; see schema/export-letters.parquet.txt
    Parquet,
    /// For reading
    Text,
}
