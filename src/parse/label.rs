//! Labels in other words than the usual ones: "Guidelines cited:", "IMR reviewer guideline:", "Reviewer's rationale:".

use super::part::Part;
use super::words::alike;

/// Longer texts before a colon are no label.
const LONGEST: usize = 60;

/// What a label is for.
const GUIDELINE: &[&str] = &["guideline", "guidelines"];
const RATIONALE: &[&str] = &["rationale"];

/// Whose guideline or rationale it is: the claims administrator's.
const CLAIMS: &[&str] =
    &["claims", "administrator", "administrators", "admin", "adjuster", "insurer", "ur", "utilization"];

/// The reviewer's.
const REVIEWER: &[&str] = &["reviewer", "reviewers", "expert", "physician", "professional", "imr", "maximus"];

/// Words that add nothing.
const FILLERS: &[&str] = &[
    "s",
    "the",
    "of",
    "for",
    "by",
    "and",
    "in",
    "used",
    "cited",
    "relied",
    "upon",
    "on",
    "applied",
    "referenced",
    "based",
    "decision",
    "determination",
    "review",
    "medical",
    "federal",
    "services",
    "clinical",
    "necessity",
    "his",
    "her",
    "treatment",
];

/// What the label is for that ends at a colon and begins a line.
///
/// Each of its words is known, and one of them says what it is: the guideline, with its owner or its use, or the rationale.
pub(super) fn before_colon(text: &str, line: usize, colon: usize) -> Option<Part> {
    let words = text.get(line..colon).filter(|words| words.len() <= LONGEST)?;
    if !words.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let words = || words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let is = |word: &str, known: &[&str]| known.iter().any(|known| alike(word.as_bytes(), known.as_bytes()));
    if !words().any(|word| is(word, GUIDELINE) || is(word, RATIONALE)) {
        return None;
    }
    let (mut guideline, mut rationale, mut claims, mut reviewer, mut used) = (false, false, false, false, false);
    for word in words() {
        let is = |known: &[&str]| is(word, known);
        if is(GUIDELINE) {
            guideline = true;
        } else if is(RATIONALE) {
            rationale = true;
        } else if is(CLAIMS) {
            claims = true;
        } else if is(REVIEWER) {
            reviewer = true;
        } else if is(FILLERS) {
            used |= is(&["used", "cited", "relied", "applied", "referenced"]);
        } else {
            return None;
        }
    }
    match (guideline, rationale) {
        (true, false) if claims => Some(Part::Claims),
        (true, false) if reviewer || used => Some(Part::Reviewer),
        (false, true) if !claims => Some(Part::Rationale),
        _ => None,
    }
}
