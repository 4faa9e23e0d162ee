//! Misspelt words of a query: the words of the letters that they may have been meant for.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::Term;

use super::known::go_on;
use super::lex::{self, Token};
use super::loosen::is_little;
use super::near::NearWords;
use super::resolve::words_of;
use super::synonyms::is_term;
use super::terms;
use crate::index::{FieldKind, IndexSchema, Reader, analysis};
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
pub fn corrections(text: &str, reader: &Reader) -> tantivy::Result<Vec<String>> {
    let mut misspelt: Vec<(std::ops::Range<usize>, Vec<String>)> = Vec::new();
    let mut dictionary = Dictionary::of(reader);
    for (place, word) in words(text) {
        go_on(reader.stop())?;
        let better = dictionary.candidates(&word)?;
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

/// What misspelt words are compared with: the words of letters, and the names of outcomes and of values.
struct Dictionary<'a> {
    reader: &'a Reader,
    /// Words that may stand in no text, once they are asked for.
    names: Option<BTreeSet<String>>,
}

impl<'a> Dictionary<'a> {
    fn of(reader: &'a Reader) -> Self {
        Self { reader, names: None }
    }

    /// The words that a misspelt word may have been meant for, the likeliest first; none where it is right.
    fn candidates(&mut self, word: &str) -> tantivy::Result<Vec<String>> {
        // An abbreviation of the field is right, however rare it is.
        let stem = terms(word);
        if is_term(&stem) {
            return Ok(Vec::new());
        }
        let schema = IndexSchema::get();
        let own = self.reader.searcher().doc_freq(&Term::from_field_text(schema.forms, word))?;
        // No word is so many times as frequent.
        if own.saturating_mul(TIMES) > self.reader.searcher().num_docs() {
            return Ok(Vec::new());
        }
        let near = NearWords::new(word, if word.len() < LONG { 1 } else { 2 });
        let mut found: BTreeMap<String, (usize, u64)> = BTreeMap::new();
        for segment in self.reader.searcher().segment_readers() {
            let index = segment.inverted_index(schema.forms)?;
            let mut forms = index.terms().search(&near).into_stream()?;
            while forms.advance() {
                let Ok(form) = std::str::from_utf8(forms.key()) else { continue };
                let letters = u64::from(forms.value().doc_freq);
                if let Some(distance) = near.distance(form).filter(|distance| *distance > 0) {
                    found.entry(form.to_owned()).or_insert((distance, 0)).1 += letters;
                }
            }
        }
        for name in self.names()? {
            match near.distance(name) {
                // It is right.
                Some(0) => return Ok(Vec::new()),
                Some(distance) => found.entry(name.clone()).or_insert((distance, 0)).1 += 1,
                None => {}
            }
        }
        found.retain(|form, (_, letters)| *letters >= own.saturating_mul(TIMES).max(1) && terms(form) != stem);
        let mut found: Vec<(String, (usize, u64))> = found.into_iter().collect();
        // Few people mistake the first letter.
        let begins = |form: &str| form.as_bytes().first() != word.as_bytes().first();
        found.sort_by_key(|(form, (distance, letters))| (*distance, begins(form), u64::MAX - letters));
        Ok(found.into_iter().take(CANDIDATES).map(|(form, _)| form).collect())
    }

    /// The names of outcomes and the words of values that people look for.
    fn names(&mut self) -> tantivy::Result<&BTreeSet<String>> {
        if self.names.is_none() {
            let mut names: BTreeSet<String> = Outcome::ALL.iter().map(|outcome| outcome.name().to_owned()).collect();
            for (_, field) in IndexSchema::get().fields().filter(|(def, _)| def.words && def.is_keyword()) {
                names.extend(self.reader.names(field)?.iter().flat_map(|name| words_of(&name.value)));
            }
            self.names = Some(names);
        }
        Ok(self.names.get_or_insert_default())
    }
}
