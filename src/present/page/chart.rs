//! Charts of a report as SVG: bars of outcomes, columns over time, and spans of days. Colours are classes of the page, so
//! that they follow its light and dark; the table below each chart has the same figures.

use std::fmt::Write;

use super::super::style::{counted, thousands, width};
use super::escape::escaped;
use crate::search::{OTHERS, Section, StatsRow};

/// The colours of a chart's parts, by the variables of the page that it stands in.
pub const CHART_STYLE: &str = include_str!("chart.css");

/// The width of a chart, in its own units, which are pixels where the page is wide enough.
const WIDTH: f64 = 760.0;
/// The height of a bar with the gap below it.
const STEP: f64 = 24.0;
/// The height of a chart of columns, without the names below.
const HEIGHT: f64 = 220.0;
/// How wide a character of a chart is, about.
const CHARACTER: f64 = 7.0;

/// The chart of a section; `None` where there is nothing to draw.
pub fn chart(section: &Section) -> Option<String> {
    let rows: Vec<&StatsRow> = section.stats.rows.iter().collect();
    if rows.is_empty() {
        return None;
    }
    let is_time = rows.iter().any(|row| row.change.is_some());
    Some(match (section.stats.days.is_some(), is_time) {
        (true, _) => spans(section, &rows),
        (_, true) => columns(section, &rows),
        _ => bars(section, &rows),
    })
}

fn name(row: &StatsRow) -> &str {
    row.values.first().and_then(Option::as_deref).unwrap_or("(none)")
}

/// A name cut to what there is place for.
fn label(row: &StatsRow, characters: usize) -> String {
    escaped(&super::super::style::cut(name(row), characters))
}

/// The head of a chart, with what it shows in words for those who do not see it.
fn begin(section: &Section, height: f64, description: &str) -> String {
    let mut svg = String::new();
    let id = section.name;
    let _ = write!(
        svg,
        r#"<svg class="chart" role="img" viewBox="0 0 {WIDTH} {height}" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{}</title><desc id="{id}-desc">{}</desc>"#,
        escaped(section.title),
        escaped(description)
    );
    svg
}

