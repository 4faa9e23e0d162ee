//! The health of a corpus as text and JSON.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::json::line;
use super::style::{BOLD, DIM, Style, counted, fold, one_line, thousands};
use crate::health::{FIELDS, Health, PeriodHealth, Reason, Share, is_contradiction, meaning};
use crate::letter::CaseNumber;

/// A letter behind a count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its case number.
    pub case: Option<CaseNumber>,
    /// Its file.
    pub path: String,
    /// Why it is listed.
    pub reasons: Vec<Reason>,
}

/// Writes the health: for people in sections, otherwise a line for each count that begins with the kind of count.
///
/// # Errors
/// From the writer.
pub fn health(out: &mut dyn Write, health: &Health, style: &Style) -> io::Result<()> {
    match style.pretty {
        true => pretty(out, health, style),
        false => plain(out, health),
    }
}

fn plain(out: &mut dyn Write, health: &Health) -> io::Result<()> {
    writeln!(out, "letters\t{}\nissues\t{}", health.letters, health.issues)?;
    writeln!(out, "contradictions\t{}", health.contradictory)?;
    for (layout, letters) in &health.layouts {
        writeln!(out, "layout\t{layout}\t{letters}")?;
    }
    for (code, files) in &health.failed {
        writeln!(out, "failed\t{code}\t{files}")?;
    }
    for (code, count) in &health.codes {
        writeln!(out, "code\t{}\t{}\t{}\t{}", one_line(code), count.severity, count.letters, count.times)?;
    }
    for (place, rule) in FIELDS.iter().enumerate() {
        for (period, counts) in ordered(health) {
            let Share { filled, total } = counts.fields[place];
            writeln!(out, "field\t{}\t{}\t{filled}\t{total}", rule.name, period.as_deref().unwrap_or_default())?;
        }
    }
    Ok(())
}

fn pretty(out: &mut dyn Write, health: &Health, style: &Style) -> io::Result<()> {
    writeln!(out, "{}, {}", counted(health.letters, "letter"), counted(health.issues, "issue"))?;
    let head = |out: &mut dyn Write, text: &str| {
        writeln!(out)?;
        style.paint(out, BOLD, text)?;
        writeln!(out)
    };
    head(out, "layouts")?;
    for (layout, letters) in &health.layouts {
        let part = Share { filled: *letters, total: health.letters };
        writeln!(out, "  {:<20} {:>9} {:>7}", layout.name(), thousands(*letters), percent(part))?;
    }
    if !health.failed.is_empty() {
        head(out, "files that could not be read")?;
        for (code, files) in &health.failed {
            writeln!(out, "  {code:<20} {:>9}", thousands(*files))?;
        }
    }
    head(out, &format!("contradictions in {}", counted(health.contradictory, "letter")))?;
    if !health.codes.is_empty() {
        head(out, &format!("{:<30} {:>9} {:>9}", "diagnostics", "letters", "times"))?;
        let mut codes: Vec<_> = health.codes.iter().collect();
        codes.sort_by_key(|(code, count)| (std::cmp::Reverse(count.letters), *code));
        for (code, count) in codes {
            let code = one_line(code);
            writeln!(out, "  {code:<28} {:>9} {:>9}", thousands(count.letters), thousands(count.times))?;
            let text = format!("{}: {}", count.severity, meaning(&code));
            for range in fold(&text, style.width.saturating_sub(4)) {
                out.write_all(b"    ")?;
                style.paint(out, DIM, &text[range])?;
                writeln!(out)?;
            }
        }
    }
    fields(out, health, style)
}

/// The filling of fields, a column for each period. What does not fit on the line is the oldest.
fn fields(out: &mut dyn Write, health: &Health, style: &Style) -> io::Result<()> {
    const NAME: usize = 32;
    const COLUMN: usize = 9;
    let room = (style.width.saturating_sub(NAME + COLUMN) / COLUMN).max(1);
    let periods = ordered(health);
    // Letters that tell no date are the last column, and always shown.
    let shown = &periods[periods.len().saturating_sub(room)..];
    let mut head = format!("\n{:<NAME$}{:>COLUMN$}", "fields filled", "all");
    for (period, _) in shown {
        head.push_str(&format!("{:>COLUMN$}", period.as_deref().unwrap_or("(none)")));
    }
    style.paint(out, BOLD, &head)?;
    writeln!(out)?;
    write!(
        out,
        "{:<NAME$}{:>COLUMN$}",
        "  letters of known layout",
        thousands(periods.iter().map(|p| p.1.letters).sum())
    )?;
    for (_, counts) in shown {
        write!(out, "{:>COLUMN$}", thousands(counts.letters))?;
    }
    writeln!(out)?;
    for (place, rule) in FIELDS.iter().enumerate() {
        write!(out, "  {:<30}{:>COLUMN$}", rule.name, percent(health.field(place)))?;
        for (_, counts) in shown {
            write!(out, "{:>COLUMN$}", percent(counts.fields[place]))?;
        }
        writeln!(out)?;
    }
    let hidden = periods.len() - shown.len();
    if hidden > 0 {
        let hidden = counted(hidden as u64, "earlier column");
        let told = format!("{hidden} not shown for want of room; `--format json` has all");
        style.folded(out, anstyle::Style::new(), &told, 0)?;
    }
    Ok(())
}

