//! `imr stats`.

use std::io::Write;

use imr::search::{self, Dimension};
use imr::{Result, present};

use super::args::{StatsArgs, TableFormat};
use super::search::{expr, open};
use super::{End, output};

/// Counts.
pub fn run(args: StatsArgs) -> anyhow::Result<End> {
    let expr = expr(&args.query, &args.selection)?;
    let by: Vec<Dimension> = args.by.iter().map(|name| Dimension::parse(name)).collect::<Result<_>>()?;
    let reader = open(&args.index)?;
    let table = reader.guarded(|| search::stats(&reader, &expr, &by))?;
    let mut out = output::stdout();
    match args.format {
        TableFormat::Text => present::table(&mut out, &table, &output::style(&args.look))?,
        TableFormat::Json => present::table_json(&mut out, &table)?,
        TableFormat::Csv => present::table_csv(&mut out, &table)?,
    }
    out.flush()?;
    Ok(if table.total.letters == 0 { End::Nothing } else { End::Done })
}
