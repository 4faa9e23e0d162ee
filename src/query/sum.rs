//! What any of some queries has, with their scores added up.
//!
//! Where only the best documents are wanted, a query counts that cannot lift a document among them by itself, nor together with
//! others like it, only for documents that another one has: MaxScore (Turtle and Flood, Query evaluation: strategies and
//! optimizations, Information Processing & Management 31, 1995), by windows of documents as in Lucene's scorer of disjunctions.

use tantivy::{DocId, Score};

use super::window::{Bits, Found, Source, cost, first};

/// The union of queries with scores.
pub struct Sum {
    /// The queries: first those that add least to a score for what they cost.
    of: Vec<Box<dyn Source>>,
    /// What the first ones add at most, for each number of them from none to all.
    most: Vec<Score>,
    /// The score that is wanted.
    least: Score,
    /// How many of the first ones have no document by themselves that scores as much.
    lesser: usize,
    found: Found,
}

impl Sum {
    /// The union of these.
    pub fn new(mut of: Vec<Box<dyn Source>>) -> Self {
        let worth = |source: &dyn Source| source.most() / source.cost().max(1) as Score;
        of.sort_by(|a, b| worth(&**a).total_cmp(&worth(&**b)));
        let (mut most, mut all) = (vec![0.0], 0.0);
        for source in &of {
            all += source.most();
            most.push(all);
        }
        Self { of, most, least: Score::NEG_INFINITY, lesser: 0, found: Found::new() }
    }
}

impl Source for Sum {
    fn next(&self) -> DocId {
        first(&self.of[self.lesser..])
    }

    // Scores are on a grid, so that sums are the same in whatever order they are added up.
    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        let (lesser, others) = self.of.split_at_mut(self.lesser);
        for source in others {
            source.add_to(start, wanted, found, &mut self.found);
        }
        for (source, most) in lesser.iter_mut().zip(&self.most[1..]).rev() {
            found.keep(self.least, *most);
            if found.has.is_empty() {
                return;
            }
            let wanted = found.has.clone();
            source.add_to(start, &wanted, found, &mut self.found);
        }
    }

    fn most(&self) -> Score {
        self.most.last().copied().unwrap_or_default()
    }

    fn at_least(&mut self, score: Score) {
        self.least = score;
        self.lesser = self.most[1..].iter().take_while(|most| **most < score).count();
    }

    fn cost(&self) -> u64 {
        cost(&self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::window::SIZE;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};
    use tantivy::TERMINATED;

    /// Documents with scores, of which none is more than the bound.
    #[derive(Debug, Clone)]
    struct Listed {
        scores: BTreeMap<DocId, Score>,
        most: Score,
        /// The first that was not asked for yet.
        behind: DocId,
    }

    impl Source for Listed {
        fn next(&self) -> DocId {
            self.scores.range(self.behind..).next().map_or(TERMINATED, |(doc, _)| *doc)
        }

        fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
            found.has.clear();
            assert!(start >= self.behind, "windows come in order");
            self.behind = start + SIZE;
            for (doc, score) in self.scores.range(start..start + SIZE) {
                if wanted.has(doc - start) {
                    found.add(doc - start, *score);
                }
            }
        }

        fn most(&self) -> Score {
            self.most
        }

        fn cost(&self) -> u64 {
            self.scores.len() as u64
        }
    }

    /// Documents of three windows; some lists have no bound.
    fn listed() -> impl Strategy<Value = Listed> {
        let scores =
            prop::collection::btree_map(0..3 * SIZE, (0..4096_u16).prop_map(|s| Score::from(s) / 1024.0), 0..400);
        (scores, any::<bool>()).prop_map(|(scores, is_bounded)| {
            let most = scores.values().copied().fold(0.0, Score::max);
            Listed { scores, most: if is_bounded { most } else { Score::INFINITY }, behind: 0 }
        })
    }

    proptest! {
        #[test]
        fn what_scores_as_much_as_wanted_comes_with_all_of_its_score(
            lists in prop::collection::vec(listed(), 1..12),
            least in [0.0..6.0_f32, 0.0..12.0_f32, 0.0..24.0_f32],
            wanted in prop::collection::btree_set(0..SIZE, 1000..3000),
        ) {
            let mut all: BTreeMap<DocId, Score> = BTreeMap::new();
            lists.iter().flat_map(|list| &list.scores).for_each(|(doc, score)| *all.entry(*doc).or_default() += score);
            let mut bits = Bits::none();
            wanted.iter().for_each(|place| { bits.insert(*place); });
            let mut sum = Sum::new(lists.into_iter().map(|list| Box::new(list) as Box<dyn Source>).collect());
            let (mut found, mut score) = (Found::new(), 0.0_f32);
            for (start, least) in [0, SIZE, 2 * SIZE].into_iter().zip(least) {
                score = score.max(least);
                sum.at_least(score);
                let next = sum.next();
                sum.fill(start, &bits, &mut found);
                let mut came = BTreeSet::new();
                found.has.each(|place| { came.insert(place); });
                for place in 0..SIZE {
                    let known = all.get(&(start + place)).filter(|_| wanted.contains(&place));
                    match came.contains(&place) {
                        true => prop_assert_eq!(Some(&found.score(place)), known),
                        false => prop_assert!(known.is_none_or(|known| *known < score), "{}", place),
                    }
                }
                prop_assert!(came.first().is_none_or(|first| next <= start + first));
            }
        }
    }
}
