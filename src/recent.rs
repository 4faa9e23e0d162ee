//! What was used lately, as much of it as has room.

use std::borrow::Borrow;
use std::hash::Hash;

use lru::LruCache;

/// What an entry takes beside its key and value, in bytes.
const BESIDE: usize = 128;

/// Values by their keys. Those that nobody asked for the longest time make room for others.
pub struct Recent<K: Hash + Eq, V> {
    values: LruCache<K, (V, usize)>,
    bytes: usize,
    room: usize,
}

impl<K: Hash + Eq, V> Recent<K, V> {
    /// Nothing yet, and room for so many bytes.
    pub fn new(room: usize) -> Self {
        Self { values: LruCache::unbounded(), bytes: 0, room }
    }

    /// The value of a key.
    pub fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.values.get(key).map(|(value, _)| value)
    }

    /// Keeps a value that takes so many bytes with its key. One that takes more than there is room for is not kept.
    pub fn keep(&mut self, key: K, value: V, bytes: usize) {
        let bytes = bytes.saturating_add(BESIDE);
        if bytes > self.room {
            return;
        }
        self.bytes += bytes;
        if let Some((_, (_, old))) = self.values.push(key, (value, bytes)) {
            self.bytes -= old;
        }
        while self.bytes > self.room {
            let Some((_, (_, old))) = self.values.pop_lru() else { return };
            self.bytes -= old;
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.values.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let mut recent = Recent::new(10 * (BESIDE + 100));
        for number in 0..40 {
            recent.keep(number, number, 100);
            assert_eq!(recent.get(&0), Some(&0));
        }
        let left: Vec<u32> = (0..40).filter(|number| recent.get(number).is_some()).collect();
        assert_eq!(left, [vec![0], (31..40).collect()].concat());
        // Of one key there is one value, and what is too large makes no room.
        (0..30).for_each(|number| recent.keep(0, number, 100));
        recent.keep(99, 99, 10_000);
        let left = [0, 31, 99].map(|number| recent.get(&number).copied());
        assert_eq!(left, [Some(29), Some(31), None]);
        recent.clear();
        assert!(recent.get(&0).is_none() && recent.bytes == 0);
    }
}
