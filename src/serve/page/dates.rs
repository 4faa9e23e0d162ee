//! The histogram of decision dates: a column for each year or month, drawn without styles of their own.

use imr::present::thousands;
use imr::search::Table;

use super::labels;
use super::params::Params;

/// The size of the drawing, in its own units.
const WIDTH: f64 = 264.0;
const HEIGHT: f64 = 64.0;
/// So many months are drawn one by one where it is not said; more are drawn as years.
const MOST_MONTHS: usize = 48;
/// So many months can be drawn.
const MOST_COLUMNS: usize = 480;
/// The years that are drawn. Others are misread, and would make a column of each year between.
const YEARS: std::ops::RangeInclusive<usize> = 1990..=2100;

/// The histogram of a selection.
pub struct Histogram {
    /// The columns.
    pub bins: Vec<Bin>,
    /// Whether a column is a month, otherwise a year.
    pub monthly: bool,
    /// The same with the other kind of columns.
    pub other: String,
    /// What was typed as the first day, month or year.
    pub from: String,
    /// What was typed as the last one.
    pub to: String,
    /// Whether anything was typed.
    pub is_active: bool,
}

/// One column.
pub struct Bin {
    /// The year or the month, as in a query.
    pub name: String,
    /// The same in words.
    pub label: String,
    /// How many issues, in words.
    pub count: String,
    /// Whether it lies within what was typed.
    pub is_in: bool,
    /// The left of the column.
    pub x: String,
    /// The top of it.
    pub y: String,
    /// Its width.
    pub width: String,
    /// Its height.
    pub height: String,
    /// The left and the width of all that belongs to it.
    pub room: (String, String),
}

/// What was typed for the dates of decision as one filter, if anything was.
pub fn typed(params: &Params) -> Option<String> {
    match (params.first("from"), params.first("to")) {
        (None, None) => None,
        (Some(from), None) => Some(format!(">={from}")),
        (None, Some(to)) => Some(format!("<={to}")),
        (Some(from), Some(to)) => Some(format!("{from}..{to}")),
    }
}

/// The histogram of a table by month.
pub fn histogram(months: Option<&Table>, params: &Params) -> Option<Histogram> {
    let (from, to) = (params.first("from").unwrap_or_default(), params.first("to").unwrap_or_default());
    let counted = months.map(|table| table.rows.as_slice()).unwrap_or_default();
    let counted = counted.iter().filter_map(|row| {
        let (year, month) = row.values.first()?.as_deref()?.split_once('-')?;
        let year = year.parse::<usize>().ok().filter(|year| YEARS.contains(year))?;
        Some((year * 12 + month.parse::<usize>().ok()?.checked_sub(1)?, row.count.issues))
    });
    let counted: Vec<(usize, u64)> = counted.collect();
    let (first, last) = (counted.first()?.0, counted.last()?.0);
    let monthly = match params.first("bins") {
        Some("month") => last - first < MOST_COLUMNS,
        Some("year") => false,
        _ => last - first < MOST_MONTHS,
    };
    let step = if monthly { 1 } else { 12 };
    let place = |month: usize| (month - first / step * step) / step;
    let mut counts = vec![0u64; place(last) + 1];
    counted.iter().for_each(|(month, issues)| counts[place(*month)] += issues);
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let wide = WIDTH / counts.len() as f64;
    let name = |i: usize| match monthly {
        true => format!("{:04}-{:02}", (first + i) / 12, (first + i) % 12 + 1),
        false => format!("{:04}", first / 12 + i),
    };
    let is_active = !from.is_empty() || !to.is_empty();
    let is_in = |name: &str| is_active && is_within(name, from, to);
    let bins = counts.iter().enumerate().map(|(i, count)| {
        let name = name(i);
        let height = if *count == 0 { 0.0 } else { (*count as f64 / most * (HEIGHT - 2.0)).max(1.0) };
        let gap = if wide > 3.0 { 1.0 } else { 0.0 };
        let x = i as f64 * wide;
        Bin {
            label: if monthly { labels::month(&name).unwrap_or_else(|| name.clone()) } else { name.clone() },
            count: thousands(*count),
            is_in: is_in(&name),
            x: format!("{x:.2}"),
            y: format!("{:.2}", HEIGHT - height),
            width: format!("{:.2}", wide - gap),
            height: format!("{height:.2}"),
            room: (format!("{x:.2}"), format!("{wide:.2}")),
            name,
        }
    });
    let bins: Vec<Bin> = bins.collect();
    let (from, to) = (from.to_owned(), to.to_owned());
    let other = params.without(&["page"]).with("bins", if monthly { "year" } else { "month" }).link("/");
    Some(Histogram { bins, monthly, other, from, to, is_active })
}

/// Whether a year or month has a part in what was typed. Dates that begin alike are compared as far as both go.
fn is_within(name: &str, from: &str, to: &str) -> bool {
    let cut = |text: &str, other: &str| text.get(..other.len().min(text.len())).unwrap_or_default().to_owned();
    let behind = from.is_empty() || cut(name, from) >= cut(from, name);
    let before = to.is_empty() || cut(name, to) <= cut(to, name);
    behind && before
}

#[cfg(test)]
mod tests {
    use imr::search::{Count, Row, Table};

    use super::*;

    fn table(months: &[(&str, u64)]) -> Table {
        let row = |(month, issues): &(&str, u64)| Row {
            values: vec![Some((*month).to_owned())],
            count: Count { issues: *issues, letters: *issues },
            below: Vec::new(),
            left_out: None,
        };
        Table { rows: months.iter().map(row).collect(), ..Table::default() }
    }

    #[test]
    fn few_months_are_columns_and_gaps_are_filled() {
        let months = table(&[("2016-11", 2), ("2017-02", 4)]);
        let histogram = histogram(Some(&months), &Params::parse("from=2016-12&to=2017")).unwrap();
        let names: Vec<_> =
            histogram.bins.iter().map(|bin| (bin.name.as_str(), bin.count.as_str(), bin.is_in)).collect();
        let wanted = [("2016-11", "2", false), ("2016-12", "0", true), ("2017-01", "0", true), ("2017-02", "4", true)];
        assert_eq!(names, wanted);
        assert!(histogram.monthly);
    }

    #[test]
    fn many_months_are_years() {
        let months = table(&[("2013-12", 1), ("2014-01", 2), ("2014-12", 3), ("2020-05", 5)]);
        let histogram = histogram(Some(&months), &Params::parse("from=2014-06-30")).unwrap();
        let counts: Vec<_> = histogram.bins.iter().map(|bin| bin.count.as_str()).collect();
        assert_eq!(counts, ["1", "5", "0", "0", "0", "0", "0", "5"]);
        let within: Vec<_> = histogram.bins.iter().map(|bin| bin.is_in).collect();
        assert_eq!((histogram.bins[0].name.as_str(), within), ("2013", [vec![false], vec![true; 7]].concat()));
        assert!(super::histogram(Some(&table(&[])), &Params::default()).is_none());
    }

    #[test]
    fn dates_that_were_typed_are_a_filter() {
        let of = |text: &str| typed(&Params::parse(text));
        assert_eq!(of("from=2016-12&to=2017").as_deref(), Some("2016-12..2017"));
        assert_eq!((of("from=2016").as_deref(), of("to=2016").as_deref()), (Some(">=2016"), Some("<=2016")));
        assert_eq!(of("q=MRI"), None);
    }
}
