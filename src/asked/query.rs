//! What was typed about issues becomes an expression.

use std::collections::BTreeMap;

use imr::index::Reader;
use imr::present;
use imr::query::{self, Expr, Query, Widened};
use imr::search::{self, Count, Request};
use imr::{Error, ErrorKind, Result};

use super::saved::{Name, Saved, Store};

/// What was typed: the words of a query, which may begin with the names of saved searches, and filters.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The words of the query, or the query in one piece.
    pub query: Vec<String>,
    /// The filters.
    pub filters: Vec<Filter>,
    /// How words are meant.
    pub words: Words,
}

/// One filter: any of these values of a field.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The field.
    pub field: String,
    /// The values.
    pub values: Vec<String>,
}

/// What was typed, and what it asks for.
#[derive(Debug, Clone)]
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
    /// Remarks on the query, a line each.
    pub notes: Vec<String>,
    /// Of how many words at least how many must match, where not all need to.
    pub least: Option<(usize, usize)>,
    typed: String,
    filters: Expr,
    words: Words,
}

/// How the words of a query are meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words {
    /// Without synonyms.
    pub exact: bool,
    /// Half of the bare words are enough.
    pub any: bool,
}

impl Words {
    /// What an expression means then.
    pub fn meant(self, expr: Expr) -> Widened {
        let expr = if self.any { query::loosened(&expr).unwrap_or(expr) } else { expr };
        match self.exact {
            true => Widened { expr, told: Vec::new() },
            false => query::with_synonyms(&expr),
        }
    }
}

/// What else may have been meant by a query that found little.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggested {
    /// Nothing.
    Nothing,
    /// The same with its misspelt words put right.
    Better(String),
    /// Some of its words: so many issues have at least half of them.
    SomeOfTheWords(u64),
}

impl Suggested {
    /// The query that may have been meant.
    pub fn better(&self) -> Option<&str> {
        match self {
            Self::Better(query) => Some(query),
            _ => None,
        }
    }
}

impl Asked {
    /// Reads what was typed. `store` has the saved searches, where some are named.
    ///
    /// # Errors
    /// For a query or a filter that cannot be read, and a saved search that is not there.
    pub fn read(typed: &Typed, store: &dyn Fn() -> Result<Store>) -> Result<Self> {
        let (names, words) = parted(&typed.query)?;
        let mut asked = Self::of_words(&words, typed)?;
        if names.is_empty() {
            return Ok(asked);
        }
        let store = store()?;
        for name in names.iter().rev() {
            let saved = store.load(name)?;
            asked = asked.within(meant(&saved, name)?, &saved);
        }
        Ok(asked)
    }

    fn of_words(query: &[String], typed: &Typed) -> Result<Self> {
        let text = query.join(" ");
        let Query { expr, notes } = query::parse(&text)?;
        let words = typed.words;
        let Widened { expr, told } = words.meant(expr);
        let least = query::some_of(&expr);
        let filters = filters(&typed.filters)?;
        let expr = expr.and(filters.clone());
        let spelt_out = typed.filters.iter().map(|filter| (filter.field.clone(), filter.values.clone()));
        let spelt_out = Some(spelt_out.collect());
        Ok(Self { expr, synonyms: told, whole: text.clone(), spelt_out, notes, least, typed: text, filters, words })
    }

