//! `imr export`.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use imr::present::{self, FileFormat, Of, Row};
use imr::search::{Matched, Stream};
use imr::{Error, ErrorKind};

use super::args::{ExportArgs, FileFormatArg, OfArg};
use super::asked::{self, in_this_folder, open};
use super::message::counted;
use super::progress::Counter;
use super::{End, interrupt, message, output};
use crate::asked::file::Whole;

/// Exports.
pub fn run(args: ExportArgs) -> anyhow::Result<End> {
    let place = args.output.as_deref().filter(|place| *place != Path::new("-"));
    let format = args.format.or_else(|| place.and_then(told_by)).unwrap_or(FileFormatArg::Jsonl);
    if format == FileFormatArg::Parquet && place.is_none() && io::stdout().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, "Parquet is nothing to read on a terminal")
            .with_hint("name a file with `-o FILE`")
            .into());
    }
    let asked = asked::asked(&args.query, &args.selection, &args.index)?;
    let reader = open(&args.index)?;
    let stream = Stream::open(&reader, &in_this_folder(asked, &reader)?)?;
    message::notes(&stream.notes);
    let whole = place.map(Whole::create).transpose()?;
    let out: Box<dyn Write + Send> = match &whole {
        Some(whole) => Box::new(BufWriter::with_capacity(1 << 16, whole.writer()?)),
        None => Box::new(BufWriter::with_capacity(1 << 16, io::stdout())),
    };
    let bar = Counter::new(stream.total.letters, "letters", whole.is_some() || !io::stdout().is_terminal());
    // What is written to standard output ends where it ends; a file is given up.
    let stop = if whole.is_some() { interrupt::stop()? } else { Arc::default() };
    let mut style = output::style(&args.look);
    // Cells are cleaned for a terminal, and a file is none, wherever it is written from.
    style.terminal &= whole.is_none();
    let written = write(stream, (format, args.of), out, &style, &bar, &stop);
    bar.clear();
    let Written { letters, issues, without_issues, is_whole } = written.map_err(|failure| match (failure, &whole) {
        (Failure::Reading(error), _) => error.into(),
        (Failure::Writing(error), Some(whole)) => Error::write(whole.place(), error).into(),
        // Whoever closed stdout has read enough, which the cause tells.
        (Failure::Writing(error), None) => anyhow::Error::from(error),
    })?;
    if !is_whole {
        message::note("interrupted; nothing was written");
        return Ok(End::Interrupted);
    }
    if without_issues > 0 {
        let letters = counted(without_issues, "letter");
        message::note(&format!("{letters} without issues left out, which `--of letters` has"));
    }
    if let Some(whole) = whole {
        let place = whole.place().to_path_buf();
        whole.commit()?;
        let what = match args.of {
            OfArg::Letters => counted(letters, "letter"),
            OfArg::Issues => format!("{} of {}", counted(issues, "issue"), counted(letters, "letter")),
        };
        message::note(&format!("`{}` has {what}", place.display()));
    }
    Ok(if letters == 0 { End::Nothing } else { End::Done })
}

/// The format that the name of a file tells.
fn told_by(place: &Path) -> Option<FileFormatArg> {
    let ending = place.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "jsonl" | "ndjson" => Some(FileFormatArg::Jsonl),
        "csv" => Some(FileFormatArg::Csv),
        "parquet" | "pq" => Some(FileFormatArg::Parquet),
        _ => None,
    }
}

/// What went wrong: at one end or at the other.
enum Failure {
    Reading(Error),
    Writing(io::Error),
}

/// What was written.
struct Written {
    letters: u64,
    issues: u64,
    /// Letters that have no rows, since they have no issues.
    without_issues: u64,
    is_whole: bool,
}

fn write(
    stream: Stream<'_>,
    (format, of): (FileFormatArg, OfArg),
    out: Box<dyn Write + Send>,
    style: &present::Style,
    bar: &Counter,
    stop: &AtomicBool,
) -> Result<Written, Failure> {
    let format = match format {
        FileFormatArg::Jsonl => FileFormat::Jsonl,
        FileFormatArg::Csv => FileFormat::Csv,
        FileFormatArg::Parquet => FileFormat::Parquet,
    };
    let rows_of = if of == OfArg::Letters { Of::Letters } else { Of::Issues };
    let mut rows = present::rows(format, rows_of, out, style).map_err(Failure::Writing)?;
    let mut written = Written { letters: 0, issues: 0, without_issues: 0, is_whole: false };
    for matched in stream {
        if stop.load(Ordering::Relaxed) {
            return Ok(written);
        }
        let Matched { letter, numbers, .. } = matched.map_err(Failure::Reading)?;
        match of {
            OfArg::Letters => rows.write(Row::Letter(&letter)).map_err(Failure::Writing)?,
            OfArg::Issues if numbers.is_empty() => written.without_issues += 1,
            OfArg::Issues => {
                let place = |number: u64| usize::try_from(number).ok()?.checked_sub(1);
                for issue in numbers.iter().filter_map(|number| letter.issues.get(place(*number)?)) {
                    rows.write(Row::Issue(&letter, issue)).map_err(Failure::Writing)?;
                    written.issues += 1;
                }
            }
        }
        written.letters += u64::from(of == OfArg::Letters || !numbers.is_empty());
        bar.add(1);
    }
    rows.finish().map_err(Failure::Writing)?;
    Ok(Written { is_whole: true, ..written })
}
