//! Lines on stderr: when, who asked what kind of thing, how it ended, how long it took. What was searched for and which letter
//! was read is nobody else's business: addresses that a route fits are told by the route.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::{Method, StatusCode};
use imr::letter::Date;
use imr::present::one_line;

/// How many characters of an address are told.
const MOST: usize = 200;
const DAY: u64 = 86_400;

/// Tells of a request: the client, the method, what was asked (a route, or a path that no route fits), the status, and
/// milliseconds.
pub fn request(from: Option<IpAddr>, method: &Method, what: &str, status: StatusCode, took: Duration) {
    let what: String = one_line(what).chars().take(MOST).collect();
    let from = from.map_or_else(|| "-".to_owned(), |from| from.to_string());
    line(&format!("{from} {} {what} {} {} ms", one_line(method.as_str()), status.as_u16(), took.as_millis()));
}

/// Tells of a connection that ended otherwise than in order.
pub fn connection(from: SocketAddr, why: &str) {
    line(&format!("{} connection: {}", from.ip().to_canonical(), one_line(why)));
}

/// Tells of something else.
pub fn note(text: &str) {
    line(&format!("- {}", one_line(text)));
}

fn line(text: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Where nobody reads it, so be it.
    let _ = writeln!(io::stderr().lock(), "{} {text}", time(now));
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
