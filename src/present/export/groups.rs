//! An export as Parquet: rows are gathered until they are enough for a row group, and written column by column.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use super::shred::{Column, Shape, Values};
use super::{Of, Row, Rows};

/// The message types. Their names are those of the records' JSON.
const LETTERS: &str = include_str!("../../../schema/export-letters.parquet.txt");
const ISSUES: &str = include_str!("../../../schema/export-issues.parquet.txt");

/// A row group is written when it has so many bytes in memory, or so many rows.
const MOST_BYTES: usize = 64 << 20;
const MOST_ROWS: usize = 1 << 17;

/// Columns whose values rarely come twice: a dictionary would be begun and given up for each row group.
const WITHOUT_DICTIONARY: [&str; 5] = ["digest", "path", "case_number", "clinical_summary", "text"];

/// A file of row groups.
pub struct Groups<W: Write + Send> {
    file: SerializedFileWriter<W>,
    shape: Shape,
    columns: Vec<Column>,
    bytes: usize,
    rows: usize,
}

impl<W: Write + Send> Groups<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// From the writer.
    pub fn begin(of: Of, out: W) -> io::Result<Self> {
        let message = parse_message_type(if of == Of::Letters { LETTERS } else { ISSUES }).map_err(io_error)?;
        let (shape, columns) = Shape::new(&message)?;
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // Of pages there are many; what ends the file is kept in memory.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_created_by(concat!("imr ", env!("CARGO_PKG_VERSION")).to_owned());
        for name in WITHOUT_DICTIONARY {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
        }
        let file = SerializedFileWriter::new(out, Arc::new(message), Arc::new(properties.build())).map_err(io_error)?;
        Ok(Self { file, shape, columns, bytes: 0, rows: 0 })
    }

    /// Writes the rows that were gathered.
    fn group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for Column { values, defined, repeated } in &self.columns {
            let Some(mut column) = group.next_column()? else { break };
            let levels = (defined.as_slice(), repeated.as_slice());
            match values {
                Values::Flags(values) => write::<BoolType>(&mut column, values, levels)?,
                Values::Numbers(values) | Values::Days(values) => write::<Int32Type>(&mut column, values, levels)?,
                Values::Long(values) => write::<Int64Type>(&mut column, values, levels)?,
                Values::Texts(values) => write::<ByteArrayType>(&mut column, values, levels)?,
            }
            column.close()?;
        }
        group.close()?;
        self.columns.iter_mut().for_each(Column::clear);
        (self.bytes, self.rows) = (0, 0);
        Ok(())
    }
}

fn write<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: &[T::T],
    (defined, repeated): (&[i16], &[i16]),
) -> Result<(), ParquetError> {
    // Where nothing is optional and nothing repeats, the levels are all 0 and not kept.
    column.typed::<T>().write_batch(values, Some(defined), Some(repeated)).map(|_| ())
}

impl<W: Write + Send> Rows for Groups<W> {
    fn write(&mut self, row: Row<'_>) -> io::Result<()> {
        self.bytes += self.shape.shred(&row.object()?, &mut self.columns)?;
        self.rows += 1;
        if self.bytes >= MOST_BYTES || self.rows >= MOST_ROWS {
            self.group().map_err(io_error)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.rows > 0 {
            self.group().map_err(io_error)?;
        }
        self.file.finish().map_err(io_error)?;
        self.file.inner_mut().flush()
    }
}

/// An error of writing as what it is: that nobody reads any more must stay recognisable.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    }
}
