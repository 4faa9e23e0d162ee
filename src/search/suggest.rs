//! What to try where a query finds little: its misspelt words put right.

use super::{Count, Request, search};
use crate::error::Result;
use crate::index::Reader;
use crate::query::{Expr, corrections};

/// From so many hits on, a query is taken for what was meant.
const FEW: u64 = 5;

/// The same query with its misspelt words put right, where it finds few issues and the other finds more.
///
/// `ask` makes of a query what was searched, with everything that was asked for beside it.
///
/// # Errors
/// When the index cannot be read.
pub fn suggestion(
    reader: &Reader,
    typed: &str,
    found: Count,
    ask: &dyn Fn(&str) -> Result<Expr>,
) -> Result<Option<String>> {
    let hits = |count: Count| count.issues.max(count.letters);
    if hits(found) >= FEW {
        return Ok(None);
    }
    for better in corrections(typed, reader).map_err(|e| reader.damaged(e))? {
        // What is put right may be no query, of which there is nothing to tell.
        let Ok(expr) = ask(&better) else { continue };
        let request = Request { limit: 0, ..Request::new(expr) };
        if hits(search(reader, &request)?.total) > hits(found) {
            return Ok(Some(better));
        }
    }
    Ok(None)
}
