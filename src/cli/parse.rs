//! `imr parse`.

use std::collections::{BTreeSet, HashSet};
use std::io::Write;

use imr::record::IssueRecord;
use imr::{ErrorKind, ingest, present};

use super::args::{ParseArgs, ParseFormat};
use super::{End, archive, index, message, output, shard};

/// Reads letters and prints their records.
pub fn run(mut args: ParseArgs) -> anyhow::Result<End> {
    if let (Some(shard), Some(folder)) = (args.shard, args.output.take()) {
        return shard::run(args, shard, &folder);
    }
    if args.format == ParseFormat::Parquet {
        return Err(imr::Error::new(ErrorKind::Usage, "Parquet is written by `--shard`, into a folder")
            .with_hint("`--shard 0/1 -o DIR` writes all as one shard")
            .into());
    }
    let style = output::style(&args.look);
    let mut out = output::stdout();
    let (mut read, mut failed, mut missing) = (0u64, 0u64, 0u64);
    let (mut write_error, reading) = (None, present::Reading::default());
    let named = archive::meant(args.archive)?;
    let roots: HashSet<_> = named.iter().map(|root| root.path.clone()).collect();
    let mut hints = BTreeSet::new();
    ingest::parse(named, index::threads(args.threads), &mut |record| match record {
        Ok(mut record) => {
            if args.explain {
                record.issues.iter_mut().for_each(IssueRecord::explain);
            }
            let written = match args.format {
                ParseFormat::Jsonl | ParseFormat::Parquet => present::record_json(&mut out, &record),
                ParseFormat::Text if read > 0 => writeln!(out, "\n{}\n", "-".repeat(style.width.min(80)))
                    .and_then(|()| present::letter(&mut out, &record, &reading, &style, &style.cwd)),
                ParseFormat::Text => present::letter(&mut out, &record, &reading, &style, &style.cwd),
            };
            read += 1;
            written.map_err(|e| {
                write_error = Some(e);
                imr::Error::new(ErrorKind::Io, "stdout cannot be written")
            })
        }
        Err(error) => {
            failed += 1;
            let is_root = error.path().is_some_and(|path| roots.contains(path));
            missing += u64::from(is_root && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Usage));
            missing += u64::from(error.kind() == ErrorKind::Shards);
            hints.extend(error.hint().map(str::to_owned));
            message::warning(&error);
            Ok(())
        }
    })
    .map_err(|e| write_error.take().map_or_else(|| e.into(), anyhow::Error::from))?;
    out.flush()?;
    message::hints(hints.iter().map(String::as_str));
    Ok(match missing {
        0 if (read == 0 && failed == 0) || (args.strict && failed > 0) => End::Nothing,
        0 => End::Done,
        _ => End::Missing,
    })
}
