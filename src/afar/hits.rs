//! Hits: what matches, in the order of the engine, read from the documents there.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Afar;
use super::cursor::Cursor;
use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldKind, IndexSchema};
use crate::query::{Mark, Resolved};
use crate::remote::answer::{Answer, Hit as Raw};
use crate::remote::fields::{LETTER, NUMBER, ORDER, key_field, range_field};
use crate::remote::{count, dsl, stored};
use crate::search::{By, Count, Found, Hit, Request, Sort, contexts, snippets};

/// How many hits are asked for at once: some megabytes.
const AT_ONCE: usize = if cfg!(debug_assertions) { 7 } else { 1000 };
/// How far into the hits engines go without a cursor.
const MOST: usize = 10_000;
/// How many letters are counted beside the first hits.
const LETTERS: usize = 10_000;

/// Searches.
pub fn search(afar: &Afar<'_>, request: &Request) -> Result<Found> {
    let plan = Plan::of(afar, request)?;
    let Resolved { expr, notes } = afar.resolve(&request.expr)?;
    let query = dsl::query(&expr, afar.asked.able())?;
    let counted = json!({
        "letters": {"terms": {"field": LETTER, "size": LETTERS}},
        "numbers": {"terms": {"field": NUMBER, "size": LETTERS}},
    });
    let mut body = plan.body(&query, request.limit.min(AT_ONCE), plan.after.as_ref());
    if plan.after.is_none() {
        body["from"] = json!(request.offset);
    }
    body["aggs"] = counted;
    let first = afar.asked.search(body)?;
    let total = total(afar, &query, &first)?;
    let results = first.total;
    let last_of = |hits: &[Raw]| hits.last().map(|hit| hit.sort.clone());
    let mut last = last_of(&first.hits);
    let mut found = Hits { marks: expr.marks(), request, letters: HashSet::new(), hits: Vec::new() };
    let passed = plan.after.as_ref().map_or(request.offset as u64, |cursor| cursor.passed);
    found.add(first.hits, passed)?;
    while found.hits.len() < request.limit && passed + (found.hits.len() as u64) < results {
        let behind = plan.behind(afar, last.take(), passed + found.hits.len() as u64)?;
        let body = plan.body(&query, (request.limit - found.hits.len()).min(AT_ONCE), Some(&behind));
        let more = afar.asked.search(body)?;
        if more.hits.is_empty() {
            break;
        }
        last = last_of(&more.hits);
        found.add(more.hits, behind.passed)?;
    }
    let seen = passed + found.hits.len() as u64;
    let next = match last {
        Some(sort) if seen < results && plan.can_go_on && !sort.is_empty() => {
            Some(Cursor { passed: seen, sort }.print(request))
        }
        _ => None,
    };
    let facets = match request.facets.is_empty() {
        true => Vec::new(),
        false => super::counts::facets(afar, &query, &request.facets, total)?,
    };
    let mut notes = notes;
    if request.limit > 0 && request.sort == Sort::Score && !afar.asked.able().scores {
        notes.push(format!("{} does not tell how well hits match: they come by case", afar.asked.able().engine));
    }
    Ok(Found {
        total,
        by: request.by,
        results,
        hits: found.hits,
        facets,
        next,
        notes,
        synonyms: Vec::new(),
        suggestion: None,
    })
}

/// How many issues and letters match.
fn total(afar: &Afar<'_>, query: &Value, first: &Answer) -> Result<Count> {
    let mut without_issues = 0;
    for bucket in first.buckets("numbers")? {
        if bucket.text()? == "0" {
            without_issues = bucket.documents;
        }
    }
    let (letters, are_all) = first.some_buckets("letters")?;
    let letters = match are_all {
        true => letters.len() as u64,
        false => count::letters(&afar.asked, query)?,
    };
    Ok(Count { issues: first.total.saturating_sub(without_issues), letters })
}

/// How hits are asked for.
struct Plan {
    sort: Vec<Value>,
    after: Option<Cursor>,
    /// Whether the order tells each hit from all others.
    can_go_on: bool,
}

