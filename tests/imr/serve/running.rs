//! The server as a process: how it starts, and how it ends.

use std::io::{Read, Write};

use super::Server;
use super::client::{parse, read};
use crate::support::Folder;

#[test]
fn what_cannot_start_says_why() {
    let folder = Folder::new();
    folder.imr(&["serve", "--addr", "127.0.0.1:0"]).ends_with(2).says(&["there is no index here"]).prints_nothing();
    folder
        .imr(&["serve", "--index", "nothing", "--addr", "127.0.0.1:0"])
        .ends_with(2)
        .says(&["there is no such index"]);
    let folder = Folder::indexed(2);
    let server = Server::start(&folder, &[]);
    let taken = server.addr.to_string();
    folder.imr(&["serve", "--addr", &taken]).ends_with(2).says(&[&taken, "another program uses the port"]);
}

#[cfg(unix)]
#[test]
fn what_was_asked_is_answered_before_the_end() {
    let folder = Folder::indexed(400);
    let server = Server::start(&folder, &[]);
    let mut stream = server.connect();
    stream.write_all(format!("GET /api/export HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).as_bytes()).unwrap();
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    let mut idle = server.connect();
    server.terminate();
    server.says("stopping");
    // Who has not asked yet is let go, and nobody else comes in.
    assert!(read(&mut idle).is_none());
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let reply = parse(&[&first[..], &rest].concat()).unwrap();
    assert_eq!(reply.text().lines().count(), 400);
    let (status, log) = server.ends();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("GET /api/export 200"), "{log}");
}

#[test]
fn a_log_that_nobody_reads_holds_nothing_up() {
    let folder = Folder::indexed(3);
    let mut command = folder.command(&["serve", "--addr", "127.0.0.1:0"]);
    let mut child = command.env_remove("IMR_TOKEN").stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut log, &mut line).unwrap();
    let addr = line.trim_end().rsplit_once("http://").unwrap().1.trim_end_matches('/').to_owned();
    // More lines than a pipe and the server keep.
    let mut stream = std::net::TcpStream::connect(&addr).unwrap();
    let mut reader = stream.try_clone().unwrap();
    let counted = std::thread::spawn(move || {
        let mut answers = Vec::new();
        let _ = reader.read_to_end(&mut answers);
        answers.windows(9).filter(|part| part == b"HTTP/1.1 ").count()
    });
    let one = format!("GET /no/such/address/{} HTTP/1.1\r\nHost: {addr}\r\n", "a".repeat(150));
    for _ in 0..8_000 {
        stream.write_all(format!("{one}\r\n").as_bytes()).unwrap();
    }
    stream.write_all(format!("{one}Connection: close\r\n\r\n").as_bytes()).unwrap();
    assert_eq!(counted.join().unwrap(), 8_001);
    let mut told = String::new();
    while !told.contains("lines were lost") {
        told.clear();
        assert!(std::io::BufRead::read_line(&mut log, &mut told).unwrap() > 0);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn who_takes_nothing_does_not_keep_it_from_ending() {
    let folder = Folder::indexed(400);
    let server = Server::start(&folder, &["--bound", "grace=200"]);
    let mut stream = server.connect();
    stream
        .write_all(format!("GET /api/export?of=issues HTTP/1.1\r\nHost: {}\r\n\r\n", server.addr).as_bytes())
        .unwrap();
    let mut first = [0; 100];
    stream.read_exact(&mut first).unwrap();
    server.terminate();
    assert_eq!(server.ends().0, Some(0));
}
