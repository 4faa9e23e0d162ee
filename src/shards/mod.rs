//! Shards: an archive that is parsed in parts, by tasks that know nothing of each other, into a folder that all see.
//!
//! A shard is a file of records, and a manifest beside it that tells what it is of. The manifest is written last, so what
//! has none is not finished. Whoever takes a folder of shards takes all of them, or none: a count over some of them would
//! look like one over all.

mod folder;
mod manifest;
mod share;

pub use crate::archive::Shard;
pub use folder::{Shards, verified};
pub use manifest::{Data, FORMAT, Failure, Hashing, List, Manifest, Sum, Task};
pub use share::share;
