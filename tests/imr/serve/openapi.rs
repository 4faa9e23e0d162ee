//! The description of the API: made of the schemas and the parameters, kept in `schema/openapi.json`, and what is served.

use std::fs;
use std::path::Path;

use imr::index::IndexSchema;
use imr::search::{Dimension, Sort};
use serde_json::{Map, Value, json};

use super::Server;
use crate::support::Folder;

/// A parameter: its name, what it is, and its schema.
type Parameter = (&'static str, String, Value);

fn text(name: &'static str, about: &str) -> Parameter {
    (name, about.to_owned(), json!({"type": "string"}))
}

fn flag(name: &'static str, about: &str) -> Parameter {
    (name, about.to_owned(), json!({"type": "boolean", "default": false}))
}

fn number(name: &'static str, about: &str, schema: Value) -> Parameter {
    let mut whole = json!({"type": "integer"});
    whole.as_object_mut().unwrap().extend(schema.as_object().unwrap().clone());
    (name, about.to_owned(), whole)
}

fn words(name: &'static str, about: &str, words: &[&str]) -> Parameter {
    (name, about.to_owned(), json!({"type": "string", "enum": words}))
}

fn list(name: &'static str, about: &str) -> Parameter {
    (name, about.to_owned(), json!({"type": "array", "items": {"type": "string"}}))
}

/// The filters, whose values may be repeated.
const FILTERS: [&str; 26] = [
    "outcome",
    "basis",
    "category",
    "drug_group",
    "drug",
    "body",
    "side",
    "retrospective",
    "associated",
    "source",
    "specialty",
    "state",
    "chapter",
    "claims_chapter",
    "layout",
    "priority",
    "sex",
    "age",
    "decided",
    "injured",
    "assigned",
    "denied",
    "requests",
    "same_guideline",
    "case",
    "path",
];

/// Which issues.
fn selection() -> Vec<Parameter> {
    let mut all = vec![
        text(
            "q",
            "The query, in the language of `imr help query`; it may begin with `@` and the name of a saved search.",
        ),
        flag("exact", "Only the words that were typed, without their synonyms."),
        flag("any", "Also what has only some of the bare words, at least half of them."),
    ];
    for field in FILTERS {
        let about = match field {
            "path" => "letters of this file, or of files below this folder, as records have paths".to_owned(),
            field => IndexSchema::get().find(field).unwrap().0.about.clone(),
        };
        all.push(list(field, &format!("Only issues with one of these values: {about}.")));
    }
    all
}

fn orders() -> String {
    let fields: Vec<_> = Sort::fields().collect();
    format!("The order: score, or {}; `-` before a field for the greatest first.", fields.join(", "))
}

fn search() -> Vec<Parameter> {
    let mut all = selection();
    all.extend([
        words("group", "What a result is.", &["issue", "letter"]),
        flag("collapse", "Issues with the same rationale and outcome are one result."),
        number("limit", "How many results.", json!({"minimum": 0, "maximum": 1000, "default": 10})),
        number(
            "offset",
            "How many results to leave out; deeper pages are reached by `after`.",
            json!({"minimum": 0, "maximum": 10000, "default": 0}),
        ),
        text("after", "Go on behind the last result of the same search: its `next`."),
        text("sort", &orders()),
        number(
            "sample",
            "So many issues by chance, the same for the same letters and seed.",
            json!({"minimum": 1, "maximum": 1000}),
        ),
        number("seed", "Which sample.", json!({"minimum": 0})),
        number(
            "snippets",
            "How many snippets of a hit at most; times `limit` no more than 10,000.",
            json!({"minimum": 0, "maximum": 100, "default": 1}),
        ),
        number(
            "context",
            "Every match with so many words on either side; times `limit` no more than 10,000.",
            json!({"minimum": 0, "maximum": 1000}),
        ),
        list(
            "facets",
            &format!(
                "What to count over all results: {}; `category:5` for the five most frequent values.",
                dimensions()
            ),
        ),
        flag("count", "The totals only, and the facets."),
        list("fields", "Only these values of each hit, by the names of the columns of CSV."),
    ]);
    all
}

fn dimensions() -> String {
    Dimension::names().join(", ")
}

fn stats() -> Vec<Parameter> {
    let mut all = selection();
    all.extend([
        list("by", &format!("Up to four fields to count by: {}.", dimensions())),
        words("over", "Count by part of time first, with the change against the part before.", &["year", "quarter", "month"]),
        list("show", "The figures: issues, letters, upheld, overturned, share, ci, percent, row_percent, column_percent."),
        text("sort", "The order of rows: values, issues, letters, upheld, overturned, share; `-` before it for the greatest first."),
        number("top", "Rows for the most frequent values of each field, and one for all others.", json!({"minimum": 1, "maximum": 4294967295u32})),
        number("min", "Leave out rows of fewer issues.", json!({"minimum": 0, "default": 0})),
        flag("cross", "Of two fields at least; tables other than JSON set the values of the last beside one another."),
        flag("test", "Test two fields for independence."),
        words("days", "How many days decisions took since then.", &["assigned", "denied"]),
        text("compare", "Count what this query finds beside; filters hold for both."),
        words("format", "The form of the table.", &["json", "csv", "markdown"]),
    ]);
    all
}

fn similar() -> Vec<Parameter> {
    let mut all = selection();
    all.extend([
        text("of", "The issue: case number, slash, number, such as `CM16-0213037/2`."),
        number("limit", "How many issues.", json!({"minimum": 0, "maximum": 1000, "default": 20})),
    ]);
    all
}

fn export() -> Vec<Parameter> {
    let mut all = vec![
        words("format", "What to write.", &["csv", "jsonl", "parquet", "citations"]),
        words("of", "What a row is; citations are of issues.", &["letters", "issues"]),
        text("sort", &format!("Of citations alone. {}", orders())),
        number("limit", "How many rows at most.", json!({"minimum": 0})),
    ];
    all.extend(selection());
    all
}

fn suggest() -> Vec<Parameter> {
    vec![
        text("q", "What was typed of a query; its last word is completed."),
        text("field", "Complete values of this field instead."),
        text("begin", "How values of `field` begin."),
        flag("spelling", "Also tell the query that may have been meant, where this one finds little."),
        number("limit", "How many completions.", json!({"minimum": 1, "maximum": 200, "default": 20})),
    ]
}

fn issue() -> Parameter {
    number("issue", "This issue of it alone.", json!({"minimum": 1, "maximum": 4294967295u32}))
}

fn schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn any(names: &[&str]) -> Value {
    json!({"anyOf": names.iter().map(|name| schema(name)).collect::<Vec<_>>()})
}

/// A route: address, name, what it does, parameters, and what is answered by type.
type Route = (&'static str, &'static str, &'static str, Vec<Parameter>, Vec<(&'static str, Value)>);

