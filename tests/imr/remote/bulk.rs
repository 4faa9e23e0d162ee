//! Answers to bulk requests, of whichever shape, and how much is sent and how long is waited.

use std::time::Duration;

use imr::remote::backoff::{Backoff, LEAST_BATCH, Pace};
use imr::remote::bulk::{Fate, Operation, body, fates, fitting};
use imr::remote::{Answer, Client, Flavor, Target};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::stub::Stub;

/// Three operations, of which the answers below tell.
fn operations() -> Vec<Operation> {
    let document = |id: &str| Map::from_iter([("id".to_owned(), json!(id))]);
    ["4d", "30", "39"].map(|id| Operation::put(Flavor::Rsearch, "letters", 0, &document(id))).into()
}

/// An answer with this body, as a server gave it.
fn answer(body: &Value) -> Answer {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/letters", listener.local_addr().unwrap());
    let text = body.to_string();
    let server = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut head = [0; 4096];
        let _ = std::io::Read::read(&mut connection, &mut head).unwrap();
        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len());
        std::io::Write::write_all(&mut connection, text.as_bytes()).unwrap();
    });
    let target = Target::parse(&address).unwrap();
    let client = Client::connect(&target, Some(Flavor::Opensearch), &Default::default()).unwrap();
    let answer = client.try_ask(&imr::remote::exchange::Request::new("GET", "/")).unwrap();
    server.join().unwrap();
    answer
}

fn item(key: &str, id: &str, status: u16, error: Value) -> Value {
    json!({key: {"_id": id, "_index": "letters", "status": status, "error": error}})
}

#[test]
fn items_are_told_by_their_place_whatever_their_key() {
    let of = |items: Value| fates(&operations(), &answer(&json!({"took": 1, "errors": true, "items": items})));
    // rSearch 0.8.1: the key of the action, no error where there is none.
    let created = |id: &str| {
        json!({"create": {"_id": id, "_index": "letters", "_shards": {"failed": 0, "successful": 1, "total": 1},
            "_version": 1_838_515_337_290_100_957_u64, "result": "created", "status": 201}})
    };
    assert_eq!(of(json!([created("4d"), created("30"), created("39")])), Some(vec![Fate::Created; 3]));
    let busy = json!({"reason": "ingest queue is full; retry with backoff", "type": "es_rejected_execution_exception"});
    let told = "es_rejected_execution_exception: ingest queue is full; retry with backoff".to_owned();
    let partial = of(json!([created("4d"), item("create", "30", 429, busy.clone()), item("create", "39", 429, busy)]));
    assert_eq!(partial, Some(vec![Fate::Created, Fate::Busy(told.clone()), Fate::Busy(told)]));
    // Quickwit 0.9.0: another key than the action's, and an error that is null.
    let quickwit = of(json!([
        item("index", "4d", 201, Value::Null),
        item("index", "30", 201, Value::Null),
        item(
            "index",
            "39",
            429,
            json!({"index": "letters", "type": "rate_limited_exception", "reason": "no shards available [letters]"})
        )
    ]));
    let told = "rate_limited_exception: no shards available [letters]".to_owned();
    assert_eq!(quickwit, Some(vec![Fate::Created, Fate::Created, Fate::Busy(told)]));
    // What else there is.
    let kinds = of(json!([
        item("index", "4d", 400, json!({"type": "strict", "reason": "no such field"})),
        item("index", "30", 503, json!("overloaded")),
        item("index", "39", 500, json!({"type": "fault"}))
    ]));
    let expected = vec![
        Fate::Rejected { status: 400, reason: "strict: no such field".to_owned() },
        Fate::Busy("overloaded".to_owned()),
        Fate::Failed("fault".to_owned()),
    ];
    assert_eq!(kinds, Some(expected));
    let kinds = of(json!([
        item("index", "4d", 404, json!({"type": "index_not_found_exception", "reason": "no such index"})),
        item("index", "30", 403, json!({"type": "security_exception"})),
        item("index", "39", 200, Value::Null)
    ]));
    assert!(matches!(&kinds.unwrap()[..], [Fate::NoIndex(_), Fate::Denied(_), Fate::Replaced]));
    // Answers to something else are none.
    for items in [
        json!([created("4d"), created("30")]),
        json!([created("4d"), created("39"), created("30")]),
        json!([created("4d"), created("30"), created("39"), created("39")]),
        json!([created("4d"), created("30"), {}]),
        json!([created("4d"), created("30"), {"create": {"_id": "39", "status": "201"}}]),
        json!("items"),
    ] {
        assert_eq!(of(items.clone()), None, "{items}");
    }
}

