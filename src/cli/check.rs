//! `imr check`.

use std::collections::HashSet;
use std::io::Write;

use imr::health::{Behind, Health, Period};
use imr::present::{self, Listed};
use imr::record::LetterRecord;
use imr::{Error, ErrorKind, Result, ingest};

use super::args::{CheckArgs, PeriodArg, ReportFormat};
use super::{End, archive, asked, index, message, output};

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
    let mut failures: Vec<Failure> = Vec::new();
    if args.archive.paths.is_empty() && args.archive.files_from.is_none() {
        let reader = asked::open(&args.index)?;
        reader.base().clone_into(&mut base);
        reader.guarded(|| {
            reader.letters(&mut |record| {
                add(&record);
                Ok(())
            })
        })?;
        match reader.guarded(|| reader.failures())? {
            Some(failed) => failures.extend(failed.into_iter().map(|(path, entry)| {
                let (kind, reason) = entry.failure();
                Failure { path, code: kind.map_or("io", ErrorKind::code), reason: reason.to_owned() }
            })),
            None => message::note("another process has the index: the files that could not be read are not known"),
        }
    } else {
        let named = archive::meant(args.archive)?;
        let roots: HashSet<_> = named.iter().map(|root| root.path.clone()).collect();
        ingest::parse(named, index::threads(args.threads), &mut |record| {
            match record {
                Ok(record) => add(&record),
                Err(error) => {
                    let is_root = error.path().is_some_and(|path| roots.contains(path));
                    missing |= is_root && error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Shards;
                    let path = error.path().map(|path| path.display().to_string()).unwrap_or_default();
                    failures.push(Failure { path, code: error.kind().code(), reason: error.reason() });
                    message::warning(&error);
                }
            }
            Ok(())
        })?;
    }
    for Failure { path, code, reason } in failures {
        health.add_failure(code);
        let reasons: Vec<_> = wanted.iter().filter_map(|behind| behind.failure(code, &reason)).collect();
        if !reasons.is_empty() {
            letters.push(Listed { case: None, path, reasons });
        }
    }
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

/// A file that could not be read.
struct Failure {
    path: String,
    code: &'static str,
    reason: String,
}

fn behind(name: &str) -> Result<Behind> {
    Behind::parse(name).ok_or_else(|| {
        let near = Behind::nearest(name);
        let hint = match near.is_empty() {
            true => "`imr check --help` tells what can be listed".to_owned(),
            false => format!("did you mean {}?", near.join(", ")),
        };
        Error::new(ErrorKind::Usage, format!("`--list` knows no `{name}`")).with_hint(hint)
    })
}
