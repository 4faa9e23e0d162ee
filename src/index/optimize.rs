//! Makes an index that exists as small and as fast to search as it can be.

use std::path::Path;

use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::{Index, IndexWriter, TantivyDocument};

use super::lock::Lock;
use super::writer::LEAST_MEMORY;
use super::{fault, info, place, snapshot};
use crate::error::Result;

/// What an index was before, and what it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Optimized {
    /// The number of segments, before and after.
    pub segments: [usize; 2],
    /// The deleted documents, which are gone now.
    pub deleted: u64,
    /// The size of the index folder in bytes, before and after.
    pub bytes: [u64; 2],
}

/// Merges all segments into one without deleted documents, removes files that no segment uses, and compacts the manifest.
///
/// What can be found stays the same: the last commit keeps its generation, and what a run that died has left between the
/// manifest and the segments is left to the next run. Whoever reads meanwhile reads on; being killed leaves the segments
/// as they were, since the one list of segments is replaced at the end.
///
/// # Errors
/// [`ErrorKind::IndexMissing`](crate::ErrorKind::IndexMissing), [`ErrorKind::IndexLocked`](crate::ErrorKind::IndexLocked)
/// while another process writes, [`ErrorKind::Io`](crate::ErrorKind::Io) where the disk is full: for a while both the old
/// segments and the new one take space.
pub fn optimize(dir: &Path) -> Result<Optimized> {
    fault::guarded(dir, || work(dir))
}

fn work(dir: &Path) -> Result<Optimized> {
    let index = place::open(dir)?;
    let _lock = Lock::acquire(dir)?;
    let before = segments(&index, dir)?;
    let bytes = info::bytes(dir)?;
    merge(&index, dir)?;
    let path = dir.join(place::MANIFEST);
    let mut manifest = snapshot::builder().open(&path).map_err(|e| fault::manifest(e).with_path(&path))?;
    match manifest.compact() {
        // Somebody reads it: it stays as large as it is, until another time.
        Ok(_) | Err(redb::CompactionError::TransactionInProgress) => {}
        Err(error) => return Err(fault::manifest(error).with_path(&path)),
    }
    drop(manifest);
    Ok(Optimized {
        segments: [before.count, segments(&index, dir)?.count],
        deleted: before.deleted,
        bytes: [bytes, info::bytes(dir)?],
    })
}

fn merge(index: &Index, dir: &Path) -> Result<()> {
    let options =
        IndexWriterOptions::builder().num_worker_threads(1).memory_budget_per_thread(LEAST_MEMORY).num_merge_threads(1);
    let mut writer: IndexWriter<TantivyDocument> =
        index.writer_with_options(options.build()).map_err(|e| fault::writing(dir, e))?;
    // No merge but this one.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let before = segments(index, dir)?;
    if before.count > 1 || before.deleted > 0 {
        // Not their metas: what those name is not removed as long as they live.
        let ids = index.searchable_segment_ids().map_err(|e| fault::reading(dir, e))?;
        // Nothing is committed: the merge keeps the payload of the last commit, and so its generation.
        writer.merge(&ids).wait().map_err(|e| fault::writing(dir, e))?;
    }
    writer.garbage_collect_files().wait().map_err(|e| fault::writing(dir, e))?;
    writer.wait_merging_threads().map_err(|e| fault::writing(dir, e))
}

struct Segments {
    count: usize,
    deleted: u64,
}

fn segments(index: &Index, dir: &Path) -> Result<Segments> {
    let all = index.searchable_segment_metas().map_err(|e| fault::reading(dir, e))?;
    Ok(Segments { count: all.len(), deleted: all.iter().map(|segment| u64::from(segment.num_deleted_docs())).sum() })
}
