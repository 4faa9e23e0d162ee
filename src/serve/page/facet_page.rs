//! All values of one facet, to be searched in: what the side of the results has no place for.

use askama::Template;
use imr::Result;
use imr::present;

use super::super::state::Opened;
use super::facets::{FacetView, Plan, ValueView};
use super::frame::Frame;
use super::params::{Params, in_path};
use super::results;

/// How many values are listed.
const MOST: usize = 500;

/// The page.
#[derive(Template)]
#[template(path = "facet_page.html")]
pub struct FacetPage {
    frame: Frame,
    facet: FacetView,
    back: String,
    action: String,
    find: String,
    taken: Vec<(String, String)>,
    kept: Vec<(String, String)>,
    cut: Option<String>,
}

/// Makes the page of a facet; `None` where nothing can be counted.
///
/// # Errors
/// For what cannot be read of an address, and when the index cannot be read.
pub fn page(source: &Opened, params: &Params, plan: Plan) -> Result<Option<FacetPage>> {
    let find = params.first("find").unwrap_or_default().to_owned();
    let params = params.without(&["find", "page"]);
    let Some(mut facet) = results::facet(source, &params, plan)? else { return Ok(None) };
    let wanted = find.to_lowercase();
    let fits = |value: &ValueView| value.is_chosen || value.label.to_lowercase().contains(&wanted);
    // A level stays where it or something below it fits.
    facet.values.retain_mut(|value| {
        if !fits(value) || value.is_chosen {
            value.below.retain(fits);
        }
        value.is_open = !wanted.is_empty() || value.is_open;
        fits(value) || !value.below.is_empty()
    });
    let all = facet.values.len();
    facet.values.truncate(MOST);
    let cut = (all > MOST).then(|| format!("{MOST} of {} values are listed.", present::thousands(all as u64)));
    Ok(Some(FacetPage {
        frame: Frame::new("facet", facet.label.clone(), &params, &[]),
        back: params.link("/"),
        action: format!("/facet/{}", in_path(plan.name)),
        taken: params.pairs().to_vec(),
        kept: params.without(plan.fields).pairs().to_vec(),
        facet,
        find,
        cut,
    }))
}
