//! `imr publish` and `imr remote`.

use std::path::PathBuf;

use clap::{ArgGroup, Args as ClapArgs, Subcommand, ValueEnum};

use super::{IndexChoice, Look, ReportFormat};

pub const PUBLISH_HELP: &str = "\
Brings an index of an engine up to date with the one here: what is new there is
sent, what changed replaces its old version, what is gone here is taken away there.
What was sent is remembered beside the index; a run that was killed goes on where
it was. `imr remote init` makes the index there.

Credentials come from IMR_REMOTE_USER and IMR_REMOTE_PASSWORD, from
IMR_REMOTE_API_KEY, or from the file of --credentials or IMR_REMOTE_CREDENTIALS.

Examples:
  imr publish --to https://search.example.org:9200/letters
  imr publish --to http://one:9200,http://two:9200/letters --verify
  imr publish --to http://localhost:9200/letters --dry-run
  imr publish --to http://localhost:9200/letters shards/";

pub const REMOTE_HELP: &str = "\
Examples:
  imr remote init https://search.example.org:9200/letters --print
  imr remote init https://search.example.org:9200/letters --apply
  imr remote doctor https://search.example.org:9200
  imr remote take-down https://search.example.org:9200/letters CM16-0213037";

/// Which engine, and who asks.
#[derive(Debug, ClapArgs)]
pub struct RemoteChoice {
    /// What kind of engine it is
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t = FlavorArg::Auto)]
    pub flavor: FlavorArg,
    /// A file with a line `Basic USER:PASSWORD`, `ApiKey KEY` or `Bearer TOKEN` [env: IMR_REMOTE_CREDENTIALS]
    #[arg(long, value_name = "FILE")]
    pub credentials: Option<PathBuf>,
    /// Certificates in PEM of those who vouch for the server, instead of those that browsers know [env: IMR_REMOTE_CA_FILE]
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// How long a request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub timeout: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FlavorArg {
    /// What the server says
    Auto,
    /// OpenSearch
    Opensearch,
    /// Elasticsearch
    Elasticsearch,
    /// Quickwit
    Quickwit,
    /// rSearch
    Rsearch,
}

#[derive(Debug, ClapArgs)]
pub struct PublishArgs {
    /// Exports of letters in JSON lines or Parquet, or folders of them or of shards, to publish instead of an index
    #[arg(value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    /// Where to: an address and an index, such as `https://host:9200/letters`
    #[arg(long, value_name = "URL/INDEX")]
    pub to: String,
    #[command(flatten)]
    pub remote: RemoteChoice,
    /// The largest batch, in bytes; batches shrink where the server is busy
    #[arg(long, value_name = "BYTES", default_value_t = 5_000_000, value_parser = clap::value_parser!(u32).range(16_384..=100_000_000))]
    pub batch_bytes: u32,
    /// How many batches are under way at the same time
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub in_flight: u16,
    /// Send everything, whatever is known of what is there, and take away there what is not here
    #[arg(long)]
    pub replace: bool,
    /// Tell what would be done, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Then compare what is there with what is here, document by document
    #[arg(long)]
    pub verify: bool,
    /// How long to go on while the server takes nothing, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=604_800))]
    pub patience: u32,
    /// Where it is remembered what was sent [default: beside the index, of exports in the user's folder of states]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Where documents that the server refused are listed, a line each with the reason [default: beside the state]
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    #[command(flatten)]
    pub index: IndexChoice,
    /// How to print the account
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, ClapArgs)]
pub struct RemoteArgs {
    /// What to do there
    #[command(subcommand)]
    pub command: RemoteCommand,
}

#[derive(Debug, Subcommand)]
pub enum RemoteCommand {
    /// Make the index there, with the fields and analyzers that letters are sent for
    Init(InitArgs),
    /// Try what a server can do, in an index that is taken away again
    Doctor(DoctorArgs),
    /// Take letters away there, and leave them out of all later runs of `imr publish`
    TakeDown(TakeDownArgs),
}

impl RemoteArgs {
    /// How its text looks.
    pub fn look(&self) -> &Look {
        match &self.command {
            RemoteCommand::Init(args) => &args.look,
            RemoteCommand::Doctor(args) => &args.look,
            RemoteCommand::TakeDown(args) => &args.look,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(group = ArgGroup::new("what").required(true).args(["print", "apply"]))]
pub struct InitArgs {
    /// The index
    #[arg(value_name = "URL/INDEX")]
    pub target: String,
    /// Print the request that makes it, without asking the server where --flavor names the engine
    #[arg(long)]
    pub print: bool,
    /// Make it; one that is there and has the same fields stays
    #[arg(long)]
    pub apply: bool,
    /// Primary shards [default: as the engine has it]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub shards: Option<u32>,
    /// Copies of each shard [default: as the engine has it]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=32))]
    pub replicas: Option<u32>,
    #[command(flatten)]
    pub remote: RemoteChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, ClapArgs)]
pub struct DoctorArgs {
    /// The server
    #[arg(value_name = "URL")]
    pub servers: String,
    #[command(flatten)]
    pub remote: RemoteChoice,
    /// How to print it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, ClapArgs)]
pub struct TakeDownArgs {
    /// The index there
    #[arg(value_name = "URL/INDEX")]
    pub target: String,
    /// The letters, by their case numbers
    #[arg(value_name = "CASE", required = true)]
    pub cases: Vec<String>,
    /// Let the next run of `imr publish` send them again
    #[arg(long)]
    pub undo: bool,
    #[command(flatten)]
    pub remote: RemoteChoice,
    /// Where it is remembered what was sent [default: beside the index]
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}
