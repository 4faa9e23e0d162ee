//! Answers within bounds, which say what they leave out.

use serde_json::{Value, json};

/// The longest text of a hit, in characters.
pub const TEXT: usize = 700;
/// The longest text of a letter, in characters.
pub const WHOLE_TEXT: usize = 12_000;
/// About how long an answer may become, in bytes of JSON.
pub const ANSWER: usize = 60_000;

/// How long a whole answer may become, in bytes of JSON.
const WHOLE_ANSWER: usize = 2 * ANSWER;
/// The most values of a list within a hit or a letter.
const MOST_VALUES: usize = 50;
/// What is told of an answer that would be too long.
const TOO_LONG: &str = "the answer would be too long: lists and texts were shortened; ask for less at once";
/// What is told of shortened texts and lists.
const SHORTENED: &str = "long texts end with `(cut)`, and long lists are cut";

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

/// All lists within a value, cut.
fn lists(value: &mut Value, most: usize) -> bool {
    match value {
        Value::Array(all) => {
            let is_cut = all.len() > most;
            all.truncate(most);
            all.iter_mut().fold(is_cut, |is_cut, value| lists(value, most) | is_cut)
        }
        Value::Object(all) => all.values_mut().fold(false, |is_cut, value| lists(value, most) | is_cut),
        _ => false,
    }
}

/// A value with texts of at most so many characters and lists of at most so many values, and with less where it would still
/// be longer than so many bytes. Tells whether anything was left out.
pub fn within(value: &mut Value, most_text: usize, most_bytes: usize) -> bool {
    let (mut most_text, mut most_values) = (most_text, MOST_VALUES);
    let mut is_cut = texts(value, most_text) | lists(value, most_values);
    while value.to_string().len() > most_bytes && most_text > 1 {
        (most_text, most_values) = (most_text / 2, (most_values / 2).max(1));
        is_cut |= texts(value, most_text) | lists(value, most_values);
    }
    is_cut
}

/// A whole answer, which says where it had to become shorter than its parts were.
pub fn whole(answer: &mut Value) {
    if answer.to_string().len() <= WHOLE_ANSWER {
        return;
    }
    let told = answer.as_object_mut().and_then(|answer| answer.remove("cut"));
    within(answer, WHOLE_TEXT, WHOLE_ANSWER);
    let told = told.as_ref().and_then(Value::as_str).map(|told| format!("{told}; "));
    answer["cut"] = json!(format!("{}{TOO_LONG}", told.unwrap_or_default()));
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

/// What is told of an answer, with what is to be said where parts of it were shortened.
pub fn with_shortened(cut: Option<String>, is_shortened: bool) -> Option<String> {
    match (cut, is_shortened) {
        (cut, false) => cut,
        (None, true) => Some(SHORTENED.to_owned()),
        (Some(cut), true) => Some(format!("{cut}; {SHORTENED}")),
    }
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
    fn whatever_is_long_is_cut_and_told() {
        let citations = json!(vec!["A citation of an invented guideline, page 12"; 3000]);
        let mut value = json!({"guideline": {"citations": citations}, "cut": null});
        assert!(within(&mut value.clone(), TEXT, ANSWER));
        whole(&mut value);
        assert!(value.to_string().len() <= WHOLE_ANSWER && value["cut"].as_str().unwrap().contains("too long"));
        let mut many = json!({"a": vec![vec!["word ".repeat(200); 50]; 50], "cut": "and more"});
        whole(&mut many);
        assert!(
            many.to_string().len() <= WHOLE_ANSWER + 200 && many["cut"].as_str().unwrap().starts_with("and more; ")
        );
        let mut short = json!({"a": [1], "cut": null});
        whole(&mut short);
        assert!(short["cut"].is_null() && !within(&mut short, TEXT, ANSWER));
    }

    #[test]
    fn an_answer_has_what_fits_and_at_least_one() {
        let long = json!("x".repeat(ANSWER + 1));
        assert_eq!(as_many(vec![long.clone(), json!(1)]).len(), 1);
        assert_eq!(as_many(vec![json!(1), json!(2), long]).len(), 2);
    }
}
