//! The names of guidelines, their chapters and other sources, from `schema/guidelines.tsv`, and the words by which lines
//! that cite them are read, from `schema/guideline-words.tsv`.
//!
//! All words of both tables are numbered, so that a line's words are looked up once each.

use super::spans::{hash, words};
use super::words::alike;
use crate::letter::Source;
use std::ops::Range;
use std::sync::LazyLock;

/// A row of the table of names.
pub(super) struct Entry {
    pub(super) source: Source,
    /// The name that is counted by.
    pub(super) name: &'static str,
    /// The years of its editions.
    editions: Vec<u16>,
    /// The section of the regulation that is the chapter.
    regulation: &'static str,
    /// A section of the regulation that is no chapter.
    rule: bool,
    /// A section of a chapter whose name has a comma.
    pub(super) section: bool,
}

/// One of the names of an entry.
struct Alias {
    /// The numbers of its words, without "and".
    words: Range<usize>,
    /// How many of them it shares with the alias before it.
    shared: usize,
    entry: usize,
    /// A usual word: the name of a chapter only where its year or its place says so.
    usual: bool,
    /// The name that is counted by.
    own: bool,
}

/// A name where a line has it.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) entry: &'static Entry,
    /// The place of its first word, and the place after its last.
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) usual: bool,
    /// Whether it is the name that is counted by, not another.
    pub(super) own: bool,
    /// Whether the name has more than one word.
    pub(super) long: bool,
}

/// A word of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many brackets are open around it.
    pub(super) depth: u16,
    /// The number in the catalogue; 0 for other words.
    pub(super) number: u16,
    /// The bits of its classes.
    pub(super) classes: u32,
    /// How many names of the line begin before it.
    pub(super) names: u32,
}

impl Word {
    pub(super) fn has(&self, class: Class) -> bool {
        self.classes & class.bit() != 0
    }

