//! `imr remote take-down`: letters that must go are gone, and stay so until somebody says otherwise.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::publish::{account, assert_same, counts, ordinary, publish};
use super::stub::{Fault, Stub};
use crate::invented::Letter;
use crate::support::{Folder, Run};

/// How many documents of a letter are there.
fn of_case(stub: &Stub, case: &str) -> usize {
    stub.documents().keys().filter(|id| id.starts_with(case)).count()
}

fn take_down(folder: &Folder, stub: &Stub, args: &[&str]) -> Run {
    let target = stub.target();
    let args = [&["remote", "take-down", &target], args].concat();
    let mut command = folder.command(&args);
    command.env("IMR_BACKOFF_SECONDS", "0.002").env("IMR_SETTLING_SECONDS", SETTLING.as_secs_f64().to_string());
    folder.run(command, &args)
}

/// How long an engine takes until it finds what was sent.
const SETTLING: Duration = Duration::from_millis(1_500);

/// The lists of letters that are left out, below a folder.
fn lists(folder: &Folder) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder.path()).into_iter().flatten();
    let lists = files.filter(|file| file.path().extension().is_some_and(|ending| ending == "withheld"));
    lists.map(|file| fs::read_to_string(file.path()).unwrap()).collect()
}

#[test]
fn a_letter_is_taken_down_by_one_command_and_stays_down() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &[]).succeeds();
    let target = stub.target();
    let case = ordinary(0).case_number;
    let of_case = |stub: &Stub| stub.documents().keys().filter(|id| id.starts_with(&case)).count();
    assert!(of_case(&stub) > 0);
    folder.imr(&["remote", "take-down", &target, &case]).succeeds().says(&["1 letter taken down"]);
    assert_eq!(of_case(&stub), 0);
    let told = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&told, ["withheld", "unchanged", "removed"]), [1, 19, 0], "what is gone is known to be");
    let told = account(&publish(&folder, &stub, &["--replace", "--verify"]).succeeds());
    assert_eq!(counts(&told, ["withheld", "unchanged", "removed"]), [1, 19, 0]);
    assert_eq!(of_case(&stub), 0);
    // Nothing was there to take down.
    folder.imr(&["remote", "take-down", &target, &case]).ends_with(1);
    folder.imr(&["remote", "take-down", &target, "CM16"]).ends_with(2).says(&["`CM16` is no letter"]);
    folder.imr(&["remote", "take-down", &target, &case, "--undo"]).succeeds();
    let told = account(&publish(&folder, &stub, &[]).succeeds());
    assert_eq!(counts(&told, ["withheld", "new"]), [0, 1]);
    assert_same(&folder, &stub);
}

#[test]
fn a_letter_that_may_be_published_again_is() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &[]).succeeds();
    let case = ordinary(0).case_number;
    take_down(&folder, &stub, &[&case]).succeeds();
    take_down(&folder, &stub, &[&case, "--undo"]).succeeds();
    let told = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&told, ["withheld", "new", "unchanged"]), [0, 1, 19]);
    assert_same(&folder, &stub);
}

/// A removal that was sent, and of which nobody came to note that it was.
#[test]
fn a_removal_that_nobody_noted_is_not_taken_for_what_is_there() {
    for by_list in [false, true] {
        let folder = Folder::indexed(20);
        let stub = Stub::with_index("opensearch");
        publish(&folder, &stub, &["--state", "state"]).succeeds();
        let letter = ordinary(0);
        let path = folder.path().join("letters").join(letter.path("txt"));
        let text = fs::read(&path).unwrap();
        if by_list {
            folder.write("state.withheld", format!("{}\n", letter.case_number));
        } else {
            fs::remove_file(&path).unwrap();
            folder.imr(&["index", "letters", "--prune"]).succeeds();
        }
        let sent = stub.bulks().len();
        stub.fails([Fault::Hang(60_000)]);
        let target = stub.target();
        let mut command = folder.command(&["publish", "--to", &target, "--state", "state"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while stub.bulks().len() == sent || of_case(&stub, &letter.case_number) > 0 {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if by_list {
            fs::remove_file(folder.path().join("state.withheld")).unwrap();
        } else {
            fs::write(&path, text).unwrap();
            folder.imr(&["index", "letters"]).succeeds();
        }
        publish(&folder, &stub, &["--state", "state", "--verify"]).succeeds();
        assert_same(&folder, &stub);
    }
}

#[test]
fn a_letter_that_is_being_published_is_taken_down_too() {
    let folder = Folder::indexed(60);
    let stub = Stub::with_index("opensearch");
    // The second batch is taken, and its answer lost after some time, so that it is sent again.
    stub.fails([Fault::None, Fault::Hang(4_000)]);
    let target = stub.target();
    let args = ["publish", "--to", &target, "--format", "json", "--batch-bytes", "16384", "--in-flight", "1"];
    let mut child = folder.command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    while !stub.inner().faults.is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it sent anything");
        std::thread::sleep(Duration::from_millis(1));
    }
    // One letter of the batch that is under way, and one whose turn comes last.
    let body = String::from_utf8(stub.bulks()[1].body.clone()).unwrap();
    let document: Value = serde_json::from_str(body.lines().nth(1).unwrap()).unwrap();
    let under_way = document["letter"].as_str().unwrap().to_owned();
    let cases = (1..=60).map(|number| Letter::invent(7, number)).filter(|letter| letter.header);
    let last = cases.map(|letter| letter.case_number).max_by_key(|case| case[2..].to_owned()).unwrap();
    assert_ne!(under_way, last);
    take_down(&folder, &stub, &[&under_way, &last]);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!((of_case(&stub, &under_way), of_case(&stub, &last)), (0, 0));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(counts(&told, ["letters", "new", "withheld"]), [60, 58, 2]);
    let told = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&told, ["unchanged", "withheld", "removed"]), [58, 2, 0]);
    take_down(&folder, &stub, &[&under_way, &last, "--undo"]).succeeds();
    publish(&folder, &stub, &["--verify"]).succeeds();
    assert_same(&folder, &stub);
}

