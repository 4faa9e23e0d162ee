//! Text to terms: the same way when indexing, searching and marking matches.

use std::sync::LazyLock;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, Stemmer, TextAnalyzer, Token,
    TokenStream, Tokenizer, TokenizerManager,
};

/// The name of the analyzer of text fields.
pub const ENGLISH: &str = "english";
/// The name of the analyzer of keyword fields.
pub const KEYWORD: &str = "keyword";

/// Longer runs of letters and digits are no words; they would only bloat the dictionary.
const LONGEST_WORD: usize = 64;

/// The analyzer of text fields: words of letters and digits, lower case, without accents, stemmed as English.
pub fn english() -> TextAnalyzer {
    static ANALYZER: LazyLock<TextAnalyzer> = LazyLock::new(|| {
        TextAnalyzer::builder(WordTokenizer)
            .filter(RemoveLongFilter::limit(LONGEST_WORD))
            .filter(LowerCaser)
            .filter(AsciiFoldingFilter)
            .filter(Stemmer::new(Language::English))
            .build()
    });
    ANALYZER.clone()
}

/// The analyzer of keyword fields: the whole value, lower case, without accents.
pub fn keyword() -> TextAnalyzer {
    TextAnalyzer::builder(RawTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build()
}

/// The analyzers under the names that the schema uses.
pub fn manager() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(ENGLISH, english());
    manager.register(KEYWORD, keyword());
    manager
}

/// A keyword as it is indexed: lower case, without accents.
pub fn fold(value: &str) -> String {
    let mut folded = String::with_capacity(value.len());
    keyword().token_stream(value).process(&mut |token| folded.push_str(&token.text));
    folded
}

/// Splits at everything that is neither letter nor digit, except that "Non-MTUS" is one word.
///
/// "Decision based on Non-MTUS Citation" says the opposite of what a search for MTUS looks for.
#[derive(Clone, Default)]
struct WordTokenizer;

struct WordStream<'a> {
    text: &'a str,
    at: usize,
    token: Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        WordStream { text, at: 0, token: Token { position: usize::MAX, ..Token::default() } }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((start, end)) = word(self.text, self.at) else { return false };
        let end_of_pair = non_mtus(self.text, start, end);
        self.token.text.clear();
        self.token.text.push_str(&self.text[start..end]);
        if let Some(pair) = end_of_pair {
            self.token.text.push_str(&self.text[pair - MTUS.len()..pair]);
        }
        self.token.offset_from = start;
        self.token.offset_to = end_of_pair.unwrap_or(end);
        self.token.position = self.token.position.wrapping_add(1);
        self.at = self.token.offset_to;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

const MTUS: &str = "mtus";

/// The next word at or after a byte offset.
fn word(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut start = from;
    loop {
        match bytes.get(start)? {
            b if b.is_ascii_alphanumeric() => break,
            b if b.is_ascii() => start += 1,
            _ => {
                let c = text[start..].chars().next()?;
                if c.is_alphanumeric() {
                    break;
                }
                start += c.len_utf8();
            }
        }
    }
    let mut end = start;
    while let Some(&b) = bytes.get(end) {
        if b.is_ascii_alphanumeric() {
            end += 1;
        } else if b.is_ascii() {
            break;
        } else {
            match text[end..].chars().next() {
                Some(c) if c.is_alphanumeric() => end += c.len_utf8(),
                _ => break,
            }
        }
    }
    Some((start, end))
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
