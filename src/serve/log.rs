//! Lines on stderr: when, who asked what kind of thing, how it ended, how long it took. What was searched for and which letter
//! was read is nobody else's business: addresses that a route fits are told by the route.
//!
//! A thread of its own writes them. Where nobody reads them, or the disk is slow, lines are lost and no answer waits.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{Method, StatusCode};
use imr::letter::Date;
use imr::present::one_line;

/// How many characters of an address are told.
const MOST: usize = 200;
const DAY: u64 = 86_400;

/// How many lines wait to be written.
const WAITING: usize = 4_096;
/// How long is waited at the end for what is still to be written.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where lines go.
pub struct Log {
    lines: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

enum Message {
    Line(String),
    End(SyncSender<()>),
}

impl Log {
    /// Begins to write lines.
    ///
    /// # Errors
    /// Where there can be no thread more.
    pub fn begin() -> io::Result<Self> {
        let (lines, waiting) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        std::thread::Builder::new().name("imr-log".to_owned()).spawn(move || write(&waiting, &counted))?;
        Ok(Self { lines, lost })
    }

    /// Waits until what was told is written, but not for ever.
    pub fn end(&self) {
        let (done, is_done) = sync_channel(1);
        // Where there is no place for the question, nobody reads.
        if self.lines.try_send(Message::End(done)).is_ok() {
            let _ = is_done.recv_timeout(PATIENCE);
        }
    }

    fn line(&self, text: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.lines.try_send(Message::Line(format!("{} {text}\n", time(now)))).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Tells of a request: the client, the method, what was asked (a route, or a path that no route fits), the status, and
    /// milliseconds.
    pub fn request(&self, from: Option<IpAddr>, method: &Method, what: &str, status: StatusCode, took: Duration) {
        let what: String = one_line(what).chars().take(MOST).collect();
        let from = from.map_or_else(|| "-".to_owned(), |from| from.to_string());
        let (method, status) = (one_line(method.as_str()), status.as_u16());
        self.line(&format!("{from} {method} {what} {status} {} ms", took.as_millis()));
    }

    /// Tells of a connection that ended otherwise than in order.
    pub fn connection(&self, from: SocketAddr, why: &str) {
        self.line(&format!("{} connection: {}", from.ip().to_canonical(), one_line(why)));
    }

    /// Tells of something else.
    pub fn note(&self, text: &str) {
        self.line(&format!("- {}", one_line(text)));
    }
}

/// Writes what comes, until nothing more can.
fn write(waiting: &Receiver<Message>, lost: &AtomicU64) {
    for message in waiting {
        match message {
            Message::Line(mut line) => {
                let lost = lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    // Writing to a text cannot fail.
                    let _ = writeln!(line, "{} - {lost} lines were lost, which nobody took", time(now));
                }
                // Where nobody reads it, so be it.
                let _ = io::stderr().lock().write_all(line.as_bytes());
            }
            Message::End(done) => _ = done.try_send(()),
        }
    }
}

/// The time so long after 1970, by the clock of Greenwich: `2026-11-30T16:20:01Z`.
fn time(since: Duration) -> String {
    let (days, seconds) = (since.as_secs() / DAY, since.as_secs() % DAY);
    let epoch = Date::new(1970, 1, 1).map_or(0, Date::to_days);
    let date = i32::try_from(days).ok().and_then(|days| Date::from_days(epoch.checked_add(days)?));
    let date = date.map_or_else(|| "-".to_owned(), |date| date.to_string());
    format!("{date}T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_greenwich() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_796_055_601, "2026-11-30T16:20:01Z"),
        ] {
            assert_eq!(time(Duration::from_secs(seconds)), expected);
        }
    }
}
