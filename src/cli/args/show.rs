//! `imr show`.

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look};

#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// The case number, such as CM16-0213037, with a slash and a number for one issue (CM16-0213037/2), or the path of a
    /// letter that has no case number
    #[arg(value_name = "CASE[/N]")]
    pub case: String,
    /// Mark what this query matches; without it, on a terminal, what the last search there did
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["no_marks", "raw", "open"])]
    pub query: Option<String>,
    /// Mark nothing
    #[arg(long)]
    pub no_marks: bool,
    /// Print the text of the letter's file instead of what was read from it
    #[arg(long, conflicts_with_all = ["format", "open"])]
    pub raw: bool,
    /// Open the letter's file in the program that the system has for it
    #[arg(long, conflicts_with = "format")]
    pub open: bool,
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
