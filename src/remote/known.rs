//! The values and words of the letters on an engine.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::{Asked, Bucket};
use super::dsl;
use super::fields::{WORDS, key_field};
use crate::error::{Error, ErrorKind, Result};
use crate::index::FieldDef;
use crate::index::analysis::fold;
use crate::query::{Expr, Known, Pattern, spell};

/// What the letters on an engine have.
pub struct There<'a> {
    asked: &'a Asked<'a>,
    /// The values of fields there that were asked for.
    values: RefCell<BTreeMap<String, Vec<String>>>,
}

/// The most values of a field.
const MOST_VALUES: usize = 20_000;
/// The most words that may be like a misspelt one, to be compared with it here.
const MOST_LIKE: usize = 60_000;

impl<'a> There<'a> {
    /// Nothing was looked up yet.
    pub fn new(asked: &'a Asked<'a>) -> Self {
        Self { asked, values: RefCell::default() }
    }

    /// The values of a field there.
    fn values_of(&self, field: String) -> Result<Vec<String>> {
        if let Some(known) = self.values.borrow().get(&field) {
            return Ok(known.clone());
        }
        let counts = json!({"values": {"terms": {"field": field, "size": MOST_VALUES}}});
        let answer = self.asked.search(json!({"query": {"match_all": {}}, "size": 0, "aggs": counts}))?;
        let found = answer.buckets("values")?.iter().map(Bucket::text).collect::<Result<Vec<_>>>()?;
        self.values.borrow_mut().insert(field, found.clone());
        Ok(found)
    }
}

impl Known for There<'_> {
    type Error = Error;

    fn values(&self, def: &FieldDef) -> Result<BTreeSet<String>> {
        key_field(def).map_or_else(|| Ok(BTreeSet::new()), |field| Ok(self.values_of(field)?.into_iter().collect()))
    }

    fn spellings(&self, def: &FieldDef) -> Result<BTreeMap<String, String>> {
        let mut spellings = BTreeMap::new();
        self.values_of(def.name.clone())?.iter().for_each(|value| spell(&mut spellings, &fold(value), value));
        Ok(spellings)
    }

    fn forms(&self, pattern: &Pattern, each: &mut dyn FnMut(&str)) -> Result<()> {
        let (like, most): (Value, usize) = match pattern {
            Pattern::Wild(wild) => (expression(wild), MOST_VALUES),
            Pattern::Near { word, letters } => {
                let (length, letters) = (word.chars().count(), usize::from(*letters));
                (format!(".{{{},{}}}", length.saturating_sub(letters).max(1), length + letters).into(), MOST_LIKE)
            }
        };
        let query = match pattern.beginning() {
            "" => json!({"match_all": {}}),
            beginning => json!({"prefix": {WORDS: {"value": beginning}}}),
        };
        let includes = self.asked.able().includes;
        let terms = match includes {
            true => json!({"field": WORDS, "size": most, "include": like}),
            false => json!({"field": WORDS, "size": MOST_LIKE}),
        };
        let counts = json!({"words": {"terms": terms}});
        let answer = self.asked.search(json!({"query": query, "size": 0, "aggs": counts}))?;
        let (found, is_whole) = answer.some_buckets("words")?;
        if !is_whole {
            return Err(Error::new(ErrorKind::Query, "more words fit the pattern than an engine tells at once")
                .with_hint("use a longer beginning, or the words themselves with `OR`"));
        }
        let found = found.iter().map(Bucket::text).collect::<Result<Vec<_>>>()?;
        // What an engine chose in another way than it was asked to is not all that fits.
        if includes && matches!(pattern, Pattern::Wild(_)) && found.iter().any(|form| !pattern.fits(form)) {
            return Err(Error::new(ErrorKind::Remote, "the engine does not tell the words that fit a pattern")
                .with_hint("write the words themselves with `OR`"));
        }
        found.iter().filter(|form| pattern.fits(form)).for_each(|form| each(form));
        Ok(())
    }

    fn has_path(&self, path: &str) -> Result<bool> {
        Ok(self.asked.count(&dsl::query(&Expr::Path(path.to_owned()), self.asked.able())?)? > 0)
    }
}

/// A pattern as a regular expression for whole words. Words are letters and digits, which mean themselves.
fn expression(wild: &str) -> Value {
    let mut expression = String::new();
    for c in wild.chars() {
        match c {
            '*' => expression.push_str(".*"),
            '?' => expression.push('.'),
            c => expression.push(c),
        }
    }
    expression.into()
}
