//! `imr publish` brings what is there up to date with what is here.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::stub::Stub;
use crate::invented::{Layout, Letter};
use crate::schema::keeps_to;
use crate::support::{Folder, Run};

/// Runs `imr publish` to a stub; it waits little where it is refused.
pub fn publish(folder: &Folder, stub: &Stub, args: &[&str]) -> Run {
    let target = stub.target();
    let args = [&["publish", "--to", &target, "--format", "json"], args].concat();
    let mut command = folder.command(&args);
    command.env("IMR_BACKOFF_SECONDS", "0.002").env("IMR_SETTLING_SECONDS", "0.01");
    folder.run(command, &args)
}

/// The account on stdout, which keeps to its schema and adds up.
#[track_caller]
pub fn account(run: &Run) -> Value {
    let account = run.json();
    keeps_to("publish.schema.json", &account);
    let n = |name: &str| account[name].as_u64().unwrap();
    let parts = ["new", "changed", "unchanged", "withheld", "rejected", "waiting"];
    assert_eq!(n("letters"), parts.iter().map(|part| n(part)).sum::<u64>(), "{account}");
    account
}

/// Numbers of an account.
#[track_caller]
pub fn counts<const N: usize>(account: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| account.pointer(&format!("/{}", name.replace('.', "/"))).and_then(Value::as_u64).expect(name))
}

/// The issues here, by the ids that they have there: with what every document says of its issue.
pub fn issues(folder: &Folder) -> BTreeMap<String, (Value, Value)> {
    let exported = folder.imr(&["export"]).succeeds().out;
    let mut all = BTreeMap::new();
    for letter in exported.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let letter_name = letter["case_number"].as_str().map_or_else(
            || {
                format!(
                    "x-{:016x}",
                    1 << 63 | u64::from_str_radix(&letter["digest"].as_str().unwrap()[..16], 16).unwrap()
                )
            },
            str::to_owned,
        );
        for issue in letter["issues"].as_array().unwrap() {
            let id = format!("{letter_name}/{}", issue["number"]);
            all.insert(id, (issue["issue"].clone(), issue["outcome"].clone()));
        }
        if letter["issues"].as_array().unwrap().is_empty() {
            all.insert(format!("{letter_name}/0"), (Value::Null, Value::Null));
        }
    }
    all
}

/// The first letter behind some others that has a case number, a known layout and several issues.
pub fn ordinary(behind: u64) -> Letter {
    let is_one = |letter: &Letter| letter.header && letter.issues.len() > 2 && letter.layout == Layout::Credentials;
    (behind + 1..).map(|number| Letter::invent(7, number)).find(is_one).unwrap()
}

/// Fails unless what is there is what is here, each document once.
#[track_caller]
pub fn assert_same(folder: &Folder, stub: &Stub) {
    let there = stub.documents().into_iter().map(|(id, source)| {
        let told = |name: &str| source.get(name).cloned().unwrap_or(Value::Null);
        (id, (told("issue"), told("outcome")))
    });
    let (there, here) = (there.collect::<BTreeMap<_, _>>(), issues(folder));
    let ids = |all: &BTreeMap<String, _>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&there), ids(&here));
    assert!(there == here);
}

#[test]
fn what_is_there_follows_what_is_here() {
    let folder = Folder::indexed(60);
    folder.write("letters/note.txt", "A cover note on acupuncture.");
    folder.imr(&["index", "letters"]).succeeds();
    let stub = Stub::with_index("opensearch");
    let first = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_same(&folder, &stub);
    let documents = issues(&folder).len() as u64;
    assert_eq!(counts(&first, ["letters", "new", "documents.created", "documents.replaced"]), [61, 61, documents, 0]);
    assert_eq!(counts(&first["verified"], ["expected", "there", "same"]), [documents; 3]);
    // Nothing is sent again.
    let requests = stub.bulks().len();
    let again = account(&publish(&folder, &stub, &[]).succeeds());
    assert_eq!(counts(&again, ["unchanged", "new", "requests"]), [61, 0, 0]);
    assert_eq!(stub.bulks().len(), requests);
    // A letter changes, so that it has fewer issues; one goes, one comes.
    let several = ordinary(0);
    let path = folder.path().join("letters").join(several.path("txt"));
    let gone = ordinary(several.number);
    let other = ordinary(60);
    folder.invent("letters", [other.number]);
    let mut fewer = ordinary(0);
    fewer.issues.truncate(1);
    fs::write(&path, fewer.to_text(crate::invented::Linearization::Pairs)).unwrap();
    fs::remove_file(folder.path().join("letters").join(gone.path("txt"))).unwrap();
    folder.imr(&["index", "letters", "--prune"]).succeeds();
    let dry = account(&publish(&folder, &stub, &["--dry-run"]).succeeds());
    let names = ["new", "changed", "removed", "unchanged", "documents.deleted"];
    let deleted = (several.issues.len() - 1 + gone.issues.len()) as u64;
    assert_eq!(counts(&dry, names), [1, 1, 1, 59, deleted]);
    assert_eq!(stub.bulks().len(), requests, "a rehearsal sends nothing");
    let third = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&third, names), [1, 1, 1, 59, deleted]);
    assert_eq!(third["documents"]["created"], other.issues.len());
    assert_same(&folder, &stub);
}

