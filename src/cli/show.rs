//! `imr show`.

use std::io::Write;

use imr::letter::CaseNumber;
use imr::{Error, ErrorKind, present};

use super::args::{ShowArgs, ShowFormat};
use super::asked::open;
use super::{End, message, output};

/// Prints a letter.
pub fn run(args: ShowArgs) -> anyhow::Result<End> {
    let typed = args.case.trim();
    let case: Option<CaseNumber> = typed.parse().ok();
    // A letter without a case number is known by its path, and nothing else looks like one.
    if case.is_none() && !typed.contains(['/', '.', std::path::MAIN_SEPARATOR]) {
        return Err(Error::new(ErrorKind::Usage, format!("`{typed}` is no case number"))
            .with_hint("a case number has the form CM16-0213037; a letter without one is shown by its path")
            .into());
    }
    let reader = open(&args.index)?;
    let cwd = std::env::current_dir()?;
    let letter = reader.guarded(|| match case {
        Some(case) => reader.letter(case),
        None => {
            let mut found = None;
            for path in reader.paths_of(typed, &cwd)? {
                found = found.or(reader.letter_at(&path)?);
            }
            Ok(found)
        }
    })?;
    let Some(letter) = letter else {
        message::note(&format!("there is no letter {typed} in the index"));
        return Ok(End::Nothing);
    };
    let mut out = output::stdout();
    match args.format {
        ShowFormat::Text => present::letter(&mut out, &letter, &output::style(&args.look), reader.base())?,
        ShowFormat::Json => present::record_json(&mut out, &letter)?,
    }
    out.flush()?;
    Ok(End::Done)
}
