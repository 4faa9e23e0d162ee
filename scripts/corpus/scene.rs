//! What the sentences of one letter can name: its worker, complaints, dates, and the treatment that is spoken of.

use std::sync::LazyLock;

use super::grammar::{Scene, Slot, invent_name};
use super::letter::{Dates, Layout, Letter};
use super::rng::Rng;
use super::tables::{Region, TABLES};

/// A hurt part of the body.
#[derive(Debug)]
pub struct Complaint {
    pub region: &'static Region,
    pub side: &'static str,
}

impl Complaint {
    pub fn invent(rng: &mut Rng) -> Self {
        Self { region: TABLES.region(rng), side: *rng.pick(&["left", "right", "right", "bilateral"]) }
    }
}

/// What the sentences of a letter can name.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    pub dates: Dates,
    pub layout: Layout,
    pub date_style: u8,
    pub age: Option<u64>,
    pub female: bool,
    pub worker: &'static str,
    pub complaints: &'a [Complaint],
    /// The complaint that is spoken of; running text mixes in the others.
    pub complaint: &'a Complaint,
    /// Whether the other complaints are left out.
    pub fixed: bool,
    pub count: Option<u64>,
    pub treatment: &'static str,
    pub topic: &'static str,
    pub heading: &'a str,
    pub guide: &'static str,
    pub requests: &'a str,
}

impl<'a> Case<'a> {
    pub fn new(letter: &Letter) -> Self {
        const NONE: &[Complaint] = &[];
        static BACK: LazyLock<Complaint> = LazyLock::new(|| Complaint { region: &TABLES.regions[0], side: "left" });
        Self {
            dates: letter.dates,
            layout: letter.layout,
            date_style: letter.style.dates,
            age: letter.age,
            female: letter.female,
            worker: "injured worker",
            complaints: NONE,
            complaint: &BACK,
            fixed: false,
            count: None,
            treatment: "",
            topic: "",
            heading: "",
            guide: "",
            requests: "",
        }
    }
}

impl Scene for Case<'_> {
    fn fill(&self, slot: Slot, rng: &mut Rng, out: &mut String) {
        let complaint = if self.fixed || self.complaints.is_empty() || rng.permille(600) {
            self.complaint
        } else {
            rng.pick(self.complaints)
        };
        let word = |male: &'static str, female: &'static str| if self.female { female } else { male };
        match slot {
            Slot::Age => out.push_str(&self.age.unwrap_or_default().to_string()),
            Slot::Sex => out.push_str(word("male", "female")),
            Slot::Worker => out.push_str(self.worker),
            Slot::He => out.push_str(word("he", "she")),
            Slot::CapitalHe => out.push_str(word("He", "She")),
            Slot::Him => out.push_str(word("him", "her")),
            Slot::His => out.push_str(word("his", "her")),
            Slot::CapitalHis => out.push_str(word("His", "Her")),
            Slot::Injured => self.dates.injured.write(self.date_style, out),
            Slot::Denied => self.dates.denied.write(self.date_style, out),
            Slot::Visit => {
                let span = self.dates.denied.days_since(self.dates.injured);
                self.dates.denied.earlier(rng.skewed(span + 1)).write(self.date_style, out);
            }
            Slot::NumericDate => self.dates.denied.earlier(rng.below(90)).write(1, out),
            Slot::Region => out.push_str(complaint.region.name),
            Slot::Part => match complaint.region.part.strip_prefix("{side}") {
                Some(part) => {
                    out.push_str(complaint.side);
                    out.push_str(part);
                }
                None => out.push_str(complaint.region.part),
            },
            Slot::Side => out.push_str(if complaint.side == "bilateral" { "right" } else { complaint.side }),
            Slot::ChapterName => out.push_str(complaint.region.elsewhere),
            Slot::Count => {
                let drawn = *rng.pick(&[30, 60, 90, 12, 6, 8, 10, 24, 18, 120, 14, 4]);
                out.push_str(&self.count.unwrap_or(drawn).to_string());
            }
            Slot::Score => out.push_str(&rng.between(5, 10).to_string()),
            Slot::LowScore => out.push_str(&rng.between(1, 4).to_string()),
            Slot::Treatment => out.push_str(self.treatment),
            Slot::CapitalTreatment => push_capital(self.treatment, out),
            Slot::Topic => out.push_str(self.topic),
            Slot::Heading => out.push_str(self.heading),
            Slot::Guide => out.push_str(self.guide),
            Slot::Requests => out.push_str(self.requests),
            Slot::Name | Slot::RareDrug => invent_name(rng, true, out),
            Slot::LowerName => invent_name(rng, false, out),
        }
    }
}

/// Appends the text with its first letter in upper case.
pub fn push_capital(text: &str, out: &mut String) {
    let mut chars = text.chars();
    out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
    out.push_str(chars.as_str());
}

/// One sentence of the list of that name.
pub fn sentence(list: &str, scene: &impl Scene, rng: &mut Rng) -> String {
    let mut out = String::new();
    TABLES.grammar.say(list, scene, rng, &mut out);
    out
}

/// Appends a sentence of the list of that name, after a space.
pub fn add_sentence(list: &str, scene: &impl Scene, rng: &mut Rng, out: &mut String) {
    push_sentence("", out);
    TABLES.grammar.say(list, scene, rng, out);
}

/// Appends a sentence, after a space where it is not the first one.
pub fn push_sentence(sentence: &str, out: &mut String) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(sentence);
}
