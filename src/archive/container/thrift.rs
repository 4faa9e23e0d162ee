//! Structures of Thrift in the compact protocol, as far as they have to be gone over before they are believed; see
//! `thrift-compact-protocol.md` of Thrift's specification, and `parquet.thrift` of Parquet's.

use std::io::{self, Read};

use parquet::errors::{ParquetError, Result};

use super::limits::Beyond;

/// The kinds of values, by their numbers in the protocol. A flag of a structure is its kind.
pub(super) const TRUE: u8 = 1;
pub(super) const FALSE: u8 = 2;
pub(super) const BYTE: u8 = 3;
pub(super) const I16: u8 = 4;
pub(super) const I32: u8 = 5;
pub(super) const I64: u8 = 6;
pub(super) const DOUBLE: u8 = 7;
pub(super) const BINARY: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const SET: u8 = 10;
pub(super) const STRUCT: u8 = 12;

/// The error of a structure that is none.
pub(super) fn damaged() -> ParquetError {
    ParquetError::General("what it tells of its contents is damaged".to_owned())
}

/// The kind of the next field, whose number is put into `field`; `None` at the end of the structure.
pub(super) fn next_field(input: &mut impl Read, field: &mut i16) -> Result<Option<u8>> {
    let head = byte(input)?;
    if head & 0xf == 0 {
        return Ok(None);
    }
    // A number that does not fit is another one to who cuts it.
    *field = match i16::from(head >> 4) {
        0 => i16::try_from(number(input)?).map_err(|_| damaged())?,
        further => field.checked_add(further).ok_or_else(damaged)?,
    };
    Ok(Some(head & 0xf))
}

/// The kind of the items of a list, and how many they are.
pub(super) fn list(input: &mut impl Read) -> Result<(u8, u64)> {
    let head = byte(input)?;
    Ok((head & 0xf, if head >> 4 == 15 { varint(input)? } else { u64::from(head >> 4) }))
}

/// Passes over a value, of which structures lie no deeper within each other, and no list has more items, than so many.
pub(super) fn skip(input: &mut impl Read, kind: u8, depth: usize, items: u64) -> Result<()> {
    let depth = depth.checked_sub(1).ok_or_else(damaged)?;
    match kind {
        TRUE | FALSE => Ok(()),
        BYTE => byte(input).map(drop),
        I16 | I32 | I64 => varint(input).map(drop),
        DOUBLE => pass(input, 8),
        BINARY => {
            let length = varint(input)?;
            pass(input, length)
        }
        LIST | SET => {
            let (kind, there) = list(input)?;
            if there > items {
                return Err(Beyond(format!("it has a list of {there} items, and {items} is the limit")).into());
            }
            // Flags of a list are a byte each, which some readers pass over without any, so that what follows is something else
            // to them. Neither a footer nor the head of a page has such a list.
            if matches!(kind, TRUE | FALSE) {
                return Err(damaged());
            }
            // The end of the input ends what claims more than there is.
            (0..there).try_for_each(|_| skip(input, kind, depth, items))
        }
        STRUCT => {
            let mut field = 0;
            while let Some(kind) = next_field(input, &mut field)? {
                skip(input, kind, depth, items)?;
            }
            Ok(())
        }
        _ => Err(damaged()),
    }
}

/// A number with a sign.
pub(super) fn number(input: &mut impl Read) -> Result<i64> {
    let value = varint(input)?;
    Ok((value >> 1) as i64 ^ -((value & 1) as i64))
}

fn byte(input: &mut impl Read) -> Result<u8> {
    let mut byte = [0];
    input.read_exact(&mut byte).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged(),
        _ => error.into(),
    })?;
    Ok(byte[0])
}

fn pass(input: &mut impl Read, bytes: u64) -> Result<()> {
    match io::copy(&mut input.take(bytes), &mut io::sink())? == bytes {
        true => Ok(()),
        false => Err(damaged()),
    }
}

fn varint(input: &mut impl Read) -> Result<u64> {
    let mut value = 0;
    for place in 0..10 {
        let next = byte(input)?;
        value |= u64::from(next & 0x7f) << (7 * place);
        if next & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(damaged())
}
