//! Counts of an engine are those of an index here.

use imr::afar::Afar;
use imr::remote::dsl::Able;
use imr::search::{self, Dimension, RowOrder, Since, StatsRequest};

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
