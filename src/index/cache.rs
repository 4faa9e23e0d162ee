//! A cache of terms in front of an analyzer: stemming the same words again was a third of the work of indexing.

use tantivy::tokenizer::{TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer};

use super::forms;
use super::word::{hash, number};

/// The cache is set-associative: a word belongs to one set by its hash, and a set, a line of the processor's cache, holds
/// two. Of the words of 122 published letters 92% (rationales) and 91% (summaries) are found; 7% and 3% come for the
/// first time. Twice as many would be 0.4% more.
const SETS: usize = 1 << 12;
/// The number of sets for the first text: an analyzer may be made for a few words only.
const FEW_SETS: usize = 1 << 3;

/// How many bytes of a term may stand in no beginning of its word: the stemmer makes "therapi" of "therapy".
const TAIL: usize = 3;

/// A word with what its term is: a beginning of it in small letters, and mostly nothing behind.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// The word's bytes as a number, which is compared at once; 0 where there is none.
    word: u128,
    /// How many bytes of the word stay.
    stays: u8,
    /// Whether the word has capitals.
    capitals: bool,
    /// What comes behind, in ASCII.
    tail: [u8; TAIL],
    /// How many bytes that is.
    tail_length: u8,
    /// The letter that had the word last, where words are noted.
    letter: u32,
}

/// Two words, the one used last first.
type Set = [Entry; 2];

/// Makes terms of words as an analyzer does, which is asked only for words that are not in the cache.
///
/// In a full set the word that was not used for longest is replaced: time and memory are bounded whatever the text. The
/// cache belongs to one analyzer, so that threads share nothing.
#[derive(Clone)]
pub struct CachedTerms {
    analyzer: Analyzer,
    notes: bool,
}

/// What makes a term of a word.
#[derive(Clone)]
struct Analyzer {
    analyzer: TextAnalyzer,
    /// Words that are terms as they are, in small letters.
    whole: &'static [&'static str],
}

impl CachedTerms {
    /// A filter for an analyzer that makes one term of one word, but for words that are terms as they are.
    pub fn new(analyzer: TextAnalyzer, whole: &'static [&'static str]) -> Self {
        Self { analyzer: Analyzer { analyzer, whole }, notes: false }
    }

    /// The same, and the words that a letter did not have before are noted for the field of forms.
    pub fn noting(analyzer: TextAnalyzer, whole: &'static [&'static str]) -> Self {
        Self { notes: true, ..Self::new(analyzer, whole) }
    }
}

/// A tokenizer whose words become terms.
#[derive(Clone)]
pub struct CachedTokenizer<T> {
    words: T,
    analyzer: Analyzer,
    sets: Vec<Set>,
    notes: bool,
}

/// The stream of these terms.
pub struct Terms<'a, T> {
    words: T,
    analyzer: &'a mut Analyzer,
    sets: &'a mut [Set],
    /// The letter whose words are noted; 0 where none are.
    letter: u32,
}

impl TokenFilter for CachedTerms {
    type Tokenizer<T: Tokenizer> = CachedTokenizer<T>;

    fn transform<T: Tokenizer>(self, words: T) -> CachedTokenizer<T> {
        CachedTokenizer { words, analyzer: self.analyzer, sets: Vec::new(), notes: self.notes }
    }
}

impl<T: Tokenizer> Tokenizer for CachedTokenizer<T> {
    type TokenStream<'a> = Terms<'a, T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        let sets = if self.sets.is_empty() { FEW_SETS } else { SETS };
        // Words that now belong to another set are not found there.
        self.sets.resize_with(sets, Default::default);
        let letter = if self.notes { forms::letter() } else { 0 };
        Terms { words: self.words.token_stream(text), analyzer: &mut self.analyzer, sets: &mut self.sets, letter }
    }
}

impl<T: TokenStream> TokenStream for Terms<'_, T> {
    fn advance(&mut self) -> bool {
        if !self.words.advance() {
            return false;
        }
        let text = &mut self.words.token_mut().text;
        let Some(word) = number(text) else {
            if self.letter != 0 {
                forms::note_text(text);
            }
            self.analyzer.analyze(text);
            return true;
        };
        let [first, second] = &mut self.sets[hash(word) & (self.sets.len() - 1)];
        if first.word != word {
            std::mem::swap(first, second);
            if first.word != word {
                if self.letter != 0 {
                    forms::note_text(text);
                }
                self.analyzer.analyze(text);
                if let Some(entry) = Entry::new(word, text) {
                    *first = Entry { letter: self.letter, ..entry };
                }
                return true;
            }
        }
        if first.letter != self.letter {
            first.letter = self.letter;
            forms::note(word);
        }
        first.make_term(text);
        true
    }

    fn token(&self) -> &Token {
        self.words.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.words.token_mut()
    }
}

impl Entry {
    /// What makes a term of a word, if both are so simple.
    fn new(word: u128, term: &str) -> Option<Self> {
        let bytes = word.to_le_bytes();
        let small = bytes.map(|b| b.to_ascii_lowercase());
        let stays = small.iter().zip(term.as_bytes()).take_while(|(one, other)| one == other).count();
        let behind = term.as_bytes().get(stays..)?;
        let mut tail = [0; TAIL];
        tail.get_mut(..behind.len())?.copy_from_slice(behind);
        let simple = bytes.is_ascii() && behind.is_ascii();
        let (capitals, tail_length) = (small != bytes, behind.len() as u8);
        simple.then_some(Self { word, stays: stays as u8, capitals, tail, tail_length, letter: 0 })
    }

    /// Makes the term of the word in its place.
    fn make_term(&self, word: &mut String) {
        word.truncate(usize::from(self.stays));
        if self.capitals {
            word.make_ascii_lowercase();
        }
        for byte in self.tail.iter().take(usize::from(self.tail_length)) {
            word.push(char::from(*byte));
        }
    }
}

impl Analyzer {
    /// Puts the term of a word in its place.
    fn analyze(&mut self, text: &mut String) {
        let is = |whole: &&&str| {
            // Several of them, as "AEDs", are the same term.
            let plural = text.len() == whole.len() + 1 && text.ends_with(['s', 'S']);
            text.get(..text.len() - usize::from(plural)).is_some_and(|word| word.eq_ignore_ascii_case(whole))
        };
        if let Some(whole) = self.whole.iter().find(is) {
            text.clear();
            text.push_str(whole);
            return;
        }
        let word = std::mem::take(text);
        self.analyzer.token_stream(&word).process(&mut |token| text.push_str(&token.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_kept_as_a_change_of_its_word() {
        let cases =
            [("Therapy", "therapi", true), ("UPHELD", "upheld", true), ("a", "a", true), ("caf\u{e9}", "cafe", false)];
        for (word, term, kept) in cases.into_iter().chain([("relational", "relate", true), ("abc", "wxyz", false)]) {
            let entry = number(word).and_then(|number| Entry::new(number, term));
            assert_eq!(entry.is_some(), kept, "{word}");
            if let Some(entry) = entry {
                let mut text = word.to_owned();
                entry.make_term(&mut text);
                assert_eq!(text, term);
            }
        }
    }
}
