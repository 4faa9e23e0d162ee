//! The text of PDF letters on one thread, against `pdftotext` started for each file, as people use it.

mod common;

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::invented::Letter;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn files(dir: &std::path::Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "pdf")).collect();
    files.sort();
    files
}

fn pdf(c: &mut Criterion) {
    let invented = tempfile::tempdir().expect("a temporary folder");
    for number in 1..=60 {
        fs::write(invented.path().join(format!("{number}.pdf")), Letter::invent(7, number).to_pdf())
            .expect("room on disk");
    }
    let published = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/letters");
    let oracle = Command::new("pdftotext").arg("-v").stderr(Stdio::null()).status().is_ok();
    if !oracle {
        eprintln!("pdftotext is not installed: no reference for PDF text");
    }
    for (name, dir) in [("pdf, invented", invented.path()), ("pdf, published", published.as_path())] {
        let files = files(dir);
        if files.is_empty() {
            eprintln!("{name}: skipped, there are none");
            continue;
        }
        let bytes: Vec<Vec<u8>> = files.iter().map(|f| fs::read(f).expect("a readable file")).collect();
        let mut group = c.benchmark_group(name);
        group.sample_size(10);
        group.throughput(Throughput::Elements(files.len() as u64));
        group.bench_function("text", |b| {
            b.iter(|| {
                bytes
                    .iter()
                    .filter_map(|pdf| imr::archive::pdf::text(black_box(pdf)).ok())
                    .map(|t| t.len())
                    .sum::<usize>()
            });
        });
        if oracle {
            group.bench_function("reference: pdftotext", |b| {
                b.iter(|| {
                    for file in &files {
                        let run = Command::new("pdftotext").arg("-layout").arg(file).arg("-").output();
                        black_box(run.map(|o| o.stdout.len()).unwrap_or_default());
                    }
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, pdf);
criterion_main!(benches);
