//! Body parts named in a text, by the table `schema/body-parts.tsv`.

use super::lexicon::{self, Lexicon};
use super::words::{self, starts, word_end};
use std::ops::Range;
use std::sync::LazyLock;

/// A place where a text names a body part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// The words, in bytes of the text.
    pub(super) at: Range<usize>,
    /// The body part by its name in the table.
    pub(super) part: &'static str,
}

/// The body parts of mentions, in their order, each once.
pub(super) fn parts(mentions: &[Mention]) -> Vec<&'static str> {
    let mut parts = Vec::new();
    mentions.iter().for_each(|mention| add(&[mention.part], &mut parts));
    parts
}

/// Adds body parts to those known, each once.
pub(super) fn add(parts: &[&'static str], known: &mut Vec<&'static str>) {
    for part in parts {
        if !known.contains(part) {
            known.push(part);
        }
    }
}

/// The body parts that a text as a whole is a word for: "low back" is the lumbar spine. None if it says more, or is none.
pub fn canonical(text: &str) -> Vec<&'static str> {
    let text = text.trim();
    let whole = |at: &Range<usize>| at.start == 0 && (at.end == text.len() || text.len() - at.end == 1);
    let mentions = mentions(text).into_iter().filter(|mention| whole(&mention.at));
    mentions.map(|mention| mention.part).collect()
}

/// Every place where a text names a body part.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let mut finder = Finder::new(text);
    let named = |(at, parts): (Range<usize>, &'static [&'static str])| {
        parts.iter().map(move |&part| Mention { at: at.clone(), part })
    };
    starts(text).filter_map(|start| finder.at(start)).flat_map(named).collect()
}

/// Finds body parts where words begin. Of words that overlap, the first and longest counts.
pub(super) struct Finder<'t> {
    text: &'t [u8],
    words: &'static Lexicon<Vec<&'static str>>,
    /// Where the word found last ends.
    from: usize,
}

impl<'t> Finder<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text: text.as_bytes(), words: &WORDS, from: 0 }
    }

    /// The words for body parts that begin with the word at an offset, and the parts. Offsets come in order.
    #[inline]
    pub(super) fn at(&mut self, start: usize) -> Option<(Range<usize>, &'static [&'static str])> {
        let rest = self.text.get(start..)?;
        if self.words.may_begin(rest) { self.found(rest, start) } else { None }
    }

    // Apart from the look that nearly all words end with.
    #[inline(never)]
    fn found(&mut self, rest: &[u8], start: usize) -> Option<(Range<usize>, &'static [&'static str])> {
        let (word, parts) = self.words.heads(rest).find(|(word, _)| ends(rest, word.len()))?;
        if start < self.from || !words::begins(self.text, start) {
            return None;
        }
        self.from = start + word.len();
        Some((start..self.from, parts))
    }
}

/// Whether a body part is named.
pub(super) fn names_part(text: &str) -> bool {
    let mut finder = Finder::new(text);
    starts(text).any(|start| finder.at(start).is_some_and(|(_, parts)| !parts.is_empty()))
}

/// Whether body parts are named and nothing else: "left elbow", "and wrists".
pub(super) fn is_part(text: &str) -> bool {
    const BESIDE: [&str; 10] = ["left", "right", "both", "bilateral", "either", "the", "and", "of", "in", "s"];
    let mut finder = Finder::new(text);
    let (mut named, mut end) = (false, 0);
    for start in starts(text) {
        if let Some((range, parts)) = finder.at(start) {
            named |= !parts.is_empty();
            end = range.end;
        } else if start >= end {
            let word = text.get(start..word_end(text.as_bytes(), start)).unwrap_or_default();
            // The "s" of a plural.
            if !BESIDE.iter().any(|beside| word.eq_ignore_ascii_case(beside)) {
                return false;
            }
        }
    }
    named
}

/// Whether a word ends here, or its plural.
fn ends(text: &[u8], end: usize) -> bool {
    let plural = matches!(text.get(end), Some(b's' | b'S'));
    words::ends(text, end + usize::from(plural))
}

/// The words of the table with the body parts that they name: none for words that only look like one.
static WORDS: LazyLock<Lexicon<Vec<&'static str>>> = LazyLock::new(|| {
    let rows = lexicon::rows(include_str!("../../schema/body-parts.tsv"));
    let words = rows.flat_map(|(part, cell)| {
        // A word of one letter would name nothing for certain.
        let words = lexicon::words(cell).filter(|word| word.len() > 1);
        let forms = words.flat_map(|word| [word.to_owned(), word.replace(' ', "-")]);
        forms.map(move |word| (word, if part == "-" { Vec::new() } else { vec![part] }))
    });
    Lexicon::new(words, |parts, more| add(&more, parts))
});
