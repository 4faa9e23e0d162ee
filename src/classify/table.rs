//! The tables in `schema/`, read once, and the automaton over all their terms.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::repair::Vocabulary;
use super::text::normalize;

pub(super) const CATEGORIES: &str = include_str!("../../schema/categories.tsv");
pub(super) const SERVICES: &str = include_str!("../../schema/services.tsv");
pub(super) const DRUGS: &str = include_str!("../../schema/drugs.tsv");
pub(super) const CONTEXT: &str = include_str!("../../schema/context.tsv");

/// The weight of a drug whose line gives none.
const DRUG_WEIGHT: u8 = 96;

/// A set of conditions, one bit for each.
pub(super) type Mask = u128;

/// Everything that a request is compared with.
pub(super) struct Tables {
    pub(super) automaton: AhoCorasick,
    /// What each pattern of the automaton stands for.
    pub(super) terms: Vec<Term>,
    pub(super) rows: Vec<Row>,
    pub(super) forms: Forms,
    pub(super) vocabulary: Vocabulary,
}

/// A term of one or several tables.
#[derive(Debug, Default)]
pub(super) struct Term {
    /// The term as it is compared, with a blank at both ends.
    pub(super) text: String,
    /// The rows that name it.
    pub(super) rows: Vec<usize>,
    /// The condition that it fulfils.
    pub(super) sets: Mask,
    /// Its part in the sentence.
    pub(super) context: Option<Context>,
}

/// A line of the services or of the drugs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// The file in `schema/`.
    pub(super) table: &'static str,
    /// The line of the file, from 1.
    pub(super) line: usize,
    pub(super) category: &'static str,
    pub(super) weight: u8,
    /// One of these conditions must hold, if there are any.
    pub(super) with: Mask,
    /// None of these conditions may hold.
    pub(super) without: Mask,
    pub(super) drug: Option<Drug>,
}

/// A drug by its generic name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drug {
    /// `None` for a product without one.
    pub(super) name: Option<&'static str>,
    pub(super) used: Use,
}

/// How a drug is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// By mouth as a rule; its group does not depend on the form.
    Taken,
    /// Mixed into creams and patches as well, which makes it a topical.
    Mixed,
    /// A finished topical product.
    Topical,
    /// Injected as a rule.
    Injected,
}

/// What a word does to the terms around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// What follows is what the request is for, not what is requested.
    After,
    /// The next term is what the request is for.
    Next,
    /// The request begins anew.
    Restart,
    /// None: keeps a word that it contains from being taken for something.
    Plain,
}

/// The conditions that the form of a drug depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forms {
    pub(super) topical: Mask,
    pub(super) patch: Mask,
    pub(super) compound: Mask,
    pub(super) percent: Mask,
    pub(super) oral: Mask,
    pub(super) injected: Mask,
}

/// The tables.
pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

impl Tables {
    fn read() -> Self {
        Builder::default().build()
    }

    /// The term of a text in the form that `normalize` gives, if it is one as a whole.
    pub(super) fn term(&self, text: &str) -> Option<&Term> {
        let place = self.terms.binary_search_by(|term| term.text.as_str().cmp(text)).ok()?;
        self.terms.get(place)
    }
}

/// The lines of a table with their numbers, without comments, cut at tabs.
pub(super) fn lines(table: &'static str) -> impl Iterator<Item = (usize, Vec<&'static str>)> {
    let lines = (1..).zip(table.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|(number, line)| (number, line.split('\t').map(str::trim).collect()))
}

