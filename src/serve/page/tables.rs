//! Tables of counts on pages: the cells are those of the command line, the values are called by words and lead to what they
//! stand for.

use imr::present::{CellRow, Cells};
use imr::search::{AGE_BANDS, Stats};

use super::labels;
use super::params::Params;

/// A table.
pub struct TableView {
    /// What it is called.
    pub caption: String,
    /// What stands above the columns.
    pub head: Vec<String>,
    /// How many of the first columns are names.
    pub names: usize,
    /// The rows.
    pub rows: Vec<RowView>,
    /// The total.
    pub total: Vec<String>,
}

/// A row.
pub struct RowView {
    /// The values.
    pub names: Vec<NameView>,
    /// The figures.
    pub cells: Vec<String>,
}

/// A value, and where its issues are.
pub struct NameView {
    /// What it is called.
    pub label: String,
    /// The search; empty where there is none.
    pub href: String,
}

/// The table of some cells whose names are the values of some dimensions.
pub fn view(caption: impl Into<String>, cells: &Cells, by: &[String], selection: &Params) -> TableView {
    let row = |row: &CellRow| {
        let mut params = selection.clone();
        let mut views = Vec::new();
        for (dimension, value) in by.iter().zip(&row.values) {
            let filter = value.as_deref().and_then(|value| filter(dimension, value));
            let href = match filter {
                Some((field, value)) => {
                    params = narrowed(&params, field, &value);
                    params.link("/")
                }
                None => String::new(),
            };
            views.push(NameView { label: label(dimension, value.as_deref()), href });
        }
        RowView { names: views, cells: row.figures.clone() }
    };
    let head = cells.head.iter().enumerate();
    let names = cells.names;
    TableView {
        caption: caption.into(),
        head: head.map(|(i, name)| if i < names { labels::field(name) } else { name.clone() }).collect(),
        names,
        rows: cells.rows.iter().map(row).collect(),
        total: cells.total.clone(),
    }
}

/// What a value of a dimension is called.
pub fn label(dimension: &str, value: Option<&str>) -> String {
    match (dimension, value) {
        (_, None) => "(none)".to_owned(),
        (_, Some("(others)")) => "(all others)".to_owned(),
        ("category_group", Some(value)) => labels::group(value),
        ("first_specialty", Some(value)) => labels::value("specialty", value),
        (_, Some(value)) => labels::value(dimension, value),
    }
}

/// The same counts without those of no value and of all others, beside which the bars of values could not be compared; all
/// of them where there are no others.
pub fn named(stats: &Stats) -> Stats {
    let is_named = |value: &Option<String>| value.as_deref().is_some_and(|value| value != "(others)");
    let mut named = stats.clone();
    named.rows.retain(|row| row.values.iter().all(is_named));
    if named.rows.is_empty() { stats.clone() } else { named }
}

/// The same counts with their values as they are called, for charts.
pub fn called(stats: &Stats) -> Stats {
    let mut stats = stats.clone();
    for row in &mut stats.rows {
        for (dimension, value) in stats.by.iter().zip(&mut row.values) {
            *value = Some(label(dimension, value.as_deref()));
        }
    }
    stats
}

/// A selection with one filter more. Of one that has the same field already only the new value is left.
fn narrowed(params: &Params, field: &str, value: &str) -> Params {
    match value.split_once("..").filter(|_| field == "decided") {
        Some((from, to)) => params.with("from", from).with("to", to),
        None if field == "decided" => params.with("from", value).with("to", value),
        None => params.with(field, value),
    }
}

/// The filter that a value of a dimension is; `None` where no search finds just it.
fn filter(dimension: &str, value: &str) -> Option<(&'static str, String)> {
    if value == "(others)" {
        return None;
    }
    let quarter = |value: &str| {
        let (year, quarter) = value.split_once("-Q")?;
        let first = quarter.parse::<u32>().ok()?.checked_sub(1)? * 3 + 1;
        Some(format!("{year}-{first:02}..{year}-{:02}", first + 2))
    };
    let field = super::selection::fields().find(|field| *field == dimension);
    Some(match dimension {
        "year" | "month" => ("decided", value.to_owned()),
        "quarter" => ("decided", quarter(value)?),
        "injury_year" | "injury_month" => ("injured", value.to_owned()),
        "injury_quarter" => ("injured", quarter(value)?),
        "category_group" => ("category", value.to_owned()),
        "age_band" => {
            let (first, last, _) = AGE_BANDS.into_iter().find(|(_, _, name)| *name == value)?;
            ("age", if last == u64::MAX { format!(">={first}") } else { format!("{first}..{last}") })
        }
        // That a specialty is the first cannot be searched for.
        "first_specialty" => return None,
        _ => (field?, value.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lead_to_what_they_stand_for() {
        let of = |dimension, value| filter(dimension, value).map(|(field, value)| format!("{field}:{value}"));
        assert_eq!(of("quarter", "2016-Q4").as_deref(), Some("decided:2016-10..2016-12"));
        assert_eq!(of("age_band", "70+").as_deref(), Some("age:>=70"));
        assert_eq!(of("category_group", "surgery").as_deref(), Some("category:surgery"));
        assert_eq!(of("body", "knee").as_deref(), Some("body:knee"));
        assert_eq!((of("body", "(others)"), of("first_specialty", "Pain Management")), (None, None));
        let params = Params::parse("q=MRI&from=2015");
        assert_eq!(narrowed(&params, "decided", "2016-10..2016-12").link("/"), "/?q=MRI&from=2016-10&to=2016-12");
        assert_eq!(label("year", None), "(none)");
    }
}
