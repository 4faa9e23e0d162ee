//! What a query was compiled to: words and values, and how they are combined, window by window.

use std::ops::Range;

use tantivy::query::{Bm25StatisticsProvider, EnableScoring, Query, Weight};
use tantivy::schema::Schema;
use tantivy::{DocId, Score, TERMINATED};

use super::fields::{FieldsQuery, FieldsWeight};
use super::kept::{Known, Name};
use super::of_letter::OfLetter;
use super::range;
use super::sum::Sum;
use super::walk::{All, Plain, Same};
use super::window::{Bits, Found, SIZE, Source, Windows, cost, first};
use crate::index::{Segment, Stop};

/// A compiled query.
pub enum Tree {
    /// No document.
    Nothing,
    /// Every document.
    Everything,
    /// What a query of tantivy's matches, all with one score.
    Same {
        /// The documents.
        query: Box<dyn Query>,
        /// Whether it matches the first documents of letters, and these stand for all.
        of_letter: bool,
        /// The score.
        score: Score,
    },
    /// What has a number in a field between two, or one of them.
    Range {
        /// The field.
        field: &'static str,
        /// The least.
        first: u64,
        /// The greatest.
        last: u64,
    },
    /// What stands in some fields.
    Fields(FieldsQuery),
    /// What all match and none of the others.
    Every {
        /// What must match.
        of: Vec<Tree>,
        /// What must not.
        not: Vec<Tree>,
    },
    /// What so many match at least.
    Any {
        /// What may match.
        of: Vec<Tree>,
        /// How many.
        least: usize,
    },
    /// What one matches at least; of the scores the best counts, and of others so much.
    Best {
        /// What may match.
        of: Vec<Tree>,
        /// How much of the others counts.
        other: Score,
    },
    /// What may be known of an earlier query.
    Kept {
        /// What it is.
        of: Box<Tree>,
        /// What it is known by.
        name: Name,
    },
}

impl Tree {
    /// The same for an index with these statistics; without them there are no scores.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn weighted(
        &self,
        schema: &Schema,
        statistics: Option<&dyn Bm25StatisticsProvider>,
    ) -> tantivy::Result<Weighted> {
        Ok(Weighted { node: self.node(schema, statistics)?, is_scored: statistics.is_some(), stop: Stop::never() })
    }

    fn node(&self, schema: &Schema, statistics: Option<&dyn Bm25StatisticsProvider>) -> tantivy::Result<Node> {
        let each = |of: &[Tree]| of.iter().map(|tree| tree.node(schema, statistics)).collect::<tantivy::Result<_>>();
        Ok(match self {
            Self::Nothing => Node::Nothing,
            Self::Everything => Node::Everything,
            Self::Same { query, of_letter, score } => {
                let weight = query.weight(EnableScoring::disabled_from_schema(schema))?;
                Node::Same { weight, of_letter: *of_letter, score: *score }
            }
            Self::Range { field, first, last } => Node::Range { field, between: (*first, *last) },
            Self::Fields(fields) => Node::Fields(fields.weighted(schema, statistics)?),
            Self::Every { of, not } => {
                // What must not match needs no scores.
                let not = not.iter().map(|tree| tree.node(schema, None)).collect::<tantivy::Result<_>>()?;
                Node::Every { of: each(of)?, not }
            }
            Self::Any { of, least } => Node::Any { of: each(of)?, least: *least },
            Self::Best { of, other } => Node::Best { of: each(of)?, other: *other },
            Self::Kept { of, name } => {
                let known = Known::asked(name, statistics.is_some());
                Node::Kept { of: Box::new(of.node(schema, statistics)?), known }
            }
        })
    }
}

/// A compiled query for one index.
pub struct Weighted {
    node: Node,
    is_scored: bool,
    stop: Stop,
}

enum Node {
    Nothing,
    Everything,
    Same { weight: Box<dyn Weight>, of_letter: bool, score: Score },
    Range { field: &'static str, between: (u64, u64) },
    Fields(FieldsWeight),
    Every { of: Vec<Node>, not: Vec<Node> },
    Any { of: Vec<Node>, least: usize },
    Best { of: Vec<Node>, other: Score },
    Kept { of: Box<Node>, known: Known },
}

impl Weighted {
    /// The same until nobody waits for it: from then on it matches nothing, which whoever runs it has to tell.
    #[must_use]
    pub fn until(self, stop: Stop) -> Self {
        Self { stop, ..self }
    }

    /// What it matches among some documents of a segment.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn windows(&self, reader: &Segment, range: Range<DocId>) -> tantivy::Result<Windows> {
        Ok(Windows::new(self.node.open(reader, self.is_scored)?, range.start, range.end, self.stop.clone()))
    }
}

