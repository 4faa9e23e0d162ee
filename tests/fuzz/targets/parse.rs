//! Parsing: any text gives a letter, with spans inside the text, and a record that reads back as it was written.

#![no_main]

use imr::parse::parse;
use imr::record::LetterRecord;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let parsed = parse(&text);
    for diagnostic in &parsed.diagnostics {
        if let Some(span) = &diagnostic.span {
            assert!(text.get(span.clone()).is_some(), "{diagnostic:?}");
        }
    }
    assert!((1..).zip(&parsed.letter.issues).all(|(number, issue)| number == issue.number));
    let record = LetterRecord::new(parsed, "letter.txt".to_owned(), "0".repeat(64));
    let json = serde_json::to_string(&record).expect("a record can be written");
    assert_eq!(serde_json::from_str::<LetterRecord>(&json).expect("a record can be read"), record);
});
