//! The manifest: what became of every file, kept in one transactional file beside the segments.
//!
//! Changes are held in memory until the writer commits, then written in one transaction under the generation that the
//! following commit of the segments carries as its payload. A run that dies between the two leaves entries of a
//! generation that no commit carries; [`Manifest::dirty`] finds them, and the writer does them anew. Runs may die there
//! one after the other: what was removed is known until a commit of the segments has come that is without it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable};

use super::entry::FileEntry;
use super::fault::{guarded, manifest as damaged};
use super::place;
use super::snapshot::{
    AGAIN, DIGESTS, FILES, GENERATION, META, REMOVED, ROOTS, Snapshot, VERSIONS, builder, head, make_tables,
};
use super::versions::{self, Changes, Place};
use crate::error::{Error, ErrorKind, Result};

/// The table of files, with the changes that are not yet committed.
pub struct Manifest {
    db: Database,
    snapshot: Snapshot,
    files: BTreeMap<Vec<u8>, Option<FileEntry>>,
    versions: HashMap<u64, Changes>,
    removed: BTreeSet<Vec<u8>>,
    again: BTreeSet<Vec<u8>>,
    again_committed: BTreeSet<Vec<u8>>,
    roots: BTreeMap<Vec<u8>, Vec<String>>,
    roots_committed: BTreeMap<Vec<u8>, Vec<String>>,
}

impl Manifest {
    /// Opens the manifest in an index folder, or makes an empty one.
    ///
    /// # Errors
    /// [`ErrorKind::IndexCorrupt`] when the file is damaged, [`ErrorKind::IndexLocked`] when another process has it.
    pub fn open(dir: &Path) -> Result<Self> {
        guarded(dir, || Self::open_file(&dir.join(place::MANIFEST)))
    }

    fn open_file(path: &Path) -> Result<Self> {
        let db = builder().create(path).map_err(|e| match e {
            redb::DatabaseError::DatabaseAlreadyOpen => {
                Error::new(ErrorKind::IndexLocked, "is in use by another process").with_path(path)
            }
            e => damaged(e).with_path(path),
        })?;
        make_tables(&db)?;
        let snapshot = Snapshot::new(&db, u64::MAX)?;
        let again: BTreeSet<_> = snapshot.again()?.into_iter().collect();
        let roots = snapshot.roots()?;
        Ok(Self {
            db,
            snapshot,
            files: BTreeMap::new(),
            versions: HashMap::new(),
            removed: BTreeSet::new(),
            again_committed: again.clone(),
            again,
            roots_committed: roots.clone(),
            roots,
        })
    }

    /// A view of the last transaction, without the entries of generations after `committed`, for other threads.
    pub fn snapshot(&self, committed: u64) -> Result<Snapshot> {
        Snapshot::new(&self.db, committed)
    }

    /// The generation of the last transaction.
    pub fn generation(&self) -> Result<u64> {
        let read = self.db.begin_read().map_err(damaged)?;
        let meta = read.open_table(META).map_err(damaged)?;
        Ok(meta.get(GENERATION).map_err(damaged)?.map_or(0, |g| g.value()))
    }

    /// What is known of a file.
    pub fn get(&self, path: &[u8]) -> Result<Option<FileEntry>> {
        match self.files.get(path) {
            Some(entry) => Ok(entry.clone()),
            None => self.snapshot.get(path),
        }
    }

    /// The path of a letter's best version: of the latest decided that with the first path.
    pub fn best(&mut self, letter: u64) -> Result<Option<Place>> {
        let snapshot = &self.snapshot;
        self.versions.entry(letter).or_default().best(|from| snapshot.versions(letter, from))
    }

