//! `imr stats`.

use std::io::{self, Write};

use imr::present::{self, Extras, Figure, Style};
use imr::remote::Target;
use imr::search::{self, Comparison, Count, Cross, Since, Stats};

use super::args::{DaysArg, Over, StatsArgs, StatsFormat};
use super::asked::{self, in_this_folder, open};
use super::temporary::Temporary;
use super::{End, message, output, pager, there};
use crate::asked::Counting;

/// Counts.
pub fn run(args: StatsArgs) -> anyhow::Result<End> {
    if let Some(target) = there::meant(&args.there, &[])? {
        return run_there(args, target);
    }
    let asked_for = asked::read(&args.query, &args.selection, &args.index)?;
    let other = |query| asked::asked(std::slice::from_ref(query), &args.selection, &args.index);
    let other = args.compare.as_ref().map(other).transpose()?;
    let counting = counting(&args);
    let by = counting.dimensions()?;
    let figures = counting.figures(&by)?;
    let order = counting.order()?;
    let temporary = match args.from.is_empty() {
        true => None,
        false => match Temporary::of(&args.from)? {
            Some(temporary) => Some(temporary),
            None => return Ok(End::Interrupted),
        },
    };
    let of_index;
    let reader = match &temporary {
        Some(temporary) => &temporary.reader,
        None => {
            of_index = open(&args.index)?;
            &of_index
        }
    };
    let request = counting.request(in_this_folder(asked_for.expr.clone(), reader)?, by, order);
    let other = other.map(|other| in_this_folder(other, reader)).transpose()?;
    let mut table = match &other {
        Some(other) => Table::Compared(reader.guarded(|| search::compare(reader, &request, other))?),
        None if args.cross => Table::Crossed(Box::new(reader.guarded(|| search::cross(reader, &request))?)),
        None => Table::Counted(reader.guarded(|| search::stats(reader, &request))?),
    };
    message::notes(table.notes());
    if let Some(stats) = table.counts() {
        let total = Count { issues: stats.total.issues, letters: stats.total.letters };
        stats.suggestion = asked::suggestion(&asked_for, reader, total)?;
        stats.synonyms = asked_for.synonyms;
    }
    let (style, mut out) = (output::style(&args.look), pager::answer(&args.look));
    table.print(&mut out, &args, &figures, &style)?;
    out.finish()?;
    Ok(match table.letters() {
        _ if temporary.is_some_and(|temporary| !temporary.is_whole) => End::Missing,
        0 => End::Nothing,
        _ => End::Done,
    })
}

/// Counts on an engine.
fn run_there(args: StatsArgs, target: Target) -> anyhow::Result<End> {
    let asked = there::read(&args.query, &args.selection)?;
    let other = |query| there::meant_there(there::read(std::slice::from_ref(query), &args.selection)?.expr);
    let other = args.compare.as_ref().map(other).transpose()?;
    let counting = counting(&args);
    let by = counting.dimensions()?;
    let figures = counting.figures(&by)?;
    let order = counting.order()?;
    let request = counting.request(there::meant_there(asked.expr)?, by, order);
    let engine = there::Engine::connect(target, &args.there)?;
    let afar = engine.afar();
    let mut table = match &other {
        Some(other) => Table::Compared(afar.compare(&request, other)?),
        None if args.cross => Table::Crossed(Box::new(afar.cross(&request)?)),
        None => Table::Counted(afar.stats(&request)?),
    };
    message::notes(table.notes());
    if let Some(stats) = table.counts() {
        stats.synonyms = asked.synonyms;
    }
    let (style, mut out) = (output::style(&args.look), pager::answer(&args.look));
    table.print(&mut out, &args, &figures, &style)?;
    out.finish()?;
    Ok(engine.ended(&afar, if table.letters() == 0 { End::Nothing } else { End::Done }))
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
        // The filters hold for both.
        let named = queries.map(|query| with_filters(query, args));
        let named = [named[0].as_str(), named[1].as_str()];
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
            (Self::Compared(compared), StatsFormat::Text) => present::comparison(out, compared, named, figures, style),
            (Self::Compared(compared), StatsFormat::Json) => present::comparison_json(out, compared, queries, figures),
            (Self::Compared(compared), StatsFormat::Csv) => present::comparison_csv(out, compared, figures, style),
            (Self::Compared(compared), StatsFormat::Markdown) => {
                present::comparison_markdown(out, compared, named, figures)
            }
        }
    }
}

/// A query with the filters that were typed beside it.
fn with_filters(query: &str, args: &StatsArgs) -> String {
    let filters = args.selection.by_field().into_iter().flat_map(|(field, values)| {
        let flag = present::flag_of(field);
        values.iter().map(move |value| format!("{flag} {value}"))
    });
    Some(query.to_owned()).into_iter().filter(|query| !query.is_empty()).chain(filters).collect::<Vec<_>>().join(" ")
}

/// What was typed about the table.
fn counting(args: &StatsArgs) -> Counting {
    Counting {
        by: args.by.clone(),
        over: args.over.map(|over| match over {
            Over::Year => "year",
            Over::Quarter => "quarter",
            Over::Month => "month",
        }),
        show: args.show.clone(),
        sort: args.sort.clone(),
        top: args.top.map(|top| top as usize),
        least: args.min,
        cross: args.cross,
        test: args.test,
        days: args.days.map(|days| match days {
            DaysArg::Assigned => Since::Assigned,
            DaysArg::Denied => Since::Denied,
        }),
        is_for_programs: matches!(args.format, StatsFormat::Json | StatsFormat::Csv),
    }
}
