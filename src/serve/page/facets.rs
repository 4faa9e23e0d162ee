//! Facets at the side of results: what can be chosen of each field, with counts.

use imr::present::thousands;
use imr::search::{Row, Table};

use super::labels;
use super::params::{Params, in_path};

/// How many values a facet shows at once.
pub const SHOWN: usize = 7;

/// A facet that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// The name of the facet, as searches have it.
    pub name: &'static str,
    /// The fields that its values filter by: the upper level, and the lower one.
    pub fields: &'static [&'static str],
    /// How many values of each level it shows; none for all.
    pub top: Option<usize>,
    /// Whether it is counted only where more filters were asked for.
    pub is_more: bool,
}

const fn plan(name: &'static str, fields: &'static [&'static str], top: Option<usize>, is_more: bool) -> Plan {
    Plan { name, fields, top, is_more }
}

/// The facets, in their order.
pub const PLANS: [Plan; 17] = [
    plan("outcome", &["outcome"], None, false),
    plan("category", &["category"], Some(12), false),
    plan("body", &["body"], Some(SHOWN), false),
    plan("drug_group", &["drug_group"], Some(SHOWN), false),
    plan("basis", &["basis"], None, false),
    plan("guideline", &["source", "chapter"], Some(SHOWN), false),
    plan("specialty", &["specialty"], Some(SHOWN), false),
    plan("drug", &["drug"], Some(SHOWN), true),
    plan("claims_chapter", &["claims_chapter"], Some(SHOWN), true),
    plan("same_guideline", &["same_guideline"], None, true),
    plan("state", &["state"], Some(SHOWN), true),
    plan("age_band", &["age"], None, true),
    plan("sex", &["sex"], None, true),
    plan("side", &["side"], None, true),
    plan("retrospective", &["retrospective"], None, true),
    plan("priority", &["priority"], None, true),
    plan("layout", &["layout"], None, true),
];

impl Plan {
    /// The facet of a name.
    pub fn find(name: &str) -> Option<Self> {
        PLANS.into_iter().find(|plan| plan.name == name)
    }

    /// Whether something of it is chosen.
    pub fn is_active(&self, params: &Params) -> bool {
        self.fields.iter().any(|field| params.first(field).is_some())
    }

    /// What a search is asked for.
    pub fn asked(&self) -> String {
        self.top.map_or_else(|| self.name.to_owned(), |top| format!("{}:{top}", self.name))
    }
}

/// A facet as it is shown.
pub struct FacetView {
    /// The name.
    pub name: &'static str,
    /// What it is called.
    pub label: String,
    /// Its values.
    pub values: Vec<ValueView>,
    /// How many values are not shown.
    pub left_out: usize,
    /// Where all of them are.
    pub all: String,
    /// Whether something is chosen.
    pub is_active: bool,
}

/// One value of a facet.
pub struct ValueView {
    /// What it filters by.
    pub field: &'static str,
    /// The value, as in an address.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// How many issues have it, in words; empty where it has none among the results.
    pub count: String,
    /// How many letters, in words.
    pub letters: String,
    /// The width of its bar, of 100.
    pub bar: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
    /// A name for it on the page.
    pub id: String,
    /// The values below it.
    pub below: Vec<ValueView>,
    /// How many of those are not shown.
    pub left_out: usize,
    /// Whether those below are shown at once.
    pub is_open: bool,
}

/// The facet of a table.
pub fn view(plan: Plan, table: &Table, params: &Params) -> FacetView {
    let most = table.rows.iter().map(|row| row.count.issues).max().unwrap_or(0).max(1);
    let upper = plan.fields[0];
    let lower = plan.fields.last().copied().unwrap_or(upper);
    let mut values: Vec<ValueView> = Vec::new();
    for row in &table.rows {
        let below: Vec<ValueView> =
            row.below.iter().filter_map(|below| value(plan, lower, below, most, params, true)).collect();
        let Some(mut view) = value(plan, upper, row, most, params, false) else { continue };
        // A level that holds nothing but itself is no level.
        let is_level = below.len() > 1 || below.iter().any(|below| below.is_chosen) || plan.name == "guideline";
        view.is_open = is_level && below.iter().any(|below| below.is_chosen);
        view.left_out = if is_level { row.left_out.unwrap_or(0) } else { 0 };
        view.below = if is_level { below } else { Vec::new() };
        values.push(view);
    }
    // What was chosen can be given up, whether it is among the most frequent or not.
    for field in plan.fields {
        for chosen in params.all(field) {
            let is_shown = |view: &ValueView| view.field == *field && view.value == chosen;
            if !values.iter().any(|view| is_shown(view) || view.below.iter().any(is_shown)) {
                values.push(unseen(plan, field, chosen, values.len()));
            }
        }
    }
    FacetView {
        name: plan.name,
        label: labels::field(plan.name),
        values,
        left_out: table.left_out.unwrap_or(0),
        all: params.without(&["page", "find"]).link(&format!("/facet/{}", in_path(plan.name))),
        is_active: plan.is_active(params),
    }
}

/// One value; `None` for what has none.
fn value(plan: Plan, field: &'static str, row: &Row, most: u64, params: &Params, is_below: bool) -> Option<ValueView> {
    let name = row.values.first()?.as_deref()?;
    let typed = typed(plan, name);
    let label = match (plan.name, is_below) {
        ("category", true) => labels::kind(name),
        ("category", false) => labels::group(name),
        ("guideline", false) => labels::value("source", name),
        ("guideline", true) => name.to_owned(),
        (of, _) => labels::value(of, name),
    };
    Some(ValueView {
        field,
        is_chosen: params.has(field, &typed),
        id: format!("{field}-{}", id(name)),
        label,
        count: thousands(row.count.issues),
        letters: thousands(row.count.letters),
        bar: format!("{:.1}", row.count.issues as f64 / most as f64 * 100.0),
        value: typed,
        below: Vec::new(),
        left_out: 0,
        is_open: false,
    })
}

/// A value that was chosen and is not among those that were counted.
fn unseen(plan: Plan, field: &'static str, chosen: &str, place: usize) -> ValueView {
    ValueView {
        field,
        value: chosen.to_owned(),
        label: labels::value(if plan.fields.len() == 1 && plan.name != "age_band" { plan.name } else { field }, chosen),
        count: String::new(),
        letters: String::new(),
        bar: "0".to_owned(),
        is_chosen: true,
        id: format!("{field}-chosen-{place}"),
        below: Vec::new(),
        left_out: 0,
        is_open: false,
    }
}

/// A value as the filter of its field takes it.
fn typed(plan: Plan, name: &str) -> String {
    match (plan.name, name.split_once('-')) {
        ("age_band", Some((first, last))) => format!("{first}..{last}"),
        ("age_band", None) => format!(">={}", name.trim_end_matches('+')),
        _ => name.to_owned(),
    }
}

/// A name for a value that an attribute can have.
fn id(value: &str) -> String {
    value.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use imr::search::Count;

    use super::*;

    fn row(value: Option<&str>, issues: u64, below: Vec<Row>) -> Row {
        Row { values: vec![value.map(str::to_owned)], count: Count { issues, letters: 1 }, below, left_out: Some(0) }
    }

    #[test]
    fn levels_are_shown_where_there_are_some() {
        let plan = Plan::find("category").unwrap();
        let rehabilitation = ["rehabilitation/acupuncture", "rehabilitation/chiropractic"];
        let below = rehabilitation.iter().map(|name| row(Some(name), 2, Vec::new())).collect();
        let rows = vec![
            row(Some("rehabilitation"), 4, below),
            row(Some("programs"), 1, vec![row(Some("programs/programs"), 1, Vec::new())]),
            row(None, 1, Vec::new()),
        ];
        let table = Table { rows, ..Table::default() };
        let params = Params::parse("category=rehabilitation/acupuncture&category=home-health");
        let facet = view(plan, &table, &params);
        let labels: Vec<_> = facet.values.iter().map(|value| (value.label.as_str(), value.below.len())).collect();
        assert_eq!(labels, [("Rehabilitation", 2), ("Programs", 0), ("Home Health", 0)]);
        assert!(facet.is_active && facet.values[0].is_open && facet.values[0].below[0].is_chosen);
        assert!(facet.values[2].is_chosen && facet.values[2].count.is_empty());
    }

    #[test]
    fn bands_of_age_are_ranges() {
        let plan = Plan::find("age_band").unwrap();
        let rows = vec![row(Some("30-39"), 4, Vec::new()), row(Some("70+"), 2, Vec::new())];
        let facet = view(plan, &Table { rows, ..Table::default() }, &Params::parse("age=30..39"));
        let values: Vec<_> = facet.values.iter().map(|v| (v.value.as_str(), v.label.as_str(), v.is_chosen)).collect();
        assert_eq!(values, [("30..39", "30 to 39", true), (">=70", "70+", false)]);
    }
}
