//! What engines do wrong, one thing after the other: what is there in the end is what is here.

use super::publish::{account, assert_same, counts, ordinary, publish};
use super::stub::{Fault, Stub};
use crate::support::Folder;

/// A small batch, so that there are several of them.
const SMALL: [&str; 2] = ["--batch-bytes", "40000"];

#[test]
fn whatever_goes_wrong_for_a_while_comes_right() {
    let folder = Folder::indexed(80);
    let cases: [(&str, Vec<Fault>); 14] = [
        ("busy as a whole", vec![Fault::Status(429, "too many"); 4]),
        ("unavailable", vec![Fault::Status(503, "starting"), Fault::Later(503, 0), Fault::Status(502, "gateway")]),
        ("busy items", vec![Fault::BusyItems(3); 12]),
        ("busy for every item", vec![Fault::BusyItems(0), Fault::BusyItems(usize::MAX)]),
        ("failing items", vec![Fault::FailItems(2, 500), Fault::FailItems(5, 503)]),
        ("items that were done and failed", vec![Fault::DoneItems(2, 408), Fault::DoneItems(0, 500)]),
        ("closing after the work", vec![Fault::Close; 3]),
        ("closing before the work", vec![Fault::Drop; 3]),
        ("half an answer", vec![Fault::Truncate; 3]),
        ("an answer with an item less", vec![Fault::Short; 3]),
        ("an answer that is no JSON", vec![Fault::Noise; 3]),
        ("a server error", vec![Fault::Status(500, "oops"); 3]),
        ("conflicts", vec![Fault::FailItems(4, 409); 2]),
        (
            "all of it",
            vec![
                Fault::BusyItems(2),
                Fault::Close,
                Fault::Status(429, "too many"),
                Fault::Truncate,
                Fault::FailItems(3, 500),
                Fault::Short,
                Fault::Drop,
                Fault::Noise,
            ],
        ),
    ];
    for (flavor, in_flight) in [("opensearch", "3"), ("quickwit", "1")] {
        for (place, (what, faults)) in cases.iter().enumerate() {
            // What was to be added and is there already was added before.
            if flavor == "quickwit" && *what == "conflicts" {
                continue;
            }
            let stub = Stub::with_index(flavor);
            let count = faults.len();
            stub.fails(faults.clone());
            let state = format!("{flavor}-{place}");
            let args = [&SMALL[..], &["--in-flight", in_flight, "--state", &state, "--verify"]].concat();
            let run = publish(&folder, &stub, &args);
            assert_eq!(run.status, 0, "{flavor}, {what}: {}\n{}", run.out, run.err);
            assert_same(&folder, &stub);
            let told = account(&run);
            assert_eq!(counts(&told, ["new", "rejected", "waiting"]), [80, 0, 0], "{what}");
            assert!(stub.inner().faults.is_empty() && stub.bulks().len() > count, "{what}");
            assert!(flavor != "quickwit" || stub.inner().again == 0, "{what}: nothing is sent to Quickwit twice");
        }
    }
}

#[test]
fn batches_shrink_where_the_server_is_busy_and_split_where_they_are_too_large() {
    let folder = Folder::indexed(120);
    let stub = Stub::with_index("opensearch");
    stub.inner().most_bytes = 50_000;
    let told = account(&publish(&folder, &stub, &["--batch-bytes", "1000000", "--in-flight", "1"]).succeeds());
    assert_same(&folder, &stub);
    assert_eq!(counts(&told, ["new", "rejected", "postponed"]), [120, 0, 0]);
    let sizes: Vec<usize> = stub.bulks().iter().map(|bulk| bulk.body.len()).collect();
    let too_large = sizes.iter().filter(|size| **size > 50_000).count();
    // Each halves what is tried, and what never fits is not tried again.
    assert!(sizes[0] > 200_000 && (2..=6).contains(&too_large), "{sizes:?}");
    // A document that is too large by itself is refused, and nothing else.
    let mut lengths: Vec<usize> = stub.documents().values().map(|source| source.to_string().len()).collect();
    lengths.sort_unstable();
    let stub = Stub::with_index("opensearch");
    stub.inner().most_bytes = lengths[lengths.len() / 2];
    let run = publish(&folder, &stub, &["--state", "small", "--rejects", "rejects.jsonl"]).ends_with(2);
    let told = account(&run.says(&["refused; `rejects.jsonl` tells why"]));
    let [new, rejected, documents] = counts(&told, ["new", "rejected", "documents.rejected"]);
    assert!(new > 0 && rejected > 0 && new + rejected == 120, "{told}");
    let rejects = std::fs::read_to_string(folder.path().join("rejects.jsonl")).unwrap();
    assert_eq!(rejects.lines().count() as u64, documents);
    assert!(rejects.lines().all(|line| line.contains("\"status\":413")), "{rejects}");
    // It shrinks by half where it is refused, and grows again.
    let stub = Stub::with_index("opensearch");
    stub.fails([Fault::Status(429, "too many"), Fault::Status(429, "too many")]);
    publish(&folder, &stub, &["--state", "busy", "--batch-bytes", "200000", "--in-flight", "1"]).succeeds();
    let sizes: Vec<usize> = stub.bulks().iter().map(|bulk| bulk.body.len()).collect();
    assert!(sizes[1] <= sizes[0] / 2 && sizes[2] <= sizes[1] / 2 + 1, "{sizes:?}");
    assert!(sizes.iter().skip(3).max() > sizes.get(2), "{sizes:?}");
}

