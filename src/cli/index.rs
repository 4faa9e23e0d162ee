//! `imr index`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use imr::ingest::{self, IngestConfig, Redo};
use imr::present;

use super::args::{IndexArgs, ReportFormat, index_dir};
use super::progress::Bar;
use super::{End, archive, interrupt, message, output, priority};

/// A killed run loses at most what came after its last commit. A commit costs some tenths of a second.
const COMMIT_EVERY: Duration = Duration::from_secs(60);
/// What the manifest holds of so many files takes some tens of MB before it is committed.
pub const COMMIT_FILES: usize = 50_000;
/// Another time between commits, in seconds: for tests that kill runs between and within commits.
const COMMIT_SECONDS: &str = "IMR_COMMIT_SECONDS";

/// Indexes.
pub fn run(args: IndexArgs) -> anyhow::Result<End> {
    let redo = redo(&args);
    let roots = archive::meant(args.archive)?;
    let shown: Vec<String> = roots.iter().take(SHOWN).map(|root| format!("`{}`", root.path.display())).collect();
    let folders: Vec<PathBuf> = roots.iter().map(|root| root.path.clone()).filter(|path| path.is_dir()).collect();
    let dir = index_dir(args.index);
    let index = match roots.is_empty() {
        // Those of earlier runs are wanted, whose index may lie above.
        true => imr::index::find(dir.as_deref(), &std::env::current_dir()?)?,
        false => dir.unwrap_or_else(|| PathBuf::from(imr::index::FOLDER)),
    };
    let config = IngestConfig {
        roots,
        index,
        threads: threads(args.threads),
        memory_bytes: args.memory as usize * (1 << 20),
        redo,
        prune: args.prune,
        commit_every: commit_every(),
        commit_files: COMMIT_FILES,
    };
    priority::give_way(&config.index);
    let stop = interrupt::stop()?;
    let bar = Bar::new();
    let report = ingest::run(&config, &bar, &stop);
    bar.clear();
    let report = report?;
    let mut out = output::stdout();
    match args.format {
        ReportFormat::Text => {
            for failure in report.failures.iter().take(LISTED) {
                message::failure(&failure.path, &failure.reason);
            }
            message::hints(report.failures.iter().take(LISTED).map(|f| f.hint.as_str()));
            if report.failures.len() > LISTED {
                let more = report.failures.len() - LISTED;
                message::note(&format!("{more} more could not be read; `imr status --failed` lists them all"));
            }
            let style = output::style(&args.look);
            present::report(&mut out, &report, &style)?;
            if args.timings {
                present::timings(&mut out, &report.stages, &style)?;
            }
        }
        ReportFormat::Json => present::report_json(&mut out, &report)?,
    }
    out.flush()?;
    if report.containers > 0 {
        message::lacking_shards(folders.iter().map(PathBuf::as_path));
    }
    if report.failed_before > 0 {
        let files =
            if report.failed_before == 1 { "1 file".to_owned() } else { format!("{} files", report.failed_before) };
        message::note(&format!("{files} failed in an earlier run and did not change; `--retry-failed` tries again"));
    }
    if report.kept > 0 {
        let (letters, whose) = match report.kept {
            1 => ("1 letter".to_owned(), "stays in the index, whose file is gone; `--prune` takes it out"),
            n => (format!("{n} letters"), "stay in the index, whose files are gone; `--prune` takes them out"),
        };
        message::note(&format!("{letters} {whose}"));
    }
    if report.forgotten > 0 {
        let paths = match report.forgotten {
            1 => "1 path of an earlier run is gone with all its letters, and is".to_owned(),
            n => format!("{n} paths of earlier runs are gone with all their letters, and are"),
        };
        message::note(&format!("{paths} no longer remembered"));
    }
    if report.interrupted {
        let waiting = match report.waiting {
            0 => String::new(),
            n => format!("; {n} files are still to be read again"),
        };
        message::note(&format!(
            "interrupted{waiting}; what was done is in the index, and the same command goes on from there"
        ));
        return Ok(End::Interrupted);
    }
    if report.bad_roots > 0 {
        return Ok(End::Missing);
    }
    if report.to_read == 0 && report.failures.is_empty() {
        if report.removed == 0 && report.forgotten > 0 {
            return Ok(End::Done);
        }
        let shown = if shown.is_empty() { "the paths of earlier runs".to_owned() } else { shown.join(", ") };
        message::note(&format!("there is no .pdf or .txt below {shown}"));
        return Ok(if report.removed > 0 { End::Done } else { End::Nothing });
    }
    Ok(if args.strict && !report.failures.is_empty() { End::Nothing } else { End::Done })
}

/// Which files that are as they were are to be read all the same.
fn redo(args: &IndexArgs) -> Redo {
    match (args.reread, args.retry_failed) {
        (true, _) => Redo::Everything,
        (false, true) => Redo::Failed,
        (false, false) => Redo::Nothing,
    }
}

fn commit_every() -> Duration {
    let asked = std::env::var(COMMIT_SECONDS).ok().and_then(|s| s.parse::<f64>().ok());
    asked.and_then(|s| Duration::try_from_secs_f64(s).ok()).unwrap_or(COMMIT_EVERY)
}

/// How many paths are named where there is nothing to read.
const SHOWN: usize = 5;
/// How many failures are printed one by one.
const LISTED: usize = 20;

/// The number of threads asked for, or one for each core.
pub fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}