/// A share in percent. One that is not whole is never rounded to 100%.
fn percent(share: Share) -> String {
    share.part().map_or_else(
        || "-".to_owned(),
        |part| {
            let tenths = (part * 1000.0).round();
            let tenths = if share.filled < share.total { tenths.min(999.0) } else { tenths };
            format!("{:.1}%", tenths / 10.0)
        },
    )
}

/// Writes the health as one object; see `schema/check.schema.json`.
///
/// # Errors
/// From the writer.
pub fn health_json(out: &mut dyn Write, health: &Health) -> io::Result<()> {
    let codes: Vec<Value> = health
        .codes
        .iter()
        .map(|(code, count)| {
            json!({
                "code": code,
                "severity": count.severity,
                "meaning": meaning(code),
                "contradiction": is_contradiction(code),
                "letters": count.letters,
                "times": count.times,
                "periods": periods(health, |p| json!({"letters": p.codes.get(code).copied().unwrap_or(0)})),
            })
        })
        .collect();
    let fields: Vec<Value> = FIELDS
        .iter()
        .enumerate()
        .map(|(place, rule)| {
            let Share { filled, total } = health.field(place);
            json!({
                "field": rule.name,
                "of": if rule.is_of_issues() { "issues" } else { "letters" },
                "filled": filled,
                "total": total,
                "periods": periods(health, |p| json!({"filled": p.fields[place].filled, "total": p.fields[place].total})),
            })
        })
        .collect();
    let layouts: Vec<_> =
        health.layouts.iter().map(|(layout, n)| json!({"layout": layout.name(), "letters": n})).collect();
    let failed: Vec<_> = health.failed.iter().map(|(code, n)| json!({"code": code, "files": n})).collect();
    line(
        out,
        &json!({
            "letters": health.letters,
            "issues": health.issues,
            "contradictory_letters": health.contradictory,
            "by": health.period.name(),
            "layouts": layouts,
            "failed": failed,
            "periods": periods(health, |p| json!({"letters": p.letters})),
            "diagnostics": codes,
            "fields": fields,
        }),
    )
}

/// A list of the periods, each an object with its name and what is counted of it.
fn periods(health: &Health, counted: impl Fn(&crate::health::PeriodHealth) -> Value) -> Value {
    let one = |(period, counts): (&Option<String>, _)| {
        let mut object = json!({"period": period});
        if let (Value::Object(object), Value::Object(more)) = (&mut object, counted(counts)) {
            object.extend(more);
        }
        object
    };
    ordered(health).into_iter().map(one).collect()
}

/// The periods in their order, the letters that tell no date last.
fn ordered(health: &Health) -> Vec<(&Option<String>, &PeriodHealth)> {
    let (dated, undated): (Vec<_>, Vec<_>) = health.periods.iter().partition(|(period, _)| period.is_some());
    dated.into_iter().chain(undated).collect()
}

/// Writes letters behind a count: for people with the reasons below, otherwise a line for each with tabs.
///
/// # Errors
/// From the writer.
pub fn listed(out: &mut dyn Write, letters: &[Listed], style: &Style, base: &Path) -> io::Result<()> {
    for letter in letters {
        let case = letter.case.map_or_else(String::new, |case| case.to_string());
        if !style.pretty {
            let reasons: Vec<_> = letter.reasons.iter().map(|reason| one_line(&reason.text)).collect();
            writeln!(out, "{case}\t{}\t{}", one_line(&style.path(&letter.path, base)), reasons.join("; "))?;
            continue;
        }
        style.paint(out, BOLD, &format!("{case:<12}"))?;
        out.write_all(b"  ")?;
        style.link(out, &letter.path, base)?;
        writeln!(out)?;
        for reason in &letter.reasons {
            let reason = one_line(&reason.text);
            for range in fold(&reason, style.width.saturating_sub(4)) {
                writeln!(out, "    {}", &reason[range])?;
            }
        }
    }
    Ok(())
}

/// Writes letters behind a count, an object on a line for each; see `schema/check-list.schema.json`.
///
/// # Errors
/// From the writer.
pub fn listed_json(out: &mut dyn Write, letters: &[Listed]) -> io::Result<()> {
    letters.iter().try_for_each(|letter| {
        let case = letter.case.map(|case| case.to_string());
        let reason = |reason: &Reason| json!({"what": reason.what, "reason": reason.text});
        let reasons: Vec<_> = letter.reasons.iter().map(reason).collect();
        line(out, &json!({"case_number": case, "path": letter.path, "reasons": reasons}))
    })
}
