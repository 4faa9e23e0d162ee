//! The text as the grammar reads it: lines trimmed, white space of one kind, no page furniture, and a way back.

use super::furniture;
use crate::letter::CaseNumber;
use std::ops::Range;

/// A normalised copy of a text.
///
/// Lines are trimmed. What stands between two lines tells how they were apart: `\n` and up to two more for blank
/// lines, or `\n\x0c` for a page break. Every other white space is a space; runs of spaces stay, because columns are
/// told by them. Typographic quotes and dashes stay too: they are what the letter prints.
pub(super) struct View<'t> {
    source: &'t str,
    text: String,
    /// From the first offset (in `text`) on, up to the next mark, offsets run in parallel with the second (in `source`).
    marks: Vec<(usize, usize)>,
    /// How many `\n` stand between two lines of one paragraph: 1, or 2 where the text is double-spaced.
    spacing: usize,
    /// The length of a full line.
    width: usize,
    /// A case number that a page header or footer told.
    case_number: Option<CaseNumber>,
}

impl<'t> View<'t> {
    /// Normalises a text.
    pub(super) fn new(source: &'t str) -> Self {
        let mut builder = Builder { text: String::with_capacity(source.len()), ..Builder::default() };
        let mut start = 0;
        while start < source.len() {
            let rest = &source[start..];
            let end = rest.find('\n').unwrap_or(rest.len());
            builder.source_line(&rest[..end], start);
            start += end + 1;
        }
        builder.finish(source)
    }

    /// The normalised text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A case number that a page header or footer told.
    pub(super) fn case_number(&self) -> Option<CaseNumber> {
        self.case_number
    }

    /// Whether what stands between two lines parts paragraphs.
    pub(super) fn parts_paragraphs(&self, separator: &str) -> bool {
        separator.len() > self.spacing && !separator.contains('\x0c')
    }

    /// Whether a line was ended before it was full: the next word would have had room on it.
    pub(super) fn ended_early(&self, line: &str, next: &str) -> bool {
        let word = next.find(' ').unwrap_or(next.len());
        // Letters differ in width, so a full line can have a few less of them.
        (line.len() + 1 + word) * 20 < self.width * 17
    }

    /// The place in the source of a range of the normalised text, on character boundaries.
    pub(super) fn source_span(&self, range: Range<usize>) -> Range<usize> {
        let start = self.source.floor_char_boundary(self.source_offset(range.start));
        let end = match range.end.checked_sub(1) {
            Some(last) if range.end > range.start => self.source_offset(last) + 1,
            _ => start,
        };
        start..self.source.ceil_char_boundary(end).max(start)
    }

    fn source_offset(&self, offset: usize) -> usize {
        let next = self.marks.partition_point(|&(from, _)| from <= offset);
        let bound = self.marks.get(next).map_or(self.source.len(), |&(_, source)| source);
        match next.checked_sub(1).and_then(|i| self.marks.get(i)) {
            Some(&(from, source)) => (source + (offset - from)).min(bound),
            None => 0,
        }
    }
}

/// Joins the lines of a passage to one paragraph with single spaces.
///
/// A hyphen at the end of a line joins its word with the next ("Non-" and "MTUS"), unless it is left hanging
/// ("pre-" and "and post-operative"). Nothing is hyphenated anew in letters, so the hyphen stays.
pub(super) fn flow(passage: &str) -> String {
    let mut out = String::with_capacity(passage.len());
    for line in passage.split('\n') {
        let line = line.trim_matches([' ', '\x0c']);
        if line.is_empty() {
            continue;
        }
        if !out.is_empty() && !joins(&out, line) {
            out.push(' ');
        }
        if line.contains("  ") {
            for (i, word) in line.split(' ').filter(|w| !w.is_empty()).enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                out.push_str(word);
            }
        } else {
            out.push_str(line);
        }
    }
    out
}

fn joins(before: &str, after: &str) -> bool {
    let bytes = before.as_bytes();
    let hyphenated = matches!(bytes, [.., b, b'-'] if b.is_ascii_alphanumeric());
    let word = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    hyphenated && !word.is_empty() && !["and", "or", "to"].contains(&word)
}

#[derive(Default)]
struct Builder {
    text: String,
    marks: Vec<(usize, usize)>,
    blank_lines: usize,
    page_break: bool,
    page: usize,
    /// Lines of this page so far, and where the last two begin, each with its separator.
    page_lines: usize,
    last_lines: [usize; 2],
    /// How often 0, 1 and more blank lines stood between two lines.
    gaps: [usize; 3],
    lengths: Vec<u32>,
    case_number: Option<CaseNumber>,
    scratch: String,
    scratch_marks: Vec<(usize, usize)>,
}

/// Line lengths are counted up to this one; longer lines are paragraphs on one line and tell no width.
const LONGEST_LINE: usize = 160;

