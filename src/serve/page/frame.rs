//! What all pages have around them: title, search box, places to go, and where the assets are.

use super::assets;
use super::params::Params;
use super::selection::is_filter;

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

/// The parameters that make the selection and are taken along from page to page: the query, how its words are meant, and
/// the filters.
pub fn selection(params: &Params) -> Params {
    params.only(|name| ["q", "exact", "any"].contains(&name) || is_filter(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_taken_along_and_nothing_else() {
        let params = Params::parse("q=MRI&page=2&sort=case&outcome=upheld&from=2016&order=-share&any=1&utm=1");
        assert_eq!(selection(&params).link("/stats"), "/stats?q=MRI&outcome=upheld&from=2016&any=1");
    }
}
