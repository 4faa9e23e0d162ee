//! Counts as text.

use std::io::{self, Write};

use super::style::{BOLD, Style, one_line, thousands};
use crate::search::Table;

/// Writes a table: for people aligned with a head and a total, otherwise a line for each row.
///
/// # Errors
/// From the writer.
pub fn table(out: &mut dyn Write, table: &Table, style: &Style) -> io::Result<()> {
    let shares = shows_share(table);
    let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |s| format!("{:.1}%", 100.0 * s));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in &table.rows {
        let missing = if style.pretty { "(none)" } else { "" };
        let mut cells: Vec<_> = row.values.iter().map(|v| one_line(v.as_deref().unwrap_or(missing))).collect();
        let number = |n: u64| if style.pretty { thousands(n) } else { n.to_string() };
        cells.extend([number(row.count.issues), number(row.count.letters)]);
        if shares {
            let plain = |s: Option<f64>| s.map_or_else(String::new, |s| format!("{s:.6}"));
            cells.push(if style.pretty { share(row.upheld_share) } else { plain(row.upheld_share) });
        }
        rows.push(cells);
    }
    if !style.pretty {
        return rows.iter().try_for_each(|cells| writeln!(out, "{}", cells.join("\t")));
    }
    let mut head: Vec<String> = table.by.clone();
    head.extend(["issues".to_owned(), "letters".to_owned()]);
    let mut total: Vec<String> = vec![String::new(); table.by.len()];
    if let Some(first) = total.first_mut() {
        "total".clone_into(first);
    }
    total.extend([thousands(table.total.issues), thousands(table.total.letters)]);
    if shares {
        head.push("upheld".to_owned());
        total.push(share(table.upheld_share));
    }
    let all = || std::iter::once(&head).chain(&rows).chain(std::iter::once(&total));
    let widths: Vec<usize> =
        (0..head.len()).map(|i| all().map(|cells| cells[i].chars().count()).max().unwrap_or(0)).collect();
    let line = |cells: &[String]| {
        let mut line = String::new();
        for (i, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(width - cell.chars().count());
            // Names stand on the left, numbers on the right.
            line.push_str(&if i < table.by.len() { format!("{cell}{gap}") } else { format!("{gap}{cell}") });
            line.push_str("  ");
        }
        line.trim_end().to_owned()
    };
    style.paint(out, BOLD, &line(&head))?;
    writeln!(out)?;
    for row in &rows {
        writeln!(out, "{}", line(row))?;
    }
    style.paint(out, BOLD, &line(&total))?;
    writeln!(out)
}

/// Whether the share of upheld says something: not where the outcome is counted by.
pub fn shows_share(table: &Table) -> bool {
    !table.by.iter().any(|name| name == "outcome")
}
