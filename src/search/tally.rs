//! Counts by value: one pass over fast fields, exact for issues and for letters.

use std::collections::HashMap;

use super::Count;
use super::dimension::{Dimension, Interner, MISSING};

/// Counts by the values of some dimensions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The names of the dimensions.
    pub by: Vec<String>,
    /// All that was counted. A row counts an issue for each of its values, so rows can add up to more.
    pub total: Count,
    /// The counts; ordered values ascending, others by falling count, missing values last.
    pub rows: Vec<Row>,
    /// How many rows were left out, where it was said how many are wanted.
    pub left_out: Option<usize>,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The value of each dimension; `None` where the letter has none.
    pub values: Vec<Option<String>>,
    /// Issues and letters with these values.
    pub count: Count,
    /// The counts of what stands below, in a facet with levels.
    pub below: Vec<Row>,
    /// How many rows of these were left out, where it was said how many are wanted.
    pub left_out: Option<usize>,
}

/// The most fields that one table can be counted by.
pub const MOST_FIELDS: usize = 4;

/// A combination of values, by their codes.
pub type Key = [u32; MOST_FIELDS];

/// The counts of one group.
#[derive(Debug, Clone, Copy, Default)]
pub struct Group {
    pub count: Count,
}

impl Group {
    /// Adds the counts of other letters.
    pub fn merge(&mut self, other: Count) {
        self.count.issues += other.issues;
        self.count.letters += other.letters;
    }
}

/// The groups of one table, by the codes of their values.
#[derive(Debug, Default)]
pub struct Tally {
    pub groups: HashMap<Key, Group>,
    pub interners: Vec<Interner>,
}

impl Tally {
    /// The table of these groups.
    pub fn table(self, by: &[Dimension], total: Count) -> Table {
        let names: Vec<Vec<&str>> = self.interners.iter().map(Interner::names).collect();
        let groups = self.groups.iter().map(|(key, group)| (*key, group.count)).collect();
        Table::of(groups, &names, by, total)
    }
}

impl Table {
    /// The table of the counts of some groups, with the names of the values of each dimension by their codes.
    pub(crate) fn of<S: AsRef<str>>(
        mut groups: Vec<(Key, Count)>,
        names: &[Vec<S>],
        by: &[Dimension],
        total: Count,
    ) -> Table {
        // Keywords stand in the order of how often they occur in all.
        let mut marginal: Vec<HashMap<u32, u64>> = vec![HashMap::new(); by.len()];
        for (key, count) in &groups {
            for (counts, code) in marginal.iter_mut().zip(key) {
                *counts.entry(*code).or_default() += count.issues;
            }
        }
        groups.sort_by_cached_key(|(key, _)| {
            let place = |(i, dimension): (usize, &Dimension)| {
                let code = key[i];
                let name = names.get(i).and_then(|n| n.get(code as usize)).map_or("", AsRef::as_ref);
                match dimension.is_ordered() {
                    true => (code == MISSING, u64::from(code), String::new()),
                    false => (code == MISSING, u64::MAX - marginal[i][&code], name.to_owned()),
                }
            };
            by.iter().enumerate().map(place).collect::<Vec<_>>()
        });
        let rows = groups.into_iter().map(|(key, count)| {
            let value = |(i, dimension): (usize, &Dimension)| match (key[i], dimension.is_ordered()) {
                (MISSING, _) => None,
                (code, true) => Some(dimension.ordered_name(code)),
                (code, false) => names[i].get(code as usize).map(|name| name.as_ref().to_owned()),
            };
            let values = by.iter().enumerate().map(value).collect();
            Row { values, count, below: Vec::new(), left_out: None }
        });
        let rows = rows.collect();
        let by = by.iter().map(|d| d.name().to_owned()).collect();
        Table { by, total, rows, left_out: None }
    }
}
