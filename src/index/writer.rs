//! The writer: the one place that changes an index, the manifest and the segments together.

use std::path::Path;

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, UserOperation};
use tantivy::{IndexWriter, Term};

use super::document::IssueDocument;
use super::lock::Lock;
use super::manifest::{FileEntry, Manifest, Snapshot, Status};
use super::schema::IndexSchema;
use super::{damaged, place};
use crate::error::{Error, ErrorKind, Result};

/// How a writer uses the machine.
#[derive(Debug, Clone, Copy)]
pub struct WriterConfig {
    /// How many threads build segments.
    pub threads: usize,
    /// Memory for the segments under construction, in bytes, over all threads.
    pub memory_bytes: usize,
}

/// The least memory that tantivy accepts for a thread, with some room.
const LEAST_MEMORY: usize = 16 << 20;
/// tantivy addresses a thread's arena with 32 bits.
const MOST_MEMORY: usize = 1 << 30;
/// Merge a segment once this share of its documents is deleted: deleted documents cost space and time.
const DELETED_SHARE: f32 = 0.3;

/// What a file turned out to hold, ready to be applied.
#[derive(Debug)]
pub enum Finding {
    /// A letter, with its documents.
    Letter {
        /// Its identity; see [`super::letter_id`].
        id: u64,
        /// Its decision date as `yyyymmdd`, 0 where missing.
        decided: u64,
        /// How many issues it has.
        issues: u64,
        /// Whether its layout is known.
        known: bool,
        /// Digest of the file.
        digest: [u8; 32],
        /// One document for each issue.
        documents: Vec<IssueDocument>,
    },
    /// No file to read; why.
    NotALetter(String),
    /// A file that could not be read; why, as `code: reason`.
    Failed(String),
}

/// What applying a finding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// What became of the file.
    pub status: Status,
    /// How many of its issues came into the index.
    pub issues: u64,
}

/// Changes an index. One thread owns it.
pub struct Writer {
    segments: IndexWriter<IssueDocument>,
    manifest: Manifest,
    generation: u64,
    committed: u64,
    path: tantivy::schema::Field,
    // Dropped last, so that nobody else comes in before all is closed.
    _lock: Lock,
}

impl Writer {
    /// Opens the index in a folder for writing, or makes one, and repairs what a run that died left behind.
    ///
    /// # Errors
    /// [`ErrorKind::IndexLocked`] when another process writes, [`ErrorKind::IndexVersion`] for another format,
    /// [`ErrorKind::IndexCorrupt`] for damage, [`ErrorKind::Usage`] for a folder of other things.
    pub fn open_or_create(dir: &Path, config: WriterConfig) -> Result<Self> {
        place::prepare(dir)?;
        let lock = Lock::acquire(dir)?;
        let manifest = Manifest::open(dir)?;
        let index = place::open_or_create(dir)?;
        let threads = config.threads.clamp(1, 8);
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread((config.memory_bytes / threads).clamp(LEAST_MEMORY, MOST_MEMORY))
            .num_merge_threads(threads.min(4))
            .build();
        let segments: IndexWriter<IssueDocument> = index.writer_with_options(options).map_err(|e| damaged(dir, e))?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
        segments.set_merge_policy(Box::new(policy));
        let committed = place::committed(&index, dir)?;
        let generation = manifest.generation()?;
        if committed > generation {
            return Err(Error::new(ErrorKind::IndexCorrupt, "the manifest is older than the segments")
                .with_path(dir)
                .with_hint(
                    "delete the index folder and run `imr index` again; the letters themselves are not touched",
                ));
        }
        let path = IndexSchema::get().field("path");
        let mut this = Self { segments, manifest, generation, committed, path, _lock: lock };
        this.repair(committed)?;
        Ok(this)
    }

    /// Undoes the entries that no commit of the segments carries; their files are read again in this run.
    fn repair(&mut self, committed: u64) -> Result<()> {
        let dirty = self.manifest.dirty(committed)?;
        for path in dirty.removed {
            self.delete_documents(&path);
        }
        for (path, entry) in dirty.changed {
            self.delete_documents(&path);
            self.manifest.forget(&path);
            self.manifest.set_again(&path, true);
            if entry.is_version() {
                self.manifest.versions(entry.letter)?.remove(&path);
                // Should the file be gone by now, another version has to take its place.
                if let Some(best) = self.best_version(entry.letter)? {
                    self.promote(&best)?;
                }
            }
        }
        Ok(())
    }

