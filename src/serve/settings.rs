//! How the server is meant to run.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How the server is meant to run.
#[derive(Clone)]
pub struct Settings {
    /// The index folder.
    pub index: PathBuf,
    /// Where to listen.
    pub addr: SocketAddr,
    /// Names by which browsers may call it, beside its addresses.
    pub hosts: Vec<String>,
    /// What who asks has to know; `None` where anybody on this machine may ask.
    pub token: Option<String>,
    /// Whether a token is made where none is given. Where others than those on this machine may ask, one always is.
    pub makes_token: bool,
    /// The bounds.
    pub limits: Limits,
}

/// What nobody may take more of.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long the head of a request may take to come, and how long a connection may be idle.
    pub head: Duration,
    /// How long an answer may take to begin.
    pub answer: Duration,
    /// How long a client may leave what was sent to it, beside the time that what it takes is worth.
    pub stall: Duration,
    /// How long requests that are at work may take once the server is told to stop.
    pub grace: Duration,
    /// How many connections there may be.
    pub connections: usize,
    /// How many of them may be of one client.
    pub client_connections: usize,
    /// How many exports may be at work.
    pub exports: usize,
    /// How many of them may be of one client.
    pub client_exports: usize,
    /// How many queries may be at work.
    pub queries: usize,
    /// How many queries may wait for their turn.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            stall: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            connections: 256,
            // Whoever comes through a proxy is one client with all others there.
            client_connections: 192,
            exports: 4,
            client_exports: 3,
            queries: std::thread::available_parallelism().map_or(2, usize::from),
            waiting: 256,
        }
    }
}

/// What is known once the server listens.
pub struct Started {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The token that who asks has to know.
    pub token: Option<String>,
}
