//! What an index takes on disk: by kind of file, by field, by segment.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use tantivy::space_usage::{PerFieldSpaceUsage, SegmentSpaceUsage};

use super::lock;
use super::reader::Reader;
use super::schema::IndexSchema;
use super::snapshot::Snapshot;
use super::{analysis, place};
use crate::error::{Error, Result};

/// The size and the settings of an index as of its last commit. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The version of the index format.
    pub format: u32,
    /// Documents that can be found: one for each issue, and one for a letter without issues.
    pub documents: u64,
    /// Documents that are deleted and still take space.
    pub deleted: u64,
    /// The segments, the largest first.
    pub segments: Vec<SegmentInfo>,
    /// All files of the index folder.
    pub bytes: u64,
    /// The same by what they are for.
    pub files: FileSizes,
    /// The part of each field, in the order of `schema/index.json`; those of the program itself come last.
    pub fields: Vec<FieldSizes>,
    /// How the index was made.
    pub settings: Settings,
    /// What runs were asked to index: what `imr index` without a path goes over. Empty while another process writes, on
    /// systems on which that shuts readers out.
    pub roots: Vec<Remembered>,
}

/// A path that runs were asked to index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The path, as records have it; the folder of the index is `.`.
    pub path: String,
    /// The flags by which they chose among what is below.
    pub flags: Vec<String>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentInfo {
    /// Its name, with which its files begin.
    pub id: String,
    /// Documents that can be found.
    pub documents: u64,
    /// Deleted documents.
    pub deleted: u64,
    /// Its files.
    pub bytes: u64,
}

/// Sizes by what files are for. They add up to the size of the index folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSizes {
    /// The dictionaries of terms.
    pub terms: u64,
    /// Which documents have a term, and how often.
    pub postings: u64,
    /// Where in a document a term stands, for phrases.
    pub positions: u64,
    /// The lengths of fields, for scores.
    pub fieldnorms: u64,
    /// Values by document, for counting, filtering and sorting.
    pub fast_fields: u64,
    /// The records of letters and issues, compressed.
    pub store: u64,
    /// Which documents are deleted.
    pub deletes: u64,
    /// What became of every file.
    pub manifest: u64,
    /// Everything else: lists of segments, locks, heads of files, and files that no segment uses any more.
    pub other: u64,
}

/// Sizes of one field. The store is not divided by fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSizes {
    /// The field's name.
    pub name: String,
    /// See [`FileSizes::terms`].
    pub terms: u64,
    /// See [`FileSizes::postings`].
    pub postings: u64,
    /// See [`FileSizes::positions`].
    pub positions: u64,
    /// See [`FileSizes::fieldnorms`].
    pub fieldnorms: u64,
    /// See [`FileSizes::fast_fields`].
    pub fast_fields: u64,
}

/// How an index was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The compression of the store: `none`, `lz4` or `zstd`.
    pub store_compression: String,
    /// How many bytes of records are compressed together.
    pub store_block_bytes: u64,
    /// The analyzer of text fields.
    pub text_analyzer: &'static str,
    /// The analyzer of keyword fields.
    pub keyword_analyzer: &'static str,
}

impl FileSizes {
    /// The sizes with their names, in a fixed order.
    pub fn by_name(&self) -> [(&'static str, u64); 9] {
        [
            ("terms", self.terms),
            ("postings", self.postings),
            ("positions", self.positions),
            ("fieldnorms", self.fieldnorms),
            ("fast_fields", self.fast_fields),
            ("store", self.store),
            ("deletes", self.deletes),
            ("manifest", self.manifest),
            ("other", self.other),
        ]
    }
}

impl FieldSizes {
    /// All of the field's sizes together.
    pub fn bytes(&self) -> u64 {
        self.terms + self.postings + self.positions + self.fieldnorms + self.fast_fields
    }
}

impl Info {
    /// Measures an index.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn of(reader: &Reader) -> Result<Self> {
        let searcher = reader.searcher();
        let usage = searcher.space_usage().map_err(|e| reader.damaged(e))?;
        let mut segments: Vec<_> = searcher
            .segment_readers()
            .iter()
            .zip(usage.segments())
            .map(|(segment, usage)| SegmentInfo {
                id: segment.segment_id().uuid_string(),
                documents: u64::from(segment.num_docs()),
                deleted: u64::from(segment.num_deleted_docs()),
                bytes: usage.total().get_bytes(),
            })
            .collect();
        segments.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.id.cmp(&b.id)));
        let mut files = FileSizes::default();
        let mut fields = BTreeMap::new();
        for segment in usage.segments() {
            add_segment(segment, &mut files, &mut fields);
        }
        let bytes = bytes(reader.dir())?;
        files.manifest = file_bytes(&reader.dir().join(place::MANIFEST))?;
        let known: u64 = files.by_name().iter().map(|(_, bytes)| bytes).sum();
        // Files of the segments that a writer has removed meanwhile are still open here.
        let bytes = bytes.max(known);
        files.other = bytes - known;
        Ok(Self {
            format: IndexSchema::get().format,
            documents: segments.iter().map(|s| s.documents).sum(),
            deleted: segments.iter().map(|s| s.deleted).sum(),
            segments,
            bytes,
            files,
            fields: in_order(fields),
            settings: settings(searcher.index()),
            roots: roots(reader.dir())?,
        })
    }
}

