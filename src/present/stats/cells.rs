//! Tables of counts as cells for people, for whoever lays them out: values as the index has them, figures as they print.

use super::sheet::{Cell, Form, Sheet};
use super::{Figure, comparison, cross};
use crate::search::{Comparison, Cross, Stats};

/// A table of counts in cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// What stands above the columns: the names of the dimensions first.
    pub head: Vec<String>,
    /// How many columns are values of dimensions.
    pub names: usize,
    /// The rows.
    pub rows: Vec<CellRow>,
    /// The total, with empty cells below the values; empty where there is none.
    pub total: Vec<String>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRow {
    /// The value of each dimension; `None` where there is none.
    pub values: Vec<Option<String>>,
    /// The figures.
    pub figures: Vec<String>,
}

impl Cells {
    /// Those of a table.
    pub fn of_stats(stats: &Stats, figures: &[Figure]) -> Self {
        super::sheet(stats, figures, Form::People).into()
    }

    /// Those of a cross table, with one figure in the cells.
    pub fn of_cross(table: &Cross, figure: Figure) -> Self {
        cross::sheet(table, figure, Form::People).into()
    }

    /// Those of two selections side by side.
    pub fn of_comparison(compared: &Comparison, figures: &[Figure]) -> Self {
        comparison::sheet(compared, figures, Form::People).into()
    }
}

impl From<Sheet> for Cells {
    fn from(sheet: Sheet) -> Self {
        let Sheet { head, names, rows, total } = sheet;
        let row = |cells: Vec<Cell>| {
            let value = |cell: &Cell| match cell {
                Cell::Value(value) => value.clone(),
                other => Some(other.text(Form::People)),
            };
            let (values, figures) = cells.split_at(names.min(cells.len()));
            CellRow {
                values: values.iter().map(value).collect(),
                figures: figures.iter().map(|cell| cell.text(Form::People)).collect(),
            }
        };
        let total = total.unwrap_or_default().iter().map(|cell| cell.text(Form::People)).collect();
        Self { head, names, rows: rows.into_iter().map(row).collect(), total }
    }
}
