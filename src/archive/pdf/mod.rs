//! The text layer of PDF letters.

mod annotations;
mod content;
mod encoding;
mod filter;
mod font;
mod glyphs;
mod guard;
mod helper;
mod layout;
mod lexer;
mod limits;
mod program;
mod show;
mod state;
mod truetype;
mod widths;
mod words;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use crate::error::{Error, ErrorKind, Result};

use helper::Lost;
pub use limits::Limits;
use limits::{Budget, Stop};

/// The text of a PDF in reading order: words separated by spaces, lines by `\n`, pages by `\f`.
///
/// As [`text_within`] with the default limits.
///
/// # Errors
/// [`ErrorKind::PdfDamaged`], [`ErrorKind::PdfEncrypted`], [`ErrorKind::PdfNoText`], [`ErrorKind::PdfLimit`] or
/// [`ErrorKind::PdfTime`].
pub fn text(bytes: &[u8]) -> Result<String> {
    text_within(bytes.to_vec(), &Limits::default())
}

/// The text of a PDF, if reading it stays within some limits.
///
/// The work is done on a thread of its own, so that a file on which the reader hangs costs the time of the limit and no
/// more; the thread is then left behind. Words, lines and pages are as in [`text`].
///
/// # Errors
/// [`ErrorKind::PdfDamaged`], [`ErrorKind::PdfEncrypted`], [`ErrorKind::PdfNoText`], [`ErrorKind::PdfLimit`] or
/// [`ErrorKind::PdfTime`].
pub fn text_within(bytes: Vec<u8>, limits: &Limits) -> Result<String> {
    // The helper watches the clock too, and comes back by itself where it can.
    match helper::run(guarded, bytes, limits, limits.time.saturating_add(limits.time / 8)) {
        Ok(result) => result,
        Err(Lost::Time) => Err(Error::new(ErrorKind::PdfTime, limits::TOO_LONG)),
        Err(Lost::Helper) => Err(damaged()),
        Err(Lost::Start(error)) => {
            Err(Error::new(ErrorKind::Io, "cannot be read, as no thread can be started").with_source(error))
        }
    }
}

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is reading a PDF, so that a panic on it will be caught and told as an error.
///
/// A program that wants no message of such a panic on stderr asks this in its panic hook.
pub fn is_reading() -> bool {
    READING.get()
}

/// Turns a panic of the library below into an error.
fn guarded(bytes: Vec<u8>, limits: &Limits) -> Result<String> {
    READING.set(true);
    let result = catch_unwind(AssertUnwindSafe(|| extract(bytes, limits)));
    READING.set(false);
    result.unwrap_or_else(|_| Err(damaged()))
}

fn damaged() -> Error {
    Error::new(ErrorKind::PdfDamaged, "is damaged in a way that its reader cannot bear")
}

fn extract(bytes: Vec<u8>, limits: &Limits) -> Result<String> {
    let budget = Budget::new(limits, Instant::now());
    let limit = |stop: Stop| match stop {
        Stop::Limit(fact) => Error::new(ErrorKind::PdfLimit, fact),
        Stop::Time => Error::new(ErrorKind::PdfTime, limits::TOO_LONG),
    };
    guard::check(&bytes, limits.decoded_bytes, &budget).map_err(limit)?;
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Error::new(ErrorKind::PdfEncrypted, "wants a password")
                .with_hint("save it without its password, and index that file")
        }
        LoadPdfError::Decryption(_) => Error::new(ErrorKind::PdfEncrypted, "is encrypted in an unknown way"),
        LoadPdfError::Invalid => Error::new(ErrorKind::PdfDamaged, "cannot be read as a PDF"),
    })?;
    let pages = pdf.pages();
    if pages.len() > limits.pages {
        return Err(limit(Stop::Limit("has too many pages")));
    }
    let mut reader = content::Reader::new(limits, budget);
    let mut layout = layout::Layout::default();
    let mut text = String::new();
    for (i, page) in pages.iter().enumerate() {
        if i > 0 {
            text.push('\x0c');
        }
        reader.read_page(page).map_err(limit)?;
        layout.append(&reader.page, &mut text);
        if text.len() > limits.decoded_bytes {
            return Err(limit(Stop::Limit("has too much text")));
        }
    }
    if text.bytes().all(|b| b.is_ascii_whitespace()) {
        if reader.lost {
            return Err(Error::new(ErrorKind::PdfDamaged, "is damaged: its content or its fonts are missing"));
        }
        let fact = match (reader.mute, reader.images) {
            (true, _) => "has text, but does not tell which characters it is made of",
            (false, true) => "has no text, only images",
            (false, false) => "has no text",
        };
        return Err(Error::new(ErrorKind::PdfNoText, fact).with_hint("run it through a text recognition first"));
    }
    Ok(text)
}
