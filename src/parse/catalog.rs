//! The names of guidelines, their chapters and other sources, from `schema/guidelines.tsv`.
//!
//! Names are found by the hash of their first word, so that the size of the table does not matter.

use super::words::alike;
use crate::letter::Source;
use std::ops::Range;
use std::sync::LazyLock;

/// A row of the table.
pub(super) struct Entry {
    pub(super) source: Source,
    /// The name that is counted by.
    pub(super) name: &'static str,
    /// The section of the regulation that is the chapter.
    regulation: &'static str,
    /// A section of the regulation that is no chapter.
    rule: bool,
    /// A section of a chapter whose name has a comma.
    section: bool,
}

/// One of the names of an entry.
struct Alias {
    /// In lower case, without "and".
    words: Vec<String>,
    /// Of the first word.
    hash: u32,
    entry: usize,
    /// A usual word: the name of a chapter only where its year or its place says so.
    usual: bool,
}

/// A name where a text has it.
#[derive(Clone, Copy)]
pub(super) struct Match {
    pub(super) entry: &'static Entry,
    /// How many words it takes.
    pub(super) words: usize,
    pub(super) usual: bool,
    /// Whether the name has more than one word.
    pub(super) long: bool,
}

/// A word of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many brackets are open around it.
    pub(super) depth: u16,
    hash: u32,
}

/// The words of a part of a text. Signs beyond ASCII that are no letters part words.
pub(super) fn words(text: &str, range: Range<usize>) -> Vec<Word> {
    let bytes = text.as_bytes().get(..range.end).unwrap_or_default();
    let mut words = Vec::with_capacity(range.len() / 6);
    let mut depth = 0u16;
    let mut at = range.start;
    while let Some(&b) = bytes.get(at) {
        let start = at;
        let mut hash = SEED;
        while let Some(&b) = bytes.get(at) {
            let sign = b == 0xc2 || (b == 0xe2 && bytes.get(at + 1).is_some_and(|b| (0x80..0x85).contains(b)));
            if !(b.is_ascii_alphanumeric() || (b >= 0x80 && !sign)) {
                break;
            }
            hash = step(hash, b);
            at += 1;
        }
        if at > start {
            words.push(Word { start, end: at, depth, hash });
            continue;
        }
        match b {
            b'(' | b'[' => depth = depth.saturating_add(1),
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += match b {
            0xc2 => 2,
            0xe2 => 3,
            _ => 1,
        };
    }
    words
}

/// The words of a text by their places, out of range being no word.
pub(super) fn word<'t>(text: &'t str, words: &[Word], i: usize) -> Option<&'t str> {
    let word = words.get(i)?;
    text.get(word.start..word.end)
}

