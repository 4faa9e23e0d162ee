//! One file to one text.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{decode, pdf};
use crate::error::{Error, ErrorKind, Result};
use crate::parse::Diagnostic;

/// The most bytes that a file may have. The longest of the published letters has under 1 MB.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// What was read from one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The text, pages separated by form feeds.
    pub text: String,
    /// BLAKE3 digest of the file's bytes.
    pub digest: [u8; 32],
    /// What is odd about the bytes, such as an encoding that had to be guessed.
    pub diagnostics: Vec<Diagnostic>,
}

impl Content {
    /// The digest in hexadecimal.
    pub fn digest_hex(&self) -> String {
        blake3::Hash::from_bytes(self.digest).to_hex().to_string()
    }
}

/// The bytes of one file, which are not looked into yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Their BLAKE3 digest.
    pub digest: [u8; 32],
}

impl Raw {
    /// Takes the digest of some bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        let digest = *blake3::hash(&bytes).as_bytes();
        Self { bytes, digest }
    }

    /// The same bytes, if this is their digest.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where it is another.
    pub fn with_digest(self, digest: &str) -> Result<Self> {
        match blake3::Hash::from_bytes(self.digest).to_hex().as_str() == digest {
            true => Ok(self),
            false => Err(Error::new(ErrorKind::NotFound, "is not the file that was indexed: its content is another")
                .with_hint("`imr index` reads it anew")),
        }
    }

    /// Whether they are those of a PDF file.
    pub fn is_pdf(&self) -> bool {
        is_pdf(&self.bytes)
    }

    /// The text in the bytes, PDF and text told apart by the content.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`], [`ErrorKind::Binary`], or an error of [`pdf::text`].
    pub fn text(self) -> Result<Content> {
        let Self { bytes, digest } = self;
        if bytes.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "is empty"));
        }
        let (text, diagnostics) = if is_pdf(&bytes) { (pdf::text(&bytes)?, Vec::new()) } else { decode::text(bytes)? };
        if text.trim().is_empty() {
            return Err(Error::new(ErrorKind::Empty, "holds nothing but white space"));
        }
        Ok(Content { text, digest, diagnostics })
    }
}

/// Reads a PDF or text file, told apart by the content, not by the name.
///
/// # Errors
/// Those of [`read_raw`] and [`read_text`]; all name the path.
pub fn read(path: &Path) -> Result<Content> {
    read_raw(path)?.text().map_err(|e| e.with_path(path))
}

/// Reads the bytes of a file.
///
/// # Errors
/// [`ErrorKind::NotFound`] and [`ErrorKind::Io`] from the file system, and [`ErrorKind::TooLarge`]; all name the path.
pub fn read_raw(path: &Path) -> Result<Raw> {
    read_file(File::open(path).map_err(|e| Error::io(path, e))?, path)
}

/// The same of a file that is open.
pub(super) fn read_file(file: File, path: &Path) -> Result<Raw> {
    let metadata = file.metadata().map_err(|e| Error::io(path, e))?;
    if metadata.is_dir() {
        return Err(Error::new(ErrorKind::Io, "is a folder").with_path(path));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(MAX_FILE_BYTES)).unwrap_or(0) + 1);
    // One byte more than allowed tells a file that is too large, also where the length lies.
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::io(path, e))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Error::new(ErrorKind::TooLarge, format!("is larger than {} MiB", MAX_FILE_BYTES >> 20))
            .with_path(path)
            .with_hint("a letter is one file; is this a container?"));
    }
    Ok(Raw::new(bytes))
}

/// The text of a file's bytes.
///
/// # Errors
/// [`ErrorKind::Empty`], [`ErrorKind::Binary`], or an error of [`pdf::text`].
pub fn read_text(bytes: Vec<u8>) -> Result<Content> {
    Raw::new(bytes).text()
}

/// Whether the bytes begin as a PDF does: `%PDF-` within the first 1024 bytes, as readers of PDF accept it
/// (ISO 32000-1, annex H, note 13).
fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024 + 5)];
    memchr::memmem::find(head, b"%PDF-").is_some()
}
