//! The writer: the one place that changes an index, the manifest and the segments together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, UserOperation};
use tantivy::{IndexWriter, Term};

use super::document::{IssueDocument, path_term};
use super::entry::{FileEntry, Status};
use super::fault::{self, ANEW};
use super::lock::Lock;
use super::manifest::Manifest;
use super::place;
use super::schema::IndexSchema;
use super::snapshot::Snapshot;
use crate::archive::Stamp;
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
pub(super) const LEAST_MEMORY: usize = 16 << 20;
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
    /// A container, all of which was looked at.
    Container {
        /// How much of what it holds could not be read.
        failed: u64,
        /// Which of its entries were meant; empty for all.
        filter: String,
    },
    /// No file to read; why.
    NotALetter(String),
    /// A file that could not be read.
    Failed {
        /// Why, as `code: reason`.
        reason: String,
        /// What to do about it; empty where nothing is known.
        hint: String,
    },
}

/// What applying a finding came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What became of the file.
    pub status: Status,
    /// How many of its issues came into the index.
    pub issues: u64,
    /// The version of the letter that was indexed until now and had to give way.
    pub demoted: Option<Demoted>,
}

/// A version of a letter that became a duplicate, since a better one came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demoted {
    /// The path as the manifest keeps it.
    pub path: Vec<u8>,
    /// What was known of it.
    pub entry: FileEntry,
    /// Whether it came into the index through this writer.
    pub is_new: bool,
}

/// Changes an index. One thread owns it.
pub struct Writer {
    dir: PathBuf,
    segments: IndexWriter<IssueDocument>,
    manifest: Manifest,
    /// The generation of the manifest's last transaction, and that of when the writer was opened.
    generation: u64,
    opened: u64,
    /// The generation that the last commit of the segments carries.
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
        place::sweep(dir)?;
        let manifest = Manifest::open(dir)?;
        let index = place::open_or_create(dir)?;
        let threads = config.threads.clamp(1, 8);
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread((config.memory_bytes / threads).clamp(LEAST_MEMORY, MOST_MEMORY))
            .num_merge_threads(threads.min(4))
            .build();
        let segments: IndexWriter<IssueDocument> =
            index.writer_with_options(options).map_err(|e| fault::writing(dir, e))?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(DELETED_SHARE);
        segments.set_merge_policy(Box::new(policy));
        let committed = place::committed(&index, dir)?;
        let generation = manifest.generation()?;
        if committed > generation {
            return Err(Error::new(ErrorKind::IndexCorrupt, "the manifest is older than the segments")
                .with_path(dir)
                .with_hint(ANEW));
        }
        let path = IndexSchema::get().field("path");
        let dir = dir.to_path_buf();
        let mut this = Self { dir, segments, manifest, generation, opened: generation, committed, path, _lock: lock };
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
            // What was no letter by its name is nothing to come back to.
            self.manifest.set_again(&path, !matches!(entry.status, Status::NotALetter | Status::Container));
            if entry.is_version() {
                self.manifest.remove_version(entry.letter, entry.decided, &path);
                // Should the file be gone by now, another version has to take its place.
                self.promote_best(entry.letter)?;
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
    pub fn apply(&mut self, path: &[u8], stamp: Stamp, finding: Finding) -> Result<Applied> {
        let id = match &finding {
            Finding::Letter { id, .. } => Some(*id),
            _ => None,
        };
        self.retire(path, id)?;
        self.manifest.set_again(path, false);
        let mut entry = FileEntry::new(stamp, Status::Failed, self.generation + 1);
        let mut demoted = None;
        match finding {
            Finding::Container { failed, filter } => {
                (entry.status, entry.issues, entry.reason) = (Status::Container, failed, filter);
            }
            Finding::NotALetter(reason) => (entry.status, entry.reason) = (Status::NotALetter, reason),
            Finding::Failed { reason, hint } => (entry.reason, entry.hint) = (reason, hint),
            Finding::Letter { id, decided, issues, known, digest, documents } => {
                (entry.digest, entry.letter, entry.decided, entry.issues) = (digest, id, decided, issues);
                // Only the best version can have documents, so the newcomer need not be compared with any other.
                let rival = self.manifest.best(id)?;
                self.manifest.add_version(id, decided, path);
                if self.manifest.best(id)?.is_some_and(|(_, best)| best == path) {
                    entry.status = if known { Status::Indexed } else { Status::Unknown };
                    if let Some((_, rival)) = rival {
                        demoted = self.demote(rival)?;
                    }
                    let operations: Vec<_> = documents.into_iter().map(UserOperation::Add).collect();
                    self.segments.run(operations).map_err(|e| fault::writing(&self.dir, e))?;
                } else {
                    entry.status = Status::Duplicate;
                    self.promote_best(id)?;
                }
            }
        }
        let issues = if entry.status.has_documents() { entry.issues } else { 0 };
        let applied = Applied { status: entry.status, issues, demoted };
        self.manifest.put(path, entry);
        Ok(applied)
    }

    /// Notes that a file whose content is as it was has another stamp now.
    pub fn touch(&mut self, path: &[u8], stamp: Stamp) -> Result<()> {
        if let Some(entry) = self.manifest.get(path)? {
            // It stays of its generation: no document comes or goes.
            self.manifest.put(path, FileEntry { stamp, ..entry });
        }
        Ok(())
    }

    /// Takes a file that is gone out of the index, since another one has its content. The caller applies that one next, as
    /// a version of the letter `next`. Tells whether there was such a file.
    pub fn replace(&mut self, gone: &[u8], next: u64) -> Result<bool> {
        if !self.manifest.get(gone)?.is_some_and(|entry| entry.is_version()) {
            return Ok(false);
        }
        self.retire(gone, Some(next))?;
        self.manifest.forget(gone);
        Ok(true)
    }

    /// The paths of the versions of a letter that were decided on a day, in their order.
    pub fn versions_of(&self, letter: u64, decided: u64) -> Result<impl Iterator<Item = Result<Vec<u8>>> + use<'_>> {
        self.manifest.versions_of(letter, decided)
    }

