//! Counts by the values of fields, as the cells that tables are made of.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Afar;
use crate::error::Result;
use crate::index::analysis;
use crate::letter::Date;
use crate::query::{Expr, Resolved};
use crate::remote::count::{self, Column, Named, Part, Row, Table};
use crate::remote::dsl;
use crate::remote::fields::NUMBER;
use crate::search::{
    Cell, Cells, Count, Countable, Days, Dimension, Facet, Interner, Keep, Key, MISSING, OTHERS_CODE, StatsRequest,
};

impl Countable for Afar<'_> {
    fn resolved(&self, expr: &Expr) -> Result<Resolved> {
        self.resolve(expr)
    }

    fn tables(&self, expr: &Expr, request: &StatsRequest, keep: &[Keep], tables: &[Vec<usize>]) -> Result<Vec<Cells>> {
        let query = dsl::query(expr, self.asked.able())?;
        let since = request.days.map(|since| since.field());
        let mut counting = Counting::new(&request.by, keep, tables, since);
        counting.run(self, &query, true)?;
        if request.only_issues() {
            let unknown = self.asked.count(&with_number(&query, false))?;
            counting.cells.iter_mut().for_each(|cells| cells.unknown = unknown);
        } else {
            counting.run(self, &query, false)?;
        }
        Ok(counting.finished())
    }
}

/// The facets of what a query matches.
pub fn facets(afar: &Afar<'_>, query: &Value, facets: &[Facet], total: Count) -> Result<Vec<crate::search::Table>> {
    let tables: Vec<Vec<Dimension>> = facets.iter().flat_map(Facet::tables).collect();
    let by: Vec<Dimension> = tables.iter().flatten().cloned().collect();
    // Each table is counted by one dimension.
    let places: Vec<Vec<usize>> = (0..by.len()).map(|place| vec![place]).collect();
    let mut counting = Counting::new(&by, &[], &places, None);
    counting.run(afar, query, true)?;
    counting.run(afar, query, false)?;
    let counted = counting.finished().into_iter().zip(&by).map(|(cells, dimension)| {
        let groups = cells.by_key.iter().map(|(key, cell)| (*key, cell.count())).collect();
        crate::search::Table::of(groups, &cells.names, std::slice::from_ref(dimension), total)
    });
    let mut counted = counted.collect::<Vec<_>>().into_iter();
    Ok(facets.iter().map(|facet| facet.made_of(counted.by_ref().take(facet.tables().len()))).collect())
}

/// What of a query are issues, or letters without any.
fn with_number(query: &Value, is_issue: bool) -> Value {
    let number = match is_issue {
        true => json!({"range": {NUMBER: {"gte": 1}}}),
        false => json!({"term": {NUMBER: {"value": 0}}}),
    };
    json!({"bool": {"filter": [query, number]}})
}

/// Cells that are being counted.
struct Counting<'a> {
    by: &'a [Dimension],
    keep: &'a [Keep],
    tables: &'a [Vec<usize>],
    /// The field of the day from which days are counted.
    since: Option<&'static str>,
    interners: Vec<Interner>,
    cells: Vec<Cells>,
}

/// What one combination of values has in a part.
#[derive(Default)]
struct Group<'p> {
    documents: u64,
    /// The documents by their ids with their outcomes, where values that are not told apart may be of one document.
    by_id: HashMap<&'p str, Option<bool>>,
    letters: HashSet<&'p str>,
    upheld: u64,
    overturned: u64,
}

impl<'a> Counting<'a> {
    fn new(by: &'a [Dimension], keep: &'a [Keep], tables: &'a [Vec<usize>], since: Option<&'static str>) -> Self {
        let cells = tables.iter().map(|table| Cells::new(table.len())).collect();
        Self { by, keep, tables, since, interners: vec![Interner::default(); by.len()], cells }
    }

    /// Whether a document may be counted under one value for several of its values.
    fn is_kept(&self) -> bool {
        self.keep.iter().any(Option::is_some)
    }

    /// Counts the issues that a query matches, or the letters without issues.
    fn run(&mut self, afar: &Afar<'_>, query: &Value, is_issue: bool) -> Result<()> {
        let asked = self.asked_for();
        count::count(&afar.asked, &with_number(query, is_issue), &asked, &mut |part| self.add(&part, is_issue))
    }

