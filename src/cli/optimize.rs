//! `imr optimize`.

use std::io::Write;

use imr::{index, present};

use super::args::OptimizeArgs;
use super::{End, output};

/// Merges an index to one segment.
pub fn run(args: OptimizeArgs) -> anyhow::Result<End> {
    let dir = index::find(args.index.dir().as_deref(), &std::env::current_dir()?)?;
    let optimized = index::optimize(&dir)?;
    let mut out = output::stdout();
    present::optimized(&mut out, &optimized, &output::style(&args.look))?;
    out.flush()?;
    Ok(End::Done)
}
