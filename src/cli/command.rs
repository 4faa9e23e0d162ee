//! The command line as it is parsed: what is typed, with the defaults of the configuration, and the help of all commands
//! put in order.

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::args::Args;
use super::config::Config;
use super::help;

/// The command line.
pub fn command() -> Command {
    let command = Args::command();
    let overview = help::overview(&command);
    command.help_template(overview).mut_subcommands(|command| {
        let told = command.get_after_help().map(|told| format!("{told}\n\n")).unwrap_or_default();
        command.after_help(told + help::STATUSES_IN_SHORT)
    })
}

/// Why a command line was not taken.
pub enum Refused {
    /// It cannot be typed so, or it asks for help or the version.
    Line(clap::Error),
    /// The configuration is at fault.
    Config(imr::Error),
}

/// What was typed, with the defaults that the configuration sets.
///
/// # Errors
/// For what cannot be typed, for help and version, which are asked for, and for a configuration with mistakes.
pub fn parse(args: &[OsString]) -> Result<Args, Refused> {
    let plain = matched(command(), args);
    let wants_config = match &plain {
        // Before `--` it is a flag.
        _ if args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--no-config") => false,
        Ok(_) => true,
        // Only a flag that has to be typed may be set as well.
        Err(error) => error.kind() == clap::error::ErrorKind::MissingRequiredArgument,
    };
    let config = match std::env::current_dir() {
        Ok(here) if wants_config => Config::load(&here).map_err(Refused::Config)?,
        _ => Config::default(),
    };
    if config.is_empty() {
        return read(plain);
    }
    config.check(&command()).map_err(Refused::Config)?;
    let with_all = matched(config.apply(command()), args);
    match with_all.as_ref().ok().and_then(|matches| config.beside(matches)) {
        Some(config) => read(matched(config.apply(command()), args)),
        None => read(with_all),
    }
}

fn matched(command: Command, args: &[OsString]) -> Result<ArgMatches, clap::Error> {
    command.try_get_matches_from(args)
}

fn read(matches: Result<ArgMatches, clap::Error>) -> Result<Args, Refused> {
    let matches = matches.map_err(Refused::Line)?;
    let mut args = Args::from_arg_matches(&matches).map_err(|e| Refused::Line(e.format(&mut command())))?;
    if let (super::args::Command::Search(search), Some((_, typed))) = (&mut args.command, matches.subcommand()) {
        search.is_limit_typed = typed.value_source("limit") == Some(ValueSource::CommandLine);
    }
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::super::config::settings::SETTINGS;
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_setting_is_a_flag_of_its_command_with_a_value() {
        let command = command();
        for setting in SETTINGS {
            let section = command.find_subcommand(setting.section).unwrap();
            let flag = |id: &str| section.get_arguments().find(|arg| arg.get_id() == id);
            assert!(flag(setting.key).is_some_and(|arg| arg.get_action().takes_values()), "{setting:?}");
            assert!(setting.gives_way_to.iter().all(|other| flag(other).is_some()), "{setting:?}");
        }
    }
}