/// Quickwit does a deletion on what it had before it. So what is sent behind that of the take-down has one of its own.
#[test]
fn quickwit_is_asked_to_delete_what_was_sent_meanwhile() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("quickwit");
    stub.fails([Fault::Hang(4_000)]);
    let target = stub.target();
    let mut command = folder.command(&["publish", "--to", &target]);
    command.env("IMR_SETTLING_SECONDS", "0.01").env("IMR_BACKOFF_SECONDS", "0.002");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    stub.has_bulks(1, &mut child);
    let case = ordinary(0).case_number;
    take_down(&folder, &stub, &[&case]);
    assert!(child.wait().unwrap().success());
    // The first is that of the take-down.
    stub.inner().tasks.remove(0);
    assert!(of_case(&stub, &case) > 0);
    // One of the publisher comes next, and one of the take-down again, which waited for its end.
    stub.inner().tasks.truncate(1);
    stub.inner().work_off();
    assert_eq!(of_case(&stub, &case), 0);
}

#[test]
fn quickwit_is_asked_again_when_what_it_took_can_be_found() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("quickwit");
    publish(&folder, &stub, &[]).succeeds();
    let case = ordinary(0).case_number;
    let there = of_case(&stub, &case);
    // Published a moment ago, by a clock that goes an hour ahead.
    stub.inner().documents.iter_mut().for_each(|(_, _, source)| {
        source["sent"] = (source["sent"].as_u64().unwrap() + 3_600_000).into();
    });
    stub.inner().hidden_until = Some(Instant::now() + SETTLING);
    let says = [&format!("{there} document"), "will be deleted", "asked again in 2 seconds"];
    take_down(&folder, &stub, &[&case]).succeeds().says(&says);
    stub.inner().work_off();
    assert_eq!((of_case(&stub, &case), stub.documents().is_empty()), (0, false));
    // Where there is nothing, that is what is said.
    take_down(&folder, &stub, &[&case]).ends_with(1).says(&["0 documents deleted there"]);
}

#[test]
fn the_list_is_the_one_that_publishing_reads() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("opensearch");
    folder.invent("few", 1..=2);
    folder.imr(&["index", "few", "--index", "other"]).succeeds();
    publish(&folder, &stub, &[]).succeeds();
    let case = ordinary(0).case_number;
    let there = of_case(&stub, &case);
    // From an index that was never published there, and where there is none.
    take_down(&folder, &stub, &[&case, "--index", "other"]).ends_with(2).says(&["nothing was published", "--state"]);
    fs::create_dir(folder.path().join("elsewhere")).unwrap();
    let args = ["remote", "take-down", &stub.target(), &case];
    let mut command = folder.command(&args);
    command.current_dir(std::env::temp_dir());
    folder.run(command, &args).ends_with(2).says(&["nothing was published"]);
    // By another name of the same servers.
    let another = format!("http://127.0.0.1:1,{}", stub.target());
    folder.imr(&["remote", "take-down", &another, &case]).ends_with(2).says(&["was published to as", &stub.target()]);
    folder.imr(&["publish", "--to", &another]).ends_with(2).says(&["was published to as", &stub.target()]);
    assert_eq!((of_case(&stub, &case), lists(&folder).len()), (there, 0));
    // What was published both from an index and from exports is on both lists.
    folder.write("letters.jsonl", folder.imr(&["export"]).succeeds().out);
    publish(&folder, &stub, &["letters.jsonl"]).succeeds();
    take_down(&folder, &stub, &[&case]).succeeds();
    assert_eq!(lists(&folder).iter().filter(|list| list.contains(&case)).count(), 2);
    for args in [&["letters.jsonl"][..], &[]] {
        let told = account(&publish(&folder, &stub, &[args, &["--verify"]].concat()).succeeds());
        assert_eq!(counts(&told, ["withheld", "new"]), [1, 0]);
    }
    assert_eq!(of_case(&stub, &case), 0);
}

