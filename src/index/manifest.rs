//! The manifest: what became of every file, kept in one transactional file beside the segments.
//!
//! Changes are held in memory until the writer commits, then written in one transaction under the generation that the
//! following commit of the segments carries as its payload. A run that dies between the two leaves entries of a
//! generation that no commit carries; [`Manifest::dirty`] finds them, and the writer does them anew.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use redb::{Builder, Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::error::{Error, ErrorKind, Result};

/// The name of the manifest's file in the index folder.
pub const FILE: &str = "manifest.redb";
/// Pages that redb keeps in memory, in bytes. The table is read mostly in its own order.
const CACHE_BYTES: usize = 32 << 20;

/// bytes, modified, digest, status, letter, decided, generation, issues, reason.
type Row<'a> = (u64, i64, &'a [u8; 32], u8, u64, u64, u64, u64, &'a str);
const FILES: TableDefinition<&[u8], Row<'static>> = TableDefinition::new("files");
/// Every file that holds a version of a letter: identity and path to the decision date.
const VERSIONS: TableDefinition<(u64, &[u8]), u64> = TableDefinition::new("versions");
/// Files whose documents were deleted, to the generation in which that happened.
const REMOVED: TableDefinition<&[u8], u64> = TableDefinition::new("removed");
/// Files to be read again in the next run, since another version of their letter went away.
const AGAIN: TableDefinition<&[u8], ()> = TableDefinition::new("again");
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
const GENERATION: &str = "generation";

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Its letter is in the index.
    Indexed,
    /// Its text is in the index under the layout `unknown`.
    Unknown,
    /// It holds a version of a letter whose better version is in the index; the reason is that file's path.
    Duplicate,
    /// It is no file to read, by its name or kind; the reason says which.
    NotALetter,
    /// It could not be read; the reason says why.
    Failed,
}

impl Status {
    /// Every status, in the order of their codes.
    pub const ALL: [Status; 5] = [Self::Indexed, Self::Unknown, Self::Duplicate, Self::NotALetter, Self::Failed];

    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Indexed => "indexed",
            Self::Unknown => "unknown_layout",
            Self::Duplicate => "duplicate",
            Self::NotALetter => "not_a_letter",
            Self::Failed => "failed",
        }
    }

    /// Whether documents of the file are in the index.
    pub fn has_documents(self) -> bool {
        matches!(self, Self::Indexed | Self::Unknown)
    }
}

/// What the manifest knows of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The file's length when it was read.
    pub bytes: u64,
    /// When the file had been changed last, in nanoseconds since 1970.
    pub modified: i64,
    /// BLAKE3 digest of the content; zeros where it was not read.
    pub digest: [u8; 32],
    /// What became of it.
    pub status: Status,
    /// The identity of its letter, where it holds one.
    pub letter: u64,
    /// The letter's decision date as `yyyymmdd`, 0 where missing.
    pub decided: u64,
    /// The commit that this entry belongs to.
    pub generation: u64,
    /// How many issues the letter has.
    pub issues: u64,
    /// For failures `code: reason`; for duplicates the path of the version that is indexed.
    pub reason: String,
}

impl FileEntry {
    /// Whether the entry stands for a version of a letter.
    pub fn is_version(&self) -> bool {
        self.status.has_documents() || self.status == Status::Duplicate
    }

    fn row(&self) -> Row<'_> {
        let status = self.status as u8;
        let Self { bytes, modified, digest, letter, decided, generation, issues, reason, .. } = self;
        (*bytes, *modified, digest, status, *letter, *decided, *generation, *issues, reason)
    }

    fn from_row(row: Row<'_>) -> Self {
        let (bytes, modified, digest, status, letter, decided, generation, issues, reason) = row;
        let status = Status::ALL.get(usize::from(status)).copied().unwrap_or(Status::Failed);
        let reason = reason.to_owned();
        Self { bytes, modified, digest: *digest, status, letter, decided, generation, issues, reason }
    }
}

/// The paths of one letter's versions with their decision dates.
pub type Versions = BTreeMap<Vec<u8>, u64>;

