//! `imr search`.

use std::io::Write;

use imr::index::{self, Reader};
use imr::query::{self, Expr, Query};
use imr::search::{self, Dimension, Request, Sort};
use imr::{Error, ErrorKind, Result, present};

use super::args::{HitFormat, IndexChoice, SearchArgs, Selection, SortArg};
use super::{End, message, output};

/// Searches.
pub fn run(args: SearchArgs) -> anyhow::Result<End> {
    let asked = asked(&args.query, &args.selection)?;
    let facets = Dimension::parse_all(&args.facets)?;
    if !facets.is_empty() && matches!(args.format, HitFormat::Jsonl | HitFormat::Csv) {
        return Err(Error::new(ErrorKind::Usage, "`--facets` has no place in the lines of `--format jsonl` and `csv`")
            .with_hint("use `--format json`, or count with `imr stats --by FIELD --format csv`")
            .into());
    }
    let reader = open(&args.index)?;
    let request = Request {
        expr: in_this_folder(asked, &reader)?,
        limit: if args.count { 0 } else { args.limit },
        offset: args.offset,
        sort: match args.sort {
            SortArg::Score => Sort::Score,
            SortArg::Decided => Sort::Decided,
            SortArg::DecidedDescending => Sort::DecidedDescending,
            SortArg::Case => Sort::Case,
        },
        facets,
    };
    let found = reader.guarded(|| search::search(&reader, &request))?;
    message::notes(&found.notes);
    let mut out = output::stdout();
    let style = output::style(&args.look);
    match args.format {
        HitFormat::Json | HitFormat::Jsonl if args.count => present::count_json(&mut out, &found)?,
        HitFormat::Json => present::hits_json(&mut out, &found)?,
        HitFormat::Jsonl => present::hits_jsonl(&mut out, &found)?,
        HitFormat::Csv if args.count => present::count_csv(&mut out, &found)?,
        HitFormat::Csv => present::hits_csv(&mut out, &found, &style)?,
        HitFormat::Text if !args.count => present::hits(&mut out, &found, &style, reader.base())?,
        HitFormat::Text => present::count(&mut out, &found, &style)?,
    }
    out.flush()?;
    Ok(if found.total.letters == 0 { End::Nothing } else { End::Done })
}

/// Opens the index that is meant.
pub fn open(choice: &IndexChoice) -> anyhow::Result<Reader> {
    let cwd = std::env::current_dir()?;
    let dir = index::find(choice.dir().as_deref(), &cwd)?;
    Ok(Reader::open(&dir)?)
}

/// What query and filters ask for together.
pub fn asked(query: &[String], filters: &Selection) -> Result<Expr> {
    let Query { mut expr, notes } = query::parse(&query.join(" "))?;
    message::notes(&notes);
    for (field, values) in filters.by_field() {
        let filter = query::filter(field, values).map_err(|error| {
            let named = format!("--{}: {}", field.replace('_', "-"), error.message());
            let pointed = Error::new(error.kind(), named);
            match error.hint() {
                Some(hint) => pointed.with_hint(hint),
                None => pointed,
            }
        })?;
        expr = expr.and(filter);
    }
    Ok(expr)
}

/// The same with paths as the index has them, for those typed here.
pub fn in_this_folder(expr: Expr, reader: &Reader) -> anyhow::Result<Expr> {
    let cwd = std::env::current_dir()?;
    Ok(reader.guarded(|| expr.with_paths(&|typed| reader.paths_of(typed, &cwd)))?)
}
