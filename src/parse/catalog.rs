//! The names of guidelines, their chapters and other sources, from `schema/guidelines.tsv`, and the words by which lines
//! that cite them are read, from `schema/guideline-words.tsv`.
//!
//! All words of both tables are numbered, so that a line's words are looked up once each.

use super::line::Word;
use super::words::alike;
use crate::letter::Source;
use std::ops::Range;
use std::sync::LazyLock;

/// A row of the table of names.
pub(super) struct Entry {
    pub(super) source: Source,
    /// The name that is counted by.
    pub(super) name: &'static str,
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
    entry: usize,
    /// A usual word: the name of a chapter only where its year or its place says so.
    usual: bool,
}

/// A name where a line has it.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) entry: &'static Entry,
    /// The place of its first word, and the place after its last.
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) usual: bool,
    /// Whether the name has more than one word.
    pub(super) long: bool,
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
}

impl Class {
    const NAMES: [(&'static str, Self); 11] = [
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
    ];

    pub(super) fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A word of the tables.
struct Known {
    /// In lower case.
    text: String,
    hash: u32,
    classes: u16,
    /// The aliases that begin with it.
    aliases: Vec<usize>,
}

/// The number and the classes of a word by its hash; number 0 stands for words that are not in the tables.
pub(super) fn look_up(word: &str, hash: u32) -> (u16, u16) {
    let number = CATALOG.number(word, hash);
    (number, CATALOG.words.get(usize::from(number)).map_or(0, |known| known.classes))
}

/// Adds the names that begin at a word of a line.
pub(super) fn names_at(text: &str, words: &[Word], first: usize, names: &mut Vec<Name>) {
    let Some(known) = words.get(first).and_then(|word| CATALOG.words.get(usize::from(word.number))) else { return };
    for alias in known.aliases.iter().filter_map(|&place| CATALOG.aliases.get(place)) {
        if let Some(end) = CATALOG.end_of(text, words, first, alias)
            && let Some(entry) = CATALOG.entries.get(alias.entry)
        {
            names.push(Name { entry, first, end, usual: alias.usual, long: alias.words.len() > 1 });
        }
    }
}

/// The chapter that a section of the regulation is.
pub(super) fn by_regulation(section: &str) -> Option<&'static Entry> {
    CATALOG.entries.iter().find(|entry| entry.regulation == section && !entry.rule)
}

const SEED: u32 = 0x811c_9dc5;

/// The FNV-1a hash of a word, case aside, a byte at a time.
#[derive(Clone, Copy)]
pub(super) struct Hash(pub(super) u32);

impl Hash {
    pub(super) fn new() -> Self {
        Self(SEED)
    }

    pub(super) fn add(&mut self, b: u8) {
        self.0 = (self.0 ^ u32::from(b.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
    }
}

/// More than twice the words there are, so that few share a slot.
const SLOTS: usize = 4096;

struct Catalog {
    entries: Vec<Entry>,
    aliases: Vec<Alias>,
    /// The words of all aliases, one after the other.
    spelt: Vec<u16>,
    words: Vec<Known>,
    /// Numbers of words at the slots of their hashes, or at the next that was free.
    slots: Vec<u16>,
}

impl Catalog {
    fn number(&self, word: &str, hash: u32) -> u16 {
        let mut slot = hash as usize % SLOTS;
        loop {
            let number = self.slots.get(slot).copied().unwrap_or_default();
            let same = |known: &Known| known.hash == hash && known.text.eq_ignore_ascii_case(word);
            if number == 0 || self.words.get(usize::from(number)).is_some_and(same) {
                return number;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// The number of a word of the tables, a new one for a new word.
    fn insert(&mut self, word: &str) -> u16 {
        let mut hash = Hash::new();
        word.bytes().for_each(|b| hash.add(b));
        let Hash(hash) = hash;
        let known = self.number(word, hash);
        if known != 0 {
            return known;
        }
        let number = u16::try_from(self.words.len()).unwrap_or_default();
        self.words.push(Known { text: word.to_ascii_lowercase(), hash, classes: 0, aliases: Vec::new() });
        let free = (0..SLOTS).map(|n| (hash as usize + n) % SLOTS).find(|&slot| self.slots.get(slot) == Some(&0));
        if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
            *slot = number;
        }
        number
    }

    /// The place after a name that begins at a word, "and" within it counted too.
    fn end_of(&self, text: &str, words: &[Word], first: usize, alias: &Alias) -> Option<usize> {
        /// A remark within a name is not longer.
        const REMARK: usize = 8;
        let depth = words.get(first)?.depth;
        let spelt = self.spelt.get(alias.words.clone())?;
        let mut at = first + 1;
        for number in spelt.get(1..)? {
            let mut word = words.get(at)?;
            // A name in a few words has none of them in brackets of their own: what stands there is passed over.
            if spelt.len() < 5 && word.depth != depth {
                let inner = words.get(at..)?.iter().take(REMARK).take_while(|word| word.depth > depth).count();
                at += inner;
                word = words.get(at).filter(|word| word.depth == depth)?;
            }
            if word.is(text, "and") {
                at += 1;
                word = words.get(at)?;
            }
            if word.number != *number {
                let expected = self.words.get(usize::from(*number))?.text.as_bytes();
                if !alike(text.as_bytes().get(word.start..word.end)?, expected) {
                    return None;
                }
            }
            at += 1;
        }
        Some(at)
    }

    fn add_names(&mut self, table: &'static str) {
        for row in rows(table) {
            let mut cells = row.split('\t');
            let mut cell = || cells.next().unwrap_or_default();
            let (source, kind, name, _years, regulation, aliases) = (cell(), cell(), cell(), cell(), cell(), cell());
            let source = source.parse().unwrap_or_default();
            let entry = self.entries.len();
            self.entries.push(Entry { source, name, regulation, rule: kind == "rule", section: kind == "section" });
            // What a regulation calls its sections is too usual for a name.
            let own = (kind != "rule").then_some((name, kind == "usual"));
            let others = aliases.split(';').map(|alias| match alias.trim().strip_suffix('*') {
                Some(alias) => (alias, true),
                None => (alias.trim(), false),
            });
            for (name, usual) in own.into_iter().chain(others) {
                self.add_alias(name, entry, usual);
            }
        }
    }

    fn add_alias(&mut self, name: &str, entry: usize, usual: bool) {
        let from = self.spelt.len();
        for word in super::line::words(name).filter(|word| !word.eq_ignore_ascii_case("and")) {
            let number = self.insert(word);
            self.spelt.push(number);
        }
        let first = self.spelt.get(from).copied().unwrap_or_default();
        if let Some(first) = self.words.get_mut(usize::from(first)).filter(|_| first != 0) {
            first.aliases.push(self.aliases.len());
            self.aliases.push(Alias { words: from..self.spelt.len(), entry, usual });
        }
    }

    fn add_classes(&mut self, table: &str) {
        for row in rows(table) {
            let (name, words) = row.split_once('\t').unwrap_or_default();
            let class = Class::NAMES.iter().find(|(known, _)| *known == name).map_or(0, |(_, class)| class.bit());
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
    let mut catalog = Catalog {
        entries: Vec::new(),
        aliases: Vec::new(),
        spelt: Vec::new(),
        words: vec![none],
        slots: vec![0; SLOTS],
    };
    catalog.add_names(include_str!("../../schema/guidelines.tsv"));
    catalog.add_classes(include_str!("../../schema/guideline-words.tsv"));
    catalog
});
