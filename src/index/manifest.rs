//! The manifest: what became of every file, kept in one transactional file beside the segments.
//!
//! Changes are held in memory until the writer commits, then written in one transaction under the generation that the
//! following commit of the segments carries as its payload. A run that dies between the two leaves entries of a
//! generation that no commit carries; [`Manifest::dirty`] finds them, and the writer does them anew. Runs may die there
//! one after the other: what was removed is known until a commit of the segments has come that is without it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use redb::{Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition};

use super::entry::{FileEntry, Row};
use super::fault::{guarded, manifest as damaged};
use super::versions::{Changes, Place, place};
use crate::error::{Error, ErrorKind, Result};

/// The name of the manifest's file in the index folder.
pub const FILE: &str = "manifest.redb";
/// Pages that redb keeps in memory, in bytes. The table is read mostly in its own order.
const CACHE_BYTES: usize = 32 << 20;

const FILES: TableDefinition<&[u8], Row<'static>> = TableDefinition::new("files");
/// Every file that holds a version of a letter: the letter's identity, and the version's place among them, best first.
const VERSIONS: TableDefinition<(u64, u64, &[u8]), ()> = TableDefinition::new("versions");
/// Files whose documents were deleted, to the generation in which that happened.
const REMOVED: TableDefinition<&[u8], u64> = TableDefinition::new("removed");
/// Files to be read again in the next run, since another version of their letter went away.
const AGAIN: TableDefinition<&[u8], ()> = TableDefinition::new("again");
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
const GENERATION: &str = "generation";

/// The table of files, with the changes that are not yet committed.
pub struct Manifest {
    db: Database,
    snapshot: Snapshot,
    files: BTreeMap<Vec<u8>, Option<FileEntry>>,
    versions: HashMap<u64, Changes>,
    removed: BTreeSet<Vec<u8>>,
    again: BTreeSet<Vec<u8>>,
    again_committed: BTreeSet<Vec<u8>>,
}

/// The manifest as of the last commit, for any thread.
pub struct Snapshot {
    files: redb::ReadOnlyTable<&'static [u8], Row<'static>>,
    versions: redb::ReadOnlyTable<(u64, u64, &'static [u8]), ()>,
    empty: bool,
    committed: u64,
}

impl Snapshot {
    fn new(db: &impl ReadableDatabase, committed: u64) -> Result<Self> {
        let read = db.begin_read().map_err(damaged)?;
        let files = read.open_table(FILES).map_err(damaged)?;
        let versions = read.open_table(VERSIONS).map_err(damaged)?;
        let empty = files.first().map_err(damaged)?.is_none();
        Ok(Self { files, versions, empty, committed })
    }

    /// The manifest in an index folder for reading alone; `None` while another process writes it, or where a run died and
    /// the next has to repair it first.
    ///
    /// # Errors
    /// [`ErrorKind::IndexCorrupt`] when the file is damaged.
    pub fn open(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(FILE);
        match Builder::new().set_cache_size(CACHE_BYTES).open_read_only(&path) {
            Ok(db) => Self::new(&db, u64::MAX).map(Some),
            Err(DatabaseError::DatabaseAlreadyOpen | DatabaseError::RepairAborted) => Ok(None),
            Err(e) => Err(damaged(e).with_path(path)),
        }
    }

    /// Whether no file is known.
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// What is known of a file. An entry that no commit of the segments carries is not known.
    pub fn get(&self, path: &[u8]) -> Result<Option<FileEntry>> {
        if self.empty {
            return Ok(None);
        }
        let entry = self.files.get(path).map_err(damaged)?.map(|row| FileEntry::from_row(row.value()));
        Ok(entry.filter(|e| e.generation <= self.committed))
    }

    /// Every file whose path begins so, in the order of paths.
    pub fn below(&self, prefix: &[u8]) -> impl Iterator<Item = Result<(Vec<u8>, FileEntry)>> + use<> {
        let prefix = prefix.to_vec();
        let range = self.files.range(prefix.as_slice()..).map_err(damaged);
        let (range, error) = match range {
            Ok(range) => (Some(range), None),
            Err(error) => (None, Some(Err(error))),
        };
        let rows = range.into_iter().flatten().map(|row| {
            let (path, row) = row.map_err(damaged)?;
            Ok((path.value().to_vec(), FileEntry::from_row(row.value())))
        });
        error.into_iter().chain(rows.take_while(move |row| match row {
            Ok((path, _)) => path.starts_with(&prefix),
            Err(_) => true,
        }))
    }

