//! Counts of an engine are those of an index here.

use std::sync::Arc;

use imr::afar::Afar;
use imr::remote::dsl::Able;
use imr::remote::{Ask, Asked, count};
use imr::search::{self, Dimension, RowOrder, Since, StatsRequest};
use serde_json::{Value, json};

use super::engine::{Document, Engine};
use super::search::{Both, expr};

fn request(query: &str, by: &[&str]) -> StatsRequest {
    StatsRequest::new(expr(query), Dimension::parse_all(by).unwrap())
}

/// Requests of all kinds.
pub fn requests() -> Vec<StatsRequest> {
    let mut all: Vec<StatsRequest> = [
        &[][..],
        &["outcome"],
        &["year"],
        &["quarter"],
        &["injury_month"],
        &["age_band"],
        &["requests"],
        &["category"],
        &["category_group", "outcome"],
        &["specialty"],
        &["first_specialty", "state"],
        &["body", "side"],
        &["chapter", "source", "basis"],
        &["layout"],
        &["layout", "priority"],
        &["year", "outcome", "sex", "retrospective"],
        &["drug_group", "drug"],
        &["same_guideline", "associated"],
    ]
    .iter()
    .map(|by| request("", by))
    .collect();
    for (query, by) in
        [("acupuncture upheld", &["year"][..]), ("lumbar w/9 pain", &["specialty", "outcome"]), ("zzz", &["year"])]
    {
        all.push(request(query, by));
    }
    // Values that are not told apart count an issue once, also where it has several of them.
    for by in [&["specialty"][..], &["body", "outcome"], &["specialty", "chapter"], &["year", "specialty"]] {
        all.push(StatsRequest { top: Some(2), ..request("", by) });
    }
    all.push(StatsRequest { over: true, ..request("", &["month"]) });
    all.push(StatsRequest { over: true, least: 3, ..request("", &["quarter", "outcome"]) });
    all.push(StatsRequest { order: RowOrder::parse("-share").unwrap(), least: 2, ..request("", &["specialty"]) });
    for since in [Since::Assigned, Since::Denied] {
        all.push(StatsRequest { days: Some(since), ..request("", &["year"]) });
        all.push(StatsRequest { days: Some(since), top: Some(2), ..request("", &["specialty"]) });
    }
    all
}

#[test]
fn tables_are_the_same_there() {
    let both = Both::get();
    let mut engine = both.engine(Able::ALL);
    // With fewer values at once there are more parts, and the same counts.
    for buckets in [65_000, 900] {
        engine.buckets = buckets;
        for request in requests() {
            let here = search::stats(&both.reader, &request).unwrap();
            let there = Afar::new(&engine).stats(&request).unwrap_or_else(|error| panic!("{request:?}: {error}"));
            assert_eq!(here, there, "{:?} {:?} {buckets}", request.by, request.top);
        }
    }
    assert!(search::stats(&both.reader, &request("", &["layout"])).unwrap().total.letters > 160);
}

#[test]
fn values_that_are_cut_off_are_counted_in_smaller_parts() {
    let both = Both::get();
    let mut engine = both.engine(Able::ALL);
    engine.most_values = 40;
    for by in [&["specialty"][..], &["month"], &["category", "outcome"]] {
        let request = request("", by);
        let here = search::stats(&both.reader, &request).unwrap();
        assert_eq!(Afar::new(&engine).stats(&request).unwrap(), here, "{by:?}");
    }
    // Shards that fail for that are asked again, as whole answers are.
    let request = request("", &["year"]);
    let here = search::stats(&both.reader, &request).unwrap();
    engine.most_values = usize::MAX;
    engine.buckets = 100;
    engine.fails_in_part = true;
    let afar = Afar::new(&engine);
    assert_eq!(afar.stats(&request).unwrap(), here);
    assert_eq!(afar.partial(), [""; 0]);
    // A letter that has too many alone cannot be counted, and nobody guesses.
    engine.most_values = 0;
    let error = Afar::new(&engine).stats(&request).unwrap_err();
    assert!(error.to_string().contains("left values out"), "{error}");
}

#[test]
fn cross_tables_and_comparisons_are_the_same_there() {
    let both = Both::get();
    let engine = both.engine(Able::ALL);
    for by in [&["year", "outcome"][..], &["specialty", "basis", "outcome"], &["layout", "year"]] {
        let request = StatsRequest { top: Some(3), ..request("lumbar", by) };
        let here = search::cross(&both.reader, &request).unwrap();
        assert_eq!(Afar::new(&engine).cross(&request).unwrap(), here, "{by:?}");
    }
    for by in [&["basis"][..], &["specialty", "outcome"]] {
        let request = StatsRequest { top: Some(2), ..request("issue:lumbar", by) };
        let other = expr("knee OR lumbar");
        let here = search::compare(&both.reader, &request, &other).unwrap();
        assert_eq!(Afar::new(&engine).compare(&request, &other).unwrap(), here, "{by:?}");
    }
}

/// An engine whose answers are changed.
struct Changed<F>(Engine, F);

impl<F: Fn(&mut Value)> Ask for Changed<F> {
    fn able(&self) -> Able {
        self.0.able()
    }

    fn ask(&self, body: &Value) -> imr::Result<Value> {
        let mut answer = self.0.ask(body)?;
        if let Some(counts) = answer.get_mut("aggregations") {
            counts.as_object_mut().unwrap().values_mut().for_each(|counts| (self.1)(counts));
        }
        Ok(answer)
    }
}

/// Documents of letters without case numbers, which stand as far behind as numbers of a double go.
fn far_behind() -> Engine {
    let document = |number: u64| {
        let order = (1 << 53) - 1 - number * 1_000_000_000_000;
        let letter = format!("x-{number:016x}");
        Document::new(json!({"id": format!("{letter}/1"), "letter": letter, "letter_order": order, "number": 1}))
    };
    Engine::new(Arc::new((0..3_000).map(document).collect()), Able::ALL)
}

#[test]
fn numbers_that_engines_answer_as_fractions_are_those_that_they_are() {
    let as_fractions = |counts: &mut Value| {
        for bucket in counts["buckets"].as_array_mut().unwrap() {
            bucket["key"] = bucket["key"].as_u64().map_or(bucket["key"].clone(), |key| json!(key as f64));
        }
    };
    let engine = Changed(far_behind(), as_fractions);
    let asked = Asked::new(&engine);
    assert_eq!(count::letters(&asked, &json!({"match_all": {}})).unwrap(), 3_000);
}

#[test]
fn counts_that_do_not_add_up_are_no_counts() {
    // A place that is no number, a piece that is left out, and a letter that is.
    let changes: [fn(&mut Value); 3] = [
        |counts| {
            let all = counts["buckets"].as_array_mut().unwrap();
            if let Some(first) = all.first_mut().filter(|bucket| bucket["key"].is_number()) {
                first["key"] = json!("none");
            }
        },
        |counts| {
            let all = counts["buckets"].as_array_mut().unwrap();
            if all.first().is_some_and(|bucket| bucket["key"].is_number()) {
                all.pop();
            }
        },
        |counts| {
            let all = counts["buckets"].as_array_mut().unwrap();
            if all.first().is_some_and(|bucket| bucket["key"].is_string()) {
                all.pop();
            }
        },
    ];
    for change in changes {
        let engine = Changed(far_behind(), change);
        let error = count::letters(&Asked::new(&engine), &json!({"match_all": {}})).unwrap_err();
        assert_eq!(error.kind(), imr::ErrorKind::Remote, "{error}");
    }
}
