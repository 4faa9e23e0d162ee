//! Text to terms: the same way when indexing, searching and marking matches.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::LazyLock;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, Stemmer, TextAnalyzer, Token,
    TokenStream, Tokenizer, TokenizerManager,
};

use super::cache::CachedTerms;
use super::forms::Noted;
pub use super::forms::{DOCUMENT_ENDS, LETTER_ENDS};
pub use super::keyword::{fold, keyword};
use super::sentence::{self, End};
pub use super::sentence::{PARAGRAPH_END, SENTENCE_END};

/// The name of the analyzer of text fields.
pub const ENGLISH: &str = "english";
/// The name of the analyzer of text fields with several values.
pub const ENGLISH_VALUES: &str = "english_values";
/// The name of the analyzer that keeps the forms of words.
pub const FORMS: &str = "forms";
/// The name of the analyzer of keyword fields.
pub const KEYWORD: &str = "keyword";
/// The name of the analyzer of hierarchies.
pub const HIERARCHY: &str = "hierarchy";

/// What parts the levels of a hierarchy.
pub const LEVEL: char = '/';

/// Runs of letters and digits of this many bytes and more are no words; they would only bloat the dictionary.
const TOO_LONG: usize = 64;

/// Units of measure that letters write with and without a blank behind the number: `550mg`, `550 mg`.
const UNITS: [&str; 11] = ["mg", "mcg", "ml", "gm", "g", "kg", "cc", "mm", "cm", "lb", "lbs"];

/// Whether a word, lower case, is one of the units of measure.
pub fn is_unit(word: &str) -> bool {
    UNITS.contains(&word)
}

/// Abbreviations that the stemmer would make another word of: "TENS", the nerve stimulation, the number ten; "AED", a drug
/// against seizures, and "ANS", the autonomic nervous system, the article.
const UNSTEMMED: [&str; 3] = ["tens", "aed", "ans"];

/// The word for `%` behind a number.
const PERCENT: &str = "percent";

/// The terms of a query: words of letters and digits, lower case, without accents, stemmed as English.
pub fn english() -> TextAnalyzer {
    static ANALYZER: LazyLock<TextAnalyzer> = LazyLock::new(|| stemmed(WordTokenizer::default(), CachedTerms::new));
    ANALYZER.clone()
}

/// The analyzer of text fields: the terms of [`english`], and the ends of sentences and paragraphs as terms at the place
/// of the last word before them. They take no place of their own, so that phrases and distances do not see them.
pub fn text() -> TextAnalyzer {
    static ANALYZER: LazyLock<TextAnalyzer> =
        LazyLock::new(|| stemmed(WordTokenizer { ends: Ends::Between }, CachedTerms::new));
    ANALYZER.clone()
}

/// An analyzer of texts, by the way in which its cache is made.
fn stemmed(words: WordTokenizer, cached: fn(TextAnalyzer, &'static [&'static str]) -> CachedTerms) -> TextAnalyzer {
    let term = TextAnalyzer::builder(RawTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(Language::English))
        .build();
    TextAnalyzer::builder(words).filter(RemoveLongFilter::limit(TOO_LONG)).filter(cached(term, &UNSTEMMED)).build()
}

/// The words of [`english`] before they are stemmed: what patterns and misspelt words are compared with.
pub fn forms() -> TextAnalyzer {
    static ANALYZER: LazyLock<TextAnalyzer> = LazyLock::new(|| {
        TextAnalyzer::builder(WordTokenizer::default())
            .filter(RemoveLongFilter::limit(TOO_LONG))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .build()
    });
    ANALYZER.clone()
}

/// The analyzer of hierarchies: the value and all above it, `rehabilitation` and `rehabilitation/acupuncture`.
pub fn hierarchy() -> TextAnalyzer {
    TextAnalyzer::builder(LevelTokenizer).filter(LowerCaser).filter(AsciiFoldingFilter).build()
}

/// The analyzers under the names that the schema uses, for indexing: those of texts note the words that the field of forms
/// takes.
pub fn manager() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(ENGLISH, stemmed(WordTokenizer { ends: Ends::Between }, CachedTerms::noting));
    manager.register(ENGLISH_VALUES, stemmed(WordTokenizer { ends: Ends::BetweenAndLast }, CachedTerms::noting));
    manager.register(FORMS, TextAnalyzer::builder(Noted::default()).build());
    manager.register(KEYWORD, keyword());
    manager.register(HIERARCHY, hierarchy());
    manager
}

/// The terms of a text, as text fields have them.
pub fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    TERMS.with_borrow_mut(|analyzer| analyzer.token_stream(text).process(&mut |token| terms.push(token.text.clone())));
    terms
}

/// The words of a text before they are stemmed.
pub fn words(text: &str) -> Vec<String> {
    collect(forms(), text)
}

// Each thread keeps analyzers, which know the terms of the words that they met: the texts of hits have most of them in common,
// and so have the values that a word is compared with.
thread_local! {
    static TEXT: RefCell<TextAnalyzer> = RefCell::new(text());
    static TERMS: RefCell<TextAnalyzer> = RefCell::new(english());
}

