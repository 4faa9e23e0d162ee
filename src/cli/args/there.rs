//! An engine to ask instead of the index here.

use clap::Args as ClapArgs;

use super::RemoteChoice;

/// An engine to ask instead of the index here.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Engines of others")]
pub struct There {
    /// Ask the index of an engine that `imr publish` filled, not the one here: an address and an index, such as
    /// `https://host:9200/letters`
    #[arg(long = "remote", id = "remote", value_name = "URL/INDEX", conflicts_with = "index")]
    pub target: Option<String>,
    #[command(flatten)]
    pub choice: RemoteChoice,
}
