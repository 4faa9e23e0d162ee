//! Words that differ from a word of the tables by one letter.

use std::collections::{HashMap, HashSet};

/// Shorter words are not repaired: too many of them are one letter apart.
const LEAST_LETTERS: usize = 7;

/// So many words of a request are looked at.
const MOST_WORDS: usize = 60;

/// The long words of the tables.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// In the order of bytes, so that of two candidates always the same one is taken.
    words: Vec<String>,
    known: HashSet<String>,
    /// Words by their first and by their last three letters. One edit of a word of seven letters leaves one of the two.
    by_start: HashMap<[u8; 3], Vec<usize>>,
    by_end: HashMap<[u8; 3], Vec<usize>>,
}

impl Vocabulary {
    pub(super) fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let all = words.filter(|word| eligible(word)).map(str::to_owned);
        let known: HashSet<String> = all.collect();
        let mut words: Vec<_> = known.iter().cloned().collect();
        words.sort();
        let (mut by_start, mut by_end) = (HashMap::new(), HashMap::new());
        for (place, word) in words.iter().enumerate() {
            let (start, end) = ends(word.as_bytes());
            by_start.entry(start).or_insert_with(Vec::new).push(place);
            by_end.entry(end).or_insert_with(Vec::new).push(place);
        }
        Self { words, known, by_start, by_end }
    }

    /// The text with words that are one edit away from a word of the tables replaced; `None` if there are none.
    pub(super) fn repair(&self, text: &str, mut told: impl FnMut(&str, &str)) -> Option<String> {
        let mut repaired = None;
        let mut at = 1;
        for word in text.trim_start_matches(' ').split_inclusive(' ').take(MOST_WORDS) {
            let bare = word.trim_end_matches(' ');
            let better = if eligible(bare) && !self.known.contains(bare) { self.nearest(bare) } else { None };
            if let Some(better) = better {
                told(bare, better);
                repaired.get_or_insert_with(|| text[..at].to_owned()).push_str(better);
            } else if let Some(text) = &mut repaired {
                text.push_str(bare);
            }
            if let Some(text) = &mut repaired {
                text.push(' ');
            }
            at += word.len();
        }
        repaired.map(|mut done| {
            done.push_str(&text[at.min(text.len())..]);
            done
        })
    }

    /// The text with the word before a place and the word behind it put right; `None` if there is nothing to put right.
    pub(super) fn repair_beside(
        &self,
        text: &str,
        (start, end): (usize, usize),
        mut told: impl FnMut(&str, &str),
    ) -> Option<String> {
        let (before, behind) = (text.get(..start)?.trim_end(), text.get(end..)?.trim_start());
        let first = before.rsplit(' ').next().unwrap_or_default();
        let last = behind.split(' ').next().unwrap_or_default();
        let mut better = |word: &str| {
            let unknown = eligible(word) && !self.known.contains(word);
            let better = if unknown { self.nearest(word) } else { None };
            if let Some(better) = better {
                told(word, better);
            }
            better.map(str::to_owned)
        };
        let (new_first, new_last) = (better(first), better(last));
        if new_first.is_none() && new_last.is_none() {
            return None;
        }
        let head = &before[..before.len() - first.len()];
        let (first, tail) = (new_first.as_deref().unwrap_or(first), &behind[last.len()..]);
        let last = new_last.as_deref().unwrap_or(last);
        // What is repaired has a blank at both ends, as the text has.
        let blank = |part: &str| if part.is_empty() { "" } else { " " };
        let head = if head.is_empty() { " " } else { head };
        Some(format!("{head}{first}{}{}{}{last}{tail}", blank(first), &text[start..end], blank(" ")))
    }

    fn nearest(&self, word: &str) -> Option<&str> {
        let (start, end) = ends(word.as_bytes());
        let near = |places: Option<&Vec<usize>>| {
            let mut words = places.into_iter().flatten();
            words.find(|&&p| one_edit(word.as_bytes(), self.words[p].as_bytes())).copied()
        };
        let places = [near(self.by_start.get(&start)), near(self.by_end.get(&end))];
        places.into_iter().flatten().min().map(|place| self.words[place].as_str())
    }
}

fn eligible(word: &str) -> bool {
    word.len() >= LEAST_LETTERS && word.bytes().all(|b| b.is_ascii_lowercase())
}

fn ends(word: &[u8]) -> ([u8; 3], [u8; 3]) {
    let n = word.len();
    ([word[0], word[1], word[2]], [word[n - 3], word[n - 2], word[n - 1]])
}

/// Whether one letter put in, left out or changed, or two neighbours swapped, makes one word the other.
fn one_edit(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[same..], &b[same..]);
    match y.len() - x.len() {
        0 if x.is_empty() => true,
        0 => x[1..] == y[1..] || (x.len() > 1 && x[0] == y[1] && x[1] == y[0] && x[2..] == y[2..]),
        1 => x == &y[1..],
        _ => false,
    }
}
