//! `imr search`.

use std::io::{self, Write};
use std::path::Path;

use imr::present::{Columns, Style, Template};
use imr::query::Expr;
use imr::remote::Target;
use imr::search::{self, By, Facet, Found, Request, Sort};
use imr::{Error, ErrorKind, Result, present};

use super::args::{GroupArg, HitFormat, SearchArgs};
use super::asked::{self, in_this_folder, open};
use super::saved::New;
use super::{End, last, message, output, pager, queries, there};

/// Searches.
pub fn run(args: SearchArgs) -> anyhow::Result<End> {
    if let Some(target) = there::meant(&args.there, &not_there(&args))? {
        return run_there(args, target);
    }
    if let Some(list) = &args.queries {
        return queries::run(&args, list);
    }
    let printed = Printed::meant(&args)?;
    let asked = asked::read(&args.query, &args.selection, &args.index)?;
    let new = args.new.then(|| New::of(&args.query, &args.index)).transpose()?;
    let style = output::style(&args.look);
    let request = request(&args, &printed, printed.is_read(&style))?;
    let reader = open(&args.index)?;
    let request = Request { expr: in_this_folder(asked.expr.clone(), &reader)?, ..request };
    let request = match &new {
        Some(new) => new.only(&reader, request)?,
        None => request,
    };
    let mut found = reader.guarded(|| search::search(&reader, &request))?;
    message::notes(&found.notes);
    found.suggestion = asked::suggestion(&asked, &reader, found.total)?;
    found.synonyms = asked.synonyms;
    if printed.is_read(&style) {
        last::keep(reader.dir(), &asked.whole);
    }
    let mut out = pager::answer(&args.look);
    printed.write(&mut out, &found, &style, reader.base())?;
    out.finish()?;
    // What was not printed was not shown.
    new.map_or(Ok(()), |new| new.shown(&found))?;
    tell_next(&args, &printed, &found);
    Ok(if found.total.letters == 0 { End::Nothing } else { End::Done })
}

/// Searches an engine.
fn run_there(args: SearchArgs, target: Target) -> anyhow::Result<End> {
    let printed = Printed::meant(&args)?;
    let asked = there::read(&args.query, &args.selection)?;
    // The files of letters there may not be here.
    let style = Style { links: false, ..output::style(&args.look) };
    let request = request(&args, &printed, printed.is_read(&style))?;
    let expr = there::meant_there(asked.expr)?;
    // Which issues have the same rationale is known of an index here only.
    let request = Request { expr, by: By::Issue, ..request };
    let engine = there::Engine::connect(target, &args.there)?;
    let afar = engine.afar();
    let mut found = afar.search(&request)?;
    message::notes(&found.notes);
    found.synonyms = asked.synonyms;
    let mut out = pager::answer(&args.look);
    printed.write(&mut out, &found, &style, Path::new(""))?;
    out.finish()?;
    tell_next(&args, &printed, &found);
    Ok(engine.ended(&afar, if found.total.letters == 0 { End::Nothing } else { End::Done }))
}

/// The flags that mean nothing for an engine.
fn not_there(args: &SearchArgs) -> [there::Refused<'static>; 5] {
    [
        (args.new, "--new", "what a saved search has shown is kept beside an index here"),
        (args.queries.is_some(), "--queries", "ask for each query by itself, or count with `imr stats`"),
        (args.sample.is_some(), "--sample", "samples are drawn from an index here"),
        (args.collapse, "--collapse", "each hit is an issue there"),
        (
            args.group == GroupArg::Letter,
            "--group letter",
            "each hit is an issue there; `--sort case` has those of a letter together",
        ),
    ]
}

