//! What reading a container may cost, and the readers that keep to it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, ErrorKind};

/// How much work and memory a container may take. Real archives of letters stay far below each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes of one entry, unpacked.
    pub entry_bytes: u64,
    /// The most entries of a container, with those of the containers in it, folders and what is no letter included.
    pub entries: u64,
    /// How many bytes may come out of one byte. Deflate reaches 1032; PDFs have about 1, text and records up to 20.
    pub ratio: u64,
    /// Up to here any ratio is accepted, since short runs of white space compress better than letters do.
    pub free_bytes: u64,
    /// How many containers may lie within each other below the first one.
    pub nesting: usize,
    /// The most bytes of a compressed zip file in a container, which has to be held in memory to be read by its
    /// directory. A larger one is read in the order of its bytes.
    pub held_bytes: u64,
    /// The most bytes of a name within a container.
    pub name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_bytes: crate::archive::MAX_FILE_BYTES,
            entries: 4_000_000,
            ratio: 256,
            free_bytes: 1 << 20,
            nesting: 1,
            held_bytes: 32 << 20,
            name_bytes: 4096,
        }
    }
}

impl Limits {
    /// Whether so many bytes may come out of so few.
    pub(super) fn allows(&self, given: u64, taken: u64) -> bool {
        given <= self.free_bytes || given / self.ratio <= taken
    }
}

/// The error inside an [`io::Error`] for input that unpacks to more than it may.
#[derive(Debug)]
pub(super) struct Swollen;

impl std::fmt::Display for Swollen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it unpacks to far more bytes than letters do")
    }
}

impl std::error::Error for Swollen {}

/// The error inside an [`io::Error`] for what is larger than it may be, in words.
#[derive(Debug)]
pub(super) struct Beyond(pub(super) String);

impl std::fmt::Display for Beyond {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Beyond {}

impl From<Beyond> for parquet::errors::ParquetError {
    fn from(beyond: Beyond) -> Self {
        io::Error::other(beyond).into()
    }
}

/// Says why an entry or a container cannot be read: the disk, a limit, or damage.
pub(super) fn fault(error: io::Error) -> Error {
    if error.get_ref().is_some_and(|inner| inner.is::<Swollen>()) {
        Error::new(ErrorKind::ContainerLimit, Swollen.to_string())
            .with_hint("no archive of letters does this; is it a zip bomb?")
    } else if let Some(Beyond(fact)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Error::new(ErrorKind::ContainerLimit, fact)
    } else if error.raw_os_error().is_some() {
        Error::new(ErrorKind::Io, "cannot be read").with_source(error)
    } else {
        damaged("cannot be unpacked to its end").with_source(error)
    }
}

/// The error of a container, or an entry, whose bytes are wrong.
pub(super) fn damaged(fact: &str) -> Error {
    Error::new(ErrorKind::ContainerDamaged, fact)
}

/// Counts the bytes that are taken from a reader.
pub(super) struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Counted<R> {
    pub(super) fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let taken = Arc::new(AtomicU64::new(0));
        (Self { inner, taken: Arc::clone(&taken) }, taken)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.taken.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Ends with an error where more comes out of a decoder than its input allows.
pub(super) struct Watched<R> {
    inner: R,
    given: u64,
    taken: Arc<AtomicU64>,
    limits: Limits,
}

impl<R: Read> Watched<R> {
    pub(super) fn new(inner: R, taken: Arc<AtomicU64>, limits: Limits) -> Self {
        Self { inner, given: 0, taken, limits }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.given += read as u64;
        match self.limits.allows(self.given, self.taken.load(Ordering::Relaxed)) {
            true => Ok(read),
            false => Err(io::Error::other(Swollen)),
        }
    }
}
