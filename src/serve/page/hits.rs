//! Hits as the search page shows them.

use std::ops::Range;

use imr::letter::Outcome;
use imr::present;
use imr::record::{IssueRecord, LetterFacts};
use imr::search::{Found, Hit, Snippet};

use super::labels;
use super::params::{Params, in_path};
use super::pieces::{Piece, pieces, plain};

/// How many characters of the text of a letter of unknown layout stand for an issue.
const FIRST_CHARACTERS: usize = 160;

/// An outcome as a badge: a word and a shape, so that it does not go by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    /// The class of the badge.
    pub class: &'static str,
    /// The word.
    pub label: &'static str,
}

impl Badge {
    /// The badge of an issue; letters of unknown layout have no issue.
    pub fn of(issue: Option<&IssueRecord>) -> Self {
        match issue.map(|issue| issue.outcome) {
            Some(Some(Outcome::Upheld)) => Self { class: "upheld", label: "Upheld" },
            Some(Some(Outcome::Overturned)) => Self { class: "overturned", label: "Overturned" },
            Some(None) => Self { class: "unread", label: "Outcome not read" },
            None => Self { class: "unread", label: "Unknown layout" },
        }
    }
}

/// One result: a hit, and where letters are results its others.
pub struct HitView {
    /// The place among all, from 1.
    pub rank: usize,
    /// Where it is read.
    pub href: String,
    /// What is decided on.
    pub heading: Vec<Piece>,
    /// The decision.
    pub badge: Badge,
    /// The case number, or what stands for it.
    pub case: String,
    /// The number of the issue.
    pub number: Option<u32>,
    /// The day of the decision, for people and for programs.
    pub decided: Option<(String, String)>,
    /// Category, drug and basis, each in words.
    pub facts: Vec<String>,
    /// Where it matches.
    pub snippets: Vec<SnippetView>,
    /// How many others have the same rationale, in words.
    pub same: Option<String>,
    /// The other issues of the letter that match.
    pub others: Vec<OtherView>,
}

/// A part of a text that matches.
pub struct SnippetView {
    /// Which text, in words.
    pub label: String,
    /// Text was left out before it.
    pub cut_before: bool,
    /// Text was left out behind it.
    pub cut_behind: bool,
    /// The text.
    pub pieces: Vec<Piece>,
}

/// Another issue of the same letter.
pub struct OtherView {
    /// Where it is read.
    pub href: String,
    /// The number of the issue.
    pub number: u32,
    /// The decision.
    pub badge: Badge,
    /// What is decided on.
    pub heading: Vec<Piece>,
}

/// The results of a page.
pub fn views(found: &Found, params: &Params) -> Vec<HitView> {
    let results = found.hits.chunk_by(|a, b| a.rank == b.rank);
    results.filter_map(|result| result.split_first()).map(|(hit, others)| view(hit, others, params)).collect()
}

/// One result.
pub fn view(hit: &Hit, others: &[Hit], params: &Params) -> HitView {
    let (facts, issue) = (&hit.stored.letter.facts, hit.stored.issue.as_ref());
    let others = others.iter().filter_map(|other| {
        let issue = other.stored.issue.as_ref()?;
        let badge = Badge::of(Some(issue));
        let href = href(facts, Some(issue.number), params);
        Some(OtherView { href, number: issue.number, badge, heading: heading(other) })
    });
    HitView {
        rank: hit.rank,
        href: href(facts, issue.map(|issue| issue.number), params),
        heading: heading(hit),
        badge: Badge::of(issue),
        case: case(facts),
        number: issue.map(|issue| issue.number),
        decided: facts.decision_date.map(|date| (labels::day(date), date.to_string())),
        facts: issue.map(of_issue).unwrap_or_default(),
        snippets: hit.snippets.iter().filter(|snippet| snippet.field != "issue").map(snippet).collect(),
        same: hit.same.filter(|same| *same > 0).map(|same| present::counted(same, "more issue")),
        others: others.collect(),
    }
}

/// The case number; of a letter without one its file.
pub fn case(facts: &LetterFacts) -> String {
    facts.case_number.map_or_else(|| present::one_line(&facts.path), |case| case.to_string())
}

/// Where a letter is read, at one of its issues, in the state of the search that found it.
pub fn href(facts: &LetterFacts, issue: Option<u32>, params: &Params) -> String {
    let params = params.without(&["at", "of", "format"]);
    let link = match facts.case_number {
        Some(case) => params.link(&format!("/letter/{}", in_path(&case.to_string()))),
        // Such a letter is known by its file.
        None => params.with("at", &facts.path).link("/letter"),
    };
    issue.map_or(link.clone(), |issue| format!("{link}#issue-{issue}"))
}

fn heading(hit: &Hit) -> Vec<Piece> {
    let Some(issue) = &hit.stored.issue else {
        let text = hit.stored.letter.text.as_deref().unwrap_or_default();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let first: String = words.chars().take(FIRST_CHARACTERS).collect();
        return plain(&if first.len() < words.len() { first + " …" } else { first });
    };
    let marks: &[Range<usize>] = hit.snippets.iter().find(|s| s.field == "issue").map_or(&[], |s| &s.marks);
    pieces(&issue.issue, marks, &[], 0)
}

/// Category, drug and basis of an issue.
fn of_issue(issue: &IssueRecord) -> Vec<String> {
    let category = issue.category.as_deref().filter(|category| *category != "other/other");
    let mut facts: Vec<String> = category.map(|category| labels::value("category", category)).into_iter().collect();
    facts.extend(issue.drug.clone());
    facts.extend(issue.guideline.basis.map(|basis| labels::value("basis", basis.name())));
    facts
}

/// The texts of a letter, as a page calls them.
pub fn section(field: &str) -> &'static str {
    match field {
        "issue" => "Treatment",
        "guideline" => "Reviewer’s guideline",
        "claims" => "Claims administrator’s guideline",
        "summary" => "Clinical summary",
        "text" => "Text",
        _ => "Rationale",
    }
}

fn snippet(snippet: &Snippet) -> SnippetView {
    let label = match snippet.page {
        Some(page) => format!("{}, p. {page}", section(snippet.field)),
        None => section(snippet.field).to_owned(),
    };
    SnippetView {
        label,
        cut_before: snippet.cut_before,
        cut_behind: snippet.cut_behind,
        pieces: pieces(&snippet.text, &snippet.marks, &[], 0),
    }
}
