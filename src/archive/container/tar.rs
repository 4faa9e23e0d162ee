//! Tar files, plain or packed: POSIX.1-2017 pax, and the GNU format.

use std::io::{Read, Seek, SeekFrom};

use tar::{EntryType, Header, PaxExtensions};

use super::limits::{Limits, damaged, fault};
use super::name;
use super::part::{Packing, Part, Stream, fits, read_within, skip};
use super::source::{Reader, Source};
use super::{Data, Head, Is, Shape};
use crate::error::{Error, Result};

const BLOCK: u64 = 512;
/// The most bytes of a header that extends another: long names, times, attributes.
const EXTENSION_BYTES: u64 = 1 << 20;
/// How many bytes may follow the end mark. Writers fill up a last record of some KiB.
const TRAILER_BYTES: u64 = 16 << 20;

/// A tar file, entry after entry.
pub(super) struct Tar {
    input: Input,
    /// Where the next byte is read.
    at: u64,
    /// Bytes of the current entry that were not read yet.
    left: u64,
    /// Bytes that fill up its last block.
    padding: u64,
    current: Option<Current>,
    broken: bool,
    read: u64,
    limits: Limits,
}

enum Input {
    /// Bytes in sequence.
    Stream(Stream),
    /// A range, in which entries are passed over and left to others to read.
    Range(Source, Reader),
}

/// What is to be told of the current entry beside its header.
struct Current {
    size: u64,
    is_sparse: bool,
}

/// What headers before an entry's own say about it.
#[derive(Default)]
struct Extension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

impl Tar {
    pub(super) fn of_stream(stream: Stream, limits: &Limits) -> Self {
        Self::new(Input::Stream(stream), limits)
    }

    pub(super) fn of_range(source: &Source, limits: &Limits) -> Self {
        Self::new(Input::Range(source.clone(), source.reader()), limits)
    }

    fn new(input: Input, limits: &Limits) -> Self {
        Self { input, at: 0, left: 0, padding: 0, current: None, broken: false, read: 0, limits: *limits }
    }

    fn cut(&self) -> Error {
        damaged(&format!("breaks off behind entry {}", self.read))
    }

    /// Moves behind the rest of the current entry.
    fn pass(&mut self) -> Result<()> {
        let (left, all) = (self.left, self.left.saturating_add(self.padding));
        (self.left, self.padding) = (0, 0);
        let passed = match &mut self.input {
            Input::Stream(stream) => skip(stream, all).map_err(fault)?,
            Input::Range(source, reader) => {
                let passed = all.min(source.len().saturating_sub(self.at));
                reader.seek(SeekFrom::Start(self.at + passed)).map_err(fault)?;
                passed
            }
        };
        self.at += passed;
        // The last block may have been left unfilled.
        if passed < left { Err(self.cut()) } else { Ok(()) }
    }

    fn block(&mut self) -> Result<Option<Header>> {
        let mut header = Header::new_old();
        let mut filled = 0;
        let bytes = header.as_mut_bytes();
        while filled < bytes.len() {
            let read = match &mut self.input {
                Input::Stream(stream) => stream.read(&mut bytes[filled..]),
                Input::Range(_, reader) => reader.read(&mut bytes[filled..]),
            };
            match read {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(fault(error)),
            }
        }
        self.at += filled as u64;
        if filled as u64 == BLOCK {
            return Ok(Some(header));
        }
        Err(self.cut())
    }

    /// The next header of an entry, extensions applied; `None` at the end mark.
    fn header(&mut self) -> Result<Option<(Header, Extension)>> {
        let mut extension = Extension::default();
        loop {
            let Some(header) = self.block()? else { return Ok(None) };
            if header.as_bytes().iter().all(|b| *b == 0) {
                self.drain()?;
                return Ok(None);
            }
            let unsigned = |bytes: &[u8]| bytes.iter().map(|b| u32::from(*b)).sum::<u32>();
            let bytes = header.as_bytes();
            let sum = unsigned(&bytes[..148]) + 8 * u32::from(b' ') + unsigned(&bytes[156..]);
            if header.cksum().ok() != Some(sum) {
                return Err(match self.read {
                    0 => damaged("is no tar file"),
                    read => damaged(&format!("is damaged behind entry {read}")),
                });
            }
            let size = header.entry_size().map_err(|_| self.cut())?;
            let size = extension.size.filter(|_| !is_extension(header.entry_type())).unwrap_or(size);
            (self.left, self.padding) = (size, size.next_multiple_of(BLOCK) - size);
            match header.entry_type() {
                EntryType::GNULongName => extension.name = self.extension()?,
                EntryType::XHeader => {
                    if let Some(records) = self.extension()? {
                        read_pax(&records, &mut extension);
                    }
                }
                EntryType::GNULongLink | EntryType::XGlobalHeader => self.pass()?,
                _ => return Ok(Some((header, extension))),
            }
        }
    }

