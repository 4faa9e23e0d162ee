//! The style sheet, the scripts and the icon: inside the program, under addresses with a digest of what they hold.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use imr::present;

/// An asset.
pub struct Asset {
    /// The name.
    pub name: &'static str,
    /// The media type.
    pub kind: &'static str,
    /// What it holds.
    pub content: String,
    digest: String,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

static ASSETS: LazyLock<HashMap<&'static str, Asset>> = LazyLock::new(|| {
    let styles = [
        include_str!("../assets/base.css"),
        include_str!("../assets/search.css"),
        include_str!("../assets/letter.css"),
        present::CHART_STYLE,
        include_str!("../assets/stats.css"),
        include_str!("../assets/small.css"),
        include_str!("../assets/touch.css"),
    ]
    .concat();
    let all = [
        ("pages.css", CSS, styles.as_str()),
        ("keys.js", JS, include_str!("../assets/keys.js")),
        ("suggest.js", JS, include_str!("../assets/suggest.js")),
        ("search.js", JS, include_str!("../assets/search.js")),
        ("brush.js", JS, include_str!("../assets/brush.js")),
        ("letter.js", JS, include_str!("../assets/letter.js")),
        ("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
    ];
    let asset = |(name, kind, content): (&'static str, &'static str, &str)| {
        let content = content.to_owned();
        // Nobody chooses what is hashed, so that the hash only has to differ from version to version.
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        (name, Asset { name, kind, digest: format!("{:016x}", hasher.finish()), content })
    };
    all.into_iter().map(asset).collect()
});

/// The address of an asset; empty for one that there is not.
pub fn href(name: &str) -> String {
    ASSETS.get(name).map_or_else(String::new, |asset| format!("/assets/{}/{}", asset.digest, asset.name))
}

/// The asset of an address.
pub fn find(digest: &str, name: &str) -> Option<&'static Asset> {
    ASSETS.get(name).filter(|asset| asset.digest == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_under_its_address_alone() {
        let href = href("pages.css");
        let mut parts = href.rsplit('/');
        let (name, digest) = (parts.next().unwrap(), parts.next().unwrap());
        assert!(find(digest, name).is_some_and(|asset| asset.kind == CSS && asset.content.contains("body")));
        assert!(find(digest, "keys.js").is_none() && find("0", name).is_none() && find(digest, "../x").is_none());
        assert!(super::href("no.css").is_empty());
    }

    #[test]
    fn assets_and_templates_have_no_style_or_script_of_their_own_place() {
        let templates = concat!(include_str!("../templates/base.html"), include_str!("../templates/search.html"));
        assert!(!templates.contains(" style=") && !templates.contains("<style") && !templates.contains(" onclick"));
        for asset in ASSETS.values() {
            assert!(!asset.content.contains("http:") || asset.name == "icon.svg", "{} loads something", asset.name);
        }
    }
}
