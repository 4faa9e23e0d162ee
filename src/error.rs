//! The one error of the library: what went wrong, with which file, why, and what to do.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// A result with the library's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong. The code of a kind stands in the manifest and in JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused to read or write.
    Io,
    /// The path does not exist.
    NotFound,
    /// The file has no bytes.
    Empty,
    /// The file is neither text nor PDF.
    Binary,
    /// The file is larger than the limit for one letter.
    TooLarge,
    /// The PDF's structure cannot be read.
    PdfDamaged,
    /// The PDF wants a password.
    PdfEncrypted,
    /// The PDF holds no text, only images (a scan).
    PdfNoText,
    /// Reading the PDF took more memory or work than one letter may.
    PdfLimit,
    /// Reading the PDF took more time than one letter may.
    PdfTime,
    /// A container, or an entry of one, cannot be unpacked: cut off, changed, or of a kind that is not known.
    ContainerDamaged,
    /// An entry of a container wants a password.
    ContainerEncrypted,
    /// A container asks for more work or memory than archives of letters do.
    ContainerLimit,
    /// A line of an export is no record of a letter.
    RecordDamaged,
    /// The shards of an archive are not all there, or not what was written.
    Shards,
    /// A parser panicked on this file.
    Panic,
    /// The query cannot be parsed.
    Query,
    /// The index does not exist.
    IndexMissing,
    /// The index is being written by another process.
    IndexLocked,
    /// The index cannot be read.
    IndexCorrupt,
    /// The index has a format of another version of the program.
    IndexVersion,
    /// An argument has a value that cannot be used.
    Usage,
    /// The run was interrupted.
    Interrupted,
    /// A server cannot be reached, or does not answer in time.
    RemoteUnreachable,
    /// A server does not let this user do it.
    RemoteDenied,
    /// A server refuses what it was asked, or answers with what is none.
    Remote,
}

impl ErrorKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [ErrorKind; 26] = [
        Self::Io,
        Self::NotFound,
        Self::Empty,
        Self::Binary,
        Self::TooLarge,
        Self::PdfDamaged,
        Self::PdfEncrypted,
        Self::PdfNoText,
        Self::PdfLimit,
        Self::PdfTime,
        Self::ContainerDamaged,
        Self::ContainerEncrypted,
        Self::ContainerLimit,
        Self::RecordDamaged,
        Self::Shards,
        Self::Panic,
        Self::Query,
        Self::IndexMissing,
        Self::IndexLocked,
        Self::IndexCorrupt,
        Self::IndexVersion,
        Self::Usage,
        Self::Interrupted,
        Self::RemoteUnreachable,
        Self::RemoteDenied,
        Self::Remote,
    ];

    /// The stable name of the kind, in the manifest and in JSON output.
    pub fn code(self) -> &'static str {
        match self {
            Self::Io => "io",
            Self::NotFound => "not_found",
            Self::Empty => "empty",
            Self::Binary => "binary",
            Self::TooLarge => "too_large",
            Self::PdfDamaged => "pdf_damaged",
            Self::PdfEncrypted => "pdf_encrypted",
            Self::PdfNoText => "pdf_no_text",
            Self::PdfLimit => "pdf_limit",
            Self::PdfTime => "pdf_time",
            Self::ContainerDamaged => "container_damaged",
            Self::ContainerEncrypted => "container_encrypted",
            Self::ContainerLimit => "container_limit",
            Self::RecordDamaged => "record_damaged",
            Self::Shards => "shards",
            Self::Panic => "panic",
            Self::Query => "query",
            Self::IndexMissing => "index_missing",
            Self::IndexLocked => "index_locked",
            Self::IndexCorrupt => "index_corrupt",
            Self::IndexVersion => "index_version",
            Self::Usage => "usage",
            Self::Interrupted => "interrupted",
            Self::RemoteUnreachable => "remote_unreachable",
            Self::RemoteDenied => "remote_denied",
            Self::Remote => "remote",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// What went wrong: a kind, one line of fact, and where known a path, a cause and a hint.
///
/// `Display` gives `path: fact`; the cause is the error's source; the hint is for the end of a message.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    path: Option<PathBuf>,
    hint: Option<String>,
    column: Option<usize>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind with a one-line message, without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), path: None, hint: None, column: None, source: None }))
    }

    /// The error of reading a file or folder.
    pub fn io(path: impl Into<PathBuf>, error: std::io::Error) -> Self {
        Self::system("cannot be read", path, error)
    }

    /// The error of writing a file or folder.
    pub fn write(path: impl Into<PathBuf>, error: std::io::Error) -> Self {
        Self::system("cannot be written", path, error)
    }

    fn system(fact: &str, path: impl Into<PathBuf>, error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::NotFound {
            return Self::new(ErrorKind::NotFound, "no such file or folder").with_path(path);
        }
        let hint = system_hint(&error);
        let this = Self::new(ErrorKind::Io, fact).with_path(path).with_source(error);
        match hint {
            Some(hint) => this.with_hint(hint),
            None => this,
        }
    }

    /// The same error, naming the path that it is about.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.path = Some(path.into());
        self
    }

    /// The same error with advice on what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same error, which is about this character of what was typed, from 1.
    #[must_use]
    pub fn with_column(mut self, column: usize) -> Self {
        self.0.column = Some(column);
        self
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The path that the error is about.
    pub fn path(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// Advice on what to do, one line.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The character of what was typed that the error is about, from 1. The message tells it, too.
    pub fn column(&self) -> Option<usize> {
        self.0.column
    }

    /// The fact alone, without path and cause.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The fact with its causes, without the path: the reason that the manifest keeps.
    pub fn reason(&self) -> String {
        let mut text = self.0.message.clone();
        for cause in self.causes() {
            text.push_str(": ");
            text.push_str(&cause);
        }
        text
    }

    /// The causes, each a line, without those that the line before tells already.
    pub fn causes(&self) -> Vec<String> {
        let (mut causes, mut last) = (Vec::new(), self.to_string());
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let text = cause.to_string();
            if !last.contains(&text) {
                causes.push(text.clone());
                last = text;
            }
            source = cause.source();
        }
        causes
    }
}

