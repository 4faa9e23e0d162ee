//! `imr similar`.

use imr::present::Original;
use imr::query::{self, Expr};
use imr::record::{IssueRecord, LetterRecord};
use imr::{Error, ErrorKind, Result, archive, parse, present, search};

use super::args::{SimilarArgs, TableFormat};
use super::asked::{asked, in_this_folder, open};
use super::show::Asked;
use super::{End, message, output, pager};

/// Prints the issues most like one.
pub fn run(args: SimilarArgs) -> anyhow::Result<End> {
    let filter = asked(&[], &args.selection)?;
    let typed = args.of.as_deref().map(str::trim).map(Asked::read).transpose()?;
    let reader = open(&args.index)?;
    let (letter, number) = match (&typed, &args.file) {
        (Some(asked), _) => match asked.find(&reader)? {
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
    // The letter itself, also where it is in the index and a copy of it was named.
    let own = match letter.facts.case_number {
        Some(case) => Some(query::filter("case", &[case.to_string()])?),
        None => typed.is_some().then(|| Expr::Path(letter.facts.path.clone())),
    };
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

/// The issue of a letter that is meant: of one issue that, of several the one that was named.
fn chosen(letter: &LetterRecord, number: Option<u32>, is_indexed: bool) -> Result<&IssueRecord> {
    let name = letter.facts.case_number.map_or_else(|| letter.facts.path.clone(), |case| case.to_string());
    let error = |fact: String| Error::new(ErrorKind::Usage, fact);
    match (number, &letter.issues[..]) {
        (_, []) => Err(error(format!("no issue could be read from {name}"))),
        (None, [only]) => Ok(only),
        (None, issues) => {
            let how = if is_indexed { format!("{name}/1") } else { "--issue 1".to_owned() };
            Err(error(format!("{name} has {} issues", issues.len())).with_hint(format!("name one, such as `{how}`")))
        }
        (Some(number), issues) => issues
            .iter()
            .find(|issue| issue.number == number)
            .ok_or_else(|| error(format!("{name} has no issue {number}; it has {}", issues.len()))),
    }
}
