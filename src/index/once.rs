//! The words of a text once each, for a field that only tells which words there are.

use tantivy::tokenizer::{Token, TokenFilter, TokenStream, Tokenizer};

use super::cache::{hash, number};

/// Places for words; a text has fewer words that differ, mostly.
const PLACES: usize = 1 << 9;

/// Leaves out most words that the text had before: half of the words of a letter. A word comes again where another one
/// has taken its place, or where it is too long to be a number.
#[derive(Clone)]
pub struct Once;

/// A tokenizer with fewer repetitions.
#[derive(Clone)]
pub struct OnceTokenizer<T> {
    words: T,
    places: Vec<Place>,
    texts: u64,
}

/// A word that was seen, and in which text.
#[derive(Clone, Copy, Default)]
struct Place {
    word: u128,
    text: u64,
}

/// The stream of these words.
pub struct OnceStream<'a, T> {
    words: T,
    places: &'a mut [Place],
    text: u64,
}

impl TokenFilter for Once {
    type Tokenizer<T: Tokenizer> = OnceTokenizer<T>;

    fn transform<T: Tokenizer>(self, words: T) -> OnceTokenizer<T> {
        OnceTokenizer { words, places: vec![Place::default(); PLACES], texts: 0 }
    }
}

impl<T: Tokenizer> Tokenizer for OnceTokenizer<T> {
    type TokenStream<'a> = OnceStream<'a, T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        self.texts += 1;
        OnceStream { words: self.words.token_stream(text), places: &mut self.places, text: self.texts }
    }
}

impl<T: TokenStream> TokenStream for OnceStream<'_, T> {
    fn advance(&mut self) -> bool {
        while self.words.advance() {
            let Some(word) = number(&self.words.token().text) else { return true };
            let place = &mut self.places[hash(word) % PLACES];
            let here = Place { word, text: self.text };
            if (place.word, place.text) != (here.word, here.text) {
                *place = here;
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        self.words.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.words.token_mut()
    }
}