/// A line for each value, upheld and overturned beside one another, with the share of upheld behind it.
fn bars(section: &Section, rows: &[&StatsRow]) -> String {
    let most = rows.iter().map(|row| row.issues).max().unwrap_or(0).max(1) as f64;
    let longest = rows.iter().map(|row| width(name(row))).max().unwrap_or(0).clamp(6, 44);
    let left = longest as f64 * CHARACTER + 10.0;
    let room = WIDTH - left - 150.0;
    // What stands for all others, or for nothing, is no value.
    let is_value = |row: &&StatsRow| row.values.first().is_some_and(|v| v.as_deref().is_some_and(|v| v != OTHERS));
    let (values, others): (Vec<&StatsRow>, Vec<&StatsRow>) = rows.iter().copied().partition(is_value);
    let top = values.iter().max_by_key(|row| row.issues).map_or("", |row| name(row));
    let besides = if others.is_empty() { "" } else { ", and for all others" };
    let description = format!(
        "Bars of issues, upheld and overturned, for {}{besides}; the most issues has {top}.",
        counted(values.len() as u64, "value")
    );
    let mut svg = begin(section, rows.len() as f64 * STEP + 4.0, &description);
    for (i, row) in rows.iter().enumerate() {
        let y = i as f64 * STEP + 2.0;
        let length = |n: u64| n as f64 / most * room;
        let _ = write!(
            svg,
            r#"<text class="name" x="{:.1}" y="{:.1}">{}</text>"#,
            left - 8.0,
            y + 14.0,
            label(row, longest)
        );
        let mut x = left;
        let rest = row.issues - row.decided();
        for (class, n) in [("upheld", row.upheld), ("overturned", row.overturned), ("unread", rest)] {
            if n > 0 {
                let _ = write!(
                    svg,
                    r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{:.1}" height="18"><title>{}: {} {class}</title></rect>"#,
                    length(n).max(0.5),
                    escaped(name(row)),
                    thousands(n)
                );
                x += length(n);
            }
        }
        let share = row.share().map_or_else(String::new, |share| format!(" · {:.0}% upheld", 100.0 * share));
        let _ = write!(
            svg,
            r#"<text class="figure" x="{:.1}" y="{:.1}">{}{share}</text>"#,
            x + 6.0,
            y + 14.0,
            thousands(row.issues)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// A column for each part of time, upheld below and overturned above.
fn columns(section: &Section, rows: &[&StatsRow]) -> String {
    let rows: Vec<_> = rows.iter().filter(|row| row.values.first().is_some_and(Option::is_some)).collect();
    let most = rows.iter().map(|row| row.issues).max().unwrap_or(0).max(1) as f64;
    let (first, last) = (rows.first().map_or("", |row| name(row)), rows.last().map_or("", |row| name(row)));
    let description = format!("Columns of issues, upheld and overturned, from {first} to {last}.");
    let mut svg = begin(section, HEIGHT + 24.0, &description);
    let left = thousands(most as u64).len() as f64 * CHARACTER + 8.0;
    let step = (WIDTH - left) / rows.len().max(1) as f64;
    let y = |n: u64| HEIGHT - n as f64 / most * (HEIGHT - 14.0);
    for share in [0.5, 1.0] {
        let n = (most * share) as u64;
        let _ = write!(
            svg,
            r#"<line class="rule" x1="{left:.1}" x2="{WIDTH}" y1="{0:.1}" y2="{0:.1}"/><text class="name" x="{1:.1}" y="{2:.1}">{3}</text>"#,
            y(n),
            left - 6.0,
            y(n) + 4.0,
            thousands(n)
        );
    }
    // So many names have place beside one another; how wide characters are, the font of the reader decides.
    let half_name = first.len() as f64 * CHARACTER * 0.6;
    let every = (2.0 * half_name + 10.0) / step;
    let every = (every.ceil() as usize).max(1);
    for (i, row) in rows.iter().enumerate() {
        let x = left + i as f64 * step;
        let mut below = 0;
        for (class, n) in
            [("upheld", row.upheld), ("overturned", row.overturned), ("unread", row.issues - row.decided())]
        {
            if n > 0 {
                let _ = write!(
                    svg,
                    r#"<rect class="{class}" x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}"><title>{}: {} {class}</title></rect>"#,
                    x + step * 0.1,
                    y(below + n),
                    step * 0.8,
                    y(below) - y(below + n),
                    escaped(name(row)),
                    thousands(n)
                );
                below += n;
            }
        }
        let centre = x + step / 2.0;
        if i % every == 0 && centre + half_name <= WIDTH {
            let _ = write!(
                svg,
                r#"<text class="below" x="{:.1}" y="{:.1}">{}</text>"#,
                centre,
                HEIGHT + 17.0,
                label(row, 12)
            );
        }
    }
    let _ = write!(svg, r#"<line class="axis" x1="{left:.1}" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/></svg>"#);
    svg
}

/// A line for each value: days from 5 to 95 in 100 letters, the middle half thick, and the median as a mark.
fn spans(section: &Section, rows: &[&StatsRow]) -> String {
    let rows: Vec<_> = rows.iter().filter_map(|row| Some((*row, row.days?))).collect();
    let most = rows.iter().map(|(_, days)| days.p95).max().unwrap_or(0).max(1);
    let longest = rows.iter().map(|(row, _)| width(name(row))).max().unwrap_or(0).clamp(6, 44);
    let left = longest as f64 * CHARACTER + 10.0;
    let x = |days: i32| left + f64::from(days) / f64::from(most) * (WIDTH - left - 110.0);
    let description = format!(
        "Days to the decision for {} values: the line is from the 5th to the 95th of 100 letters, its thick part the middle \
         half, the mark the median.",
        rows.len()
    );
    let mut svg = begin(section, rows.len() as f64 * STEP + 4.0, &description);
    for (i, (row, days)) in rows.iter().enumerate() {
        let y = i as f64 * STEP + 11.0;
        let _ = write!(
            svg,
            r#"<text class="name" x="{:.1}" y="{:.1}">{}</text><line class="span" x1="{:.1}" x2="{:.1}" y1="{y:.1}" y2="{y:.1}"/><rect class="upheld" x="{:.1}" y="{:.1}" width="{:.1}" height="12"/><rect class="mark" x="{:.1}" y="{:.1}" width="3" height="18"/><text class="figure" x="{:.1}" y="{:.1}">median {}</text>"#,
            left - 8.0,
            y + 4.0,
            label(row, longest),
            x(days.p5),
            x(days.p95),
            x(days.q1),
            y - 6.0,
            (x(days.q3) - x(days.q1)).max(1.0),
            x(days.median) - 1.5,
            y - 9.0,
            x(days.p95) + 8.0,
            y + 4.0,
            days.median
        );
    }
    svg.push_str("</svg>");
    svg
}
