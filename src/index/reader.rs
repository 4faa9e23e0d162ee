//! The reader: an index as of its last commit, and the records stored in it.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tantivy::directory::OwnedBytes;
use tantivy::directory::error::OpenReadError;
use tantivy::query::{EnableScoring, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::store::StoreReader;
use tantivy::{DocAddress, DocSet, IndexReader, ReloadPolicy, Searcher, TERMINATED, TantivyError, Term};

use super::document::path_term;
use super::entry::{FileEntry, Status};
use super::kept::Kept;
use super::names::{Name, Names};
use super::schema::IndexSchema;
use super::segment::Segment;
use super::snapshot::Snapshot;
use super::stop::Stop;
use super::stored::{self, Stored};
use super::{fault, place, store};
use crate::archive::Stamp;
use crate::error::{Error, ErrorKind, Result};
use crate::letter::CaseNumber;
use crate::record::{IssueRecord, LetterRecord};

/// How often a commit may get in the way of opening: without a lock, a file can go between its being named and opened.
const OPENING: u32 = 4;

/// How many blocks of a segment's store are kept unpacked.
const CACHED_BLOCKS: usize = 16;

/// An index opened for reading; it stays as it was when opened. Copies are cheap and share what was read.
#[derive(Clone)]
pub struct Reader {
    dir: PathBuf,
    base: PathBuf,
    searcher: Searcher,
    /// What tells the commit that was opened from others, and its generation.
    commit: (Stamp, u64),
    /// The stores of the segments, opened when the first record is read.
    stores: Arc<[OnceLock<StoreReader>]>,
    segments: Arc<[Segment]>,
    names: Arc<Names>,
    stop: Stop,
    /// Whether work is done by the thread that asks for it.
    is_alone: bool,
    kept: Option<Arc<Kept>>,
}

/// One document as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIssue {
    /// The letter, without its issues.
    pub letter: LetterRecord,
    /// The issue; `None` for the document of a letter without issues.
    pub issue: Option<IssueRecord>,
}

