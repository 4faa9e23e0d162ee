//! The letters of the judged set, made of facts: what each issue is about is known before its words are chosen.

use std::collections::BTreeMap;
use std::path::Path;

use crate::invented::{Layout, Letter, Linearization, Rng};

/// An issue by what it was made of.
pub struct Issue {
    /// The case and the number of the issue.
    pub name: String,
    /// Its facts: what it is in each respect.
    pub facts: BTreeMap<&'static str, Vec<String>>,
}

/// How many letters there are.
const LETTERS: usize = 700;

/// A table with parts: the lines of each by its name, in cells.
pub type Tables = BTreeMap<String, Vec<Vec<String>>>;

/// Reads a table of the judged set. Lines before the first name in brackets have an empty name.
pub fn table(name: &str) -> Tables {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/relevance").join(name);
    let (mut tables, mut part) = (Tables::new(), String::new());
    let text = std::fs::read_to_string(&path).unwrap();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[') {
            Some(name) => part = name.trim_end_matches(']').to_owned(),
            None => tables.entry(part.clone()).or_default().push(line.split('\t').map(str::to_owned).collect()),
        }
    }
    tables
}

struct Maker {
    treatments: Tables,
    sentences: Tables,
}

/// The letters as texts, and their issues.
pub fn all() -> (Vec<(String, String)>, Vec<Issue>) {
    let maker = Maker { treatments: table("treatments.tsv"), sentences: table("sentences.tsv") };
    let (mut letters, mut issues) = (Vec::new(), Vec::new());
    let mut number = 0;
    while letters.len() < LETTERS {
        number += 1;
        let letter = Letter::invent(29, number);
        // A layout in which an issue is told once, and a case number to know it by.
        if matches!(letter.layout, Layout::Credentials | Layout::BoardCertified) && letter.header {
            let (letter, made) = maker.letter(letter, &mut Rng::new(31, number));
            letters.push((letter.path("txt"), letter.to_text(Linearization::Table)));
            issues.extend(made);
        }
    }
    (letters, issues)
}

impl Maker {
    fn rows(&self, part: &str) -> &[Vec<String>] {
        &self.treatments[part]
    }

