//! What is true of an archive, counted while it was invented.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::issue::{Issue, MARKERS};
use super::letter::{Layout, Letter};

/// Counts of issues and letters by every field that can be counted by.
///
/// A letter counts once for each value that any of its issues has; an issue counts once for each of its values. What a
/// letter does not tell counts under `null`. Letters of no known layout have no issues and count in `unknown_layout` only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Files, which are letters, letters of no known layout, and duplicates.
    pub files: u64,
    /// Letters of a known layout.
    pub letters: u64,
    /// Their issues.
    pub issues: u64,
    /// Texts of no known layout.
    pub unknown_layout: u64,
    /// Files with the bytes of another one.
    pub duplicates: u64,
    /// Letters by their outcome as a whole.
    pub letter_outcome: BTreeMap<&'static str, u64>,
    /// Counts by field and value.
    pub by: BTreeMap<&'static str, BTreeMap<String, Count>>,
    /// Counts by the values of two fields.
    pub by_two: BTreeMap<&'static str, BTreeMap<String, BTreeMap<String, Count>>>,
    /// Counts of the issues whose heading has a word, in lower case.
    pub words: BTreeMap<String, WordCount>,
}

/// Issues, and the letters that they stand in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// The issues.
    pub issues: u64,
    /// The letters.
    pub letters: u64,
}

/// A count with the part of the issues that were upheld.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordCount {
    /// The issues and letters.
    pub count: Count,
    /// The issues that were upheld.
    pub upheld: u64,
}

type Values<'a> = Vec<Cow<'a, str>>;

/// The values of an issue under a field.
type Field = for<'a> fn(&'a Letter, &'a Issue) -> Values<'a>;

const FIELDS: [(&str, Field); 14] = [
    ("outcome", |_, issue| vec![outcome(issue).into()]),
    ("category", |_, issue| vec![issue.category.into()]),
    ("drug_group", |_, issue| vec![issue.drug_group().unwrap_or("null").into()]),
    ("basis", |_, issue| vec![issue.guideline.basis.name().into()]),
    ("specialty", specialties),
    ("state", |letter, _| known(letter.states.iter().map(|&s| s.into()).collect())),
    ("layout", |letter, _| vec![letter.layout.name().into()]),
    ("year", year),
    ("month", |letter, _| decided(letter, |date| date[..7].to_owned())),
    ("priority", priority),
    ("sex", |letter, _| vec![if letter.female { "female" } else { "male" }.into()]),
    ("age_band", |letter, _| vec![age_band(letter.age).into()]),
    ("chapter", |_, issue| known(issue.guideline.cited.iter().map(|c| c.chapter.as_str().into()).collect())),
    ("claims_basis", |_, issue| vec![issue.claims_guideline.basis.name().into()]),
];

/// Pairs of fields: the second one is the outcome.
const PAIRS: [(&str, Field); 2] = [("year_outcome", year), ("specialty_outcome", specialties)];

/// Words that no other word of a heading shares its stem with.
const WORDS: [&str; 4] = ["acupuncture", "mri", "gabapentin", "brace"];

fn outcome(issue: &Issue) -> &'static str {
    if issue.upheld { "upheld" } else { "overturned" }
}

fn specialties<'a>(letter: &'a Letter, _: &'a Issue) -> Values<'a> {
    known(letter.specialties.iter().map(|&s| official(s).into()).collect())
}

/// The name of a specialty on DWC's list, where letters print another one.
pub(super) fn official(printed: &str) -> &str {
    match printed {
        "Acupuncturist" => "Oriental Medicine",
        "Chiropractor" => "Chiropractic",
        as_listed => as_listed,
    }
}

fn year<'a>(letter: &'a Letter, _: &'a Issue) -> Values<'a> {
    decided(letter, |date| date[..4].to_owned())
}

fn priority<'a>(letter: &'a Letter, _: &'a Issue) -> Values<'a> {
    let value = match (letter.header && letter.layout.tells_assignment(), letter.expedited) {
        (false, _) => "null",
        (true, true) => "expedited",
        (true, false) => "standard",
    };
    vec![value.into()]
}

fn decided(letter: &Letter, part: impl Fn(String) -> String) -> Values<'static> {
    known(letter.header.then(|| part(letter.dates.decided.to_string()).into()).into_iter().collect())
}

fn known(values: Values<'_>) -> Values<'_> {
    if values.is_empty() { vec!["null".into()] } else { values }
}

fn age_band(age: Option<u64>) -> &'static str {
    match age {
        None => "null",
        Some(0..=17) => "0-17",
        Some(18..=29) => "18-29",
        Some(30..=39) => "30-39",
        Some(40..=49) => "40-49",
        Some(50..=59) => "50-59",
        Some(60..=69) => "60-69",
        Some(_) => "70+",
    }
}

