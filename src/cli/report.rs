//! `imr report`.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use imr::index::{Reader, Snapshot};
use imr::letter::Date;
use imr::present::{self, Report};
use imr::search::{self, Count};
use imr::{Error, ErrorKind};

use super::args::{PageFormat, ReportArgs};
use super::asked::{self, in_this_folder, open};
use super::{End, message, output};
use crate::asked::file::Whole;

/// Writes a report.
pub fn run(args: ReportArgs) -> anyhow::Result<End> {
    let place = args.output.as_deref().filter(|place| *place != Path::new("-"));
    let format = args.format.or_else(|| place.and_then(told_by)).unwrap_or(PageFormat::Html);
    let asked = asked::read(&args.query, &args.selection, &args.index)?;
    let reader = open(&args.index)?;
    let expr = in_this_folder(asked.expr.clone(), &reader)?;
    let (mut sections, corpus) = reader.guarded(|| Ok((search::report(&reader, &expr)?, corpus(&reader)?)))?;
    sections.iter_mut().for_each(|section| section.stats.synonyms.clone_from(&asked.synonyms));
    let notes: Vec<String> = sections.iter().flat_map(|section| section.stats.notes.iter().cloned()).collect();
    message::notes(&notes.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    let total = sections.first().map_or(Count::default(), |section| {
        let total = &section.stats.total;
        Count { issues: total.issues, letters: total.letters }
    });
    let filters = args.selection.by_field();
    let filters = filters.iter().flat_map(|(field, values)| {
        let flag = format!("--{}", field.replace('_', "-"));
        values.iter().flat_map(move |value| [flag.clone(), value.clone()])
    });
    let report = Report {
        query: args.query.join(" "),
        filters: filters.collect(),
        total,
        made: today(),
        version: env!("CARGO_PKG_VERSION"),
        corpus,
        sections,
    };
    let style = output::style(&args.look);
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
        (format, Some(file)) => whole(file, &|out| write(out, &report, format))?,
        (format, None) => {
            let mut out = output::stdout();
            write(&mut out, &report, format)?;
            out.flush()?;
        }
    }
    if let Some(place) = place {
        message::note(&format!("`{}` has {} tables", place.display(), report.sections.len()));
    }
    Ok(if total.letters == 0 { End::Nothing } else { End::Done })
}

fn write(out: &mut dyn Write, report: &Report, format: PageFormat) -> std::io::Result<()> {
    match format {
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
        _ => None,
    }
}

/// What tells the letters of the index from others: the head of a digest.
fn corpus(reader: &Reader) -> imr::Result<String> {
    let snapshot = Snapshot::open(reader.dir())?;
    let digest = snapshot.map(|snapshot| snapshot.corpus()).transpose()?;
    // On some systems another process that writes shuts readers out.
    Ok(digest.map_or_else(String::new, |digest| digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// The day, by the clock of the machine in Greenwich.
fn today() -> String {
    let days = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400);
    let epoch = Date::new(1970, 1, 1).map_or(0, Date::to_days);
    i32::try_from(days)
        .ok()
        .and_then(|days| Date::from_days(epoch + days))
        .map_or_else(String::new, |day| day.to_string())
}
