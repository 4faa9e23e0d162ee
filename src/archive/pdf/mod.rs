//! The text layer of PDF letters.

mod composite;
mod content;
mod encoding;
mod filter;
mod font;
mod glyphs;
mod layout;
mod lexer;
mod limits;
mod program;
mod widths;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use crate::error::{Error, ErrorKind, Result};

pub use limits::Limits;
use limits::{Budget, Stop};

/// The text of a PDF in reading order: words separated by spaces, lines by `\n`, pages by `\f`.
///
/// # Errors
/// [`ErrorKind::PdfDamaged`], [`ErrorKind::PdfEncrypted`], [`ErrorKind::PdfNoText`] or [`ErrorKind::PdfLimit`].
pub fn text(bytes: &[u8]) -> Result<String> {
    guarded(bytes.to_vec(), &Limits::default())
}

/// Turns a panic of the library below into an error.
fn guarded(bytes: Vec<u8>, limits: &Limits) -> Result<String> {
    catch_unwind(AssertUnwindSafe(|| extract(bytes, limits)))
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::PdfDamaged, "is damaged in a way that its reader cannot bear")))
}

fn extract(bytes: Vec<u8>, limits: &Limits) -> Result<String> {
    let start = Instant::now();
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Error::new(ErrorKind::PdfEncrypted, "wants a password")
                .with_hint("save it without its password, and index that file")
        }
        LoadPdfError::Decryption(_) => Error::new(ErrorKind::PdfEncrypted, "is encrypted in an unknown way"),
        LoadPdfError::Invalid => Error::new(ErrorKind::PdfDamaged, "cannot be read as a PDF"),
    })?;
    let limit = |Stop::Limit(fact): Stop| Error::new(ErrorKind::PdfLimit, fact);
    let pages = pdf.pages();
    if pages.len() > limits.pages {
        return Err(limit(Stop::Limit("it has too many pages")));
    }
    let mut reader = content::Reader::new(limits, Budget::new(limits, start));
    let mut layout = layout::Layout::default();
    let mut text = String::new();
    for (i, page) in pages.iter().enumerate() {
        if i > 0 {
            text.push('\x0c');
        }
        reader.read_page(page).map_err(limit)?;
        layout.append(&reader.page, &mut text);
    }
    if text.bytes().all(|b| b.is_ascii_whitespace()) {
        let fact = match (reader.mute, reader.images) {
            (true, _) => "has text, but does not tell which characters it is made of",
            (false, true) => "has no text, only images",
            (false, false) => "has no text",
        };
        return Err(Error::new(ErrorKind::PdfNoText, fact).with_hint("run it through a text recognition first"));
    }
    Ok(text)
}
