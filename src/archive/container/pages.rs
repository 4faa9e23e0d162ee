//! What the pages of a Parquet file may unpack to, told before they are unpacked, and how large the rows in them will be.
//!
//! A few bytes of Parquet can stand for any number of values: a run of references to one text of a dictionary, or of nulls.
//! So a row group is gone over once without putting its rows together. Texts are shared with their page meanwhile.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length, RowGroupReader};
use parquet::record::Field;

use super::footer::TAIL_BYTES;
use super::limits::{Beyond, Limits, Swollen};
use super::source::{Reader, Source};
use super::thrift;

/// The most bytes of a page's header. Statistics of long texts are in it.
const HEADER_BYTES: u64 = 1 << 20;

/// How deep the structures of a header lie within each other, at most; those that are written, two.
const HEADER_DEPTH: usize = 8;

/// A file whose pages are not read where they would unpack to more than they may. The crate asks for a reader where a
/// header or the footer begins, and for bytes where it knows how many they are.
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

fn swollen() -> ParquetError {
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

/// Refuses a row group of which a row would be larger than an entry may be, or that has more rows than a container may
/// have entries. `first` is the number of its first row.
///
/// # Errors
/// [`Swollen`] in an [`ParquetError::External`], and what is wrong with the pages.
pub(super) fn check(group: &dyn RowGroupReader, first: u64, limits: &Limits) -> Result<()> {
    let rows = u64::try_from(group.metadata().num_rows()).map_err(|_| swollen())?;
    if rows > limits.entries {
        return Err(swollen());
    }
    // Each row's size so far, column by column.
    let mut sizes = vec![0; usize::try_from(rows)?];
    let schema = group.metadata().schema_descr_ptr();
    for column in 0..group.num_columns() {
        let taken = Arc::new(AtomicU64::new(0));
        let pages = Pages { inner: group.get_column_page_reader(column)?, taken: Arc::clone(&taken), limits: *limits };
        let described = schema.column(column);
        // What stands in a row for each value: the value, and the names on the way to it.
        let each = described.path().parts().iter().map(String::len).sum::<usize>() + size_of::<(String, Field)>();
        let mut sums = Sums { sizes: &mut sizes, each: each as u64, first, taken, limits: *limits };
        match get_column_reader(described, Box::new(pages)) {
            ColumnReader::BoolColumnReader(reader) => sums.add(reader, |_| 0)?,
            ColumnReader::Int32ColumnReader(reader) => sums.add(reader, |_| 0)?,
            ColumnReader::Int64ColumnReader(reader) => sums.add(reader, |_| 0)?,
            ColumnReader::Int96ColumnReader(reader) => sums.add(reader, |_| 0)?,
            ColumnReader::FloatColumnReader(reader) => sums.add(reader, |_| 0)?,
            ColumnReader::DoubleColumnReader(reader) => sums.add(reader, |_| 0)?,
            ColumnReader::ByteArrayColumnReader(reader) => sums.add(reader, |text| text.len())?,
            ColumnReader::FixedLenByteArrayColumnReader(reader) => sums.add(reader, |text| text.len())?,
        }
    }
    Ok(())
}

/// Adds up what the rows of a group have in a column.
struct Sums<'a> {
    sizes: &'a mut [u64],
    each: u64,
    first: u64,
    /// How many values the pages had that the current row was read from.
    taken: Arc<AtomicU64>,
    limits: Limits,
}

impl Sums<'_> {
    fn add<T: DataType>(&mut self, mut reader: ColumnReaderImpl<T>, length: fn(&T::T) -> usize) -> Result<()> {
        let (mut row, mut values, mut defined, mut repeated) = (0, Vec::new(), Vec::new(), Vec::new());
        loop {
            values.clear();
            defined.clear();
            repeated.clear();
            self.taken.store(0, Ordering::Relaxed);
            let (rows, _, levels) = reader.read_records(1, Some(&mut defined), Some(&mut repeated), &mut values)?;
            if rows == 0 && levels == 0 {
                return Ok(());
            }
            if levels > 0 {
                let texts: u64 = values.iter().map(|value| length(value) as u64).sum();
                let size = self
                    .sizes
                    .get_mut(row)
                    .ok_or_else(|| ParquetError::General("a column has more rows than its row group".to_owned()))?;
                *size = size.saturating_add(texts).saturating_add(self.each.saturating_mul(levels as u64));
                if *size > self.limits.entry_bytes {
                    let (row, most) = (self.first + row as u64, self.limits.entry_bytes >> 20);
                    return Err(Beyond(format!("row {row} is larger than {most} MiB")).into());
                }
            }
            row += rows;
        }
    }
}

/// Pages whose values are no more, and no longer together, than can be read at once.
struct Pages {
    inner: Box<dyn PageReader>,
    taken: Arc<AtomicU64>,
    limits: Limits,
}

impl Pages {
    fn checked(&self, page: Option<Page>) -> Result<Option<Page>> {
        let Some(page) = page else { return Ok(None) };
        let values = u64::from(page.num_values());
        let taken = self.taken.fetch_add(values, Ordering::Relaxed).saturating_add(values);
        if taken > self.limits.entries {
            return Err(swollen());
        }
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
        let page = self.inner.get_next_page()?;
        self.checked(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.inner.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.inner.at_record_boundary()
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
            0x1c, 0x15, 0x02, 0x11, 0x18, 0x02, b'a', b'b', 0x19, 0x25, 0x02, 0x04, 0x19, 0x11, 0x01, 0x13, 0x07, 0x00,
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
            // Structures without end within each other, and a list longer than all that there is.
            &[0x15, 0x00, 0x15, 0x02, 0x15, 0x02, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c, 0x00],
            &[0x15, 0x00, 0x15, 0x02, 0x15, 0x02, 0x19, 0xf3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00],
        ] {
            assert!(page_lengths(&mut &*header).is_err(), "{header:02x?}");
        }
    }
}
