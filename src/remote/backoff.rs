//! How long to wait before asking again, and how much to ask at once.
//!
//! Waiting is exponential with full jitter, after M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog, 2015:
//! any time up to a bound that doubles with each attempt, so that clients that were refused together do not come back
//! together. Batches shrink by half where a server is busy and grow by little steps where it is not, as windows of TCP do.

use std::time::{Duration, Instant};

/// The longest that a server may ask to be left alone, whatever it says.
const MOST_ASKED_FOR: Duration = Duration::from_secs(300);

/// Waiting times.
#[derive(Debug, Clone)]
pub struct Backoff {
    base: Duration,
    most: Duration,
    /// The state of a small generator of numbers: they only have to differ.
    state: u64,
}

impl Backoff {
    /// The first wait is up to `base`, each further one up to twice as long, none longer than `most`.
    pub fn new(base: Duration, most: Duration, seed: u64) -> Self {
        Self { base, most, state: seed }
    }

    /// How long to wait after so many refusals in a row, from 1. What the server asked for is kept to, within bounds.
    pub fn wait(&mut self, refusals: u32, asked_for: Option<Duration>) -> Duration {
        let doublings = refusals.saturating_sub(1).min(31);
        let bound = self.base.saturating_mul(1 << doublings).min(self.most);
        let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        let jitter = Duration::from_nanos(self.next() % nanos.saturating_add(1).max(1));
        asked_for.unwrap_or_default().min(MOST_ASKED_FOR).saturating_add(jitter)
    }

    /// The next number: splitmix64, after G. Steele, D. Lea and C. Flood, Fast Splittable Pseudorandom Number Generators,
    /// OOPSLA 2014.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

/// Numbers that differ between runs.
pub fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0_u8)
}

/// How often it is looked whether a wait is to end.
const LOOK: Duration = Duration::from_millis(20);

/// Waits, unless it is to end before; says whether it did not.
pub fn wait(time: Duration, is_stopped: impl Fn() -> bool) -> bool {
    let until = Instant::now() + time;
    while !is_stopped() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(LOOK));
    }
    false
}

/// No batch is meant to be smaller, in bytes, unless the server never takes as many.
pub const LEAST_BATCH: usize = 16 << 10;

/// How large batches are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    size: usize,
    most: usize,
    step: usize,
}

impl Pace {
    /// Batches of at most so many bytes.
    pub fn new(most: usize) -> Self {
        let most = most.max(LEAST_BATCH);
        Self { size: most, most, step: (most / 16).max(1) }
    }

    /// How many bytes the next batch should have at most; a single operation may have more.
    pub fn size(&self) -> usize {
        self.size
    }

    /// A batch was taken as a whole. Only one that was as large as it might be tells that more can be taken.
    pub fn taken(&mut self, bytes: usize) {
        if bytes >= self.size / 2 {
            self.size = self.size.saturating_add(self.step).min(self.most);
        }
    }

    /// The server was too busy for a batch of so many bytes, or for some of it.
    pub fn refused(&mut self, bytes: usize) {
        // What was sent before an earlier refusal does not count again.
        let half = (bytes / 2).max(LEAST_BATCH.min(self.most));
        self.size = self.size.min(half);
    }

    /// The server never takes a request of so many bytes.
    pub fn too_large(&mut self, bytes: usize) {
        self.most = self.most.min((bytes / 2).max(1));
        self.size = self.size.min(self.most);
        self.step = (self.most / 16).max(1);
    }
}