/// Hands over the tokens of a text as [`text`] makes them.
pub fn tokens(text: &str, each: &mut dyn FnMut(&Token)) {
    TEXT.with_borrow_mut(|analyzer| analyzer.token_stream(text).process(each));
}

fn collect(mut analyzer: TextAnalyzer, text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    analyzer.token_stream(text).process(&mut |token| terms.push(token.text.clone()));
    terms
}

/// Whether a text has a run of letters and digits that is too long to be in the index.
pub fn has_too_long(text: &str) -> bool {
    let mut stream = WordTokenizer::default();
    let mut stream = stream.token_stream(text);
    while stream.advance() {
        if stream.token().text.len() >= TOO_LONG {
            return true;
        }
    }
    false
}

/// The value, and each that stands above it.
#[derive(Clone, Default)]
struct LevelTokenizer;

struct LevelStream<'a> {
    text: &'a str,
    token: Token,
}

impl Tokenizer for LevelTokenizer {
    type TokenStream<'a> = LevelStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> LevelStream<'a> {
        LevelStream { text, token: Token { position: usize::MAX, ..Token::default() } }
    }
}

impl TokenStream for LevelStream<'_> {
    fn advance(&mut self) -> bool {
        let from = if self.token.position == usize::MAX { 0 } else { self.token.offset_to + LEVEL.len_utf8() };
        let Some(rest) = self.text.get(from..).filter(|rest| !rest.is_empty()) else { return false };
        self.token.offset_to = from + rest.find(LEVEL).unwrap_or(rest.len());
        self.token.text.clear();
        self.token.text.push_str(&self.text[..self.token.offset_to]);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Splits at everything that is neither letter nor digit. What letters and queries write in several ways becomes the same
/// words:
///
/// - a number and its unit are two words: `10/325mg` and `10-325 mg` are 10, 325, mg;
/// - `%` behind a number is the word percent: `20%`, `20-percent`;
/// - the second of two levels of the spine has its letter: `L4-5` and `L4-L5` are l4, l5;
/// - the `'s` of a possessive is left out;
/// - "Non-MTUS" is one word: "Decision based on Non-MTUS Citation" says the opposite of what a search for MTUS looks for.
///
/// Numbers with several parts stay several words in a row (`9792.24.2`, `0.5`), so that their beginnings are found too.
#[derive(Clone, Default)]
struct WordTokenizer {
    ends: Ends,
}

/// Which ends of sentences and paragraphs are terms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Ends {
    #[default]
    None,
    /// Those with a word behind them.
    Between,
    /// That of the whole text as well.
    BetweenAndLast,
}

struct WordStream<'a> {
    text: &'a str,
    at: usize,
    token: Token,
    ends: Ends,
    /// The word before `at`, as long as it is not known whether something ends behind it.
    last: Option<Range<usize>>,
    /// Whether that word is the first of its sentence.
    first: bool,
    /// Whether the end of a paragraph follows that of a sentence.
    paragraph: bool,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        WordStream {
            text,
            at: 0,
            token: Token { position: usize::MAX, ..Token::default() },
            ends: self.ends,
            last: None,
            first: true,
            paragraph: false,
        }
    }
}

impl WordStream<'_> {
    /// The token that tells of an end, if one stands before the next word.
    fn end(&mut self, next: Option<usize>) -> bool {
        if std::mem::take(&mut self.paragraph) {
            self.set(PARAGRAPH_END);
            return true;
        }
        let Some(last) = self.last.take() else { return false };
        let end = match next {
            Some(next) => sentence::end(self.text, &last, next, self.first),
            None => (self.ends == Ends::BetweenAndLast).then_some(End::Paragraph),
        };
        self.first = end.is_some();
        self.paragraph = end == Some(End::Paragraph);
        if end.is_some() {
            self.set(SENTENCE_END);
        }
        end.is_some()
    }

    fn set(&mut self, text: &str) {
        self.token.text.clear();
        self.token.text.push_str(text);
        self.token.offset_from = self.token.offset_to;
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let bytes = self.text.as_bytes();
        let next = word(self.text, self.at);
        if self.ends != Ends::None {
            // A blank alone ends nothing, and stands between most words.
            let is_blank = next.is_some_and(|(start, _)| start == self.at + 1 && bytes[self.at] == b' ');
            if is_blank && !self.paragraph && self.last.as_ref().is_some_and(|last| last.end == self.at) {
                self.first = false;
            } else if self.end(next.map(|(start, _)| start)) {
                return true;
            }
        }
        let Some((start, mut end)) = next else { return false };
        let before = self.at;
        // Most words are letters behind a blank: what else there is is told from others by one byte.
        match bytes[start] {
            b'%' => self.set(PERCENT),
            b'0'..=b'9' => {
                let level = level_behind(&self.token.text, &self.text[before..start], &self.text[start..end]);
                end = end_of_number(&self.text[start..end]).map_or(end, |length| start + length);
                // The letter of the level before stands first already.
                self.token.text.truncate(usize::from(level));
                self.token.text.push_str(&self.text[start..end]);
            }
            _ => {
                self.token.text.clear();
                self.token.text.push_str(&self.text[start..end]);
                if bytes.get(end) == Some(&b'-')
                    && let Some(pair) = non_mtus(self.text, start, end)
                {
                    self.token.text.push_str(&self.text[pair - MTUS.len()..pair]);
                    end = pair;
                }
            }
        }
        self.at = if bytes[start] == b'%' { end } else { end + possessive(self.text, end) };
        self.token.offset_from = start;
        self.token.offset_to = end;
        self.token.position = self.token.position.wrapping_add(1);
        if self.ends != Ends::None {
            self.last = Some(start..end);
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

/// How long the `'s` is that stands at a place of a text, in bytes; 0 where none does. The s is no word: "the worker's
/// knee" has two words in a row, "worker" and "knee".
fn possessive(text: &str, at: usize) -> usize {
    let mark = match &text.as_bytes()[at..] {
        [b'\'', b's' | b'S', ..] => 1,
        // The typographic apostrophe.
        [0xe2, 0x80, 0x99, b's' | b'S', ..] => 3,
        _ => return 0,
    };
    let length = mark + 1;
    if text[at + length..].starts_with(char::is_alphanumeric) { 0 } else { length }
}

const MTUS: &str = "mtus";

/// What a byte tells of the word that it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    /// A letter or a digit.
    Word,
    /// It parts words.
    Gap,
    /// It may be a word of its own.
    Percent,
    /// Of a character that is no ASCII.
    Wide,
}

/// What each byte is, so that a byte costs one look-up.
static BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Wide; 256];
    let mut byte = 0;
    while byte < 128 {
        bytes[byte] = match byte as u8 {
            b'%' => Byte::Percent,
            b if b.is_ascii_alphanumeric() => Byte::Word,
            _ => Byte::Gap,
        };
        byte += 1;
    }
    bytes
};

