//! The walk with its metadata: names come from the one thread that reads folders, sizes and times from the pool.

use std::collections::VecDeque;
use std::vec;

use crossbeam_channel::{Receiver, bounded};
use rayon::ThreadPool;

use crate::archive::{self, Entry, Walk};
use crate::error::Result;

/// How many files a thread looks at at once, at the beginning and later.
const FILES: std::ops::RangeInclusive<usize> = 16..=256;
/// How many such lots are under way for each thread: all have something to do while one of them is waited for.
const LOTS: usize = 2;

/// The entries of a walk in its order, looked at some lots ahead of whoever takes them.
pub struct Ahead<'a> {
    walk: Walk,
    pool: &'a ThreadPool,
    seen: usize,
    is_over: bool,
    lots: VecDeque<Receiver<Vec<Result<Entry>>>>,
    lot: vec::IntoIter<Result<Entry>>,
}

impl<'a> Ahead<'a> {
    /// Begins.
    pub fn new(walk: Walk, pool: &'a ThreadPool) -> Self {
        let (lots, lot) = (VecDeque::new(), Vec::new().into_iter());
        Self { walk, pool, seen: 0, is_over: false, lots, lot }
    }

    /// Has the next lot looked at.
    fn send(&mut self) {
        let Some(names) = self.walk.names((self.seen / 32).clamp(*FILES.start(), *FILES.end())) else {
            self.is_over = true;
            return;
        };
        self.seen += names.files();
        let (sender, receiver) = bounded(1);
        self.lots.push_back(receiver);
        self.pool.spawn(move || {
            // Nobody wants it any more when the run has ended early.
            let _ = sender.send(archive::entries(names));
        });
    }
}

impl Iterator for Ahead<'_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.lot.next() {
                return Some(entry);
            }
            while !self.is_over && self.lots.len() < LOTS * self.pool.current_num_threads() {
                self.send();
            }
            self.lot = self.lots.pop_front()?.recv().unwrap_or_default().into_iter();
        }
    }
}