impl Node {
    fn open(&self, reader: &Segment, is_scored: bool) -> tantivy::Result<Box<dyn Source>> {
        let open = |of: &[Node], is_scored: bool| {
            let mut open = of.iter().map(|node| node.open(reader, is_scored)).collect::<tantivy::Result<Vec<_>>>()?;
            // What is quick to look up leaves less to what is slow.
            open.sort_by_key(|source| source.cost());
            tantivy::Result::Ok(open)
        };
        let each = |of: &[Node]| open(of, is_scored);
        let (found, max_doc) = (Found::new(), reader.max_doc());
        Ok(match self {
            Self::Nothing => Box::new(All(0)),
            Self::Everything => Box::new(All(max_doc)),
            Self::Same { weight, of_letter, score } => {
                let (walk, score) = (Plain(weight.scorer(reader, 1.0)?), *score);
                match of_letter {
                    true => Box::new(Same { walk: OfLetter::new(walk, reader)?, score }),
                    false => Box::new(Same { walk, score }),
                }
            }
            Self::Range { field, between } => Box::new(range::Range::new(reader.numbers(field)?, *between, max_doc)),
            Self::Fields(fields) => fields.open(reader)?,
            Self::Every { of, not } => Box::new(Every { of: each(of)?, not: open(not, false)?, found, is_scored }),
            Self::Any { of, least } if *least > 1 => {
                Box::new(Least { of: each(of)?, least: *least, often: vec![0; SIZE as usize], found })
            }
            Self::Any { of, .. } if is_scored => Box::new(Sum::new(each(of)?)),
            Self::Any { of, .. } => Box::new(Either { of: each(of)?, found }),
            Self::Best { of, .. } if !is_scored => Box::new(Either { of: each(of)?, found }),
            Self::Best { of, other } => Box::new(Best { of: each(of)?, other: *other, best: Found::new(), found }),
            Self::Kept { of, known } => known.open(reader, || of.open(reader, is_scored))?,
        })
    }
}

struct Every {
    of: Vec<Box<dyn Source>>,
    not: Vec<Box<dyn Source>>,
    found: Found,
    is_scored: bool,
}

impl Source for Every {
    fn next(&self) -> DocId {
        self.of.iter().map(|source| source.next()).max().unwrap_or(TERMINATED)
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        let Some((lead, others)) = self.of.split_first_mut() else { return };
        lead.fill(start, wanted, found);
        for other in others {
            if found.has.is_empty() {
                return;
            }
            other.fill(start, &found.has, &mut self.found);
            found.has = self.found.has.clone();
            if self.is_scored {
                self.found.has.each(|place| found.set(place, found.score(place) + self.found.score(place)));
            }
        }
        for not in &mut self.not {
            if found.has.is_empty() {
                return;
            }
            not.fill(start, &found.has, &mut self.found);
            found.has.remove(&self.found.has);
        }
    }

    fn most(&self) -> Score {
        self.of.iter().map(|source| source.most()).sum()
    }

    fn at_least(&mut self, score: Score) {
        for place in 0..self.of.len() {
            let others = self.of.iter().enumerate().filter(|(other, _)| *other != place);
            let others: Score = others.map(|(_, source)| source.most()).sum();
            self.of[place].at_least(score - others);
        }
    }

    fn cost(&self) -> u64 {
        self.of.first().map_or(0, |lead| lead.cost())
    }
}

/// What any has, without scores.
struct Either {
    of: Vec<Box<dyn Source>>,
    found: Found,
}

impl Source for Either {
    fn next(&self) -> DocId {
        first(&self.of)
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        let mut wanted = wanted.clone();
        for source in &mut self.of {
            source.fill(start, &wanted, &mut self.found);
            found.has.add(&self.found.has);
            wanted.remove(&self.found.has);
        }
    }

    fn cost(&self) -> u64 {
        cost(&self.of)
    }
}

/// What several have, as many as are wanted.
struct Least {
    of: Vec<Box<dyn Source>>,
    least: usize,
    /// How many have a document.
    often: Vec<usize>,
    found: Found,
}

impl Source for Least {
    fn next(&self) -> DocId {
        first(&self.of)
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        self.often.fill(0);
        for source in &mut self.of {
            source.fill(start, wanted, &mut self.found);
            self.found.has.each(|place| {
                found.add(place, self.found.score(place));
                self.often[place as usize] += 1;
            });
        }
        let mut few = Bits::none();
        found.has.each(|place| {
            if self.often[place as usize] < self.least {
                few.insert(place);
            }
        });
        found.has.remove(&few);
    }

    fn cost(&self) -> u64 {
        cost(&self.of)
    }
}

struct Best {
    of: Vec<Box<dyn Source>>,
    other: Score,
    /// The best score of each document.
    best: Found,
    found: Found,
}

impl Source for Best {
    fn next(&self) -> DocId {
        first(&self.of)
    }

    fn fill(&mut self, start: DocId, wanted: &Bits, found: &mut Found) {
        found.has.clear();
        for source in &mut self.of {
            source.fill(start, wanted, &mut self.found);
            self.found.has.each(|place| {
                let score = self.found.score(place);
                let best = if found.has.has(place) { self.best.score(place).max(score) } else { score.max(0.0) };
                self.best.set(place, best);
                found.add(place, score);
            });
        }
        let (best, other) = (&self.best, self.other);
        found.has.clone().each(|place| {
            let best = best.score(place);
            found.set(place, best + (found.score(place) - best) * other);
        });
    }

    fn cost(&self) -> u64 {
        cost(&self.of)
    }
}
