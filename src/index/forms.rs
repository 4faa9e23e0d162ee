//! The words of all texts before they are stemmed, for a field that only tells which words there are.
//!
//! The analyzers of texts come by every word anyway, and know by their caches which ones the letter had before: they note
//! the others here, and the field of forms takes what was noted instead of going over the texts once more. A document is
//! indexed by one thread, its texts before its forms, and the documents of a letter one after the other: so the notes
//! belong to the thread.

use std::cell::RefCell;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::keyword::fold;
use super::sentence::SENTENCE_END;
use super::word::{bytes, hash, number};

/// The value of the field of forms in a document that others of its letter follow.
pub const DOCUMENT_ENDS: &str = "";
/// Its value in the last document of a letter.
pub const LETTER_ENDS: &str = ".";

/// Places for words; a letter has fewer words that differ, mostly.
const PLACES: usize = 1 << 10;
/// Room for more words than this is given back.
const ROOM: usize = 1 << 12;

/// What is known of the letter whose documents a thread is indexing.
struct Notes {
    words: Words,
    /// Which letter it is; never 0. That the number comes again after some thousand million letters does no harm: where
    /// it does, a word of the letter may be missing.
    letter: u32,
}

/// The forms of words.
#[derive(Clone)]
struct Words {
    /// Those that are numbers, which nearly all are.
    numbers: Vec<u128>,
    /// The others.
    texts: Vec<String>,
}

impl Words {
    const fn new() -> Self {
        Self { numbers: Vec::new(), texts: Vec::new() }
    }
}

thread_local! {
    static NOTES: RefCell<Notes> = const { RefCell::new(Notes { words: Words::new(), letter: 1 }) };
}

/// The number of the letter that this thread is indexing.
pub fn letter() -> u32 {
    NOTES.with_borrow(|notes| notes.letter)
}

/// Notes a word of ASCII of a text that is indexed, by its number.
pub fn note(word: u128) {
    let form = u128::from_le_bytes(word.to_le_bytes().map(|b| b.to_ascii_lowercase()));
    // The ends of sentences are terms, not words.
    if form.to_le_bytes()[0] != SENTENCE_END.as_bytes()[0] {
        NOTES.with_borrow_mut(|notes| notes.words.numbers.push(form));
    }
}

/// Notes any word of a text that is indexed.
pub fn note_text(word: &str) {
    match number(word).filter(|_| word.is_ascii()) {
        Some(word) => note(word),
        None => NOTES.with_borrow_mut(|notes| {
            let texts = &mut notes.words.texts;
            texts.push(fold(word));
            // They come again and again, as no cache holds them: a text of many would take as much memory as it has words.
            if texts.len() >= ROOM && texts.len().is_power_of_two() {
                texts.sort_unstable();
                texts.dedup();
            }
        }),
    }
}

/// The tokenizer of the field of forms, whose words are those that were noted, hardly any of them twice in a letter.
#[derive(Clone)]
pub struct Noted {
    words: Words,
    places: Vec<Place>,
}

/// A word that was seen, and in which letter.
#[derive(Clone, Copy, Default)]
struct Place {
    word: u128,
    letter: u32,
}

/// The stream of these words.
pub struct NotedStream<'a> {
    words: &'a mut Words,
    places: &'a mut [Place],
    letter: u32,
    token: Token,
}

impl Default for Noted {
    fn default() -> Self {
        Self { words: Words::new(), places: vec![Place::default(); PLACES] }
    }
}

impl Tokenizer for Noted {
    type TokenStream<'a> = NotedStream<'a>;

    fn token_stream<'a>(&'a mut self, value: &'a str) -> NotedStream<'a> {
        // What a stream before did not come to.
        self.words.numbers.clear();
        self.words.numbers.shrink_to(ROOM);
        self.words.texts.clear();
        self.words.texts.shrink_to(ROOM);
        let words = &mut self.words;
        let letter = NOTES.with_borrow_mut(|notes| {
            std::mem::swap(&mut notes.words, words);
            let letter = notes.letter;
            if value == LETTER_ENDS {
                notes.letter = letter.checked_add(1).unwrap_or(1);
            }
            letter
        });
        let token = Token { position: usize::MAX, ..Token::default() };
        NotedStream { words, places: &mut self.places, letter, token }
    }
}

impl TokenStream for NotedStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.position = self.token.position.wrapping_add(1);
        while let Some(word) = self.words.numbers.pop() {
            let place = &mut self.places[hash(word) % PLACES];
            if (place.word, place.letter) != (word, self.letter) {
                *place = Place { word, letter: self.letter };
                self.token.text.clear();
                self.token.text.extend(bytes(word).map(char::from));
                return true;
            }
        }
        match self.words.texts.pop() {
            Some(text) => self.token.text = text,
            None => return false,
        }
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
