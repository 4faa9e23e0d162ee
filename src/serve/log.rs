//! Lines on stderr: what was asked, how it ended, how long it took. What was searched for is nobody else's business.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use imr::present::one_line;

/// How many characters of an address are told.
const MOST: usize = 200;

/// Tells of a request: its method, its path without parameters, the status, and milliseconds.
pub fn request(method: &Method, path: &str, status: StatusCode, took: Duration) {
    let path: String = one_line(path).chars().take(MOST).collect();
    line(&format!("{} {path} {} {} ms", one_line(method.as_str()), status.as_u16(), took.as_millis()));
}

/// Tells of a connection that ended otherwise than in order.
pub fn connection(from: SocketAddr, why: &str) {
    line(&format!("connection from {from}: {}", one_line(why)));
}

/// Tells of something else.
pub fn note(text: &str) {
    line(&one_line(text));
}

fn line(text: &str) {
    // Where nobody reads it, so be it.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
