//! The letter page: one whole letter, with the matches of a query marked in it.

use askama::Template;
use imr::index::StoredIssue;
use imr::letter::CaseNumber;
use imr::query::Mark;
use imr::record::{IssueRecord, LetterRecord, page_at};
use imr::search::{Hit, Snippet, marked, marks};
use imr::{Result, present};

use super::super::state::Opened;
use super::frame::Frame;
use super::hits::{self, Badge};
use super::labels;
use super::params::{Params, in_path};
use super::pieces::{Piece, pieces};
use super::selection;

/// The letter page.
#[derive(Template)]
#[template(path = "letter.html")]
pub struct LetterPage {
    frame: Frame,
    case: String,
    outcome: Option<(&'static str, String)>,
    facts: Vec<(String, String)>,
    contents: Vec<(u32, Badge, String)>,
    summary: Option<Text>,
    summary_facts: Vec<(&'static str, String)>,
    documents: Vec<String>,
    issues: Vec<IssueView>,
    text: Option<Text>,
    remarks: Vec<String>,
    notes: Vec<String>,
    matches: usize,
    sections: Vec<(String, usize, usize)>,
    query: String,
    back: String,
    file: Option<String>,
    /// The original, if it has pages.
    paper: Option<Paper>,
    file_name: String,
    is_pdf: bool,
    is_beside: bool,
    beside: String,
}

/// The original as something whose pages can be gone to.
struct Paper {
    href: String,
    /// Whether it is shown beside the letter.
    is_beside: bool,
}

/// One issue of the letter.
struct IssueView {
    number: u32,
    heading: Vec<Piece>,
    badge: Badge,
    facts: Vec<(String, String)>,
    texts: Vec<Text>,
    citation: String,
    similar: String,
}

/// A text of the letter.
struct Text {
    id: String,
    label: &'static str,
    pieces: Vec<Piece>,
}

/// A file beside the page.
pub struct Original {
    /// Its address on this server.
    pub href: String,
    /// Whether a browser shows it as a PDF.
    pub is_pdf: bool,
}

/// The letter that an address means: by its case number, or one without a case number by its file as the index knows it.
///
/// # Errors
/// When the index cannot be read.
pub fn find(source: &Opened, case: Option<&str>, params: &Params) -> Result<Option<LetterRecord>> {
    source.guarded(|| match (case, params.first("at")) {
        (Some(case), _) => case.parse::<CaseNumber>().map_or(Ok(None), |case| source.letter(case)),
        (None, Some(path)) => source.letter_at(path),
        (None, None) => Ok(None),
    })
}

/// Counts the matches of a page while its texts are made.
struct Marking {
    marks: Vec<Mark>,
    count: usize,
    sections: Vec<(String, usize, usize)>,
    page: usize,
}

impl Marking {
    fn pieces(&mut self, text: &str, field: &str, pages: &[[usize; 2]], section: &str) -> Vec<Piece> {
        let ranges = marked(text, field, &self.marks);
        let before = self.count;
        self.count += ranges.len();
        if !ranges.is_empty() {
            self.sections.push((section.to_owned(), before + 1, ranges.len()));
        }
        // A page is told where it begins, not again with every text that it has.
        let mut told = Vec::new();
        for start in pages {
            if start[1] != self.page {
                told.push(*start);
            }
            self.page = start[1];
        }
        pieces(text, &ranges, &told, before)
    }
}

/// Makes the page of a letter.
///
/// # Errors
/// When the index cannot be read.
pub fn page(source: &Opened, params: &Params, letter: &LetterRecord, original: Option<Original>) -> Result<LetterPage> {
    let facts = &letter.facts;
    // A query that cannot be read marks nothing; the search page says what is wrong with it.
    let asked = if params.query().is_empty() { None } else { selection::asked(source, params, &[]).ok() };
    let (marks, notes) = match asked {
        Some(asked) => source.guarded(|| marks(source, &asked.expr))?,
        None => (Vec::new(), Vec::new()),
    };
    let mut marking = Marking { marks, count: 0, sections: Vec::new(), page: 0 };
    let summary = facts.clinical_summary.as_deref().map(|text| Text {
        id: "summary".to_owned(),
        label: hits::section("summary"),
        pieces: marking.pieces(text, "summary", &facts.summary_pages, hits::section("summary")),
    });
    let issues: Vec<IssueView> =
        letter.issues.iter().map(|issue| issue_view(letter, issue, params, &mut marking)).collect();
    let text = letter.text.as_deref().map(|text| Text {
        id: "text".to_owned(),
        label: hits::section("text"),
        pieces: marking.pieces(text, "text", &[], hits::section("text")),
    });
    let case = hits::case(facts);
    let contents =
        letter.issues.iter().map(|issue| (issue.number, Badge::of(Some(issue)), present::one_line(&issue.issue)));
    let is_beside = params.has("beside", "1") && original.as_ref().is_some_and(|original| original.is_pdf);
    let here = |params: &Params| hits::href(facts, None, params);
    Ok(LetterPage {
        frame: Frame::new("letter", case.clone(), params, &["letter.js"]),
        outcome: facts.outcome.map(|outcome| (outcome.name(), labels::value("outcome", outcome.name()))),
        facts: facts_of(letter),
        contents: contents.collect(),
        summary,
        summary_facts: [("Body regions", &facts.body_regions), ("Diagnoses", &facts.diagnoses)]
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(label, values)| (label, present::one_line(&values.join("; "))))
            .collect(),
        documents: facts.documents_reviewed.iter().map(|text| present::one_line(text)).collect(),
        issues,
        text,
        remarks: letter.diagnostics.iter().map(|d| present::one_line(&d.message)).collect(),
        notes: notes.iter().map(|note| present::one_line(note)).collect(),
        matches: marking.count,
        sections: marking.sections,
        query: present::one_line(params.query()),
        back: params.without(&["at", "beside"]).link("/"),
        file_name: present::one_line(facts.path.rsplit('/').next().unwrap_or(&facts.path)),
        is_pdf: original.as_ref().is_some_and(|original| original.is_pdf),
        paper: original
            .as_ref()
            .filter(|original| original.is_pdf)
            .map(|original| Paper { href: original.href.clone(), is_beside }),
        file: original.map(|original| original.href),
        is_beside,
        beside: here(&if is_beside { params.without(&["beside"]) } else { params.with("beside", 1) }),
        case,
    })
}

fn issue_view(letter: &LetterRecord, issue: &IssueRecord, params: &Params, marking: &mut Marking) -> IssueView {
    const NONE: &[[usize; 2]] = &[];
    let number = issue.number;
    let pages = issue.pages.as_ref();
    let section = |field: &'static str| match letter.issues.len() {
        1 => hits::section(field).to_owned(),
        _ => format!("{number}. {}", hits::section(field)),
    };
    let heading = marking.pieces(&issue.issue, "issue", NONE, &section("issue"));
    let mut texts = Vec::new();
    for (field, text, starts) in [
        ("claims", issue.claims_guideline.text.as_deref(), pages.map(|pages| &pages.claims_guideline)),
        ("guideline", issue.guideline.text.as_deref(), pages.map(|pages| &pages.guideline)),
        ("rationale", issue.rationale.as_deref(), pages.map(|pages| &pages.rationale)),
    ] {
        if let Some(text) = text {
            let pieces = marking.pieces(text, field, starts.map_or(NONE, Vec::as_slice), &section(field));
            texts.push(Text { id: format!("{field}-{number}"), label: hits::section(field), pieces });
        }
    }
    let of = in_path(&hits::case(&letter.facts));
    let similar = match letter.facts.case_number {
        Some(_) => params.without(&["at", "beside"]).link(&format!("/similar/{of}/{number}")),
        None => params.without(&["beside"]).with("at", &letter.facts.path).with("issue", number).link("/similar"),
    };
    IssueView {
        number,
        heading,
        badge: Badge::of(Some(issue)),
        facts: facts_of_issue(issue),
        texts,
        citation: citation(letter, issue),
        similar,
    }
}

