//! Misspelt words of a query: the words of the letters that they may have been meant for.

use std::collections::BTreeMap;

use tantivy::{Searcher, Term};

use super::known::{go_on, values};
use super::lex::{self, Token};
use super::loosen::is_little;
use super::resolve::words_of;
use super::synonyms::is_term;
use super::terms;
use crate::index::{FieldKind, IndexSchema, Stop, analysis};
use crate::letter::Outcome;

/// Shorter words are like too many others.
const SHORTEST: usize = 4;
/// From so many letters on, two may be wrong.
const LONG: usize = 6;
/// A word that letters have is taken for misspelt where another is so many times as frequent: letters are misspelt, too.
const TIMES: u64 = 20;
/// How many words each misspelt one is compared to at most, and how many queries come of it.
const CANDIDATES: usize = 3;
const MOST: usize = 6;

/// The query with its misspelt words put right, the likeliest first; empty where none is.
///
/// What was typed beside the words stays as it is. Words are as letters write them, lower case.
///
/// # Errors
/// When a dictionary cannot be read, and where nobody waits for it any more.
pub fn corrections(text: &str, searcher: &Searcher, stop: &Stop) -> tantivy::Result<Vec<String>> {
    let mut misspelt: Vec<(std::ops::Range<usize>, Vec<String>)> = Vec::new();
    for (place, word) in words(text) {
        go_on(stop)?;
        let better = candidates(&word, searcher)?;
        if !better.is_empty() {
            misspelt.push((place, better));
        }
    }
    let best: Vec<Option<usize>> = misspelt.iter().map(|_| Some(0)).collect();
    let mut choices = vec![best.clone()];
    for (i, (_, better)) in misspelt.iter().enumerate() {
        let others = (1..better.len()).map(Some);
        // It may be right as it is.
        let kept = (misspelt.len() > 1).then_some(None);
        for choice in others.chain(kept) {
            let mut all = best.clone();
            all[i] = choice;
            choices.push(all);
        }
    }
    if misspelt.is_empty() {
        return Ok(Vec::new());
    }
    choices.truncate(MOST);
    Ok(choices.iter().map(|choice| replaced(text, &misspelt, choice)).collect())
}

fn replaced(text: &str, misspelt: &[(std::ops::Range<usize>, Vec<String>)], choice: &[Option<usize>]) -> String {
    let (mut new, mut at) = (String::new(), 0);
    for ((place, better), choice) in misspelt.iter().zip(choice) {
        if let Some(word) = choice.and_then(|choice| better.get(choice)) {
            new.push_str(&text[at..place.start]);
            new.push_str(word);
            at = place.end;
        }
    }
    new + &text[at..]
}

/// The words of a query that are looked for in texts, with their places. Patterns, numbers, values of fields without text
/// and little words are none.
fn words(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let Ok(tokens) = lex::tokens(text) else { return Vec::new() };
    let mut found = Vec::new();
    // How many parentheses are open within a field without text, where it has some.
    let mut values: Option<usize> = None;
    for (token, span) in tokens {
        match (&token, values) {
            (Token::Field(name), None) => {
                let text = IndexSchema::get().find(name).is_none_or(|(def, _)| def.kind == FieldKind::Text);
                values = (!text).then_some(0);
            }
            (Token::Open, Some(open)) => values = Some(open + 1),
            (Token::Close, Some(open)) => values = (open > 1).then(|| open - 1),
            (_, Some(0)) => values = None,
            (Token::Word(word), None) if !word.wild && word.fuzzy.is_none() => of(text, &span, &mut found),
            (Token::Phrase(_), None) => of(text, &span, &mut found),
            _ => {}
        }
    }
    found
}

fn of(text: &str, span: &std::ops::Range<usize>, found: &mut Vec<(std::ops::Range<usize>, String)>) {
    analysis::forms().token_stream(&text[span.clone()]).process(&mut |token| {
        let place = span.start + token.offset_from..span.start + token.offset_to;
        let word = token.text.as_str();
        let letters = word.len() >= SHORTEST && word.bytes().all(|b| b.is_ascii_alphabetic());
        if letters && !is_little(word) && text[place.clone()].eq_ignore_ascii_case(word) {
            found.push((place, word.to_owned()));
        }
    });
}

