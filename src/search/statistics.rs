//! The statistics behind scores, the same for equal letters however the index was built.
//!
//! tantivy counts deleted documents until their segment is merged, and measures a field's average length over them. Both
//! would let scores depend on the history of an index.

use std::cell::OnceCell;

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, Term};

use crate::index::IndexSchema;

/// Counts of living documents, and lengths of fields from the schema.
pub struct Statistics<'a> {
    searcher: &'a Searcher,
    /// How many letters there are, once that was asked for.
    letters: OnceCell<u64>,
}

impl<'a> Statistics<'a> {
    /// The statistics of what a searcher sees.
    pub fn new(searcher: &'a Searcher) -> Self {
        Self { searcher, letters: OnceCell::new() }
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

    /// What a letter has once is indexed once for all its issues, and counts for all of them: a word of every summary
    /// tells as little as a word of every rationale.
    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let schema = IndexSchema::get();
        let found = self.living(term)?;
        if !schema.fields().any(|(def, field)| field == term.field() && def.letter) {
            return Ok(found);
        }
        // Documents are counted with 32 bits, so the product has room.
        Ok(found * self.total_num_docs()? / self.letters()?.max(1))
    }
}

impl Statistics<'_> {
    fn letters(&self) -> tantivy::Result<u64> {
        if let Some(letters) = self.letters.get() {
            return Ok(*letters);
        }
        let numbered = |number| self.living(&Term::from_field_u64(IndexSchema::get().number, number));
        let letters = numbered(0)? + numbered(1)?;
        Ok(*self.letters.get_or_init(|| letters))
    }

    /// How many living documents have a term.
    fn living(&self, term: &Term) -> tantivy::Result<u64> {
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
