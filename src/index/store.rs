//! The store of a segment, which holds the records: looked at before tantivy reads it.
//!
//! tantivy 0.27 takes the numbers of a store as they are and asks for as much memory as they say: for the list of layers
//! of the index of blocks, for a block, for a value of a document. A damaged number then ends the process, which no
//! program can catch. So these numbers are compared here with what there is to read; all else that is damaged is an error
//! of tantivy's or a panic, both of which are caught.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::HasLen;
use tantivy::directory::error::OpenReadError;
use tantivy::directory::{FileHandle, OwnedBytes};
use zstd::zstd_safe::get_frame_content_size;

use super::document::MAX_DOCUMENT_BYTES;

/// The ending of the store's file.
pub const ENDING: &str = "store";
/// What ends every file of a segment: the length of the JSON before it, and the number of the format.
const TAIL: usize = 8;
/// What ends the store itself: version, where the index of blocks begins, compression, and 15 bytes for later use.
const FOOTER: usize = 28;
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=2;
/// Compressions by their numbers.
const PLAIN: u8 = 0;
const LZ4: u8 = 1;
const ZSTD: u8 = 4;
/// The index of blocks has a layer for each factor of eight, so this is more than a file can have.
const MOST_LAYERS: u64 = 32;
/// A block ends with the document that fills it, and JSON writes a byte of text as six at most.
const MOST_BLOCK_BYTES: u64 = 8 * MAX_DOCUMENT_BYTES;
/// How a value of bytes begins, behind the number of its field.
const BYTES: u8 = 4;

/// A file of a segment as it is handed to tantivy: as it is, or, of a store, with what is read of it looked at.
///
/// # Errors
/// For a store that cannot be read.
pub fn checked(path: &Path, file: Arc<dyn FileHandle>) -> Result<Arc<dyn FileHandle>, OpenReadError> {
    if path.extension().is_none_or(|ending| ending != ENDING) {
        return Ok(file);
    }
    // What is shown of an error is its cause, so that names the file.
    let named = |error: io::Error| match error.kind() {
        io::ErrorKind::InvalidData => damaged(&format!("`{}`: {error}", path.display())),
        _ => error,
    };
    let layout = Layout::of(file.as_ref()).map_err(|e| OpenReadError::wrap_io_error(named(e), path.to_path_buf()))?;
    Ok(match layout {
        Some(layout) => Arc::new(Store { path: path.to_path_buf(), file, layout }),
        // tantivy itself says what is wrong with the end of a file.
        None => file,
    })
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Where the blocks of a store are, and how they are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    blocks: usize,
    compression: u8,
}

impl Layout {
    /// The layout of a file that ends as one of a segment does.
    fn of(file: &dyn FileHandle) -> io::Result<Option<Self>> {
        let Some(tail) = file.len().checked_sub(TAIL) else { return Ok(None) };
        let json = u32_at(&file.read_bytes(tail..tail + 4)?).unwrap_or(u32::MAX) as usize;
        let Some(end) = tail.checked_sub(json) else { return Ok(None) };
        let start = end.checked_sub(FOOTER).ok_or_else(|| damaged("the store is shorter than what ends it"))?;
        let footer = file.read_bytes(start..end)?;
        let (version, rest) = footer.split_at(4);
        let (offset, rest) = rest.split_at(8);
        let is_known = u32_at(version).is_some_and(|version| VERSIONS.contains(&version));
        let compression = rest.first().copied().filter(|id| [PLAIN, LZ4, ZSTD].contains(id));
        let Some(compression) = compression.filter(|_| is_known) else {
            return Err(damaged("the store is of an unknown version or compression"));
        };
        let blocks = u64_at(offset).and_then(|offset| usize::try_from(offset).ok()).filter(|offset| *offset <= start);
        let blocks = blocks.ok_or_else(|| damaged("the index of the store's blocks lies outside of it"))?;
        check_layers(&file.read_bytes(blocks..start)?)?;
        Ok(Some(Self { blocks, compression }))
    }
}

/// Looks at the head of the index of blocks: how many layers it has, and where each ends.
fn check_layers(mut index: &[u8]) -> io::Result<()> {
    let wrong = || damaged("the index of the store's blocks is damaged");
    let count = number(&mut index).filter(|count| *count <= MOST_LAYERS).ok_or_else(wrong)?;
    let mut ends = Vec::new();
    for _ in 0..count {
        ends.push(number(&mut index).ok_or_else(wrong)?);
    }
    let is_within = ends.last().is_none_or(|end| *end <= index.len() as u64);
    if ends.is_sorted() && is_within { Ok(()) } else { Err(wrong()) }
}

fn u32_at(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.first_chunk()?))
}

fn u64_at(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.first_chunk()?))
}

/// The number at the beginning, in groups of seven bits, the lowest first; the last group has its high bit set.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    number_in_sevens(bytes, |byte| byte & 0x80 != 0)
}

