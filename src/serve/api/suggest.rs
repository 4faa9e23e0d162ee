//! What may be typed next, and what may have been meant.

use axum::extract::State;
use axum::response::Response;
use imr::Result;
use imr::index::IndexSchema;
use imr::search;
use serde_json::{Value, json};

use crate::asked::complete;
use crate::asked::{Asked, Typed};
use crate::serve::params::Params;
use crate::serve::problem::{Answer, Problem};
use crate::serve::request;
use crate::serve::state::{App, Opened};

/// How many completions are told where it is not said.
const USUAL: u64 = 20;

/// Which completions: of the last word of `q`, or of the values of `field` that begin with `begin`; with `spelling` also
/// the query that may have been meant. Promised in `schema/suggest.schema.json`.
pub async fn suggest(State(app): State<App>, mut params: Params) -> Answer<Response> {
    let typed = params.one("q")?.unwrap_or_default();
    request::short("q", &typed)?;
    let field = params.one("field")?;
    let begin = params.one("begin")?.unwrap_or_default();
    let spelling = params.flag("spelling")?;
    let limit = params.number("limit", 1..=complete::MOST as u64)?.unwrap_or(USUAL) as usize;
    params.end()?;
    if let Some(field) = &field
        && !IndexSchema::get().find(field).is_some_and(|(def, _)| def.is_keyword())
    {
        return Err(Problem::parameter("field", format!("`{field}` has no values that could be listed")));
    }
    let answer = app.ask(move |index| -> Result<Value> {
        let (from, candidates) = match &field {
            Some(field) => (0, complete::named("", complete::values(Some(index), field, &begin))),
            None => {
                let from = last_word(&typed);
                let saved = || {
                    let names = index.store().and_then(|store| store.names()).unwrap_or_default();
                    names.iter().map(|name| format!("@{}", name.as_str())).collect()
                };
                let mut candidates = complete::word(Some(index), saved, &typed[from..]);
                candidates.sort_by_key(|candidate| candidate.order);
                (typed[..from].chars().count(), candidates)
            }
        };
        let told = |candidate: &complete::Candidate| json!({"text": candidate.text, "about": candidate.about});
        let completions: Vec<Value> = candidates.iter().take(limit).map(told).collect();
        let suggestion = if spelling { suggestion(index, &typed)? } else { None };
        Ok(json!({"from": from, "completions": completions, "suggestion": suggestion}))
    });
    Ok(super::answer(format!("{}\n", answer.await?).into_bytes()))
}

/// The query that may have been meant. What is no query yet has none.
fn suggestion(index: &Opened, typed: &str) -> Result<Option<String>> {
    let typed = Typed { query: vec![typed.to_owned()], ..Typed::default() };
    let Ok(asked) = Asked::read(&typed, &|| index.store()) else { return Ok(None) };
    let asking = search::Request { limit: 0, ..search::Request::new(index.meant(asked.expr.clone())?) };
    let found = index.guarded(|| search::search(index, &asking))?;
    let suggested = asked.suggestion(index, found.total, &|typed| index.paths(typed))?;
    Ok(suggested.better().map(str::to_owned))
}

/// Where the last word of what was typed begins, in bytes. A value in quotation marks is part of its word.
fn last_word(typed: &str) -> usize {
    let (mut from, mut is_quoted, mut is_begin) = (0, false, true);
    for (at, c) in typed.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            // What stands before a word and is no part of it.
            '-' | '+' | '!' if is_begin => from = at + 1,
            '(' => from = at + 1,
            c if c.is_whitespace() => from = at + c.len_utf8(),
            _ => {}
        }
        is_begin = from == at + c.len_utf8();
    }
    from
}

#[cfg(test)]
mod tests {
    use super::last_word;

    #[test]
    fn the_last_word_is_what_is_being_typed() {
        for (typed, word) in [
            ("", ""),
            ("out", "out"),
            ("mri out", "out"),
            ("mri -out", "out"),
            ("(mri OR (spec", "spec"),
            ("specialty:\"pain med", "specialty:\"pain med"),
            ("a specialty:\"pain med\" ", ""),
            ("x-ray", "x-ray"),
            ("ä é", "é"),
        ] {
            assert_eq!(&typed[last_word(typed)..], word, "{typed}");
        }
    }
}
