//! Writes an archive of invented letters, with its facts beside it.

#[path = "mod.rs"]
mod corpus;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use corpus::{Facts, Letter};
use rayon::prelude::*;

/// Write an archive of invented letters whose facts are known.
#[derive(Debug, Parser)]
#[command(name = "make-corpus", term_width = 100)]
struct Args {
    /// How many letters.
    #[arg(value_name = "N", value_parser = clap::value_parser!(u64).range(1..10_000_000))]
    count: u64,
    /// The folder to write the archive to.
    out: PathBuf,
    /// The seed: another one gives other letters.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The format of the files.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many threads write; 0 takes one for each core.
    #[arg(long, value_name = "T", default_value_t = 0)]
    threads: usize,
    /// The number of the first letter, to continue an archive.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..10_000_000))]
    first: u64,
    /// How many of 1,000 letters lie in the archive a second time, under another name.
    #[arg(long, value_name = "PERMILLE", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1000))]
    duplicates: u64,
    /// Where to write the facts [default: OUT.facts.json].
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Also write the expected record of each letter, a line of JSON each.
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    /// Write into a folder that holds files already.
    #[arg(long)]
    force: bool,
}

/// The format of an archive's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text in the three ways that text tools print the header.
    Text,
    /// PDF, for the most part encrypted with an empty password as published letters are.
    Pdf,
    /// About half of the letters as text, the others as PDF.
    Mixed,
}

/// So many letters are made before their records are written and their facts added up.
const BATCH: u64 = 4096;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let end = args.first + args.count;
    if end > 10_000_000 {
        bail!("case numbers end at 9999999: `--first {}` leaves no room for {} letters", args.first, args.count);
    }
    claim_folder(&args.out, args.force)?;
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global().context("cannot start threads")?;
    let mut records = match &args.records {
        Some(path) => Some(BufWriter::new(File::create(path).with_context(|| shown(path))?)),
        None => None,
    };
    let mut facts = Facts::default();
    for start in (args.first..end).step_by(BATCH as usize) {
        for (part, lines) in write_letters(args, start..end.min(start + BATCH))? {
            facts.merge(part);
            if let (Some(file), Some(path)) = (&mut records, &args.records) {
                file.write_all(lines.as_bytes()).with_context(|| shown(path))?;
            }
        }
    }
    if let (Some(mut file), Some(path)) = (records, &args.records) {
        file.flush().with_context(|| shown(path))?;
    }
    let facts_path = args.facts.clone().unwrap_or_else(|| with_ending(&args.out, ".facts.json"));
    let mut json = facts.to_json();
    json["seed"] = args.seed.into();
    json["first"] = args.first.into();
    fs::write(&facts_path, format!("{json:#}\n")).with_context(|| shown(&facts_path))?;
    eprintln!(
        "{} files with {} issues in {}, what is true of them in {}",
        facts.files,
        facts.issues,
        args.out.display(),
        facts_path.display()
    );
    Ok(())
}

/// Makes the folder, and refuses one with anything in it.
fn claim_folder(out: &Path, force: bool) -> Result<()> {
    fs::create_dir_all(out).with_context(|| shown(out))?;
    let empty = fs::read_dir(out).with_context(|| shown(out))?.next().is_none();
    if !empty && !force {
        bail!(
            "`{}` holds files already\n\nhint: name another folder, or add `--force` to write into it",
            out.display()
        );
    }
    Ok(())
}

/// Writes a batch of letters, and gives the facts and records of its parts in order.
fn write_letters(args: &Args, numbers: Range<u64>) -> Result<Vec<(Facts, String)>> {
    let numbers: Vec<u64> = numbers.collect();
    numbers
        .par_chunks(128)
        .map(|numbers| {
            let (mut facts, mut records) = (Facts::default(), String::new());
            for &number in numbers {
                let letter = Letter::invent(args.seed, number);
                let (extension, bytes) = render(&letter, args.format);
                let path = args.out.join(letter.path(extension));
                write_file(&path, &bytes)?;
                facts.add(&letter);
                // A stream of its own, for letters to be the same with and without duplicates.
                if corpus::Rng::new(!args.seed, number).permille(args.duplicates) {
                    write_file(&path.with_extension(format!("copy.{extension}")), &bytes)?;
                    facts.add_duplicate();
                }
                if args.records.is_some() {
                    records.push_str(&letter.to_record(extension).to_string());
                    records.push('\n');
                }
            }
            Ok((facts, records))
        })
        .collect()
}

fn render(letter: &Letter, format: Format) -> (&'static str, Vec<u8>) {
    let pdf = match format {
        Format::Text => false,
        Format::Pdf => true,
        Format::Mixed => letter.style.made.is_multiple_of(2),
    };
    if pdf { ("pdf", letter.to_pdf()) } else { ("txt", letter.to_text(letter.style.linearization).into_bytes()) }
}

/// Writes a file, and its folder where it is the first one in it.
fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = match fs::write(path, bytes) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path);
            fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes))
        }
        written => written,
    };
    written.with_context(|| shown(path))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    // `components` drops a slash at the end, which would put the ending into the folder.
    let mut name: OsString = path.components().as_path().into();
    name.push(ending);
    name.into()
}

fn shown(path: &Path) -> String {
    format!("cannot write `{}`", path.display())
}
