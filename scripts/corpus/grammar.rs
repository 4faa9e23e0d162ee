//! Sentences from lists of choices: a template names lists and slots, and is filled by chance.

use std::collections::HashMap;

use super::rng::Rng;

/// Lists of templates that name each other.
#[derive(Debug)]
pub struct Grammar {
    names: HashMap<&'static str, usize>,
    lists: Vec<List>,
}

#[derive(Debug, Default)]
struct List {
    skewed: bool,
    choices: Vec<Template>,
}

/// A text with places to fill.
#[derive(Debug, Default)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, Copy)]
enum Piece {
    Text(&'static str),
    List(usize),
    Slot(Slot),
}

/// What a letter puts into its sentences itself.
pub trait Scene {
    /// Appends the words for a slot.
    fn fill(&self, slot: Slot, rng: &mut Rng, out: &mut String);
}

macro_rules! slots {
    ($($slot:ident = $name:literal),+ $(,)?) => {
        /// A place in a sentence that a letter fills.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Slot { $($slot),+ }

        impl Slot {
            fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$slot),)+ _ => None }
            }
        }
    };
}

slots! {
    Age = "age", Sex = "sex", Worker = "worker", He = "he", CapitalHe = "He", Him = "him", His = "his",
    CapitalHis = "His", Injured = "injured", Denied = "denied", Visit = "visit", NumericDate = "numeric_date",
    Region = "region", Part = "part", Side = "side", ChapterName = "chapter_name", Count = "count", Score = "score",
    LowScore = "low_score", Treatment = "treatment", CapitalTreatment = "Treatment", Topic = "topic",
    Heading = "heading", Guide = "guide", Requests = "requests", Name = "name", LowerName = "lower_name",
    RareDrug = "rare_drug",
}

impl Grammar {
    /// Reads lists: `[name]` or `[name ~]`, then a choice a line. Lines that start with `#` are comments.
    pub fn read(sources: &[&'static str]) -> Self {
        let lines = || sources.iter().flat_map(|s| s.lines()).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let mut grammar = Self { names: HashMap::new(), lists: Vec::new() };
        let title = |line: &'static str| line.strip_prefix('[').and_then(|l| l.strip_suffix(']'));
        for name in lines().filter_map(title) {
            let (name, skewed) = name.strip_suffix(" ~").map_or((name, false), |name| (name, true));
            let twice = grammar.names.insert(name, grammar.lists.len()).is_some();
            assert!(!twice && Slot::named(name).is_none(), "the list `{name}` stands twice, or is a slot");
            grammar.lists.push(List { skewed, choices: Vec::new() });
        }
        let mut list = 0;
        for line in lines() {
            if title(line).is_some() {
                list += 1;
            } else {
                let template = grammar.template(line);
                grammar.lists[list - 1].choices.push(template);
            }
        }
        grammar
    }

    /// Reads one template, which may name the lists.
    pub fn template(&self, text: &'static str) -> Template {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or_else(|| panic!("a brace stays open in `{text}`"));
            if !before.is_empty() {
                pieces.push(Piece::Text(before));
            }
            pieces.push(match (Slot::named(name), self.names.get(name)) {
                (Some(slot), _) => Piece::Slot(slot),
                (_, Some(&list)) => Piece::List(list),
                _ => panic!("`{name}` in `{text}` is neither a slot nor a list"),
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        Template(pieces)
    }

    /// Appends one choice of the list of that name.
    pub fn say(&self, list: &str, scene: &impl Scene, rng: &mut Rng, out: &mut String) {
        let list = self.place(list);
        let choice = self.draw(list, rng);
        self.fill(&self.lists[list].choices[choice], scene, rng, out);
    }

    /// So many choices of the list of that name, none twice before each has come once.
    pub fn say_some(&self, list: &str, n: u64, scene: &impl Scene, rng: &mut Rng) -> Vec<String> {
        let list = &self.lists[self.place(list)];
        let mut order: Vec<usize> = (0..list.choices.len()).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, rng.below(last as u64 + 1) as usize);
        }
        let sentence = |place: usize| {
            let mut out = String::new();
            self.fill(&list.choices[place], scene, rng, &mut out);
            out
        };
        order.into_iter().cycle().take(n as usize).map(sentence).collect()
    }

    /// Appends the template with its places filled. No choice of a list comes twice in one sentence, if there are others.
    pub fn fill(&self, template: &Template, scene: &impl Scene, rng: &mut Rng, out: &mut String) {
        let mut used = [(usize::MAX, 0); 4];
        for (turn, piece) in template.0.iter().enumerate() {
            match *piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Slot(slot) => scene.fill(slot, rng, out),
                Piece::List(list) => {
                    let n = self.lists[list].choices.len();
                    let mut place = self.draw(list, rng);
                    for _ in 0..used.len().min(n - 1) {
                        if used.contains(&(list, place)) {
                            place = (place + 1) % n;
                        }
                    }
                    used[turn % used.len()] = (list, place);
                    self.fill(&self.lists[list].choices[place], scene, rng, out);
                }
            }
        }
    }

    fn draw(&self, list: usize, rng: &mut Rng) -> usize {
        let list = &self.lists[list];
        let n = list.choices.len() as u64;
        (if list.skewed { rng.skewed(n) } else { rng.below(n) }) as usize
    }

    fn place(&self, list: &str) -> usize {
        *self.names.get(list).unwrap_or_else(|| panic!("there is no list `{list}`"))
    }
}

/// Appends an invented name. A few names come often, new ones come ever again, as in a real archive.
pub fn invent_name(rng: &mut Rng, capital: bool, out: &mut String) {
    const SYLLABLES: [&str; 64] = [
        "ba", "be", "bo", "bran", "cal", "car", "cor", "da", "del", "den", "do", "dra", "el", "en", "er", "fa", "fen",
        "gal", "gor", "ha", "hel", "is", "ka", "kel", "kin", "la", "lan", "len", "lo", "lum", "ma", "mar", "mel", "mi",
        "mon", "na", "nel", "no", "or", "os", "pa", "per", "ra", "ren", "ri", "ros", "sa", "sel", "sil", "so", "ta",
        "tan", "tel", "ti", "tor", "tra", "ul", "va", "vel", "vi", "wen", "wil", "ya", "zan",
    ];
    let mut octave = 5;
    while octave < 24 && rng.permille(870) {
        octave += 1;
    }
    // Scattered, so that names that come often do not look alike: three syllables of 64, and four for the rarer ones.
    let id = rng.below(1 << octave);
    let syllables = if id < 1 << 18 { 3 } else { 4 };
    let mut scattered = id.wrapping_mul(0x9e37_79b1) % (1 << (6 * syllables));
    let start = out.len();
    for _ in 0..syllables {
        out.push_str(SYLLABLES[(scattered % 64) as usize]);
        scattered /= 64;
    }
    if capital {
        out[start..=start].make_ascii_uppercase();
    }
}
