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
