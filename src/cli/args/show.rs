//! `imr show`.

use clap::{Args as ClapArgs, ValueEnum};

use super::{IndexChoice, Look};

#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// The case number, such as CM16-0213037, or the path of a letter that has none
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