    /// A view of the last commit that other threads can read while this one writes.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.manifest.snapshot(self.committed)
    }

    /// Files to be read again, since another version of their letter went away or a run died.
    pub fn again(&self) -> Vec<Vec<u8>> {
        self.manifest.again().iter().cloned().collect()
    }

    /// What is known of a file.
    pub fn entry(&self, path: &[u8]) -> Result<Option<FileEntry>> {
        self.manifest.get(path)
    }

    /// Brings the index to what was found in a file.
    ///
    /// Of several versions of a letter the one with the latest decision date is indexed, of equal ones that with the
    /// first path: whatever order the files come in, the index is the same.
    pub fn apply(&mut self, path: &[u8], bytes: u64, modified: i64, finding: Finding) -> Result<Applied> {
        let id = match &finding {
            Finding::Letter { id, .. } => Some(*id),
            _ => None,
        };
        self.retire(path, id)?;
        self.manifest.set_again(path, false);
        let mut entry = FileEntry {
            bytes,
            modified,
            digest: [0; 32],
            status: Status::Failed,
            letter: 0,
            decided: 0,
            generation: self.generation + 1,
            issues: 0,
            reason: String::new(),
        };
        let documents = match finding {
            Finding::NotALetter(reason) => {
                (entry.status, entry.reason) = (Status::NotALetter, reason);
                Vec::new()
            }
            Finding::Failed(reason) => {
                (entry.status, entry.reason) = (Status::Failed, reason);
                Vec::new()
            }
            Finding::Letter { id, decided, issues, known, digest, documents } => {
                entry.status = if known { Status::Indexed } else { Status::Unknown };
                (entry.digest, entry.letter, entry.decided, entry.issues) = (digest, id, decided, issues);
                documents
            }
        };
        let applied = match id {
            None => Applied { status: entry.status, issues: 0 },
            Some(id) => {
                self.manifest.versions(id)?.insert(path.to_vec(), entry.decided);
                let best = self.best_version(id)?.unwrap_or_else(|| path.to_vec());
                self.demote_others(id, path, &best)?;
                if best == path {
                    let operations: Vec<_> = documents.into_iter().map(UserOperation::Add).collect();
                    self.segments.run(operations).map_err(writing)?;
                    Applied { status: entry.status, issues: entry.issues }
                } else {
                    (entry.status, entry.reason) = (Status::Duplicate, String::from_utf8_lossy(&best).into_owned());
                    self.promote(&best)?;
                    Applied { status: Status::Duplicate, issues: 0 }
                }
            }
        };
        self.manifest.put(path, entry);
        Ok(applied)
    }

    /// Takes a file that is gone out of the index.
    pub fn remove(&mut self, path: &[u8]) -> Result<()> {
        self.retire(path, None)?;
        self.manifest.forget(path);
        Ok(())
    }

    /// Takes back what a file brought before. Where it held the indexed version of a letter other than `next`, the
    /// best of the remaining versions takes its place.
    fn retire(&mut self, path: &[u8], next: Option<u64>) -> Result<()> {
        let Some(old) = self.manifest.get(path)? else { return Ok(()) };
        if old.status.has_documents() {
            self.delete_documents(path);
        }
        if old.is_version() {
            self.manifest.versions(old.letter)?.remove(path);
            if old.status.has_documents()
                && next != Some(old.letter)
                && let Some(best) = self.best_version(old.letter)?
            {
                self.promote(&best)?;
            }
        }
        Ok(())
    }

    fn best_version(&mut self, id: u64) -> Result<Option<Vec<u8>>> {
        let versions = self.manifest.versions(id)?;
        let best = versions.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
        Ok(best.map(|(path, _)| path.clone()))
    }

    /// Has a duplicate read again, which makes it the indexed version.
    fn promote(&mut self, path: &[u8]) -> Result<()> {
        if self.manifest.get(path)?.is_some_and(|e| e.status == Status::Duplicate) {
            self.manifest.set_again(path, true);
        }
        Ok(())
    }

    /// Makes duplicates of the versions that are indexed but no longer the best.
    fn demote_others(&mut self, id: u64, path: &[u8], best: &[u8]) -> Result<()> {
        let others: Vec<_> = self.manifest.versions(id)?.keys().filter(|p| *p != path && *p != best).cloned().collect();
        for other in others {
            let Some(mut entry) = self.manifest.get(&other)? else { continue };
            if entry.status.has_documents() {
                self.delete_documents(&other);
                entry.status = Status::Duplicate;
                entry.reason = String::from_utf8_lossy(best).into_owned();
                self.manifest.put(&other, entry);
            }
        }
        Ok(())
    }

    fn delete_documents(&self, path: &[u8]) {
        self.segments.delete_term(Term::from_field_text(self.path, &String::from_utf8_lossy(path)));
    }

    /// Makes everything that was applied durable and visible to readers that open the index from now on.
    pub fn commit(&mut self) -> Result<()> {
        if !self.manifest.is_changed() {
            return Ok(());
        }
        self.generation += 1;
        self.manifest.commit(self.generation)?;
        let mut commit = self.segments.prepare_commit().map_err(writing)?;
        commit.set_payload(&self.generation.to_string());
        commit.commit().map_err(writing)?;
        self.committed = self.generation;
        Ok(())
    }

    /// Commits, and waits for the merges of segments that are under way.
    pub fn finish(mut self) -> Result<()> {
        self.commit()?;
        self.segments.wait_merging_threads().map_err(writing)
    }
}

fn writing(error: tantivy::TantivyError) -> Error {
    Error::new(ErrorKind::Io, "the index cannot be written").with_source(error).with_hint("is the disk full?")
}
