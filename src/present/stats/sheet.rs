//! A table of cells, whatever they are of, as text, CSV and Markdown.

use std::io::{self, Write};

use super::super::delimited::{io_error, text};
use super::super::markdown::{escaped, row};
use super::super::style::{Style, one_line, thousands, width};
use super::super::table::aligned;
use crate::search::Interval;

/// Whom a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// People: rounded, with thousands and percent.
    People,
    /// Programs that read lines.
    Plain,
    /// Programs that read CSV, in full precision.
    Machine,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A value of a dimension.
    Value(Option<String>),
    /// A word.
    Text(String),
    /// A count.
    Count(u64),
    /// A share, from 0 to 1.
    Share(Option<f64>),
    /// An interval of shares.
    Interval(Option<Interval>),
    /// How much a count changed.
    Change(Option<i64>),
    /// How much a share changed, from -1 to 1.
    Points(Option<f64>),
    /// An interval of such changes.
    PointsInterval(Option<Interval>),
    /// Days.
    Day(Option<i32>),
    /// Any number.
    Number(Option<f64>),
}

impl Cell {
    pub(super) fn text(&self, form: Form) -> String {
        let people = form == Form::People;
        let none = || if people { "-".to_owned() } else { String::new() };
        let precise = |n: f64| if form == Form::Plain { format!("{n:.6}") } else { n.to_string() };
        let points = |n: f64| format!("{:+.1}", 100.0 * n);
        match self {
            Self::Value(value) => {
                value.clone().unwrap_or_else(|| if people { "(none)".to_owned() } else { String::new() })
            }
            Self::Text(text) => text.clone(),
            Self::Count(n) if people => thousands(*n),
            Self::Count(n) => n.to_string(),
            Self::Share(None) | Self::Interval(None) | Self::Change(None) | Self::Points(None) => none(),
            Self::PointsInterval(None) | Self::Day(None) | Self::Number(None) => none(),
            Self::Share(Some(share)) if people => format!("{:.1}%", 100.0 * share),
            Self::Interval(Some(i)) => format!("{:.1}-{:.1}%", 100.0 * i.low, 100.0 * i.high),
            Self::Change(Some(n)) if people => {
                format!("{}{}", if *n < 0 { '-' } else { '+' }, thousands(n.unsigned_abs()))
            }
            Self::Change(Some(n)) => format!("{n:+}"),
            Self::Points(Some(n)) if people => points(*n),
            Self::PointsInterval(Some(i)) => format!("{} to {}", points(i.low), points(i.high)),
            Self::Share(Some(n)) | Self::Points(Some(n)) => precise(*n),
            Self::Day(Some(n)) => n.to_string(),
            Self::Number(Some(n)) if people => format!("{n:.1}"),
            Self::Number(Some(n)) => precise(*n),
        }
    }
}

/// The first cells of the total, below the names.
pub fn total_names(names: usize) -> Vec<Cell> {
    (0..names).map(|i| Cell::Text(if i == 0 { "total".to_owned() } else { String::new() })).collect()
}

/// A table.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What stands above the columns.
    pub head: Vec<String>,
    /// How many of the first columns are names.
    pub names: usize,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// The total, which only people are shown.
    pub total: Option<Vec<Cell>>,
}

/// How wide the longest bar is, in columns, at least and at most.
const BAR: std::ops::RangeInclusive<usize> = 8..=24;
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

