//! The manifest as of one commit, for reading: in the process that writes it, and in others.

use std::collections::BTreeMap;
use std::path::Path;

use redb::backends::InMemoryBackend;
use redb::{
    AccessGuard, Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyTable, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, TableDefinition, TableError, WriteTransaction,
};

use super::entry::{FileEntry, Outcome, Row};
use super::fault::{guarded, manifest as damaged};
use super::overlay::Overlay;
use super::place;
use super::versions::{self, Place};
use crate::error::{Error, Result};

/// Pages that redb keeps in memory, in bytes. The table is read mostly in its own order.
const CACHE_BYTES: usize = 32 << 20;

/// Every file, to what is known of it.
pub(super) const FILES: TableDefinition<&[u8], Row<'static>> = TableDefinition::new("files");
/// Every file that holds a version of a letter: the letter's identity, and the version's place among them, best first.
pub(super) const VERSIONS: TableDefinition<(u64, u64, &[u8]), ()> = TableDefinition::new("versions");
/// Every file that holds a version of a letter, behind the head of its digest.
pub(super) const DIGESTS: TableDefinition<(u64, &[u8]), ()> = TableDefinition::new("digests");
/// Files whose documents were deleted, to the generation in which that happened.
pub(super) const REMOVED: TableDefinition<&[u8], u64> = TableDefinition::new("removed");
/// Files to be read again in the next run, since another version of their letter went away.
pub(super) const AGAIN: TableDefinition<&[u8], ()> = TableDefinition::new("again");
/// What runs were asked to index, to the flags by which they chose among it, separated by NUL.
pub(super) const ROOTS: TableDefinition<&[u8], &str> = TableDefinition::new("roots");
pub(super) const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
pub(super) const GENERATION: &str = "generation";

/// How to open the manifest. Others read it while it is written, where the system has locks on parts of files.
pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    if cfg!(any(target_os = "linux", target_vendor = "apple", windows)) {
        builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    }
    builder
}

/// The head of a digest, by which [`DIGESTS`] is ordered.
pub(super) fn head(digest: &[u8; 32]) -> u64 {
    u64::from_be_bytes(digest.first_chunk::<8>().copied().unwrap_or_default())
}

