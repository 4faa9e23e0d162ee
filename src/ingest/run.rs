//! One run: applies what the pipeline found, and counts it so that the numbers add up.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::pipeline::{Item, Verdict};
use super::report::{Failure, Report};
use super::timings::{Stage, Timings};
use super::{IngestConfig, Observer, roots};
use crate::error::Result;
use crate::index::{Demoted, Snapshot, Status, Writer};

/// The state of a run.
pub struct Run<'a> {
    /// What is changed.
    pub writer: &'a mut Writer,
    report: &'a mut Report,
    observer: &'a dyn Observer,
    config: &'a IngestConfig,
    timings: &'a Timings,
    last_commit: Instant,
    /// Hashes of the paths that the walk came to.
    seen: HashSet<u64>,
    /// Folders and files that the walk could not look at; what lies below them is not gone.
    unread: HashSet<PathBuf>,
    /// Hashes of the paths that are counted as restored.
    restored: HashSet<u64>,
}

impl<'a> Run<'a> {
    /// Begins.
    pub fn new(
        writer: &'a mut Writer,
        report: &'a mut Report,
        observer: &'a dyn Observer,
        config: &'a IngestConfig,
        timings: &'a Timings,
    ) -> Self {
        let (seen, unread, restored) = (HashSet::new(), HashSet::new(), HashSet::new());
        Self { writer, report, observer, config, timings, last_commit: Instant::now(), seen, unread, restored }
    }

    /// Notes that the walk came to a path.
    pub fn see(&mut self, key: &[u8]) {
        self.seen.insert(hash(key));
    }

    /// Applies what the walk came to.
    pub fn apply(&mut self, item: Item) -> Result<()> {
        self.report.files += 1;
        self.report.bytes += item.stamp.bytes;
        self.report.to_read += u64::from(item.to_read);
        match item.verdict {
            Verdict::Broken(error) => return Err(error),
            Verdict::Unchanged(entry) if entry.status == Status::Failed => {
                let (kind, reason) = entry.failure();
                let code = kind.map_or("io", |k| k.code()).to_owned();
                let (reason, hint) = (reason.to_owned(), entry.hint.clone());
                self.report.failures.push(Failure { path: item.shown, code, reason, hint });
            }
            Verdict::Unchanged(_) => self.report.unchanged += 1,
            Verdict::Touched => {
                self.writer.touch(&item.key, item.stamp)?;
                self.report.unchanged += 1;
            }
            Verdict::Walk(error) => {
                // Without a path it can be anything.
                self.unread.insert(error.path().unwrap_or(Path::new("/")).to_path_buf());
                self.report.fail(&error);
            }
            Verdict::Found(finding, failure) => {
                let apply = || self.writer.apply(&item.key, item.stamp, finding);
                let applied = self.timings.time(Stage::Index, apply)?;
                self.report.add(applied.status, applied.issues);
                if applied.status.has_documents() {
                    self.report.indexed_bytes += item.stamp.bytes;
                }
                self.report.failures.extend(failure);
                self.recount(applied.demoted);
            }
        }
        self.observer.done(self.report);
        self.commit_if_due()
    }

    /// Applies a file that an earlier pass, or an earlier run, has counted already.
    pub fn apply_again(&mut self, key: &[u8], item: Item) -> Result<()> {
        match item.verdict {
            Verdict::Broken(error) => return Err(error),
            Verdict::Found(finding, _) => {
                let applied = self.timings.time(Stage::Index, || self.writer.apply(key, item.stamp, finding))?;
                if applied.status.has_documents() && self.restored.insert(hash(key)) {
                    self.report.restored += 1;
                }
                self.recount(applied.demoted);
            }
            _ => self.writer.remove(key)?,
        }
        self.commit_if_due()
    }

    /// Takes a letter that this run counted as indexed, and that had to give way to a better version, for a duplicate.
    fn recount(&mut self, demoted: Option<Demoted>) {
        let Some(Demoted { path, entry, .. }) = demoted.filter(|d| d.is_new) else { return };
        if self.restored.remove(&hash(&path)) {
            self.report.restored -= 1;
            return;
        }
        self.report.give_way(entry.status, entry.issues, entry.stamp.bytes);
    }

    /// Takes out of the index what lies below the roots and was not come to.
    pub fn remove_gone(&mut self, walked: &[PathBuf], base: &Path, before: &Snapshot) -> Result<()> {
        if before.is_empty() {
            return Ok(());
        }
        for root in walked {
            for key in roots::known_below(before, root, base) {
                let key = key?;
                // A file that is a root itself lies below a folder that is one, too.
                if !self.seen.insert(hash(&key)) {
                    continue;
                }
                let path = crate::index::from_key(&key, base);
                if !path.ancestors().any(|above| self.unread.contains(above)) {
                    self.remove(&key)?;
                }
            }
        }
        Ok(())
    }

    /// Takes a file that is gone out of the index.
    pub fn remove(&mut self, key: &[u8]) -> Result<()> {
        self.writer.remove(key)?;
        self.report.removed += 1;
        self.commit_if_due()
    }

    /// Commits where it is time: what waits for a commit is held in memory, and lost in a crash.
    fn commit_if_due(&mut self) -> Result<()> {
        let pending = self.writer.pending();
        if pending >= self.config.commit_files.max(1)
            || (pending > 0 && self.last_commit.elapsed() >= self.config.commit_every)
        {
            self.timings.time(Stage::Commit, || self.writer.commit())?;
            self.last_commit = Instant::now();
        }
        Ok(())
    }
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
