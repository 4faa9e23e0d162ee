//! An entry that can be read by any thread: a range of a file, and how it is packed.

use std::io::{self, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder};

use super::fields;
use super::limits::{Counted, Limits, Watched, damaged, fault};
use super::source::{Reader, Source};
use crate::error::{Error, ErrorKind, Result};

/// The largest window of zstd that is accepted, as a power of two: 128 MiB, what `zstd --long` asks for.
const ZSTD_WINDOW: u32 = 27;

/// How bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Packing {
    Stored,
    /// RFC 1951.
    Deflate,
    /// RFC 1952, one or more members.
    Gzip,
    /// RFC 8878, one or more frames.
    Zstd,
}

pub(super) type Stream = Box<dyn Read + Send>;

/// Unpacks a reader, within the limits of ratio.
pub(super) fn unpack(packing: Packing, packed: impl Read + Send + 'static, limits: &Limits) -> Result<Stream> {
    let (packed, taken) = Counted::new(packed);
    Ok(match packing {
        Packing::Stored => Box::new(packed),
        Packing::Deflate => Box::new(Watched::new(DeflateDecoder::new(packed), taken, *limits)),
        Packing::Gzip => Box::new(Watched::new(MultiGzDecoder::new(packed), taken, *limits)),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::new(packed).map_err(fault)?;
            decoder.window_log_max(ZSTD_WINDOW).map_err(fault)?;
            Box::new(Watched::new(decoder, taken, *limits))
        }
    })
}

/// A packed range.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) source: Source,
    /// Where it begins: the content, or the local header of a zip file before it.
    pub(super) start: u64,
    /// How many packed bytes it has.
    pub(super) packed: u64,
    pub(super) packing: Packing,
    /// How many bytes it has unpacked, where that is known.
    pub(super) size: Option<u64>,
    /// CRC-32 of the unpacked bytes, where known.
    pub(super) crc: Option<u32>,
    /// Whether the local header of a zip file comes first.
    pub(super) has_header: bool,
}

impl Part {
    /// The bytes of a whole source.
    pub(super) fn whole(source: Source, packing: Packing) -> Self {
        let packed = source.len();
        Self { source, start: 0, packed, packing, size: None, crc: None, has_header: false }
    }

    /// The packed bytes.
    pub(super) fn range(&self) -> Result<Source> {
        let start = match self.has_header {
            false => self.start,
            true => self.start + fields::local_header_len(&self.source, self.start)?,
        };
        self.source.part(start, self.packed).ok_or_else(|| damaged("its container ends before it does"))
    }

    pub(super) fn reader(&self) -> Result<Reader> {
        Ok(self.range()?.reader())
    }

    /// The unpacked bytes, as a stream.
    pub(super) fn stream(&self, limits: &Limits) -> Result<Stream> {
        unpack(self.packing, self.reader()?, limits)
    }

    /// The unpacked bytes.
    pub(super) fn read(&self, limits: &Limits) -> Result<Vec<u8>> {
        fits(self.size.unwrap_or(0), limits)?;
        let bytes = read_within(self.stream(limits)?, self.size, limits.entry_bytes)?;
        if self.size.is_some_and(|size| size != bytes.len() as u64) {
            return Err(damaged("has another length than its container says"));
        }
        if self.crc.is_some_and(|crc| crc != crc32(&bytes)) {
            return Err(damaged("does not match its checksum"));
        }
        Ok(bytes)
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Everything that a reader gives, up to a number of bytes. What comes of memory is reserved only as it is read, since
/// a length may lie.
pub(super) fn read_within(stream: impl Read, size: Option<u64>, most: u64) -> Result<Vec<u8>> {
    const RESERVED: u64 = 1 << 20;
    let likely = size.unwrap_or(0).min(most).min(RESERVED);
    let mut bytes = Vec::with_capacity(usize::try_from(likely).unwrap_or(0) + 1);
    // One byte more than was said, or than is allowed, tells that there is more.
    let wanted = size.unwrap_or(most).min(most) + 1;
    stream.take(wanted).read_to_end(&mut bytes).map_err(fault)?;
    match bytes.len() as u64 > most {
        true => Err(Error::new(ErrorKind::TooLarge, format!("is larger than {} MiB", most >> 20))),
        false => Ok(bytes),
    }
}

/// Whether an entry of this length may be read into memory.
pub(super) fn fits(size: u64, limits: &Limits) -> Result<()> {
    if size > limits.entry_bytes { Err(too_large(limits)) } else { Ok(()) }
}

pub(super) fn too_large(limits: &Limits) -> Error {
    Error::new(ErrorKind::TooLarge, format!("is larger than {} MiB", limits.entry_bytes >> 20))
}

/// Reads and forgets so many bytes; tells how many there were.
pub(super) fn skip(stream: &mut impl Read, bytes: u64) -> io::Result<u64> {
    io::copy(&mut stream.take(bytes), &mut io::sink())
}
