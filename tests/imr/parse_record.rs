//! A parsed letter as its exported record, without what belongs to the file.

use imr::letter::Letter;
use imr::parse::{Diagnostic, Parsed};
use imr::record::LetterRecord;
use serde_json::{Value, json};

/// The letter alone.
pub fn letter(letter: &Letter) -> Value {
    let parsed = Parsed { letter: letter.clone(), diagnostics: Vec::new() };
    let mut record = serde_json::to_value(LetterRecord::new(parsed, String::new(), String::new())).unwrap();
    for of_the_file in ["path", "digest", "diagnostics"] {
        record.as_object_mut().unwrap().shift_remove(of_the_file).unwrap();
    }
    record
}

/// The letter with its diagnostics, each with the words of its span.
pub fn parsed(source: &str, parsed: &Parsed) -> Value {
    let mut record = letter(&parsed.letter);
    record["diagnostics"] = parsed.diagnostics.iter().map(|d| diagnostic(source, d)).collect();
    record
}

fn diagnostic(source: &str, diagnostic: &Diagnostic) -> Value {
    let words = diagnostic.span.clone().map(|span| &source[span]);
    json!({
        "severity": diagnostic.severity.name(),
        "code": diagnostic.code,
        "message": diagnostic.message,
        "words": words,
    })
}
