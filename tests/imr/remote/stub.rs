//! A small engine on this machine: it keeps documents, finds them, and does wrong what it is told to do wrong.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// What an engine does wrong with one bulk request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing.
    None,
    /// It does nothing and answers so.
    Status(u16, &'static str),
    /// The same, and says after how many seconds to come back.
    Later(u16, u64),
    /// It does every so manieth operation, or with 0 none, and is too busy for the others.
    BusyItems(usize),
    /// It does every so manieth operation, or with 0 none, and fails at the others with this status.
    FailItems(usize, u16),
    /// It does all and tells of every so manieth operation, or with 0 of each, that it failed with this status.
    DoneItems(usize, u16),
    /// It does all and closes the connection.
    Close,
    /// It does nothing and closes the connection.
    Drop,
    /// It does all and answers half.
    Truncate,
    /// It does all and answers nothing for so many milliseconds.
    Hang(u64),
    /// It does all and tells of all but one.
    Short,
    /// It does all and answers with what is no JSON.
    Noise,
    /// It does all and answers with more than anybody wants to read.
    Endless,
    /// It sends the request elsewhere.
    Redirect(String),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `POST /_bulk`.
    pub line: String,
    /// The head's lines, with small names.
    pub head: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What an engine holds and how it behaves.
pub struct Inner {
    /// `opensearch`, `elasticsearch`, `quickwit` or `rsearch`.
    pub flavor: &'static str,
    /// The indexes with what they were made of.
    pub indexes: BTreeMap<String, Value>,
    /// The documents of all indexes: index, id, source.
    pub documents: Vec<(String, String, Value)>,
    /// What goes wrong with the next bulk requests, one after the other.
    pub faults: VecDeque<Fault>,
    /// The largest body that is taken.
    pub most_bytes: usize,
    /// What `authorization` has to say.
    pub wanted: Option<String>,
    /// Ids that are refused for good.
    pub refused: Option<&'static str>,
    /// What came.
    pub seen: Vec<Seen>,
    /// Queries of delete tasks.
    pub tasks: Vec<String>,
    /// How many delete tasks are refused for the time being.
    pub busy_tasks: u32,
    /// How many times a document came that was there in the same version.
    pub again: usize,
    /// How long each bulk request takes, in milliseconds.
    pub slowness: u64,
    /// Until when searches find nothing, since it is in no piece yet.
    pub hidden_until: Option<Instant>,
    /// How many shards fail in searches.
    pub failed_shards: u64,
    /// What ids begin with that are not found when they are to be deleted, as those of documents sent with a routing are.
    pub routed: Option<&'static str>,
    /// A field that indexes lack when they are made.
    pub forgotten: Option<&'static str>,
}

/// An engine that runs until it is dropped.
pub struct Stub {
    /// Where it is.
    pub address: String,
    inner: Option<Arc<Mutex<Inner>>>,
}

impl Stub {
    /// An engine of a kind.
    pub fn start(flavor: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            flavor,
            indexes: BTreeMap::new(),
            documents: Vec::new(),
            faults: VecDeque::new(),
            most_bytes: 100_000_000,
            wanted: None,
            refused: None,
            seen: Vec::new(),
            tasks: Vec::new(),
            busy_tasks: 0,
            again: 0,
            slowness: 0,
            hidden_until: None,
            failed_shards: 0,
            routed: None,
            forgotten: None,
        };
        let inner = Arc::new(Mutex::new(inner));
        let weak = Arc::downgrade(&inner);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (Ok(connection), Some(inner)) = (connection, weak.upgrade()) else { return };
                std::thread::spawn(move || drop(serve(connection, &inner)));
            }
        });
        Self { address, inner: Some(inner) }
    }

    /// The same with an index `letters` in it, as this program makes it.
    pub fn with_index(flavor: &'static str) -> Self {
        let this = Self::start(flavor);
        let kind = imr::remote::Flavor::from_name(flavor).unwrap();
        let (_, _, body) = imr::remote::mapping::creation(kind, "letters", Default::default());
        this.inner().indexes.insert("letters".to_owned(), body);
        this
    }

    /// The address of the index there.
    pub fn target(&self) -> String {
        format!("{}/letters", self.address)
    }

    /// What it holds.
    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.as_ref().unwrap().lock().unwrap()
    }

    /// Goes wrong so, one request after the other.
    pub fn fails(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inner().faults.extend(faults);
    }

    /// The documents, by id; each must be there once.
    #[track_caller]
    pub fn documents(&self) -> BTreeMap<String, Value> {
        let inner = self.inner();
        let all: BTreeMap<_, _> = inner.documents.iter().map(|(_, id, source)| (id.clone(), source.clone())).collect();
        assert_eq!(all.len(), inner.documents.len(), "a document is there twice");
        all
    }

    /// The bulk requests that came.
    pub fn bulks(&self) -> Vec<Seen> {
        let is_bulk = |seen: &&Seen| seen.line.ends_with("/_bulk");
        self.inner().seen.iter().filter(is_bulk).cloned().collect()
    }

    /// Waits until so many of them came from a process that is at work.
    pub fn has_bulks(&self, number: usize, child: &mut Child) {
        while self.bulks().len() < number {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it sent what was waited for");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        // The listener is waiting for one more connection.
        let address = self.address.trim_start_matches("http://").to_owned();
        self.inner = None;
        let _ = TcpStream::connect(address);
    }
}