    /// The tables that the engine is asked for: a total, each table, each dimension by itself, and those with days.
    fn asked_for(&self) -> Vec<Table> {
        let outcome = || Column { field: "outcome".to_owned(), is_number: false };
        let columns =
            |table: &[usize]| -> Vec<Column> { table.iter().filter_map(|i| self.by.get(*i)).map(column).collect() };
        let mut asked = vec![Table { by: Vec::new(), named: Some(Named::Letters), beside: Some(outcome()) }];
        asked.extend(self.tables.iter().map(|table| match self.is_kept() {
            true => {
                Table { by: [columns(table), vec![outcome()]].concat(), named: Some(Named::Documents), beside: None }
            }
            false => Table { by: columns(table), named: Some(Named::Letters), beside: Some(outcome()) },
        }));
        let named = self.is_kept().then_some(Named::Documents);
        asked.extend(self.by.iter().map(|dimension| Table { by: vec![column(dimension)], named, beside: None }));
        if let Some(since) = self.since {
            let days = ["decided", since].map(|field| Column { field: format!("{field}_day"), is_number: true });
            let timed = |table: &[usize]| Table {
                by: [columns(table), days.to_vec()].concat(),
                named: Some(Named::Letters),
                beside: None,
            };
            asked.push(timed(&[]));
            asked.extend(self.tables.iter().map(|table| timed(table)));
        }
        asked
    }

    /// Adds a part.
    fn add(&mut self, part: &Part, is_issue: bool) {
        let mut rows = part.tables.iter();
        let mut next = || rows.next().map_or(&[][..], Vec::as_slice);
        for row in next() {
            let total = Group::of(row).cell(is_issue);
            self.cells.iter_mut().for_each(|cells| cells.total.merge(&total));
        }
        for number in 0..self.tables.len() {
            self.add_table(number, next(), is_issue);
        }
        for place in 0..self.by.len() {
            self.add_dimension(place, next(), part.documents, is_issue);
        }
        if self.since.is_some() {
            for timed in days_of(next(), 0) {
                let (Some(days), letters) = (timed.days, timed.letters.len() as u64) else { continue };
                for cells in &mut self.cells {
                    match days < 0 {
                        // What was decided before it could be is an error of the letter.
                        true => cells.before += letters,
                        false => *cells.total_days.entry(days).or_default() += letters,
                    }
                }
            }
            for number in 0..self.tables.len() {
                self.add_days(number, next());
            }
        }
    }

    fn add_table(&mut self, number: usize, rows: &[Row], is_issue: bool) {
        let (is_kept, table) = (self.is_kept(), &self.tables[number]);
        let mut groups: HashMap<Key, Group<'_>> = HashMap::new();
        for row in rows {
            let key = key(self.by, self.keep, &mut self.interners, table, &row.values);
            let group = groups.entry(key).or_default();
            match is_kept {
                true => {
                    let upheld = row.values.last().and_then(|outcome| is_upheld(outcome.as_deref()?));
                    group.by_id.extend(row.names.iter().map(|id| (id.as_str(), upheld)));
                }
                false => group.take_in(row),
            }
        }
        let by_key = &mut self.cells[number].by_key;
        groups.into_iter().for_each(|(key, group)| by_key.entry(key).or_default().merge(&group.cell(is_issue)));
    }

    /// Notes how often each value of a dimension occurs, and how it is spelt.
    fn add_dimension(&mut self, place: usize, rows: &[Row], documents: u64, is_issue: bool) {
        let mut by_code: HashMap<u32, (u64, HashSet<&str>)> = HashMap::new();
        for row in rows {
            let value = row.values.first().and_then(Option::as_deref);
            let code = code(self.by, self.keep, &mut self.interners, place, value);
            let count = by_code.entry(code).or_default();
            count.0 += row.documents;
            count.1.extend(row.names.iter().map(String::as_str));
            if let Some(value) = value.filter(|_| code < OTHERS_CODE && !self.by[place].is_ordered()) {
                self.interners[place].spelt(value, row.documents);
            }
        }
        let is_kept = self.is_kept();
        let counts: Vec<(u32, u64)> = by_code
            .into_iter()
            .map(|(code, (documents, ids))| (code, if is_kept { ids.len() as u64 } else { documents }))
            .collect();
        let several = counts.iter().map(|(_, count)| count).sum::<u64>() > documents;
        for (table, cells) in self.tables.iter().zip(&mut self.cells) {
            for (own, _) in table.iter().enumerate().filter(|(_, of)| **of == place) {
                cells.several[own] |= several;
                if is_issue {
                    counts.iter().for_each(|(code, count)| *cells.marginals[own].entry(*code).or_default() += count);
                }
            }
        }
    }

