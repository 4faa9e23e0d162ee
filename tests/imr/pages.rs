//! The pages of `imr serve` in a real browser, on invented letters: `tests/browser/pages.py` drives it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::Folder;

/// The status of a script that finds no browser.
const ABSENT: i32 = 77;

/// A server, stopped when the test is done with it.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts one on an index, at any port that is free.
    fn start(folder: &Folder) -> Self {
        let mut child = folder.command(&["serve", "--addr", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.by_ref().map(Result::unwrap).find_map(|line| {
            let at = line.find("http://")?;
            Some(line[at..].split_whitespace().next()?.trim_end_matches('/').to_owned())
        });
        // What the server says later must not fill a pipe that nobody reads.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("the server tells where it listens") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python that `scripts/test` installs, if it can drive a browser.
fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python3");
    let known = Command::new(&python).args(["-c", "import playwright, axe_playwright_python"]).output();
    known.is_ok_and(|output| output.status.success()).then_some(python)
}

#[test]
fn the_pages_do_in_a_browser_what_they_say() {
    let skipped = || {
        eprintln!("skipped: there is no Chromium with Playwright and axe for Python; `scripts/test` installs them");
    };
    let Some(python) = python() else { return skipped() };
    let folder = Folder::new();
    folder.invent("letters", 1..=300);
    folder.imr(&["index", "letters"]).succeeds();
    folder.imr(&["save", "needles", "issue:acupuncture", "--outcome", "upheld"]).succeeds();
    let server = Server::start(&folder);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/pages.py");
    let output = Command::new(python).arg("-B").arg(script).arg(&server.address).output().unwrap();
    if output.status.code() == Some(ABSENT) {
        return skipped();
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed = told["failed"].as_object().unwrap();
    let failed: Vec<_> = failed.iter().map(|(name, how)| format!("{name}:\n{}", how.as_str().unwrap())).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(told["passed"].as_array().unwrap().len() >= 20, "{told}");
}
