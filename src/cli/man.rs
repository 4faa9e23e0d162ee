//! `imr man`: the pages of the manual, made of the command line's own help.

use std::io::{self, Write};

use clap::Command;
use clap_mangen::Man;
use imr::{Error, ErrorKind};

use super::args::ManArgs;
use super::help::{STATUSES, examples};
use super::{End, command, output};
use crate::asked::file;

/// The files and variables that every page tells of.
const FILES: [(&str, &str); 4] = [
    (".imr", "The index, in this folder or the nearest above it."),
    (".imr.searches", "The saved searches of the index beside it."),
    (".imrrc", "Defaults for flags, in this folder or the nearest above it."),
    ("~/.config/imr/config.toml", "The same of the user."),
];
const VARIABLES: [(&str, &str); 8] = [
    ("XDG_CONFIG_HOME", "The folder of configurations, instead of ~/.config."),
    ("IMR_INDEX", "The index folder, where --index names none."),
    ("IMR_TOKEN", "What who asks `imr serve` has to know, where no flag tells it."),
    ("IMR_REMOTE_USER", "Who publishes; IMR_REMOTE_PASSWORD is the password."),
    ("IMR_REMOTE_API_KEY", "The key that publishes, instead of a user."),
    ("IMR_REMOTE_CREDENTIALS", "A file with credentials, where --credentials names none."),
    ("IMR_REMOTE_CA_FILE", "Certificates of who vouches for servers, where --ca-file names none."),
    ("NO_COLOR", "Set to anything, text has no colours."),
];

/// Prints a page, or writes all of them.
pub fn run(args: &ManArgs) -> anyhow::Result<End> {
    let mut program = command::command().disable_help_subcommand(true);
    program.build();
    if let Some(dir) = &args.output {
        std::fs::create_dir_all(dir).map_err(|e| Error::write(dir, e))?;
        for command in std::iter::once(&program).chain(program.get_subcommands()) {
            let name = format!("{}.1", command.get_display_name().unwrap_or(command.get_name()));
            file::replace(&dir.join(name), &page(&program, command)?)?;
        }
        return Ok(End::Done);
    }
    let command = match &args.command {
        None => &program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| {
            let names: Vec<_> = program.get_subcommands().map(Command::get_name).collect();
            Error::new(ErrorKind::Usage, format!("there is no command `{name}`"))
                .with_hint(format!("the commands are {}", names.join(", ")))
        })?,
    };
    let mut out = output::stdout();
    out.write_all(&page(&program, command)?)?;
    out.flush()?;
    Ok(End::Done)
}

/// The page of a command.
fn page(program: &Command, command: &Command) -> io::Result<Vec<u8>> {
    let is_program = program.get_name() == command.get_name();
    let name = command.get_display_name().unwrap_or(command.get_name());
    let version = program.get_version().unwrap_or_default();
    let man = Man::new(command.clone()).title(name.to_uppercase()).manual("imr").source(format!("imr {version}"));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if is_program {
        man.render_subcommands_section(&mut page)?;
    }
    let told = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let parts = |is_example: bool| {
        let parts = told.split("\n\n").filter(|part| !part.starts_with("Exit status"));
        parts.filter(move |part| part.starts_with("Example") == is_example).collect::<Vec<_>>()
    };
    if !is_program && !parts(false).is_empty() {
        section(&mut page, "NOTES")?;
        for part in parts(false) {
            as_typed(&mut page, part)?;
        }
    }
    section(&mut page, "EXAMPLES")?;
    if is_program {
        as_typed(&mut page, &examples().collect::<Vec<_>>().join("\n"))?;
    }
    for part in parts(true).into_iter().filter(|_| !is_program) {
        as_typed(&mut page, part.split_once('\n').map_or(part, |(_, examples)| examples))?;
    }
    section(&mut page, "EXIT STATUS")?;
    listed(&mut page, &STATUSES)?;
    section(&mut page, "FILES")?;
    listed(&mut page, &FILES)?;
    section(&mut page, "ENVIRONMENT")?;
    listed(&mut page, &VARIABLES)?;
    section(&mut page, "SEE ALSO")?;
    let mut others: Vec<String> = match is_program {
        true => Vec::new(),
        false => vec![reference(program.get_name())],
    };
    let names = program.get_subcommands().map(|c| c.get_display_name().unwrap_or(c.get_name()));
    others.extend(names.filter(|other| *other != name).map(reference));
    writeln!(page, "{}", others.join(",\n"))?;
    Ok(page)
}

fn reference(name: &str) -> String {
    format!("\\fB{}\\fR(1)", escaped(name))
}

fn section(page: &mut Vec<u8>, name: &str) -> io::Result<()> {
    writeln!(page, ".SH {}", if name.contains(' ') { format!("\"{name}\"") } else { name.to_owned() })
}

/// Lines as they are.
fn as_typed(page: &mut Vec<u8>, text: &str) -> io::Result<()> {
    writeln!(page, ".PP\n.nf")?;
    text.lines().try_for_each(|line| writeln!(page, "{}", line_of(line)))?;
    writeln!(page, ".fi")
}

fn listed(page: &mut Vec<u8>, parts: &[(&str, &str)]) -> io::Result<()> {
    parts.iter().try_for_each(|(name, text)| writeln!(page, ".TP\n\\fB{}\\fR\n{}", escaped(name), line_of(text)))
}

/// A line that is none of commands: a dot or an apostrophe at its beginning would make it one.
fn line_of(text: &str) -> String {
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{}", escaped(text)),
        false => escaped(text),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq")
        .replace('`', "\\(ga")
        .replace('^', "\\(ha")
        .replace('~', "\\(ti")
}
