//! What was typed about issues becomes an index and an expression.

use imr::Result;
use imr::index::{self, Reader};
use imr::query::Expr;
use imr::search::Count;

use super::args::{IndexChoice, Selection};
use super::message;
use crate::asked::{self, Asked, Filter, Store, Suggested, Typed, Words};

/// Opens the index that is meant.
pub fn open(choice: &IndexChoice) -> anyhow::Result<Reader> {
    let cwd = std::env::current_dir()?;
    let dir = index::find(choice.dir().as_deref(), &cwd)?;
    Ok(Reader::open(&dir)?)
}

/// The saved searches of the index that is meant.
pub fn store(choice: &IndexChoice) -> Result<Store> {
    let cwd = std::env::current_dir().map_err(|e| imr::Error::io(".", e))?;
    let dir = index::find(choice.dir().as_deref(), &cwd)?;
    if !index::exists(&dir) {
        return Err(index::missing(&dir));
    }
    Store::of(&dir)
}

/// How words are meant, by flags.
pub fn words(selection: &Selection) -> Words {
    Words { exact: selection.exact, any: selection.any }
}

/// The filters that were typed.
pub fn filters(selection: &Selection) -> Vec<Filter> {
    let typed = selection.by_field().into_iter().filter(|(_, values)| !values.is_empty());
    typed.map(|(field, values)| Filter { field: field.to_owned(), values: values.clone() }).collect()
}

/// What was typed: the words of a query, and filters.
pub fn typed(query: &[String], selection: &Selection) -> Typed {
    Typed { query: query.to_vec(), filters: filters(selection), words: words(selection) }
}

/// What query and filters ask for together, where the query may begin with the names of saved searches. Says what there
/// is to say of it.
pub fn read(query: &[String], selection: &Selection, choice: &IndexChoice) -> Result<Asked> {
    let asked = Asked::read(&typed(query, selection), &|| store(choice))?;
    say(selection, &asked);
    Ok(asked)
}

/// Says what there is to say of what was asked for.
pub fn say(selection: &Selection, asked: &Asked) {
    message::notes(&asked.notes);
    tell(selection, &asked.synonyms);
    if let Some((least, of)) = asked.least {
        message::note(&format!("`--any` takes what has at least {least} of {of} words"));
    }
}

/// The same without what was typed.
pub fn asked(query: &[String], selection: &Selection, choice: &IndexChoice) -> Result<Expr> {
    Ok(read(query, selection, choice)?.expr)
}

/// Tells which synonyms are searched.
pub fn tell(selection: &Selection, synonyms: &[String]) {
    if selection.explain {
        synonyms.iter().for_each(|line| message::note(&format!("synonyms of {line}")));
    } else if !synonyms.is_empty() {
        let of = |line: &String| line.split_once(':').map_or_else(String::new, |(word, _)| format!("`{word}`"));
        let words = synonyms.iter().map(of).collect::<Vec<_>>().join(", ");
        message::note(&format!("synonyms of {words} count too: `--explain` tells them, `--exact` leaves them out"));
    }
}

/// The query that may have been meant, where this one found so few. Says so, or else what has some of its words.
pub fn suggestion(asked: &Asked, reader: &Reader, found: Count) -> anyhow::Result<Option<String>> {
    let cwd = std::env::current_dir()?;
    let suggested = asked.suggestion(reader, found, &|typed| reader.paths_of(typed, &cwd))?;
    match &suggested {
        Suggested::Better(better) => message::note(&format!("did you mean `{better}`?")),
        Suggested::SomeOfTheWords(more) => {
            let few = match found.issues {
                0 => "no issue has".to_owned(),
                1 => "only one issue has".to_owned(),
                few => format!("only {few} issues have"),
            };
            message::note(&format!("{few} all of the words; `--any` takes {more} with at least half of them"));
        }
        Suggested::Nothing => {}
    }
    Ok(suggested.better().map(str::to_owned))
}

/// The same with paths as the index has them, for those typed here.
pub fn in_this_folder(expr: Expr, reader: &Reader) -> anyhow::Result<Expr> {
    let cwd = std::env::current_dir()?;
    Ok(asked::in_folder(expr, reader, &|typed| reader.paths_of(typed, &cwd))?)
}
