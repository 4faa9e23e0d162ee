//! Numbers in the headers of zip files, and the local header, whose length only it knows.

use super::limits::{damaged, fault};
use super::source::Source;
use crate::error::Result;

/// What a local header begins with.
pub(super) const LOCAL: &[u8; 4] = b"PK\x03\x04";
/// Its bytes before name and extra fields.
pub(super) const LOCAL_BYTES: usize = 30;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// The length of the local header at a place, behind which the content begins.
pub(super) fn local_header_len(source: &Source, at: u64) -> Result<u64> {
    let header = source.read_at(at, LOCAL_BYTES).map_err(fault)?;
    if header.len() < LOCAL_BYTES || !header.starts_with(LOCAL) {
        return Err(damaged("is not where its container says"));
    }
    Ok(LOCAL_BYTES as u64 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28)))
}