fn roots(dir: &Path) -> Result<Vec<Remembered>> {
    let roots = Snapshot::open(dir)?.map_or_else(|| Ok(BTreeMap::new()), |snapshot| snapshot.roots())?;
    let remembered = |(path, flags): (Vec<u8>, Vec<String>)| {
        let path = if path.is_empty() { ".".to_owned() } else { String::from_utf8_lossy(&path).into_owned() };
        Remembered { path, flags }
    };
    Ok(roots.into_iter().map(remembered).collect())
}

fn add_segment(usage: &SegmentSpaceUsage, files: &mut FileSizes, fields: &mut BTreeMap<String, FieldSizes>) {
    files.terms += usage.termdict().total().get_bytes();
    files.postings += usage.postings().total().get_bytes();
    files.positions += usage.positions().total().get_bytes();
    files.fieldnorms += usage.fieldnorms().total().get_bytes();
    files.fast_fields += usage.fast_fields().total().get_bytes();
    files.store += usage.store().total().get_bytes();
    files.deletes += usage.deletes().get_bytes();
    let mut add = |usage: &PerFieldSpaceUsage, add: fn(&mut FieldSizes, u64)| {
        for field in usage.fields() {
            let name = field.field_name();
            let sizes = fields.entry(name.to_owned()).or_default();
            name.clone_into(&mut sizes.name);
            add(sizes, field.total().get_bytes());
        }
    };
    add(usage.termdict(), |sizes, bytes| sizes.terms += bytes);
    add(usage.postings(), |sizes, bytes| sizes.postings += bytes);
    add(usage.positions(), |sizes, bytes| sizes.positions += bytes);
    add(usage.fieldnorms(), |sizes, bytes| sizes.fieldnorms += bytes);
    add(usage.fast_fields(), |sizes, bytes| sizes.fast_fields += bytes);
}

fn in_order(mut fields: BTreeMap<String, FieldSizes>) -> Vec<FieldSizes> {
    let named = IndexSchema::get().fields();
    let mut ordered: Vec<_> = named.filter_map(|(def, _)| fields.remove(&def.name)).collect();
    ordered.extend(fields.into_values());
    ordered
}

fn settings(index: &tantivy::Index) -> Settings {
    // tantivy names compressions in its JSON only, such as "zstd(compression_level=3)".
    let json = serde_json::to_value(index.settings()).unwrap_or_default();
    Settings {
        store_compression: json["docstore_compression"].as_str().unwrap_or("none").to_owned(),
        store_block_bytes: index.settings().docstore_blocksize as u64,
        text_analyzer: analysis::ENGLISH,
        keyword_analyzer: analysis::KEYWORD,
    }
}

/// The bytes of all files in an index folder. The lock does not count: it holds the number of a process, which is
/// longer or shorter by chance.
pub(super) fn bytes(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir).map_err(|e| Error::io(dir, e))? {
        let path = entry.map_err(|e| Error::io(dir, e))?.path();
        if path.file_name().is_some_and(|name| name == lock::FILE) {
            continue;
        }
        bytes += if path.is_dir() { self::bytes(&path)? } else { file_bytes(&path)? };
    }
    Ok(bytes)
}

fn file_bytes(path: &Path) -> Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        // A writer removes what it has merged.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(Error::io(path, error)),
    }
}
