//! How large the footer of a Parquet file is, told before it is parsed.
//!
//! The crate puts the schema together by recursion, makes room for as many columns as an element of it claims, and keeps some
//! hundred bytes for each column of each row group, of which the footer may have a few. So the footer is gone over once before.
//! The crate goes by the numbers of fields and not by the kinds that they claim; where it would read what is not read here,
//! the kinds are held to.

use parquet::errors::{ParquetError, Result};

use super::limits::Beyond;
use super::source::{Reader, Source};
use super::thrift::{self, BINARY, BYTE, FALSE, I32, I64, LIST, STRUCT, TRUE};

/// The last bytes of a file: the length of the footer, and what tells a file of Parquet.
pub(super) const TAIL_BYTES: u64 = 8;
const TOLD: &[u8] = b"PAR1";

/// The most bytes of a footer.
const MOST_BYTES: u64 = 16 << 20;
/// The most elements of a schema, of which letters have some 120.
const MOST_ELEMENTS: u64 = 1 << 10;
/// How deep the elements of a schema lie within each other, at most; those of letters, 11.
const MOST_DEPTH: usize = 32;
/// The most columns of all row groups together. Where a row group has 64 MiB these are files of 64 GB.
const MOST_CHUNKS: u64 = 1 << 16;
/// How deep structures lie within each other below a row group, at most; those that are described, five.
const STRUCTURE_DEPTH: usize = 8;

/// Refuses a file whose footer would take more memory, or lies deeper within itself, than those of letters do. What is not
/// whole is left to who parses it.
///
/// # Errors
/// [`Beyond`] in a [`ParquetError::External`], and what is damaged.
pub(super) fn check(source: &Source) -> Result<()> {
    let Some(end) = source.len().checked_sub(TAIL_BYTES) else { return Ok(()) };
    let tail = source.read_at(end, TAIL_BYTES as usize)?;
    let Some((length, told)) = tail.split_first_chunk() else { return Ok(()) };
    let length = u64::from(u32::from_le_bytes(*length));
    let Some(footer) = end.checked_sub(length).and_then(|start| source.part(start, length)) else { return Ok(()) };
    if told != TOLD {
        return Ok(());
    }
    if length > MOST_BYTES {
        return Err(beyond("a footer", length >> 20, "MiB", MOST_BYTES >> 20));
    }
    file(&mut footer.reader())
}

fn beyond(what: &str, there: u64, of: &str, most: u64) -> ParquetError {
    Beyond(format!("it has {what} of {there} {of}, and {most} is the limit")).into()
}

/// `FileMetaData`
fn file(footer: &mut Reader) -> Result<()> {
    const KINDS: [u8; 9] = [I32, LIST, I64, LIST, LIST, BINARY, LIST, STRUCT, BINARY];
    const SCHEMA: i16 = 2;
    const ROW_GROUPS: i16 = 4;
    let (mut field, mut columns, mut seen) = (0, None, [false; KINDS.len()]);
    while let Some(kind) = thrift::next_field(footer, &mut field)? {
        let Some(place) = place(field).filter(|place| *place < KINDS.len()) else {
            thrift::skip(footer, kind, STRUCTURE_DEPTH, MOST_ELEMENTS)?;
            continue;
        };
        // Of what is told twice, nobody says which counts.
        if kind != KINDS[place] || std::mem::replace(&mut seen[place], true) {
            return Err(thrift::damaged());
        }
        match field {
            SCHEMA => columns = Some(schema(footer)?),
            ROW_GROUPS => row_groups(footer, columns.ok_or_else(thrift::damaged)?)?,
            _ => thrift::skip(footer, kind, STRUCTURE_DEPTH, MOST_ELEMENTS)?,
        }
    }
    Ok(())
}

