//! Page headers and footers: lines at the edge of a page that are no part of the letter's text.

use super::words;
use crate::letter::CaseNumber;
use std::ops::Range;

/// Longer lines are text; a footer can have its page number at the far end.
const LONGEST: usize = 240;

/// Whether a line is page furniture wherever it stands.
pub(super) fn anywhere(line: &str) -> bool {
    match line.as_bytes().first() {
        Some(b'F' | b'f') if line.len() <= LONGEST => {
            let at = words::phrase(line, 0, &["final", "determination", "letter", "for", "imr", "case", "number"]);
            at.is_some_and(|at| numbers_only(without_case_number(&line[at..])))
        }
        Some(b'P' | b'p') if line.len() <= LONGEST => {
            // "page 43" alone may be the end of a citation.
            is_page_of(line) && line.split_ascii_whitespace().nth(2).is_some()
        }
        _ => false,
    }
}

/// Whether a line at the top or the bottom of a page, counted from 0, is page furniture.
pub(super) fn at_edge(line: &str, page: usize) -> bool {
    if line.len() > LONGEST || line.is_empty() {
        return false;
    }
    if anywhere(line) {
        return true;
    }
    let bare = line.trim_matches(|c: char| matches!(c, '-' | '\u{2013}' | '\u{2014}' | ' ' | '|' | '[' | ']'));
    let digits = words::phrase(bare, 0, &["page"]).map_or(bare, |at| bare[at..].trim_ascii());
    if !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
        // A number alone may be the end of a sentence; a page number is near the count of pages.
        let near = digits.parse::<usize>().is_ok_and(|n| n.abs_diff(page + 1) <= 2);
        return near || digits.len() < bare.len();
    }
    if is_page_of(line) || (page > 0 && (is_letterhead(line) || confidential(line))) {
        return true;
    }
    // A running header: the case number, maybe with its label and a page number.
    let rest =
        words::phrase(line, 0, &["imr", "case", "number"]).or_else(|| words::phrase(line, 0, &["case", "number"]));
    page > 0 && case_number(line).is_some() && numbers_only(without_case_number(&line[rest.unwrap_or(0)..]))
}

/// The first case number in a line.
pub(super) fn case_number(line: &str) -> Option<CaseNumber> {
    line.match_indices(['C', 'c']).find_map(|(at, _)| line.get(at..at + 12)?.parse().ok())
}

fn without_case_number(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    if rest.get(..12).is_some_and(|number| number.parse::<CaseNumber>().is_ok()) { &rest[12..] } else { rest }
}

/// Whether nothing is left but numbers, punctuation and the words of "Page 2 of 5".
fn numbers_only(rest: &str) -> bool {
    rest.split(|c: char| !c.is_alphanumeric())
        .all(|w| w.bytes().all(|b| b.is_ascii_digit()) || ["page", "of"].iter().any(|p| w.eq_ignore_ascii_case(p)))
}

/// "Page 2 of 5", "2 of 5".
fn is_page_of(line: &str) -> bool {
    let mut parts = line.split_ascii_whitespace().peekable();
    let named = parts.next_if(|w| w.eq_ignore_ascii_case("page")).is_some();
    let number = |w: Option<&str>| w.is_some_and(|w| w.len() <= 4 && w.bytes().all(|b| b.is_ascii_digit()));
    if !number(parts.next()) {
        return false;
    }
    match parts.next() {
        None => named,
        Some(of) => of.eq_ignore_ascii_case("of") && number(parts.next()) && parts.next().is_none(),
    }
}

/// Lines of the letterhead of MAXIMUS, where a page repeats it.
fn is_letterhead(line: &str) -> bool {
    let rest = |words: &[&str]| words::phrase(line, 0, words).map(|end| &line[end..]);
    let bare = |rest: &str| !rest.bytes().any(|b| b.is_ascii_alphanumeric());
    match line.as_bytes().first().map(u8::to_ascii_lowercase) {
        Some(b'm') => {
            let name =
                rest(&["maximus", "federal", "services", "inc"]).or_else(|| rest(&["maximus", "federal", "services"]));
            name.is_some_and(bare)
        }
        Some(b'i') => rest(&["independent", "medical", "review"]).is_some_and(bare),
        Some(b'p') => rest(&["p", "o", "box"]).is_some_and(numbers_only),
        Some(b's') => rest(&["sacramento", "ca"]).is_some_and(numbers_only),
        Some(b'(' | b't' | b'f') => {
            let digits = line.bytes().filter(u8::is_ascii_digit).count();
            let words = line.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty());
            digits >= 10
                && words
                    .into_iter()
                    .all(|w| ["tel", "telephone", "phone", "fax"].iter().any(|k| w.eq_ignore_ascii_case(k)))
        }
        _ => false,
    }
}

/// Whether a line begins the remark at the foot of a page that its content is confidential.
pub(super) fn confidential(line: &str) -> bool {
    let opens = |words: &[&str]| words::phrase(line, 0, words).is_some();
    match line.as_bytes().first() {
        Some(b'C') => line.starts_with("CONFIDENTIAL"),
        Some(b'T') => {
            ["document", "letter", "communication", "report"]
                .iter()
                .any(|what| opens(&["this", what, "contains", "confidential"]))
                || opens(&["this", "document", "is", "confidential"])
                || opens(&["the", "information", "contained", "in", "this", "document", "is", "confidential"])
        }
        _ => false,
    }
}

/// Short lines at the edges of pages, of which those that most pages repeat are running headers and footers.
#[derive(Debug, Default)]
pub(super) struct Edges {
    lines: Vec<Edge>,
}

#[derive(Debug)]
struct Edge {
    /// The edge and the line, its numbers aside, as one number.
    key: u64,
    page: usize,
    start: usize,
    end: usize,
}

impl Edges {
    /// How many lines at the top of a page can be a running header.
    pub(super) const TOP: usize = 2;
    /// How many lines at the bottom of a page can be a running footer.
    pub(super) const BOTTOM: usize = 3;
    /// Longer lines are text.
    const LONGEST: usize = 120;

    /// Takes a line that begins at an offset of the text.
    pub(super) fn add(&mut self, page: usize, top: bool, start: usize, line: &str) {
        if line.len() > Self::LONGEST || line.ends_with(':') {
            return;
        }
        // FNV-1a; a run of digits counts as one.
        let mut key = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(top);
        let mut digits = false;
        for byte in line.bytes() {
            let digit = byte.is_ascii_digit();
            if digit && digits {
                continue;
            }
            digits = digit;
            key = (key ^ u64::from(if digit { b'0' } else { byte })).wrapping_mul(0x0100_0000_01b3);
        }
        self.lines.push(Edge { key, page, start, end: start + line.len() });
    }

    /// The lines that more than half of the pages repeat at the same edge, in the order of the text.
    pub(super) fn repeated(&mut self, pages: usize) -> Vec<Range<usize>> {
        /// Two pages can begin with the same words by chance.
        const LEAST: usize = 3;
        if pages < LEAST {
            return Vec::new();
        }
        self.lines.sort_by_key(|edge| (edge.key, edge.page));
        let runs = self.lines.chunk_by(|a, b| a.key == b.key);
        let repeated = runs.filter(|run| {
            let on = 1 + run.windows(2).filter(|pair| pair[0].page != pair[1].page).count();
            on >= LEAST && on * 2 > pages
        });
        let mut ranges: Vec<_> = repeated.flatten().map(|edge| edge.start..edge.end).collect();
        ranges.sort_by_key(|range| range.start);
        ranges.dedup();
        ranges
    }
}
