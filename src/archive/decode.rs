//! Bytes of a text file to text: UTF-8, UTF-16 with a mark, Windows-1252 otherwise.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::error::{Error, ErrorKind, Result};
use crate::parse::{Diagnostic, Severity};

/// The codes of diagnostics on a file's encoding, each with its meaning.
pub const CODES: &[(&str, &str)] = &[
    ("windows_1252", "The text is no UTF-8; it was read as Windows-1252."),
    ("invalid_encoding", "Some bytes of the text are no characters of its encoding; they were replaced."),
];

/// Decodes a text file.
///
/// # Errors
/// [`ErrorKind::Binary`] where the bytes are no text.
pub fn text(bytes: Vec<u8>) -> Result<(String, Vec<Diagnostic>)> {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        let (text, malformed) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let text = checked(text.into_owned())?;
        let diagnostics = if malformed { replaced(encoding) } else { Vec::new() };
        return Ok((text, diagnostics));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok((checked(text)?, Vec::new())),
        Err(error) => error.into_bytes(),
    };
    let (text, diagnostics) = if is_damaged_utf8(&bytes) {
        (UTF_8.decode_without_bom_handling(&bytes).0, replaced(UTF_8))
    } else {
        let message = "the text is not UTF-8 and was read as Windows-1252".to_owned();
        let note = Diagnostic { severity: Severity::Info, code: "windows_1252", message, span: None };
        (WINDOWS_1252.decode_without_bom_handling(&bytes).0, vec![note])
    };
    Ok((checked(text.into_owned())?, diagnostics))
}

fn replaced(encoding: &'static Encoding) -> Vec<Diagnostic> {
    let message = format!("bytes that are no {} were replaced by U+FFFD", encoding.name());
    vec![Diagnostic { severity: Severity::Warning, code: "invalid_encoding", message, span: None }]
}

/// Whether text that is not valid UTF-8 is UTF-8 all the same, with some bytes damaged: more sequences of several
/// bytes are right than wrong. In Windows-1252 text a right sequence hardly ever comes about by chance.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut wrong) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    right > wrong
}

/// Text has hardly any control characters; a program, a picture or an archive has many.
fn checked(text: String) -> Result<String> {
    // Added up in bytes and without branches, so that the processor takes many bytes at once.
    let is_control = |b: u8| u8::from((b < b' ') & !(b'\t'..=b'\r').contains(&b) | (b == 0x7f));
    let bytes = text.as_bytes();
    let in_part = |part: &[u8]| usize::from(part.iter().map(|b| is_control(*b)).sum::<u8>());
    let controls = bytes.chunks(usize::from(u8::MAX)).map(in_part).sum::<usize>();
    let nul = memchr::memchr(0, bytes).is_some();
    if nul || controls * 50 > text.len() {
        return Err(Error::new(ErrorKind::Binary, "is neither a PDF nor text")
            .with_hint("imr reads letters as .pdf and as plain text"));
    }
    Ok(text)
}
