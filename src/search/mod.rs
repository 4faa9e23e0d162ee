//! Search: hits, snippets, facets and counts over an index.

mod block;
mod collect;
mod context;
mod cursor;
mod dimension;
mod facet;
mod group;
mod order;
mod passage;
mod report;
mod same;
mod seen;
mod similar;
mod snippet;
mod statistics;
mod stats;
mod stream;
mod suggest;
mod tally;
mod words;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::DocAddress;

pub use context::Context;
pub use dimension::{AGE_BANDS, Dimension, Unit};
pub use facet::Facet;
pub use group::By;
pub use order::Sort;
pub use passage::marked;
pub use report::{Section, report};
pub use seen::{Seen, unseen};
pub use similar::{Neighbour, Similar, similar};
pub use snippet::Snippet;
pub use stats::{
    Change, Compared, Comparison, Cross, Interval, OTHERS, Quantiles, RowOrder, Since, Stats, StatsRequest, StatsRow,
    Test, compare, cross, stats,
};
pub use stream::{Matched, Stream};
pub use suggest::suggestion;
pub use tally::{MOST_FIELDS, Row, Table};
pub use words::{cases, values};
pub(crate) use {
    context::contexts, cursor::seal, cursor::unseal, cursor::whose, dimension::Interner, snippet::snippets,
};
pub(crate) use {
    dimension::MISSING, stats::Cell, stats::Cells, stats::Countable, stats::Days, stats::Keep, tally::Key,
};
pub(crate) use {dimension::OTHERS as OTHERS_CODE, stats::compare_in, stats::cross_in, stats::stats_in};

use crate::error::Result;
use crate::index::{Reader, StoredIssue};
use crate::query::{self, Expr, Here, Mark, Resolved};
use collect::{Collect, Collected};
use cursor::Cursor;
use group::Candidate;
use statistics::Statistics;

/// What to search for and what to tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What must match.
    pub expr: Expr,
    /// What a result is.
    pub by: By,
    /// How many results.
    pub limit: usize,
    /// How many results to leave out before the first.
    pub offset: usize,
    /// The order of hits.
    pub sort: Sort,
    /// Only hits behind this cursor; see [`Found::next`].
    pub after: Option<String>,
    /// What to count over all hits.
    pub facets: Vec<Facet>,
    /// How many snippets a hit has at most, beside its heading.
    pub snippets: usize,
    /// How many words to give on either side of every match; `None` where matches are not wanted by themselves.
    pub context: Option<usize>,
    /// Nothing but these documents of the index as it was opened; see [`unseen`].
    pub only: Option<Arc<HashSet<DocAddress>>>,
}

impl Request {
    /// The ten best hits, and nothing to count.
    pub fn new(expr: Expr) -> Self {
        Self {
            expr,
            by: By::Issue,
            limit: 10,
            offset: 0,
            sort: Sort::Score,
            after: None,
            facets: Vec::new(),
            snippets: 1,
            context: None,
            only: None,
        }
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
    /// What a result is.
    pub by: By,
    /// How many results there are: as many as documents match, or letters, or different rationales.
    pub results: u64,
    /// The hits asked for, in order; those of one letter, where that is a result, follow one another and have one rank.
    pub hits: Vec<Hit>,
    /// For each facet asked for, the counts by value.
    pub facets: Vec<Table>,
    /// The cursor that goes on behind the last hit; `None` where there are no more.
    pub next: Option<String>,
    /// Remarks on the query, a line each.
    pub notes: Vec<String>,
    /// The synonyms that were searched, a line for each word that has some; whoever asked knows them.
    pub synonyms: Vec<String>,
    /// The query that may have been meant; see [`suggestion`].
    pub suggestion: Option<String>,
}

/// One hit: an issue with its letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The place of the result among all, from 1.
    pub rank: usize,
    /// How well it matches; `None` where hits are not ordered by it.
    pub score: Option<f32>,
    /// The records.
    pub stored: StoredIssue,
    /// Where it matches.
    pub snippets: Vec<Snippet>,
    /// Every match with the words around it, where that was asked for. A letter's summary counts to its first hit.
    pub context: Option<Vec<Context>>,
    /// How many others that match it stands for, where results are different rationales.
    pub same: Option<u64>,
}

/// From how many bytes on a letter's text is large.
const LARGE: usize = 1 << 18;

