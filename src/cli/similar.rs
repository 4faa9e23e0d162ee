//! `imr similar`.

use imr::present::Original;
use imr::record::LetterRecord;
use imr::{Error, ErrorKind, archive, parse, present, search};

use super::args::{SimilarArgs, TableFormat};
use super::asked::{asked, in_this_folder, open};
use super::{End, message, output, pager, show};
use crate::asked::{Named, chosen, own};

/// Prints the issues most like one.
pub fn run(args: SimilarArgs) -> anyhow::Result<End> {
    let filter = asked(&[], &args.selection, &args.index)?;
    let typed = args.of.as_deref().map(str::trim).map(Named::read).transpose()?;
    let reader = open(&args.index)?;
    let (letter, number) = match (&typed, &args.file) {
        (Some(asked), _) => match show::find(asked, &reader)? {
            Some(letter) => (letter, asked.number),
            None => {
                message::note(&format!("there is no letter {} in the index", asked.name));
                return Ok(End::Nothing);
            }
        },
        (None, Some(file)) => {
            let content = archive::read(file)?;
            let shown = file.to_string_lossy().into_owned();
            let digest = content.digest_hex();
            (LetterRecord::new(parse::parse(&content.text), shown, digest), args.issue)
        }
        (None, None) => return Err(Error::new(ErrorKind::Usage, "no issue was named").into()),
    };
    let issue = chosen(&letter, number, typed.is_some())?;
    let own = own(&letter, typed.is_some())?;
    let filter = in_this_folder(filter, &reader)?;
    let is_indexed = typed.is_some();
    let similar = reader.guarded(|| search::similar(&reader, issue, own, is_indexed, &filter, args.limit))?;
    message::notes(&similar.notes);
    let style = output::style(&args.look);
    let mut out = pager::answer(&args.look);
    match args.format {
        TableFormat::Text => present::similar(&mut out, &similar, &style, reader.base())?,
        TableFormat::Csv => present::similar_csv(&mut out, &similar, &style, reader.base())?,
        TableFormat::Json => {
            let (case, path) = (letter.facts.case_number, letter.facts.path.as_str());
            present::similar_json(&mut out, Original { case, path, issue }, &similar)?;
        }
    }
    out.finish()?;
    Ok(if similar.neighbours.is_empty() { End::Nothing } else { End::Done })
}