#[test]
fn what_was_deleted_before_is_gone_and_an_index_that_is_not_there_is_none() {
    let gone = [Operation::delete("letters", 0, "4d")];
    let of = |item: Value| fates(&gone, &answer(&json!({"items": [item]}))).unwrap().remove(0);
    assert_eq!(of(json!({"delete": {"_id": "4d", "status": 200, "result": "deleted"}})), Fate::Deleted);
    assert_eq!(of(json!({"delete": {"_id": "4d", "status": 404, "result": "not_found"}})), Fate::Absent);
    assert_eq!(of(json!({"delete": {"_id": "4d", "status": 200, "result": "not_found"}})), Fate::Absent);
    let missing = json!({"type": "index_not_found_exception", "reason": "no such index"});
    assert!(matches!(of(item("delete", "4d", 404, missing)), Fate::NoIndex(_)));
    let added = [Operation::put(Flavor::Quickwit, "letters", 0, &Map::from_iter([("id".to_owned(), json!("4d"))]))];
    let conflict = json!({"type": "version_conflict_engine_exception"});
    let told = fates(&added, &answer(&json!({"items": [item("create", "4d", 409, conflict)]})));
    assert_eq!(told, Some(vec![Fate::Replaced]));
}

#[test]
fn a_client_goes_on_to_the_next_server_of_a_cluster() {
    let stub = Stub::with_index("opensearch");
    let target = Target::parse(&format!("http://127.0.0.1:1,{}", stub.target())).unwrap();
    let client = Client::connect(&target, None, &Default::default()).unwrap();
    assert_eq!(client.flavor(), Flavor::Opensearch);
    assert_eq!(client.count(&json!({"match_all": {}})).unwrap(), 0);
    stub.inner().failed_shards = 1;
    let error = client.count(&json!({"match_all": {}})).unwrap_err();
    assert!(error.message().contains("answers in part only: 1 of its shards failed"), "{error}");
}

proptest! {
    /// Every operation is sent once, in its order, in requests that are as large as they may be and no larger.
    #[test]
    fn requests_hold_what_fits(lengths in prop::collection::vec(0usize..5_000, 1..60), bytes in 1usize..20_000) {
        let document = |(id, length): (usize, &usize)| {
            Map::from_iter([("id".to_owned(), json!(id.to_string())), ("x".to_owned(), json!("é".repeat(*length)))])
        };
        let operations: Vec<_> = lengths.iter().enumerate().map(document)
            .map(|document| Operation::put(Flavor::Opensearch, "letters", 0, &document)).collect();
        let (mut rest, mut sent) = (&operations[..], Vec::new());
        while !rest.is_empty() {
            let count = fitting(rest, bytes);
            let request = body(&rest[..count]);
            prop_assert!(count == 1 || request.len() <= bytes);
            prop_assert!(count == rest.len() || request.len() + rest[count].bytes() > bytes);
            prop_assert_eq!(request.iter().filter(|b| **b == b'\n').count(), 2 * count);
            sent.extend(request);
            rest = &rest[count..];
        }
        prop_assert_eq!(sent, body(&operations));
    }

    /// Waits stay within bounds that double, whatever a server asks for, and differ.
    #[test]
    fn waits_are_jittered_within_bounds(seed: u64, refusals in 1u32..100, asked in prop::option::of(0u64..100_000)) {
        let (base, most) = (Duration::from_millis(500), Duration::from_secs(60));
        let mut backoff = Backoff::new(base, most, seed);
        let asked = asked.map(Duration::from_secs);
        let bound = base.saturating_mul(1 << (refusals - 1).min(20)).min(most);
        let least = asked.unwrap_or_default().min(Duration::from_secs(300));
        let waits: Vec<_> = (0..50).map(|_| backoff.wait(refusals, asked)).collect();
        prop_assert!(waits.iter().all(|wait| *wait >= least && *wait <= least + bound));
        let below = waits.iter().filter(|wait| **wait < least + bound / 2).count();
        // Fifty fair coins fall so unevenly once in a million times.
        prop_assert!((7..=43).contains(&below), "{below} of 50 are below the half");
    }

    /// However a server refuses, batches stay within their bounds, and grow again when it takes what it gets.
    #[test]
    fn batches_shrink_and_grow(most in 1usize..50_000_000, happenings in prop::collection::vec(0u8..4, 0..200)) {
        let mut pace = Pace::new(most);
        let most = most.max(LEAST_BATCH);
        let mut ceiling = most;
        prop_assert_eq!(pace.size(), most);
        for happening in happenings {
            let before = pace.size();
            match happening {
                0 => { pace.refused(before); prop_assert!(pace.size() <= (before / 2).max(LEAST_BATCH)); }
                1 => { pace.too_large(before); ceiling = ceiling.min((before / 2).max(1)); }
                2 => { pace.taken(before / 3); prop_assert_eq!(pace.size(), before); }
                _ => { pace.taken(before); prop_assert!(pace.size() >= before); }
            }
            prop_assert!(pace.size() >= LEAST_BATCH.min(ceiling) && pace.size() <= ceiling);
        }
        for _ in 0..40 {
            pace.taken(pace.size());
        }
        prop_assert_eq!(pace.size(), ceiling);
    }
}