/// The number at the beginning, in groups of seven bits, the lowest first, up to the byte that is the last; `None` for what
/// ends before or is more than 64 bits.
pub fn number_in_sevens(bytes: &mut &[u8], is_last: fn(u8) -> bool) -> Option<u64> {
    let (mut number, mut shift) = (0u64, 0);
    loop {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        let group = u64::from(first & 0x7f);
        if shift > 63 || group << shift >> shift != group {
            return None;
        }
        number |= group << shift;
        if is_last(*first) {
            return Some(number);
        }
        shift += 7;
    }
}

/// The file of a store.
#[derive(Debug)]
struct Store {
    path: PathBuf,
    file: Arc<dyn FileHandle>,
    layout: Layout,
}

impl HasLen for Store {
    fn len(&self) -> usize {
        self.file.len()
    }
}

impl FileHandle for Store {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let is_block = range.start < range.end && range.end <= self.layout.blocks;
        let bytes = self.file.read_bytes(range)?;
        if is_block && !is_plausible(&bytes, self.layout.compression) {
            return Err(damaged(&format!("`{}`: a block is damaged", self.path.display())));
        }
        Ok(bytes)
    }
}

/// Whether a compressed block is as long as it says, as far as can be told without unpacking it.
fn is_plausible(block: &[u8], compression: u8) -> bool {
    let Some(bytes) = u32_at(block).map(u64::from) else { return compression == PLAIN };
    match compression {
        PLAIN => true,
        LZ4 => bytes <= MOST_BLOCK_BYTES,
        // It says so twice.
        _ => bytes <= MOST_BLOCK_BYTES && get_frame_content_size(&block[4..]).is_ok_and(|size| size == Some(bytes)),
    }
}

/// The values of a stored document by the numbers of their fields; all of them are bytes. `None` where it is damaged.
pub fn values(mut document: &[u8]) -> Option<Vec<(u32, &[u8])>> {
    let count = number(&mut document)?;
    let mut values = Vec::new();
    for _ in 0..count {
        let (field, rest) = document.split_at_checked(4)?;
        let (kind, mut rest) = rest.split_first()?;
        let length = usize::try_from(number(&mut rest)?).ok()?;
        let (value, rest) = rest.split_at_checked(length)?;
        if *kind != BYTES {
            return None;
        }
        values.push((u32_at(field)?, value));
        document = rest;
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_groups_of_seven_bits() {
        for (mut bytes, expected) in [
            (&[0x80][..], Some(0)),
            (&[0xff, 7], Some(127)),
            (&[0, 0x81], Some(128)),
            (&[0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x81], Some(u64::MAX)),
            (&[0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x82], None),
            (&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80], None),
            (&[0x7f], None),
            (&[], None),
        ] {
            assert_eq!(number(&mut bytes), expected, "{bytes:x?}");
        }
    }

    #[test]
    fn values_end_within_their_document() {
        let whole = [0x82, 7, 0, 0, 0, BYTES, 0x82, b'a', b'b', 9, 0, 0, 0, BYTES, 0x80];
        assert_eq!(values(&whole), Some(vec![(7, &b"ab"[..]), (9, &b""[..])]));
        assert!((0..whole.len()).all(|cut| values(&whole[..cut]).is_none()));
        for (at, byte) in [(0, 0x83), (5, 0), (6, 0x7f), (6, 0xff), (14, 0x81)] {
            let mut damaged = whole;
            damaged[at] = byte;
            assert_eq!(values(&damaged), None, "{at}");
        }
    }

    #[test]
    fn layers_lie_one_behind_the_other_in_the_index() {
        for (index, is_good) in [
            (&[0x80][..], true),
            (&[0x82, 0x81, 0x83, 1, 2, 3], true),
            (&[0x82, 0x83, 0x81, 1, 2, 3], false),
            (&[0x82, 0x81, 0x84, 1, 2, 3], false),
            (&[0xa1, 0x80, 0x80], false),
            (&[0, 0, 0, 0, 0, 0, 0x81], false),
            (&[], false),
        ] {
            assert_eq!(check_layers(index).is_ok(), is_good, "{index:x?}");
        }
    }

    #[test]
    fn a_block_says_twice_how_long_it_is() {
        let mut block = 5000u32.to_le_bytes().to_vec();
        block.extend(zstd::bulk::compress(&[7; 5000], 3).unwrap());
        assert!(is_plausible(&block, ZSTD) && is_plausible(&block, LZ4));
        for at in 0..9 {
            let mut damaged = block.clone();
            damaged[at] ^= 0x40;
            assert!(!is_plausible(&damaged, ZSTD) || at == 8, "{at}");
        }
        assert!(!is_plausible(&u32::MAX.to_le_bytes(), LZ4) && !is_plausible(&[1, 2], LZ4));
    }
}
