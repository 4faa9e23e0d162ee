//! How issues are to be counted: the fields, and the figures of each row.

use imr::present::Figure;
use imr::query::Expr;
use imr::search::{Dimension, RowOrder, Since, StatsRequest};
use imr::{Error, ErrorKind, Result};

/// What was typed about a table.
#[derive(Debug, Clone, Default)]
pub struct Counting {
    /// The fields to count by.
    pub by: Vec<String>,
    /// The part of time to count by before these: year, quarter, month.
    pub over: Option<&'static str>,
    /// The figures of each row.
    pub show: Vec<String>,
    /// The order of rows.
    pub sort: String,
    /// How many values of each field get rows.
    pub top: Option<usize>,
    /// Rows of fewer issues are left out.
    pub least: u64,
    /// Whether the values of the last field stand beside one another.
    pub cross: bool,
    /// Whether two fields are tested for independence.
    pub test: bool,
    /// From when on days are counted.
    pub days: Option<Since>,
    /// Whether a program reads the answer.
    pub is_for_programs: bool,
}

impl Counting {
    /// What is counted by: the part of time before the fields.
    ///
    /// # Errors
    /// For fields that are none, and too few or too many.
    pub fn dimensions(&self) -> Result<Vec<Dimension>> {
        let names: Vec<&str> = self.over.into_iter().chain(self.by.iter().map(String::as_str)).collect();
        let by = Dimension::parse_all(&names)?;
        let usage = |fact: &str, hint: &str| Err(Error::new(ErrorKind::Usage, fact).with_hint(hint));
        if self.cross && by.len() < 2 {
            return usage("`--cross` wants two fields at least", "name them with `--by category_group,outcome`");
        }
        if self.test && by.len() != 2 {
            return usage("`--test` is of two fields", "name them with `--by category_group,outcome`");
        }
        Ok(by)
    }

    /// The figures of each row: those that were asked for, or issues, letters and the share of upheld.
    ///
    /// # Errors
    /// For figures that are none, or say nothing beside these fields.
    pub fn figures(&self, by: &[Dimension]) -> Result<Vec<Figure>> {
        let by_outcome = by.iter().any(|dimension| dimension.name() == "outcome");
        let mut figures = Figure::parse_all(&self.show)?;
        if let Some(figure) = figures.iter().find(|figure| by_outcome && figure.is_of_outcomes()) {
            let fact = format!("`{}` says nothing where the outcome is one of the fields", figure.name());
            return Err(Error::new(ErrorKind::Usage, fact).with_hint(
                "`--show row_percent` gives the shares of each outcome; or leave the outcome out of `--by`",
            ));
        }
        if figures.is_empty() {
            figures = vec![Figure::Issues, Figure::Letters];
            figures.extend((!by_outcome).then_some(Figure::Share));
        }
        // The change is that of issues, which only programs are told by its name.
        let is_named = self.is_for_programs || figures.contains(&Figure::Issues);
        if self.over.is_some() && !self.cross && is_named {
            figures.push(Figure::Change);
        }
        figures.extend(self.days.map(|_| Figure::Days));
        Ok(figures)
    }

    /// The order of rows.
    ///
    /// # Errors
    /// For one that is none.
    pub fn order(&self) -> Result<RowOrder> {
        RowOrder::parse(&self.sort)
    }

    /// The request to the library.
    pub fn request(&self, expr: Expr, by: Vec<Dimension>, order: RowOrder) -> StatsRequest {
        StatsRequest {
            top: self.top,
            least: self.least,
            order,
            over: self.over.is_some(),
            days: self.days,
            ..StatsRequest::new(expr, by)
        }
    }
}
