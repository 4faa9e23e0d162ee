//! The server as a process, and a client that sends what it is told to, also what no well-behaved one would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use crate::support::Folder;

/// Long enough for a machine that has much else to do. Nothing is measured; this ends a test that would never end.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that runs. It is ended when it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// A header's value; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The same, which must have this status.
    #[track_caller]
    pub fn with(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, String::from_utf8_lossy(&self.body));
        self
    }

    /// The fault that it tells.
    #[track_caller]
    pub fn problem(&self) -> Value {
        let json = self.json();
        crate::schema::keeps_to("problem.schema.json", &json);
        assert_eq!(json["error"]["status"], self.status);
        json["error"].clone()
    }
}

impl Server {
    /// Starts the program in a folder.
    pub fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut command = folder.command(&[&["serve", "--addr", "127.0.0.1:0"], args].concat());
        command.env_remove("IMR_TOKEN");
        Self::run(command)
    }

    /// Starts a prepared command.
    pub fn run(mut command: std::process::Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::new(Mutex::new(String::new()));
        let addr = loop {
            let mut line = String::new();
            let length = lines.read_line(&mut line).unwrap();
            assert!(length > 0, "the server did not start:\n{}", log.lock().unwrap());
            log.lock().unwrap().push_str(&line);
            if let Some((_, rest)) = line.split_once("listening at http://") {
                break rest.trim_end().trim_end_matches('/').parse().unwrap();
            }
        };
        let into = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
                into.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        Self { child, addr, log, reader: Some(reader) }
    }

    /// What it has said up to now.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has said something.
    #[track_caller]
    pub fn says(&self, part: &str) {
        until(|| self.log().contains(part), || format!("`{part}` is not said in\n{}", self.log()));
    }

    /// A connection.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// The answer to what a well-behaved client asks.
    #[track_caller]
    pub fn get(&self, address: &str) -> Reply {
        self.ask("GET", address, &[])
    }

    /// The same with another method and more headers.
    #[track_caller]
    pub fn ask(&self, method: &str, address: &str, headers: &[(&str, &str)]) -> Reply {
        let mut head = format!("{method} {address} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head += &format!("Host: {}\r\n", self.addr);
        }
        headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
        self.send(format!("{head}Connection: close\r\n\r\n").as_bytes()).expect("there is no answer")
    }

    /// The answer to these bytes; `None` where the connection ends without one.
    pub fn send(&self, bytes: &[u8]) -> Option<Reply> {
        let mut stream = self.connect();
        // A server that has heard enough may close its ear before everything was said.
        let _ = stream.write_all(bytes);
        read(&mut stream)
    }

    /// Tells the process to stop.
    pub fn terminate(&self) {
        let kill = std::process::Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// The status with which it ends, and all that it has said.
    pub fn ends(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap().code();
        self.reader.take().map(JoinHandle::join).unwrap().unwrap();
        (status, self.log())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
#[track_caller]
pub fn until(is_so: impl Fn() -> bool, told: impl Fn() -> String) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{}", told());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The answer on a connection that ends behind it; `None` where it ends without one.
pub fn read(stream: &mut TcpStream) -> Option<Reply> {
    let mut bytes = Vec::new();
    // One that is cut off has given what it has given.
    let _ = stream.read_to_end(&mut bytes);
    let _ = stream.shutdown(Shutdown::Both);
    parse(&bytes)
}

/// An answer taken apart; `None` where it is not whole.
pub fn parse(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let reply = Reply { status, headers, body: bytes[end + 4..].to_vec() };
    if reply.header("transfer-encoding") == "chunked" {
        return Some(Reply { body: dechunked(&reply.body)?, ..reply });
    }
    Some(reply)
}

/// A body that came in pieces; `None` where the last is missing.
fn dechunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|w| w == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(rest.get(end + 2..end + 2 + length)?);
        rest = rest.get(end + 4 + length..)?;
    }
}
