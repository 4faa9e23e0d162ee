//! What fields and values are called on pages. Queries, addresses and files have the names of the index.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The categories with the names that the Division of Workers' Compensation has for them.
const CATEGORIES: &str = include_str!("../../../schema/categories.tsv");

/// The fields and dimensions, with what they are called.
const FIELDS: [(&str, &str); 38] = [
    ("outcome", "Outcome"),
    ("basis", "Basis of the decision"),
    ("category", "Treatment"),
    ("category_group", "Treatment group"),
    ("drug_group", "Drug group"),
    ("drug", "Drug"),
    ("body", "Body part"),
    ("side", "Side"),
    ("retrospective", "Given before the review"),
    ("associated", "Goes with a surgery"),
    ("guideline", "Guideline"),
    ("source", "Guideline"),
    ("chapter", "MTUS chapter"),
    ("claims_chapter", "Claims administrator’s chapter"),
    ("same_guideline", "A guideline in common"),
    ("specialty", "Reviewer’s specialty"),
    ("first_specialty", "Reviewer’s first specialty"),
    ("state", "Reviewer’s state"),
    ("layout", "Layout of the letter"),
    ("priority", "Priority"),
    ("sex", "Sex"),
    ("age", "Age"),
    ("age_band", "Age"),
    ("decided", "Decided"),
    ("from", "Decided from"),
    ("to", "Decided to"),
    ("injured", "Injured"),
    ("assigned", "Assigned"),
    ("denied", "Denied"),
    ("requests", "Issues in the letter"),
    ("case", "Case"),
    ("path", "File or folder"),
    ("year", "Year"),
    ("quarter", "Quarter"),
    ("month", "Month"),
    ("injury_year", "Year of injury"),
    ("injury_quarter", "Quarter of injury"),
    ("injury_month", "Month of injury"),
];

/// Values that are not called by their own words.
const VALUES: [(&str, &str, &str); 22] = [
    ("basis", "mtus", "MTUS"),
    ("basis", "non_mtus", "Other than MTUS"),
    ("basis", "both", "MTUS and others"),
    ("basis", "none", "No guideline cited"),
    ("source", "mtus", "MTUS"),
    ("source", "odg", "ODG"),
    ("source", "acoem", "ACOEM"),
    ("source", "other", "Others"),
    ("same_guideline", "yes", "Cited by both"),
    ("same_guideline", "no", "None in common"),
    ("category_group", "dmepos", "DMEPOS"),
    ("category_group", "other", "Others"),
    ("category", "other/other", "Others"),
    ("drug_group", "nsaid", "NSAID"),
    ("drug_group", "h2-blocker", "H2 blocker"),
    ("drug_group", "gi-agent", "GI agent"),
    ("drug_group", "tnf-modifier", "TNF modifier"),
    ("age_band", "0-17", "up to 17"),
    ("age_band", "18-29", "18 to 29"),
    ("side", "bilateral", "Both sides"),
    ("retrospective", "yes", "Yes"),
    ("layout", "credentials", "Credentials"),
];

/// Fields whose values are names of ours, so that they may be written as words.
const OURS: [&str; 13] = [
    "outcome",
    "basis",
    "category",
    "category_group",
    "drug_group",
    "side",
    "retrospective",
    "associated",
    "source",
    "same_guideline",
    "layout",
    "priority",
    "sex",
];

static OFFICIAL: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = CATEGORIES.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// What a field or a dimension is called.
pub fn field(name: &str) -> String {
    FIELDS.iter().find(|(known, _)| *known == name).map_or_else(|| words(name), |(_, label)| (*label).to_owned())
}

/// What a value of a field is called.
pub fn value(field: &str, value: &str) -> String {
    let known = VALUES.iter().find(|(of, known, _)| *of == field && *known == value);
    if let Some((_, _, label)) = known {
        return (*label).to_owned();
    }
    match field {
        "category" => category(value),
        "age_band" => value.replace('-', " to "),
        "month" | "injury_month" => month(value).unwrap_or_else(|| value.to_owned()),
        "quarter" | "injury_quarter" => value.replace('-', " "),
        "body" => capital(value),
        _ if OURS.contains(&field) => words(value),
        _ => value.to_owned(),
    }
}

/// A category with its group, or a group alone.
fn category(value: &str) -> String {
    match (OFFICIAL.get(value), value.split_once('/')) {
        (Some(official), _) => official.replace(": ", " › "),
        (None, Some((group, kind))) => format!("{} › {}", group_label(group), words(kind)),
        (None, None) => group_label(value),
    }
}

/// A group of categories.
fn group_label(group: &str) -> String {
    let of_group = OFFICIAL.iter().find_map(|(name, official)| {
        let (known, kind) = name.split_once('/')?;
        (known == group && known != "other").then(|| match official.split_once(": ") {
            Some((label, _)) => label.to_owned(),
            None if kind == known => (*official).to_owned(),
            None => words(group),
        })
    });
    of_group.unwrap_or_else(|| words(group))
}

/// The part of a category below its group.
pub fn kind(value: &str) -> String {
    let whole = category(value);
    whole.split_once(" › ").map_or(whole.clone(), |(_, kind)| kind.to_owned())
}

/// A value of `category` and `category_group` as a group.
pub fn group(value: &str) -> String {
    group_label(value)
}

fn words(name: &str) -> String {
    capital(&name.replace(['_', '-'], " "))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The months in short.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A month such as `2016-12` in words.
pub fn month(text: &str) -> Option<String> {
    let (year, month) = text.split_once('-')?;
    let month = month.parse::<usize>().ok()?.checked_sub(1)?;
    Some(format!("{} {year}", MONTHS.get(month)?))
}

/// A day in words.
pub fn day(date: imr::letter::Date) -> String {
    let month = MONTHS[usize::from(date.month()).clamp(1, 12) - 1];
    format!("{month} {}, {}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_called_by_words() {
        assert_eq!(value("category", "rehabilitation/acupuncture"), "Rehabilitation › Acupuncture");
        assert_eq!(value("category", "rehabilitation"), "Rehabilitation");
        assert_eq!(kind("diagnostic-testing/emg-ncv-ncs"), "EMG/NCV/NCS");
        assert_eq!(group("evaluation-management"), "Evaluation & Management");
        assert_eq!(value("category_group", "home-health"), "Home health");
        assert_eq!(value("basis", "non_mtus"), "Other than MTUS");
        assert_eq!(value("drug_group", "muscle-relaxant"), "Muscle relaxant");
        assert_eq!(value("month", "2016-12"), "Dec 2016");
        assert_eq!(value("specialty", "Physical Medicine & Rehabilitation"), "Physical Medicine & Rehabilitation");
        assert_eq!(field("injury_quarter"), "Quarter of injury");
    }
}
