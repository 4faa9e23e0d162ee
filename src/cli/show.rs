//! `imr show`.

use std::io::Write;

use imr::letter::CaseNumber;
use imr::{Error, ErrorKind, present};

use super::args::{ShowArgs, ShowFormat};
use super::search::open;
use super::{End, message, output};

/// Prints a letter.
pub fn run(args: ShowArgs) -> anyhow::Result<End> {
    let case: CaseNumber = args.case.trim().parse().map_err(|_| {
        Error::new(ErrorKind::Usage, format!("`{}` is no case number", args.case))
            .with_hint("a case number has the form CM16-0213037")
    })?;
    let reader = open(&args.index)?;
    let Some(letter) = reader.guarded(|| reader.letter(case))? else {
        message::note(&format!("there is no letter {case} in the index"));
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
