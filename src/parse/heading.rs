//! Headings of issues: where they end, in an outcome, and where they begin, after a rationale without any mark.

use super::mark;
use super::text::View;
use super::words::{alike, word_before, word_end};
use memchr::memchr;
use std::ops::Range;

/// What a heading says of its issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Upheld,
    Overturned,
    /// In part; an issue has no such outcome.
    Partial,
}

/// The end of a heading.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// The colon before the outcome, or the outcome itself if the colon is missing: the end of the heading's text.
    pub(super) colon: usize,
    /// Where the line of the colon begins.
    pub(super) line: usize,
    /// The end of the outcome.
    pub(super) end: usize,
    pub(super) verdict: Verdict,
    /// Where the decision begins, its number included, and where its heading does, if that is known for certain.
    pub(super) begins: Option<(usize, usize)>,
    /// The number before the heading.
    pub(super) number: Option<u32>,
}

/// An outcome after a colon, with a capital, and nothing after it on its line.
fn strict_outcome(text: &str, from: usize, limit: usize) -> Option<(Verdict, usize)> {
    let bytes = text.as_bytes();
    let start = from + bytes.get(from..limit)?.iter().take(8).take_while(|b| b.is_ascii_whitespace()).count();
    let end = word_end(bytes, start);
    if !bytes.get(start)?.is_ascii_uppercase() {
        return None;
    }
    let (verdict, end) = match word(&bytes[start..end]) {
        Some(Said::Outcome(verdict)) => (verdict, end),
        Some(Said::Partly) => {
            let next = end + bytes.get(end..limit)?.iter().take(3).take_while(|b| b.is_ascii_whitespace()).count();
            let end = word_end(bytes, next);
            word(&bytes[next..end]).map(|_| (Verdict::Partial, end))?
        }
        None => return None,
    };
    let rest = bytes.get(end..limit)?;
    let after = end + rest.iter().take(8).take_while(|b| b" .*_)".contains(b)).count();
    matches!(bytes.get(after..limit)?.first(), None | Some(b'\n' | b'\x0c')).then_some((verdict, after))
}

/// An outcome as the last word before a label, whatever stands before it.
fn lenient_outcome(text: &str, piece: Range<usize>) -> Option<Head> {
    let bytes = text.as_bytes();
    let (mut start, end) = word_before(bytes, piece.end).filter(|(start, _)| *start >= piece.start)?;
    let mut said = word(&bytes[start..end]);
    let before = |at| word_before(bytes, at).filter(|(start, _)| *start >= piece.start);
    if said.is_none() && bytes[start..end].eq_ignore_ascii_case(b"part") {
        // "Upheld in part"
        let (at, _) = before(start).filter(|&(s, e)| bytes[s..e].eq_ignore_ascii_case(b"in"))?;
        let (at, stop) = before(at)?;
        said = word(&bytes[at..stop]).map(|_| Said::Outcome(Verdict::Partial));
        start = at;
    }
    let Some(Said::Outcome(mut verdict)) = said else { return None };
    if let Some((at, stop)) = before(start)
        && matches!(word(&bytes[at..stop]), Some(Said::Partly))
    {
        verdict = Verdict::Partial;
        start = at;
    }
    let gap = bytes[piece.start..start].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
    let colon = match (start - gap).checked_sub(1) {
        Some(at) if at >= piece.start && bytes[at] == b':' => at,
        // Without a colon, a word in the middle of a sentence is no outcome.
        _ if bytes[start].is_ascii_uppercase() => before_verb(text, piece.start, start - gap),
        // "REQUEST: UR denial upheld"
        _ => Some(start - gap).filter(|&end| mark::before_announcement(text, piece.start, end) < end)?,
    };
    let colon = mark::before_announcement(text, piece.start, colon);
    Some(Head {
        colon,
        line: line_start(text, piece.start, colon),
        end: piece.end,
        verdict,
        begins: None,
        number: None,
    })
}

