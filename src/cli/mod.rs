//! The command line: what was typed becomes what is meant, and answers go to a printer.

mod archive;
mod args;
mod asked;
mod check;
mod command;
mod complete;
mod config;
mod export;
mod help;
mod index;
mod info;
mod interrupt;
mod last;
mod man;
mod mcp;
mod message;
mod optimize;
mod output;
mod pager;
mod parse;
mod priority;
mod progress;
mod publish;
mod queries;
mod remote;
mod report;
mod saved;
mod search;
mod serve;
mod shard;
mod show;
mod similar;
mod stats;
mod status;
mod temporary;
mod there;

use std::io::Write;
use std::process::ExitCode;

use args::Command;
use command::Refused;

/// How a command ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// As asked.
    Done,
    /// Nothing was found, or with `--strict` something could not be read.
    Nothing,
    /// Some of what was named on the command line does not exist, or is neither file nor folder; the rest was done.
    Missing,
    /// Stopped by Ctrl-C, with what was done so far committed.
    Interrupted,
}

/// Runs the program.
pub fn main() -> ExitCode {
    message::quiet_panics();
    if complete::answers() {
        return ExitCode::SUCCESS;
    }
    output::choose_color(output::color_in(std::env::args_os()));
    if let Some(page) = help::page(std::env::args_os()) {
        let mut out = output::stdout();
        // Whoever closes stdout has read enough.
        let _ = out.write_all(page.as_bytes()).and_then(|()| out.flush());
        return ExitCode::SUCCESS;
    }
    let typed: Vec<_> = std::env::args_os().collect();
    let args = match command::parse(&typed) {
        Ok(args) => args,
        Err(Refused::Config(error)) => {
            message::error(&error.into());
            return ExitCode::from(2);
        }
        Err(Refused::Line(error)) => {
            // Help and version go to stdout and are no failure.
            let status = u8::try_from(error.exit_code()).unwrap_or(2);
            message::usage(error);
            return ExitCode::from(status);
        }
    };
    // The configuration may have said it.
    output::choose_color(args.command.look().color);
    let ended = match args.command {
        Command::Index(args) => index::run(args),
        Command::Status(args) => status::run(args),
        Command::Search(args) => search::run(args),
        Command::Stats(args) => stats::run(args),
        Command::Report(args) => report::run(args),
        Command::Show(args) => show::run(args),
        Command::Export(args) => export::run(args),
        Command::Publish(args) => publish::run(args),
        Command::Remote(args) => remote::run(args),
        Command::Similar(args) => similar::run(args),
        Command::Parse(args) => parse::run(args),
        Command::Check(args) => check::run(args),
        Command::Info(args) => info::run(args),
        Command::Optimize(args) => optimize::run(args),
        Command::Completions(args) => complete::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Save(args) => saved::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Mcp(args) => mcp::run(args),
    };
    match ended {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Nothing) => ExitCode::from(1),
        Ok(End::Missing) => ExitCode::from(2),
        // As shells report a process that SIGINT ended.
        Ok(End::Interrupted) => ExitCode::from(130),
        // Whoever read the output has seen enough.
        Err(error) if message::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            message::error(&error);
            ExitCode::from(2)
        }
    }
}
