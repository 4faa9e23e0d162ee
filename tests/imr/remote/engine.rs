//! An engine that is not clever: it holds documents and looks at each of them for every part of a query. Spans are looked
//! for as Lucene does: the next one only, and never back.

mod matching;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use imr::remote::Ask;
use imr::remote::dsl::Able;
use imr::{Error, ErrorKind};
use matching::fits;
pub use matching::matches;
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
