//! Answers that are longer than the screen go through the user's pager.
//!
//! An answer is held back until it is longer than the screen or at its end, so that one that fits is printed as ever. A
//! pager that cannot be started is none.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use super::args::Look;
use super::output;

/// What people have who did not choose: it prints what fits, keeps colours, and leaves the text on the screen.
const USUAL: &str = "less -FRX";
/// What `less` does where its own variable does not say.
const LESS: &str = "FRX";
/// More than any screen holds.
const MOST_HELD: usize = 1 << 20;

/// Where an answer goes. It has to be finished.
pub struct Answer {
    state: State,
    rows: usize,
    columns: usize,
}

enum State {
    /// Not longer than the screen so far.
    Held {
        bytes: Vec<u8>,
        screen: Screen,
    },
    Plain(BufWriter<StdoutLock<'static>>),
    Paged {
        pager: Child,
        input: Option<BufWriter<ChildStdin>>,
    },
}

/// The standard output for an answer, through a pager where it is a terminal and the answer is longer.
pub fn answer(look: &Look) -> Answer {
    let size = terminal_size::terminal_size().filter(|_| !look.no_pager && io::stdout().is_terminal());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let (state, (rows, columns)) = match size {
        Some((width, height)) if !dumb && command().is_some() => {
            let screen = Screen::default();
            (State::Held { bytes: Vec::new(), screen }, (usize::from(height.0), usize::from(width.0)))
        }
        _ => (State::Plain(output::stdout()), (0, 0)),
    };
    Answer { state, rows, columns: columns.max(1) }
}

impl Answer {
    /// Writes what is held, and waits until the pager ends.
    ///
    /// # Errors
    /// From writing.
    pub fn finish(mut self) -> io::Result<()> {
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Held { bytes, .. } => {
                let mut out = output::stdout();
                out.write_all(&std::mem::take(bytes))?;
                out.flush()
            }
            State::Plain(out) => out.flush(),
            State::Paged { pager, input } => {
                let flushed = input.take().map_or(Ok(()), |mut input| input.flush());
                pager.wait()?;
                flushed
            }
        }
    }

    /// Goes on with a pager, or where there is none without.
    fn overflow(&mut self) -> io::Result<()> {
        let State::Held { bytes, .. } = &mut self.state else { return Ok(()) };
        let bytes = std::mem::take(bytes);
        self.state = match start() {
            Some((pager, input)) => State::Paged { pager, input: Some(BufWriter::with_capacity(1 << 16, input)) },
            None => State::Plain(output::stdout()),
        };
        self.write_all(&bytes)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // After an error, which is told already.
        let _ = self.end();
    }
}

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Held { bytes: held, screen } => {
                held.extend_from_slice(bytes);
                screen.add(bytes, self.columns);
                // The last row is the prompt's.
                if screen.rows >= self.rows || held.len() > MOST_HELD {
                    self.overflow()?;
                }
                Ok(bytes.len())
            }
            State::Plain(out) => out.write(bytes),
            State::Paged { input: Some(input), .. } => input.write(bytes),
            State::Paged { input: None, .. } => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Held { .. } | State::Paged { input: None, .. } => Ok(()),
            State::Plain(out) => out.flush(),
            State::Paged { input: Some(input), .. } => input.flush(),
        }
    }
}

/// How much of a screen is taken.
#[derive(Debug, Default)]
struct Screen {
    rows: usize,
    column: usize,
    escape: Escape,
}

/// Where in a sequence that takes no room the text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    None,
    /// Behind the escape character.
    Begun,
    /// A control sequence, such as that of a colour: up to a letter.
    Control,
    /// A command of the operating system, such as that of a hyperlink: up to the next escape, or a bell.
    Command,
}

impl Screen {
    fn add(&mut self, bytes: &[u8], columns: usize) {
        for &byte in bytes {
            self.escape = match (self.escape, byte) {
                (Escape::None | Escape::Command, 0x1b) => Escape::Begun,
                (Escape::Begun, b'[') => Escape::Control,
                (Escape::Begun, b']') => Escape::Command,
                (Escape::Control, b'@'..=b'~') | (Escape::Begun, _) | (Escape::Command, 7) => Escape::None,
                (Escape::None, b'\n') => {
                    (self.rows, self.column) = (self.rows + 1, 0);
                    Escape::None
                }
                // Bytes that go on with a character take no room.
                (Escape::None, byte) if byte & 0xc0 != 0x80 => {
                    if self.column == columns {
                        (self.rows, self.column) = (self.rows + 1, 0);
                    }
                    self.column += 1;
                    Escape::None
                }
                (escape, _) => escape,
            };
        }
    }
}

/// The pager's words: the program and what it is told. `None` where none is wanted.
fn command() -> Option<Vec<String>> {
    let chosen = |name| std::env::var(name).ok();
    let line = chosen("IMR_PAGER").or_else(|| chosen("PAGER").filter(|line| !line.trim().is_empty()));
    let words = words(line.as_deref().unwrap_or(USUAL));
    Some(words).filter(|words| words.first().is_some_and(|program| program != "cat"))
}

/// The words of a command line, parted by blanks outside of quotation marks.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn start() -> Option<(Child, ChildStdin)> {
    let words = command()?;
    let (program, told) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(told).stdin(Stdio::piped());
    let name = std::path::Path::new(program).file_stem().unwrap_or_default();
    if name == "less" && std::env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    let mut pager = command.spawn().ok()?;
    let input = pager.stdin.take()?;
    // Ctrl-C is the pager's as long as it runs; it fails only where something else waits for it already.
    let _ = ctrlc::set_handler(|| {});
    Some((pager, input))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, columns: usize) -> usize {
        let mut screen = Screen::default();
        // In pieces, as it is written.
        text.as_bytes().chunks(3).for_each(|piece| screen.add(piece, columns));
        screen.rows
    }

    #[test]
    fn colours_and_links_take_no_room_and_long_lines_take_several_rows() {
        for (text, expected) in [
            ("", 0),
            ("a\nb\n", 2),
            ("aaaaaaaaaa\n", 1),
            ("aaaaaaaaaaa\n", 2),
            ("\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\n", 1),
            ("\x1b[1m\x1b[31maaaaaaaaaa\x1b[0m\n", 1),
            ("\x1b]8;;file:///a/b/c/d\x1b\\aaaaaaaaaa\x1b]8;;\x1b\\\n", 1),
            ("\x1b]0;title\x07aaaaaaaaaa\n", 1),
        ] {
            assert_eq!(rows(text, 10), expected, "{text:?}");
        }
    }

    #[test]
    fn words_of_a_pager_are_parted_outside_of_quotation_marks() {
        assert_eq!(words("less -FRX"), ["less", "-FRX"]);
        assert_eq!(words(" '/opt/my pager'  --prompt=\"a b\" '' "), ["/opt/my pager", "--prompt=a b", ""]);
        assert!(words("  ").is_empty());
    }
}
