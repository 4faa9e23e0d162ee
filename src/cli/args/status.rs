//! `imr status`.

use clap::{Args as ClapArgs, ValueEnum};

use super::{ArchiveArgs, IndexChoice, Look, ReportFormat};

pub const STATUS_HELP: &str = "\
Without paths those of earlier runs of `imr index` are compared with the index.
Nothing is written, and a run that is going on is not disturbed. What is in a new
or changed container, and which of the new letters are duplicates, only a run
will know. Of shards it looks whether all are there, of one list and as long as
they were written; whether they have the bytes that were written, a run tells.

Examples:
  imr status
  imr status letters/ --list new,moved
  imr status --failed
  imr status --duplicates --format json";

#[derive(Debug, ClapArgs)]
pub struct StatusArgs {
    #[command(flatten)]
    pub archive: ArchiveArgs,
    /// List the files that could not be read, with the reasons; they are tried again when they change
    #[arg(long, conflicts_with_all = ["duplicates", "list"])]
    pub failed: bool,
    /// List the letters of which there are several files: copies, and older versions of a case
    #[arg(long, conflicts_with = "list")]
    pub duplicates: bool,
    /// List the files in this state instead of counting; repeat for others
    #[arg(long, value_enum, value_name = "STATE", value_delimiter = ',')]
    pub list: Vec<StateArg>,
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateArg {
    /// No run has come to it
    New,
    /// Its length or times are others than they were
    Changed,
    /// It is new where a file of the same content is gone
    Moved,
    /// It is known, and not there
    Gone,
}
