//! The tools: what each takes, and what it answers.

use std::sync::{Arc, LazyLock};

use imr::present::{self, Original, Style};
use imr::record::IssueRecord;
use imr::search::{By, Found, Hit};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

use super::cut::{self, ANSWER, TEXT, WHOLE_TEXT};
use crate::asked::Suggested;
use crate::serve::params::Params;
use crate::serve::problem::{Answer, Problem};
use crate::serve::request::{self, Counted, Search, Similar};
use crate::serve::state::Opened;

/// What a tool does.
pub type Does = fn(&Opened, Params) -> Answer<Value>;

/// The most hits of one answer.
const MOST_HITS: usize = 50;
/// The most rows of a table.
const MOST_ROWS: usize = 200;
/// The most values of a facet.
const MOST_VALUES: usize = 25;

struct Known {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    /// The route whose parameters it takes, and which of these; empty for all.
    route: &'static str,
    without: &'static [&'static str],
    does: Does,
}

const KNOWN: [Known; 4] = [
    Known {
        name: "search",
        title: "Search decisions",
        about: "Search the disputed treatments (issues) of Independent Medical Review letters. Bare words must all match; \
                `upheld` and `overturned` mean the outcome; \"words in a row\", OR, NOT, field:value, trial w/5 therapy. \
                Returns issues with case numbers for citing, the passages that match, and exact totals. Page with `after`.",
        route: "/api/search",
        without: &["collapse", "context", "fields", "group", "sample", "seed", "offset"],
        does: search,
    },
    Known {
        name: "get_letter",
        title: "Read a letter",
        about: "Read one decision letter, or one issue of it: outcome, guidelines of both sides with citations, the rationale, \
                the clinical summary and the reviewer. `case` is a case number, CM16-0213037, or an issue, CM16-0213037/2.",
        route: "",
        without: &[],
        does: letter,
    },
    Known {
        name: "stats",
        title: "Count decisions",
        about: "Count issues and letters by up to four fields, with the share of denials upheld. `over` counts by year, \
                quarter or month; `compare` sets another query beside; `test` tests two fields for independence.",
        route: "/api/stats",
        without: &["format", "cross"],
        does: stats,
    },
    Known {
        name: "similar",
        title: "Find similar decisions",
        about: "Find the issues most like one (`of`, as CM16-0213037/2) and how they were decided, with the words they share.",
        route: "/api/similar",
        without: &[],
        does: similar,
    },
];

/// The description of the API, of which the tools take their parameters.
static DESCRIPTION: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../schema/openapi.json")).unwrap_or_default());

/// All tools.
pub fn all() -> Vec<Tool> {
    let tool = |known: &Known| {
        let annotations = ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(false);
        Tool::new(known.name, known.about, Arc::new(takes(known)))
            .with_title(known.title)
            .with_raw_output_schema(Arc::new(gives(known.name)))
            .with_annotations(annotations)
    };
    KNOWN.iter().map(tool).collect()
}

/// What the tool of a name does.
pub fn find(name: &str) -> Option<Does> {
    KNOWN.iter().find(|known| known.name == name).map(|known| known.does)
}

/// The schema of what a tool takes.
fn takes(known: &Known) -> JsonObject {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    if known.name == "get_letter" {
        let case =
            json!({"type": "string", "description": "The case number, also with the number of an issue behind it."});
        properties.insert("case".to_owned(), case);
        let first = json!({"type": "integer", "minimum": 1, "default": 1, "description": "Begin with this issue of the letter."});
        properties.insert("first".to_owned(), first);
        required.push(json!("case"));
    }
    let parameters = DESCRIPTION["paths"][known.route]["get"]["parameters"].as_array();
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        if known.without.contains(&name) {
            continue;
        }
        let mut schema = parameter["schema"].clone();
        schema["description"] = parameter["description"].clone();
        if name == "limit" {
            schema["maximum"] = json!(MOST_HITS);
        }
        if parameter["required"] == json!(true) {
            required.push(json!(name));
        }
        properties.insert(name.to_owned(), schema);
    }
    let schema =
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    schema.as_object().cloned().unwrap_or_default()
}

