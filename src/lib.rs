//! Index, search and count California Independent Medical Review (IMR) decisions.
//!
//! The modules form floors; each names lower floors only. `ARCHITECTURE.md` tells what each is for.

pub mod afar;
pub mod archive;
pub mod classify;
pub mod error;
pub mod health;
pub mod index;
pub mod ingest;
pub mod letter;
pub mod parse;
pub mod present;
pub mod query;
pub mod recent;
pub mod record;
pub mod remote;
pub mod search;
pub mod shards;

pub use error::{Error, ErrorKind, Result};
