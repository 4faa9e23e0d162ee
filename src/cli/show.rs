//! `imr show`.

use std::io::{self, Write};
use std::path::Path;

use imr::index::Reader;
use imr::present::Reading;
use imr::query::{self, Query};
use imr::record::LetterRecord;
use imr::{Error, ErrorKind, Result, archive, present, search};

use super::args::{ShowArgs, ShowFormat};
use super::asked::open;
use super::{End, last, message, output, pager};
use crate::asked::Named;

/// Prints a letter, or one issue of it, or its file's text; or opens the file.
pub fn run(args: ShowArgs) -> anyhow::Result<End> {
    let typed = args.case.trim();
    let asked = Named::read(typed)?;
    let reader = open(&args.index)?;
    let Some(mut letter) = find(&asked, &reader)? else {
        message::note(&format!("there is no letter {} in the index", asked.name));
        return Ok(End::Nothing);
    };
    if (args.raw || args.open) && asked.number.is_some() {
        return Err(Error::new(ErrorKind::Usage, "a file is that of a whole letter, not of one issue")
            .with_hint(format!("leave the `/` and the number out: `imr show {}`", asked.name))
            .into());
    }
    if args.open {
        return open_file(&letter, reader.base());
    }
    let style = output::style(&args.look);
    if args.raw {
        let content = archive::reread(&reader.base().join(&letter.facts.path), &letter.facts.digest)?;
        let mut out = pager::answer(&args.look);
        // A file is not trusted with the terminal; a program gets it as it is.
        let text = if style.terminal { present::lines(&content.text.replace('\u{c}', "\n")) } else { content.text };
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.finish()?;
        return Ok(End::Done);
    }
    if let Some(number) = asked.number {
        let issues = letter.issues.len();
        letter.issues.retain(|issue| issue.number == number);
        if letter.issues.is_empty() {
            message::note(&format!("the letter {} has no issue {number}; it has {issues}", asked.name));
            return Ok(End::Nothing);
        }
    }
    let marks = match (&args.query, args.format) {
        _ if args.no_marks => Vec::new(),
        (_, ShowFormat::Json) => Vec::new(),
        (Some(query), _) => marks(&reader, query, true)?,
        // What the last search asked for may be no query of this index any more.
        (None, _) if style.pretty => {
            last::query(reader.dir()).map_or(Ok(Vec::new()), |query| marks(&reader, &query, false)).unwrap_or_default()
        }
        (None, _) => Vec::new(),
    };
    let mut out = pager::answer(&args.look);
    match args.format {
        ShowFormat::Text => {
            let reading = Reading { marks, only_issues: asked.number.is_some() };
            present::letter(&mut out, &letter, &reading, &style, reader.base())?;
        }
        ShowFormat::Json => present::record_json(&mut out, &letter)?,
    }
    out.finish()?;
    Ok(End::Done)
}

/// The letter that is meant, with all its issues.
pub fn find(named: &Named, reader: &Reader) -> anyhow::Result<Option<LetterRecord>> {
    let cwd = std::env::current_dir()?;
    Ok(named.find(reader, &|typed| reader.paths_of(typed, &cwd))?)
}

/// What a query marks, with remarks on it for the one who typed it just now.
fn marks(reader: &Reader, query: &str, is_typed: bool) -> Result<Vec<query::Mark>> {
    let Query { expr, notes } = query::parse(query)?;
    // A search marks synonyms, too.
    let expr = query::with_synonyms(&expr).expr;
    let (marks, more) = reader.guarded(|| search::marks(reader, &expr))?;
    if is_typed {
        message::notes(&notes);
        message::notes(&more);
    }
    Ok(marks)
}

/// Opens the file of a letter.
fn open_file(letter: &LetterRecord, base: &Path) -> anyhow::Result<End> {
    let path = base.join(&letter.facts.path);
    if archive::container::split_address(letter.facts.path.as_bytes()).is_some() {
        return Err(Error::new(ErrorKind::Usage, "lies in a container, which other programs do not look into")
            .with_path(path)
            .with_hint("unpack it first, or read the text: `imr show --raw`")
            .into());
    }
    if !path.exists() {
        let missing = io::Error::from(io::ErrorKind::NotFound);
        return Err(Error::io(path, missing).with_hint(archive::GONE).into());
    }
    match open::that_detached(&path) {
        Ok(()) => Ok(End::Done),
        Err(cause) => Err(Error::new(ErrorKind::Io, "no program that opens it could be started")
            .with_path(path)
            .with_source(cause)
            .with_hint("open it by hand, or read the text: `imr show --raw`")
            .into()),
    }
}
