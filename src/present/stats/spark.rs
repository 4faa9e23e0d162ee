//! Sparklines: what became of a figure over time, as a line of marks for each series.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::super::style::{DIM, Style, cut, one_line, thousands, width};
use super::figure::Figure;
use crate::search::{Stats, StatsRow};

/// The marks, from the least to the greatest.
const MARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Fewer periods make no line.
const FEWEST: usize = 3;
/// The most lines where there are other fields beside the time.
const MOST: usize = 12;
/// The widest name of a series, and the narrowest line of marks.
const NAME: usize = 32;
const NARROWEST: usize = 4;

/// Writes lines for rows whose first value is a time: one for each figure, or where there are further fields one for each of
/// their values, the most frequent ones, of the first figure. Nothing where there are too few periods.
pub fn sparklines(out: &mut dyn Write, stats: &Stats, figures: &[Figure], style: &Style) -> io::Result<()> {
    let (rows, is_whole) = (&stats.rows, stats.left_out.0 == 0);
    let mut series: BTreeMap<&[Option<String>], BTreeMap<&str, &StatsRow>> = BTreeMap::new();
    for row in rows {
        if let Some((Some(period), rest)) = row.values.split_first() {
            series.entry(rest).or_default().insert(period, row);
        }
    }
    let Some(periods) = periods(&series) else { return Ok(()) };
    let figures: Vec<Figure> = figures.iter().copied().filter(|figure| figure.has_line()).collect();
    let is_time_alone = series.contains_key(&[][..]);
    let issues = |rows: &BTreeMap<&str, &StatsRow>| rows.values().map(|row| row.issues).sum::<u64>();
    let mut lines: Vec<(String, Figure, &BTreeMap<&str, &StatsRow>)> = Vec::new();
    match series.get(&[][..]) {
        Some(rows) => lines.extend(figures.iter().map(|figure| (figure.line_name(), *figure, rows))),
        None => {
            let figure = figures.first().copied().unwrap_or(Figure::Issues);
            let mut all: Vec<_> = series.iter().collect();
            all.sort_by_key(|(_, rows)| std::cmp::Reverse(issues(rows)));
            lines.extend(all.into_iter().map(|(rest, rows)| (name(rest), figure, rows)));
        }
    }
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    let names = lines.iter().map(|(name, ..)| width(name)).max().unwrap_or(0).min(NAME.min(style.width / 3));
    let lines: Vec<(String, Line)> = lines
        .into_iter()
        .map(|(name, figure, rows)| (cut(&name, names), Line::of(figure, &periods, rows, is_whole)))
        .collect();
    let ends = lines.iter().map(|(_, line)| width(&line.ends)).max().unwrap_or(0);
    let columns = style.width.saturating_sub(names + ends + 4);
    // No name means that there is nothing to draw.
    if lines.is_empty() || columns < NARROWEST {
        return Ok(());
    }
    let together = periods.len().div_ceil(columns);
    writeln!(out)?;
    for (name, line) in &lines {
        let gap = " ".repeat(names - width(name));
        style.paint(out, DIM, &format!("{name}{gap}"))?;
        write!(out, "  {}  ", line.marks(together))?;
        style.paint(out, DIM, &line.ends)?;
        writeln!(out)?;
    }
    if more > 0 {
        style.folded(out, DIM, &format!("and {} more series", thousands(more as u64)), 0)?;
    }
    if !is_time_alone {
        let what = figures.first().copied().unwrap_or(Figure::Issues).line_name();
        style.folded(out, DIM, &format!("{what} over time"), 0)?;
    }
    if together > 1 {
        style.folded(out, DIM, &format!("a mark is the mean of {together} periods"), 0)?;
    }
    Ok(())
}

/// The values beside the time, as the name of a series.
fn name(rest: &[Option<String>]) -> String {
    let names = rest.iter().map(|value| value.as_deref().map_or_else(|| "(none)".to_owned(), one_line));
    names.collect::<Vec<_>>().join(", ")
}

/// The periods from the first to the last, also those without a row; `None` where they are too few for a line.
fn periods(series: &BTreeMap<&[Option<String>], BTreeMap<&str, &StatsRow>>) -> Option<Vec<String>> {
    let known = || series.values().flat_map(|rows| rows.keys().copied());
    let (first, last) = (known().min()?, known().max()?);
    let mut periods = vec![first.to_owned()];
    while let Some(next) = periods.last().filter(|period| *period != last).and_then(|period| next(period)) {
        // A date may be wrong by millennia, and a line has few marks.
        if periods.len() == MOST_PERIODS {
            return None;
        }
        periods.push(next);
    }
    (periods.len() >= FEWEST).then_some(periods)
}

/// More periods than any archive has: 400 years in months.
const MOST_PERIODS: usize = 4800;

/// The period behind `2016`, `2016-Q4` or `2016-12`.
fn next(period: &str) -> Option<String> {
    let (year, part) = period.split_once('-').map_or((period, None), |(year, part)| (year, Some(part)));
    let year: u16 = year.parse().ok()?;
    let following = year.checked_add(1)?;
    let Some(part) = part else { return Some(format!("{following:04}")) };
    let (sign, number, last) = match part.strip_prefix('Q') {
        Some(quarter) => ("Q", quarter.parse::<u8>().ok()?, 4),
        None => ("", part.parse().ok()?, 12),
    };
    let (year, number) = if number < last { (year, number + 1) } else { (following, 1) };
    Some(if sign.is_empty() { format!("{year:04}-{number:02}") } else { format!("{year:04}-Q{number}") })
}

/// A series: what each period has, and what its least and greatest are.
struct Line {
    values: Vec<Option<f64>>,
    /// What the lowest and the highest mark stand for.
    scale: (f64, f64),
    /// The least and the greatest in words.
    ends: String,
}

impl Line {
    fn of(figure: Figure, periods: &[String], rows: &BTreeMap<&str, &StatsRow>, is_whole: bool) -> Self {
        let value = |period: &String| match rows.get(period.as_str()) {
            Some(row) => figure.on_line(row),
            // What has no row in a whole table is not there; of nothing there is neither a share nor a median.
            None => (is_whole && figure.is_count()).then_some(0.0),
        };
        let values: Vec<Option<f64>> = periods.iter().map(value).collect();
        let known = || values.iter().flatten().copied();
        let (least, most) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
        let ends = if least > most {
            String::new()
        } else if figure.is_of_parts() {
            format!("{:.1}% to {:.1}%", 100.0 * least, 100.0 * most)
        } else {
            format!("{} to {}", thousands(least as u64), thousands(most as u64))
        };
        // Counts are measured from nothing; shares often differ little, and would be a flat line.
        Self { values, scale: (if figure.is_of_parts() { least } else { 0.0 }, most), ends }
    }

    /// The marks, so many periods together in each.
    fn marks(&self, together: usize) -> String {
        let (low, high) = self.scale;
        let mark = |values: &[Option<f64>]| {
            let known: Vec<f64> = values.iter().flatten().copied().collect();
            if known.is_empty() {
                return ' ';
            }
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            let part = if high > low { (mean - low) / (high - low) } else { 0.5 };
            MARKS[((part * MARKS.len() as f64) as usize).min(MARKS.len() - 1)]
        };
        self.values.chunks(together.max(1)).map(mark).collect()
    }
}
