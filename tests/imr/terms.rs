//! Words become terms the same way, whatever was met before.

use std::collections::BTreeSet;

use imr::index::analysis::{DOCUMENT_ENDS, ENGLISH, ENGLISH_VALUES, FORMS, LETTER_ENDS, english, forms, manager};
use imr::index::{FieldKind, IndexSchema};
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
        prop::collection::vec("([a-cA-C\u{e9}]{1,2}[ -]?|[a-c]{16,20} ){1,40}", 1..4), 1..6)
    ) {
        let manager = manager();
        let mut analyzers = [ENGLISH, ENGLISH_VALUES].map(|name| manager.get(name).expect("a registered analyzer"));
        let mut noted = manager.get(FORMS).expect("a registered analyzer");
        for letter in letters.iter().chain(&letters) {
            let mut found = BTreeSet::new();
            for (n, text) in letter.iter().enumerate() {
                // A text a document, by one analyzer of texts or the other.
                terms(&mut analyzers[n % 2], text);
                let end = if n + 1 == letter.len() { LETTER_ENDS } else { DOCUMENT_ENDS };
                found.extend(terms(&mut noted, end).into_iter().map(|(word, ..)| word));
            }
            let words: BTreeSet<_> =
                letter.iter().flat_map(|text| terms(&mut forms(), text)).map(|(word, ..)| word).collect();
            prop_assert_eq!(found, words);
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
fn the_field_of_forms_has_a_word_of_a_letter_once() {
    let manager = manager();
    let mut text = manager.get(ENGLISH).expect("a registered analyzer");
    let mut noted = manager.get(FORMS).expect("a registered analyzer");
    let mut words = |said: &str, end: &str| -> Vec<String> {
        terms(&mut text, said);
        let mut words: Vec<_> = terms(&mut noted, end).into_iter().map(|(word, ..)| word).collect();
        words.sort_unstable();
        words
    };
    assert_eq!(words("Knee pain of the knee. Knees", DOCUMENT_ENDS), ["knee", "knees", "of", "pain", "the"]);
    assert_eq!(words("The other knee", LETTER_ENDS), ["other"]);
    assert_eq!(words("The knee", LETTER_ENDS), ["knee", "the"]);
    // What is looked for is not noted.
    terms(&mut english(), "elbow");
    assert_eq!(words("", LETTER_ENDS), [""; 0]);
}

#[test]
fn the_field_of_forms_comes_behind_all_texts() {
    let schema = IndexSchema::get();
    assert!(schema.fields().all(|(def, field)| def.kind != FieldKind::Text || field < schema.forms));
}

#[test]
fn words_that_are_too_long_leave_their_place_empty() {
    let text = format!("Injections {} therapies", "x".repeat(64));
    let found: Vec<_> = terms(&mut english(), &text).into_iter().map(|(term, position, ..)| (term, position)).collect();
    assert_eq!(found, [("inject".to_owned(), 0), ("therapi".to_owned(), 2)]);
}
