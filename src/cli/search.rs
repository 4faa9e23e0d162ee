//! `imr search`.

use std::io::Write;

use imr::index::{self, Reader};
use imr::query::{self, Expr};
use imr::search::{self, Dimension, Request, Sort};
use imr::{Result, present};

use super::args::{HitFormat, IndexChoice, SearchArgs, Selection, SortArg};
use super::{End, output};

/// Searches.
pub fn run(args: SearchArgs) -> anyhow::Result<End> {
    let request = Request {
        expr: expr(&args.query, &args.selection)?,
        limit: if args.count { 0 } else { args.limit },
        offset: args.offset,
        sort: match args.sort {
            SortArg::Score => Sort::Score,
            SortArg::Decided => Sort::Decided,
            SortArg::DecidedDescending => Sort::DecidedDescending,
            SortArg::Case => Sort::Case,
        },
        facets: args.facets.iter().map(|name| Dimension::parse(name)).collect::<Result<_>>()?,
    };
    let reader = open(&args.index)?;
    let found = reader.guarded(|| search::search(&reader, &request))?;
    let mut out = output::stdout();
    let style = output::style(&args.look);
    match args.format {
        HitFormat::Json if args.count => present::count_json(&mut out, found.total)?,
        HitFormat::Json => present::hits_json(&mut out, &found)?,
        HitFormat::Jsonl if args.count => present::count_json(&mut out, found.total)?,
        HitFormat::Jsonl => present::hits_jsonl(&mut out, &found)?,
        HitFormat::Csv if !args.count => present::hits_csv(&mut out, &found)?,
        HitFormat::Text if !args.count => present::hits(&mut out, &found, &style, reader.base())?,
        HitFormat::Text | HitFormat::Csv => present::count(&mut out, found.total, &style)?,
    }
    out.flush()?;
    Ok(if found.total.letters == 0 { End::Nothing } else { End::Done })
}

/// Opens the index that is meant.
pub fn open(choice: &IndexChoice) -> anyhow::Result<Reader> {
    let cwd = std::env::current_dir()?;
    let dir = index::find(choice.index.as_deref(), &cwd)?;
    Ok(Reader::open(&dir)?)
}

/// What query and filters ask for together.
pub fn expr(query: &[String], filters: &Selection) -> Result<Expr> {
    let mut expr = query::parse(&query.join(" "))?;
    for (field, values) in [
        ("outcome", &filters.outcome),
        ("basis", &filters.basis),
        ("specialty", &filters.specialty),
        ("state", &filters.state),
        ("chapter", &filters.chapter),
        ("layout", &filters.layout),
        ("priority", &filters.priority),
        ("sex", &filters.sex),
        ("age", &filters.age),
        ("decided", &filters.decided),
        ("injured", &filters.injured),
        ("assigned", &filters.assigned),
        ("case", &filters.case),
        ("path", &filters.path),
    ] {
        expr = expr.and(query::filter(field, values)?);
    }
    Ok(expr)
}
