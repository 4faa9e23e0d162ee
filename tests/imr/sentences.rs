//! Where sentences and paragraphs end, as the index has it.

use std::path::Path;

use imr::index::analysis;

use crate::support::check_tables;

/// The last words of sentences that end in a text, `¶` where a paragraph ends.
fn ends(text: &str) -> String {
    let mut ends: Vec<String> = Vec::new();
    let mut last = String::new();
    let mut position = usize::MAX;
    let mut analyzer = analysis::text();
    analyzer.token_stream(text).process(&mut |token| match token.text.as_str() {
        analysis::SENTENCE_END => {
            assert_eq!(token.position, position, "an end has the place of the last word");
            ends.push(last.clone());
        }
        analysis::PARAGRAPH_END => ends.last_mut().expect("a sentence ends too").push('\u{b6}'),
        _ => {
            last = text[token.offset_from..token.offset_to].to_owned();
            position = token.position;
        }
    });
    ends.join("; ")
}

#[test]
fn sentences_end_where_a_reader_would_say() {
    let plain = |text: &str| text.replace("\\n", "\n").replace("\\f", "\u{c}").replace("\\u2022", "\u{2022}");
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sentences/ends.tsv");
    assert!(check_tables([table], |text| ends(&plain(text))) > 20);
}

#[test]
fn ends_take_no_place_and_are_no_words() {
    let text = "The pain is worse. There is no red flag.\n\nImaging is not needed.";
    let words = |mut analyzer: tantivy::tokenizer::TextAnalyzer| {
        let mut words = Vec::new();
        analyzer.token_stream(text).process(&mut |t| words.push((t.text.clone(), t.position, t.offset_from)));
        words.retain(|(word, ..)| !word.starts_with('.'));
        words
    };
    assert_eq!(words(analysis::text()), words(analysis::english()));
    for query in [".", "..", "a . b", "a.b", "\u{1}."] {
        assert!(analysis::terms(query).iter().all(|term| !term.starts_with('.')), "{query}");
    }
    // Only where a field may have several values does the last word of a value end something.
    let mut ends = 0;
    let mut values = analysis::manager().get(analysis::ENGLISH_VALUES).unwrap();
    values.token_stream("low back pain").process(&mut |t| ends += usize::from(t.text.starts_with('.')));
    assert_eq!(ends, 2);
}

#[test]
fn numbers_become_the_same_words_however_they_are_written() {
    for (texts, terms) in [
        (&["10/325mg", "10/325 mg", "10-325 mg", "10/325MG"][..], "10 325 mg"),
        (&["20%", "20 %", "20-percent", "20 percent"], "20 percent"),
        (&["L4-5", "L4-L5", "L4/5", "l4\u{2013}5", "L4/L5"], "l4 l5"),
        (&["C5-6"], "c5 c6"),
        (&["L3-4-5"], "l3 l4 l5"),
        (&["L5-S1"], "l5 s1"),
        (&["T12-L1"], "t12 l1"),
        (&["9792.24.2", "9792.24-2"], "9792 24 2"),
        (&["#60", "60"], "60"),
        (&["0.5"], "0 5"),
        (&["% off"], "off"),
        // No levels of a spine.
        (&["L4-55"], "l4 55"),
        (&["L4 - 5"], "l4 5"),
        (&["D4-5"], "d4 5"),
        (&["L4, 5"], "l4 5"),
    ] {
        for text in texts {
            assert_eq!(analysis::terms(text).join(" "), terms, "{text}");
        }
    }
}
