//! `imr mcp`.

use imr::index;

use super::End;
use super::args::McpArgs;
use crate::serve::{self, Limits, Settings};

/// Answers an assistant until it is done.
pub fn run(args: McpArgs) -> anyhow::Result<End> {
    let index = index::find(args.index.dir().as_deref(), &std::env::current_dir()?)?;
    // Nothing is listened at.
    let addr = ([127, 0, 0, 1], 0).into();
    let limits = Limits::default();
    serve::mcp(Settings { index, addr, hosts: Vec::new(), token: None, makes_token: false, limits })?;
    Ok(End::Done)
}
