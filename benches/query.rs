//! Queries by class, in process and warm, against going over all documents.

mod common;

use std::path::PathBuf;

use criterion::{Criterion, criterion_group, criterion_main};
use imr::index::Reader;
use imr::query::{self, Expr};
use imr::search::{self, By, Dimension, Request, StatsRequest};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn queries(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    // An index that is there already, so that two versions of the program are measured on the same.
    let index = std::env::var_os("IMR_BENCH_INDEX").map_or_else(
        || {
            common::write(&dir.path().join("letters"), common::letters(5_000));
            let index = dir.path().join("index");
            common::index(&dir.path().join("letters"), &index);
            index
        },
        PathBuf::from,
    );
    let reader = Reader::open(&index).expect("an index");
    let request = |text: &str, facets: &[&str]| Request {
        facets: facets.iter().map(|f| Dimension::parse(f).expect("a field").into()).collect(),
        ..Request::new(query::parse(text).expect("a query").expr)
    };
    let mut group = c.benchmark_group("query");
    for (name, text, facets) in [
        ("term", "acupuncture", &[][..]),
        ("rare term", "issue:biofeedback", &[]),
        ("three terms", "acupuncture upheld MTUS", &[]),
        ("phrase", "\"physical therapy\"", &[]),
        ("loose phrase", "\"therapy physical\"~3", &[]),
        ("proximity", "(lumbar OR cervical) w/5 pain", &[]),
        ("proximity of prefixes", "inject* w/5 lumb*", &[]),
        ("sentence", "opioid* /s function*", &[]),
        ("not near", "opioid not w/5 taper*", &[]),
        ("boolean", "lumbar AND (mri OR injection) NOT surgery", &[]),
        ("filter", "opioid outcome:overturned decided:2016..2018 basis:mtus", &[]),
        ("facets", "lumbar", &["outcome", "basis", "specialty", "year", "chapter"]),
        ("facets of all documents", "", &["outcome", "basis", "specialty", "year", "chapter"]),
    ] {
        let request = request(text, facets);
        group.bench_function(name, |b| b.iter(|| search::search(&reader, &request).expect("an answer")));
    }
    for (name, text) in
        [("synonyms of a term", "MRI"), ("synonyms of a row", "physical therapy"), ("synonyms of a drug", "Norco")]
    {
        let expr = query::with_synonyms(&query::parse(text).expect("a query").expr).expr;
        let request = Request::new(expr);
        group.bench_function(name, |b| b.iter(|| search::search(&reader, &request).expect("an answer")));
        group.bench_function(format!("{name}, exact"), |b| {
            let request = Request::new(query::parse(text).expect("a query").expr);
            b.iter(|| search::search(&reader, &request).expect("an answer"));
        });
    }
    let ask = |text: &str| query::parse(text).map(|query| query.expr);
    let none = search::Count::default();
    group.bench_function("did you mean", |b| {
        b.iter(|| search::suggestion(&reader, "acupunture", none, &ask).expect("an answer"));
    });
    for (name, text) in [("term", "acupuncture"), ("all documents", "")] {
        let request = Request { by: By::Rationale, ..request(text, &[]) };
        group.bench_function(format!("rationales of {name}"), |b| {
            b.iter(|| search::search(&reader, &request).expect("an answer"));
        });
    }
    let all = request("", &[]);
    group.bench_function("reference: all documents", |b| b.iter(|| search::search(&reader, &all).expect("an answer")));
    let by = |names: &[&str]| names.iter().map(|n| Dimension::parse(n).expect("a field")).collect::<Vec<_>>();
    let (one, three) = (by(&["outcome"]), by(&["specialty", "year", "outcome"]));
    let (one, three) = (StatsRequest::new(Expr::All, one), StatsRequest::new(Expr::All, three));
    group.bench_function("stats", |b| b.iter(|| search::stats(&reader, &one).expect("an answer")));
    group.bench_function("stats by three fields", |b| {
        b.iter(|| search::stats(&reader, &three).expect("an answer"));
    });
    group.finish();
}

criterion_group!(benches, queries);
criterion_main!(benches);
