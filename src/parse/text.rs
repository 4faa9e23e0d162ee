//! The text as the grammar reads it: lines trimmed, white space of one kind, no page furniture, and a way back.

use super::flow;
use super::furniture::{self, At, Edges, Loose};
use crate::letter::{CaseNumber, PageStart};
use memchr::{memchr_iter, memmem};
use std::cell::Cell;
use std::ops::Range;

/// A normalised copy of a text.
///
/// Lines are trimmed. What stands between two lines tells how they were apart: `\n` and up to two more for blank
/// lines, or `\n\x0c` for a page break. Every other white space is a space; runs of spaces stay, because columns are
/// told by them. Typographic quotes and dashes stay too: they are what the letter prints.
pub(super) struct View<'t> {
    source: &'t str,
    text: String,
    /// Where its lines stand, none of which is empty.
    lines: Vec<Range<usize>>,
    /// From the first offset (in `text`) on, up to the next mark, offsets run in parallel with the second (in `source`).
    marks: Vec<(usize, usize)>,
    /// How many `\n` stand between two lines of one paragraph: 1, or more where lines are set apart by empty ones.
    spacing: usize,
    /// The length of a full line.
    width: usize,
    /// A case number that a page header or footer told.
    case_number: Option<CaseNumber>,
    /// How many more words parted by hyphens are looked up, for parsing to stay linear.
    looks_left: Cell<u32>,
    /// Where pages end in the source.
    page_ends: Vec<usize>,
}

const MOST_LOOKS: u32 = 24;

impl<'t> View<'t> {
    /// Normalises a text.
    pub(super) fn new(source: &'t str) -> Self {
        let mut builder = Builder { text: String::with_capacity(source.len()), ..Builder::default() };
        let bytes = source.as_bytes();
        let mut start = 0;
        // The first byte that is not behind for which a line is not taken as it is: few lines have one.
        let mut special = next_special(bytes, 0);
        for end in memchr_iter(b'\n', bytes).chain([source.len()]) {
            let line = &source[start..end];
            if special < end {
                builder.special_line(line, start);
                special = next_special(bytes, end);
            } else {
                builder.plain_line(line, start);
            }
            start = end + 1;
        }
        builder.finish(source)
    }

    /// Joins the lines of a passage to one paragraph, and tells the pages that it stands on: from which byte of the
    /// paragraph on which page. Without page breaks none are told.
    ///
    /// A word that a hyphen parts at the end of a line is joined without it if the text has the word in one piece
    /// elsewhere, and not with a hyphen.
    pub(super) fn flow(&self, range: Range<usize>) -> (String, Vec<PageStart>) {
        let Some(passage) = self.text.get(range.clone()) else { return Default::default() };
        let first = self.lines.partition_point(|line| line.end <= range.start);
        let lines = self.lines.get(first..).unwrap_or_default().iter().take_while(|line| line.start < range.end);
        let lines = lines.filter_map(|line| {
            let start = line.start.max(range.start);
            Some((start, self.text.get(start..line.end.min(range.end))?))
        });
        let one_word = |first: &str, second: &str| {
            // Each look goes through the whole text; a letter has few such words.
            let left = self.looks_left.get();
            self.looks_left.set(left.saturating_sub(1));
            left > 0 && self.one_word(first, second)
        };
        let mut pages: Vec<PageStart> = Vec::new();
        let text = flow::joined(passage, lines, one_word, |place, from| {
            if self.page_ends.is_empty() {
                return;
            }
            let page = self.page(place);
            if pages.last().is_none_or(|last| last.page != page) {
                pages.push(PageStart { from, page });
            }
        });
        (text, pages)
    }

