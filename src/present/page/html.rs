//! A report as one page of HTML: everything in it, no script, nothing loaded.

use std::io::{self, Write};

use super::super::stats::{exceptions, stats_html};
use super::escape::escaped;
use super::{CAVEATS, CHART_STYLE, Report, about, chart, command, figures, head};

/// How the page looks.
const STYLE: &str = include_str!("page.css");

/// Writes a report as a page.
///
/// # Errors
/// From the writer.
pub fn report_html(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Independent medical review: outcomes</title>\n<style>\n{STYLE}{CHART_STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>Independent medical review: outcomes</h1>\n<dl>\n"
    )?;
    for (name, value) in head(report) {
        writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escaped(&value))?;
    }
    writeln!(out, "</dl>")?;
    CAVEATS.iter().try_for_each(|caveat| writeln!(out, "<p>{}</p>", escaped(caveat)))?;
    writeln!(out, "<nav aria-label=\"Tables\"><ol>")?;
    for section in &report.sections {
        writeln!(out, "<li><a href=\"#{}\">{}</a></li>", section.name, escaped(section.title))?;
    }
    writeln!(out, "</ol></nav>\n</header>\n<main>")?;
    for section in &report.sections {
        let id = section.name;
        writeln!(out, "<section id=\"{id}\" aria-labelledby=\"{id}-head\">")?;
        writeln!(out, "<h2 id=\"{id}-head\">{}</h2>\n<p>{}</p>", escaped(section.title), escaped(&about(section)))?;
        if let Some(svg) = chart::chart(section) {
            let caption = match section.stats.days.is_some() {
                true => "Days to the decision",
                false => "<span class=\"key upheld\"></span>upheld <span class=\"key overturned\"></span>overturned",
            };
            writeln!(
                out,
                "<figure><div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Chart\">{svg}</div><figcaption>{caption}. \
                 The figures are in the table below, made by <a href=\"#{id}-command\">this command</a>.</figcaption></figure>"
            )?;
        }
        writeln!(out, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">")?;
        stats_html(out, &section.stats, &figures(section), section.title, escaped)?;
        writeln!(out, "</div>")?;
        for remark in exceptions(&section.stats) {
            writeln!(out, "<p class=\"remark\">{}</p>", escaped(&remark))?;
        }
        writeln!(
            out,
            "<pre id=\"{id}-command\"><code>{}</code></pre>\n</section>",
            escaped(&command(report, section, &figures(section)))
        )?;
    }
    writeln!(out, "</main>\n</body>\n</html>")
}
