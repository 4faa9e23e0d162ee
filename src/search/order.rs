//! The order of hits: by score, by the values of a field, or by chance.

use std::collections::BTreeSet;

use tantivy::Score;
use tantivy::columnar::{Column, StrColumn};

use super::group::By;
use crate::error::{self, Error, ErrorKind, Result};
use crate::index::{FieldKind, IndexSchema, Keyword, Reader, Segment};
use crate::letter::CaseNumber;

/// The order of hits. Ties are broken by case number and the number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Sort {
    /// The best first.
    #[default]
    Score,
    /// By the values of a field: the first of several for an ascending order, the last for a descending one. What has no
    /// value comes last either way.
    Field {
        /// The field, by its name in queries.
        field: String,
        /// Whether the greatest value comes first.
        descending: bool,
    },
    /// By chance, the same for the same issues and seed, whatever else the index holds and however it came about.
    Random {
        /// What the order depends on.
        seed: u64,
    },
}

impl Sort {
    /// By case number and the number.
    pub fn case() -> Self {
        Self::Field { field: "case".to_owned(), descending: false }
    }

    /// The names of the fields that there is an order by.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        let has_order = |kind| !matches!(kind, FieldKind::Text | FieldKind::Path);
        IndexSchema::get().fields().filter(move |(def, _)| has_order(def.kind)).map(|(def, _)| def.name.as_str())
    }

    /// The order of this name: `score`, a field, or a field behind a hyphen for the greatest value first.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the names there are.
    pub fn parse(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        if name == "score" {
            return Ok(Self::Score);
        }
        let (field, descending) = name.strip_prefix('-').map_or((&*name, false), |field| (field, true));
        let field = field.replace([' ', '-'], "_");
        if Self::fields().any(|known| known == field) {
            return Ok(Self::Field { field, descending });
        }
        let names = Self::fields().collect::<Vec<_>>().join(", ");
        let hint = match error::nearest(&field, Self::fields()) {
            _ if name == "-score" => "by score the best hits come first, and nothing else".to_owned(),
            near if near.is_empty() => {
                format!("the orders are score, {names}, and with `-` before a field the reverse")
            }
            near => format!("did you mean {}? The orders are score, {names}", near.join(", ")),
        };
        Err(Error::new(ErrorKind::Usage, format!("there is no order by `{}`", text.trim())).with_hint(hint))
    }
}

/// The place of what has no value, behind everything else.
const MISSING: u64 = u64::MAX;

/// Where a hit stands in an order, in terms that other indexes understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A number: of the field, or made of the score.
    Number(u64),
    /// A value of a keyword field, lower case and without accents.
    Text(String),
    /// No value.
    Missing,
}

/// An order over one index. Places are numbers there: the less, the earlier.
pub struct Order {
    sort: Sort,
    /// Whether letters are ordered, not issues.
    letters: bool,
    /// The values of a keyword field in their order.
    values: Option<Vec<String>>,
}

impl Order {
    /// Looks up what an order needs to know of all segments.
    pub fn new(sort: &Sort, reader: &Reader, by: By) -> tantivy::Result<Self> {
        let mut values = None;
        if let Sort::Field { field, .. } = sort
            && IndexSchema::get().find(field).is_some_and(|(def, _)| def.is_keyword())
        {
            let mut known = BTreeSet::new();
            for segment in reader.segments() {
                if let Some(keywords) = segment.keywords(field)? {
                    known.extend(keywords.values.iter().map(|keyword| keyword.folded.clone()));
                }
            }
            values = Some(known.into_iter().collect());
        }
        Ok(Self { sort: sort.clone(), letters: by == By::Letter, values })
    }

    /// The same for the documents of one segment.
    pub fn of(&self, segment: &Segment) -> tantivy::Result<Places> {
        Ok(match (&self.sort, &self.values) {
            (Sort::Score, _) => Places::Score,
            (Sort::Random { seed }, _) => Places::Random { seed: *seed, letters: self.letters },
            (Sort::Field { field, descending }, Some(values)) => match segment.keywords(field)? {
                None => Places::Missing,
                Some(keywords) => {
                    let rank = |keyword: &Keyword| values.binary_search(&keyword.folded).map_or(MISSING, standing);
                    let ranks = keywords.values.iter().map(rank).collect();
                    Places::Text { column: keywords.column, ranks, descending: *descending }
                }
            },
            (Sort::Field { field, descending }, None) => Places::Number {
                column: segment.numbers(field)?,
                // Letters without a case number have other numbers, above all of those.
                most: if field == "case" { CaseNumber::MAX_U64 } else { u64::MAX },
                descending: *descending,
            },
        })
    }

