//! Indexing text letters from disk, against a plain loop that feeds the same documents, already built, to tantivy.

mod common;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use imr::index::{Documents, IndexSchema, IssueDocument, analysis, letter_id};
use imr::record::LetterRecord;
use tantivy::IndexWriter;
use tantivy::indexer::IndexWriterOptions;

fn documents(letters: u64) -> Vec<IssueDocument> {
    let documents = Documents::new(IndexSchema::get());
    let records = (1..=letters).map(|number| {
        let parsed = imr::parse::parse(&common::text(number));
        LetterRecord::new(parsed, format!("letters/{number}.txt"), "0".repeat(64))
    });
    let of = |r: LetterRecord| {
        let (id, path) = (letter_id(r.facts.case_number, &[0; 32]), r.facts.path.clone());
        documents.of(r, id, path.as_bytes(), None)
    };
    records.flat_map(of).collect()
}

/// What tantivy takes at the least: the same schema, threads and memory, nothing else.
fn plain(documents: Vec<IssueDocument>) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut index = tantivy::Index::create_in_dir(dir.path(), IndexSchema::get().tantivy.clone()).expect("a new index");
    index.set_tokenizers(analysis::manager());
    let options = IndexWriterOptions::builder()
        .num_worker_threads(common::threads())
        .memory_budget_per_thread(common::MEMORY_BYTES / common::threads())
        .build();
    let mut writer: IndexWriter<IssueDocument> = index.writer_with_options(options).expect("a writer");
    for document in documents {
        writer.add_document(document).expect("a living writer");
    }
    writer.commit().expect("room on disk");
    writer.wait_merging_threads().expect("merges that end");
}

fn ingest(c: &mut Criterion) {
    let letters = common::letters(2_000);
    let dir = tempfile::tempdir().expect("a temporary folder");
    let bytes = common::write(&dir.path().join("letters"), letters);
    let built = documents(letters);
    let mut group = c.benchmark_group("ingest");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("letters", |b| {
        b.iter_batched(
            || tempfile::tempdir_in(dir.path()).expect("a temporary folder"),
            |index| {
                let report = common::index(&dir.path().join("letters"), &index.path().join("index"));
                assert_eq!(report.files, letters);
                index
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("reference: plain tantivy loop", |b| {
        b.iter_batched(|| built.clone(), plain, BatchSize::PerIteration);
    });
    let index = dir.path().join("index");
    common::index(&dir.path().join("letters"), &index);
    group.bench_function("again, all unchanged", |b| b.iter(|| common::index(&dir.path().join("letters"), &index)));
    group.finish();
}

criterion_group!(benches, ingest);
criterion_main!(benches);
