//! Scores on a fixed grid, so that their sums do not depend on the order of adding.
//!
//! A union or an intersection adds the scores of its parts in an order that depends on the segment. Sums of floating
//! point numbers differ with the order in the last digit, and so equal documents would come out in another order in an
//! index of other segments. Multiples of 1/1024 add exactly as long as the sum stays below 2^14, which no score
//! comes near.

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, SegmentReader, Term};

const GRID: f32 = 1024.0;

/// The nearest score on the grid.
pub fn on_grid(score: Score) -> Score {
    (score * GRID).round() / GRID
}

/// A query whose scores are rounded to the grid.
#[derive(Debug)]
pub struct OnGrid(pub Box<dyn Query>);

impl Clone for OnGrid {
    fn clone(&self) -> Self {
        Self(self.0.box_clone())
    }
}

impl Query for OnGrid {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(GridWeight(self.0.weight(scoring)?)))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.0.query_terms(visitor);
    }
}

struct GridWeight(Box<dyn Weight>);

impl Weight for GridWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(GridScorer(self.0.scorer(reader, boost)?)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.0.explain(reader, doc)
    }

    fn count(&self, reader: &SegmentReader) -> tantivy::Result<u32> {
        self.0.count(reader)
    }
}

struct GridScorer(Box<dyn Scorer>);

impl DocSet for GridScorer {
    fn advance(&mut self) -> DocId {
        self.0.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.0.seek(target)
    }

    fn fill_buffer(&mut self, buffer: &mut [DocId; COLLECT_BLOCK_BUFFER_LEN]) -> usize {
        self.0.fill_buffer(buffer)
    }

    fn doc(&self) -> DocId {
        self.0.doc()
    }

    fn size_hint(&self) -> u32 {
        self.0.size_hint()
    }

    fn cost(&self) -> u64 {
        self.0.cost()
    }
}

impl Scorer for GridScorer {
    fn score(&mut self) -> Score {
        on_grid(self.0.score())
    }
}
