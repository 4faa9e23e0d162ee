//! The index there, as each engine wants it described: fields, analyzers and settings.

use serde_json::{Map, Value, json};

use super::fields::{RemoteField, RemoteKind, WORDS, fields, fields_of};
use super::target::Flavor;

/// How the index is spread over machines. What is not said is left to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spread {
    /// Primary shards.
    pub shards: Option<u32>,
    /// Copies of each.
    pub replicas: Option<u32>,
}

/// After how many seconds Quickwit lets documents be found. Shorter makes more and smaller pieces.
pub const COMMIT_SECONDS: u64 = 10;

/// What creates the index: the method, the path, and the body.
pub fn creation(flavor: Flavor, index: &str, spread: Spread) -> (&'static str, String, Value) {
    match flavor {
        Flavor::Quickwit => ("POST", "/api/v1/indexes".to_owned(), quickwit(index)),
        _ => ("PUT", format!("/{index}"), elasticsearch(flavor, spread)),
    }
}

fn elasticsearch(flavor: Flavor, spread: Spread) -> Value {
    let properties: Map<String, Value> = fields().iter().map(|f| (f.name.clone(), property(f))).collect();
    let mut index = Map::new();
    index.extend(spread.shards.map(|shards| ("number_of_shards".to_owned(), json!(shards))));
    index.extend(spread.replicas.map(|replicas| ("number_of_replicas".to_owned(), json!(replicas))));
    if flavor == Flavor::Rsearch {
        // Without this it keeps every document that is sent, whatever its id.
        index.insert("mode".to_owned(), json!("document"));
    }
    // What is found is read from the other fields; terms would make it half as large again.
    let terms: Vec<&str> =
        fields().iter().filter(|field| is_only_asked(field)).map(|field| field.name.as_str()).collect();
    json!({
        "settings": {"index": index},
        "mappings": {"dynamic": "strict", "_source": {"excludes": terms}, "properties": properties},
    })
}

/// Whether a field is asked and never read.
fn is_only_asked(field: &RemoteField) -> bool {
    field.kind == RemoteKind::Terms || field.name == WORDS
}

fn property(field: &RemoteField) -> Value {
    match field.kind {
        RemoteKind::Text => json!({"type": "text"}),
        RemoteKind::Terms => json!({"type": "text", "analyzer": "whitespace"}),
        RemoteKind::Keyword => json!({"type": "keyword"}),
        RemoteKind::Date => json!({"type": "date", "format": "strict_date"}),
        RemoteKind::Integer => json!({"type": "long"}),
        RemoteKind::Stored => json!({"type": "keyword", "index": false, "doc_values": false}),
    }
}

fn quickwit(index: &str) -> Value {
    let mappings: Vec<Value> = fields_of(Flavor::Quickwit).map(field_mapping).collect();
    let words: Vec<&str> =
        fields().iter().filter(|field| field.kind == RemoteKind::Text).map(|field| field.name.as_str()).collect();
    json!({
        "version": "0.8",
        "index_id": index,
        "doc_mapping": {"mode": "strict", "field_mappings": mappings},
        "search_settings": {"default_search_fields": words},
        "indexing_settings": {"commit_timeout_secs": COMMIT_SECONDS},
    })
}

fn field_mapping(field: &RemoteField) -> Value {
    let named = |kind: &str| if field.several { format!("array<{kind}>") } else { kind.to_owned() };
    match field.kind {
        RemoteKind::Text => {
            json!({"name": field.name, "type": named("text"), "tokenizer": "default", "record": "position"})
        }
        RemoteKind::Terms => json!({
            "name": field.name, "type": named("text"), "tokenizer": "whitespace", "record": "position",
            "fieldnorms": true, "stored": false,
        }),
        RemoteKind::Keyword if is_only_asked(field) => {
            json!({"name": field.name, "type": named("text"), "tokenizer": "raw", "fast": true, "stored": false})
        }
        RemoteKind::Keyword => json!({"name": field.name, "type": named("text"), "tokenizer": "raw", "fast": true}),
        RemoteKind::Date => json!({
            "name": field.name, "type": named("datetime"), "input_formats": ["%Y-%m-%d"],
            "output_format": "%Y-%m-%d", "fast_precision": "seconds", "fast": true,
        }),
        RemoteKind::Integer => json!({"name": field.name, "type": named("i64"), "fast": true}),
        RemoteKind::Stored => json!({"name": field.name, "type": named("text"), "indexed": false, "stored": true}),
    }
}