/// An issue as a brief cites it, with the page on which its rationale begins.
fn citation(letter: &LetterRecord, issue: &IssueRecord) -> String {
    let page = issue.pages.as_ref().and_then(|pages| page_at(&pages.rationale, 0));
    let rationale = issue.rationale.as_ref().map(|_| Snippet {
        field: "rationale",
        text: String::new(),
        cut_before: false,
        cut_behind: true,
        marks: Vec::new(),
        page,
    });
    let facts = LetterRecord { facts: letter.facts.clone(), ..LetterRecord::default() };
    let hit = Hit {
        rank: 1,
        score: None,
        stored: StoredIssue { letter: facts, issue: Some(issue.clone()) },
        snippets: rationale.into_iter().collect(),
        context: None,
        same: None,
    };
    present::citation(&hit, &str::to_owned)
}

/// What the header of a letter says.
fn facts_of(letter: &LetterRecord) -> Vec<(String, String)> {
    let facts = &letter.facts;
    let day = |date: Option<imr::letter::Date>| date.map(labels::day);
    let joined = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
    let worker: Vec<String> = [facts.age.map(|age| format!("{age} years")), facts.sex.map(|sex| sex.to_string())]
        .into_iter()
        .flatten()
        .collect();
    let all = [
        ("Decided", day(facts.decision_date)),
        ("Injured", day(facts.date_of_injury)),
        ("Denied", day(facts.ur_denial_date)),
        ("Applied", day(facts.application_received)),
        ("Assigned", day(facts.date_assigned)),
        ("Priority", facts.priority.map(|priority| labels::value("priority", priority.name()))),
        ("Worker", joined(&worker)),
        ("Reviewer", joined(&facts.specialties)),
        ("Licensed in", joined(&facts.licensure)),
    ];
    let told = all.into_iter().filter_map(|(label, value)| Some((label.to_owned(), present::one_line(&value?))));
    told.collect()
}

/// What a heading says of the treatment, and what it was decided by.
fn facts_of_issue(issue: &IssueRecord) -> Vec<(String, String)> {
    let category = issue.category.as_deref().filter(|category| *category != "other/other");
    let drug = issue.drug.clone().map(|drug| match &issue.strength {
        Some(strength) => format!("{drug}, {strength}"),
        None => drug,
    });
    let parts = (!issue.body_parts.is_empty()).then(|| issue.body_parts.join(", "));
    let all = [
        ("Treatment", category.map(|category| labels::value("category", category))),
        ("Drug", drug),
        ("Body part", parts),
        ("Side", issue.side.map(|side| labels::value("side", side.name()))),
        ("Authorized", issue.authorized.clone()),
        ("Basis", issue.guideline.basis.map(|basis| labels::value("basis", basis.name()))),
    ];
    let told = all.into_iter().filter_map(|(label, value)| Some((label.to_owned(), present::one_line(&value?))));
    told.collect()
}
