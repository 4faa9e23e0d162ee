//! The table of synonyms, read once, and what each term in it stands for, looked up once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, OnceLock};

use crate::classify::drug_names;
use crate::index::analysis;
use crate::query::terms;

const SOURCE: &str = include_str!("../../../schema/synonyms.tsv");

/// How many names of a drug a remark tells.
const TOLD: usize = 8;
/// The most names of a drug in several words that are looked for.
const MOST_PHRASES: usize = 8;
/// Shorter names of drugs mean something else too often.
const SHORTEST: usize = 3;

/// All synonyms.
pub struct Table {
    /// The places of terms, by the first two bytes that they and their stems begin with.
    by_beginning: HashMap<[u8; 2], Vec<Place>>,
    groups: Vec<Group>,
    drugs: Vec<Drug>,
}

/// One line of the table.
struct Group {
    terms: Vec<Name>,
    headings: Vec<Name>,
    narrower: Vec<Name>,
}

/// A drug.
struct Drug {
    generic: Name,
    /// What is before "with" in the name of several drugs in one.
    first: Option<Name>,
    /// Brands and other names.
    names: Vec<Name>,
}

/// A term as it is written, and its words as the index has them, once someone looked for something like it.
struct Name {
    written: &'static str,
    terms: OnceLock<Vec<String>>,
}

/// Where a term stands in the table.
#[derive(Debug, Clone, Copy)]
enum Place {
    Term(usize, usize),
    Heading(usize, usize),
    Generic(usize),
    First(usize),
    Brand(usize, usize),
}

/// What a term stands for beside itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wide {
    /// Rows of words that mean the same in every text.
    pub anywhere: Vec<Vec<String>>,
    /// Rows of words that mean the same in headings.
    pub in_headings: Vec<Vec<String>>,
    /// Other names of a drug, of one word each.
    pub brands: Arc<BTreeSet<String>>,
    /// Generic names, as the field of drugs has them.
    pub drugs: BTreeSet<String>,
    /// The term, a colon and its synonyms, for people.
    pub told: String,
}

impl Table {
    /// The most words of a term.
    pub const LONGEST: usize = 8;

