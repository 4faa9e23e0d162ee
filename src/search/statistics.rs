//! The statistics behind scores, the same for equal letters however the index was built.
//!
//! tantivy counts deleted documents until their segment is merged, and measures a field's average length over them. Both
//! would let scores depend on the history of an index.

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use crate::index::IndexSchema;

/// Counts of living documents, and lengths of fields from the schema.
pub struct Statistics<'a> {
    searcher: &'a Searcher,
}

impl<'a> Statistics<'a> {
    /// The statistics of what a searcher sees.
    pub fn new(searcher: &'a Searcher) -> Self {
        Self { searcher }
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let length = IndexSchema::get().fields().find(|(_, f)| *f == field).map_or(1, |(def, _)| def.length.max(1));
        Ok(self.total_num_docs()? * u64::from(length))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.searcher.num_docs())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let mut count = 0;
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(term.field())?;
            let Some(info) = index.get_term_info(term)? else { continue };
            let Some(alive) = segment.alive_bitset() else {
                count += u64::from(info.doc_freq);
                continue;
            };
            let mut postings = index.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            while postings.doc() != TERMINATED {
                count += u64::from(alive.is_alive(postings.doc()));
                postings.advance();
            }
        }
        Ok(count)
    }
}
