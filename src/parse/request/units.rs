//! What requests count, by the table `schema/units.tsv`.

use std::collections::HashMap;
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

/// The unit that a word in lower case names.
pub(super) fn find(word: &str) -> Option<Unit> {
    if word.is_empty() { None } else { UNITS.get(word).copied() }
}

static UNITS: LazyLock<HashMap<&'static str, Unit>> = LazyLock::new(|| {
    let mut units = HashMap::new();
    let rows = include_str!("../../../schema/units.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for row in rows {
        let mut cells = row.split('\t');
        let (Some(name), Some(kind), Some(words)) = (cells.next(), cells.next(), cells.next()) else { continue };
        let kind = match kind {
            "care" => Kind::Care,
            "dose" => Kind::Dose,
            "container" => Kind::Container,
            "thing" => Kind::Thing,
            _ => Kind::Size,
        };
        for word in words.split(';').map(str::trim) {
            units.insert(word, Unit { name, kind, plural: word.ends_with('s') });
        }
    }
    units
});
