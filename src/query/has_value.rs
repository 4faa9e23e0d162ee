//! Documents whose text in a field has words.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED};

/// A query for a text of any words: the length that is kept for scores is not 0.
#[derive(Debug, Clone)]
pub struct HasValue(pub Field);

impl Query for HasValue {
    fn weight(&self, _scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for HasValue {
    fn scorer(&self, reader: &SegmentReader, _boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Some(lengths) = reader.fieldnorms_readers().get_field(self.0)? else { return Ok(Box::new(EmptyScorer)) };
        let mut scorer = HasValueScorer { lengths, doc: 0, max_doc: reader.max_doc() };
        scorer.seek(0);
        Ok(Box::new(scorer))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("has a text", 1.0))
    }
}

struct HasValueScorer {
    lengths: FieldNormReader,
    doc: DocId,
    max_doc: DocId,
}

impl DocSet for HasValueScorer {
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED { TERMINATED } else { self.seek(self.doc + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let has = |doc: &DocId| self.lengths.fieldnorm_id(*doc) > 0;
        self.doc = (target..self.max_doc).find(has).unwrap_or(TERMINATED);
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.max_doc
    }
}

impl Scorer for HasValueScorer {
    fn score(&mut self) -> Score {
        1.0
    }
}
