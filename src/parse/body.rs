//! Body parts named in a text, by the table `schema/body-parts.tsv`.

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
    parts(&mentions(text))
}

/// The body parts of mentions, each once.
pub(super) fn parts(mentions: &[Mention]) -> Vec<&'static str> {
    let mut parts = Vec::new();
    for mention in mentions {
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
    let bytes = text.as_bytes();
    let mut mentions = Vec::new();
    let mut inside = false;
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        let begins = !std::mem::replace(&mut inside, is_inner(b));
        let word = if begins { TABLE.longest(bytes, at) } else { None };
        let Some(word) = word else {
            at += 1;
            continue;
        };
        let end = at + word.text.len();
        mentions.extend(word.parts.iter().map(|&part| Mention { at: at..end, part }));
        inside = bytes.get(end - 1).is_some_and(|&b| is_inner(b));
        at = end;
    }
    mentions
}

/// Whether a byte is one of a word.
fn is_inner(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b >= 0x80
}

/// Whether a word ends here, or its plural.
fn ends(bytes: &[u8], end: usize) -> bool {
    let plural = matches!(bytes.get(end), Some(b's' | b'S'));
    !bytes.get(end + usize::from(plural)).is_some_and(|&b| is_inner(b))
}

struct Word {
    text: String,
    /// The body parts that it names; none for words that only look like one.
    parts: Vec<&'static str>,
}

/// The words by their first two bytes. Few places of a text begin with those of any, and the longest word comes first.
struct Table {
    words: Vec<Word>,
    /// Where the words of a bucket begin; they end where the next bucket begins.
    buckets: Vec<u16>,
    /// The third bytes of the words of each bucket, one bit for each value of their low five bits.
    thirds: Vec<u32>,
}

impl Table {
    const BUCKETS: usize = 1 << 10;

    /// The bucket of two bytes. The low five bits tell letters apart, case aside.
    fn bucket(first: u8, second: u8) -> usize {
        usize::from(first & 31) << 5 | usize::from(second & 31)
    }

    /// The longest word that begins at an offset and ends as a word.
    fn longest(&self, bytes: &[u8], at: usize) -> Option<&Word> {
        let &[first, second] = bytes.get(at..at + 2)? else { return None };
        let bucket = Self::bucket(first, second);
        // "the" begins no word, though "thigh" does.
        let third = bytes.get(at + 2).copied().unwrap_or_default();
        if self.thirds.get(bucket)? & 1 << (third & 31) == 0 {
            return None;
        }
        let &[from, to] = self.buckets.get(bucket..bucket + 2)? else { return None };
        self.words.get(usize::from(from)..usize::from(to))?.iter().find(|word| {
            let end = at + word.text.len();
            bytes.get(at..end).is_some_and(|have| have.eq_ignore_ascii_case(word.text.as_bytes())) && ends(bytes, end)
        })
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut words: Vec<Word> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let rows = include_str!("../../schema/body-parts.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for (part, list) in rows.filter_map(|row| row.split_once('\t')) {
        // A word of one letter would name nothing for certain.
        for word in list.split(';').map(str::trim).filter(|word| word.len() > 1) {
            let hyphenated = Some(word.replace(' ', "-")).filter(|hyphenated| hyphenated != word);
            for word in [Some(word.to_owned()), hyphenated].into_iter().flatten() {
                let place = *known.entry(word.clone()).or_insert_with(|| {
                    words.push(Word { text: word, parts: Vec::new() });
                    words.len() - 1
                });
                if let Some(word) = words.get_mut(place).filter(|word| part != "-" && !word.parts.contains(&part)) {
                    word.parts.push(part);
                }
            }
        }
    }
    let bucket = |word: &Word| match word.text.as_bytes() {
        [first, second, ..] => Table::bucket(*first, *second),
        _ => 0,
    };
    words.sort_by_key(|word| (bucket(word), std::cmp::Reverse(word.text.len())));
    let begins = |wanted| words.partition_point(|word| bucket(word) < wanted);
    // Some hundred words: what a clerk adds does not come near to 65535.
    let buckets = (0..=Table::BUCKETS).map(|wanted| u16::try_from(begins(wanted)).unwrap_or(u16::MAX)).collect();
    let mut thirds = vec![0u32; Table::BUCKETS];
    for word in &words {
        if let Some(thirds) = thirds.get_mut(bucket(word)) {
            // Anything may follow a word of two bytes.
            *thirds |= word.text.as_bytes().get(2).map_or(u32::MAX, |third| 1 << (third & 31));
        }
    }
    Table { words, buckets, thirds }
});
