//! What patterns and keywords stand for in one index, and what to tell of those that stand for nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::known::Known;
use super::pattern::{Pattern, distance};
use super::span::Span;
use super::{Expr, Reading, terms};
use crate::classify::drug_named;
use crate::index::{FieldDef, FieldKind, IndexSchema, analysis};
use crate::parse::{canonical_body_parts, canonical_specialty, canonical_state};

/// An expression without patterns and keywords, and remarks for the one who typed it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The expression.
    pub expr: Expr,
    /// The remarks, a line each.
    pub notes: Vec<String>,
}

/// Looks up what patterns and keywords stand for.
///
/// A pattern stands for the words of the index that fit it, and like every word these match in all their forms.
///
/// # Errors
/// When what is known cannot be read, and where nobody waits for it any more.
pub fn resolve<K: Known>(expr: &Expr, known: &K) -> Result<Resolved, K::Error> {
    let mut resolver = Resolver { known, notes: Vec::new() };
    let expr = resolver.expr(expr)?;
    Ok(Resolved { expr, notes: resolver.notes })
}

struct Resolver<'a, K> {
    known: &'a K,
    notes: Vec<String>,
}

impl<K: Known> Resolver<'_, K> {
    fn expr(&mut self, expr: &Expr) -> Result<Expr, K::Error> {
        let schema = IndexSchema::get();
        Ok(match expr {
            Expr::Pattern { field, pattern } => match field.as_deref().and_then(|name| schema.find(name)) {
                Some((def, _)) if def.is_keyword() => {
                    let mut values = self.known.values(def)?;
                    values.retain(|value| pattern.fits(value) || words_of(value).iter().any(|word| pattern.fits(word)));
                    Expr::Values { field: def.name.clone(), values }
                }
                _ => {
                    let terms = Arc::new(self.any_word(pattern)?);
                    Expr::AnyWord { field: field.clone(), terms }
                }
            },
            Expr::Keyword { field, value, reading } => match schema.find(field) {
                Some((def, _)) => self.keyword(def, value, *reading)?,
                None => Expr::Nothing,
            },
            Expr::Span { field, span } => {
                let mut known = |pattern: &Pattern| Ok(Span::AnyWord(Arc::new(self.any_word(pattern)?)));
                let span = span.with_patterns::<K::Error>(&mut known)?;
                Expr::Span { field: field.clone(), span }
            }
            Expr::Outcome(outcome) => {
                Expr::Values { field: "outcome".to_owned(), values: BTreeSet::from([outcome.clone()]) }
            }
            Expr::Path(path) => {
                if !self.known.has_path(path)? {
                    self.note(format!("no letter in the index lies at or below `{path}`"));
                }
                expr.clone()
            }
            Expr::Boost(inner, factor) => Expr::Boost(Box::new(self.expr(inner)?), *factor),
            Expr::Not(inner) => Expr::Not(Box::new(self.expr(inner)?)),
            Expr::And(all) => Expr::And(all.iter().map(|e| self.expr(e)).collect::<Result<_, _>>()?),
            Expr::Or(any) => Expr::Or(any.iter().map(|e| self.expr(e)).collect::<Result<_, _>>()?),
            Expr::Most(of) => Expr::Most(of.iter().map(|e| self.expr(e)).collect::<Result<_, _>>()?),
            other => other.clone(),
        })
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// The terms of all words of the index that fit.
    fn any_word(&mut self, pattern: &Pattern) -> Result<BTreeSet<String>, K::Error> {
        let mut found = BTreeSet::new();
        self.known.forms(pattern, &mut |form| found.extend(terms(form)))?;
        // Values of keyword fields have words, too, that may stand in no text: the generic name of a drug.
        for (def, _) in IndexSchema::get().fields().filter(|(def, _)| def.words && def.is_keyword()) {
            let words = self.known.values(def)?.into_iter().flat_map(|value| words_of(&value));
            found.extend(words.filter(|word| pattern.fits(word)).flat_map(|word| terms(&word)));
        }
        if found.is_empty() {
            let shown = match pattern {
                Pattern::Wild(pattern) => pattern.clone(),
                Pattern::Near { word, letters } => format!("{word}~{letters}"),
            };
            self.note(format!("no word of the letters fits `{shown}`"));
        }
        found.extend(pattern.word().into_iter().flat_map(terms));
        Ok(found)
    }

    fn keyword(&mut self, def: &FieldDef, value: &str, reading: Reading) -> Result<Expr, K::Error> {
        let known = self.known.values(def)?;
        let (whole, asked) = (analysis::fold(value), words_of(value));
        let of = |values| Expr::Values { field: def.name.clone(), values };
        // A value by another name: "CA" for California, "Norco" for hydrocodone.
        let equal: BTreeSet<String> = match known.get(&whole) {
            Some(equal) => BTreeSet::from([equal.clone()]),
            None => canonical(def, value).iter().filter_map(|name| known.get(&analysis::fold(name)).cloned()).collect(),
        };
        let with_words = || known.iter().filter(|known| contains(&words_of(known), &asked)).cloned();
        match reading {
            Reading::Whole => return Ok(of(equal)),
            // A level of a hierarchy has all below it already.
            _ if def.kind == FieldKind::Hierarchy && !equal.is_empty() => return Ok(of(equal)),
            Reading::WholeOrElseWords if !equal.is_empty() => return Ok(of(equal)),
            Reading::WholeOrElseWords | Reading::Words => {}
        }
        let found: BTreeSet<String> = equal.into_iter().chain(with_words()).collect();
        let name = def.name.replace('_', " ");
        if found.is_empty() {
            let near = self.spelt(def, &nearest(&known, &whole, &asked))?;
            let near = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
            self.note(format!("no {name} `{value}`{near}"));
        } else if reading == Reading::WholeOrElseWords {
            let some: Vec<_> = found.iter().take(SHOWN).cloned().collect();
            let mut taken = self.spelt(def, &some)?;
            if found.len() > SHOWN {
                taken.push(format!("and {} more", found.len() - SHOWN));
            }
            self.note(format!("no {name} is just `{value}`; taken are those with the word: {}", taken.join(", ")));
        }
        Ok(of(found))
    }

    /// Values as letters spell them, between backticks.
    fn spelt(&self, def: &FieldDef, folded: &[String]) -> Result<Vec<String>, K::Error> {
        let spellings = self.known.spellings(def)?;
        Ok(folded.iter().map(|value| format!("`{}`", spellings.get(value).unwrap_or(value))).collect())
    }
}

