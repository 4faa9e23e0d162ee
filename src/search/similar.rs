//! Issues like a given one: those that share the words that tell it from others.
//!
//! As Lucene's MoreLikeThis does it: of the words of the issue those count that are frequent in it and rare in the index
//! (tf-idf), and the most telling of them are searched for.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;

use super::statistics::Statistics;
use super::{Hit, best};
use crate::error::Result;
use crate::index::{IndexSchema, Reader, analysis};
use crate::letter::Outcome;
use crate::parse;
use crate::query::{self, Expr};
use crate::record::IssueRecord;

/// How many words are searched for.
const MOST_WORDS: usize = 25;
/// How many of the shared words are told of a hit.
const MOST_TOLD: usize = 8;
/// How much a word in the heading counts against one in the rationale.
const IN_HEADING: f64 = 3.0;
/// The fields whose words count.
const FIELDS: [&str; 2] = ["issue", "rationale"];

/// From how many documents on a share of them tells how common a word is.
const ENOUGH: u64 = 100;

/// Words beside the little ones that say how things hang together in any letter, and nothing of one; also those that mean
/// something in a query, such as "not".
const EMPTY: &str = "above according after again all alone along already although among amongst another because before below \
                     between beyond both but cannot concerning despite down due during each either especially et even ever \
                     every except few following further furthermore hence here however including indeed instead least less \
                     like many merely more moreover most much neither nevertheless no nor not off often once other otherwise \
                     out over overall own per perhaps quite rather regarding same several simply since thereby therefore \
                     though through throughout thus toward towards under unless until up upon very via well whereas whether \
                     while within without yet";

/// Whether a word, lower case, may tell an issue from others. Numbers and measures, in figures or words, are of visits, doses,
/// dates, pages and scores, which say nothing of another issue.
fn may_tell(word: &str) -> bool {
    static NOTHING: LazyLock<HashSet<&str>> = LazyLock::new(|| EMPTY.split_whitespace().collect());
    word.chars().nth(1).is_some()
        && word.chars().any(char::is_alphabetic)
        && !query::is_little(word)
        && !NOTHING.contains(word)
        && !analysis::is_unit(word)
        && !parse::is_measure(word)
}

/// What is like an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// The words that tell the issue from others, as it has them, the most telling first.
    pub words: Vec<String>,
    /// The issues most like it, in order.
    pub neighbours: Vec<Neighbour>,
    /// Remarks on the filters, a line each.
    pub notes: Vec<String>,
}

/// One issue that is like another.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The issue.
    pub hit: Hit,
    /// The words that both have, as they were written, the most telling first.
    pub words: Vec<String>,
}

impl Similar {
    /// How many of the neighbours have this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        let outcomes = self.neighbours.iter().filter_map(|n| n.hit.stored.issue.as_ref()?.outcome);
        outcomes.filter(|o| *o == outcome).count()
    }
}

/// The issues most like one, at most so many. `filter` must match, and what `own` matches is left out: the letter that the
/// issue is of. `is_indexed` says that it is in the index itself.
///
/// # Errors
/// When the index cannot be read.
pub fn similar(
    reader: &Reader,
    issue: &IssueRecord,
    own: Option<Expr>,
    is_indexed: bool,
    filter: &Expr,
    limit: usize,
) -> Result<Similar> {
    let terms = telling(reader, issue, is_indexed).map_err(|e| reader.damaged(e))?;
    let words = written(texts(issue), &terms);
    if terms.is_empty() {
        return Ok(Similar { words, neighbours: Vec::new(), notes: Vec::new() });
    }
    let in_field = |term: &String| {
        let term = term.clone();
        FIELDS.map(|field| Expr::Words { field: Some(field.to_owned()), terms: vec![term.clone()] })
    };
    let mut expr = Expr::Or(terms.iter().flat_map(in_field).collect()).and(filter.clone());
    if let Some(own) = own {
        expr = expr.and(Expr::Not(Box::new(own)));
    }
    // Letters of unknown layout have no issues and no such texts, so that every hit is an issue.
    let (hits, notes) = best(reader, &expr, limit)?;
    let neighbours = hits.into_iter().map(|hit| {
        let shared = hit.stored.issue.as_ref().map(|issue| written(texts(issue), &terms)).unwrap_or_default();
        let words = shared.into_iter().filter(|word| !word.is_empty()).take(MOST_TOLD).collect();
        Neighbour { hit, words }
    });
    Ok(Similar { words, neighbours: neighbours.collect(), notes })
}

/// The terms that tell an issue from others, the most telling first.
fn telling(reader: &Reader, issue: &IssueRecord, is_indexed: bool) -> tantivy::Result<Vec<String>> {
    // How often each stands there, and the first field that has it.
    let mut found: HashMap<String, (f64, usize)> = HashMap::new();
    for (place, (text, weight)) in texts(issue).into_iter().zip([IN_HEADING, 1.0]).enumerate() {
        analysis::tokens(text, &mut |token| {
            if may_tell(&text[token.offset_from..token.offset_to].to_lowercase()) {
                found.entry(token.text.clone()).or_insert((0.0, place)).0 += weight;
            }
        });
    }
    let schema = IndexSchema::get();
    let statistics = Statistics::new(reader.searcher());
    let all = statistics.total_num_docs()?;
    let mut telling = Vec::new();
    for (term, (count, place)) in found {
        let having = |field| statistics.doc_freq(&Term::from_field_text(schema.field(field), &term));
        let having = [having(FIELDS[0])?, having(FIELDS[1])?];
        let documents = having[0].max(having[1]);
        // What only this issue has leads to no other, and what most have to any: a word of the heading may be in all rationales.
        let is_common = all >= ENOUGH && having[place] > all / 2;
        if documents > u64::from(is_indexed) && !is_common {
            let rare = ((all as f64 + 1.0) / (documents as f64 + 1.0)).ln();
            telling.push(((1.0 + count.ln()) * rare, term));
        }
    }
    telling.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    telling.truncate(MOST_WORDS);
    Ok(telling.into_iter().map(|(_, term)| term).collect())
}

/// The texts whose words count.
fn texts(issue: &IssueRecord) -> [&str; 2] {
    [&issue.issue, issue.rationale.as_deref().unwrap_or_default()]
}

/// Each of some terms as the first of some texts that has it writes it; empty where none has it.
fn written(texts: [&str; 2], terms: &[String]) -> Vec<String> {
    let places: HashMap<&str, usize> = terms.iter().enumerate().map(|(place, term)| (term.as_str(), place)).collect();
    let mut words = vec![Cow::Borrowed(""); terms.len()];
    for text in texts {
        analysis::tokens(text, &mut |token| {
            if let Some(place) = places.get(token.text.as_str())
                && words[*place].is_empty()
            {
                let written = &text[token.offset_from..token.offset_to];
                // The second level of "L4-5" is written as a number, which does not say what it is.
                words[*place] = match may_tell(&written.to_lowercase()) {
                    true => Cow::Borrowed(written),
                    false => Cow::Owned(token.text.to_uppercase()),
                };
            }
        });
    }
    // A capital at the beginning of a sentence is none of the word's, that of a level of the spine is.
    let told = |word: Cow<str>| match word.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit()) {
        true => word.into_owned(),
        false => word.to_lowercase(),
    };
    words.into_iter().map(told).collect()
}