impl Plan {
    fn of(afar: &Afar<'_>, request: &Request) -> Result<Self> {
        let able = afar.asked.able();
        match request.by {
            By::Issue => {}
            By::Letter => {
                return Err(afar.no_flag(
                    "--group letter",
                    "each hit is an issue there; `--sort case` has those of a letter together",
                ));
            }
            By::Rationale => return Err(afar.no_flag("--collapse", "each hit is an issue there")),
        }
        let whole = sort(afar, &request.sort)?;
        let can_go_on = whole.len() <= able.sorts;
        let sort = whole.into_iter().take(able.sorts).collect();
        if request.only.is_some() {
            return Err(afar.no_flag("--new", "what was shown is known of an index here only"));
        }
        let after = request.after.as_deref().map(|text| Cursor::parse(text, request)).transpose()?;
        if after.is_some() && !can_go_on {
            return Err(afar.no_flag("--after", "it orders hits by two fields at most; `--sort case` is such an order"));
        }
        if request.offset.saturating_add(request.limit.min(AT_ONCE)) > MOST {
            let fact = format!("engines go {MOST} hits deep with `--offset`");
            return Err(Error::new(ErrorKind::Usage, fact).with_hint("page with `--after`, which goes on from any hit"));
        }
        Ok(Self { sort, after, can_go_on })
    }

    fn body(&self, query: &Value, size: usize, after: Option<&Cursor>) -> Value {
        let mut body = json!({"query": query, "size": size});
        if !self.sort.is_empty() {
            body["sort"] = json!(self.sort);
        }
        if let Some(after) = after {
            body["search_after"] = json!(after.sort);
        }
        body
    }

    /// The place of the last hit, to go on from.
    fn behind(&self, afar: &Afar<'_>, last: Option<Vec<Value>>, passed: u64) -> Result<Cursor> {
        match last {
            Some(sort) if self.can_go_on && !sort.is_empty() => Ok(Cursor { passed, sort }),
            _ => Err(afar.no_flag(
                &format!("--limit with more than {AT_ONCE} hits in this order"),
                "`--sort case` is an order that engines can go on in",
            )),
        }
    }
}

/// The order of hits, with the order of letters and issues behind it.
fn sort(afar: &Afar<'_>, sort: &Sort) -> Result<Vec<Value>> {
    let by = |field: &str, order: &str| json!({field: {"order": order}});
    let ties = [by(ORDER, "asc"), by(NUMBER, "asc")];
    let able = afar.asked.able();
    let first = match sort {
        Sort::Score => able.scores.then(|| by("_score", "desc")),
        Sort::Random { .. } => {
            return Err(afar.no_flag("--sample", "samples are drawn from an index here"));
        }
        Sort::Field { field, descending: false } if field == "case" => None,
        Sort::Field { field, descending } => {
            let Some((def, _)) = IndexSchema::get().find(field) else {
                return Err(crate::index::Reader::unknown_field(field));
            };
            let there = match def.kind {
                // Levels are no values.
                FieldKind::Hierarchy => Some(def.name.clone()),
                FieldKind::Keyword => key_field(def),
                _ => range_field(def),
            };
            there.map(|there| by(&there, if *descending { "desc" } else { "asc" }))
        }
    };
    Ok(first.into_iter().chain(ties).collect())
}

/// Hits as they come.
struct Hits<'a> {
    marks: Vec<Mark>,
    request: &'a Request,
    letters: HashSet<String>,
    hits: Vec<Hit>,
}

impl Hits<'_> {
    fn add(&mut self, raw: Vec<Raw>, passed: u64) -> Result<()> {
        for (place, raw) in raw.into_iter().enumerate() {
            let stored = stored(&raw.source)?;
            let letter = raw.source.get(LETTER).and_then(Value::as_str).unwrap_or_default();
            let is_first = self.letters.insert(letter.to_owned());
            let context = self.request.context.map(|words| contexts(&stored, &self.marks, words, is_first));
            self.hits.push(Hit {
                rank: usize::try_from(passed).unwrap_or(usize::MAX).saturating_add(place + 1),
                score: raw.score.filter(|_| self.request.sort == Sort::Score).map(|score| score as f32),
                snippets: snippets(&stored, &self.marks, self.request.snippets),
                context,
                stored,
                same: None,
            });
        }
        Ok(())
    }
}