/// What to do about an error of the operating system, where that is the same whatever was being done.
pub fn system_hint(error: &std::io::Error) -> Option<&'static str> {
    use std::io::ErrorKind::{FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    // EMFILE and ENFILE have no kind of their own; the numbers are those of Linux, macOS and the BSDs.
    match (error.kind(), error.raw_os_error()) {
        (PermissionDenied, _) => Some("look at the permissions, or run as a user who has them"),
        (StorageFull | QuotaExceeded, _) => Some("make room on the disk and run the same command again"),
        (FileTooLarge, _) => Some("files may not grow further here; raise the limit with `ulimit -f`"),
        (ReadOnlyFilesystem, _) => Some("the disk can only be read; name another folder with `--index DIR`"),
        (_, Some(23 | 24)) if cfg!(unix) => Some("too many files are open; raise the limit with `ulimit -n`"),
        _ => None,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.0.path {
            write!(f, "`{}`: ", path.display())?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({}", self.0.kind.code())?;
        if let Some(source) = &self.0.source {
            write!(f, ", caused by {source:?}")?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as _)
    }
}

/// How many names are suggested for one that is not known.
const NEAREST: usize = 5;
/// How like a name must be to be suggested, in thousandths of all the pairs of letters that either has.
const LIKE: usize = 300;

/// The known names most like one that is not known, the likest first: those that share pairs of letters with it.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let pairs = |text: &str| -> BTreeSet<[u8; 2]> { text.as_bytes().windows(2).map(|w| [w[0], w[1]]).collect() };
    let asked = pairs(&name.to_ascii_lowercase());
    let like = |known: &'a str| {
        let have = pairs(known);
        let shared = asked.intersection(&have).count();
        (2000 * shared / (asked.len() + have.len()).max(1), known)
    };
    let mut near: Vec<_> = known.into_iter().map(like).filter(|(like, _)| *like >= LIKE).collect();
    near.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.cmp(y)));
    near.into_iter().take(NEAREST).map(|(_, known)| known).collect()
}

/// What a panic said.
pub fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
