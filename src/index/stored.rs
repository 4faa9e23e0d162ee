//! Records as they are stored: JSON, and behind it the long texts of the record as they are.
//!
//! Nine tenths of a record are its texts, which JSON would have to look through byte by byte, on the way in and out.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | how long the JSON is |
//! | | the JSON of the record without its texts |
//! | 4 for each text | 0 where there is none, otherwise 1 more than how long it is |
//! | behind each of these | the text in UTF-8 |
//!
//! Lengths are in bytes, little-endian.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::record::{IssueRecord, LetterRecord};

/// A record that is stored.
pub(super) trait Stored<const N: usize>: DeserializeOwned {
    /// Its long texts, in the order in which they are stored.
    fn texts(&mut self) -> [&mut Option<String>; N];
}

impl Stored<3> for IssueRecord {
    fn texts(&mut self) -> [&mut Option<String>; 3] {
        [&mut self.rationale, &mut self.guideline.text, &mut self.claims_guideline.text]
    }
}

impl Stored<2> for LetterRecord {
    fn texts(&mut self) -> [&mut Option<String>; 2] {
        [&mut self.facts.clinical_summary, &mut self.text]
    }
}

/// A record that has left its texts, with these.
pub(super) fn pack<const N: usize>(rest: &impl Serialize, texts: [Option<&str>; N]) -> Vec<u8> {
    // A letter holds 32 MiB of text at most; see `document::MAX_DOCUMENT_BYTES`.
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
    let mut packed = Vec::with_capacity(1024);
    packed.extend(length(0));
    // A record of plain strings and numbers always serialises.
    let _ = serde_json::to_writer(&mut packed, rest);
    let json = length(packed.len() - size_of::<u32>());
    packed[..json.len()].copy_from_slice(&json);
    // Not more than it takes: it is held while the document waits.
    packed.reserve_exact(texts.iter().map(|text| text.map_or(0, str::len) + size_of::<u32>()).sum());
    for text in texts {
        packed.extend(length(text.map_or(0, |text| text.len() + 1)));
        packed.extend_from_slice(text.unwrap_or_default().as_bytes());
    }
    packed
}

/// The record of these bytes.
///
/// # Errors
/// What is wrong with them.
pub(super) fn unpack<T: Stored<N>, const N: usize>(
    packed: &[u8],
) -> Result<T, Box<dyn std::error::Error + Send + Sync>> {
    let (json, mut rest) = cut(packed, 0).ok_or("the record is cut off")?;
    let mut record: T = serde_json::from_slice(json)?;
    for text in record.texts() {
        let (bytes, behind) = match rest.split_first_chunk::<4>() {
            Some(([0, 0, 0, 0], behind)) => {
                rest = behind;
                continue;
            }
            _ => cut(rest, 1).ok_or("a text of the record is cut off")?,
        };
        *text = Some(str::from_utf8(bytes)?.to_owned());
        rest = behind;
    }
    if rest.is_empty() { Ok(record) } else { Err("the record has more than it should".into()) }
}

/// What the length at the beginning tells of, and what is behind.
fn cut(bytes: &[u8], more: u32) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = u32::from_le_bytes(*length).checked_sub(more)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> IssueRecord {
        let mut record = IssueRecord { issue: "Knee \"brace\"\n".to_owned(), ..IssueRecord::default() };
        record.rationale = Some("Because of\nthis \"\\ \u{e9}".to_owned());
        record.claims_guideline.text = Some(String::new());
        record
    }

    fn packed() -> Vec<u8> {
        let mut rest = record();
        let texts = rest.texts().map(Option::take);
        pack(&rest, texts.each_ref().map(|text| text.as_deref()))
    }

    #[test]
    fn a_record_comes_back_as_it_was() {
        let back: IssueRecord = unpack(&packed()).unwrap();
        assert_eq!(serde_json::to_value(back).unwrap(), serde_json::to_value(record()).unwrap());
    }

    #[test]
    fn what_is_damaged_is_an_error() {
        let packed = packed();
        for end in 0..packed.len() {
            assert!(unpack::<IssueRecord, 3>(&packed[..end]).is_err(), "{end}");
        }
        assert!(unpack::<IssueRecord, 3>(&[&packed[..], b"x"].concat()).is_err());
        for at in 0..packed.len() {
            let mut damaged = packed.clone();
            damaged[at] = 0xff;
            // It may be another record, and nothing worse.
            let _ = unpack::<IssueRecord, 3>(&damaged);
        }
    }
}