#[test]
fn replacing_takes_away_what_is_there_beside_it() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("elasticsearch");
    publish(&folder, &stub, &[]).succeeds();
    // Somebody else's documents, and one that was changed there.
    {
        let mut inner = stub.inner();
        let foreign = json!({"id": "CM99-0000001/1", "letter": "CM99-0000001", "number": 1, "letter_order": 990_000_001_u64, "version": "0"});
        inner.documents.push(("letters".to_owned(), "CM99-0000001/1".to_owned(), foreign));
        inner.documents[0].2["version"] = json!("0");
        inner.documents.push(("letters".to_owned(), "stray".to_owned(), json!({"id": "stray"})));
    }
    let told = publish(&folder, &stub, &["--verify"]).ends_with(2).says(&["what is there is not what is here"]);
    let told = account(&told);
    assert_eq!(counts(&told["verified"], ["foreign.count", "outdated.count", "missing.count"]), [2, 1, 0]);
    assert_eq!(told["verified"]["foreign"]["first"], json!(["CM99-0000001/1"]));
    // The state is lost, too.
    fs::remove_dir_all(folder.path().join(".imr/publish")).unwrap();
    let told = account(&publish(&folder, &stub, &["--replace", "--verify"]).succeeds());
    assert_eq!(counts(&told, ["new", "documents.created", "documents.deleted"]), [20, 0, 2]);
    assert_same(&folder, &stub);
}

#[test]
fn what_cannot_be_taken_away_by_its_id_is_told() {
    let folder = Folder::indexed(5);
    for (strays, routed) in [(3, Some("stray")), (1_200, Some("stray")), (1_200, None)] {
        let stub = Stub::with_index("opensearch");
        for number in 0..strays {
            let id = format!("stray-{number}");
            stub.inner().documents.push(("letters".to_owned(), id.clone(), json!({"id": id})));
        }
        stub.inner().routed = routed;
        let run = publish(&folder, &stub, &["--replace", "--state", &format!("state-{strays}-{}", routed.is_some())]);
        match routed {
            Some(_) => run.ends_with(2).says(&[&format!("{strays} documents"), "cannot be taken away", "stray-"]),
            None => run.succeeds(),
        };
        assert_eq!(stub.documents().keys().any(|id| id.starts_with("stray")), routed.is_some());
    }
}

#[test]
fn exports_are_published_in_whatever_order_and_take_nothing_away() {
    let folder = Folder::indexed(30);
    let stub = Stub::with_index("opensearch");
    let exported = folder.imr(&["export"]).succeeds().out;
    let mut lines: Vec<&str> = exported.lines().collect();
    lines.reverse();
    let (one, other) = lines.split_at(10);
    folder.write("exports/a.jsonl", one.join("\n"));
    folder.write("exports/b.jsonl", other.join("\n") + "\n");
    folder.write("exports/readme.txt", "Not an export.");
    let told = account(&publish(&folder, &stub, &["exports", "exports/a.jsonl", "--verify"]).succeeds());
    assert_eq!(counts(&told, ["letters", "new"]), [30, 30]);
    assert_same(&folder, &stub);
    let told = account(&publish(&folder, &stub, &["exports/b.jsonl"]).succeeds());
    assert_eq!(counts(&told, ["unchanged", "removed"]), [20, 0]);
    assert_same(&folder, &stub);
    let told = account(&publish(&folder, &stub, &["exports/b.jsonl", "--replace"]).succeeds());
    assert_eq!(counts(&told, ["unchanged", "removed"]), [20, 10]);
    let letters: std::collections::BTreeSet<_> =
        stub.documents().values().map(|source| source["letter"].as_str().unwrap().to_owned()).collect();
    assert_eq!(letters.len(), 20);
    folder.write("exports/c.jsonl", "{}\n");
    publish(&folder, &stub, &["exports"]).ends_with(2).says(&["c.jsonl`: line 1 is no record of a letter"]);
    publish(&folder, &stub, &["exports/readme.txt"]).ends_with(2).says(&["line 1 is no record"]);
    publish(&folder, &stub, &["exports", "--index", ".imr"]).ends_with(2).says(&["cannot both be published"]);
}