/// The names under which the index has a value that people know by others. Only the value as a whole is a name: "not
/// norco" is none of a drug.
fn canonical(def: &FieldDef, value: &str) -> Vec<String> {
    let one = |name: Option<&str>| name.map(str::to_owned).into_iter().collect();
    match def.name.as_str() {
        "state" => one(canonical_state(value)),
        "specialty" => one(canonical_specialty(value)),
        "drug" => one(drug_named(value)),
        "body" => canonical_body_parts(value).into_iter().map(str::to_owned).collect(),
        // "Muscle relaxants" are of the group muscle-relaxant.
        "drug_group" => {
            let joined = words_of(value).join("-");
            vec![joined.strip_suffix('s').unwrap_or(&joined).to_owned(), joined]
        }
        _ => Vec::new(),
    }
}

/// How many values a remark names.
const SHOWN: usize = 3;

/// The values most like one that is not there: with some of its words, or with words that differ in a letter or two.
fn nearest(known: &BTreeSet<String>, whole: &str, asked: &[String]) -> Vec<String> {
    let letters = |word: &str| if word.chars().count() > 4 { 2 } else { 1 };
    let mut near: Vec<(usize, usize, &String)> = known
        .iter()
        .filter_map(|value| {
            let have = words_of(value);
            let like = |word: &&String| {
                have.iter().any(|h| h.starts_with(word.as_str()) || distance(word, h, letters(word)).is_some())
            };
            let shared = asked.iter().filter(like).count();
            let close = distance(whole, value, letters(whole)).is_some();
            (shared > 0 || close).then_some((asked.len() - shared, have.len(), value))
        })
        .collect();
    near.sort();
    near.into_iter().take(SHOWN).map(|(_, _, value)| value.clone()).collect()
}

/// The words of a value of a keyword field: unlike those of a text not stemmed. "Non-arthroscopic" is one word, since it
/// says the opposite of the other.
pub fn words_of(value: &str) -> Vec<String> {
    let joined = analysis::fold(value).replace("non-", "non");
    joined.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether some words stand in a row among others.
pub fn contains(words: &[String], row: &[String]) -> bool {
    !row.is_empty() && words.windows(row.len()).any(|window| window == row)
}
