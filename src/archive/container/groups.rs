//! The row groups of a Parquet file, and how large the rows in them will be, told before they are put together.
//!
//! A few bytes of Parquet can stand for any number of values: a run of references to one text of a dictionary, or of nulls.
//! So a row group is gone over once without putting its rows together. Texts are shared with their page meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::bloom_filter::Sbbf;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaData, ParquetStatisticsPolicy, RowGroupMetaData};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use super::footer;
use super::limits::{Beyond, Limits};
use super::pages::{Checked, Pages, swollen};
use super::source::Source;

/// A file of which every page was checked that is read, whoever reads it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Groups(Arc<SerializedFileReader<Checked>>);

impl Groups {
    /// Opens a file.
    ///
    /// # Errors
    /// What its footer is refused for, and what is wrong with it.
    pub(super) fn open(source: &Source, limits: &Limits) -> Result<Self> {
        footer::check(source)?;
        // Nobody asks what the least and the largest values are.
        let options = ReadOptionsBuilder::new()
            .with_column_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_encoding_stats_policy(ParquetStatisticsPolicy::SkipAll)
            .with_size_stats_policy(ParquetStatisticsPolicy::SkipAll);
        let file = SerializedFileReader::new_with_options(Checked::new(source.clone(), limits), options.build())?;
        Ok(Self(Arc::new(file)))
    }
}

impl FileReader for Groups {
    fn metadata(&self) -> &ParquetMetaData {
        self.0.metadata()
    }

    fn num_row_groups(&self) -> usize {
        self.0.num_row_groups()
    }

    fn get_row_group(&self, place: usize) -> Result<Box<dyn RowGroupReader + '_>> {
        Ok(Box::new(Group(self.0.get_row_group(place)?)))
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_file(projection, self)
    }
}

struct Group<'a>(Box<dyn RowGroupReader + 'a>);

impl RowGroupReader for Group<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.0.metadata()
    }

    fn num_columns(&self) -> usize {
        self.0.num_columns()
    }

    fn get_column_page_reader(&self, column: usize) -> Result<Box<dyn PageReader>> {
        Ok(Box::new(Pages::new(self.0.get_column_page_reader(column)?)))
    }

    fn get_column_bloom_filter(&self, column: usize) -> Option<&Sbbf> {
        self.0.get_column_bloom_filter(column)
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        RowIter::from_row_group(projection, self)
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
        let inner = group.get_column_page_reader(column)?;
        let pages = Taken { inner, taken: Arc::clone(&taken), limits: *limits };
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

/// Pages that have no more values than can be read at once.
struct Taken {
    inner: Box<dyn PageReader>,
    taken: Arc<AtomicU64>,
    limits: Limits,
}

impl Iterator for Taken {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Taken {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.inner.get_next_page()?;
        let values = page.as_ref().map_or(0, |page| u64::from(page.num_values()));
        let taken = self.taken.fetch_add(values, Ordering::Relaxed).saturating_add(values);
        if taken > self.limits.entries { Err(swollen()) } else { Ok(page) }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.inner.skip_next_page()
    }
}
