//! What requests count, by the table `schema/units.tsv`.

use super::super::lexicon::{self, Lexicon};
use std::sync::LazyLock;

/// What kind of thing is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Treatments, one at a time.
    Care,
    /// Drugs as they are taken.
    Dose,
    /// Packages.
    Container,
    /// Devices and supplies.
    Thing,
    /// Contents of a package.
    Size,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether the word is in the plural.
    pub(super) plural: bool,
}

/// The unit that a word names.
pub(super) fn find(word: &str) -> Option<Unit> {
    UNITS.get(word).copied()
}

static UNITS: LazyLock<Lexicon<Unit>> = LazyLock::new(|| {
    let units = lexicon::rows(include_str!("../../../schema/units.tsv")).filter_map(|(name, rest)| {
        let (kind, words) = rest.split_once('\t')?;
        let kind = match kind {
            "care" => Kind::Care,
            "dose" => Kind::Dose,
            "container" => Kind::Container,
            "thing" => Kind::Thing,
            _ => Kind::Size,
        };
        Some((name, kind, words))
    });
    let words = units.flat_map(|(name, kind, words)| {
        lexicon::words(words).map(move |word| (word.to_owned(), Unit { name, kind, plural: word.ends_with('s') }))
    });
    Lexicon::new(words, |_, _| {})
});