impl Reader {
    /// Opens an index folder.
    ///
    /// # Errors
    /// [`ErrorKind::IndexMissing`], [`ErrorKind::IndexVersion`], [`ErrorKind::IndexCorrupt`], and [`ErrorKind::Io`].
    pub fn open(dir: &Path) -> Result<Self> {
        fault::guarded(dir, || {
            let index = place::open(dir)?;
            // Looked at first: a commit that comes meanwhile is then noticed as one.
            let commit = (place::commit(dir)?, place::committed(&index, dir)?);
            let mut left = OPENING;
            let reader: IndexReader = loop {
                let builder = index.reader_builder().reload_policy(ReloadPolicy::Manual);
                // The searcher has stores of its own, which nothing is read from.
                match builder.doc_store_cache_num_blocks(0).try_into() {
                    Ok(reader) => break reader,
                    Err(TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(_))) if left > 0 => left -= 1,
                    Err(error) => return Err(fault::reading(dir, error)),
                }
            };
            let base = super::base(dir)?;
            let searcher = reader.searcher();
            let stores = searcher.segment_readers().iter().map(|_| OnceLock::new()).collect();
            let segments = searcher.segment_readers().iter().cloned().map(Segment::new).collect();
            let names = Arc::new(Names::new());
            let (dir, stop) = (dir.to_path_buf(), Stop::never());
            Ok(Self { dir, base, searcher, commit, stores, segments, names, stop, is_alone: false, kept: None })
        })
    }

    /// Does something that reads this index. The libraries below panic on some damaged files; such a panic is an error
    /// here.
    ///
    /// # Errors
    /// Those of the work, and [`ErrorKind::IndexCorrupt`] for a panic.
    pub fn guarded<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        fault::guarded(&self.dir, work)
    }

    /// The same index, of which what is read ends with an error once nobody waits for it.
    #[must_use]
    pub fn until(&self, stop: Stop) -> Self {
        Self { stop, ..self.clone() }
    }

    /// The same index, for work that the thread that asks does by itself, since the others have enough to do. Otherwise
    /// work is cut into pieces for all.
    #[must_use]
    pub fn alone(&self, is_so: bool) -> Self {
        Self { is_alone: is_so, ..self.clone() }
    }

    /// The same index, for many queries: what words match is kept for the next ones, in so many bytes.
    #[must_use]
    pub fn keeping(self, bytes: usize) -> Self {
        Self { kept: Some(Arc::new(Kept::new(bytes))), ..self }
    }

    /// What was kept of other queries.
    pub(crate) fn kept(&self) -> Option<&Arc<Kept>> {
        self.kept.as_ref()
    }

    /// Whether work is not to be cut into pieces for all threads.
    pub fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// Whether what is read is to end.
    pub fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Goes on while somebody waits.
    ///
    /// # Errors
    /// [`ErrorKind::Interrupted`] where nobody does.
    pub fn go_on(&self) -> Result<()> {
        if self.stop.is_set() { Err(Self::stopped()) } else { Ok(()) }
    }

    fn stopped() -> Error {
        Error::new(ErrorKind::Interrupted, "nobody waits for the answer any more")
    }

    /// The folder of the index.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder that relative paths in records are relative to.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// The files that could not be read in the last run that came to them, by path as records have it; `None` while
    /// another process writes the index.
    ///
    /// # Errors
    /// [`ErrorKind::IndexCorrupt`] when the manifest is damaged.
    pub fn failures(&self) -> Result<Option<Vec<(String, FileEntry)>>> {
        let Some(snapshot) = Snapshot::open(&self.dir)? else { return Ok(None) };
        let mut failures = Vec::new();
        for row in snapshot.below(&[]) {
            let (key, entry) = row?;
            if entry.status == Status::Failed {
                failures.push((String::from_utf8_lossy(&key).into_owned(), entry));
            }
        }
        Ok(Some(failures))
    }

    /// How many documents there are: issues, and letters without issues.
    pub fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// The number of the commit that was opened, or of one shortly before.
    pub fn generation(&self) -> u64 {
        self.commit.1
    }

    /// Whether there is another commit than the one that was opened.
    ///
    /// # Errors
    /// When the index is not there, as while it is deleted and made anew.
    pub fn is_behind(&self) -> Result<bool> {
        Ok(place::commit(&self.dir)? != self.commit.0)
    }

    /// The segments as of the last commit.
    pub fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// The segments, in the order of the searcher's, with what was opened of them.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The values of a keyword field, in order.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn names(&self, field: Field) -> tantivy::Result<&[Name]> {
        self.names.of(&self.searcher, field)
    }

    /// An error of reading, naming this index. What was given up in the middle is no damage.
    pub fn damaged(&self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        if self.stop.is_set() { Self::stopped() } else { fault::reading(&self.dir, error) }
    }

    /// The bytes of a stored document.
    fn document(&self, address: DocAddress) -> Result<OwnedBytes> {
        self.go_on()?;
        let file = self.store_file(address);
        let slot = self.stores.get(address.segment_ord as usize).ok_or_else(|| self.out_of_order())?;
        fault::guarded(&file, || {
            let store = match slot.get() {
                Some(store) => store,
                None => {
                    let segment = self.searcher.segment_reader(address.segment_ord);
                    let store = segment.get_store_reader(CACHED_BLOCKS).map_err(|e| fault::reading(&file, e))?;
                    slot.get_or_init(|| store)
                }
            };
            store.get_document_bytes(address.doc_id).map_err(|e| fault::reading(&file, e))
        })
    }

    /// The file that a document is stored in.
    fn store_file(&self, address: DocAddress) -> PathBuf {
        let segment = self.searcher.segment_reader(address.segment_ord).segment_id().uuid_string();
        place::segments(&self.dir).join(segment).with_extension(store::ENDING)
    }

    /// The record that a stored document has in a field.
    fn record<T: Stored<N>, const N: usize>(
        &self,
        address: DocAddress,
        document: &[u8],
        field: Field,
    ) -> Result<Option<T>> {
        let damaged = |cause: fault::Cause| fault::reading(&self.store_file(address), cause);
        let values = store::values(document).ok_or_else(|| damaged("a record is damaged".into()))?;
        let Some((_, packed)) = values.into_iter().find(|(number, _)| *number == field.field_id()) else {
            return Ok(None);
        };
        stored::unpack(packed).map(Some).map_err(damaged)
    }

    /// The record of one document. `number` is the place of its issue in the letter, from 1, or 0.
    pub fn stored(&self, address: DocAddress, number: u64) -> Result<StoredIssue> {
        let schema = IndexSchema::get();
        let doc = self.document(address)?;
        let issue = self.record(address, &doc, schema.issue_record)?;
        // The documents of a letter were added as one batch and so follow one another; the first holds the letter.
        let back = u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
        let letter = match address.doc_id.checked_sub(back) {
            Some(_) if back == 0 => self.record(address, &doc, schema.letter_record)?,
            Some(doc_id) => {
                let address = DocAddress::new(address.segment_ord, doc_id);
                self.record(address, &self.document(address)?, schema.letter_record)?
            }
            None => None,
        };
        Ok(StoredIssue { letter: letter.ok_or_else(|| self.out_of_order())?, issue })
    }

    fn out_of_order(&self) -> Error {
        self.damaged("the documents of a letter do not follow one another")
    }

    /// The whole letter of a case, or `None`.
    pub fn letter(&self, case: CaseNumber) -> Result<Option<LetterRecord>> {
        self.letter_with(Term::from_field_u64(IndexSchema::get().field("case"), case.to_u64()))
    }

    /// The whole letter that was read from a path, as records have paths, or `None`.
    pub fn letter_at(&self, path: &str) -> Result<Option<LetterRecord>> {
        self.letter_with(Term::from_field_text(IndexSchema::get().field("path"), path))
    }

    /// The whole letter that was read from a file, by its path as the manifest keeps it, or `None`.
    pub fn letter_of(&self, key: &[u8]) -> Result<Option<LetterRecord>> {
        self.letter_with(Term::from_field_text(IndexSchema::get().field("path"), &path_term(key)))
    }

    /// The letter whose documents have this term.
    fn letter_with(&self, term: Term) -> Result<Option<LetterRecord>> {
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let weight =
            query.weight(EnableScoring::disabled_from_searcher(&self.searcher)).map_err(|e| self.damaged(e))?;
        for (segment_ord, segment) in (0..).zip(self.searcher.segment_readers()) {
            let mut docs = weight.scorer(segment, 1.0).map_err(|e| self.damaged(e))?;
            let mut letter: Option<LetterRecord> = None;
            while docs.doc() != TERMINATED {
                let doc_id = docs.doc();
                docs.advance();
                if segment.alive_bitset().is_some_and(|alive| !alive.is_alive(doc_id)) {
                    continue;
                }
                let number = letter.as_ref().map_or(1, |l| l.issues.len() as u64 + 1);
                let stored = self.stored(DocAddress::new(segment_ord, doc_id), number)?;
                let letter = letter.get_or_insert(stored.letter);
                letter.issues.extend(stored.issue);
            }
            if letter.is_some() {
                return Ok(letter);
            }
        }
        Ok(None)
    }

    /// The whole letter whose first document this is.
    ///
    /// # Errors
    /// [`ErrorKind::IndexCorrupt`], also where no letter begins there.
    pub fn letter_from(&self, first: DocAddress) -> Result<LetterRecord> {
        let schema = IndexSchema::get();
        let end = self.searcher.segment_reader(first.segment_ord).max_doc();
        let mut letter: Option<LetterRecord> = None;
        for doc_id in first.doc_id..end {
            let address = DocAddress::new(first.segment_ord, doc_id);
            let doc = self.document(address)?;
            if let Some(begun) = &mut letter {
                // Only the first document of a letter holds it, so the next that does is the next letter's.
                if store::values(&doc).is_some_and(|v| v.iter().any(|(n, _)| *n == schema.letter_record.field_id())) {
                    break;
                }
                begun.issues.extend(self.record::<IssueRecord, 3>(address, &doc, schema.issue_record)?);
                continue;
            }
            let mut begun: LetterRecord =
                self.record(address, &doc, schema.letter_record)?.ok_or_else(|| self.out_of_order())?;
            begun.issues.extend(self.record::<IssueRecord, 3>(address, &doc, schema.issue_record)?);
            letter = Some(begun);
        }
        letter.ok_or_else(|| self.out_of_order())
    }

    /// Hands every letter to `each`, in the order of the segments, one at a time.
    ///
    /// # Errors
    /// The first error of `each`, or [`ErrorKind::IndexCorrupt`].
    pub fn letters(&self, each: &mut dyn FnMut(LetterRecord) -> Result<()>) -> Result<()> {
        let schema = IndexSchema::get();
        for (segment_ord, segment) in (0..).zip(self.searcher.segment_readers()) {
            let mut letter: Option<LetterRecord> = None;
            for doc_id in segment.doc_ids_alive() {
                let address = DocAddress::new(segment_ord, doc_id);
                let doc = self.document(address)?;
                // The documents of a letter follow one another; the first holds the letter.
                if let Some(next) = self.record(address, &doc, schema.letter_record)? {
                    letter.replace(next).map_or(Ok(()), &mut *each)?;
                }
                if let Some(issue) = self.record(address, &doc, schema.issue_record)? {
                    letter.as_mut().ok_or_else(|| self.out_of_order())?.issues.push(issue);
                }
            }
            letter.map_or(Ok(()), &mut *each)?;
        }
        Ok(())
    }

    /// The paths as records have them, for one that was typed in a folder: the way there from that folder, if the index
    /// has a letter there, and otherwise the path as it stands. A folder above the index is two: what is relative to the
    /// index and what is not.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn paths_of(&self, typed: &str, folder: &Path) -> Result<Vec<String>> {
        let typed_there = folder.join(typed);
        // As it is written, and as it is behind links, by which the files may have been found.
        let there = [Some(without_dots(&typed_there)), typed_there.canonicalize().ok()];
        self.paths_there(typed, there.into_iter().flatten())
    }

    /// The same for a path that somebody typed who is not to learn of files outside the index: it is relative to the
    /// folder that holds the index, and nothing is looked at on the disk.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn paths_of_index(&self, typed: &str) -> Result<Vec<String>> {
        self.paths_there(typed, std::iter::once(without_dots(&self.base.join(typed))))
    }

    fn paths_there(&self, typed: &str, places: impl Iterator<Item = PathBuf>) -> Result<Vec<String>> {
        for there in places {
            let mut keys = vec![path_term(&super::to_key(&there, &self.base))];
            if there != self.base && self.base.starts_with(&there) {
                keys.push(String::new());
            }
            let mut found = Vec::new();
            for key in keys {
                if has_path(&self.searcher, &key).map_err(|e| self.damaged(e))? {
                    found.push(key);
                }
            }
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(vec![without_dots(Path::new(typed)).to_string_lossy().into_owned()])
    }

    /// The error of a field that the index does not have, with the fields that it has.
    pub fn unknown_field(name: &str) -> Error {
        let names: Vec<_> = IndexSchema::get().fields().map(|(def, _)| def.name.as_str()).collect();
        Error::new(ErrorKind::Query, format!("there is no field `{name}`"))
            .with_hint(format!("the fields are {}", names.join(", ")))
    }
}

/// The ranges of paths below a folder, or in a container, each from its first to before its last. The empty path is the folder of the
/// index, below which are all relative paths.
pub fn paths_below(folder: &str) -> Vec<(String, String)> {
    match folder.strip_suffix('/').unwrap_or(folder) {
        // `0` is the character behind `/`.
        "" if folder.is_empty() => vec![(String::new(), "/".to_owned()), ("0".to_owned(), char::MAX.to_string())],
        folder => ["", "!"].map(|end| (format!("{folder}{end}/"), format!("{folder}{end}0"))).into(),
    }
}

/// Whether some letter was read from a path or from below it.
///
/// # Errors
/// When the index cannot be read.
pub fn has_path(searcher: &Searcher, path: &str) -> tantivy::Result<bool> {
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(IndexSchema::get().field("path"))?;
        let terms = index.terms();
        if terms.get(path)?.is_some() {
            return Ok(true);
        }
        for (first, last) in paths_below(path) {
            if terms.range().ge(&first).lt(&last).into_stream()?.advance() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A path without `.` and `..`, as it is written: links are not looked at.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}
