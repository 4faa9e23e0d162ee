//! Answers that were given before, as long as the index is the same: people go back, and ask what others asked.

use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use imr::recent::Recent;

/// How much is kept, in bytes.
const ROOM: usize = 32 << 20;
/// The largest answer that is kept, in bytes.
const LARGEST: usize = 1 << 20;

/// Answers by what was asked, with the number of the opening of the index that they are of.
pub struct Cache(Mutex<(u64, Recent<String, Bytes>)>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new((0, Recent::new(ROOM))))
    }
}

impl Cache {
    /// What was answered before, of the same opening of the index.
    pub fn get(&self, of: u64, asked: &str) -> Option<Bytes> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 == of { kept.1.get(asked).cloned() } else { None }
    }

    /// Keeps an answer. Those that nobody asked for the longest time make room.
    pub fn keep(&self, of: u64, asked: &str, answer: &Bytes) {
        if answer.len() > LARGEST {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, answers) = &mut *kept;
        if *known > of {
            return;
        }
        if *known < of {
            *known = of;
            answers.clear();
        }
        answers.keep(asked.to_owned(), answer.clone(), asked.len() + answer.len());
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
        cache.keep(2, "too large", &Bytes::from(vec![0; LARGEST + 1]));
        assert_eq!(cache.get(2, "too large"), None);
    }
}
