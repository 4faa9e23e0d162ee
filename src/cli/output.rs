//! Where answers go: stdout, and how it looks.

use std::io::{self, BufWriter, IsTerminal, StdoutLock};

use anstream::ColorChoice;
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
        width: width.clamp(20, 120),
        cwd: std::env::current_dir().unwrap_or_default(),
    }
}
