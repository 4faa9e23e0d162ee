//! How an archive stands to its index, as text and as JSON.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::json::line;
use super::style::{BOLD, DIM, Style, counted, fold, one_line, thousands};
use crate::ingest::{Failure, Standing, State, StatusFile, Version, Versions};

/// How many files of each state are named where they are not asked for.
const NAMED: usize = 10;

/// Writes how an archive stands to its index: a name and a number on each line, for people also the first files that
/// are not as they were, and what a run would do.
///
/// # Errors
/// From the writer.
pub fn status(out: &mut dyn Write, standing: &Standing, style: &Style) -> io::Result<()> {
    let lines = counts(standing);
    if !style.pretty {
        return lines.iter().try_for_each(|(name, n)| writeln!(out, "{name}\t{n}"));
    }
    // Those that say nothing are left out, but for the first, without which there may be nothing.
    let lines: Vec<_> = lines.iter().filter(|(name, n)| *n > 0 || matches!(*name, "new" | "unchanged")).collect();
    let width = lines.iter().map(|(_, n)| thousands(*n).len()).max().unwrap_or(0);
    for (name, n) in lines {
        writeln!(out, "{name:<16}  {:>width$}", thousands(*n))?;
    }
    // What a run would open is counted apart, and named apart.
    let opened = |file: &StatusFile| file.is_container && matches!(file.state, State::New | State::Changed);
    let groups = State::ALL.map(|state| (state.name(), state.name(), Some(state)));
    let groups = groups.into_iter().chain([("containers", "new,changed", None)]);
    for (heading, states, state) in groups {
        let is_of = |file: &&StatusFile| state.map_or(opened(file), |state| file.state == state && !opened(file));
        let mut files = standing.files.iter().filter(is_of).peekable();
        if files.peek().is_none() {
            continue;
        }
        writeln!(out)?;
        style.paint(out, BOLD, heading)?;
        writeln!(out)?;
        for file in files.by_ref().take(NAMED) {
            write!(out, "  ")?;
            named(out, file, standing, style)?;
        }
        let more = files.count() as u64;
        if more > 0 {
            let text = format!("{} more; `imr status --list {}` names all", thousands(more), states);
            write!(out, "  ")?;
            style.paint(out, DIM, &text)?;
            writeln!(out)?;
        }
    }
    writeln!(out)?;
    writeln!(out, "{}", summary(standing))
}