/// Looks at a list of `SchemaElement`, which is a tree from its root; tells how many columns it has.
fn schema(footer: &mut Reader) -> Result<u64> {
    let (kind, elements) = thrift::list(footer)?;
    if elements > MOST_ELEMENTS {
        return Err(beyond("a schema", elements, "elements", MOST_ELEMENTS));
    }
    if kind != STRUCT && elements > 0 {
        return Err(thrift::damaged());
    }
    let mut columns = 0;
    // How many elements are still to come of those that are open.
    let mut open: Vec<u64> = Vec::new();
    for left in (0..elements).rev() {
        if let Some(rest) = open.last_mut() {
            *rest -= 1;
        }
        match element(footer)? {
            0 => columns += 1,
            children if children > left => return Err(thrift::damaged()),
            _ if open.len() == MOST_DEPTH => {
                let fact = format!("it has a schema nested deeper than {MOST_DEPTH} elements, which is the limit");
                return Err(Beyond(fact).into());
            }
            children => open.push(children),
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    Ok(columns)
}

/// `SchemaElement`: how many are below it.
fn element(footer: &mut Reader) -> Result<u64> {
    const KINDS: [u8; 10] = [I32, I32, I32, BINARY, I32, I32, I32, I32, I32, STRUCT];
    const CHILDREN: i16 = 5;
    const LOGICAL_TYPE: i16 = 10;
    let (mut field, mut children) = (0, None);
    while let Some(kind) = thrift::next_field(footer, &mut field)? {
        if !held(field, kind, &KINDS) {
            return Err(thrift::damaged());
        }
        match field {
            CHILDREN if children.is_some() => return Err(thrift::damaged()),
            CHILDREN => children = Some(u64::try_from(thrift::number(footer)?).map_err(|_| thrift::damaged())?),
            LOGICAL_TYPE => logical_type(footer)?,
            _ => thrift::skip(footer, kind, STRUCTURE_DEPTH, MOST_ELEMENTS)?,
        }
    }
    Ok(children.unwrap_or(0))
}

/// `LogicalType`, of which some have a structure with something in it.
fn logical_type(footer: &mut Reader) -> Result<()> {
    const DECIMAL: i16 = 5;
    const TIME: i16 = 7;
    const TIMESTAMP: i16 = 8;
    const INTEGER: i16 = 10;
    let mut variant = 0;
    while let Some(kind) = thrift::next_field(footer, &mut variant)? {
        let kinds: &[u8] = match variant {
            DECIMAL => &[I32, I32],
            TIME | TIMESTAMP => &[TRUE, STRUCT],
            INTEGER => &[BYTE, TRUE],
            _ => &[],
        };
        if kind != STRUCT {
            return Err(thrift::damaged());
        }
        let mut field = 0;
        while let Some(kind) = thrift::next_field(footer, &mut field)? {
            if !held(field, kind, kinds) {
                return Err(thrift::damaged());
            }
            // A unit of time is one of some structures without anything in them.
            thrift::skip(footer, kind, 3, 0)?;
        }
    }
    Ok(())
}

/// The place of a field in a list, by its number from 1.
fn place(field: i16) -> Option<usize> {
    usize::try_from(field.checked_sub(1)?).ok()
}

/// Whether a field is of the kind that it should be; the two values of a flag are one kind.
fn held(field: i16, kind: u8, kinds: &[u8]) -> bool {
    let expected = place(field).and_then(|place| kinds.get(place));
    expected == Some(&if kind == FALSE { TRUE } else { kind })
}

/// Looks at a list of `RowGroup`, each of which has all columns.
fn row_groups(footer: &mut Reader, columns: u64) -> Result<()> {
    let (_, groups) = thrift::list(footer)?;
    let chunks = groups.saturating_mul(columns.max(1));
    if chunks > MOST_CHUNKS {
        return Err(beyond("row groups", chunks, "columns together", MOST_CHUNKS));
    }
    (0..groups).try_for_each(|_| row_group(footer, columns))
}

/// `RowGroup`, which tells of each column once.
fn row_group(footer: &mut Reader, columns: u64) -> Result<()> {
    const COLUMNS: i16 = 1;
    let (mut field, mut is_told) = (0, false);
    while let Some(kind) = thrift::next_field(footer, &mut field)? {
        if field != COLUMNS {
            thrift::skip(footer, kind, STRUCTURE_DEPTH, MOST_ELEMENTS)?;
            continue;
        }
        if kind != LIST || std::mem::replace(&mut is_told, true) || thrift::list(footer)? != (STRUCT, columns) {
            return Err(thrift::damaged());
        }
        (0..columns).try_for_each(|_| thrift::skip(footer, STRUCT, STRUCTURE_DEPTH, MOST_ELEMENTS))?;
    }
    Ok(())
}
