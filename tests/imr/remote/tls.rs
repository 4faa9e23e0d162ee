//! TLS: who vouches for a server is named, or it is not talked to. The keys and certificates are for these tests alone.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::publish::{account, assert_same, counts};
use super::stub::Stub;
use crate::support::{Folder, python_with};

/// A relay that takes TLS and hands on to a stub.
struct Relay {
    child: Child,
    port: String,
}

impl Relay {
    fn start(stub: &Stub) -> Option<Self> {
        let Some(python) = python_with("ssl") else {
            eprintln!("skipped: there is no Python with TLS");
            return None;
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/remote");
        let port = stub.address.rsplit_once(':').unwrap().1;
        let mut child = Command::new(python)
            .arg(folder.join("relay.py"))
            .arg(folder.join("server.pem"))
            .arg(port)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Some(Self { child, port: port.trim().to_owned() })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_server_is_talked_to_when_its_authority_vouches_for_it() {
    let folder = Folder::indexed(20);
    let stub = Stub::with_index("opensearch");
    let Some(relay) = Relay::start(&stub) else { return };
    let certificate =
        |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/remote").join(name).to_str().unwrap().to_owned();
    let publish = |host: &str, args: &[&str]| {
        let target = format!("https://{host}:{}/letters", relay.port);
        folder.imr(&[&["publish", "--to", &target, "--format", "json"], args].concat())
    };
    for host in ["localhost", "127.0.0.1"] {
        let run = publish(host, &["--ca-file", &certificate("authority.pem"), "--state", host, "--verify"]).succeeds();
        assert_eq!(counts(&account(&run), ["new"]), [20]);
        assert_same(&folder, &stub);
    }
    let requests = stub.inner().seen.len();
    for args in [&[][..], &["--ca-file", &certificate("other.pem")]] {
        publish("localhost", args).ends_with(2).says(&["is not trusted", "--ca-file"]);
    }
    publish("localhost", &["--ca-file", &certificate("relay.py")]).ends_with(2).says(&["holds no certificate in PEM"]);
    publish("localhost", &["--ca-file", "nowhere"]).ends_with(2).says(&["`nowhere`: no such file"]);
    // What is plain is no TLS.
    let target = format!("https://{}/letters", stub.address.trim_start_matches("http://"));
    folder.imr(&["publish", "--to", &target]).ends_with(2);
    assert_eq!(stub.inner().seen.iter().skip(requests).filter(|seen| seen.line.contains("letters")).count(), 0);
}
