//! Indexing text letters from disk, against a plain loop that feeds the same documents, already built, to tantivy: with
//! tantivy's own analyzers, and with ours, which do less for a word that they met before.

mod common;

use std::sync::LazyLock;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use imr::index::{Documents, FieldKind, IndexSchema, IssueDocument, analysis, letter_id};
use imr::record::LetterRecord;
use tantivy::IndexWriter;
use tantivy::indexer::IndexWriterOptions;
use tantivy::schema::{Document, Field};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer,
    TokenizerManager,
};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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

/// The analyzers of texts as tantivy has them.
fn stock() -> TokenizerManager {
    let words = || {
        let words = TextAnalyzer::builder(SimpleTokenizer::default()).filter(RemoveLongFilter::limit(64));
        words.filter(LowerCaser).filter(AsciiFoldingFilter)
    };
    let manager = analysis::manager();
    for name in [analysis::ENGLISH, analysis::ENGLISH_VALUES] {
        manager.register(name, words().filter(Stemmer::new(Language::English)).build());
    }
    manager.register(analysis::FORMS, words().build());
    manager
}

/// A document whose texts stand in the field of forms once more: what a plain analyzer of that field needs.
#[derive(Clone, Debug)]
struct WithForms(IssueDocument);

impl Document for WithForms {
    type Value<'a> = <IssueDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = Box<dyn Iterator<Item = (Field, Self::Value<'a>)> + 'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        static TEXTS: LazyLock<Vec<Field>> = LazyLock::new(|| {
            let fields = IndexSchema::get().fields();
            fields.filter(|(def, _)| def.kind == FieldKind::Text).map(|(_, field)| field).collect()
        });
        let forms = IndexSchema::get().forms;
        let others = self.0.iter_fields_and_values().filter(move |(field, _)| *field != forms);
        let texts = self.0.iter_fields_and_values().filter(|(field, _)| TEXTS.contains(field));
        Box::new(others.chain(texts.map(move |(_, text)| (forms, text))))
    }
}

/// What tantivy takes at the least: the same schema, threads, memory and allocator, nothing else.
fn plain<D: Document>(documents: Vec<D>, analyzers: TokenizerManager) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut index = tantivy::Index::create_in_dir(dir.path(), IndexSchema::get().tantivy.clone()).expect("a new index");
    index.set_tokenizers(analyzers);
    let options = IndexWriterOptions::builder()
        .num_worker_threads(common::threads())
        .memory_budget_per_thread(common::MEMORY_BYTES / common::threads())
        .build();
    let mut writer: IndexWriter<D> = index.writer_with_options(options).expect("a writer");
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
    let with_forms: Vec<_> = built.iter().cloned().map(WithForms).collect();
    group.bench_function("reference: plain tantivy loop, tantivy's analyzers", |b| {
        b.iter_batched(|| with_forms.clone(), |d| plain(d, stock()), BatchSize::PerIteration);
    });
    group.bench_function("reference: plain tantivy loop, our analyzers", |b| {
        b.iter_batched(|| built.clone(), |d| plain(d, analysis::manager()), BatchSize::PerIteration);
    });
    let index = dir.path().join("index");
    common::index(&dir.path().join("letters"), &index);
    group.bench_function("again, all unchanged", |b| b.iter(|| common::index(&dir.path().join("letters"), &index)));
    group.finish();
}

criterion_group!(benches, ingest);
criterion_main!(benches);