#[test]
fn a_run_from_the_wrong_folder_takes_nothing_away() {
    let folder = Folder::indexed(40);
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &["--state", "state"]).succeeds();
    folder.invent("few", 1..=5);
    folder.imr(&["index", "few", "--index", "other"]).succeeds();
    let args = ["--index", "other", "--state", "state"];
    publish(&folder, &stub, &args).ends_with(2).says(&["5 letters are here and 40 there", "--replace"]);
    assert_same(&folder, &stub);
    let told = account(&publish(&folder, &stub, &[&args[..], &["--replace"]].concat()).succeeds());
    // They lie elsewhere, which their records tell.
    assert_eq!(counts(&told, ["changed", "removed"]), [5, 35]);
}

#[test]
fn an_index_of_other_fields_is_not_published_to() {
    let folder = Folder::indexed(3);
    let stub = Stub::start("opensearch");
    publish(&folder, &stub, &[]).ends_with(2).says(&["is not there", "imr remote init"]);
    let target = stub.target();
    folder.imr(&["remote", "init", &target, "--apply"]).succeeds().says(&["is made"]);
    folder.imr(&["remote", "init", &target, "--apply"]).succeeds().says(&["was there before"]);
    publish(&folder, &stub, &[]).succeeds();
    stub.inner().indexes.get_mut("letters").unwrap()["mappings"]["properties"]["issue_terms"]["analyzer"] =
        json!("english");
    publish(&folder, &stub, &[]).ends_with(2).says(&["has other fields than are sent: issue_terms"]);
    folder.imr(&["remote", "init", &target, "--apply"]).ends_with(2).says(&["issue_terms"]);
}

#[test]
fn quickwit_gets_each_document_once_and_deletes_by_queries() {
    let folder = Folder::indexed(30);
    let stub = Stub::with_index("quickwit");
    let told = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&told, ["new", "unchanged"]), [30, 0]);
    assert_same(&folder, &stub);
    assert!(stub.bulks().iter().all(|bulk| bulk.line == "POST /api/v1/_elastic/_bulk"));
    // A letter changes: the old version is asked to be deleted, but for the new one.
    let letter = ordinary(0);
    let mut fewer = ordinary(0);
    fewer.issues.truncate(1);
    let path = folder.path().join("letters").join(letter.path("txt"));
    fs::write(&path, fewer.to_text(crate::invented::Linearization::Pairs)).unwrap();
    let gone = ordinary(letter.number);
    fs::remove_file(folder.path().join("letters").join(gone.path("txt"))).unwrap();
    folder.imr(&["index", "letters", "--prune"]).succeeds();
    let run = publish(&folder, &stub, &[]).succeeds().says(&["Quickwit deletes in its own time"]);
    assert_eq!(counts(&account(&run), ["removed", "documents.deletions_asked"]), [1, 2]);
    stub.inner().work_off();
    assert_same(&folder, &stub);
    let case = letter.case_number;
    stub.inner().busy_tasks = 1;
    let run = folder.imr(&["remote", "take-down", &stub.target(), &case]).succeeds();
    run.says(&["will be deleted", "in its own time"]);
    assert_eq!(stub.inner().busy_tasks, 0);
    // What is sent behind a deletion is not met by it, whenever the engine comes to it: neither the letter that is published
    // again nor one that is again as it was.
    folder.imr(&["remote", "take-down", &stub.target(), &case, "--undo"]).succeeds();
    fs::write(&path, ordinary(0).to_text(crate::invented::Linearization::Pairs)).unwrap();
    folder.invent("letters", [gone.number]);
    folder.imr(&["index", "letters"]).succeeds();
    publish(&folder, &stub, &[]).succeeds();
    stub.inner().work_off();
    assert_same(&folder, &stub);
    publish(&folder, &stub, &["--verify"]).succeeds();
    let larger = stub.inner().seen.iter().filter(|seen| seen.line.ends_with("_search")).any(|seen| {
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        body["size"].as_u64() > Some(100) && body.get("_source").is_none()
    });
    assert!(!larger, "where ids are wanted, no documents are asked for");
}

#[test]
fn quickwit_is_not_sent_what_it_may_have() {
    let folder = Folder::indexed(10);
    let stub = Stub::with_index("quickwit");
    publish(&folder, &stub, &[]).succeeds();
    publish(&folder, &stub, &["--replace"]).ends_with(2).says(&["quickwit keeps every document"]);
    publish(&folder, &stub, &["--state", "lost"]).ends_with(2).says(&["nothing is known of what was sent there"]);
    assert_same(&folder, &stub);
    let told = folder.imr(&["remote", "doctor", &stub.address, "--format", "json"]).succeeds().json();
    let works = |name: &str| {
        let checks = told["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).map(|check| check["works"] == true)
    };
    assert_eq!(
        (works("replaces"), works("deletes"), works("phrases")),
        (Some(false), Some(false), Some(true)),
        "{told}"
    );
    assert!(stub.inner().tasks.is_empty());
}
