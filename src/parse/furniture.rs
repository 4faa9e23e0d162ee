//! Page headers and footers: lines at the edge of a page that are no part of the letter's text.

use super::words;
use crate::letter::CaseNumber;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Longer lines are text.
const LONGEST: usize = 240;

/// Whether a line is longer than that, the blanks aside before a page number at its far end.
fn is_long(line: &str, longest: usize) -> bool {
    let mut words = line.split_ascii_whitespace().map(|word| word.len() + 1);
    let within = |length: usize, word: usize| Some(length + word).filter(|length| *length <= longest + 1);
    line.len() > longest && words.try_fold(0, within).is_none()
}

/// Whether a line is page furniture wherever it stands.
pub(super) fn anywhere(line: &str) -> bool {
    match line.as_bytes().first() {
        Some(b'F' | b'f') if !is_long(line, LONGEST) => {
            let at = words::phrase(line, 0, &["final", "determination", "letter", "for", "imr", "case", "number"]);
            at.is_some_and(|at| numbers_only(without_case_number(&line[at..])))
        }
        Some(b'P' | b'p') if !is_long(line, LONGEST) => {
            // "page 43" alone may be the end of a citation.
            is_page_of(line) && line.split_ascii_whitespace().nth(2).is_some()
        }
        _ => false,
    }
}

/// The edge of a page that a line stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum At {
    Top,
    Bottom,
}

/// Whether a line at the top or the bottom of a page, counted from 0, is page furniture.
pub(super) fn at_edge(line: &str, page: usize, at: At) -> bool {
    if line.is_empty() || is_long(line, LONGEST) {
        return false;
    }
    if anywhere(line) {
        return true;
    }
    if let Some((number, named)) = page_number(line) {
        // A number alone may be the end of a sentence; a page number is near the count of pages.
        return named || number.abs_diff(page + 1) <= 2;
    }
    // The letter itself begins with a letterhead and its case number.
    let first = page == 0 && at == At::Top;
    is_page_of(line)
        || ends_with_page(line).is_some_and(|number| number.abs_diff(page + 1) <= 2)
        || is_stamp(line)
        || (!first && (is_letterhead(line) || confidential(line) || is_case_line(line)))
}

/// The number of a line that has nothing but a page number, and whether it has the word "page".
fn page_number(line: &str) -> Option<(usize, bool)> {
    let bare = line.trim_matches(|c: char| matches!(c, '-' | '\u{2013}' | '\u{2014}' | ' ' | '|' | '[' | ']'));
    let digits = words::phrase(bare, 0, &["page"]).map_or(bare, |at| bare[at..].trim_matches([' ', '|', '-', '#']));
    let shaped = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| shaped).map(|number| (number, digits.len() < bare.len()))
}

fn ends_in_digit(line: &str) -> bool {
    line.as_bytes().last().is_some_and(u8::is_ascii_digit)
}

/// The page number at the end of a line, set apart from what stands before it: "Exhibit B     Page 2 of 5".
fn ends_with_page(line: &str) -> Option<usize> {
    /// Longer lines are text.
    const LONGEST: usize = 120;
    if !ends_in_digit(line) || is_long(line, LONGEST) {
        return None;
    }
    // Nearly no line with a number at its end has the letter, which is found at once.
    let last = |word| line.rmatch_indices('P').map(|(at, _)| at).find(|&at| line[at..].starts_with(word));
    let at = last("Page ").or_else(|| last("PAGE "))?;
    let before = line.get(..at)?;
    let apart = ["  ", "| ", "- ", "\u{2013} ", "\u{2014} ", "\u{2022} "].iter().any(|gap| before.ends_with(gap));
    let page = line.get(at..).filter(|page| apart && is_page_of(page))?;
    page.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// A running header: the case number, maybe with its label and a page number.
fn is_case_line(line: &str) -> bool {
    let labels: [&[&str]; 3] = [&["imr", "case", "number"], &["maximus", "case", "number"], &["case", "number"]];
    let label = labels.iter().find_map(|words| words::phrase(line, 0, words));
    let bare = || line.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("cm"));
    (label.is_some() || bare())
        && case_number(line).is_some()
        && numbers_only(without_case_number(&line[label.unwrap_or(0)..]))
}

