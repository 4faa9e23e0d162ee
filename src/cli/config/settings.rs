//! What a configuration can set: defaults for flags, none of which runs a program, writes anywhere, or leaves letters out.

use imr::Result;
use imr::present::Column;
use imr::search::{Dimension, Sort};

/// One setting: a flag of a command.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The command.
    pub section: &'static str,
    /// The flag, with `_` for `-`.
    pub key: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether a folder may set it, and not only the user: what makes a run heavier is none of a folder's business.
    pub of_folders: bool,
    /// Flags that, when typed, keep the setting out, since both together make no sense.
    pub gives_way_to: &'static [&'static str],
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A whole number.
    Number,
    /// A text that has to pass.
    Text(fn(&str) -> Result<()>),
    /// A list of texts that have to pass.
    List(fn(&str) -> Result<()>),
}

/// The key of the setting of all commands: when to use colours.
pub const COLOR: &str = "color";

/// Every setting of a command.
pub const SETTINGS: &[Setting] = &[
    of("search", "limit", Kind::Number, &["sample", "queries", "new"]),
    of("search", "format", Kind::Text(any), &["template", "queries"]),
    of("search", "fields", Kind::List(field), &["template", "queries", "count", "format"]),
    of("search", "facets", Kind::List(dimension), &["template", "queries", "fields", "format"]),
    of("search", "sort", Kind::Text(order), &["sample", "queries"]),
    of("stats", "by", Kind::List(dimension), &[]),
    of("stats", "format", Kind::Text(any), &[]),
    of("show", "format", Kind::Text(any), &[]),
    of("status", "format", Kind::Text(any), &[]),
    of("check", "format", Kind::Text(any), &[]),
    of("check", "by", Kind::Text(any), &[]),
    of("check", "limit", Kind::Number, &[]),
    of("info", "format", Kind::Text(any), &[]),
    of("parse", "format", Kind::Text(any), &["shard"]),
    of("export", "format", Kind::Text(any), &["output"]),
    of("export", "of", Kind::Text(any), &[]),
    of("save", "format", Kind::Text(any), &[]),
    of("index", "format", Kind::Text(any), &[]),
    of_users("index", "threads", Kind::Number),
    of_users("index", "memory", Kind::Number),
    of_users("parse", "threads", Kind::Number),
    of_users("check", "threads", Kind::Number),
];

const fn of(section: &'static str, key: &'static str, kind: Kind, gives_way_to: &'static [&'static str]) -> Setting {
    Setting { section, key, kind, of_folders: true, gives_way_to }
}

const fn of_users(section: &'static str, key: &'static str, kind: Kind) -> Setting {
    Setting { section, key, kind, of_folders: false, gives_way_to: &[] }
}

/// What the command line itself knows the values of.
fn any(_: &str) -> Result<()> {
    Ok(())
}

fn field(name: &str) -> Result<()> {
    Column::find(name).map(|_| ())
}

fn dimension(name: &str) -> Result<()> {
    Dimension::parse(name).map(|_| ())
}

fn order(name: &str) -> Result<()> {
    Sort::parse(name).map(|_| ())
}

/// The commands that have settings.
pub fn sections() -> Vec<&'static str> {
    let mut sections: Vec<_> = SETTINGS.iter().map(|setting| setting.section).collect();
    sections.sort_unstable();
    sections.dedup();
    sections
}

/// The settings of a command.
pub fn of_section(section: &str) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.section == section)
}
