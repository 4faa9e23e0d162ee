//! The disputed treatments of a letter: heading, guidelines, decision and rationale.

use super::guideline::{self, Basis, Guideline, Who};
use super::letter::Layout;
use super::rng::Rng;
use super::scene::{Case, add_sentence, push_capital, push_sentence, sentence};
use super::tables::{TABLES, Treatment};

/// Drugs that are asked for in so many of 100,000 issues, and named nowhere but in such an issue: a search for one has an
/// answer that is known.
pub const MARKERS: [(&str, u64); 4] = [("Zorvanil", 500), ("Quexibrane", 100), ("Juxtafex", 20), ("Pyxoquin", 5)];

/// One disputed treatment.
#[derive(Debug, Clone)]
pub struct Issue {
    /// The heading without the outcome.
    pub heading: String,
    /// The service category of what is disputed.
    pub category: &'static str,
    /// What the heading states of a request, as far as it was put together from it.
    pub stated: Stated,
    /// Whether the denial stands.
    pub upheld: bool,
    /// The reviewer's guideline.
    pub guideline: Guideline,
    /// The claims administrator's guideline.
    pub claims_guideline: Guideline,
    /// Why it was decided so.
    pub rationale: String,
}

/// What a heading states.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// The original request, what was authorized, and what is disputed, where it was authorized in part.
    pub authorization: Option<[String; 3]>,
    /// The strength of a drug and the number of units.
    pub strength_and_quantity: Option<(String, u64)>,
    /// Whether it is a service that goes with an operation.
    pub associated: bool,
}

impl Issue {
    /// The group of a drug.
    pub fn drug_group(&self) -> Option<&'static str> {
        self.category.strip_prefix("pharmaceuticals/")
    }
}

/// How many issues a letter has: most have one, few have very many.
fn issue_count(rng: &mut Rng) -> usize {
    const WEIGHTS: [u64; 12] = [625, 140, 75, 32, 33, 36, 18, 14, 8, 7, 4, 3];
    if rng.permille(7) {
        return rng.between(13, 26) as usize;
    }
    1 + rng.weighted(WEIGHTS.into_iter())
}

/// The issues of a letter, with the names of the treatments.
pub fn invent_all(case: &Case, rng: &mut Rng) -> (Vec<Issue>, Vec<&'static str>) {
    let count = issue_count(rng);
    let (mut issues, mut treatments) = (Vec::<Issue>::new(), Vec::new());
    while issues.len() < count {
        let treatment = TABLES.treatment(rng);
        let complaint = rng.pick(case.complaints);
        let case = Case { complaint, fixed: true, treatment: treatment.name, topic: treatment.odg, ..*case };
        let issue = invent_issue(treatment, &case, rng);
        let upheld = issue.upheld;
        issues.push(issue);
        treatments.push(treatment.name);
        if treatment.group == "surgery" && !case.layout.in_sentences() {
            while issues.len() < count && rng.permille(850) {
                issues.push(invent_service(upheld, treatment, &case, rng));
            }
        }
    }
    (issues, treatments)
}

fn invent_issue(treatment: &'static Treatment, case: &Case, rng: &mut Rng) -> Issue {
    let year = case.dates.decided.year();
    let upheld = rng.permille((treatment.upheld as i64 + 6 * (year - 2019)).clamp(0, 1000) as u64);
    let Heading { heading, disputed, category, stated } = invent_heading(treatment, case, rng);
    let guideline = guideline::invent(Who::ExpertReviewer, treatment, case.complaint.region, year, case, rng);
    let claims_guideline =
        guideline::invent(Who::ClaimsAdministrator, treatment, case.complaint.region, year, case, rng);
    let (guideline, claims_guideline) = match case.layout {
        Layout::DecisionList => (
            guideline.in_a_sentence("Physician Reviewer", "his/her"),
            claims_guideline.in_a_sentence("Claims Administrator", "its"),
        ),
        Layout::Notice => (
            guideline.in_a_sentence("Expert Reviewer", "his/her"),
            claims_guideline.in_a_sentence("Claims Administrator", "its"),
        ),
        Layout::ProfessionalReview => {
            (guideline.in_a_sentence("Professional Reviewer", "his/her"), Guideline::untold())
        }
        _ => (guideline, claims_guideline),
    };
    let guide = match guideline.basis {
        Basis::NonMtus => "Official Disability Guidelines",
        _ => "California MTUS guidelines",
    };
    let case = Case { heading: &disputed, guide, ..*case };
    let mut rationale = TABLES.grammar.say_some("guide_says", rng.between(1, 2), &case, rng).join(" ");
    let reason = if upheld { "reason_against" } else { "reason_for" };
    for sentence in TABLES.grammar.say_some(reason, rng.between(4, 8) + rng.skewed(10), &case, rng) {
        push_sentence(&sentence, &mut rationale);
    }
    if rng.permille(800) {
        add_sentence(note_list(treatment.group), &case, rng, &mut rationale);
    }
    add_sentence(if upheld { "against" } else { "for" }, &case, rng, &mut rationale);
    Issue { heading, category, stated, upheld, guideline, claims_guideline, rationale }
}

