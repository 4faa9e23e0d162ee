//! The words of a letter once each, for a field that only tells which words there are.

use tantivy::tokenizer::{Token, TokenFilter, TokenStream, Tokenizer};

use super::cache::{hash, number};

/// Places for words; a letter has fewer words that differ, mostly.
const PLACES: usize = 1 << 10;

/// Leaves out most words that the letter had before: two of three. A word comes again where another one has taken its
/// place, or where it is too long to be a number.
///
/// An empty text, which has no words, tells that another letter begins. A document is indexed by one thread, the
/// documents of a letter one after the other, and each thread has a tokenizer of its own.
#[derive(Clone)]
pub struct Once;

/// A tokenizer with fewer repetitions.
#[derive(Clone)]
pub struct OnceTokenizer<T> {
    words: T,
    places: Vec<Place>,
    letters: u64,
}

/// A word that was seen, and in which letter.
#[derive(Clone, Copy, Default)]
struct Place {
    word: u128,
    letter: u64,
}

/// The stream of these words.
pub struct OnceStream<'a, T> {
    words: T,
    places: &'a mut [Place],
    letter: u64,
}

impl TokenFilter for Once {
    type Tokenizer<T: Tokenizer> = OnceTokenizer<T>;

    fn transform<T: Tokenizer>(self, words: T) -> OnceTokenizer<T> {
        OnceTokenizer { words, places: vec![Place::default(); PLACES], letters: 0 }
    }
}

impl<T: Tokenizer> Tokenizer for OnceTokenizer<T> {
    type TokenStream<'a> = OnceStream<'a, T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        if text.is_empty() {
            self.letters += 1;
        }
        OnceStream { words: self.words.token_stream(text), places: &mut self.places, letter: self.letters }
    }
}

impl<T: TokenStream> TokenStream for OnceStream<'_, T> {
    fn advance(&mut self) -> bool {
        while self.words.advance() {
            let Some(word) = number(&self.words.token().text) else { return true };
            let place = &mut self.places[hash(word) % PLACES];
            let here = Place { word, letter: self.letter };
            if (place.word, place.letter) != (here.word, here.letter) {
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
