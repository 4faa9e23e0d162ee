//! `imr serve` and `imr mcp`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{IndexChoice, Look};

pub const SERVE_HELP: &str = "\
The page and its JSON API are for this machine alone, unless --addr says otherwise; who
asks from elsewhere has to know a token. Ctrl-C stops the server when what was asked is
answered.

Examples:
  imr serve --open
  imr serve --index /data/imr --addr 127.0.0.1:9000
  IMR_TOKEN=$(cat token) imr serve --addr 0.0.0.0:8080 --host letters.example.org";

#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// Where to listen: address and port, port 0 for any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub addr: SocketAddr,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// A name by which browsers may call the server, besides its address and localhost; repeat for others
    #[arg(long, value_name = "NAME")]
    pub host: Vec<String>,
    /// What who asks has to know; without a value one is made and printed. Others on this machine can see what is typed,
    /// so that `IMR_TOKEN` or --token-file is the better place for it
    #[arg(long, value_name = "TOKEN", num_args = 0..=1, require_equals = true, conflicts_with = "token_file")]
    pub token: Option<Option<String>>,
    /// The first line of this file is the token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// A bound other than usual, for tests: head, answer, stall or grace in milliseconds, connections, client_connections,
    /// exports, client_exports, queries, waiting
    #[arg(long, value_name = "NAME=N", hide = true)]
    pub bound: Vec<String>,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

pub const MCP_HELP: &str = "\
An assistant's program starts this command, and speaks the Model Context Protocol with it
on standard input and output. The tools are search, get_letter, stats and similar. What
they answer is bounded, and says where it is cut.

Examples:
  imr mcp --index /data/imr
  {\"mcpServers\": {\"imr\": {\"command\": \"imr\", \"args\": [\"mcp\", \"--index\", \"/data/imr\"]}}}";

#[derive(Debug, ClapArgs)]
pub struct McpArgs {
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}
