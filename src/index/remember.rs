//! A filter that remembers what an analyzer made of a word: stemming anew is a third of the work of indexing.

use tantivy::tokenizer::{TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer};

/// How many words are remembered, a power of two. Letters use few words most of the time.
const PLACES: usize = 1 << 13;
/// The same for the first text: queries make an analyzer for a few words and throw it away.
const FEW_PLACES: usize = 1 << 4;

/// Makes terms of words as an analyzer does, which is asked only for words that were not met of late.
///
/// A word has one place, by its hash, which it takes from the word that was there: time and memory are bounded whatever
/// the text. The places belong to one stream at a time, so that threads share nothing.
#[derive(Clone)]
pub struct Remember {
    analyzer: TextAnalyzer,
}

impl Remember {
    /// A filter for an analyzer that makes one term of one word.
    pub fn new(analyzer: TextAnalyzer) -> Self {
        Self { analyzer }
    }
}

/// A tokenizer whose words become terms.
#[derive(Clone)]
pub struct Remembering<T> {
    words: T,
    analyzer: TextAnalyzer,
    places: Vec<(String, String)>,
}

/// The stream of these terms.
pub struct Terms<'a, T> {
    words: T,
    analyzer: &'a mut TextAnalyzer,
    places: &'a mut [(String, String)],
}

impl TokenFilter for Remember {
    type Tokenizer<T: Tokenizer> = Remembering<T>;

    fn transform<T: Tokenizer>(self, words: T) -> Remembering<T> {
        Remembering { words, analyzer: self.analyzer, places: Vec::new() }
    }
}

impl<T: Tokenizer> Tokenizer for Remembering<T> {
    type TokenStream<'a> = Terms<'a, T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        let places = if self.places.is_empty() { FEW_PLACES } else { PLACES };
        // A word that is no longer in its place takes another one.
        self.places.resize_with(places, Default::default);
        Terms { words: self.words.token_stream(text), analyzer: &mut self.analyzer, places: &mut self.places }
    }
}

impl<T: TokenStream> TokenStream for Terms<'_, T> {
    fn advance(&mut self) -> bool {
        if !self.words.advance() {
            return false;
        }
        let token = self.words.token_mut();
        let place = hash(&token.text) & (self.places.len() - 1);
        let (word, term) = &mut self.places[place];
        // No word is empty.
        if *word != token.text {
            word.clone_from(&token.text);
            term.clear();
            self.analyzer.token_stream(word).process(&mut |token| term.push_str(&token.text));
        }
        token.text.clone_from(term);
        true
    }

    fn token(&self) -> &Token {
        self.words.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.words.token_mut()
    }
}

/// FNV-1a, which is short for short words.
fn hash(word: &str) -> usize {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    // The high bits depend on every byte.
    (word.bytes().fold(0xcbf2_9ce4_8422_2325, mix) >> 32) as usize
}
