//! The state of a page: what stands behind the `?` of its address. All links are made of it, so that every state is one.

use imr::present;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// More pairs than any page of ours makes.
const MOST: usize = 400;
/// What is written as it is.
const AS_IT_IS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b'*');

/// The parameters of an address, in their order, without those that are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads what stands behind the `?`.
    pub fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(name, value)| (decoded(name), decoded(value)));
        let mut all: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs.filter(|(_, value)| !value.trim().is_empty()).take(MOST) {
            let pair = (name, value.trim().to_owned());
            // A form sends a value twice where it stands in two places.
            if !all.contains(&pair) {
                all.push(pair);
            }
        }
        Self(all)
    }

    /// The pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of a name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a name has this value.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|known| known == value)
    }

    /// The query that was typed.
    pub fn query(&self) -> &str {
        self.first("q").unwrap_or_default()
    }

    /// A number, or another where there is none.
    pub fn number(&self, name: &str, otherwise: usize) -> usize {
        self.first(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    }

    /// The same without some names.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect())
    }

    /// The same without one value of a name.
    #[must_use]
    pub fn without_value(&self, name: &str, value: &str) -> Self {
        Self(self.0.iter().filter(|(known, of)| known != name || of != value).cloned().collect())
    }

    /// The same with one value for a name.
    #[must_use]
    pub fn with(&self, name: &str, value: impl ToString) -> Self {
        let mut this = self.without(&[name]);
        this.0.push((name.to_owned(), value.to_string()));
        this
    }

    /// The same with one value more.
    #[must_use]
    pub fn and(&self, name: &str, value: &str) -> Self {
        let mut this = self.clone();
        if !this.has(name, value) {
            this.0.push((name.to_owned(), value.to_owned()));
        }
        this
    }

    /// Those of some names.
    #[must_use]
    pub fn only(&self, is_wanted: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|(name, _)| is_wanted(name)).cloned().collect())
    }

    /// The address of a page in this state.
    pub fn link(&self, path: &str) -> String {
        match self.0.is_empty() {
            true => path.to_owned(),
            false => {
                let pair = |(name, value): &(String, String)| format!("{}={}", encoded(name), encoded(value));
                format!("{path}?{}", self.0.iter().map(pair).collect::<Vec<_>>().join("&"))
            }
        }
    }
}

/// A text as a part of a path.
pub fn in_path(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().replace("%2D", "-")
}

/// A text as forms write it.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, AS_IT_IS).to_string().replace("%20", "+")
}

/// A text as forms write it, read. What is no UTF-8 finds nothing, and what would turn the direction of a page around or
/// is no character to be seen is a blank.
fn decoded(text: &str) -> String {
    present::one_line(&percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_from_its_parameters() {
        let params = Params::parse("q=MRI+%22red%20flag%22&outcome=upheld&outcome=overturned&outcome=upheld&page=&x");
        assert_eq!(params.query(), "MRI \"red flag\"");
        assert_eq!(params.all("outcome").collect::<Vec<_>>(), ["upheld", "overturned"]);
        assert_eq!(params.pairs().len(), 3, "{params:?}");
        let link = params.without_value("outcome", "upheld").with("page", 2).link("/");
        assert_eq!(link, "/?q=MRI+%22red+flag%22&outcome=overturned&page=2");
        assert_eq!(Params::parse(&link[2..]).link("/"), link);
        assert_eq!(Params::default().link("/stats"), "/stats");
        assert_eq!(params.and("outcome", "upheld"), params);
    }
}
