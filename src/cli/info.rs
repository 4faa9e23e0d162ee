//! `imr info`.

use imr::index::Info;
use imr::present;
use imr::query;
use imr::search::{self as find, Request};

use super::args::{InfoArgs, ReportFormat};
use super::asked::open;
use super::{End, output, pager};

/// Prints what an index holds, what it takes on disk, and how it was made.
pub fn run(args: InfoArgs) -> anyhow::Result<End> {
    let reader = open(&args.index)?;
    let everything = Request { limit: 0, ..Request::new(query::parse("")?.expr) };
    let (info, total) = reader.guarded(|| Ok((Info::of(&reader)?, find::search(&reader, &everything)?.total)))?;
    let mut out = pager::answer(&args.look);
    match args.format {
        ReportFormat::Text => present::info(&mut out, &info, total, &output::style(&args.look))?,
        ReportFormat::Json => present::info_json(&mut out, &info, total)?,
    }
    out.finish()?;
    Ok(End::Done)
}
