//! The search page: results, with what they can be narrowed by at the side.

use askama::Template;
use imr::present::shell;
use imr::search::{By, Found, Table};
use imr::{Result, present};

use super::super::state::Opened;
use super::dates::{self, Histogram, histogram};
use super::facets::{self, FacetView, PLANS};
use super::frame::{self, Frame};
use super::hits::{self, HitView};
use super::params::Params;
use super::results::{self, Answer, LAST_PAGE, page_number, shown, shows_more, sort_name, usual_sort};
use super::saved::{self, SavedView};
use super::selection::{self, Chip, Problem};
use crate::asked::Suggested;

/// The search page.
#[derive(Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    frame: Frame,
    problem: Option<Problem>,
    better: Option<(String, String)>,
    some: Option<(String, String)>,
    is_start: bool,
    examples: Vec<(&'static str, &'static str, String)>,
    saved: Vec<SavedView>,
    total: String,
    detail: Option<String>,
    share: Option<Share>,
    chips: Vec<Chip>,
    clear: String,
    notes: Vec<String>,
    hidden: Vec<(String, String)>,
    sorts: Vec<Choice>,
    shown: Vec<Choice>,
    is_exact: bool,
    is_any: bool,
    exports: Vec<(&'static str, String)>,
    save: Option<String>,
    stats: String,
    compare: String,
    hits: Vec<HitView>,
    before: Option<String>,
    next: Option<String>,
    pages: Vec<PageLink>,
    dates: Option<Histogram>,
    facets: Vec<FacetView>,
    more: (&'static str, String),
}

/// How many of the results were upheld.
struct Share {
    upheld_width: String,
    overturned_width: String,
    text: String,
}

/// One of several.
struct Choice {
    value: &'static str,
    label: &'static str,
    is_chosen: bool,
}

/// A link to a page of results, or the gap between two.
struct PageLink {
    number: usize,
    href: String,
    is_here: bool,
    is_gap: bool,
}

/// Queries that show what can be asked.
const EXAMPLES: [(&str, &str); 5] = [
    ("acupuncture upheld MTUS", "all of the words; upheld means the outcome"),
    ("issue:MRI rationale:\"red flag\"", "words in one text, and words in a row"),
    ("opioids /s tapered", "in the same sentence"),
    ("category:surgery overturned", "a group of treatments"),
    ("drug:tramadol decided:2016", "a drug in a year"),
];

/// The formats of an export, with what they are called.
const EXPORTS: [(&str, &str); 4] = [
    ("csv", "Table (CSV)"),
    ("jsonl", "Records (JSON lines)"),
    ("parquet", "Parquet"),
    ("citations", "List of citations"),
];

/// Makes the page, and tells whether it was asked for rightly.
///
/// # Errors
/// When the index cannot be read.
pub fn page(source: &Opened, params: &Params) -> Result<(SearchPage, bool)> {
    match results::found(source, params) {
        Ok(answer) => Ok((view(source, params, answer)?, true)),
        Err(error) => match selection::problem(&error) {
            Some(problem) => Ok((wrong(source, params, problem), false)),
            None => Err(error),
        },
    }
}

/// The page of what cannot be searched, with the filters that were chosen, so that a mistake in a query loses none of them.
fn wrong(source: &Opened, params: &Params, problem: Problem) -> SearchPage {
    let page = SearchPage { problem: Some(problem), chips: selection::chips(params, "/"), ..empty(params) };
    match results::found(source, &params.without(&["q", "sort", "page"])) {
        Ok(Answer { tables, months, .. }) => {
            SearchPage { dates: histogram(months.as_ref(), params), facets: facet_views(&tables, params), ..page }
        }
        // A filter is at fault.
        Err(_) => page,
    }
}

fn facet_views(tables: &[(facets::Plan, Table)], params: &Params) -> Vec<FacetView> {
    let views = tables.iter().map(|(plan, table)| facets::view(*plan, table, params));
    views.filter(|facet| !facet.values.is_empty()).collect()
}

fn view(source: &Opened, params: &Params, answer: Answer) -> Result<SearchPage> {
    let Answer { asked, found, suggested, tables, months } = answer;
    let start = params.without(&["page"]);
    let better = suggested.better().map(|better| (better.to_owned(), start.with("q", better).link("/")));
    let some = match suggested {
        Suggested::SomeOfTheWords(more) => Some((present::counted(more, "issue"), start.with("any", 1).link("/"))),
        _ => None,
    };
    let mut notes: Vec<String> = asked.notes.iter().chain(&found.notes).map(|note| present::one_line(note)).collect();
    notes.extend(synonyms(&asked.synonyms));
    if let Some((least, of)) = asked.least {
        notes.push(format!("At least {least} of {of} words are in each."));
    }
    let selection = frame::selection(params);
    Ok(SearchPage {
        better,
        some,
        is_start: params.pairs().is_empty(),
        saved: saved::views(source),
        total: total(&found),
        detail: detail(&found),
        // Where the outcome was chosen, what else there is beside it is no part of the results.
        share: tables
            .iter()
            .find(|(plan, _)| plan.name == "outcome" && !plan.is_active(params))
            .and_then(|(_, table)| share(table)),
        chips: selection::chips(params, "/"),
        clear: params.only(|name| ["q", "sort", "view", "bins", "more"].contains(&name)).link("/"),
        notes,
        exports: EXPORTS.map(|(format, label)| (label, export(&selection, format))).into(),
        save: save(params),
        stats: selection.link("/stats"),
        compare: selection.link("/compare"),
        hits: hits::views(&found, params),
        dates: histogram(months.as_ref(), params),
        facets: facet_views(&tables, params),
        ..paged(params, &found)
    })
}

/// The command that saves a selection, but for its name and for how words are meant, which is said where it is used; `None`
/// where it is made of a search that is saved already.
fn save(params: &Params) -> Option<String> {
    let params = params.without(&["exact", "any"]);
    let words = ["imr", "save", "NAME"].map(str::to_owned).to_vec();
    let words = [words, selection::as_words(&params, Vec::new())].concat();
    (!params.query().starts_with('@')).then(|| shell::shown_line(&words))
}

/// The file of a selection.
fn export(selection: &Params, format: &str) -> String {
    let mut params = selection.without(&["from", "to"]).with("format", format);
    if let Some(dates) = dates::typed(selection) {
        params = match params.first("decided") {
            None => params.with("decided", dates),
            // Both must hold, which two values of one filter would not ask for.
            Some(_) => params.with("q", format!("{} decided:{dates}", params.query()).trim_start()),
        };
    }
    if format != "citations" { params.with("of", "issues") } else { params }.link("/api/export")
}

/// A page with its ways to others.
fn paged(params: &Params, found: &Found) -> SearchPage {
    let here = page_number(params);
    let last = usize::try_from(found.results).unwrap_or(usize::MAX).div_ceil(shown(params)).clamp(1, LAST_PAGE);
    let to = |number: usize| match number {
        1 => params.without(&["page"]).link("/"),
        _ => params.with("page", number).link("/"),
    };
    let mut pages: Vec<PageLink> = Vec::new();
    let is_near = |number: &usize| *number == 1 || *number == last || number.abs_diff(here) <= 2;
    for number in (1..=last).filter(is_near) {
        if pages.last().is_some_and(|before| before.number + 1 < number) {
            pages.push(PageLink { number: number - 1, href: String::new(), is_here: false, is_gap: true });
        }
        pages.push(PageLink { number, href: to(number), is_here: number == here, is_gap: false });
    }
    SearchPage {
        before: (here > 1).then(|| to((here - 1).min(last))),
        next: (here < last).then(|| to(here + 1)),
        pages: if last > 1 { pages } else { Vec::new() },
        ..empty(params)
    }
}

/// A page of nothing.
fn empty(params: &Params) -> SearchPage {
    let title = match params.query() {
        "" => "Search".to_owned(),
        query => present::one_line(query),
    };
    let choice = |chosen: &str| {
        let chosen = chosen.to_owned();
        move |(value, label): (&'static str, &'static str)| Choice { value, label, is_chosen: value == chosen }
    };
    let more = match shows_more(params) {
        true => ("Fewer filters", params.without(&["page", "more"]).link("/")),
        false => ("More filters", params.without(&["page"]).with("more", 1).link("/")),
    };
    let examples = EXAMPLES.map(|(query, about)| (query, about, Params::default().with("q", query).link("/")));
    SearchPage {
        frame: Frame::new("search", title, params, &["search.js", "brush.js"]),
        problem: None,
        better: None,
        some: None,
        is_start: false,
        examples: examples.into(),
        saved: Vec::new(),
        total: String::new(),
        detail: None,
        share: None,
        chips: Vec::new(),
        clear: String::new(),
        notes: Vec::new(),
        hidden: hidden(params),
        sorts: sorts(params).into_iter().map(choice(sort_chosen(params))).collect(),
        shown: SHOWING.into_iter().map(choice(params.first("view").unwrap_or_default())).collect(),
        is_exact: params.has("exact", "1"),
        is_any: params.has("any", "1"),
        exports: Vec::new(),
        save: None,
        stats: String::new(),
        compare: String::new(),
        hits: Vec::new(),
        before: None,
        next: None,
        pages: Vec::new(),
        dates: None,
        facets: Vec::new(),
        more,
    }
}

/// What a form takes along that has no control on the page.
fn hidden(params: &Params) -> Vec<(String, String)> {
    let has_control = |name: &str| {
        let in_facet = PLANS.iter().any(|plan| plan.fields.contains(&name));
        in_facet || ["q", "sort", "view", "exact", "any", "from", "to", "page"].contains(&name)
    };
    params.pairs().iter().filter(|(name, _)| !has_control(name)).cloned().collect()
}

/// How results can be shown.
const SHOWING: [(&str, &str); 3] = [("", "each rationale once"), ("all", "every issue"), ("letter", "by letter")];

/// The orders. The usual one has no name, so that it stays the usual one whatever is typed next.
fn sorts(params: &Params) -> Vec<(&'static str, &'static str)> {
    let usual = if params.query().is_empty() { ("", "newest first") } else { ("", "best match first") };
    let others = [
        ("-decided", "newest first"),
        ("decided", "oldest first"),
        ("case", "by case number"),
        ("-requests", "most issues first"),
        ("category", "by treatment"),
    ];
    std::iter::once(usual).chain(others.into_iter().filter(|(name, _)| *name != usual_sort(params))).collect()
}

/// The chosen order among these.
fn sort_chosen(params: &Params) -> &str {
    Some(sort_name(params)).filter(|name| *name != usual_sort(params)).unwrap_or_default()
}

fn total(found: &Found) -> String {
    match (found.total.issues, found.total.letters) {
        (0, 0) => "Nothing found".to_owned(),
        (issues, letters) => {
            format!("{} in {}", present::counted(issues, "issue"), present::counted(letters, "letter"))
        }
    }
}

/// What the results are where they are fewer than the issues.
fn detail(found: &Found) -> Option<String> {
    match found.by {
        By::Rationale if found.results < found.total.issues => {
            Some(format!("with {}", present::counted(found.results, "different rationale")))
        }
        _ => None,
    }
}

fn share(outcomes: &Table) -> Option<Share> {
    let of = |name: &str| {
        let row = outcomes.rows.iter().find(|row| row.values.first().is_some_and(|v| v.as_deref() == Some(name)));
        row.map_or(0, |row| row.count.issues)
    };
    let (upheld, overturned) = (of("upheld"), of("overturned"));
    let part = |n: u64| 100.0 * n as f64 / (upheld + overturned).max(1) as f64;
    // Of one outcome alone there is no share to tell.
    (upheld > 0 && overturned > 0).then(|| Share {
        upheld_width: format!("{:.2}", part(upheld)),
        overturned_width: format!("{:.2}", part(overturned)),
        text: format!(
            "{} upheld, {} overturned ({:.0}%)",
            present::thousands(upheld),
            present::thousands(overturned),
            part(overturned)
        ),
    })
}

/// Which words were searched with others of the same meaning.
pub fn synonyms(told: &[String]) -> Option<String> {
    let lines: Vec<String> = told.iter().map(|line| present::one_line(line)).collect();
    (!lines.is_empty()).then(|| format!("Also counted is what means the same: {}.", lines.join("; ")))
}
