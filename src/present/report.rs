//! The report of an indexing run as text.

use std::io::{self, Write};
use std::time::Duration;

use super::style::{Style, thousands};
use crate::ingest::{Report, Stage};

/// Writes what a run did: a name and a number on each line.
///
/// # Errors
/// From the writer.
pub fn report(out: &mut dyn Write, report: &Report, style: &Style) -> io::Result<()> {
    let seconds = report.elapsed.as_secs_f64();
    let rate = |amount: f64| if seconds > 0.0 { amount / seconds } else { 0.0 };
    let letters = rate((report.letters + report.unknown) as f64);
    let number = |n: u64| if style.pretty { thousands(n) } else { n.to_string() };
    let mut lines = vec![
        ("files seen", number(report.files)),
        ("letters indexed", number(report.letters)),
        ("issues indexed", number(report.issues)),
        ("unchanged", number(report.unchanged)),
        ("duplicates", number(report.duplicates)),
        ("unknown layouts", number(report.unknown)),
        ("not letters", number(report.not_letters)),
        ("failed", number(report.failures.len() as u64)),
    ];
    if report.moved > 0 {
        lines.insert(4, ("moved", number(report.moved)));
    }
    if report.containers > 0 {
        lines.push(("containers", number(report.containers)));
    }
    if report.kept > 0 {
        lines.push(("gone, kept", number(report.kept)));
    }
    if report.removed > 0 {
        lines.push(("gone, removed", number(report.removed)));
    }
    if report.restored > 0 {
        lines.push(("restored", number(report.restored)));
    }
    if report.waiting > 0 {
        lines.push(("waiting", number(report.waiting)));
    }
    lines.push(("seconds", format!("{seconds:.2}")));
    lines.push(("letters/s", number(letters as u64)));
    lines.push(("MB/s", format!("{:.1}", rate(report.indexed_bytes as f64 / 1e6))));
    let width = lines.iter().map(|(_, value)| value.len()).max().unwrap_or(0);
    for (name, value) in lines {
        match style.pretty {
            true => writeln!(out, "{name:<16}  {value:>width$}")?,
            false => writeln!(out, "{name}\t{value}")?,
        }
    }
    Ok(())
}

/// Writes how long each stage took, added up over all threads, in seconds.
///
/// # Errors
/// From the writer.
pub fn timings(out: &mut dyn Write, stages: &[(Stage, Duration)], style: &Style) -> io::Result<()> {
    for (stage, time) in stages {
        let seconds = time.as_secs_f64();
        match style.pretty {
            true => writeln!(out, "{:<16}  {seconds:>8.2} s", stage.name())?,
            false => writeln!(out, "time\t{}\t{seconds:.3}", stage.name())?,
        }
    }
    Ok(())
}
