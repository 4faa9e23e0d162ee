//! What issues can be counted by: the values of keyword fields, years and months of decision, bands of age.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use tantivy::columnar::{Cardinality, Column};

use crate::error::{Error, ErrorKind, Result};
use crate::index::{FieldKind, IndexSchema, Keyword, Keywords, Segment, analysis};

pub use crate::index::AGE_BANDS;

/// What the name of a dimension of highest levels ends in.
const GROUP: &str = "_group";

/// Keyword fields whose first value is one to count by: reviewers list their specialties by their weight.
const SEVERAL: [&str; 1] = ["specialty"];

/// What the name of a dimension of first values begins with.
const FIRST: &str = "first_";

/// The code of a missing value.
pub const MISSING: u32 = u32::MAX;

/// The code of what stands for all values that are not told apart.
pub const OTHERS: u32 = u32::MAX - 1;

/// Parts of time, with their names: of the decision, and of the injury.
const PERIODS: [(&str, &str, Unit); 6] = [
    ("year", "decided", Unit::Year),
    ("quarter", "decided", Unit::Quarter),
    ("month", "decided", Unit::Month),
    ("injury_year", "injured", Unit::Year),
    ("injury_quarter", "injured", Unit::Quarter),
    ("injury_month", "injured", Unit::Month),
];

/// A part of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A calendar year.
    Year,
    /// Three calendar months.
    Quarter,
    /// A calendar month.
    Month,
}

impl Unit {
    /// How many there are in a year; codes are `year * 100` and the number in the year, and of years the year.
    fn in_a_year(self) -> u32 {
        match self {
            Self::Year => 1,
            Self::Quarter => 4,
            Self::Month => 12,
        }
    }
}

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
    /// The first value of a keyword field that may have several, as `first_specialty`.
    First {
        /// The field.
        field: String,
        /// The name of the dimension.
        name: String,
    },
    /// The part of time in which a day of the letter lies.
    Period {
        /// The name of the dimension.
        name: &'static str,
        /// The field of the day.
        field: &'static str,
        /// How long the part is.
        unit: Unit,
    },
    /// The band of the worker's age.
    AgeBand,
    /// How many issues the letter has.
    Requests,
}