/// Where a heading ends before the verb of "REQUEST is Upheld".
fn before_verb(text: &str, start: usize, end: usize) -> usize {
    let heading = text.get(start..end).unwrap_or_default();
    // "The remaining portion of the original request, REQUEST is: Upheld" is one sentence.
    let whole =
        heading.get(heading.len().saturating_sub(LONGEST)..).is_some_and(|tail| tail.contains("riginal request"));
    let verbs = [" is", " are", " was", " were"].iter().filter(|_| !whole);
    let verb = { verbs }.find_map(|verb| heading.strip_suffix(verb));
    verb.map_or(end, |request| start + request.trim_end().len())
}

enum Said {
    Outcome(Verdict),
    Partly,
}

fn word(word: &[u8]) -> Option<Said> {
    let is = |known: &[&str]| known.iter().any(|k| alike(word, k.as_bytes()));
    match word.first()?.to_ascii_lowercase() {
        b'u' if is(&["upheld", "uphold"]) => Some(Said::Outcome(Verdict::Upheld)),
        b'o' if is(&["overturned", "overturn"]) => Some(Said::Outcome(Verdict::Overturned)),
        b'p' if is(&["partially", "partly"]) || word.eq_ignore_ascii_case(b"partial") => Some(Said::Partly),
        b'm' if word.eq_ignore_ascii_case(b"modified") => Some(Said::Outcome(Verdict::Partial)),
        _ => None,
    }
}

/// Headings are shorter than this.
const LONGEST: usize = 4000;

/// Finds where headings begin.
///
/// Going back line by line: where blank lines set paragraphs apart, at one of them; else after a line that ends a
/// sentence or ends early. A partial authorization begins with its first sentence ("X was the original request.").
pub(super) struct Finder<'a, 't> {
    view: &'a View<'t>,
    /// Whether blank lines can be trusted: some text tools leave one now and then between blocks of their own.
    by_paragraphs: bool,
}

impl<'a, 't> Finder<'a, 't> {
    /// Trusts blank lines if they set apart most of the labels at the given offsets.
    pub(super) fn new(view: &'a View<'t>, labels: impl Iterator<Item = usize>) -> Self {
        let (mut apart, mut all) = (0, 0);
        for label in labels {
            let before = view.text().get(..label).unwrap_or_default();
            let separator = before.len() - before.trim_end_matches(['\n', '\x0c', ' ']).len();
            all += 1;
            apart += usize::from(view.parts_paragraphs(before.get(label - separator..).unwrap_or_default()));
        }
        Self { view, by_paragraphs: apart * 2 > all }
    }

    /// The heads at the end of a piece of text: one, as a rule; more where issues share the labels that follow.
    ///
    /// The last one may be of unusual form if a label follows. Those before it have a colon, end their line (or their
    /// paragraph), and have nothing but the next heading after them: a rationale may quote an outcome.
    pub(super) fn heads(&self, piece: Range<usize>, before_label: bool) -> Vec<Head> {
        let text = self.view.text();
        let end = piece.start + text.get(piece.clone()).unwrap_or_default().trim_ascii_end().len();
        let mut heads = Vec::new();
        let mut from = piece.start;
        while let Some(colon) = find_colon(text, from..end) {
            from = colon + 1;
            let Some((verdict, stop)) = strict_outcome(text, colon + 1, end) else { continue };
            let rest = text.get(stop..end).unwrap_or_default();
            let separator = rest.len() - rest.trim_start_matches(['\n', '\x0c']).len();
            let separator = rest.get(..separator).unwrap_or_default();
            let ends = !self.by_paragraphs || separator.contains('\x0c') || self.view.parts_paragraphs(separator);
            if rest.is_empty() || (ends && !text.get(..stop).is_some_and(|head| head.ends_with('.'))) {
                let heading = mark::before_announcement(text, piece.start, colon);
                heads.push(Head {
                    colon: heading,
                    line: line_start(text, piece.start, heading),
                    end: stop,
                    verdict,
                    begins: None,
                    number: None,
                });
                from = stop;
            }
        }
        if before_label && heads.last().is_none_or(|head| head.end < end) {
            heads.extend(lenient_outcome(text, piece.start..end));
        }
        if heads.last().is_none_or(|head| head.end < end) {
            return Vec::new();
        }
        let adjoin = |head: &Head, next: &Head| {
            let between = head.end..next.colon;
            between.len() < LONGEST
                && self.start(between.clone(), next.colon).is_none()
                && self.start_of_sentence(between, next.colon).is_none()
        };
        let unrelated = heads.windows(2).rposition(|pair| !adjoin(&pair[0], &pair[1]));
        heads.split_off(unrelated.map_or(0, |i| i + 1))
    }

