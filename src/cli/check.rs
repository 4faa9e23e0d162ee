//! `imr check`.

use std::collections::HashSet;
use std::io::Write;

use imr::health::{Behind, Health, Period};
use imr::present::{self, Listed};
use imr::record::LetterRecord;
use imr::{Error, ErrorKind, Result, ingest};

use super::args::{CheckArgs, PeriodArg, ReportFormat};
use super::{End, archive, index, message, output, search};

/// Counts how well the letters of an archive or an index were understood, or lists the letters behind a count.
pub fn run(args: CheckArgs) -> anyhow::Result<End> {
    let wanted = args.list.iter().map(|name| behind(name)).collect::<Result<Vec<_>>>()?;
    let period = match args.by {
        PeriodArg::Year => Period::Year,
        PeriodArg::Month => Period::Month,
    };
    let mut health = Health::new(period);
    let mut letters: Vec<Listed> = Vec::new();
    let mut missing = false;
    let mut add = |record: &LetterRecord| {
        health.add(record);
        let reasons: Vec<_> = wanted.iter().flat_map(|behind| behind.reasons(record)).collect();
        if !reasons.is_empty() {
            letters.push(Listed { case: record.facts.case_number, path: record.facts.path.clone(), reasons });
        }
    };
    let style = output::style(&args.look);
    let mut base = style.cwd.clone();
    let mut failures: Vec<&'static str> = Vec::new();
    if args.archive.paths.is_empty() && args.archive.files_from.is_none() {
        let reader = search::open(&args.index)?;
        reader.base().clone_into(&mut base);
        reader.guarded(|| {
            reader.letters(&mut |record| {
                add(&record);
                Ok(())
            })
        })?;
    } else {
        let (named, filter) = archive::meant(args.archive)?;
        let roots: HashSet<_> = named.iter().cloned().collect();
        ingest::parse(named, &filter, index::threads(args.threads), &mut |record| {
            match record {
                Ok(record) => add(&record),
                Err(error) => {
                    let is_root = error.path().is_some_and(|path| roots.contains(path));
                    missing |= is_root && error.kind() == ErrorKind::NotFound;
                    failures.push(error.kind().code());
                    message::warning(&error);
                }
            }
            Ok(())
        })?;
    }
    failures.into_iter().for_each(|code| health.add_failure(code));
    // An index keeps letters in an order of its own.
    letters.sort();
    if let Some(limit) = args.limit {
        letters.truncate(limit);
    }
    let mut out = output::stdout();
    match (wanted.is_empty(), args.format) {
        (true, ReportFormat::Text) => present::health(&mut out, &health, &style)?,
        (true, ReportFormat::Json) => present::health_json(&mut out, &health)?,
        (false, ReportFormat::Text) => present::listed(&mut out, &letters, &style, &base)?,
        (false, ReportFormat::Json) => present::listed_json(&mut out, &letters)?,
    }
    out.flush()?;
    let nothing = if wanted.is_empty() { health.letters == 0 } else { letters.is_empty() };
    Ok(match (missing, nothing) {
        (true, _) => End::Missing,
        (false, true) => End::Nothing,
        (false, false) => End::Done,
    })
}

fn behind(name: &str) -> Result<Behind> {
    Behind::parse(name).ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("`--list` knows no `{name}`"))
            .with_hint(format!("it knows {}", Behind::names().join(", ")))
    })
}
