//! An engine that is not clever: it holds documents and looks at each of them for every part of a query. Spans are looked
//! for as Lucene does: the next one only, and never back.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use imr::remote::Ask;
use imr::remote::dsl::Able;
use imr::{Error, ErrorKind};
use serde_json::{Map, Value, json};

/// A document, and the terms of its fields.
pub struct Document {
    json: Value,
    terms: HashMap<String, Vec<String>>,
}

impl Document {
    /// A document as it is sent.
    pub fn new(json: Value) -> Self {
        let words = |text: &Value| text.as_str().unwrap().split_whitespace().map(str::to_owned).collect();
        let of_terms = json.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_terms"));
        let terms = of_terms.map(|(name, text)| (name.clone(), words(text))).collect();
        Self { json, terms }
    }
}

/// Documents, and what the engine can do.
pub struct Engine {
    pub documents: Arc<Vec<Document>>,
    pub able: Able,
    /// The most buckets of one answer.
    pub buckets: usize,
    /// The most values that are told of a field, whatever is asked for.
    pub most_values: usize,
    /// Whether shards fail that are asked for too many buckets, and not the whole search.
    pub fails_in_part: bool,
    /// What stands beside the hits of each answer.
    pub beside: Value,
    /// What was asked.
    pub asked: RefCell<Vec<Value>>,
    counted: Cell<usize>,
}

impl Engine {
    pub fn new(documents: Arc<Vec<Document>>, able: Able) -> Self {
        Self {
            documents,
            able,
            buckets: 65_000,
            most_values: usize::MAX,
            fails_in_part: false,
            beside: json!({"timed_out": false, "_shards": {"total": 5, "successful": 5, "failed": 0}}),
            asked: RefCell::default(),
            counted: Cell::new(0),
        }
    }

    /// The answer, or why there is none.
    pub fn answer(&self, body: &Value) -> Result<Value, String> {
        let known = ["query", "size", "from", "sort", "search_after", "aggs", "track_total_hits"];
        for name in body.as_object().ok_or("a search is an object")?.keys() {
            if !known.contains(&name.as_str()) {
                return Err(format!("unknown key for a search: {name}"));
            }
        }
        let mut matching = Vec::new();
        for document in self.documents.iter() {
            if matches(&body["query"], document)? {
                matching.push(document);
            }
        }
        self.counted.set(0);
        let (mut beside, mut aggregations) = (self.beside.clone(), Value::Null);
        if let Some(aggs) = body.get("aggs") {
            match self.aggregations(aggs, &matching) {
                Err(reason) if self.fails_in_part && reason.contains("bucket") => {
                    beside["_shards"] = json!({"total": 5, "failed": 1, "failures": [{"reason": {"reason": reason}}]});
                }
                counted => aggregations = counted?,
            }
        }
        let total = matching.len();
        let sort = body.get("sort").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut ordered: Vec<(Vec<Value>, &Document)> = Vec::new();
        for document in matching {
            ordered.push((sort.iter().map(|by| place(by, document)).collect::<Result<_, _>>()?, document));
        }
        let descends: Vec<bool> =
            sort.iter().map(|by| by.as_object().unwrap().values().next().unwrap()["order"] == "desc").collect();
        let order = |a: &[Value], b: &[Value]| {
            let each = a.iter().zip(b).zip(&descends).map(|((a, b), descends)| compared(a, b, *descends));
            each.fold(std::cmp::Ordering::Equal, |all, next| all.then(next))
        };
        ordered.sort_by(|(a, _), (b, _)| order(a, b));
        if let Some(after) = body.get("search_after").and_then(Value::as_array) {
            ordered.retain(|(place, _)| order(place, after).is_gt());
        }
        let number = |name: &str, usual: u64| body.get(name).and_then(Value::as_u64).unwrap_or(usual) as usize;
        if number("from", 0) + number("size", 10) > 10_000 {
            return Err("Result window is too large".to_owned());
        }
        let hits: Vec<Value> = ordered
            .into_iter()
            .skip(number("from", 0))
            .take(number("size", 10))
            .map(|(sort, document)| json!({"_id": document.json["id"], "_score": 1.5, "sort": sort, "_source": document.json}))
            .collect();
        let mut answer = json!({
            "took": 1,
            "hits": {"total": {"value": total, "relation": "eq"}, "max_score": null, "hits": hits},
        });
        if !aggregations.is_null() {
            answer["aggregations"] = aggregations;
        }
        answer.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        Ok(answer)
    }

