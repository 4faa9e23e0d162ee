//! Shards: an archive parsed in parts is the archive.

mod damaged;
mod examples;
mod read;
mod write;

use std::collections::BTreeMap;
use std::fs;

use crate::support::{Folder, Run};

/// The formats that shards are written in.
const FORMATS: [&str; 2] = ["jsonl", "parquet"];

/// Writes a shard of `list` or of what `args` name into a folder.
fn shard(folder: &Folder, shard: &str, out: &str, args: &[&str]) -> Run {
    folder.imr(&[&["parse", "--shard", shard, "-o", out], args].concat())
}

/// Writes all shards.
fn all(folder: &Folder, of: u32, out: &str, args: &[&str]) {
    (0..of).for_each(|number| drop(shard(folder, &format!("{number}/{of}"), out, args).succeeds()));
}

/// What lies in a folder, also what is hidden.
fn content(folder: &Folder, below: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder.path().join(below)).map(|entries| entries.map(Result::unwrap).collect());
    let entries: Vec<_> = entries.unwrap_or_default();
    let named = entries.iter().map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
    named.collect()
}