#[test]
fn a_document_that_is_refused_costs_itself_and_is_tried_again() {
    let folder = Folder::indexed(30);
    let stub = Stub::with_index("elasticsearch");
    let letter = ordinary(0);
    let id = format!("{}/2", letter.case_number);
    let refused: &'static str = Box::leak(id.clone().into_boxed_str());
    stub.inner().refused = Some(refused);
    let run = publish(&folder, &stub, &[]).ends_with(2);
    let told = account(&run);
    assert_eq!(counts(&told, ["new", "rejected", "documents.rejected"]), [29, 1, 1]);
    let rejects = std::fs::read_to_string(told["rejects"].as_str().unwrap()).unwrap();
    let reject: serde_json::Value = serde_json::from_str(rejects.trim_end()).unwrap();
    let expected = serde_json::json!({"id": id, "letter": letter.case_number, "action": "index", "status": 400,
        "reason": "document_parsing_exception: no such day"});
    assert_eq!(reject, expected);
    assert!(!stub.documents().contains_key(&id));
    stub.inner().refused = None;
    let told = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&told, ["unchanged", "changed", "rejected"]), [29, 1, 0]);
    assert_same(&folder, &stub);
    // Items that fail for ever are given up, too.
    let stub = Stub::with_index("opensearch");
    stub.fails((0..200).map(|_| Fault::FailItems(0, 500)));
    let run = publish(&folder, &stub, &["--state", "failing"]).ends_with(2);
    assert!(counts(&account(&run), ["documents.rejected"])[0] > 0);
}

#[test]
fn what_no_waiting_mends_ends_the_run_and_the_next_goes_on() {
    let folder = Folder::indexed(60);
    let elsewhere = Stub::with_index("opensearch");
    let cases = [
        (Fault::Status(401, "who are you"), "answers 401: fault: who are you"),
        (Fault::Status(403, "not you"), "answers 403"),
        (Fault::Status(404, "no such index"), "answers 404"),
        (Fault::Status(400, "bad bulk"), "answers 400: fault: bad bulk"),
        (Fault::FailItems(2, 404), "is not there"),
        (Fault::FailItems(2, 403), "lets nobody write so"),
        (Fault::Endless, "the answer is too large"),
        (Fault::Redirect(format!("{}/_bulk", elsewhere.address)), "which is not followed"),
    ];
    for (place, (fault, words)) in cases.into_iter().enumerate() {
        let stub = Stub::with_index("opensearch");
        // The first batches are taken.
        stub.fails([Fault::None, Fault::None, fault.clone()]);
        let state = format!("state-{place}");
        let args = [&SMALL[..], &["--in-flight", "1", "--state", &state]].concat();
        let run = publish(&folder, &stub, &args).ends_with(2).says(&[words]);
        let told = account(&run);
        let [new, waiting] = counts(&told, ["new", "waiting"]);
        assert!(new > 0 && waiting > 0 && new + waiting == 60, "{fault:?}: {told}");
        let told = account(&publish(&folder, &stub, &[&args[..], &["--verify"]].concat()).succeeds());
        assert_eq!(counts(&told, ["unchanged", "waiting"]), [new, 0], "{fault:?}");
        assert_same(&folder, &stub);
    }
    assert!(elsewhere.inner().seen.is_empty(), "nothing goes where a redirect leads");
    // A server that answers with something else for ever is none.
    let stub = Stub::with_index("opensearch");
    stub.fails((0..20).map(|_| Fault::Short));
    publish(&folder, &stub, &["--state", "short"]).ends_with(2).says(&["items to", "operations"]);
    let stub = Stub::with_index("opensearch");
    stub.fails((0..20).map(|_| Fault::Noise));
    publish(&folder, &stub, &["--state", "noise"]).ends_with(2).says(&["what is no answer to a bulk request"]);
}

#[test]
fn patience_ends_where_the_server_takes_nothing() {
    let folder = Folder::indexed(10);
    let stub = Stub::with_index("opensearch");
    stub.fails((0..100_000).map(|_| Fault::Status(429, "too many")));
    let run = publish(&folder, &stub, &["--patience", "1"]).ends_with(2).says(&["took nothing for", "429", "too many"]);
    assert_eq!(counts(&account(&run), ["new", "waiting"]), [0, 10]);
    stub.inner().faults.clear();
    publish(&folder, &stub, &["--verify"]).succeeds();
    // Where nobody listens, the first question is the last.
    folder.imr(&["publish", "--to", "http://127.0.0.1:1/letters"]).ends_with(2).says(&["does not answer"]);
}

#[test]
fn an_answer_that_does_not_come_is_waited_for_as_long_as_was_said() {
    let folder = Folder::indexed(10);
    for flavor in ["opensearch", "quickwit"] {
        let stub = Stub::with_index(flavor);
        stub.fails([Fault::Hang(3_000)]);
        let told = account(&publish(&folder, &stub, &["--timeout", "1", "--state", flavor, "--verify"]).succeeds());
        assert_eq!(counts(&told, ["new", "unanswered"]), [10, 1]);
        assert_same(&folder, &stub);
        assert_eq!(stub.inner().again > 0, flavor == "opensearch");
    }
}

#[test]
fn a_server_that_dies_is_waited_for() {
    let folder = Folder::indexed(40);
    let stub = Stub::with_index("opensearch");
    stub.inner().slowness = 20;
    let target = format!("http://127.0.0.1:1,{},http://127.0.0.1:2/letters", stub.address);
    let args = [&["publish", "--to", &target, "--format", "json"], &SMALL[..]].concat();
    let mut command = folder.command(&args);
    command.env("IMR_BACKOFF_SECONDS", "0.01");
    folder.run(command, &args).succeeds();
    assert_same(&folder, &stub);
}
