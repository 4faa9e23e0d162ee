//! Configuration: defaults for flags, from the nearest `.imrrc` and from the user's own file.
//!
//! A folder may come from anybody, with an `.imrrc` in it. So nothing that a configuration sets runs a program, writes a
//! file or chooses letters: the worst it can do is to print in another way. `settings` lists all.

pub mod settings;

use std::fs::{self, File};
use std::io::{ErrorKind as Is, Read};
use std::path::{Path, PathBuf};

use clap::builder::OsStr;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use etcetera::BaseStrategy;
use imr::error::nearest;
use imr::{Error, ErrorKind, Result};
use toml_edit::{Document, Item, TableLike, Value};

use settings::{COLOR, Kind, Setting, of_section, sections};

/// The name of a folder's file.
const OF_FOLDER: &str = ".imrrc";
/// The user's file below the folder for such files.
const OF_USER: [&str; 2] = ["imr", "config.toml"];
/// No configuration is longer.
const MOST_BYTES: u64 = 64 << 10;

/// The defaults that hold here.
#[derive(Debug, Default)]
pub struct Config {
    entries: Vec<Entry>,
}

/// A default.
#[derive(Debug, Clone)]
struct Entry {
    /// The command; `None` for all that have the flag.
    section: Option<&'static str>,
    key: &'static str,
    values: Vec<String>,
    gives_way_to: &'static [&'static str],
    /// Where it is set.
    path: PathBuf,
    line: usize,
}

/// A file as it was read.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
    is_of_user: bool,
}

impl Config {
    /// The configuration for whoever stands in a folder. What the nearest folder says goes before what the user's own file
    /// says.
    ///
    /// # Errors
    /// For a file that cannot be read, or sets what there is not.
    pub fn load(here: &Path) -> Result<Self> {
        let of_folder = here.ancestors().map(|folder| folder.join(OF_FOLDER)).find(|path| path.is_file());
        let mut config = Self::default();
        for (path, is_of_user) in
            of_folder.map(|path| (path, false)).into_iter().chain(of_user().map(|path| (path, true)))
        {
            if let Some(text) = read(&path)? {
                let entries = Source { path: &path, text: &text, is_of_user }.entries()?;
                let is_new =
                    |entry: &Entry| !config.entries.iter().any(|e| (e.section, e.key) == (entry.section, entry.key));
                let new: Vec<_> = entries.into_iter().filter(is_new).collect();
                config.entries.extend(new);
            }
        }
        Ok(config)
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The command line with these defaults.
    pub fn apply(&self, command: Command) -> Command {
        self.entries.iter().fold(command, |command, entry| match entry.section {
            Some(section) => command.mut_subcommand(section, |command| entry.apply(command)),
            None => {
                let has_it = |c: &&Command| c.get_arguments().any(|arg| arg.get_id() == entry.key);
                let names: Vec<String> =
                    command.get_subcommands().filter(has_it).map(|c| c.get_name().to_owned()).collect();
                names.into_iter().fold(command, |command, name| command.mut_subcommand(name, |c| entry.apply(c)))
            }
        })
    }

    /// The same without the defaults that make no sense beside what was typed; `None` where all do.
    pub fn beside(&self, matches: &ArgMatches) -> Option<Self> {
        let (command, typed) = matches.subcommand()?;
        let is_typed =
            |flag: &str| typed.ids().any(|id| id == flag) && typed.value_source(flag) == Some(ValueSource::CommandLine);
        let stays =
            |entry: &&Entry| entry.section != Some(command) || !entry.gives_way_to.iter().any(|flag| is_typed(flag));
        let entries: Vec<_> = self.entries.iter().filter(stays).cloned().collect();
        (entries.len() < self.entries.len()).then_some(Self { entries })
    }

    /// Whether each value is one that its flag takes.
    ///
    /// # Errors
    /// The first that is not, naming its file and line.
    pub fn check(&self, command: &Command) -> Result<()> {
        self.entries.iter().try_for_each(|entry| entry.check(command))
    }
}

impl Entry {
    fn apply(&self, command: Command) -> Command {
        let values: Vec<OsStr> = self.values.iter().cloned().map(OsStr::from).collect();
        // Help tells the defaults of the program.
        command.mut_arg(self.key, |arg| arg.required(false).default_values(values).hide_default_value(true))
    }

