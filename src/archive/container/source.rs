//! Bytes that several threads read at once, each where it wants.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};

/// How many bytes are read ahead: the local header and the content of a short letter in one call.
const AHEAD: usize = 32 << 10;

/// A range of a file, or of bytes in memory. Cheap to clone; reading moves no shared position.
#[derive(Debug, Clone)]
pub(super) struct Source {
    place: Place,
    start: u64,
    len: u64,
}

#[derive(Debug, Clone)]
enum Place {
    File(Arc<File>),
    Memory(Arc<Vec<u8>>),
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let metadata = file.metadata().map_err(|e| Error::io(path, e))?;
        if !metadata.is_file() {
            return Err(Error::new(ErrorKind::Io, "is no file").with_path(path));
        }
        Ok(Self { place: Place::File(Arc::new(file)), start: 0, len: metadata.len() })
    }

    pub(super) fn memory(bytes: Vec<u8>) -> Self {
        let len = bytes.len() as u64;
        Self { place: Place::Memory(Arc::new(bytes)), start: 0, len }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn is_memory(&self) -> bool {
        matches!(self.place, Place::Memory(_))
    }

    /// A range of this one; `None` where it does not lie within.
    pub(super) fn part(&self, start: u64, len: u64) -> Option<Self> {
        let end = start.checked_add(len)?;
        (end <= self.len).then(|| Self { place: self.place.clone(), start: self.start + start, len })
    }

    pub(super) fn reader(&self) -> Reader {
        Reader { source: self.clone(), at: 0, ahead: Vec::new(), ahead_at: 0 }
    }

    /// Reads up to so many bytes at a place; fewer only at the end.
    pub(super) fn read_at(&self, at: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len.min(usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX))];
        let mut filled = 0;
        while filled < bytes.len() {
            match self.read_once(at + filled as u64, &mut bytes[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    fn read_once(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(at);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let (buffer, at) = (&mut buffer[..wanted], self.start + at);
        match &self.place {
            Place::Memory(bytes) => {
                let from = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                let read = from.len().min(buffer.len());
                buffer[..read].copy_from_slice(&from[..read]);
                Ok(read)
            }
            Place::File(file) => loop {
                match read_file(file, buffer, at) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    result => return result,
                }
            },
        }
    }
}

#[cfg(unix)]
fn read_file(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_file(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// Reads a source from its start, some bytes ahead; seeking within what was read ahead costs nothing.
#[derive(Debug)]
pub(super) struct Reader {
    source: Source,
    at: u64,
    ahead: Vec<u8>,
    ahead_at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let within = |r: &Self| {
            let skip = r.at.checked_sub(r.ahead_at).and_then(|skip| usize::try_from(skip).ok());
            skip.filter(|skip| *skip < r.ahead.len())
        };
        if within(self).is_none() {
            if buffer.len() >= AHEAD {
                let read = self.source.read_once(self.at, buffer)?;
                self.at += read as u64;
                return Ok(read);
            }
            self.ahead = self.source.read_at(self.at, AHEAD)?;
            self.ahead_at = self.at;
        }
        let Some(skip) = within(self) else { return Ok(0) };
        let from = &self.ahead[skip..];
        let read = from.len().min(buffer.len());
        buffer[..read].copy_from_slice(&from[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.source.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
