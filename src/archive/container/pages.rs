//! What the pages of a Parquet file unpack to, told before they are unpacked.
//!
//! [`Checked`] looks at a header wherever the crate asks for a reader, and [`Pages`] sees to it that it does so at headers alone.

use std::io::{self, Read};

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use super::footer::TAIL_BYTES;
use super::limits::{Limits, Swollen};
use super::source::{Reader, Source};
use super::thrift;

/// The most bytes of a page's header. Statistics of long texts are in it.
const HEADER_BYTES: u64 = 1 << 20;

/// How deep the structures of a header lie within each other, at most; those that are written, two.
const HEADER_DEPTH: usize = 8;

/// A file whose pages are not read where they would unpack to more than they may. The crate asks for a reader where a
/// header or the footer begins, and for bytes where it knows how many they are; where it looked at the next page before, it
/// asks for a reader behind its header, which [`Pages`] does not let it do.
pub(super) struct Checked {
    source: Source,
    limits: Limits,
}

impl Checked {
    pub(super) fn new(source: Source, limits: &Limits) -> Self {
        Self { source, limits: *limits }
    }
}

impl Length for Checked {
    fn len(&self) -> u64 {
        self.source.len()
    }
}

impl ChunkReader for Checked {
    type T = Reader;

    fn get_read(&self, start: u64) -> Result<Reader> {
        let part = self.source.part(start, self.source.len().saturating_sub(start));
        let part = part.ok_or_else(|| ParquetError::EOF("begins behind its end".to_owned()))?;
        // No header of more than some thousand bytes unpacked fits into so few.
        if part.len() <= TAIL_BYTES {
            return Ok(part.reader());
        }
        let (unpacked, packed) = page_lengths(&mut part.reader().take(HEADER_BYTES))?;
        match unpacked <= self.limits.entry_bytes && self.limits.allows(unpacked, packed) {
            true => Ok(part.reader()),
            false => Err(swollen()),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.source.read_at(start, length)?;
        match bytes.len() == length {
            true => Ok(bytes.into()),
            false => Err(ParquetError::EOF("ends before it should".to_owned())),
        }
    }
}

pub(super) fn swollen() -> ParquetError {
    io::Error::other(Swollen).into()
}

/// How many bytes a page has unpacked, and packed. Its header is a structure of Thrift in the compact protocol; see
/// `parquet.thrift` of the format's specification.
fn page_lengths(header: &mut impl Read) -> Result<(u64, u64)> {
    const UNPACKED: i16 = 2;
    const PACKED: i16 = 3;
    let (mut field, mut lengths) = (0, [None; 2]);
    while let Some(kind) = thrift::next_field(header, &mut field)? {
        let place = match field {
            UNPACKED => 0,
            PACKED => 1,
            _ => {
                thrift::skip(header, kind, HEADER_DEPTH, u64::MAX)?;
                continue;
            }
        };
        // Of a length that is told twice, nobody says which counts.
        if kind != thrift::I32 || lengths[place].is_some() {
            return Err(thrift::damaged());
        }
        lengths[place] = Some(u64::try_from(thrift::number(header)?).map_err(|_| thrift::damaged())?);
    }
    match lengths {
        [Some(unpacked), Some(packed)] => Ok((unpacked, packed)),
        _ => Err(thrift::damaged()),
    }
}

/// The pages of a column in encodings in which a value is there as a whole. The next one is looked at by having it read.
pub(super) struct Pages {
    inner: Box<dyn PageReader>,
    /// What was looked at: a page, or that there is none.
    ahead: Option<Option<Page>>,
}

impl Pages {
    pub(super) fn new(inner: Box<dyn PageReader>) -> Self {
        Self { inner, ahead: None }
    }

    fn read(&mut self) -> Result<Option<Page>> {
        let Some(page) = self.inner.get_next_page()? else { return Ok(None) };
        match page.encoding() {
            Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY | Encoding::RLE => Ok(Some(page)),
            // Where a value is told by what it has in common with the one before, a byte stands for any length.
            other => {
                Err(ParquetError::NYI(format!("values in the encoding {other}; write them plain or by dictionary")))
            }
        }
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        match self.ahead.take() {
            Some(page) => Ok(page),
            None => self.read(),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        let page = match self.ahead.take() {
            Some(page) => page,
            None => self.read()?,
        };
        let page = self.ahead.insert(page).as_ref();
        Ok(page.map(|page| PageMetadata {
            num_rows: match page {
                Page::DataPageV2 { num_rows, .. } => Some(*num_rows as usize),
                Page::DataPage { .. } | Page::DictionaryPage { .. } => None,
            },
            num_levels: page.is_data_page().then(|| page.num_values() as usize),
            is_dict: page.is_dictionary_page(),
        }))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.get_next_page().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header with fields of every kind before, between and behind its lengths: the lengths are found, and each of its
    /// beginnings is none.
    #[test]
    fn the_lengths_of_a_page_are_found_among_what_else_its_header_has() {
        let header: &[u8] = &[
            0x15, 0x00, // 1: the kind of page
            0x15, 0x90, 0x4e, // 2: 5000 bytes unpacked
            0x15, 0xc8, 0x01, // 3: 100 bytes packed
            0x15, 0x01, // 4: a checksum
            0x1c, 0x15, 0x02, 0x11, 0x18, 0x02, b'a', b'b', 0x19, 0x25, 0x02, 0x04, 0x19, 0x13, 0x01, 0x13, 0x07, 0x00,
            0x00, // the end
        ];
        assert_eq!(page_lengths(&mut &*header).unwrap(), (5000, 100));
        for cut in 0..header.len() {
            assert!(page_lengths(&mut &header[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn headers_that_are_not_clear_are_none() {
        for header in [
            // A length comes again, as a later field and by its number.
            &[0x15, 0x00, 0x15, 0x02, 0x15, 0x02, 0x05, 0x04, 0x80, 0x10, 0x00][..],
            // One is below zero, of another kind, or not there.
            &[0x15, 0x00, 0x15, 0x01, 0x15, 0x02, 0x00],
            &[0x15, 0x00, 0x16, 0x02, 0x15, 0x02, 0x00],
            &[0x15, 0x00, 0x15, 0x02, 0x00],
            // Flags in a list, which some pass over without a byte for each.
            &[0x15, 0x00, 0x15, 0x02, 0x15, 0x02, 0x19, 0x11, 0x01, 0x00],
            // Structures without end within each other, and a list longer than all that there is.
            &[0x15, 0x00, 0x15, 0x02, 0x15, 0x02, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x00],
            &[0x15, 0x00, 0x15, 0x02, 0x15, 0x02, 0x19, 0xf3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00],
        ] {
            assert!(page_lengths(&mut &*header).is_err(), "{header:02x?}");
        }
    }
}
