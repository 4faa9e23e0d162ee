//! The statistics page: cross tables and series over time, with charts.

use std::io::{self, Write};

use askama::Template;
use imr::Result;
use imr::present::{self, Cells, Figure, Style, shell};
use imr::search::{self, Cross, Dimension, Section, Since, Stats};

use super::super::state::Opened;
use super::frame::{self, Frame};
use super::labels;
use super::params::Params;
use super::selection::{self, Chip, Problem};
use super::tables::{self, TableView};
use crate::asked::Counting;

/// How many values have rows where nothing is said.
const TOP: usize = 20;
/// The fields whose values are too many for columns of their own.
const COLUMNS: usize = 8;

/// The statistics page.
#[derive(Template)]
#[template(path = "stats.html")]
pub struct StatsPage {
    frame: Frame,
    problem: Option<Problem>,
    chips: Vec<Chip>,
    hidden: Vec<(String, String)>,
    rows: Vec<Choice>,
    columns: Vec<Choice>,
    times: Vec<Choice>,
    days: Vec<Choice>,
    orders: Vec<Choice>,
    figures: Vec<Choice>,
    is_cross: bool,
    top: String,
    min: String,
    quick: Vec<(&'static str, String)>,
    total: String,
    chart: Option<String>,
    leaves_out: bool,
    legend: Legend,
    table: Option<TableView>,
    remarks: Vec<String>,
    svg: String,
    csv: String,
    command: String,
    report: String,
    search: String,
}

/// What a chart shows.
#[derive(PartialEq, Eq)]
enum Legend {
    Outcomes,
    Days,
}

/// One of several.
pub struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// Tables that are often wanted, by the parameters that make them.
const QUICK: [(&str, &[(&str, &str)]); 9] = [
    ("Treatments", &[("by", "category_group")]),
    ("Outcome by treatment", &[("by", "category_group"), ("by", "outcome")]),
    ("Over the years", &[("over", "year")]),
    ("Quarters", &[("over", "quarter")]),
    ("Body parts", &[("by", "body")]),
    ("Drugs", &[("by", "drug")]),
    ("Basis and outcome", &[("by", "basis"), ("by", "outcome"), ("test", "1")]),
    ("Specialties", &[("by", "first_specialty")]),
    ("Days to the decision", &[("by", "year"), ("days", "assigned")]),
];

/// The figures that can be chosen.
const FIGURES: [(&str, &str); 9] = [
    ("issues", "issues"),
    ("letters", "letters"),
    ("upheld", "upheld"),
    ("overturned", "overturned"),
    ("share", "share upheld"),
    ("ci", "95% interval"),
    ("percent", "% of all"),
    ("row_percent", "% of row"),
    ("column_percent", "% of column"),
];

/// The figures that say nothing where the outcome is one of the fields.
const OF_OUTCOMES: [&str; 4] = ["share", "ci", "upheld", "overturned"];

/// What was counted.
pub struct Counted {
    counting: Counting,
    figures: Vec<Figure>,
    answer: Answer,
    synonyms: Vec<String>,
}

enum Answer {
    Table(Box<Stats>),
    Cross(Box<Cross>),
}

impl Counted {
    fn stats(&self) -> &Stats {
        match &self.answer {
            Answer::Table(stats) => stats,
            Answer::Cross(cross) => &cross.cells,
        }
    }

    /// What is drawn: of a cross table its rows.
    fn drawn(&self) -> &Stats {
        match &self.answer {
            Answer::Table(stats) => stats,
            Answer::Cross(cross) => &cross.rows,
        }
    }

    /// The cells of the table.
    fn cells(&self) -> Cells {
        match &self.answer {
            Answer::Table(stats) => Cells::of_stats(stats, &self.figures),
            Answer::Cross(cross) => {
                let figure = self.figures.first().copied().unwrap_or(Figure::Issues);
                Cells::of_cross(cross, figure)
            }
        }
    }

    /// Writes the table as CSV.
    ///
    /// # Errors
    /// From the writer.
    pub fn csv(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        match &self.answer {
            Answer::Table(stats) => present::stats_csv(out, stats, &self.figures, style),
            Answer::Cross(cross) => {
                let figure = self.figures.first().copied().unwrap_or(Figure::Issues);
                present::cross_csv(out, cross, figure, style)
            }
        }
    }

    /// The chart; `None` where there is nothing to draw.
    pub fn chart(&self) -> Option<String> {
        let stats = self.drawn();
        // A bar for each of many values says no more than the table.
        let drawable = !stats.by.is_empty() && stats.rows.len() <= 400;
        drawable.then(|| chart(&tables::called(&tables::named(stats)))).flatten()
    }

