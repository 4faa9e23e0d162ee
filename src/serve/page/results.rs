//! What the search page shows: results, and what they can be narrowed by, counted.

use imr::Result;
use imr::query::Expr;
use imr::search::{By, Facet, Found, Request, Sort, Table, search};

use super::super::state::Opened;
use super::facets::{self, FacetView, PLANS, Plan};
use super::params::Params;
use super::selection;
use crate::asked::{Asked, Suggested};

/// How many results a page has.
const SHOWN: usize = 20;
/// How many it can have.
const MOST_SHOWN: usize = 100;
/// The last page that can be asked for: behind it, others should be sought rather than turned to.
pub const LAST_PAGE: usize = 500;
/// The fields by which the histogram filters.
const DATES: [&str; 1] = ["decided"];

/// What was searched and found.
pub struct Answer {
    /// What was asked.
    pub asked: Asked,
    /// The results.
    pub found: Found,
    /// What may have been meant.
    pub suggested: Suggested,
    /// The facets.
    pub tables: Vec<(Plan, Table)>,
    /// The months of the decisions.
    pub months: Option<Table>,
}

/// Searches.
///
/// # Errors
/// For what cannot be read of an address, and when the index cannot be read.
pub fn found(source: &Opened, params: &Params) -> Result<Answer> {
    let asked = selection::asked(source, params, &[])?;
    let shows_more = shows_more(params);
    let plans = PLANS.into_iter().filter(|plan| !plan.is_more || shows_more);
    let (active, inactive): (Vec<Plan>, Vec<Plan>) = plans.partition(|plan| plan.is_active(params));
    let has_dates = ["from", "to", "decided"].iter().any(|name| params.first(name).is_some());
    // Every visit begins with everything, which is counted once for each commit.
    let is_everything = asked.expr == Expr::All && active.is_empty() && !shows_more;
    let known = if is_everything { source.everything.get() } else { None };
    let mut names: Vec<String> = Vec::new();
    if known.is_none() {
        names.extend(inactive.iter().map(Plan::asked));
        names.extend((!has_dates).then(|| "month".to_owned()));
    }
    let shown = shown(params);
    let request = Request {
        by: by(params),
        limit: shown,
        offset: (page_number(params) - 1) * shown,
        sort: sort(params)?,
        facets: Facet::parse_all(&names)?,
        snippets: 2,
        ..Request::new(asked.expr.clone())
    };
    let mut found = source.guarded(|| search(source, &request))?;
    let suggested = asked.suggestion(source, found.total, &|typed| source.paths(typed))?;
    let counted = match known {
        Some(known) => known.clone(),
        None => std::mem::take(&mut found.facets),
    };
    if is_everything && known.is_none() {
        // Who came first has counted the same.
        let _ = source.everything.set(counted.clone());
    }
    let mut counted = counted.into_iter();
    let mut tables: Vec<(Plan, Table)> = inactive.iter().copied().zip(counted.by_ref()).collect();
    let mut months = counted.next();
    // The values of a field are alternatives: what else could be chosen is counted as if none of them were.
    for plan in active {
        tables.extend(counted_without(source, params, plan.fields, &plan.asked())?.map(|table| (plan, table)));
    }
    if has_dates {
        months = counted_without(source, params, &DATES, "month")?;
    }
    let place = |plan: &Plan| PLANS.iter().position(|known| known == plan);
    tables.sort_by_key(|(plan, _)| place(plan));
    Ok(Answer { asked, found, suggested, tables, months })
}

/// A facet counted without the filters of some fields.
fn counted_without(source: &Opened, params: &Params, fields: &[&str], facet: &str) -> Result<Option<Table>> {
    let expr = selection::asked(source, params, fields)?.expr;
    let request = Request { limit: 0, facets: Facet::parse_all(&[facet])?, ..Request::new(expr) };
    Ok(source.guarded(|| search(source, &request))?.facets.into_iter().next())
}

/// The values of one facet, all of them, with what is chosen of them.
///
/// # Errors
/// For what cannot be read of an address, and when the index cannot be read.
pub fn facet(source: &Opened, params: &Params, plan: Plan) -> Result<Option<FacetView>> {
    let table = counted_without(source, params, plan.fields, plan.name)?;
    Ok(table.map(|table| facets::view(plan, &table, params)))
}

/// What a result is.
pub fn by(params: &Params) -> By {
    match params.first("view") {
        Some("all") => By::Issue,
        Some("letter") => By::Letter,
        _ => By::Rationale,
    }
}

/// The name of the order.
pub fn sort_name(params: &Params) -> &str {
    params.first("sort").unwrap_or(usual_sort(params))
}

/// The name of the order where none is chosen. Without words there is nothing that could match better or worse.
pub fn usual_sort(params: &Params) -> &'static str {
    if params.query().is_empty() { "-decided" } else { "score" }
}

fn sort(params: &Params) -> Result<Sort> {
    Sort::parse(sort_name(params))
}

/// How many results a page has.
pub fn shown(params: &Params) -> usize {
    params.number("limit", SHOWN).clamp(1, MOST_SHOWN)
}

/// The number of the page, from 1.
pub fn page_number(params: &Params) -> usize {
    params.number("page", 1).clamp(1, LAST_PAGE)
}

/// Whether all facets are wanted.
pub fn shows_more(params: &Params) -> bool {
    params.has("more", "1") || PLANS.iter().any(|plan| plan.is_more && plan.is_active(params))
}