    /// The versions of a letter from a place on, the best first.
    fn versions(&self, letter: u64, from: &Place) -> Result<impl Iterator<Item = Result<Place>> + use<>> {
        let rows = match self.empty {
            true => None,
            false => Some(self.versions.range((letter, from.0, from.1.as_slice())..).map_err(damaged)?),
        };
        let places = rows.into_iter().flatten().map(|row| {
            let (key, _) = row.map_err(damaged)?;
            let (id, merit, path) = key.value();
            Ok((id, (merit, path.to_vec())))
        });
        let of_letter = places.take_while(move |row| row.as_ref().map_or(true, |(id, _)| *id == letter));
        Ok(of_letter.map(|row| row.map(|(_, place)| place)))
    }
}

impl Manifest {
    /// Opens the manifest in an index folder, or makes an empty one.
    ///
    /// # Errors
    /// [`ErrorKind::IndexCorrupt`] when the file is damaged, [`ErrorKind::IndexLocked`] when another process has it.
    pub fn open(dir: &Path) -> Result<Self> {
        guarded(dir, || Self::open_file(&dir.join(FILE)))
    }

    fn open_file(path: &Path) -> Result<Self> {
        let db = Builder::new().set_cache_size(CACHE_BYTES).create(path).map_err(|e| match e {
            redb::DatabaseError::DatabaseAlreadyOpen => {
                Error::new(ErrorKind::IndexLocked, "is in use by another process").with_path(path)
            }
            e => damaged(e).with_path(path),
        })?;
        let write = db.begin_write().map_err(damaged)?;
        // Opening a table for writing makes it.
        write.open_table(FILES).map_err(damaged)?;
        write.open_table(VERSIONS).map_err(damaged)?;
        write.open_table(REMOVED).map_err(damaged)?;
        write.open_table(AGAIN).map_err(damaged)?;
        write.open_table(META).map_err(damaged)?;
        write.commit().map_err(damaged)?;
        let snapshot = Snapshot::new(&db, u64::MAX)?;
        let again = read_again(&db)?;
        let (files, versions, removed) = (BTreeMap::new(), HashMap::new(), BTreeSet::new());
        Ok(Self { db, snapshot, files, versions, removed, again_committed: again.clone(), again })
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

    /// Adds a version of a letter.
    pub fn add_version(&mut self, letter: u64, decided: u64, path: &[u8]) {
        self.versions.entry(letter).or_default().add(place(decided, path));
    }

    /// Removes a version of a letter.
    pub fn remove_version(&mut self, letter: u64, decided: u64, path: &[u8]) {
        self.versions.entry(letter).or_default().remove(place(decided, path));
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
        !self.files.is_empty() || self.again != self.again_committed
    }

    /// Writes all changes in one transaction under this generation. `committed` is the generation that the last commit of
    /// the segments carries.
    pub fn commit(&mut self, generation: u64, committed: u64) -> Result<()> {
        let write = self.db.begin_write().map_err(damaged)?;
        {
            let mut files = write.open_table(FILES).map_err(damaged)?;
            let mut versions = write.open_table(VERSIONS).map_err(damaged)?;
            let mut removed = write.open_table(REMOVED).map_err(damaged)?;
            let mut again = write.open_table(AGAIN).map_err(damaged)?;
            // What the segments are without by now need not be known any longer.
            removed.retain(|_, gone| gone > committed).map_err(damaged)?;
            for (path, entry) in &self.files {
                match entry {
                    Some(entry) => drop(files.insert(path.as_slice(), entry.row()).map_err(damaged)?),
                    None => drop(files.remove(path.as_slice()).map_err(damaged)?),
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

fn read_again(db: &Database) -> Result<BTreeSet<Vec<u8>>> {
    let read = db.begin_read().map_err(damaged)?;
    let table = read.open_table(AGAIN).map_err(damaged)?;
    let mut paths = BTreeSet::new();
    for row in table.iter().map_err(damaged)? {
        paths.insert(row.map_err(damaged)?.0.value().to_vec());
    }
    Ok(paths)
}

/// What a run that died left between the manifest and the segments.
#[derive(Debug, Default)]
pub struct Dirty {
    /// Entries whose documents may be missing or those of before.
    pub changed: Vec<(Vec<u8>, FileEntry)>,
    /// Files whose documents may still be there.
    pub removed: Vec<Vec<u8>>,
}
