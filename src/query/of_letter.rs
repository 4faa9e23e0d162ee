//! Matches in what a letter has once, such as its summary, as matches of all its issues.
//!
//! Such a text is indexed with the letter's first document only: the documents of a letter are added together, so they
//! stand in a row, in every segment and after every merge, and a match in the first one stands for all of them.

use tantivy::columnar::Column;
use tantivy::postings::SegmentPostings;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

use crate::index::{IndexSchema, NUMBER, first_of_letter};

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
        Ok(Box::new(LetterScorer::new(self.0.scorer(reader, boost)?, reader)?))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let numbers = reader.fast_fields().u64(NUMBER)?;
        self.0.explain(reader, first_of_letter(&numbers, doc))
    }
}

/// All documents of the letters whose first one matches.
pub struct LetterScorer<S> {
    /// Stands on the first document of the letter of `doc`.
    first: S,
    doc: DocId,
    /// The document behind the letter.
    end: DocId,
    /// Where letters begin: the documents with the numbers 1 and 0.
    begins: [SegmentPostings; 2],
    numbers: Column<u64>,
    max_doc: DocId,
}

impl<S: Scorer> LetterScorer<S> {
    /// The documents of letters whose first ones are given.
    pub fn new(first: S, reader: &SegmentReader) -> tantivy::Result<Self> {
        let field = IndexSchema::get().number;
        let index = reader.inverted_index(field)?;
        let postings = |number| {
            let term = Term::from_field_u64(field, number);
            let postings = index.read_postings(&term, IndexRecordOption::Basic)?;
            tantivy::Result::Ok(postings.unwrap_or_else(SegmentPostings::empty))
        };
        let begins = [postings(1)?, postings(0)?];
        let numbers = reader.fast_fields().u64(NUMBER)?;
        let mut this = Self { doc: 0, end: 0, first, begins, numbers, max_doc: reader.max_doc() };
        this.settle();
        Ok(this)
    }

    /// Stands where the first document does, and looks up where its letter ends.
    fn settle(&mut self) {
        self.doc = self.first.doc();
        self.end = self.max_doc;
        if self.doc < self.max_doc {
            for begins in &mut self.begins {
                if begins.doc() <= self.doc {
                    begins.seek(self.doc + 1);
                }
                self.end = self.end.min(begins.doc());
            }
        }
    }
}

impl<S: Scorer> DocSet for LetterScorer<S> {
    fn advance(&mut self) -> DocId {
        if self.doc.saturating_add(1) < self.end {
            self.doc += 1;
        } else if self.doc != TERMINATED {
            self.first.advance();
            self.settle();
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if target <= self.doc {
            return self.doc;
        }
        if target < self.end {
            self.doc = target;
            return target;
        }
        let first = match target < self.max_doc {
            true => first_of_letter(&self.numbers, target),
            false => TERMINATED,
        };
        if self.first.doc() < first {
            self.first.seek(first);
        }
        self.settle();
        // The letter may have begun before the document that was asked for.
        if self.doc < target && target < self.end {
            self.doc = target;
        }
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

impl<S: Scorer> Scorer for LetterScorer<S> {
    fn score(&mut self) -> Score {
        self.first.score()
    }
}
