//! Facets: the values of a field counted over all hits, with those below each where values have levels.

use super::dimension::Dimension;
use super::tally::{Row, Table};
use crate::error::{Error, ErrorKind, Result};
use crate::index::analysis;

/// The facet of sources with the chapters of the MTUS below.
const GUIDELINE: &str = "guideline";

/// What to count over all hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    dimension: Dimension,
    below: Option<Below>,
    top: Option<usize>,
}

/// What stands below a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Below {
    /// The values that begin with it and a slash.
    Levels(Dimension),
    /// All values, below this one.
    All(Dimension, &'static str),
}

impl From<Dimension> for Facet {
    fn from(dimension: Dimension) -> Self {
        let group = match &dimension {
            Dimension::Keyword(field) => dimension.group().map(|group| (group, Dimension::Keyword(field.clone()))),
            _ => None,
        };
        match group {
            Some((group, values)) => Self { dimension: group, below: Some(Below::Levels(values)), top: None },
            None => Self { dimension, below: None, top: None },
        }
    }
}

impl Facet {
    /// The facets of these names, each named once: those of [`Dimension::names`] and `guideline`, and behind a colon how
    /// many of the most frequent values are wanted at each level.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a name that there is not, or that is there twice, and for a number that is none.
    pub fn parse_all<S: AsRef<str>>(texts: &[S]) -> Result<Vec<Self>> {
        let mut facets: Vec<Self> = Vec::new();
        for text in texts {
            let facet = Self::parse(text.as_ref())?;
            if facets.iter().any(|known| known.name() == facet.name()) {
                return Err(Error::new(ErrorKind::Usage, format!("`{}` is named twice", facet.name())));
            }
            facets.push(facet);
        }
        Ok(facets)
    }

    fn parse(text: &str) -> Result<Self> {
        let (name, top) = match text.split_once(':') {
            None => (text, None),
            Some((name, number)) => match number.trim().parse::<usize>() {
                Ok(number) if number > 0 => (name, Some(number)),
                _ => {
                    let fact = format!("`{text}` does not tell how many values of `{name}` are wanted");
                    return Err(Error::new(ErrorKind::Usage, fact).with_hint("such as `category:10`"));
                }
            },
        };
        let facet = match name.trim().eq_ignore_ascii_case(GUIDELINE) {
            true => {
                let (source, chapter) = (Dimension::parse("source")?, Dimension::parse("chapter")?);
                Self { dimension: source, below: Some(Below::All(chapter, "mtus")), top: None }
            }
            false => Dimension::parse(name)?.into(),
        };
        Ok(Self { top, ..facet })
    }

    /// The name in output.
    pub fn name(&self) -> &str {
        match &self.below {
            Some(Below::Levels(values)) => values.name(),
            Some(Below::All(..)) => GUIDELINE,
            None => self.dimension.name(),
        }
    }

    /// The tables that it is made of, each counted by one dimension.
    pub(crate) fn tables(&self) -> Vec<Vec<Dimension>> {
        let below = self.below.iter().map(|below| match below {
            Below::Levels(values) | Below::All(values, _) => vec![values.clone()],
        });
        std::iter::once(vec![self.dimension.clone()]).chain(below).collect()
    }

    /// The table of what was counted for [`Facet::tables`].
    pub(crate) fn made_of(&self, mut tables: impl Iterator<Item = Table>) -> Table {
        let mut table = tables.next().unwrap_or_default();
        table.by = vec![self.name().to_owned()];
        let below: Vec<Row> = tables.next().map(|table| table.rows).unwrap_or_default();
        for row in &mut table.rows {
            let Some(value) = row.values.first().cloned().flatten().map(|value| analysis::fold(&value)) else {
                continue;
            };
            let is_below = |row: &&Row| {
                let Some(lower) = row.values.first().and_then(|lower| lower.as_deref()) else { return false };
                match &self.below {
                    Some(Below::Levels(_)) => {
                        analysis::fold(lower).strip_prefix(&value).is_some_and(|rest| rest.starts_with(analysis::LEVEL))
                    }
                    Some(Below::All(_, upper)) => value == *upper,
                    None => false,
                }
            };
            row.below = below.iter().filter(is_below).cloned().collect();
            (row.below, row.left_out) = self.cut(std::mem::take(&mut row.below));
        }
        (table.rows, table.left_out) = self.cut(std::mem::take(&mut table.rows));
        table
    }

    /// The rows that are wanted, in their order, and how many are left out.
    fn cut(&self, rows: Vec<Row>) -> (Vec<Row>, Option<usize>) {
        let Some(top) = self.top else { return (rows, None) };
        if top >= rows.len() {
            return (rows, Some(0));
        }
        let mut places: Vec<usize> = (0..rows.len()).collect();
        // Rows of equal counts stay in their order.
        places.sort_by_key(|place| std::cmp::Reverse(rows[*place].count.issues));
        let wanted = &places[..top];
        let left_out = rows.len() - top;
        let kept = rows.into_iter().enumerate().filter(|(place, _)| wanted.contains(place)).map(|(_, row)| row);
        (kept.collect(), Some(left_out))
    }
}