/// The manifest as of the last commit, for any thread.
pub struct Snapshot {
    files: ReadOnlyTable<&'static [u8], Row<'static>>,
    versions: ReadOnlyTable<(u64, u64, &'static [u8]), ()>,
    /// The manifest of an earlier program has none of these.
    digests: Option<ReadOnlyTable<(u64, &'static [u8]), ()>>,
    again: Option<ReadOnlyTable<&'static [u8], ()>>,
    roots: Option<ReadOnlyTable<&'static [u8], &'static str>>,
    empty: bool,
    committed: u64,
    // Dropped behind the tables, which it makes unusable.
    _repaired: Option<Database>,
}

/// A file as the manifest has it, before it is taken apart.
pub struct KnownRow {
    path: AccessGuard<'static, &'static [u8]>,
    row: AccessGuard<'static, Row<'static>>,
}

impl KnownRow {
    /// The path as the manifest keeps it.
    pub fn key(&self) -> &[u8] {
        self.path.value()
    }

    fn generation(&self) -> u64 {
        Outcome::of_row(&self.row.value()).generation
    }

    /// What is known of the file.
    pub fn entry(&self) -> FileEntry {
        FileEntry::from_row(self.row.value())
    }
}

impl Snapshot {
    pub(super) fn new(db: &impl ReadableDatabase, committed: u64) -> Result<Self> {
        let read = db.begin_read().map_err(damaged)?;
        let files = read.open_table(FILES).map_err(damaged)?;
        let versions = read.open_table(VERSIONS).map_err(damaged)?;
        let digests = if_there(read.open_table(DIGESTS))?;
        let (again, roots) = (if_there(read.open_table(AGAIN))?, if_there(read.open_table(ROOTS))?);
        let empty = files.first().map_err(damaged)?.is_none();
        Ok(Self { files, versions, digests, again, roots, empty, committed, _repaired: None })
    }

    /// The manifest in an index folder, for reading alone; `None` where another process writes it on a system on which
    /// that shuts readers out.
    ///
    /// Nothing is written: what a run that was killed left to be repaired is repaired in memory.
    ///
    /// # Errors
    /// [`ErrorKind::IndexCorrupt`](crate::ErrorKind::IndexCorrupt) when the file is damaged.
    pub fn open(dir: &Path) -> Result<Option<Self>> {
        guarded(dir, || {
            let path = dir.join(place::MANIFEST);
            let index = place::open(dir)?;
            // What a manifest says that no commit of the segments carries is not so; the segments are looked at second.
            let committed = || place::committed(&index, dir);
            match builder().open_read_only(&path) {
                Ok(db) => {
                    let snapshot = Self::new(&db, u64::MAX)?;
                    Ok(Some(Self { committed: committed()?, ..snapshot }))
                }
                Err(DatabaseError::DatabaseAlreadyOpen) => Ok(None),
                Err(DatabaseError::RepairAborted) => {
                    let overlay = Overlay::open(&path).map_err(|e| Error::io(&path, e))?;
                    let db = Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(overlay);
                    let db = db.map_err(|e| damaged(e).with_path(&path))?;
                    let snapshot = Self::new(&db, committed()?)?;
                    Ok(Some(Self { _repaired: Some(db), ..snapshot }))
                }
                Err(e) => Err(damaged(e).with_path(path)),
            }
        })
    }

    /// The manifest where there is none: no file is known.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn nothing() -> Result<Self> {
        let db = Builder::new().create_with_backend(InMemoryBackend::new()).map_err(damaged)?;
        make_tables(&db)?;
        let snapshot = Self::new(&db, 0)?;
        Ok(Self { _repaired: Some(db), ..snapshot })
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

    /// What tells whether a file has to be looked at again, without the rest of what is known of it.
    pub(crate) fn outcome(&self, path: &[u8]) -> Result<Option<Outcome>> {
        if self.empty {
            return Ok(None);
        }
        let outcome = self.files.get(path).map_err(damaged)?.map(|row| Outcome::of_row(&row.value()));
        Ok(outcome.filter(|o| o.generation <= self.committed))
    }

    /// How many files have an entry.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn count(&self) -> Result<u64> {
        self.files.len().map_err(damaged)
    }

    /// Every file whose path begins so, in the order of paths. An entry that no commit of the segments carries is not known.
    pub fn below(&self, prefix: &[u8]) -> impl Iterator<Item = Result<(Vec<u8>, FileEntry)>> + use<> {
        self.rows_below(prefix).map(|row| row.map(|row| (row.key().to_vec(), row.entry())))
    }

    /// The same, for who looks at few of them.
    pub fn rows_below(&self, prefix: &[u8]) -> impl Iterator<Item = Result<KnownRow>> + use<> {
        let prefix = prefix.to_vec();
        let range = self.files.range(prefix.as_slice()..).map_err(damaged);
        let (range, error) = match range {
            Ok(range) => (Some(range), None),
            Err(error) => (None, Some(Err(error))),
        };
        let rows = range.into_iter().flatten().map(|row| {
            let (path, row) = row.map_err(damaged)?;
            Ok(KnownRow { path, row })
        });
        let rows = rows.take_while(move |row| match row {
            Ok(row) => row.key().starts_with(&prefix),
            Err(_) => true,
        });
        let committed = self.committed;
        error.into_iter().chain(rows.filter(move |row| match row {
            Ok(row) => row.generation() <= committed,
            Err(_) => true,
        }))
    }

    /// The files with this content that hold a version of a letter, in the order of paths.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn with_digest(&self, digest: &[u8; 32]) -> Result<Vec<(Vec<u8>, FileEntry)>> {
        let mut found = Vec::new();
        let Some(digests) = self.digests.as_ref().filter(|_| !self.empty) else { return Ok(found) };
        let head = head(digest);
        for row in digests.range((head, &[][..])..).map_err(damaged)? {
            let (key, _) = row.map_err(damaged)?;
            let (other, path) = key.value();
            if other != head {
                break;
            }
            if let Some(entry) = self.get(path)?.filter(|entry| entry.is_version() && entry.digest == *digest) {
                found.push((path.to_vec(), entry));
            }
        }
        Ok(found)
    }

