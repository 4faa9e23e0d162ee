//! Zip files by their directory: APPNOTE.TXT 6.3.10 of PKWARE.
//!
//! The crate zip keeps all entries in memory by their names, or hands them out under a borrow that an iterator cannot
//! hold. Here the directory is read as it goes, of any length, with entries of equal names kept apart; the tests
//! compare both.

use std::io::{self, Read, Seek, SeekFrom};

use super::fields::{LOCAL, LOCAL_BYTES, u16_at, u32_at, u64_at};
use super::limits::{Limits, damaged, fault};
use super::name;
use super::part::{Packing, Part};
use super::source::{Reader, Source};
use super::{Data, Head, Is, Shape};
use crate::error::{Error, ErrorKind, Result};

const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const END64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR64: &[u8; 4] = b"PK\x06\x07";
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
const END64_BYTES: usize = 56;
const LOCATOR64_BYTES: usize = 20;
/// Field of the flags: the entry wants a password.
const ENCRYPTED: u16 = 1;

/// Whether a file begins with an entry, as zip files do.
pub(super) fn begins(source: &Source) -> bool {
    source.read_at(0, LOCAL.len()).is_ok_and(|bytes| bytes == LOCAL)
}

/// What one entry is and where, out of a directory or a local header.
pub(super) struct Entry {
    pub(super) flags: u16,
    method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    start: u64,
    mode: u32,
    pub(super) name: String,
}

impl Entry {
    /// The entry of a header, whose fields stand at `fields` in the order of APPNOTE 4.3.7, beginning with the flags.
    pub(super) fn new(fields: &[u8], name: &[u8], extra: &[u8]) -> Self {
        let mut entry = Self {
            flags: u16_at(fields, 0),
            method: u16_at(fields, 2),
            crc: u32_at(fields, 8),
            packed: u32_at(fields, 12).into(),
            size: u32_at(fields, 16).into(),
            start: 0,
            mode: 0,
            name: name::decode(name),
        };
        entry.read_extra(extra, name);
        entry
    }

    /// Lengths of more than 32 bits, and names in Unicode (APPNOTE 4.5.3 and 4.6.9).
    fn read_extra(&mut self, mut extra: &[u8], name: &[u8]) {
        while let Some((head, rest)) = extra.split_at_checked(4) {
            let len = usize::from(u16_at(head, 2)).min(rest.len());
            let (field, rest) = rest.split_at(len);
            match u16_at(head, 0) {
                0x0001 => {
                    let mut at = 0;
                    for value in [&mut self.size, &mut self.packed, &mut self.start] {
                        if *value == u64::from(u32::MAX) && at + 8 <= field.len() {
                            *value = u64_at(field, at);
                            at += 8;
                        }
                    }
                }
                0x7075 if field.len() > 5 && field[0] == 1 => {
                    let mut crc = flate2::Crc::new();
                    crc.update(name);
                    if crc.sum() == u32_at(field, 1) {
                        self.name = name::decode(&field[5..]);
                    }
                }
                _ => {}
            }
            extra = rest;
        }
    }

    pub(super) fn is(&self) -> Is {
        match self.mode & 0o170_000 {
            _ if self.name.ends_with(['/', '\\']) => Is::Folder,
            0 | 0o100_000 => Is::File,
            0o040_000 => Is::Folder,
            0o120_000 => Is::Link,
            _ => Is::Special,
        }
    }

    /// How it is packed, where it can be read at all.
    pub(super) fn packing(&self) -> Result<Packing> {
        if self.flags & ENCRYPTED != 0 {
            return Err(Error::new(ErrorKind::ContainerEncrypted, "is encrypted and wants a password")
                .with_hint("unpack it with its password, and index what comes out"));
        }
        match self.method {
            0 => Ok(Packing::Stored),
            8 => Ok(Packing::Deflate),
            93 => Ok(Packing::Zstd),
            method => Err(damaged(&format!("is packed by method {method}, which imr cannot unpack"))),
        }
    }
}

/// A zip file, entry after entry of its directory.
pub(super) struct Directory {
    source: Source,
    reader: Reader,
    /// Where the directory ends.
    end: u64,
    /// Where the zip file begins, which other bytes may precede.
    base: u64,
    /// How many entries there should be, as far as the end record tells.
    count: Count,
    read: u64,
    packed: u64,
    current: Option<Entry>,
    limits: Limits,
}

/// A number of entries, or its last 16 bits.
enum Count {
    All(u64),
    Low(u16),
}

