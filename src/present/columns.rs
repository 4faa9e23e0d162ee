//! The values of a hit that can be chosen by name, and how each is written in one cell.

use serde_json::{Map, Value};

use crate::error::{self, Error, ErrorKind, Result};

/// One value of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Where it stands in the JSON of a hit.
    place: &'static str,
}

/// Some values of a hit, in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

/// The columns of CSV, each with its place in the JSON of a hit.
const USUAL: &[(&str, &str)] = &[
    ("rank", "/rank"),
    ("score", "/score"),
    ("case_number", "/case_number"),
    ("number", "/number"),
    ("decision_date", "/decision_date"),
    ("outcome", "/outcome"),
    ("issue", "/issue"),
    ("category", "/category"),
    ("category_confidence", "/category_confidence"),
    ("drug_group", "/drug_group"),
    ("drug", "/drug"),
    ("requested", "/requested"),
    ("authorized", "/authorized"),
    ("disputed", "/disputed"),
    ("quantity", "/quantity"),
    ("unit", "/unit"),
    ("frequency_low", "/frequency/low"),
    ("frequency_high", "/frequency/high"),
    ("frequency_per", "/frequency/per"),
    ("duration_low", "/duration/low"),
    ("duration_high", "/duration/high"),
    ("duration_unit", "/duration/unit"),
    ("strength", "/strength"),
    ("body_parts", "/body_parts"),
    ("side", "/side"),
    ("retrospective", "/retrospective"),
    ("dates_of_service", "/dates_of_service"),
    ("associated", "/associated"),
    ("basis", "/guideline/basis"),
    ("guideline", "/guideline"),
    ("citations", "/guideline/citations"),
    ("claims_basis", "/claims_guideline/basis"),
    ("claims_guideline", "/claims_guideline"),
    ("claims_citations", "/claims_guideline/citations"),
    ("rationale", "/rationale"),
    ("letter_outcome", "/letter_outcome"),
    ("stated_outcome", "/stated_outcome"),
    ("priority", "/priority"),
    ("date_of_injury", "/date_of_injury"),
    ("date_assigned", "/date_assigned"),
    ("ur_denial_date", "/ur_denial_date"),
    ("application_received", "/application_received"),
    ("age", "/age"),
    ("sex", "/sex"),
    ("licensure", "/licensure"),
    ("licensure_canonical", "/licensure_canonical"),
    ("specialties", "/specialties"),
    ("specialties_canonical", "/specialties_canonical"),
    ("board_certifications", "/board_certifications"),
    ("subspecialties", "/subspecialties"),
    ("body_regions", "/body_regions"),
    ("diagnoses", "/diagnoses"),
    ("summary_dates", "/summary_dates"),
    ("documents_reviewed", "/documents_reviewed"),
    ("clinical_summary", "/clinical_summary"),
    ("layout", "/layout"),
    ("path", "/path"),
    ("digest", "/digest"),
    ("text", "/text"),
];

/// Values that have columns of their own in CSV already, in parts, or are no values of the record.
const FURTHER: &[(&str, &str)] = &[
    ("frequency", "/frequency"),
    ("duration", "/duration"),
    ("snippets", "/snippets"),
    ("same_rationale", "/same_rationale"),
];

/// What the columns of an export of letters have beside the columns of hits.
const OF_LETTER: &[(&str, &str)] = &[
    ("outcome", "/outcome"),
    ("issue_count", "/issue_count"),
    ("issues", "/issues"),
    ("issue_outcomes", "/issue_outcomes"),
    ("diagnostics", "/diagnostics"),
];

/// The columns of an export of letters, in their order.
const LETTER: [&str; 30] = [
    "case_number",
    "decision_date",
    "outcome",
    "issue_count",
    "issues",
    "issue_outcomes",
    "stated_outcome",
    "priority",
    "date_of_injury",
    "date_assigned",
    "ur_denial_date",
    "application_received",
    "age",
    "sex",
    "licensure",
    "licensure_canonical",
    "specialties",
    "specialties_canonical",
    "board_certifications",
    "subspecialties",
    "body_regions",
    "diagnoses",
    "summary_dates",
    "documents_reviewed",
    "clinical_summary",
    "diagnostics",
    "layout",
    "path",
    "digest",
    "text",
];

