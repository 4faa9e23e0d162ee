//! Zip files in the order of their bytes: those that were cut off, and those within a compressed container.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::DeflateDecoder;

use super::fields::{LOCAL_BYTES, u32_at};
use super::limits::{Limits, damaged, fault};
use super::part::{Packing, Stream, fits, read_within, skip, unpack};
use super::zip::Entry;
use super::{Data, Head, Shape};
use crate::error::{Error, ErrorKind, Result};

/// Field of the flags: lengths and checksum follow the content.
const LATER: u16 = 8;

/// A zip file, entry after entry.
pub(super) struct InOrder {
    input: BufReader<Stream>,
    current: Option<Entry>,
    /// What to say at the end: why the directory is not used, if it should have been.
    verdict: Option<Error>,
    /// Why nothing more can be read.
    broken: Option<Error>,
    read: u64,
    limits: Limits,
}

impl InOrder {
    pub(super) fn new(input: Stream, verdict: Option<Error>, limits: &Limits) -> Self {
        let input = BufReader::with_capacity(64 << 10, input);
        Self { input, current: None, verdict, broken: None, read: 0, limits: *limits }
    }

    fn cut(&self) -> Error {
        damaged(&format!("breaks off behind entry {}", self.read))
    }

    fn header(&mut self) -> Result<Option<Entry>> {
        let mut header = [0; LOCAL_BYTES];
        self.input.read_exact(&mut header[..4]).map_err(|_| self.cut())?;
        match &header[..4] {
            b"PK\x03\x04" => {}
            // The directory, its end, or what stands before them.
            b"PK\x01\x02" | b"PK\x05\x06" | b"PK\x06\x06" | b"PK\x06\x08" => return Ok(None),
            _ => return Err(self.cut()),
        }
        self.input.read_exact(&mut header[4..]).map_err(|_| self.cut())?;
        let [name, extra] = [26, 28].map(|at| usize::from(u16::from_le_bytes([header[at], header[at + 1]])));
        let mut both = vec![0; name + extra];
        self.input.read_exact(&mut both).map_err(|_| self.cut())?;
        let (name, extra) = both.split_at(name);
        Ok(Some(Entry::new(&header[6..], name, extra)))
    }

    /// Reads the content of the current entry, and keeps it or not. Errors that leave the place of the next entry
    /// unknown are kept for the next call, too.
    fn content(&mut self, entry: &Entry, keep: bool) -> Result<Vec<u8>> {
        let packing = entry.packing();
        if entry.flags & LATER == 0 {
            let limits = self.limits;
            let readable = packing.and_then(|packing| fits(entry.size, &limits).map(|()| packing));
            let packing = match (readable, keep) {
                (Ok(packing), true) => packing,
                (readable, _) => {
                    self.pass(entry.packed);
                    return readable.map(|_| Vec::new());
                }
            };
            // The packed bytes are taken first, so that the next entry is found whatever these hold.
            let packed = read_within((&mut self.input).take(entry.packed), Some(entry.packed), limits.entry_bytes);
            let packed = packed.inspect_err(|_| self.broken = Some(self.cut()))?;
            if packed.len() as u64 != entry.packed {
                self.broken = Some(self.cut());
                return Err(damaged("breaks off before its end"));
            }
            let bytes =
                read_within(unpack(packing, io::Cursor::new(packed), &limits)?, Some(entry.size), limits.entry_bytes)?;
            return checked(bytes, entry.size, entry.crc);
        }
        match packing {
            Ok(Packing::Deflate) => self.inflate(keep),
            packing => {
                self.broken = Some(damaged(&format!("the length of entry {} is nowhere told", self.read)));
                packing.and_then(|_| Err(damaged("its length is nowhere told")))
            }
        }
    }

    /// Moves behind packed bytes.
    fn pass(&mut self, bytes: u64) {
        match skip(&mut self.input, bytes) {
            Ok(passed) if passed == bytes => {}
            Ok(_) => self.broken = Some(self.cut()),
            Err(error) => self.broken = Some(fault(error)),
        }
    }