    /// The versions of a letter from a place on, the best first.
    pub(super) fn versions(&self, letter: u64, from: &Place) -> Result<impl Iterator<Item = Result<Place>> + use<>> {
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

    /// The paths of a letter's versions, the best first.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn paths_of(&self, letter: u64) -> Result<impl Iterator<Item = Result<Vec<u8>>> + use<>> {
        Ok(self.versions(letter, &(0, Vec::new()))?.map(|row| row.map(|(_, path)| path)))
    }

    /// The paths of the versions of a letter that were decided on a day, in their order.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn versions_of(&self, letter: u64, decided: u64) -> Result<impl Iterator<Item = Result<Vec<u8>>> + use<>> {
        let from = versions::place(decided, &[]);
        let of_day = move |row: &Result<Place>| row.as_ref().map_or(true, |(merit, _)| *merit == from.0);
        let rows = self.versions(letter, &versions::place(decided, &[]))?;
        Ok(rows.take_while(of_day).map(|row| row.map(|(_, path)| path)))
    }

    /// The files that the next run reads again, in the order of paths.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn again(&self) -> Result<Vec<Vec<u8>>> {
        self.again.as_ref().map_or(Ok(Vec::new()), keys)
    }

    /// What tells the letters that are in the index from those of any other: a digest of their contents, in whatever files
    /// they lie.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn corpus(&self) -> Result<[u8; 32]> {
        let mut digests = Vec::new();
        for row in self.below(&[]) {
            let (_, entry) = row?;
            if entry.status.has_documents() {
                digests.push(entry.digest);
            }
        }
        digests.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        digests.iter().for_each(|digest| _ = hasher.update(digest));
        Ok(*hasher.finalize().as_bytes())
    }

    /// What runs were asked to index and found, in the order of paths, and the flags by which they chose among it.
    ///
    /// # Errors
    /// When the manifest is damaged.
    pub fn roots(&self) -> Result<BTreeMap<Vec<u8>, Vec<String>>> {
        let Some(roots) = &self.roots else { return Ok(BTreeMap::new()) };
        let row = |row: std::result::Result<(AccessGuard<'_, &[u8]>, AccessGuard<'_, &str>), _>| {
            let (path, flags) = row.map_err(damaged)?;
            let flags = flags.value().split('\0').filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
            Ok((path.value().to_vec(), flags))
        };
        roots.iter().map_err(damaged)?.map(row).collect()
    }
}

/// The keys of a table.
pub(super) fn keys(table: &impl ReadableTable<&'static [u8], ()>) -> Result<Vec<Vec<u8>>> {
    table.iter().map_err(damaged)?.map(|row| Ok(row.map_err(damaged)?.0.value().to_vec())).collect()
}

fn if_there<T>(table: Result<T, TableError>) -> Result<Option<T>> {
    match table {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(damaged(error)),
    }
}

/// Makes the tables that are not there yet: opening one for writing makes it.
pub(super) fn make_tables(db: &Database) -> Result<()> {
    let write = db.begin_write().map_err(damaged)?;
    write.open_table(FILES).map_err(damaged)?;
    write.open_table(VERSIONS).map_err(damaged)?;
    write.open_table(REMOVED).map_err(damaged)?;
    write.open_table(AGAIN).map_err(damaged)?;
    write.open_table(ROOTS).map_err(damaged)?;
    write.open_table(META).map_err(damaged)?;
    fill_digests(&write)?;
    write.commit().map_err(damaged)
}

/// Fills the table of digests in a manifest of an earlier program, which has files and no digests.
fn fill_digests(write: &WriteTransaction) -> Result<()> {
    let mut digests = write.open_table(DIGESTS).map_err(damaged)?;
    let files = write.open_table(FILES).map_err(damaged)?;
    let versions = write.open_table(VERSIONS).map_err(damaged)?;
    if digests.first().map_err(damaged)?.is_some() || versions.first().map_err(damaged)?.is_none() {
        return Ok(());
    }
    for row in files.iter().map_err(damaged)? {
        let (path, row) = row.map_err(damaged)?;
        let entry = FileEntry::from_row(row.value());
        if entry.is_version() {
            digests.insert((head(&entry.digest), path.value()), ()).map_err(damaged)?;
        }
    }
    Ok(())
}