/// The next word at or after a byte offset.
fn word(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut start = from;
    loop {
        start += run_of(Byte::Gap, bytes.get(start..)?);
        match BYTES[usize::from(*bytes.get(start)?)] {
            Byte::Word => break,
            Byte::Percent if behind_number(&bytes[..start]) => return Some((start, start + 1)),
            Byte::Gap | Byte::Percent => start += 1,
            Byte::Wide => {
                let c = text[start..].chars().next()?;
                if c.is_alphanumeric() {
                    break;
                }
                start += c.len_utf8();
            }
        }
    }
    let mut end = start;
    loop {
        end += run_of(Byte::Word, &bytes[end..]);
        // Only other characters than those of ASCII may go on with a word that ends here.
        let wide = bytes.get(end).filter(|b| !b.is_ascii()).and_then(|_| text[end..].chars().next());
        match wide {
            Some(c) if c.is_alphanumeric() => end += c.len_utf8(),
            _ => return Some((start, end)),
        }
    }
}

/// How many bytes of a kind stand at the beginning.
fn run_of(byte: Byte, bytes: &[u8]) -> usize {
    bytes.iter().position(|b| BYTES[usize::from(*b)] != byte).unwrap_or(bytes.len())
}

/// Whether a number stands before, with a blank at most.
fn behind_number(before: &[u8]) -> bool {
    matches!(before, [.., b'0'..=b'9'] | [.., b'0'..=b'9', b' '])
}

/// Whether a number is the second of two levels of the spine, of which the first has the letter: the 5 of `L4-5`.
fn level_behind(before: &str, gap: &str, number: &str) -> bool {
    let level = |word: &[u8]| matches!(word, [b'c' | b'C' | b't' | b'T' | b'l' | b'L' | b's' | b'S', digits @ ..] if is_level(digits));
    matches!(gap, "-" | "/" | "\u{2013}" | "\u{2014}") && is_level(number.as_bytes()) && level(before.as_bytes())
}

/// The spine has at most twelve vertebrae of a kind.
fn is_level(digits: &[u8]) -> bool {
    matches!(digits, [b'1'..=b'9'] | [b'1', b'0'..=b'2'])
}

/// How long the number is, in bytes, if a word is a number with a unit behind it.
fn end_of_number(word: &str) -> Option<usize> {
    let length = word.bytes().take_while(u8::is_ascii_digit).count();
    let unit = &word[length..];
    (length > 0 && UNITS.iter().any(|known| known.eq_ignore_ascii_case(unit))).then_some(length)
}

/// Where "Non-MTUS" ends, if the word from `start` to `end` begins it. Letters break it at the hyphen too.
fn non_mtus(text: &str, start: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if end - start != 3 || !bytes[start..end].eq_ignore_ascii_case(b"non") || bytes.get(end) != Some(&b'-') {
        return None;
    }
    let mut from = end + 1;
    while bytes.get(from).is_some_and(u8::is_ascii_whitespace) {
        from += 1;
    }
    let to = from + MTUS.len();
    let matches = bytes.get(from..to).is_some_and(|w| w.eq_ignore_ascii_case(MTUS.as_bytes()));
    let ends = text.get(to..).is_some_and(|rest| !rest.chars().next().is_some_and(char::is_alphanumeric));
    (matches && ends).then_some(to)
}
