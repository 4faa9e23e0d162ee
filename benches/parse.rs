//! Parsing letters, against looking at their bytes once.

mod common;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn parse(c: &mut Criterion) {
    let texts: Vec<String> = (1..=300).map(common::text).collect();
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(texts.iter().map(|t| t.len() as u64).sum()));
    group.bench_function("letters", |b| {
        b.iter(|| texts.iter().map(|text| imr::parse::parse(black_box(text)).letter.issues.len()).sum::<usize>());
    });
    group.bench_function("reference: bytes", |b| {
        b.iter(|| texts.iter().map(|text| black_box(text).bytes().filter(|b| *b == b'\n').count()).sum::<usize>());
    });
    group.finish();
}

/// Classifying the requests of letters, against parsing the letters.
fn classify(c: &mut Criterion) {
    let texts: Vec<String> = (1..=300).map(common::text).collect();
    let letters = texts.iter().map(|text| imr::parse::parse(text).letter);
    let requests: Vec<String> =
        letters.flat_map(|letter| letter.issues).map(|issue| issue.disputed().to_owned()).collect();
    // The tables are read once.
    imr::classify::classify("");
    let mut group = c.benchmark_group("classify");
    group.throughput(Throughput::Elements(requests.len() as u64));
    group.bench_function("requests", |b| {
        b.iter(|| {
            requests.iter().map(|r| usize::from(imr::classify::classify(black_box(r)).confidence)).sum::<usize>()
        });
    });
    group.bench_function("reference: parsing", |b| {
        b.iter(|| texts.iter().map(|text| imr::parse::parse(black_box(text)).letter.issues.len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, parse, classify);
criterion_main!(benches);
