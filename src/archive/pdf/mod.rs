//! The text layer of PDF letters.

mod budget;
mod encoding;
mod font;
mod glyphs;
mod interpret;
mod layout;
mod matrix;
mod widths;

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_syntax::{LoadPdfError, Pdf};

use crate::error::{Error, ErrorKind, Result};
use budget::{Budget, PAGES};

/// The text of a PDF in reading order: words separated by spaces, lines by `\n`, pages by `\f`.
///
/// # Errors
/// [`ErrorKind::PdfDamaged`], [`ErrorKind::PdfEncrypted`], [`ErrorKind::PdfNoText`] or [`ErrorKind::PdfLimit`].
pub fn text(bytes: &[u8]) -> Result<String> {
    catch_unwind(AssertUnwindSafe(|| read(bytes)))
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::PdfDamaged, "is damaged in a way that the reader stumbles over")))
}

fn read(bytes: &[u8]) -> Result<String> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|e| match e {
        LoadPdfError::Decryption(_) => Error::new(ErrorKind::PdfEncrypted, "is encrypted and wants a password")
            .with_hint("save it without a password"),
        LoadPdfError::Invalid => {
            Error::new(ErrorKind::PdfDamaged, "cannot be read as a PDF; it is damaged or cut short")
        }
    })?;
    let (mut budget, mut fonts) = (Budget::new(), interpret::Fonts::default());
    let pages = pdf.pages();
    if pages.len() > PAGES {
        return Err(budget::limit("pages"));
    }
    let (mut out, mut images) = (String::new(), false);
    for (number, page) in pages.iter().enumerate() {
        if number > 0 {
            out.push('\u{c}');
        }
        let words = interpret::words(page, &mut fonts, &mut budget)?;
        images |= words.images;
        layout::append(&words, &mut out);
    }
    if out.trim().is_empty() {
        let what = if images { "has no text, only images: it is a scan" } else { "has no text" };
        return Err(Error::new(ErrorKind::PdfNoText, what).with_hint("run it through OCR first, which adds the text"));
    }
    Ok(out)
}
