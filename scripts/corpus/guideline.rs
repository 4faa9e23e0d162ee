//! The guideline lines of an issue, in every combination that letters have, with what they cite.

use super::grammar::Scene;
use super::rng::Rng;
use super::tables::{Chapter, Region, TABLES, Treatment};

/// What a decision is based on.
#[derive(Debug, Clone)]
pub struct Guideline {
    /// The line as printed.
    pub text: String,
    /// Inside or outside of the schedule.
    pub basis: Basis,
    /// What is cited of the schedule.
    pub cited: Vec<Cited>,
    /// The body of guidelines that is cited outside of the schedule.
    pub elsewhere: Option<&'static str>,
}

/// A chapter of the schedule that is cited.
#[derive(Debug, Clone, Default)]
pub struct Cited {
    /// The chapter by its canonical name, with the year where one is printed.
    pub chapter: String,
    /// The year that is printed.
    pub year: Option<u16>,
    /// The sections named of it.
    pub sections: Vec<&'static str>,
    /// The pages.
    pub pages: Vec<String>,
    /// The section of the regulation.
    pub regulation: Option<&'static str>,
}

/// Whether a decision is based on the schedule (MTUS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Only the schedule is cited.
    Mtus,
    /// Only other sources are cited.
    NonMtus,
    /// The schedule and other sources are cited.
    Both,
    /// No evidence is cited.
    None,
    /// The letter has no such line.
    Untold,
}

impl Basis {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mtus => "mtus",
            Self::NonMtus => "non_mtus",
            Self::Both => "both",
            Self::None => "none",
            Self::Untold => "null",
        }
    }
}

/// Whose guideline line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The insurer's side, which denied the request.
    ClaimsAdministrator,
    /// The reviewer.
    ExpertReviewer,
}

impl Guideline {
    /// That of a letter without such a line.
    pub fn untold() -> Self {
        Self { text: String::new(), basis: Basis::Untold, cited: Vec::new(), elsewhere: None }
    }

    /// The same in a sentence of 2013: whose it is, and "its" or "his/her".
    pub fn in_a_sentence(mut self, who: &str, whose: &str) -> Self {
        const INSIDE: &str = "Decision based on MTUS ";
        const OUTSIDE: &str = "Decision based on Non-MTUS Citation ";
        let (before, cited) = self.text.split_once(OUTSIDE).unwrap_or((&self.text, ""));
        let inside = before.split_once(INSIDE).map(|(_, chapters)| chapters.trim_end());
        self.text = match (inside, cited) {
            (Some(chapters), "") => format!("The {who} based {whose} decision on the MTUS {chapters}"),
            (Some(chapters), cited) => {
                format!(
                    "The {who} based {whose} decision on the MTUS {chapters} The {who} also relied on a source that is not part of the MTUS: {cited}"
                )
            }
            (None, "") => format!("The {who} did not cite any medical evidence for {whose} decision."),
            (None, cited) => format!(
                "The {who} found that no section of the MTUS was applicable. Per the Strength of Evidence hierarchy, \
                 the {who} based {whose} decision on {cited}"
            ),
        };
        self
    }
}

/// Invents the guideline line on a treatment of a body region in a letter of that year.
pub fn invent(
    who: Who,
    treatment: &Treatment,
    region: &Region,
    year: i64,
    scene: &impl Scene,
    rng: &mut Rng,
) -> Guideline {
    let cites: Vec<_> =
        treatment.cites.iter().filter(|(chapter, _)| *chapter != Chapter::Body || region.chapter.is_some()).collect();
    // Mtus, both, non-MTUS, none.
    let weights = match (who, cites.is_empty()) {
        (Who::ExpertReviewer, false) => [74, 13, 9, 4],
        (Who::ClaimsAdministrator, false) => [43, 27, 16, 14],
        (_, true) => [0, 0, 76, 24],
    };
    let basis = [Basis::Mtus, Basis::Both, Basis::NonMtus, Basis::None][rng.weighted(weights.into_iter())];
    let mut guideline = Guideline { text: String::new(), basis, cited: Vec::new(), elsewhere: None };
    let name = match who {
        Who::ClaimsAdministrator => "Claims Administrator",
        Who::ExpertReviewer => "Expert Reviewer",
    };
    match basis {
        Basis::None | Basis::Untold => {
            guideline.text = format!("The {name} did not cite any medical evidence for its decision.");
            return guideline;
        }
        Basis::NonMtus if year < 2016 => {
            guideline.text = format!("The {name} did not base their decision on the MTUS. ");
        }
        Basis::NonMtus => {
            guideline.text =
                format!("The {name} based their decision on recommendation(s) outside of the MTUS Guidelines. ");
        }
        Basis::Mtus | Basis::Both => {
            guideline.text.push_str("Decision based on MTUS ");
            let mut chosen = vec![*rng.pick(&cites)];
            if rng.permille(220) {
                chosen.push(*rng.pick(&cites));
            }
            cite_schedule(&mut guideline, &chosen, region, year, rng);
            guideline.text.push('.');
            if basis == Basis::Both {
                guideline.text.push(' ');
            }
        }
    }
    if matches!(basis, Basis::NonMtus | Basis::Both) {
        guideline.text.push_str("Decision based on Non-MTUS Citation ");
        let (list, source) = [("odg_cite", "odg"), ("acoem_cite", "acoem"), ("other_cite", "other")]
            [rng.weighted([82, 9, 9].into_iter())];
        TABLES.grammar.say(list, scene, rng, &mut guideline.text);
        guideline.text.push('.');
        guideline.elsewhere = Some(source);
    }
    guideline
}

