//! An index of exports and shards for one question, gone with the answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use imr::archive::container::{Format, SEPARATOR, is_letter_name};
use imr::archive::{Filter, Root};
use imr::index::Reader;
use imr::ingest::{self, IngestConfig, Redo};
use imr::{Error, ErrorKind};
use tempfile::TempDir;

use super::message::counted;
use super::progress::Bar;
use super::{index, interrupt, message};

/// Memory for segments under construction, as `imr index` has it.
const MEMORY_BYTES: usize = 400 << 20;
/// How many records that cannot be read are named one by one.
const NAMED: usize = 20;

/// A temporary index.
pub struct Temporary {
    /// What is in it.
    pub reader: Reader,
    /// Whether that is all that the exports hold: what could not be read was said.
    pub is_whole: bool,
    // Behind the reader, which has its files open.
    _folder: TempDir,
}

impl Temporary {
    /// Indexes some files and folders; `None` where somebody asked to stop.
    ///
    /// # Errors
    /// When something named is not there, shards are not whole, or there is no record.
    pub fn of(paths: &[PathBuf]) -> anyhow::Result<Option<Self>> {
        let temporary = |error| Error::write(tempfile::env::temp_dir(), error);
        let folder = tempfile::Builder::new().prefix("imr-").tempdir().map_err(temporary)?;
        let filter = Arc::new(Filter::default());
        let config = IngestConfig {
            roots: paths.iter().map(|path| Root::new(path, &filter)).collect(),
            index: folder.path().join(imr::index::FOLDER),
            threads: index::threads(None),
            memory_bytes: MEMORY_BYTES,
            redo: Redo::Nothing,
            prune: false,
            // Nobody goes on from there.
            commit_every: Duration::MAX,
            commit_files: index::COMMIT_FILES,
        };
        let (stop, bar) = (interrupt::stop()?, Bar::new());
        let report = ingest::run(&config, &bar, &stop);
        bar.clear();
        let report = report?;
        if report.interrupted {
            message::note("interrupted; nothing was counted");
            return Ok(None);
        }
        let refused = report.failures.iter().find_map(|failure| {
            let kind = ErrorKind::from_code(&failure.code)?;
            let error = Error::new(kind, failure.reason.clone()).with_path(&failure.path);
            of_roots(kind).then(|| if failure.hint.is_empty() { error } else { error.with_hint(&failure.hint) })
        });
        if let Some(error) = refused.filter(|_| report.bad_roots > 0) {
            return Err(error.into());
        }
        if !imr::index::exists(&config.index) {
            return Err(Error::new(ErrorKind::Usage, "there is no record to count")
                .with_hint("`imr export` and `imr parse` write records in JSON lines or Parquet")
                .into());
        }
        message::lacking_shards(paths.iter().map(PathBuf::as_path));
        for failure in report.failures.iter().take(NAMED) {
            message::failure(&failure.path, &failure.reason);
        }
        let is_whole = report.failures.iter().all(|failure| is_letter(&failure.path));
        let failed = report.failures.len() as u64;
        if failed > 0 {
            message::note(&format!("{}: what could not be read counts for nothing", counted(failed, "failure")));
        }
        let reader = Reader::open(&config.index)?;
        Ok(Some(Self { reader, is_whole, _folder: folder }))
    }
}

/// Whether something is one letter, which lies in no export. A letter that cannot be read is in no index either, and in no shard;
/// without anything else, such as a folder or a container, the answer lacks what others would count.
fn is_letter(path: &Path) -> bool {
    let path = path.to_string_lossy();
    let name = |part: &str| part.rsplit(std::path::is_separator).next().unwrap_or_default().to_owned();
    let of_export = |part: &str| Format::of(&name(part)).is_some_and(Format::is_export);
    !path.split(SEPARATOR).any(of_export) && is_letter_name(&name(&path))
}

/// Whether an error may be that of something named, and not of a record.
fn of_roots(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Shards | ErrorKind::NotFound | ErrorKind::Usage | ErrorKind::Io)
}