    /// Unpacks content that ends where its own format says, with its lengths and checksum behind it.
    fn inflate(&mut self, keep: bool) -> Result<Vec<u8>> {
        let limits = self.limits;
        let mut decoder = DeflateDecoder::new(&mut self.input);
        let (mut bytes, mut crc, mut chunk) = (Vec::new(), flate2::Crc::new(), vec![0; 32 << 10]);
        let ended = loop {
            match decoder.read(&mut chunk) {
                Ok(0) => break Ok(()),
                Ok(read) => {
                    crc.update(&chunk[..read]);
                    if keep && decoder.total_out() <= limits.entry_bytes {
                        bytes.extend_from_slice(&chunk[..read]);
                    }
                    if !limits.allows(decoder.total_out(), decoder.total_in()) {
                        let fact = "it unpacks to far more bytes than letters do";
                        break Err(Error::new(ErrorKind::ContainerLimit, fact));
                    }
                }
                Err(error) => break Err(fault(error)),
            }
        };
        let (packed, size) = (decoder.total_in(), decoder.total_out());
        let ended = ended.and_then(|()| self.descriptor(packed, size).map_err(fault));
        let stated = ended.inspect_err(|_| self.broken = Some(self.cut()))?;
        if !keep {
            return Ok(Vec::new());
        }
        fits(size, &limits)?;
        match stated == crc.sum() {
            true => Ok(bytes),
            false => Err(damaged("does not match its checksum")),
        }
    }

    /// The checksum that follows content of these lengths (APPNOTE 4.3.9).
    fn descriptor(&mut self, packed: u64, size: u64) -> io::Result<u32> {
        let mut fields = [0; 20];
        self.input.read_exact(&mut fields[..4])?;
        if fields.starts_with(b"PK\x07\x08") {
            self.input.read_exact(&mut fields[..4])?;
        }
        self.input.read_exact(&mut fields[4..12])?;
        // Both lengths have 32 or 64 bits, which only they themselves tell.
        let is_short = u64::from(u32_at(&fields, 4)) == packed & 0xffff_ffff
            && u64::from(u32_at(&fields, 8)) == size & 0xffff_ffff
            && (size != 0 || self.input.fill_buf()?.starts_with(b"PK"));
        if !is_short {
            self.input.read_exact(&mut fields[12..])?;
        }
        Ok(u32_at(&fields, 0))
    }
}

fn checked(bytes: Vec<u8>, size: u64, crc: u32) -> Result<Vec<u8>> {
    let mut sum = flate2::Crc::new();
    sum.update(&bytes);
    match (bytes.len() as u64 == size, sum.sum() == crc) {
        (true, true) => Ok(bytes),
        (false, _) => Err(damaged("has another length than its container says")),
        (true, false) => Err(damaged("does not match its checksum")),
    }
}

impl Shape for InOrder {
    fn next(&mut self) -> Option<Result<Head>> {
        if let Some(entry) = self.current.take() {
            // What is wrong with an entry that nobody wants is nobody's concern, unless the next cannot be found.
            let _ = self.content(&entry, false);
        }
        let verdict = |this: &mut Self, error: Option<Error>| this.verdict.take().or(error).map(Err);
        if let Some(error) = self.broken.take() {
            return verdict(self, Some(error));
        }
        match self.header() {
            Ok(Some(entry)) => {
                self.read += 1;
                let head = Head { name: entry.name.clone(), is: entry.is(), bytes: entry.size };
                self.current = Some(entry);
                Some(Ok(head))
            }
            Ok(None) => verdict(self, None),
            Err(error) => verdict(self, Some(error)),
        }
    }

    fn data(&mut self) -> Data {
        let Some(entry) = self.current.take() else { return Data::Bytes(Vec::new()) };
        match self.content(&entry, true) {
            Ok(bytes) => Data::Bytes(bytes),
            Err(error) => Data::Fault(error),
        }
    }
}