/// Whether the word is one of some, in lower case.
pub(super) fn is_one(word: Option<&str>, of: &[&str]) -> bool {
    word.is_some_and(|word| of.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// Calls back with every name of these sources that begins at a word.
pub(super) fn each_at(text: &str, words: &[Word], i: usize, of: &[Source], mut found: impl FnMut(Match)) {
    let Some(first) = words.get(i) else { return };
    for &place in CATALOG.buckets.get(first.hash as usize % BUCKETS).into_iter().flatten() {
        let Some(alias) = CATALOG.aliases.get(place).filter(|alias| alias.hash == first.hash) else { continue };
        let Some(entry) = CATALOG.entries.get(alias.entry) else { continue };
        if entry.section || !of.contains(&entry.source) {
            continue;
        }
        if let Some(words) = length(text, words, i, alias) {
            found(Match { entry, words, usual: alias.usual, long: alias.words.len() > 1 });
        }
    }
}

/// The longest name of these sources that begins at a word; of equal ones that of the source that comes first in `of`.
pub(super) fn longest_at(text: &str, words: &[Word], i: usize, of: &[Source]) -> Option<Match> {
    let mut best: Option<Match> = None;
    let rank = |found: &Match| {
        let preference = of.iter().position(|source| *source == found.entry.source);
        (found.words, std::cmp::Reverse(preference))
    };
    each_at(text, words, i, of, |found| {
        if best.as_ref().is_none_or(|best| rank(&found) > rank(best)) {
            best = Some(found);
        }
    });
    best
}

/// Whether a text begins with the name of a section that has a comma before its last word.
pub(super) fn is_section(text: &str, range: Range<usize>, comma: usize) -> bool {
    let words = words(text, range);
    let Some(first) = words.first() else { return false };
    let bucket = CATALOG.buckets.get(first.hash as usize % BUCKETS).into_iter().flatten();
    bucket.filter_map(|&place| CATALOG.aliases.get(place)).any(|alias| {
        let section = CATALOG.entries.get(alias.entry).is_some_and(|entry| entry.section);
        let length = if section { length(text, &words, 0, alias) } else { None };
        length.and_then(|length| words.get(length - 1)).is_some_and(|last| last.start > comma)
    })
}

/// The chapter that a section of the regulation is.
pub(super) fn by_regulation(section: &str) -> Option<&'static Entry> {
    CATALOG.entries.iter().find(|entry| entry.regulation == section && !entry.rule)
}

/// How many words of the text a name takes, "and" and "the" inside of it counted too.
fn length(text: &str, words: &[Word], first: usize, alias: &Alias) -> Option<usize> {
    let mut at = first;
    for (i, expected) in alias.words.iter().enumerate() {
        if i > 0 && is_one(word(text, words, at), &["and"]) {
            at += 1;
        }
        let have = word(text, words, at)?;
        // A name in a few words does not cross a bracket.
        if alias.words.len() < 5 && words.get(at)?.depth != words.get(first)?.depth {
            return None;
        }
        let same =
            if i == 0 { have.eq_ignore_ascii_case(expected) } else { alike(have.as_bytes(), expected.as_bytes()) };
        if !same {
            return None;
        }
        at += 1;
    }
    Some(at - first)
}

const SEED: u32 = 0x811c_9dc5;

/// A step of the FNV-1a hash, case aside.
fn step(hash: u32, b: u8) -> u32 {
    (hash ^ u32::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
}

/// More than there are names, so that few share a bucket.
const BUCKETS: usize = 2048;

struct Catalog {
    entries: Vec<Entry>,
    aliases: Vec<Alias>,
    buckets: Vec<Vec<usize>>,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut catalog = Catalog {
        entries: Vec::new(),
        aliases: Vec::new(),
        buckets: std::iter::repeat_with(Vec::new).take(BUCKETS).collect(),
    };
    let rows = include_str!("../../schema/guidelines.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for row in rows {
        let mut cells = row.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let (source, kind, name, _years, regulation, aliases) = (cell(), cell(), cell(), cell(), cell(), cell());
        let source = source.parse().unwrap_or_default();
        let entry = catalog.entries.len();
        catalog.entries.push(Entry { source, name, regulation, rule: kind == "rule", section: kind == "section" });
        // What a regulation calls its sections is too usual for a name.
        let own = (kind != "rule").then_some(name);
        for name in own.into_iter().chain(aliases.split(';')) {
            let usual = kind == "usual" && catalog.aliases.last().is_none_or(|last| last.entry != entry);
            let (name, usual) = name.trim().strip_suffix('*').map_or((name, usual), |name| (name, true));
            let range = 0..name.len();
            let words = words(name, range);
            let texts = words.iter().filter_map(|word| name.get(word.start..word.end));
            let texts: Vec<String> = texts.map(str::to_ascii_lowercase).filter(|word| word != "and").collect();
            if let Some(first) = words.first() {
                if let Some(bucket) = catalog.buckets.get_mut(first.hash as usize % BUCKETS) {
                    bucket.push(catalog.aliases.len());
                }
                catalog.aliases.push(Alias { words: texts, hash: first.hash, entry, usual });
            }
        }
    }
    catalog
});
