//! Body parts named in a text, by the table `schema/body-parts.tsv`.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashMap;
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

/// The body parts that a text names, in the order in which it does, each once.
pub(super) fn named(text: &str) -> Vec<&'static str> {
    let mut parts = Vec::new();
    for mention in mentions(text) {
        if !parts.contains(&mention.part) {
            parts.push(mention.part);
        }
    }
    parts
}

/// The body parts that a text as a whole is a word for: "low back" is the lumbar spine. None if it says more, or is none.
pub fn canonical(text: &str) -> Vec<&'static str> {
    let text = text.trim();
    let whole = |at: &Range<usize>| at.start == 0 && (at.end == text.len() || text.len() - at.end == 1);
    let mentions = mentions(text).into_iter().filter(|mention| whole(&mention.at));
    mentions.map(|mention| mention.part).collect()
}

/// Every place where a text names a body part. Of words that overlap, the first and longest counts.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let mut found: Vec<(Range<usize>, usize)> = Vec::new();
    for hit in TABLE.automaton.find_overlapping_iter(text) {
        if is_whole(text.as_bytes(), hit.range()) {
            found.push((hit.range(), hit.pattern().as_usize()));
        }
    }
    found.sort_unstable_by(|(a, _), (b, _)| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    let mut mentions = Vec::new();
    let mut end = 0;
    for (at, word) in found {
        if at.start >= end {
            end = at.end;
            let parts = TABLE.parts.get(word).into_iter().flatten();
            mentions.extend(parts.map(|&part| Mention { at: at.clone(), part }));
        }
    }
    mentions
}

/// Whether a range is a word or words of their own, or their plural.
fn is_whole(text: &[u8], at: Range<usize>) -> bool {
    let inner = |b: &u8| b.is_ascii_alphanumeric() || *b >= 0x80;
    let plural = matches!(text.get(at.end), Some(b's' | b'S'));
    let end = at.end + usize::from(plural);
    !at.start.checked_sub(1).and_then(|before| text.get(before)).is_some_and(inner) && !text.get(end).is_some_and(inner)
}

struct Table {
    automaton: AhoCorasick,
    /// The body parts of each word of the automaton; none for words that only look like one.
    parts: Vec<Vec<&'static str>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut words: Vec<String> = Vec::new();
    let mut parts: Vec<Vec<&'static str>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let rows = include_str!("../../schema/body-parts.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for (part, list) in rows.filter_map(|row| row.split_once('\t')) {
        for word in list.split(';').map(str::trim).filter(|word| !word.is_empty()) {
            let hyphenated = Some(word.replace(' ', "-")).filter(|hyphenated| hyphenated != word);
            for word in [Some(word.to_owned()), hyphenated].into_iter().flatten() {
                let place = *known.entry(word.clone()).or_insert_with(|| {
                    words.push(word);
                    parts.push(Vec::new());
                    parts.len() - 1
                });
                if let Some(parts) = parts.get_mut(place).filter(|parts| part != "-" && !parts.contains(&part)) {
                    parts.push(part);
                }
            }
        }
    }
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
    // Some thousand states: far below what an automaton can hold, whatever a clerk adds.
    let automaton = builder.build(&words).expect("the table of body parts makes an automaton");
    Table { automaton, parts }
});