    /// The page that a place of the normalised text is on, from 1.
    fn page(&self, offset: usize) -> u32 {
        let source = self.source_offset(offset);
        let before = self.page_ends.partition_point(|end| *end < source);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn one_word(&self, first: &str, second: &str) -> bool {
        let letters = |part: &str| part.len() > 1 && part.bytes().skip(1).all(|b| b.is_ascii_lowercase());
        if !letters(first) || !letters(second) || !second.starts_with(|c: char| c.is_ascii_lowercase()) {
            return false;
        }
        let has = |word: &str| {
            let bytes = self.text.as_bytes();
            memmem::find_iter(bytes, word).any(|at| {
                let alphanumeric = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
                !alphanumeric(at.checked_sub(1).and_then(|b| bytes.get(b))) && !alphanumeric(bytes.get(at + word.len()))
            })
        };
        let first = first.to_ascii_lowercase();
        has(&format!("{first}{second}")) && !has(&format!("{first}-{second}"))
    }

    /// The normalised text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where the lines of the normalised text stand, none of which is empty.
    pub(super) fn lines(&self) -> &[Range<usize>] {
        &self.lines
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

#[derive(Default)]
struct Builder {
    text: String,
    lines: Vec<Range<usize>>,
    marks: Vec<(usize, usize)>,
    blank_lines: usize,
    page_break: bool,
    page: usize,
    /// Lines of this page so far.
    page_lines: usize,
    /// The lines at the edges of pages.
    edges: Edges,
    /// Lines that may be such ones in a text without page breaks.
    loose: Loose,
    /// How often 0, 1 and more blank lines stood between two lines.
    gaps: [usize; 3],
    lengths: Vec<u32>,
    case_number: Option<CaseNumber>,
    scratch: String,
    scratch_marks: Vec<(usize, usize)>,
}

/// Whether a byte of a line is kept as it is.
fn is_plain(byte: u8) -> bool {
    (b' '..0x7f).contains(&byte)
}

/// Where the next byte stands that is neither plain nor the end of a line.
fn next_special(bytes: &[u8], from: usize) -> usize {
    const BLOCK: usize = 64;
    let is_special = |b: &u8| !is_plain(*b) && *b != b'\n';
    let (blocks, _) = bytes.get(from..).unwrap_or_default().as_chunks::<BLOCK>();
    // Without a branch a byte, so that many are looked at at once.
    let plain = |block: &&[u8; BLOCK]| block.iter().fold(0, |any, b| any | u8::from(is_special(b))) == 0;
    let from = from + blocks.iter().take_while(plain).count() * BLOCK;
    bytes.get(from..).unwrap_or_default().iter().position(is_special).map_or(bytes.len(), |n| from + n)
}

/// Line lengths are counted up to this one; longer lines are paragraphs on one line and tell no width.
const LONGEST_LINE: usize = 160;

impl Builder {
    /// Takes a line of the source that has plain bytes only, without its `\n`.
    fn plain_line(&mut self, line: &str, offset: usize) {
        let trimmed = line.trim_ascii_start();
        let offset = offset + (line.len() - trimmed.len());
        self.line(trimmed.trim_ascii_end(), &[(0, offset)]);
    }

    /// Takes any other line of the source, without its `\n`.
    fn special_line(&mut self, line: &str, offset: usize) {
        let mut marks = std::mem::take(&mut self.scratch_marks);
        let mut piece = std::mem::take(&mut self.scratch);
        let mut at = 0;
        while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = rest.bytes().take_while(|b| is_plain(*b)).count();
            let (read, run) = match rest.chars().next() {
                Some(c) if plain == 0 => {
                    let replacement = match c {
                        '\r' | '\x0b' | '\x0c' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                            // The line feed after a carriage return ends this line already.
                            if c != '\r' || rest.len() > 1 {
                                self.piece(&mut piece, &mut marks);
                            }
                            if c == '\x0c' {
                                self.end_page();
                            }
                            ""
                        }
                        // Invisible, and in the middle of words.
                        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => "",
                        c if c.is_whitespace() || c.is_control() => " ",
                        // A text layer shows soft hyphens only where they are printed.
                        '\u{ad}' | '\u{2010}' | '\u{2011}' => "-",
                        '\u{fb00}' => "ff",
                        '\u{fb01}' => "fi",
                        '\u{fb02}' => "fl",
                        '\u{fb03}' => "ffi",
                        '\u{fb04}' => "ffl",
                        c => &rest[..c.len_utf8()],
                    };
                    (c.len_utf8(), replacement)
                }
                _ => (plain, &rest[..plain]),
            };
            // A line begins with its first word.
            let kept = if piece.is_empty() { run.trim_ascii_start() } else { run };
            let source = offset + at + (run.len() - kept.len());
            at += read;
            if kept.is_empty() {
                continue;
            }
            if marks.last().is_none_or(|&(from, known)| known + (piece.len() - from) != source) {
                marks.push((piece.len(), source));
            }
            piece.push_str(kept);
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
        if furniture::anywhere(line)
            || (self.page > 0 && self.page_lines < 2 && furniture::at_edge(line, self.page, At::Top))
        {
            self.case_number = self.case_number.or_else(|| furniture::case_number(line));
            return;
        }
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
        self.lines.push(start..self.text.len());
        if self.page == 0 {
            self.loose.add(start, line);
        }
        if self.page_lines <= Edges::TOP {
            self.edges.add(self.page, (At::Top, self.page_lines - 1), start, line);
        }
        if line.len() < LONGEST_LINE {
            self.lengths.resize(LONGEST_LINE, 0);
            if let Some(count) = self.lengths.get_mut(line.len()) {
                *count += 1;
            }
        }
    }

    /// Ends a page: takes page numbers and the like off its end.
    fn end_page(&mut self) {
        const LAST: usize = 4;
        let first = self.lines.len() - self.page_lines.min(LAST);
        let lines = first..self.lines.len();
        let line = |i: usize| self.text.get(self.lines[i].clone()).unwrap_or_default();
        // A line on confidentiality takes those below it along.
        let mut kept = lines.clone().find(|&i| furniture::confidential(line(i))).unwrap_or(lines.end);
        let lowest = kept.saturating_sub(2).max(first);
        while kept > lowest && furniture::at_edge(line(kept - 1), self.page, At::Bottom) {
            kept -= 1;
        }
        let number = (kept..lines.end).rev().find_map(|i| furniture::case_number(line(i)));
        self.case_number = self.case_number.or(number);
        for i in kept.saturating_sub(Edges::BOTTOM).max(first)..kept {
            self.edges.add(self.page, (At::Bottom, kept - 1 - i), self.lines[i].start, line(i));
        }
        if kept < lines.end {
            self.lines.truncate(kept);
            let end = self.lines.last().map_or(0, |last| last.end);
            self.text.truncate(end);
            self.edges.truncate(end);
            while self.marks.last().is_some_and(|&(from, _)| from >= end) {
                self.marks.pop();
            }
        }
        self.page_lines = 0;
        self.page += 1;
        self.page_break = true;
        self.blank_lines = 0;
    }

    /// Takes out lines that most pages repeat at the same edge, or what looks like them in a text without page breaks.
    fn drop_repeated(&mut self, pages: usize) {
        let unbroken = pages == 1;
        let repeated = if unbroken { self.loose.furniture(&self.text) } else { self.edges.repeated(pages, &self.text) };
        if repeated.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let marks = std::mem::take(&mut self.marks);
        let source = |offset: usize| {
            let at = marks.partition_point(|&(from, _)| from <= offset);
            at.checked_sub(1).and_then(|i| marks.get(i)).map_or(offset, |&(from, source)| source + (offset - from))
        };
        let mut from = 0;
        let mut keep = |range: Range<usize>| {
            if unbroken && range.start > 0 && !self.text.is_empty() {
                self.marks.push((self.text.len(), source(range.start)));
                self.text.push_str("\n\x0c");
            }
            let Some(kept) = text.get(range.clone()).filter(|kept| !kept.is_empty()) else { return };
            self.marks.push((self.text.len(), source(range.start)));
            let inner =
                marks.partition_point(|&(at, _)| at <= range.start)..marks.partition_point(|&(at, _)| at < range.end);
            let moved = |&(at, source): &(usize, usize)| (at - range.start + self.text.len(), source);
            self.marks.extend(marks.get(inner).unwrap_or_default().iter().map(moved));
            self.text.push_str(kept);
        };
        // A page number at the very end is cut already.
        for line in repeated.into_iter().filter(|line| line.end <= text.len()) {
            // The separator after a line goes with it, that before stays: it may be a page break.
            let rest = text.get(line.end..).unwrap_or_default();
            let page_break = rest.starts_with("\n\x0c");
            let gap = if page_break { 0 } else { rest.len() - rest.trim_start_matches('\n').len() };
            let before = text.get(from..line.start).unwrap_or_default();
            let trims = page_break || unbroken;
            let start = if trims { from + before.trim_end_matches(['\n', '\x0c']).len() } else { line.start };
            if start > from || !unbroken {
                keep(from..start.max(from));
            }
            from = (line.end + gap).max(from);
        }
        keep(from..text.len());
        self.lines = lines(&self.text);
    }

    fn finish(mut self, source: &str) -> View<'_> {
        let pages = self.page + usize::from(self.page_lines > 0);
        self.end_page();
        self.drop_repeated(pages);
        let lines: u32 = self.lengths.iter().sum();
        let mut longer = 0;
        let width = self.lengths.iter().rposition(|&count| {
            longer += count;
            longer * 32 >= lines.max(1)
        });
        let [none, one, more] = self.gaps;
        let double = one > 0 && one + more > 4 * none;
        // With two empty lines after each, more are not told apart.
        let triple = more > 4 * (none + one);
        View {
            source,
            text: self.text,
            lines: self.lines,
            marks: self.marks,
            spacing: if triple { 3 } else { 1 + usize::from(double) },
            width: width.unwrap_or_default(),
            case_number: self.case_number,
            looks_left: Cell::new(MOST_LOOKS),
            page_ends: memchr_iter(b'\x0c', source.as_bytes()).collect(),
        }
    }
}

/// Where the lines of a text stand that has `\n` and `\x0c` between them.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut next = 0;
    let lines = text.split('\n').map(|line| {
        let end = next + line.len();
        next = end + 1;
        end - line.trim_start_matches('\x0c').len()..end
    });
    lines.filter(|line| !line.is_empty()).collect()
}
