//! `imr report`.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::Path;

use imr::present::{self, Report, Style};
use imr::{Error, ErrorKind};

use super::args::{PageFormat, ReportArgs};
use super::asked::{self, in_this_folder, open};
use super::{End, message, output, pager};
use crate::asked::file::Whole;
use crate::asked::reported;

/// Writes a report.
pub fn run(args: ReportArgs) -> anyhow::Result<End> {
    let place = args.output.as_deref().filter(|place| *place != Path::new("-"));
    let style = output::style(&args.look);
    let usual = if style.pretty && place.is_none() { PageFormat::Text } else { PageFormat::Html };
    let format = args.format.or_else(|| place.and_then(told_by)).unwrap_or(usual);
    let typed = asked::typed(&args.query, &args.selection);
    let asked = asked::read(&args.query, &args.selection, &args.index)?;
    let reader = open(&args.index)?;
    let expr = in_this_folder(asked.expr.clone(), &reader)?;
    let report = reported(&reader, &expr, &typed, &asked)?;
    let notes: BTreeSet<_> = report.sections.iter().flat_map(|section| section.stats.notes.iter().cloned()).collect();
    message::notes(&notes.into_iter().collect::<Vec<_>>());
    let total = report.total;
    match (format, place) {
        (PageFormat::Csv, Some(folder)) => {
            std::fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
            for section in &report.sections {
                let write = |out: &mut dyn Write| present::section_csv(out, section, &style);
                whole(&folder.join(format!("{}.csv", section.name)), &write)?;
            }
        }
        (PageFormat::Csv, None) => {
            return Err(Error::new(ErrorKind::Usage, "CSV is a file for each table")
                .with_hint("name a folder for them with `-o FOLDER`")
                .into());
        }
        (format, Some(file)) => {
            // What goes to a file is read by another program, however it looks here.
            let style = Style { pretty: args.look.pretty, color: false, terminal: false, columns: usize::MAX, ..style };
            whole(file, &|out| write(out, &report, format, &style))?;
        }
        (PageFormat::Text, None) => {
            let mut out = pager::answer(&args.look);
            write(&mut out, &report, format, &style)?;
            out.finish()?;
        }
        (format, None) => {
            let mut out = output::stdout();
            write(&mut out, &report, format, &style)?;
            out.flush()?;
        }
    }
    if let Some(place) = place {
        message::note(&format!("`{}` has {} tables", place.display(), report.sections.len()));
    }
    Ok(if total.letters == 0 { End::Nothing } else { End::Done })
}

fn write(out: &mut dyn Write, report: &Report, format: PageFormat, style: &Style) -> std::io::Result<()> {
    match format {
        PageFormat::Text => present::report_text(out, report, style),
        PageFormat::Markdown => present::report_markdown(out, report),
        PageFormat::Json => present::report_page_json(out, report),
        _ => present::report_html(out, report),
    }
}

/// Writes a file that appears whole or not at all.
fn whole(place: &Path, write: &dyn Fn(&mut dyn Write) -> std::io::Result<()>) -> anyhow::Result<()> {
    let whole = Whole::create(place)?;
    let mut out = BufWriter::new(whole.writer()?);
    write(&mut out).and_then(|()| out.flush()).map_err(|e| Error::write(place, e))?;
    drop(out);
    Ok(whole.commit()?)
}

/// The format that the name of a file tells; a folder is for CSV.
fn told_by(place: &Path) -> Option<PageFormat> {
    if place.is_dir() {
        return Some(PageFormat::Csv);
    }
    match place.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "html" | "htm" => Some(PageFormat::Html),
        "md" | "markdown" => Some(PageFormat::Markdown),
        "json" => Some(PageFormat::Json),
        "txt" | "text" => Some(PageFormat::Text),
        _ => None,
    }
}