    fn check(&self, command: &Command) -> Result<()> {
        let section = self.section.unwrap_or("search");
        for value in &self.values {
            let flag = format!("--{}={value}", self.key.replace('_', "-"));
            let error = match command.clone().try_get_matches_from([command.get_name(), section, &flag]) {
                Ok(_) => continue,
                Err(error) => error,
            };
            use clap::error::{ContextKind, ContextValue, ErrorKind as Fault};
            // What else is wrong with so short a line is not the configuration's fault.
            if matches!(error.kind(), Fault::InvalidValue | Fault::ValueValidation | Fault::UnknownArgument) {
                let fact = format!("line {}: `{value}` is no value of `{}`", self.line, self.key);
                let wrong = Error::new(ErrorKind::Usage, fact).with_path(&self.path);
                return Err(match error.get(ContextKind::ValidValue) {
                    Some(ContextValue::Strings(valid)) if !valid.is_empty() => {
                        wrong.with_hint(format!("the values are {}", valid.join(", ")))
                    }
                    _ => wrong,
                });
            }
        }
        Ok(())
    }
}

impl Source<'_> {
    fn entries(&self) -> Result<Vec<Entry>> {
        let document = Document::parse(self.text).map_err(|error| {
            let told = error.message().lines().next().unwrap_or("is no TOML").to_owned();
            self.wrong(error.span(), &told)
        })?;
        let mut entries = Vec::new();
        for (name, item) in document.iter() {
            let span = document.key(name).and_then(|key| key.span());
            if name == COLOR {
                entries.push(self.entry(None, COLOR, &[], vec![self.text_of(COLOR, item)?], span));
                continue;
            }
            let Some(section) = sections().into_iter().find(|section| *section == name) else {
                let known: Vec<_> = sections().into_iter().chain([COLOR]).collect();
                let fact = format!("there is nothing to set under the name `{name}`");
                return Err(suggested(self.wrong(span, &fact), name, &known, "the names are"));
            };
            let Some(table) = item.as_table_like() else {
                return Err(self.wrong(span, &format!("`{name}` is a command, whose settings follow on `[{name}]`")));
            };
            self.section(section, table, &mut entries)?;
        }
        Ok(entries)
    }

    fn section(&self, section: &'static str, table: &dyn TableLike, entries: &mut Vec<Entry>) -> Result<()> {
        for (name, item) in table.iter() {
            let span = table.key(name).and_then(|key| key.span());
            let key = name.replace('-', "_");
            let Some(setting) = of_section(section).find(|setting| setting.key == key) else {
                let known: Vec<_> = of_section(section).map(|setting| setting.key).collect();
                let fact = format!("there is no setting `{name}` in [{section}]");
                return Err(suggested(
                    self.wrong(span, &fact),
                    name,
                    &known,
                    &format!("the settings of [{section}] are"),
                ));
            };
            if !setting.of_folders && !self.is_of_user {
                let fact = format!("`{name}` in [{section}] is set in the user's own configuration only");
                let hint = of_user().map(|path| format!("that is `{}`", path.display()));
                let wrong = self.wrong(span, &fact);
                return Err(hint.into_iter().fold(wrong, Error::with_hint));
            }
            let values = self.values_of(setting, name, item)?;
            entries.push(self.entry(Some(section), setting.key, setting.gives_way_to, values, span));
        }
        Ok(())
    }

