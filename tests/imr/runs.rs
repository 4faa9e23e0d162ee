//! Single runs of the library: when they commit, how they stop, and what they hold in memory.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use imr::archive::Root;
use imr::ingest::{self, IngestConfig, Observer, Report};

use crate::support::Folder;

fn config(folder: &Folder, root: &str) -> IngestConfig {
    IngestConfig {
        roots: vec![Root::new(folder.path().join(root), &Default::default())],
        index: folder.path().join(".imr"),
        threads: 2,
        memory_bytes: 64 << 20,
        redo: ingest::Redo::Nothing,
        prune: false,
        commit_every: Duration::from_secs(3600),
        commit_files: 50_000,
    }
}

struct Silent;
impl Observer for Silent {}

fn run(config: &IngestConfig) -> Report {
    run_with(config, &Silent, &AtomicBool::new(false))
}

/// A program that another test is just starting holds the locks of this one for a moment, so a lock is no failure here.
fn run_with(config: &IngestConfig, observer: &dyn Observer, stop: &AtomicBool) -> Report {
    loop {
        match ingest::run(config, observer, stop) {
            Err(error) if error.kind() == imr::ErrorKind::IndexLocked => std::thread::yield_now(),
            result => return result.unwrap(),
        }
    }
}

/// Documents that a reader sees.
fn visible(index: &Path) -> u64 {
    imr::index::Reader::open(index).map_or(0, |reader| reader.searcher().num_docs())
}

/// Looks at the index while it is written.
struct Watch<'a> {
    index: &'a Path,
    /// What was visible after each file, and when all were done.
    done: Mutex<Vec<u64>>,
    finishing: Mutex<u64>,
}

impl Observer for Watch<'_> {
    fn done(&self, _: &Report) {
        self.done.lock().unwrap().push(visible(self.index));
    }
    fn finishing(&self) {
        *self.finishing.lock().unwrap() = visible(self.index);
    }
}

#[test]
fn changes_are_committed_after_so_many_files_whatever_the_time() {
    let folder = Folder::new();
    for n in 0..25 {
        folder.write(&format!("letters/{n:02}.txt"), format!("A note of its own, number {n}."));
    }
    let config = IngestConfig { commit_files: 10, ..config(&folder, "letters") };
    let watch = |config: &IngestConfig| {
        let watch = Watch { index: &folder.path().join(".imr"), done: Mutex::default(), finishing: Mutex::default() };
        run_with(config, &watch, &AtomicBool::new(false));
        (watch.done.into_inner().unwrap(), watch.finishing.into_inner().unwrap())
    };
    let (done, finishing) = watch(&config);
    let expected: Vec<_> = (0..25).map(|n| n / 10 * 10).collect();
    assert_eq!((done, finishing), (expected, 20));
    assert_eq!(visible(&config.index), 25);
    // What is gone counts, too.
    for n in 0..22 {
        std::fs::remove_file(folder.path().join(format!("letters/{n:02}.txt"))).unwrap();
    }
    let config = IngestConfig { prune: true, ..config };
    assert_eq!(watch(&config).1, 5);
    assert_eq!(visible(&config.index), 3);
}

/// Asks to stop when all files are done, and duplicates wait for being read again.
struct Stop<'a>(&'a AtomicBool);

impl Observer for Stop<'_> {
    fn finishing(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_run_that_is_stopped_while_it_restores_says_how_much_waits() {
    let folder = Folder::new();
    for n in 0..8 {
        for copy in ["a", "b"] {
            folder.write(&format!("letters/{copy}/{n}.txt"), format!("A note of its own, number {n}."));
        }
    }
    let config = config(&folder, "letters");
    assert_eq!(run(&config).duplicates, 8);
    std::fs::remove_dir_all(folder.path().join("letters/a")).unwrap();
    let stop = AtomicBool::new(false);
    let report = run_with(&config, &Stop(&stop), &stop);
    assert_eq!((report.removed, report.restored, report.waiting, report.interrupted), (8, 0, 8, true));
    let report = run(&config);
    assert_eq!((report.unchanged, report.restored, report.waiting, report.interrupted), (8, 8, 0, false));
    assert_eq!(visible(&config.index), 8);
    // Who asks when nothing waits has a run that is whole.
    let stop = AtomicBool::new(false);
    assert!(!run_with(&config, &Stop(&stop), &stop).interrupted);
}

#[test]
fn thousands_of_copies_are_counted_and_each_takes_the_place_of_the_one_before() {
    let folder = Folder::new();
    let copies = if std::env::var_os("IMR_LARGE").is_some() { 100_000 } else { 3_000 };
    for n in 0..copies {
        folder.write(&format!("letters/{:03}/{n:06}.txt", n / 1000), "The same note, over and over.");
    }
    let config = IngestConfig { commit_files: 1_000, ..config(&folder, "letters") };
    let report = run(&config);
    assert_eq!((report.unknown, report.duplicates), (1, copies - 1));
    // All but the last go, each of them the best at its time.
    for n in 0..copies - 1 {
        std::fs::remove_file(folder.path().join(format!("letters/{:03}/{n:06}.txt", n / 1000))).unwrap();
    }
    let report = run(&config);
    assert_eq!((report.removed, report.restored, report.unchanged), (copies - 1, 1, 1));
    assert_eq!(visible(&config.index), 1);
}
