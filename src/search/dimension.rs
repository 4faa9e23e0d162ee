//! What issues can be counted by: the values of keyword fields, years and months of decision, bands of age.

use std::collections::HashMap;

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};

use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldKind, IndexSchema};

/// The bands of age: first year, last year, name.
pub const AGE_BANDS: [(u64, u64, &str); 7] = [
    (0, 17, "0-17"),
    (18, 29, "18-29"),
    (30, 39, "30-39"),
    (40, 49, "40-49"),
    (50, 59, "50-59"),
    (60, 69, "60-69"),
    (70, u64::MAX, "70+"),
];

/// The code of a missing value.
pub const MISSING: u32 = u32::MAX;

/// Something to count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// The values of a keyword field.
    Keyword(String),
    /// The year of the decision.
    Year,
    /// The month of the decision.
    Month,
    /// The band of the worker's age.
    AgeBand,
}

impl Dimension {
    /// The names of all dimensions.
    pub fn names() -> Vec<&'static str> {
        let keywords = IndexSchema::get().fields().filter(|(def, _)| def.kind == FieldKind::Keyword);
        keywords.map(|(def, _)| def.name.as_str()).chain(["year", "month", "age_band"]).collect()
    }

    /// The dimension of this name.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the names there are.
    pub fn parse(name: &str) -> Result<Self> {
        let folded = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        match folded.as_str() {
            "year" => return Ok(Self::Year),
            "month" => return Ok(Self::Month),
            "age" | "age_band" => return Ok(Self::AgeBand),
            _ => {}
        }
        match IndexSchema::get().find(&folded) {
            Some((def, _)) if def.kind == FieldKind::Keyword => Ok(Self::Keyword(def.name.clone())),
            _ => Err(Error::new(ErrorKind::Usage, format!("there is nothing to count by under the name `{name}`"))
                .with_hint(format!("counts can be made by {}", Self::names().join(", ")))),
        }
    }

    /// The name in output.
    pub fn name(&self) -> &str {
        match self {
            Self::Keyword(name) => name,
            Self::Year => "year",
            Self::Month => "month",
            Self::AgeBand => "age_band",
        }
    }

    /// Whether the values have an order of their own.
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Keyword(_))
    }

    /// The name of a value that is not a keyword's.
    pub fn ordered_name(&self, code: u32) -> String {
        match self {
            Self::Month => format!("{:04}-{:02}", code / 100, code % 100),
            Self::AgeBand => AGE_BANDS.get(code as usize).map_or_else(String::new, |b| b.2.to_owned()),
            _ => code.to_string(),
        }
    }

    fn code(&self, value: u64) -> u32 {
        let code = match self {
            Self::Year => value / 10_000,
            Self::Month => value / 100,
            _ => AGE_BANDS.iter().position(|band| (band.0..=band.1).contains(&value)).unwrap_or(0) as u64,
        };
        u32::try_from(code).unwrap_or(MISSING)
    }
}

/// The values of one dimension in one segment, as codes.
pub struct Values {
    dimension: Dimension,
    source: Source,
}

enum Source {
    Absent,
    Keyword { column: StrColumn, codes: Vec<u32> },
    Number(Column<u64>),
}

/// The codes of a keyword's values, over all segments.
pub type Interner = HashMap<String, u32>;

impl Values {
    /// Opens the column of a dimension. Values get codes from `interner`.
    pub fn open(dimension: &Dimension, segment: &SegmentReader, interner: &mut Interner) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let source = match dimension {
            Dimension::Keyword(name) => match fast.str(name)? {
                None => Source::Absent,
                Some(column) => {
                    let mut codes = Vec::with_capacity(column.num_terms());
                    let mut value = String::new();
                    for ord in 0..column.num_terms() as u64 {
                        value.clear();
                        column.ord_to_str(ord, &mut value)?;
                        let next = interner.len() as u32;
                        let code = match interner.get(&value) {
                            Some(code) => *code,
                            None => *interner.entry(value.clone()).or_insert(next),
                        };
                        codes.push(code);
                    }
                    Source::Keyword { column, codes }
                }
            },
            Dimension::Year | Dimension::Month => Source::Number(fast.u64("decided")?),
            Dimension::AgeBand => Source::Number(fast.u64("age")?),
        };
        Ok(Self { dimension: dimension.clone(), source })
    }

    /// Puts the codes of a document's values into a list; a document without a value has the code [`MISSING`].
    pub fn of(&self, doc: u32, codes: &mut Vec<u32>) {
        codes.clear();
        match &self.source {
            Source::Absent => {}
            Source::Keyword { column, codes: of } => {
                codes.extend(column.term_ords(doc).filter_map(|ord| of.get(ord as usize)));
            }
            Source::Number(column) => codes.extend(column.first(doc).map(|value| self.dimension.code(value))),
        }
        if codes.is_empty() {
            codes.push(MISSING);
        }
    }
}