/// The routes.
fn routes() -> Vec<Route> {
    let string = || json!({"type": "string"});
    let json = "application/json";
    vec![
        (
            "/api/search",
            "search",
            "Search the issues; what `imr search --format json` prints.",
            search(),
            vec![(json, any(&["search", "search-fields"]))],
        ),
        (
            "/api/stats",
            "stats",
            "Count issues and letters; what `imr stats --format json` prints.",
            stats(),
            vec![(json, any(&["stats", "comparison"])), ("text/csv", string()), ("text/markdown", string())],
        ),
        (
            "/api/similar",
            "similar",
            "The issues most like one; what `imr similar --format json` prints.",
            similar(),
            vec![(json, schema("similar"))],
        ),
        (
            "/api/letters/{case}",
            "letter",
            "A letter; what `imr show --format json` prints.",
            vec![issue()],
            vec![(json, schema("letter"))],
        ),
        (
            "/api/letters/{case}/original",
            "original",
            "The file that the letter was read from, where it lies in a folder that was indexed.",
            vec![],
            vec![
                ("application/pdf", json!({"type": "string", "contentMediaType": "application/pdf"})),
                ("text/plain", string()),
            ],
        ),
        (
            "/api/letters",
            "letterAt",
            "A letter without a case number, by its path.",
            vec![text("path", "The path of the letter, as records have it."), issue()],
            vec![(json, schema("letter"))],
        ),
        (
            "/api/export",
            "export",
            "A selection as a file; what `imr export` writes, or `imr search --format citations`.",
            export(),
            vec![
                ("application/x-ndjson", string()),
                ("text/csv", string()),
                (
                    "application/vnd.apache.parquet",
                    json!({"type": "string", "contentMediaType": "application/vnd.apache.parquet"}),
                ),
                ("text/plain", string()),
            ],
        ),
        (
            "/api/suggest",
            "suggest",
            "What may be typed next, and what may have been meant.",
            suggest(),
            vec![(json, schema("suggest"))],
        ),
        (
            "/api/health",
            "health",
            "Whether the server is well, and what it searches.",
            vec![],
            vec![(json, schema("health"))],
        ),
        ("/api/openapi.json", "openapi", "This description.", vec![], vec![(json, json!({"type": "object"}))]),
        ("/metrics", "metrics", "What was asked, counted, for Prometheus.", vec![], vec![("text/plain", string())]),
    ]
}

