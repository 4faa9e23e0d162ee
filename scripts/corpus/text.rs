//! A letter as the text that tools take out of a PDF.

use super::issue::Issue;
use super::letter::{Layout, Letter};
use super::rng::Rng;
use super::tables::TABLES;

/// How the two-column table at the top comes out of a text tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linearization {
    /// The table is kept, with spaces between its columns.
    Table,
    /// Label and value on one line, two pairs a line.
    Pairs,
    /// All labels of a column, then all values of that column.
    Columns,
}

/// A part of a printed letter.
#[derive(Debug)]
pub enum Block<'a> {
    /// The table at the top.
    Header,
    /// A heading in the middle of the line.
    Title(&'static str),
    /// Running text, of which so many bytes at the start are a label; `tight` leaves no empty line after it.
    Paragraph { label: usize, tight: bool, text: String },
    /// An item of a bulleted list.
    Bullet(&'a str),
}

const HOW_MADE: &str = "HOW THE IMR FINAL DETERMINATION WAS MADE";
const SUMMARY: &str = "CLINICAL CASE SUMMARY";
const DECISIONS: &str = "IMR ISSUES, DECISIONS AND RATIONALES";
const CREDENTIALS: &str = "The Expert Reviewer has the following credentials:";
const SUMMARY_LEAD: &str = "The expert reviewer developed the following clinical case summary based on a review of the \
                            case file, including all medical records:";
const DECISIONS_LEAD: &str =
    "The Final Determination was based on decisions for the disputed items/services set forth below:";

/// The header's rows: label and value on the left, label and value on the right.
pub type Rows = [[(&'static str, String); 2]; 4];

impl Letter {
    /// The text of the letter, with its header linearized in that way.
    pub fn to_text(&self, linearization: Linearization) -> String {
        let mut page = Page::new(self, linearization);
        for block in self.blocks() {
            page.block(&block, self);
        }
        page.out
    }

    /// The parts of the letter in their order.
    pub fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::new();
        if self.layout == Layout::Unknown {
            blocks.push(Block::Title("COVER SHEET"));
            blocks.extend(self.summary.iter().map(|p| paragraph("", &p.text)));
            return blocks;
        }
        match self.layout {
            Layout::DecisionList => return self.decision_list(),
            Layout::Notice => return self.notice(),
            Layout::ProfessionalReview => return self.professional_review(),
            _ => {}
        }
        if self.header {
            blocks.push(Block::Header);
        }
        blocks.push(Block::Title(HOW_MADE));
        let comma = if self.style.tight_lists { "," } else { ", " };
        let mut made = String::new();
        // A generator of its own, for the paragraph to be the same whenever the blocks are asked for.
        let rng = &mut Rng::new(self.style.made, 0);
        TABLES.grammar.say("made", &super::scene::Case::new(self), rng, &mut made);
        if self.layout == Layout::BoardCertified {
            let sentence = self.board_certified();
            let end = made.find(". ").map_or(made.len(), |dot| dot + 2);
            made.insert_str(end, &(sentence + " "));
            blocks.push(paragraph("", &made));
        } else {
            blocks.push(paragraph("", &made));
            let specialties = self.specialties.join(if self.style.stray_comma { ", , " } else { comma });
            for (label, text) in [
                (CREDENTIALS, ""),
                ("State(s) of Licensure:", &self.states.join(comma)),
                ("Certification(s)/Specialty:", &specialties),
            ] {
                let text = if text.is_empty() { label.to_owned() } else { format!("{label} {text}") };
                blocks.push(Block::Paragraph { label: 0, tight: !label.starts_with("Cert"), text });
            }
        }
        blocks.push(Block::Title(SUMMARY));
        blocks.push(paragraph("", SUMMARY_LEAD));
        blocks.extend(self.summary.iter().map(|p| match p.bullet {
            true => Block::Bullet(&p.text),
            false => paragraph("", &p.text),
        }));
        blocks.push(Block::Title(DECISIONS));
        blocks.push(paragraph("", DECISIONS_LEAD));
        blocks.extend(self.issues.iter().flat_map(issue_blocks));
        blocks
    }

    pub(super) fn board_certified(&self) -> String {
        let subspecialty = match self.specialties.get(1) {
            Some(second) => format!(", has a subspecialty in {second}"),
            None => String::new(),
        };
        let first = self.specialties.first().copied().unwrap_or_default();
        let states = self.states.join(", ");
        format!(
            "The expert reviewer is Board Certified in {first}{subspecialty} and is licensed to practice in {states}."
        )
    }

    /// The header's labels and values.
    pub fn header_rows(&self) -> Rows {
        if !self.layout.tells_assignment() {
            return self.early_header();
        }
        let priority = if self.expedited { "Expedited" } else { "Standard" };
        let dates = &self.dates;
        [
            [("Case Number:", self.case_number.clone()), ("", String::new())],
            [("Date Assigned:", dates.assigned.us()), ("Date of Injury:", dates.injured.us())],
            [("Decision Date:", dates.decided.us()), ("UR Denial Date:", dates.denied.us())],
            [("Priority:", priority.to_owned()), ("Application Received:", dates.received.us())],
        ]
    }
}

pub(super) fn paragraph<'a>(label: &str, text: &str) -> Block<'a> {
    Block::Paragraph { label: label.len(), tight: false, text: format!("{label}{text}") }
}

fn issue_blocks<'a>(issue: &Issue) -> [Block<'a>; 4] {
    let outcome = if issue.upheld { "Upheld" } else { "Overturned" };
    let heading = format!("{}: {outcome}", issue.heading);
    [
        Block::Paragraph { label: heading.len(), tight: false, text: heading },
        paragraph("Claims Administrator guideline: ", &issue.claims_guideline.text),
        paragraph("MAXIMUS guideline: ", &issue.guideline.text),
        paragraph("Decision rationale: ", &issue.rationale),
    ]
}

/// The text so far, and how far down its page it is.
struct Page {
    out: String,
    line: usize,
    linearization: Linearization,
    double_spaced: bool,
    breaks: bool,
}

impl Page {
    const COLUMNS: usize = 96;
    const LINES: usize = 47;

    fn new(letter: &Letter, linearization: Linearization) -> Self {
        let (double_spaced, breaks) = (letter.style.double_spaced, letter.style.page_breaks);
        Self { out: String::with_capacity(8192), line: 0, linearization, double_spaced, breaks }
    }

    fn block(&mut self, block: &Block, letter: &Letter) {
        match block {
            Block::Header => {
                match self.linearization {
                    Linearization::Table => self.table(&letter.header_rows()),
                    Linearization::Pairs => self.pairs(&letter.header_rows()),
                    Linearization::Columns => self.columns(&letter.header_rows(), letter.style.tight_lists),
                }
                self.line("");
            }
            Block::Title(title) => {
                let indent =
                    if self.linearization == Linearization::Table { (Self::COLUMNS - title.len()) / 2 } else { 0 };
                self.line(&format!("{:indent$}{title}", ""));
            }
            Block::Paragraph { tight, text, .. } => {
                for line in wrap(text, Self::COLUMNS, |s| s.chars().count()) {
                    self.line(line);
                }
                if !tight {
                    self.line("");
                }
            }
            Block::Bullet(text) => {
                for (place, line) in wrap(text, Self::COLUMNS - 8, |s| s.chars().count()).into_iter().enumerate() {
                    self.line(&format!("{}{line}", if place == 0 { "    • " } else { "      " }));
                }
            }
        }
    }

    /// Appends a line, on a new page where this one is full.
    fn line(&mut self, text: &str) {
        if self.line == Self::LINES {
            self.line = 0;
            if self.breaks {
                self.out.push('\u{c}');
            }
        }
        self.out.push_str(text);
        self.out.push('\n');
        self.line += 1;
        if self.double_spaced && !text.is_empty() {
            self.out.push('\n');
        }
    }

    fn table(&mut self, rows: &Rows) {
        for [(label, value), (right_label, right_value)] in rows {
            let (first, second) = match right_label.split_once(' ') {
                Some(("Application", second)) => ("Application", second),
                _ => (*right_label, ""),
            };
            self.line(format!("{label:<22}{value:<32}{first:<21}{right_value}").trim_end());
            if !second.is_empty() {
                self.line(&format!("{:54}{second}", ""));
            }
        }
    }

    fn pairs(&mut self, rows: &Rows) {
        for [(label, value), (right_label, right_value)] in rows {
            self.line(format!("{label} {value} {right_label} {right_value}").trim_end());
        }
    }

    fn columns(&mut self, rows: &Rows, broken_label: bool) {
        for side in 0..2 {
            let cells = || rows.iter().map(move |row| &row[side]).filter(|cell| !cell.0.is_empty());
            for (label, _) in cells() {
                match label.split_once(' ') {
                    Some((first @ "Application", second)) if broken_label => {
                        self.line(first);
                        self.line(second);
                    }
                    _ => self.line(label),
                }
            }
            self.line("");
            for (_, value) in cells() {
                self.line(value);
            }
            if side == 0 {
                self.line("");
            }
        }
    }
}

/// The lines of a text that are at most so wide, broken at spaces, and at hyphens between letters as word processors do.
pub fn wrap(text: &str, max: usize, width: impl Fn(&str) -> usize) -> Vec<&str> {
    let bytes = text.as_bytes();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let (mut lines, mut start, mut used, mut word) = (Vec::new(), 0, 0, 0);
    for at in 0..bytes.len() {
        let hyphen = bytes[at] == b'-' && at > 0 && letter(at - 1) && letter(at + 1);
        if !(bytes[at] == b' ' || hyphen || at + 1 == bytes.len()) {
            continue;
        }
        let piece = &text[word..=at];
        if word > start && used + width(piece.trim_end()) > max {
            lines.push(text[start..word].trim_end());
            (start, used) = (word, 0);
        }
        used += width(piece);
        word = at + 1;
    }
    if start < text.len() {
        lines.push(text[start..].trim_end());
    }
    lines
}
