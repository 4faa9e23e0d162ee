//! What the words of a query may be: from the schema, the tables of names, and the index.

use imr::index::{FieldKind, IndexSchema, Reader};
use imr::letter::{Basis, Layout, Outcome, Priority, Sex, Side, Source};
use imr::present::one_line;
use imr::search;

/// How many values of an index are offered at most.
pub const MOST: usize = 200;

/// What can stand for what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The whole word.
    pub text: String,
    /// What it is.
    pub about: Option<String>,
    /// Where it belongs: what has values before what is text.
    pub order: usize,
}

impl Candidate {
    fn plain(text: String) -> Self {
        Self { text, about: None, order: 0 }
    }
}

/// Those of some names that begin with what was typed. What a terminal would act on is no name.
pub fn named<S: Into<String>>(typed: &str, names: impl IntoIterator<Item = S>) -> Vec<Candidate> {
    let typed = typed.to_lowercase();
    let names = names.into_iter().map(Into::into);
    let names = names.filter(|name: &String| name.to_lowercase().starts_with(&typed) && *name == one_line(name));
    names.map(Candidate::plain).collect()
}

/// The values of a field: those of the index, or without one those that there are by definition.
pub fn values(reader: Option<&Reader>, field: &str, typed: &str) -> Vec<String> {
    let of_index = reader.and_then(|reader| search::values(reader, field, typed, MOST).ok());
    of_index.filter(|values| !values.is_empty()).unwrap_or_else(|| {
        let names = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect();
        match field {
            "outcome" => names(Outcome::ALL.iter().map(|v| v.name()).collect()),
            "basis" => names(Basis::ALL.iter().map(|v| v.name()).collect()),
            "side" => names(Side::ALL.iter().map(|v| v.name()).collect()),
            "source" => names(Source::ALL.iter().map(|v| v.name()).collect()),
            "layout" => names(Layout::ALL.iter().map(|v| v.name()).collect()),
            "priority" => names(Priority::ALL.iter().map(|v| v.name()).collect()),
            "sex" => names(Sex::ALL.iter().map(|v| v.name()).collect()),
            "retrospective" | "associated" => names(vec!["yes", "no"]),
            _ => Vec::new(),
        }
    })
}

/// The case numbers that begin like this.
pub fn cases(reader: Option<&Reader>, typed: &str) -> Vec<Candidate> {
    let cases = reader.and_then(|reader| search::cases(reader, &typed.to_uppercase(), MOST).ok());
    cases.into_iter().flatten().map(|case| Candidate::plain(case.to_string())).collect()
}

/// A word of a query: a field, a value of a field, a case number, or one of the saved searches.
pub fn word(reader: Option<&Reader>, saved: impl Fn() -> Vec<String>, typed: &str) -> Vec<Candidate> {
    if typed.starts_with('@') {
        return named(typed, saved());
    }
    if let Some((field, begin)) = typed.split_once(':') {
        let Some((def, _)) = IndexSchema::get().find(field).filter(|(def, _)| def.is_keyword()) else {
            return if field == "case" { with_field(field, cases(reader, begin)) } else { Vec::new() };
        };
        let begin = begin.trim_start_matches('"');
        let is_plain = |value: &str| value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'));
        let begin = begin.to_lowercase();
        let values =
            values(reader, &def.name, &begin).into_iter().filter(|value| value.to_lowercase().starts_with(&begin));
        let values =
            values.map(|value| if is_plain(&value) { value } else { format!("\"{}\"", value.replace('"', " ")) });
        return with_field(field, named("", values));
    }
    let digits = typed.get(..2).filter(|begin| begin.eq_ignore_ascii_case("cm")).and_then(|_| typed.get(2..));
    if digits.is_some_and(|digits| digits.chars().all(|c| c == '-' || c.is_ascii_digit())) {
        return cases(reader, typed);
    }
    let fields = IndexSchema::get().fields().filter(|(def, _)| def.name.starts_with(&typed.to_lowercase()));
    fields
        .map(|(def, _)| Candidate {
            text: format!("{}:", def.name),
            about: Some(def.about.clone()),
            order: usize::from(def.kind == FieldKind::Text),
        })
        .collect()
}

fn with_field(field: &str, values: Vec<Candidate>) -> Vec<Candidate> {
    values.into_iter().map(|value| Candidate { text: format!("{field}:{}", value.text), ..value }).collect()
}