impl Builder {
    /// Takes a line of the source, without its `\n`.
    fn source_line(&mut self, line: &str, offset: usize) {
        let special = line.bytes().fold(false, |any, b| any | !(b' '..0x7f).contains(&b));
        if !special {
            let trimmed = line.trim_ascii_start();
            let offset = offset + (line.len() - trimmed.len());
            self.line(trimmed.trim_ascii_end(), &[(0, offset)]);
            return;
        }
        let mut marks = std::mem::take(&mut self.scratch_marks);
        let mut piece = std::mem::take(&mut self.scratch);
        let mut chars = line.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = offset + at + c.len_utf8();
            match c {
                '\r' | '\x0b' | '\x0c' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    // The line feed after a carriage return ends this line already.
                    if c != '\r' || chars.peek().is_some() {
                        self.piece(&mut piece, &mut marks);
                    }
                    if c == '\x0c' {
                        self.end_page();
                    }
                    continue;
                }
                // Invisible, and in the middle of words.
                '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => continue,
                _ => {}
            }
            let replacement = match c {
                c if c.is_whitespace() || c.is_control() => " ",
                // A text layer shows soft hyphens only where they are printed.
                '\u{ad}' | '\u{2010}' | '\u{2011}' => "-",
                '\u{fb00}' => "ff",
                '\u{fb01}' => "fi",
                '\u{fb02}' => "fl",
                '\u{fb03}' => "ffi",
                '\u{fb04}' => "ffl",
                _ => "",
            };
            if replacement == " " && piece.is_empty() {
                continue;
            }
            if marks.last().is_none_or(|&(from, source)| source + (piece.len() - from) != offset + at) {
                marks.push((piece.len(), offset + at));
            }
            match replacement {
                "" => piece.push(c),
                some => piece.push_str(some),
            }
            if piece.is_empty() {
                marks.push((0, next));
            }
        }
        self.piece(&mut piece, &mut marks);
        self.scratch = piece;
        self.scratch_marks = marks;
    }

    fn piece(&mut self, piece: &mut String, marks: &mut Vec<(usize, usize)>) {
        piece.truncate(piece.trim_ascii_end().len());
        self.line(piece, marks);
        piece.clear();
        marks.clear();
    }

    /// Takes a trimmed line with the marks that lead from it to the source.
    fn line(&mut self, line: &str, marks: &[(usize, usize)]) {
        if line.is_empty() {
            self.blank_lines += 1;
            return;
        }
        if furniture::anywhere(line) || (self.page > 0 && self.page_lines < 2 && furniture::at_edge(line, self.page)) {
            self.case_number = self.case_number.or_else(|| furniture::case_number(line));
            return;
        }
        self.last_lines = [self.last_lines[1], self.text.len()];
        self.page_lines += 1;
        if !self.text.is_empty() {
            let blank_lines = self.blank_lines.min(2);
            self.text.push_str(match (self.page_break, blank_lines) {
                (true, _) => "\n\x0c",
                (false, 0) => "\n",
                (false, 1) => "\n\n",
                (false, _) => "\n\n\n",
            });
            if !self.page_break {
                self.gaps[blank_lines] += 1;
            }
        }
        self.blank_lines = 0;
        self.page_break = false;
        let start = self.text.len();
        for &(from, source) in marks {
            let from = start + from;
            if self.marks.last().is_none_or(|&(f, s)| s.wrapping_sub(f) != source.wrapping_sub(from)) {
                self.marks.push((from, source));
            }
        }
        self.text.push_str(line);
        if line.len() < LONGEST_LINE {
            self.lengths.resize(LONGEST_LINE, 0);
            if let Some(count) = self.lengths.get_mut(line.len()) {
                *count += 1;
            }
        }
    }

    /// Ends a page: takes page numbers and the like off its end.
    fn end_page(&mut self) {
        for _ in 0..self.page_lines.min(2) {
            let start = self.last_lines[1];
            let line = self.text[start..].trim_ascii();
            if !furniture::at_edge(line, self.page) {
                break;
            }
            self.case_number = self.case_number.or_else(|| furniture::case_number(line));
            self.text.truncate(start);
            while self.marks.last().is_some_and(|&(from, _)| from >= start) {
                self.marks.pop();
            }
            self.last_lines = [0, self.last_lines[0]];
        }
        self.page_lines = 0;
        self.page += 1;
        self.page_break = true;
        self.blank_lines = 0;
    }

    fn finish(mut self, source: &str) -> View<'_> {
        self.end_page();
        let lines: u32 = self.lengths.iter().sum();
        let mut longer = 0;
        let width = self.lengths.iter().rposition(|&count| {
            longer += count;
            longer * 32 >= lines.max(1)
        });
        let [none, one, more] = self.gaps;
        let double = one > 0 && one + more > 4 * none;
        View {
            source,
            text: self.text,
            marks: self.marks,
            spacing: 1 + usize::from(double),
            width: width.unwrap_or_default(),
            case_number: self.case_number,
        }
    }
}
