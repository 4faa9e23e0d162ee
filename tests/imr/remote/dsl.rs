//! What queries become: a table of queries and the JSON that is asked for them.

use imr::query::{self, Expr};
use imr::remote::Flavor;
use imr::remote::dsl::{self, Able};
use serde_json::{Value, json};

/// What a query asks for before keywords and patterns are looked up.
fn expr(text: &str) -> Expr {
    query::parse(text).unwrap().expr
}

fn asked(text: &str) -> Value {
    dsl::query(&expr(text), Able::ALL).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A term of a field, of the field's weight.
fn term(field: &str, value: &str, boost: f64) -> Value {
    match boost {
        1.0 => json!({"term": {field: {"value": value}}}),
        _ => json!({"term": {field: {"value": value, "boost": boost}}}),
    }
}

#[test]
fn queries_become_json() {
    let near =
        |a: Value, b: Value, slop: u32| json!({"span_near": {"clauses": [a, b], "slop": slop, "in_order": true}});
    let word = |word: &str| json!({"span_term": {"rationale_terms": {"value": word}}});
    let rationale = |word: &str| term("rationale_terms", word, 1.0);
    for (text, expected) in [
        ("", json!({"match_all": {}})),
        ("rationale:injections", rationale("inject")),
        ("issue:injections", term("issue_terms", "inject", 4.0)),
        ("issue:injections^2", term("issue_terms", "inject", 8.0)),
        (
            "rationale:\"functional restoration\"",
            json!({"match_phrase": {"rationale_terms": {"query": "function restor"}}}),
        ),
        (
            "issue:\"functional restoration\"",
            json!({"match_phrase": {"issue_terms": {"query": "function restor", "boost": 4.0}}}),
        ),
        (
            "rationale:\"criteria of restoration\"~3",
            json!({"match_phrase": {"rationale_terms": {"query": "criteria of restor", "slop": 3}}}),
        ),
        ("rationale:(a AND b)", json!({"bool": {"must": [rationale("a"), rationale("b")]}})),
        ("rationale:(a OR b)", json!({"bool": {"should": [rationale("a"), rationale("b")]}})),
        ("rationale:a NOT rationale:b", json!({"bool": {"must": [rationale("a")], "must_not": [rationale("b")]}})),
        ("NOT rationale:b", json!({"bool": {"filter": [{"match_all": {}}], "must_not": [rationale("b")]}})),
        ("rationale:(trial pre/5 restoration)", near(word("trial"), word("restor"), 4)),
        (
            "rationale:(trial w/5 restoration)",
            json!({"bool": {"should": [near(word("trial"), word("restor"), 4), near(word("restor"), word("trial"), 4)]}}),
        ),
        // The nearest of what comes last decides, so it is built first.
        ("rationale:(a pre/3 b pre/7 c)", near(word("a"), near(word("b"), word("c"), 6), 2)),
        (
            "rationale:((a OR \"b c\") pre/2 d)",
            json!({"bool": {"should": [
                near(word("a"), word("d"), 1),
                near(near(word("b"), word("c"), 0), word("d"), 1),
            ]}}),
        ),
        (
            "rationale:(a not w/4 b)",
            json!({"span_not": {"include": word("a"), "exclude": word("b"), "pre": 4, "post": 4}}),
        ),
        (
            "rationale:(a not pre/4 b)",
            json!({"span_not": {"include": word("a"), "exclude": word("b"), "pre": 0, "post": 4}}),
        ),
        (
            "diagnosis:(a pre/4 b)",
            json!({"span_not": {
                "include": {"span_near": {
                    "clauses": [{"span_term": {"diagnosis_terms": {"value": "a"}}}, {"span_term": {"diagnosis_terms": {"value": "b"}}}],
                    "slop": 3,
                    "in_order": true,
                }},
                "exclude": {"span_term": {"diagnosis_terms": {"value": "x_x"}}},
            }}),
        ),
        ("rationale:*", json!({"term": {"has": {"value": "rationale"}}})),
        ("age:40..49", json!({"range": {"age": {"gte": 40, "lte": 49}}})),
        ("age:>=60", json!({"range": {"age": {"gte": 60}}})),
        ("decided:2016-12", json!({"range": {"decided_day": {"gte": 20161201, "lte": 20161231}}})),
        ("injured:<2016", json!({"range": {"injured_day": {"gte": 0, "lte": 20160100}}})),
        ("CM16-0213037", json!({"term": {"case": {"value": "CM16-0213037"}}})),
        ("case:*", json!({"range": {"case_number": {"gte": 0}}})),
        (
            "path:letters/2016",
            json!({"bool": {"should": [
                {"term": {"path": {"value": "letters/2016"}}},
                {"prefix": {"path": {"value": "letters/2016/"}}},
                {"prefix": {"path": {"value": "letters/2016!/"}}},
            ]}}),
        ),
        ("upheld", json!({"term": {"outcome": {"value": "upheld"}}})),
        (
            "rationale:a upheld",
            json!({"bool": {"must": [rationale("a")], "filter": [{"term": {"outcome": {"value": "upheld"}}}]}}),
        ),
    ] {
        assert_eq!(asked(text), expected, "{text}");
    }
}

#[test]
fn bare_words_are_looked_for_in_texts_and_values_and_quoted_ones_in_texts() {
    let fields = |text: &str| -> Vec<String> {
        let asked = asked(text);
        let names = asked["bool"]["should"].as_array().unwrap().iter();
        names.map(|term| term["term"].as_object().unwrap().keys().next().unwrap().clone()).collect()
    };
    let texts = ["issue_terms", "guideline_terms", "rationale_terms", "claims_terms", "summary_terms", "text_terms"];
    assert_eq!(fields("\"mri\""), texts);
    assert_eq!(fields("mri"), [&texts[..], &["category_terms", "drug_terms"]].concat());
}

#[test]
fn what_stands_for_several_words_is_asked_for_as_such() {
    let terms = std::sync::Arc::new(std::collections::BTreeSet::from(["gym".to_owned(), "pool".to_owned()]));
    let field = Some("rationale".to_owned());
    let any = Expr::AnyWord { field: field.clone(), terms: terms.clone() };
    assert_eq!(dsl::query(&any, Able::ALL).unwrap(), json!({"terms": {"rationale_terms": ["gym", "pool"]}}));
    let row = query::Span::Row(vec![query::Span::AnyWord(terms), query::Span::Word("exercis".to_owned())]);
    let row = Expr::Span { field, span: row };
    let word = |word: &str| json!({"span_term": {"rationale_terms": {"value": word}}});
    assert_eq!(
        dsl::query(&row, Able::ALL).unwrap(),
        json!({"span_near": {
            "clauses": [{"span_or": {"clauses": [word("gym"), word("pool")]}}, word("exercis")],
            "slop": 0,
            "in_order": true,
        }})
    );
    // Without spans as phrases.
    let phrase = |text: &str| json!({"match_phrase": {"rationale_terms": {"query": text}}});
    assert_eq!(
        dsl::query(&row, Able::of(Flavor::Quickwit)).unwrap(),
        json!({"bool": {"should": [phrase("gym exercis"), phrase("pool exercis")]}})
    );
}

#[test]
fn half_of_the_words_are_asked_for_in_one_way_or_the_other() {
    let most = |words: &str| query::loosened(&expr(words)).unwrap();
    let asked = dsl::query(&most("gym pool walking"), Able::ALL).unwrap();
    assert_eq!(asked["bool"]["minimum_should_match"], 2);
    assert_eq!(asked["bool"]["should"].as_array().unwrap().len(), 3);
    // An engine that does not know the number gets every pair.
    let asked = dsl::query(&most("gym pool walking"), Able::of(Flavor::Rsearch)).unwrap();
    let pairs = asked["bool"]["should"].as_array().unwrap();
    assert_eq!(pairs.len(), 3);
    assert!(pairs.iter().all(|pair| pair["bool"]["must"].as_array().unwrap().len() == 2), "{asked}");
    assert!(!asked.to_string().contains("minimum_should_match"));
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let (all, quickwit, rsearch) = (Able::ALL, Able::of(Flavor::Quickwit), Able::of(Flavor::Rsearch));
    for (text, able, named) in [
        ("opioids /s tapered", all, "`/s` cannot be asked of any engine"),
        ("opioids /p tapered", all, "`/p` cannot be asked of any engine"),
        ("trial not w/5 trial", all, "`not w/5` between words of which both sides have some"),
        ("(a w/3 b) not w/5 c", all, "`not w/5` beside words near each other"),
        ("\"a b\"~2 w/5 c", all, "a loose phrase (`~2`) near other words"),
        ("\"a b a\"~2", all, "a loose phrase (`~2`) with the same word twice"),
        ("diagnosis:\"a b\"~2", all, "a loose phrase (`~2`) of a field with several values"),
        ("diagnosis:(a not w/3 b)", all, "`not w/` in a field with several values"),
        ("trial w/5 restoration", quickwit, "`w/5` or `pre/5` cannot be asked of quickwit"),
        ("trial not w/5 restoration", quickwit, "`not w/` cannot be asked of quickwit"),
        ("\"criteria restoration\"~3", quickwit, "a loose phrase (`~3`) cannot be asked of quickwit"),
        ("acupunc* w/5 trial", rsearch, "`w/5` or `pre/5` cannot be asked of rsearch"),
        ("NOT (x OR (y AND opioids /s tapered))", all, "`/s` cannot be asked of any engine"),
    ] {
        let error = dsl::check(&expr(text), able).unwrap_err();
        assert!(error.to_string().contains(named), "{text}: {error}");
        assert!(error.hint().is_some(), "{text}");
    }
    for (text, able) in [("acupunc*", rsearch), ("\"functional restor*\"", rsearch), ("gabapentine~1 w/3 dose", all)] {
        dsl::check(&expr(text), able).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    let nine = query::loosened(&expr("one two three four five six seven eight nine ten eleven twelve")).unwrap();
    assert!(dsl::check(&nine, rsearch).unwrap_err().to_string().contains("`--any` of 12 words"));
    dsl::check(&nine, quickwit).unwrap();
}
