//! Where answers go: stdout, and how it looks.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, StdoutLock};

use anstream::ColorChoice;
use clap::ValueEnum;
use imr::present::Style;

use super::args::{Look, When};

/// Stdout, written in large pieces. Has to be flushed.
pub fn stdout() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// How text looks there.
pub fn style(look: &Look) -> Style {
    let terminal = io::stdout().is_terminal();
    let color = match look.color {
        When::Always => true,
        When::Never => false,
        // Knows NO_COLOR, CLICOLOR_FORCE and TERM=dumb.
        When::Auto => anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never,
    };
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    Style {
        pretty: look.pretty || terminal,
        color,
        links: terminal && color,
        terminal,
        width: width.clamp(20, 120),
        // A line that is read by a program or a pager may be as long as it is.
        columns: if terminal { width.max(20) } else { usize::MAX },
        cwd: std::env::current_dir().unwrap_or_default(),
    }
}

/// What `--color` says on a command line, also on one with mistakes, whose message is to be coloured accordingly.
pub fn color_in(args: impl Iterator<Item = OsString>) -> When {
    let mut args = args.skip(1).map(|arg| arg.to_string_lossy().into_owned());
    let mut said = When::Auto;
    while let Some(arg) = args.next().filter(|arg| arg != "--") {
        let value = match arg.strip_prefix("--color") {
            Some("") => args.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        said = value.and_then(|value| When::from_str(&value, false).ok()).unwrap_or(said);
    }
    said
}

/// Makes that hold for stdout and stderr.
pub fn choose_color(when: When) {
    match when {
        When::Auto => {}
        When::Always => ColorChoice::Always.write_global(),
        When::Never => ColorChoice::Never.write_global(),
    }
}