/// What a browser prints at the edge of a page: the address of the page with its number or the time, or the time first.
fn is_stamp(line: &str) -> bool {
    if !line.starts_with(|c: char| c == 'f' || c == 'h' || c.is_ascii_digit()) {
        return false;
    }
    let timed = |words: &str| {
        let date = |word: &str| word.split('/').filter(|part| part.bytes().all(|b| b.is_ascii_digit())).count() == 3;
        words.split_ascii_whitespace().any(|word| date(word.trim_end_matches(',')))
    };
    let last = line.rsplit(' ').next().unwrap_or_default();
    let of = last.split_once('/').is_some_and(|(page, of)| {
        [page, of].iter().all(|n| (1..=4).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
    });
    let address =
        ["file:///", "http://", "https://"].iter().any(|scheme| line.starts_with(scheme)) && line.contains(' ');
    let clock = || line.split_ascii_whitespace().nth(2).is_some_and(|w| ["AM", "PM", "am", "pm"].contains(&w));
    // A citation has words beside the address and the day. Only the paths of files have blanks.
    let stamps = |word: &str| {
        word.starts_with(|c: char| !c.is_alphabetic()) || ["AM", "PM", "am", "pm", "Page", "of"].contains(&word)
    };
    let cited = || line.starts_with("http") && !line.split_ascii_whitespace().skip(1).all(stamps);
    (address && (of || timed(line)) && !cited())
        || (line.starts_with(|c: char| c.is_ascii_digit()) && timed(line) && clock())
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
        Some(b'd') => rest(&["division", "of", "workers", "compensation"])
            .or_else(|| rest(&["department", "of", "industrial", "relations"]))
            .is_some_and(bare),
        Some(b'p') => rest(&["p", "o", "box"]).is_some_and(numbers_only),
        Some(b's') => {
            rest(&["sacramento", "ca"]).is_some_and(numbers_only)
                || rest(&["state", "of", "california"]).is_some_and(bare)
        }
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

/// Lines that may be page furniture in a text that has lost its page breaks.
#[derive(Debug, Default)]
pub(super) struct Loose {
    lines: Vec<(Likeness, Range<usize>)>,
}

/// What a line in the middle of a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// A page number, maybe with the word "Page".
    Number(usize, bool),
    /// A line of a letterhead, with a number that tells it from others.
    Letterhead(u64),
    CaseNumber,
}

impl Loose {
    /// Longer lines are text, or end with a page number.
    const LONGEST: usize = 60;
    /// Numbers that stand closer are no page numbers.
    const SHORTEST_PAGE: usize = 200;

    /// Takes a line that begins at an offset of the text.
    pub(super) fn add(&mut self, start: usize, line: &str) {
        // Most lines are longer, and end in a word.
        let short = line.len() <= Self::LONGEST;
        let likeness = match line.as_bytes().first().map(u8::to_ascii_lowercase) {
            Some(b'0'..=b'9' | b'-' | b'[' | b'|' | b'p' | 0x80..) if short && page_number(line).is_some() => {
                page_number(line).map(|(number, named)| Likeness::Number(number, named && !line.starts_with('p')))
            }
            Some(b'm' | b'i' | b'd' | b'p' | b's' | b'(' | b't' | b'f') if short && is_letterhead(line) => {
                Some(Likeness::Letterhead(key(line)))
            }
            Some(b'i' | b'm' | b'c') if short && is_case_line(line) => Some(Likeness::CaseNumber),
            _ => ends_with_page(line).map(|number| Likeness::Number(number, true)),
        };
        self.lines.extend(likeness.map(|likeness| (likeness, start..start + line.len())));
    }

    /// The lines that are page furniture, in the order of the text: page numbers that count, letterheads of several lines
    /// or that come again, and the case number where it comes again.
    ///
    /// A number that a line in lower case follows is part of a sentence, unless the numbers count from 1 or are several.
    pub(super) fn furniture(&self, text: &str) -> Vec<Range<usize>> {
        let goes_on = |line: &Range<usize>| {
            let after = text.get(line.end..).unwrap_or_default().trim_start();
            after.starts_with(|c: char| c.is_ascii_lowercase())
        };
        let mut taken = vec![false; self.lines.len()];
        let mut chain: Vec<usize> = Vec::new();
        let mut expected = 1;
        for (i, (likeness, range)) in self.lines.iter().enumerate() {
            let Likeness::Number(number, _) = *likeness else { continue };
            let near = chain.last().is_some_and(|&last| range.start - self.lines[last].1.end < Self::SHORTEST_PAGE);
            if !near && (number == expected || (chain.is_empty() && number == 2)) {
                chain.push(i);
                expected = number + 1;
            }
        }
        // One number alone can be anything, unless it calls itself a page.
        let named = chain.iter().any(|&i| matches!(self.lines[i].0, Likeness::Number(_, true)));
        let from_one = chain.first().is_some_and(|&i| matches!(self.lines[i].0, Likeness::Number(1, _)));
        let certain = from_one || chain.len() > 2;
        let part_of_sentence = !certain && chain.iter().any(|&i| goes_on(&self.lines[i].1));
        if (named || chain.len() > 1) && !part_of_sentence {
            chain.iter().for_each(|&i| taken[i] = true);
        }
        let mut case_numbers = (0..self.lines.len()).filter(|&i| self.lines[i].0 == Likeness::CaseNumber);
        case_numbers.next();
        case_numbers.for_each(|i| taken[i] = true);
        let adjoin = |i: usize, j: usize| {
            let (a, b) = (self.lines.get(i.min(j)), self.lines.get(i.max(j)));
            a.zip(b).is_some_and(|((_, a), (_, b))| b.start.saturating_sub(a.end) <= 4)
        };
        let mut seen: HashMap<u64, usize> = HashMap::new();
        for (likeness, _) in &self.lines {
            if let Likeness::Letterhead(key) = likeness {
                *seen.entry(*key).or_default() += 1;
            }
        }
        for (i, ((likeness, _), taken)) in self.lines.iter().zip(&mut taken).enumerate() {
            let Likeness::Letterhead(key) = likeness else { continue };
            let before = i.checked_sub(1).is_some_and(|before| adjoin(before, i));
            *taken = before || adjoin(i, i + 1) || seen.get(key).is_some_and(|&times| times > 1);
        }
        self.lines.iter().zip(taken).filter(|(_, taken)| *taken).map(|((_, range), _)| range.clone()).collect()
    }
}

/// A line, its numbers aside, as one number (FNV-1a). A run of digits counts as one.
fn key(line: &str) -> u64 {
    let mut key = 0xcbf2_9ce4_8422_2325_u64;
    let mut digits = false;
    for byte in line.bytes() {
        let digit = byte.is_ascii_digit();
        if digit && digits {
            continue;
        }
        digits = digit;
        key = (key ^ u64::from(if digit { b'0' } else { byte })).wrapping_mul(0x0100_0000_01b3);
    }
    key
}

/// Short lines at the edges of pages, of which those that most pages repeat are running headers and footers.
#[derive(Debug, Default)]
pub(super) struct Edges {
    lines: Vec<Edge>,
}

#[derive(Debug)]
struct Edge {
    page: usize,
    at: At,
    /// How many lines of the page stand between this one and the edge.
    depth: usize,
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
    pub(super) fn add(&mut self, page: usize, (at, depth): (At, usize), start: usize, line: &str) {
        if !line.ends_with(':') && !is_long(line, Self::LONGEST) {
            self.lines.push(Edge { page, at, depth, start, end: start + line.len() });
        }
    }

    /// Forgets the lines from an offset of the text on, which was cut there.
    pub(super) fn truncate(&mut self, end: usize) {
        while self.lines.last().is_some_and(|edge| edge.start >= end) {
            self.lines.pop();
        }
    }

    /// The lines of a text that more than half of its pages repeat at the same edge, in the order of the text.
    ///
    /// Nothing but other such lines stands between them and the edge. Issues repeat lines too, so a line that goes on with a
    /// sentence is text, and one that also stands away from the edges is, unless nearly all pages have it at their edge; in
    /// the middle of a sentence it is none there, either.
    pub(super) fn repeated(&self, pages: usize, text: &str) -> Vec<Range<usize>> {
        /// Two pages can begin with the same words by chance.
        const LEAST: usize = 3;
        /// What the grammar reads is never taken for a header, however often it stands at an edge.
        const LABELS: [&str; 5] = ["uideline", "ationale", "pheld", "verturned", "edically necessary"];
        if pages < LEAST {
            return Vec::new();
        }
        let mut taken = vec![false; self.lines.len()];
        let mut keys = vec![0; self.lines.len()];
        // Those away from the edges.
        let mut within: Vec<Range<usize>> = Vec::new();
        let line = |i: usize| text.get(self.lines[i].start..self.lines[i].end).unwrap_or_default();
        for depth in 0..Self::TOP.max(Self::BOTTOM) {
            let mut open: Vec<usize> = (0..self.lines.len())
                .filter(|&i| {
                    self.lines[i].depth == depth && self.outer(i).is_none_or(|outer| outer.is_some_and(|o| taken[o]))
                })
                .collect();
            open.iter().for_each(|&i| keys[i] = key(line(i)));
            open.sort_by_key(|&i| (self.lines[i].at, keys[i]));
            // A page has one line at each edge and depth.
            let runs = open.chunk_by(|&a, &b| (self.lines[a].at, keys[a]) == (self.lines[b].at, keys[b]));
            let repeated: Vec<&[usize]> = runs
                .filter(|run| run.len() >= LEAST && run.len() * 2 > pages)
                .filter(|run| !LABELS.iter().any(|label| line(run[0]).contains(label)))
                .collect();
            if repeated.is_empty() {
                break;
            }
            let candidates: HashMap<usize, u64> =
                repeated.iter().flat_map(|run| run.iter().map(|&i| (self.lines[i].start, keys[i]))).collect();
            let inner = self.inner(&candidates, text);
            let runs_on = |run: &[usize]| {
                let on = run.iter().filter(|&&i| self.goes_on(i, &candidates, text)).count();
                // A header can begin with a number, and pages end where they will.
                let least = if line(run[0]).starts_with(|c: char| c.is_ascii_digit()) { run.len() } else { 1 };
                on >= least
            };
            // Pages end in the middle of a list by chance, but not all of them.
            let joined = |run: &[usize]| run.iter().all(|&i| hangs(self.before(i, &candidates, text)));
            for run in repeated {
                let places = inner.get(&keys[run[0]]).map_or(&[][..], Vec::as_slice);
                let runs = run.len() + 1 >= pages && places.len() * 2 < run.len() && !joined(run);
                if (places.is_empty() || runs) && !runs_on(run) {
                    run.iter().for_each(|&i| taken[i] = true);
                    within.extend(places.iter().filter(|place| interrupts(text, place)).cloned());
                }
            }
        }
        let edges = self.lines.iter().zip(taken).filter(|(_, taken)| *taken).map(|(edge, _)| edge.start..edge.end);
        let mut ranges: Vec<_> = edges.chain(within).collect();
        ranges.sort_by_key(|range| range.start);
        ranges.dedup();
        ranges
    }

    /// The line between a line and its edge: `None` if there is none, `Some(None)` if it is not one of those.
    fn outer(&self, i: usize) -> Option<Option<usize>> {
        let edge = &self.lines[i];
        let depth = edge.depth.checked_sub(1)?;
        let beside = if edge.at == At::Top { i.checked_sub(1) } else { Some(i + 1) };
        let is_outer = |o: &Edge| o.page == edge.page && o.at == edge.at && o.depth == depth;
        Some(beside.filter(|&beside| self.lines.get(beside).is_some_and(is_outer)))
    }

    /// Where those lines also stand away from the edges of pages, by their keys.
    fn inner(&self, candidates: &HashMap<usize, u64>, text: &str) -> HashMap<u64, Vec<Range<usize>>> {
        let keys: HashSet<u64> = candidates.values().copied().collect();
        // Few lines begin like one of them.
        let class = |byte: u8| usize::from(if byte.is_ascii_digit() { b'0' } else { byte });
        let mut first = [false; 256];
        for byte in candidates.keys().filter_map(|&start| text.as_bytes().get(start)) {
            first[class(*byte)] = true;
        }
        let at_edges: HashSet<usize> = self.lines.iter().map(|edge| edge.start).collect();
        let mut inner: HashMap<u64, Vec<Range<usize>>> = HashMap::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
            let whole = text.get(start..end).unwrap_or_default();
            let line = whole.trim_start_matches('\x0c');
            let at = end - line.len();
            start = end + 1;
            let alike = line.len() <= Self::LONGEST && line.bytes().next().is_some_and(|byte| first[class(byte)]);
            if alike && !at_edges.contains(&at) {
                let key = key(line);
                if keys.contains(&key) {
                    inner.entry(key).or_default().push(at..end);
                }
            }
        }
        inner
    }

    /// Whether a line goes on with the sentence of the line before it, candidates left aside.
    fn goes_on(&self, i: usize, candidates: &HashMap<usize, u64>, text: &str) -> bool {
        let edge = &self.lines[i];
        let line = text.get(edge.start..edge.end).unwrap_or_default();
        if !line.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '&' || c == ',') {
            return false;
        }
        let before = self.before(i, candidates, text);
        !before.is_empty() && !before.ends_with(['.', '?', '!', ':', ')', '"', '\u{201d}'])
    }

    /// The text before a line, candidates left aside.
    fn before<'t>(&self, i: usize, candidates: &HashMap<usize, u64>, text: &'t str) -> &'t str {
        let mut before = text.get(..self.lines[i].start).unwrap_or_default().trim_end();
        for _ in 0..Self::TOP + Self::BOTTOM {
            let start = before.rfind(['\n', '\x0c']).map_or(0, |n| n + 1);
            if !candidates.contains_key(&start) {
                break;
            }
            before = before.get(..start).unwrap_or_default().trim_end();
        }
        before
    }
}

/// Whether a line cannot end a sentence: a joint of words stands at its end.
fn hangs(before: &str) -> bool {
    let last = before.rsplit([' ', '\n']).next().unwrap_or_default();
    before.ends_with([',', '&', '-', '/', '('])
        || ["and", "or", "of", "the", "for", "to", "with", "in", "a"].contains(&last)
}

/// Whether a line stands in the middle of a sentence that goes on behind it.
fn interrupts(text: &str, line: &Range<usize>) -> bool {
    let (before, after) = (text.get(..line.start).unwrap_or_default(), text.get(line.end..).unwrap_or_default());
    let open = !before.trim_end().ends_with(['.', '?', '!', ':', ';', '"', '\u{201d}']);
    open && after.trim_start().starts_with(|c: char| c.is_ascii_lowercase())
}
