//! Search and counts on an engine that others run, as answers that are printed like those of an index here.
//!
//! The words of a query, its synonyms, the values that it means and what is marked in texts are found by the same code as
//! here; the engine looks up terms, and counts. What it cannot do so that the answer is the same is refused before it is
//! asked for anything.

mod counts;
mod cursor;
mod hits;

use crate::error::{Error, ErrorKind, Result};
use crate::query::{self, Expr, Resolved};
use crate::remote::{Ask, Asked, dsl, known::There};
use crate::search::{Comparison, Cross, Found, Request, Stats, StatsRequest, compare_in, cross_in, stats_in};

/// An engine that is asked once, and what was missing in its answers.
pub struct Afar<'a> {
    asked: Asked<'a>,
}

impl<'a> Afar<'a> {
    /// Nothing was asked yet.
    pub fn new(ask: &'a dyn Ask) -> Self {
        Self { asked: Asked::new(ask) }
    }

    /// What was missing in the answers, a line each: shards that failed, and time that ran out.
    pub fn partial(&self) -> Vec<String> {
        self.asked.partial()
    }

    /// Looks whether an expression can be asked for at all. The engine is not asked.
    ///
    /// # Errors
    /// [`ErrorKind::Query`] for what it cannot do.
    pub fn check(&self, expr: &Expr) -> Result<()> {
        dsl::check(expr, self.asked.able())
    }

    /// Searches.
    ///
    /// # Errors
    /// For what the engine cannot do, and those of the engine.
    pub fn search(&self, request: &Request) -> Result<Found> {
        self.check(&request.expr)?;
        hits::search(self, request)
    }

    /// Counts issues and letters by the values of some fields.
    ///
    /// # Errors
    /// As [`Afar::search`].
    pub fn stats(&self, request: &StatsRequest) -> Result<Stats> {
        self.check(&request.expr)?;
        stats_in(self, request)
    }

    /// Counts issues and letters by the values of at least two fields, and by those of its rows and columns.
    ///
    /// # Errors
    /// As [`Afar::search`].
    pub fn cross(&self, request: &StatsRequest) -> Result<Cross> {
        self.check(&request.expr)?;
        cross_in(self, request)
    }

    /// Counts two selections side by side.
    ///
    /// # Errors
    /// As [`Afar::search`].
    pub fn compare(&self, request: &StatsRequest, other: &Expr) -> Result<Comparison> {
        self.check(&request.expr)?;
        self.check(other)?;
        compare_in(self, request, other)
    }

    /// What patterns and keywords stand for there.
    fn resolve(&self, expr: &Expr) -> Result<Resolved> {
        query::resolve(expr, &There::new(&self.asked))
    }

    /// The error of what a flag asks for.
    fn no_flag(&self, flag: &str, hint: &str) -> Error {
        let engine = self.asked.able().engine;
        Error::new(ErrorKind::Usage, format!("`{flag}` cannot be asked of {engine}")).with_hint(hint)
    }
}
