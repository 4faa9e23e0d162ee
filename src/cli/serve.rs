//! `imr serve`.

use std::path::Path;
use std::time::Duration;

use imr::{Error, ErrorKind, Result, index};

use super::args::ServeArgs;
use super::{End, message};
use crate::serve::{self, Limits, Settings};

/// More than the first line of any file with a token.
const MOST_BYTES: u64 = 4 << 10;

/// Serves until it is told to stop.
pub fn run(args: ServeArgs) -> anyhow::Result<End> {
    let index = index::find(args.index.dir().as_deref(), &std::env::current_dir()?)?;
    let settings = Settings {
        index,
        addr: args.addr,
        hosts: args.host,
        makes_token: args.token.is_some(),
        token: token(args.token.flatten(), args.token_file.as_deref())?,
        limits: limits(&args.bound)?,
    };
    let given = settings.token.is_some();
    serve::run(settings, |started| {
        let base = format!("http://{}/", started.addr);
        message::note(&format!("listening at {base}"));
        let link = started.token.as_ref().map(|token| format!("{base}login?token={token}"));
        // What was given is known to whom it was given.
        if let Some(link) = link.as_ref().filter(|_| !given) {
            message::note(&format!("who asks has to know the token; a browser does from {link}"));
        }
        if args.open && open::that_detached(link.unwrap_or(base)).is_err() {
            message::note("no browser could be started");
        }
    })?;
    Ok(End::Done)
}

/// The token that was given: typed, in a file, or in a variable.
fn token(typed: Option<String>, file: Option<&Path>) -> Result<Option<String>> {
    if typed.is_some() {
        return Ok(typed);
    }
    let Some(file) = file else {
        return Ok(std::env::var("IMR_TOKEN").ok().filter(|token| !token.is_empty()));
    };
    let there = std::fs::metadata(file).map_err(|e| Error::io(file, e))?;
    if !there.is_file() || there.len() > MOST_BYTES {
        return Err(Error::new(ErrorKind::Usage, "is no file with a token").with_path(file));
    }
    let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
    match text.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) => Ok(Some(line.to_owned())),
        None => Err(Error::new(ErrorKind::Usage, "has no token in its first line").with_path(file)),
    }
}

/// The bounds, with those that were set: a name, `=`, and milliseconds or a number.
fn limits(set: &[String]) -> Result<Limits> {
    let mut limits = Limits::default();
    for bound in set {
        let wrong = || Error::new(ErrorKind::Usage, format!("`{bound}` is no bound"));
        let (name, value) = bound.split_once('=').ok_or_else(wrong)?;
        let value: u32 = value.parse().map_err(|_| wrong())?;
        let (time, number) = (Duration::from_millis(value.into()), value.max(1) as usize);
        match name {
            "head" => limits.head = time,
            "answer" => limits.answer = time,
            "stall" => limits.stall = time,
            "grace" => limits.grace = time,
            "connections" => limits.connections = number,
            "queries" => limits.queries = number,
            "waiting" => limits.waiting = number,
            _ => return Err(wrong()),
        }
    }
    Ok(limits)
}
