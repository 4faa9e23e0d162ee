//! What reading one PDF may cost.

use std::borrow::Cow;

use hayro_syntax::object::Stream;

use crate::error::{Error, ErrorKind, Result};

/// The most pages of one letter.
pub const PAGES: usize = 2_000;
const OPERATIONS: u64 = 20_000_000;
const GLYPHS: u64 = 20_000_000;
const FORMS: u64 = 20_000;
const FORM_DEPTH: u32 = 16;
/// Bytes of streams after decoding.
const DECODED: u64 = 256 << 20;
/// Deflate expands by at most this factor (a run of 258 bytes takes two bits).
const EXPANSION: u64 = 1032;

/// What is left of the work that one PDF may cause.
pub struct Budget {
    operations: u64,
    glyphs: u64,
    forms: u64,
    decoded: u64,
}

impl Budget {
    /// The whole budget.
    pub fn new() -> Self {
        Self { operations: OPERATIONS, glyphs: GLYPHS, forms: FORMS, decoded: DECODED }
    }

    /// Pays for an operation of a content stream.
    pub fn operation(&mut self) -> Result<()> {
        spend(&mut self.operations, 1, "operations")
    }

    /// Pays for a glyph.
    pub fn glyph(&mut self) -> Result<()> {
        spend(&mut self.glyphs, 1, "glyphs")
    }

    /// Pays for a form at some depth.
    pub fn form(&mut self, depth: u32) -> Result<()> {
        if depth >= FORM_DEPTH {
            return Err(limit("levels of forms"));
        }
        spend(&mut self.forms, 1, "forms")
    }

    /// Decodes a stream that is no image; `None` where it is damaged.
    pub fn decode<'a>(&mut self, stream: &Stream<'a>) -> Result<Option<Cow<'a, [u8]>>> {
        // What a stream expands to is known only afterwards, so that a stream that could burst the memory is refused.
        let raw = stream.raw_data().len() as u64;
        if !stream.filters().is_empty() && raw.saturating_mul(EXPANSION) > 4 * DECODED {
            return Err(limit("bytes in a stream"));
        }
        let Ok(data) = stream.decoded_data() else { return Ok(None) };
        spend(&mut self.decoded, data.len() as u64, "bytes")?;
        Ok(Some(data))
    }
}

fn spend(left: &mut u64, cost: u64, what: &str) -> Result<()> {
    *left = left.checked_sub(cost).ok_or_else(|| limit(what))?;
    Ok(())
}

/// The error of a PDF that is too much work.
pub fn limit(what: &str) -> Error {
    Error::new(ErrorKind::PdfLimit, format!("the PDF has more {what} than a letter can have"))
}