impl Directory {
    /// Finds the directory of a zip file.
    pub(super) fn open(source: &Source, limits: &Limits) -> Result<Self> {
        let missing = || damaged("is no zip file, or only the beginning of one: its directory is missing");
        let tail_at = source.len().saturating_sub((END_BYTES + usize::from(u16::MAX)) as u64);
        let tail = source.read_at(tail_at, END_BYTES + usize::from(u16::MAX)).map_err(fault)?;
        let ends = memchr::memmem::rfind_iter(&tail, END);
        let at = ends
            .filter(|at| tail.len() >= at + END_BYTES)
            .find(|at| tail.len() >= at + END_BYTES + usize::from(u16_at(&tail, at + 20)))
            .ok_or_else(missing)?;
        let record = &tail[at..];
        let mut end = tail_at + at as u64;
        let (mut size, mut offset) = (u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
        let mut count = Count::Low(u16_at(record, 10));
        if u16_at(record, 4) != u16_at(record, 6) && u16_at(record, 4) != u16::MAX {
            return Err(damaged("is one part of a zip file in several parts").with_hint("join the parts first"));
        }
        if let Some((place, record)) = end64(source, end)? {
            end = place;
            (count, size, offset) = (Count::All(u64_at(&record, 32)), u64_at(&record, 40), u64_at(&record, 48));
        }
        // Where other bytes precede the zip file, its offsets do not count them.
        let is_directory = |at: u64| size == 0 || source.read_at(at, 4).is_ok_and(|bytes| bytes == CENTRAL);
        let start = match end.checked_sub(size) {
            Some(start) if start >= offset && is_directory(start) => start,
            _ if offset <= end && is_directory(offset) => offset,
            _ => return Err(missing()),
        };
        let mut reader = source.reader();
        reader.seek(SeekFrom::Start(start)).map_err(fault)?;
        let end = start + size.min(end - start);
        let base = start - offset;
        Ok(Self {
            source: source.clone(),
            reader,
            end,
            base,
            count,
            read: 0,
            packed: 0,
            current: None,
            limits: *limits,
        })
    }

    /// How many entries it says that it has, as far as that tells.
    pub(super) fn count(&self) -> Option<u64> {
        match self.count {
            Count::All(count) => Some(count),
            Count::Low(count) => (count < u16::MAX).then_some(count.into()),
        }
    }

    /// The next entry; `None` at the end of the directory.
    fn entry(&mut self) -> io::Result<Option<Entry>> {
        let at = self.reader.stream_position()?;
        if at + CENTRAL_BYTES as u64 > self.end {
            return Ok(None);
        }
        let mut header = [0; CENTRAL_BYTES];
        self.reader.read_exact(&mut header)?;
        if !header.starts_with(CENTRAL) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(&header, at)));
        let mut both = vec![0; name + extra];
        self.reader.read_exact(&mut both)?;
        self.reader.seek(SeekFrom::Current(comment as i64))?;
        let (name, extra) = both.split_at(name);
        let mut entry = Entry::new(&header[8..], name, &[]);
        entry.start = u32_at(&header, 42).into();
        entry.read_extra(extra, name);
        entry.start = entry.start.saturating_add(self.base);
        // The upper half is the mode where a system of the Unix kind made the entry (APPNOTE 4.4.2).
        if matches!(header[5], 3 | 19) {
            entry.mode = u32_at(&header, 38) >> 16;
        }
        Ok(Some(entry))
    }

    fn is_whole(&self) -> bool {
        match self.count {
            Count::All(count) => count == self.read,
            // Writers without 64-bit records let the count wrap.
            Count::Low(count) => u64::from(count) == self.read & u64::from(u16::MAX),
        }
    }
}

/// The end record of zip files with long lengths, before the ordinary one at `end`, and its place.
fn end64(source: &Source, end: u64) -> Result<Option<(u64, Vec<u8>)>> {
    let Some(locator_at) = end.checked_sub(LOCATOR64_BYTES as u64) else { return Ok(None) };
    let locator = source.read_at(locator_at, LOCATOR64_BYTES).map_err(fault)?;
    if !locator.starts_with(LOCATOR64) {
        return Ok(None);
    }
    // The second place is that of a zip file which other bytes precede.
    for place in [u64_at(&locator, 8), locator_at.saturating_sub(END64_BYTES as u64)] {
        let record = source.read_at(place, END64_BYTES).map_err(fault)?;
        if place < locator_at && record.len() == END64_BYTES && record.starts_with(END64) {
            return Ok(Some((place, record)));
        }
    }
    Ok(None)
}

impl Shape for Directory {
    fn next(&mut self) -> Option<Result<Head>> {
        let damage = |read: u64| damaged(&format!("its directory is damaged behind entry {read}"));
        let entry = match self.entry() {
            Ok(Some(entry)) => entry,
            Ok(None) if self.is_whole() => return None,
            Ok(None) => return Some(Err(damage(self.read))),
            Err(error) if error.raw_os_error().is_some() => return Some(Err(fault(error))),
            Err(_) => return Some(Err(damage(self.read))),
        };
        self.read += 1;
        // Entries that share their bytes are how a small file becomes a large one.
        self.packed = self.packed.saturating_add(entry.packed).saturating_add(LOCAL_BYTES as u64);
        if self.packed > self.source.len() {
            let error = Error::new(ErrorKind::ContainerLimit, "its entries overlap, or are longer than itself");
            return Some(Err(error.with_hint("no archive of letters does this; is it a zip bomb?")));
        }
        let head = Head { name: entry.name.clone(), is: entry.is(), bytes: entry.size };
        self.current = Some(entry);
        Some(Ok(head))
    }

    fn data(&mut self) -> Data {
        let Some(entry) = self.current.take() else { return Data::Bytes(Vec::new()) };
        match entry.packing() {
            Err(error) => Data::Fault(error),
            Ok(_) if !self.limits.allows(entry.size, entry.packed) => {
                Data::Fault(Error::new(ErrorKind::ContainerLimit, "it unpacks to far more bytes than letters do"))
            }
            Ok(packing) => Data::Part(Part {
                source: self.source.clone(),
                start: entry.start,
                packed: entry.packed,
                packing,
                size: Some(entry.size),
                crc: Some(entry.crc),
                has_header: true,
            }),
        }
    }
}
