//! The record that a parser should give for a letter.

use serde_json::{Value, json};

use super::facts::official;
use super::guideline::{Basis, Guideline};
use super::issue::Issue;
use super::letter::{Layout, Letter};

impl Letter {
    /// The expected record, by the names of `imr parse`, without what depends on the file or on the parser: `path` is
    /// relative to the archive, `digest`, `diagnostics`, and the wording of a citation are left out. Of a citation
    /// outside of the schedule only the source is told. Strength and quantity are told of marker drugs only, since the
    /// other headings state them by the words that were drawn.
    ///
    /// Texts stand on one line, as they were before lines were broken: compare them without white space.
    pub fn to_record(&self, extension: &str) -> Value {
        let path = self.path(extension);
        if self.layout == Layout::Unknown {
            return json!({ "case_number": null, "layout": "unknown", "outcome": null, "path": path, "issues": [] });
        }
        let header = |value: String| self.header.then_some(value);
        let priority = if self.expedited { "expedited" } else { "standard" };
        json!({
            "case_number": header(self.case_number.clone()),
            "date_of_injury": header(self.dates.injured.to_string()),
            "date_assigned": header(self.dates.assigned.to_string()).filter(|_| self.layout.tells_assignment()),
            "decision_date": header(self.dates.decided.to_string()),
            "ur_denial_date": header(self.dates.denied.to_string()),
            "application_received": header(self.dates.received.to_string()),
            "priority": header(priority.to_owned()).filter(|_| self.layout.tells_assignment()),
            "licensure": self.states,
            "licensure_canonical": self.states,
            "specialties": self.specialties,
            "specialties_canonical": self.specialties.iter().map(|s| official(s)).collect::<Vec<_>>(),
            "age": self.age,
            "sex": if self.female { "female" } else { "male" },
            "outcome": self.outcome(),
            "layout": self.layout.name(),
            "path": path,
            "clinical_summary": self.clinical_summary(),
            "issues": self.issues.iter().enumerate().map(|(place, issue)| json!({
                "number": place + 1,
                "issue": issue.heading,
                "requested": authorization(issue, 0),
                "authorized": authorization(issue, 1),
                "disputed": authorization(issue, 2),
                "category": issue.category,
                "drug_group": issue.drug_group(),
                "strength": issue.stated.strength_and_quantity.as_ref().map(|(strength, _)| strength),
                "quantity": issue.stated.strength_and_quantity.as_ref().map(|(_, quantity)| quantity),
                "associated": issue.stated.associated.then_some(true),
                "outcome": if issue.upheld { "upheld" } else { "overturned" },
                "guideline": guideline(&issue.guideline),
                "claims_guideline": guideline(&issue.claims_guideline),
                "rationale": issue.rationale,
            })).collect::<Vec<_>>(),
        })
    }

    fn clinical_summary(&self) -> String {
        let mut text = String::new();
        for paragraph in &self.summary {
            if !text.is_empty() {
                text.push(' ');
            }
            if paragraph.bullet {
                text.push_str("• ");
            }
            text.push_str(&paragraph.text);
        }
        text
    }
}

/// The original request (0), what was authorized (1), or what is disputed (2).
fn authorization(issue: &Issue, part: usize) -> Option<&String> {
    issue.stated.authorization.as_ref().map(|parts| &parts[part])
}

fn guideline(guideline: &Guideline) -> Value {
    let schedule = guideline.cited.iter().map(|cited| {
        json!({
            "source": "mtus",
            "name": null,
            "chapter": cited.chapter,
            "year": cited.year,
            "sections": cited.sections,
            "pages": cited.pages,
            "regulation": cited.regulation,
        })
    });
    let elsewhere = guideline.elsewhere.iter().map(|source| json!({ "source": source }));
    let told = guideline.basis != Basis::Untold;
    json!({
        "text": told.then_some(&guideline.text),
        "basis": told.then(|| guideline.basis.name()),
        "citations": schedule.chain(elsewhere).collect::<Vec<_>>(),
    })
}
