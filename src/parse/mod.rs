//! Text to letter. Parsing never fails: any text gives a letter and diagnostics.

use crate::letter::Letter;

/// What a text was understood as.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// The letter, with what could be read.
    pub letter: Letter,
    /// What was missing, odd or contradictory, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// One remark on a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable name for the kind of remark, in snake case.
    pub code: &'static str,
    /// The remark for people, one line.
    pub message: String,
    /// Where in the text, in bytes; `None` for what is missing altogether.
    pub span: Option<std::ops::Range<usize>>,
}

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// A value could not be read.
    Error,
    /// A value was read, but something is odd.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The name in exported records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Understands the text of a letter.
///
/// Pages are separated by form feeds. The text of an unknown layout is kept whole in [`Letter::text`].
pub fn parse(text: &str) -> Parsed {
    Parsed { letter: Letter { text: Some(text.to_owned()), ..Letter::default() }, diagnostics: Vec::new() }
}