    /// The paths of the versions of a letter that were decided on a day, in their order.
    pub fn versions_of(&self, letter: u64, decided: u64) -> Result<impl Iterator<Item = Result<Vec<u8>>> + use<'_>> {
        let from = versions::place(decided, &[]);
        let merit = from.0;
        let changes = self.versions.get(&letter);
        let committed = self.snapshot.versions(letter, &from)?.take_while(move |row| match row {
            Ok((other, _)) => *other == merit,
            Err(_) => true,
        });
        let committed = committed.filter(move |row| match (row, changes) {
            (Ok(place), Some(changes)) => !changes.removed.contains(place),
            _ => true,
        });
        let added = changes.into_iter().flat_map(move |changes| changes.added.range(from.clone()..));
        let added = added.take_while(move |(other, _)| *other == merit).cloned().map(Ok);
        Ok(committed.chain(added).map(|row: Result<Place>| row.map(|(_, path)| path)))
    }

    /// Adds a version of a letter.
    pub fn add_version(&mut self, letter: u64, decided: u64, path: &[u8]) {
        self.versions.entry(letter).or_default().add(versions::place(decided, path));
    }

    /// Removes a version of a letter.
    pub fn remove_version(&mut self, letter: u64, decided: u64, path: &[u8]) {
        self.versions.entry(letter).or_default().remove(versions::place(decided, path));
    }

    /// Remembers what became of a file. An entry of the next generation stands for documents that came or went.
    pub fn put(&mut self, path: &[u8], entry: FileEntry) {
        self.removed.remove(path);
        self.files.insert(path.to_vec(), Some(entry));
    }

    /// Forgets a file.
    pub fn forget(&mut self, path: &[u8]) {
        self.files.insert(path.to_vec(), None);
        self.removed.insert(path.to_vec());
        self.again.remove(path);
    }

    /// Notes that a file is to be read again, or that this is done.
    pub fn set_again(&mut self, path: &[u8], again: bool) {
        if again {
            self.again.insert(path.to_vec());
        } else {
            self.again.remove(path);
        }
    }

    /// Notes what a run is asked to index, and the flags by which it chooses among it, unless it lies below what an earlier
    /// one was asked without any. The empty path is the base.
    pub fn add_root(&mut self, path: &[u8], flags: Vec<String>) {
        self.roots.insert(path.to_vec(), flags);
        let is_covered = |(path, flags): &(&Vec<u8>, &Vec<String>)| {
            let mut above = self.roots_above(path).peekable();
            above.peek() == Some(flags) || above.any(Vec::is_empty)
        };
        let covered: Vec<_> = self.roots.iter().filter(is_covered).map(|(path, _)| path.clone()).collect();
        covered.iter().for_each(|path| _ = self.roots.remove(path));
    }

    /// The flags of the roots above a path, the nearest first.
    fn roots_above<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = &'a Vec<String>> {
        let slashes = path.iter().enumerate().rev().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
        let above = slashes.map(|at| &path[..at.max(1)]).filter(move |above| *above != path);
        let is_relative = !path.is_empty() && !path.starts_with(b"/");
        above.chain(is_relative.then_some(&[][..])).filter_map(|above| self.roots.get(above))
    }

    /// What runs were asked to index.
    pub fn roots(&self) -> &BTreeMap<Vec<u8>, Vec<String>> {
        &self.roots
    }

    /// Forgets a root, and those below it; tells how many.
    pub fn forget_root(&mut self, path: &[u8]) -> usize {
        let before = self.roots.len();
        self.roots.retain(|root, _| !is_below(root, path));
        before - self.roots.len()
    }

    /// The files to be read again.
    pub fn again(&self) -> &BTreeSet<Vec<u8>> {
        &self.again
    }

    /// How many files have changes that wait to be committed.
    pub fn pending(&self) -> usize {
        self.files.len()
    }

    /// Whether anything waits to be committed.
    pub fn is_changed(&self) -> bool {
        !self.files.is_empty() || self.again != self.again_committed || self.roots != self.roots_committed
    }

    /// Writes all changes in one transaction under this generation. `committed` is the generation that the last commit of
    /// the segments carries.
    pub fn commit(&mut self, generation: u64, committed: u64) -> Result<()> {
        let write = self.db.begin_write().map_err(damaged)?;
        {
            let mut files = write.open_table(FILES).map_err(damaged)?;
            let mut versions = write.open_table(VERSIONS).map_err(damaged)?;
            let mut digests = write.open_table(DIGESTS).map_err(damaged)?;
            let mut removed = write.open_table(REMOVED).map_err(damaged)?;
            let mut again = write.open_table(AGAIN).map_err(damaged)?;
            // What the segments are without by now need not be known any longer.
            removed.retain(|_, gone| gone > committed).map_err(damaged)?;
            for (path, entry) in &self.files {
                let path = path.as_slice();
                let old = match entry {
                    Some(entry) => files.insert(path, entry.row()).map_err(damaged)?,
                    None => files.remove(path).map_err(damaged)?,
                };
                let old = old.map(|row| FileEntry::from_row(row.value())).filter(FileEntry::is_version);
                let new = entry.as_ref().filter(|entry| entry.is_version());
                let (old, new) = (old.map(|entry| head(&entry.digest)), new.map(|entry| head(&entry.digest)));
                if old != new {
                    if let Some(old) = old {
                        digests.remove((old, path)).map_err(damaged)?;
                    }
                    if let Some(new) = new {
                        digests.insert((new, path), ()).map_err(damaged)?;
                    }
                }
            }
            for path in &self.removed {
                removed.insert(path.as_slice(), generation).map_err(damaged)?;
            }
            for path in self.again_committed.difference(&self.again) {
                again.remove(path.as_slice()).map_err(damaged)?;
            }
            for path in self.again.difference(&self.again_committed) {
                again.insert(path.as_slice(), ()).map_err(damaged)?;
            }
            let mut roots = write.open_table(ROOTS).map_err(damaged)?;
            for path in self.roots_committed.keys().filter(|path| !self.roots.contains_key(*path)) {
                roots.remove(path.as_slice()).map_err(damaged)?;
            }
            for (path, flags) in
                self.roots.iter().filter(|(path, flags)| self.roots_committed.get(*path) != Some(flags))
            {
                roots.insert(path.as_slice(), flags.join("\0").as_str()).map_err(damaged)?;
            }
            for (letter, changes) in &self.versions {
                for (merit, path) in &changes.removed {
                    versions.remove((*letter, *merit, path.as_slice())).map_err(damaged)?;
                }
                for (merit, path) in &changes.added {
                    versions.insert((*letter, *merit, path.as_slice()), ()).map_err(damaged)?;
                }
            }
            write.open_table(META).map_err(damaged)?.insert(GENERATION, generation).map_err(damaged)?;
        }
        write.commit().map_err(damaged)?;
        self.snapshot = Snapshot::new(&self.db, u64::MAX)?;
        self.files.clear();
        self.versions.clear();
        self.removed.clear();
        self.again_committed.clone_from(&self.again);
        self.roots_committed.clone_from(&self.roots);
        Ok(())
    }

    /// The files whose entries, or whose removal, no commit of the segments carries.
    pub fn dirty(&self, committed: u64) -> Result<Dirty> {
        let mut dirty = Dirty::default();
        if self.generation()? <= committed {
            return Ok(dirty);
        }
        for row in self.snapshot.below(&[]) {
            let (path, entry) = row?;
            if entry.generation > committed {
                dirty.changed.push((path, entry));
            }
        }
        let read = self.db.begin_read().map_err(damaged)?;
        for row in read.open_table(REMOVED).map_err(damaged)?.iter().map_err(damaged)? {
            let (path, generation) = row.map_err(damaged)?;
            if generation.value() > committed {
                dirty.removed.push(path.value().to_vec());
            }
        }
        Ok(dirty)
    }
}

