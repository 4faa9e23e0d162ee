//! What the benches share: invented letters, on disk and in memory.

#![allow(dead_code)]

/// Invented letters.
#[path = "../../scripts/corpus/mod.rs"]
pub mod invented;

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use imr::archive::Root;
use imr::ingest::{IngestConfig, Observer};
use invented::{Letter, Linearization};

/// The size of archives, from the environment or the usual one.
pub fn letters(usual: u64) -> u64 {
    std::env::var("IMR_BENCH_LETTERS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// An invented letter as text, in one of the three forms of the header.
pub fn text(number: u64) -> String {
    let way = [Linearization::Table, Linearization::Pairs, Linearization::Columns][number as usize % 3];
    Letter::invent(7, number).to_text(way)
}

/// Writes letters as text below a folder; gives their bytes.
pub fn write(folder: &Path, letters: u64) -> u64 {
    let mut bytes = 0;
    for number in 1..=letters {
        let path = folder.join(Letter::invent(7, number).path("txt"));
        fs::create_dir_all(path.parent().expect("letters lie in folders")).expect("a writable folder");
        let text = text(number);
        bytes += text.len() as u64;
        fs::write(path, text).expect("a writable folder");
    }
    bytes
}

struct Silent;

impl Observer for Silent {}

/// How the index is built, by us and by the plain loop.
pub const MEMORY_BYTES: usize = 400 << 20;

/// One thread for each core.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Indexes a folder.
pub fn index(letters: &Path, index: &Path) -> imr::ingest::Report {
    let config = IngestConfig {
        roots: vec![Root::new(letters, &Default::default())],
        index: index.to_path_buf(),
        threads: threads(),
        memory_bytes: MEMORY_BYTES,
        redo: imr::ingest::Redo::Nothing,
        prune: false,
        commit_every: Duration::from_secs(60),
        commit_files: 50_000,
    };
    imr::ingest::run(&config, &Silent, &AtomicBool::new(false)).expect("an archive that can be indexed")
}
