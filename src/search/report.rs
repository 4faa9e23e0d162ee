//! The set of tables that is published of independent medical reviews every year, over any selection.

use super::dimension::Dimension;
use super::stats::{self, RowOrder, Since, Stats, StatsRequest};
use crate::error::Result;
use crate::index::Reader;
use crate::query::{self, Expr};

/// One table of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// A word for links and file names.
    pub name: &'static str,
    /// The title.
    pub title: &'static str,
    /// What it tells.
    pub about: &'static str,
    /// The field that the issues must have a value of, besides what the query of the report asks for.
    pub has: Option<&'static str>,
    /// The flags of `imr stats` that give the same table.
    pub flags: Vec<String>,
    /// The counts.
    pub stats: Stats,
}

/// What a section asks for.
struct Plan {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    by: &'static str,
    has_value: bool,
    top: Option<usize>,
    order: &'static str,
    over: bool,
    days: Option<Since>,
}

impl Plan {
    const fn new(name: &'static str, title: &'static str, about: &'static str, by: &'static str) -> Self {
        Self { name, title, about, by, has_value: false, top: None, order: "values", over: false, days: None }
    }
}

/// The tables, in their order.
fn plans() -> Vec<Plan> {
    vec![
        Plan {
            over: true,
            ..Plan::new(
                "years",
                "Volume and outcomes by year of decision",
                "How many disputed treatments were decided, in how many letters, and how many denials were upheld.",
                "year",
            )
        },
        Plan {
            over: true,
            ..Plan::new("quarters", "Volume and outcomes by quarter", "The same by quarter of decision.", "quarter")
        },
        Plan::new(
            "categories",
            "Outcomes by service category",
            "Disputed treatments by the group of services that they belong to.",
            "category_group",
        ),
        Plan {
            top: Some(30),
            ..Plan::new(
                "subcategories",
                "Outcomes by service subcategory",
                "The thirty most frequent subcategories, and all others together.",
                "category",
            )
        },
        Plan {
            has_value: true,
            ..Plan::new("drug-groups", "Outcomes by drug group", "Disputed drugs by their group.", "drug_group")
        },
        Plan {
            has_value: true,
            top: Some(25),
            ..Plan::new("drugs", "Outcomes by drug", "The twenty-five most frequent drugs, by generic name.", "drug")
        },
        Plan {
            order: "-overturned",
            top: Some(25),
            ..Plan::new(
                "overturned",
                "Treatments overturned most often",
                "Of the twenty-five most frequent subcategories those with the most overturned denials first.",
                "category",
            )
        },
        Plan {
            top: Some(25),
            ..Plan::new(
                "specialties",
                "Outcomes by the reviewer's specialty",
                "By the specialty that the reviewer lists first.",
                "first_specialty",
            )
        },
        Plan::new(
            "basis",
            "Outcomes by the basis of the decision",
            "Whether the reviewer relied on the Medical Treatment Utilization Schedule (MTUS), on other sources, or on both.",
            "basis",
        ),
        Plan::new("sources", "Outcomes by guideline", "The bodies of guidelines that the reviewer cited.", "source"),
        Plan {
            top: Some(25),
            ..Plan::new(
                "chapters",
                "Outcomes by chapter of the MTUS",
                "The chapters of the MTUS that the reviewer cited, the twenty-five most frequent.",
                "chapter",
            )
        },
        Plan::new(
            "same-guideline",
            "Outcomes by agreement on the guideline",
            "Whether reviewer and claims administrator cited a guideline in common.",
            "same_guideline",
        ),
        Plan::new("requests", "Requests per letter", "Issues by how many issues their letter has.", "requests"),
        Plan {
            days: Some(Since::Assigned),
            ..Plan::new(
                "days-assigned",
                "Days from assignment to decision",
                "How long decisions took from the assignment to a reviewer, by year of decision.",
                "year",
            )
        },
        Plan {
            days: Some(Since::Denied),
            ..Plan::new(
                "days-denied",
                "Days from denial to decision",
                "How long decisions took from the denial by utilization review, by year of decision.",
                "year",
            )
        },
        Plan::new("age", "Outcomes by age", "By the worker's age.", "age_band"),
        Plan::new("sex", "Outcomes by sex", "By the worker's sex.", "sex"),
    ]
}

/// Counts every table over what an expression matches.
///
/// # Errors
/// When the index cannot be read.
pub fn report(reader: &Reader, expr: &Expr) -> Result<Vec<Section>> {
    plans().iter().map(|plan| section(reader, expr, plan)).collect()
}

fn section(reader: &Reader, expr: &Expr, plan: &Plan) -> Result<Section> {
    let has = plan.has_value.then_some(plan.by);
    let expr = match has {
        Some(field) => expr.clone().and(query::filter(field, &["*"])?),
        None => expr.clone(),
    };
    let request = StatsRequest {
        top: plan.top,
        order: RowOrder::parse(plan.order)?,
        over: plan.over,
        days: plan.days,
        ..StatsRequest::new(expr, Dimension::parse_all(&[plan.by])?)
    };
    let mut flags = vec![if plan.over { "--over" } else { "--by" }.to_owned(), plan.by.to_owned()];
    let mut add = |flag: &str, value: String| flags.extend([flag.to_owned(), value]);
    if let Some(top) = plan.top {
        add("--top", top.to_string());
    }
    if plan.order != "values" {
        add("--sort", plan.order.to_owned());
    }
    if let Some(since) = plan.days {
        add("--days", since.name().to_owned());
    }
    let stats = stats::stats(reader, &request)?;
    let Plan { name, title, about, .. } = *plan;
    Ok(Section { name, title, about, has, flags, stats })
}