    fn aggregations(&self, aggs: &Value, documents: &[&Document]) -> Result<Value, String> {
        let mut all = Map::new();
        for (name, spec) in aggs.as_object().ok_or("aggregations are an object")? {
            let (kind, body) =
                spec.as_object().and_then(|spec| spec.iter().find(|(k, _)| *k != "aggs")).ok_or("no kind")?;
            let only =
                |known: &[&str]| match body.as_object().unwrap().keys().find(|key| !known.contains(&key.as_str())) {
                    Some(key) => Err(format!("unknown parameter {key}")),
                    None => Ok(()),
                };
            let field = body["field"].as_str().ok_or("no field")?;
            let mut groups: BTreeMap<String, (Value, Vec<&Document>)> = BTreeMap::new();
            let mut put = |key: Value, document| {
                let order = match key.as_u64() {
                    Some(number) => format!("{number:020}"),
                    None => key.to_string(),
                };
                groups.entry(order).or_insert_with(|| (key, Vec::new())).1.push(document);
            };
            match kind.as_str() {
                "terms" => {
                    only(&["field", "size", "missing", "include"])?;
                    for document in documents {
                        let mut values = values(document, field);
                        values.dedup();
                        if let Some(missing) = body.get("missing").filter(|_| values.is_empty()) {
                            values.push(missing.clone());
                        }
                        if let Some(include) = body.get("include").and_then(Value::as_str) {
                            values.retain(|value| fits(include, value.as_str().unwrap()));
                        }
                        values.into_iter().for_each(|value| put(value, document));
                    }
                }
                "histogram" => {
                    only(&["field", "interval", "min_doc_count"])?;
                    let interval = body["interval"].as_u64().ok_or("no interval")?;
                    for document in documents {
                        for value in values(document, field) {
                            put(json!((value.as_u64().unwrap() / interval * interval) as f64), document);
                        }
                    }
                }
                other => return Err(format!("unknown aggregation {other}")),
            }
            let mut groups: Vec<(Value, Vec<&Document>)> = groups.into_values().collect();
            let mut others = 0;
            if kind == "terms" {
                groups.sort_by_key(|(_, documents)| std::cmp::Reverse(documents.len()));
                let size = (body["size"].as_u64().unwrap_or(10) as usize).min(self.most_values);
                others = groups.iter().skip(size).map(|(_, documents)| documents.len()).sum();
                groups.truncate(size);
            }
            self.counted.set(self.counted.get() + groups.len());
            if self.counted.get() > self.buckets {
                return Err("too_many_buckets_exception: Trying to create too many buckets".to_owned());
            }
            let mut buckets = Vec::new();
            for (key, documents) in groups {
                let mut bucket = json!({"key": key, "doc_count": documents.len()});
                if let Some(below) = spec.get("aggs") {
                    let below = self.aggregations(below, &documents)?;
                    bucket.as_object_mut().unwrap().extend(below.as_object().unwrap().clone());
                }
                buckets.push(bucket);
            }
            let told = match kind.as_str() {
                "terms" => json!({"buckets": buckets, "sum_other_doc_count": others, "doc_count_error_upper_bound": 0}),
                _ => json!({"buckets": buckets}),
            };
            all.insert(name.clone(), told);
        }
        Ok(Value::Object(all))
    }
}

impl Ask for Engine {
    fn able(&self) -> Able {
        self.able
    }

    fn ask(&self, body: &Value) -> imr::Result<Value> {
        self.asked.borrow_mut().push(body.clone());
        self.answer(body).map_err(|reason| Error::new(ErrorKind::Remote, reason))
    }
}

/// The values of a field of a document.
fn values(document: &Document, field: &str) -> Vec<Value> {
    match document.json.get(field) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
    }
}

/// Where a document stands by one field.
fn place(by: &Value, document: &Document) -> Result<Value, String> {
    let (field, how) = by.as_object().and_then(|by| by.iter().next()).ok_or("an order is an object")?;
    if field == "_score" {
        return Ok(json!(1.5));
    }
    let mut values = values(document, field);
    values.sort_by(|a, b| compared(a, b, false));
    let value = if how["order"] == "desc" { values.pop() } else { values.into_iter().next() };
    Ok(value.unwrap_or_default())
}

/// What has no value comes last, either way.
fn compared(a: &Value, b: &Value, descends: bool) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (a, b) {
        (Value::Null, Value::Null) => return Equal,
        (Value::Null, _) => return Greater,
        (_, Value::Null) => return Less,
        (Value::Number(a), Value::Number(b)) => a.as_f64().unwrap().total_cmp(&b.as_f64().unwrap()),
        (a, b) => a.as_str().unwrap().cmp(b.as_str().unwrap()),
    };
    if descends { order.reverse() } else { order }
}

/// Whether a whole word fits an expression of letters, `.`, `.*` and `.{a,b}`.
fn fits(expression: &str, word: &str) -> bool {
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

/// A server that answers as an engine does, until it is dropped.
pub struct Server {
    /// Where it listens, with the name of the index.
    pub target: String,
    address: std::net::SocketAddr,
    ended: std::sync::Arc<std::sync::atomic::AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Serves what is answered to the body of a search: a status and JSON. `distribution` is what it says it is.
    pub fn serve(distribution: &'static str, answer: impl Fn(&Value) -> (u16, Value) + Send + 'static) -> Self {
        use std::sync::atomic::Ordering;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ended = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let is_ended = ended.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                // Whoever asks may go away in the middle.
                let _ = one_request(stream, distribution, &answer);
            }
        });
        Self { target: format!("http://{address}/letters"), address, ended, thread: Some(thread) }
    }

    /// Serves an engine.
    pub fn of(engine: Engine) -> Self {
        Self::serve("opensearch", move |body| match engine.answer(body) {
            Ok(answer) => (200, answer),
            Err(reason) => (400, json!({"error": {"type": "parsing_exception", "reason": reason}, "status": 400})),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, std::sync::atomic::Ordering::SeqCst);
        let _ = std::net::TcpStream::connect(self.address);
        self.thread.take().map(std::thread::JoinHandle::join);
    }
}

/// Answers one request, and ends the connection.
fn one_request(
    stream: std::net::TcpStream,
    distribution: &str,
    answer: &dyn Fn(&Value) -> (u16, Value),
) -> std::io::Result<()> {
    use std::io::{BufRead, BufReader, Read, Write};
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, json) = match line.split_whitespace().collect::<Vec<_>>()[..] {
        ["GET", "/", _] => (200, json!({"version": {"distribution": distribution, "number": "2.17.0"}})),
        ["POST", "/letters/_search", _] => match serde_json::from_slice(&body) {
            Ok(body) => answer(&body),
            Err(_) => (400, json!({"error": "no JSON"})),
        },
        _ => (404, json!({"error": {"type": "index_not_found_exception", "reason": "no such index"}, "status": 404})),
    };
    let json = json.to_string();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{json}",
        json.len()
    )?;
    stream.flush()
}
