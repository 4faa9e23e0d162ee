//! Words in a row in one text, counted: what spans do for any form, without a list of places for each document.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, Term};

use super::span_query::Norms;
use super::walk::Walk;

/// Words in a row, which score how often they stand there against the length of the text.
#[derive(Debug, Clone)]
pub struct RowQuery {
    /// The words of one field, two at least.
    pub terms: Vec<Term>,
    /// Whether they count once, however often they stand there.
    pub once: bool,
    /// What the number is divided by; without it there are no scores.
    pub norms: Option<Norms>,
}

impl RowQuery {
    /// The documents of a segment with the row; `None` where a word is in none.
    pub fn open(&self, reader: &SegmentReader) -> tantivy::Result<Option<RowWalk>> {
        let Some(first) = self.terms.first() else { return Ok(None) };
        let index = reader.inverted_index(first.field())?;
        let mut words = Vec::new();
        for (offset, term) in (0..).zip(&self.terms) {
            match index.read_postings(term, IndexRecordOption::WithFreqsAndPositions)? {
                Some(postings) => words.push((offset, postings)),
                None => return Ok(None),
            }
        }
        // The rarest leads.
        words.sort_by_key(|(_, postings)| postings.size_hint());
        let lengths = reader.fieldnorms_readers().get_field(first.field())?;
        let lengths = lengths.unwrap_or_else(|| FieldNormReader::constant(reader.max_doc(), 1));
        let query = self.clone();
        let mut walk = RowWalk { query, words, lengths, doc: 0, starts: Vec::new(), places: Vec::new() };
        walk.settle();
        Ok(Some(walk))
    }
}

/// The documents with a row.
pub struct RowWalk {
    query: RowQuery,
    /// Each word with its place in the row.
    words: Vec<(u32, SegmentPostings)>,
    lengths: FieldNormReader,
    doc: DocId,
    /// Where the row begins in the document.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl RowWalk {
    /// Goes on to a document that has all words, if this is none.
    fn settle(&mut self) -> DocId {
        self.doc = 'documents: loop {
            let Some(((_, lead), others)) = self.words.split_first_mut() else { break TERMINATED };
            let doc = lead.doc();
            if doc == TERMINATED {
                break TERMINATED;
            }
            for (_, other) in others {
                if other.doc() < doc {
                    other.seek(doc);
                }
                match other.doc() {
                    TERMINATED => break 'documents TERMINATED,
                    later if later > doc => {
                        lead.seek(later);
                        continue 'documents;
                    }
                    _ => {}
                }
            }
            break doc;
        };
        self.doc
    }
}

impl Walk for RowWalk {
    fn doc(&self) -> DocId {
        self.doc
    }

    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.words[0].1.advance();
            self.settle();
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            let lead = &mut self.words[0].1;
            if lead.doc() < target {
                lead.seek(target);
            }
            self.settle();
        }
        self.doc
    }

    fn holds(&mut self) -> bool {
        let Self { words, starts, places, .. } = self;
        for (number, (offset, postings)) in words.iter_mut().enumerate() {
            postings.positions(places);
            let mut begins = places.iter().filter_map(|place| place.checked_sub(*offset)).peekable();
            if number == 0 {
                starts.clear();
                starts.extend(begins);
            } else {
                starts.retain(|start| {
                    while begins.next_if(|begin| begin < start).is_some() {}
                    begins.peek() == Some(start)
                });
            }
            if starts.is_empty() {
                return false;
            }
        }
        true
    }

    fn score(&mut self) -> Score {
        let Some(norms) = &self.query.norms else { return 1.0 };
        let often = if self.query.once { 1 } else { self.starts.len() };
        often as Score / norms[usize::from(self.lengths.fieldnorm_id(self.doc))]
    }

    fn size(&self) -> u32 {
        self.words.first().map_or(0, |(_, lead)| lead.size_hint())
    }

    // Places are some times as dear as terms.
    fn cost(&self) -> u64 {
        u64::from(self.size()) * 10
    }
}
