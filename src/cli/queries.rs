//! `imr search --queries`: a list of queries, and one table of what they found.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use imr::index::Reader;
use imr::present::{self, Answered};
use imr::query::{self, Expr, Query, Widened};
use imr::search::{self, Facet, Request};
use imr::{Error, ErrorKind, Result};

use super::args::{HitFormat, SearchArgs};
use super::asked::{self, in_this_folder, open};
use super::{End, message, output, pager};

/// Runs the queries of a list. What was typed beside holds for each of them.
pub fn run(args: &SearchArgs, list: &Path) -> anyhow::Result<End> {
    if !matches!(args.format, HitFormat::Text | HitFormat::Json | HitFormat::Csv) {
        return Err(Error::new(ErrorKind::Usage, "`--queries` prints `--format text`, `json` or `csv`").into());
    }
    let common = asked::asked(&args.query, &args.selection, &args.index)?;
    let text = read(list)?;
    let reader = open(&args.index)?;
    let common = in_this_folder(common, &reader)?;
    let words = asked::words(&args.selection);
    let (mut answers, mut failed, mut synonyms) = (Vec::new(), false, Vec::new());
    for (line, text) in (1..).zip(text.split(|b| *b == b'\n')) {
        let Some(asked) = Asked::read(text) else { continue };
        let meant = asked.map(|mut asked| {
            let Widened { expr, told } = words.meant(asked.parsed.expr);
            asked.parsed.expr = expr;
            synonyms.extend(told);
            asked
        });
        match meant.and_then(|asked| answer(&reader, asked, &common, list, line)) {
            Ok(answer) => answers.push(answer),
            // What is wrong with the index is wrong with every line.
            Err(error) if error.kind() != ErrorKind::Query => return Err(error.into()),
            Err(error) => {
                failed = true;
                message::failure(list, &format!("line {line}, {}", error.message()));
            }
        }
    }
    synonyms.sort();
    synonyms.dedup();
    asked::tell(&args.selection, &synonyms);
    let mut out = pager::answer(&args.look);
    let style = output::style(&args.look);
    match args.format {
        HitFormat::Json => present::queries_json(&mut out, &answers)?,
        HitFormat::Csv => present::queries_csv(&mut out, &answers, &style)?,
        _ => present::queries(&mut out, &answers, &style)?,
    }
    out.finish()?;
    Ok(match answers.iter().all(|answer| answer.total.letters == 0) {
        _ if failed => End::Missing,
        true => End::Nothing,
        false => End::Done,
    })
}

fn read(list: &Path) -> anyhow::Result<Vec<u8>> {
    if list == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        return Ok(bytes);
    }
    Ok(std::fs::read(list).map_err(|e| Error::io(list, e))?)
}

/// One line of a list.
struct Asked {
    name: Option<String>,
    query: String,
    parsed: Query,
}

impl Asked {
    /// A query, or a name, a tab and a query; `None` for a blank line.
    fn read(line: &[u8]) -> Option<Result<Self>> {
        let line = match std::str::from_utf8(line) {
            Ok(line) => line.trim_start_matches('\u{feff}').trim_end_matches('\r'),
            Err(error) => {
                let column = String::from_utf8_lossy(&line[..error.valid_up_to()]).chars().count() + 1;
                return Some(Err(Error::new(ErrorKind::Query, format!("column {column}: is no UTF-8"))));
            }
        };
        // A name and a tab with nothing behind them ask for everything.
        if line.trim().is_empty() {
            return None;
        }
        let (name, query) = line.split_once('\t').map_or((None, line), |(name, query)| (Some(name.trim()), query));
        let before = line[..line.len() - query.len()].chars().count();
        let parsed = query::parse(query).map_err(|error| placed(&error, before));
        let name = name.filter(|name| !name.is_empty()).map(str::to_owned);
        Some(parsed.map(|parsed| Self { name, query: query.trim().to_owned(), parsed }))
    }
}

/// The error of a query that does not begin its line, with the column in that.
fn placed(error: &Error, before: usize) -> Error {
    let told = error.message().strip_prefix("query, column ").and_then(|rest| rest.split_once(": "));
    let message = match told.and_then(|(column, fact)| Some((column.parse::<usize>().ok()?, fact))) {
        Some((column, fact)) => format!("column {}: {fact}", before + column),
        None => error.message().to_owned(),
    };
    Error::new(error.kind(), message)
}

fn answer(reader: &Reader, asked: Asked, common: &Expr, list: &Path, line: usize) -> Result<Answered> {
    let Asked { name, query, parsed: Query { expr, notes } } = asked;
    let cwd = std::env::current_dir().map_err(|e| Error::io(".", e))?;
    let expr = reader.guarded(|| expr.with_paths(&|typed| reader.paths_of(typed, &cwd)))?.and(common.clone());
    let facets = Facet::parse_all(&["outcome"])?;
    let request = Request { limit: 0, facets, ..Request::new(expr) };
    let found = reader.guarded(|| search::search(reader, &request))?;
    for note in notes.iter().chain(&found.notes) {
        message::note(&format!("`{}`, line {line}: {note}", list.display()));
    }
    let of = |outcome: &str| {
        let row = found.facets[0].rows.iter().find(|row| row.values[0].as_deref() == Some(outcome));
        row.map_or(0, |row| row.count.issues)
    };
    Ok(Answered { name, query, total: found.total, upheld: of("upheld"), overturned: of("overturned") })
}
