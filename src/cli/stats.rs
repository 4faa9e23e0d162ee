//! `imr stats`.

use imr::present;
use imr::search::{self, Counted, Dimension};

use super::args::{StatsArgs, TableFormat};
use super::asked::{asked, in_this_folder, open};
use super::{End, message, output, pager};

/// Counts.
pub fn run(args: StatsArgs) -> anyhow::Result<End> {
    let asked = asked(&args.query, &args.selection)?;
    let by = Dimension::parse_all(&args.by)?;
    let reader = open(&args.index)?;
    let expr = in_this_folder(asked, &reader)?;
    let Counted { table, notes } = reader.guarded(|| search::stats(&reader, &expr, &by))?;
    message::notes(&notes);
    let style = output::style(&args.look);
    let mut out = pager::answer(&args.look);
    match args.format {
        TableFormat::Text => present::table(&mut out, &table, &style)?,
        TableFormat::Json => present::table_json(&mut out, &table)?,
        TableFormat::Csv => present::table_csv(&mut out, &table, &style)?,
    }
    out.finish()?;
    Ok(if table.total.letters == 0 { End::Nothing } else { End::Done })
}
