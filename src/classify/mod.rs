//! Request text to service category, by tables in `schema/` that a clerk can extend.

mod repair;
mod score;
mod strength;
mod table;
mod text;

use score::{Scored, score};
use table::TABLES;

/// The class of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// The service category, such as `rehabilitation/acupuncture`.
    pub category: &'static str,
    /// The group of a drug, such as `opioid`.
    pub drug_group: Option<&'static str>,
    /// The generic name of a drug.
    pub drug: Option<&'static str>,
    /// How sure the category is, in percent.
    pub confidence: u8,
}

/// The category where there is nothing to go on.
pub const OTHER: &str = "other/other";

/// Below this score a request may be misspelt.
const UNSURE: u32 = 50;
/// What a repaired word costs of the confidence, in percent.
const REPAIR_COST: u8 = 15;

/// Why a request has its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The class.
    pub class: Class,
    /// The terms found, in the order of the request.
    pub reasons: Vec<Reason>,
    /// Words that were read as words of the tables: as printed, in lower case, and as read.
    pub repaired: Vec<(String, String)>,
}

/// One term of the tables in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The term as it is compared: lower case, singular, without marks.
    pub term: String,
    /// The file in `schema/` that has it.
    pub table: &'static str,
    /// The line of the file, from 1.
    pub line: usize,
    /// What the term stands for.
    pub category: &'static str,
    /// The weight in the table.
    pub weight: u8,
    /// What is left of it in this place; 0 where the term does not count.
    pub score: u32,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It gave the category.
    Winner,
    /// It counted, and lost.
    Counted,
    /// It tells what the request is for, and counted less.
    Context,
    /// It stands within a longer term.
    Within,
    /// Its conditions do not hold, or the form makes it something else.
    Condition,
}

impl Verdict {
    /// The name in exported records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::Counted => "counted",
            Self::Context => "context",
            Self::Within => "within",
            Self::Condition => "condition",
        }
    }
}

/// Classifies a request.
pub fn classify(request: &str) -> Class {
    let text = comparable(request);
    let exact = score(&text, None);
    match repair(&text, &exact, |_, _| {}) {
        Some(repaired) => better(exact, score(&repaired, None)),
        None => exact.class,
    }
}

/// Classifies a request as [`classify`] does, and tells why.
pub fn explain(request: &str) -> Explanation {
    let text = comparable(request);
    let mut reasons = Vec::new();
    let exact = score(&text, Some(&mut reasons));
    let mut repaired = Vec::new();
    if let Some(text) = repair(&text, &exact, |from, to| repaired.push((from.to_owned(), to.to_owned()))) {
        let mut others = Vec::new();
        let other = score(&text, Some(&mut others));
        if other.score > exact.score {
            return Explanation { class: better(exact, other), reasons: others, repaired };
        }
    }
    repaired.clear();
    Explanation { class: exact.class, reasons, repaired }
}

/// The generic name of a drug, if a text as a whole is one of its names.
pub fn drug_named(text: &str) -> Option<&'static str> {
    let mut key = String::new();
    text::normalize(text, &mut key);
    TABLES.term(&key)?.rows.iter().find_map(|&row| TABLES.rows[row].drug?.name)
}

/// The names of drugs: the generic name and the other names of each that has one.
pub fn drug_names() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    table::drugs().filter_map(|(generic, names)| Some((generic?, names)))
}

/// A request as it is compared with the tables.
fn comparable(request: &str) -> String {
    let mut text = String::with_capacity(request.len() + 8);
    text::normalize(request, &mut text);
    strength::name_second(request, text)
}

/// The text with misspelt words put right: all of them where nothing sure was found, otherwise those beside what was
/// found, which may be a part of what is requested: "APAP" of "Hydrocodne/APAP".
fn repair(text: &str, exact: &Scored, told: impl FnMut(&str, &str)) -> Option<String> {
    let vocabulary = &TABLES.vocabulary;
    match exact.score < UNSURE {
        true => vocabulary.repair(text, told),
        false => vocabulary.repair_beside(text, exact.at, told),
    }
}

/// The answer for the repaired text, if it is the better one.
fn better(exact: Scored, repaired: Scored) -> Class {
    if repaired.score > exact.score {
        let confidence = repaired.class.confidence.saturating_sub(REPAIR_COST);
        Class { confidence, ..repaired.class }
    } else {
        exact.class
    }
}
