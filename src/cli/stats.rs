//! `imr stats`.

use imr::index::Reader;
use imr::present::{self, Extras, Figure};
use imr::query::Expr;
use imr::search::{self, Count, Since, Stats, StatsRequest};

use super::args::{DaysArg, Over, StatsArgs, StatsFormat};
use super::asked::{self, in_this_folder, open};
use super::{End, message, output, pager};
use crate::asked::{Asked, Counting};

/// Counts.
pub fn run(args: StatsArgs) -> anyhow::Result<End> {
    let asked_for = asked::read(&args.query, &args.selection, &args.index)?;
    let other = |query| asked::asked(std::slice::from_ref(query), &args.selection, &args.index);
    let other = args.compare.as_ref().map(other).transpose()?;
    let counting = counting(&args);
    let by = counting.dimensions()?;
    let figures = counting.figures(&by)?;
    let order = counting.order()?;
    let reader = open(&args.index)?;
    let request = counting.request(in_this_folder(asked_for.expr.clone(), &reader)?, by, order);
    let other = other.map(|other| in_this_folder(other, &reader)).transpose()?;
    let extras = Extras { chart: args.chart, test: args.test };
    let letters = match &other {
        Some(other) => compared(&args, &reader, &request, other, &figures)?,
        None if args.cross => crossed(&args, &reader, &request, asked_for, &figures, extras)?,
        None => counted(&args, &reader, &request, asked_for, &figures, extras)?,
    };
    Ok(if letters == 0 { End::Nothing } else { End::Done })
}

/// Prints a table, and tells how many letters were counted.
fn counted(
    args: &StatsArgs,
    reader: &Reader,
    request: &StatsRequest,
    asked: Asked,
    figures: &[Figure],
    extras: Extras,
) -> anyhow::Result<u64> {
    let mut stats = reader.guarded(|| search::stats(reader, request))?;
    answered(&mut stats, reader, asked)?;
    let (style, mut out) = (output::style(&args.look), pager::answer(&args.look));
    match args.format {
        StatsFormat::Text => present::stats(&mut out, &stats, figures, extras, &style)?,
        StatsFormat::Json => present::stats_json(&mut out, &stats, figures)?,
        StatsFormat::Csv => present::stats_csv(&mut out, &stats, figures, &style)?,
        StatsFormat::Markdown => present::stats_markdown(&mut out, &stats, figures)?,
    }
    out.finish()?;
    Ok(stats.total.letters)
}

/// Says what there is to say of a query, and notes it with its counts.
fn answered(stats: &mut Stats, reader: &Reader, asked: Asked) -> anyhow::Result<()> {
    message::notes(&stats.notes);
    let total = Count { issues: stats.total.issues, letters: stats.total.letters };
    stats.suggestion = asked::suggestion(&asked, reader, total)?;
    stats.synonyms = asked.synonyms;
    Ok(())
}

/// Prints a cross table, and tells how many letters were counted.
fn crossed(
    args: &StatsArgs,
    reader: &Reader,
    request: &StatsRequest,
    asked: Asked,
    figures: &[Figure],
    extras: Extras,
) -> anyhow::Result<u64> {
    let mut table = reader.guarded(|| search::cross(reader, request))?;
    answered(&mut table.cells, reader, asked)?;
    let (style, mut out) = (output::style(&args.look), pager::answer(&args.look));
    match args.format {
        StatsFormat::Text => present::cross(&mut out, &table, figures[0], extras, &style)?,
        // A row for each cell is what programs want.
        StatsFormat::Json => present::stats_json(&mut out, &table.cells, figures)?,
        StatsFormat::Csv => present::cross_csv(&mut out, &table, figures[0], &style)?,
        StatsFormat::Markdown => present::cross_markdown(&mut out, &table, figures[0])?,
    }
    out.finish()?;
    Ok(table.cells.total.letters)
}

/// Prints two selections side by side, and tells how many letters were counted in both.
fn compared(
    args: &StatsArgs,
    reader: &Reader,
    request: &StatsRequest,
    other: &Expr,
    figures: &[Figure],
) -> anyhow::Result<u64> {
    let compared = reader.guarded(|| search::compare(reader, request, other))?;
    message::notes(&compared.notes);
    let (style, mut out) = (output::style(&args.look), pager::answer(&args.look));
    let query = args.query.join(" ");
    match args.format {
        StatsFormat::Text => present::comparison(&mut out, &compared, figures, &style)?,
        StatsFormat::Json => {
            let queries = [query.as_str(), args.compare.as_deref().unwrap_or_default()];
            present::comparison_json(&mut out, &compared, queries, figures)?;
        }
        StatsFormat::Csv => present::comparison_csv(&mut out, &compared, figures, &style)?,
        StatsFormat::Markdown => present::comparison_markdown(&mut out, &compared, figures)?,
    }
    out.finish()?;
    Ok(compared.total.rows.iter().map(|row| row.letters).sum())
}

/// What was typed about the table.
fn counting(args: &StatsArgs) -> Counting {
    Counting {
        by: args.by.clone(),
        over: args.over.map(|over| match over {
            Over::Year => "year",
            Over::Quarter => "quarter",
            Over::Month => "month",
        }),
        show: args.show.clone(),
        sort: args.sort.clone(),
        top: args.top.map(|top| top as usize),
        least: args.min,
        cross: args.cross,
        test: args.test,
        days: args.days.map(|days| match days {
            DaysArg::Assigned => Since::Assigned,
            DaysArg::Denied => Since::Denied,
        }),
    }
}