impl Dimension {
    /// The names of all dimensions.
    pub fn names() -> Vec<String> {
        let keywords = IndexSchema::get().fields().filter(|(def, _)| def.is_keyword());
        let names = keywords.flat_map(|(def, _)| {
            let group = (def.kind == FieldKind::Hierarchy).then(|| format!("{}{GROUP}", def.name));
            std::iter::once(def.name.clone()).chain(group)
        });
        let first = SEVERAL.map(|field| format!("{FIRST}{field}"));
        let periods = PERIODS.map(|(name, ..)| name.to_owned());
        names.chain(first).chain(periods).chain(["age_band", "requests"].map(str::to_owned)).collect()
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
            "age" | "age_band" => return Ok(Self::AgeBand),
            "requests" => return Ok(Self::Requests),
            _ => {}
        }
        if let Some((name, field, unit)) = PERIODS.into_iter().find(|(name, ..)| *name == folded) {
            return Ok(Self::Period { name, field, unit });
        }
        if let Some(field) = folded.strip_prefix(FIRST).filter(|field| SEVERAL.contains(field)) {
            return Ok(Self::First { field: field.to_owned(), name: folded });
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
            Self::Keyword(name) | Self::Group { name, .. } | Self::First { name, .. } => name,
            Self::Period { name, .. } => name,
            Self::AgeBand => "age_band",
            Self::Requests => "requests",
        }
    }

    /// Whether the values are parts of time.
    pub fn is_time(&self) -> bool {
        matches!(self, Self::Period { .. })
    }

    /// The part of time behind another.
    pub fn next(&self, code: u32) -> Option<u32> {
        let Self::Period { unit, .. } = self else { return None };
        Some(match unit {
            Unit::Year => code + 1,
            _ if code % 100 < unit.in_a_year() => code + 1,
            _ => (code / 100 + 1) * 100 + 1,
        })
    }

    /// The part of time before another.
    pub fn before(&self, code: u32) -> Option<u32> {
        let Self::Period { unit, .. } = self else { return None };
        match unit {
            Unit::Year => code.checked_sub(1),
            _ if code % 100 > 1 => Some(code - 1),
            _ => Some((code / 100).checked_sub(1)? * 100 + unit.in_a_year()),
        }
    }

    /// Whether the values have an order of their own.
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Keyword(_) | Self::Group { .. } | Self::First { .. })
    }

    /// The name of a value that is not a keyword's.
    pub fn ordered_name(&self, code: u32) -> String {
        match self {
            Self::Period { unit: Unit::Month, .. } => format!("{:04}-{:02}", code / 100, code % 100),
            Self::Period { unit: Unit::Quarter, .. } => format!("{:04}-Q{}", code / 100, code % 100),
            Self::AgeBand => AGE_BANDS.get(code as usize).map_or_else(String::new, |b| b.2.to_owned()),
            _ => code.to_string(),
        }
    }

    /// The code of a value by its name, as [`Dimension::ordered_name`] gives it; `None` for keywords.
    pub(crate) fn code_of(&self, name: &str) -> Option<u32> {
        match self {
            Self::Period { unit: Unit::Year, .. } | Self::Requests => name.parse().ok(),
            Self::Period { .. } => {
                let (year, part) = name.split_once('-')?;
                let part: u32 = part.strip_prefix('Q').unwrap_or(part).parse().ok()?;
                Some(year.parse::<u32>().ok()?.checked_mul(100)? + part)
            }
            Self::AgeBand => u32::try_from(AGE_BANDS.iter().position(|band| band.2 == name)?).ok(),
            Self::Keyword(_) | Self::Group { .. } | Self::First { .. } => None,
        }
    }

    fn code(&self, value: u64) -> u32 {
        let code = match self {
            Self::Period { unit: Unit::Year, .. } => value / 10_000,
            Self::Period { unit: Unit::Quarter, .. } => value / 10_000 * 100 + (value / 100 % 100).div_ceil(3),
            Self::Period { unit: Unit::Month, .. } => value / 100,
            Self::AgeBand => AGE_BANDS.iter().position(|band| (band.0..=band.1).contains(&value)).unwrap_or(0) as u64,
            _ => value,
        };
        u32::try_from(code).unwrap_or(MISSING)
    }

    /// What it takes of a keyword: all of it, or the highest of its levels.
    fn cut<'a>(&self, value: &'a str) -> &'a str {
        match self {
            Self::Group { .. } => value.split(analysis::LEVEL).next().unwrap_or(value),
            _ => value,
        }
    }
}

/// The values of one dimension in one segment, as codes.
pub struct Values {
    dimension: Dimension,
    source: Source,
    /// How many documents had each value of the column.
    spelt: Vec<u64>,
}

enum Source {
    Absent,
    Keyword { keywords: Keywords, codes: Vec<u32> },
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
    /// The code of a value, lower case and without accents.
    pub fn code(&mut self, folded: &str) -> u32 {
        if let Some(code) = self.codes.get(folded) {
            return *code;
        }
        let next = self.spellings.len() as u32;
        self.codes.insert(folded.to_owned(), next);
        self.spellings.push(BTreeMap::new());
        next
    }

