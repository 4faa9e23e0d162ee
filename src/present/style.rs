//! How text output looks: for people or for pipes, with colour or without.

use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::UnicodeWidthChar;

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
    /// Whether the output goes to a terminal, where no byte of a letter may act as a command.
    pub terminal: bool,
    /// The width to fold text at, in columns.
    pub width: usize,
    /// The widest line that tables may have, in columns.
    pub columns: usize,
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
    /// Writes a text in a style, folded to the width behind an indent; the first line has its indent already.
    pub fn folded(&self, out: &mut dyn Write, style: Ansi, text: &str, indent: usize) -> io::Result<()> {
        for (i, line) in fold(text, self.width.saturating_sub(indent).max(8)).into_iter().enumerate() {
            if i > 0 {
                write!(out, "\n{:indent$}", "")?;
            }
            self.paint(out, style, &one_line(&text[line]))?;
        }
        writeln!(out)
    }

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

/// A text on one line, without control characters: letters, file names and what was typed are not trusted with the
/// terminal.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect()
}

/// The same for a text that may have several lines.
pub fn lines(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) && c != '\n' { ' ' } else { c }).collect()
}

/// Control characters, and those that turn the direction of text around, which could make a line read as another.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many columns a text takes, once it is cleaned.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_unsafe(c) { 1 } else { c.width().unwrap_or(0) }).sum()
}

/// A text cut to a number of columns, at least one, with `…` where something is missing.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = text[..fitting(text, columns.saturating_sub(1))].trim_end().to_owned();
    short.push('…');
    short
}

/// How many bytes of a text fit into so many columns.
pub fn fitting(text: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += if is_unsafe(c) { 1 } else { c.width().unwrap_or(0) };
        if used > columns {
            return at;
        }
    }
    text.len()
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

/// The lines of a text folded to a width in columns. A word that is wider is broken.
pub fn fold(text: &str, columns: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut end, mut used) = (None::<usize>, 0, 0);
    let mut at = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let (mut from, to) = (at, at + word.trim_end().len());
        at += word.len();
        if from == to {
            continue;
        }
        let mut wide = width(&text[from..to]);
        if start.is_some() && used + 1 + wide > columns {
            lines.extend(start.take().map(|first| first..end));
        }
        if start.is_none() {
            while wide > columns {
                // One character at least, however narrow the terminal is.
                let first = text[from..to].chars().next().map_or(1, char::len_utf8);
                let part = fitting(&text[from..to], columns).max(first);
                if from + part >= to {
                    break;
                }
                lines.push(from..from + part);
                wide -= width(&text[from..from + part]);
                from += part;
            }
            (start, used) = (Some(from), wide);
        } else {
            used += 1 + wide;
        }
        end = to;
    }
    lines.extend(start.map(|first| first..end));
    lines
}
