//! The layouts of 2013 and 2014: outcomes and guidelines in sentences.

use super::issue::Issue;
use super::letter::{Layout, Letter};
use super::text::{Block, Rows, paragraph};

const DOCUMENTS: [&str; 4] = [
    "Application for Independent Medical Review",
    "Utilization Review Determination",
    "Medical records of the treating physician",
    "Medical Treatment Utilization Schedule (MTUS)",
];
const DOCUMENTS_LEAD: &str = "The following relevant documents received from the interested parties and the documents \
                              provided with the application were reviewed and considered. These documents included:";
const SCHEDULE: &str = "Section of the Medical Treatment Utilization Schedule Relied Upon by the Expert Reviewer to Make His/Her Decision:";

impl Letter {
    pub(super) fn decision_list(&self) -> Vec<Block<'_>> {
        let stated = match self.outcome() {
            Some("overturned") => "OVERTURN",
            Some("upheld") => "UPHOLD",
            _ => "PARTIAL OVERTURN",
        };
        let mut blocks = vec![
            Block::Header,
            paragraph("", &format!("Final Determination: {stated}. This is explained for each request below.")),
            Block::Title("HOW THE IMR FINAL DETERMINATION WAS MADE"),
            paragraph("", &self.physician_reviewer()),
            Block::Title("DOCUMENTS REVIEWED"),
        ];
        blocks.extend(documents());
        blocks.push(Block::Title("CLINICAL CASE SUMMARY"));
        blocks.extend(self.summary_blocks());
        blocks.push(Block::Title("IMR DECISION(S) AND RATIONALE(S)"));
        for (place, issue) in (1..).zip(&self.issues) {
            let decision = format!("{place}. {} {} medically necessary and appropriate.", issue.heading, verb(issue));
            blocks.push(Block::Paragraph { label: decision.len(), tight: false, text: decision });
            blocks.push(paragraph("", &issue.claims_guideline.text));
            blocks.push(paragraph("", &issue.guideline.text));
            blocks.push(paragraph("The Physician Reviewer's decision rationale: ", &issue.rationale));
        }
        blocks
    }

    pub(super) fn notice(&self) -> Vec<Block<'_>> {
        let mut blocks = vec![Block::Title("Notice of Independent Medical Review Determination"), Block::Header];
        blocks.extend(self.determinations());
        blocks.push(Block::Title("INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE"));
        let filed = format!(
            "An application was filed on {} disputing the denial of {}. A decision has been made for each request:",
            self.dates.received.us(),
            self.dates.denied.us()
        );
        blocks.push(paragraph("", &filed));
        blocks.extend(self.determinations());
        blocks.push(label("Medical Qualifications of the Expert Reviewer:"));
        blocks.push(paragraph("", &self.physician_reviewer()));
        blocks.push(label("Expert Reviewer Case Summary:"));
        blocks.extend(self.summary_blocks());
        blocks.push(label("Documents Reviewed for Determination:"));
        blocks.extend(documents());
        for (place, issue) in (1..).zip(&self.issues) {
            blocks.push(paragraph("", &format!("{place}) Regarding the request for {}:", issue.heading)));
            blocks.push(label(SCHEDULE));
            blocks.push(paragraph("", &format!("{} {}", issue.claims_guideline.text, issue.guideline.text)));
            blocks.push(label("Rationale for the Decision:"));
            blocks.push(paragraph("", &issue.rationale));
        }
        blocks
    }

    pub(super) fn professional_review(&self) -> Vec<Block<'_>> {
        let mut blocks = vec![Block::Title("MEDICAL PROFESSIONAL REVIEW"), Block::Header, Block::Title("CASE SUMMARY")];
        blocks.extend(self.summary_blocks());
        blocks.push(Block::Title("DOCUMENTS REVIEWED FOR DETERMINATION"));
        blocks.extend(documents());
        for issue in &self.issues {
            blocks.push(Block::Title("ISSUE AT DISPUTE"));
            blocks.push(paragraph("", &issue.heading));
            blocks.push(Block::Title("MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY"));
            blocks.push(paragraph("", &issue.guideline.text));
            blocks.push(Block::Title(match issue.upheld {
                true => "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS NOT MEDICALLY NECESSARY",
                false => "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS/WAS MEDICALLY NECESSARY",
            }));
            blocks.push(paragraph("", &issue.rationale));
        }
        blocks.push(Block::Title("MEDICAL REVIEWER QUALIFICATIONS"));
        blocks.push(paragraph("", &self.physician_reviewer()));
        blocks
    }

    /// The header of the notice and of the professional review.
    pub(super) fn early_header(&self) -> Rows {
        let dates = &self.dates;
        [
            [("MAXIMUS Case Number:", self.case_number.clone()), ("Date of Injury:", dates.injured.us())],
            [("Date of UR Decision:", dates.denied.us()), ("Application Received:", dates.received.us())],
            [("Dated:", dates.decided.us()), ("", String::new())],
            [("", String::new()), ("", String::new())],
        ]
    }

    fn physician_reviewer(&self) -> String {
        let reviewer = match self.layout {
            Layout::ProfessionalReview => "The reviewer",
            _ => "The physician reviewer",
        };
        let sentence = self.board_certified().replace("The expert reviewer", reviewer);
        format!(
            "The reviewer has no ties to the parties. {sentence} He/she has been in active clinical practice for more \
             than five years."
        )
    }

    fn summary_blocks(&self) -> impl Iterator<Item = Block<'_>> {
        self.summary.iter().map(|p| if p.bullet { Block::Bullet(&p.text) } else { paragraph("", &p.text) })
    }

    fn determinations(&self) -> impl Iterator<Item = Block<'_>> {
        (1..).zip(&self.issues).map(|(place, issue)| {
            let determined = format!(
                "{place}) MAXIMUS Federal Services, Inc. has determined the request for {} {} medically necessary and \
                 appropriate.",
                issue.heading,
                verb(issue)
            );
            paragraph("", &determined)
        })
    }
}

fn documents<'a>() -> impl Iterator<Item = Block<'a>> {
    std::iter::once(paragraph("", DOCUMENTS_LEAD)).chain(DOCUMENTS.map(Block::Bullet))
}

fn label<'a>(label: &str) -> Block<'a> {
    Block::Paragraph { label: label.len(), tight: true, text: label.to_owned() }
}

fn verb(issue: &Issue) -> &'static str {
    if issue.upheld { "is not" } else { "is" }
}
