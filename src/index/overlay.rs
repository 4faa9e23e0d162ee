//! A file as redb wants its storage, which is only read: what is written stays in memory.
//!
//! A run that was killed leaves a manifest that has to be repaired before it can be read. Whoever may not change the
//! index repairs it here.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

/// What is written is kept in blocks of this many bytes.
const BLOCK: u64 = 4096;

/// A file and the changes that it does not get.
#[derive(Debug)]
pub struct Overlay(Mutex<Changed>);

#[derive(Debug)]
struct Changed {
    file: File,
    /// How long the file is for redb, and how much of that is what is on disk.
    len: u64,
    on_disk: u64,
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// From the file system.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self(Mutex::new(Changed { file, len, on_disk: len, blocks: BTreeMap::new() })))
    }

    fn lock(&self) -> MutexGuard<'_, Changed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Changed {
    /// A block as it is now.
    fn block(&mut self, number: u64) -> io::Result<Vec<u8>> {
        if let Some(block) = self.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = Vec::with_capacity(BLOCK as usize);
        let start = number * BLOCK;
        if start < self.on_disk {
            self.file.seek(SeekFrom::Start(start))?;
            Read::by_ref(&mut self.file).take(BLOCK.min(self.on_disk - start)).read_to_end(&mut block)?;
        }
        block.resize(BLOCK as usize, 0);
        Ok(block)
    }

    /// Goes through the blocks that a range of bytes lies in: the number of each, the part of it, and the part of the range.
    fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, std::ops::Range<usize>, std::ops::Range<usize>)> {
        let end = offset + len as u64;
        (offset / BLOCK..end.div_ceil(BLOCK)).map(move |number| {
            let (from, to) = ((number * BLOCK).max(offset), ((number + 1) * BLOCK).min(end));
            let within = (from - number * BLOCK) as usize..(to - number * BLOCK) as usize;
            (number, within, (from - offset) as usize..(to - offset) as usize)
        })
    }
}

impl StorageBackend for Overlay {
    fn len(&self) -> Result<u64, io::Error> {
        Ok(self.lock().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        let mut changed = self.lock();
        if offset + out.len() as u64 > changed.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (number, within, of) in Changed::parts(offset, out.len()) {
            let block = changed.block(number)?;
            out[of].copy_from_slice(&block[within]);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        let mut changed = self.lock();
        changed.len = len;
        // What is cut off comes back as zeros.
        changed.on_disk = changed.on_disk.min(len);
        changed.blocks.retain(|number, _| number * BLOCK < len);
        if let Some(mut last) = changed.blocks.last_entry() {
            let kept = (len - last.key() * BLOCK).min(BLOCK) as usize;
            last.get_mut()[kept..].fill(0);
        }
        Ok(())
    }

    fn sync_data(&self) -> Result<(), io::Error> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        let mut changed = self.lock();
        for (number, within, of) in Changed::parts(offset, data.len()) {
            let mut block = changed.block(number)?;
            block[within].copy_from_slice(&data[of]);
            changed.blocks.insert(number, block);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_the_file_stays_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let content: Vec<u8> = (0..10_000u32).map(|n| n as u8).collect();
        std::fs::write(&path, &content).unwrap();
        let overlay = Overlay::open(&path).unwrap();
        let mut expected = content.clone();
        // Over the border of two blocks, and behind the end.
        for (at, len) in [(4_000usize, 300usize), (0, 4_096), (9_990, 10)] {
            overlay.write(at as u64, &vec![7; len]).unwrap();
            expected[at..at + len].fill(7);
        }
        let read = |len: usize| {
            let mut out = vec![1; len];
            overlay.read(0, &mut out).unwrap();
            out
        };
        assert_eq!(read(10_000), expected);
        assert!(overlay.read(9_999, &mut [0; 2]).is_err());
        // What is cut off and grows again is zeros, in what was written and what was not.
        overlay.set_len(9_995).unwrap();
        overlay.set_len(20_000).unwrap();
        expected.truncate(9_995);
        expected.resize(20_000, 0);
        assert_eq!((read(20_000), overlay.len().unwrap()), (expected, 20_000));
        assert_eq!(std::fs::read(&path).unwrap(), content);
    }
}
