//! A cache of terms in front of an analyzer: stemming the same words again was a third of the work of indexing.

use tantivy::tokenizer::{TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer};

/// The cache is set-associative: a word belongs to one set by its hash, and a set holds so many words. Of the words of 122
/// published letters 92% (rationales) and 96% (summaries) are found; 7% and 3% come for the first time.
const SETS: usize = 1 << 12;
const WAYS: usize = 4;
/// The number of sets for the first text: queries make an analyzer for a few words and throw it away.
const FEW_SETS: usize = 1 << 3;

/// Words with their terms, the one used last first.
type Set = [(String, String); WAYS];

/// Makes terms of words as an analyzer does, which is asked only for words that are not in the cache.
///
/// In a full set the word that was not used for longest is replaced: time and memory are bounded whatever the text. The
/// cache belongs to one analyzer, so that threads share nothing.
#[derive(Clone)]
pub struct CachedTerms {
    analyzer: TextAnalyzer,
}

impl CachedTerms {
    /// A filter for an analyzer that makes one term of one word.
    pub fn new(analyzer: TextAnalyzer) -> Self {
        Self { analyzer }
    }
}

/// A tokenizer whose words become terms.
#[derive(Clone)]
pub struct CachedTokenizer<T> {
    words: T,
    analyzer: TextAnalyzer,
    sets: Vec<Set>,
}

/// The stream of these terms.
pub struct Terms<'a, T> {
    words: T,
    analyzer: &'a mut TextAnalyzer,
    sets: &'a mut [Set],
}

impl TokenFilter for CachedTerms {
    type Tokenizer<T: Tokenizer> = CachedTokenizer<T>;

    fn transform<T: Tokenizer>(self, words: T) -> CachedTokenizer<T> {
        CachedTokenizer { words, analyzer: self.analyzer, sets: Vec::new() }
    }
}

impl<T: Tokenizer> Tokenizer for CachedTokenizer<T> {
    type TokenStream<'a> = Terms<'a, T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        let sets = if self.sets.is_empty() { FEW_SETS } else { SETS };
        // Words that now belong to another set are not found there.
        self.sets.resize_with(sets, Default::default);
        Terms { words: self.words.token_stream(text), analyzer: &mut self.analyzer, sets: &mut self.sets }
    }
}

impl<T: TokenStream> TokenStream for Terms<'_, T> {
    fn advance(&mut self) -> bool {
        if !self.words.advance() {
            return false;
        }
        let token = self.words.token_mut();
        let set = hash(&token.text) & (self.sets.len() - 1);
        let set = &mut self.sets[set];
        let way = set.iter().position(|(word, _)| *word == token.text);
        // An empty way holds the empty word, which no tokenizer gives.
        set[..=way.unwrap_or(WAYS - 1)].rotate_right(1);
        let (word, term) = &mut set[0];
        if way.is_none() {
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