    /// Notes that so many documents spell a value so.
    pub fn spelt(&mut self, value: &str, documents: u64) {
        let code = self.code(&analysis::fold(value));
        *self.spellings[code as usize].entry(value.to_owned()).or_default() += documents;
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
    /// Opens the column of a dimension. Values get codes from `interner`; those of a keyword field that are not among the
    /// folded ones of `keep` are not told apart.
    pub fn open(
        dimension: &Dimension,
        keep: Option<&HashSet<String>>,
        segment: &Segment,
        interner: &mut Interner,
    ) -> tantivy::Result<Self> {
        let source = match dimension {
            Dimension::Keyword(field) | Dimension::Group { field, .. } | Dimension::First { field, .. } => {
                match segment.keywords(field)? {
                    None => Source::Absent,
                    Some(keywords) => {
                        let code = |keyword: &Keyword| {
                            // What is folded may have a sign more that parts levels.
                            let folded = match dimension.cut(&keyword.value) {
                                whole if whole.len() == keyword.value.len() => Cow::Borrowed(&*keyword.folded),
                                group => Cow::Owned(analysis::fold(group)),
                            };
                            let is_kept = keep.is_none_or(|keep| keep.contains(&*folded));
                            if is_kept { interner.code(&folded) } else { OTHERS }
                        };
                        Source::Keyword { codes: keywords.values.iter().map(code).collect(), keywords }
                    }
                }
            }
            Dimension::Period { field, .. } => Source::Number(segment.numbers(field)?),
            Dimension::AgeBand => Source::Number(segment.numbers("age")?),
            Dimension::Requests => Source::Number(segment.numbers("requests")?),
        };
        let spelt = match &source {
            Source::Keyword { codes, .. } => vec![0; codes.len()],
            _ => Vec::new(),
        };
        Ok(Self { dimension: dimension.clone(), source, spelt })
    }

    /// The lowest code but for [`OTHERS`] and [`MISSING`], and how many there may be from there on.
    pub fn span(&self) -> Option<(u32, u32)> {
        match &self.source {
            Source::Absent => Some((0, 0)),
            Source::Keyword { codes, .. } => {
                let most = codes.iter().filter(|code| **code < OTHERS).max();
                Some((0, most.map_or(0, |most| most + 1)))
            }
            // Codes go up with their values.
            Source::Number(column) => {
                let (first, last) = (self.dimension.code(column.min_value()), self.dimension.code(column.max_value()));
                let count = last.checked_sub(first).and_then(|count| count.checked_add(1));
                count.filter(|_| last < OTHERS).map(|count| (first, count))
            }
        }
    }

    /// Tells the interner how often each spelling occurred.
    pub fn close(&self, interner: &mut Interner) {
        let Source::Keyword { keywords, codes } = &self.source else { return };
        for ((keyword, code), count) in keywords.values.iter().zip(codes).zip(&self.spelt) {
            if *code != OTHERS && *count > 0 {
                let value = self.dimension.cut(&keyword.value).to_owned();
                *interner.spellings[*code as usize].entry(value).or_default() += count;
            }
        }
    }

    /// Hands over the place of each document in a list with the code of each of its values, as [`Values::of`] has them.
    /// What is read has a place of its own, for the next list.
    pub fn each_of(&mut self, docs: &[u32], read: &mut Vec<Option<u64>>, each: &mut impl FnMut(usize, u32)) {
        read.clear();
        read.resize(docs.len(), None);
        match &self.source {
            Source::Keyword { keywords: Keywords { column, .. }, .. }
                if column.ords().get_cardinality() == Cardinality::Multivalued
                    && !matches!(self.dimension, Dimension::First { .. }) =>
            {
                let mut codes = Vec::new();
                for (place, doc) in docs.iter().enumerate() {
                    self.of(*doc, &mut codes);
                    codes.iter().for_each(|code| each(place, *code));
                }
                return;
            }
            Source::Absent => {}
            Source::Keyword { keywords: Keywords { column, .. }, codes } => {
                column.ords().first_vals(docs, read);
                for value in read.iter_mut() {
                    let ord = value.map_or(usize::MAX, |ord| ord as usize);
                    *value = codes.get(ord).map(|code| u64::from(*code));
                    if value.is_some() {
                        self.spelt[ord] += 1;
                    }
                }
            }
            Source::Number(column) => {
                column.first_vals(docs, read);
                read.iter_mut().flatten().for_each(|value| *value = u64::from(self.dimension.code(*value)));
            }
        }
        let code = |value: &Option<u64>| value.and_then(|code| u32::try_from(code).ok()).unwrap_or(MISSING);
        read.iter().map(code).enumerate().for_each(|(place, code)| each(place, code));
    }

    /// Puts the codes of a document's values into a list; a document without a value has the code [`MISSING`].
    pub fn of(&mut self, doc: u32, codes: &mut Vec<u32>) {
        codes.clear();
        match &self.source {
            Source::Absent => {}
            Source::Keyword { keywords: Keywords { column, .. }, codes: of } => {
                let most = if matches!(self.dimension, Dimension::First { .. }) { 1 } else { usize::MAX };
                for ord in column.term_ords(doc).take(most) {
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