    /// Whether it is this word of lower case.
    pub(super) fn is(&self, text: &str, word: &str) -> bool {
        self.end - self.start == word.len()
            && text.as_bytes().get(self.start..self.end).is_some_and(|have| have.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// What a word says where it stands: the classes of `schema/guideline-words.tsv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    OdgTitle,
    AcoemTitle,
    Book,
    Page,
    Dated,
    Regulation,
    Schedule,
    Relation,
    Reference,
    Body,
    Joint,
    On,
    Link,
    Edition,
    Accessed,
    Web,
    Mtus,
    Named,
    Publication,
    Nothing,
    /// Begins a name of the table of names.
    Name,
    /// Begins with a digit.
    Figure,
}

impl Class {
    const NAMES: [(&'static str, Self); 20] = [
        ("odg title", Self::OdgTitle),
        ("acoem title", Self::AcoemTitle),
        ("book", Self::Book),
        ("page", Self::Page),
        ("dated", Self::Dated),
        ("regulation", Self::Regulation),
        ("schedule", Self::Schedule),
        ("relation", Self::Relation),
        ("reference", Self::Reference),
        ("body", Self::Body),
        ("joint", Self::Joint),
        ("on", Self::On),
        ("link", Self::Link),
        ("edition", Self::Edition),
        ("accessed", Self::Accessed),
        ("web", Self::Web),
        ("mtus", Self::Mtus),
        ("named", Self::Named),
        ("publication", Self::Publication),
        ("nothing", Self::Nothing),
    ];

    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A word of the tables.
struct Known {
    /// In lower case.
    text: String,
    hash: u32,
    classes: u32,
    /// The aliases that begin with it, sorted by their words.
    aliases: Vec<Alias>,
}

/// The number and the classes of a word by its hash; number 0 stands for words that are not in the tables.
pub(super) fn look_up(word: &str, hash: u32) -> (u16, u32) {
    let number = CATALOG.number(word, hash);
    if number != 0 {
        return (number, CATALOG.words.get(usize::from(number)).map_or(0, |known| known.classes));
    }
    let bytes = word.as_bytes();
    // "theMTUS", "NonMTUS"
    let glued = bytes.len() > 4 && bytes.get(bytes.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(b"mtus"));
    let figure = bytes.first().is_some_and(u8::is_ascii_digit);
    (number, if glued { Class::Mtus.bit() } else { 0 } | if figure { Class::Figure.bit() } else { 0 })
}

/// Adds the names that begin at a word of a line.
pub(super) fn names_at(text: &str, words: &[Word], first: usize, names: &mut Vec<Name>) {
    let Some(word) = words.get(first) else { return };
    let Some(known) = CATALOG.words.get(usize::from(word.number)) else { return };
    // The places after the words that the line has of the last alias, which this one may share.
    let mut places = [first + 1; LONGEST];
    let mut matching = 1;
    for alias in &known.aliases {
        // What did not match the last alias does not match this one, either.
        if alias.shared > matching {
            continue;
        }
        matching = alias.shared.max(1);
        let spelt = CATALOG.spelt.get(alias.words.clone()).unwrap_or_default();
        while let (Some(&number), Some(&at)) = (spelt.get(matching), places.get(matching - 1)) {
            let Some(next) = CATALOG.after(text, words, at, number, word.depth, alias.in_brackets()) else { break };
            if let Some(place) = places.get_mut(matching) {
                *place = next;
            }
            matching += 1;
        }
        if matching == spelt.len()
            && let (Some(entry), Some(&end)) = (CATALOG.entries.get(alias.entry), places.get(matching - 1))
        {
            names.push(Name { entry, first, end, usual: alias.usual, own: alias.own, long: matching > 1 });
        }
    }
}

/// No name has more words.
const LONGEST: usize = 16;

impl Alias {
    /// Whether some of its words may stand in brackets, as those of long names do.
    fn in_brackets(&self) -> bool {
        self.words.len() > 4
    }
}

impl Entry {
    /// Whether an edition is of this year.
    pub(super) fn has_edition(&self, year: u16) -> bool {
        self.editions.contains(&year)
    }
}

/// The chapter that a section of the regulation is, or that it is in.
pub(super) fn by_regulation(section: &str) -> Option<&'static Entry> {
    let within = |entry: &&Entry| {
        let rest = section.strip_prefix(entry.regulation).filter(|_| !entry.regulation.is_empty());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let chapter = CATALOG.entries.iter().filter(within).max_by_key(|entry| entry.regulation.len());
    chapter.filter(|chapter| !chapter.rule)
}

/// Whether a word is the known one of lower case.
fn same_letters(known: &str, word: &str) -> bool {
    known.len() == word.len() && known.bytes().zip(word.bytes()).all(|(k, w)| k == w.to_ascii_lowercase())
}

/// More than twice the words there are, so that few share a slot.
const SLOTS: usize = 4096;

struct Catalog {
    entries: Vec<Entry>,
    /// The words of all aliases, one after the other.
    spelt: Vec<u16>,
    words: Vec<Known>,
    /// The number of "and".
    and: u16,
    /// Numbers of words at the slots of their hashes, or at the next that was free.
    slots: Vec<u16>,
}

impl Catalog {
    fn number(&self, word: &str, hash: u32) -> u16 {
        let mut slot = hash as usize % SLOTS;
        loop {
            let number = self.slots.get(slot).copied().unwrap_or_default();
            let same = |known: &Known| known.hash == hash && same_letters(&known.text, word);
            if number == 0 || self.words.get(usize::from(number)).is_some_and(same) {
                return number;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// The number of a word of the tables, a new one for a new word.
    fn insert(&mut self, word: &str) -> u16 {
        let hash = hash(word);
        let known = self.number(word, hash);
        if known != 0 {
            return known;
        }
        let number = u16::try_from(self.words.len()).unwrap_or_default();
        let figure = word.starts_with(|c: char| c.is_ascii_digit());
        let classes = if figure { Class::Figure.bit() } else { 0 };
        self.words.push(Known { text: word.to_ascii_lowercase(), hash, classes, aliases: Vec::new() });
        let free = (0..SLOTS).map(|n| (hash as usize + n) % SLOTS).find(|&slot| self.slots.get(slot) == Some(&0));
        if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
            *slot = number;
        }
        number
    }

    /// The place after a word of a name that is expected at a place, "and" before it passed over.
    fn after(&self, text: &str, words: &[Word], at: usize, number: u16, depth: u16, brackets: bool) -> Option<usize> {
        /// A remark within a name is not longer.
        const REMARK: usize = 8;
        let mut at = at;
        let mut word = words.get(at)?;
        if word.depth != depth && !brackets {
            // What stands in brackets is no part of the name.
            at += words.get(at..)?.iter().take(REMARK).take_while(|word| word.depth > depth).count();
            word = words.get(at).filter(|word| word.depth == depth)?;
        }
        if word.number == self.and {
            at += 1;
            word = words.get(at)?;
        }
        if word.number != number {
            let expected = self.words.get(usize::from(number))?.text.as_bytes();
            if !alike(text.as_bytes().get(word.start..word.end)?, expected) {
                return None;
            }
        }
        Some(at + 1)
    }

    fn add_names(&mut self, table: &'static str) {
        for row in rows(table) {
            let mut cells = row.split('\t');
            let mut cell = || cells.next().unwrap_or_default();
            let (source, kind, name, editions, regulation, aliases) = (cell(), cell(), cell(), cell(), cell(), cell());
            let source = source.parse().unwrap_or_default();
            let entry = self.entries.len();
            let editions = editions.split(' ').filter_map(|year| year.parse().ok()).collect();
            self.entries.push(Entry {
                source,
                name,
                editions,
                regulation,
                rule: kind == "rule",
                section: kind == "section",
            });
            // What a regulation calls its sections is too usual for a name.
            let own = (kind != "rule").then_some((name, kind == "usual", true));
            let others = aliases.split(';').map(|alias| match alias.trim().strip_suffix('*') {
                Some(alias) => (alias, true, false),
                None => (alias.trim(), false, false),
            });
            for (name, usual, own) in own.into_iter().chain(others) {
                self.add_alias(name, entry, usual, own);
            }
        }
    }

    fn add_alias(&mut self, name: &str, entry: usize, usual: bool, own: bool) {
        let from = self.spelt.len();
        for word in words(name).into_iter().filter(|word| !word.eq_ignore_ascii_case("and")) {
            let number = self.insert(word);
            self.spelt.push(number);
        }
        let first = self.spelt.get(from).copied().unwrap_or_default();
        let words = from..self.spelt.len();
        if let Some(first) = self.words.get_mut(usize::from(first)).filter(|_| (1..=LONGEST).contains(&words.len())) {
            first.classes |= Class::Name.bit();
            first.aliases.push(Alias { words, shared: 0, entry, usual, own });
        }
    }

    /// Puts aliases with the same words in front beside each other.
    fn sort_aliases(&mut self) {
        let spelt = |alias: &Alias| self.spelt.get(alias.words.clone()).unwrap_or_default();
        for known in &mut self.words {
            known.aliases.sort_by_key(|alias| (alias.in_brackets(), spelt(alias)));
            let mut before: (bool, &[u16]) = (false, &[]);
            for alias in &mut known.aliases {
                let (kind, words) = (alias.in_brackets(), spelt(alias));
                if kind == before.0 {
                    alias.shared = before.1.iter().zip(words).take_while(|(a, b)| a == b).count();
                }
                before = (kind, words);
            }
        }
    }

    fn add_classes(&mut self, table: &str) {
        for row in rows(table) {
            let (name, words) = row.split_once('\t').unwrap_or_default();
            let class = Class::NAMES.iter().find(|(known, _)| *known == name).map_or(0, |(_, class)| class.bit());
            debug_assert!(class != 0, "unlisted class {name}");
            for word in words.split(' ') {
                let number = self.insert(word);
                if let Some(known) = self.words.get_mut(usize::from(number)) {
                    known.classes |= class;
                }
            }
        }
    }
}

/// The rows of a table, without its remarks and its head.
fn rows(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1)
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    // The first number stands for words that are not in the tables.
    let none = Known { text: String::new(), hash: 0, classes: 0, aliases: Vec::new() };
    let mut catalog =
        Catalog { entries: Vec::new(), spelt: Vec::new(), words: vec![none], and: 0, slots: vec![0; SLOTS] };
    catalog.and = catalog.insert("and");
    catalog.add_names(include_str!("../../schema/guidelines.tsv"));
    catalog.sort_aliases();
    catalog.add_classes(include_str!("../../schema/guideline-words.tsv"));
    catalog
});