/// The schema of what a tool answers.
fn gives(name: &str) -> JsonObject {
    let count =
        json!({"type": "object", "properties": {"issues": {"type": "integer"}, "letters": {"type": "integer"}}});
    let objects = json!({"type": "array", "items": {"type": "object"}});
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let cut =
        json!({"type": ["string", "null"], "description": "What is left out, and how to go on; null for nothing."});
    let mut properties = match name {
        "search" => {
            json!({"total": count, "hits": objects, "facets": {"type": "object"}, "suggestion": {"type": ["string", "null"]}, "notes": texts, "next": {"type": ["string", "null"]}})
        }
        "get_letter" => json!({"letter": {"type": "object"}}),
        "stats" => json!({"table": {"type": "object"}, "notes": texts}),
        _ => {
            json!({"of": {"type": "string"}, "words": texts, "upheld": {"type": "integer"}, "overturned": {"type": "integer"}, "similar": objects})
        }
    };
    let names: Vec<Value> =
        properties.as_object().into_iter().flat_map(|all| all.keys()).map(|name| json!(name)).collect();
    properties["cut"] = cut;
    let required = [names, vec![json!("cut")]].concat();
    let schema = json!({"type": "object", "properties": properties, "required": required});
    schema.as_object().cloned().unwrap_or_default()
}

fn search(index: &Opened, mut params: Params) -> Answer<Value> {
    let mut search = Search::take(&mut params)?;
    params.end()?;
    bounded(search.limit)?;
    search.snippets = search.snippets.clamp(1, 5);
    search.by = By::Issue;
    let answered = search.answer(index)?;
    let found = answered.found;
    let mut is_shortened = false;
    let mut hits = Vec::new();
    for hit in &found.hits {
        let (value, is_cut) = cited(hit, index)?;
        is_shortened |= is_cut;
        hits.push(value);
    }
    let hits = cut::as_many(hits);
    let printed = json_of(|out| present::hits_json(out, &Found { hits: Vec::new(), ..found.clone() }, None))?;
    let mut facets = printed["facets"].clone();
    let values = facets.as_object_mut().into_iter().flat_map(|all| all.values_mut());
    let mut is_facet_cut = false;
    for values in values.filter_map(Value::as_array_mut) {
        is_facet_cut |= values.len() > MOST_VALUES;
        values.truncate(MOST_VALUES);
    }
    let (shown, asked) = (hits.len(), found.hits.len());
    let cut = match &found.next {
        _ if shown < asked => Some(format!(
            "the answer would be too long: {shown} of {asked} hits; ask with a `limit` of {shown}, and go on with `after`"
        )),
        Some(_) if search.limit > 0 => {
            let total = found.results;
            Some(format!("{shown} hits of {total}; go on with `after` set to `next`, and everything else as it was"))
        }
        _ if is_facet_cut => Some(format!("facets have their {MOST_VALUES} most frequent values")),
        _ => None,
    };
    let cut = cut::with_shortened(cut, is_shortened);
    let mut notes = answered.notes;
    if let Suggested::SomeOfTheWords(more) = answered.suggested {
        notes.push(format!(
            "few issues have all of the words; with `any` true there are {more} with at least half of them"
        ));
    }
    Ok(json!({
        "total": printed["total"],
        "hits": hits,
        "facets": facets,
        "suggestion": found.suggestion,
        "notes": notes,
        "next": if shown < asked { Value::Null } else { json!(found.next) },
        "cut": cut::told(cut),
    }))
}

fn letter(index: &Opened, mut params: Params) -> Answer<Value> {
    let case = params.one("case")?;
    let first = params.number("first", 1..=u64::from(u32::MAX))?;
    params.end()?;
    let case =
        case.ok_or_else(|| Problem::parameter("case", "no letter was named").with_hint("such as CM16-0213037"))?;
    let no_letter = || Problem::no_letter(&case);
    let (mut letter, number) = request::letter(index, case.trim())?.ok_or_else(no_letter)?;
    let all = letter.issues.len();
    let issues: Vec<IssueRecord> = match number {
        Some(number) => letter.issues.drain(..).filter(|issue| issue.number == number).collect(),
        None => letter.issues.drain(..).filter(|issue| u64::from(issue.number) >= first.unwrap_or(1)).collect(),
    };
    if issues.is_empty() && all > 0 {
        return Err(Problem::not_found(format!("the letter has no such issue; it has {all}")));
    }
    let mut told = json_of(|out| present::record_json(out, &letter))?;
    if let Some(told) = told.as_object_mut() {
        // Places in texts are nothing to an assistant.
        told.retain(|name, _| !matches!(name.as_str(), "digest" | "summary_pages" | "diagnostics" | "licensure"));
    }
    let mut is_cut = cut::within(&mut told, WHOLE_TEXT, ANSWER);
    let mut values = Vec::new();
    for issue in &issues {
        let mut value = serde_json::to_value(issue).map_err(|e| unprintable(e.into()))?;
        if let Some(issue) = value.as_object_mut() {
            issue.retain(|name, _| name != "pages");
        }
        is_cut |= cut::within(&mut value, WHOLE_TEXT, ANSWER);
        values.push(value);
    }
    let shown = cut::as_many(values);
    let next = issues.get(shown.len()).map(|issue| issue.number);
    told["issues"] = json!(shown);
    let cut = next.map(|next| format!("the letter has {all} issues; go on with `first` set to {next}"));
    let cut = cut::with_shortened(cut, is_cut);
    Ok(json!({"letter": told, "cut": cut::told(cut)}))
}

