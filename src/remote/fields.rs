//! The fields that the index there has: their names, kinds, and which of them holds what a field of the index here does.

use std::sync::LazyLock;

use super::target::Flavor;
use crate::index::{FieldDef, FieldKind, IndexSchema};

/// The name of the field with the document's id.
pub const ID: &str = "id";
/// The name of the field with what tells a letter from all others.
pub const LETTER: &str = "letter";
/// The name of the field with the place of the issue in its letter, from 1; 0 where a letter has no issues.
pub const NUMBER: &str = "number";
/// The name of the field that orders letters as they are ordered here.
pub const ORDER: &str = "letter_order";
/// The name of the field with the names of all fields of the index here in which the issue has a value.
pub const HAS: &str = "has";
/// The name of the field with the words of all texts of the letter before they are stemmed, for patterns; with the first
/// document of a letter only.
pub const WORDS: &str = "words";
/// The name of the field with the digest of the letter that the document was made of.
pub const VERSION: &str = "version";
/// The name of the field with what tells the run that sent the document from earlier ones, for engines that know no ids.
pub const SENT: &str = "sent";
/// The name of the field with the number that issues with the same rationale and outcome have in common.
pub const SAME_RATIONALE: &str = "same_rationale";
/// The name of the field with the records, without their long texts.
pub const RECORD: &str = "record";

/// What the names of fields of terms end in.
pub(super) const TERMS: &str = "_terms";
/// What the names of fields of folded values end in.
pub(super) const KEY: &str = "_key";
/// What the names of fields of days as numbers end in.
pub(super) const DAY: &str = "_day";

/// Fields of the index here that may have several values.
pub(super) const SEVERAL: [&str; 7] =
    ["diagnosis", "body", "chapter", "source", "claims_chapter", "specialty", "state"];

/// What kind of field the engine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteKind {
    /// A text for people and for other programs: analysed as the engine likes, never asked by this program.
    Text,
    /// Terms separated by blanks, with positions; not stored where the engine can leave that out.
    Terms,
    /// A whole value, which can be looked for and counted.
    Keyword,
    /// A day, as `2016-12-30`, for other programs.
    Date,
    /// A whole number, also of days as `20161230`.
    Integer,
    /// Stored alone.
    Stored,
}

/// One field there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteField {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: RemoteKind,
    /// Whether it may have several values, which are then always a list.
    pub several: bool,
    /// What it holds, for people.
    pub about: String,
}

/// All fields there, in their order.
pub fn fields() -> &'static [RemoteField] {
    static FIELDS: LazyLock<Vec<RemoteField>> = LazyLock::new(all_fields);
    &FIELDS
}

/// All fields that an engine of a kind has: one that knows no ids has one more.
pub fn fields_of(flavor: Flavor) -> impl Iterator<Item = &'static RemoteField> {
    static MARK: LazyLock<RemoteField> = LazyLock::new(|| RemoteField {
        name: SENT.to_owned(),
        kind: RemoteKind::Integer,
        several: false,
        about: "grows from run to run; deletions name it".to_owned(),
    });
    let mark = (!flavor.knows_ids()).then(|| &*MARK);
    fields().iter().chain(mark)
}

/// The field of terms of a text field, or of a keyword field in which bare words are looked for.
pub fn terms_field(def: &FieldDef) -> Option<String> {
    (def.kind == FieldKind::Text || def.words && def.is_keyword()).then(|| format!("{}{TERMS}", def.name))
}

/// The field in which a value of a keyword field is looked for: lower case, without accents, and of a hierarchy each level
/// as well. Its values are those of the dictionary of the index here.
pub fn key_field(def: &FieldDef) -> Option<String> {
    def.is_keyword().then(|| if has_key(def) { format!("{}{KEY}", def.name) } else { def.name.clone() })
}

/// The field of whole numbers in which a range is looked for: days are `yyyymmdd` there.
pub fn range_field(def: &FieldDef) -> Option<String> {
    match def.kind {
        FieldKind::Date => Some(format!("{}{DAY}", def.name)),
        FieldKind::Number => Some(def.name.clone()),
        // Letters without a case number have no value.
        FieldKind::Case => Some("case_number".to_owned()),
        _ => None,
    }
}