/// The parts of a cell.
pub(super) fn parts(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

#[derive(Default)]
struct Builder {
    terms: BTreeMap<String, Term>,
    rows: Vec<Row>,
    conditions: HashMap<String, u32>,
}

impl Builder {
    fn term(&mut self, text: &str) -> &mut Term {
        let mut key = String::new();
        normalize(text, &mut key);
        self.terms.entry(key).or_default()
    }

    /// The bit of a condition. Bits above the last are shared: a table with so many conditions fails its test.
    fn bit(&mut self, name: &str) -> Mask {
        let next = self.conditions.len() as u32;
        1 << (*self.conditions.entry(name.to_owned()).or_insert(next)).min(Mask::BITS - 1)
    }

    /// The bits of a list of conditions: a form in brackets, or a term.
    fn mask(&mut self, cell: &'static str) -> Mask {
        let mut mask = 0;
        for name in parts(cell) {
            let bit = self.bit(name);
            if !name.starts_with('[') {
                self.term(name).sets |= bit;
            }
            mask |= bit;
        }
        mask
    }

    fn row(&mut self, row: Row, terms: impl Iterator<Item = &'static str>) {
        let place = self.rows.len();
        self.rows.push(row);
        for term in terms {
            let term = self.term(term);
            if !term.rows.contains(&place) {
                term.rows.push(place);
            }
        }
    }

    fn build(mut self) -> Tables {
        let names = ["[topical]", "[patch]", "[compound]", "[percent]", "[oral]", "[injected]"];
        let [topical, patch, compound, percent, oral, injected] = names.map(|name| self.bit(name));
        let forms = Forms { topical, patch, compound, percent, oral, injected };
        let cell = |cells: &[&'static str], at: usize| cells.get(at).copied().unwrap_or_default();
        for (_, cells) in lines(CONTEXT) {
            let kind = cell(&cells, 0);
            for text in parts(cell(&cells, 1)) {
                let context = match kind {
                    "after" => Some(Context::After),
                    "next" => Some(Context::Next),
                    "restart" => Some(Context::Restart),
                    "plain" => Some(Context::Plain),
                    _ => None,
                };
                let sets = if context.is_none() { self.bit(kind) } else { 0 };
                let term = self.term(text);
                term.context = context.or(term.context);
                term.sets |= sets;
            }
        }
        for (line, cells) in lines(SERVICES) {
            let weight = cell(&cells, 1).parse().unwrap_or_default();
            let (with, without) = (self.mask(cell(&cells, 3)), self.mask(cell(&cells, 4)));
            let table = "services.tsv";
            let row = Row { table, line, category: cell(&cells, 0), weight, with, without, drug: None };
            self.row(row, parts(cell(&cells, 2)));
        }
        let groups: HashMap<_, _> = lines(CATEGORIES)
            .filter_map(|(_, cells)| Some((cells[0].strip_prefix("pharmaceuticals/")?, cells[0])))
            .collect();
        for (line, cells) in lines(DRUGS) {
            let category = groups.get(cell(&cells, 1)).copied().unwrap_or(super::OTHER);
            let used = match cell(&cells, 2) {
                "mixed" => Use::Mixed,
                "topical" => Use::Topical,
                "injected" => Use::Injected,
                _ => Use::Taken,
            };
            let weight = cell(&cells, 3).parse().unwrap_or(DRUG_WEIGHT);
            let generic = cell(&cells, 0);
            let drug = Some(Drug { name: generic_name(generic), used });
            let row = Row { table: "drugs.tsv", line, category, weight, with: 0, without: 0, drug };
            self.row(row, parts(generic).chain(parts(cell(&cells, 4))).filter(|term| *term != "-"));
        }
        let terms: Vec<Term> = self.terms.into_iter().map(|(text, term)| Term { text, ..term }).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(terms.iter().map(|term| &term.text))
            .expect("the tables are small enough for an automaton");
        let vocabulary = Vocabulary::new(terms.iter().flat_map(|term| term.text.split(' ')));
        Tables { automaton, terms, rows: self.rows, forms, vocabulary }
    }
}

/// The lines of the drugs: the generic name, where there is one, and the other names.
pub(super) fn drugs() -> impl Iterator<Item = (Option<&'static str>, Vec<&'static str>)> {
    lines(DRUGS).map(|(_, cells)| {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let names = parts(cell(4)).filter(|name| *name != "-").collect();
        (generic_name(cell(0)), names)
    })
}

/// The generic name without a form in parentheses; `None` for a product without one.
fn generic_name(cell: &'static str) -> Option<&'static str> {
    cell.split(" (").next().filter(|name| !name.is_empty() && *name != "-")
}
