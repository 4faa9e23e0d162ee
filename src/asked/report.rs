//! The report of a selection, with where it comes from.

use std::time::{SystemTime, UNIX_EPOCH};

use imr::Result;
use imr::index::{Reader, Snapshot};
use imr::letter::Date;
use imr::present::Report;
use imr::query::Expr;
use imr::search::{self, Count};

use super::query::Filter;

/// Makes the report of what an expression finds, which query, filters and synonyms stand for.
///
/// # Errors
/// When the index cannot be read.
pub fn reported(reader: &Reader, expr: &Expr, query: &str, filters: &[Filter], synonyms: &[String]) -> Result<Report> {
    let (mut sections, corpus) = reader.guarded(|| Ok((search::report(reader, expr)?, corpus(reader)?)))?;
    sections.iter_mut().for_each(|section| section.stats.synonyms = synonyms.to_vec());
    let total = sections.first().map_or(Count::default(), |section| {
        let total = &section.stats.total;
        Count { issues: total.issues, letters: total.letters }
    });
    let filters = filters.iter().flat_map(|filter| {
        let flag = format!("--{}", filter.field.replace('_', "-"));
        filter.values.iter().flat_map(move |value| [flag.clone(), value.clone()])
    });
    Ok(Report {
        query: query.to_owned(),
        filters: filters.collect(),
        total,
        made: today(),
        version: env!("CARGO_PKG_VERSION"),
        corpus,
        sections,
    })
}

/// What tells the letters of the index from others: the head of a digest.
fn corpus(reader: &Reader) -> imr::Result<String> {
    let snapshot = Snapshot::open(reader.dir())?;
    let digest = snapshot.map(|snapshot| snapshot.corpus()).transpose()?;
    // On some systems another process that writes shuts readers out.
    Ok(digest.map_or_else(String::new, |digest| digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// The day, by the clock of the machine in Greenwich.
fn today() -> String {
    let days = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    let epoch = Date::new(1970, 1, 1).map_or(0, Date::to_days);
    i32::try_from(days)
        .ok()
        .and_then(|days| Date::from_days(epoch + days))
        .map_or_else(String::new, |day| day.to_string())
}
