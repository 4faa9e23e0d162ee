//! Rows in columns.

use std::io::{self, Write};

use super::style::{BOLD, Style, cut, width};

/// Writes rows in columns below a head, of which the first are names, and the total where there is one.
pub fn aligned(
    out: &mut dyn Write,
    head: &[String],
    rows: &[Vec<String>],
    total: Option<&[String]>,
    names: usize,
    style: &Style,
) -> io::Result<()> {
    let all = || std::iter::once(head).chain(rows.iter().map(Vec::as_slice)).chain(total);
    let mut widths: Vec<usize> =
        (0..head.len()).map(|i| all().map(|cells| width(&cells[i])).max().unwrap_or(0)).collect();
    if !narrow(&mut widths, names, style.columns) {
        return stacked(out, head, rows, total, names, style);
    }
    let line = |cells: &[String]| {
        let mut line = String::new();
        for (i, (cell, columns)) in cells.iter().zip(&widths).enumerate() {
            let cell = cut(cell, *columns);
            let gap = " ".repeat(columns - width(&cell));
            // Names stand on the left, numbers on the right.
            line.push_str(&if i < names { format!("{cell}{gap}") } else { format!("{gap}{cell}") });
            line.push_str("  ");
        }
        line.trim_end().to_owned()
    };
    style.paint(out, BOLD, &line(head))?;
    writeln!(out)?;
    for row in rows {
        writeln!(out, "{}", line(row))?;
    }
    let Some(total) = total else { return Ok(()) };
    style.paint(out, BOLD, &line(total))?;
    writeln!(out)
}

/// No column of names gets narrower than this: shorter ones look alike.
const LEAST: usize = 12;

/// Narrows the columns of names, the widest first, until a line fits; says whether it does.
fn narrow(widths: &mut [usize], names: usize, columns: usize) -> bool {
    let gaps = 2 * widths.len().saturating_sub(1);
    loop {
        let over = (widths.iter().sum::<usize>() + gaps).saturating_sub(columns);
        if over == 0 {
            return true;
        }
        match widths[..names].iter_mut().max() {
            Some(widest) if *widest > LEAST => *widest -= over.min(*widest - LEAST).div_ceil(names),
            _ => return false,
        }
    }
}

/// For a terminal on which the columns do not fit beside one another: names on a line, their counts on the next.
fn stacked(
    out: &mut dyn Write,
    head: &[String],
    rows: &[Vec<String>],
    total: Option<&[String]>,
    names: usize,
    style: &Style,
) -> io::Result<()> {
    for cells in rows.iter().map(Vec::as_slice).chain(total) {
        let named: Vec<_> = cells[..names].iter().filter(|cell| !cell.is_empty()).cloned().collect();
        let counts: Vec<_> = head.iter().zip(cells).skip(names).map(|(name, cell)| format!("{name} {cell}")).collect();
        if !named.is_empty() {
            style.folded(out, BOLD, &named.join(", "), 0)?;
        }
        write!(out, "  ")?;
        style.folded(out, anstyle::Style::new(), &counts.join(", "), 2)?;
    }
    Ok(())
}
