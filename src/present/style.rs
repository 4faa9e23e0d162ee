//! How text output looks: for people or for pipes, with colour or without.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style as Ansi};

use crate::archive::container;
use crate::letter::Outcome;

/// How text output looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// For people; otherwise a line for each thing, its parts separated by tabs.
    pub pretty: bool,
    /// With colours.
    pub color: bool,
    /// With paths as hyperlinks.
    pub links: bool,
    /// The width to fold at, in columns.
    pub width: usize,
    /// The folder that paths are shown relative to.
    pub cwd: PathBuf,
}

pub const BOLD: Ansi = Ansi::new().bold();
pub const DIM: Ansi = Ansi::new().dimmed();
pub const MATCH: Ansi = AnsiColor::Red.on_default().bold();

/// The colour of an outcome; the word stands beside it.
pub fn outcome_style(outcome: Outcome) -> Ansi {
    match outcome {
        Outcome::Upheld => AnsiColor::Yellow.on_default(),
        Outcome::Overturned => AnsiColor::Green.on_default(),
    }
}

impl Style {
    /// Writes a text in a style, if there are colours.
    pub fn paint(&self, out: &mut dyn Write, style: Ansi, text: &str) -> io::Result<()> {
        match self.color {
            true => write!(out, "{style}{text}{style:#}"),
            false => out.write_all(text.as_bytes()),
        }
    }

    /// A path of a record as people know it.
    pub fn path(&self, path: &str, base: &Path) -> String {
        let full = base.join(path);
        full.strip_prefix(&self.cwd).unwrap_or(&full).display().to_string()
    }

    /// Writes a path of a record, as a hyperlink where the terminal has them; one within a container leads to that.
    pub fn link(&self, out: &mut dyn Write, path: &str, base: &Path) -> io::Result<()> {
        let shown = one_line(&self.path(path, base));
        if !self.links {
            return self.paint(out, DIM, &shown);
        }
        write!(out, "\x1b]8;;file://{}\x1b\\", percent_encoded(&base.join(on_disk(path)).to_string_lossy()))?;
        self.paint(out, DIM, &shown)?;
        out.write_all(b"\x1b]8;;\x1b\\")
    }
}

/// The file on disk that a record was read from: of one within a container, the container.
fn on_disk(path: &str) -> &str {
    let container = container::split_address(path.as_bytes()).map(|(container, _)| container.len());
    container.and_then(|len| path.get(..len)).unwrap_or(path)
}

fn percent_encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A text on one line, without control characters: letters are not trusted with the terminal.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_format(c) { ' ' } else { c }).collect()
}

/// Characters that turn the direction of text around, which could make a line read as another.
fn is_format(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number with commas between thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 letter`, `2 letters`.
pub fn counted(n: u64, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {what}{s}", thousands(n))
}

/// The lines of a text folded to a width in characters. A longer word stands on a line of its own.
pub fn fold(text: &str, width: usize) -> Vec<std::ops::Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut end, mut columns) = (None::<usize>, 0, 0);
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let (from, length) = (at, word.trim_end().len());
        at += word.len();
        if length == 0 {
            continue;
        }
        let wide = word.trim_end().chars().count();
        match start {
            Some(first) if columns + 1 + wide > width => {
                lines.push(first..end);
                start = Some(from);
                columns = wide;
            }
            Some(_) => columns += 1 + wide,
            None => {
                start = Some(from);
                columns = wide;
            }
        }
        end = from + length;
    }
    lines.extend(start.map(|first| first..end));
    lines
}
