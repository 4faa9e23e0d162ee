//! A publisher that is killed at any instant: the next run makes what is there whole, and nothing is there twice.

#![cfg(unix)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::publish::{account, assert_same, counts, ordinary, publish};
use super::stub::{Fault, Stub};
use crate::invented::{Linearization, Rng};
use crate::support::Folder;

const SMALL: [&str; 4] = ["--batch-bytes", "16384", "--in-flight", "3"];

/// Changes the archive: a letter comes and goes, and another has fewer issues or all of them.
fn put_state(folder: &Folder, state: u64) {
    let (changing, going) = (ordinary(0), ordinary(ordinary(0).number));
    let mut letter = ordinary(0);
    if state == 1 {
        letter.issues.truncate(1);
        let _ = std::fs::remove_file(folder.path().join("letters").join(going.path("txt")));
    } else {
        folder.invent("letters", [going.number]);
    }
    folder.write(&format!("letters/{}", changing.path("txt")), letter.to_text(Linearization::Pairs));
    folder.imr(&["index", "letters", "--prune"]).succeeds();
}

#[test]
fn a_publisher_that_is_killed_at_any_instant_loses_and_doubles_nothing() {
    let kills = if std::env::var_os("IMR_LARGE").is_some() { 400 } else { 24 };
    let folder = Folder::indexed(150);
    for flavor in ["opensearch", "quickwit"] {
        let (mut rng, mut at_work) = (Rng::new(5, 0), 0);
        let mut stub = Stub::with_index(flavor);
        stub.inner().slowness = 4;
        let began = Instant::now();
        publish(&folder, &stub, &SMALL).succeeds();
        let mut longest = began.elapsed();
        for round in 0..kills {
            // From the beginning, or with a letter that changed and one that went.
            if flavor == "quickwit" || round % 2 == 0 {
                stub = Stub::with_index(flavor);
                // The system gives ports again, and what is remembered of an earlier stub would be believed of this one.
                std::fs::remove_dir_all(folder.path().join(".imr/publish")).unwrap();
                stub.inner().slowness = 4;
                stub.fails((0..10).map(|n| if n % 3 == 0 { Fault::BusyItems(2) } else { Fault::None }));
            } else {
                put_state(&folder, round / 2 % 2);
            }
            let target = stub.target();
            let args = [&["publish", "--to", &target], &SMALL[..]].concat();
            let mut command = folder.command(&args);
            command.env("IMR_BACKOFF_SECONDS", "0.002").env("IMR_SETTLING_SECONDS", "0.05");
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_micros(rng.between(0, longest.as_micros() as u64)));
            match child.try_wait().unwrap() {
                None => at_work += 1,
                // It is faster than the first one was, which a busy machine may have held up.
                Some(_) => longest = longest * 4 / 5,
            }
            child.kill().unwrap();
            child.wait().unwrap();
            // A request that was on its way may still be worked on.
            std::thread::sleep(Duration::from_millis(20));
            let run = publish(&folder, &stub, &[&SMALL[..], &["--verify"]].concat());
            assert_eq!(run.status, 0, "{flavor}, round {round}: {}\n{}", run.out, run.err);
            assert_same(&folder, &stub);
            assert!(flavor != "quickwit" || stub.inner().tasks.is_empty(), "nothing was to be deleted");
        }
        put_state(&folder, 0);
        eprintln!("{flavor}: {at_work} of {kills} publishers were killed at work");
        assert!(at_work >= kills as u32 / 6, "too few were caught to prove anything");
    }
}

#[test]
fn an_interrupted_publisher_tells_what_waits() {
    let folder = Folder::indexed(120);
    let stub = Stub::with_index("opensearch");
    stub.inner().slowness = 50;
    let target = stub.target();
    let args = ["publish", "--to", &target, "--format", "json", "--batch-bytes", "16384", "--in-flight", "1"];
    let mut child = folder.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    stub.has_bulks(2, &mut child);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("the same command goes on from there"), "{said}");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    crate::schema::keeps_to("publish.schema.json", &told);
    let [letters, new, waiting] = counts(&told, ["letters", "new", "waiting"]);
    assert!(told["interrupted"] == true && waiting > 0 && new + waiting == letters, "{told}");
    stub.inner().slowness = 0;
    let told = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&told, ["unchanged"]), [new]);
    assert_same(&folder, &stub);
}

#[test]
fn an_interrupted_sweep_is_not_taken_for_a_whole_one() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &[]).succeeds();
    for number in 0..2_500_u64 {
        let (id, letter) = (format!("CM99-{number:07}/1"), format!("CM99-{number:07}"));
        let order = 990_000_000 + number;
        let foreign = json!({"id": id, "letter": letter, "number": 1, "letter_order": order, "version": "0"});
        stub.inner().documents.push(("letters".to_owned(), id, foreign));
    }
    stub.inner().slowness = 1_500;
    let (target, sent) = (stub.target(), stub.bulks().len());
    let args = ["publish", "--to", &target, "--format", "json", "--replace"];
    let mut child = folder.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // All letters in one batch, and then the first of several requests that take away what is there beside them.
    stub.has_bulks(sent + 2, &mut child);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told["interrupted"] == true, "{told}");
    assert!(stub.documents().keys().any(|id| id.starts_with("CM99")));
    stub.inner().slowness = 0;
    publish(&folder, &stub, &["--replace", "--verify"]).succeeds();
    assert_same(&folder, &stub);
}

#[test]
fn two_publishers_to_one_target_do_not_meet() {
    let folder = Folder::indexed(60);
    let stub = Stub::with_index("opensearch");
    stub.fails([Fault::Hang(1_500)]);
    let target = stub.target();
    let args = ["publish", "--to", &target];
    let mut child = folder.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    stub.has_bulks(1, &mut child);
    publish(&folder, &stub, &[]).ends_with(2).says(&["another process publishes to this target"]);
    assert!(child.wait().unwrap().success());
    assert_same(&folder, &stub);
}
