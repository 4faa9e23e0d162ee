//! A report as text: tables with bars and sparklines for who reads them on a terminal, lines for programs.

use std::io::{self, Write};

use super::super::stats::{Extras, Figure, Form, stats};
use super::super::style::{BOLD, DIM, Style, one_line, width};
use super::{CAVEATS, Report, about, command, figures, head};
use crate::search::Section;

/// Writes a report: for people with bars, sparklines, remarks and commands, otherwise a line for each row, behind the name of
/// its table.
///
/// # Errors
/// From the writer.
pub fn report_text(out: &mut dyn Write, report: &Report, style: &Style) -> io::Result<()> {
    if !style.pretty {
        return report.sections.iter().try_for_each(|section| lines(out, section, style));
    }
    style.paint(out, BOLD, "Independent medical review: outcomes")?;
    writeln!(out, "\n")?;
    for (name, value) in head(report) {
        write!(out, "{name:<9} ")?;
        style.folded(out, anstyle::Style::new(), &value, 10)?;
    }
    for caveat in CAVEATS {
        writeln!(out)?;
        style.folded(out, DIM, caveat, 0)?;
    }
    for section in &report.sections {
        writeln!(out, "\n")?;
        style.folded(out, BOLD, section.title, 0)?;
        style.folded(out, DIM, &about(section), 0)?;
        writeln!(out)?;
        let figures = shown(section, style.columns);
        let extras =
            Extras { chart: true, lines: section.stats.by.iter().any(|name| is_time(name)), ..Extras::default() };
        stats(out, &section.stats, &figures, extras, style)?;
        writeln!(out)?;
        // Not folded, so that it can be copied.
        writeln!(out, "{}", one_line(&command(report, section, &figures)))?;
    }
    Ok(())
}

/// The figures that have place on lines of so many columns, beside the whole names and, where there is more, bars.
fn shown(section: &Section, columns: usize) -> Vec<Figure> {
    let mut figures = figures(section);
    figures.retain(|figure| !matches!(figure, Figure::Upheld | Figure::Overturned | Figure::Change));
    let names = section.stats.rows.iter().flat_map(|row| &row.values);
    let longest = names.map(|name| name.as_deref().map_or(0, width)).max().unwrap_or(0);
    // A total of thousands is not wider than its head.
    let taken = |figures: &[Figure]| {
        figures.iter().flat_map(|f| f.heads(Form::People)).map(|head| head.len() + 2).sum::<usize>()
    };
    for least in [Figure::Interval, Figure::Letters] {
        if section.stats.days.is_none() && longest + taken(&figures) > columns {
            figures.retain(|figure| *figure != least);
        }
    }
    figures
}

fn is_time(field: &str) -> bool {
    matches!(field, "year" | "quarter" | "month")
}

fn lines(out: &mut dyn Write, section: &Section, style: &Style) -> io::Result<()> {
    let mut rows = Vec::new();
    stats(&mut rows, &section.stats, &figures(section), Extras::default(), style)?;
    for row in rows.split_inclusive(|byte| *byte == b'\n') {
        write!(out, "{}\t", section.name)?;
        out.write_all(row)?;
    }
    Ok(())
}
