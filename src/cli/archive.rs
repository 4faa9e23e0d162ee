//! What was typed about an archive becomes roots and a filter.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use imr::archive::{Filter, Root};

use super::args::ArchiveArgs;

/// The roots that are meant, each with the same filter; none where no path was typed.
///
/// # Errors
/// When the list of files cannot be read or names no path, a glob is none, or files are chosen of no path.
pub fn meant(args: ArchiveArgs) -> anyhow::Result<Vec<Root>> {
    let filter = Filter::new(&args.include, &args.exclude, args.hidden, args.follow)?;
    let mut roots = args.paths;
    if let Some(list) = &args.files_from {
        roots.extend(listed(&read(list)?));
    }
    let usage = |fact: String| imr::Error::new(imr::ErrorKind::Usage, fact);
    if let (true, Some(list)) = (roots.is_empty(), &args.files_from) {
        return Err(usage("the list names no path".to_owned()).with_path(list).into());
    }
    if let (true, Some(flag)) = (roots.is_empty(), filter.flags().first()) {
        let fact = format!("`{flag}` chooses among the files below a path, and no path was given");
        return Err(usage(fact).with_hint("paths of earlier runs keep the flags that they were named with").into());
    }
    let filter = Arc::new(filter);
    Ok(roots.into_iter().map(|path| Root::new(path, &filter)).collect())
}

fn read(list: &Path) -> anyhow::Result<Vec<u8>> {
    if list == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        return Ok(bytes);
    }
    Ok(std::fs::read(list).map_err(|e| imr::Error::io(list, e))?)
}

/// The paths of a list: separated by NUL where there is one, as `find -print0` does it, and one a line otherwise.
fn listed(bytes: &[u8]) -> Vec<PathBuf> {
    let has_nul = bytes.contains(&0);
    let separator = if has_nul { 0 } else { b'\n' };
    let lines = bytes.split(|b| *b == separator);
    let lines = lines.map(|line| if has_nul { line } else { line.strip_suffix(b"\r").unwrap_or(line) });
    lines.filter(|line| !line.is_empty()).map(path).collect()
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