impl Sheet {
    /// Puts bars behind the rows, whose lengths are as these numbers, if a line of so many columns has place for them.
    pub fn add_bars(&mut self, numbers: &[f64], columns: usize) {
        let cells = |cells: &Vec<Cell>| cells.iter().map(|cell| width(&cell.text(Form::People))).collect::<Vec<_>>();
        let lines = std::iter::once(self.head.iter().map(|name| width(name)).collect());
        let lines: Vec<Vec<usize>> = lines.chain(self.rows.iter().chain(&self.total).map(cells)).collect();
        let widest = |i: usize| lines.iter().map(|line| line.get(i).copied().unwrap_or(0)).max().unwrap_or(0);
        let taken: usize = (0..self.head.len()).map(|i| widest(i) + 2).sum();
        let bar_columns = columns.saturating_sub(taken).min(*BAR.end());
        if bar_columns < *BAR.start() {
            return;
        }
        let most = numbers.iter().copied().fold(0.0, f64::max);
        self.head.push(" ".repeat(bar_columns));
        for (row, number) in self.rows.iter_mut().zip(numbers) {
            let eighths = if most > 0.0 { (number / most * (8 * bar_columns) as f64).round() as usize } else { 0 };
            let mut bar: String = std::iter::repeat_n('█', eighths / 8).collect();
            bar.extend((eighths % 8).checked_sub(1).map(|part| EIGHTHS[part]));
            let gap = bar_columns - bar.chars().count().min(bar_columns);
            row.push(Cell::Text(format!("{bar}{}", " ".repeat(gap))));
        }
        if let Some(total) = &mut self.total {
            total.push(Cell::Text(" ".repeat(bar_columns)));
        }
    }

    /// Writes it: for people aligned, with head and total, otherwise a line for each row, its cells separated by tabs.
    pub fn text(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let form = if style.pretty { Form::People } else { Form::Plain };
        let texts = |cells: &Vec<Cell>| cells.iter().map(|cell| one_line(&cell.text(form))).collect::<Vec<_>>();
        let rows: Vec<_> = self.rows.iter().map(texts).collect();
        if !style.pretty {
            return rows.iter().try_for_each(|cells| writeln!(out, "{}", cells.join("\t")));
        }
        aligned(out, &self.head, &rows, self.total.as_ref().map(texts).as_deref(), self.names, style)
    }

    /// Writes it as CSV, with the head and without the total.
    pub fn csv(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(self.head.iter().map(|name| text(name, style))).map_err(io_error)?;
        for cells in &self.rows {
            let cell = |cell: &Cell| match cell {
                Cell::Value(_) | Cell::Text(_) => text(&cell.text(Form::Machine), style),
                number => number.text(Form::Machine),
            };
            csv.write_record(cells.iter().map(cell)).map_err(io_error)?;
        }
        csv.flush()
    }

    /// Writes it as a Markdown table, with the total.
    pub fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        row(out, self.head.iter().map(|name| escaped(name)))?;
        let rule = |i: usize| if i < self.names { "---" } else { "---:" };
        row(out, (0..self.head.len()).map(|i| rule(i).to_owned()))?;
        let rows = self.rows.iter().chain(&self.total);
        rows.into_iter().try_for_each(|cells| row(out, cells.iter().map(|cell| escaped(&cell.text(Form::People)))))
    }
}

impl Sheet {
    /// Writes it as a table of HTML, with the total; what is in the cells is escaped by `escape`.
    pub fn html(&self, out: &mut dyn Write, title: &str, escape: fn(&str) -> String) -> io::Result<()> {
        let class = |i: usize| if i < self.names { " class=\"value\"" } else { "" };
        writeln!(out, "<table>\n<caption>{}</caption>\n<thead><tr>", escape(title))?;
        for (i, name) in self.head.iter().enumerate() {
            writeln!(out, "<th scope=\"col\"{}>{}</th>", class(i), escape(name))?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        let row = |out: &mut dyn Write, cells: &[Cell]| -> io::Result<()> {
            write!(out, "<tr>")?;
            for (i, cell) in cells.iter().enumerate() {
                let text = escape(&cell.text(Form::People));
                match i < self.names {
                    true => write!(out, "<th scope=\"row\" class=\"value\">{text}</th>")?,
                    false => write!(out, "<td>{text}</td>")?,
                }
            }
            writeln!(out, "</tr>")
        };
        self.rows.iter().try_for_each(|cells| row(out, cells))?;
        writeln!(out, "</tbody>")?;
        if let Some(total) = &self.total {
            writeln!(out, "<tfoot>")?;
            row(out, total)?;
            writeln!(out, "</tfoot>")?;
        }
        writeln!(out, "</table>")
    }
}

/// Writes remarks below a Markdown table, as paragraphs.
pub fn remarks(out: &mut dyn Write, remarks: &[String]) -> io::Result<()> {
    remarks.iter().try_for_each(|remark| writeln!(out, "\n{}", escaped(remark)))
}