    /// The heads that are paragraphs of their own, "REQUEST: Upheld", after a finished sentence, whatever follows them.
    ///
    /// They tell of decisions without labels, and of labels that are not known. A letter without trusted paragraphs has
    /// none.
    pub(super) fn paragraphs(&self, piece: Range<usize>) -> Vec<Head> {
        /// Longer ones are text with an outcome at its end.
        const LONGEST_PARAGRAPH: usize = 500;
        let text = self.view.text();
        let mut heads: Vec<Head> = Vec::new();
        let mut colons = piece.start..piece.end;
        while let Some(colon) = find_colon(text, colons.clone()) {
            colons.start = colon + 1;
            let Some((verdict, end)) = strict_outcome(text, colon + 1, piece.end).filter(|_| self.by_paragraphs) else {
                continue;
            };
            let rest = text.get(end..piece.end).unwrap_or_default();
            let after = rest.get(..rest.len() - rest.trim_start_matches(['\n', '\x0c', ' ']).len()).unwrap_or_default();
            let from = heads.last().map_or(piece.start, |head| head.end);
            let low = text.ceil_char_boundary(from.max(colon.saturating_sub(LONGEST_PARAGRAPH)));
            let before = text.get(low..colon).unwrap_or_default();
            let apart = if self.view.parts_paragraphs("\n\n") { "\n\n" } else { "\n\n\n" };
            let breaks = before.rfind(apart).map(|n| n + apart.len()).max(before.rfind('\x0c').map(|n| n + 1));
            let whole = (low == from).then(|| before.len() - before.trim_start().len());
            let Some(start) = breaks.or(whole).map(|n| low + n) else { continue };
            // After a label comes its text.
            let before = text.get(if heads.is_empty() { 0 } else { from }..start).unwrap_or_default().trim_end();
            let listed = heads.is_empty() && ends_with_outcome(before);
            if !listed
                && (rest.is_empty() || self.view.parts_paragraphs(after) || after.contains('\x0c'))
                && (before.is_empty() || ends_sentence(before))
                && text.get(start..).is_some_and(capital)
            {
                let heading = mark::before_announcement(text, start, colon);
                heads.push(Head {
                    colon: heading,
                    line: start,
                    end,
                    verdict,
                    begins: Some((start, start)),
                    number: None,
                });
                colons.start = end;
            }
        }
        heads
    }

    /// Where the heading that ends at `end` begins in a piece of text; `None` if nothing tells.
    pub(super) fn start(&self, piece: Range<usize>, end: usize) -> Option<usize> {
        let text = self.view.text();
        let low = text.ceil_char_boundary(piece.start.max(end.saturating_sub(LONGEST)));
        let window = low..end;
        let latest = partial_authorization(text, window.clone()).unwrap_or(end);
        let by_paragraphs = if self.by_paragraphs { walk(self.view, window.clone(), latest, true) } else { None };
        by_paragraphs.or_else(|| walk(self.view, window, latest, false))
    }

    /// Whether a head that no label confirms stands in a list that a rationale quotes, from an offset on: behind words that
    /// announce it ("decided as follows:"), behind an outcome that is no head, or in the middle of a sentence.
    pub(super) fn is_quoted(&self, from: usize, head: &Head) -> bool {
        let text = self.view.text();
        let start = head.begins.map(|(start, _)| start).or_else(|| {
            let blank = text.get(from..head.line).is_some_and(|before| before.trim_end().is_empty());
            if blank { Some(head.line) } else { self.start(from..head.colon, head.colon) }
        });
        let Some(start) = start else { return true };
        let heading = text.get(start..head.colon).unwrap_or_default();
        // "Associated surgical service:" may have a line of its own.
        let announced = !heading.get(..10).is_some_and(|first| first.eq_ignore_ascii_case("associated"))
            && heading.match_indices(':').any(|(at, _)| {
                heading.get(at + 1..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with(['\n', '\x0c']))
            });
        announced || text.get(from..start).is_some_and(|before| ends_with_outcome(before.trim_end()))
    }

