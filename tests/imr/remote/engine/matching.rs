//! Which documents a query matches: each part is looked at by itself, spans as Lucene does.

use serde_json::Value;

use super::{Document, values};

/// Whether a whole word fits an expression of letters, `.`, `.*` and `.{a,b}`.
pub(super) fn fits(expression: &str, word: &str) -> bool {
    let Some(first) = expression.chars().next() else { return word.is_empty() };
    let rest = &expression[first.len_utf8()..];
    let behind =
        |count: usize| word.char_indices().map(|(at, _)| at).chain([word.len()]).nth(count).map(|at| &word[at..]);
    let length = word.chars().count();
    if first != '.' {
        return word.strip_prefix(first).is_some_and(|word| fits(rest, word));
    }
    if let Some(rest) = rest.strip_prefix('*') {
        return (0..=length).any(|count| fits(rest, behind(count).unwrap()));
    }
    if let Some((bounds, rest)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let (low, high) = bounds.split_once(',').unwrap();
        let (low, high) = (low.parse().unwrap(), high.parse::<usize>().unwrap());
        return (low..=high.min(length)).any(|count| fits(rest, behind(count).unwrap()));
    }
    behind(1).is_some_and(|word| fits(rest, word))
}

/// The terms of a field.
fn terms<'a>(document: &'a Document, field: &str) -> &'a [String] {
    assert!(field.ends_with("_terms"), "{field}");
    document.terms.get(field).map_or(&[], Vec::as_slice)
}

/// The one field of a query, and what is asked of it with the parameters that are known.
fn field<'a>(body: &'a Value, known: &[&str]) -> Result<(&'a str, &'a Value), String> {
    let (field, spec) =
        body.as_object().and_then(|body| body.iter().next()).ok_or("a query of a field is an object")?;
    match spec.as_object().and_then(|spec| spec.keys().find(|key| !known.contains(&key.as_str()))) {
        Some(key) => Err(format!("unknown parameter {key}")),
        None => Ok((field, spec)),
    }
}

/// Whether a document matches.
pub fn matches(query: &Value, document: &Document) -> Result<bool, String> {
    let (kind, body) = match query.as_object() {
        Some(query) if query.len() == 1 => query.iter().next().unwrap(),
        _ => return Err(format!("a query has one key: {query}")),
    };
    let each = |name: &str| -> Result<Vec<bool>, String> {
        match body.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(all)) => all.iter().map(|query| matches(query, document)).collect(),
            Some(_) => Err(format!("`{name}` is no list")),
        }
    };
    Ok(match kind.as_str() {
        "match_all" => true,
        "bool" => {
            let known = ["must", "filter", "should", "must_not", "minimum_should_match"];
            if let Some(key) = body.as_object().unwrap().keys().find(|key| !known.contains(&key.as_str())) {
                return Err(format!("unknown parameter {key}"));
            }
            let all: Vec<bool> = each("must")?.into_iter().chain(each("filter")?).collect();
            let should = each("should")?;
            let usual = usize::from(all.is_empty() && !should.is_empty());
            let least = body.get("minimum_should_match").map_or(usual, |least| least.as_u64().unwrap() as usize);
            all.iter().all(|m| *m)
                && should.iter().filter(|m| **m).count() >= least
                && !each("must_not")?.into_iter().any(|m| m)
        }
        "term" => {
            let (name, spec) = field(body, &["value", "boost"])?;
            match name.ends_with("_terms") {
                true => terms(document, name).iter().any(|term| spec["value"] == **term),
                false => values(document, name).contains(&spec["value"]),
            }
        }
        "terms" => {
            let (name, wanted) = body.as_object().unwrap().iter().next().unwrap();
            let wanted = wanted.as_array().ok_or("terms are a list")?;
            match name.ends_with("_terms") {
                true => terms(document, name).iter().any(|term| wanted.iter().any(|wanted| *wanted == **term)),
                false => values(document, name).iter().any(|value| wanted.contains(value)),
            }
        }
        "range" => {
            let (name, spec) = field(body, &["gte", "gt", "lte", "lt"])?;
            let holds = |value: &Value| {
                let number = value.as_u64().unwrap();
                let bound = |name: &str| spec.get(name).map(|bound| bound.as_u64().unwrap());
                bound("gte").is_none_or(|b| number >= b)
                    && bound("gt").is_none_or(|b| number > b)
                    && bound("lte").is_none_or(|b| number <= b)
                    && bound("lt").is_none_or(|b| number < b)
            };
            values(document, name).iter().any(holds)
        }
        "prefix" => {
            let (name, spec) = field(body, &["value"])?;
            let begins = spec["value"].as_str().unwrap();
            values(document, name).iter().any(|value| value.as_str().unwrap().starts_with(begins))
        }
        "match_phrase" => {
            let (name, spec) = field(body, &["query", "slop", "boost"])?;
            let words: Vec<&str> = spec["query"].as_str().unwrap().split_whitespace().collect();
            let slop = spec.get("slop").map_or(0, |slop| slop.as_i64().unwrap());
            phrase(terms(document, name), &words, slop)
        }
        "span_term" | "span_or" | "span_near" | "span_not" => !spans(query, document)?.is_empty(),
        other => return Err(format!("unknown query {other}")),
    })
}