/// A file of `schema/`, whose references lead to the components of the description.
fn component(name: &str) -> Value {
    fn lead(value: &mut Value, name: &str) {
        match value {
            Value::Object(object) => {
                for (key, value) in object.iter_mut() {
                    if let Some(to) = value.as_str().filter(|_| key == "$ref") {
                        let (file, place) = to.split_once('#').unwrap_or((to, ""));
                        let file = if file.is_empty() { name } else { file.trim_end_matches(".schema.json") };
                        *value = format!("#/components/schemas/{file}{place}").into();
                    } else {
                        lead(value, name);
                    }
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|value| lead(value, name)),
            _ => {}
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/{name}.schema.json"));
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    schema.as_object_mut().unwrap().retain(|key, _| key != "$schema" && key != "$id");
    lead(&mut schema, name);
    schema
}

fn description() -> Value {
    let mut paths = Map::new();
    let problem = json!({"application/json": {"schema": schema("problem")}});
    for (address, name, about, parameters, answers) in routes() {
        let mut told: Vec<Value> = Vec::new();
        if address.contains("{case}") {
            let schema = json!({"type": "string", "pattern": "^CM[0-9]{2}-[0-9]{7}$"});
            told.push(json!({"name": "case", "in": "path", "required": true, "description": "The case number.", "schema": schema}));
        }
        for (name, about, schema) in parameters {
            let mut parameter = json!({"name": name, "in": "query", "description": about, "schema": schema});
            if (address == "/api/similar" && name == "of") || (address == "/api/letters" && name == "path") {
                parameter["required"] = true.into();
            }
            told.push(parameter);
        }
        let content: Map<String, Value> =
            answers.into_iter().map(|(kind, schema)| (kind.to_owned(), json!({"schema": schema}))).collect();
        let mut responses = json!({"200": {"description": "The answer.", "content": content}});
        for (status, why) in [
            ("400", "A query or a parameter that cannot be used."),
            ("401", "Who asks has to know a token."),
            ("403", "A page of another site asks."),
            ("404", "There is no such letter, or none of its file."),
            ("413", "A request has no body here."),
            ("414", "The address is too long."),
            ("421", "The server has another name."),
            ("500", "The index, or a file, cannot be read."),
            ("503", "Too much is at work, or the answer took too long."),
        ] {
            responses[status] = json!({"description": why, "content": problem});
        }
        if name == "original" {
            responses["304"] = json!({"description": "The file is the one that is known by its tag."});
        }
        let get = json!({"operationId": name, "summary": about, "parameters": told, "responses": responses});
        paths.insert(address.to_owned(), json!({"get": get}));
    }
    let names = ["search", "search-fields", "stats", "comparison", "similar", "letter", "suggest", "health", "problem"];
    let schemas: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), component(name))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "imr",
            "description": "Search and count decisions of California Independent Medical Review: the answers of the command line over HTTP. Counts are exact. Parameters with several values are repeated; those without a value are as if they were not there.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "security": [{}, {"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "The token of `imr serve`, where it has one."}},
            "schemas": schemas,
        },
    })
}

#[test]
fn the_description_is_made_of_schemas_and_parameters_and_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/openapi.json");
    let made = serde_json::to_string_pretty(&description()).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECTED").is_some_and(|update| update == "1") {
        fs::write(&path, &made).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == made, "UPDATE_EXPECTED=1 writes schema/openapi.json anew");
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    assert!(server.get("/api/openapi.json").with(200).text() == made, "the program is of before");
}

#[test]
fn every_route_has_the_parameters_that_are_described() {
    let folder = Folder::indexed(3);
    let server = Server::start(&folder, &[]);
    let case = folder.imr(&["search", "--limit", "1", "--fields", "case_number"]).out.trim().to_owned();
    for (address, name, _, parameters, _) in routes() {
        let needed = match name {
            "similar" => format!("of={case}/1&"),
            "letterAt" => "path=letters&".to_owned(),
            _ => String::new(),
        };
        // What is refused tells what would not be.
        let problem = server.get(&format!("{}?{needed}0000=1", address.replace("{case}", &case))).with(400).problem();
        let hint = problem["hint"].as_str().unwrap();
        let told = hint
            .strip_prefix("the parameters are")
            .or(hint.strip_prefix("there are no parameters"))
            .unwrap_or_else(|| panic!("{address}: {problem}"));
        let mut told: Vec<&str> = told.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let mut described: Vec<&str> = parameters.iter().map(|(name, ..)| *name).collect();
        described.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, described, "{address}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn check(value: &Value, whole: &Value, count: &mut usize) {
        match value {
            Value::Object(object) => {
                if let Some(to) = object.get("$ref").and_then(Value::as_str) {
                    assert!(whole.pointer(to.strip_prefix('#').unwrap()).is_some(), "{to}");
                    *count += 1;
                }
                object.values().for_each(|value| check(value, whole, count));
            }
            Value::Array(all) => all.iter().for_each(|value| check(value, whole, count)),
            _ => {}
        }
    }
    let (whole, mut count) = (description(), 0);
    check(&whole, &whole, &mut count);
    assert!(count > 100, "{count}");
}
