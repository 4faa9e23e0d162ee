//! The index folder: where it lies, what is in it, and whether this program can read it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::IndexSettings;
use tantivy::store::{Compressor, ZstdCompressor};

use super::analysis;
use super::directory::{self, Segments};
use super::fault::{ANEW, reading};
use super::schema::IndexSchema;
use crate::archive::Stamp;
use crate::error::{Error, ErrorKind, Result};

/// The name of the index folder, unless the user says otherwise.
pub const FOLDER: &str = ".imr";
/// The name of the manifest's file in the index folder.
pub const MANIFEST: &str = "manifest.redb";
pub(super) const FORMAT_FILE: &str = "format.json";
const SEGMENTS: &str = "segments";

/// The first thing written into an index folder, and the first thing read.
#[derive(Serialize, Deserialize)]
struct Format {
    format: u32,
    program: String,
}

/// The index folder that a command means: the one given, or the nearest `.imr` in this folder and those above it.
///
/// # Errors
/// [`ErrorKind::IndexMissing`].
pub fn find(given: Option<&Path>, from: &Path) -> Result<PathBuf> {
    if let Some(dir) = given {
        return Ok(dir.to_path_buf());
    }
    from.ancestors().map(|folder| folder.join(FOLDER)).find(|dir| dir.is_dir()).ok_or_else(|| {
        Error::new(ErrorKind::IndexMissing, "there is no index here or in a folder above")
            .with_path(from)
            .with_hint("make one with `imr index PATH`, or name one with `--index DIR`")
    })
}

/// The folder of the segments in an index folder.
pub fn segments(dir: &Path) -> PathBuf {
    dir.join(SEGMENTS)
}

/// What tells one commit of the segments from another: the stamp of the file that each commit replaces.
pub fn commit(dir: &Path) -> Result<Stamp> {
    let path = segments(dir).join("meta.json");
    fs::metadata(&path).map(|there| Stamp::of(&there)).map_err(|e| Error::io(path, e))
}

/// Whether a folder holds a whole index.
pub fn exists(dir: &Path) -> bool {
    dir.join(FORMAT_FILE).exists()
}

/// Makes the folder ready for an index: new, empty, or an index of this format already.
pub fn prepare(dir: &Path) -> Result<()> {
    if exists(dir) {
        return check_format(dir);
    }
    if dir.is_file() {
        return Err(Error::new(ErrorKind::Usage, "is a file, not an index folder").with_path(dir));
    }
    fs::create_dir_all(dir).map_err(|e| Error::write(dir, e))?;
    // What a run that died in its first moments may have left is no stranger.
    let ours = |name: &std::ffi::OsStr| {
        name == MANIFEST || name == "writer.lock" || name == SEGMENTS || name == "format.json.new"
    };
    for entry in fs::read_dir(dir).map_err(|e| Error::io(dir, e))? {
        let entry = entry.map_err(|e| Error::io(dir, e))?;
        if !ours(&entry.file_name()) {
            return Err(Error::new(ErrorKind::Usage, "is a folder with other things in it, not an index")
                .with_path(dir)
                .with_hint("name a new or empty folder with `--index DIR`"));
        }
    }
    Ok(())
}

/// Removes a manifest that a run which died in its first moments left half made. The lock must be held.
pub fn sweep(dir: &Path) -> Result<()> {
    if exists(dir) {
        return Ok(());
    }
    let path = dir.join(MANIFEST);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::write(&path, error)),
        _ => Ok(()),
    }
}

/// Opens the segments, or makes an empty index.
pub fn open_or_create(dir: &Path) -> Result<tantivy::Index> {
    if exists(dir) {
        return open(dir);
    }
    let segments = self::segments(dir);
    fs::create_dir_all(&segments).map_err(|e| Error::write(&segments, e))?;
    let files = Segments::open(&segments).map_err(|e| reading(dir, e))?;
    let index = tantivy::Index::builder().schema(IndexSchema::get().tantivy.clone()).settings(settings());
    let index = index.open_or_create(files).map_err(|e| reading(dir, e))?;
    // Written last: a folder with a format is a whole index, also after a power cut.
    let format = Format { format: IndexSchema::get().format, program: env!("CARGO_PKG_VERSION").to_owned() };
    let json = serde_json::to_string(&format).unwrap_or_default() + "\n";
    let path = dir.join(FORMAT_FILE);
    let written = directory::sync_folder(&segments).and_then(|()| directory::replace(&path, json.as_bytes()));
    written.map_err(|e| Error::write(&path, e))?;
    // The folder above may be one that can be entered but not opened; its own name is then as durable as can be had.
    let _ = dir.parent().map(directory::sync_folder);
    Ok(with_analyzers(index))
}

/// Records are compressed with Zstandard in blocks of 32 KiB. Measured against LZ4 in blocks of 16 KiB the store takes
/// little more than half, at the same time of indexing. Its lowest level takes 4% more than its usual one, in three fifths
/// of the work, which was a tenth of indexing.
fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: Compressor::Zstd(ZstdCompressor { compression_level: Some(1) }),
        docstore_blocksize: 32 << 10,
        ..IndexSettings::default()
    }
}

/// The error of a folder that holds no index.
pub fn missing(dir: &Path) -> Error {
    let fact = if dir.exists() { "is no index" } else { "there is no such index" };
    Error::new(ErrorKind::IndexMissing, fact).with_path(dir).with_hint("make one with `imr index PATH --index DIR`")
}

/// Opens the segments of an index that exists.
///
/// # Errors
/// [`ErrorKind::IndexMissing`], [`ErrorKind::IndexVersion`], [`ErrorKind::IndexCorrupt`].
pub fn open(dir: &Path) -> Result<tantivy::Index> {
    if !exists(dir) {
        return Err(missing(dir));
    }
    check_format(dir)?;
    let files = Segments::open(&segments(dir)).map_err(|e| reading(dir, e))?;
    let index = tantivy::Index::open(files).map_err(|e| reading(dir, e))?;
    if index.schema() != IndexSchema::get().tantivy {
        return Err(other_version(dir, "another schema"));
    }
    Ok(with_analyzers(index))
}

/// The generation that the last commit of the segments carries.
pub fn committed(index: &tantivy::Index, dir: &Path) -> Result<u64> {
    let metas = index.load_metas().map_err(|e| reading(dir, e))?;
    Ok(metas.payload.and_then(|p| p.parse().ok()).unwrap_or(0))
}

fn with_analyzers(mut index: tantivy::Index) -> tantivy::Index {
    index.set_tokenizers(analysis::manager());
    index
}

fn check_format(dir: &Path) -> Result<()> {
    let path = dir.join(FORMAT_FILE);
    let text = fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
    let format: Format = serde_json::from_str(&text).map_err(|e| reading(dir, e))?;
    if format.format != IndexSchema::get().format {
        return Err(other_version(dir, &format!("format {} of imr {}", format.format, format.program)));
    }
    Ok(())
}

fn other_version(dir: &Path, has: &str) -> Error {
    let reads = IndexSchema::get().format;
    Error::new(
        ErrorKind::IndexVersion,
        format!("the index has {has}, and imr {} reads format {reads}", env!("CARGO_PKG_VERSION")),
    )
    .with_path(dir)
    .with_hint(ANEW)
}
