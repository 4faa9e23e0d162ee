//! What an address asks for: its query and filters, as the command line would read them.

use imr::present::{self, shell};
use imr::{ErrorKind, Result};

use super::super::cost;
use super::super::request::FILTERS;
use super::super::state::Opened;
use super::dates;
use super::labels;
use super::params::Params;
use crate::asked::{Asked, Filter, Typed, Words};

/// What was typed, without the filters of some fields.
pub fn typed(params: &Params, without: &[&str]) -> Typed {
    let mut filters: Vec<Filter> = Vec::new();
    for (field, is_list) in FILTERS.into_iter().filter(|(field, _)| !without.contains(field)) {
        // Several values may stand in one, as for the API.
        let each = |value: &str| -> Vec<String> {
            if is_list { value.split(',').map(str::to_owned).collect() } else { vec![value.to_owned()] }
        };
        let values: Vec<String> = params.all(field).flat_map(each).filter(|value| !value.is_empty()).collect();
        if !values.is_empty() {
            filters.push(Filter { field: field.to_owned(), values });
        }
    }
    if let Some(dates) = dates::typed(params).filter(|_| !without.contains(&"decided")) {
        filters.push(Filter { field: "decided".to_owned(), values: vec![dates] });
    }
    let words = Words { exact: params.has("exact", "1"), any: params.has("any", "1") };
    Typed { query: vec![params.query().to_owned()], filters, words }
}

/// What an address asks for, without the filters of some fields, with paths as the index has them.
///
/// # Errors
/// For a query or a filter that cannot be read, and when the index cannot be read.
pub fn asked(source: &Opened, params: &Params, without: &[&str]) -> Result<Asked> {
    cost::short(params.query())?;
    let mut asked = Asked::read(&typed(params, without), &|| source.store())?;
    asked.expr = source.meant(asked.expr)?;
    Ok(asked)
}

/// The fields that filter.
pub fn fields() -> impl Iterator<Item = &'static str> {
    FILTERS.into_iter().map(|(field, _)| field)
}

/// What is wrong with what was asked.
pub struct Problem {
    /// The fact.
    pub fact: String,
    /// The query, and a caret below the place.
    pub pointed: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// Tells of an error, if it is one of the one who asked.
pub fn problem(error: &imr::Error) -> Option<Problem> {
    if !matches!(error.kind(), ErrorKind::Query | ErrorKind::Usage) {
        return None;
    }
    let message = error.message();
    let fact = match message.strip_prefix("--").and_then(|rest| rest.split_once(": ")) {
        // The flag of a command line is a field here.
        Some((flag, rest)) => format!("{}: {rest}", labels::field(&flag.replace('-', "_"))),
        None => message.strip_prefix("query, ").map_or_else(|| message.to_owned(), |rest| format!("Query, {rest}")),
    };
    Some(Problem::new(&fact, error.hint()))
}

impl Problem {
    /// A fact with what there is to do about it: of a query, the query and a caret.
    pub fn new(fact: &str, hint: Option<&str>) -> Self {
        let hint = hint.map(present::lines).unwrap_or_default();
        let lines: Vec<&str> = hint.lines().collect();
        // The query stands above its caret; what there is to say stands around them.
        let caret = lines.iter().skip(1).position(|line| line.trim() == "^");
        let (pointed, hint) = match caret.and_then(|at| Some((at, lines.get(at..at + 2)?.join("\n")))) {
            Some((at, pointed)) => (Some(pointed), [&lines[..at], &lines[at + 2..]].concat().join("\n")),
            None => (None, hint.clone()),
        };
        let hint = Some(hint.trim().to_owned()).filter(|hint| !hint.is_empty());
        Self { fact: present::one_line(fact), pointed, hint }
    }
}

/// A filter that is in force.
pub struct Chip {
    /// What it is of.
    pub field: String,
    /// What is asked for.
    pub value: String,
    /// The same page without it.
    pub href: String,
}

/// The filters that are in force.
pub fn chips(params: &Params, path: &str) -> Vec<Chip> {
    let params = params.without(&["page"]);
    let of = params.pairs().iter().filter(|(name, _)| is_filter(name) || ["exact", "any"].contains(&name.as_str()));
    let chip = |(name, value): &(String, String)| {
        let href = params.without_value(name, value).link(path);
        let (field, value) = match name.as_str() {
            "exact" => ("Words".to_owned(), "without synonyms".to_owned()),
            "any" => ("Words".to_owned(), "half of them".to_owned()),
            _ => (labels::field(name), labels::value(name, value)),
        };
        Chip { field, value: present::one_line(&value), href }
    };
    of.map(chip).collect()
}

/// Whether a parameter filters.
pub fn is_filter(name: &str) -> bool {
    fields().any(|field| field == name) || ["from", "to"].contains(&name)
}

/// The same selection as words of a command line, with some flags behind the filters.
pub fn as_words(params: &Params, flags: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for field in fields() {
        all.extend(params.all(field).flat_map(|value| shell::flag(field, value)));
    }
    all.extend(dates::typed(params).iter().flat_map(|dates| shell::flag("decided", dates)));
    all.extend(["exact", "any"].iter().filter(|flag| params.has(flag, "1")).map(|flag| format!("--{flag}")));
    all.extend(flags);
    shell::around(params.query(), all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_query_and_its_caret_keep_their_columns() {
        let parts = |hint: &str| {
            let problem = Problem::new("fact", Some(hint));
            (problem.pointed, problem.hint)
        };
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(parts("a (b\n  ^\n\nclose it"), (told("a (b\n  ^"), told("close it")));
        assert_eq!(parts("a (b\n  ^"), (told("a (b\n  ^"), None));
        assert_eq!(parts("one\ntwo"), (None, told("one\ntwo")));
        assert_eq!(parts("one"), (None, told("one")));
    }

    #[test]
    fn an_address_is_read_as_a_command_line_is() {
        let params = Params::parse("q=MRI&outcome=upheld&outcome=overturned&from=2016&exact=1&page=3&sort=case");
        let typed = typed(&params, &[]);
        assert_eq!(typed.query, ["MRI"]);
        let filters: Vec<_> = typed.filters.iter().map(|f| (f.field.as_str(), f.values.join(","))).collect();
        assert_eq!(filters, [("outcome", "upheld,overturned".to_owned()), ("decided", ">=2016".to_owned())]);
        assert!(typed.words.exact && !typed.words.any);
        assert_eq!(super::typed(&params, &["outcome", "decided"]).filters.len(), 0);
        let command = "MRI --outcome upheld --outcome overturned --decided '>=2016' --exact";
        let as_command = |params: &Params| shell::line(&as_words(params, Vec::new()));
        assert_eq!(as_command(&params), command);
        assert_eq!(as_command(&Params::parse("q=-it's&drug=-x")), r"--drug=-x -- '-it'\''s'");
        let chips = chips(&params, "/");
        assert_eq!(
            chips.iter().map(|chip| chip.value.as_str()).collect::<Vec<_>>(),
            ["Upheld", "Overturned", "2016", "without synonyms"]
        );
        assert_eq!(chips[2].href, "/?q=MRI&outcome=upheld&outcome=overturned&exact=1&sort=case");
    }
}
