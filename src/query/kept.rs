//! What words of queries match, kept for the next query with the same words.
//!
//! Who searches asks again and again with the same words: for other filters, another order, the next page, or the same counted
//! by something else; and the words that most documents have, which take the longest to look up, are those that most queries
//! have. So whoever answers many queries keeps what a word matches with its scores, as other search engines do of filters.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tantivy::index::SegmentId;
use tantivy::{DocId, Score};

use super::Expr;
use super::window::{Bits, Found, SIZE, Source, Windows};
use crate::index::{Kept, KeptKey, KeptList, Segment, Stop};

/// The most bytes of a key.
const LONGEST: usize = 1 << 10;
/// What has fewer documents of a segment than this part of it is looked up as quickly as it is found here.
const RARE: DocId = 64;
/// By how much quicker a document is found here than among postings.
const QUICKER: u64 = 4;

/// What names a part of a query: equal ones match and score the same in an index.
#[derive(Debug, Clone)]
pub struct Name {
    what: Arc<str>,
    kept: Arc<Kept>,
}

impl Name {
    /// The name of an expression that counts so much; `None` of one that takes more to name than to look up.
    pub fn of(expr: &Expr, factor: Score, kept: &Arc<Kept>) -> Option<Self> {
        // Expressions are plain data, of which all is printed.
        let what = format!("{factor} {expr:?}");
        (what.len() <= LONGEST).then(|| Self { what: what.into(), kept: Arc::clone(kept) })
    }
}

/// The same for one query, which looks it up with or without scores.
pub struct Known {
    name: Name,
    is_scored: bool,
    /// Whether it was asked for before. What is asked for once is not worth looking at where the query does not need it.
    comes_again: bool,
    /// What this query has made, once for all parts of a segment.
    made: Mutex<HashMap<SegmentId, Made>>,
}

type Made = Arc<OnceLock<Arc<KeptList>>>;

impl Known {
    /// Notes that it is asked for.
    pub fn asked(name: &Name, is_scored: bool) -> Self {
        let comes_again = name.kept.comes_again(&name.what);
        Self { name: name.clone(), is_scored, comes_again, made: Mutex::default() }
    }

    /// What it matches in a segment: as it was kept, or else as `open` looks it up.
    ///
    /// # Errors
    /// Those of `open`.
    pub fn open(
        &self,
        segment: &Segment,
        open: impl Fn() -> tantivy::Result<Box<dyn Source>>,
    ) -> tantivy::Result<Box<dyn Source>> {
        let id = segment.segment_id();
        let key = |is_scored| KeptKey { what: Arc::clone(&self.name.what), segment: id, is_scored };
        let known = |is_scored| self.name.kept.get(&key(is_scored));
        if let Some(list) = known(true).or_else(|| if self.is_scored { None } else { known(false) }) {
            return Ok(self.source(list));
        }
        let source = open()?;
        if !self.comes_again || source.cost() < u64::from(segment.max_doc() / RARE) {
            return Ok(source);
        }
        let made = Arc::clone(self.made.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default());
        let list = made.get_or_init(|| {
            let list = Arc::new(all_of(source, segment.max_doc(), self.is_scored));
            self.name.kept.keep(key(self.is_scored), &list);
            list
        });
        Ok(self.source(Arc::clone(list)))
    }

    fn source(&self, list: Arc<KeptList>) -> Box<dyn Source> {
        Box::new(ListSource { list, is_scored: self.is_scored, at: 0 })
    }
}

/// All that a query has of a segment.
fn all_of(source: Box<dyn Source>, max_doc: DocId, is_scored: bool) -> KeptList {
    let mut windows = Windows::new(source, 0, max_doc, Stop::never());
    KeptList::of(max_doc, |each| {
        while let Some((start, found)) = windows.fill_next() {
            found.has.each(|place| each(start + place, is_scored.then(|| found.score(place))));
        }
    })
}

/// What was kept, in place of the query.
struct ListSource {
    list: Arc<KeptList>,
    /// Whether scores are wanted, which a list may have all the same.
    is_scored: bool,
    /// Where the next window begins at the earliest.
    at: DocId,
}

impl Source for ListSource {
    fn next(&self) -> DocId {
        self.list.next(self.at)
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        let list = &self.list;
        found.has = wanted.clone();
        found.has.retain(|place| list.word(start + place));
        if self.is_scored && list.has_scores() {
            found.has.clone().each(|place| found.set(place, list.score(start + place)));
        }
        self.at = start.saturating_add(SIZE);
    }

    fn most(&self) -> Score {
        self.list.most()
    }

    fn cost(&self) -> u64 {
        u64::from(self.list.count()) / QUICKER
    }
}
