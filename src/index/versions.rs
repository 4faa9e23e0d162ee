//! The versions of one letter, as they are changed since the last commit.

use std::collections::BTreeSet;

/// A version among those of its letter: the later decided comes first, of equal ones that with the first path.
///
/// The first number is `u64::MAX` less the decision date, so that the order of places is that of merit.
pub type Place = (u64, Vec<u8>);

/// The place of a version.
pub fn place(decided: u64, path: &[u8]) -> Place {
    (u64::MAX - decided, path.to_vec())
}

/// What came to the versions of a letter, and what went, since the last commit.
///
/// A letter may have as many versions as there are files, so nothing here looks at all of them.
#[derive(Debug)]
pub struct Changes {
    /// Versions that came.
    pub added: BTreeSet<Place>,
    /// Committed versions that went.
    pub removed: BTreeSet<Place>,
    /// All committed versions before this place are removed; `None` behind the last.
    from: Option<Place>,
}

impl Default for Changes {
    fn default() -> Self {
        Self { added: BTreeSet::new(), removed: BTreeSet::new(), from: Some((0, Vec::new())) }
    }
}

impl Changes {
    /// Adds a version.
    pub fn add(&mut self, place: Place) {
        self.added.insert(place);
    }

    /// Removes a version.
    pub fn remove(&mut self, place: Place) {
        self.added.remove(&place);
        self.removed.insert(place);
    }

    /// The best version. `committed` gives the committed versions from a place on, in their order.
    pub fn best<E, I: Iterator<Item = Result<Place, E>>>(
        &mut self,
        committed: impl FnOnce(&Place) -> Result<I, E>,
    ) -> Result<Option<Place>, E> {
        let mut first = None;
        if let Some(from) = &self.from {
            for place in committed(from)? {
                let place = place?;
                if !self.removed.contains(&place) {
                    first = Some(place);
                    break;
                }
            }
            // What is removed stays so until the commit: no need to pass over it again.
            self.from.clone_from(&first);
        }
        Ok(self.added.first().into_iter().chain(&first).min().cloned())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn later_decisions_come_first_and_then_first_paths() {
        let mut places = [place(20200101, b"a"), place(20210101, b"z"), place(20210101, b"b"), place(0, b"0")];
        places.sort();
        assert_eq!(places.map(|p| p.1), [b"b", b"z", b"a", b"0"]);
    }

    #[test]
    fn the_best_is_found_among_what_is_committed_and_what_came() {
        let committed: Vec<Place> = [b"b", b"d", b"f"].map(|path| place(7, path)).to_vec();
        let mut changes = Changes::default();
        let best = |changes: &mut Changes| {
            let rows = |from: &Place| Ok(committed[committed.partition_point(|p| p < from)..].iter().cloned().map(Ok));
            let best: Result<_, Infallible> = changes.best(rows);
            best.unwrap().map(|(_, path)| path)
        };
        assert_eq!(best(&mut changes), Some(b"b".to_vec()));
        changes.remove(place(7, b"b"));
        changes.remove(place(7, b"d"));
        assert_eq!(best(&mut changes), Some(b"f".to_vec()));
        // One that went and comes back.
        changes.add(place(7, b"d"));
        assert_eq!(best(&mut changes), Some(b"d".to_vec()));
        changes.add(place(8, b"x"));
        assert_eq!(best(&mut changes), Some(b"x".to_vec()));
        for (decided, path) in [(8, b"x"), (7, b"d"), (7, b"f")] {
            changes.remove(place(decided, path));
        }
        assert_eq!(best(&mut changes), None);
    }

    #[test]
    fn removing_one_after_the_other_looks_at_each_a_few_times() {
        let committed: Vec<Place> = (0..2000u32).map(|n| place(7, &n.to_be_bytes())).collect();
        let (mut changes, looks) = (Changes::default(), Cell::new(0));
        for gone in &committed {
            changes.remove(gone.clone());
            let rows = |from: &Place| {
                let at = committed.partition_point(|p| p < from);
                Ok::<_, Infallible>(committed[at..].iter().inspect(|_| looks.set(looks.get() + 1)).cloned().map(Ok))
            };
            changes.best(rows).unwrap();
        }
        assert!(looks.get() < 3 * committed.len(), "{}", looks.get());
    }
}
