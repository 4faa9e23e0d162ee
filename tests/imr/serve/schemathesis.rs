//! A tester of APIs that makes requests of the description, and compares the answers with it.

use std::process::Command;

use super::Server;
use crate::support::{Folder, python_with};

#[test]
fn the_answers_are_those_of_the_description() {
    let Some(python) = python_with("schemathesis") else {
        eprintln!("skipped: there is no schemathesis for Python; `scripts/test` installs it");
        return;
    };
    let folder = Folder::indexed(30);
    let server = Server::start(&folder, &[]);
    let mut command = Command::new(python);
    command.args(["-m", "schemathesis.cli", "run"]).arg(format!("http://{}/api/openapi.json", server.addr));
    command.args(["--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--seed", "7", "--no-shrink"]);
    // What is refused and what is not is tested elsewhere: an empty value counts as none here.
    command.args([
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    ]);
    let output = command.current_dir(folder.path()).env("NO_COLOR", "1").output().unwrap();
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        server.log()
    );
    server.get("/api/health").with(200);
}