impl Facts {
    /// Counts one file with this letter.
    pub fn add(&mut self, letter: &Letter) {
        self.files += 1;
        if letter.layout == Layout::Unknown {
            self.unknown_layout += 1;
            return;
        }
        self.letters += 1;
        self.issues += letter.issues.len() as u64;
        if let Some(outcome) = letter.outcome() {
            *self.letter_outcome.entry(outcome).or_default() += 1;
        }
        for (field, values) in FIELDS {
            let counts = self.by.entry(field).or_default();
            for (value, issues) in tally(letter.issues.iter().flat_map(|issue| values(letter, issue))) {
                count(counts, &value).add(issues);
            }
        }
        for (pair, values) in PAIRS {
            let counts = self.by_two.entry(pair).or_default();
            let both = letter
                .issues
                .iter()
                .flat_map(|issue| values(letter, issue).into_iter().map(move |value| (value, outcome(issue))));
            for ((value, outcome), issues) in tally(both) {
                if !counts.contains_key(&*value) {
                    counts.insert(value.to_string(), BTreeMap::new());
                }
                if let Some(outcomes) = counts.get_mut(&*value) {
                    count(outcomes, outcome).add(issues);
                }
            }
        }
        self.add_words(letter);
    }

    /// Counts one more file with the bytes of a letter that is counted already.
    pub fn add_duplicate(&mut self) {
        self.files += 1;
        self.duplicates += 1;
    }

    fn add_words(&mut self, letter: &Letter) {
        let headings: Vec<_> = letter.issues.iter().map(|issue| (issue.heading.to_lowercase(), issue.upheld)).collect();
        let markers = MARKERS.iter().map(|(marker, _)| marker.to_lowercase());
        for word in markers.chain(WORDS.map(str::to_owned)) {
            let has = |heading: &str| heading.split(|c: char| !c.is_alphanumeric()).any(|token| token == word);
            let found: Vec<_> = headings.iter().filter(|(h, _)| h.contains(&word) && has(h)).map(|h| h.1).collect();
            let entry = self.words.entry(word).or_default();
            if !found.is_empty() {
                entry.count.add(found.len() as u64);
                entry.upheld += found.iter().filter(|&&upheld| upheld).count() as u64;
            }
        }
    }

    /// Adds the facts of another part of the archive.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        self.letters += other.letters;
        self.issues += other.issues;
        self.unknown_layout += other.unknown_layout;
        self.duplicates += other.duplicates;
        for (outcome, n) in other.letter_outcome {
            *self.letter_outcome.entry(outcome).or_default() += n;
        }
        for (field, counts) in other.by {
            merge_counts(self.by.entry(field).or_default(), counts);
        }
        for (pair, counts) in other.by_two {
            let pairs = self.by_two.entry(pair).or_default();
            for (value, counts) in counts {
                merge_counts(pairs.entry(value).or_default(), counts);
            }
        }
        for (word, counted) in other.words {
            let entry = self.words.entry(word).or_default();
            entry.count.merge(counted.count);
            entry.upheld += counted.upheld;
        }
    }

    /// The facts as they are written beside an archive.
    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "files": self.files,
            "letters": self.letters,
            "issues": self.issues,
            "unknown_layout": self.unknown_layout,
            "duplicates": self.duplicates,
            "letter_outcome": self.letter_outcome,
        });
        for (field, counts) in &self.by {
            json[*field] = counts.iter().map(|(value, count)| (value.clone(), count.to_json())).collect();
        }
        for (pair, counts) in &self.by_two {
            let outcomes = |counts: &BTreeMap<String, Count>| -> Value {
                counts.iter().map(|(outcome, count)| (outcome.clone(), count.to_json())).collect()
            };
            json[*pair] = counts.iter().map(|(value, counts)| (value.clone(), outcomes(counts))).collect();
        }
        let words = self.words.iter().map(|(word, counted)| {
            let mut count = counted.count.to_json();
            count["upheld"] = counted.upheld.into();
            (word.clone(), count)
        });
        json["words"] = words.collect();
        json
    }
}

impl Count {
    fn add(&mut self, issues: u64) {
        self.merge(Self { issues, letters: 1 });
    }

    fn merge(&mut self, other: Self) {
        self.issues += other.issues;
        self.letters += other.letters;
    }

    fn to_json(self) -> Value {
        json!({ "issues": self.issues, "letters": self.letters })
    }
}

fn merge_counts(counts: &mut BTreeMap<String, Count>, other: BTreeMap<String, Count>) {
    for (value, count) in other {
        counts.entry(value).or_default().merge(count);
    }
}

/// The entry of a value, without a copy of a value that is there.
fn count<'a>(counts: &'a mut BTreeMap<String, Count>, value: &str) -> &'a mut Count {
    if !counts.contains_key(value) {
        counts.insert(value.to_owned(), Count::default());
    }
    counts.get_mut(value).expect("the value was put in")
}

/// How often each value occurs.
fn tally<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<(T, u64)> {
    let mut tally: Vec<(T, u64)> = Vec::new();
    for value in values {
        match tally.iter_mut().find(|(seen, _)| *seen == value) {
            Some((_, n)) => *n += 1,
            None => tally.push((value, 1)),
        }
    }
    tally
}