/// Appends chapters with their sections: `A 2004, Section(s): S, T, and B 2016, Section(s): U`.
fn cite_schedule(
    guideline: &mut Guideline,
    cites: &[&(Chapter, &'static str)],
    region: &Region,
    year: i64,
    rng: &mut Rng,
) {
    let mut groups: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for &&(chapter, section) in cites {
        let Some(name) = chapter_name(chapter, region, year) else { continue };
        // The numbered sections on opioids came with the chapter of 2016.
        let section = if chapter == Chapter::Opioid && year < 2017 { "Opioids, criteria for use" } else { section };
        let place = groups.iter().position(|g| g.0 == name).unwrap_or_else(|| {
            groups.push((name, Vec::new()));
            groups.len() - 1
        });
        // One in ten cites a chapter without a section of it.
        if !section.is_empty() && !groups[place].1.contains(&section) && rng.permille(900) {
            groups[place].1.push(section);
        }
    }
    // A chapter that is cited by its pages ends the line.
    groups.sort_by_key(|g| g.0 == PAGES);
    for (place, (name, sections)) in groups.into_iter().enumerate() {
        if place > 0 {
            guideline.text.push_str(", and ");
        }
        guideline.text.push_str(name);
        let year = name.rsplit(' ').next().and_then(|year| year.parse().ok());
        let mut cited = Cited { chapter: name.to_owned(), year, sections: sections.clone(), ..Cited::default() };
        if name == PAGES {
            if let Some(section) = sections.first() {
                guideline.text.push(' ');
                guideline.text.push_str(section);
            }
            let page = rng.between(11, 120);
            let pages = format!("{page}-{}", page + rng.between(1, 4));
            guideline.text.push_str(&format!(" 9792.24.2, Page(s): {pages}"));
            cited.chapter = "Chronic Pain Medical Treatment".to_owned();
            cited.sections.truncate(1);
            cited.pages.push(pages);
            cited.regulation = Some("9792.24.2");
            guideline.cited.push(cited);
            continue;
        }
        guideline.cited.push(cited);
        if name.ends_with("2016") && rng.permille(40) {
            guideline.text.push_str(" Guidelines");
        }
        if !sections.is_empty() {
            // A stray comma, as real letters have it now and then.
            let separator = if rng.permille(10) { ", , " } else { ", " };
            guideline.text.push_str(", Section(s): ");
            guideline.text.push_str(&sections.join(separator));
        }
    }
}

/// The chapter on chronic pain as letters before 2017 cite it: by pages, without a year.
const PAGES: &str = "Chronic Pain Treatment Guidelines";

fn chapter_name(chapter: Chapter, region: &Region, year: i64) -> Option<&'static str> {
    Some(match chapter {
        Chapter::Pain | Chapter::Opioid if year < 2016 => PAGES,
        Chapter::Pain | Chapter::Opioid if year < 2017 => "Chronic Pain Medical Treatment 2009",
        Chapter::Pain => "Chronic Pain Medical Treatment 2016",
        Chapter::Opioid => "Opioid Treatment 2016",
        Chapter::Acupuncture => "Acupuncture Treatment 2007",
        Chapter::General => "General Approaches 2004",
        Chapter::Surgery => "Postsurgical Treatment 2009",
        Chapter::Body => return region.chapter,
    })
}