/// What an export of issues has no columns for: what a search makes, and the text of letters without issues.
const NOT_OF_ISSUES: [&str; 3] = ["rank", "score", "text"];

/// The columns of a table for reading.
const BRIEF: [&str; 6] = ["case_number", "number", "decision_date", "outcome", "category", "issue"];

impl Column {
    /// The names of all columns.
    pub fn names() -> impl Iterator<Item = &'static str> {
        all().map(|column| column.name)
    }

    /// The column of this name; blanks and hyphens are as good as `_`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], with the names most like it, or else all.
    pub fn find(name: &str) -> Result<Self> {
        let folded = name.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        all().find(|column| column.name == folded).ok_or_else(|| {
            Error::new(ErrorKind::Usage, format!("there is no field `{}`", name.trim())).with_hint(suggestion(&folded))
        })
    }

    /// The value in the JSON of a hit.
    fn value<'a>(&self, hit: &'a Value) -> &'a Value {
        hit.pointer(self.place).unwrap_or(&Value::Null)
    }

    /// The value as one cell: lists joined by semicolons, citations and guidelines by the words that they were read from.
    pub fn cell(&self, hit: &Value) -> String {
        cell(self.value(hit))
    }
}

fn all() -> impl Iterator<Item = Column> {
    USUAL.iter().chain(FURTHER).map(|(name, place)| Column { name, place })
}

/// What to say to one who asks for a name that there is not.
fn suggestion(name: &str) -> String {
    let names = || Column::names().collect::<Vec<_>>().join(", ");
    match error::nearest(name, Column::names()) {
        near if near.is_empty() => format!("the fields are {}", names()),
        near => format!("did you mean {}? The fields are {}", near.join(", "), names()),
    }
}

impl Columns {
    /// Those of CSV: everything but snippets, also the parts of what has some.
    pub fn usual() -> Self {
        Self(all().take(USUAL.len()).collect())
    }

    /// Those of a table for reading: which issue, how it was decided, and on what.
    pub fn brief() -> Self {
        Self(BRIEF.iter().filter_map(|name| all().find(|column| column.name == *name)).collect())
    }

    /// Those of an export of issues: of CSV, but for what only a search has.
    pub fn of_issues() -> Self {
        Self(all().take(USUAL.len()).filter(|column| !NOT_OF_ISSUES.contains(&column.name)).collect())
    }

    /// Those of an export of letters.
    pub fn of_letters() -> Self {
        let known = || OF_LETTER.iter().map(|(name, place)| Column { name, place }).chain(all());
        Self(LETTER.iter().filter_map(|name| known().find(|column| column.name == *name)).collect())
    }

    /// Those of these names.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] for a name that there is not, or that is there twice.
    pub fn chosen<S: AsRef<str>>(names: &[S]) -> Result<Self> {
        let mut columns: Vec<Column> = Vec::new();
        for name in names {
            let column = Column::find(name.as_ref())?;
            if columns.contains(&column) {
                return Err(Error::new(ErrorKind::Usage, format!("`{}` is named twice", column.name)));
            }
            columns.push(column);
        }
        Ok(Self(columns))
    }

    /// The columns in order.
    pub fn iter(&self) -> impl Iterator<Item = &Column> {
        self.0.iter()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|column| column.name)
    }

    /// These values of a hit, and no others.
    pub fn of(&self, hit: &Value) -> Value {
        let members = self.0.iter().map(|column| (column.name.to_owned(), column.value(hit).clone()));
        Value::Object(members.collect::<Map<_, _>>())
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join("; "),
        Value::Object(object) => match object.get("text") {
            Some(text) => cell(text),
            None => span(object),
        },
        other => other.to_string(),
    }
}

/// How often or how long, in words: `2-3 per week`, `6 weeks`.
fn span(object: &Map<String, Value>) -> String {
    let part = |name: &str| object.get(name).map(cell).unwrap_or_default();
    let (low, high) = (part("low"), part("high"));
    let number = if low == high { low } else { format!("{low}-{high}") };
    match (object.get("per"), part("unit")) {
        (Some(per), _) => format!("{number} per {}", cell(per)),
        (None, unit) if number == "1" => format!("{number} {unit}"),
        (None, unit) => format!("{number} {unit}s"),
    }
}
