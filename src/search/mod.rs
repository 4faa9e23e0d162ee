//! Search: hits, snippets, facets and counts over an index.

mod collect;
mod cursor;
mod dimension;
mod order;
mod seen;
mod snippet;
mod statistics;
mod stream;
mod tally;
mod words;

use std::collections::HashSet;
use std::sync::Arc;

use tantivy::DocAddress;
use tantivy::query::EnableScoring;

pub use dimension::{AGE_BANDS, Dimension};
pub use order::Sort;
pub use seen::{Seen, unseen};
pub use snippet::Snippet;
pub use stream::{Matched, Stream};
pub use tally::{Row, Table};
pub use words::{cases, values};

use crate::error::{Error, ErrorKind, Result};
use crate::index::{Reader, StoredIssue};
use crate::query::{self, Expr, Resolved};
use collect::{Collect, Collected};
use cursor::Cursor;
use statistics::Statistics;

/// What to search for and what to tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What must match.
    pub expr: Expr,
    /// How many hits.
    pub limit: usize,
    /// How many hits to leave out before the first.
    pub offset: usize,
    /// The order of hits.
    pub sort: Sort,
    /// Only hits behind this cursor; see [`Found::next`].
    pub after: Option<String>,
    /// What to count over all hits.
    pub facets: Vec<Dimension>,
    /// Nothing but these documents of the index as it was opened; see [`unseen`].
    pub only: Option<Arc<HashSet<DocAddress>>>,
}

impl Request {
    /// The ten best hits, and nothing to count.
    pub fn new(expr: Expr) -> Self {
        Self { expr, limit: 10, offset: 0, sort: Sort::Score, after: None, facets: Vec::new(), only: None }
    }
}

/// How many issues and letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Issues.
    pub issues: u64,
    /// Letters with at least one of these issues; letters of unknown layout, which have no issues, count too.
    pub letters: u64,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// All that matches.
    pub total: Count,
    /// The hits asked for, in order.
    pub hits: Vec<Hit>,
    /// For each facet asked for, the counts by value.
    pub facets: Vec<Table>,
    /// The cursor that goes on behind the last hit; `None` where there are no more.
    pub next: Option<String>,
    /// Remarks on the query, a line each.
    pub notes: Vec<String>,
}

/// What a count gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The counts.
    pub table: Table,
    /// Remarks on the query, a line each.
    pub notes: Vec<String>,
}

/// One hit: an issue with its letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The place among all hits, from 1.
    pub rank: usize,
    /// How well it matches; `None` where hits are not ordered by it.
    pub score: Option<f32>,
    /// The records.
    pub stored: StoredIssue,
    /// Where it matches.
    pub snippets: Vec<Snippet>,
}

/// Searches.
///
/// # Errors
/// When the cursor is none of this request, or the index cannot be read.
pub fn search(reader: &Reader, request: &Request) -> Result<Found> {
    let after = request.after.as_deref().map(|text| Cursor::parse(text, &request.expr, &request.sort)).transpose()?;
    let collect = Collect {
        top: request.limit.saturating_add(request.offset),
        sort: request.sort.clone(),
        after,
        tallies: request.facets.iter().map(|f| vec![f.clone()]).collect(),
        only_issues: false,
        only: request.only.clone(),
    };
    // Nothing beyond the offset is wanted of a search that only counts.
    let collect = if request.limit == 0 { Collect { top: 0, ..collect } } else { collect };
    let Resolved { expr, notes } = query::resolve(&request.expr, reader.searcher()).map_err(|e| reader.damaged(e))?;
    let collected = collected(reader, &expr, &collect)?;
    let marks = expr.marks();
    let hits = collected.top.iter().enumerate().skip(request.offset).map(|(place, candidate)| {
        let stored = reader.stored(candidate.address, candidate.number)?;
        let snippets = snippet::snippets(&stored, &marks);
        let score = (request.sort == Sort::Score).then_some(candidate.score);
        Ok(Hit { rank: collected.passed as usize + place + 1, score, stored, snippets })
    });
    let hits = hits.collect::<Result<_>>()?;
    let seen = collected.passed + collected.top.len() as u64;
    let next = collected.last.filter(|_| seen < collected.documents);
    let next = next.map(|last| last.print(&request.expr, &request.sort));
    let facets = collected.tallies.into_iter().zip(&collect.tallies);
    let facets = facets.map(|(tally, by)| tally.table(by, collected.total)).collect();
    Ok(Found { total: collected.total, hits, facets, next, notes })
}

/// The most fields that one table can be counted by.
pub const MOST_FIELDS: usize = 4;

/// Counts issues and letters by the values of some fields.
///
/// Letters of unknown layout have no issues and are counted only where the layout is one of the fields.
///
/// # Errors
/// For more than [`MOST_FIELDS`] fields, or when the index cannot be read.
pub fn stats(reader: &Reader, expr: &Expr, by: &[Dimension]) -> Result<Counted> {
    if by.len() > MOST_FIELDS {
        return Err(Error::new(ErrorKind::Usage, format!("`--by` takes at most {MOST_FIELDS} fields")));
    }
    let only_issues = !by.iter().any(|d| d.name() == "layout");
    let collect =
        Collect { top: 0, sort: Sort::case(), after: None, tallies: vec![by.to_vec()], only_issues, only: None };
    let Resolved { expr, notes } = query::resolve(expr, reader.searcher()).map_err(|e| reader.damaged(e))?;
    let mut collected = collected(reader, &expr, &collect)?;
    let tally = collected.tallies.pop().unwrap_or_default();
    Ok(Counted { table: tally.table(by, collected.total), notes })
}

fn collected(reader: &Reader, expr: &Expr, collect: &Collect) -> Result<Collected> {
    let searcher = reader.searcher();
    let run = || {
        let query = query::compile(expr, searcher)?;
        let statistics = Statistics::new(searcher);
        let scoring = match collect.top > 0 && collect.sort == Sort::Score {
            true => EnableScoring::enabled_from_statistics_provider(&statistics, searcher),
            false => EnableScoring::disabled_from_searcher(searcher),
        };
        let weight = query.weight(scoring)?;
        collect.run(searcher, weight.as_ref())
    };
    run().map_err(|e| reader.damaged(e))
}
