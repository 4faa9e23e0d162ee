//! Letters, invented: each a function of the seed and its number alone.

use super::date::Date;
use super::issue::{self, Issue};
use super::rng::Rng;
use super::scene::{Case, Complaint, add_sentence, push_capital, push_sentence, sentence};
use super::tables::{self, TABLES};
use super::text::Linearization;

/// An invented letter, with every fact that its text tells.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The number in the archive, from 1.
    pub number: u64,
    /// The case number, such as `CM16-0213037`: unique among all letters of a seed.
    pub case_number: String,
    /// How the letter is laid out.
    pub layout: Layout,
    /// Whether the table at the top is printed, without which the letter tells no dates and no case number.
    pub header: bool,
    /// The dates of the header.
    pub dates: Dates,
    /// Whether the review was expedited.
    pub expedited: bool,
    /// The states that licensed the reviewer.
    pub states: Vec<&'static str>,
    /// The reviewer's specialties.
    pub specialties: Vec<&'static str>,
    /// The worker's age, where the letter tells it.
    pub age: Option<u64>,
    /// Whether the worker is female.
    pub female: bool,
    /// The paragraphs of the clinical summary; of a letter of no known layout, its whole text.
    pub summary: Vec<Paragraph>,
    /// The disputed treatments.
    pub issues: Vec<Issue>,
    /// How the letter is printed.
    pub style: Style,
}

/// The dates of a header.
#[derive(Debug, Clone, Copy)]
pub struct Dates {
    /// Date of Injury.
    pub injured: Date,
    /// UR Denial Date.
    pub denied: Date,
    /// Application Received.
    pub received: Date,
    /// Date Assigned.
    pub assigned: Date,
    /// Decision Date.
    pub decided: Date,
}

/// The layouts that are invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// With a block of the reviewer's credentials.
    Credentials,
    /// With the credentials in a sentence of the first paragraph.
    BoardCertified,
    /// With a numbered list of decisions, in sentences.
    DecisionList,
    /// With the determinations twice, and a section for each after them.
    Notice,
    /// With headings for what is at dispute and why it was decided so.
    ProfessionalReview,
    /// A sheet that is no determination.
    Unknown,
}

impl Layout {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::BoardCertified => "board_certified",
            Self::DecisionList => "decision_list",
            Self::Notice => "notice",
            Self::ProfessionalReview => "professional_review",
            Self::Unknown => "unknown",
        }
    }

    /// Whether outcomes and guidelines are told in sentences, as until 2014.
    pub fn in_sentences(self) -> bool {
        matches!(self, Self::DecisionList | Self::Notice | Self::ProfessionalReview)
    }

    /// Whether the header tells when the case was assigned, and its priority.
    pub fn tells_assignment(self) -> bool {
        !matches!(self, Self::Notice | Self::ProfessionalReview)
    }
}

/// A paragraph of running text.
#[derive(Debug, Clone)]
pub struct Paragraph {
    /// Whether it is an item of a bulleted list.
    pub bullet: bool,
    /// Its text on one line.
    pub text: String,
}

/// How one letter differs from others in print.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// How the header comes out of a text tool.
    pub linearization: Linearization,
    /// Whether lists are printed without a space after the comma.
    pub tight_lists: bool,
    /// Whether a list of specialties has a stray comma.
    pub stray_comma: bool,
    /// Whether every line is followed by an empty one.
    pub double_spaced: bool,
    /// Whether pages are broken by form feeds.
    pub page_breaks: bool,
    /// Which of the paragraphs on how the determination was made is printed.
    pub made: u64,
    /// How dates are written in running text.
    pub dates: u8,
}

impl Letter {
    /// Letter `number` of the archive of a seed. The same whatever the archive's size.
    pub fn invent(seed: u64, number: u64) -> Self {
        let rng = &mut Rng::new(seed, number);
        let dates = Dates::invent(rng);
        let layout = match dates.decided.year() {
            _ if rng.permille(5) => Layout::Unknown,
            2013 if rng.permille(20) => Layout::ProfessionalReview,
            2013 if rng.permille(550) => Layout::Notice,
            2013 => Layout::DecisionList,
            2014 if rng.permille(250) => Layout::DecisionList,
            2014 if rng.permille(850) => Layout::BoardCertified,
            2015 if rng.permille(150) => Layout::BoardCertified,
            _ => Layout::Credentials,
        };
        let mut complaints = vec![Complaint::invent(rng)];
        while complaints.len() < 4 && rng.permille(380) {
            complaints.push(Complaint::invent(rng));
        }
        let mut letter = Self {
            number,
            case_number: format!("CM{:02}-{number:07}", dates.received.year() % 100),
            layout,
            header: layout != Layout::BoardCertified || !rng.permille(30),
            dates,
            expedited: rng.permille(25),
            states: tables::names(&TABLES.states, 1 + rng.weighted([50, 30, 20].into_iter()), rng),
            specialties: tables::names(&TABLES.specialties, 1 + rng.weighted([45, 43, 12].into_iter()), rng),
            age: Some((rng.between(18, 66) + rng.between(18, 78) + rng.between(18, 96)) / 3),
            female: rng.permille(440),
            summary: Vec::new(),
            issues: Vec::new(),
            style: Style::invent(rng),
        };
        if letter.layout != Layout::Credentials {
            letter.states.truncate(2);
            letter.specialties.truncate(2);
        }
        if rng.permille(8) {
            letter.age = None;
        }
        let worker = *rng.pick(&["injured worker", "patient", "applicant", "claimant"]);
        let scene = Case { complaint: &complaints[0], complaints: &complaints, worker, ..Case::new(&letter) };
        if letter.layout == Layout::Unknown {
            let notice = (0..rng.between(3, 8)).map(|_| sentence("notice", &scene, rng));
            letter.summary = notice.map(|text| Paragraph { bullet: false, text }).collect();
            return letter;
        }
        let (issues, treatments) = issue::invent_all(&scene, rng);
        letter.summary = invent_summary(&Case { requests: &requests(&treatments), ..scene }, rng);
        letter.issues = issues;
        if rng.permille(120) {
            letter.set_typographically();
        }
        letter
    }