fn note_list(group: &str) -> &'static str {
    match group {
        "drug" => "drug_note",
        "therapy" => "therapy_note",
        "test" => "test_note",
        "device" => "device_note",
        "needle" => "needle_note",
        "surgery" => "surgery_note",
        _ => "service_note",
    }
}

/// What goes with an operation, decided as the operation was.
fn invent_service(upheld: bool, treatment: &'static Treatment, case: &Case, rng: &mut Rng) -> Issue {
    let &(category, service) = rng.pick(&TABLES.services);
    let heading = format!("Associated surgical service: {service}");
    let none = |name: &str| Guideline {
        text: format!("The {name} did not cite any medical evidence for its decision."),
        basis: Basis::None,
        cited: Vec::new(),
        elsewhere: None,
    };
    let year = case.dates.decided.year();
    let claims_guideline =
        guideline::invent(Who::ClaimsAdministrator, treatment, case.complaint.region, year, case, rng);
    let case = Case { heading: &heading, ..*case };
    let rationale = sentence(if upheld { "service_against" } else { "service_for" }, &case, rng);
    let stated = Stated { associated: true, ..Stated::default() };
    Issue { upheld, category, guideline: none("Expert Reviewer"), claims_guideline, rationale, heading, stated }
}

struct Heading {
    /// As printed.
    heading: String,
    /// The request that is disputed, which is a part of it after a partial authorization.
    disputed: String,
    category: &'static str,
    stated: Stated,
}

fn invent_heading(treatment: &Treatment, case: &Case, rng: &mut Rng) -> Heading {
    let grammar = &TABLES.grammar;
    let mut draw = rng.below(100_000);
    for (marker, share) in MARKERS {
        if draw < share {
            let (strength, quantity) = (format!("{}mg", 5 * rng.between(1, 20)), 30 * rng.between(1, 4));
            let heading = format!("{marker} {strength} #{quantity}");
            let stated = Stated { strength_and_quantity: Some((strength, quantity)), ..Stated::default() };
            // A drug that does not exist has no group.
            return Heading { disputed: heading.clone(), heading, category: "other/other", stated };
        }
        draw -= share;
    }
    let in_parts = |rng: &mut Rng| rng.permille(230) && !case.layout.in_sentences();
    let Some((category, portion)) = treatment.portion.as_ref().filter(|_| in_parts(rng)) else {
        let mut text = String::new();
        let (category, heading) = rng.pick(&treatment.headings);
        grammar.fill(heading, case, rng, &mut text);
        let mut heading = String::new();
        push_capital(&text, &mut heading);
        return Heading { disputed: heading.clone(), heading, category, stated: Stated::default() };
    };
    // A partial authorization: the same request three times, by the same draws, with other numbers of units.
    let (whole, part) = *rng.pick(&[(12, 6), (18, 6), (8, 4), (90, 60), (60, 30), (120, 75), (24, 12)]);
    let draws = rng.clone();
    let request = |count| {
        let mut text = String::new();
        grammar.fill(portion, &Case { count: Some(count), ..*case }, &mut draws.clone(), &mut text);
        text
    };
    let (asked, granted, rest) = (request(whole), request(part), request(whole - part));
    // The copies drew; so does this one, for what follows to be drawn anew.
    grammar.fill(portion, case, rng, &mut String::new());
    let is = if rng.permille(700) { " is" } else { "" };
    if rng.permille(250) {
        let heading = format!(
            "{asked} was the original request. The Claims Administrator authorized {granted}, leaving the original \
             request IMR eligible. The original request, {asked}{is}"
        );
        let authorization = Some([asked.clone(), granted, asked.clone()]);
        let stated = Stated { authorization, ..Stated::default() };
        return Heading { heading, disputed: asked, category, stated };
    }
    let heading = format!(
        "{asked} was the original request. {granted} was authorized by the Claims Administrator. The remaining IMR \
         eligible portion of the original request, {rest}{is}"
    );
    let authorization = Some([asked, granted, rest.clone()]);
    Heading { heading, disputed: rest, category, stated: Stated { authorization, ..Stated::default() } }
}
