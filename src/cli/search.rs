//! `imr search`.

use std::io::{self, Write};
use std::path::Path;

use imr::present::{Columns, Style, Template};
use imr::search::{self, Dimension, Found, Request, Sort};
use imr::{Error, ErrorKind, Result, present};

use super::args::{HitFormat, SearchArgs};
use super::asked::{in_this_folder, open};
use super::saved::New;
use super::{End, message, output, queries, saved};

/// Searches.
pub fn run(args: SearchArgs) -> anyhow::Result<End> {
    if let Some(list) = &args.queries {
        return queries::run(&args, list);
    }
    let printed = Printed::meant(&args)?;
    let asked = saved::asked(&args.query, &args.selection, &args.index)?;
    let new = args.new.then(|| New::of(&args.query, &args.index)).transpose()?;
    let facets = Dimension::parse_all(&args.facets)?;
    if !facets.is_empty() && printed.is_lines() {
        return Err(Error::new(ErrorKind::Usage, "`--facets` has no place in what is a line for each hit")
            .with_hint("use `--format json`, or count with `imr stats --by FIELD --format csv`")
            .into());
    }
    let sort = match args.sample {
        Some(_) => Sort::Random { seed: args.seed },
        None => Sort::parse(&args.sort)?,
    };
    let reader = open(&args.index)?;
    let request = Request {
        limit: if args.count {
            0
        } else {
            args.sample.or(args.limit).unwrap_or(if args.new { usize::MAX } else { LIMIT })
        },
        offset: args.offset,
        sort,
        after: args.after.clone(),
        facets,
        ..Request::new(in_this_folder(asked, &reader)?)
    };
    let request = match &new {
        Some(new) => new.only(&reader, request)?,
        None => request,
    };
    let found = reader.guarded(|| search::search(&reader, &request))?;
    message::notes(&found.notes);
    let mut out = output::stdout();
    printed.write(&mut out, &found, &output::style(&args.look), reader.base())?;
    out.flush()?;
    // What was not printed was not shown.
    new.map_or(Ok(()), |new| new.shown(&found))?;
    // Who pages wants to go on; JSON has it as `next`.
    if (args.limit.is_some() || args.after.is_some())
        && !args.new
        && !printed.has_next()
        && let Some(next) = &found.next
    {
        message::note(&format!("the same search with `--after {next}` goes on from here"));
    }
    Ok(if found.total.letters == 0 { End::Nothing } else { End::Done })
}

/// How many hits there are where nothing else is asked for.
const LIMIT: usize = 10;

/// How the hits are printed.
enum Printed {
    /// The totals alone.
    Count(HitFormat),
    /// As a format has it, with these columns where some were chosen.
    Hits(HitFormat, Option<Columns>),
    /// In lines of one's own.
    Lines(Template),
}

impl Printed {
    fn meant(args: &SearchArgs) -> Result<Self> {
        if let Some(template) = &args.template {
            return Ok(Self::Lines(Template::parse(template)?));
        }
        if args.count {
            return Ok(Self::Count(args.format));
        }
        if args.format == HitFormat::Citations && !args.fields.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "citations have a form of their own, without `--fields`")
                .with_hint("lines of one's own: `--template '{case_number} {outcome} {issue}'`"));
        }
        let columns = (!args.fields.is_empty()).then(|| Columns::chosen(&args.fields)).transpose()?;
        Ok(Self::Hits(args.format, columns))
    }

    /// Whether there is nothing but a line for each hit.
    fn is_lines(&self) -> bool {
        match self {
            Self::Count(format) => matches!(format, HitFormat::Jsonl | HitFormat::Csv),
            Self::Lines(_) => true,
            Self::Hits(HitFormat::Text, columns) => columns.is_some(),
            Self::Hits(HitFormat::Json | HitFormat::Markdown, _) => false,
            Self::Hits(HitFormat::Jsonl | HitFormat::Csv | HitFormat::Citations, _) => true,
        }
    }

    /// Whether the output itself tells how to go on.
    fn has_next(&self) -> bool {
        matches!(self, Self::Hits(HitFormat::Json, _) | Self::Count(_))
    }

    fn write(&self, out: &mut dyn Write, found: &Found, style: &Style, base: &Path) -> io::Result<()> {
        match self {
            Self::Count(HitFormat::Json | HitFormat::Jsonl) => present::count_json(out, found),
            Self::Count(HitFormat::Csv) => present::count_csv(out, found),
            Self::Count(HitFormat::Markdown) => present::count_markdown(out, found),
            Self::Count(HitFormat::Text | HitFormat::Citations) => present::count(out, found, style),
            Self::Lines(template) => present::hits_template(out, found, template),
            Self::Hits(HitFormat::Json, columns) => present::hits_json(out, found, columns.as_ref()),
            Self::Hits(HitFormat::Jsonl, columns) => present::hits_jsonl(out, found, columns.as_ref()),
            Self::Hits(HitFormat::Csv, columns) => {
                present::hits_csv(out, found, &columns.clone().unwrap_or_else(Columns::usual), style)
            }
            Self::Hits(HitFormat::Markdown, columns) => {
                present::hits_markdown(out, found, &columns.clone().unwrap_or_else(Columns::brief))
            }
            Self::Hits(HitFormat::Citations, _) => present::citations(out, found, style, base),
            Self::Hits(HitFormat::Text, Some(columns)) => present::hits_tabs(out, found, columns),
            Self::Hits(HitFormat::Text, None) => present::hits(out, found, style, base),
        }
    }
}