    /// Whether the chart leaves out what the table has.
    fn leaves_out(&self) -> bool {
        tables::named(self.drawn()).rows.len() < self.drawn().rows.len()
    }
}

/// The chart of some counts.
pub fn chart(stats: &Stats) -> Option<String> {
    let title = match (stats.days.is_some(), stats.rows.iter().any(|row| row.change.is_some())) {
        (true, _) => "Days to the decision",
        (_, true) => "Issues over time",
        _ => "Issues by value",
    };
    let stats = stats.clone();
    present::chart(&Section { name: "chart", title, about: "", has: None, flags: Vec::new(), stats })
}

/// Counts what an address asks for.
///
/// # Errors
/// For what cannot be read of it, and when the index cannot be read.
pub fn counted(source: &Opened, params: &Params) -> Result<Counted> {
    let asked = selection::asked(source, params, &[])?;
    let counting = counting(params)?;
    let by = counting.dimensions()?;
    let figures = counting.figures(&by)?;
    let request = counting.request(asked.expr, by, counting.order()?);
    let answer = source.guarded(|| match counting.cross {
        true => search::cross(source, &request).map(Box::new).map(Answer::Cross),
        false => search::stats(source, &request).map(Box::new).map(Answer::Table),
    })?;
    Ok(Counted { counting, figures, answer, synonyms: asked.synonyms })
}

/// How an address wants to count.
fn counting(params: &Params) -> Result<Counting> {
    let over = ["year", "quarter", "month"].into_iter().find(|unit| params.first("over") == Some(unit));
    let mut by: Vec<String> = params.all("by").map(str::to_owned).collect();
    if by.is_empty() && over.is_none() {
        by.push("category_group".to_owned());
    }
    let fields = by.len() + usize::from(over.is_some());
    let days = match params.first("days") {
        Some("assigned") => Some(Since::Assigned),
        Some("denied") => Some(Since::Denied),
        _ => None,
    };
    // Values beside one another are read best, as long as there are few of them.
    let last = by.last().map(|name| Dimension::parse(name)).transpose()?;
    let cross = fields > 1 && days.is_none() && last.is_some() && params.first("flat").is_none();
    let is_wide = cross && last.is_some_and(|last| !last.is_ordered());
    let top = params.number("top", if is_wide { COLUMNS.max(TOP) } else { TOP });
    let with_outcome = by.iter().any(|name| name == "outcome");
    let keeps = |name: &&str| !(with_outcome && OF_OUTCOMES.contains(name));
    let mut show: Vec<String> = params.all("show").filter(keeps).map(str::to_owned).collect();
    if show.is_empty() && with_outcome && cross {
        show = vec!["issues".to_owned()];
    } else if show.is_empty() && days.is_none() {
        show = ["issues", "letters", "share", "ci"].into_iter().filter(keeps).map(str::to_owned).collect();
    } else if show.is_empty() {
        show = vec!["letters".to_owned()];
    }
    if cross {
        // A cell has one figure.
        show.truncate(1);
    }
    Ok(Counting {
        by,
        over,
        show,
        sort: params.first("order").unwrap_or("values").to_owned(),
        top: (top > 0).then_some(top),
        least: params.number("min", 0) as u64,
        cross,
        test: params.has("test", "1") && fields == 2,
        days,
        is_for_programs: false,
    })
}

/// Makes the page, and tells whether it was asked for rightly.
///
/// # Errors
/// When the index cannot be read.
pub fn page(source: &Opened, params: &Params) -> Result<(StatsPage, bool)> {
    match counted(source, params) {
        Ok(counted) => Ok((view(params, &counted), true)),
        Err(error) => match selection::problem(&error) {
            Some(problem) => Ok((StatsPage { problem: Some(problem), ..form(params) }, false)),
            None => Err(error),
        },
    }
}

fn view(params: &Params, counted: &Counted) -> StatsPage {
    let stats = counted.stats();
    let by: Vec<String> = counted.drawn().by.clone();
    let cells = counted.cells();
    let mut caption = format!(
        "By {}",
        stats.by.iter().map(|name| labels::field(name).to_lowercase()).collect::<Vec<_>>().join(" and ")
    );
    if counted.counting.cross {
        let figure = counted.figures.first().map(|figure| figure.name()).unwrap_or_default();
        let figure = FIGURES.iter().find(|(name, _)| *name == figure).map_or(figure, |(_, label)| label);
        caption = format!("{caption}; in the cells: {figure}");
    }
    let mut table = tables::view(caption, &cells, &by, &frame::selection(params));
    if counted.counting.cross
        && let Some(last) = stats.by.last()
    {
        // The columns are values, too.
        let end = table.head.len().saturating_sub(1);
        for name in table.head.iter_mut().take(end).skip(table.names) {
            *name = tables::label(last, Some(name.as_str()).filter(|name| *name != "(none)"));
        }
    }
    let mut remarks: Vec<String> = present::exceptions(stats);
    if counted.counting.test {
        remarks.push(stats.test.as_ref().map_or_else(|| present::NO_TEST.to_owned(), present::tested));
    }
    remarks.extend(stats.notes.iter().map(|note| present::one_line(note)));
    remarks.extend(super::search::synonyms(&counted.synonyms));
    StatsPage {
        total: format!(
            "{} in {}",
            present::counted(stats.total.issues, "issue"),
            present::counted(stats.total.letters, "letter")
        ),
        chart: counted.chart(),
        leaves_out: counted.leaves_out(),
        legend: if stats.days.is_some() { Legend::Days } else { Legend::Outcomes },
        table: Some(table),
        remarks,
        command: command(params, counted),
        ..form(params)
    }
}

/// The page without counts.
fn form(params: &Params) -> StatsPage {
    let choice = |value: &str, label: String, chosen: Option<&str>| Choice {
        is_chosen: chosen.unwrap_or_default() == value,
        value: value.to_owned(),
        label,
    };
    let by: Vec<&str> = params.all("by").collect();
    let (row, column) = match (by.as_slice(), params.first("over")) {
        ([], None) => (Some("category_group"), None),
        ([], Some(_)) => (None, None),
        ([one], Some(_)) => (None, Some(*one)),
        ([first, rest @ ..], _) => (Some(*first), rest.first().copied()),
    };
    let dimensions = |none: &str, chosen: Option<&str>| -> Vec<Choice> {
        let first = choice("", none.to_owned(), chosen);
        let all = Dimension::names().into_iter().map(|name| choice(&name, labels::field(&name), chosen));
        std::iter::once(first).chain(all).collect()
    };
    let few = |all: &[(&str, &str)], chosen: Option<&str>| -> Vec<Choice> {
        all.iter().map(|(value, label)| choice(value, (*label).to_owned(), chosen)).collect()
    };
    let counting = counting(params).unwrap_or_default();
    let with_outcome = counting.by.iter().any(|name| name == "outcome");
    let says = |name: &str| !(with_outcome && OF_OUTCOMES.contains(&name));
    let selection = frame::selection(params);
    let quick = QUICK.map(|(label, pairs)| {
        (label, pairs.iter().fold(selection.clone(), |params, (name, value)| params.and(name, value)).link("/stats"))
    });
    let title =
        if params.query().is_empty() { "Statistics".to_owned() } else { format!("Statistics: {}", params.query()) };
    StatsPage {
        frame: Frame::new("stats", present::one_line(&title), params, &["search.js"]),
        problem: None,
        chips: selection::chips(params, "/stats"),
        hidden: selection.without(&["q"]).pairs().to_vec(),
        rows: dimensions("–", row),
        columns: dimensions("–", column),
        times: few(
            &[("", "no"), ("year", "by year"), ("quarter", "by quarter"), ("month", "by month")],
            params.first("over"),
        ),
        days: few(
            &[("", "no"), ("assigned", "from the assignment"), ("denied", "from the denial")],
            params.first("days"),
        ),
        orders: few(
            &[
                ("values", "as they come"),
                ("-issues", "most issues first"),
                ("-overturned", "most overturned first"),
                ("share", "lowest share upheld first"),
                ("-share", "highest share upheld first"),
            ],
            Some(params.first("order").unwrap_or("values")),
        ),
        is_cross: counting.cross,
        figures: FIGURES
            .iter()
            .filter(|(value, _)| says(value))
            .map(|(value, label)| Choice {
                value: (*value).to_owned(),
                label: (*label).to_owned(),
                is_chosen: counting.show.iter().any(|shown| shown == value),
            })
            .collect(),
        top: params.first("top").unwrap_or_default().to_owned(),
        min: params.first("min").unwrap_or_default().to_owned(),
        quick: quick.into(),
        total: String::new(),
        chart: None,
        leaves_out: false,
        legend: Legend::Outcomes,
        table: None,
        remarks: Vec::new(),
        svg: params.link("/stats.svg"),
        csv: params.link("/stats.csv"),
        command: String::new(),
        report: selection.link("/report"),
        search: selection.link("/"),
    }
}

/// The command that gives the same table.
fn command(params: &Params, counted: &Counted) -> String {
    let Counting { by, over, show, sort, top, least, cross, test, days, .. } = &counted.counting;
    let mut flags = Vec::new();
    let mut add = |name: &str, value: String| flags.extend(shell::flag(name, &value));
    if !by.is_empty() {
        add("by", by.join(","));
    }
    over.iter().for_each(|over| add("over", (*over).to_owned()));
    add("show", show.join(","));
    if sort != "values" {
        add("sort", sort.clone());
    }
    top.iter().for_each(|top| add("top", top.to_string()));
    if *least > 0 {
        add("min", least.to_string());
    }
    days.iter().for_each(|days| add("days", days.name().to_owned()));
    flags.extend(
        [("--cross", *cross), ("--test", *test)].iter().filter(|(_, is_set)| *is_set).map(|(f, _)| (*f).to_owned()),
    );
    let words = ["imr", "stats"].map(str::to_owned).to_vec();
    shell::shown_line(&[words, selection::as_words(params, flags)].concat())
}