    /// Where the heading that ends at `end` begins by its lines alone, where the paragraphs mislead.
    pub(super) fn start_by_lines(&self, piece: Range<usize>, end: usize) -> Option<usize> {
        let text = self.view.text();
        let low = text.ceil_char_boundary(piece.start.max(end.saturating_sub(LONGEST)));
        let latest = partial_authorization(text, low..end).unwrap_or(end);
        walk(self.view, low..end, latest, false)
    }

    /// Whether a heading begins too early: it runs over lines and sentences, tells of no authorization, and no empty line
    /// stands before it.
    pub(super) fn is_doubtful(&self, heading: Range<usize>) -> bool {
        let text = self.view.text();
        let before = text.get(..heading.start).unwrap_or_default();
        let separator = before.len() - before.trim_end_matches(['\n', '\x0c', ' ']).len();
        let apart = self.view.parts_paragraphs(before.get(before.len() - separator..).unwrap_or_default());
        let (_, from) = mark::issue_number(text, heading.start, u32::MAX);
        let words = text.get(from..heading.end).unwrap_or_default();
        let told = ["uthoriz", "ertified", "pproved", "riginal", "ligible"].iter().any(|word| words.contains(word));
        let stops = words.match_indices(['.', '?', '!']).map(|(at, _)| words.split_at(at + 1));
        let sentences = || {
            { stops }.any(|(before, after)| {
                let gap = after.len() - after.trim_start().len();
                gap > 0 && capital(after.trim_start()) && !ends_with_abbreviation(before)
            })
        };
        // "... is not medically necessary. Lumbar brace"
        let concludes = words.contains("edically necessary");
        !(self.by_paragraphs && apart) && (concludes || (!told && words.contains('\n'))) && sentences()
    }

    /// Where the last sentence before `end` begins in a piece of text: the best that a text without lines can tell.
    pub(super) fn start_of_sentence(&self, piece: Range<usize>, end: usize) -> Option<usize> {
        let text = self.view.text();
        let low = text.ceil_char_boundary(piece.start.max(end.saturating_sub(LONGEST)));
        let latest = partial_authorization(text, low..end).unwrap_or(end);
        let window = text.get(low..end)?;
        // A line or a page can end with the sentence.
        let starts = window.rmatch_indices([' ', '\n', '\x0c']).map(|(space, _)| (space, low + space + 1));
        let mut sentences = starts.filter(|&(space, next)| {
            let before = window.get(..space).unwrap_or_default().trim_ascii_end();
            next <= latest
                && ends_sentence(before)
                && !ends_with_abbreviation(before)
                && !ends_with_number(before)
                && text.get(next..).is_some_and(capital)
        });
        sentences.next().map(|(_, next)| next)
    }
}

/// Whether a text ends with an outcome behind a colon: "REQUEST: Upheld."
fn ends_with_outcome(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((start, end)) = word_before(bytes, text.len()) else { return false };
    let outcome = matches!(word(&bytes[start..end]), Some(Said::Outcome(_)));
    outcome && text.get(..start).is_some_and(|before| before.trim_end().ends_with(':'))
}

fn find_colon(text: &str, range: Range<usize>) -> Option<usize> {
    let start = range.start;
    memchr(b':', text.as_bytes().get(range)?).map(|n| start + n)
}

fn walk(view: &View<'_>, window: Range<usize>, latest: usize, by_paragraphs: bool) -> Option<usize> {
    let text = view.text();
    let mut next = line_start(text, window.start, window.end);
    while next > window.start {
        let before = text.get(window.start..next)?;
        let line_end = window.start + before.trim_end_matches(['\n', '\x0c']).len();
        let line = line_start(text, window.start, line_end);
        let break_here = Break {
            separator: text.get(line_end..next)?,
            before: text.get(line..line_end)?.trim_ascii(),
            after: text.get(next..window.end)?,
        };
        if line_end <= window.start || break_here.before.is_empty() {
            return None;
        }
        if next <= latest && break_here.begins_heading(view, by_paragraphs) {
            return Some(next);
        }
        next = line;
    }
    None
}

