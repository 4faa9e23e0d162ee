//! `imr stats`.

use std::io::{self, Write};

use imr::error::{Error, ErrorKind};
use imr::present::{self, Extras, Figure, Style};
use imr::search::{self, Comparison, Count, Cross, Dimension, RowOrder, Since, Stats, StatsRequest};

use super::args::{DaysArg, Over, StatsArgs, StatsFormat};
use super::asked::{in_this_folder, open};
use super::{End, message, output, pager, saved};

/// Counts.
pub fn run(args: StatsArgs) -> anyhow::Result<End> {
    let asked_for = saved::read(&args.query, &args.selection, &args.index)?;
    let other = |query| saved::asked(std::slice::from_ref(query), &args.selection, &args.index);
    let other = args.compare.as_ref().map(other).transpose()?;
    let by = dimensions(&args)?;
    let figures = figures(&args, &by)?;
    let order = RowOrder::parse(&args.sort)?;
    let reader = open(&args.index)?;
    let request = StatsRequest {
        top: args.top.map(|top| top as usize),
        least: args.min,
        order,
        over: args.over.is_some(),
        days: args.days.map(|days| match days {
            DaysArg::Assigned => Since::Assigned,
            DaysArg::Denied => Since::Denied,
        }),
        ..StatsRequest::new(in_this_folder(asked_for.expr.clone(), &reader)?, by)
    };
    let other = other.map(|other| in_this_folder(other, &reader)).transpose()?;
    let mut table = match &other {
        Some(other) => Table::Compared(reader.guarded(|| search::compare(&reader, &request, other))?),
        None if args.cross => Table::Crossed(Box::new(reader.guarded(|| search::cross(&reader, &request))?)),
        None => Table::Counted(reader.guarded(|| search::stats(&reader, &request))?),
    };
    message::notes(table.notes());
    if let Some(stats) = table.counts() {
        let total = Count { issues: stats.total.issues, letters: stats.total.letters };
        stats.suggestion = asked_for.suggestion(&reader, total)?;
        stats.synonyms = asked_for.synonyms;
    }
    let (style, mut out) = (output::style(&args.look), pager::answer(&args.look));
    table.print(&mut out, &args, &figures, &style)?;
    out.finish()?;
    Ok(if table.letters() == 0 { End::Nothing } else { End::Done })
}

/// A table that was counted.
enum Table {
    /// A row for each combination of values.
    Counted(Stats),
    /// The values of the last field beside one another.
    Crossed(Box<Cross>),
    /// Two selections side by side.
    Compared(Comparison),
}

impl Table {
    /// The counts of one selection.
    fn counts(&mut self) -> Option<&mut Stats> {
        match self {
            Self::Counted(stats) => Some(stats),
            Self::Crossed(table) => Some(&mut table.cells),
            Self::Compared(_) => None,
        }
    }

    /// Remarks on the query.
    fn notes(&self) -> &[String] {
        match self {
            Self::Counted(stats) => &stats.notes,
            Self::Crossed(table) => &table.cells.notes,
            Self::Compared(compared) => &compared.notes,
        }
    }

    /// How many letters were counted, in all selections.
    fn letters(&self) -> u64 {
        match self {
            Self::Counted(stats) => stats.total.letters,
            Self::Crossed(table) => table.cells.total.letters,
            Self::Compared(compared) => compared.total.rows.iter().map(|row| row.letters).sum(),
        }
    }

    fn print(&self, out: &mut dyn Write, args: &StatsArgs, figures: &[Figure], style: &Style) -> io::Result<()> {
        let extras = Extras { chart: args.chart, test: args.test, lines: args.over.is_some(), alone: true };
        let query = args.query.join(" ");
        let queries = [query.as_str(), args.compare.as_deref().unwrap_or_default()];
        match (self, args.format) {
            (Self::Counted(stats), StatsFormat::Text) => present::stats(out, stats, figures, extras, style),
            (Self::Counted(stats), StatsFormat::Json) => present::stats_json(out, stats, figures),
            (Self::Counted(stats), StatsFormat::Csv) => present::stats_csv(out, stats, figures, style),
            (Self::Counted(stats), StatsFormat::Markdown) => present::stats_markdown(out, stats, figures, extras),
            (Self::Crossed(table), StatsFormat::Text) => present::cross(out, table, figures[0], extras, style),
            // A row for each cell is what programs want.
            (Self::Crossed(table), StatsFormat::Json) => present::stats_json(out, &table.cells, figures),
            (Self::Crossed(table), StatsFormat::Csv) => present::cross_csv(out, table, figures[0], style),
            (Self::Crossed(table), StatsFormat::Markdown) => present::cross_markdown(out, table, figures[0], extras),
            (Self::Compared(compared), StatsFormat::Text) => {
                present::comparison(out, compared, queries, figures, style)
            }
            (Self::Compared(compared), StatsFormat::Json) => present::comparison_json(out, compared, queries, figures),
            (Self::Compared(compared), StatsFormat::Csv) => present::comparison_csv(out, compared, figures, style),
            (Self::Compared(compared), StatsFormat::Markdown) => {
                present::comparison_markdown(out, compared, queries, figures)
            }
        }
    }
}

/// What is counted by: the part of time before the fields.
fn dimensions(args: &StatsArgs) -> imr::Result<Vec<Dimension>> {
    let over = args.over.map(|over| match over {
        Over::Year => "year",
        Over::Quarter => "quarter",
        Over::Month => "month",
    });
    let names: Vec<&str> = over.into_iter().chain(args.by.iter().map(String::as_str)).collect();
    let by = Dimension::parse_all(&names)?;
    let usage = |fact: &str, hint: &str| Err(Error::new(ErrorKind::Usage, fact).with_hint(hint));
    if args.cross && by.len() < 2 {
        return usage("`--cross` wants two fields at least", "name them with `--by category_group,outcome`");
    }
    if args.test && by.len() != 2 {
        return usage("`--test` is of two fields", "name them with `--by category_group,outcome`");
    }
    Ok(by)
}

/// The figures of each row: those that were asked for, or issues, letters and the share of upheld.
fn figures(args: &StatsArgs, by: &[Dimension]) -> imr::Result<Vec<Figure>> {
    let by_outcome = by.iter().any(|dimension| dimension.name() == "outcome");
    let mut figures = Figure::parse_all(&args.show)?;
    if let Some(figure) = figures.iter().find(|figure| by_outcome && figure.is_of_outcomes()) {
        let fact = format!("`{}` says nothing where the outcome is one of the fields", figure.name());
        return Err(Error::new(ErrorKind::Usage, fact)
            .with_hint("`--show row_percent` gives the shares of each outcome; or leave the outcome out of `--by`"));
    }
    if figures.is_empty() {
        figures = vec![Figure::Issues, Figure::Letters];
        figures.extend((!by_outcome).then_some(Figure::Share));
    }
    // The change is that of issues, which only programs are told by its name.
    let is_named = matches!(args.format, StatsFormat::Json | StatsFormat::Csv) || figures.contains(&Figure::Issues);
    if args.over.is_some() && !args.cross && is_named {
        figures.push(Figure::Change);
    }
    figures.extend(args.days.map(|_| Figure::Days));
    Ok(figures)
}
