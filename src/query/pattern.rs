//! Patterns of words: beginnings, wildcards, and words that differ in a letter or two.

use crate::index::analysis;

/// In how many letters words may differ that are looked for.
pub const MOST_LETTERS: usize = 2;

/// What words may look like, lower case and without accents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `*` stands for any letters, `?` for one.
    Wild(String),
    /// Words that differ in at most so many letters; two letters that changed places count once.
    Near {
        /// The word.
        word: String,
        /// How many letters.
        letters: u8,
    },
}

impl Pattern {
    /// Whether a word fits.
    pub fn fits(&self, word: &str) -> bool {
        match self {
            Self::Wild(pattern) => wild(pattern.as_bytes(), word),
            Self::Near { word: wanted, letters } => distance(wanted, word, usize::from(*letters)).is_some(),
        }
    }

    /// What every word that fits begins with.
    pub fn beginning(&self) -> &str {
        match self {
            Self::Wild(pattern) => &pattern[..pattern.find(['*', '?']).unwrap_or(pattern.len())],
            Self::Near { .. } => "",
        }
    }

    /// The word whose inflections fit in any case: `therapies*` finds what `therapies` does.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Wild(pattern) => pattern.strip_suffix('*').filter(|word| !word.contains(['*', '?'])),
            Self::Near { word, .. } => Some(word),
        }
    }
}

/// The pattern of a word with wildcards, or of a misspelt one. `None` unless it is one word of the index.
pub fn pattern(text: &str, fuzzy: Option<u8>) -> Option<Pattern> {
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '*' && c != '?');
    let letters = trimmed.chars().all(|c| c.is_alphanumeric() || c == '*' || c == '?');
    if !letters || !trimmed.contains(char::is_alphanumeric) {
        return None;
    }
    let folded = analysis::fold(trimmed);
    match fuzzy {
        Some(_) if folded.contains(['*', '?']) => None,
        Some(letters) => Some(Pattern::Near { word: folded, letters }),
        None => Some(Pattern::Wild(folded)),
    }
}

/// Whether a word fits a pattern, going back to the last `*` at most.
fn wild(pattern: &[u8], word: &str) -> bool {
    let bytes = word.as_bytes();
    let next = |at: usize| at + word[at..].chars().next().map_or(1, char::len_utf8);
    let (mut p, mut w) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while w < bytes.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, w));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                w = next(w);
            }
            Some(b) if *b == bytes[w] => {
                p += 1;
                w += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                let from = next(from);
                star = Some((at, from));
                (p, w) = (at + 1, from);
            }
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

/// In how many letters two words differ, if in no more than `most`: left out, put in, another, or changed places.
pub fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        // Changed places count from the row before the last.
        let least = |row: &[usize]| row.iter().copied().min().unwrap_or(0);
        if least(&row) > most && least(&last) >= most {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|n| *n <= most)
}
