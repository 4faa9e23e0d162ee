//! What pages read: an index as of its last commit, with the saved searches beside it.

use imr::Result;
use imr::index::Reader;

use super::params::Params;
use super::selection;
use crate::asked::{Asked, Store, in_folder};

/// What pages read.
pub struct Source<'a> {
    /// The index.
    pub reader: &'a Reader,
}

impl Source<'_> {
    /// The saved searches.
    ///
    /// # Errors
    /// When the folder of the index has gone.
    pub fn store(&self) -> Result<Store> {
        Store::of(self.reader.dir())
    }

    /// What an address asks for, without the filters of some fields.
    ///
    /// # Errors
    /// For a query or a filter that cannot be read.
    pub fn asked(&self, params: &Params, without: &[&str]) -> Result<Asked> {
        let mut asked = Asked::read(&selection::typed(params, without), &|| self.store())?;
        asked.expr = in_folder(asked.expr, self.reader, &|typed| self.paths(typed))?;
        Ok(asked)
    }

    /// What a path means: one that the index has, and nothing of the disk.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn paths(&self, typed: &str) -> Result<Vec<String>> {
        Ok(vec![typed.trim_end_matches('/').to_owned()])
    }
}
