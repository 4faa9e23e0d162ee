//! `imr status`.

use std::path::{Path, PathBuf};

use imr::index;
use imr::ingest::{self, Standing, State, StatusConfig};
use imr::present;

use super::args::{ReportFormat, StateArg, StatusArgs};
use super::{End, archive, message, output, pager};

/// Compares an archive with its index, or lists what an earlier run knows of it.
pub fn run(args: StatusArgs) -> anyhow::Result<End> {
    let dir = match index::find(args.index.dir().as_deref(), &std::env::current_dir()?) {
        // A run would make one, of what is named.
        Err(_) if !args.archive.paths.is_empty() || args.archive.files_from.is_some() => PathBuf::from(index::FOLDER),
        found => found?,
    };
    let roots = archive::meant(args.archive)?;
    let paths: Vec<_> = roots.iter().map(|root| root.path.clone()).collect();
    let style = output::style(&args.look);
    let mut out = pager::answer(&args.look);
    if args.failed || args.duplicates {
        if !index::exists(&dir) {
            return Err(index::missing(&dir).into());
        }
        let known = ingest::known(&dir)?;
        let nothing = match (args.failed, args.format) {
            (true, format) => {
                let failures = index::guarded(&dir, || ingest::failures(&known, &paths))?;
                match format {
                    ReportFormat::Text => present::failures(&mut out, &failures, &style, known.base())?,
                    ReportFormat::Json => present::failures_json(&mut out, &failures)?,
                }
                failures.is_empty()
            }
            (false, format) => {
                let letters = index::guarded(&dir, || ingest::duplicates(&known, &paths))?;
                match format {
                    ReportFormat::Text => present::duplicates(&mut out, &letters, &style, known.base())?,
                    ReportFormat::Json => present::duplicates_json(&mut out, &letters)?,
                }
                letters.is_empty()
            }
        };
        out.finish()?;
        let unknown = index::guarded(&dir, || ingest::unknown(&known, &paths))?;
        for path in &unknown {
            message::failure(path, "no such file or folder, and nothing is known of it");
        }
        return Ok(match (unknown.is_empty(), nothing) {
            (false, _) => End::Missing,
            (true, true) => End::Nothing,
            (true, false) => End::Done,
        });
    }
    let mut standing = ingest::status(&StatusConfig { roots, index: dir.clone() })?;
    let states: Vec<State> = args.list.iter().map(|state| meant(*state)).collect();
    if !states.is_empty() {
        standing.files.retain(|file| states.contains(&file.state));
    }
    match (args.format, states.is_empty()) {
        (ReportFormat::Text, true) => present::status(&mut out, &standing, &style)?,
        (ReportFormat::Text, false) => present::listed_states(&mut out, &standing, &style)?,
        (ReportFormat::Json, _) => present::status_json(&mut out, &standing)?,
    }
    out.finish()?;
    if args.format == ReportFormat::Text {
        remark(&standing, &dir);
    }
    Ok(if standing.bad_roots > 0 { End::Missing } else { End::Done })
}

/// Says what the numbers do not.
fn remark(standing: &Standing, dir: &Path) {
    for failure in &standing.unreadable {
        message::failure(&failure.path, &failure.reason);
    }
    message::hints(standing.unreadable.iter().map(|failure| failure.hint.as_str()));
    if !index::exists(dir) {
        message::note(&format!("there is no index at `{}` yet", dir.display()));
    }
}

fn meant(state: StateArg) -> State {
    match state {
        StateArg::New => State::New,
        StateArg::Changed => State::Changed,
        StateArg::Moved => State::Moved,
        StateArg::Gone => State::Gone,
    }
}
