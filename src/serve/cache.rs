//! Answers that were given before, as long as the index is the same: people go back, and ask what others asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;

/// How much is kept, in bytes.
const ROOM: usize = 32 << 20;
/// The largest answer that is kept, in bytes.
const LARGEST: usize = 1 << 20;
/// What an answer takes beside its bytes.
const BESIDE: usize = 256;

/// Answers by what was asked.
#[derive(Default)]
pub struct Cache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Of which opening of the index they are.
    of: u64,
    answers: HashMap<Arc<str>, (Bytes, u64)>,
    /// The same by when they were asked for last.
    by_age: BTreeMap<u64, Arc<str>>,
    bytes: usize,
    clock: u64,
}

impl Cache {
    /// What was answered before, of the same opening of the index.
    pub fn get(&self, of: u64, asked: &str) -> Option<Bytes> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.of != of {
            return None;
        }
        let Kept { answers, by_age, clock, .. } = &mut *kept;
        let (bytes, used) = answers.get_mut(asked)?;
        let asked = by_age.remove(used)?;
        *clock += 1;
        *used = *clock;
        by_age.insert(*clock, asked);
        Some(bytes.clone())
    }

    /// Keeps an answer. Those that nobody asked for the longest time make room.
    pub fn keep(&self, of: u64, asked: &str, answer: &Bytes) {
        if answer.len() > LARGEST {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.of > of {
            return;
        }
        if kept.of < of {
            *kept = Kept { of, ..Kept::default() };
        }
        kept.clock += 1;
        let now = kept.clock;
        let size = |asked: &str, answer: &Bytes| asked.len() + answer.len() + BESIDE;
        kept.bytes += size(asked, answer);
        let key: Arc<str> = asked.into();
        if let Some((old, used)) = kept.answers.insert(Arc::clone(&key), (answer.clone(), now)) {
            kept.bytes -= size(asked, &old);
            kept.by_age.remove(&used);
        }
        kept.by_age.insert(now, key);
        while kept.bytes > ROOM {
            let Some((_, asked)) = kept.by_age.pop_first() else { return };
            if let Some((old, _)) = kept.answers.remove(&asked) {
                kept.bytes -= size(&asked, &old);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_of_one_opening_of_the_index() {
        let cache = Cache::default();
        cache.keep(1, "a", &Bytes::from_static(b"one"));
        assert_eq!(cache.get(1, "a").as_deref(), Some(&b"one"[..]));
        assert_eq!(cache.get(2, "a"), None);
        cache.keep(2, "b", &Bytes::from_static(b"two"));
        assert_eq!((cache.get(2, "a"), cache.get(1, "b")), (None, None));
        // A query that took long is of an index that nobody searches any more.
        cache.keep(1, "a", &Bytes::from_static(b"late"));
        assert_eq!(cache.get(2, "a"), None);
    }

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let cache = Cache::default();
        let large = Bytes::from(vec![0; LARGEST]);
        for number in 0..40 {
            cache.keep(1, &number.to_string(), &large);
            assert!(cache.get(1, "0").is_some());
        }
        assert!(cache.get(1, "39").is_some() && cache.get(1, "1").is_none());
        let kept = cache.0.lock().unwrap();
        assert!(kept.bytes <= ROOM && kept.by_age.len() == kept.answers.len());
        drop(kept);
        cache.keep(1, "too large", &Bytes::from(vec![0; LARGEST + 1]));
        assert_eq!(cache.get(1, "too large"), None);
    }
}
