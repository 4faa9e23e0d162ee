//! The tables in `data/`: treatments, reviewers, body regions, words and sentences.

use std::sync::LazyLock;

use super::grammar::{Grammar, Template};
use super::rng::Rng;

/// Everything that letters are made of.
#[derive(Debug)]
pub struct Tables {
    /// The words and sentences.
    pub grammar: Grammar,
    /// What is asked for.
    pub treatments: Vec<Treatment>,
    /// What is asked for together with an operation, with the service category.
    pub services: Vec<(&'static str, &'static str)>,
    /// The specialties of reviewers, with weights.
    pub specialties: Vec<(u64, &'static str)>,
    /// The states that license reviewers, with weights.
    pub states: Vec<(u64, &'static str)>,
    /// What can hurt.
    pub regions: Vec<Region>,
}

/// A kind of request.
#[derive(Debug)]
pub struct Treatment {
    /// The name, as a rationale calls it.
    pub name: &'static str,
    /// Picks the sentences of the rationale.
    pub group: &'static str,
    /// How often it is asked for, relative to the others.
    pub weight: u64,
    /// How many of 1,000 denials stand.
    pub upheld: u64,
    /// The topic in guidelines outside of the schedule.
    pub odg: &'static str,
    /// The chapters and sections of the schedule that treat of it.
    pub cites: Vec<(Chapter, &'static str)>,
    /// The words of the request, with the service category.
    pub headings: Vec<(&'static str, Template)>,
    /// The request of a number of units, with the service category.
    pub portion: Option<(&'static str, Template)>,
}

/// A kind of chapter of the schedule. Which one it is depends on the letter's year and on the body region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chapter {
    /// The chapter on chronic pain.
    Pain,
    /// The chapter on opioids.
    Opioid,
    /// The chapter on acupuncture.
    Acupuncture,
    /// The chapter on general approaches.
    General,
    /// The chapter on treatment after surgery.
    Surgery,
    /// The chapter of the body region.
    Body,
}

/// A part of the body.
#[derive(Debug)]
pub struct Region {
    /// How often it is hurt, relative to the others.
    pub weight: u64,
    /// The word before "pain".
    pub name: &'static str,
    /// Its chapter of the schedule, with the year.
    pub chapter: Option<&'static str>,
    /// Its chapter in guidelines outside of the schedule.
    pub elsewhere: &'static str,
    /// The part that is treated; `{side}` stands for left or right.
    pub part: &'static str,
}

/// The tables, read once.
pub static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

impl Tables {
    fn read() -> Self {
        let grammar = Grammar::read(&[
            include_str!("data/words.txt"),
            include_str!("data/terms.txt"),
            include_str!("data/sentences.txt"),
        ]);
        let treatments = read_treatments(&grammar);
        let (mut specialties, mut states, mut regions) = (Vec::new(), Vec::new(), Vec::new());
        for line in lines(include_str!("data/people.txt")) {
            let mut words = line.splitn(3, ' ');
            let mut next = || words.next().unwrap_or_else(|| panic!("`{line}` wants three words"));
            let (kind, weight, rest) = (next(), number(next()), next());
            match kind {
                "specialty" => specialties.push((weight, rest)),
                "state" => states.push((weight, rest)),
                "region" => {
                    let cells: Vec<_> = rest.split('|').collect();
                    let [name, chapter, elsewhere, part] = cells[..] else { panic!("`{line}` wants four cells") };
                    let chapter = (chapter != "-").then_some(chapter);
                    regions.push(Region { weight, name, chapter, elsewhere, part });
                }
                _ => panic!("`{kind}` is no kind of line"),
            }
        }
        let services = lines(include_str!("data/services.txt"))
            .map(|line| line.split_once(' ').unwrap_or_else(|| panic!("`{line}` wants a category")))
            .collect();
        Self { grammar, treatments, services, specialties, states, regions }
    }

    /// One treatment, as often as it is asked for.
    pub fn treatment(&self, rng: &mut Rng) -> &Treatment {
        &self.treatments[rng.weighted(self.treatments.iter().map(|t| t.weight))]
    }

    /// One body region, as often as it is hurt.
    pub fn region(&self, rng: &mut Rng) -> &Region {
        &self.regions[rng.weighted(self.regions.iter().map(|r| r.weight))]
    }
}

/// Up to `n` different names, as often as their weights tell.
pub fn names(table: &[(u64, &'static str)], n: usize, rng: &mut Rng) -> Vec<&'static str> {
    let mut names = Vec::new();
    for _ in 0..n {
        let (_, name) = table[rng.weighted(table.iter().map(|row| row.0))];
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn read_treatments(grammar: &Grammar) -> Vec<Treatment> {
    let mut treatments: Vec<Treatment> = Vec::new();
    let mut category = "";
    for line in lines(include_str!("data/treatments.txt")) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let (cites, headings) = (Vec::new(), Vec::new());
            treatments.push(Treatment {
                name,
                group: "",
                weight: 0,
                upheld: 0,
                odg: "",
                cites,
                headings,
                portion: None,
            });
            continue;
        }
        let treatment = treatments.last_mut().unwrap_or_else(|| panic!("`{line}` stands before the first name"));
        let (key, value) = line.split_once(' ').unwrap_or_else(|| panic!("`{line}` has no value"));
        match key {
            "group" => treatment.group = value,
            "weight" => treatment.weight = number(value),
            "upheld" => treatment.upheld = number(value),
            "odg" => treatment.odg = value,
            "category" => category = value,
            "heading" => treatment.headings.push((category, grammar.template(value))),
            "portion" => treatment.portion = Some((category, grammar.template(value))),
            "cite" => {
                let (chapter, section) = value.split_once(' ').unwrap_or((value, ""));
                treatment.cites.push((Chapter::named(chapter), section));
            }
            _ => panic!("`{key}` is no key of a treatment"),
        }
    }
    treatments
}

impl Chapter {
    fn named(name: &str) -> Self {
        match name {
            "pain" => Self::Pain,
            "opioid" => Self::Opioid,
            "acupuncture" => Self::Acupuncture,
            "general" => Self::General,
            "surgery" => Self::Surgery,
            "body" => Self::Body,
            _ => panic!("`{name}` is no chapter"),
        }
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}
