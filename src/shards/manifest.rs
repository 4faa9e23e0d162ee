//! What a shard is: see `schema/shard.schema.json`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::archive::Shard;
use crate::error::{Error, ErrorKind, Result};

/// The format of manifests that is written. Those of later formats are refused.
pub const FORMAT: u32 = 1;

/// No manifest is longer, in bytes: some hundred thousand failures are told in so many.
const MOST_BYTES: u64 = 64 << 20;

/// What to do about a manifest that is none.
const REREAD: &str = "`imr parse --shard` writes it anew with `--reread`";

/// What a task was asked to do. Two attempts at one task write the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The version of the program.
    pub imr: String,
    /// Which shard, from 0.
    pub shard: u32,
    /// Of how many.
    pub of: u32,
    /// The files that were cut into shards.
    pub list: List,
    /// The flags that choose among what the files hold.
    pub flags: Vec<String>,
    /// How records are written: `jsonl` or `parquet`.
    pub records: String,
}

/// A list of files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// How many there are.
    pub paths: u64,
    /// BLAKE3 digest of their paths in order, each with a NUL behind it, in hexadecimal.
    pub digest: String,
}

/// The file of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// Its name.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 digest of its bytes, in hexadecimal.
    pub digest: String,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The file.
    pub path: String,
    /// The code of the error's kind.
    pub code: String,
    /// What was wrong.
    pub reason: String,
}

/// The manifest of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the manifest.
    pub format: u32,
    /// What was asked.
    #[serde(flatten)]
    pub task: Task,
    /// How many files of the list it has.
    pub paths: u64,
    /// Its records, those of letters of unknown layout included.
    pub letters: u64,
    /// Their issues.
    pub issues: u64,
    /// Letters of unknown layout.
    pub unknown_layout: u64,
    /// What could not be read, in the order of reading.
    pub failures: Vec<Failure>,
    /// The file of records.
    pub data: Data,
}

impl Task {
    /// The shard.
    ///
    /// # Errors
    /// [`ErrorKind::Shards`] where there is none of this number.
    pub fn shard(&self) -> Result<Shard> {
        Shard::new(self.shard, self.of).ok_or_else(|| {
            Error::new(ErrorKind::Shards, format!("tells of a shard {} of {}, which there is not", self.shard, self.of))
        })
    }

    /// The name of the file of records.
    ///
    /// # Errors
    /// As for [`Task::shard`].
    pub fn file(&self) -> Result<String> {
        Ok(format!("{}.{}", self.shard()?.stem(), self.records))
    }
}

impl Manifest {
    /// Where the manifest of a shard lies.
    pub fn place(folder: &Path, shard: Shard) -> PathBuf {
        folder.join(shard.manifest())
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`], [`ErrorKind::Io`], and [`ErrorKind::Shards`] for what is none of this version.
    pub fn read(place: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let wrong = |fact: String| Error::new(ErrorKind::Shards, fact).with_path(place);
        let mut bytes = Vec::new();
        // Opening a pipe would wait for somebody to write into it.
        if !fs::metadata(place).map_err(|e| Error::io(place, e))?.is_file() {
            return Err(wrong("is no manifest of a shard: it is no regular file".to_owned()).with_hint(REREAD));
        }
        let file = File::open(place).map_err(|e| Error::io(place, e))?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::io(place, e))?;
        if bytes.len() as u64 > MOST_BYTES {
            let fact = format!("is no manifest of a shard: it has more than {} MiB", MOST_BYTES >> 20);
            return Err(wrong(fact).with_hint("cut the list into more shards, or write this one anew with `--reread`"));
        }
        let none =
            |e: serde_json::Error| wrong("is no manifest of a shard".to_owned()).with_source(e).with_hint(REREAD);
        let Head { format } = serde_json::from_slice(&bytes).map_err(none)?;
        if format == 0 {
            return Err(wrong("has format 0, which there never was".to_owned()).with_hint(REREAD));
        }
        if format > FORMAT {
            let fact = format!("has format {format}, and this version of the program knows up to {FORMAT}");
            return Err(wrong(fact).with_hint("a later version wrote it, and can read it"));
        }
        let manifest: Self = serde_json::from_slice(&bytes).map_err(none)?;
        let file = manifest.task.file().map_err(|e| e.with_path(place))?;
        if place.file_name() != Some(manifest.task.shard()?.manifest().as_ref()) {
            return Err(wrong(format!("has the name of another shard than it tells of: {}", manifest.task.shard()?)));
        }
        match manifest.data.file == file {
            true => Ok(manifest),
            false => Err(wrong(format!("tells of records in `{}` instead of `{file}`", manifest.data.file))),
        }
    }

    /// The manifest as it is written: the same for the same shard.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|e| Error::new(ErrorKind::Shards, "a manifest cannot be written").with_source(e))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether the file of records is there as far as its length tells.
    ///
    /// # Errors
    /// [`ErrorKind::Shards`] where it is not, naming the file.
    pub fn check_length(&self, folder: &Path) -> Result<()> {
        let place = folder.join(&self.data.file);
        match fs::metadata(&place) {
            Ok(there) if there.len() == self.data.bytes => Ok(()),
            Ok(there) => {
                let (is, should) = (there.len(), self.data.bytes);
                Err(self.damaged(&place, format!("has {is} bytes, and its manifest tells of {should}")))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(self.damaged(&place, "is not there, and its manifest is".to_owned()))
            }
            Err(error) => Err(Error::io(place, error)),
        }
    }

    /// Whether the file of records is the one that was written.
    ///
    /// # Errors
    /// [`ErrorKind::Shards`] where it is not, naming the file, and [`ErrorKind::Io`].
    pub fn check_data(&self, folder: &Path) -> Result<()> {
        self.check_length(folder)?;
        let place = folder.join(&self.data.file);
        let file = File::open(&place).map_err(|e| Error::io(&place, e))?;
        match Data::read(file).map_err(|e| Error::io(&place, e))?.digest == self.data.digest {
            true => Ok(()),
            false => Err(self.damaged(&place, "is not what its manifest tells of: its digest is another".to_owned())),
        }
    }

    fn damaged(&self, place: &Path, fact: String) -> Error {
        let (shard, of) = (self.task.shard, self.task.of);
        Error::new(ErrorKind::Shards, fact)
            .with_path(place)
            .with_hint(format!("`imr parse --shard {shard}/{of} --reread …` writes the shard anew"))
    }
}

/// Writes records and takes the digest of what it writes.
pub struct Hashing<W> {
    inner: W,
    sum: Sum,
}

/// The digest of what was written so far.
#[derive(Clone, Default)]
pub struct Sum(Arc<Mutex<blake3::Hasher>>);

impl<W: io::Write> Hashing<W> {
    /// A writer, and the digest of what goes through it.
    pub fn new(inner: W) -> (Self, Sum) {
        let sum = Sum::default();
        (Self { inner, sum: sum.clone() }, sum)
    }
}

impl Sum {
    /// What was written, in a file without a name.
    pub fn data(&self) -> Data {
        Data::summed(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, blake3::Hasher> {
        // A hasher is whole between its calls.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.lock().update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Data {
    /// What is in a file, without its name.
    fn read(records: impl io::Read) -> io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(records)?;
        Ok(Self::summed(&hasher))
    }

    fn summed(hasher: &blake3::Hasher) -> Self {
        Self { file: String::new(), bytes: hasher.count(), digest: hasher.finalize().to_hex().to_string() }
    }
}
