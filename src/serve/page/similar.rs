//! The issues most like one.

use askama::Template;
use imr::letter::Outcome;
use imr::query::{self, Expr};
use imr::record::{IssueRecord, LetterRecord};
use imr::search::similar;
use imr::{Result, present};

use super::super::state::Opened;
use super::frame::Frame;
use super::hits::{self, Badge, HitView, SnippetView};
use super::params::Params;
use super::pieces::plain;

/// How many there are.
const SHOWN: usize = 10;

/// The page of similar issues.
#[derive(Template)]
#[template(path = "similar.html")]
pub struct SimilarPage {
    frame: Frame,
    case: String,
    number: u32,
    heading: String,
    badge: Badge,
    href: String,
    summary: String,
    hits: Vec<HitView>,
}

/// Makes the page of an issue of a letter. The search that led to the letter is taken along.
///
/// # Errors
/// When the index cannot be read.
pub fn page(source: &Opened, params: &Params, letter: &LetterRecord, issue: &IssueRecord) -> Result<SimilarPage> {
    let own = match letter.facts.case_number {
        Some(case) => query::filter("case", &[case.to_string()])?,
        None => Expr::Path(letter.facts.path.clone()),
    };
    let found = source.guarded(|| similar(source, issue, Some(own), true, &Expr::All, SHOWN))?;
    let (upheld, overturned) = (found.count(Outcome::Upheld), found.count(Outcome::Overturned));
    let params = &params.without(&["at", "issue", "beside"]);
    let case = hits::case(&letter.facts);
    let hits: Vec<HitView> = found
        .neighbours
        .iter()
        .map(|neighbour| {
            let mut hit = hits::view(&neighbour.hit, &[], params);
            // What both have is told in words; a passage that merely has many of them tells less.
            let (label, words) = ("in common".to_owned(), present::one_line(&neighbour.words.join(", ")));
            hit.snippets = vec![SnippetView { label, cut_before: false, cut_behind: false, pieces: plain(&words) }];
            hit
        })
        .collect();
    Ok(SimilarPage {
        frame: Frame::new("similar", format!("Similar to {case}/{}", issue.number), params, &[]),
        number: issue.number,
        heading: present::one_line(&issue.issue),
        badge: Badge::of(Some(issue)),
        href: hits::href(&letter.facts, Some(issue.number), params),
        summary: format!("Of the {} most similar: {upheld} upheld, {overturned} overturned.", hits.len()),
        hits,
        case,
    })
}