    /// The content of a header that extends the next one; `None` where it is too long.
    fn extension(&mut self) -> Result<Option<Vec<u8>>> {
        let wanted = self.left;
        let bytes = match wanted <= EXTENSION_BYTES {
            true => Some(self.take()?),
            false => None,
        };
        self.pass()?;
        Ok(bytes)
    }

    /// The bytes of the current entry.
    fn take(&mut self) -> Result<Vec<u8>> {
        let left = std::mem::take(&mut self.left);
        let bytes = match &mut self.input {
            Input::Stream(stream) => read_within(stream.take(left), Some(left), left),
            Input::Range(_, reader) => read_within(reader.take(left), Some(left), left),
        }?;
        self.at += bytes.len() as u64;
        if bytes.len() as u64 == left { Ok(bytes) } else { Err(self.cut()) }
    }

    /// Reads to the end of packed input behind the end mark, where its checksum stands.
    fn drain(&mut self) -> Result<()> {
        if let Input::Stream(stream) = &mut self.input {
            skip(stream, TRAILER_BYTES).map_err(fault)?;
        }
        Ok(())
    }

    /// The map of an old sparse file may go on in further blocks.
    fn pass_sparse_map(&mut self, header: &Header) -> Result<()> {
        let mut goes_on = header.as_gnu().is_some_and(tar::GnuHeader::is_extended);
        while goes_on {
            let Some(block) = self.block()? else { return Ok(()) };
            goes_on = block.as_bytes()[504] == 1;
        }
        Ok(())
    }

    fn entry(&mut self) -> Result<Option<Head>> {
        self.pass()?;
        let Some((header, extension)) = self.header()? else { return Ok(None) };
        self.read += 1;
        let kind = header.entry_type();
        if kind.is_gnu_sparse() {
            self.pass_sparse_map(&header)?;
        }
        let name = match extension.name {
            Some(mut name) => {
                name.truncate(name.iter().position(|b| *b == 0).unwrap_or(name.len()));
                name
            }
            None => header.path_bytes().into_owned(),
        };
        let is = match kind {
            EntryType::Directory => Is::Folder,
            EntryType::Regular if name.ends_with(b"/") => Is::Folder,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Is::File,
            EntryType::Symlink | EntryType::Link => Is::Link,
            _ => Is::Special,
        };
        // Links and folders have no content, whatever their length says (POSIX, ustar).
        if is_without_content(kind) {
            (self.left, self.padding) = (0, 0);
        }
        let is_sparse = extension.is_sparse || kind.is_gnu_sparse();
        self.current = Some(Current { size: self.left, is_sparse });
        Ok(Some(Head { name: name::decode(&name), is, bytes: self.left }))
    }

    fn content(&mut self, current: &Current) -> Result<Data> {
        if current.is_sparse {
            return Err(damaged("is a sparse file, which imr does not read from a tar file"));
        }
        fits(current.size, &self.limits)?;
        Ok(match &self.input {
            Input::Range(source, _) => Data::Part(Part {
                source: source.clone(),
                start: self.at,
                packed: current.size,
                packing: Packing::Stored,
                size: Some(current.size),
                crc: None,
                has_header: false,
            }),
            Input::Stream(_) => Data::Bytes(self.take().inspect_err(|_| self.broken = true)?),
        })
    }
}

fn is_extension(kind: EntryType) -> bool {
    matches!(kind, EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader)
}

fn is_without_content(kind: EntryType) -> bool {
    matches!(
        kind,
        EntryType::Directory
            | EntryType::Symlink
            | EntryType::Link
            | EntryType::Char
            | EntryType::Block
            | EntryType::Fifo
    )
}

fn read_pax(records: &[u8], extension: &mut Extension) {
    for record in PaxExtensions::new(records).flatten() {
        match record.key_bytes() {
            b"path" => extension.name = Some(record.value_bytes().to_vec()),
            b"size" => extension.size = record.value().ok().and_then(|size| size.parse().ok()),
            key => extension.is_sparse |= key.starts_with(b"GNU.sparse."),
        }
    }
}

impl Shape for Tar {
    fn next(&mut self) -> Option<Result<Head>> {
        if self.broken {
            return Some(Err(self.cut()));
        }
        self.entry().transpose()
    }

    fn data(&mut self) -> Data {
        let Some(current) = self.current.take() else { return Data::Bytes(Vec::new()) };
        self.content(&current).unwrap_or_else(Data::Fault)
    }
}
