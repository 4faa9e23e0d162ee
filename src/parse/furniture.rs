//! Page headers and footers: lines at the edge of a page that are no part of the letter's text.

use super::words;
use crate::letter::CaseNumber;

/// Longer lines are text; a footer can have its page number at the far end.
const LONGEST: usize = 240;

/// Whether a line is page furniture wherever it stands.
pub(super) fn anywhere(line: &str) -> bool {
    match line.as_bytes().first() {
        Some(b'F' | b'f') if line.len() <= LONGEST => {
            let at = words::phrase(line, 0, &["final", "determination", "letter", "for", "imr", "case", "number"]);
            at.is_some_and(|at| numbers_only(without_case_number(&line[at..])))
        }
        Some(b'P' | b'p') if line.len() <= LONGEST => is_page_of(line),
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
    if is_page_of(line) {
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