/// Searches.
///
/// # Errors
/// When the cursor is none of this request, or the index cannot be read.
pub fn search(reader: &Reader, request: &Request) -> Result<Found> {
    let (expr, sort, by) = (&request.expr, &request.sort, request.by);
    let after = request.after.as_deref().map(|text| Cursor::parse(text, expr, sort, by)).transpose()?;
    let collect = Collect {
        best_only: false,
        // Nothing beyond the offset is wanted of a search that only counts.
        top: if request.limit == 0 { 0 } else { request.limit.saturating_add(request.offset) },
        by,
        sort: sort.clone(),
        after,
        tallies: request.facets.iter().flat_map(Facet::tables).collect(),
        only: request.only.clone(),
    };
    let Resolved { expr: resolved, notes } = resolved(reader, expr)?;
    let collected = collected(reader, &resolved, &collect)?;
    let hits = hits(reader, request, &collected, &resolved.marks())?;
    let seen = collected.passed + collected.top.len() as u64;
    let next = collected.last.filter(|_| seen < collected.results);
    let next = next.map(|last| last.print(expr, sort, by));
    let mut tables = collected.tallies.into_iter().zip(&collect.tallies).map(|(t, by)| t.table(by, collected.total));
    let facets = request.facets.iter().map(|facet| facet.made_of(tables.by_ref().take(facet.tables().len())));
    let facets = facets.collect();
    Ok(Found {
        total: collected.total,
        by,
        results: collected.results,
        hits,
        facets,
        next,
        notes,
        synonyms: Vec::new(),
        suggestion: None,
    })
}

/// The best issues, as many as asked for, and remarks on the expression: what [`search`] finds, at less cost, since how many
/// match is not told.
///
/// # Errors
/// When the index cannot be read.
fn best(reader: &Reader, expr: &Expr, limit: usize) -> Result<(Vec<Hit>, Vec<String>)> {
    let Resolved { expr: resolved, notes } = resolved(reader, expr)?;
    let collect = Collect { best_only: true, ..Collect::first(limit, Sort::Score) };
    let collected = collected(reader, &resolved, &collect)?;
    let request = Request { limit, ..Request::new(Expr::All) };
    Ok((hits(reader, &request, &collected, &resolved.marks())?, notes))
}

/// The hits of a request among what was collected for it.
fn hits(reader: &Reader, request: &Request, collected: &Collected, marks: &[Mark]) -> Result<Vec<Hit>> {
    let mut letters = HashSet::new();
    let mut wanted = Vec::new();
    for (place, entry) in collected.top.iter().enumerate().skip(request.offset) {
        let rank = collected.passed as usize + place + 1;
        let same = (request.by == By::Rationale).then_some(entry.more);
        let others = entry.others.iter().map(|other| (other, None));
        for (candidate, same) in std::iter::once((&entry.best, same)).chain(others) {
            wanted.push((rank, candidate, same, letters.insert(candidate.key.1)));
        }
    }
    // A text of many megabytes takes some times as much while it is looked through: of these one after the other.
    let large = Mutex::new(());
    let hit = |(rank, candidate, same, is_first): (usize, &Candidate, _, _)| -> Result<Hit> {
        let stored = reader.stored(candidate.address, candidate.number)?;
        let is_large = stored.letter.text.as_ref().is_some_and(|text| text.len() > LARGE);
        let _alone = is_large.then(|| large.lock().unwrap_or_else(PoisonError::into_inner));
        let snippets = snippet::snippets(&stored, marks, request.snippets);
        let context = request.context.map(|words| context::contexts(&stored, marks, words, is_first));
        let score = (request.sort == Sort::Score).then_some(candidate.score);
        Ok(Hit { rank, score, stored, snippets, context, same })
    };
    // A panic on a damaged record is caught where it happens.
    block::pieces(reader, wanted, |wanted| reader.guarded(|| hit(wanted)))
}

/// What to mark in texts for a query, as this index understands it, and remarks on it.
///
/// # Errors
/// When the index cannot be read.
pub fn marks(reader: &Reader, expr: &Expr) -> Result<(Vec<Mark>, Vec<String>)> {
    let Resolved { expr, notes } = resolved(reader, expr)?;
    Ok((expr.marks(), notes))
}

/// What patterns and keywords of an expression stand for in an index.
fn resolved(reader: &Reader, expr: &Expr) -> Result<Resolved> {
    query::resolve(expr, &Here(reader)).map_err(|e| reader.damaged(e))
}

fn collected(reader: &Reader, expr: &Expr, collect: &Collect) -> Result<Collected> {
    let searcher = reader.searcher();
    let weight = || {
        let query = query::compile(expr, reader)?;
        let statistics = Statistics::new(searcher);
        let is_scored = collect.top > 0 && collect.sort == Sort::Score;
        query.weighted(searcher.schema(), is_scored.then_some(&statistics as _))
    };
    let weight = weight().map_err(|e| reader.damaged(e))?.until(reader.stop().clone());
    collect.run(reader, &weight)
}
