//! One run: applies what the pipeline found, and counts it so that the numbers add up.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::pipeline::{Item, Place, Verdict};
use super::report::{Failure, Report};
use super::timings::{Stage, Timings};
use super::{IngestConfig, Observer, roots};
use crate::archive::Stamp;
use crate::archive::container::{self, SEPARATOR};
use crate::error::ErrorKind;
use crate::error::Result;
use crate::index::{Demoted, FileEntry, Finding, Snapshot, Status, Writer};

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
    /// Of the container whose entries come: how many could not be read, and whether another time one could be.
    failed: u64,
    is_passing: bool,
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
        Self {
            writer,
            report,
            observer,
            config,
            timings,
            last_commit: Instant::now(),
            seen,
            unread,
            restored,
            failed: 0,
            is_passing: false,
        }
    }

    /// Notes that the walk came to a path.
    pub fn see(&mut self, key: &[u8]) {
        self.seen.insert(hash(key));
    }

    /// Applies what the walk came to.
    pub fn apply(&mut self, mut item: Item) -> Result<()> {
        let is_container = matches!(&item.verdict, Verdict::Found(Finding::Container { .. }, _));
        self.report.files += u64::from(!is_container);
        self.report.bytes += if item.place == Place::Itself { 0 } else { item.stamp.bytes };
        self.report.to_read += u64::from(item.to_read);
        self.note_container(&mut item);
        match item.verdict {
            Verdict::Broken(error) => return Err(error),
            Verdict::Unchanged(entry) | Verdict::Settled(entry) if entry.status == Status::Failed => {
                self.report.failures.push(known_failure(item.shown, &entry));
            }
            Verdict::Unchanged(_) | Verdict::Settled(_) => self.report.unchanged += 1,
            Verdict::Touched => {
                self.writer.touch(&item.key, item.stamp)?;
                self.report.unchanged += 1;
            }
            Verdict::Gone => self.writer.remove(&item.key)?,
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

    /// Keeps account of the entries of a container until it ends itself, behind the last of them.
    fn note_container(&mut self, item: &mut Item) {
        match (item.place, &mut item.verdict) {
            (Place::Folder, _) => {}
            (Place::Itself, verdict) => {
                let filter = self.config.filter.within();
                let mut is_passing = std::mem::take(&mut self.is_passing);
                let held = std::mem::take(&mut self.failed);
                match verdict {
                    Verdict::Found(Finding::Container { failed, filter: meant }, _) => {
                        (*failed, *meant) = (held, filter.to_owned());
                    }
                    // What it held before may still be in the part that cannot be read.
                    Verdict::Found(Finding::Failed { .. }, _) => {
                        self.unread.insert(held_by(&item.shown));
                        is_passing |= !filter.is_empty();
                    }
                    _ => {}
                }
                // What may be read another time, or with another filter, has it opened again.
                if is_passing {
                    item.stamp = Stamp::default();
                }
            }
            (place, Verdict::Found(Finding::Failed { reason, .. }, _)) => {
                if place == Place::Nested {
                    self.unread.insert(held_by(&item.shown));
                }
                let code = reason.split(':').next().unwrap_or_default();
                self.failed += 1;
                self.is_passing |= ErrorKind::from_code(code).is_none_or(ErrorKind::is_passing);
            }
            (_, Verdict::Unchanged(entry)) if entry.status == Status::Failed => self.failed += 1,
            _ => {}
        }
    }

    /// Counts a container that is as it was, with what it holds.
    pub fn apply_settled(&mut self, item: Item, before: &Snapshot) -> Result<()> {
        let Verdict::Settled(entry) = item.verdict else { return Ok(()) };
        for row in before.below(&[&item.key, SEPARATOR.as_bytes()].concat()) {
            let (key, entry) = row?;
            self.see(&key);
            self.report.files += 1;
            self.report.bytes += entry.stamp.bytes;
            self.report.to_read += u64::from(entry.status != Status::NotALetter);
            match entry.status {
                Status::Failed => {
                    let address = key.get(item.key.len() + SEPARATOR.len()..).unwrap_or_default();
                    let path = container::address(&item.shown, &String::from_utf8_lossy(address));
                    self.report.failures.push(known_failure(path, &entry));
                }
                _ => self.report.unchanged += 1,
            }
        }
        match entry.status {
            Status::Failed => {
                self.report.files += 1;
                self.report.failures.push(known_failure(item.shown, &entry));
            }
            _ => self.report.containers += 1,
        }
        self.observer.done(self.report);
        Ok(())
    }

    /// Applies a file that an earlier pass, or an earlier run, has counted already.
    pub fn apply_again(&mut self, item: Item) -> Result<()> {
        let key = item.key.as_slice();
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
                // What this run was not to look at is left as it is.
                if !self.is_meant(&path, root) {
                    continue;
                }
                if !path.ancestors().any(|above| self.unread.contains(above)) {
                    self.remove(&key)?;
                }
            }
        }
        Ok(())
    }

    /// Whether the filter of this run means what lay at a path below a root, or in it.
    fn is_meant(&self, path: &Path, root: &Path) -> bool {
        match path.strip_prefix(root) {
            Ok(below) => below.as_os_str().is_empty() || self.config.filter.keeps(&below.to_string_lossy()),
            // The root is a container, and what is named is meant whatever its own name.
            Err(_) => {
                let below = root.parent().and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
                self.config.filter.keeps(below.to_string_lossy().trim_start_matches('.'))
            }
        }
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

/// What stands above the paths of what a container holds.
fn held_by(container: &Path) -> PathBuf {
    let mut path = container.as_os_str().to_owned();
    path.push("!");
    path.into()
}

/// The failure that an entry of the manifest tells of.
fn known_failure(path: PathBuf, entry: &FileEntry) -> Failure {
    let (kind, reason) = entry.failure();
    let code = kind.map_or("io", |k| k.code()).to_owned();
    Failure { path, code, reason: reason.to_owned(), hint: entry.hint.clone() }
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}