/// What was typed about hits and counts, of everything.
fn request(args: &SearchArgs, printed: &Printed, is_read: bool) -> Result<Request> {
    let facets = Facet::parse_all(&args.facets)?;
    if !facets.is_empty() && printed.is_lines() {
        return Err(Error::new(ErrorKind::Usage, "`--facets` has no place in what is a line for each hit")
            .with_hint("use `--format json`, or count with `imr stats --by FIELD --format csv`"));
    }
    let sort = match args.sample {
        Some(_) => Sort::Random { seed: args.seed },
        None => Sort::parse(&args.sort)?,
    };
    Ok(Request {
        by: by(args, is_read),
        snippets: args.snippets,
        context: args.context.map(|words| words.unwrap_or(if is_read { FULL_LINE } else { BESIDE })),
        limit: if args.count {
            0
        } else {
            args.sample.or(args.limit).unwrap_or(if args.new { usize::MAX } else { LIMIT })
        },
        offset: args.offset,
        sort,
        after: args.after.clone(),
        facets,
        ..Request::new(Expr::All)
    })
}

/// Tells how to go on: who pages wants to, and JSON has it as `next`.
fn tell_next(args: &SearchArgs, printed: &Printed, found: &Found) {
    if (args.is_limit_typed || args.after.is_some())
        && !args.new
        && !printed.has_next()
        && let Some(next) = &found.next
    {
        message::note(&format!("the same search with `--after {next}` goes on from here"));
    }
}

/// How many hits there are where nothing else is asked for.
const LIMIT: usize = 10;

/// How many words stand beside a match where it is not said.
const BESIDE: usize = 10;
/// More words than a line of a terminal has.
const FULL_LINE: usize = 60;

/// What a result is. Who reads wants to see a text once; who goes on with the hits in a program, or by letters, gets all.
fn by(args: &SearchArgs, is_read: bool) -> By {
    match args.group {
        GroupArg::Letter => By::Letter,
        GroupArg::Issue if args.collapse => By::Rationale,
        // What is new shall be told of each.
        GroupArg::Issue if args.all || args.new || args.sample.is_some() || args.context.is_some() || !is_read => {
            By::Issue
        }
        GroupArg::Issue => By::Rationale,
    }
}

/// How the hits are printed.
enum Printed {
    /// The totals alone.
    Count(HitFormat),
    /// As a format has it, with these columns where some were chosen.
    Hits(HitFormat, Option<Columns>),
    /// In lines of one's own.
    Lines(Template),
    /// A line for each match, as text or CSV.
    Context(HitFormat),
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
        if args.group == GroupArg::Letter && args.collapse {
            return Err(Error::new(ErrorKind::Usage, "`--collapse` has no place where letters are results")
                .with_hint("letters are shown with all their issues that match"));
        }
        if args.context.is_some() {
            let is_told = matches!(args.format, HitFormat::Json | HitFormat::Jsonl);
            return match args.format {
                HitFormat::Text | HitFormat::Csv if args.fields.is_empty() => Ok(Self::Context(args.format)),
                _ if is_told && args.fields.is_empty() => Ok(Self::Hits(args.format, None)),
                _ => Err(Error::new(
                    ErrorKind::Usage,
                    "`--context` prints `--format text`, `json`, `jsonl` or `csv`, without `--fields`",
                )),
            };
        }
        let columns = (!args.fields.is_empty()).then(|| Columns::chosen(&args.fields)).transpose()?;
        Ok(Self::Hits(args.format, columns))
    }

    /// Whether there is nothing but a line for each hit.
    fn is_lines(&self) -> bool {
        match self {
            Self::Count(format) => matches!(format, HitFormat::Jsonl | HitFormat::Csv),
            Self::Lines(_) | Self::Context(_) => true,
            Self::Hits(HitFormat::Text, columns) => columns.is_some(),
            Self::Hits(HitFormat::Json | HitFormat::Markdown, _) => false,
            Self::Hits(HitFormat::Jsonl | HitFormat::Csv | HitFormat::Citations, _) => true,
        }
    }

    /// Whether hits are laid out for reading.
    fn is_read(&self, style: &Style) -> bool {
        style.pretty && matches!(self, Self::Hits(HitFormat::Text, None) | Self::Context(HitFormat::Text))
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
            Self::Context(HitFormat::Csv) => present::context_csv(out, found, style),
            Self::Context(_) => present::context(out, found, style),
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