#[test]
fn a_letter_is_on_the_list_also_where_the_server_is_down() {
    let folder = Folder::indexed(5);
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &[]).succeeds();
    stub.inner().wanted = Some("nobody".to_owned());
    let case = ordinary(0).case_number;
    take_down(&folder, &stub, &[&case]).ends_with(2).says(&["401", "stays on the list"]);
    assert!(of_case(&stub, &case) > 0 && lists(&folder).iter().all(|list| list.contains(&case)));
    stub.inner().wanted = None;
    let told = account(&publish(&folder, &stub, &[]).succeeds());
    assert_eq!(counts(&told, ["withheld", "removed"]), [1, 1]);
    assert_eq!(of_case(&stub, &case), 0);
}

#[test]
fn deletions_are_repeated_where_the_server_is_busy_and_told_of_where_it_refuses() {
    let folder = Folder::indexed(5);
    let faults = [
        Fault::Status(429, "too many"),
        Fault::BusyItems(2),
        Fault::FailItems(2, 500),
        Fault::Status(200, "and no items"),
        Fault::Truncate,
        Fault::Status(503, "starting"),
    ];
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &[]).succeeds();
    let case = ordinary(0).case_number;
    stub.fails(faults);
    take_down(&folder, &stub, &[&case]).succeeds();
    assert!(stub.inner().faults.is_empty() && of_case(&stub, &case) == 0);
    take_down(&folder, &stub, &[&case, "--undo"]).succeeds();
    publish(&folder, &stub, &[]).succeeds();
    stub.fails([Fault::FailItems(0, 400)]);
    let run = take_down(&folder, &stub, &[&case]).ends_with(2).says(&["was not taken away", "fault: something failed"]);
    assert!(!run.err.contains("Rejected"), "{}", run.err);
}

#[test]
fn letters_of_exports_that_were_taken_down_and_are_there_are_told_of() {
    let folder = Folder::indexed(10);
    let stub = Stub::with_index("opensearch");
    folder.write("letters.jsonl", folder.imr(&["export"]).succeeds().out);
    publish(&folder, &stub, &["letters.jsonl", "--state", "state"]).succeeds();
    let kept = stub.inner().documents.clone();
    let case = ordinary(0).case_number;
    take_down(&folder, &stub, &[&case, "--state", "state"]).succeeds();
    publish(&folder, &stub, &["letters.jsonl", "--state", "state", "--verify"]).succeeds();
    // Somebody restores what was there.
    stub.inner().documents = kept;
    let run = publish(&folder, &stub, &["letters.jsonl", "--state", "state", "--verify"]).ends_with(2);
    let told = account(&run);
    assert_eq!(counts(&told["verified"], ["withheld.count", "foreign.count"]), [of_case(&stub, &case) as u64, 0]);
    let first = told["verified"]["withheld"]["first"][0].as_str().unwrap();
    assert!(first.starts_with(&case), "{first}");
}

#[test]
fn two_that_take_letters_down_lose_none_of_each_other() {
    let folder = Folder::indexed(30);
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &[]).succeeds();
    let letters = (1..=30).map(|number| Letter::invent(7, number)).filter(|letter| letter.header);
    let cases: Vec<String> = letters.map(|letter| letter.case_number).take(8).collect();
    let target = stub.target();
    let start = |case: &String| -> std::process::Child {
        let mut command: Command = folder.command(&["remote", "take-down", &target, case]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<_> = cases.iter().map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let list = lists(&folder).concat();
    assert!(cases.iter().all(|case| list.contains(case.as_str())), "{list}");
    let told = account(&publish(&folder, &stub, &["--verify"]).succeeds());
    assert_eq!(counts(&told, ["withheld", "unchanged"]), [8, 22]);
}