    /// Where the file lies in an archive, with `/` between folders. No folder gets more than some thousand files.
    pub fn path(&self, extension: &str) -> String {
        let (year, serial) = self.case_number.split_at(4);
        format!("{year}/{}/{}.{extension}", &serial[1..5], self.case_number)
    }

    /// The letter's outcome as a whole; `None` without issues.
    pub fn outcome(&self) -> Option<&'static str> {
        let upheld = self.issues.iter().filter(|issue| issue.upheld).count();
        match (upheld, self.issues.len()) {
            (_, 0) => None,
            (0, _) => Some("overturned"),
            (n, all) if n == all => Some("upheld"),
            _ => Some("partially_overturned"),
        }
    }

    /// Straight quotes become curly ones, as word processors print them.
    fn set_typographically(&mut self) {
        let summary = self.summary.iter_mut().map(|paragraph| &mut paragraph.text);
        for text in summary.chain(self.issues.iter_mut().map(|issue| &mut issue.rationale)) {
            let mut open = false;
            let curled = text.chars().map(|c| match c {
                '\'' => '’',
                '"' => {
                    open = !open;
                    if open { '“' } else { '”' }
                }
                c => c,
            });
            *text = curled.collect();
        }
    }
}

impl Dates {
    /// Backwards from the decision: the years are as unequal as in the real archive.
    fn invent(rng: &mut Rng) -> Self {
        const THOUSANDS: [u64; 13] = [70, 144, 166, 176, 172, 185, 164, 140, 131, 127, 130, 135, 138];
        let year = 2013 + rng.weighted(THOUSANDS.into_iter()) as i64;
        let day = rng.below(365);
        let decided = Date::new(year, 12, 31).earlier(day);
        let assigned = decided.earlier(rng.between(8, 45));
        let received = assigned.earlier(rng.between(2, 20));
        let denied = received.earlier(rng.between(3, 29));
        let injured = denied.earlier(20 + rng.skewed(4000));
        Self { injured, denied, received, assigned, decided }
    }
}

impl Style {
    fn invent(rng: &mut Rng) -> Self {
        let linearization = match rng.below(10) {
            0..=5 => Linearization::Table,
            6..=7 => Linearization::Pairs,
            _ => Linearization::Columns,
        };
        Self {
            linearization,
            tight_lists: rng.permille(200),
            stray_comma: rng.permille(10),
            double_spaced: rng.permille(20),
            page_breaks: rng.permille(850),
            made: rng.next(),
            dates: rng.below(4) as u8,
        }
    }
}

/// The treatments by name, none twice.
fn requests(treatments: &[&'static str]) -> String {
    let mut names: Vec<_> = treatments.to_vec();
    names.dedup();
    names.truncate(4);
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn invent_summary(case: &Case, rng: &mut Rng) -> Vec<Paragraph> {
    let mut paragraphs = Vec::new();
    let mut text = sentence(if case.age.is_some() { "opening_age" } else { "opening_ageless" }, case, rng);
    if rng.permille(700) {
        add_sentence("mechanism_line", case, rng, &mut text);
    }
    if rng.permille(850) {
        add_sentence("diagnoses_line", case, rng, &mut text);
    }
    let sentences = TABLES.grammar.say_some("summary", rng.between(5, 14) + rng.skewed(18), case, rng);
    let bullets = rng.permille(50).then(|| rng.below(sentences.len() as u64) as usize);
    for (place, told) in sentences.iter().enumerate() {
        push_sentence(told, &mut text);
        if bullets == Some(place) {
            add_sentence("bullets_lead", case, rng, &mut text);
            paragraphs.push(Paragraph { bullet: false, text: std::mem::take(&mut text) });
            for _ in 0..rng.between(2, 7) {
                let mut item = String::new();
                push_capital(&sentence("bullet", case, rng), &mut item);
                paragraphs.push(Paragraph { bullet: true, text: item });
            }
        } else if rng.permille(25) {
            paragraphs.push(Paragraph { bullet: false, text: std::mem::take(&mut text) });
        }
    }
    add_sentence("denial", case, rng, &mut text);
    paragraphs.push(Paragraph { bullet: false, text });
    paragraphs
}