    fn values_of(&self, setting: &Setting, name: &str, item: &Item) -> Result<Vec<String>> {
        let passes = |text: &str, check: fn(&str) -> Result<()>| {
            check(text).map_err(|error| {
                let wrong = self.wrong(item.span(), &format!("`{name}`: {}", error.message()));
                error.hint().into_iter().fold(wrong, |wrong, hint| wrong.with_hint(hint))
            })
        };
        match setting.kind {
            Kind::Number => match item.as_integer().and_then(|number| u64::try_from(number).ok()) {
                Some(number) => Ok(vec![number.to_string()]),
                None => Err(self.wrong(item.span(), &format!("`{name}` is a whole number, such as 20"))),
            },
            Kind::Text(check) => {
                let text = self.text_of(name, item)?;
                passes(&text, check)?;
                Ok(vec![text])
            }
            Kind::List(check) => {
                let wrong = || self.wrong(item.span(), &format!("`{name}` is a list of texts, such as [\"year\"]"));
                let list = item.as_array().ok_or_else(wrong)?;
                let texts = list.iter().map(|value: &Value| value.as_str().map(str::to_owned).ok_or_else(wrong));
                let texts = texts.collect::<Result<Vec<_>>>()?;
                for text in &texts {
                    // On the command line a comma would part it.
                    if text.contains(',') {
                        return Err(wrong());
                    }
                    passes(text, check)?;
                }
                Ok(texts)
            }
        }
    }

    fn text_of(&self, name: &str, item: &Item) -> Result<String> {
        let wrong = || self.wrong(item.span(), &format!("`{name}` is a text in quotation marks"));
        item.as_str().map(str::to_owned).ok_or_else(wrong)
    }

    fn entry(
        &self,
        section: Option<&'static str>,
        key: &'static str,
        gives_way_to: &'static [&'static str],
        values: Vec<String>,
        span: Option<std::ops::Range<usize>>,
    ) -> Entry {
        Entry { section, key, values, gives_way_to, path: self.path.to_path_buf(), line: self.line(span) }
    }

    fn line(&self, span: Option<std::ops::Range<usize>>) -> usize {
        let before = self.text.get(..span.map_or(0, |span| span.start)).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn wrong(&self, span: Option<std::ops::Range<usize>>, fact: &str) -> Error {
        Error::new(ErrorKind::Usage, format!("line {}: {fact}", self.line(span))).with_path(self.path)
    }
}

/// An error with the known names most like the one that is not, or all of them.
fn suggested(error: Error, name: &str, known: &[&str], are: &str) -> Error {
    error.with_hint(match nearest(name, known.iter().copied()).first() {
        Some(near) => format!("did you mean `{near}`? {}{} {}", are[..1].to_uppercase(), &are[1..], known.join(", ")),
        None => format!("{are} {}", known.join(", ")),
    })
}

/// The user's own file.
fn of_user() -> Option<PathBuf> {
    let folder = etcetera::choose_base_strategy().ok()?.config_dir();
    Some(OF_USER.iter().fold(folder, |path, part| path.join(part)))
}

/// The text of a file, if there is one.
fn read(path: &Path) -> Result<Option<String>> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => return Ok(None),
        Ok(there) if there.len() > MOST_BYTES => {
            return Err(Error::new(ErrorKind::Usage, "is too long for a configuration").with_path(path));
        }
        Ok(_) => {}
        // Who may not look into the folder has nothing there: the home of another, whose name a service kept.
        Err(error) if matches!(error.kind(), Is::NotFound | Is::NotADirectory | Is::PermissionDenied) => {
            return Ok(None);
        }
        Err(error) => return Err(unread(Error::io(path, error))),
    }
    let file = File::open(path).map_err(|e| unread(Error::io(path, e)))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|e| unread(Error::io(path, e)))?;
    String::from_utf8(bytes).map(Some).map_err(|_| Error::new(ErrorKind::Usage, "is no UTF-8").with_path(path))
}

fn unread(error: Error) -> Error {
    error.with_hint("`--no-config` does without configuration")
}