/// The words of letters that a misspelt word may have been meant for, the likeliest first; none where it is right.
fn candidates(word: &str, searcher: &Searcher) -> tantivy::Result<Vec<String>> {
    // An abbreviation of the field is right, however rare it is.
    let stem = terms(word);
    if is_term(&stem) {
        return Ok(Vec::new());
    }
    let schema = IndexSchema::get();
    let most = if word.len() < LONG { 1 } else { 2 };
    let mut near: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    let own = searcher.doc_freq(&Term::from_field_text(schema.forms, word))?;
    // No word is so many times as frequent.
    if own.saturating_mul(TIMES) > searcher.num_docs() {
        return Ok(Vec::new());
    }
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(schema.forms)?;
        let mut walk = Walk::new(word, most);
        let mut forms = index.terms().stream()?;
        while forms.advance() {
            let Some(distance) = walk.distance(forms.key()) else { continue };
            let Ok(form) = std::str::from_utf8(forms.key()) else { continue };
            let letters = u64::from(forms.value().doc_freq);
            if distance > 0 {
                near.entry(form.to_owned()).or_insert((distance, 0)).1 += letters;
            }
        }
    }
    // Names of values and of outcomes are words, too, that may stand in no text.
    let mut named: Vec<String> = Outcome::ALL.iter().map(|outcome| outcome.name().to_owned()).collect();
    for (_, field) in schema.fields().filter(|(def, _)| def.words && def.is_keyword()) {
        named.extend(values(searcher, field)?.iter().flat_map(|value| words_of(value)));
    }
    for name in named {
        match Walk::new(word, most).distance(name.as_bytes()) {
            // It is right.
            Some(0) => return Ok(Vec::new()),
            Some(distance) => near.entry(name).or_insert((distance, 0)).1 += 1,
            None => {}
        }
    }
    near.retain(|form, (_, letters)| *letters >= own.saturating_mul(TIMES).max(1) && terms(form) != stem);
    let mut near: Vec<(String, (usize, u64))> = near.into_iter().collect();
    // Few people mistake the first letter.
    let begins = |form: &str| form.as_bytes().first() != word.as_bytes().first();
    near.sort_by_key(|(form, (distance, letters))| (*distance, begins(form), u64::MAX - letters));
    Ok(near.into_iter().take(CANDIDATES).map(|(form, _)| form).collect())
}

/// Distances from one word to many in order. What a word shares with the one before at its beginning is compared once.
///
/// As [`super::pattern::distance`] has them, in bytes: left out, put in, another, or changed places.
struct Walk<'a> {
    word: &'a [u8],
    most: usize,
    /// The bytes of the last word that were compared.
    beginning: Vec<u8>,
    /// The distances of each beginning of that from each beginning of the word.
    rows: Vec<Vec<usize>>,
    /// Whether no word that begins so is near enough.
    far: bool,
}

impl<'a> Walk<'a> {
    fn new(word: &'a str, most: usize) -> Self {
        let word = word.as_bytes();
        Self { word, most, beginning: Vec::new(), rows: vec![(0..=word.len()).collect()], far: false }
    }

    /// The distance of the next word, if it is no greater than the most.
    fn distance(&mut self, other: &[u8]) -> Option<usize> {
        let same = self.beginning.iter().zip(other).take_while(|(a, b)| a == b).count();
        if self.far && same == self.beginning.len() {
            return None;
        }
        self.beginning.truncate(same);
        self.rows.truncate(same + 1);
        self.far = false;
        for (place, byte) in other.iter().enumerate().skip(same) {
            let row = self.row(place, *byte);
            let least = |row: &[usize]| row.iter().copied().min().unwrap_or(0);
            // Changed places count from the row before the last.
            let far = least(&row) > self.most && least(&self.rows[place]) >= self.most;
            self.beginning.push(*byte);
            self.rows.push(row);
            if far {
                self.far = true;
                return None;
            }
        }
        let last = self.rows.last()?;
        last.last().copied().filter(|distance| *distance <= self.most)
    }

    /// The row behind a place, for the byte there.
    fn row(&self, place: usize, byte: u8) -> Vec<usize> {
        let last = &self.rows[place];
        let mut row = Vec::with_capacity(last.len());
        row.push(place + 1);
        for (j, own) in self.word.iter().enumerate() {
            let mut least = (last[j] + usize::from(*own != byte)).min(last[j + 1] + 1).min(row[j] + 1);
            if place > 0 && j > 0 && self.word[j - 1] == byte && self.beginning[place - 1] == *own {
                least = least.min(self.rows[place - 1][j - 1] + 1);
            }
            row.push(least);
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::distance;
    use super::Walk;

    #[test]
    fn a_walk_over_words_in_order_measures_as_each_pair_does() {
        let letters = ["", "a", "b", "c"];
        let mut words: Vec<String> = letters.iter().map(|s| (*s).to_owned()).collect();
        for _ in 0..4 {
            words = words.iter().flat_map(|w| letters.iter().map(move |l| format!("{w}{l}"))).collect();
        }
        words.sort();
        words.dedup();
        for word in ["abcab", "ba", "ccc"] {
            for most in [1, 2] {
                let mut walk = Walk::new(word, most);
                for other in &words {
                    assert_eq!(walk.distance(other.as_bytes()), distance(word, other, most), "{word} {other} {most}");
                }
            }
        }
    }
}