    /// What a place means.
    pub fn tell(&self, place: u64) -> Place {
        let is_descending = matches!(self.sort, Sort::Field { descending: true, .. });
        match &self.values {
            _ if place == MISSING && matches!(self.sort, Sort::Field { .. }) => Place::Missing,
            Some(values) => {
                let value = values.get((turned(place, is_descending) / 2) as usize);
                value.map_or(Place::Missing, |value| Place::Text(value.clone()))
            }
            None => Place::Number(turned(place, is_descending)),
        }
    }

    /// The place that something has or would have here; `None` where the order knows no such thing.
    pub fn find(&self, place: &Place) -> Option<u64> {
        let is_descending = matches!(self.sort, Sort::Field { descending: true, .. });
        match (place, &self.values) {
            (Place::Missing, _) if matches!(self.sort, Sort::Field { .. }) => Some(MISSING),
            (Place::Number(number), None) => Some(turned(*number, is_descending)),
            (Place::Text(value), Some(values)) => {
                let place = values.binary_search(value).map_or_else(|before| 2 * before as u64, standing);
                Some(turned(place, is_descending))
            }
            _ => None,
        }
    }
}

/// The place of a value among others, which leaves room between them for values that there are not.
fn standing(rank: usize) -> u64 {
    2 * rank as u64 + 1
}

/// A place in the reverse order, and back.
fn turned(place: u64, is_descending: bool) -> u64 {
    if is_descending { (MISSING - 1).saturating_sub(place) } else { place }
}

/// The places of the documents of one segment.
pub enum Places {
    /// By score.
    Score,
    /// By chance.
    Random {
        /// What the order depends on.
        seed: u64,
        /// Whether a letter has one place, however many issues it has: otherwise those with many would come first.
        letters: bool,
    },
    /// By a number.
    Number {
        /// The numbers.
        column: Column<u64>,
        /// Above this number there is no value.
        most: u64,
        /// Whether the greatest comes first.
        descending: bool,
    },
    /// By a keyword.
    Text {
        /// The values.
        column: StrColumn,
        /// The place of each value.
        ranks: Vec<u64>,
        /// Whether the greatest comes first.
        descending: bool,
    },
    /// Nothing has a value.
    Missing,
}

impl Places {
    /// Whether documents have to be scored.
    pub fn wants_scores(&self) -> bool {
        matches!(self, Self::Score)
    }

    /// The score of what has this place, where the order is by score.
    pub fn score(&self, place: u64) -> Option<Score> {
        match self {
            Self::Score => Some(Score::from_bits(u32::MAX - u32::try_from(place).unwrap_or(u32::MAX))),
            _ => None,
        }
    }

    /// The place of a document.
    pub fn of(&self, doc: u32, score: Score, letter: impl Fn() -> u64, number: u64) -> u64 {
        match self {
            // The bits of positive floating point numbers order as the numbers do.
            Self::Score => u64::from(u32::MAX - score.max(0.0).to_bits()),
            Self::Random { seed, letters } => mixed(mixed(mixed(*seed) ^ letter()) ^ if *letters { 0 } else { number }),
            Self::Number { column, most, descending } => match column.first(doc) {
                Some(number) if number <= *most => turned(number, *descending),
                _ => MISSING,
            },
            Self::Text { column, ranks, descending } => {
                let places = column.term_ords(doc).filter_map(|ord| ranks.get(ord as usize));
                places.map(|place| turned(*place, *descending)).min().unwrap_or(MISSING)
            }
            Self::Missing => MISSING,
        }
    }
}

/// A number whose every bit depends on every bit of another, by the last step of SplitMix64 (Steele, Lea and Flood, Fast
/// Splittable Pseudorandom Number Generators, OOPSLA 2014, with Stafford's constants).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
