//! What was published, and what a server can do, as text and JSON.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::json::line;
use super::style::{Style, one_line, thousands};
use crate::remote::doctor::Diagnosis;
use crate::remote::{Account, Verified};

/// What is told of a run.
#[derive(Debug)]
pub struct Told<'a> {
    /// Where to.
    pub target: String,
    /// What kind of engine it is, where it was asked.
    pub flavor: Option<&'static str>,
    /// Whether nothing was sent.
    pub is_dry_run: bool,
    /// What was done, or would be.
    pub account: &'a Account,
    /// How what is there differs from what is here.
    pub verified: Option<&'a Verified>,
    /// Where documents that were refused are listed.
    pub rejects: Option<&'a Path>,
}

/// Writes what a run of publishing did: a name and a number on each line.
///
/// # Errors
/// From the writer.
pub fn account(out: &mut dyn Write, told: &Told<'_>, style: &Style) -> io::Result<()> {
    let Told { account, .. } = told;
    let documents = &account.documents;
    let mut lines = vec![
        ("letters here", account.letters),
        ("new", account.new),
        ("changed", account.changed),
        ("unchanged", account.unchanged),
    ];
    let mut seldom = |name, number| {
        if number > 0 {
            lines.push((name, number));
        }
    };
    seldom("withheld", account.withheld);
    seldom("rejected", account.rejected);
    seldom("waiting", account.waiting);
    seldom("removed there", account.removed);
    lines.push(("documents created", documents.created));
    lines.push(("replaced", documents.replaced));
    lines.push(("deleted", documents.deleted));
    let mut seldom = |name, number| {
        if number > 0 {
            lines.push((name, number));
        }
    };
    seldom("deletions asked", documents.deletions_asked);
    seldom("refused", documents.rejected);
    seldom("postponed", account.postponed);
    if let Some(verified) = told.verified {
        lines.push(("documents there", verified.there));
        lines.push(("as they should be", verified.same));
        lines.push(("missing", verified.missing.count));
        lines.push(("outdated", verified.outdated.count));
        lines.push(("not from here", verified.foreign.count));
        lines.push(("doubled", verified.doubled.count));
        if verified.withheld.count > 0 {
            lines.push(("taken down and there", verified.withheld.count));
        }
    }
    let mut lines: Vec<(&str, String)> = lines
        .into_iter()
        .map(|(name, number)| (name, if style.pretty { thousands(number) } else { number.to_string() }))
        .collect();
    if !told.is_dry_run {
        lines.push(("MB sent", format!("{:.1}", account.bytes as f64 / 1e6)));
    }
    lines.push(("seconds", format!("{:.2}", account.elapsed.as_secs_f64())));
    let width = lines.iter().map(|(_, value)| value.len()).max().unwrap_or(0);
    for (name, value) in lines {
        match style.pretty {
            true => writeln!(out, "{name:<18}  {value:>width$}")?,
            false => writeln!(out, "{name}\t{value}")?,
        }
    }
    Ok(())
}

/// Writes the same as an object; see `schema/publish.schema.json`.
///
/// # Errors
/// From the writer.
pub fn account_json(out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
    let Told { account, .. } = told;
    let documents = &account.documents;
    let verified = told.verified.map_or(Ok(Value::Null), serde_json::to_value)?;
    line(
        out,
        &json!({
            "target": told.target,
            "flavor": told.flavor,
            "dry_run": told.is_dry_run,
            "interrupted": account.is_interrupted,
            "letters": account.letters,
            "new": account.new,
            "changed": account.changed,
            "unchanged": account.unchanged,
            "withheld": account.withheld,
            "rejected": account.rejected,
            "waiting": account.waiting,
            "removed": account.removed,
            "documents": {
                "created": documents.created,
                "replaced": documents.replaced,
                "deleted": documents.deleted,
                "deletions_asked": documents.deletions_asked,
                "rejected": documents.rejected,
            },
            "requests": account.requests,
            "unanswered": account.unanswered,
            "postponed": account.postponed,
            "bytes": account.bytes,
            "seconds": account.elapsed.as_secs_f64(),
            "rejects": told.rejects.map(|path| path.to_string_lossy()),
            "verified": verified,
        }),
    )
}

/// Writes what a server can do: a line for each thing that was tried.
///
/// # Errors
/// From the writer.
pub fn diagnosis(out: &mut dyn Write, diagnosis: &Diagnosis, style: &Style) -> io::Result<()> {
    let Diagnosis { target, flavor, checks, fit } = diagnosis;
    if style.pretty {
        writeln!(out, "{} is {flavor}", one_line(target))?;
    }
    let width = checks.iter().map(|check| check.about.len()).max().unwrap_or(0);
    for check in checks {
        let works = match (check.works, check.needed) {
            (true, _) => "yes",
            (false, true) => "no, and it is needed",
            (false, false) => "no",
        };
        let told = check.told.as_deref().map(one_line);
        match style.pretty {
            true => {
                writeln!(out, "{:<width$}  {works}", check.about)?;
                if let Some(told) = told {
                    writeln!(out, "  {told}")?;
                }
            }
            false => writeln!(out, "{}\t{works}\t{}", check.name, told.unwrap_or_default())?,
        }
    }
    if style.pretty {
        writeln!(out, "{}", if *fit { "letters can be published there" } else { "letters cannot be published there" })?;
    }
    Ok(())
}

/// Writes the same as an object; see `schema/doctor.schema.json`.
///
/// # Errors
/// From the writer.
pub fn diagnosis_json(out: &mut dyn Write, diagnosis: &Diagnosis) -> io::Result<()> {
    line(out, diagnosis)
}
