//! What the engine does and answers: bulk requests, its own requests, and searches.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::{Inner, Seen};

impl Inner {
    /// Does a bulk request, but for operations that have a status of failure.
    pub(super) fn bulk(&mut self, body: &[u8], failing: &dyn Fn(usize) -> Option<u16>) -> Value {
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
    pub(super) fn other(&mut self, seen: &Seen) -> (u16, Value) {
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