/// The table of files, with the changes that are not yet committed.
pub struct Manifest {
    db: Database,
    snapshot: Snapshot,
    files: BTreeMap<Vec<u8>, Option<FileEntry>>,
    versions: HashMap<u64, Versions>,
    removed: BTreeSet<Vec<u8>>,
    again: BTreeSet<Vec<u8>>,
    again_committed: BTreeSet<Vec<u8>>,
}

/// The manifest as of the last commit, for any thread.
pub struct Snapshot {
    files: redb::ReadOnlyTable<&'static [u8], Row<'static>>,
    versions: redb::ReadOnlyTable<(u64, &'static [u8]), u64>,
    empty: bool,
    committed: u64,
}

impl Snapshot {
    fn new(db: &Database, committed: u64) -> Result<Self> {
        let read = db.begin_read().map_err(damaged)?;
        let files = read.open_table(FILES).map_err(damaged)?;
        let versions = read.open_table(VERSIONS).map_err(damaged)?;
        let empty = files.first().map_err(damaged)?.is_none();
        Ok(Self { files, versions, empty, committed })
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

    fn versions(&self, letter: u64) -> Result<Versions> {
        if self.empty {
            return Ok(Versions::new());
        }
        let mut versions = Versions::new();
        for row in self.versions.range((letter, &[][..])..).map_err(damaged)? {
            let (key, decided) = row.map_err(damaged)?;
            let (id, path) = key.value();
            if id != letter {
                break;
            }
            versions.insert(path.to_vec(), decided.value());
        }
        Ok(versions)
    }
}

impl Manifest {
    /// Opens the manifest in an index folder, or makes an empty one.
    ///
    /// # Errors
    /// [`ErrorKind::IndexCorrupt`] when the file is damaged, [`ErrorKind::IndexLocked`] when another process has it.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        let db = Builder::new().set_cache_size(CACHE_BYTES).create(&path).map_err(|e| match e {
            redb::DatabaseError::DatabaseAlreadyOpen => {
                Error::new(ErrorKind::IndexLocked, "is in use by another process").with_path(&path)
            }
            e => damaged(e).with_path(&path),
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

    /// The versions of a letter.
    pub fn versions(&mut self, letter: u64) -> Result<&mut Versions> {
        Ok(match self.versions.entry(letter) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(self.snapshot.versions(letter)?),
        })
    }

    /// Remembers what became of a file.
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

    /// Whether anything waits to be committed.
    pub fn is_changed(&self) -> bool {
        !self.files.is_empty() || self.again != self.again_committed
    }

    /// Writes all changes in one transaction under this generation.
    pub fn commit(&mut self, generation: u64) -> Result<()> {
        let write = self.db.begin_write().map_err(damaged)?;
        {
            let mut files = write.open_table(FILES).map_err(damaged)?;
            let mut versions = write.open_table(VERSIONS).map_err(damaged)?;
            let mut removed = write.open_table(REMOVED).map_err(damaged)?;
            let mut again = write.open_table(AGAIN).map_err(damaged)?;
            // What was removed before is by now gone from the segments too.
            removed.retain(|_, gone| gone >= generation).map_err(damaged)?;
            for (path, entry) in &mut self.files {
                match entry {
                    Some(entry) => {
                        entry.generation = generation;
                        files.insert(path.as_slice(), entry.row()).map_err(damaged)?;
                    }
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
            for (letter, now) in &self.versions {
                for (path, _) in self.snapshot.versions(*letter)?.iter().filter(|(path, _)| !now.contains_key(*path)) {
                    versions.remove((*letter, path.as_slice())).map_err(damaged)?;
                }
                for (path, decided) in now {
                    versions.insert((*letter, path.as_slice()), decided).map_err(damaged)?;
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

fn damaged(error: impl Into<redb::Error>) -> Error {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    let error = error.into();
    match error {
        // redb reports a file that is no database as one that cannot be read.
        redb::Error::Io(error) if !matches!(error.kind(), InvalidData | UnexpectedEof) => {
            Error::new(ErrorKind::Io, "the manifest of the index cannot be read or written")
                .with_source(error)
                .with_hint("is the disk full?")
        }
        error => Error::new(ErrorKind::IndexCorrupt, "the manifest of the index is damaged")
            .with_source(error)
            .with_hint("delete the index folder and run `imr index` again; the letters themselves are not touched"),
    }
}