/// The counts with their names, in a fixed order.
fn counts(standing: &Standing) -> [(&'static str, u64); 13] {
    [
        ("new", standing.new),
        ("changed", standing.changed),
        ("moved", standing.moved),
        ("containers", standing.containers),
        ("unchanged", standing.unchanged),
        ("duplicates", standing.duplicates),
        ("older versions", standing.older_versions),
        ("failed before", standing.failed),
        ("not letters", standing.not_letters),
        ("cannot be read", standing.unread),
        ("gone", standing.gone),
        ("gone, kept", standing.kept),
        ("waiting", standing.waiting),
    ]
}

/// What a run would do, in a sentence.
fn summary(standing: &Standing) -> String {
    let mut work = Vec::new();
    let files = standing.new + standing.changed + standing.moved;
    if files > 0 {
        work.push(format!("read {}", counted(files, "file")));
    }
    if standing.containers > 0 {
        work.push(format!("open {}", counted(standing.containers, "container")));
    }
    if standing.waiting > 0 {
        work.push(format!("read {} again", counted(standing.waiting, "file")));
    }
    if standing.gone > standing.kept {
        work.push(format!("forget {}", counted(standing.gone - standing.kept, "gone file")));
    }
    let mut text = match work.is_empty() {
        true => "`imr index` would find nothing to do".to_owned(),
        false => format!("`imr index` would {}", work.join(", ")),
    };
    if standing.failed > 0 {
        text.push_str("; `--retry-failed` tries again what failed");
    }
    if standing.kept > 0 {
        text.push_str(&format!("; `--prune` takes out {} whose file is gone", counted(standing.kept, "letter")));
    }
    text
}

/// Writes a file on a line, and for a moved one where it was.
fn named(out: &mut dyn Write, file: &StatusFile, standing: &Standing, style: &Style) -> io::Result<()> {
    if let Some(from) = &file.from {
        style.paint(out, DIM, &one_line(&style.path(from, &standing.base)))?;
        write!(out, " -> ")?;
    }
    match file.state {
        State::Gone => style.paint(out, DIM, &one_line(&style.path(&file.path, &standing.base)))?,
        _ => style.link(out, &file.path, &standing.base)?,
    }
    writeln!(out)
}

/// Writes the files that are not as they were, a line for each: the state, the path, and where it was.
///
/// # Errors
/// From the writer.
pub fn listed_states(out: &mut dyn Write, standing: &Standing, style: &Style) -> io::Result<()> {
    for file in &standing.files {
        if style.pretty {
            style.paint(out, BOLD, &format!("{:<8}", file.state.name()))?;
            named(out, file, standing, style)?;
            continue;
        }
        write!(out, "{}\t{}", file.state.name(), one_line(&style.path(&file.path, &standing.base)))?;
        if let Some(from) = &file.from {
            write!(out, "\t{}", one_line(&style.path(from, &standing.base)))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes how an archive stands to its index as one object; see `schema/status.schema.json`.
///
/// # Errors
/// From the writer.
pub fn status_json(out: &mut dyn Write, standing: &Standing) -> io::Result<()> {
    let file = |file: &StatusFile| {
        json!({
            "path": file.path,
            "state": file.state.name(),
            "from": file.from,
            "container": file.is_container,
            "kept": (file.state == State::Gone).then_some(file.is_kept),
        })
    };
    line(
        out,
        &json!({
            "new": standing.new,
            "changed": standing.changed,
            "moved": standing.moved,
            "containers": standing.containers,
            "unchanged": standing.unchanged,
            "duplicates": standing.duplicates,
            "older_versions": standing.older_versions,
            "failed_before": standing.failed,
            "not_letters": standing.not_letters,
            "gone": standing.gone,
            "kept": standing.kept,
            "waiting": standing.waiting,
            "files": standing.files.iter().map(file).collect::<Vec<_>>(),
            "unreadable": failed(&standing.unreadable),
        }),
    )
}

fn failed(failures: &[Failure]) -> Value {
    let failure = |f: &Failure| {
        let hint = (!f.hint.is_empty()).then_some(&f.hint);
        json!({"path": f.path.to_string_lossy(), "code": f.code, "reason": f.reason, "hint": hint})
    };
    failures.iter().map(failure).collect()
}

/// Writes the files that could not be read: for people with the reason below, otherwise a line for each with tabs.
///
/// # Errors
/// From the writer.
pub fn failures(out: &mut dyn Write, failures: &[Failure], style: &Style, base: &Path) -> io::Result<()> {
    for failure in failures {
        let path = failure.path.to_string_lossy();
        if !style.pretty {
            let shown = one_line(&style.path(&path, base));
            writeln!(out, "{}\t{shown}\t{}", failure.code, one_line(&failure.reason))?;
            continue;
        }
        style.paint(out, BOLD, &format!("{:<18}", failure.code))?;
        style.link(out, &path, base)?;
        writeln!(out)?;
        let hint = if failure.hint.is_empty() { String::new() } else { format!("; {}", failure.hint) };
        let reason = one_line(&format!("{}{hint}", failure.reason));
        for range in fold(&reason, style.width.saturating_sub(4)) {
            writeln!(out, "    {}", &reason[range])?;
        }
    }
    Ok(())
}

/// Writes the files that could not be read as one object; see `schema/status.schema.json`.
///
/// # Errors
/// From the writer.
pub fn failures_json(out: &mut dyn Write, failures: &[Failure]) -> io::Result<()> {
    line(out, &json!({"failed": failed(failures)}))
}

/// What a version is among those of its letter, by its place.
fn part(place: usize, version: &Version) -> &'static str {
    match (version.status.has_documents(), place) {
        (true, _) => "indexed",
        // The next run reads it again, and indexes it.
        (false, 0) => "waiting",
        (false, _) if version.is_copy => "copy",
        (false, _) => "older",
    }
}

/// Writes the letters of which there are several files: for people each with its files below, otherwise a line for each
/// file with tabs: the case, what the file is, the date of decision, the path.
///
/// # Errors
/// From the writer.
pub fn duplicates(out: &mut dyn Write, letters: &[Versions], style: &Style, base: &Path) -> io::Result<()> {
    for letter in letters {
        let case = letter.case.map_or_else(String::new, |case| case.to_string());
        if style.pretty {
            style.paint(out, BOLD, if case.is_empty() { "without a case number" } else { &case })?;
            writeln!(out)?;
        }
        for (place, version) in letter.versions.iter().enumerate() {
            let decided = version.decided.map_or_else(String::new, |date| date.to_string());
            if style.pretty {
                write!(out, "  {:<8} {decided:<10}  ", part(place, version))?;
                style.link(out, &version.path, base)?;
                writeln!(out)?;
            } else {
                let path = one_line(&style.path(&version.path, base));
                writeln!(out, "{case}\t{}\t{decided}\t{path}", part(place, version))?;
            }
        }
    }
    Ok(())
}

/// Writes the letters of which there are several files as one object; see `schema/status.schema.json`.
///
/// # Errors
/// From the writer.
pub fn duplicates_json(out: &mut dyn Write, letters: &[Versions]) -> io::Result<()> {
    let version = |(place, version): (usize, &Version)| {
        json!({
            "path": version.path,
            "decision_date": version.decided.map(|date| date.to_string()),
            "is": part(place, version),
        })
    };
    let letter = |letter: &Versions| {
        json!({
            "case_number": letter.case.map(|case| case.to_string()),
            "versions": letter.versions.iter().enumerate().map(version).collect::<Vec<_>>(),
        })
    };
    line(out, &json!({"letters": letters.iter().map(letter).collect::<Vec<_>>()}))
}
