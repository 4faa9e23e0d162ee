//! Cursors: where a list of hits stopped, in letters that can be typed, so that the next goes on from there.
//!
//! A cursor tells the last hit by what it is, not by where the index keeps it, so it stays good when segments are merged
//! and letters come or go. It also tells which query and order it belongs to.

use super::Sort;
use super::group::By;
use super::order::Place;
use crate::error::{Error, ErrorKind, Result};
use crate::query::Expr;

/// The version of the form of cursors.
const VERSION: u8 = 1;

/// The place of a hit in an order of hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// By what hits are ordered.
    pub place: Place,
    /// The identity of the letter.
    pub letter: u64,
    /// The number of the issue.
    pub number: u64,
}

impl Cursor {
    /// The cursor in hexadecimal digits.
    pub fn print(&self, expr: &Expr, sort: &Sort, by: By) -> String {
        let mut bytes = self.letter.to_be_bytes().to_vec();
        bytes.extend(u32::try_from(self.number).unwrap_or(u32::MAX).to_be_bytes());
        match &self.place {
            Place::Missing => bytes.push(b'-'),
            Place::Number(number) => {
                bytes.push(b'n');
                bytes.extend(number.to_be_bytes());
            }
            Place::Text(value) => {
                bytes.push(b't');
                bytes.extend(value.as_bytes());
            }
        }
        seal(VERSION, whose(expr, sort, by), &bytes)
    }

    /// Reads a cursor of this query and order.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for what is no cursor, or is one of another query or order.
    pub fn parse(text: &str, expr: &Expr, sort: &Sort, by: By) -> Result<Self> {
        let (cursor, of) = read(text.trim()).ok_or_else(|| {
            Error::new(ErrorKind::Usage, "the cursor is none, or part of one").with_hint(
                "a cursor is copied whole from `next` in `--format json`, or from the note on what comes after the hits",
            )
        })?;
        if of != whose(expr, sort, by) {
            return Err(Error::new(
                ErrorKind::Usage,
                "the cursor belongs to another query, filter or order, or to other groups",
            )
            .with_hint("a cursor goes on with the search that printed it; leave `--after` out to begin another"));
        }
        Ok(cursor)
    }
}

/// A cursor, and whose it is.
fn read(text: &str) -> Option<(Cursor, [u8; 4])> {
    let (of, rest) = unseal(VERSION, text)?;
    let (letter, rest) = rest.split_first_chunk::<8>()?;
    let (number, rest) = rest.split_first_chunk::<4>()?;
    let place = match rest.split_first()? {
        (b'-', []) => Place::Missing,
        (b'n', number) => Place::Number(u64::from_be_bytes(number.try_into().ok()?)),
        (b't', value) => Place::Text(String::from_utf8(value.to_vec()).ok()?),
        _ => return None,
    };
    let (letter, number) = (u64::from_be_bytes(*letter), u64::from(u32::from_be_bytes(*number)));
    Some((Cursor { place, letter, number }, of))
}

/// A cursor in hexadecimal digits: what marks its kind, whose it is, what it tells, and a check of these.
pub fn seal(mark: u8, of: [u8; 4], told: &[u8]) -> String {
    let mut bytes = vec![mark];
    bytes.extend(of);
    bytes.extend(told);
    let check = hash(&bytes);
    bytes.extend(check);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whose a cursor of a kind is, and what it tells; `None` for what is none.
pub fn unseal(mark: u8, text: &str) -> Option<([u8; 4], Vec<u8>)> {
    let bytes = from_hex(text)?;
    let (rest, check) = bytes.split_last_chunk::<4>()?;
    let (found, told) = rest.split_first()?;
    let (of, told) = told.split_first_chunk::<4>()?;
    (hash(rest) == *check && *found == mark).then(|| (*of, told.to_vec()))
}

/// The bytes of hexadecimal digits.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// What tells a query, its order and its groups from others.
pub fn whose(expr: &Expr, sort: &Sort, by: By) -> [u8; 4] {
    hash(format!("{expr:?} {sort:?} {by:?}").as_bytes())
}

/// FNV-1a, folded to 32 bits (Fowler, Noll and Vo; RFC 9923): tells by accident changed bytes, and is the same everywhere.
fn hash(bytes: &[u8]) -> [u8; 4] {
    let all = hash_of(bytes);
    ((all >> 32) as u32 ^ all as u32).to_be_bytes()
}

/// The same before it is folded.
pub fn hash_of(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