    /// Notes what this run is asked to index, and the flags by which it chooses among it, unless it lies in what was noted
    /// before.
    pub fn add_root(&mut self, path: &[u8], flags: Vec<String>) {
        self.manifest.add_root(path, flags);
    }

    /// What was noted of this run and earlier ones, in the order of paths.
    pub fn roots(&self) -> BTreeMap<Vec<u8>, Vec<String>> {
        self.manifest.roots().clone()
    }

    /// Forgets what was noted of a root, and of those below it; tells how many there were.
    pub fn forget_root(&mut self, path: &[u8]) -> usize {
        self.manifest.forget_root(path)
    }

    /// Takes a file that is gone out of the index.
    pub fn remove(&mut self, path: &[u8]) -> Result<()> {
        self.retire(path, None)?;
        self.manifest.forget(path);
        Ok(())
    }

    /// Takes back what a file brought before. Where it held the best version of a letter other than `next`, the best of
    /// the remaining ones takes its place.
    fn retire(&mut self, path: &[u8], next: Option<u64>) -> Result<()> {
        let Some(old) = self.manifest.get(path)? else { return Ok(()) };
        if old.status.has_documents() {
            self.delete_documents(path);
        }
        if old.is_version() {
            self.manifest.remove_version(old.letter, old.decided, path);
            // Also where it held no documents: it may have been the one to take a place that is free.
            if next != Some(old.letter) {
                self.promote_best(old.letter)?;
            }
        }
        Ok(())
    }

    /// Has a letter's best version read again if it is a duplicate, which makes it the indexed one.
    fn promote_best(&mut self, id: u64) -> Result<()> {
        if let Some((_, path)) = self.manifest.best(id)?
            && self.manifest.get(&path)?.is_some_and(|e| e.status == Status::Duplicate)
        {
            self.manifest.set_again(&path, true);
        }
        Ok(())
    }

    /// Makes a duplicate of a version that is no longer the best.
    fn demote(&mut self, path: Vec<u8>) -> Result<Option<Demoted>> {
        let Some(entry) = self.manifest.get(&path)?.filter(|e| e.status.has_documents()) else { return Ok(None) };
        self.delete_documents(&path);
        let duplicate = FileEntry { status: Status::Duplicate, generation: self.generation + 1, ..entry.clone() };
        self.manifest.put(&path, duplicate);
        let is_new = entry.generation > self.opened;
        Ok(Some(Demoted { path, entry, is_new }))
    }

    fn delete_documents(&self, path: &[u8]) {
        self.segments.delete_term(Term::from_field_text(self.path, &path_term(path)));
    }

    /// Looks whether the threads that build segments still do, which they do not on a full disk.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn check(&self) -> Result<()> {
        // tantivy tells only who hands it something; no document has this term.
        let nothing = UserOperation::Delete(Term::from_field_text(self.path, "\0"));
        self.segments.run([nothing]).map(drop).map_err(|e| fault::writing(&self.dir, e))
    }

    /// How many files have changes that wait for a commit.
    pub fn pending(&self) -> usize {
        self.manifest.pending()
    }

    /// Makes everything that was applied durable and visible to readers that open the index from now on.
    pub fn commit(&mut self) -> Result<()> {
        // Where the manifest is ahead, the segments still have to be made like it.
        if !self.manifest.is_changed() && self.generation == self.committed {
            return Ok(());
        }
        self.generation += 1;
        self.manifest.commit(self.generation, self.committed)?;
        let mut commit = self.segments.prepare_commit().map_err(|e| fault::writing(&self.dir, e))?;
        commit.set_payload(&self.generation.to_string());
        commit.commit().map_err(|e| fault::writing(&self.dir, e))?;
        self.committed = self.generation;
        Ok(())
    }

    /// Commits, and waits for the merges of segments that are under way.
    pub fn finish(mut self) -> Result<()> {
        self.commit()?;
        self.segments.wait_merging_threads().map_err(|e| fault::writing(&self.dir, e))
    }
}
