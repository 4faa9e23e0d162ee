//! Issues like a given one: those that share the words that tell it from others.
//!
//! As Lucene's MoreLikeThis does it: of the words of the issue those count that are frequent in it and rare in the index
//! (tf-idf), and the most telling of them are searched for.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;

use super::statistics::Statistics;
use super::{Hit, Request, marked, search};
use crate::error::Result;
use crate::index::{IndexSchema, Reader, analysis};
use crate::letter::Outcome;
use crate::query::{Expr, Mark, Span};
use crate::record::IssueRecord;

/// How many words are searched for.
const MOST_WORDS: usize = 25;
/// How many of the shared words are told of a hit.
const MOST_TOLD: usize = 8;
/// How much a word in the heading counts against one in the rationale.
const IN_HEADING: f64 = 3.0;
/// The fields whose words count.
const FIELDS: [&str; 2] = ["issue", "rationale"];

/// Words of English that tell nothing, which a small index may have in few issues.
const EMPTY: &str = "a about after all also although an and any are as at be because been before being between both but by can \
                     could did do does during each either for from further had has have he her here his how however if in \
                     into is it its may more most must no nor not of on once only or other our out over own per same she \
                     should since so some such than that the their them then there these they this those through to under \
                     until up upon was we were what when where which while who whom why will with within without would";

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
    let texts = [issue.issue.as_str(), issue.rationale.as_deref().unwrap_or_default()];
    let words = terms.iter().map(|term| written(&texts, term)).collect();
    if terms.is_empty() {
        return Ok(Similar { words, neighbours: Vec::new(), notes: Vec::new() });
    }
    let in_field = |term: &String| {
        let word = |field: &&str| Expr::Words { field: Some((*field).to_owned()), terms: vec![term.clone()] };
        Expr::Or(FIELDS.iter().map(word).collect())
    };
    let mut expr = Expr::Or(terms.iter().map(in_field).collect()).and(filter.clone());
    if let Some(own) = own {
        expr = expr.and(Expr::Not(Box::new(own)));
    }
    // Letters of unknown layout have no issues and no such texts, so that every hit is an issue.
    let found = search(reader, &Request { limit, ..Request::new(expr) })?;
    let neighbours = found.hits.into_iter().map(|hit| {
        let texts = hit.stored.issue.as_ref().map(|i| [i.issue.as_str(), i.rationale.as_deref().unwrap_or_default()]);
        let texts = texts.unwrap_or_default();
        let shared = terms.iter().map(|term| written(&texts, term)).filter(|word| !word.is_empty());
        let words = shared.take(MOST_TOLD).collect();
        Neighbour { hit, words }
    });
    Ok(Similar { words, neighbours: neighbours.collect(), notes: found.notes })
}

/// The terms that tell an issue from others, the most telling first.
fn telling(reader: &Reader, issue: &IssueRecord, is_indexed: bool) -> tantivy::Result<Vec<String>> {
    let mut frequency: HashMap<String, f64> = HashMap::new();
    for term in analysis::terms(&issue.issue) {
        *frequency.entry(term).or_default() += IN_HEADING;
    }
    for term in analysis::terms(issue.rationale.as_deref().unwrap_or_default()) {
        *frequency.entry(term).or_default() += 1.0;
    }
    // Numbers are of visits, dates, pages and scores, which say nothing of another issue.
    frequency.retain(|term, _| !term.bytes().all(|b| b.is_ascii_digit()));
    for empty in EMPTY.split_whitespace().flat_map(analysis::terms) {
        frequency.remove(&empty);
    }
    let schema = IndexSchema::get();
    let statistics = Statistics::new(reader.searcher());
    let all = statistics.total_num_docs()? as f64;
    let mut telling = Vec::new();
    for (term, count) in frequency.into_iter().filter(|(term, _)| term.len() > 1) {
        let mut documents = 0;
        for field in FIELDS {
            documents = documents.max(statistics.doc_freq(&Term::from_field_text(schema.field(field), &term))?);
        }
        // What only this issue has leads to no other.
        if documents > u64::from(is_indexed) {
            let rare = ((all + 1.0) / (documents as f64 + 1.0)).ln();
            telling.push(((1.0 + count.ln()) * rare, term));
        }
    }
    telling.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    telling.truncate(MOST_WORDS);
    Ok(telling.into_iter().map(|(_, term)| term).collect())
}

/// A term as the first of some texts that has it writes it; empty where none has it.
fn written(texts: &[&str], term: &str) -> String {
    let mark = [Mark { field: None, span: Span::Word(term.to_owned()) }];
    let word = texts.iter().find_map(|text| marked(text, "", &mark).into_iter().next().map(|range| &text[range]));
    let word = word.unwrap_or_default();
    // A capital at the beginning of a sentence is none of the word's, that of a level of the spine is.
    match word.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit()) {
        true => word.to_owned(),
        false => word.to_lowercase(),
    }
}