    fn row(&self, part: &str, name: &str) -> &[String] {
        self.rows(part).iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("no {part} `{name}`"))
    }

    /// One of the forms in a cell.
    fn form<'a>(&self, cell: &'a str, rng: &mut Rng) -> &'a str {
        let forms: Vec<&str> = cell.split("; ").collect();
        forms[rng.below(forms.len() as u64) as usize]
    }

    /// The letter with a story of its own, and its issues.
    fn letter(&self, mut letter: Letter, rng: &mut Rng) -> (Letter, Vec<Issue>) {
        let part = rng.pick(self.rows("parts")).clone();
        let diagnoses: Vec<_> = self.rows("diagnoses").iter().filter(|row| row[1] == part[0]).collect();
        let diagnosis = *rng.pick(&diagnoses);
        let chronic = rng.permille(600);
        let mut scene = Scene { maker: self, letter: &letter, part: &part, diagnosis, treatment: None };
        let mut summary = vec![scene.say("opening", rng)];
        summary.push(scene.say(if chronic { "chronic" } else { "acute" }, rng));
        summary.push(scene.say("diagnosis", rng));
        for _ in 0..rng.between(1, 4) {
            summary.push(scene.say("had", rng));
        }
        summary.push(scene.say("exam", rng));
        for _ in 0..rng.between(1, 4) {
            summary.push(scene.say("filler", rng));
        }
        let fits = |row: &&Vec<String>| row[4] == "-" || row[4].split(' ').any(|one| one == part[0]);
        let possible: Vec<_> = self.rows("").iter().filter(fits).collect();
        let (mut issues, mut printed) = (Vec::new(), Vec::new());
        for number in 1..=rng.between(1, 4) {
            let treatment = *rng.pick(&possible);
            scene.treatment = Some(treatment);
            summary.push(scene.say("plan", rng));
            let upheld = rng.permille(700);
            let outcome = if upheld { "upheld" } else { "overturned" };
            let form = self.form(&treatment[2], rng);
            let reasons = self.row("reasons", &treatment[1]);
            let mut possible: Vec<&str> = reasons[if upheld { 1 } else { 2 }].split(' ').collect();
            let mut reasons = Vec::new();
            for _ in 0..rng.between(1, 2).min(possible.len() as u64) {
                reasons.push(possible.swap_remove(rng.below(possible.len() as u64) as usize).to_owned());
            }
            let mut rationale = vec![scene.say("lead", rng)];
            for reason in &reasons {
                rationale.push(scene.say(reason, rng));
                if rng.permille(500) {
                    rationale.push(scene.say("filler", rng));
                }
            }
            rationale.push(scene.say(outcome, rng));
            let cited: Vec<&str> = treatment[5].split(' ').collect();
            let cites = rng.pick(&cited).to_string();
            let mut issue = letter.issues[0].clone();
            issue.heading = capital(&scene.filled(form, rng));
            issue.upheld = upheld;
            issue.guideline.text = self.form(&self.row("cites", &cites)[1], rng).to_owned();
            issue.claims_guideline.text = self.form(&self.row("cites", &cites)[1], rng).to_owned();
            issue.rationale = rationale.join(" ");
            printed.push(issue);
            let strength: String =
                form.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
            issues.push(Issue {
                name: format!("{}/{number}", letter.case_number),
                facts: BTreeMap::from([
                    ("treatment", vec![treatment[0].clone()]),
                    ("group", vec![treatment[1].clone()]),
                    ("part", vec![part[0].clone()]),
                    ("outcome", vec![outcome.to_owned()]),
                    ("diagnosis", vec![diagnosis[0].clone()]),
                    ("reason", reasons),
                    ("cites", vec![cites]),
                    ("course", vec![if chronic { "chronic" } else { "acute" }.to_owned()]),
                    ("age", letter.age.iter().map(u64::to_string).collect()),
                    ("strength", vec![strength]),
                ]),
            });
        }
        let mut paragraph = letter.summary[0].clone();
        paragraph.bullet = false;
        paragraph.text = summary.join(" ");
        letter.summary = vec![paragraph];
        letter.issues = printed;
        (letter, issues)
    }
}

/// What sentences are filled from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    maker: &'a Maker,
    letter: &'a Letter,
    part: &'a [String],
    diagnosis: &'a [String],
    treatment: Option<&'a Vec<String>>,
}

impl Scene<'_> {
    /// A sentence for something.
    fn say(&self, what: &str, rng: &mut Rng) -> String {
        let sentences: Vec<_> = self.maker.sentences[""].iter().filter(|row| row[0] == what).collect();
        assert!(!sentences.is_empty(), "no sentence for `{what}`");
        capital(&self.filled(&rng.pick(&sentences)[1], rng))
    }

    /// A form with what stands in braces.
    fn filled(&self, form: &str, rng: &mut Rng) -> String {
        let mut text = String::new();
        for piece in form.split_inclusive('}') {
            let Some((before, name)) = piece.strip_suffix('}').and_then(|piece| piece.split_once('{')) else {
                text += piece;
                continue;
            };
            text += before;
            let other = rng.pick(self.maker.rows(""));
            let cell = match name {
                "t" => &self.treatment.unwrap_or(other)[3],
                "o" => &other[3],
                "part" | "p" => &self.part[1],
                "c" => &self.part[2],
                "d" => &self.diagnosis[2],
                "n" => {
                    text += &rng.between(2, 9).to_string();
                    continue;
                }
                "age" => {
                    text += &self.letter.age.unwrap_or(40).to_string();
                    continue;
                }
                "sex" => {
                    text += if self.letter.female { "female" } else { "male" };
                    continue;
                }
                other => panic!("no `{other}`"),
            };
            text += self.maker.form(cell, rng);
        }
        text
    }
}

/// With a capital letter at its beginning.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
