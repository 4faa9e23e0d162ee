//! Keywords as they are indexed.

use std::sync::LazyLock;

use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, RawTokenizer, TextAnalyzer};

/// The analyzer of keyword fields: the whole value, lower case, without accents.
pub fn keyword() -> TextAnalyzer {
    static ANALYZER: LazyLock<TextAnalyzer> = LazyLock::new(|| {
        TextAnalyzer::builder(RawTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build()
    });
    ANALYZER.clone()
}

/// A keyword as it is indexed: lower case, without accents.
pub fn fold(value: &str) -> String {
    if value.is_ascii() {
        return value.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(value.len());
    keyword().token_stream(value).process(&mut |token| folded.push_str(&token.text));
    folded
}