    fn add_days(&mut self, number: usize, rows: &[Row]) {
        let table = &self.tables[number];
        let mut groups: HashMap<(Key, i32), HashSet<&str>> = HashMap::new();
        for timed in days_of(rows, table.len()) {
            let key = key(self.by, self.keep, &mut self.interners, table, timed.values);
            if let Some(days) = timed.days.filter(|days| *days >= 0) {
                groups.entry((key, days)).or_default().extend(timed.letters);
            }
        }
        let all: &mut HashMap<Key, Days> = &mut self.cells[number].days;
        for ((key, days), letters) in groups {
            *all.entry(key).or_default().entry(days).or_default() += letters.len() as u64;
        }
    }

    fn finished(mut self) -> Vec<Cells> {
        let names: Vec<Vec<String>> = self
            .interners
            .iter()
            .zip(self.by)
            .map(|(interner, dimension)| match dimension.is_ordered() {
                true => Vec::new(),
                false => interner.names().into_iter().map(str::to_owned).collect(),
            })
            .collect();
        for (table, cells) in self.tables.iter().zip(&mut self.cells) {
            cells.names = table.iter().filter_map(|i| names.get(*i)).cloned().collect();
        }
        self.cells
    }
}

impl<'p> Group<'p> {
    fn of(row: &'p Row) -> Self {
        let mut group = Self::default();
        group.take_in(row);
        group
    }

    fn take_in(&mut self, row: &'p Row) {
        self.documents += row.documents;
        self.letters.extend(row.names.iter().map(String::as_str));
        for (outcome, documents) in &row.beside {
            match is_upheld(outcome) {
                Some(true) => self.upheld += documents,
                Some(false) => self.overturned += documents,
                None => {}
            }
        }
    }

    fn cell(mut self, is_issue: bool) -> Cell {
        self.documents += self.by_id.len() as u64;
        for (id, upheld) in &self.by_id {
            self.letters.insert(count::letter_of(id));
            self.upheld += u64::from(*upheld == Some(true));
            self.overturned += u64::from(*upheld == Some(false));
        }
        let issues = if is_issue { self.documents } else { 0 };
        Cell::of(Count { issues, letters: self.letters.len() as u64 }, self.upheld, self.overturned)
    }
}

/// The field there of a dimension: it has a field of its own for each.
fn column(dimension: &Dimension) -> Column {
    Column { field: dimension.name().to_owned(), is_number: matches!(dimension, Dimension::Requests) }
}

fn is_upheld(outcome: &str) -> Option<bool> {
    match outcome {
        "upheld" => Some(true),
        "overturned" => Some(false),
        _ => None,
    }
}

fn code(by: &[Dimension], keep: &[Keep], interners: &mut [Interner], place: usize, value: Option<&str>) -> u32 {
    let (Some(value), Some(dimension)) = (value, by.get(place)) else { return MISSING };
    if dimension.is_ordered() {
        return dimension.code_of(value).unwrap_or(MISSING);
    }
    match keep.get(place).and_then(Option::as_ref) {
        Some(keep) if !keep.contains(&analysis::fold(value)) => OTHERS_CODE,
        _ => interners[place].code(&analysis::fold(value)),
    }
}

fn key(by: &[Dimension], keep: &[Keep], interners: &mut [Interner], table: &[usize], values: &[Option<String>]) -> Key {
    let mut key = Key::default();
    for ((own, place), value) in key.iter_mut().zip(table).zip(values) {
        *own = code(by, keep, interners, *place, value.as_deref());
    }
    key
}

/// The letters of one combination of values that took so many days.
struct Timed<'r> {
    values: &'r [Option<String>],
    /// The days; `None` where one of the two is not known.
    days: Option<i32>,
    letters: HashSet<&'r str>,
}

/// Rows by so many values and two days behind these.
fn days_of(rows: &[Row], values: usize) -> impl Iterator<Item = Timed<'_>> {
    let day = |value: &Option<String>| Date::from_u64(value.as_deref()?.parse().ok()?).map(Date::to_days);
    let days = move |row: &Row| Some(day(row.values.get(values)?)? - day(row.values.get(values + 1)?)?);
    rows.iter().map(move |row| Timed {
        values: row.values.get(..values).unwrap_or_default(),
        days: days(row),
        letters: row.names.iter().map(String::as_str).collect(),
    })
}
