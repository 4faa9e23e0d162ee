//! Where a list of hits stopped on an engine, in letters that can be typed.

use serde_json::{Value, json};

use crate::error::{Error, ErrorKind, Result};
use crate::search::{Request, seal, unseal, whose};

/// The place of a hit in the order of an engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// How many hits there are up to it.
    pub passed: u64,
    /// The values by which the engine knows it.
    pub sort: Vec<Value>,
}

/// What begins the cursors of engines, which those of indexes do not begin with.
const MARK: u8 = b'r';

impl Cursor {
    /// The cursor in hexadecimal digits.
    pub fn print(&self, request: &Request) -> String {
        let told = json!([self.passed, self.sort]).to_string();
        seal(MARK, whose(&request.expr, &request.sort, request.by), told.as_bytes())
    }

    /// Reads a cursor of this query and order.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for what is no cursor of an engine, or is one of another query or order.
    pub fn parse(text: &str, request: &Request) -> Result<Self> {
        let none = || {
            Error::new(ErrorKind::Usage, "the cursor is none of an engine, or part of one").with_hint(
                "a cursor is copied whole from `next` in `--format json`, or from the note on what comes after the hits",
            )
        };
        let (cursor, of) = read(text.trim()).ok_or_else(none)?;
        if of != whose(&request.expr, &request.sort, request.by) {
            return Err(Error::new(ErrorKind::Usage, "the cursor belongs to another query, filter or order")
                .with_hint("a cursor goes on with the search that printed it; leave `--after` out to begin another"));
        }
        Ok(cursor)
    }
}

/// A cursor, and whose it is.
fn read(text: &str) -> Option<(Cursor, [u8; 4])> {
    let (of, json) = unseal(MARK, text)?;
    let (passed, sort) = serde_json::from_slice(&json).ok()?;
    Some((Cursor { passed, sort }, of))
}