fn stats(index: &Opened, mut params: Params) -> Answer<Value> {
    let counted = Counted::take(&mut params)?;
    params.end()?;
    let (mut table, notes) = match &counted.compare {
        Some(compare) => {
            let told = counted.comparison(index)?;
            let queries = [&*counted.selection.query(), compare];
            (json_of(|out| present::comparison_json(out, &told.table, queries, &told.figures))?, told.notes)
        }
        None => {
            let told = counted.table(index)?;
            (json_of(|out| present::stats_json(out, &told.table, &told.figures))?, told.notes)
        }
    };
    let mut cut = None;
    if let Some(rows) = table["rows"].as_array_mut()
        && rows.len() > MOST_ROWS
    {
        cut =
            Some(format!("the first {MOST_ROWS} rows of {}; `top`, `min` or a narrower query make fewer", rows.len()));
        rows.truncate(MOST_ROWS);
    }
    Ok(json!({"table": table, "notes": notes, "cut": cut::told(cut)}))
}

fn similar(index: &Opened, mut params: Params) -> Answer<Value> {
    let asked = Similar::take(&mut params)?;
    params.end()?;
    bounded(asked.limit)?;
    let no_letter = || Problem::no_letter(&asked.of);
    let alike = asked.answer(index)?.ok_or_else(no_letter)?;
    let issue = alike.letter.issues.get(alike.issue).ok_or_else(no_letter)?;
    let original = Original { case: alike.letter.facts.case_number, path: &alike.letter.facts.path, issue };
    let printed = json_of(|out| present::similar_json(out, original, &alike.similar))?;
    let (mut values, mut is_shortened) = (Vec::new(), false);
    for neighbour in &alike.similar.neighbours {
        let (mut value, is_cut) = cited(&neighbour.hit, index)?;
        is_shortened |= is_cut;
        value["words"] = json!(neighbour.words);
        values.push(value);
    }
    let all = values.len();
    let shown = cut::as_many(values);
    let cut = (shown.len() < all)
        .then(|| format!("{} of {all} issues; filters or a smaller `limit` make fewer", shown.len()));
    let cut = cut::with_shortened(cut, is_shortened);
    Ok(json!({
        "of": asked.of,
        "words": printed["words"],
        "upheld": printed["upheld"],
        "overturned": printed["overturned"],
        "similar": shown,
        "cut": cut::told(cut),
    }))
}

/// A hit with what is needed to judge and to cite it, and whether it has more.
fn cited(hit: &Hit, index: &Opened) -> Answer<(Value, bool)> {
    let found = Found {
        total: Default::default(),
        by: By::Issue,
        results: 1,
        hits: vec![hit.clone()],
        facets: Vec::new(),
        next: None,
        notes: Vec::new(),
        synonyms: Vec::new(),
        suggestion: None,
    };
    let cwd = index.base().to_path_buf();
    let style =
        Style { pretty: false, color: false, links: false, terminal: false, width: 80, columns: usize::MAX, cwd };
    let mut citation = Vec::new();
    present::citations(&mut citation, &found, &style, index.base()).map_err(unprintable)?;
    let printed = json_of(|out| present::hits_json(out, &found, None))?;
    let all = &printed["hits"][0];
    let mut told = Map::new();
    told.insert("citation".to_owned(), json!(String::from_utf8_lossy(&citation).trim_end()));
    for name in [
        "case_number",
        "number",
        "decision_date",
        "outcome",
        "issue",
        "category",
        "drug",
        "guideline",
        "rationale",
        "text",
        "snippets",
    ] {
        if let Some(value) = all.get(name).filter(|value| !value.is_null()) {
            told.insert(name.to_owned(), value.clone());
        }
    }
    if told.get("case_number").is_none() {
        told.insert("path".to_owned(), all["path"].clone());
    }
    let mut told = Value::Object(told);
    let is_cut = cut::within(&mut told, TEXT, ANSWER);
    Ok((told, is_cut))
}

/// Whether so many hits are few enough for an answer.
fn bounded(limit: usize) -> Answer<()> {
    match limit > MOST_HITS {
        true => Err(Problem::parameter("limit", format!("`limit` is at most {MOST_HITS} here"))),
        false => Ok(()),
    }
}

fn json_of(print: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> Answer<Value> {
    let mut out = Vec::new();
    print(&mut out).map_err(unprintable)?;
    serde_json::from_slice(&out).map_err(|e| unprintable(e.into()))
}

fn unprintable(error: std::io::Error) -> Problem {
    imr::Error::new(imr::ErrorKind::Io, "cannot be printed").with_source(error).into()
}
