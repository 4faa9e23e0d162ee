//! Cross tables as JSON; see `schema/stats.schema.json`.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::super::json::line;
use super::figure::{Figure, Sums};
use crate::search::{Interval, Quantiles, Stats, StatsRow, Test};

/// Writes a table of counts as one object.
///
/// # Errors
/// From the writer.
pub fn stats_json(out: &mut dyn Write, stats: &Stats, figures: &[Figure]) -> io::Result<()> {
    line(out, &value(stats, figures))
}

/// A table of counts as an object.
pub fn value(stats: &Stats, figures: &[Figure]) -> Value {
    let sums = Sums::of(&stats.rows);
    let row = |row: &StatsRow| {
        let mut object = Map::new();
        for (name, value) in stats.by.iter().zip(&row.values) {
            object.insert(name.clone(), json!(value));
        }
        figures_json(&mut object, row, Some(&sums), figures);
        Value::Object(object)
    };
    let rows: Vec<Value> = stats.rows.iter().map(row).collect();
    let mut total = Map::new();
    // The total has both counts, whatever else was asked for.
    figures_json(&mut total, &stats.total, None, &[Figure::Issues, Figure::Letters]);
    figures_json(&mut total, &stats.total, None, figures);
    json!({
        "total": total,
        "rows": rows,
        "left_out": {
            "rows": stats.left_out.0,
            "issues": stats.left_out.1,
            "unknown_layout": stats.unknown,
            "decided_before": stats.before,
        },
        "several_values": stats.several,
        "mean_requests": stats.mean_requests,
        "test": stats.test.as_ref().map(test),
        "synonyms": stats.synonyms,
        "suggestion": stats.suggestion,
    })
}

/// Puts the figures of a row into an object; those that need the other rows only where they are known.
pub fn figures_json(object: &mut Map<String, Value>, row: &StatsRow, sums: Option<&Sums>, figures: &[Figure]) {
    for figure in figures {
        let (name, value) = match figure {
            Figure::Issues => ("issues", json!(row.issues)),
            Figure::Letters => ("letters", json!(row.letters)),
            Figure::Upheld => ("upheld", json!(row.upheld)),
            Figure::Overturned => ("overturned", json!(row.overturned)),
            Figure::Share => ("upheld_share", json!(row.share())),
            Figure::Interval => ("upheld_share_interval", json!(row.interval().map(interval))),
            Figure::Percent | Figure::RowPercent | Figure::ColumnPercent => {
                let Some(sums) = sums else { continue };
                let name = match figure {
                    Figure::Percent => "share_of_all",
                    Figure::RowPercent => "share_of_row",
                    _ => "share_of_column",
                };
                (name, json!(figure.share(row, sums)))
            }
            Figure::Change if sums.is_none() => continue,
            Figure::Change => {
                ("change", json!(row.change.map(|c| json!({"issues": c.issues, "upheld_share": c.share}))))
            }
            Figure::Days => ("days", json!(row.days.as_ref().map(quantiles))),
        };
        object.insert(name.to_owned(), value);
    }
}

/// An interval as the list of its ends.
pub fn interval(interval: Interval) -> Value {
    json!([interval.low, interval.high])
}

fn quantiles(days: &Quantiles) -> Value {
    json!({
        "letters": days.letters,
        "mean": days.mean,
        "min": days.least,
        "p5": days.p5,
        "q1": days.q1,
        "median": days.median,
        "q3": days.q3,
        "p95": days.p95,
        "max": days.most,
    })
}

fn test(test: &Test) -> Value {
    json!({
        "chi_square": test.chi_square,
        "degrees_of_freedom": test.degrees,
        "p": test.p,
        "cramers_v": test.cramers_v,
        "issues": test.n,
        "least_expected": test.least_expected,
    })
}
