//! What was typed about issues becomes an index and an expression.

use std::collections::BTreeMap;

use imr::index::{self, Reader};
use imr::query::{self, Expr, Query, Widened};
use imr::search::{self, Count, Request};
use imr::{Error, Result};

use super::args::{IndexChoice, Selection};
use super::message;

/// Opens the index that is meant.
pub fn open(choice: &IndexChoice) -> anyhow::Result<Reader> {
    let cwd = std::env::current_dir()?;
    let dir = index::find(choice.dir().as_deref(), &cwd)?;
    Ok(Reader::open(&dir)?)
}

/// What query and filters ask for together.
pub fn asked(query: &[String], filters: &Selection) -> Result<Expr> {
    Asked::read(query, filters).map(|asked| asked.expr)
}

/// What was typed, and what it asks for.
pub struct Asked {
    /// What query and filters ask for together.
    pub expr: Expr,
    /// The synonyms that are searched, a line for each word that has some.
    pub synonyms: Vec<String>,
    /// The words of the query, with those of saved searches.
    pub whole: String,
    /// The filters, with those of saved searches, which say with `whole` what was asked for; `None` where no such words and
    /// filters do.
    pub spelt_out: Option<BTreeMap<String, Vec<String>>>,
    typed: String,
    filters: Expr,
    words: Words,
}

/// How the words of a query are meant.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    exact: bool,
    explain: bool,
    any: bool,
}

impl Words {
    /// As flags have it.
    pub fn of(selection: &Selection) -> Self {
        Self { exact: selection.exact, explain: selection.explain, any: selection.any }
    }

    /// What an expression means by these flags.
    pub fn meant(self, expr: Expr) -> Widened {
        let expr = if self.any { query::loosened(&expr).unwrap_or(expr) } else { expr };
        match self.exact {
            true => Widened { expr, told: Vec::new() },
            false => query::with_synonyms(&expr),
        }
    }

    /// Tells which synonyms are searched.
    pub fn tell(self, synonyms: &[String]) {
        if self.explain {
            synonyms.iter().for_each(|line| message::note(&format!("synonyms of {line}")));
        } else if !synonyms.is_empty() {
            let of = |line: &String| line.split_once(':').map_or_else(String::new, |(word, _)| format!("`{word}`"));
            let words = synonyms.iter().map(of).collect::<Vec<_>>().join(", ");
            message::note(&format!("synonyms of {words} count too: `--explain` tells them, `--exact` leaves them out"));
        }
    }
}

impl Asked {
    /// Reads what was typed, with remarks on it.
    pub fn read(query: &[String], selection: &Selection) -> Result<Self> {
        let typed = query.join(" ");
        let Query { expr, notes } = query::parse(&typed)?;
        message::notes(&notes);
        let words = Words::of(selection);
        let Widened { expr, told } = words.meant(expr);
        words.tell(&told);
        if let Some((least, of)) = query::some_of(&expr) {
            message::note(&format!("`--any` takes what has at least {least} of {of} words"));
        }
        let filters = filters(selection)?;
        let given = selection.by_field().into_iter().filter(|(_, values)| !values.is_empty());
        let spelt_out = Some(given.map(|(field, values)| (field.to_owned(), values.clone())).collect());
        let expr = expr.and(filters.clone());
        Ok(Self { expr, synonyms: told, whole: typed.clone(), spelt_out, typed, filters, words })
    }

    /// The same among what a saved search finds.
    pub fn within(mut self, saved: Expr, query: &str, filters: &BTreeMap<String, Vec<String>>) -> Self {
        self.spell_out(query.trim(), filters);
        let Widened { expr, told } = self.words.meant(saved);
        let told: Vec<String> = told.into_iter().filter(|line| !self.synonyms.contains(line)).collect();
        self.words.tell(&told);
        self.synonyms.extend(told);
        self.expr = expr.clone().and(self.expr);
        self.filters = expr.and(self.filters);
        self
    }

    /// Puts the words and filters of a saved search before its own.
    fn spell_out(&mut self, query: &str, filters: &BTreeMap<String, Vec<String>>) {
        let both = !query.is_empty() && !self.whole.trim().is_empty();
        // Half of the words of each is not half of all words; and a filter that is given twice asks for either value.
        let is_alike = !(both && self.words.any)
            && self.spelt_out.as_ref().is_some_and(|own| !filters.keys().any(|field| own.contains_key(field)));
        self.spelt_out = self.spelt_out.take().filter(|_| is_alike).map(|mut own| {
            own.extend(filters.clone());
            own
        });
        if both {
            self.whole = format!("({query}) ({})", self.whole.trim());
        } else if self.whole.trim().is_empty() {
            query.clone_into(&mut self.whole);
        }
    }

    /// The query that may have been meant, where this one found so few. Says so, or else what has some of its words.
    pub fn suggestion(&self, reader: &Reader, found: Count) -> anyhow::Result<Option<String>> {
        let cwd = std::env::current_dir()?;
        let ask = |words: Words, text: &str| {
            let expr = words.meant(query::parse(text)?.expr).expr.and(self.filters.clone());
            expr.with_paths(&|typed| reader.paths_of(typed, &cwd))
        };
        let better =
            reader.guarded(|| search::suggestion(reader, &self.typed, found, &|text| ask(self.words, text)))?;
        if let Some(better) = &better {
            message::note(&format!("did you mean `{better}`?"));
        } else if found.issues < FEW && !self.words.any {
            let loose = ask(Words { any: true, ..self.words }, &self.typed)?;
            if query::some_of(&loose).is_some_and(|(_, of)| of >= PLAIN_WORDS) {
                let request = Request { limit: 0, ..Request::new(loose) };
                let more = reader.guarded(|| search::search(reader, &request))?.total.issues;
                if more > found.issues {
                    let few = match found.issues {
                        0 => "no issue has".to_owned(),
                        1 => "only one issue has".to_owned(),
                        few => format!("only {few} issues have"),
                    };
                    message::note(&format!("{few} all of the words; `--any` takes {more} with at least half of them"));
                }
            }
        }
        Ok(better)
    }
}

/// Below so many issues, those with some of the words are told of.
const FEW: u64 = 10;

/// From so many words on, not all of them may have been meant.
const PLAIN_WORDS: usize = 3;

/// What filters ask for.
fn filters(selection: &Selection) -> Result<Expr> {
    let mut expr = Expr::All;
    for (field, values) in selection.by_field() {
        let filter = query::filter(field, values).map_err(|error| {
            let named = format!("--{}: {}", field.replace('_', "-"), error.message());
            let pointed = Error::new(error.kind(), named);
            match error.hint() {
                Some(hint) => pointed.with_hint(hint),
                None => pointed,
            }
        })?;
        expr = expr.and(filter);
    }
    Ok(expr)
}

/// The same with paths as the index has them, for those typed here.
pub fn in_this_folder(expr: Expr, reader: &Reader) -> anyhow::Result<Expr> {
    let cwd = std::env::current_dir()?;
    Ok(reader.guarded(|| expr.with_paths(&|typed| reader.paths_of(typed, &cwd)))?)
}
