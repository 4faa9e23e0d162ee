//! What issues can be counted by: the values of keyword fields, years and months of decision, bands of age.

use std::collections::{BTreeMap, HashMap};

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};

use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldKind, IndexSchema, analysis};

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

/// What the name of a dimension of highest levels ends in.
const GROUP: &str = "_group";

/// The code of a missing value.
pub const MISSING: u32 = u32::MAX;

/// Something to count by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dimension {
    /// The values of a keyword field.
    Keyword(String),
    /// The highest levels of a hierarchy: of `rehabilitation/acupuncture` the first word. Named after the field, as
    /// `category_group` is after `category`.
    Group {
        /// The field.
        field: String,
        /// The name of the dimension.
        name: String,
    },
    /// The year of the decision.
    Year,
    /// The month of the decision.
    Month,
    /// The band of the worker's age.
    AgeBand,
}

impl Dimension {
    /// The names of all dimensions.
    pub fn names() -> Vec<String> {
        let keywords = IndexSchema::get().fields().filter(|(def, _)| def.is_keyword());
        let names = keywords.flat_map(|(def, _)| {
            let group = (def.kind == FieldKind::Hierarchy).then(|| format!("{}{GROUP}", def.name));
            std::iter::once(def.name.clone()).chain(group)
        });
        names.chain(["year", "month", "age_band"].map(str::to_owned)).collect()
    }

    /// The dimensions of these names, each named once.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a name that there is not, or that is there twice.
    pub fn parse_all<S: AsRef<str>>(names: &[S]) -> Result<Vec<Self>> {
        let mut dimensions: Vec<Self> = Vec::new();
        for name in names {
            let dimension = Self::parse(name.as_ref())?;
            if dimensions.contains(&dimension) {
                return Err(Error::new(ErrorKind::Usage, format!("`{}` is named twice", dimension.name())));
            }
            dimensions.push(dimension);
        }
        Ok(dimensions)
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
        if let Some((def, _)) = folded.strip_suffix(GROUP).and_then(|field| IndexSchema::get().find(field))
            && def.kind == FieldKind::Hierarchy
        {
            return Ok(Self::Group { field: def.name.clone(), name: folded });
        }
        match IndexSchema::get().find(&folded) {
            Some((def, _)) if def.is_keyword() => Ok(Self::Keyword(def.name.clone())),
            _ => Err(Error::new(ErrorKind::Usage, format!("there is nothing to count by under the name `{name}`"))
                .with_hint(format!("counts can be made by {}", Self::names().join(", ")))),
        }
    }

    /// The dimension of the highest levels of this one, if it has levels.
    pub fn group(&self) -> Option<Self> {
        let Self::Keyword(field) = self else { return None };
        let (def, _) = IndexSchema::get().find(field)?;
        let name = format!("{field}{GROUP}");
        (def.kind == FieldKind::Hierarchy).then(|| Self::Group { field: field.clone(), name })
    }

    /// The name in output.
    pub fn name(&self) -> &str {
        match self {
            Self::Keyword(name) | Self::Group { name, .. } => name,
            Self::Year => "year",
            Self::Month => "month",
            Self::AgeBand => "age_band",
        }
    }

    /// Whether the values have an order of their own.
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Keyword(_) | Self::Group { .. })
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
    /// How many documents had each value of the column.
    spelt: Vec<u64>,
}

/// Goes over the values of a column in their order, cut to what the dimension takes of them.
fn each_value(dimension: &Dimension, column: &StrColumn, each: &mut dyn FnMut(&str)) -> tantivy::Result<()> {
    let mut value = String::new();
    for ord in 0..column.num_terms() as u64 {
        value.clear();
        column.ord_to_str(ord, &mut value)?;
        each(match dimension {
            Dimension::Group { .. } => value.split(analysis::LEVEL).next().unwrap_or(&value),
            _ => &value,
        });
    }
    Ok(())
}

enum Source {
    Absent,
    Keyword { column: StrColumn, codes: Vec<u32> },
    Number(Column<u64>),
}

/// The values of a dimension over all segments. Values that differ only in case and accents, which a filter cannot tell
/// apart either, are one and have one code.
#[derive(Debug, Clone, Default)]
pub struct Interner {
    codes: HashMap<String, u32>,
    /// For each code how many documents have which spelling.
    spellings: Vec<BTreeMap<String, u64>>,
}

impl Interner {
    fn code(&mut self, value: &str) -> u32 {
        let next = self.spellings.len() as u32;
        let code = *self.codes.entry(analysis::fold(value)).or_insert(next);
        if code == next {
            self.spellings.push(BTreeMap::new());
        }
        code
    }

    /// The code of a value, if it occurs.
    pub fn find(&self, value: &str) -> Option<u32> {
        self.codes.get(value).copied()
    }

    /// The names of all codes: the spelling that most documents have, of equally frequent ones the first by its bytes.
    pub fn names(&self) -> Vec<&str> {
        self.spellings
            .iter()
            .map(|spellings| {
                let best = spellings.iter().max_by(|(a, n), (b, m)| n.cmp(m).then(b.cmp(a)));
                best.map_or("", |(spelling, _)| spelling.as_str())
            })
            .collect()
    }
}

impl Values {
    /// Opens the column of a dimension. Values get codes from `interner`.
    pub fn open(dimension: &Dimension, segment: &SegmentReader, interner: &mut Interner) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        let source = match dimension {
            Dimension::Keyword(field) | Dimension::Group { field, .. } => match fast.str(field)? {
                None => Source::Absent,
                Some(column) => {
                    let mut codes = Vec::with_capacity(column.num_terms());
                    each_value(dimension, &column, &mut |value| codes.push(interner.code(value)))?;
                    Source::Keyword { column, codes }
                }
            },
            Dimension::Year | Dimension::Month => Source::Number(fast.u64("decided")?),
            Dimension::AgeBand => Source::Number(fast.u64("age")?),
        };
        let spelt = match &source {
            Source::Keyword { codes, .. } => vec![0; codes.len()],
            _ => Vec::new(),
        };
        Ok(Self { dimension: dimension.clone(), source, spelt })
    }

    /// Tells the interner how often each spelling occurred.
    pub fn close(&self, interner: &mut Interner) -> tantivy::Result<()> {
        let Source::Keyword { column, codes } = &self.source else { return Ok(()) };
        let mut counted = codes.iter().zip(&self.spelt);
        each_value(&self.dimension, column, &mut |value| {
            if let Some((code, count)) = counted.next().filter(|(_, count)| **count > 0) {
                *interner.spellings[*code as usize].entry(value.to_owned()).or_default() += count;
            }
        })
    }

    /// Puts the codes of a document's values into a list; a document without a value has the code [`MISSING`].
    pub fn of(&mut self, doc: u32, codes: &mut Vec<u32>) {
        codes.clear();
        match &self.source {
            Source::Absent => {}
            Source::Keyword { column, codes: of } => {
                for ord in column.term_ords(doc) {
                    let Some(code) = of.get(ord as usize) else { continue };
                    self.spelt[ord as usize] += 1;
                    // Two values of a document can have one highest level.
                    if !codes.contains(code) {
                        codes.push(*code);
                    }
                }
            }
            Source::Number(column) => codes.extend(column.first(doc).map(|value| self.dimension.code(value))),
        }
        if codes.is_empty() {
            codes.push(MISSING);
        }
    }
}
