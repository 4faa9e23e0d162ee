//! Saved searches as pages list them. They are made on the command line: the server changes nothing, so that no other page
//! in the same browser can make it do so.

use imr::present::shell;

use super::super::state::Opened;
use super::params::Params;

/// A saved search.
pub struct SavedView {
    /// The name.
    pub name: String,
    /// What it asks for.
    pub typed: String,
    /// Where it is shown.
    pub href: String,
}

/// All saved searches. One that cannot be read is left out: it is no fault of who asks for a page.
pub fn views(source: &Opened) -> Vec<SavedView> {
    let Ok(store) = source.store() else { return Vec::new() };
    let names = store.names().unwrap_or_default();
    let view = |name: &crate::asked::Name| {
        let saved = store.load(name).ok()?;
        let mut params = Params::default().with("q", &saved.query);
        for (field, values) in &saved.filters {
            params = values.iter().fold(params, |params, value| params.and(field, value));
        }
        let typed = shell::shown_line(&super::selection::as_words(&params, Vec::new()));
        let href = Params::default().with("q", format!("@{}", name.as_str())).link("/");
        Some(SavedView { name: name.as_str().to_owned(), typed, href })
    };
    names.iter().filter_map(view).collect()
}