/// Two lines and what stands between.
struct Break<'a> {
    before: &'a str,
    separator: &'a str,
    after: &'a str,
}

impl Break<'_> {
    fn begins_heading(&self, view: &View<'_>, by_paragraphs: bool) -> bool {
        let sentence = ends_sentence(self.before);
        let capital = capital(self.after);
        if by_paragraphs {
            let paragraph = view.parts_paragraphs(self.separator) && !hangs(self.before) && (sentence || capital);
            let page = self.separator.contains('\x0c') && sentence && capital;
            return paragraph || page;
        }
        let early = view.ended_early(self.before, self.after);
        let sentence = sentence && (early || !ends_with_abbreviation(self.before));
        (capital && (sentence || (early && !hangs(self.before)))) || (sentence && early)
    }
}

fn capital(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || "(\"\u{201c}#*\u{2022}".contains(c))
}

fn ends_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '\'', ')', ']', '\u{201d}', '\u{2019}', ' ']).ends_with(['.', '?', '!'])
}

/// "p.o.", "b.i.d.", "No.": the full stop ends no sentence.
fn ends_with_abbreviation(line: &str) -> bool {
    let last = line.rsplit([' ', '\n', '\x0c']).next().unwrap_or_default();
    let Some(stem) = last.strip_suffix('.') else { return false };
    let dotted = stem.contains('.') && stem.split('.').all(|part| part.len() <= 2 && part.is_ascii());
    let known = ["no", "dr", "vs", "qty", "tab", "tabs", "cap", "caps", "approx", "mg", "ml", "wk", "wks", "x"];
    dotted || known.iter().any(|k| stem.eq_ignore_ascii_case(k))
}

/// Whether the number of a heading stands at the end, after a finished sentence: "... is indicated. 2."
fn ends_with_number(text: &str) -> bool {
    let (before, last) = text.rsplit_once([' ', '\n', '\x0c']).unwrap_or_default();
    let number = last.strip_suffix('.').is_some_and(|n| n.len() <= 2 && n.bytes().all(|b| b.is_ascii_digit()));
    number && ends_sentence(before)
}

/// Whether a line cannot be the last of a paragraph.
fn hangs(line: &str) -> bool {
    let last = line.rsplit(' ').next().unwrap_or_default();
    let connects = ["and", "or", "of", "the", "for", "to", "with", "in", "a", "an", "is", "by", "on", "at", "from"];
    line.ends_with([':', ',', ';', '-', '&', '/', '(']) || connects.contains(&last)
}

/// Where the sentence "X was the original request" says so, if the text before an outcome refers back to it.
fn partial_authorization(text: &str, window: Range<usize>) -> Option<usize> {
    let bytes = text.as_bytes();
    let lower = text.get(window.clone())?.to_ascii_lowercase();
    // Few letters have the word, and looking for it forwards is faster.
    if !lower.contains("original") {
        return None;
    }
    let mut reference = None;
    for (at, _) in lower.rmatch_indices("original") {
        let at = window.start + at;
        let (the, _) = word_before(bytes, at)?;
        let verb = word_before(bytes, the).map(|(s, e)| &bytes[s..e]);
        let defines = verb.is_some_and(|v| [&b"was"[..], b"were", b"is"].iter().any(|k| v.eq_ignore_ascii_case(k)));
        if defines && reference.is_some() {
            return Some(at);
        }
        if reference.is_none() {
            // The reference stands in the heading's last sentence, where the rationale's would be closed.
            let tail = lower.get(at - window.start..)?;
            let closed = tail.match_indices(". ").chain(tail.match_indices(".\n")).any(|(dot, _)| {
                let sentence = tail.get(..dot + 1).unwrap_or_default();
                !ends_with_abbreviation(sentence)
            });
            if defines || closed {
                return None;
            }
            reference = Some(at);
        }
    }
    None
}

/// Where the line of an offset begins, but not before `low`: a text may be one long line.
fn line_start(text: &str, low: usize, at: usize) -> usize {
    let before = text.as_bytes().get(low..at).unwrap_or_default();
    before.iter().rposition(|b| matches!(b, b'\n' | b'\x0c')).map_or(low, |n| low + n + 1)
}
