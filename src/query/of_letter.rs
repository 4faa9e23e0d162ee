//! Matches in what a letter has once, such as its summary, as matches of all its issues.
//!
//! Such a text is indexed with the letter's first document only: the documents of a letter are added together, so they
//! stand in a row, in every segment and after every merge, and a match in the first one stands for all of them.

use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

use crate::index::{NUMBER, first_of_letter};

/// A query on a field of the letter, which matches all documents of the letters whose first one matches.
#[derive(Debug)]
pub struct OfLetter(pub Box<dyn Query>);

impl Clone for OfLetter {
    fn clone(&self) -> Self {
        Self(self.0.box_clone())
    }
}

impl Query for OfLetter {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(LetterWeight(self.0.weight(scoring)?)))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.0.query_terms(visitor);
    }
}

struct LetterWeight(Box<dyn Weight>);

impl Weight for LetterWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let first = self.0.scorer(reader, boost)?;
        let numbers = reader.fast_fields().u64(NUMBER)?;
        Ok(Box::new(LetterScorer { doc: first.doc(), first, numbers, max_doc: reader.max_doc() }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let numbers = reader.fast_fields().u64(NUMBER)?;
        self.0.explain(reader, first_of_letter(&numbers, doc))
    }
}

struct LetterScorer {
    /// Stands on the first document of the letter of `doc`.
    first: Box<dyn Scorer>,
    doc: DocId,
    numbers: Column<u64>,
    max_doc: DocId,
}

/// Whether a document is of the same letter as the one before it.
fn continues(numbers: &Column<u64>, doc: DocId) -> bool {
    numbers.first(doc).is_some_and(|number| number > 1)
}

impl DocSet for LetterScorer {
    fn advance(&mut self) -> DocId {
        let next = self.doc + 1;
        self.doc = match next < self.max_doc && continues(&self.numbers, next) {
            true => next,
            false => self.first.advance(),
        };
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if target <= self.doc {
            return self.doc;
        }
        if target >= self.max_doc {
            self.doc = self.first.seek(TERMINATED);
            return self.doc;
        }
        let first = first_of_letter(&self.numbers, target);
        if self.first.doc() < first {
            self.first.seek(first);
        }
        self.doc = if self.first.doc() == first { target } else { self.first.doc() };
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.first.size_hint()
    }

    fn cost(&self) -> u64 {
        self.first.cost()
    }
}

impl Scorer for LetterScorer {
    fn score(&mut self) -> Score {
        self.first.score()
    }
}