/// Whether words stand in a row, each moved against the others by so many places at most.
fn phrase(terms: &[String], words: &[&str], slop: i64) -> bool {
    if !words.iter().all(|word| terms.iter().any(|term| term == word)) {
        return false;
    }
    let mut starts: Vec<(i64, i64)> = vec![(i64::MIN, i64::MAX)];
    for (place, word) in words.iter().enumerate() {
        let found = terms.iter().enumerate().filter(|(_, term)| term == word).map(|(at, _)| at as i64 - place as i64);
        let found: Vec<i64> = found.collect();
        let longer = |(low, high): (i64, i64)| {
            let joined = move |start: i64| match low {
                i64::MIN => (start, start),
                low => (low.min(start), high.max(start)),
            };
            found.iter().map(move |start| joined(*start)).filter(|(low, high)| high - low <= slop).collect::<Vec<_>>()
        };
        starts = starts.into_iter().flat_map(longer).collect();
        starts.sort_unstable();
        starts.dedup();
    }
    !starts.is_empty()
}

/// Where spans stand: the first position, and the one behind the last.
fn spans(query: &Value, document: &Document) -> Result<Vec<(i64, i64)>, String> {
    let (kind, body) = query.as_object().and_then(|query| query.iter().next()).ok_or("a span is an object")?;
    let known: &[&str] = match kind.as_str() {
        "span_term" => {
            let (name, spec) = field(body, &["value"])?;
            let terms = terms(document, name);
            let at = terms.iter().enumerate().filter(|(_, term)| spec["value"] == **term);
            return Ok(at.map(|(at, _)| (at as i64, at as i64 + 1)).collect());
        }
        "span_or" => &["clauses", "boost"],
        "span_near" => &["clauses", "slop", "in_order", "boost"],
        "span_not" => &["include", "exclude", "pre", "post", "boost"],
        other => return Err(format!("{other} is no span")),
    };
    if let Some(key) = body.as_object().unwrap().keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("unknown parameter {key}"));
    }
    let clauses = || {
        body["clauses"].as_array().unwrap().iter().map(|clause| spans(clause, document)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match kind.as_str() {
        "span_or" => {
            let mut all: Vec<_> = clauses()?.into_iter().flatten().collect();
            all.sort_unstable();
            all
        }
        "span_near" => {
            assert_eq!(body["in_order"], true);
            let (clauses, slop) = (clauses()?, body["slop"].as_i64().unwrap());
            let mut at = vec![0; clauses.len()];
            let mut found = Vec::new();
            'first: for first in &clauses[0] {
                let (mut end, mut between) = (first.1, 0);
                for (clause, at) in clauses[1..].iter().zip(&mut at) {
                    while clause.get(*at).is_some_and(|span| span.0 < end) {
                        *at += 1;
                    }
                    let Some(span) = clause.get(*at) else { break 'first };
                    between += span.0 - end;
                    end = span.1;
                }
                if between <= slop {
                    found.push((first.0, end));
                }
            }
            found
        }
        _ => {
            let number = |name: &str| body.get(name).map_or(0, |number| number.as_i64().unwrap());
            let (pre, post, exclude) = (number("pre"), number("post"), spans(&body["exclude"], document)?);
            let mut found = spans(&body["include"], document)?;
            found.retain(|(start, end)| !exclude.iter().any(|(from, to)| *from < end + post && *to > start - pre));
            found
        }
    })
}
