//! Texts with marks, folded to the width of the output.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::Style as Ansi;

use super::style::{MATCH, Style, fold, one_line};

/// Writes a text in a style behind an indent, folded to the width, with its marks.
pub fn folded(
    out: &mut dyn Write,
    ansi: Ansi,
    text: &str,
    marks: &[Range<usize>],
    indent: &str,
    style: &Style,
) -> io::Result<()> {
    for line in fold(text, style.width.saturating_sub(indent.len()).max(8)) {
        out.write_all(indent.as_bytes())?;
        marked(out, ansi, text, line, marks, style)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Writes a part of a text in a style, with the marks in it.
pub fn marked(
    out: &mut dyn Write,
    ansi: Ansi,
    text: &str,
    part: Range<usize>,
    marks: &[Range<usize>],
    style: &Style,
) -> io::Result<()> {
    let mut at = part.start;
    // Marks are in order and do not overlap.
    let first = marks.partition_point(|mark| mark.end <= part.start);
    for mark in marks[first..].iter().take_while(|mark| mark.start < part.end) {
        let (from, to) = (mark.start.max(part.start), mark.end.min(part.end));
        plain(out, ansi, &text[at..from], style)?;
        style.paint(out, MATCH, &one_line(&text[from..to]))?;
        at = to;
    }
    plain(out, ansi, &text[at..part.end], style)
}

fn plain(out: &mut dyn Write, ansi: Ansi, text: &str, style: &Style) -> io::Result<()> {
    match text.is_empty() {
        true => Ok(()),
        false if ansi == Ansi::new() => out.write_all(one_line(text).as_bytes()),
        false => style.paint(out, ansi, &one_line(text)),
    }
}

/// Marks moved by so many bytes.
pub fn moved(marks: &[Range<usize>], by: usize) -> Vec<Range<usize>> {
    marks.iter().map(|mark| mark.start + by..mark.end + by).collect()
}
