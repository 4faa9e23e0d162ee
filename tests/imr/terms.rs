//! Words become terms the same way, whatever was met before.

use std::collections::BTreeSet;

use imr::index::analysis::{FORMS, english, forms, manager};
use proptest::prelude::*;
use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer};

/// The terms of a text with their places, by an analyzer that may have met other texts.
fn terms(analyzer: &mut TextAnalyzer, text: &str) -> Vec<(String, usize, usize, usize)> {
    let mut terms = Vec::new();
    let mut stream = analyzer.token_stream(text);
    stream.process(&mut |t| terms.push((t.text.clone(), t.position, t.offset_from, t.offset_to)));
    terms
}

/// The same without a cache: each word's form, stemmed by itself.
fn anew(text: &str) -> Vec<(String, usize, usize, usize)> {
    let mut stemmer = TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(Language::English)).build();
    let mut terms = terms(&mut forms(), text);
    for (term, ..) in &mut terms {
        let mut stem = String::new();
        stemmer.token_stream(term).process(&mut |t| stem.push_str(&t.text));
        *term = stem;
    }
    terms
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_met_before_does_not_matter(texts in prop::collection::vec("([a-zA-ZéÆß0-9\u{130}]{0,9}[ -]?){0,40}", 1..8)) {
        let mut analyzer = english();
        for text in texts.iter().chain(&texts) {
            prop_assert_eq!(terms(&mut analyzer, text), anew(text));
        }
    }

    #[test]
    fn the_field_of_forms_knows_each_word_of_each_letter(letters in prop::collection::vec(
        prop::collection::vec("([a-cA-C\u{e9}]{1,2}[ -]?){1,40}", 1..4), 1..6)
    ) {
        let mut analyzer = manager().get(FORMS).expect("a registered analyzer");
        let words = |analyzer: &mut TextAnalyzer, texts: &[String]| -> BTreeSet<String> {
            texts.iter().flat_map(|text| terms(analyzer, text)).map(|(word, ..)| word).collect()
        };
        for letter in letters.iter().chain(&letters) {
            // An empty text tells that a letter begins.
            terms(&mut analyzer, "");
            prop_assert_eq!(words(&mut analyzer, letter), words(&mut forms(), letter));
        }
    }
}

#[test]
fn more_words_than_are_cached_keep_their_terms() {
    let mut analyzer = english();
    let word =
        |n: u64| format!("{}ings", n.to_string().bytes().map(|b| char::from(b - b'0' + b'a')).collect::<String>());
    let text: String = (0..40_000).map(|n| word(n * 7919 % 30_000) + " ").collect();
    let expected = anew(&text);
    for _ in 0..3 {
        assert!(terms(&mut analyzer, &text) == expected);
    }
}

#[test]
fn the_field_of_forms_has_a_word_once() {
    let mut analyzer = manager().get(FORMS).expect("a registered analyzer");
    let found: Vec<_> =
        terms(&mut analyzer, "knee pain of the knee, knee").into_iter().map(|(word, ..)| word).collect();
    assert_eq!(found, ["knee", "pain", "of", "the"]);
}

#[test]
fn words_that_are_too_long_leave_their_place_empty() {
    let text = format!("Injections {} therapies", "x".repeat(64));
    let found: Vec<_> = terms(&mut english(), &text).into_iter().map(|(term, position, ..)| (term, position)).collect();
    assert_eq!(found, [("inject".to_owned(), 0), ("therapi".to_owned(), 2)]);
}
