//! The report of a selection, with where it comes from.

use std::time::{SystemTime, UNIX_EPOCH};

use imr::Result;
use imr::index::{Reader, Snapshot};
use imr::letter::Date;
use imr::present::{self, Report};
use imr::query::Expr;
use imr::search::{self, Count};

use super::query::{Asked, Typed};

/// Makes the report of what an expression finds, which was asked for so.
///
/// # Errors
/// When the index cannot be read.
pub fn reported(reader: &Reader, expr: &Expr, typed: &Typed, asked: &Asked) -> Result<Report> {
    let (mut sections, corpus) = reader.guarded(|| Ok((search::report(reader, expr)?, corpus(reader)?)))?;
    sections.iter_mut().for_each(|section| section.stats.synonyms.clone_from(&asked.synonyms));
    let total = sections.first().map_or(Count::default(), |section| {
        let total = &section.stats.total;
        Count { issues: total.issues, letters: total.letters }
    });
    let (query, filters) = spelt_out(typed, asked);
    Ok(Report { query, filters, total, made: today(), version: env!("CARGO_PKG_VERSION"), corpus, sections })
}

/// Query and filters that say to anyone what was asked for: saved searches are known here only.
fn spelt_out(typed: &Typed, asked: &Asked) -> (String, Vec<String>) {
    let (query, by_field) = match &asked.spelt_out {
        Some(filters) => (asked.whole.clone(), filters.clone()),
        None => {
            let given = typed.filters.iter().map(|filter| (filter.field.clone(), filter.values.clone()));
            (typed.query.join(" "), given.collect())
        }
    };
    let mut filters = Vec::new();
    for (field, values) in &by_field {
        filters.extend(values.iter().flat_map(|value| present::shell::flag(field, value)));
    }
    let words = [("--any", typed.words.any), ("--exact", typed.words.exact)];
    filters.extend(words.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag.to_owned()));
    (query, filters)
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
