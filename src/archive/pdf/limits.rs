//! How much one PDF may cost.

use std::time::{Duration, Instant};

/// How much work and memory the text of one PDF may take; beyond it, the file fails with
/// [`ErrorKind::PdfLimit`](crate::ErrorKind::PdfLimit) or [`ErrorKind::PdfTime`](crate::ErrorKind::PdfTime). A letter
/// takes a thousandth of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Pages.
    pub pages: usize,
    /// Operators of content streams, those of forms counted each time they are drawn.
    pub operators: u64,
    /// Glyphs shown.
    pub glyphs: u64,
    /// Bytes that streams decode to.
    pub decoded_bytes: usize,
    /// Forms within forms.
    pub form_depth: usize,
    /// Time on the clock.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pages: 10_000,
            operators: 20_000_000,
            glyphs: 4_000_000,
            decoded_bytes: 256 << 20,
            form_depth: 16,
            time: Duration::from_secs(30),
        }
    }
}

/// The fact about a file that takes more time than it may.
pub(super) const TOO_LONG: &str = "takes too long to read";

/// Why reading a PDF ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// A limit was reached; the fact about the file.
    Limit(&'static str),
    /// The time is over.
    Time,
}

/// What is left of the limits.
pub(super) struct Budget {
    operators: u64,
    glyphs: u64,
    deadline: Option<Instant>,
}

impl Budget {
    pub(super) fn new(limits: &Limits, start: Instant) -> Self {
        Self { operators: limits.operators, glyphs: limits.glyphs, deadline: start.checked_add(limits.time) }
    }

    /// One more operator.
    pub(super) fn operator(&mut self) -> Result<(), Stop> {
        if self.operators == 0 {
            return Err(Stop::Limit("has too many drawing operators"));
        }
        self.operators -= 1;
        if self.operators.is_multiple_of(4096) { self.time() } else { Ok(()) }
    }

    /// So many more glyphs.
    pub(super) fn glyphs(&mut self, count: usize) -> Result<(), Stop> {
        match self.glyphs.checked_sub(count as u64) {
            Some(left) => {
                self.glyphs = left;
                Ok(())
            }
            None => Err(Stop::Limit("shows too many characters")),
        }
    }

    /// The clock.
    pub(super) fn time(&self) -> Result<(), Stop> {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Stop::Time),
            _ => Ok(()),
        }
    }
}