/// Keyword fields whose values letters spell, so that the folded one may be another.
pub(super) fn has_key(def: &FieldDef) -> bool {
    def.kind == FieldKind::Hierarchy
        || matches!(def.name.as_str(), "specialty" | "state" | "chapter" | "claims_chapter" | "drug" | "body")
}

fn all_fields() -> Vec<RemoteField> {
    let mut all = Vec::new();
    let mut add = |name: &str, kind, several, about: &str| {
        all.push(RemoteField { name: name.to_owned(), kind, several, about: about.to_owned() });
    };
    use RemoteKind::{Date, Integer, Keyword, Stored, Terms, Text};
    add(ID, Keyword, false, "the letter and the place of the issue in it, such as CM16-0213037/2");
    add(LETTER, Keyword, false, "the case number, or for a letter without one a digest");
    add(NUMBER, Integer, false, "the place of the issue in its letter, from 1; 0 for a letter without issues");
    add(ORDER, Integer, false, "the place of the letter among all");
    for (def, _) in IndexSchema::get().fields() {
        let several = SEVERAL.contains(&def.name.as_str());
        match def.kind {
            FieldKind::Text => add(&def.name, Text, several, &def.about),
            FieldKind::Keyword | FieldKind::Hierarchy => add(&def.name, Keyword, several, &def.about),
            FieldKind::Date => add(&def.name, Date, false, &def.about),
            FieldKind::Number => add(&def.name, Integer, false, &def.about),
            FieldKind::Case => add(&def.name, Keyword, false, &def.about),
            FieldKind::Path => add(&def.name, Keyword, false, &def.about),
        }
        if let Some(terms) = terms_field(def) {
            add(&terms, Terms, false, &format!("the terms of `{}`", def.name));
        }
        if has_key(def) {
            let (several, about) = (several || def.kind == FieldKind::Hierarchy, "in lower case and without accents");
            let levels = if def.kind == FieldKind::Hierarchy { ", and each level above it" } else { "" };
            add(&format!("{}{KEY}", def.name), Keyword, several, &format!("`{}` {about}{levels}", def.name));
        }
        if let Some(number) = range_field(def).filter(|name| *name != def.name) {
            add(&number, Integer, false, &format!("`{}` as a number", def.name));
        }
    }
    for name in PERIODS.map(|(name, ..)| name) {
        add(name, Keyword, false, "a part of time of the decision or the injury");
    }
    add("category_group", Keyword, false, "the first level of `category`");
    add("first_specialty", Keyword, false, "the first of `specialty`");
    add("age_band", Keyword, false, "the band of `age`");
    add(HAS, Keyword, true, "the fields with a value");
    add(WORDS, Keyword, true, "the words of the letter's texts; with its first issue only");
    add(SAME_RATIONALE, Keyword, false, "the same for issues with the same rationale and outcome");
    add(VERSION, Keyword, false, "the digest of the letter that was sent");
    add(RECORD, Stored, false, "the records as JSON, without the texts that other fields hold");
    all
}

/// Parts of time by their names, with the field of their day, as they are counted here.
pub(super) const PERIODS: [(&str, &str, Period); 6] = [
    ("year", "decided", Period::Year),
    ("quarter", "decided", Period::Quarter),
    ("month", "decided", Period::Month),
    ("injury_year", "injured", Period::Year),
    ("injury_quarter", "injured", Period::Quarter),
    ("injury_month", "injured", Period::Month),
];

#[derive(Debug, Clone, Copy)]
pub(super) enum Period {
    Year,
    Quarter,
    Month,
}

impl Period {
    /// The name of the part of time that a day `yyyymmdd` lies in.
    pub(super) fn name(self, day: u64) -> String {
        let (year, month) = (day / 10_000, day / 100 % 100);
        match self {
            // As years are printed here.
            Self::Year => year.to_string(),
            Self::Quarter => format!("{year:04}-Q{}", month.div_ceil(3)),
            Self::Month => format!("{year:04}-{month:02}"),
        }
    }
}
