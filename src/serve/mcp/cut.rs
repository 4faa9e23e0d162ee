//! Answers within bounds, which say what they leave out.

use serde_json::{Value, json};

/// The longest text of a hit, in characters.
pub const TEXT: usize = 700;
/// The longest text of a letter, in characters.
pub const WHOLE_TEXT: usize = 12_000;
/// About how long an answer may become, in bytes of JSON.
pub const ANSWER: usize = 60_000;

/// A text of at most so many characters, with what shows that it goes on.
pub fn text(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let end = text[..end].rfind(' ').filter(|at| *at > 0).unwrap_or(end);
            format!("{} … (cut)", &text[..end])
        }
    }
}

/// All texts within a value, cut.
pub fn texts(value: &mut Value, most: usize) -> bool {
    match value {
        Value::String(whole) => {
            let short = text(whole, most);
            let is_cut = short != *whole;
            *whole = short;
            is_cut
        }
        Value::Array(all) => all.iter_mut().fold(false, |is_cut, value| texts(value, most) | is_cut),
        Value::Object(all) => all.values_mut().fold(false, |is_cut, value| texts(value, most) | is_cut),
        _ => false,
    }
}

/// As many of some values as an answer may hold, and at least one.
pub fn as_many(values: Vec<Value>) -> Vec<Value> {
    let mut length = 0;
    let fits = |value: &Value| {
        let is_first = length == 0;
        length += value.to_string().len();
        is_first || length <= ANSWER
    };
    let mut fits = fits;
    values.into_iter().take_while(|value| fits(value)).collect()
}

/// What an answer says of what it leaves out.
pub fn told(cut: Option<String>) -> Value {
    cut.map_or(Value::Null, |cut| json!(cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_words_and_say_so() {
        assert_eq!(text("one two", 7), "one two");
        assert_eq!(text("one two three", 7), "one … (cut)");
        assert_eq!(text("äöüäöü", 3), "äöü … (cut)");
        let mut value = json!({"a": ["one two three"], "b": 1});
        assert!(texts(&mut value, 7) && value["a"][0] == "one … (cut)");
        assert!(!texts(&mut json!({"a": "one"}), 7));
    }

    #[test]
    fn an_answer_has_what_fits_and_at_least_one() {
        let long = json!("x".repeat(ANSWER + 1));
        assert_eq!(as_many(vec![long.clone(), json!(1)]).len(), 1);
        assert_eq!(as_many(vec![json!(1), json!(2), long]).len(), 2);
    }
}
