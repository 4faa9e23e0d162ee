//! A cluster of three nodes of rSearch: publishers and nodes that are killed. `scripts/cluster test` starts one and says so
//! in `IMR_CLUSTER`, the folder of the cluster, and `IMR_REMOTE_URL`, the address of its first node.

#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::json;

use super::contract::Remote;
use super::publish::{account, counts, issues};
use crate::invented::Rng;
use crate::support::Folder;

/// Tests that kill nodes are no company for others.
static ONE: Mutex<()> = Mutex::new(());

/// The cluster's folder.
fn cluster() -> Option<String> {
    let folder = std::env::var("IMR_CLUSTER").ok().filter(|folder| !folder.is_empty());
    if folder.is_none() {
        eprintln!("skipped: IMR_CLUSTER names no cluster");
    }
    folder
}

/// Kills a node at once, starts it again, or changes how much waits at all of them.
fn script(what: &str, cluster: &str, number: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/cluster");
    let mut command = Command::new(script);
    command.args([what, cluster, number]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(command.status().unwrap().success(), "{what} {number}");
}

/// The addresses of all nodes, with an index.
fn all_nodes(remote: &Remote) -> String {
    let (first, index) = remote.target.rsplit_once('/').unwrap();
    let (host, port) = first.rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    format!("{host}:{port},{host}:{},{host}:{}/{index}", port + 1, port + 2)
}

fn start(folder: &Folder, target: &str, args: &[&str]) -> Child {
    let args = [&["publish", "--to", target, "--state", "state"], args].concat();
    folder.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Publishes until what is there is what is here, each document once.
///
/// Two faults of rSearch 0.8.1 were found with these tests, from which no client can keep a server; what this one owes is to
/// tell each time that something is missing or too much, and to make it right where it can.
///
/// - What is written goes into a log first, and pieces of it are published then. A node that is killed after it published a
///   piece and before it shortened the log reads the log again when it comes back, and publishes the piece a second time,
///   whatever the ids ("replayed WAL records"). `--replace` mends that.
/// - On a busy machine a connection to its PostgreSQL is sometimes left within a transaction ("there is already a transaction in
///   progress"). A piece that is published by such a one is there for nobody else until the node is ended.
#[track_caller]
fn made_whole(folder: &Folder, target: &str, cluster: &str) {
    let began = Instant::now();
    let (mut args, mut is_restarted) = (&[][..], false);
    loop {
        let known = ["publish", "--to", target, "--state", "state", "--verify", "--format", "json"];
        let run = folder.imr(&[&known, args].concat());
        let verified = run.json()["verified"].clone();
        if run.status == 0 {
            let documents = issues(folder).len() as u64;
            assert_eq!(counts(&verified, ["expected", "there", "same"]), [documents; 3]);
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(180), "{}\n{}", run.out, run.err);
        assert_eq!(run.status, 2, "{}", run.err);
        if verified.is_null() {
            // A node that is away, or comes back.
            std::thread::sleep(Duration::from_secs(1));
            continue;
        }
        run.says(&["what is there is not what is here", "--replace"]);
        let names = ["missing.count", "outdated.count", "foreign.count", "doubled.count"];
        let [missing, outdated, foreign, doubled] = counts(&verified, names);
        eprintln!("missing {missing}, outdated {outdated}, too much {foreign}, twice {doubled}");
        let is_stuck = began.elapsed() > Duration::from_secs(45) && !is_restarted;
        args = if missing + outdated + foreign == 0 { &["--replace"] } else { &[] };
        if is_stuck {
            eprintln!("the nodes are started again");
            script("queue", cluster, "1000");
            is_restarted = true;
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn a_publisher_that_is_killed_leaves_what_the_next_makes_whole() {
    let (Some(cluster), Some(remote)) = (cluster(), Remote::start(400)) else { return };
    let _one = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let folder = &remote.folder;
    folder.imr(&["remote", "init", &remote.target, "--apply"]).succeeds();
    let small = ["--batch-bytes", "60000", "--in-flight", "3"];
    let began = Instant::now();
    remote.publish(&[&small[..], &["--state", "timed"]].concat()).succeeds();
    let mut longest = began.elapsed();
    let (mut rng, mut at_work) = (Rng::new(3, 0), 0);
    let mut remote = None;
    for round in 0..20 {
        // Every other time from the beginning.
        if round % 2 == 0 {
            // Under another name: nodes know for some seconds what an index was.
            let another: &Remote = remote.insert(Remote::start(0).unwrap());
            folder.imr(&["remote", "init", &another.target, "--apply"]).succeeds();
            let _ = std::fs::remove_file(folder.path().join("state"));
        }
        let target = remote.as_ref().map_or("", |remote: &Remote| remote.target.as_str());
        let mut child = start(folder, target, &small);
        std::thread::sleep(Duration::from_micros(rng.between(0, longest.as_micros() as u64)));
        match child.try_wait().unwrap() {
            None => at_work += 1,
            // It is faster than the first one was, which a busy machine may have held up.
            Some(_) => longest = longest * 4 / 5,
        }
        child.kill().unwrap();
        child.wait().unwrap();
        made_whole(folder, target, &cluster);
    }
    eprintln!("{at_work} of 20 publishers were killed at work");
    assert!(at_work >= 5);
}

#[test]
fn a_node_that_is_killed_costs_time_and_no_letter() {
    let (Some(cluster), Some(remote)) = (cluster(), Remote::start(1_500)) else { return };
    let _one = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (folder, target) = (&remote.folder, all_nodes(&remote));
    folder.imr(&["remote", "init", &target, "--apply"]).succeeds();
    // The third node goes while letters come, and comes back.
    let mut child = start(folder, &target, &["--batch-bytes", "60000", "--in-flight", "2"]);
    let until = Instant::now() + Duration::from_secs(60);
    while remote.client.count(&json!({"match_all": {}})).unwrap_or(0) == 0 && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    script("kill", &cluster, "3");
    let was_at_work = child.try_wait().unwrap().is_none();
    std::thread::sleep(Duration::from_secs(2));
    script("node", &cluster, "3");
    let status = child.wait().unwrap();
    eprintln!(
        "the publisher ended with {status}, {} when the node was killed",
        if was_at_work { "at work" } else { "done" }
    );
    made_whole(folder, &target, &cluster);
    let count = issues(folder).len() as u64;
    // A search goes on while a node goes and is away, or says that it is not whole.
    let parsed = imr::remote::Target::parse(&target).unwrap();
    let client = imr::remote::Client::connect(&parsed, None, &remote.options).unwrap();
    let mut whole = 0;
    for round in 0..20 {
        if round == 3 {
            script("kill", &cluster, "2");
        }
        match client.count(&json!({"match_all": {}})) {
            Ok(found) => {
                assert_eq!(found, count, "an answer that lacks something is none");
                whole += 1;
            }
            Err(error) => eprintln!("{error}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    eprintln!("{whole} of 20 searches were answered as a whole while a node was away");
    script("node", &cluster, "2");
    let until = Instant::now() + Duration::from_secs(60);
    while client.count(&json!({"match_all": {}})).ok() != Some(count) {
        assert!(Instant::now() < until, "all is found again when the node is back");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn a_small_queue_is_waited_for() {
    let (Some(cluster), Some(remote)) = (cluster(), Remote::start(150)) else { return };
    let _one = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (folder, target) = (&remote.folder, remote.target.as_str());
    folder.imr(&["remote", "init", target, "--apply"]).succeeds();
    let args =
        ["publish", "--to", target, "--format", "json", "--verify", "--batch-bytes", "200000", "--in-flight", "4"];
    let mut command = folder.command(&args);
    command.env("IMR_BACKOFF_SECONDS", "0.05");
    script("queue", &cluster, "2");
    let run = folder.run(command, &args);
    script("queue", &cluster, "1000");
    let told = account(&run.succeeds());
    let documents = issues(folder).len() as u64;
    assert_eq!(counts(&told, ["new", "rejected", "waiting", "documents.rejected"]), [150, 0, 0, 0]);
    assert_eq!(counts(&told["verified"], ["expected", "there", "same"]), [documents; 3]);
    let [postponed, unanswered] = counts(&told, ["postponed", "unanswered"]);
    eprintln!("{postponed} times a document was refused, in {} seconds", told["seconds"]);
    // Nothing else is refused for a while and taken later: so many items were answered with 429.
    assert!(postponed > 0 && unanswered == 0, "{told}");
}
