//! What was typed about issues becomes an index and an expression.

use imr::index::{self, Reader};
use imr::query::{self, Expr, Query};
use imr::{Error, Result};

use super::args::{IndexChoice, Selection};
use super::message;

/// Opens the index that is meant.
pub fn open(choice: &IndexChoice) -> anyhow::Result<Reader> {
    let cwd = std::env::current_dir()?;
    let dir = index::find(choice.dir().as_deref(), &cwd)?;
    Ok(Reader::open(&dir)?)
}

/// What query and filters ask for together.
pub fn asked(query: &[String], filters: &Selection) -> Result<Expr> {
    let Query { mut expr, notes } = query::parse(&query.join(" "))?;
    message::notes(&notes);
    for (field, values) in filters.by_field() {
        let filter = query::filter(field, values).map_err(|error| {
            let named = format!("--{}: {}", field.replace('_', "-"), error.message());
            let pointed = Error::new(error.kind(), named);
            match error.hint() {
                Some(hint) => pointed.with_hint(hint),
                None => pointed,
            }
        })?;
        expr = expr.and(filter);
    }
    Ok(expr)
}

/// The same with paths as the index has them, for those typed here.
pub fn in_this_folder(expr: Expr, reader: &Reader) -> anyhow::Result<Expr> {
    let cwd = std::env::current_dir()?;
    Ok(reader.guarded(|| expr.with_paths(&|typed| reader.paths_of(typed, &cwd)))?)
}
