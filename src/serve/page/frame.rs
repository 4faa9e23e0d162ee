//! What all pages have around them: title, search box, places to go, and where the assets are.

use super::assets;
use super::params::Params;

/// The parameters that make a selection and so are taken along from page to page.
const NOT_TAKEN: [&str; 14] =
    ["page", "sort", "view", "bins", "more", "limit", "by", "over", "show", "top", "min", "days", "test", "beside"];

/// The frame of a page.
pub struct Frame {
    /// The page, by its name among the places.
    pub page: &'static str,
    /// The title.
    pub title: String,
    /// What stands in the search box.
    pub query: String,
    /// The scripts that the page wants.
    pub scripts: Vec<&'static str>,
    /// The version of the program.
    pub version: &'static str,
    selection: Params,
}

impl Frame {
    /// The frame of a page in a state.
    pub fn new(page: &'static str, title: impl Into<String>, params: &Params, scripts: &[&'static str]) -> Self {
        let scripts = ["keys.js", "suggest.js"].into_iter().chain(scripts.iter().copied()).collect();
        Self {
            page,
            title: format!("{} · imr", title.into()),
            query: params.query().to_owned(),
            scripts,
            version: env!("CARGO_PKG_VERSION"),
            selection: selection(params),
        }
    }

    /// Where an asset is.
    pub fn asset(&self, name: &str) -> String {
        assets::href(name)
    }

    /// The places to go, with the same selection.
    pub fn places(&self) -> Vec<(&'static str, String, bool)> {
        let place = |page, label, path: &str| (label, self.selection.link(path), self.page == page);
        vec![
            place("search", "Search", "/"),
            place("stats", "Statistics", "/stats"),
            place("compare", "Compare", "/compare"),
            place("report", "Report", "/report"),
            ("Help", "/help".to_owned(), self.page == "help"),
        ]
    }
}

/// The parameters that make the selection: the query, how its words are meant, and the filters.
pub fn selection(params: &Params) -> Params {
    params.without(&NOT_TAKEN).without(&["q2", "at", "of", "issue", "find", "part", "format", "limit"])
}