    /// The table.
    pub fn get() -> &'static Self {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::read);
        &TABLE
    }

    fn read() -> Self {
        let names = |cell: &'static str| -> Vec<Name> {
            cell.split(';').map(str::trim).filter(|name| !name.is_empty()).map(Name::new).collect()
        };
        let lines = SOURCE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let groups: Vec<Group> = lines
            .map(|line| {
                let mut cells = line.split('\t').map(names);
                let mut next = || cells.next().unwrap_or_default();
                Group { terms: next(), headings: next(), narrower: next() }
            })
            .collect();
        let drugs: Vec<Drug> = drug_names()
            .map(|(generic, names)| Drug {
                generic: Name::new(generic),
                first: generic.split_once(" with ").map(|(first, _)| Name::new(first)),
                names: names.into_iter().filter(|name| name.len() >= SHORTEST).map(Name::new).collect(),
            })
            .collect();
        let mut table = Self { by_beginning: HashMap::new(), groups: Vec::new(), drugs: Vec::new() };
        for (number, group) in groups.iter().enumerate() {
            table.add(&group.terms, |place| Place::Term(number, place));
            table.add(&group.headings, |place| Place::Heading(number, place));
        }
        for (number, drug) in drugs.iter().enumerate() {
            table.add(std::slice::from_ref(&drug.generic), |_| Place::Generic(number));
            table.add(drug.first.as_slice(), |_| Place::First(number));
            table.add(&drug.names, |place| Place::Brand(number, place));
        }
        Self { groups, drugs, ..table }
    }

    fn add(&mut self, names: &[Name], place: impl Fn(usize) -> Place) {
        for (number, name) in names.iter().enumerate() {
            if let Some(beginning) = beginning(name.written) {
                self.by_beginning.entry(beginning).or_default().push(place(number));
            }
        }
    }

    /// What terms in a row stand for, if together they are one of the table.
    pub fn find(&'static self, row: &[String]) -> Option<Wide> {
        let places = self.by_beginning.get(&beginning(row.first()?)?)?;
        let found: Vec<Place> =
            places.iter().copied().filter(|place| self.name(*place).is_some_and(|name| name.terms() == row)).collect();
        let wide = self.wide(&found, row);
        (!wide.told.is_empty()).then_some(wide)
    }

    fn name(&self, place: Place) -> Option<&Name> {
        match place {
            Place::Term(group, name) => self.groups[group].terms.get(name),
            Place::Heading(group, name) => self.groups[group].headings.get(name),
            Place::Generic(drug) => Some(&self.drugs[drug].generic),
            Place::First(drug) => self.drugs[drug].first.as_ref(),
            Place::Brand(drug, name) => self.drugs[drug].names.get(name),
        }
    }

    fn wide(&'static self, places: &[Place], row: &[String]) -> Wide {
        let mut wide = Wide::default();
        let mut told: Vec<&str> = Vec::new();
        let mut singles = BTreeSet::new();
        let mut phrases: Vec<Vec<String>> = Vec::new();
        let push = |names: &'static [Name], rows: &mut Vec<Vec<String>>, told: &mut Vec<&str>| {
            // What has the words that were typed in a row is found by them already.
            let found = |terms: &[String]| terms.windows(row.len()).any(|window| window == row);
            for name in names.iter().filter(|name| !found(name.terms())) {
                if !rows.iter().any(|known| known == name.terms()) {
                    rows.push(name.terms().to_vec());
                    told.push(name.written);
                }
            }
        };
        for place in places {
            match *place {
                Place::Term(number, _) | Place::Heading(number, _) => {
                    let group = &self.groups[number];
                    push(&group.terms, &mut wide.anywhere, &mut told);
                    push(&group.headings, &mut wide.in_headings, &mut told);
                    push(&group.narrower, &mut wide.anywhere, &mut told);
                }
                Place::Generic(number) | Place::First(number) | Place::Brand(number, _) => {
                    let drug = &self.drugs[number];
                    wide.drugs.insert(analysis::fold(drug.generic.written));
                    for name in std::iter::once(&drug.generic).chain(&drug.names).filter(|name| name.terms() != row) {
                        match name.terms() {
                            [one] if singles.insert(one.clone()) && told.len() < TOLD => told.push(name.written),
                            [_, _] if !phrases.iter().any(|known| known == name.terms()) => {
                                phrases.push(name.terms().to_vec());
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        if let [one] = row {
            singles.remove(one);
        }
        // "Vicodin ES" has a name in it that is looked for anyway, and so has what was typed.
        let telling = |term: &String| singles.contains(term) || row == std::slice::from_ref(term);
        phrases.retain(|phrase| !phrase.iter().any(telling));
        phrases.truncate(MOST_PHRASES);
        wide.anywhere.extend(phrases);
        wide.told = self.told(places, row, &told);
        wide.brands = Arc::new(singles);
        wide
    }

    fn told(&self, places: &[Place], row: &[String], names: &[&str]) -> String {
        let drugs = places.iter().filter_map(|place| match place {
            Place::Generic(drug) | Place::First(drug) | Place::Brand(drug, _) => {
                Some(self.drugs[*drug].generic.written)
            }
            Place::Term(..) | Place::Heading(..) => None,
        });
        let mut told: Vec<&str> = Vec::new();
        for name in drugs.filter(|generic| terms(generic) != row).chain(names.iter().copied()) {
            if !told.contains(&name) {
                told.push(name);
            }
        }
        let typed = places.first().and_then(|place| self.name(*place)).map_or("", |name| name.written);
        if told.is_empty() { String::new() } else { format!("{typed}: {}", told.join(", ")) }
    }
}

impl Name {
    fn new(written: &'static str) -> Self {
        Self { written, terms: OnceLock::new() }
    }

    fn terms(&self) -> &[String] {
        self.terms.get_or_init(|| terms(self.written))
    }
}

/// The first two letters or digits of the first word: stems begin as their words do.
fn beginning(text: &str) -> Option<[u8; 2]> {
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty())?;
    let mut bytes = word.bytes().map(|b| b.to_ascii_lowercase());
    Some([bytes.next()?, bytes.next().unwrap_or_default()])
}
