//! One run: applies what the pipeline found, and counts it so that the numbers add up.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::known::{self, Known, Mark, Seen};
use super::pipeline::{Item, Place, Verdict};
use super::report::{Failure, Report};
use super::timings::{Stage, Timings};
use super::{IngestConfig, Observer, roots};
use crate::archive::container::{self, SEPARATOR};
use crate::archive::{self, Root, Stamp};
use crate::error::{ErrorKind, Result};
use crate::index::{self, Demoted, FileEntry, Finding, Snapshot, Status, Writer};

/// The state of a run.
pub struct Run<'a> {
    /// What is changed.
    pub writer: &'a mut Writer,
    report: &'a mut Report,
    observer: &'a dyn Observer,
    config: &'a IngestConfig,
    timings: &'a Timings,
    last_commit: Instant,
    seen: Seen,
    /// The paths that are counted as restored, and as moved.
    restored: HashSet<Vec<u8>>,
    moved: HashSet<Vec<u8>>,
    /// How many entries of the container whose entries come could not be read.
    failed: u64,
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
        Self {
            writer,
            report,
            observer,
            config,
            timings,
            last_commit: Instant::now(),
            seen: Seen::default(),
            restored: HashSet::new(),
            moved: HashSet::new(),
            failed: 0,
        }
    }

    /// Whether letters whose files are gone are taken out of the index.
    pub fn prunes(&self) -> bool {
        self.config.prune
    }

    /// Notes that the walk came to a path.
    pub fn see(&mut self, item: &Item) {
        match item.verdict {
            Verdict::Same | Verdict::Unchanged(_) | Verdict::Settled(_) => self.seen.see_known(item.mark),
            _ => _ = self.seen.see_mark(item.mark),
        }
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
                self.fail_again(item.shown, &entry);
            }
            Verdict::Same | Verdict::Unchanged(_) | Verdict::Settled(_) => self.report.unchanged += 1,
            Verdict::Touched => {
                self.writer.touch(&item.key, item.stamp)?;
                self.report.unchanged += 1;
            }
            Verdict::Unfollowed => self.report.not_letters += 1,
            Verdict::Gone => self.writer.remove(&item.key)?,
            Verdict::Walk(error) => {
                self.seen.see_unread(Some(item.shown.as_path()).filter(|path| !path.as_os_str().is_empty()));
                self.report.bad_roots += u64::from(error.kind() == ErrorKind::Shards);
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
            Verdict::Moved(finding, from) => self.apply_moved(&item.key, item.stamp, finding, &from)?,
        }
        self.observer.done(self.report);
        self.commit_if_due()
    }

    /// Applies a file whose content was elsewhere before.
    fn apply_moved(&mut self, key: &[u8], stamp: Stamp, finding: Finding, from: &[Vec<u8>]) -> Result<()> {
        let Finding::Letter { id, .. } = finding else { return Ok(()) };
        // Another file may have taken the place of the first already.
        let mut taken = None;
        for from in from {
            if taken.is_none() && self.writer.replace(from, id)? {
                taken = Some(from);
            }
        }
        let applied = self.timings.time(Stage::Index, || self.writer.apply(key, stamp, finding))?;
        if let Some(from) = taken {
            self.seen.see(from);
            self.report.moved += 1;
            self.moved.insert(key.to_vec());
        } else {
            self.report.add(applied.status, applied.issues);
        }
        if applied.status.has_documents() {
            self.report.indexed_bytes += stamp.bytes;
        }
        self.recount(applied.demoted);
        Ok(())
    }

    /// Lists what could not be read in an earlier run, and was not tried again.
    fn fail_again(&mut self, path: PathBuf, entry: &FileEntry) {
        self.report.failed_before += 1;
        self.report.failures.push(Failure::known(path, entry));
    }

    /// Keeps account of the entries of a container until it ends itself, behind the last of them.
    fn note_container(&mut self, item: &mut Item) {
        match (item.place, &mut item.verdict) {
            (Place::Folder, _) => {}
            (Place::Itself, verdict) => {
                let held = std::mem::take(&mut self.failed);
                match verdict {
                    Verdict::Found(Finding::Container { failed, .. }, _) => *failed = held,
                    // What it held before may still be in the part that cannot be read.
                    Verdict::Found(Finding::Failed { .. }, _) => self.seen.see_unread_container(&item.shown),
                    _ => {}
                }
            }
            (place, Verdict::Found(Finding::Failed { .. }, _)) => {
                if place == Place::Nested {
                    self.seen.see_unread_container(&item.shown);
                }
                self.failed += 1;
            }
            (_, Verdict::Unchanged(entry)) if entry.status == Status::Failed => self.failed += 1,
            _ => {}
        }
    }

    /// Counts a container that is as it was, with what it holds.
    pub fn apply_settled(&mut self, item: Item, before: &Snapshot) -> Result<()> {
        let Verdict::Settled(entry) = item.verdict else { return Ok(()) };
        for row in known::held_by(before, &item.key) {
            let (key, entry) = row?;
            self.seen.see_known(Mark::of(&key));
            self.report.files += 1;
            self.report.bytes += entry.stamp.bytes;
            self.report.to_read += u64::from(entry.status != Status::NotALetter);
            match entry.status {
                Status::Failed => {
                    let address = key.get(item.key.len() + SEPARATOR.len()..).unwrap_or_default();
                    let path = container::address(&item.shown, &String::from_utf8_lossy(address));
                    self.fail_again(path, &entry);
                }
                _ => self.report.unchanged += 1,
            }
        }
        match entry.status {
            Status::Failed => {
                self.report.files += 1;
                self.fail_again(item.shown, &entry);
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
                if applied.status.has_documents() && self.restored.insert(key.to_vec()) {
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
        if self.restored.remove(&path) {
            self.report.restored -= 1;
            return;
        }
        // A file that was moved is that, whatever becomes of its letter.
        if self.moved.contains(&path) {
            self.report.indexed_bytes -= entry.stamp.bytes;
            return;
        }
        self.report.give_way(entry.status, entry.issues, entry.stamp.bytes);
    }

    /// Settles what lies below the roots and was not come to: it is taken out of the index, or its letter stays.
    pub fn settle_gone(&mut self, walked: &[Root], before: &Known) -> Result<()> {
        if before.snapshot().is_empty() {
            return Ok(());
        }
        let mut seen = std::mem::take(&mut self.seen);
        let result = seen.each_gone(before, walked, &mut |seen, key, entry| {
            let is_kept = !self.config.prune
                && known::is_kept(seen, &entry, self.writer.versions_of(entry.letter, entry.decided)?)?;
            if !is_kept {
                return self.remove(&key);
            }
            self.report.kept += 1;
            // When its container is as it was, this one is still gone.
            if container::split_address(&key).is_some() && !entry.is_missing() {
                self.writer.touch(&key, entry.stamp.missing())?;
            }
            Ok(())
        });
        self.seen = seen;
        result
    }

    /// Settles what lay below a path that is gone, and was not come to elsewhere: all of it stays in the index, or, if it is
    /// pruned or holds no letter, none of it. Tells how many files stay, and how many files and roots were forgotten.
    pub fn settle_root(&mut self, place: &Path, before: &Known) -> Result<(u64, u64)> {
        let rows = || roots::known_below(before.snapshot(), place, before.base());
        let mut holds_letters = false;
        if !self.config.prune {
            for row in rows() {
                holds_letters |= self.writer.entry(&row?.0)?.is_some_and(|entry| entry.is_version());
            }
        }
        let (mut stay, mut forgotten) = (0, 0);
        for row in rows() {
            let (key, _) = row?;
            let Some(entry) = self.writer.entry(&key)? else {
                // It was moved.
                forgotten += 1;
                continue;
            };
            // It may lie below another root, too.
            if !self.seen.see(&key) {
                continue;
            }
            if holds_letters {
                stay += 1;
                self.report.kept += u64::from(entry.status.has_documents());
            } else {
                forgotten += 1;
                self.remove(&key)?;
            }
        }
        if stay == 0 {
            let roots = self.writer.forget_root(&before.key(place)) as u64;
            self.report.forgotten += roots;
            forgotten += roots;
        }
        Ok((stay, forgotten))
    }

    /// Forgets the roots of earlier runs that are gone, and of which no letter is left: they were moved, or pruned.
    pub fn forget_roots(&mut self, before: &Known) -> Result<()> {
        for root in self.writer.roots().into_keys() {
            let place = index::from_key(&root, before.base());
            if archive::is_there(&place) {
                continue;
            }
            let mut is_left = false;
            for row in roots::known_below(before.snapshot(), &place, before.base()) {
                let entry = self.writer.entry(&row?.0)?;
                is_left = entry.is_some_and(|entry| entry.is_version());
                if is_left {
                    break;
                }
            }
            if !is_left {
                self.settle_root(&place, before)?;
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