    /// The same among what a saved search finds.
    fn within(mut self, meant: Expr, saved: &Saved) -> Self {
        self.spell_out(saved.query.trim(), &saved.filters);
        let Widened { expr, told } = self.words.meant(meant);
        let told: Vec<String> = told.into_iter().filter(|line| !self.synonyms.contains(line)).collect();
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
            self.whole = format!("({}) ({})", without_question_mark(query), without_question_mark(self.whole.trim()));
        } else if self.whole.trim().is_empty() {
            query.clone_into(&mut self.whole);
        }
    }

    /// What may have been meant, where this found so few. `paths` is what a path means; see [`in_folder`].
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn suggestion(
        &self,
        reader: &Reader,
        found: Count,
        paths: &dyn Fn(&str) -> Result<Vec<String>>,
    ) -> Result<Suggested> {
        let ask = |words: Words, text: &str| {
            words.meant(query::parse(text)?.expr).expr.and(self.filters.clone()).with_paths(paths)
        };
        let better =
            reader.guarded(|| search::suggestion(reader, &self.typed, found, &|text| ask(self.words, text)))?;
        if let Some(better) = better {
            return Ok(Suggested::Better(better));
        }
        if found.issues < FEW && !self.words.any {
            let loose = ask(Words { any: true, ..self.words }, &self.typed)?;
            if query::some_of(&loose).is_some_and(|(_, of)| of >= PLAIN_WORDS) {
                let request = Request { limit: 0, ..Request::new(loose) };
                let more = reader.guarded(|| search::search(reader, &request))?.total.issues;
                if more > found.issues {
                    return Ok(Suggested::SomeOfTheWords(more));
                }
            }
        }
        Ok(Suggested::Nothing)
    }
}

/// A query without the `?` that ends a question, which would stand for a letter in parentheses.
fn without_question_mark(query: &str) -> &str {
    let means = |text: &str| query::parse(text).map(|query| query.expr).ok();
    query.strip_suffix('?').filter(|plain| means(plain) == means(query)).unwrap_or(query)
}

/// Below so many issues, those with some of the words are told of.
const FEW: u64 = 10;

/// From so many words on, not all of them may have been meant.
const PLAIN_WORDS: usize = 3;

/// What filters ask for.
fn filters(filters: &[Filter]) -> Result<Expr> {
    let mut expr = Expr::All;
    for Filter { field, values } in filters {
        let filter = query::filter(field, values).map_err(|error| {
            let named = format!("{}: {}", present::flag_of(field), error.message());
            with_hint_of(&error, Error::new(error.kind(), named))
        })?;
        expr = expr.and(filter);
    }
    Ok(expr)
}

/// The same expression with paths as the index has them.
///
/// # Errors
/// When the index cannot be read.
pub fn in_folder(expr: Expr, reader: &Reader, paths: &dyn Fn(&str) -> Result<Vec<String>>) -> Result<Expr> {
    reader.guarded(|| expr.with_paths(paths))
}

/// What a saved search asks for.
fn meant(saved: &Saved, name: &Name) -> Result<Expr> {
    let mut expr = query::parse(&saved.query).map_err(|error| of_saved(&error, name))?.expr;
    for (field, values) in &saved.filters {
        expr = expr.and(query::filter(field, values).map_err(|error| of_saved(&error, name))?);
    }
    Ok(expr)
}

/// An error of a saved search, which may be of another version of the program.
fn of_saved(error: &Error, name: &Name) -> Error {
    let told = Error::new(ErrorKind::Usage, format!("saved search `@{}`: {}", name.as_str(), error.message()));
    with_hint_of(error, told)
}

fn with_hint_of(error: &Error, told: Error) -> Error {
    match error.hint() {
        Some(hint) => told.with_hint(hint),
        None => told,
    }
}

/// The names of saved searches that a query begins with, and its words.
///
/// # Errors
/// For what cannot be the name of a saved search.
pub fn parted(query: &[String]) -> Result<(Vec<Name>, Vec<String>)> {
    let (mut names, mut words) = (Vec::new(), Vec::new());
    for word in query {
        let mut rest = word.as_str();
        while words.is_empty()
            && let Some(behind) = rest.trim_start().strip_prefix('@')
        {
            let end = behind.find(char::is_whitespace).unwrap_or(behind.len());
            names.push(Name::parse(&behind[..end]).map_err(|error| {
                error.with_hint("a query begins with `@` and the name of a saved search; a word that does stands in quotation marks: '\"@word\"'")
            })?);
            rest = &behind[end..];
        }
        if !rest.trim().is_empty() {
            words.push(rest.to_owned());
        }
    }
    Ok((names, words))
}
