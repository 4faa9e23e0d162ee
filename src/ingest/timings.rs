//! Where the time of a run goes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A stage on the way from a file to a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Finding files and looking at their sizes and times.
    Walk,
    /// Reading files, with their digests.
    Read,
    /// Making text of their bytes.
    Extract,
    /// Making letters of texts.
    Parse,
    /// Making documents of letters.
    Document,
    /// Handing documents to the threads that build segments, and waiting until they take them.
    Index,
    /// Making changes durable: manifest, segments under construction, and the merges at the end.
    Commit,
}

impl Stage {
    /// Every stage, in the order of the way.
    pub const ALL: [Stage; 7] =
        [Self::Walk, Self::Read, Self::Extract, Self::Parse, Self::Document, Self::Index, Self::Commit];

    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Read => "read",
            Self::Extract => "extract",
            Self::Parse => "parse",
            Self::Document => "document",
            Self::Index => "index",
            Self::Commit => "commit",
        }
    }
}

/// How long each stage took, added up over the threads that worked on it at the same time.
#[derive(Debug, Default)]
pub struct Timings {
    nanoseconds: [AtomicU64; Stage::ALL.len()],
}

impl Timings {
    /// Does some work of a stage.
    pub fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        let nanoseconds = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds[stage as usize].fetch_add(nanoseconds, Ordering::Relaxed);
        result
    }

    /// The time of each stage.
    pub fn stages(&self) -> [(Stage, Duration); Stage::ALL.len()] {
        Stage::ALL.map(|stage| (stage, Duration::from_nanos(self.nanoseconds[stage as usize].load(Ordering::Relaxed))))
    }
}