/// Whether a path is another, or lies below it. The empty path is the base.
fn is_below(path: &[u8], above: &[u8]) -> bool {
    match above {
        [] => !path.starts_with(b"/"),
        _ => path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")),
    }
}

/// What a run that died left between the manifest and the segments.
#[derive(Debug, Default)]
pub struct Dirty {
    /// Entries whose documents may be missing or those of before.
    pub changed: Vec<(Vec<u8>, FileEntry)>,
    /// Files whose documents may still be there.
    pub removed: Vec<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Stamp;
    use crate::index::Status;

    #[test]
    fn what_no_commit_carries_is_known_neither_by_its_path_nor_among_others() {
        let dir = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::open(dir.path()).unwrap();
        for (generation, path) in [(1, b"a"), (2, b"b")] {
            manifest.put(path, FileEntry::new(Stamp::default(), Status::Failed, generation));
            manifest.commit(generation, 0).unwrap();
        }
        let snapshot = manifest.snapshot(1).unwrap();
        let below: Vec<_> = snapshot.below(&[]).map(|row| row.unwrap().0).collect();
        assert_eq!(below, [b"a"]);
        assert!(snapshot.get(b"a").unwrap().is_some() && snapshot.get(b"b").unwrap().is_none());
        assert_eq!(manifest.snapshot(2).unwrap().below(&[]).count(), 2);
        assert_eq!(manifest.dirty(1).unwrap().changed[0].0, b"b");
    }
}