fn serve(mut connection: TcpStream, inner: &Arc<Mutex<Inner>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    while let Some(seen) = request(&mut reader)? {
        let mut held = inner.lock().unwrap();
        held.seen.push(seen.clone());
        let is_bulk = seen.line.ends_with("/_bulk");
        let denied = held.wanted.as_ref().is_some_and(|wanted| seen.head.get("authorization") != Some(wanted));
        if denied {
            let told = format!("no such user: {:?}", seen.head.get("authorization"));
            drop(held);
            answer(&mut connection, 401, &[], json!({"error": {"type": "security_exception", "reason": told}}))?;
            continue;
        }
        if seen.body.len() > held.most_bytes {
            drop(held);
            answer(&mut connection, 413, &[], json!({"error": "Request Entity Too Large"}))?;
            continue;
        }
        if !is_bulk {
            let (status, body) = held.other(&seen);
            let product = (held.flavor == "elasticsearch").then_some(("X-Elastic-Product", "Elasticsearch".to_owned()));
            let page = (status == 302).then_some(("Location", "/ui/search".to_owned()));
            drop(held);
            answer(&mut connection, status, &Vec::from_iter(product.into_iter().chain(page)), body)?;
            continue;
        }
        let fault = held.faults.pop_front().unwrap_or(Fault::None);
        let slowness = held.slowness;
        drop(held);
        std::thread::sleep(Duration::from_millis(slowness));
        let bulk = |done: &dyn Fn(usize) -> Option<u16>| inner.lock().unwrap().bulk(&seen.body, done);
        match fault {
            Fault::Status(status, text) => {
                answer(&mut connection, status, &[], json!({"error": {"type": "fault", "reason": text}}))?;
            }
            Fault::Later(status, seconds) => {
                answer(&mut connection, status, &[("Retry-After", seconds.to_string())], json!({"error": "later"}))?;
            }
            Fault::None => {
                let body = bulk(&|_| None);
                let status = if body.get("error").is_some() { 400 } else { 200 };
                answer(&mut connection, status, &[], body)?;
            }
            Fault::BusyItems(nth) => {
                let body = bulk(&|place| (nth == 0 || place % nth != 0).then_some(429));
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::FailItems(nth, status) => {
                let body = bulk(&|place| (nth == 0 || place % nth != 0).then_some(status));
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::DoneItems(nth, status) => {
                let mut body = bulk(&|_| None);
                for (place, item) in body["items"].as_array_mut().unwrap().iter_mut().enumerate() {
                    if nth == 0 || place % nth != 0 {
                        let item = item.as_object_mut().unwrap().values_mut().next().unwrap();
                        item["status"] = json!(status);
                        item["error"] = json!({"type": "timeout", "reason": "nobody knows"});
                    }
                }
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::Drop => return connection.shutdown(Shutdown::Both),
            Fault::Close => {
                bulk(&|_| None);
                return connection.shutdown(Shutdown::Both);
            }
            Fault::Truncate => {
                let body = bulk(&|_| None).to_string();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                connection.write_all(head.as_bytes())?;
                connection.write_all(&body.as_bytes()[..body.len() / 2])?;
                return connection.shutdown(Shutdown::Both);
            }
            Fault::Hang(milliseconds) => {
                bulk(&|_| None);
                std::thread::sleep(Duration::from_millis(milliseconds));
                return Ok(());
            }
            Fault::Short => {
                let mut body = bulk(&|_| None);
                body["items"].as_array_mut().unwrap().pop();
                answer(&mut connection, 200, &[], body)?;
            }
            Fault::Noise => {
                bulk(&|_| None);
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n<html></html>")?;
            }
            Fault::Endless => {
                bulk(&|_| None);
                connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")?;
                // Whoever reads on gives up some day.
                while connection.write_all(&[b' '; 1 << 16]).is_ok() {}
                return Ok(());
            }
            Fault::Redirect(to) => {
                answer(&mut connection, 307, &[("Location", to)], json!({}))?;
            }
        }
    }
    Ok(())
}

fn request(reader: &mut impl BufRead) -> std::io::Result<Option<Seen>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut head = BTreeMap::new();
    loop {
        let mut field = String::new();
        reader.read_line(&mut field)?;
        let Some((name, value)) = field.trim_end().split_once(": ") else { break };
        head.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = head.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Seen { line, head, body }))
}

fn answer(connection: &mut TcpStream, status: u16, head: &[(&str, String)], body: Value) -> std::io::Result<()> {
    let body = body.to_string();
    let mut text = format!("HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\n");
    head.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
    text += &format!("content-length: {}\r\n\r\n{body}", body.len());
    connection.write_all(text.as_bytes())
}

impl Inner {
    /// Does a bulk request, but for operations that have a status of failure.
    fn bulk(&mut self, body: &[u8], failing: &dyn Fn(usize) -> Option<u16>) -> Value {
        let text = std::str::from_utf8(body).unwrap();
        assert!(text.ends_with('\n'), "a bulk request ends with the end of a line");
        let mut lines = text.lines();
        let (mut items, mut place) = (Vec::new(), 0);
        let is_quickwit = self.flavor == "quickwit";
        while let Some(line) = lines.next() {
            let action: Value = serde_json::from_str(line).unwrap();
            let (name, meta) = action.as_object().unwrap().iter().next().unwrap();
            let (index, id) = (meta["_index"].as_str().unwrap().to_owned(), meta["_id"].as_str().unwrap().to_owned());
            if is_quickwit && name == "delete" {
                return json!({"error": {"reason": "unknown variant `delete`, expected `index` or `create`"}});
            }
            let source = (name != "delete").then(|| serde_json::from_str::<Value>(lines.next().unwrap()).unwrap());
            let there = self.documents.iter().position(|(i, d, _)| (i, d) == (&index, &id));
            let error = |status: u16, kind: &str, reason: &str| (status, Some(json!({"type": kind, "reason": reason})));
            let (status, error) = match (failing(place), &source) {
                (Some(429), _) => error(429, "es_rejected_execution_exception", "the queue is full"),
                (Some(status), _) => error(status, "fault", "something failed"),
                _ if !self.indexes.contains_key(&index) => error(404, "index_not_found_exception", "no such index"),
                _ if self.refused.is_some_and(|refused| id.contains(refused)) => {
                    error(400, "document_parsing_exception", "no such day")
                }
                (None, Some(source)) if self.strays(&index, source) => {
                    error(400, "strict_dynamic_mapping_exception", "no such field, or no such day")
                }
                (None, Some(source)) => {
                    // Two engines that are asked again are told apart by whether the same came twice.
                    let same = |(i, d, s): &(String, String, Value)| (i, d) == (&index, &id) && s == source;
                    self.again += usize::from(self.documents.iter().any(same));
                    match there.filter(|_| !is_quickwit) {
                        Some(at) => {
                            self.documents[at].2 = source.clone();
                            (200, None)
                        }
                        None => {
                            self.documents.push((index.clone(), id.clone(), source.clone()));
                            (201, None)
                        }
                    }
                }
                (None, None) => match there.filter(|_| !self.routed.is_some_and(|routed| id.starts_with(routed))) {
                    Some(at) => {
                        self.documents.remove(at);
                        (200, None)
                    }
                    None => (404, None),
                },
            };
            let mut item = json!({"_index": index, "_id": id, "status": status, "error": error});
            if self.flavor != "quickwit" {
                let item = item.as_object_mut().unwrap();
                if error.is_none() {
                    item.remove("error");
                    let result = match (source.is_some(), status) {
                        (true, 201) => "created",
                        (true, _) => "updated",
                        (false, 200) => "deleted",
                        (false, _) => "not_found",
                    };
                    item.insert("result".to_owned(), json!(result));
                }
            }
            // Quickwit has one key for all.
            let key = if is_quickwit { "index" } else { name };
            items.push(json!({key: item}));
            place += 1;
        }
        json!({"took": 1, "errors": items.iter().any(|item| item.to_string().contains("reason")), "items": items})
    }

    /// Whether a document has a field that the index has not, or a day that there is not.
    fn strays(&self, index: &str, source: &Value) -> bool {
        let made = self.indexes[index].to_string();
        let source = source.as_object().unwrap();
        source.keys().any(|name| !made.contains(&format!("\"{name}\"")))
            || source.get("decided").is_some_and(|day| day == "2017-02-31")
    }

    /// Everything but bulk requests.
    fn other(&mut self, seen: &Seen) -> (u16, Value) {
        let (method, path) = seen.line.split_once(' ').unwrap();
        let is_quickwit = self.flavor == "quickwit";
        let elastic = path.strip_prefix("/api/v1/_elastic");
        let body: Value = serde_json::from_slice(&seen.body).unwrap_or(Value::Null);
        let parts: Vec<&str> = elastic.unwrap_or(path).split('/').filter(|part| !part.is_empty()).collect();
        let missing = || (404, json!({"error": {"type": "index_not_found_exception", "reason": "no such index"}}));
        match (method, &parts[..]) {
            // Its own pages.
            ("GET", []) if is_quickwit && elastic.is_none() => (302, json!({})),
            ("GET", []) => (200, self.banner()),
            ("POST", ["api", "v1", "indexes"]) if is_quickwit => {
                self.indexes.insert(body["index_id"].as_str().unwrap().to_owned(), body.clone());
                (200, json!({}))
            }
            ("GET", ["api", "v1", "indexes", index]) if is_quickwit => match self.indexes.get(*index) {
                Some(made) => (200, json!({"index_config": made})),
                None => (404, json!({"message": "no such index"})),
            },
            ("DELETE", ["api", "v1", "indexes", index]) | ("DELETE", [index]) => {
                self.documents.retain(|(own, ..)| own != index);
                self.indexes.remove(*index).map_or_else(missing, |_| (200, json!({"acknowledged": true})))
            }
            ("POST", ["api", "v1", _, "delete-tasks"]) if is_quickwit && self.busy_tasks > 0 => {
                self.busy_tasks -= 1;
                (429, json!({"message": "too many requests"}))
            }
            ("POST", ["api", "v1", _, "delete-tasks"]) if is_quickwit => {
                self.tasks.push(body["query"].as_str().unwrap().to_owned());
                (200, json!({"opstamp": self.tasks.len()}))
            }
            ("PUT", [index]) => match self.indexes.insert((*index).to_owned(), self.without_forgotten(body)) {
                Some(_) => {
                    (400, json!({"error": {"type": "resource_already_exists_exception", "reason": "it is there"}}))
                }
                None => (200, json!({"acknowledged": true})),
            },
            ("GET", [index, "_mapping"]) => match self.indexes.get(*index) {
                Some(made) => (200, json!({*index: {"mappings": made["mappings"]}})),
                None => missing(),
            },
            ("POST", [_, "_refresh"]) => (200, json!({"_shards": {"total": 1, "successful": 1, "failed": 0}})),
            ("POST", [index, "_search"]) => (200, self.search(index, &body)),
            _ => (405, json!({"error": format!("{method} {path} is unknown")})),
        }
    }

    fn without_forgotten(&self, mut made: Value) -> Value {
        if let (Some(name), Some(fields)) = (self.forgotten, made["mappings"]["properties"].as_object_mut()) {
            fields.remove(name);
        }
        made
    }

    /// Does the delete tasks of Quickwit on all that is there, whether it came before them or behind: a document that is sent
    /// behind a task may come to lie in a piece that was begun before it.
    pub fn work_off(&mut self) {
        let clauses: Vec<String> = self
            .tasks
            .iter()
            .flat_map(|task| task.split(" OR "))
            .map(|clause| clause.replace(['(', ')'], ""))
            .collect();
        let holds = |part: &str, source: &Value| {
            let (part, is_not) = part.strip_prefix("NOT ").map_or((part, false), |part| (part, true));
            let (field, value) = part.split_once(':').unwrap();
            let holds = match value.strip_prefix('<') {
                Some(bound) => source[field].as_u64().unwrap() < bound.parse().unwrap(),
                None => source[field] == value.trim_matches('"'),
            };
            holds != is_not
        };
        self.documents.retain(|(_, _, source)| {
            !clauses.iter().any(|clause| clause.split(" AND ").all(|part| holds(part, source)))
        });
    }

    fn banner(&self) -> Value {
        match self.flavor {
            "opensearch" => json!({"version": {"distribution": "opensearch", "number": "2.11.0"}}),
            "quickwit" => json!({"version": {"distribution": "quickwit", "number": "7.17.0"}}),
            "rsearch" => json!({"rsearch_version": "0.8.1", "version": {"number": "7.17.0"}}),
            _ => json!({"version": {"number": "8.19.3", "build_flavor": "default"}}),
        }
    }

    fn search(&self, index: &str, body: &Value) -> Value {
        let all = json!({"match_all": {}});
        let query = body.get("query").unwrap_or(&all);
        let is_hidden = self.hidden_until.is_some_and(|until| Instant::now() < until);
        let shown = if is_hidden { &[] } else { self.documents.as_slice() };
        let mut found: Vec<_> =
            shown.iter().filter(|(own, _, source)| own == index && matches(query, source)).collect();
        if body.pointer("/sort/0/sent").is_some() {
            found.sort_by_key(|(_, _, s)| std::cmp::Reverse(s["sent"].as_u64()));
        } else if body.get("sort").is_some() {
            found.sort_by_key(|(_, _, s)| (s["letter_order"].as_u64(), s["number"].as_u64()));
        }
        let size = body["size"].as_u64().unwrap_or(10) as usize;
        let total = found.len();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        found.iter().filter_map(|(_, _, s)| s["outcome"].as_str()).for_each(|v| *counts.entry(v).or_default() += 1);
        let buckets: Vec<_> = counts.iter().map(|(key, count)| json!({"key": key, "doc_count": count})).collect();
        let kept = |source: &Value| -> Map<String, Value> {
            let all = source.as_object().unwrap();
            all.iter().filter(|(name, _)| !name.ends_with("_terms")).map(|(n, v)| (n.clone(), v.clone())).collect()
        };
        let hits: Vec<_> =
            found.iter().take(size).map(|(_, id, source)| json!({"_id": id, "_source": kept(source)})).collect();
        json!({
            "timed_out": false,
            "_shards": {"total": 2, "successful": 2, "failed": self.failed_shards},
            "hits": {"total": {"value": total, "relation": "eq"}, "hits": hits},
            "aggregations": {"all": {"buckets": buckets}},
        })
    }
}

fn matches(query: &Value, source: &Value) -> bool {
    let (kind, inner) = query.as_object().unwrap().iter().next().unwrap();
    let field = || inner.as_object().unwrap().iter().next().unwrap();
    let has = |name: &str, value: &str| {
        let text = source[name].as_str().unwrap_or_default();
        if name.ends_with("_terms") { text.split(' ').any(|term| term == value) } else { text == value }
    };
    match kind.as_str() {
        "match_all" => true,
        "bool" => {
            let all = |name: &str| inner[name].as_array().cloned().unwrap_or_default();
            all("filter").iter().all(|query| matches(query, source))
                && !all("must_not").iter().any(|query| matches(query, source))
        }
        "term" => has(field().0, field().1["value"].as_str().unwrap()),
        "terms" => field().1.as_array().unwrap().iter().any(|value| has(field().0, value.as_str().unwrap())),
        "match_phrase" => {
            let words = format!(" {} ", field().1["query"].as_str().unwrap());
            format!(" {} ", source[field().0].as_str().unwrap_or_default()).contains(&words)
        }
        "range" => {
            let (name, bounds) = field();
            let value = source[name].as_u64();
            value.is_some_and(|value| {
                bounds["gte"].as_u64().is_none_or(|low| value >= low)
                    && bounds["lte"].as_u64().is_none_or(|h| value <= h)
            })
        }
        other => panic!("the stub knows no query `{other}`"),
    }
}
