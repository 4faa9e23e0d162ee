//! A query whose documents are never asked for backwards.
//!
//! tantivy 0.27 asks an excluded part (`NOT (age:39..40 rationale:*)`) for documents before the one that it stands on, and
//! the documents of a range subtract the one from the other, which overflows. What lies behind is answered here.

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SeekDangerResult, SegmentReader};

/// The same query.
#[derive(Debug)]
pub struct Forward(pub Box<dyn Query>);

impl Clone for Forward {
    fn clone(&self) -> Self {
        Self(self.0.box_clone())
    }
}

impl Query for Forward {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(ForwardWeight(self.0.weight(scoring)?)))
    }
}

struct ForwardWeight(Box<dyn Weight>);

impl Weight for ForwardWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let inner = self.0.scorer(reader, boost)?;
        Ok(Box::new(ForwardScorer { reached: inner.doc(), inner }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.0.explain(reader, doc)
    }

    fn count(&self, reader: &SegmentReader) -> tantivy::Result<u32> {
        self.0.count(reader)
    }
}

struct ForwardScorer {
    inner: Box<dyn Scorer>,
    /// No document before this one is of interest any more.
    reached: DocId,
}

impl DocSet for ForwardScorer {
    fn advance(&mut self) -> DocId {
        self.reached = self.inner.advance();
        self.reached
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.reached = self.inner.seek(target);
        self.reached
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target < self.reached {
            return SeekDangerResult::SeekLowerBound(self.reached);
        }
        let result = self.inner.seek_danger(target);
        self.reached = match result {
            SeekDangerResult::Found => target,
            SeekDangerResult::SeekLowerBound(bound) => bound,
        };
        result
    }

    fn doc(&self) -> DocId {
        self.inner.doc()
    }

    fn size_hint(&self) -> u32 {
        self.inner.size_hint()
    }

    fn cost(&self) -> u64 {
        self.inner.cost()
    }
}

impl Scorer for ForwardScorer {
    fn score(&mut self) -> Score {
        self.inner.score()
    }
}
