//! `imr stats`.

use std::io::Write;

use imr::present;
use imr::search::{self, Dimension};

use super::args::{StatsArgs, TableFormat};
use super::asked::{Asked, in_this_folder, open};
use super::{End, message, output};

/// Counts.
pub fn run(args: StatsArgs) -> anyhow::Result<End> {
    let asked = Asked::read(&args.query, &args.selection)?;
    let by = Dimension::parse_all(&args.by)?;
    let reader = open(&args.index)?;
    let expr = in_this_folder(asked.expr.clone(), &reader)?;
    let mut counted = reader.guarded(|| search::stats(&reader, &expr, &by))?;
    message::notes(&counted.notes);
    counted.suggestion = asked.suggestion(&reader, counted.table.total)?;
    counted.synonyms = asked.synonyms;
    let table = &counted.table;
    let style = output::style(&args.look);
    let mut out = output::stdout();
    match args.format {
        TableFormat::Text => present::table(&mut out, table, &style)?,
        TableFormat::Json => present::table_json(&mut out, &counted)?,
        TableFormat::Csv => present::table_csv(&mut out, table, &style)?,
    }
    out.flush()?;
    Ok(if table.total.letters == 0 { End::Nothing } else { End::Done })
}
