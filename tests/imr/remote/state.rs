//! The file of what was sent, damaged at its end and elsewhere.

use std::fs;

use imr::remote::state::{Entry, Settled, State, look};
use proptest::prelude::*;

use super::publish::{account, assert_same, counts, publish};
use super::stub::Stub;
use crate::support::Folder;

fn entry(letter: u64, issues: u64, version: Option<u8>) -> Entry {
    Entry { letter, issues, version: version.map(|byte| [byte; 16]) }
}

/// A program that another test is just starting holds the locks of this one for a moment, so a lock is no failure here.
fn open(path: &std::path::Path) -> State {
    loop {
        match State::open(path, "t") {
            Err(error) if error.kind() == imr::ErrorKind::IndexLocked => std::thread::yield_now(),
            other => return other.unwrap(),
        }
    }
}

fn known(path: &std::path::Path) -> Vec<Entry> {
    look(path, "t").unwrap().unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_journal_counts_before_what_was_known() {
    let folder = Folder::new();
    let path = folder.path().join("state");
    assert!(look(&path, "t").unwrap().is_none());
    let mut state = open(&path);
    state.intend([(1, 2), (2, 1), (3, 4), (5, 0)]).unwrap();
    state.settle([Settled::Taken(entry(1, 2, Some(7))), Settled::Taken(entry(3, 4, Some(8)))]).unwrap();
    assert_eq!(state.entries().unwrap().count(), 0, "what is known is what was known when it was opened");
    drop(state);
    let expected = [entry(1, 2, Some(7)), entry(2, 1, None), entry(3, 4, Some(8)), entry(5, 0, None)];
    assert_eq!(known(&path), expected);
    let mut state = open(&path);
    assert_eq!(state.entries().unwrap().collect::<Result<Vec<_>, _>>().unwrap(), expected);
    assert_eq!(known(&path), expected, "merging changes nothing");
    // A letter that shrinks may have all its old documents until it is settled.
    state.intend([(1, 1), (4, 3)]).unwrap();
    state.settle([Settled::Taken(entry(4, 3, Some(9))), Settled::Gone(5)]).unwrap();
    let expected = [entry(1, 2, None), entry(2, 1, None), entry(3, 4, Some(8)), entry(4, 3, Some(9))];
    assert_eq!(known(&path), expected);
    assert!(State::open(&path, "t").is_err_and(|error| error.kind() == imr::ErrorKind::IndexLocked));
    drop(state);
    drop(open(&path));
    let error = look(&path, "other").err().unwrap();
    assert!(error.to_string().contains("is about `t`, not about `other`"), "{error}");
}

proptest! {
    /// However a file is cut off, what is known is what was known after some line; nothing is made up.
    #[test]
    fn a_file_that_is_cut_off_is_as_it_was_before(cut in 0usize..400, junk in prop::collection::vec(any::<u8>(), 0..40)) {
        let folder = Folder::in_memory();
        let path = folder.path().join("state");
        let mut state = open(&path);
        state.settle([Settled::Taken(entry(1, 1, Some(1)))]).unwrap();
        drop(state);
        let mut state = open(&path);
        let merged = fs::metadata(&path).unwrap().len() as usize;
        let mut all = vec![known(&path)];
        for letter in 2..6 {
            state.intend([(letter, letter)]).unwrap();
            all.push(known(&path));
            state.settle([Settled::Taken(entry(letter, letter, Some(2)))]).unwrap();
            all.push(known(&path));
        }
        drop(state);
        let whole = fs::read(&path).unwrap();
        let mut torn = whole[..whole.len() - cut.min(whole.len() - merged)].to_vec();
        // A block that was not written whole may hold anything but the end of a line.
        torn.extend(junk.iter().filter(|byte| **byte != b'\n'));
        fs::write(&path, &torn).unwrap();
        let told = known(&path);
        prop_assert!(all.contains(&told), "{told:?}");
        drop(open(&path));
        prop_assert_eq!(known(&path), told);
    }
}

#[test]
fn a_run_goes_on_behind_a_torn_end_and_refuses_other_damage() {
    let folder = Folder::indexed(40);
    let stub = Stub::with_index("opensearch");
    publish(&folder, &stub, &["--state", "state", "--batch-bytes", "16384"]).succeeds();
    let path = folder.path().join("state");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 30]).unwrap();
    let told = account(&publish(&folder, &stub, &["--state", "state", "--verify"]).succeeds());
    assert_eq!(counts(&told, ["unchanged", "changed", "new"]), [39, 1, 0]);
    assert_same(&folder, &stub);
    // A line in the middle.
    let mut damaged = fs::read(&path).unwrap();
    damaged[whole.len() / 3] ^= 1;
    fs::write(&path, &damaged).unwrap();
    publish(&folder, &stub, &["--state", "state"]).ends_with(2).says(&["is damaged", "--replace"]);
    publish(&folder, &stub, &["--state", "state", "--dry-run"]).ends_with(2).says(&["is damaged"]);
    let run = publish(&folder, &stub, &["--state", "state", "--replace", "--verify"]).succeeds();
    run.says(&["is kept as `state.damaged`"]);
    assert_same(&folder, &stub);
    fs::write(&path, "something else\n").unwrap();
    publish(&folder, &stub, &["--state", "state"]).ends_with(2).says(&["is damaged"]);
}
